"""Shortlists: drawn up, read, drawn again, arranged; why a role is not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, StringConstraints

from api.dependencies import Cursor, Id, IfMatch, Now, Reading, SignedIn, ThePools, Writing, answer, page_json
from api.routes.shapes import Answer, IdText, Shape
from api.transaction import RecordedRoute
from matching.actions import arranging, redrawing
from matching.actions import shortlists as actions
from matching.actions.arranging import MOST_ARRANGED, Because, Direction
from matching.actions.index import LivePools
from matching.actions.shortlists import FIRST_ENTRIES, MOST_ENTRIES, Arranged, Pending, ShortlistView
from matching.model.finding import Aspect
from matching.model.people import Actor
from matching.model.shortlist import Choice, DecisionReason
from matching.model.vacancy import VacancyStatus
from matching.store import Store
from matching.store.tables import DecisionRow, EntryChange, ShortlistRow

router = APIRouter(prefix="/v1/shortlists", tags=["shortlists"], route_class=RecordedRoute)

ReasonWords = Annotated[str, StringConstraints(max_length=2000)]


class ShortlistSent(Shape):
    """For whom a list is drawn up, and how many entries are kept of it."""

    participant_id: IdText
    entries: Annotated[int, Field(ge=1, le=MOST_ENTRIES)] = FIRST_ENTRIES


class BecauseSent(Shape):
    """Why an entry is arranged; `other` comes with words."""

    reason: DecisionReason
    words: ReasonWords = ""

    def because(self) -> Because:
        """The same for the domain."""
        return Because(reason=self.reason, words=self.words)


class AdditionSent(BecauseSent):
    """A role to add by hand, last unless a place is named."""

    vacancy_id: IdText
    place: Annotated[int, Field(ge=1, le=MOST_ARRANGED)] | None = None


class MoveSent(BecauseSent):
    """Where an entry goes: `up` or `down` by one place, or to a place."""

    to: Direction | Annotated[int, Field(ge=1, le=MOST_ARRANGED)]


class MethodAnswer(Answer):
    """By which encoder, weights, rules, catalogue and policy a list was made; a model or a shuffle if one took part."""

    encoder: str
    weights: str
    rules: str
    catalogue: str
    policy: str
    model: str | None = None
    shuffle: str | None = None


class CountsAnswer(Answer):
    """How many roles were open to the eye, and what became of them."""

    open: int
    listed: int
    excluded: int


class FindingAnswer(Answer):
    """One part of one aspect; `withheld` where only their specialist reads it."""

    aspect: str
    part: str
    verdict: Literal["ok", "conflict", "unknown"]
    absolute: bool
    value: float
    sentence: str


class ReasonAnswer(Answer):
    """Why a role was left out; `withheld` where only their specialist reads it."""

    aspect: str
    part: str
    sentence: str


class QuestionAnswer(Answer):
    """A question of a list, and how many places the answer could move the role."""

    ask: str
    of: Literal["employer", "participant"]
    about: str
    worth: float


class FlagAnswer(Answer):
    """Something to know that takes no part in the order."""

    kind: str
    sentence: str


class EntryAnswer(Answer):
    """An entry as the interchange format has it; of a shuffled list, with how likely it was to stand where it does."""

    position: int
    vacancy_ref: str
    band: Literal["fits_what_we_know", "ask_first"]
    score: float
    stretch: bool
    findings: list[FindingAnswer]
    why: list[str]
    concerns: list[str]
    questions: list[QuestionAnswer]
    flags: list[FlagAnswer]
    propensity: float | None = None


class RuledOutAnswer(Answer):
    """A role that was added by hand although it is ruled out: what is known of it."""

    position: None
    vacancy_ref: str
    findings: list[FindingAnswer]


class NearMissAnswer(Answer):
    """A role that one concession would open, and for how many of those whom the asker may see."""

    vacancy_ref: str
    blocked_by: list[dict[str, str]]
    concession: str
    would_rank: int
    opens_for: int


class ExclusionAnswer(Answer):
    """A role that was left out, and every reason."""

    vacancy_ref: str
    because: list[ReasonAnswer]


class SummaryAnswer(Answer):
    """A list as drawn, without its entries."""

    id: str
    participant_id: str
    document_id: str
    profile_version: int
    as_of: date
    pool_mark: int
    method: MethodAnswer
    counts: CountsAnswer
    drawn_by: str
    drawn_at: datetime
    version: int


class PendingAnswer(Answer):
    """The words of the profile are still being read: wait for the job, then ask again."""

    job_id: str
    job: str


class AddedAnswer(Answer):
    """What was known of a role when it was added by hand, and whether and why it was ruled out."""

    ruled_out: bool
    conflicts: list[str]
    as_of: date
    entry: EntryAnswer | RuledOutAnswer


class ChangeAnswer(Answer):
    """How an entry came to its place."""

    kind: Literal["added", "moved", "removed"]
    from_place: int | None
    to_place: int | None
    reason: DecisionReason
    words: str
    by: str
    at: datetime


class DecisionAnswer(Answer):
    """A decision; without a choice it took the one before back."""

    id: str
    participant_id: str
    vacancy_id: str
    shortlist_id: str | None
    choice: Choice | None
    reason: DecisionReason | None
    words: str
    by: str
    at: datetime


class LimitsAnswer(Answer):
    """How often an employer wants to be contacted, until when not, and when anybody last did."""

    contact_every_days: int | None
    no_contact_until: date | None
    last_contact_on: date | None


class ArrangedAnswer(Answer):
    """A role as people arranged it, the latest decision last; `position` is its place as drawn, if it was."""

    vacancy_id: str
    vacancy_ref: str
    title: str
    status: VacancyStatus
    employer_id: str
    employer: str
    place: int | None
    position: int | None
    removed_at: datetime | None
    contact: LimitsAnswer
    added: AddedAnswer | None
    changes: list[ChangeAnswer]
    choice: Choice | None
    decisions: list[DecisionAnswer]


class ShortlistAnswer(SummaryAnswer):
    """A list as drawn, beside how people arranged it; `withheld` roles were not told to the asker."""

    profile_has_changed: bool
    withheld: int
    drawn: list[EntryAnswer]
    arranged: list[ArrangedAnswer]


class SummaryPage(Answer):
    """Some lists."""

    items: list[SummaryAnswer]
    next_cursor: str | None


class DocumentAnswer(Answer):
    """A whole list in the interchange format."""

    shortlist_id: str
    participant_ref: str
    profile_version: int
    as_of: date
    method: MethodAnswer
    counts: CountsAnswer
    entries: list[EntryAnswer]
    negotiate: list[NearMissAnswer]
    excluded: list[ExclusionAnswer]


class ExcludedPage(Answer):
    """Some roles that were left out, and how many there are for each aspect."""

    items: list[ExclusionAnswer]
    by_reason: dict[str, int]
    next_cursor: str | None


class NegotiationPage(Answer):
    """Some roles that one concession would open, best place first."""

    items: list[NearMissAnswer]
    next_cursor: str | None


class WhyAnswer(Answer):
    """Why a role is, or is not, on the list; one that was not there yet is explained as of today.

    `concession` is the one thing that would open a role that is left out, `would_rank` its place then.
    """

    vacancy_id: str
    vacancy_ref: str
    as_of: date
    open: bool
    position: int | None
    findings: list[FindingAnswer]
    concession: str | None
    would_rank: int | None
    was_there: bool
    drawn_place: int | None
    removed_by_hand: bool
    added_by_hand: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What it takes to draw a list, or to draw it again: who asks, when, the stores and the pools."""

    by: Actor
    at: datetime
    reading: Store
    store: Store
    pools: LivePools

    def all(self) -> dict[str, Any]:
        """Everything, as the actions take it."""
        return {"by": self.by, "at": self.at, "reading": self.reading, "store": self.store, "pools": self.pools}


