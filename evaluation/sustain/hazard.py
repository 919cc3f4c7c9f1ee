"""Learn the hazard of a job's end in periods from some jobs, and recalibrate it on others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline

from evaluation.metrics.calibration import known_at
from evaluation.sustain.features import Mask, Placements, Rows
from evaluation.sustain.hazard_steps import CONTRACT, PERIOD_ENDS, Hazard, as_steps, chances_by_contract, with_period
from matching.lasting_features import FEATURES, Numbers, direction_of

#: The weeks of which the model is to tell.
TOLD_WEEKS = (13, 26)

_MOST_ROUNDS = 400
_PATIENCE = 15
_LEAST_ROWS, _LEAST_SHARE = 100, 0.02
_CONTRACT_BY_PERIOD = {CONTRACT, len(FEATURES)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PersonPeriods:
    """A row for each period of each job in which it could have ended and somebody would have known."""

    placement: Rows
    period: Rows
    ended: Mask


def person_periods(placements: Placements) -> PersonPeriods:
    """Expand jobs to the periods in which they were seen.

    A period that had not wholly passed on the last day is left out, ends and all: to keep its ends alone would make
    jobs look shorter. A job lost from sight counts for a period if it was seen for half of it.
    """
    begins, ends = np.array([0, *PERIOD_ENDS[:-1]]), np.array(PERIOD_ENDS)
    weeks, gone = placements.weeks[:, None], placements.ended[:, None]
    ends_here = gone & (weeks >= begins) & (weeks < ends)
    goes_on = (weeks >= ends) | (~gone & (weeks >= (begins + ends) / 2))
    counts = (ends_here | goes_on) & (placements.weeks_passed()[:, None] >= ends)
    placement, period = np.nonzero(counts)
    return PersonPeriods(placement=placement, period=period, ended=ends_here[placement, period])


def learn(learn_from: Placements, stop_on: Placements, *, seed: int) -> Hazard:
    """Boost trees of one feature each, held to the features' directions, until `stop_on` gets no better.

    The contract and the period share trees: an agreed end comes at its own time.
    """
    # Means over jobs, not over periods, which would count long jobs more often.
    fill = SimpleImputer(strategy="mean", keep_empty_features=True).fit(with_period(learn_from.features))
    rows, stop_rows = person_periods(learn_from), person_periods(stop_on)
    # A step must rest on one in fifty of the periods: with fewer, chance made steps of features that tell nothing.
    boosting = HistGradientBoostingClassifier(
        learning_rate=0.1,
        max_iter=_MOST_ROUNDS,
        max_leaf_nodes=8,
        min_samples_leaf=max(_LEAST_ROWS, round(_LEAST_SHARE * len(rows.ended))),
        l2_regularization=50.0,
        max_bins=64,
        # A row is an end where jobs do not last, so every direction turns round.
        monotonic_cst=[*(-int(direction_of(feature)) for feature in FEATURES), 0],
        interaction_cst=[*({number} for number in range(len(FEATURES)) if number != CONTRACT), _CONTRACT_BY_PERIOD],
        early_stopping=True,
        n_iter_no_change=_PATIENCE,
        random_state=seed,
    )
    boosting.fit(
        fill.transform(_table(learn_from, rows)),
        rows.ended,
        X_val=fill.transform(_table(stop_on, stop_rows)),
        y_val=stop_rows.ended,
    )
    estimator = Pipeline([("fill", fill), ("hazard", boosting)])
    return as_steps(estimator, learn_from.features)


def recalibrated(hazard: Hazard, on: Placements) -> Hazard | None:
    """Fit slopes and intercept to what came of settled jobs at 13 and 26 weeks; `None` if the slope is not above 0.

    Not to each period: jobs that go on grow alike, so that a match tells less of later periods, and a slope that suits
    them all would tell too little of 26 weeks.
    """
    strain = hazard.strain(on.features)
    lasted, known, counted = (np.array(each) for each in zip(*(outcomes(on, week) for week in TOLD_WEEKS), strict=True))
    if not known.any() or lasted[known].all() or not lasted[known].any():
        return None

    def loss(line: Numbers) -> float:
        moved = _moved(hazard, *line.tolist())
        chances = chances_by_contract(moved.baselines, moved.slope * strain, on.features, TOLD_WEEKS)
        told = np.clip(np.where(lasted, chances, 1 - chances), 1e-12, 1.0)
        return -float((counted * known * np.log(told)).sum()) / float(known.sum())

    slope, contract_slope, intercept = minimize(loss, x0=[1.0, 1.0, 0.0], method="BFGS").x
    if slope <= 0:
        return None
    moved = _moved(hazard, float(slope), float(contract_slope), float(intercept))
    steps = (replace(step, effects=tuple(moved.slope * each for each in step.effects)) for step in hazard.steps)
    return replace(moved, steps=tuple(steps))


def _moved(hazard: Hazard, slope: float, contract_slope: float, intercept: float) -> Hazard:
    """The hazard with other baselines; a fixed end never lengthens a job, so its slope is not below 0."""
    contract_slope = max(contract_slope, 0.0)
    return replace(
        hazard,
        slope=slope,
        contract_slope=contract_slope,
        intercept=intercept,
        baseline=tuple(odds + intercept for odds in hazard.usual),
        fixed_end=tuple(contract_slope * each for each in hazard.fixed_end),
        unknown_end=tuple(contract_slope * each for each in hazard.unknown_end),
    )


def outcomes(placements: Placements, weeks: int) -> tuple[Mask, Mask, Numbers]:
    """Which jobs went on for so many weeks, of which that is known, and for how many jobs each of these counts.

    Known are settled jobs alone; those that were seen count for those that went out of sight before.
    """
    settled = placements.weeks_passed() >= weeks
    counted = np.zeros(len(placements))
    counted[settled] = known_at(placements.weeks[settled], placements.ended[settled], weeks).weight
    return placements.weeks >= weeks, counted > 0, counted


def decision(estimator: Any, features: Numbers, period: int) -> Numbers:
    """The estimator's own log-odds of an end in one period, for each row."""
    odds: Numbers = estimator.decision_function(with_period(features, period))
    return odds


def _table(placements: Placements, rows: PersonPeriods) -> Numbers:
    return np.column_stack([placements.features.T[rows.placement], rows.period.astype(np.float64)])
