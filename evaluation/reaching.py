"""How many of those put forward, and of those served, came to a job that lasts: shares within a year, censored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evaluation.columns import NOBODY
from evaluation.estimates import Estimate
from evaluation.metrics.intervals import complement
from evaluation.metrics.survival import cumulative_incidence, kaplan_meier
from evaluation.outcomes import HELD, NOT_HELD, NOT_KNOWN, Days, Rows, States, days_of, entry_rows, weeks_between
from evaluation.tables import Unsaid
from matching.model.shortlist import Choice

if TYPE_CHECKING:
    from pandas import DataFrame

    from evaluation.history import History

WITHIN_WEEKS = 52
_REACHED, _NO_LONGER_POSSIBLE, _STILL_POSSIBLE = 0, 1, NOBODY


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PutForward:
    """Entries that were put forward, a row each, and the first job that came of each (`NOBODY`: none so far)."""

    entry: Rows
    participant: Rows
    decided_on: Days
    job: Rows  # rows of the frame of starts


def put_forward(history: History, jobs: DataFrame) -> PutForward:
    """Return the entries that were put forward; `jobs` is what `evaluation.outcomes.starts` returns."""
    decisions = history.decisions[(history.decisions["choice"] == Choice.PUT_FORWARD).to_numpy()]
    entry = entry_rows(history, decisions["shortlist"], decisions["vacancy"])
    job_of = np.full(len(history.entries), NOBODY, dtype=np.int64)
    came = np.flatnonzero(jobs["from_list"].to_numpy())
    latest_first = came[np.argsort(-days_of(jobs["started_on"])[came].astype(np.int64), kind="stable")]
    job_of[jobs["entry"].to_numpy()[latest_first]] = latest_first
    return PutForward(
        entry=entry,
        participant=history.shortlists["participant"].to_numpy()[decisions["shortlist"].to_numpy()].astype(np.int64),
        decided_on=days_of(decisions["decided_on"]),
        job=job_of[entry],
    )


def starts_of_put_forward(
    history: History, jobs: DataFrame, forward: PutForward, which: NDArray[np.bool_] | None = None
) -> Estimate | Unsaid:
    """Return the share of some entries put forward from which a job started within a year, by Kaplan-Meier."""
    until = np.datetime64(history.data_until, "D")
    has_job = forward.job != NOBODY
    ends = np.where(has_job, _of(days_of(jobs["started_on"]), forward.job), until)
    chosen = slice(None) if which is None else which
    weeks = weeks_between(forward.decided_on, ends)[chosen]
    return complement(kaplan_meier(weeks, has_job[chosen], forward.participant[chosen]).at(WITHIN_WEEKS))


def lasting_of_put_forward(
    history: History, jobs: DataFrame, forward: PutForward, states: States, settled_on: Days
) -> Estimate | Unsaid:
    """Return the share of entries put forward whose job came to last within a year of that day.

    `states` says of each start whether it did, and `settled_on` since when that is so, or up to when it is not known.
    A job that did not last competes (Aalen-Johansen): it no longer can; an entry without a job so far still can.
    """
    cause = np.select([states == HELD, states == NOT_HELD], [_REACHED, _NO_LONGER_POSSIBLE], _STILL_POSSIBLE)
    has_job = forward.job != NOBODY
    ends = np.where(has_job, _of(settled_on, forward.job), np.datetime64(history.data_until, "D"))
    causes = np.where(has_job, _of(cause, forward.job), _STILL_POSSIBLE)
    reached = cumulative_incidence(
        weeks_between(forward.decided_on, ends), causes, forward.participant, causes=[_REACHED]
    )
    return reached[_REACHED].at(WITHIN_WEEKS)


def same_job_settled_on(jobs: DataFrame, states: States, weeks: float) -> Days:
    """When it came out whether each job lasts so many weeks; if it has not, up to when the job was seen."""
    days: Days = np.where(states == HELD, day_reached(jobs, weeks), _seen_until(jobs))
    return days


def any_job_settled_on(history: History, jobs: DataFrame, states: States, weeks: float) -> Days:
    """When it came out whether each person is in any job after so many weeks; if it has not, up to when it is known."""
    unseen = last_sight(history, jobs)[jobs["participant"].to_numpy()]
    until = np.fmin(unseen, np.datetime64(history.data_until, "D"))
    days: Days = np.where(states == NOT_KNOWN, until, day_reached(jobs, weeks))
    return days


def share_of_served(
    history: History, people: Any, reached_on: Any, known_until: Days | None = None
) -> Estimate | Unsaid:
    """Return the share of all participants who reached something within a year of their programme start.

    `people` and `reached_on` are those who did, with the day; the earliest counts. Of the others it is known that they
    did not up to the last day of the history, or up to `known_until` (a day for each participant) if that is earlier.
    """
    entered = days_of(history.participants["entered_on"])
    last = np.full(len(entered), np.datetime64(history.data_until, "D"))
    if known_until is not None:
        last = np.fmin(last, known_until)
    first = np.full(len(entered), np.iinfo(np.int64).max)
    np.minimum.at(first, np.asarray(people), np.asarray(reached_on).astype("datetime64[D]").astype(np.int64))
    reached = first < np.iinfo(np.int64).max
    ends = np.where(reached, np.where(reached, first, 0).astype("datetime64[D]"), last)
    return complement(kaplan_meier(weeks_between(entered, ends), reached).at(WITHIN_WEEKS))


def last_sight(history: History, jobs: DataFrame) -> Days:
    """For each participant, the earliest day on which a job of theirs went out of sight; NaT where none did."""
    seen = _seen_until(jobs)
    lost = ~jobs["ended"].to_numpy() & (seen < np.datetime64(history.data_until, "D"))
    never = np.iinfo(np.int64).max
    first = np.full(len(history.participants), never)
    np.minimum.at(first, jobs["participant"].to_numpy()[lost], seen[lost].astype(np.int64))
    days: Days = np.where(first == never, 0, first).astype("datetime64[D]")
    days[first == never] = np.datetime64("NaT", "D")
    return days


def day_reached(jobs: DataFrame, weeks: float) -> Days:
    """The day on which each start comes to so many weeks."""
    days: Days = days_of(jobs["started_on"]) + np.timedelta64(round(weeks * 7), "D")
    return days


def _seen_until(jobs: DataFrame) -> Days:
    days: Days = days_of(jobs["started_on"]) + np.round(jobs["weeks"].to_numpy() * 7).astype("timedelta64[D]")
    return days


def _of(values: NDArray[Any], rows: Rows) -> NDArray[Any]:
    """Values of rows; where there is no row, any value stands in."""
    return values[np.maximum(rows, 0)] if len(values) else np.zeros(len(rows), values.dtype)
