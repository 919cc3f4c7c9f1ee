"""How well numbers tell those who lasted from those who did not: the area under the ROC curve."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from evaluation.estimates import Estimate
from evaluation.metrics.intervals import Z_95
from evaluation.tables import Unsaid


def auc(numbers: ArrayLike, lasted: ArrayLike, people: ArrayLike | None = None) -> Estimate | Unsaid:
    """Return the share of pairs, one that lasted and one that did not, in which the former has the larger number.

    Ties count half. The interval is DeLong's, its variance summed by person where `people` are given.
    """
    value, yes = np.asarray(numbers, dtype=np.float64), np.asarray(lasted, dtype=bool)
    lasting, not_lasting = int(yes.sum()), int((~yes).sum())
    if not lasting or not not_lasting:
        return Unsaid(why="All lasted, or none did, so there is nothing to tell apart.")
    # A job's share of the other kind that it beats, from its ranks among all and among its own kind.
    everywhere = rankdata(value)
    among_own = np.empty(len(value))
    among_own[yes], among_own[~yes] = rankdata(value[yes]), rankdata(value[~yes])
    beaten = everywhere - among_own
    area = float(beaten[yes].mean() / not_lasting)
    part = np.where(yes, (beaten / not_lasting - area) / lasting, (1 - beaten / lasting - area) / not_lasting)
    person = np.arange(len(value)) if people is None else np.unique(np.asarray(people), return_inverse=True)[1]
    error = math.sqrt(float((np.bincount(person, weights=part) ** 2).sum()))
    return Estimate(
        value=area,
        low=max(area - Z_95 * error, 0.0),
        high=min(area + Z_95 * error, 1.0),
        count=len(value),
        standard_error=error,
    )
