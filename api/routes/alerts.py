"""Alerts, whom a role might suit, and proposals of allocation."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/alerts", tags=["alerts"], route_class=RecordedRoute)
