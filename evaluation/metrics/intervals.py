"""Intervals of shares, of differences and ratios, and of anything at all by drawing people again."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.estimates import Estimate
from evaluation.tables import Unsaid

#: How many standard errors a 95 % interval reaches to each side, under a normal distribution.
Z_95 = 1.959963984540054
RESAMPLES = 1000
_CELLS_AT_ONCE = 4_000_000

#: How often each person was drawn (resamples x people), to the figure of each resample, or to several in columns.
Statistic = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def rate_interval(successes: float, count: float) -> Estimate:
    """Return a share with Wilson's interval; it has width at 0 and at 1 too. Raises ValueError where `count` is 0."""
    if not 0 <= successes <= count or not count:
        raise ValueError("a share is of at least one, and of no more than there are")
    share, spread = successes / count, Z_95**2 / count
    middle = (share + spread / 2) / (1 + spread)
    reach = math.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return Estimate(
        value=share,
        low=0.0 if successes == 0 else max(middle - reach, 0.0),
        high=1.0 if successes == count else min(middle + reach, 1.0),
        count=round(count),
        standard_error=math.sqrt(share * (1 - share) / count),
    )


def share_of(flags: ArrayLike, people: ArrayLike | None = None, counts: ArrayLike | None = None) -> Estimate | Unsaid:
    """Return the share of rows that are true, with Wilson's interval for as many rows as they are worth.

    Rows of one person resemble each other: the number of rows is divided by how much larger the variance is when it is
    summed by person (the design effect, taken as 1 where it is less). `counts` says for how many rows each stands,
    where some stand for others that nobody saw.
    """
    true = np.asarray(flags, dtype=np.float64)
    if not len(true):
        return Unsaid(why="There is nothing to count.")
    weight = np.ones(len(true)) if counts is None else np.asarray(counts, dtype=np.float64)
    weight = weight / weight.mean()
    share = float((weight * true).mean())
    worth = len(true) / _design_effect(true - share, people, weight)
    found = rate_interval(share * worth, worth)
    error = math.sqrt(share * (1 - share) / worth)
    return Estimate(value=share, low=found.low, high=found.high, count=len(true), standard_error=error)


def mean_of(values: ArrayLike, people: ArrayLike | None = None) -> Estimate | Unsaid:
    """Return a mean with a normal interval, its variance summed by person."""
    numbers = np.asarray(values, dtype=np.float64)
    if len(numbers) < 2:
        return Unsaid(why="There are fewer than two to take a mean of.")
    mean = float(numbers.mean())
    error = math.sqrt(float((_by_person(numbers - mean, people) ** 2).sum())) / len(numbers)
    return Estimate(
        value=mean, low=mean - Z_95 * error, high=mean + Z_95 * error, count=len(numbers), standard_error=error
    )


def complement(estimate: Estimate | Unsaid) -> Estimate | Unsaid:
    """Return the share of the others."""
    if isinstance(estimate, Unsaid):
        return estimate
    return Estimate(
        value=1 - estimate.value,
        low=1 - estimate.high,
        high=1 - estimate.low,
        count=estimate.count,
        standard_error=estimate.standard_error,
    )


def difference(first: Estimate, second: Estimate) -> Estimate:
    """Return first less second, of two independent figures, from the limits of each.

    With Wilson's limits this is Newcombe's method 10; with others it is known as MOVER.
    """
    value = first.value - second.value
    return Estimate(
        value=value,
        low=value - math.hypot(first.value - first.low, second.high - second.value),
        high=value + math.hypot(first.high - first.value, second.value - second.low),
        count=min(first.count, second.count),
        standard_error=_joined_error(first, second),
    )


def ratio(first: Estimate, second: Estimate) -> Estimate | Unsaid:
    """Return first over second, of two independent positive figures: the same, on the logarithms of the limits."""
    if min(first.value, second.value) <= 0:
        return Unsaid(why="A ratio needs two figures above 0.")
    value = math.log(first.value / second.value)
    below = math.hypot(_log(first.value, first.low), _log(second.high, second.value))
    above = math.hypot(_log(first.high, first.value), _log(second.value, second.low))
    return Estimate(
        value=math.exp(value),
        low=math.exp(value - below),
        high=math.exp(value + above),
        count=min(first.count, second.count),
    )


def resample(statistic: Statistic, *, people: int, seed: int, resamples: int = RESAMPLES) -> NDArray[np.float64]:
    """Return the figures of each resample of people, drawn with replacement: a line a resample."""
    chance = np.random.default_rng(seed)
    lines = max(1, min(resamples, _CELLS_AT_ONCE // max(people, 1)))
    figures: list[NDArray[np.float64]] = []
    for begin in range(0, resamples, lines):
        drawn = np.empty((min(lines, resamples - begin), people))
        for line in drawn:
            line[:] = np.bincount(chance.integers(people, size=people), minlength=people)
        figures.append(statistic(drawn))
    return np.concatenate(figures)


def bootstrap(
    statistic: Statistic, *, people: int, seed: int, resamples: int = RESAMPLES
) -> tuple[float, float, float]:
    """Return the low and high limit and the standard error of one figure, by drawing people with replacement.

    The limits are the 2.5th and the 97.5th of a hundred resamples; those without a figure (NaN) are left out, and all
    three are NaN where none has one.
    """
    return spread_of(resample(statistic, people=people, seed=seed, resamples=resamples))


def spread_of(figures: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the low and high limit and the standard error that the figures of resamples come to."""
    found = figures[np.isfinite(figures)]
    if len(found) < 2:
        return math.nan, math.nan, math.nan
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high), float(found.std(ddof=1))


def bootstrap_mean(values: ArrayLike, people: ArrayLike, *, seed: int, resamples: int = RESAMPLES) -> Estimate | Unsaid:
    """Return the mean of rows, with an interval by drawing their people again."""
    numbers = np.asarray(values, dtype=np.float64)
    if not len(numbers):
        return Unsaid(why="There is nothing to count.")
    person = np.unique(np.asarray(people), return_inverse=True)[1]
    sums, rows = np.bincount(person, weights=numbers), np.bincount(person).astype(np.float64)
    low, high, error = bootstrap(
        lambda drawn: (drawn @ sums) / (drawn @ rows), people=len(sums), seed=seed, resamples=resamples
    )
    return Estimate(value=float(numbers.mean()), low=low, high=high, count=len(numbers), standard_error=error)


def _by_person(deviations: NDArray[np.float64], people: ArrayLike | None) -> NDArray[np.float64]:
    if people is None:
        return deviations
    person = np.unique(np.asarray(people), return_inverse=True)[1]
    return np.bincount(person, weights=deviations).astype(np.float64)


def _design_effect(deviations: NDArray[np.float64], people: ArrayLike | None, weight: NDArray[np.float64]) -> float:
    """How much larger the variance of a weighted mean is than of as many independent rows; the weights have mean 1."""
    independent = float((weight * deviations**2).sum())
    if not independent:
        return 1.0
    return max(float((_by_person(weight * deviations, people) ** 2).sum()) / independent, 1.0)


def _joined_error(first: Estimate, second: Estimate) -> float | None:
    if first.standard_error is None or second.standard_error is None:
        return None
    return math.hypot(first.standard_error, second.standard_error)


def _log(larger: float, smaller: float) -> float:
    return math.log(larger / smaller) if smaller > 0 else math.inf
