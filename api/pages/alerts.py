"""Pages on alerts: new roles that may suit somebody, until their specialist has seen them."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.route import PageRoute
from api.pages.visit import Visit
from matching.actions.alerts import alerts_told, mark_alert_seen

router = APIRouter(prefix="/alerts", route_class=PageRoute, include_in_schema=False)

_ON_A_PAGE = 25


@router.get("")
def show(visit: Visit) -> Response:
    """Show the roles that may suit somebody on the asker's caseload, those that wait to be looked at or all."""
    everything = visit.asked("show") == "all"
    page = alerts_told(only_new=not everything, after=visit.asked("after") or None, limit=_ON_A_PAGE, **visit.stores())
    return visit.show("alerts/list.html", page=page, everything=everything)


@router.post("/{alert_id}/seen")
def seen(alert_id: Id, visit: Visit) -> Response:
    """Note that an alert was seen, and come back to where it stood."""
    mark_alert_seen(alert_id=alert_id, by=visit.by, at=visit.at, store=visit.writing)
    return visit.go("/" if visit.typed.get("back") == "day" else "/alerts", done="alert-seen")
