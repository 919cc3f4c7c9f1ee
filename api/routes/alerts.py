"""Alerts: roles that entered the first entries of somebody's list, told once to their specialist."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.dependencies import Cursor, Id, Now, Reading, SignedIn, Writing, answer, page_json
from api.routes.shapes import Answer
from api.transaction import RecordedRoute
from matching.actions import alerts as actions
from matching.actions.alerts import AlertView
from matching.model.vacancy import VacancyStatus

router = APIRouter(prefix="/v1/alerts", tags=["alerts"], route_class=RecordedRoute)


class AlertAnswer(Answer):
    """A role that entered somebody's first entries: at which place, and what had changed."""

    id: str
    participant_id: str
    vacancy_id: str
    vacancy_ref: str
    title: str
    status: VacancyStatus
    position: int
    because: str
    at: datetime
    seen_at: datetime | None


class AlertPage(Answer):
    """Some alerts, the oldest first."""

    items: list[AlertAnswer]
    next_cursor: str | None


@router.get("", response_model=AlertPage)
def find(
    by: SignedIn,
    at: Now,
    reading: Reading,
    store: Writing,
    page: Cursor,
    unseen: Annotated[bool, Query(description="Only those that nobody has seen.")] = False,
) -> Response:
    """Read the alerts for the participants on your caseload."""
    found = actions.find_alerts(
        only_new=unseen, after=page.after, limit=page.limit, by=by, at=at, reading=reading, store=store
    )
    return answer(page_json(found, [_json(view) for view in found.items]))


@router.post("/{alert_id}/seen", response_model=AlertAnswer)
def seen(alert_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """Mark an alert as seen."""
    return answer(_json(actions.mark_alert_seen(alert_id=alert_id, by=by, at=at, store=store)))


def _json(view: AlertView) -> dict[str, Any]:
    alert, vacancy = view.alert, view.vacancy
    return {
        "id": alert.id,
        "participant_id": alert.participant_id,
        "vacancy_id": alert.vacancy_id,
        "vacancy_ref": vacancy.ref,
        "title": vacancy.title,
        "status": vacancy.status,
        "position": alert.position,
        "because": alert.because,
        "at": alert.at,
        "seen_at": alert.seen_at,
    }
