"""Pages on questions: whom to call, and what to ask about which of their roles."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Response

from api.pages.calls import calls_for
from api.pages.route import PageRoute
from api.pages.visit import Visit
from matching.actions.employers import read_employer
from matching.actions.questions import CallQuestion
from matching.model.people import Permission
from matching.store.tables import VacancyRow

router = APIRouter(prefix="/questions", route_class=PageRoute, include_in_schema=False)

_ON_A_PAGE = 15
#: Questions of one employer that are shown among all employers; on its own list all are.
_FIRST = 3


@router.get("")
def show(visit: Visit) -> Response:
    """Show the calls to make, or the one to an employer."""
    visit.need(Permission.QUESTIONS_READ)
    employer_id = visit.asked("employer", most=64) or None
    employer = None
    if employer_id is not None:
        employer, _ = read_employer(employer_id=employer_id, by=visit.by, store=visit.reading)
    page = calls_for(visit, employer_id=employer_id, after=visit.asked("after") or None, limit=_ON_A_PAGE)
    roles = _by_role(page.items[0].questions) if employer is not None and page.items else []
    return visit.show("questions/list.html", page=page, employer=employer, roles=roles, first=_FIRST)


def _by_role(questions: Sequence[CallQuestion]) -> list[tuple[VacancyRow, list[CallQuestion]]]:
    """The questions of one call, role by role as they are talked about; the one of most worth first."""
    of_role: dict[str, list[CallQuestion]] = {}
    for each in questions:
        of_role.setdefault(each.vacancy.id, []).append(each)
    return [(some[0].vacancy, some) for some in of_role.values()]
