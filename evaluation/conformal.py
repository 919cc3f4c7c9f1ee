"""Intervals of a chance by what came of jobs with a like chance: inductive Venn-Abers prediction, as a table."""

from __future__ import annotations

import numpy as np
from scipy.optimize import isotonic_regression

from evaluation.features import Mask
from matching.lasting import IntervalTable
from matching.lasting_features import Numbers

#: Chances are told apart to so many parts of 1.
RESOLUTION = 1000


def venn_abers(chances: Numbers, lasted: Mask, *, weeks: int, counted: Numbers) -> IntervalTable:
    """The two isotonic fits at every chance that may come: with the new job not lasting, and with it lasting.

    One of the two is the calibrated chance of the new job, if it and the calibration jobs are exchangeable (Vovk,
    Petej and Fedorova 2015). Chances are rounded first, so the table holds for every one of them. `counted` is for how
    many each calibration job counts, as those do that were seen for those that were not.
    """
    places = np.rint(chances * RESOLUTION).astype(np.int64)
    jobs = np.bincount(places, weights=counted, minlength=RESOLUTION + 1).astype(np.float64)
    going_on = np.bincount(places, weights=counted * lasted, minlength=RESOLUTION + 1).astype(np.float64)
    # Between two neighbouring chances of the calibration jobs, all new chances stand alike.
    seen = np.unique(places)
    asked = np.unique(np.concatenate([[0], seen, np.minimum(seen + 1, RESOLUTION)]))
    # A higher chance never has a lower fit, but sums in another order may differ in their last bit.
    low, high = (
        np.maximum.accumulate([_fit_at(place, jobs, going_on, outcome) for place in asked.tolist()])
        for outcome in (0.0, 1.0)
    )
    kept = np.flatnonzero([True, *((np.diff(low) != 0) | (np.diff(high) != 0))])
    return IntervalTable(
        weeks=weeks,
        resolution=RESOLUTION,
        starts=tuple(asked[kept].tolist()),
        low=tuple(low[kept].tolist()),
        high=tuple(high[kept].tolist()),
    )


def _fit_at(place: int, jobs: Numbers, going_on: Numbers, outcome: float) -> float:
    """The isotonic fit at one chance, with one more job there of this outcome."""
    jobs, going_on = jobs.copy(), going_on.copy()
    jobs[place] += 1
    going_on[place] += outcome
    there = jobs > 0
    fit = isotonic_regression(going_on[there] / jobs[there], weights=jobs[there]).x
    return float(fit[np.count_nonzero(there[:place])])
