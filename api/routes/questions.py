"""Questions of all lists, merged into one call an employer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.dependencies import Cursor, Now, Reading, SignedIn, ThePools, Writing, answer, page_json
from api.routes.shapes import Answer, IdText
from api.transaction import RecordedRoute
from matching.actions import questions as actions
from matching.actions.questions import CallQuestion, EmployerCall

router = APIRouter(prefix="/v1/questions", tags=["questions"], route_class=RecordedRoute)


class CallQuestionAnswer(Answer):
    """One question: how many people it matters for, and the most places that an answer could move the role."""

    vacancy_id: str
    vacancy_ref: str
    title: str
    ask: str
    about: str
    worth: float
    people: int
    refused: bool


class CallAnswer(Answer):
    """Everything to ask one employer, best worth first, and when it may be contacted."""

    employer_id: str
    employer: str
    contact_every_days: int | None
    no_contact_until: date | None
    last_contact_on: date | None
    next_allowed_on: date
    questions: list[CallQuestionAnswer]


class CallPage(Answer):
    """Some employers to call, the question of most worth first."""

    items: list[CallAnswer]
    next_cursor: str | None


@router.get("", response_model=CallPage)
def call_list(
    by: SignedIn,
    at: Now,
    reading: Reading,
    store: Writing,
    pools: ThePools,
    page: Cursor,
    employer_id: Annotated[IdText | None, Query(description="Only this employer.")] = None,
) -> Response:
    """Read whom to call and what to ask; nothing of any participant is told."""
    found = actions.call_lists(
        employer_id=employer_id,
        after=page.after,
        limit=page.limit,
        by=by,
        at=at,
        reading=reading,
        store=store,
        pools=pools,
    )
    return answer(page_json(found, [_json(call) for call in found.items]))


def _json(call: EmployerCall) -> dict[str, Any]:
    contact = call.contact
    return {
        "employer_id": call.employer.id,
        "employer": call.employer.name,
        "contact_every_days": contact.contact_every_days,
        "no_contact_until": contact.no_contact_until,
        "last_contact_on": contact.last_contact_on,
        "next_allowed_on": contact.next_allowed_on,
        "questions": [_question_json(question) for question in call.questions],
    }


def _question_json(question: CallQuestion) -> dict[str, Any]:
    return {
        "vacancy_id": question.vacancy.id,
        "vacancy_ref": question.vacancy.ref,
        "title": question.vacancy.title,
        "ask": question.ask,
        "about": question.about,
        "worth": question.worth,
        "people": question.people,
        "refused": question.refused,
    }