def _drawing(by: SignedIn, at: Now, reading: Reading, store: Writing, pools: ThePools) -> Drawing:
    return Drawing(by=by, at=at, reading=reading, store=store, pools=pools)


def _page_drawn_again(shortlist_id: Id, page: Cursor, drawing: DrawingNow) -> dict[str, Any]:
    return {"shortlist_id": shortlist_id, "after": page.after, "limit": page.limit, **drawing.all()}


DrawingNow = Annotated[Drawing, Depends(_drawing)]
#: A page of what a list, drawn again, left out.
PageDrawnAgain = Annotated[dict[str, Any], Depends(_page_drawn_again)]


@router.post(
    "",
    status_code=201,
    response_model=SummaryAnswer,
    responses={202: {"description": "Words are still being read: wait for the job", "model": PendingAnswer}},
)
def draw_up(sent: ShortlistSent, drawing: DrawingNow) -> Response:
    """Draw up a list. For words that are new it answers 202 with a job; once that is done, ask again."""
    drawn = actions.draw_up_shortlist(participant_id=sent.participant_id, count=sent.entries, **drawing.all())
    if isinstance(drawn, Pending):
        job = f"/v1/jobs/{drawn.job_id}"
        pending = answer({"job_id": drawn.job_id, "job": job}, status=202, location=job)
        pending.headers["Retry-After"] = "1"
        return pending
    return answer(_summary(drawn), status=201, version=drawn.version, location=f"/v1/shortlists/{drawn.id}")


