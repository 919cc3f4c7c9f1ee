"""Decisions on roles, one at a time."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/decisions", tags=["decisions"], route_class=RecordedRoute)
