"""Sustain models for tests: made by hand, monotone, and none of them learnt from anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from itertools import accumulate
from pathlib import Path

import numpy as np

from matching.lasting import Evidence, IntervalTable, Steps, SustainModel
from matching.lasting_features import FEATURES, Direction, Feature, direction_of
from matching.lasting_reading import MODEL_FILE, NOT_ENOUGH, model_from

EVIDENCE = Evidence(
    first_start="2020-01-06",
    data_until="2025-12-31",
    simulated=True,
    people=900,
    placements=1000,
    ended=600,
    calibration_placements=200,
    calibration_ended=120,
)
#: A tenth to each side of any chance.
INTERVALS = IntervalTable(
    weeks=26,
    resolution=10,
    starts=tuple(range(11)),
    low=tuple(max(tenth - 1, 0) / 10 for tenth in range(11)),
    high=tuple(min(tenth + 1, 10) / 10 for tenth in range(11)),
)


def model(counts: Mapping[Feature, tuple[tuple[float, ...], tuple[float, ...]]], *, end: float = -2.0) -> SustainModel:
    """A model in which these features count, each by thresholds and effects; log-odds of ending are `end` at first."""
    return SustainModel(
        name="made by hand",
        digest="0123456789ab",
        evidence=EVIDENCE,
        period_ends=(4, 13, 26, 52),
        baseline=(end,) * 4,
        steps=tuple(_steps(feature, counts.get(feature)) for feature in FEATURES),
        intervals=INTERVALS,
    )


def _steps(feature: Feature, given: tuple[tuple[float, ...], tuple[float, ...]] | None) -> Steps:
    thresholds, effects = given or ((), (0.0,))
    return Steps(feature=feature, absent=0.5, thresholds=thresholds, effects=effects)


def by_chance(seed: int) -> SustainModel:
    """A model in which every feature counts, by steps of any height in the direction that theory allows."""
    lots = np.random.default_rng(seed)
    counts = {}
    for feature in FEATURES:
        heights = lots.exponential(0.1, 13)
        signs = {Direction.NEVER_SHORTER: -1.0, Direction.NEVER_LONGER: 1.0, Direction.EITHER: lots.choice([-1.0, 1.0])}
        levels = list(accumulate((heights * signs[direction_of(feature)]).tolist()))
        effects = [each - levels[6] for each in levels]  # both ways from the middle, so that chances stay moderate
        thresholds = np.sort(lots.random(12)) * (2.0 if feature.endswith("verdict") else 1.0)
        counts[feature] = (tuple(thresholds.tolist()), tuple(effects))
    return model(counts)


#: The more of what is wanted, the longer it lasts: with all of it hardly a job ends, with none of it nearly each.
WISHES = model({Feature.PREFERENCES: (tuple(n / 10 for n in range(10)), tuple(3.0 - 0.6 * n for n in range(11)))})


def written(found: SustainModel, folder: Path) -> SustainModel:
    """Write a model as the engine reads it, and return what is read."""
    told = {
        "format": 1,
        "says": "model",
        "name": found.name,
        "evidence": asdict(found.evidence),
        "period_ends_weeks": found.period_ends,
        "baseline": found.baseline,
        "features": {
            str(step.feature): {"absent": step.absent, "thresholds": step.thresholds, "effects": step.effects}
            for step in found.steps
        },
        "intervals": asdict(found.intervals),
    }
    content = json.dumps(told).encode()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL_FILE).write_bytes(content)
    return model_from(content)


def written_not_enough(folder: Path) -> Path:
    """A folder in which the training said that there was too little history."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL_FILE).write_text(json.dumps({"format": 1, "says": NOT_ENOUGH, "why": "50 placements are too few."}))
    return folder
