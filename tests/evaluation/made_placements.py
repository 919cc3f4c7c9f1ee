"""Jobs that came of lists, by chance, with a known law of how long they last; some go out of sight."""

from __future__ import annotations

from datetime import date

import numpy as np

from evaluation.sustain.features import Placements
from matching.lasting_features import FEATURES, Feature

UNTIL = date(2026, 11, 22)
#: Of the log hazard of a job's end, for each whole unit of a feature.
LAW = {
    Feature.PREFERENCES: -1.2,
    Feature.ADJUSTMENTS_VERDICT: 0.3,
    Feature.TRAVEL: -0.5,
    Feature.FIXED_END: 0.6,
}
_SCALE_WEEKS, _SHAPE, _LOST = 26.0, 0.8, 0.1


def made_placements(jobs: int, *, seed: int, people: int | None = None, months: int = 48) -> Placements:
    """So many jobs of so many people, started over some months; what LAW does not name tells nothing."""
    lots = np.random.default_rng(seed)
    features = np.array([_numbers(feature, jobs, lots) for feature in FEATURES])
    log_hazard = sum(LAW[each] * np.nan_to_num(features[FEATURES.index(each)], nan=0.3) for each in LAW)
    lasting = np.floor(7 * _SCALE_WEEKS * (lots.exponential(1, jobs) / np.exp(log_hazard)) ** (1 / _SHAPE)) / 7
    days = lots.integers(1, months * 30, jobs)
    started = np.datetime64(UNTIL, "D") - np.sort(days)[::-1].astype("timedelta64[D]")
    passed = (np.datetime64(UNTIL, "D") - started).astype(np.int64) / 7
    in_sight = np.minimum(passed, np.where(lots.random(jobs) < _LOST, lots.random(jobs) * 52, np.inf))
    return Placements(
        features=features,
        score=lots.random(jobs),
        people=lots.integers(0, people or jobs, jobs),
        started=started,
        weeks=np.minimum(lasting, in_sight),
        ended=lasting <= in_sight,
        known_on=UNTIL,
    )


def _numbers(feature: Feature, jobs: int, lots: np.random.Generator) -> np.ndarray:
    if feature.endswith("_verdict"):
        return lots.choice([0.0, 1.0, 2.0], jobs, p=[0.6, 0.25, 0.15])
    if feature.endswith("_value"):
        found = lots.random(jobs).astype(np.float32).astype(np.float64)
    else:
        found = (lots.random(jobs) < 0.25).astype(np.float64)
    nobody_says = feature in {Feature.PREFERENCES, Feature.FIXED_END}
    return np.where(lots.random(jobs) < 0.05, np.nan, found) if nobody_says else found