@router.get("", response_model=SummaryPage)
def find(
    participant_id: Annotated[IdText, Query()],
    by: SignedIn,
    at: Now,
    reading: Reading,
    store: Writing,
    page: Cursor,
) -> Response:
    """Find the lists of a participant, the oldest first."""
    found = actions.find_shortlists(
        participant_id=participant_id,
        after=page.after,
        limit=page.limit,
        by=by,
        at=at,
        reading=reading,
        store=store,
    )
    return answer(page_json(found, [_summary(row) for row in found.items]))


@router.get("/{shortlist_id}", response_model=ShortlistAnswer)
def show(shortlist_id: Id, by: SignedIn, at: Now, reading: Reading, store: Writing) -> Response:
    """Read a list as drawn, beside how people arranged it and what was decided."""
    view = actions.read_shortlist(shortlist_id=shortlist_id, by=by, at=at, reading=reading, store=store)
    return answer(_json(view), version=view.row.version)


@router.get("/{shortlist_id}/document", response_model=DocumentAnswer)
def document(shortlist_id: Id, drawing: DrawingNow) -> Response:
    """Draw the whole list again from what was stored; a conflict where the method has changed since."""
    return answer(redrawing.draw_again(shortlist_id=shortlist_id, **drawing.all()))


@router.get("/{shortlist_id}/excluded", response_model=ExcludedPage)
def excluded(
    page: PageDrawnAgain,
    aspect: Annotated[Aspect | None, Query(description="Only roles that this aspect rules out.")] = None,
) -> Response:
    """Page through the roles that were left out, each with every reason."""
    found = redrawing.read_excluded(aspect=aspect, **page)
    return answer({"items": found.items, "by_reason": found.by_reason, "next_cursor": found.next_after})


@router.get("/{shortlist_id}/negotiation", response_model=NegotiationPage)
def negotiation(page: PageDrawnAgain) -> Response:
    """Page through the roles that one concession would open."""
    found = redrawing.read_negotiation(**page)
    return answer(page_json(found, list(found.items)))


@router.get("/{shortlist_id}/why", response_model=WhyAnswer)
def why(
    shortlist_id: Id,
    drawing: DrawingNow,
    vacancy_id: Annotated[IdText | None, Query()] = None,
    vacancy_ref: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
) -> Response:
    """Ask why a role, named by its id or its reference, is or is not on the list."""
    return answer(
        redrawing.explain_absence(
            shortlist_id=shortlist_id, vacancy_id=vacancy_id, vacancy_ref=vacancy_ref, **drawing.all()
        )
    )


@router.post("/{shortlist_id}/entries", status_code=201, response_model=ShortlistAnswer)
def add_entry(shortlist_id: Id, sent: AdditionSent, version: IfMatch, drawing: DrawingNow) -> Response:
    """Add an open role by hand, with a reason; one that is ruled out is marked as such."""
    row = arranging.add_entry(
        shortlist_id=shortlist_id,
        vacancy_id=sent.vacancy_id,
        place=sent.place,
        because=sent.because(),
        version=version,
        **drawing.all(),
    )
    return _after(row, drawing.by, drawing.store, status=201)


