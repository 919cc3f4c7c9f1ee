"""Job tasters and working interviews: what both sides found."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/tasters", tags=["tasters"], route_class=RecordedRoute)
