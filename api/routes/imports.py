"""Files given: tried first, then taken in."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/imports", tags=["imports"], route_class=RecordedRoute)
