"""Whether predicted chances of lasting come true, when some jobs still run.

`predicted` is the chance that each job lasts at least `at` weeks. A job that was lost from sight before is not known to
have lasted or not; it counts nothing, and those that were seen for as long count for it too: each known job counts 1
over the chance of still being in sight (inverse probability of censoring weights, by Kaplan-Meier of going out of
sight). `people` numbers the person of each job; variances are summed by person, with the weights taken as known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.estimates import Estimate
from evaluation.metrics.intervals import Z_95
from evaluation.metrics.survival import kaplan_meier
from evaluation.tables import Unsaid

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

_STEPS, _ENOUGH = 50, 1e-10
_EDGE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """Which jobs lasted, and how much each counts: 0 where it is not known, and all of them as many as there are."""

    lasted: Mask
    weight: Numbers


def known_at(weeks: ArrayLike, ended: ArrayLike, at: float) -> Known:
    """Return what is known of each job at a time, and the weights that make up for the others."""
    seen, end = np.asarray(weeks, dtype=np.float64), np.asarray(ended, dtype=bool)
    lasted = seen >= at
    known = lasted | end
    times, when = np.unique(seen, return_inverse=True)
    left, lost = np.bincount(when, minlength=len(times)), np.bincount(when, weights=~end, minlength=len(times))
    # A job that ends on the day on which another goes out of sight was still in sight then.
    at_risk = np.cumsum(left[::-1])[::-1] - (left - lost)
    in_sight = np.cumprod(1 - np.divide(lost, at_risk, out=np.zeros(len(times)), where=at_risk > 0))
    before = np.concatenate([[1.0], in_sight])[np.searchsorted(times, np.minimum(seen, at), side="left")]
    return Known(lasted=lasted, weight=np.divide(1.0, before, out=np.zeros(len(seen)), where=known & (before > 0)))


def brier_at(
    predicted: ArrayLike, weeks: ArrayLike, ended: ArrayLike, at: float, people: ArrayLike | None = None
) -> Estimate | Unsaid:
    """Return the mean squared error of the chances of lasting `at` weeks: 0 is best, 0.25 is a coin's."""
    return _mean(brier_rows(predicted, weeks, ended, at), weeks, at, people)


def integrated_brier(
    predicted: ArrayLike, weeks: ArrayLike, ended: ArrayLike, times: Sequence[float], people: ArrayLike | None = None
) -> Estimate | Unsaid:
    """Return the Brier score averaged over time, by trapezoids between `times`; `predicted` is times x jobs."""
    chances = np.asarray(predicted, dtype=np.float64)
    if len(times) < 2 or chances.shape[0] != len(times):
        raise ValueError("an average over time needs two times, and a line of chances for each")
    rows = np.stack([brier_rows(line, weeks, ended, at) for line, at in zip(chances, times, strict=True)])
    spans = np.diff(np.asarray(times, dtype=np.float64))
    area = ((rows[:-1] + rows[1:]) / 2 * spans[:, None]).sum(axis=0) / spans.sum()
    return _mean(area, weeks, times[-1], people)


def brier_rows(predicted: ArrayLike, weeks: ArrayLike, ended: ArrayLike, at: float) -> Numbers:
    """Return what each job adds to the Brier score: their mean is the score."""
    known = known_at(weeks, ended, at)
    rows: Numbers = known.weight * (known.lasted - np.asarray(predicted, dtype=np.float64)) ** 2
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenth:
    """One of ten parts of the jobs by predicted chance: what was predicted, and what came of it by Kaplan-Meier."""

    lowest: float
    highest: float
    predicted: float
    observed: Estimate | Unsaid
    jobs: int
    people: int


