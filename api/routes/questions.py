"""Questions to employers, merged into one call list each, and their answers."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/questions", tags=["questions"], route_class=RecordedRoute)
