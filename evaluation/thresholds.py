"""When earnings reached the lower and the higher threshold: the rule of `matching.outcomes`, for many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evaluation.estimates import Estimate
from evaluation.metrics.intervals import complement
from evaluation.metrics.survival import kaplan_meier
from evaluation.outcomes import Days, Rows, days_of, weeks_between
from evaluation.tables import Unsaid
from matching.errors import NotFound
from matching.model.placement import Earnings, EarningsSource, OutcomeKind, OutcomeState, Placement
from matching.outcomes import outcomes_of
from matching.policy import OutcomePolicy, OutcomeThreshold, ThresholdName, earnings_threshold_in_pounds, outcome_policy

if TYPE_CHECKING:
    from evaluation.history import History

Mask = NDArray[np.bool_]

#: The policy in force on the day of a person's first start; `None` where there is none.
Policies = Callable[[date], OutcomePolicy | None]

_NEVER = np.datetime64("NaT", "D")


def shipped_policy(day: date) -> OutcomePolicy | None:
    """The outcome policy of the shipped table on a day."""
    try:
        return outcome_policy(on=day)
    except NotFound:
        return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reached:
    """Jobs whose earnings count together, a row each, from the start of the first one: `first` is its placement.

    `weeks` is the time to the day on which the threshold was reached, or, where `reached` is false, for how long that
    is known: up to the end of support or of the history. People without any pay on record are not among the rows, as
    nothing is known of them, nor are those for whose first day the threshold or the wage is not set.
    """

    participant: Rows
    first: Rows
    weeks: NDArray[np.float64]
    reached: Mask
    without_pay: int
    without_rule: int

    def within(self, weeks: float) -> Estimate | Unsaid:
        """Return the share that reaches it within so many weeks of the first start, by Kaplan-Meier."""
        return complement(kaplan_meier(self.weeks, self.reached, self.participant).at(weeks))


def thresholds(history: History, name: ThresholdName, *, policies: Policies = shipped_policy) -> Reached | Unsaid:
    """Return who reached a threshold and when; unsaid where nobody has set it or the history holds no pay.

    Pay after the end of support does not count: who had not reached the threshold by then is censored, as are those
    who had not by the last day of the history.
    """
    if not len(history.earnings):
        return Unsaid(why="The history holds no earnings.")
    workers, pay = _workers(history), _pay(history)
    rules = {day: _rule(policies(day), name, day) for day in set(workers.days)}
    if all(rule is None for rule in rules.values()):
        return Unsaid(why="Nobody has set this threshold.")
    ruled = np.array([rules[day] is not None for day in workers.days])
    paid = np.isin(workers.participant, pay.participant)
    simple = np.array([(rule := rules[day]) is not None and rule.is_simple for day in workers.days])
    simple &= ~np.isin(workers.participant, pay.participants_with_overlaps())
    needed = np.array([rule.needed_pence if (rule := rules[day]) else 0 for day in workers.days], np.int64)
    at_once = simple & paid
    found = _Found(workers.participant[at_once], workers.first[at_once], pay.reached_on(workers, needed)[at_once])
    others = workers.participant[~simple & paid & ruled]
    one_by_one = _one_by_one(history, pay, others, name, policies)
    return _known_for(
        history, found.and_(one_by_one), without_pay=int((ruled & ~paid).sum()), without_rule=int((~ruled).sum())
    )


# People and rules


@dataclass(frozen=True, slots=True, eq=False)
class _Workers:
    """Those who started a job: the row of the participant, of the first placement, and the day of its start."""

    participant: Rows
    first: Rows
    days: Sequence[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """How a threshold is counted: what is needed, and whether the pay of a person only has to be added up."""

    needed_pence: int
    is_simple: bool


def _workers(history: History) -> _Workers:
    started, people = days_of(history.placements["started_on"]), history.placements["participant"].to_numpy()
    order = np.lexsort((started, people))
    participant, begins = np.unique(people[order], return_index=True)
    first = order[begins]
    return _Workers(participant.astype(np.int64), first, started[first].tolist())


def _rule(policy: OutcomePolicy | None, name: ThresholdName, day: date) -> _Rule | None:
    if policy is None:
        return None
    threshold: OutcomeThreshold = policy.lower if name is ThresholdName.LOWER else policy.higher
    pounds = earnings_threshold_in_pounds(threshold=threshold, on=day)
    if pounds is None:
        return None
    simple = policy.rate_rule == "job_start" and policy.cumulative and policy.sum_jobs
    return _Rule(needed_pence=round(pounds * 100), is_simple=simple)


# Pay


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pay:
    """Periods of pay up to the last day of the history, by person and then by time."""

    row: Rows
    participant: Rows
    placement: Rows
    from_on: Days
    to_on: Days
    pence: Rows

    def participants_with_overlaps(self) -> Rows:
        """Those with two periods that share a day: of one job the larger counts then, of two jobs the sum."""
        same = self.participant[1:] == self.participant[:-1]
        latest = np.maximum.accumulate(self.to_on.astype(np.int64) + self.participant * 10_000_000) - (
            self.participant * 10_000_000
        )
        return np.unique(self.participant[1:][same & (self.from_on[1:].astype(np.int64) <= latest[:-1])])

    def reached_on(self, workers: _Workers, needed: Rows) -> Days:
        """The day on which pay, added up, comes to what each person needs, each period's spread evenly over its days.

        In whole pence and days, so that it equals the fractions of `matching.outcomes`. The day may lie after the last
        day of the history, within a period that goes on.
        """
        days = np.full(len(workers.participant), _NEVER)
        if not len(self.row):
            return days
        begins = np.searchsorted(self.participant, workers.participant)
        worker = np.searchsorted(workers.participant, self.participant)
        sums = np.concatenate([[0], np.cumsum(self.pence)])
        before = sums[:-1] - sums[begins][worker]
        missing = needed[worker] - before
        comes = np.flatnonzero((missing > 0) & (self.pence >= missing))
        lengths = (self.to_on[comes] - self.from_on[comes]).astype(np.int64) + 1
        at_day = np.maximum(-(-missing[comes] * lengths // self.pence[comes]), 1)
        days[worker[comes]] = self.from_on[comes] + (at_day - 1).astype("timedelta64[D]")
        return days


def _pay(history: History) -> _Pay:
    until = np.datetime64(history.data_until, "D")
    earnings, of = history.earnings, history.placements["participant"].to_numpy().astype(np.int64)
    from_on, placement = days_of(earnings["from_on"]), earnings["placement"].to_numpy()
    rows = np.flatnonzero(from_on <= until)
    rows = rows[np.lexsort((from_on[rows], of[placement[rows]]))]
    return _Pay(
        row=rows,
        participant=of[placement[rows]],
        placement=placement[rows].astype(np.int64),
        from_on=from_on[rows],
        to_on=days_of(earnings["to_on"])[rows],
        pence=earnings["gross_pence"].to_numpy()[rows].astype(np.int64),
    )


# What was found


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Groups of jobs that count together, and the day on which each reached the threshold (NaT: it has not)."""

    participant: Rows
    first: Rows
    reached_on: Days

    def and_(self, other: _Found) -> _Found:
        return _Found(
            np.concatenate([self.participant, other.participant]),
            np.concatenate([self.first, other.first]),
            np.concatenate([self.reached_on, other.reached_on]),
        )


