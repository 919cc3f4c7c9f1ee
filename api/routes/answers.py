"""Answers of employers to questions about a vacancy: each becomes a fact, and those whom it affects are told."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from api.dependencies import Cursor, Id, Now, Reading, SignedIn, ThePools, Writing, answer, page_json
from api.routes.shapes import Answer as Answered
from api.routes.shapes import Day, IdText, JsonValue, Shape, Words
from api.transaction import RecordedRoute
from matching.actions import answers as actions
from matching.actions.answers import AffectedPeople, AnswerSource, Said
from matching.actions.questions import Affected
from matching.model.fact import FactSource, Standing
from matching.model.finding import Verdict
from matching.store.tables import Answer

router = APIRouter(prefix="/v1/vacancies", tags=["answers"], route_class=RecordedRoute)


class AnswerSent(Shape):
    """What an employer said. `about` is that of the question; the value is as in the interchange format."""

    about: Annotated[str, Field(min_length=1, max_length=100)]
    value: JsonValue = None
    refused: bool = False
    source: AnswerSource
    said_on: Day
    contact_id: IdText | None = None
    note: Words = ""

    def said(self) -> Said:
        """The same for the domain."""
        return Said(**self.model_dump())


class AnswerAnswer(Answered):
    """An answer, and the fact that it became; none where the employer did not want to say."""

    id: str
    vacancy_id: str
    about: str
    refused: bool
    source: FactSource
    said_on: date
    fact_id: str | None
    contact_id: str | None
    by: str


class ChangeAnswer(Answered):
    """What a verdict was and is; none where there is no such finding."""

    about: str
    before: Verdict | None
    after: Verdict | None


class AffectedAnswer(Answered):
    """A participant on whose latest list something changes."""

    participant_id: str
    shortlist_id: str
    changes: list[ChangeAnswer]
    excluded_before: bool
    excluded_after: bool


class SpecialistAnswer(Answered):
    """A specialist, and for how many on their caseload something changes."""

    id: str
    name: str
    count: int


class AffectsAnswer(Answered):
    """Whom an answer affects: how many, whose specialists to talk to, and those whom the asker may read."""

    count: int
    specialists: list[SpecialistAnswer]
    participants: list[AffectedAnswer]


class AnswerTaken(AnswerAnswer):
    """An answer that was taken in; `beside` means that something better known still holds."""

    standing: Standing | None
    affects: AffectsAnswer


class AnswerPage(Answered):
    """Some answers."""

    items: list[AnswerAnswer]
    next_cursor: str | None


@router.post("/{vacancy_id}/answers", status_code=201, response_model=AnswerTaken)
def take(vacancy_id: Id, sent: AnswerSent, by: SignedIn, at: Now, store: Writing, pools: ThePools) -> Response:
    """Take an employer's answer in; the same answer again changes nothing."""
    taken = actions.answer_question(vacancy_id=vacancy_id, said=sent.said(), by=by, at=at, store=store, pools=pools)
    told = {**_json(taken.answer), "standing": taken.standing, "affects": _affects_json(taken.affected)}
    return answer(told, status=201)


@router.get("/{vacancy_id}/answers", response_model=AnswerPage)
def find(vacancy_id: Id, by: SignedIn, store: Reading, page: Cursor) -> Response:
    """Read what an employer answered about a role."""
    found = actions.answers_about(vacancy_id=vacancy_id, after=page.after, limit=page.limit, by=by, store=store)
    return answer(page_json(found, [_json(each) for each in found.items]))


def _json(row: Answer) -> dict[str, object]:
    return {
        "id": row.id,
        "vacancy_id": row.vacancy_id,
        "about": row.about,
        "refused": row.refused,
        "source": row.source,
        "said_on": row.said_on,
        "fact_id": row.fact_id,
        "contact_id": row.contact_id,
        "by": row.by,
    }


def _affects_json(affected: AffectedPeople) -> dict[str, object]:
    return {
        "count": affected.count,
        "specialists": [{"id": user.id, "name": user.name, "count": count} for user, count in affected.specialists],
        "participants": [_affected_json(each) for each in affected.people],
    }


def _affected_json(each: Affected) -> dict[str, object]:
    return {
        "participant_id": each.participant.id,
        "shortlist_id": each.shortlist_id,
        "changes": [{"about": change.about, "before": change.before, "after": change.after} for change in each.changes],
        "excluded_before": each.excluded_before,
        "excluded_after": each.excluded_after,
    }
