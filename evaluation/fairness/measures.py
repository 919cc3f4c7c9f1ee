"""What is compared between groups: a figure for each person, or a time until something happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from evaluation.estimates import Estimate
from evaluation.metrics.intervals import complement, mean_of, rate_interval
from evaluation.metrics.survival import kaplan_meier, log_rank, restricted_mean
from evaluation.tables import Unit, Unsaid

Numbers: TypeAlias = npt.NDArray[np.float64]
Codes: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]

#: In place of a group: said nothing, or is not to be compared.
NO_GROUP = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PerPerson:
    """A figure for each participant; NaN for those of whom it cannot be told, who are left out."""

    name: str
    words: str
    unit: Unit
    values: Numbers  # by row of `participants`

    def people(self, who: Mask) -> int:
        """Of how many participants it is told."""
        return int(np.isfinite(self.values[who]).sum())

    def estimate(self, who: Mask) -> Estimate | Unsaid:
        """The mean over participants: Wilson's interval for a share of people, else the normal one."""
        values = self.values[who]
        values = values[np.isfinite(values)]
        if len(values) and np.isin(values, (0.0, 1.0)).all() and self.unit is Unit.SHARE:
            return rate_interval(float(values.sum()), len(values))
        return mean_of(values)

    def chance_alone(self, group: Codes) -> float | Unsaid:
        """How often groups dealt out by chance would differ as much; see `spread_between`."""
        told = np.isfinite(self.values) & (group != NO_GROUP)
        return spread_between(self.values[told], group[told])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UntilEvent:
    """A time until something happens, for each job or person; some were lost from sight before it did."""

    name: str
    words: str
    unit: Unit
    person: Codes  # row of `participants`, for each time
    time: Numbers
    happened: Mask
    up_to: float
    read: Callable[[UntilEvent, Mask], Estimate | Unsaid]

    def people(self, who: Mask) -> int:
        """Of how many participants it is told."""
        return len(np.unique(self.person[who[self.person]]))

    def estimate(self, who: Mask) -> Estimate | Unsaid:
        """What is read from the curve of these people."""
        return self.read(self, who[self.person])

    def chance_alone(self, group: Codes) -> float | Unsaid:
        """The p of a log-rank test up to the time that is told of; several times of a person count as one person's."""
        of = group[self.person]
        told = of != NO_GROUP
        if not told.any():
            return Unsaid(why="There is nobody to compare.")
        time = np.minimum(self.time, self.up_to)
        happened = self.happened & (self.time <= self.up_to)
        test = log_rank(time[told], happened[told], of[told], people=self.person[told])
        return test if isinstance(test, Unsaid) else test.p


Measure: TypeAlias = PerPerson | UntilEvent


def still_going(measure: UntilEvent, which: Mask) -> Estimate | Unsaid:
    """The share to whom it has not happened (Kaplan-Meier)."""
    curve = kaplan_meier(measure.time[which], measure.happened[which], people=measure.person[which])
    return curve.at(measure.up_to)


def happened_by(measure: UntilEvent, which: Mask) -> Estimate | Unsaid:
    """The share to whom it has happened (Kaplan-Meier)."""
    return complement(still_going(measure, which))


def mean_time(measure: UntilEvent, which: Mask) -> Estimate | Unsaid:
    """The mean time, at most `up_to` (the area under the curve)."""
    return restricted_mean(measure.time[which], measure.happened[which], measure.up_to)


def spread_between(values: Numbers, group: Codes) -> float | Unsaid:
    """Return p of a test that groups have one mean: chi-square of the means' spread if groups were dealt out by chance.

    (N - 1) / sum((x - mean)^2) x sum over groups of n (mean of group - mean)^2, with one degree of freedom less than
    groups. On ranks it is the Kruskal-Wallis test; here it is of the values, so that it tests what is printed.
    """
    from scipy.special import chdtrc

    _, code = np.unique(group, return_inverse=True)
    sizes = np.bincount(code)
    spread = float(((values - values.mean()) ** 2).sum()) if len(values) else 0.0
    if len(sizes) < 2 or not spread:
        return Unsaid(why="There is nothing to compare: one group only, or everybody is alike.")
    means = np.bincount(code, weights=values) / sizes
    between = float((sizes * (means - values.mean()) ** 2).sum())
    return float(chdtrc(len(sizes) - 1, between * (len(values) - 1) / spread))
