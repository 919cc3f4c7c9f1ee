"""What is done about jobs that were started: corrected, followed up, paid, ended; outcomes follow each change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from matching.actions.days import local_day
from matching.actions.events import record
from matching.actions.facts import visible_vacancy
from matching.actions.outcomes import renew_outcomes
from matching.actions.tasters import employer_of, note_opportunity
from matching.actions.vacancies import fill_vacancy
from matching.errors import Conflict, Invalid, NotFound, Problem, Stale, Where
from matching.model.people import Actor
from matching.model.placement import EarningsSource, LeavingReason, WhoSays
from matching.model.shortlist import Choice
from matching.model.vacancy import VacancyStatus
from matching.permissions import check_can_read_participant, check_can_write_participant
from matching.store import Page, Store, new_id
from matching.store.tables import CheckIn, DecisionRow, EarningsRow, PlacementRow, VacancyRow
from matching.taxonomy import load_catalogue

LONGEST_PERIOD_DAYS = 366
#: Payslips come before the month is over, so a period may reach a little beyond today.
PAID_AHEAD_DAYS = 31
_CAN_BE_FILLED = (VacancyStatus.OPEN, VacancyStatus.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTerms:
    """What was agreed for a job; what nobody knows yet is none."""

    job_title: str | None
    started_on: date
    hours_week: float | None = None
    hourly_pence: int | None = None
    permanent: bool | None = None
    adjustments_agreed: tuple[str, ...] = ()
    support_plan_on: date | None = None
    benefits_advice_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A job start: from a decision to put somebody forward, from a role, or with an employer alone."""

    participant_id: str
    terms: JobTerms
    decision_id: str | None = None
    vacancy_id: str | None = None
    employer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a job ended: the last day in it, why, and who says so."""

    ended_on: date
    reason: LeavingReason
    said_by: WhoSays
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInDetails:
    """What a conversation about the job showed."""

    on: date
    still_in_work: bool
    satisfaction: int | None = None
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """Gross pay in pence for a period, both days included, and what shows it."""

    from_on: date
    to_on: date
    gross_pence: int
    source: EarningsSource
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementChanged:
    """A placement after a change, and whether the profile is due: a start and an end both teach something."""

    placement: PlacementRow
    update_profile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementView:
    """A placement with all that was recorded of it."""

    placement: PlacementRow
    check_ins: tuple[CheckIn, ...]
    earnings: tuple[EarningsRow, ...]


# Start, correct, end


def start_placement(*, start: Start, by: Actor, at: datetime, store: Store) -> PlacementChanged:
    """Record that a participant started a job; a role whose openings are all taken is filled."""
    participant = store.participants.locked(start.participant_id)
    check_can_write_participant(by, participant)
    decision = _decision(start, store)
    vacancy_id = decision.vacancy_id if decision is not None else start.vacancy_id
    vacancy = None if vacancy_id is None else visible_vacancy(vacancy_id, by=by, store=store, locked=True)
    employer_id = employer_of(employer_id=start.employer_id, vacancy_id=vacancy_id, by=by, store=store)
    if vacancy is not None:
        if store.placements.running_from(vacancy.id, participant_id=participant.id) is not None:
            raise Conflict("This participant is in this job already.")
        decision = decision or _put_forward(participant.id, vacancy.id, store)
    placement = PlacementRow(
        id=new_id(at),
        participant_id=participant.id,
        employer_id=employer_id,
        vacancy_id=None if vacancy is None else vacancy.id,
        shortlist_id=None if decision is None else decision.shortlist_id,
        decision_id=None if decision is None else decision.id,
        created_by=by.user_id,
        created_at=at,
        version=1,
    )
    _set_terms(placement, start.terms, title=None if vacancy is None else vacancy.title, today=local_day(at))
    store.placements.add(placement)
    note_opportunity(participant, on=placement.started_on)
    if vacancy is not None:
        _fill(vacancy, by=by, at=at, store=store)
    _record(store, "placement.started", placement, by=by, at=at, vacancy=placement.vacancy_id)
    renew_outcomes(participant_id=participant.id, by=by, at=at, store=store)
    return PlacementChanged(placement=placement, update_profile=True)


def correct_placement(
    *, placement_id: str, terms: JobTerms, version: int, by: Actor, at: datetime, store: Store
) -> PlacementChanged:
    """Correct what was recorded of a start."""
    placement = _changing(placement_id, version=version, by=by, store=store)
    first_day = store.placements.first_day_on_record(placement.id)
    latest_start = min((day for day in (first_day, placement.ended_on) if day is not None), default=None)
    if latest_start is not None and terms.started_on > latest_start:
        raise Invalid([Problem(Where(field="started_on"), "is after what is recorded of this job")])
    _set_terms(placement, terms, title=placement.job_title, today=local_day(at))
    placement.version += 1
    _record(store, "placement.corrected", placement, by=by, at=at, version=placement.version)
    renew_outcomes(participant_id=placement.participant_id, by=by, at=at, store=store)
    return PlacementChanged(placement=placement)


def end_placement(
    *, placement_id: str, end: End, version: int, by: Actor, at: datetime, store: Store
) -> PlacementChanged:
    """Record how a job ended, or correct that; what was learnt from it belongs into the profile."""
    placement = _changing(placement_id, version=version, by=by, store=store)
    wrong = None
    if end.ended_on < placement.started_on:
        wrong = "is before the job started"
    elif end.ended_on > local_day(at):
        wrong = "is in the future"
    elif any(each.still_in_work and each.on > end.ended_on for each in store.placements.check_ins([placement.id])):
        wrong = "is before a check-in that found the person in work"
    if wrong is not None:
        raise Invalid([Problem(Where(field="ended_on"), wrong)])
    placement.ended_on, placement.end_reason = end.ended_on, end.reason
    placement.end_said_by, placement.end_words = end.said_by, end.words
    placement.version += 1
    _record(store, "placement.ended", placement, by=by, at=at, reason=end.reason.value, said_by=end.said_by.value)
    renew_outcomes(participant_id=placement.participant_id, by=by, at=at, store=store)
    return PlacementChanged(placement=placement, update_profile=True)


def take_back_end(*, placement_id: str, version: int, by: Actor, at: datetime, store: Store) -> PlacementChanged:
    """Take back an end that was a mistake: the job goes on."""
    placement = _changing(placement_id, version=version, by=by, store=store)
    if placement.ended_on is None:
        raise Conflict("No end of this job is recorded.")
    placement.ended_on = placement.end_reason = placement.end_said_by = None
    placement.end_words = ""
    placement.version += 1
    _record(store, "placement.end_taken_back", placement, by=by, at=at, version=placement.version)
    renew_outcomes(participant_id=placement.participant_id, by=by, at=at, store=store)
    return PlacementChanged(placement=placement)


# Read


def read_placement(*, placement_id: str, by: Actor, at: datetime, store: Store) -> PlacementView:
    """A placement with its check-ins and earnings."""
    placement = store.placements.get(placement_id)
    check_can_read_participant(by, store.participants.get(placement.participant_id))
    _record(store, "placement.read", placement, by=by, at=at)
    return PlacementView(
        placement=placement,
        check_ins=tuple(store.placements.check_ins([placement.id])),
        earnings=tuple(store.placements.earnings([placement.id])),
    )


def placements_of(
    *, participant_id: str, after: str | None, limit: int, by: Actor, at: datetime, store: Store
) -> Page[PlacementRow]:
    """A participant's jobs."""
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    page = store.placements.page(participant_id=participant.id, after=after, limit=limit)
    record(store, "placements.read", by=by, at=at, of=("participant", participant.id), count=len(page.items))
    return page


