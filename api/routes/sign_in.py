"""Sign in and out: password and one-time code, or single sign-on."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/sign-in", tags=["sign in"], route_class=RecordedRoute)
