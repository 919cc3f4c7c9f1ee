"""Contacts with employers, on behalf of participants or to learn."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/contacts", tags=["contacts"], route_class=RecordedRoute)