# Check-ins


def add_check_in(*, placement_id: str, details: CheckInDetails, by: Actor, at: datetime, store: Store) -> CheckIn:
    """Record a conversation about how the job goes."""
    placement = _locked(placement_id, by=by, store=store)
    _check_check_in(placement, details, today=local_day(at))
    check_in = CheckIn(id=new_id(at), placement_id=placement.id, by=by.user_id, at=at, version=1)
    _set_check_in(check_in, details)
    store.placements.add(check_in)
    _record(store, "check_in.added", placement, by=by, at=at, check_in=check_in.id)
    renew_outcomes(participant_id=placement.participant_id, by=by, at=at, store=store)
    return check_in


def correct_check_in(
    *,
    placement_id: str,
    check_in_id: str,
    details: CheckInDetails,
    version: int,
    by: Actor,
    at: datetime,
    store: Store,
) -> CheckIn:
    """Correct a check-in."""
    placement = _locked(placement_id, by=by, store=store)
    check_in = store.placements.check_in(check_in_id, placement_id=placement.id)
    if check_in.version != version:
        raise Stale("This check-in has changed since it was read.", version=check_in.version)
    _check_check_in(placement, details, today=local_day(at))
    _set_check_in(check_in, details)
    check_in.version += 1
    _record(store, "check_in.corrected", placement, by=by, at=at, check_in=check_in.id)
    renew_outcomes(participant_id=placement.participant_id, by=by, at=at, store=store)
    return check_in


