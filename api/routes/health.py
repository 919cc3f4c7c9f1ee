"""Whether the service lives, is ready, and how it does."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(tags=["health"], route_class=RecordedRoute)
