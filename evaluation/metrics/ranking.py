"""How good the order of one list is, given the grade of each thing in it. 0 is worst, 1 is best.

`ranked` is a list of documents, best first, each once; `grades` says how good each document is (missing: not at all).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Document = TypeVar("Document", bound=Hashable)


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


def _relevant(grades: Mapping[Document, float]) -> set[Document]:
    return {document for document, grade in grades.items() if grade > 0}


def _discounted_gain(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(1 + position) for position, gain in enumerate(gains, start=1))
