"""Which outcomes jobs have reached, by starts, ends, check-ins and earnings; what nobody has seen is no failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto
from fractions import Fraction
from itertools import pairwise
from math import ceil

from matching.model.placement import Earnings, Outcome, OutcomeKind, OutcomeState, Placement
from matching.policy import OutcomePolicy, OutcomeThreshold, rate_on

#: The wage of a series on a day in pounds an hour; `None` where the rates do not say.
Wage = Callable[[str, date], float | None]

_DAY = timedelta(days=1)
_SAME_JOB_WEEKS = {OutcomeKind.SAME_JOB_13_WEEKS: 13, OutcomeKind.SAME_JOB_26_WEEKS: 26}
_ANY_JOB_WEEKS = 26


def wage_in_pounds(series: str, on: date) -> float | None:
    """The wage of a series on a day by the shipped rates."""
    rate = rate_on(series=series, on=on)
    return None if rate is None else rate.value


def outcomes_of(
    *,
    placements: Sequence[Placement],
    earnings: Sequence[Earnings],
    on: date,
    policy: OutcomePolicy | None,
    wage: Wage = wage_in_pounds,
) -> tuple[Outcome, ...]:
    """Say of one person's jobs, as seen on a day, which outcomes are reached, not yet, no longer to be, or unclear.

    Thresholds of summed jobs belong to the first job. A job has lasted n weeks if the person was in it 7n days after
    its start; the last day in it, a check-in or paid days show that.
    """
    jobs = sorted(placements, key=lambda job: (job.started_on, job.placement_id))
    told: list[Outcome] = []
    for job in jobs:
        told.append(_job_start(job, on=on))
        told += [_same_job(job, kind, weeks=weeks, earnings=earnings, on=on) for kind, weeks in _SAME_JOB_WEEKS.items()]
        told.append(_any_job(job, jobs, earnings=earnings, on=on))
    for counted in _counted_together(jobs, policy):
        told += _thresholds(counted, earnings=earnings, on=on, policy=policy, wage=wage)
    return tuple(told)


# Time in work


class _Seen(Enum):
    IN_JOB = auto()
    NOT_IN_JOB = auto()
    NOBODY_LOOKED = auto()
    LEFT_ON_UNKNOWN_DAY = auto()


def _job_start(job: Placement, *, on: date) -> Outcome:
    started = job.started_on <= on
    return Outcome(
        kind=OutcomeKind.JOB_START,
        placement_id=job.placement_id,
        state=OutcomeState.REACHED if started else OutcomeState.NOT_YET,
        reached_on=job.started_on if started else None,
        missing="" if started else f"The job starts on {_said(job.started_on)}.",
    )


def _same_job(job: Placement, kind: OutcomeKind, *, weeks: int, earnings: Sequence[Earnings], on: date) -> Outcome:
    day = job.started_on + timedelta(weeks=weeks)
    match _seen(job, day, earnings=earnings, on=on):
        case _Seen.IN_JOB:
            state, missing = OutcomeState.REACHED, ""
        case _Seen.NOT_IN_JOB:
            state, missing = OutcomeState.NOT_REACHED, f"The job ended before {_said(day)}."
        case _Seen.LEFT_ON_UNKNOWN_DAY:
            state, missing = OutcomeState.CANNOT_SAY, "The last day in the job is not recorded."
        case _Seen.NOBODY_LOOKED:
            state, missing = OutcomeState.NOT_YET, _what_to_see(day, on=on)
    return Outcome(
        kind=kind,
        placement_id=job.placement_id,
        state=state,
        reached_on=day if state is OutcomeState.REACHED else None,
        missing=missing,
    )


def _any_job(first: Placement, jobs: Sequence[Placement], *, earnings: Sequence[Earnings], on: date) -> Outcome:
    day = first.started_on + timedelta(weeks=_ANY_JOB_WEEKS)
    seen = {_seen(job, day, earnings=earnings, on=on) for job in jobs if job.started_on <= day}
    if _Seen.IN_JOB in seen:
        state, missing = OutcomeState.REACHED, ""
    elif day > on or _Seen.NOBODY_LOOKED in seen:
        state, missing = OutcomeState.NOT_YET, _what_to_see(day, on=on)
    elif _Seen.LEFT_ON_UNKNOWN_DAY in seen:
        state, missing = OutcomeState.CANNOT_SAY, "The last day in a job is not recorded."
    else:
        state, missing = OutcomeState.NOT_REACHED, f"No job is recorded on {_said(day)}."
    return Outcome(
        kind=OutcomeKind.ANY_JOB_26_WEEKS,
        placement_id=first.placement_id,
        state=state,
        reached_on=day if state is OutcomeState.REACHED else None,
        missing=missing,
    )


def _seen(job: Placement, day: date, *, earnings: Sequence[Earnings], on: date) -> _Seen:
    """What is known about being in a job on a day: no end on record is not yet proof that nobody left."""
    if job.ended_on is not None:
        return _Seen.IN_JOB if job.ended_on >= day else _Seen.NOT_IN_JOB
    paid = [each.to_on for each in earnings if each.placement_id == job.placement_id and each.gross_pence > 0]
    met = [each.on for each in job.check_ins if each.still_in_work]
    last_seen = max((min(each, on) for each in (*paid, *met)), default=job.started_on)
    if last_seen >= day:
        return _Seen.IN_JOB
    left_by = min((each.on for each in job.check_ins if not each.still_in_work and each.on > last_seen), default=None)
    if left_by is None:
        return _Seen.NOBODY_LOOKED
    return _Seen.NOT_IN_JOB if left_by <= day else _Seen.LEFT_ON_UNKNOWN_DAY


def _what_to_see(day: date, *, on: date) -> str:
    return f"The day to look at is {_said(day)}." if day > on else f"A check-in or pay on or after {_said(day)}."


# Earnings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Days in a row with the same pay a day, in pence."""

    from_on: date
    to_on: date
    pence_a_day: Fraction

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    """What a penny earned on a day is worth, and how much is needed: in pence, or in hours at the wage of the day."""

    needed: Fraction
    worth: Callable[[date], Fraction | None]
    needed_pence: int | None


