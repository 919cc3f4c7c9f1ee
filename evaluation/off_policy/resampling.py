"""Estimates from sums over lists, with intervals by drawing participants again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import numpy.typing as npt

from evaluation.estimates import Estimate
from evaluation.metrics.intervals import Z_95
from evaluation.off_policy.placing import Numbers, Whole

_AT_ONCE = 50


def sums_by_person(columns: Sequence[Numbers], *, settled: npt.NDArray[np.bool_], people: Whole) -> Numbers:
    """People x (1 + columns): for each person the number of settled lists, then each column summed over them.

    A column is a number or a row of numbers for each list; `people` is the person of each list.
    """
    table = np.column_stack([np.ones(len(settled)), *columns])[settled]
    _, person = np.unique(people[settled], return_inverse=True)
    return np.column_stack([np.bincount(person, weights=column) for column in table.T])


def estimates_of(
    sums: Numbers,
    *,
    statistic: Callable[[Numbers], Numbers],
    count: int,
    seed: int,
    resamples: int,
    rates: Collection[int] = (),
) -> tuple[Estimate, ...]:
    """Return each figure of a statistic of summed rows, with its 95 % interval from draws of as many people.

    `rates` numbers the figures that cannot be below 0. Where outcomes are few, low ones state too small an error, so
    the interval of a rate is normal on the scale of its logarithm. Others have the percentiles of the draws.
    """
    here = statistic(sums.sum(axis=0))
    drawn = np.array([statistic(each) for each in _drawn(sums, seed=seed, resamples=resamples)])
    low, high = np.nanquantile(drawn, [0.025, 0.975], axis=0)
    errors = np.nanstd(drawn, axis=0, ddof=1)
    for number in rates:
        if here[number] > 0:
            times = np.exp(Z_95 * errors[number] / here[number])
            low[number], high[number] = here[number] / times, here[number] * times
    return tuple(
        Estimate(
            value=float(here[number]),
            low=float(low[number]),
            high=float(high[number]),
            count=count,
            standard_error=float(errors[number]),
        )
        for number in range(len(here))
    )


def _drawn(sums: Numbers, *, seed: int, resamples: int) -> Numbers:
    """The sums over as many people, drawn with putting back: resamples x columns."""
    rng = np.random.default_rng(seed)
    people = len(sums)
    drawn = []
    for start in range(0, resamples, _AT_ONCE):
        lines = min(_AT_ONCE, resamples - start)
        times = np.array([np.bincount(rng.integers(0, people, people), minlength=people) for _ in range(lines)])
        drawn.append(times.astype(np.float64) @ sums)
    return np.concatenate(drawn)