def reliability(
    predicted: ArrayLike,
    weeks: ArrayLike,
    ended: ArrayLike,
    at: float,
    people: ArrayLike | None = None,
    *,
    parts: int = 10,
) -> tuple[Tenth, ...]:
    """Return predicted beside observed shares, in parts of about equal size from the lowest chance to the highest.

    Jobs of the same chance stay together, so that there may be fewer parts.
    """
    chances = np.asarray(predicted, dtype=np.float64)
    seen, end = np.asarray(weeks, dtype=np.float64), np.asarray(ended, dtype=bool)
    person = np.arange(len(chances)) if people is None else np.asarray(people)
    if not len(chances):
        return ()
    cuts = np.unique(np.quantile(chances, np.arange(1, parts) / parts, method="inverted_cdf"))
    part = np.searchsorted(cuts, chances, side="left")
    return tuple(
        Tenth(
            lowest=float(chances[mine].min()),
            highest=float(chances[mine].max()),
            predicted=float(chances[mine].mean()),
            observed=kaplan_meier(seen[mine], end[mine], person[mine]).at(at),
            jobs=int(mine.sum()),
            people=len(np.unique(person[mine])),
        )
        for mine in (part == each for each in np.unique(part))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """The line of the log odds of lasting over the predicted log odds; slope 1 and intercept 0 are best.

    A slope under 1 means that the chances lie too far apart. `in_the_large` is the intercept where the slope is held
    at 1: above 0, more jobs last than predicted.
    """

    slope: Estimate
    intercept: Estimate
    in_the_large: Estimate


def recalibration(
    predicted: ArrayLike, weeks: ArrayLike, ended: ArrayLike, at: float, people: ArrayLike | None = None
) -> Recalibration | Unsaid:
    """Return slope and intercept by logistic regression with the weights; unsaid where they have no bounds."""
    known = known_at(weeks, ended, at)
    chances = np.clip(np.asarray(predicted, dtype=np.float64), _EDGE, 1 - _EDGE)
    odds = np.log(chances / (1 - chances))
    used = known.weight > 0
    if not used.any() or known.lasted[used].all() or not known.lasted[used].any() or np.ptp(odds[used]) < _ENOUGH:
        return Unsaid(why="The line of observed over predicted chances needs jobs that last, others, and a spread.")
    person = np.arange(len(odds)) if people is None else np.unique(np.asarray(people), return_inverse=True)[1]
    ones = np.ones(len(odds))
    line = _logistic(np.stack([ones, odds], axis=1), np.zeros(len(odds)), known, person)
    level = _logistic(ones[:, None], odds, known, person)
    if line is None or level is None:
        return Unsaid(why="What was predicted sets jobs that last and others fully apart.")
    count = int(used.sum())
    (intercept, slope), (intercept_error, slope_error) = line
    return Recalibration(
        slope=_estimate(slope, slope_error, count),
        intercept=_estimate(intercept, intercept_error, count),
        in_the_large=_estimate(level[0][0], level[1][0], count),
    )


def _logistic(
    features: Numbers, offset: Numbers, known: Known, person: NDArray[np.int64]
) -> tuple[Numbers, Numbers] | None:
    """Coefficients and their errors by Newton's steps, the variance summed by person; none where they run away."""
    coefficients = np.zeros(features.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(offset + features @ coefficients, -500, 500)))
        curvature = features.T @ (features * (known.weight * chance * (1 - chance))[:, None])
        pull = features * (known.weight * (known.lasted - chance))[:, None]
        if np.linalg.cond(curvature) > 1 / _ENOUGH:
            return None
        step = np.linalg.solve(curvature, pull.sum(axis=0))
        coefficients = coefficients + step
        if np.abs(step).max() < _ENOUGH:
            by_person = np.stack([np.bincount(person, weights=column) for column in pull.T], axis=1)
            inverse = np.linalg.inv(curvature)
            return coefficients, np.sqrt(np.diag(inverse @ (by_person.T @ by_person) @ inverse))
    return None


def _mean(rows: Numbers, weeks: ArrayLike, at: float, people: ArrayLike | None) -> Estimate | Unsaid:
    if not len(rows):
        return Unsaid(why="There are no jobs to count.")
    if not (np.asarray(weeks) >= at).any():
        return Unsaid(why=f"No job has been followed for {at:g} weeks.")
    mean = float(rows.mean())
    person = np.arange(len(rows)) if people is None else np.unique(np.asarray(people), return_inverse=True)[1]
    error = math.sqrt(float((np.bincount(person, weights=rows - mean) ** 2).sum())) / len(rows)
    return _estimate(mean, error, len(rows))


def _estimate(value: float, error: float, count: int) -> Estimate:
    low, high = value - Z_95 * error, value + Z_95 * error
    return Estimate(value=float(value), low=float(low), high=float(high), count=count, standard_error=float(error))
