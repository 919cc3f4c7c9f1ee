"""How long jobs last when some still run: Kaplan-Meier, log-rank, cumulative incidence and the restricted mean.

`weeks` is how long each job was seen, `ended` whether it ended then; a job that did not was running when last seen
(censored), and where both fall on one time the ends come first. `people` numbers the person of each job: one person
may have several jobs, which are not independent, so the variance is summed by person (an infinitesimal jackknife; with
one job a person it equals Greenwood's formula).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimates import Estimate
from evaluation.metrics.exits import Exits, Numbers, Rows
from evaluation.metrics.intervals import Z_95, rate_interval
from evaluation.tables import Unsaid


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """The share still in the job after each time at which one ended, with pointwise log-log 95 % intervals."""

    count: int  # jobs at the start
    times: Numbers  # weeks, rising
    survival: Numbers
    at_risk: Rows  # jobs seen up to this time
    events: Rows
    standard_error: Numbers
    low: Numbers
    high: Numbers
    seen: Numbers  # for how many weeks each job was seen, rising

    def at(self, weeks: float) -> Estimate | Unsaid:
        """Return the share that lasts `weeks` or longer; unsaid where no job was seen for so long.

        A job that ended exactly then has lasted (matching.outcomes), so this is the curve just before its step there.
        Where none has ended yet, or none is left, the log-log interval has no width; Wilson's for those at risk is
        taken instead.
        """
        if not self.count:
            return Unsaid(why="There are no jobs to count.")
        step = int(np.searchsorted(self.times, weeks, side="left")) - 1
        share = float(self.survival[step]) if step >= 0 else 1.0
        if not self.at_risk_at(weeks) and share > 0:
            return Unsaid(why=f"None has been followed for {weeks:g} weeks.")
        if step < 0:
            low = rate_interval(self.at_risk_at(weeks), self.at_risk_at(weeks)).low if weeks > 0 else 1.0
            return Estimate(value=1.0, low=low, high=1.0, count=self.count, standard_error=0.0)
        return Estimate(
            value=share,
            low=float(self.low[step]),
            high=float(self.high[step]),
            count=self.count,
            standard_error=float(self.standard_error[step]),
        )

    def at_risk_at(self, weeks: float) -> int:
        """Return how many jobs were seen for at least so long."""
        return len(self.seen) - int(np.searchsorted(self.seen, weeks, side="left"))

    def median(self) -> Estimate | Unsaid:
        """Return the weeks after which half have ended; `high` is infinite where the data set no upper bound."""
        if not (self.survival <= 0.5).any():
            return Unsaid(why="Half has not been reached in the time that was followed.")
        value, low, high = (
            float(self.times[np.argmax(share <= 0.5)]) if (share <= 0.5).any() else math.inf
            for share in (self.survival, self.low, self.high)
        )
        return Estimate(value=value, low=low, high=high, count=self.count)


class LogRank(NamedTuple):
    """The statistic of a log-rank test and how often chance alone brings one as large."""

    statistic: float
    p: float


@dataclass(frozen=True, eq=False)
class Incidence:
    """The share that has ended for one cause after each time, while other causes compete (Aalen-Johansen)."""

    exits: Exits
    cause: int

    @property
    def times(self) -> Numbers:
        """The times, in weeks, at which a job was last seen or ended."""
        return self.exits.times

    @cached_property
    def share(self) -> Numbers:
        """The share after each of the times."""
        shares: Numbers = np.cumsum(self.exits.before * self._events / self.exits.at_risk)
        return shares

    @cached_property
    def _events(self) -> Numbers:
        return self.exits.count_by_time(self.exits.cause == self.cause)

    def at(self, weeks: float) -> Estimate | Unsaid:
        """Return the share that ended for this cause before `weeks`; log-log interval of the rest, Wilson's at 0.

        With the others and with `Curve.at` of the same weeks it makes up the whole.
        """
        exits = self.exits
        if not exits.count:
            return Unsaid(why="There are no jobs to count.")
        step = int(np.searchsorted(exits.times, weeks, side="left")) - 1
        if weeks > exits.times[-1] and exits.survival[-1] > 0:
            return Unsaid(why=f"None has been followed for {weeks:g} weeks.")
        share = float(self.share[step]) if step >= 0 else 0.0
        error = math.sqrt(exits.variance_of(self._influence(step))) if step >= 0 else 0.0
        low, high = _log_log(1 - share, error)
        if share <= 0 and weeks > 0:
            low = rate_interval(0, max(exits.count - int(np.searchsorted(exits.weeks_sorted, weeks)), 1)).high
            low, high = 1 - low, 1.0
        return Estimate(value=share, low=1 - high, high=1 - low, count=exits.count, standard_error=error)

    def _influence(self, step: int) -> Numbers:
        """How far each job moves the share at a time: through who was left before, and through its own end."""
        exits = self.exits
        left: Numbers = exits.before * self._events / exits.at_risk
        through_left = np.cumsum(left * np.concatenate([[0.0], exits.hazard[:-1]]))
        through_risk = np.cumsum(left / exits.at_risk)
        when = np.minimum(exits.when, step)
        influence: Numbers = through_left[when] - through_risk[when]
        out = exits.when <= step
        influence += np.where(out, exits.settled * (self.share[step] - self.share[when]), 0.0)
        own = out & (exits.cause == self.cause)
        influence += np.where(own, (exits.before / exits.at_risk)[when], 0.0)
        return influence


def kaplan_meier(weeks: ArrayLike, ended: ArrayLike, people: ArrayLike | None = None) -> Curve:
    """Return the share of jobs still running, week by week."""
    exits = Exits(weeks, np.where(np.asarray(ended, dtype=bool), 0, -1), people)
    kept = exits.events > 0
    error = np.sqrt(exits.log_variance())[kept]
    survival, at_risk = exits.survival[kept], exits.at_risk[kept]
    low, high = _log_log(survival, survival * error)
    if len(survival) and survival[-1] == 0:
        low[-1], high[-1], error[-1] = 0.0, rate_interval(0, int(at_risk[-1])).high, 0.0
    return Curve(
        count=exits.count,
        times=exits.times[kept],
        survival=survival,
        at_risk=at_risk.astype(np.int64),
        events=exits.events[kept].astype(np.int64),
        standard_error=survival * error,
        low=low,
        high=high,
        seen=exits.weeks_sorted,
    )


def restricted_mean(
    weeks: ArrayLike, ended: ArrayLike, up_to: float = 52, people: ArrayLike | None = None
) -> Estimate | Unsaid:
    """Return the mean weeks in the job within the first `up_to`: the area under the curve; interval by the normal."""
    exits = Exits(weeks, np.where(np.asarray(ended, dtype=bool), 0, -1), people)
    if not exits.count:
        return Unsaid(why="There are no jobs to count.")
    if exits.times[-1] < up_to and exits.survival[-1] > 0:
        return Unsaid(why=f"None has been followed for {up_to:g} weeks.")
    begins = np.minimum(np.concatenate([[0.0], exits.times]), up_to)
    lengths = np.diff(np.append(begins, up_to))
    shares, hazard = np.concatenate([[1.0], exits.survival]), np.concatenate([[0.0], exits.hazard])
    area, slope = np.cumsum(shares * lengths), np.cumsum(shares * hazard * lengths)
    within = exits.times[exits.when] < up_to
    # Up to its own time a job raises the curve by its presence; from then on by what became of it.
    influence = np.where(within, slope[exits.when] + exits.settled * (area[-1] - area[exits.when]), slope[-1])
    error = math.sqrt(exits.variance_of(influence))
    mean = float(area[-1])
    return Estimate(
        value=mean,
        low=max(mean - Z_95 * error, 0.0),
        high=min(mean + Z_95 * error, up_to),
        count=exits.count,
        standard_error=error,
    )


def cumulative_incidence(
    weeks: ArrayLike, cause: ArrayLike, people: ArrayLike | None = None, *, causes: Iterable[int] = ()
) -> Mapping[int, Incidence]:
    """Return the share that ended for each cause, by its number from 0 on; -1 stands for a job that still ran.

    `causes` are told of even if no job ended for them.
    """
    exits = Exits(weeks, cause, people)
    found = {int(each) for each in np.unique(exits.cause) if each >= 0}
    return {each: Incidence(exits, each) for each in sorted(found.union(causes))}


def log_rank(weeks: ArrayLike, ended: ArrayLike, group: ArrayLike, people: ArrayLike | None = None) -> LogRank | Unsaid:
    """Test whether jobs of several groups last equally long; with `people` the variance is summed by person."""
    labels, code = np.unique(np.asarray(group), return_inverse=True)
    exits = Exits(weeks, np.where(np.asarray(ended, dtype=bool), 0, -1), people)
    if len(labels) < 2 or not exits.events.any():
        return Unsaid(why="There is nothing to compare: one group only, or no job has ended.")
    ended_of = np.stack([exits.count_by_time((code == each) & (exits.cause >= 0)) for each in range(len(labels))])
    left_of = np.stack([exits.count_by_time(code == each) for each in range(len(labels))])
    share = np.cumsum(left_of[:, ::-1], axis=1)[:, ::-1] / exits.at_risk
    surplus = (ended_of - share * exits.events).sum(axis=1)
    variance = _hypergeometric(share, exits) if exits.one_each else _between_people(share, code, exits)
    freedom = int(np.linalg.matrix_rank(variance, hermitian=True))
    if not freedom:
        return Unsaid(why="The groups were never followed at the same time.")
    statistic = float(surplus @ np.linalg.pinv(variance, hermitian=True) @ surplus)
    return LogRank(statistic, _chi_square_above(statistic, freedom))


def _hypergeometric(share: Numbers, exits: Exits) -> Numbers:
    at_risk, events = exits.at_risk, exits.events
    spread = events * (at_risk - events) / np.maximum(at_risk - 1, 1)
    variance: Numbers = np.diag((share * spread).sum(axis=1)) - (share * spread) @ share.T
    return variance


def _between_people(share: Numbers, code: Rows, exits: Exits) -> Numbers:
    """The variance of the surplus of ends by group, summed by person (Lin and Wei's robust variance)."""
    risk = exits.events / exits.at_risk
    risk_so_far = np.cumsum(risk)[exits.when]
    own = code == np.arange(len(share))[:, None]
    influence = np.where(exits.cause >= 0, own - share[:, exits.when], 0.0)
    influence = influence - own * risk_so_far + np.cumsum(share * risk, axis=1)[:, exits.when]
    by_person = np.stack([np.bincount(exits.people, weights=each) for each in influence])
    variance: Numbers = (by_person @ by_person.T).astype(np.float64)
    return variance


def _chi_square_above(statistic: float, freedom: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(freedom, max(statistic, 0.0)))


def _log_log(share: Any, error: Any) -> Any:
    """The limits of a share on the scale log(-log), on which they stay between 0 and 1."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        spread = np.exp(Z_95 * error / np.abs(share * np.log(share)))
        low, high = np.power(share, spread), np.power(share, 1 / spread)
    within = (np.asarray(share) > 0) & (np.asarray(share) < 1)
    return np.where(within, low, share), np.where(within, high, share)
