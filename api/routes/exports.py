"""Files taken out: what is filtered, and the pseudonymised history."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/exports", tags=["exports"], route_class=RecordedRoute)
