"""Jobs of the simulated world: how long they last, how they end, what is seen of that, and what they pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.simulation.chances import SUPPORTED_SHARE
from evaluation.simulation.effects import Effects
from evaluation.simulation.people import Codes, Days, Mask, Numbers
from matching.model.placement import LeavingReason as Reason

_LONGEST_LAG_DAYS = 14  # until an end is known
_FOREVER = 10**6
REASONS = tuple(Reason)

#: Shares of endings other than the agreed end of a job: Cook 2015 (59 % quit, 17 dismissed, 10 laid off) spread by
#: judgement over the reasons; where the second figure is given, the share is multiplied by it in jobs with the cause.
_SHARES: dict[Reason, float] = {
    Reason.BETTER_JOB: 9, Reason.PLANNED_MOVE: 3, Reason.REDUNDANCY: 11.5, Reason.HOURS_CHANGED_BY_EMPLOYER: 3,
    Reason.DISMISSED_CONDUCT: 8.5, Reason.DISMISSED_PERFORMANCE: 14, Reason.QUIT_DISSATISFIED: 11, Reason.QUIT_TASKS: 3,
    Reason.QUIT_ENVIRONMENT_SENSORY: 2, Reason.QUIT_PEOPLE: 6, Reason.QUIT_TRAVEL: 2.5, Reason.QUIT_HOURS: 2.5,
    Reason.QUIT_PAY_OR_BENEFITS: 3, Reason.QUIT_ADJUSTMENT_MISSING: 1, Reason.HEALTH_PHYSICAL: 4.5,
    Reason.HEALTH_MENTAL: 7, Reason.RELAPSE_RECOVERY: 1, Reason.CARING: 2, Reason.HOUSING_MOVE: 1, Reason.SAFETY: 0.5,
    Reason.MOVED_TO_EDUCATION: 2, Reason.RETIRED: 0.4, Reason.DIED: 0.1, Reason.UNKNOWN: 4.5,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Jobs:
    """Columns about jobs that start, one value a job; `person` and `entry` are numbers, `entry` -1 for no list."""

    person: NDArray[np.int32]
    entry: NDArray[np.int64]
    role: NDArray[np.int32]  # -1 where nobody logged the role
    started: Days
    hours: Numbers
    log_hazard: Numbers
    ends_after_weeks: Numbers
    match: Numbers
    refused: Mask
    unmet: Codes
    gap: Codes
    over: Mask
    outside: Mask

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """How jobs went: what happened, and what of it anybody saw."""

    supported: Mask
    days: NDArray[np.float64]  # in the job, true
    agreed_end: Mask
    seen_until: Days  # the last day known to be in the job: the end if it is known
    ended: Mask  # whether the end is known
    lost: Mask  # nobody could follow the person any more


def run(jobs: Jobs, *, last_day: int, effects: Effects, rng: np.random.Generator) -> Course:
    """Draw how long jobs last and what is seen of it up to the last day."""
    count = len(jobs)
    supported = rng.random(count) < SUPPORTED_SHARE
    own = effects.unexplained_sd * rng.standard_normal(count) + np.log(effects.support_contact) * supported
    scaled = rng.standard_exponential(count) / np.exp(jobs.log_hazard + own)
    weeks = effects.tenure_scale_weeks * scaled ** (1 / effects.weibull_shape)
    agreed_end = weeks > jobs.ends_after_weeks
    days = np.minimum(np.minimum(weeks, jobs.ends_after_weeks) * 7, _FOREVER)
    # Ends come to be known up to two weeks late, so the last two weeks are seen only in part: of running jobs and of
    # ended ones alike, or what is seen would tell more of ends than of jobs that go on.
    known_until = last_day - rng.integers(0, _LONGEST_LAG_DAYS + 1, count)
    lost_on = jobs.started + _days_until_lost(count, effects=effects, rng=rng)
    end = jobs.started + np.floor(days)
    follow = np.minimum(known_until, lost_on)
    ended = end <= follow
    seen = np.where(ended, end, np.maximum(follow, jobs.started)).astype(np.int32)
    lost = ~ended & (lost_on < known_until)
    return Course(supported=supported, days=days, agreed_end=agreed_end, seen_until=seen, ended=ended, lost=lost)


def _days_until_lost(count: int, *, effects: Effects, rng: np.random.Generator) -> NDArray[np.float64]:
    if effects.lost_share == 0:
        return np.full(count, float(_FOREVER))
    days = rng.standard_exponential(count) * 365 / -np.log1p(-effects.lost_share)
    lost_after: NDArray[np.float64] = np.minimum(np.floor(days), _FOREVER)
    return lost_after


def reasons(jobs: Jobs, course: Course, rng: np.random.Generator) -> NDArray[np.int8]:
    """Draw why each job ends, as places in `REASONS`; a cause that was there makes its reason more likely."""
    shares = np.tile(np.array([_SHARES.get(each, 0.0) for each in REASONS], np.float32), (len(jobs), 1))
    for reason, factor in {
        Reason.QUIT_TRAVEL: 1 + 5 * jobs.over,
        Reason.QUIT_HOURS: 1 + 5 * jobs.outside,
        Reason.QUIT_TASKS: 1 + 3 * jobs.refused + 2 * (1 - jobs.match),
        Reason.QUIT_ENVIRONMENT_SENSORY: 1 + 3 * jobs.gap,
        Reason.QUIT_ADJUSTMENT_MISSING: 1 + 5 * jobs.unmet,
        Reason.BETTER_JOB: 1 + 1 * (1 - jobs.match),
    }.items():
        shares[:, REASONS.index(reason)] *= np.asarray(factor, np.float32)
    drawn = rng.random(len(jobs), dtype=np.float32)[:, None] * shares.sum(axis=1, keepdims=True)
    found = (np.cumsum(shares, axis=1) < drawn).sum(axis=1).astype(np.int8)
    return np.where(course.agreed_end, np.int8(REASONS.index(Reason.TEMP_ENDED)), found)
