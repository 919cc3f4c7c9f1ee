"""Users, their roles and teams; machine tokens; the organisation itself."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/users", tags=["users"], route_class=RecordedRoute)