def _counted_together(jobs: Sequence[Placement], policy: OutcomePolicy | None) -> list[Sequence[Placement]]:
    if policy is None or policy.sum_jobs:
        return [jobs] if jobs else []
    return [[job] for job in jobs]


def _thresholds(
    jobs: Sequence[Placement], *, earnings: Sequence[Earnings], on: date, policy: OutcomePolicy | None, wage: Wage
) -> list[Outcome]:
    kinds = (OutcomeKind.LOWER_THRESHOLD, OutcomeKind.HIGHER_THRESHOLD)
    if policy is None:
        return [_unclear(kind, jobs, "No outcome policy covers the start of this job.") for kind in kinds]
    thresholds = (policy.lower, policy.higher)
    return [
        _threshold(kind, threshold, jobs, earnings=earnings, on=on, policy=policy, wage=wage)
        for kind, threshold in zip(kinds, thresholds, strict=True)
    ]


def _threshold(
    kind: OutcomeKind,
    threshold: OutcomeThreshold,
    jobs: Sequence[Placement],
    *,
    earnings: Sequence[Earnings],
    on: date,
    policy: OutcomePolicy,
    wage: Wage,
) -> Outcome:
    if threshold.hours_per_week is None or threshold.weeks is None:
        return _unclear(kind, jobs, "Nobody has set this threshold.")
    measure = _measure(threshold, policy.rate_rule, start=jobs[0].started_on, wage=wage)
    if isinstance(measure, str):
        return _unclear(kind, jobs, measure)
    told = {job.placement_id for job in jobs}
    counted = [each for each in earnings if each.placement_id in told]
    spells = [(date.min, on)] if policy.cumulative else list(_spells(jobs, on=on))
    reached_on = _first_day(counted, measure, spells, on=on)
    verified_on = _first_day([each for each in counted if each.verified], measure, spells, on=on)
    earned_pence = int(sum((each.pence_a_day * each.days for each in _stretches(counted, on=on)), Fraction()))
    if reached_on is not None:
        return Outcome(
            kind=kind,
            placement_id=jobs[0].placement_id,
            state=OutcomeState.REACHED,
            reached_on=reached_on,
            verified=verified_on is not None,
            earned_pence=earned_pence,
            needed_pence=measure.needed_pence,
        )
    parts = (part for stretch in _stretches(counted, on=on) for part in _one_rate_year(stretch))
    unpriced = any(measure.worth(part.from_on) is None for part in parts)
    return Outcome(
        kind=kind,
        placement_id=jobs[0].placement_id,
        state=OutcomeState.CANNOT_SAY if unpriced else OutcomeState.NOT_YET,
        missing="A wage is not in the rates." if unpriced else _what_to_earn(earned_pence, measure.needed_pence),
        earned_pence=earned_pence,
        needed_pence=measure.needed_pence,
    )


