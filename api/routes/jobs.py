"""Work that goes on after an answer, to be asked about."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], route_class=RecordedRoute)
