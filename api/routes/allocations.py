"""Proposals of who is put forward for what this week: changed by hand, and decided pair by pair."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from api.dependencies import Cursor, Id, IfMatch, Now, Reading, SignedIn, ThePools, Writing, answer, page_json
from api.routes.shapes import Answer, IdText, Shape
from api.routes.shortlists import BecauseSent
from api.transaction import RecordedRoute
from matching.actions import allocations as actions
from matching.actions.allocations import AllocationView
from matching.model.shortlist import DecisionReason
from matching.store.tables import Allocation

router = APIRouter(prefix="/v1/allocations", tags=["allocations"], route_class=RecordedRoute)

FewPeople = Annotated[int, Field(ge=1, le=10)]


class AllocationSent(Shape):
    """For whom a proposal is made: your own caseload, or a team that you lead."""

    team_id: IdText | None = None
    people_per_opening: FewPeople = 2
    most_per_person: FewPeople = 1


class EditSent(BecauseSent):
    """A pair that is put in or taken out, and why."""

    kind: Literal["add", "remove"]
    participant_id: IdText
    vacancy_id: IdText


class PairAnswer(Answer):
    """One role put forward for one person; `place` is that in the person's own list."""

    participant_id: str
    vacancy_id: str
    place: int | None
    why: str
    added: bool


class LeftOutAnswer(Answer):
    """A person for whom nothing is proposed, and why."""

    participant_id: str
    why: str


class EditAnswer(Answer):
    """How somebody changed a proposal."""

    kind: Literal["added", "removed"]
    participant_id: str
    vacancy_id: str
    reason: DecisionReason
    words: str
    by: str
    at: datetime


class AllocationSummary(Answer):
    """A proposal without its pairs."""

    id: str
    as_of: date
    team_id: str | None
    people_per_opening: int
    most_per_person: int
    made_by: str
    made_at: datetime
    version: int


class AllocationAnswer(AllocationSummary):
    """A proposal as it stands, the longest wait first, and how it came to be."""

    pairs: list[PairAnswer]
    left_out: list[LeftOutAnswer]
    edits: list[EditAnswer]


class AllocationPage(Answer):
    """Some proposals."""

    items: list[AllocationSummary]
    next_cursor: str | None


@router.post("", status_code=201, response_model=AllocationAnswer)
def propose(sent: AllocationSent, by: SignedIn, at: Now, reading: Reading, store: Writing, pools: ThePools) -> Response:
    """Propose who is put forward for what; it decides nothing."""
    view = actions.propose_allocation(
        team_id=sent.team_id,
        people_per_opening=sent.people_per_opening,
        most_per_person=sent.most_per_person,
        by=by,
        at=at,
        reading=reading,
        store=store,
        pools=pools,
    )
    return answer(_json(view), status=201, version=view.row.version, location=f"/v1/allocations/{view.row.id}")


@router.get("", response_model=AllocationPage)
def find(by: SignedIn, store: Reading, page: Cursor) -> Response:
    """Find the proposals that you made or that are of your teams."""
    found = actions.find_allocations(after=page.after, limit=page.limit, by=by, store=store)
    return answer(page_json(found, [_summary(row) for row in found.items]))


@router.get("/{allocation_id}", response_model=AllocationAnswer)
def show(allocation_id: Id, by: SignedIn, at: Now, reading: Reading, store: Writing) -> Response:
    """Read a proposal."""
    view = actions.read_allocation(allocation_id=allocation_id, by=by, at=at, reading=reading, store=store)
    return answer(_json(view), version=view.row.version)


@router.post("/{allocation_id}/edits", response_model=AllocationAnswer)
def edit(allocation_id: Id, sent: EditSent, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Put one pair in or take one out, with a reason."""
    view = actions.edit_allocation(
        allocation_id=allocation_id,
        participant_id=sent.participant_id,
        vacancy_id=sent.vacancy_id,
        added=sent.kind == "add",
        because=sent.because(),
        version=version,
        by=by,
        at=at,
        store=store,
    )
    return answer(_json(view), version=view.row.version)


def _summary(row: Allocation) -> dict[str, Any]:
    return {
        "id": row.id,
        "as_of": row.as_of,
        "team_id": row.team_id,
        "people_per_opening": row.proposal["people_per_opening"],
        "most_per_person": row.proposal["most_per_person"],
        "made_by": row.made_by,
        "made_at": row.made_at,
        "version": row.version,
    }


def _json(view: AllocationView) -> dict[str, Any]:
    return {**_summary(view.row), "pairs": view.pairs, "left_out": view.left_out, "edits": view.edits}
