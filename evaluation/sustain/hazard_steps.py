"""A hazard of a job's end as a sum of steps, of period and contract and of each other feature; and how to find them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from evaluation.sustain.features import Rows
from matching.lasting import Steps, chances_after
from matching.lasting_features import FEATURES, Feature, Numbers

#: Ends of the periods in weeks: short at first, when most jobs end; 13, 26, 39 and 52 weeks are ends of periods.
PERIOD_ENDS = (2, 4, 6, 8, 10, 13, 16, 19, 22, 26, 30, 34, 39, 45, 52)

CONTRACT = FEATURES.index(Feature.FIXED_END)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hazard:
    """What was learnt: the estimator, and the same as step functions, recalibrated by `slope` and `intercept`.

    `estimator` takes features and, last, the number of the period, a row for each. What it finds in a period (its
    decision function) is `usual` of the period, what the contract adds to it in that period, and what the match adds.
    The log-odds of an end are the same with `contract_slope` times what the contract adds, `slope` times what the match
    adds, and `intercept` more: that is what `baseline`, `fixed_end` or `unknown_end`, and `steps` say together.
    """

    estimator: Any
    usual: tuple[float, ...]
    baseline: tuple[float, ...]
    fixed_end: tuple[float, ...]
    unknown_end: tuple[float, ...]
    steps: tuple[Steps, ...]
    slope: float = 1.0
    contract_slope: float = 1.0
    intercept: float = 0.0

    def strain(self, features: Numbers) -> Numbers:
        """What each match adds to the log-odds of an end."""
        total = np.zeros(features.shape[1])
        for step, numbers in zip(self.steps, features, strict=True):
            total += step(numbers)
        return total

    def chances(self, features: Numbers, weeks: tuple[int, ...]) -> Numbers:
        """The chance that each job goes on for so many weeks: weeks x rows."""
        return chances_by_contract(self.baselines, self.strain(features), features, weeks)

    @property
    def baselines(self) -> tuple[Numbers, Numbers, Numbers]:
        """The log-odds of an end in each period with an open end, a fixed one, and where nobody knows."""
        baseline = np.array(self.baseline)
        return baseline, baseline + np.array(self.fixed_end), baseline + np.array(self.unknown_end)

    def by_contract(self, features: Numbers) -> Numbers:
        """What the contract of each match adds in each period: periods x rows."""
        fixed = features[CONTRACT]
        added = np.zeros((len(PERIOD_ENDS), len(fixed)))
        added[:, fixed == 1] = np.array(self.fixed_end)[:, None]
        added[:, np.isnan(fixed)] = np.array(self.unknown_end)[:, None]
        return added


def chances_by_contract(
    baselines: tuple[Numbers, Numbers, Numbers], strain: Numbers, features: Numbers, weeks: tuple[int, ...]
) -> Numbers:
    """The chance that each job goes on for so many weeks (weeks x rows), with the baseline of its contract."""
    found = np.empty((len(weeks), len(strain)))
    fixed = features[CONTRACT]
    for rows, odds in zip((fixed == 0, fixed == 1, np.isnan(fixed)), baselines, strict=True):
        found[:, rows] = chances_after(
            strain[rows], period_ends=PERIOD_ENDS, baseline=tuple(odds.tolist()), weeks=weeks
        )
    return found


def as_steps(estimator: Any, seen: Numbers) -> Hazard:
    """Ask the estimator for each period and contract, and each feature alone: it is a sum, so the rest may stand still.

    A step lies between two numbers that were seen; where exactly is found by halving.
    """
    fill = estimator.named_steps["fill"]
    still = np.asarray(fill.transform(with_period(np.full((len(FEATURES), 1), np.nan))))[0]
    ask = partial(_ask, estimator.named_steps["hazard"], still)

    def by_period(contract: float) -> Numbers:
        periods = np.arange(len(PERIOD_ENDS), dtype=np.float64)
        return ask(np.full(len(periods), len(FEATURES)), periods, contract=contract)

    open_end, unknown_end, fixed_end = (by_period(contract) for contract in (0.0, float(still[CONTRACT]), 1.0))
    of_still = float(ask(np.zeros(1, np.int64), still[:1])[0])
    filled = np.where(np.isnan(seen), still[:-1, None], seen)
    baseline, steps = open_end, []
    for feature, (thresholds, answers) in zip(FEATURES, _found_steps(ask, filled), strict=True):
        number = FEATURES.index(feature)
        # Counted from the middle of what was seen, so that a step says what is unusual about a match.
        usual = float(np.mean(answers[np.searchsorted(thresholds, filled[number], side="left")]))
        if number == CONTRACT:
            thresholds, answers, usual = np.empty(0), np.array([of_still]), of_still
        baseline = baseline + (usual - of_still)
        steps.append(
            Steps(
                feature=feature,
                absent=float(still[number]),
                thresholds=tuple(thresholds.tolist()),
                effects=tuple((answers - usual).tolist()),
            )
        )
    usual_odds = tuple(baseline.tolist())
    added = np.maximum(fixed_end - open_end, 0.0)  # differences of equal sums may fall below 0 by a last bit
    return Hazard(
        estimator=estimator,
        usual=usual_odds,
        baseline=usual_odds,
        fixed_end=tuple(added.tolist()),
        unknown_end=tuple(np.clip(unknown_end - open_end, 0.0, added).tolist()),
        steps=tuple(steps),
    )


def _ask(boosting: Any, still: Numbers, columns: Rows, numbers: Numbers, *, contract: float | None = None) -> Numbers:
    """The log-odds with one number at a time put in its column, and everything else standing still."""
    table = np.repeat(still[None, :], len(numbers), axis=0)
    if contract is not None:
        table[:, CONTRACT] = contract
    table[np.arange(len(numbers)), columns] = numbers
    return np.asarray(boosting.decision_function(table))


def _found_steps(ask: Callable[[Rows, Numbers], Numbers], seen: Numbers) -> list[tuple[Numbers, Numbers]]:
    """For each feature its thresholds, ascending, and what is answered between them."""
    known = [np.unique(numbers) for numbers in seen]
    answers = np.split(
        ask(np.repeat(np.arange(len(known)), [len(each) for each in known]), np.concatenate(known)),
        np.cumsum([len(each) for each in known])[:-1],
    )
    changes = [np.flatnonzero(answer[1:] != answer[:-1]) for answer in answers]
    counts = [len(change) for change in changes]
    columns = np.repeat(np.arange(len(known)), counts)
    below = np.concatenate([each[change] for each, change in zip(known, changes, strict=True)])
    above = np.concatenate([each[change + 1] for each, change in zip(known, changes, strict=True)])
    left = np.concatenate([answer[change] for answer, change in zip(answers, changes, strict=True)])
    thresholds = np.split(_last_left(ask, columns, below, above, left), np.cumsum(counts)[:-1])
    return [
        (threshold, answer[np.append(0, change + 1)])
        for threshold, answer, change in zip(thresholds, answers, changes, strict=True)
    ]


def _last_left(
    ask: Callable[[Rows, Numbers], Numbers], columns: Rows, below: Numbers, above: Numbers, left: Numbers
) -> Numbers:
    """The largest number of each pair of bounds that is still answered as the lower bound is."""
    while True:
        middle = below + (above - below) / 2
        between = (middle > below) & (middle < above)
        if not between.any():
            return below
        like_left = ask(columns, middle) == left
        below = np.where(between & like_left, middle, below)
        above = np.where(between & ~like_left, middle, above)


def with_period(features: Numbers, period: int = 0) -> Numbers:
    return np.column_stack([features.T, np.full(features.shape[1], float(period))])