@router.patch("/{shortlist_id}/entries/{vacancy_id}", response_model=ShortlistAnswer)
def move_entry(
    shortlist_id: Id, vacancy_id: Id, sent: MoveSent, version: IfMatch, by: SignedIn, at: Now, store: Writing
) -> Response:
    """Move a role up, down or to a place, with a reason."""
    row = arranging.move_entry(
        shortlist_id=shortlist_id,
        vacancy_id=vacancy_id,
        to=sent.to,
        because=sent.because(),
        version=version,
        by=by,
        at=at,
        store=store,
    )
    return _after(row, by, store)


@router.post("/{shortlist_id}/entries/{vacancy_id}/removal", response_model=ShortlistAnswer)
def remove_entry(
    shortlist_id: Id, vacancy_id: Id, sent: BecauseSent, version: IfMatch, by: SignedIn, at: Now, store: Writing
) -> Response:
    """Take a role off the list, with a reason; its history stays."""
    row = arranging.remove_entry(
        shortlist_id=shortlist_id,
        vacancy_id=vacancy_id,
        because=sent.because(),
        version=version,
        by=by,
        at=at,
        store=store,
    )
    return _after(row, by, store)


def _after(row: ShortlistRow, by: Actor, store: Store, *, status: int = 200) -> Response:
    view = actions.shortlist_view(row, store.participants.get(row.participant_id), by=by, store=store)
    return answer(_json(view), status=status, version=row.version)


def _summary(row: ShortlistRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "participant_id": row.participant_id,
        "document_id": row.document_id,
        "profile_version": row.profile_version,
        "as_of": row.as_of,
        "pool_mark": row.pool_mark,
        "method": row.method,
        "counts": row.counts,
        "drawn_by": row.drawn_by,
        "drawn_at": row.drawn_at,
        "version": row.version,
    }


def _json(view: ShortlistView) -> dict[str, Any]:
    return {
        **_summary(view.row),
        "profile_has_changed": view.participant.profile_version != view.row.profile_version,
        "withheld": view.withheld,
        "drawn": view.drawn,
        "arranged": [_arranged_json(each) for each in view.arranged],
    }


def _arranged_json(each: Arranged) -> dict[str, Any]:
    entry, vacancy, limits = each.entry, each.vacancy, each.limits
    return {
        "vacancy_id": entry.vacancy_id,
        "vacancy_ref": entry.vacancy_ref,
        "title": vacancy.title,
        "status": vacancy.status,
        "employer_id": vacancy.employer_id,
        "employer": each.employer.name,
        "place": None if entry.removed_at is not None else entry.place,
        "position": entry.position,
        "removed_at": entry.removed_at,
        "contact": {
            "contact_every_days": limits.contact_every_days,
            "no_contact_until": limits.no_contact_until,
            "last_contact_on": limits.last_contact_on,
        },
        "added": None if each.added is None else _added_json(each.added),
        "changes": [_change_json(change) for change in each.changes],
        "choice": each.decisions[-1].choice if each.decisions else None,
        "decisions": [decision_json(decision) for decision in each.decisions],
    }


def _added_json(added: Mapping[str, Any]) -> dict[str, Any]:
    findings = added["entry"]["findings"]
    return {
        "ruled_out": added["ruled_out"],
        "conflicts": [each["sentence"] for each in findings if each["absolute"] and each["verdict"] == "conflict"],
        "as_of": added["as_of"],
        "entry": added["entry"],
    }


def _change_json(change: EntryChange) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "from_place": change.from_place,
        "to_place": change.to_place,
        "reason": change.reason,
        "words": change.words,
        "by": change.by,
        "at": change.at,
    }


def decision_json(row: DecisionRow) -> dict[str, Any]:
    """A decision as it is answered everywhere."""
    return {
        "id": row.id,
        "participant_id": row.participant_id,
        "vacancy_id": row.vacancy_id,
        "shortlist_id": row.shortlist_id,
        "choice": row.choice,
        "reason": row.reason,
        "words": row.words,
        "by": row.by,
        "at": row.at,
    }
