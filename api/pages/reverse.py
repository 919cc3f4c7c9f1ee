"""Whom a role might suit: who has waited longest comes first, and nobody is ordered by how good they are."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.route import PageRoute
from api.pages.visit import SignedInVisit, Visit
from matching.actions.reverse import Interest, Suited, whom_might_it_suit, whom_of_others
from matching.actions.vacancies import read_known_vacancy
from matching.errors import Conflict
from matching.model.finding import Verdict

router = APIRouter(prefix="/roles", route_class=PageRoute, include_in_schema=False)

_ON_A_PAGE = 20


@router.get("/{vacancy_id}/people")
def people(vacancy_id: Id, visit: Visit) -> Response:
    """The people whom the asker may read, and of others only how many there are and whom to talk to."""
    known = read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    shown: dict[str, Any] = {"role": known.vacancy, "employer_name": known.employer_name}
    try:
        found = whom_might_it_suit(
            vacancy_id=vacancy_id,
            after=visit.asked("after", most=64) or None,
            limit=_ON_A_PAGE,
            **visit.stores(),
            pools=visit.pools,
        )
    except Conflict:
        return visit.show("reverse/waiting.html", **shown)
    if isinstance(found, Interest):
        return visit.show("reverse/counts.html", **shown, interest=found)
    return visit.show(
        "reverse/people.html",
        **shown,
        people=[_person(each) for each in found.page.items],
        next_after=found.page.next_after,
        waiting=found.waiting,
        others=_others(vacancy_id, visit),
    )


def _others(vacancy_id: str, visit: SignedInVisit) -> Interest | None:
    """Those of colleagues, on the first page only."""
    if visit.asked("after"):
        return None
    return whom_of_others(vacancy_id=vacancy_id, **visit.stores(), pools=visit.pools)


def _person(each: Suited) -> dict[str, Any]:
    by_verdict = {
        verdict: [finding for finding in each.findings if finding.get("verdict") == verdict] for verdict in Verdict
    }
    return {
        "id": each.participant.id,
        "name": each.participant.name or each.participant.ref,
        "days": each.days_since_opportunity,
        "entered_on": each.participant.entered_on,
        "since": each.since,
        "unknown": [finding["ask"] for finding in by_verdict[Verdict.UNKNOWN] if finding.get("ask")],
        "conflicts": [finding["sentence"] for finding in by_verdict[Verdict.CONFLICT]],
    }
