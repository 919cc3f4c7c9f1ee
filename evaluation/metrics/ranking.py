"""How good the order of a list is, given the grade of each thing in it. 0 is worst, 1 is best.

`ranked` is a list of documents, best first, each once; `grades` says how good each document is (missing: not at all).
`by_list` says the same of very many lists at once.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Document = TypeVar("Document", bound=Hashable)
Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]


def ndcg_at(k: int, *, ranked: Sequence[Document], grades: Mapping[Document, float]) -> float:
    """Return the discounted cumulative gain of the first k, as a share of the best order's.

    The gain is the grade and the discount log2(1 + position). Without a positive grade it is 0.
    """
    ideal = _discounted_gain(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k])
    return _discounted_gain([max(grades.get(document, 0), 0) for document in ranked[:k]]) / ideal if ideal else 0.0


def average_precision(*, ranked: Sequence[Document], grades: Mapping[Document, float]) -> float:
    """Return the mean, over all relevant documents, of the precision at each one's place; 0 for those not ranked."""
    relevant = _relevant(grades)
    found, total = 0, 0.0
    for position, document in enumerate(ranked, start=1):
        if document in relevant:
            found += 1
            total += found / position
    return total / len(relevant) if relevant else 0.0


def reciprocal_rank(*, ranked: Sequence[Document], grades: Mapping[Document, float]) -> float:
    """Return 1 over the place of the first relevant document; 0 if none is ranked."""
    relevant = _relevant(grades)
    places = (position for position, document in enumerate(ranked, start=1) if document in relevant)
    return 1 / next(places, math.inf)


def recall_at(k: int, *, ranked: Sequence[Document], grades: Mapping[Document, float]) -> float:
    """Return the share of the relevant documents that are among the first k."""
    relevant = _relevant(grades)
    return sum(document in relevant for document in ranked[:k]) / len(relevant) if relevant else 0.0


def precision_at(k: int, *, ranked: Sequence[Document], grades: Mapping[Document, float]) -> float:
    """Return the share of the first k places that hold a relevant document; an empty place holds none."""
    relevant = _relevant(grades)
    return sum(document in relevant for document in ranked[:k]) / k


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ListMetrics:
    """The metrics of each list, in the order of `lists`; 0 where nothing in a list has a positive grade."""

    lists: Rows
    relevant: Rows  # how many of its things have a positive grade
    ndcg: Numbers  # of the first k, as are recall and precision
    average_precision: Numbers
    reciprocal_rank: Numbers
    recall: Numbers
    precision: Numbers


def by_list(k: int, *, lists: ArrayLike, places: ArrayLike, grades: ArrayLike) -> ListMetrics:
    """Return the metrics of many lists from a row for each thing in them: its list, its place and its grade.

    Only the order of the places counts, so they may have gaps; no two of a list are equal.
    """
    of, place, grade = np.asarray(lists), np.asarray(places), np.maximum(np.asarray(grades, dtype=np.float64), 0)
    order = np.lexsort((place, of))
    of, grade = of[order], grade[order]
    names, begins, lengths = np.unique(of, return_index=True, return_counts=True)
    line = np.repeat(np.arange(len(names)), lengths)
    at = np.arange(len(of)) - begins[line] + 1
    top, relevant = at <= k, grade > 0

    def summed(values: NDArray[np.generic]) -> Numbers:
        return np.bincount(line, weights=values, minlength=len(names)).astype(np.float64)

    discount = np.where(top, 1 / np.log2(1 + at), 0.0)
    best = grade[np.lexsort((-grade, line))]
    found = np.cumsum(relevant)
    found_here = found - (found[begins] - relevant[begins])[line] if len(of) else found
    total, found_in_top = summed(relevant), summed(relevant & top)
    first = relevant & (found_here == 1)
    return ListMetrics(
        lists=names,
        relevant=total.astype(np.int64),
        ndcg=_share(summed(grade * discount), summed(best * discount)),
        average_precision=_share(summed(np.where(relevant, found_here / at, 0.0)), total),
        reciprocal_rank=summed(np.where(first, 1 / at, 0.0)),
        recall=_share(found_in_top, total),
        precision=found_in_top / k,
    )


def _share(part: Numbers, whole: Numbers) -> Numbers:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _relevant(grades: Mapping[Document, float]) -> set[Document]:
    return {document for document, grade in grades.items() if grade > 0}


def _discounted_gain(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(1 + position) for position, gain in enumerate(gains, start=1))