def _one_by_one(history: History, pay: _Pay, participants: Rows, name: ThresholdName, policies: Policies) -> _Found:
    """By the rule itself: for those whose periods overlap, and for every policy that does not simply add up."""
    kind = OutcomeKind.LOWER_THRESHOLD if name is ThresholdName.LOWER else OutcomeKind.HIGHER_THRESHOLD
    jobs, periods = _jobs_of(history, participants), _periods_of(pay, participants)
    found: list[tuple[int, int, np.datetime64]] = []
    for person in participants.tolist():
        placements = jobs[person]
        outcomes = outcomes_of(
            placements=placements,
            earnings=periods[person],
            on=history.data_until,
            policy=policies(min(job.started_on for job in placements)),
        )
        for outcome in outcomes:
            if outcome.kind is kind and outcome.state is not OutcomeState.CANNOT_SAY:
                day = _NEVER if outcome.reached_on is None else np.datetime64(outcome.reached_on, "D")
                found.append((person, int(outcome.placement_id), day))
    people, first, days = zip(*found, strict=True) if found else ((), (), ())
    return _Found(np.array(people, np.int64), np.array(first, np.int64), np.array(days, "datetime64[D]"))


def _jobs_of(history: History, participants: Rows) -> dict[int, list[Placement]]:
    people = history.placements["participant"].to_numpy()
    rows = np.flatnonzero(np.isin(people, participants))
    started, ended = (days_of(history.placements[name])[rows].tolist() for name in ("started_on", "ended_on"))
    jobs: dict[int, list[Placement]] = {}
    for row, person, start, end in zip(rows.tolist(), people[rows].tolist(), started, ended, strict=True):
        jobs.setdefault(person, []).append(Placement(placement_id=f"{row:012d}", started_on=start, ended_on=end))
    return jobs


def _periods_of(pay: _Pay, participants: Rows) -> dict[int, list[Earnings]]:
    rows = np.flatnonzero(np.isin(pay.participant, participants))
    columns = (pay.participant, pay.placement, pay.from_on, pay.to_on, pay.pence)
    periods: dict[int, list[Earnings]] = {}
    for person, placement, from_on, to_on, pence in zip(*(each[rows].tolist() for each in columns), strict=True):
        periods.setdefault(person, []).append(
            Earnings(
                placement_id=f"{placement:012d}",
                from_on=from_on,
                to_on=to_on,
                gross_pence=pence,
                source=EarningsSource.PAYE,  # the rule does not look at it
            )
        )
    return periods


def _known_for(history: History, found: _Found, *, without_pay: int, without_rule: int) -> Reached:
    """For how long it is known whether each has reached the threshold; a day after that does not count."""
    order = np.lexsort((found.first, found.participant))
    participant, first, reached_on = found.participant[order], found.first[order], found.reached_on[order]
    supported_until = days_of(history.participants["support_ends_on"])[participant]
    until = np.fmin(supported_until, np.datetime64(history.data_until, "D"))
    reached = reached_on <= until
    started = days_of(history.placements["started_on"])[first]
    return Reached(
        participant=participant,
        first=first,
        weeks=weeks_between(started, np.where(reached, reached_on, until)),
        reached=reached,
        without_pay=without_pay,
        without_rule=without_rule,
    )
