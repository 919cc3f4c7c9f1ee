"""Decisions: one role at a time, with a reason, and taken back as they were made."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.dependencies import Cursor, Now, Reading, SignedIn, Writing, answer, page_json
from api.routes.shapes import Answer, IdText, Shape
from api.routes.shortlists import DecisionAnswer, ReasonWords, decision_json
from api.transaction import RecordedRoute
from matching.actions import decisions as actions
from matching.actions.decisions import Chosen, DecisionView
from matching.model.shortlist import Choice, DecisionReason

router = APIRouter(prefix="/v1/decisions", tags=["decisions"], route_class=RecordedRoute)


class DecisionSent(Shape):
    """What was chosen for one role; what is set aside needs a reason, what is put forward a reason or words."""

    participant_id: IdText
    vacancy_id: IdText
    shortlist_id: IdText | None = None
    choice: Choice
    reason: DecisionReason | None = None
    words: ReasonWords = ""


class TakingBackSent(Shape):
    """The role of which the decision that holds is taken back."""

    participant_id: IdText
    vacancy_id: IdText
    words: ReasonWords = ""


class StandingAnswer(Answer):
    """What the employer wants to be kept to: shown before anybody calls, and no bar to deciding."""

    contact_every_days: int | None
    no_contact_until: date | None
    last_contact_on: date | None
    next_planned_on: date | None
    next_allowed_on: date


class DecisionMade(DecisionAnswer):
    """A decision, beside when its employer may be contacted."""

    contact: StandingAnswer


class DecisionPage(Answer):
    """Some decisions, the first one first."""

    items: list[DecisionAnswer]
    next_cursor: str | None


@router.post("", status_code=201, response_model=DecisionMade)
def decide(sent: DecisionSent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Decide on one role for one participant; many at once cannot be decided."""
    view = actions.decide(
        participant_id=sent.participant_id,
        vacancy_id=sent.vacancy_id,
        shortlist_id=sent.shortlist_id,
        chosen=Chosen(choice=sent.choice, reason=sent.reason, words=sent.words),
        by=by,
        at=at,
        store=store,
    )
    return answer(_json(view), status=201)


@router.post("/take-back", status_code=201, response_model=DecisionMade)
def take_back(sent: TakingBackSent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Take back what was decided about one role; the history keeps both."""
    view = actions.take_back(
        participant_id=sent.participant_id,
        vacancy_id=sent.vacancy_id,
        words=sent.words,
        by=by,
        at=at,
        store=store,
    )
    return answer(_json(view), status=201)


@router.get("", response_model=DecisionPage)
def find(
    participant_id: Annotated[IdText, Query()],
    by: SignedIn,
    at: Now,
    reading: Reading,
    store: Writing,
    page: Cursor,
    vacancy_id: Annotated[IdText | None, Query()] = None,
) -> Response:
    """Read everything that was decided for a participant."""
    found = actions.find_decisions(
        participant_id=participant_id,
        vacancy_id=vacancy_id,
        after=page.after,
        limit=page.limit,
        by=by,
        at=at,
        reading=reading,
        store=store,
    )
    return answer(page_json(found, [decision_json(row) for row in found.items]))


def _json(view: DecisionView) -> dict[str, Any]:
    contact = view.contact
    return {
        **decision_json(view.row),
        "contact": {
            "contact_every_days": contact.contact_every_days,
            "no_contact_until": contact.no_contact_until,
            "last_contact_on": contact.last_contact_on,
            "next_planned_on": contact.next_planned_on,
            "next_allowed_on": contact.next_allowed_on,
        },
    }