# Earnings


def add_earnings(*, placement_id: str, pay: Pay, by: Actor, at: datetime, store: Store) -> EarningsRow:
    """Record gross pay for a period; two periods of one source do not overlap."""
    placement = _locked(placement_id, by=by, store=store)
    _check_pay(placement, pay, besides=None, today=local_day(at), store=store)
    row = EarningsRow(id=new_id(at), placement_id=placement.id, by=by.user_id, at=at, version=1)
    _set_pay(row, pay)
    store.placements.add(row)
    _record(store, "earnings.added", placement, by=by, at=at, earnings=row.id)
    renew_outcomes(participant_id=placement.participant_id, by=by, at=at, store=store)
    return row


def correct_earnings(
    *, placement_id: str, earnings_id: str, pay: Pay, version: int, by: Actor, at: datetime, store: Store
) -> EarningsRow:
    """Correct a record of earnings, or note that it was verified; this can take an outcome back."""
    placement = _locked(placement_id, by=by, store=store)
    row = _earnings_at(placement, earnings_id, version=version, store=store)
    _check_pay(placement, pay, besides=row, today=local_day(at), store=store)
    _set_pay(row, pay)
    row.version += 1
    store.session.flush()
    _record(store, "earnings.corrected", placement, by=by, at=at, earnings=row.id)
    renew_outcomes(participant_id=placement.participant_id, by=by, at=at, store=store)
    return row


def remove_earnings(
    *, placement_id: str, earnings_id: str, version: int, by: Actor, at: datetime, store: Store
) -> None:
    """Remove a record of earnings that should not have been made; this can take an outcome back."""
    placement = _locked(placement_id, by=by, store=store)
    store.placements.remove_earnings(_earnings_at(placement, earnings_id, version=version, store=store))
    _record(store, "earnings.removed", placement, by=by, at=at, earnings=earnings_id)
    renew_outcomes(participant_id=placement.participant_id, by=by, at=at, store=store)


# Helpers


def _locked(placement_id: str, *, by: Actor, store: Store) -> PlacementRow:
    check_can_write_participant(by, store.participants.get(store.placements.get(placement_id).participant_id))
    return store.placements.locked(placement_id)


def _changing(placement_id: str, *, version: int, by: Actor, store: Store) -> PlacementRow:
    placement = _locked(placement_id, by=by, store=store)
    if placement.version != version:
        raise Stale("This placement has changed since it was read.", version=placement.version)
    return placement


def _decision(start: Start, store: Store) -> DecisionRow | None:
    """The decision that a start is said to come from, if it is the one that holds and put this person forward."""
    if start.decision_id is None:
        return None
    decision = store.decisions.get(start.decision_id)
    if decision.participant_id != start.participant_id:
        raise NotFound("There is no such decision.")
    if start.vacancy_id not in (None, decision.vacancy_id):
        raise Invalid([Problem(Where(field="vacancy_id"), "is not the role of the decision")])
    holds = _put_forward(decision.participant_id, decision.vacancy_id, store)
    if holds is None or holds.id != decision.id:
        raise Conflict("This decision does not put the participant forward any more.")
    return decision


def _put_forward(participant_id: str, vacancy_id: str, store: Store) -> DecisionRow | None:
    latest = store.decisions.latest(participant_id, vacancy_id)
    return latest if latest is not None and latest.choice is Choice.PUT_FORWARD else None


