"""Where other systems want to be told of alerts."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], route_class=RecordedRoute)
