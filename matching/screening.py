"""Screening: a vacancy is out if and only if an absolute part is in conflict; nothing else is a bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.columns import Rows
from matching.fit.part import CONFLICT, Codes, Mask, Part, codes_of_examples
from matching.kinds import packed, rows_of_kinds, unpacked
from matching.pool import JOBS_A_KIND, Jobs, VacancyPool
from matching.zones import Zones

# Shares of a view below which the rest gets a view of its own. Gathering from the pool costs more than cutting down.
NARROW_POOL_BELOW = 0.3
NARROW_BELOW = 0.7
# Of fewer rows, asking each costs less than telling kinds apart.
LEAST_SEALED = 65_536
# Of more kinds it is unlikely that few steps tell apart those that are out.
MOST_EXAMPLES = 4096


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
    """Screen the open rows by every part that bars."""
    bars = [number for number, part in enumerate(parts) if part.absolute and part.can_conflict]
    bars.sort(key=lambda number: parts[number].screening_rank)
    if pool.zones is None or pool.zones.sealed < LEAST_SEALED:
        return _screened(parts, bars, pool.jobs(), is_open.copy())
    view, settled = _after_zones({number: parts[number] for number in bars}, pool, pool.zones, is_open)
    return _screened(parts, [each for each in bars if each not in settled], view, np.ones(len(view), np.bool_))


def _after_zones(
    bars: Mapping[int, Part], pool: VacancyPool, zones: Zones, is_open: Mask
) -> tuple[Jobs, frozenset[int]]:
    """Screen sealed rows by the word, and those behind them one by one; return what is left, and the parts settled."""
    whole = pool.jobs()
    left = packed(is_open[: zones.sealed])
    for part in bars.values():
        if part.keeps_near is not None:
            home, metres = part.keeps_near
            left &= zones.near(home, metres=metres)
    settled, most = set(), min(MOST_EXAMPLES, zones.sealed // JOBS_A_KIND)
    for number, part in bars.items():
        examples = zones.examples(part.readings, most=most) if part.readings else None
        if examples is not None:
            out = rows_of_kinds(codes_of_examples(part, whole.examples(examples)) == CONFLICT, examples.planes)
            if out is not None:
                left &= ~out
                settled.add(number)
    rows = np.flatnonzero(unpacked(left, zones.sealed))
    behind = zones.sealed + np.flatnonzero(is_open[zones.sealed :])
    if len(behind):
        screened = _screened(
            list(bars.values()), [*range(len(bars))], pool.jobs(behind), np.ones(len(behind), np.bool_)
        )
        rows = np.concatenate([rows, screened.rows])
    return whole.narrowed(rows), frozenset(settled)


def _screened(parts: Sequence[Part], bars: Sequence[int], view: Jobs, alive: Mask) -> Survivors:
    """Ask part by part: a row that is out may be judged on, until so many are out that a cut pays."""
    codes: dict[int, Codes] = {}
    for number in bars:
        part = parts[number]
        left = np.count_nonzero(alive)
        if left < (NARROW_POOL_BELOW if view.rows is None else NARROW_BELOW) * len(view):
            view, alive, codes = _narrowed(view, alive, codes)
        alike = view.alike(part.readings)
        if alike is not None and alike.behind is None:
            alive &= (codes_of_examples(part, alike.examples) != CONFLICT).take(alike.kind_of_job)
            continue
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
