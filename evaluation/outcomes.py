"""Job starts, how long each was seen to last, and whether the same job or any job was held at a number of weeks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evaluation.columns import NOBODY
from evaluation.estimates import Estimate
from evaluation.metrics.censoring import sight_weights
from evaluation.metrics.intervals import share_of
from evaluation.metrics.survival import kaplan_meier
from evaluation.tables import Unsaid

if TYPE_CHECKING:
    from pandas import DataFrame

    from evaluation.history import History

Rows = NDArray[np.int64]
Days = NDArray[np.datetime64]
States = NDArray[np.int8]

SAME_JOB_WEEKS = (13, 26)
ANY_JOB_WEEKS = 26

#: What is known of an outcome at a time: nobody can say (yet) is neither of the others.
HELD, NOT_HELD, NOT_KNOWN = 1, 0, -1


def days_of(column: Any) -> Days:
    """A column of days as whole days; NaT where a cell is empty."""
    days: Days = column.to_numpy().astype("datetime64[D]")
    return days


def entry_rows(history: History, shortlists: Any, vacancies: Any) -> Rows:
    """The row of `entries` for each pair of a list and a role; `NOBODY` where the list does not have the role."""
    wanted = _pairs(history, shortlists, vacancies)
    listed = _pairs(history, history.entries["shortlist"], history.entries["vacancy"])
    if not len(listed):
        return np.full(len(wanted), NOBODY, dtype=np.int64)
    order = np.argsort(listed, kind="stable")
    places = np.minimum(np.searchsorted(listed, wanted, sorter=order), len(listed) - 1)
    rows = order[places]
    found: Rows = np.where((listed[rows] == wanted) & (wanted >= 0), rows, NOBODY)
    return found


def starts(history: History) -> DataFrame:
    """Return a row for each job start, in the order of `placements`.

    `placement`, `participant` and `entry` are rows of their tables (`entry`: `NOBODY` if it came of no list);
    `from_list` says whether it came of one. `weeks` is how long the job was seen, from the first to the last day in
    it; it has lasted n weeks if `weeks >= n`. `ended` says whether it ended then. `followed_weeks` is how long it could
    have been seen: from the start to the last day of the history.
    """
    from pandas import DataFrame

    jobs = history.placements
    started, ended_on, seen_on = (days_of(jobs[name]) for name in ("started_on", "ended_on", "last_seen_on"))
    until = np.datetime64(history.data_until, "D")
    ended = ~np.isnat(ended_on) & (ended_on <= until)
    # A job without an end was still running on the last day that somebody looked. Where a history states that day,
    # what came after is not known: taking it as running up to the end of the history would count the unseen as lasting.
    last = np.where(ended, ended_on, np.where(np.isnat(seen_on), until, np.minimum(seen_on, until)))
    entry = entry_rows(history, jobs["shortlist"], jobs["vacancy"])
    return DataFrame(
        {
            "placement": np.arange(len(jobs), dtype=np.int32),
            "participant": jobs["participant"].to_numpy(),
            "entry": entry.astype(np.int32),
            "from_list": entry != NOBODY,
            "started_on": jobs["started_on"].to_numpy(),
            "weeks": weeks_between(started, last),
            "ended": ended,
            "end_reason": jobs["end_reason"].where(ended),
            "hours_week": jobs["hours_week"].to_numpy(),
            "followed_weeks": weeks_between(started, until),
        }
    )


def weeks_between(first: Any, last: Any) -> NDArray[np.float64]:
    """Weeks from days to days, not less than 0."""
    weeks: NDArray[np.float64] = np.maximum((last - first).astype("timedelta64[D]").astype(np.int64), 0) / 7
    return weeks


def same_job(jobs: DataFrame, weeks: float) -> States:
    """Say of each start whether the job lasted so long, did not, or is not known to have done either."""
    lasted, ended = jobs["weeks"].to_numpy() >= weeks, jobs["ended"].to_numpy()
    return np.where(lasted, HELD, np.where(ended, NOT_HELD, NOT_KNOWN)).astype(np.int8)


def any_job(history: History, jobs: DataFrame, weeks: float = ANY_JOB_WEEKS) -> States:
    """Say of each start whether the person held this or another job so many weeks later.

    `jobs` is what `starts` returns. It is not known while the day lies ahead, or where a job may have gone on unseen.
    """
    from pandas import DataFrame

    begins = days_of(jobs["started_on"])
    day = begins + np.timedelta64(round(weeks * 7), "D")
    seen_until = begins + (jobs["weeks"].to_numpy() * 7).round().astype("timedelta64[D]")
    people = jobs["participant"].to_numpy()
    asked = DataFrame({"participant": people, "start": np.arange(len(jobs))})
    pairs = asked.merge(DataFrame({"participant": people, "other": np.arange(len(jobs))}), on="participant", sort=False)
    start, other = pairs["start"].to_numpy(), pairs["other"].to_numpy()
    begun = begins[other] <= day[start]
    in_it = begun & (seen_until[other] >= day[start])
    unseen = begun & ~in_it & ~jobs["ended"].to_numpy()[other]
    held = np.bincount(start, weights=in_it, minlength=len(jobs)) > 0
    open_ended = np.bincount(start, weights=unseen, minlength=len(jobs)) > 0
    not_known = open_ended | (day > np.datetime64(history.data_until, "D"))
    return np.where(held, HELD, np.where(not_known, NOT_KNOWN, NOT_HELD)).astype(np.int8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """The share of job starts that last so many weeks, in two ways.

    `curve` counts every start for as long as it was seen (Kaplan-Meier). `cohort` counts those whose weeks have fully
    passed; of these, `out_of_sight` are not known, and others that were seen for as long count for them.
    """

    weeks: float
    curve: Estimate | Unsaid
    cohort: Estimate | Unsaid
    out_of_sight: int


def lasting(jobs: DataFrame, weeks: float) -> Lasting:
    """Return the share of these starts that are in the same job after so many weeks, with 95 % intervals."""
    people = jobs["participant"].to_numpy()
    return Lasting(
        weeks=weeks,
        curve=kaplan_meier(jobs["weeks"], jobs["ended"], people).at(weeks),
        **_cohort(jobs, same_job(jobs, weeks), weeks),
    )


def lasting_in_any_job(history: History, jobs: DataFrame, weeks: float = ANY_JOB_WEEKS) -> Lasting:
    """Return the share of these starts whose people are in any job after so many weeks: of the cohort alone.

    There is no curve: people may leave work and come back.
    """
    everyone = starts(history)
    states = any_job(history, everyone, weeks)[jobs["placement"].to_numpy()]
    no_curve = Unsaid(why="People may leave work and come back, so there is no curve of any job.")
    return Lasting(weeks=weeks, curve=no_curve, **_cohort(jobs, states, weeks))


def _cohort(jobs: DataFrame, states: States, weeks: float) -> dict[str, Any]:
    """Of those whose weeks have passed; `count` is of those of whom it is known.

    To leave out who went out of sight would be too low: whose job ended early is known all the more often. So each job
    counts for those of which sight was lost before (inverse probability of censoring). Of one and the same job this is
    Kaplan and Meier's estimate. Of any job it takes sight to be lost with the job that the start was of.
    """
    passed = jobs["followed_weeks"].to_numpy() >= weeks
    known = states[passed] != NOT_KNOWN
    if not known.any():
        share: Estimate | Unsaid = Unsaid(
            why=f"No job started {weeks:g} weeks before the last day of the history or earlier."
        )
    else:
        seen, ended = jobs["weeks"].to_numpy()[passed], jobs["ended"].to_numpy()[passed]
        counts = sight_weights(seen, ended, np.minimum(seen, weeks))[known]
        people = jobs["participant"].to_numpy()[passed][known]
        share = share_of(states[passed][known] == HELD, people, counts)
    return {"cohort": share, "out_of_sight": int((~known).sum())}


def _pairs(history: History, shortlists: Any, vacancies: Any) -> Rows:
    """One number for a list and a role, below 0 where either is missing."""
    lists, roles = np.asarray(shortlists, dtype=np.int64), np.asarray(vacancies, dtype=np.int64)
    numbers: Rows = np.where((lists == NOBODY) | (roles == NOBODY), NOBODY, lists * len(history.vacancies) + roles)
    return numbers
