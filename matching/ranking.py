"""Order: by score, ties by reference; then spread across employers, one stretch suggestion, a declared shuffle."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import orjson

from matching.columns import Rows
from matching.fit.part import Values

PAGE = 10  # the first entries: spread across employers, and the last of them may be a stretch
MOST_OF_ONE_EMPLOYER = 3


def by_score(scores: Values, ref_rank: npt.NDArray[np.int64]) -> Rows:
    """Positions best first; equal scores by reference, exactly as a stable sort on both would give."""
    order = np.argsort(-scores, kind="quicksort")
    ranked = scores[order]
    tied = np.flatnonzero(ranked[1:] == ranked[:-1])
    if len(tied):
        # Only runs of equal scores need their references compared.
        run = np.concatenate([[0], np.cumsum(ranked[1:] != ranked[:-1])])
        in_run = np.zeros(len(order), np.bool_)
        in_run[tied] = in_run[tied + 1] = True
        places = np.flatnonzero(in_run)
        order[places] = order[places[np.lexsort((ref_rank[order[places]], run[places]))]]
    return order


def spread(order: Sequence[int], employer: Callable[[int], object]) -> tuple[list[int], frozenset[int]]:
    """Fill the first page with at most three roles of one employer; return the order and what moved down.

    If nobody else is left, the next by score is taken all the same. What follows the page stays in order of score.
    """
    page: list[int] = []
    passed: list[int] = []
    counts: Counter[object] = Counter()
    rest = iter(order)
    for position in rest:
        fits = counts[employer(position)] < MOST_OF_ONE_EMPLOYER
        (page if fits else passed).append(position)
        counts[employer(position)] += fits
        if len(page) == PAGE:
            break
    spread_out = [*page, *passed, *rest]
    reached = len(page) + len(passed)
    before = {position: place for place, position in enumerate(order[:reached])}
    moved = frozenset(each for place, each in enumerate(spread_out[:reached]) if place > before[each])
    return spread_out, moved


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchRule:
    """When a role may be the one stretch suggestion, at the last place of the first page."""

    least_nearness: float

    def choose(
        self,
        order: Sequence[int],
        *,
        taken: Sequence[int],
        nearness: Callable[[int], float],
        family: Callable[[int], int],
    ) -> int | None:
        """The role nearest to a wish among those outside the job families of the page; `None` if none is near."""
        families = {family(position) for position in taken}
        best: int | None = None
        for position in order:
            near = nearness(position)
            outside = family(position) >= 0 and family(position) not in families
            if outside and near >= self.least_nearness and (best is None or near > nearness(best)):
                best = position
        return best


@dataclass(frozen=True, slots=True, kw_only=True)
class Shuffle:
    """A declared shuffle of near-ties on the first page, so that it can be learnt what another order would bring.

    A block of near-ties is the first entry that is in no block yet and those that follow it at once, as long as each
    one's score is at most `width` below that first score and not above it. Each block is put in an order drawn by lot.
    The lots depend on the seed, the list and the role alone: the same list is always shuffled alike, and on any
    machine.
    """

    width: float
    seed: int

    def __post_init__(self) -> None:
        """Raise `ValueError` for what no score can be apart, or for no seed."""
        if not 0 < self.width <= 1 or self.seed < 0:
            raise ValueError("near-ties are at most 1 and more than 0 apart, and a seed is not below 0")

    @property
    def name(self) -> str:
        """How a method names it."""
        return f"near-ties within {self.width}, seed {self.seed}"

    def blocks(self, scores: Sequence[float]) -> list[range]:
        """The places, from 0, of each block of near-ties of a page with these scores."""
        found: list[range] = []
        start = 0
        for place, score in enumerate(scores):
            if not 0 <= scores[start] - score <= self.width:
                found.append(range(start, place))
                start = place
        return [*found, range(start, len(scores))] if scores else []

    def lot(self, list_id: str, ref: str) -> bytes:
        """What one role draws on one list: of a block, the least stands first."""
        return hashlib.sha256(orjson.dumps([self.seed, list_id, ref])).digest()
