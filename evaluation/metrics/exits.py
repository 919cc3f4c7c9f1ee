"""Jobs by the time at which each was last seen or ended, and how far each moves the curve of those still running."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]


class Exits:
    """Jobs counted by the time at which they were last seen, and how far each moves the curve.

    `hazard` is the sum of events / (at risk x (at risk - events)) so far: by so much a job that is still at risk
    raises the logarithm of the curve, and it is Greenwood's variance too. `settled` is what a job adds to that
    logarithm once its own time is over.
    """

    def __init__(self, weeks: ArrayLike, cause: ArrayLike, people: ArrayLike | None) -> None:
        seen = np.asarray(weeks, dtype=np.float64)
        if not np.isfinite(seen).all() or (seen < 0).any():
            raise ValueError("weeks are numbers of at least 0")
        self.cause: Rows = np.asarray(cause, dtype=np.int64)
        self.count = len(seen)
        self.weeks_sorted: Numbers = np.sort(seen)
        self.times, self.when = np.unique(seen, return_inverse=True)
        self.at_risk: Numbers = np.cumsum(self.count_by_time(self.cause >= -1)[::-1])[::-1]
        self.events = self.count_by_time(self.cause >= 0)
        left = self.at_risk - self.events
        self.survival: Numbers = np.cumprod(left / self.at_risk).astype(np.float64)
        self.before: Numbers = np.concatenate([[1.0], self.survival[:-1]])[: len(self.times)]
        # Where nobody is left the curve stays at 0 whatever any job does, so no influence is needed from there on.
        last: Numbers = np.where(left > 0, left, np.inf).astype(np.float64)
        self.hazard: Numbers = np.cumsum(self.events / (self.at_risk * last)).astype(np.float64)
        self.settled: Numbers = (self.hazard[self.when] - np.where(self.cause >= 0, 1 / last[self.when], 0.0)) * (
            left[self.when] > 0
        )
        self.people: Rows = (
            np.arange(self.count) if people is None else np.unique(np.asarray(people), return_inverse=True)[1]
        )
        self.one_each = people is None or self.count == (self.people.max(initial=-1) + 1)

    def count_by_time(self, which: NDArray[np.bool_]) -> Numbers:
        """How many of some jobs were last seen at each time."""
        counted: Numbers = np.bincount(self.when, weights=which, minlength=len(self.times)).astype(np.float64)
        return counted

    def variance_of(self, influence: Numbers) -> float:
        """The variance of what is moved by each job: squares of the sums by person."""
        by_person = influence if self.one_each else np.bincount(self.people, weights=influence)
        return float(by_person @ by_person)

    def log_variance(self) -> Numbers:
        """The variance of the logarithm of the curve at each time.

        A person with m jobs at risk and C settled moves it by m x hazard + C. The sums of m², mC and C² over people
        change only when a job is settled, so they are kept as running sums over all jobs in order of time.
        """
        if self.one_each:
            return self.hazard
        order = np.lexsort((self.when, self.people))
        person, settled = self.people[order], self.settled[order]
        jobs = np.bincount(person)
        first = np.concatenate([[0], np.cumsum(jobs)[:-1]])[person]
        at_risk = jobs[person] - (np.arange(self.count) - first)
        so_far = np.concatenate([[0.0], np.cumsum(settled)])
        before = so_far[:-1] - so_far[first]
        after = before + settled
        changes = (1.0 - 2.0 * at_risk, (at_risk - 1) * after - at_risk * before, after**2 - before**2)
        squares, mixed, done = (
            np.cumsum(np.bincount(self.when[order], weights=change, minlength=len(self.times))) for change in changes
        )
        at_first = float((jobs.astype(np.float64) ** 2).sum())
        variance: Numbers = self.hazard**2 * (at_first + squares) + 2 * self.hazard * mixed + done
        return np.maximum(variance, 0.0)
