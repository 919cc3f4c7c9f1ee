"""Screening: a vacancy is out if and only if an absolute part is in conflict; nothing else is a bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.columns import Rows
from matching.fit.part import CONFLICT, Codes, Mask, Part
from matching.pool import Jobs, VacancyPool

# Shares of a view below which the rest gets a view of its own. Gathering from the pool costs more than cutting down.
NARROW_POOL_BELOW = 0.3
NARROW_BELOW = 0.7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Survivors:
    """A view of the rows without an absolute conflict, in ascending order, and the codes known from screening."""

    jobs: Jobs
    codes: Mapping[int, Codes]  # by the part's place among the parts, where it is present for every job

    @property
    def rows(self) -> Rows:
        """Rows of the pool."""
        return np.arange(len(self.jobs)) if self.jobs.rows is None else self.jobs.rows


def survivors(parts: Sequence[Part], pool: VacancyPool, is_open: Mask) -> Survivors:
    """Screen the open rows: a row that is out may be judged on, until so many are out that a cut pays."""
    bars = [number for number, part in enumerate(parts) if part.absolute and part.can_conflict]
    view, alive = pool.jobs(), is_open.copy()
    codes: dict[int, Codes] = {}
    for number in sorted(bars, key=lambda number: parts[number].screening_rank):
        part = parts[number]
        left = np.count_nonzero(alive)
        if left < (NARROW_POOL_BELOW if view.rows is None else NARROW_BELOW) * len(view):
            view, alive, codes = _narrowed(view, alive, codes)
        judged, present = part.codes(view), part.present(view)
        if present is None:
            alive &= judged != CONFLICT
            codes[number] = judged
        else:
            alive[present[judged == CONFLICT]] = False
    view, _, codes = _narrowed(view, alive, codes)
    return Survivors(jobs=view, codes=codes)


def _narrowed(view: Jobs, alive: Mask, codes: Mapping[int, Codes]) -> tuple[Jobs, Mask, dict[int, Codes]]:
    kept = np.flatnonzero(alive)
    return (
        view.narrowed(kept),
        np.ones(len(kept), np.bool_),
        {number: each.take(kept) for number, each in codes.items()},
    )


def conflicts(parts: Sequence[Part], jobs: Jobs) -> Mask:
    """Every absolute conflict of every job, for those who ask why (parts x jobs)."""
    return np.array([_conflicts(part, jobs) & part.absolute for part in parts], np.bool_).reshape(len(parts), len(jobs))


def _conflicts(part: Part, jobs: Jobs) -> Mask:
    if not part.can_conflict:
        return np.zeros(len(jobs), np.bool_)
    conflict: Mask = part.codes(jobs) == CONFLICT
    present = part.present(jobs)
    if present is None:
        return conflict
    spread_out = np.zeros(len(jobs), np.bool_)
    spread_out[present[conflict]] = True
    return spread_out
