"""Shortlists: drawn up, read, arranged; why a role is not there."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/shortlists", tags=["shortlists"], route_class=RecordedRoute)
