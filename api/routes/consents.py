"""What participants decided about telling employers."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/participants/{participant_id}/consents", tags=["consents"], route_class=RecordedRoute)
