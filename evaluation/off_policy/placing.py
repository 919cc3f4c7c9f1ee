"""Where entries stood and may stand: the lists of a history as pages, and rankings as chances of places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from matching.errors import Invalid, Problem, Where

if TYPE_CHECKING:
    from evaluation.history import History

Whole: TypeAlias = npt.NDArray[np.int32]
Numbers: TypeAlias = npt.NDArray[np.float64]

#: How far 1/propensity may lie from a whole number: files round their decimals.
_ROUNDING = 0.02
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pages:
    """The entries of every list, by row of `entries`: the list, the place in it from 0, and how long the list is."""

    list_of: Whole
    place: Whole
    length: Whole
    order: npt.NDArray[np.int64]  # rows of `entries`, by list and place
    lists: int  # rows of `shortlists`, those without an entry included

    def by_list(self, values: Numbers) -> Numbers:
        """Sum a number of each entry over its list: one sum for each row of `shortlists`."""
        sums: Numbers = np.bincount(self.list_of, weights=values, minlength=self.lists).astype(np.float64)
        return sums


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placing:
    """A ranking: each entry stands at one of `places` places from `first` on, all equally likely.

    Entries that share a block have the same `first` and `places`, and a block has as many entries as places.
    """

    first: Whole
    places: Whole

    def chance(self, place: Whole) -> Numbers:
        """How likely each entry is to stand at a place."""
        within = (place >= self.first) & (place < self.first + self.places)
        return np.where(within, 1.0 / self.places, 0.0)

    def outside(self, other: Placing) -> Numbers:
        """For each entry, the share of its chance that falls on places where the other never puts it."""
        ends = np.minimum(self.first + self.places, other.first + other.places)
        shared = np.clip(ends - np.maximum(self.first, other.first), 0, None)
        share: Numbers = 1.0 - shared / self.places
        return share


def pages_of(history: History) -> Pages:
    """Return the lists as pages; raises Invalid where two entries of a list stand at one position."""
    list_of = history.entries["shortlist"].to_numpy().astype(np.int32)
    position = history.entries["position"].to_numpy().astype(np.int32)
    lists = len(history.shortlists)
    order = np.lexsort((position, list_of))
    ordered, at = list_of[order], position[order]
    same = (ordered[1:] == ordered[:-1]) & (at[1:] == at[:-1])
    if same.any():
        rows = order[1:][same][:_NAMED]
        message = "two entries of the list stand at this position"
        raise Invalid([Problem(Where(file="entries", row=str(row + 1), field="position"), message) for row in rows])
    counts = np.bincount(list_of, minlength=lists)
    starts = np.cumsum(counts) - counts
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order)) - starts[ordered]
    return Pages(list_of=list_of, place=place, length=counts[list_of].astype(np.int32), order=order, lists=lists)


def logged_placing(history: History, pages: Pages) -> Placing:
    """Return how the log placed its entries: blocks of n neighbours of which each had propensity 1/n.

    A propensity is the chance of one position only; that the block was shuffled evenly is what makes the chances of
    the others known. Raises Invalid where the propensities of a list do not make up whole blocks.
    """
    propensity = history.entries["propensity"].to_numpy(np.float64)
    sizes = np.rint(1.0 / propensity).astype(np.int32)
    uneven = np.abs(1.0 / propensity - sizes) > _ROUNDING * sizes
    if uneven.any():
        raise _not_blocks(np.flatnonzero(uneven))
    order = pages.order
    size, list_of = sizes[order], pages.list_of[order]
    begins = np.ones(len(order), np.bool_)
    begins[1:] = (size[1:] != size[:-1]) | (list_of[1:] != list_of[:-1])
    run = np.cumsum(begins) - 1
    starts = np.flatnonzero(begins)
    within = np.arange(len(order)) - starts[run]
    lengths = np.diff(np.append(starts, len(order)))
    broken = lengths[run] % size != 0
    if broken.any():
        raise _not_blocks(order[broken])
    first = np.empty(len(order), np.int32)
    first[order] = pages.place[order] - within % size
    return Placing(first=first, places=sizes)


def by_score(scores: Numbers, history: History, pages: Pages, *, within: Placing | None = None) -> Placing:
    """Place the entries of every list by score, highest first; equal scores by row of the vacancy.

    Nothing about the logged order decides, so chance in the log cannot leak into the ranking. With `within`, entries
    keep to the blocks of that placing and only their order inside a block is by score.
    """
    vacancy = history.entries["vacancy"].to_numpy()
    blocks = np.zeros(len(scores), np.int32) if within is None else within.first
    order = np.lexsort((vacancy, -scores, blocks, pages.list_of))
    first = np.empty(len(order), np.int32)
    first[order] = pages.place[pages.order]
    return Placing(first=first, places=np.ones(len(order), np.int32))


def shuffled(ranked: Placing, scores: Numbers, pages: Pages, *, width: float) -> Placing:
    """Join near-ties into blocks: from a block's first entry on, all whose score is at most `width` lower."""
    by_place = np.lexsort((ranked.first, pages.list_of))
    score, place = scores[by_place], ranked.first[by_place]
    block = np.zeros(len(by_place), np.int32)
    head = np.zeros(pages.lists)
    start = np.zeros(pages.lists, np.int32)
    lists = pages.list_of[by_place]
    for at in range(int(place.max(initial=-1)) + 1):
        rows = np.flatnonzero(place == at)
        which = lists[rows]
        begins = (head[which] - score[rows] > width) if at else np.ones(len(rows), np.bool_)
        head[which] = np.where(begins, score[rows], head[which])
        start[which] = np.where(begins, at, start[which])
        block[rows] = start[which]
    opens = np.ones(len(by_place), np.bool_)
    opens[1:] = (lists[1:] != lists[:-1]) | (block[1:] != block[:-1])
    run = np.cumsum(opens) - 1
    sizes = np.bincount(run, minlength=1)[run] if len(run) else run
    first, places = np.empty(len(by_place), np.int32), np.empty(len(by_place), np.int32)
    first[by_place], places[by_place] = block, sizes
    return Placing(first=first, places=places)


def _not_blocks(rows: npt.NDArray[np.int64]) -> Invalid:
    """The refusal of propensities of which no even shuffle of neighbours could have come."""
    message = "should be 1/n for each of n neighbours, as an even shuffle gives; the others' chances are not known"
    where = (Where(file="entries", row=str(row + 1), field="propensity") for row in np.sort(rows)[:_NAMED])
    return Invalid([Problem(each, message) for each in where])
