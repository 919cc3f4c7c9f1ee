"""What each listed entry brought, on the lists that are old enough for it to be settled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from evaluation.graded import START_WITHIN_WEEKS
from evaluation.metrics.censoring import sight_weights
from evaluation.off_policy.placing import Numbers
from evaluation.outcomes import days_of, starts

if TYPE_CHECKING:
    from pandas import DataFrame

    from evaluation.history import History


class Reward(StrEnum):
    """What a list is valued by."""

    JOB_START = "job_start"
    LASTING_13_WEEKS = "lasting_13_weeks"
    LASTING_26_WEEKS = "lasting_26_weeks"

    @property
    def weeks(self) -> int:
        """For how long the job must last."""
        return {Reward.JOB_START: 0, Reward.LASTING_13_WEEKS: 13, Reward.LASTING_26_WEEKS: 26}[self]

    @property
    def words(self) -> str:
        """As it stands in a sentence."""
        if self is Reward.JOB_START:
            return "job starts"
        return f"job starts that last {self.weeks} weeks"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rewarded:
    """The reward of each entry, how much its outcome counts, and which lists are settled.

    A list is settled if it was drawn long enough before the last day of data for a job to start within
    `START_WITHIN_WEEKS` and to last. On a settled list a job may still be out of sight before its weeks are over: such
    an entry counts nothing, and those that were seen count for it (inverse probability of censoring weights).
    """

    reward: Numbers
    counts: Numbers
    settled: npt.NDArray[np.bool_]  # rows of `shortlists`
    outcomes: int
    out_of_sight: int


def rewarded(history: History, reward: Reward) -> Rewarded:
    """Return what each entry of the settled lists brought."""
    drawn = days_of(history.shortlists["drawn_on"])
    wait = np.timedelta64(7 * (START_WITHIN_WEEKS + reward.weeks), "D")
    settled = drawn + wait <= np.datetime64(history.data_until)
    list_of = history.entries["shortlist"].to_numpy()
    jobs = _jobs(history, settled, drawn)
    worth, counts = np.zeros(len(list_of)), settled[list_of].astype(np.float64)
    entry = jobs["entry"].to_numpy()
    lasted, known, weight = _lasting(jobs, reward.weeks)
    np.maximum.at(worth, entry, np.where(lasted & known, weight, 0.0))
    counts[entry] = np.where(known, weight, 0.0)
    counts[worth > 0] = worth[worth > 0]
    return Rewarded(
        reward=worth, counts=counts, settled=settled, outcomes=int((worth > 0).sum()), out_of_sight=int((~known).sum())
    )


def _jobs(history: History, settled: npt.NDArray[np.bool_], drawn: npt.NDArray[np.datetime64]) -> DataFrame:
    """The job starts that came from an entry of a settled list, soon enough after it."""
    jobs = starts(history)
    jobs = jobs[jobs["entry"] >= 0]
    which = history.entries["shortlist"].to_numpy()[jobs["entry"].to_numpy()]
    soon = days_of(jobs["started_on"]) - drawn[which] <= np.timedelta64(7 * START_WITHIN_WEEKS, "D")
    return jobs[settled[which] & soon]


def _lasting(jobs: DataFrame, weeks: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], Numbers]:
    """Whether each job lasted, whether that is known, and its weight for those of which it is not known."""
    seen, ended = jobs["weeks"].to_numpy(np.float64), jobs["ended"].to_numpy(np.bool_)
    lasted = seen >= weeks
    known = lasted | ended
    return lasted, known, sight_weights(seen, ended, np.minimum(seen, weeks))
