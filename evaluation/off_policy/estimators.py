"""What a ranking would have brought for each list, by four estimators on arrays.

The item-position model (Li, Abbasi-Yadkori, Kveton, Muthukrishnan, Vinay and Wen, KDD 2018): whether an entry leads to
an outcome depends on the entry and on the place where it stands, not on what stands at the other places. Then the
value of a ranking for a list is the sum over entries i and places k of p(i at k) r(i, k), and one place can be weighed
without the others. Doubly robust with one model term for each place: the cascade form of Kiyohara et al. (WSDM 2022)
without its cascade.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from evaluation.off_policy.placing import Numbers, Pages, Placing, Whole

#: The expected outcome of each of some entries (rows of `entries`) at a place.
RewardAt: TypeAlias = Callable[[Whole, int], Numbers]


def weights(*, target: Placing, logged: Placing, pages: Pages) -> Numbers:
    """How much more likely the target is than the log to put each entry where it stood; 1 where both are the log."""
    return target.chance(pages.place) * logged.places


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contributions:
    """What each list adds to an estimate; means over lists are the estimates, and SNIPS is made from sums by place."""

    logged: Numbers
    direct: Numbers
    weighted: Numbers  # inverse propensity
    doubly_robust: Numbers
    gain: Numbers  # doubly robust, over the same for the log itself; without chance where both are one ranking
    weighted_by_place: Numbers  # lists x places: weight x reward
    weights_by_place: Numbers  # lists x places
    wanted_by_place: Numbers  # lists x places: how much weight the target has there: 1 where the list has the place


#: Places from this one on share one weight in SNIPS: there are too few outcomes to tell them apart.
MOST_PLACES = 20


def contributions(
    *, target: Placing, logged: Placing, pages: Pages, reward: Numbers, counts: Numbers, reward_at: RewardAt
) -> Contributions:
    """Return each list's contributions.

    `reward` is what each entry brought where it stood; `counts` is how much its outcome counts: 1, 0 where it is out of
    sight, and more for those that were seen in place of such.
    """
    weight = weights(target=target, logged=logged, pages=pages)
    expected = expected_at(pages.place, pages=pages, reward_at=reward_at)
    residual = reward - counts * expected
    direct = pages.by_list(expected_under(target, pages=pages, reward_at=reward_at))
    direct_of_log = pages.by_list(expected_under(logged, pages=pages, reward_at=reward_at))
    return Contributions(
        logged=pages.by_list(reward),
        direct=direct,
        weighted=pages.by_list(weight * reward),
        doubly_robust=direct + pages.by_list(weight * residual),
        gain=direct - direct_of_log + pages.by_list((weight - 1.0) * residual),
        weighted_by_place=_by_place(weight * reward, pages),
        weights_by_place=_by_place(weight, pages),
        wanted_by_place=_by_place(np.ones(len(weight)), pages),
    )


def expected_under(target: Placing, *, pages: Pages, reward_at: RewardAt) -> Numbers:
    """The modelled outcome of each entry, over the places where the target may put it."""
    expected = np.zeros(len(target.first))
    for place in range(int(pages.length.max(initial=0))):
        rows = np.flatnonzero((target.first <= place) & (place < target.first + target.places)).astype(np.int32)
        expected[rows] += reward_at(rows, place) / target.places[rows]
    return expected


def expected_at(place: Whole, *, pages: Pages, reward_at: RewardAt) -> Numbers:
    """The modelled outcome of each entry at one place of its own."""
    return expected_under(Placing(first=place, places=np.ones_like(place)), pages=pages, reward_at=reward_at)


def self_normalised(weighted: Numbers, weight: Numbers, wanted: Numbers, lists: float) -> float:
    """SNIPS from sums by place: at each place the weighted mean, times how often a list has the place.

    A place at which the log never did what the target does counts as nothing.
    """
    seen = weight > 0
    mean = np.divide(weighted, weight, out=np.zeros_like(weighted), where=seen)
    return float((mean * wanted).sum() / lists)


def _by_place(values: Numbers, pages: Pages) -> Numbers:
    places = min(MOST_PLACES, int(pages.length.max(initial=1)))
    cell = pages.list_of.astype(np.int64) * places + np.minimum(pages.place, places - 1)
    sums: Numbers = np.bincount(cell, weights=values, minlength=pages.lists * places).astype(np.float64)
    return sums.reshape(pages.lists, places)