def _fill(vacancy: VacancyRow, *, by: Actor, at: datetime, store: Store) -> None:
    """Note that a role is filled once as many have started as it has openings."""
    openings = int(store.vacancies.latest(vacancy).document.get("openings", 1))
    if vacancy.status in _CAN_BE_FILLED and store.placements.of_vacancy(vacancy.id) >= openings:
        fill_vacancy(vacancy_id=vacancy.id, version=vacancy.version, by=by, at=at, store=store)


def _set_terms(placement: PlacementRow, terms: JobTerms, *, title: str | None, today: date) -> None:
    wrong: list[Problem] = []
    job_title = terms.job_title or title
    if job_title is None:
        wrong.append(Problem(Where(field="job_title"), "is needed where no role is named"))
    if terms.started_on > today:
        wrong.append(Problem(Where(field="started_on"), "is in the future; record the start on its day"))
    wrong += _unknown_adjustments(terms.adjustments_agreed)
    if wrong or job_title is None:
        raise Invalid(wrong)
    placement.job_title, placement.started_on = job_title, terms.started_on
    placement.hours_week, placement.hourly_pence = terms.hours_week, terms.hourly_pence
    placement.permanent, placement.adjustments_agreed = terms.permanent, list(terms.adjustments_agreed)
    placement.support_plan_on, placement.benefits_advice_on = terms.support_plan_on, terms.benefits_advice_on


def _unknown_adjustments(slugs: Sequence[str]) -> list[Problem]:
    known = {each.slug for each in load_catalogue().adjustments}
    return [
        Problem(Where(field="adjustments_agreed").at(number), "is not in the catalogue of adjustments")
        for number, slug in enumerate(slugs)
        if slug not in known
    ]


def _check_check_in(placement: PlacementRow, details: CheckInDetails, *, today: date) -> None:
    wrong = None
    if details.on < placement.started_on:
        wrong = "is before the job started"
    elif details.on > today:
        wrong = "is in the future"
    elif details.still_in_work and placement.ended_on is not None and details.on > placement.ended_on:
        wrong = "is after the last day in this job"
    if wrong is not None:
        raise Invalid([Problem(Where(field="on"), wrong)])


def _set_check_in(check_in: CheckIn, details: CheckInDetails) -> None:
    check_in.on, check_in.still_in_work = details.on, details.still_in_work
    check_in.satisfaction, check_in.notes = details.satisfaction, details.notes


def _check_pay(placement: PlacementRow, pay: Pay, *, besides: EarningsRow | None, today: date, store: Store) -> None:
    wrong: list[Problem] = []
    if pay.from_on < placement.started_on:
        wrong.append(Problem(Where(field="from_on"), "is before the job started"))
    if pay.to_on < pay.from_on:
        wrong.append(Problem(Where(field="to_on"), "is before the period begins"))
    elif (pay.to_on - pay.from_on).days >= LONGEST_PERIOD_DAYS:
        wrong.append(Problem(Where(field="to_on"), "is more than a year after the period begins"))
    if pay.to_on > today + timedelta(days=PAID_AHEAD_DAYS):
        wrong.append(Problem(Where(field="to_on"), "is too far in the future"))
    if wrong:
        raise Invalid(wrong)
    for row in store.placements.earnings([placement.id]):
        if row is not besides and row.source is pay.source and row.from_on <= pay.to_on and pay.from_on <= row.to_on:
            raise Conflict("Pay from this source is recorded for some of these days already.")


def _set_pay(row: EarningsRow, pay: Pay) -> None:
    row.from_on, row.to_on, row.gross_pence = pay.from_on, pay.to_on, pay.gross_pence
    row.source, row.verified = pay.source, pay.verified


def _earnings_at(placement: PlacementRow, earnings_id: str, *, version: int, store: Store) -> EarningsRow:
    row = store.placements.earning(earnings_id, placement_id=placement.id)
    if row.version != version:
        raise Stale("This record of earnings has changed since it was read.", version=row.version)
    return row


def _record(
    store: Store,
    action: str,
    placement: PlacementRow,
    *,
    by: Actor,
    at: datetime,
    **detail: str | int | bool | list[str] | None,
) -> None:
    of = ("participant", placement.participant_id)
    record(store, action, by=by, at=at, of=of, placement=placement.id, **detail)
