"""Intervals of a chance by what came of jobs with a like chance, as a table: Venn-Abers, widened for the sample.

Inductive Venn-Abers prediction fits twice, with the new job not lasting and with it lasting; one of the two is its
calibrated chance if it and the calibration jobs are exchangeable (Vovk, Petej and Fedorova 2015). With many jobs the
two lie close together, though the share among so many is still uncertain. So the table holds whichever is wider: the
two fits, or the 95 % limits of the share among the tenth of the jobs next below and next above. A higher chance never
means a lower share, so the former bound it from below and the latter from above.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import isotonic_regression

from evaluation.metrics.intervals import rate_interval
from evaluation.sustain.features import Mask
from matching.lasting import IntervalTable
from matching.lasting_features import Numbers

#: Chances are told apart to so many parts of 1.
RESOLUTION = 1000
#: Of the calibration jobs, the share that is looked at on each side of a chance.
NEXT_TO = 0.1


def interval_table(chances: Numbers, lasted: Mask, *, weeks: int, counted: Numbers) -> IntervalTable:
    """The interval of every chance that may come, in steps of `1 / RESOLUTION`.

    `counted` is for how many each calibration job counts, as those do that were seen for those that were not.
    """
    jobs = _ByChance(chances, lasted, counted)
    # Between two neighbouring chances of the calibration jobs, all new chances stand alike.
    asked = np.unique(np.concatenate([[0], jobs.places, np.minimum(jobs.places + 1, RESOLUTION)]))
    both = np.array([jobs.limits(place) for place in asked.tolist()])
    fits = venn_abers(chances, lasted, asked / RESOLUTION, counted=counted)
    low, high = np.minimum(fits[:, 0], both[:, 0]), np.maximum(fits[:, 1], both[:, 1])
    # Limits of one sample may fall where chances rise; to the wider side, so that no interval gets narrower by it.
    low, high = np.minimum.accumulate(low[::-1])[::-1], np.maximum.accumulate(high)
    kept = np.flatnonzero([True, *((np.diff(low) != 0) | (np.diff(high) != 0))])
    return IntervalTable(
        weeks=weeks,
        resolution=RESOLUTION,
        starts=tuple(asked[kept].tolist()),
        low=tuple(low[kept].tolist()),
        high=tuple(high[kept].tolist()),
    )


def venn_abers(chances: Numbers, lasted: Mask, asked: Numbers, *, counted: Numbers) -> Numbers:
    """The two fits at each chance asked about: with the new job not lasting, and with it lasting (asked x 2)."""
    jobs = _ByChance(chances, lasted, counted)
    places = np.rint(asked * RESOLUTION).astype(np.int64).tolist()
    return np.array([[jobs.fit(place, outcome) for outcome in (0.0, 1.0)] for place in places])


class _ByChance:
    """Calibration jobs by their chance in parts of 1."""

    def __init__(self, chances: Numbers, lasted: Mask, counted: Numbers) -> None:
        places = np.rint(chances * RESOLUTION).astype(np.int64)
        order = np.argsort(places, kind="stable")
        self.places = places[order]
        self._counted = np.concatenate([[0.0], np.cumsum(counted[order])])
        self._lasting = np.concatenate([[0.0], np.cumsum((counted * lasted)[order])])
        self._next_to = max(round(NEXT_TO * len(places)), 1)
        self._jobs = np.bincount(places, weights=counted, minlength=RESOLUTION + 1).astype(np.float64)
        self._going_on = np.bincount(places, weights=counted * lasted, minlength=RESOLUTION + 1).astype(np.float64)

    def fit(self, place: int, outcome: float) -> float:
        """The isotonic fit at one chance, with one more job there of this outcome."""
        jobs, going_on = self._jobs.copy(), self._going_on.copy()
        jobs[place] += 1
        going_on[place] += outcome
        there = jobs > 0
        fit = isotonic_regression(going_on[there] / jobs[there], weights=jobs[there]).x
        return float(fit[np.count_nonzero(there[:place])])

    def limits(self, place: int) -> tuple[float, float]:
        """The lower limit of the share among jobs of at most this chance, and the upper among those of at least it."""
        below = int(np.searchsorted(self.places, place, side="right"))
        above = int(np.searchsorted(self.places, place, side="left"))
        low = self._share_limits(max(below - self._next_to, 0), below)[0]
        return low, self._share_limits(above, min(above + self._next_to, len(self.places)))[1]

    def _share_limits(self, begin: int, end: int) -> tuple[float, float]:
        if begin == end:
            return 0.0, 1.0
        share = (self._lasting[end] - self._lasting[begin]) / (self._counted[end] - self._counted[begin])
        found = rate_interval(min(max(float(share), 0.0), 1.0) * (end - begin), end - begin)
        return found.low, found.high
