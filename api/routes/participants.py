"""Participants: taken on, read, changed, exported, erased; their caseload."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/participants", tags=["participants"], route_class=RecordedRoute)
