"""Vacancies: logged, confirmed, closed, carved; facts with their source."""

from __future__ import annotations

from fastapi import APIRouter

from api.transaction import RecordedRoute

router = APIRouter(prefix="/v1/vacancies", tags=["vacancies"], route_class=RecordedRoute)
