"""How likely a job is still in sight after some weeks: what jobs that were seen count for those that were not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics.survival import Curve, kaplan_meier

Numbers = NDArray[np.float64]

#: No job counts for more than so many: few are left in sight by then, and one must not speak for all.
MOST_COUNTED = 20.0


def share_lasting(curve: Curve, weeks: Numbers) -> Numbers:
    """The share that lasts at least so many weeks, which is what stands just before each; the last share goes on."""
    shares: Numbers = np.append(1.0, curve.survival)
    found: Numbers = shares[np.searchsorted(curve.times, weeks, side="left")]
    return found


def sight_weights(weeks: Numbers, ended: NDArray[np.bool_], at: Numbers) -> Numbers:
    """For how many jobs one counts that is known `at` so many weeks (inverse probability of censoring weights).

    `weeks` and `ended` tell of all jobs: for how long each was seen, and whether it ended then or went out of sight.
    """
    in_sight = share_lasting(kaplan_meier(weeks, ~ended), at)
    counted: Numbers = np.minimum(1.0 / np.maximum(in_sight, 1.0 / MOST_COUNTED), MOST_COUNTED)
    return counted
