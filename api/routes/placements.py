"""Jobs started: corrected, followed up, paid, ended; and the outcomes that they reached."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from api.dependencies import Cursor, Id, IfMatch, Now, SignedIn, Writing, answer, page_json
from api.routes.shapes import Answer, Day, IdText, Shape, Words
from api.transaction import RecordedRoute
from matching.actions import outcomes as outcome_actions
from matching.actions import placements as actions
from matching.actions.placements import CheckInDetails, End, JobTerms, Pay, PlacementChanged, Start
from matching.model.placement import EarningsSource, LeavingReason, Outcome, OutcomeKind, OutcomeState, WhoSays
from matching.store.tables import CheckIn, EarningsRow, PlacementRow

router = APIRouter(prefix="/v1", tags=["placements"], route_class=RecordedRoute)

_Slug = Annotated[str, Field(min_length=1, max_length=100)]
_MOST_PENCE_AN_HOUR, _MOST_PENCE = 100_000, 100_000_000


class TermsSent(Shape):
    """What was agreed for a job; what nobody knows yet is null."""

    job_title: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    started_on: Day
    hours_week: Annotated[float, Field(gt=0, le=168, allow_inf_nan=False)] | None = None
    hourly_pence: Annotated[int, Field(ge=0, le=_MOST_PENCE_AN_HOUR)] | None = None
    permanent: bool | None = None
    adjustments_agreed: Annotated[tuple[_Slug, ...], Field(max_length=50)] = ()
    support_plan_on: Day | None = None
    benefits_advice_on: Day | None = None

    def terms(self) -> JobTerms:
        """The same for the domain."""
        return JobTerms(**{name: getattr(self, name) for name in TermsSent.model_fields})


class StartSent(TermsSent):
    """A job start: name the decision that it came from, or the role, or the employer alone."""

    participant_id: IdText
    decision_id: IdText | None = None
    vacancy_id: IdText | None = None
    employer_id: IdText | None = None

    def start(self) -> Start:
        """The same for the domain."""
        return Start(
            participant_id=self.participant_id,
            terms=self.terms(),
            decision_id=self.decision_id,
            vacancy_id=self.vacancy_id,
            employer_id=self.employer_id,
        )


class EndSent(Shape):
    """How a job ended: the last day in it, why, and who says so."""

    ended_on: Day
    reason: LeavingReason
    said_by: WhoSays
    words: Words = ""


class CheckInSent(Shape):
    """What a conversation about the job showed; satisfaction is the person's own, from 1 to 5."""

    on: Day
    still_in_work: bool
    satisfaction: Annotated[int, Field(ge=1, le=5)] | None = None
    notes: Words = ""


class EarningsSent(Shape):
    """Gross pay in pence for a period, both days included, and what shows it."""

    from_on: Day
    to_on: Day
    gross_pence: Annotated[int, Field(ge=0, le=_MOST_PENCE)]
    source: EarningsSource
    verified: bool = False


class CheckInAnswer(Answer):
    """A check-in."""

    id: str
    on: date
    still_in_work: bool
    satisfaction: int | None
    notes: str
    version: int


class EarningsAnswer(Answer):
    """Pay for a period."""

    id: str
    from_on: date
    to_on: date
    gross_pence: int
    source: EarningsSource
    verified: bool
    version: int


class PlacementAnswer(Answer):
    """A job; after a start or an end, whether the profile is due to be looked at again."""

    id: str
    participant_id: str
    employer_id: str
    vacancy_id: str | None
    shortlist_id: str | None
    decision_id: str | None
    job_title: str
    started_on: date
    hours_week: float | None
    hourly_pence: int | None
    permanent: bool | None
    adjustments_agreed: list[str]
    support_plan_on: date | None
    benefits_advice_on: date | None
    ended_on: date | None
    end_reason: LeavingReason | None
    end_said_by: WhoSays | None
    end_words: str
    version: int
    update_profile: bool | None = None
    check_ins: list[CheckInAnswer] | None = None
    earnings: list[EarningsAnswer] | None = None


