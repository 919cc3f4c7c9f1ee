"""Answers of employers to questions about a vacancy."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/vacancies", tags=["answers"], route_class=RecordedRoute)
