"""Whom a role might suit: never in order of how good anybody is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Cursor, Id, Now, Reading, SignedIn, ThePools, Writing, answer
from api.routes.shapes import Answer
from api.routes.shortlists import FindingAnswer
from api.transaction import RecordedRoute
from matching.actions import reverse as actions
from matching.actions.reverse import Interest, Suited

router = APIRouter(prefix="/v1/vacancies", tags=["vacancies"], route_class=RecordedRoute)


class SuitedAnswer(Answer):
    """A participant on whose list the role stands: its place there, its findings, and how long they have waited."""

    participant_id: str
    participant_ref: str
    specialist_id: str | None
    days_since_opportunity: int | None
    place: int
    findings: list[FindingAnswer]


class ToTalkToAnswer(Answer):
    """A specialist, and for how many of their participants the role stands on a list."""

    specialist_id: str
    name: str
    count: int


class SuitsAnswer(Answer):
    """Who has waited longest comes first. Who reads no participants learns only whom to talk to."""

    people: list[SuitedAnswer] | None
    count: int | None
    specialists: list[ToTalkToAnswer] | None
    waiting: int
    next_cursor: str | None


@router.get("/{vacancy_id}/suits", response_model=SuitsAnswer)
def suits(
    vacancy_id: Id, by: SignedIn, at: Now, reading: Reading, store: Writing, pools: ThePools, page: Cursor
) -> Response:
    """Ask whom a role might suit: those among whose first entries it stands; `waiting` are still to be looked at."""
    found = actions.whom_might_it_suit(
        vacancy_id=vacancy_id,
        after=page.after,
        limit=page.limit,
        by=by,
        at=at,
        reading=reading,
        store=store,
        pools=pools,
    )
    if isinstance(found, Interest):
        specialists = [
            {"specialist_id": each.specialist.id, "name": each.specialist.name, "count": each.count}
            for each in found.specialists
        ]
        told: dict[str, Any] = {"people": None, "count": found.count, "specialists": specialists, "next_cursor": None}
    else:
        people = [_json(each) for each in found.page.items]
        told = {"people": people, "count": None, "specialists": None, "next_cursor": found.page.next_after}
    return answer({**told, "waiting": found.waiting})


def _json(each: Suited) -> dict[str, Any]:
    return {
        "participant_id": each.participant.id,
        "participant_ref": each.participant.ref,
        "specialist_id": each.participant.specialist_id,
        "days_since_opportunity": each.days_since_opportunity,
        "place": each.place,
        "findings": each.findings,
    }
