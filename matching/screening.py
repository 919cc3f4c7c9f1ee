"""Screening: a vacancy is out if and only if an absolute part is in conflict; nothing else is a bar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from matching.fit.part import CONFLICT, Mask, Part
from matching.pool import Jobs, Rows, VacancyPool

GATHER_BELOW = 0.3  # share of the pool below which columns are gathered row by row


def survivors(parts: Iterable[Part], pool: VacancyPool, rows: Rows) -> Rows:
    """Rows without an absolute conflict, in ascending order; a row is judged no further after its first.

    While most of the pool is left, whole columns are judged, since gathering most of a column costs more.
    """
    bars = (part for part in parts if part.absolute and part.can_conflict)
    alive = np.zeros(len(pool), np.bool_)
    alive[rows] = True
    whole, gathering = pool.jobs(), False
    for part in sorted(bars, key=lambda part: part.screening_rank):
        gathering = gathering or len(rows) < GATHER_BELOW * len(pool)
        if gathering:
            rows = rows[~_conflicts(part, pool.jobs(rows))]
        else:
            alive &= ~_conflicts(part, whole)
            rows = np.flatnonzero(alive)
    return rows


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