class PlacementPage(Answer):
    """Some jobs."""

    items: list[PlacementAnswer]
    next_cursor: str | None


class OutcomeAnswer(Answer):
    """How far an outcome is; `missing` says what there is still to see or to earn."""

    kind: OutcomeKind
    placement_id: str
    state: OutcomeState
    reached_on: date | None
    missing: str
    verified: bool
    earned_pence: int | None
    needed_pence: int | None


class OutcomesAnswer(Answer):
    """The outcomes of all jobs of a participant."""

    items: list[OutcomeAnswer]


@router.post("/placements", status_code=201, response_model=PlacementAnswer)
def start(sent: StartSent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Record that a participant started a job."""
    changed = actions.start_placement(start=sent.start(), by=by, at=at, store=store)
    placement = changed.placement
    return answer(
        _changed_json(changed), status=201, version=placement.version, location=f"/v1/placements/{placement.id}"
    )


@router.get("/placements/{placement_id}", response_model=PlacementAnswer)
def show(placement_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """Read a job with its check-ins and earnings."""
    view = actions.read_placement(placement_id=placement_id, by=by, at=at, store=store)
    told = {
        **_json(view.placement),
        "check_ins": [_check_in_json(each) for each in view.check_ins],
        "earnings": [_earnings_json(each) for each in view.earnings],
    }
    return answer(told, version=view.placement.version)


@router.put("/placements/{placement_id}", response_model=PlacementAnswer)
def correct(placement_id: Id, sent: TermsSent, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Correct what was recorded of a start."""
    changed = actions.correct_placement(
        placement_id=placement_id, terms=sent.terms(), version=version, by=by, at=at, store=store
    )
    return answer(_changed_json(changed), version=changed.placement.version)


@router.put("/placements/{placement_id}/end", response_model=PlacementAnswer)
def end(placement_id: Id, sent: EndSent, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Record how a job ended, or correct that."""
    changed = actions.end_placement(
        placement_id=placement_id, end=End(**sent.model_dump()), version=version, by=by, at=at, store=store
    )
    return answer(_changed_json(changed), version=changed.placement.version)


@router.delete("/placements/{placement_id}/end", response_model=PlacementAnswer)
def take_back_end(placement_id: Id, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Take back an end that was a mistake."""
    changed = actions.take_back_end(placement_id=placement_id, version=version, by=by, at=at, store=store)
    return answer(_changed_json(changed), version=changed.placement.version)


@router.post("/placements/{placement_id}/check-ins", status_code=201, response_model=CheckInAnswer)
def add_check_in(placement_id: Id, sent: CheckInSent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Record a conversation about how the job goes."""
    check_in = actions.add_check_in(
        placement_id=placement_id, details=CheckInDetails(**sent.model_dump()), by=by, at=at, store=store
    )
    return answer(_check_in_json(check_in), status=201, version=check_in.version)


@router.put("/placements/{placement_id}/check-ins/{check_in_id}", response_model=CheckInAnswer)
def correct_check_in(
    placement_id: Id, check_in_id: Id, sent: CheckInSent, version: IfMatch, by: SignedIn, at: Now, store: Writing
) -> Response:
    """Correct a check-in."""
    check_in = actions.correct_check_in(
        placement_id=placement_id,
        check_in_id=check_in_id,
        details=CheckInDetails(**sent.model_dump()),
        version=version,
        by=by,
        at=at,
        store=store,
    )
    return answer(_check_in_json(check_in), version=check_in.version)


@router.post("/placements/{placement_id}/earnings", status_code=201, response_model=EarningsAnswer)
def add_earnings(placement_id: Id, sent: EarningsSent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Record gross pay for a period; 409 where pay from the same source overlaps."""
    row = actions.add_earnings(placement_id=placement_id, pay=Pay(**sent.model_dump()), by=by, at=at, store=store)
    return answer(_earnings_json(row), status=201, version=row.version)


@router.put("/placements/{placement_id}/earnings/{earnings_id}", response_model=EarningsAnswer)
def correct_earnings(
    placement_id: Id, earnings_id: Id, sent: EarningsSent, version: IfMatch, by: SignedIn, at: Now, store: Writing
) -> Response:
    """Correct a record of earnings, or note that it was verified."""
    row = actions.correct_earnings(
        placement_id=placement_id,
        earnings_id=earnings_id,
        pay=Pay(**sent.model_dump()),
        version=version,
        by=by,
        at=at,
        store=store,
    )
    return answer(_earnings_json(row), version=row.version)


@router.delete("/placements/{placement_id}/earnings/{earnings_id}", status_code=204)
def remove_earnings(
    placement_id: Id, earnings_id: Id, version: IfMatch, by: SignedIn, at: Now, store: Writing
) -> Response:
    """Remove a record of earnings that should not have been made."""
    actions.remove_earnings(
        placement_id=placement_id, earnings_id=earnings_id, version=version, by=by, at=at, store=store
    )
    return Response(status_code=204)


@router.get("/participants/{participant_id}/placements", response_model=PlacementPage)
def of_participant(participant_id: Id, by: SignedIn, at: Now, store: Writing, page: Cursor) -> Response:
    """Read a participant's jobs."""
    found = actions.placements_of(
        participant_id=participant_id, after=page.after, limit=page.limit, by=by, at=at, store=store
    )
    return answer(page_json(found, [_json(placement) for placement in found.items]))


@router.get("/participants/{participant_id}/outcomes", response_model=OutcomesAnswer)
def outcomes(participant_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """Read what a participant's jobs have reached, what not yet, and what is missing."""
    found = outcome_actions.read_outcomes(participant_id=participant_id, by=by, at=at, store=store)
    return answer({"items": [_outcome_json(outcome) for outcome in found]})


def _changed_json(changed: PlacementChanged) -> dict[str, object]:
    return {**_json(changed.placement), "update_profile": changed.update_profile}


def _json(placement: PlacementRow) -> dict[str, object]:
    return {
        "id": placement.id,
        "participant_id": placement.participant_id,
        "employer_id": placement.employer_id,
        "vacancy_id": placement.vacancy_id,
        "shortlist_id": placement.shortlist_id,
        "decision_id": placement.decision_id,
        "job_title": placement.job_title,
        "started_on": placement.started_on,
        "hours_week": placement.hours_week,
        "hourly_pence": placement.hourly_pence,
        "permanent": placement.permanent,
        "adjustments_agreed": placement.adjustments_agreed,
        "support_plan_on": placement.support_plan_on,
        "benefits_advice_on": placement.benefits_advice_on,
        "ended_on": placement.ended_on,
        "end_reason": placement.end_reason,
        "end_said_by": placement.end_said_by,
        "end_words": placement.end_words or "",
        "version": placement.version,
    }


def _check_in_json(check_in: CheckIn) -> dict[str, object]:
    return {
        "id": check_in.id,
        "on": check_in.on,
        "still_in_work": check_in.still_in_work,
        "satisfaction": check_in.satisfaction,
        "notes": check_in.notes,
        "version": check_in.version,
    }


def _earnings_json(row: EarningsRow) -> dict[str, object]:
    return {
        "id": row.id,
        "from_on": row.from_on,
        "to_on": row.to_on,
        "gross_pence": row.gross_pence,
        "source": row.source,
        "verified": row.verified,
        "version": row.version,
    }


def _outcome_json(outcome: Outcome) -> dict[str, object]:
    return {
        "kind": outcome.kind,
        "placement_id": outcome.placement_id,
        "state": outcome.state,
        "reached_on": outcome.reached_on,
        "missing": outcome.missing,
        "verified": outcome.verified,
        "earned_pence": outcome.earned_pence,
        "needed_pence": outcome.needed_pence,
    }
