"""The audit record."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/audit", tags=["audit"], route_class=RecordedRoute)
