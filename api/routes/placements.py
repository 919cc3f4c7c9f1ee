"""Jobs started: check-ins, earnings, ends, outcomes."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/placements", tags=["placements"], route_class=RecordedRoute)
