"""Fit the sustain model to placements: learn on the oldest, recalibrate and set intervals on the latest, or say no."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from evaluation.sustain.conformal import interval_table
from evaluation.sustain.features import Placements
from evaluation.sustain.hazard import decision, learn, outcomes, recalibrated
from evaluation.sustain.hazard_steps import PERIOD_ENDS, Hazard
from evaluation.sustain.splits import SETTLED_WEEKS, parts_of
from matching.lasting import Evidence, IntervalTable, SustainModel
from matching.lasting_features import FEATURES, Feature, Numbers

#: Fewer ended jobs than this to learn from, or to calibrate on, are not enough evidence.
LEAST_ENDED_TO_LEARN = 200
LEAST_ENDED_TO_CALIBRATE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEnough:
    """There is no model, and why, as a sentence."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A recalibrated hazard with its intervals, and of how many jobs it tells."""

    hazard: Hazard
    intervals: IntervalTable
    evidence: Evidence

    def model(self, *, name: str, digest: str = "") -> SustainModel:
        """The same in the form in which the engine uses it."""
        return SustainModel(
            name=name,
            digest=digest,
            evidence=self.evidence,
            period_ends=PERIOD_ENDS,
            baseline=self.hazard.baseline,
            fixed_end=self.hazard.fixed_end,
            unknown_end=self.hazard.unknown_end,
            steps=self.hazard.steps,
            intervals=self.intervals,
        )


def fit(
    placements: Placements, *, seed: int, simulated: bool = False, share_of_evidence: float = 1.0
) -> Fitted | NotEnough:
    """Fit to what is known of placements; the amounts of evidence asked for are multiplied by `share_of_evidence`.

    On one thread: sums in another order would give other last bits.
    """
    with threadpool_limits(limits=1):
        hazard = _learnt(placements, seed=seed, share_of_evidence=share_of_evidence)
    if isinstance(hazard, NotEnough):
        return hazard
    to_calibrate = placements.some(parts_of(placements).calibrate)
    return Fitted(
        hazard=hazard,
        intervals=_intervals(hazard, to_calibrate),
        evidence=Evidence(
            first_start=str(placements.started.min()),
            data_until=placements.known_on.isoformat(),
            simulated=simulated,
            people=len(np.unique(placements.people)),
            placements=len(placements),
            ended=int(placements.ended.sum()),
            calibration_placements=len(to_calibrate),
            calibration_ended=int(to_calibrate.ended.sum()),
        ),
    )


def fit_one_number(placements: Placements, number: Numbers, *, seed: int, share_of_evidence: float) -> Hazard | None:
    """A rival that is learnt in the same way from one number of each job; `None` where it is of no use."""
    with threadpool_limits(limits=1):
        hazard = _learnt(with_one_number(placements, number), seed=seed, share_of_evidence=share_of_evidence)
    return None if isinstance(hazard, NotEnough) else hazard


def with_one_number(placements: Placements, number: Numbers) -> Placements:
    """The same jobs with one number in the place of preferences, and nothing else to learn from."""
    features = np.zeros_like(placements.features)
    features[FEATURES.index(Feature.PREFERENCES)] = number
    return replace(placements, features=features)


def _learnt(placements: Placements, *, seed: int, share_of_evidence: float) -> Hazard | NotEnough:
    parts = parts_of(placements)
    to_learn, to_stop, to_calibrate = (placements.some(part) for part in (parts.learn, parts.stop, parts.calibrate))
    for part, least, purpose in (
        (to_learn, LEAST_ENDED_TO_LEARN, "to learn from"),
        (to_calibrate, LEAST_ENDED_TO_CALIBRATE, "to calibrate on"),
    ):
        if (ended := int(part.ended.sum())) < least * share_of_evidence:
            return NotEnough(why=f"{ended} ended jobs {purpose} are fewer than {least}.")
    learnt = learn(to_learn, to_stop, seed=seed)
    _check_sum(learnt, to_calibrate)
    hazard = recalibrated(learnt, to_calibrate)
    if hazard is None:
        return NotEnough(why="On jobs that it did not learn from, the model's order had no meaning.")
    return hazard


def _intervals(hazard: Hazard, on: Placements) -> IntervalTable:
    lasted, known, counted = outcomes(on, SETTLED_WEEKS)
    chances = hazard.chances(on.features, (SETTLED_WEEKS,))[0]
    return interval_table(chances[known], lasted[known], weeks=SETTLED_WEEKS, counted=counted[known])


def _check_sum(hazard: Hazard, on: Placements) -> None:
    """The step functions must be the estimator, not resemble it: a fault of ours otherwise."""
    added, strain = hazard.by_contract(on.features), hazard.strain(on.features)
    for period, odds in enumerate(hazard.baseline):
        apart = np.abs(decision(hazard.estimator, on.features, period) - (odds + added[period] + strain))
        if apart.max(initial=0.0) > 1e-9:
            raise RuntimeError(f"steps and estimator differ by {apart.max():.2g} in period {period}")
