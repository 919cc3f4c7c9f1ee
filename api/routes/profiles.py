"""Vocational profiles: versions, changes, drafts of second savers."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/participants/{participant_id}/profile", tags=["profiles"], route_class=RecordedRoute)