def _measure(threshold: OutcomeThreshold, rate_rule: str, *, start: date, wage: Wage) -> _Measure | str:
    """How pay is held against a threshold by a rate rule, or the sentence that says why it cannot be."""
    match rate_rule:
        case "job_start":
            hourly = wage(threshold.wage_series, start)
            pounds = None if hourly is None else threshold.earnings_in_pounds(hourly_wage=hourly)
            if pounds is None:
                return f"The wage on {_said(start)} is not in the rates."
            pence = round(pounds * 100)
            return _Measure(needed=Fraction(pence), worth=lambda _day: Fraction(1), needed_pence=pence)
        case "when_earned":
            hours = Fraction(str(threshold.hours_per_week)) * Fraction(str(threshold.weeks))

            def worth(day: date) -> Fraction | None:
                hourly = wage(threshold.wage_series, day)
                return None if hourly is None else 1 / Fraction(round(hourly * 100))

            return _Measure(needed=hours, worth=worth, needed_pence=None)
        case _:
            return "The policy has a rate rule that is not known here."


def _first_day(
    earnings: Sequence[Earnings],
    measure: _Measure,
    spells: Sequence[tuple[date, date]],
    *,
    on: date,
) -> date | None:
    """The day on which pay, summed within one spell, comes up to what is needed."""
    stretches = list(_stretches(earnings, on=on))
    for first, last in spells:
        so_far = Fraction()
        for stretch in stretches:
            for part in _one_rate_year(stretch):
                begins, ends = max(part.from_on, first), min(part.to_on, last)
                value = measure.worth(begins) if begins <= ends else None
                if value is None or not (a_day := part.pence_a_day * value):
                    continue
                days = (ends - begins).days + 1
                if so_far + a_day * days >= measure.needed:
                    return begins + timedelta(days=max(ceil((measure.needed - so_far) / a_day), 1) - 1)
                so_far += a_day * days
    return None


def _stretches(earnings: Sequence[Earnings], *, on: date) -> Iterator[_Stretch]:
    """Pay spread evenly over the days of each period, up to a day; jobs add up.

    Two records of one job for the same day tell of the same pay, so the larger counts and not the sum.
    """
    cuts = sorted({day for each in earnings for day in (each.from_on, each.to_on + _DAY)} | {on + _DAY})
    for from_on, next_on in pairwise(cuts):
        if from_on > on:
            return
        by_job: dict[str, Fraction] = {}
        for each in earnings:
            if each.from_on <= from_on <= each.to_on:
                a_day = Fraction(each.gross_pence, (each.to_on - each.from_on).days + 1)
                by_job[each.placement_id] = max(by_job.get(each.placement_id, Fraction()), a_day)
        if total := sum(by_job.values(), Fraction()):
            yield _Stretch(from_on=from_on, to_on=next_on - _DAY, pence_a_day=total)


def _one_rate_year(stretch: _Stretch) -> Iterator[_Stretch]:
    """A stretch in parts that do not cross the first of April, when wages change."""
    begins = stretch.from_on
    while begins <= stretch.to_on:
        year = begins.year if begins < date(begins.year, 4, 1) else begins.year + 1
        ends = min(stretch.to_on, date(year, 3, 31))
        yield _Stretch(from_on=begins, to_on=ends, pence_a_day=stretch.pence_a_day)
        begins = ends + _DAY


def _spells(jobs: Sequence[Placement], *, on: date) -> Iterator[tuple[date, date]]:
    """Times in work without a day between jobs: what counts together where a policy allows no gaps."""
    begins: date | None = None
    ends = date.min
    for job in jobs:
        if begins is not None and job.started_on > ends + _DAY:
            yield begins, ends
            begins = None
        begins = begins or job.started_on
        ends = max(ends, job.ended_on or on)
    if begins is not None:
        yield begins, ends


def _unclear(kind: OutcomeKind, jobs: Sequence[Placement], missing: str) -> Outcome:
    return Outcome(kind=kind, placement_id=jobs[0].placement_id, state=OutcomeState.CANNOT_SAY, missing=missing)


def _what_to_earn(earned_pence: int, needed_pence: int | None) -> str:
    if needed_pence is None:
        return "More earnings are needed."
    if earned_pence >= needed_pence:
        return "Enough was earned, but not without a gap between jobs."
    return f"£{(needed_pence - earned_pence) / 100:,.2f} more in earnings."


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
