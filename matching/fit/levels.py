"""How likely a sensory level that nobody has checked is bearable, given what the occupation suggests."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.model.sensory import HIGHEST_LEVEL

Floats = NDArray[np.float64]

# The chance is kept off 0 and 1: a prior is never a fact.
LEAST_CHANCE = 0.06
# Where nothing is suggested, either answer is as likely.
NO_CHANCE_KNOWN = 0.5
# A symmetric triangle of this half width has a standard deviation of 1.
_TRIANGLE_HALF_WIDTH = sqrt(6.0)
_LEAST_SPREAD_LEVELS = 0.25


def chance_at_most(mean: ArrayLike, spread: ArrayLike, level: ArrayLike) -> Floats:
    """Return the chance that the true level is at most `level`, from `LEAST_CHANCE` to 1 - `LEAST_CHANCE`.

    The level is taken as a triangle around the mean with the given standard deviation, rounded to a whole level from 0
    to 4. It is 0.5 where there is no prior. More tolerance never lowers it, a higher mean never raises it. The three
    arguments broadcast.
    """
    middle, width, at_most = (np.asarray(part, dtype=np.float64) for part in (mean, spread, level))
    chance = np.clip(triangular_share_below(middle, width, at_most + 0.5), LEAST_CHANCE, 1.0 - LEAST_CHANCE)
    chance = np.where(at_most >= HIGHEST_LEVEL, 1.0 - LEAST_CHANCE, chance)
    chance = np.where(at_most < 0, LEAST_CHANCE, chance)
    known: Floats = np.where(np.isnan(middle) | np.isnan(width), NO_CHANCE_KNOWN, chance)
    return known


def triangular_share_below(mean: Floats, spread: Floats, bound: Floats) -> Floats:
    """Return the share below the bound of a symmetric triangle: two parabolas, no function that rounds by machine."""
    half_width = _TRIANGLE_HALF_WIDTH * np.maximum(spread, _LEAST_SPREAD_LEVELS)
    place = np.clip((bound - mean) / half_width, -1.0, 1.0)
    tail = 1.0 - np.abs(place)
    beyond = 0.5 * tail * tail
    share: Floats = np.where(place < 0, beyond, 1.0 - beyond)
    return share
