"""The negotiation list: excluded roles that one concession of the employer would open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from matching.columns import Rows
from matching.fit.part import Concession, Mask, Part
from matching.pool import Jobs

# Conceded as one thing, whichever of its parts are in the way; the others are conceded part by part.
_WHOLE = frozenset({Concession.HOURS, Concession.TIMES, Concession.PAY, Concession.REMOTE})


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """A vacancy and the one concession that would open it: the same for everybody whom it opens."""

    vacancy_ref: str
    concession: Concession
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NearMisses:
    """Excluded rows that one concession opens, and the positions of the parts to be conceded for each."""

    rows: Rows
    blocked_by: tuple[tuple[int, ...], ...]
    openings: tuple[Opening, ...]

    def of(self, refs: Collection[str]) -> NearMisses:
        """Those of some vacancies alone."""
        wanted = frozenset(refs)
        kept = [place for place, opening in enumerate(self.openings) if opening.vacancy_ref in wanted]
        return NearMisses(
            rows=self.rows[kept],
            blocked_by=tuple(self.blocked_by[place] for place in kept),
            openings=tuple(self.openings[place] for place in kept),
        )


def near_misses(parts: Sequence[Part], jobs: Jobs, conflict: Mask) -> NearMisses:
    """Find the near misses among excluded jobs, given all their absolute conflicts (parts x jobs)."""
    liftable = np.ones(len(jobs), np.bool_)
    groups: dict[tuple[Concession, str], Mask] = {}
    for number, part in enumerate(parts):
        if not conflict[number].any():
            continue
        liftable &= ~conflict[number] | part.liftable(jobs)
        if part.concession is not None:
            group = (part.concession, "" if part.concession in _WHOLE else part.name)
            groups[group] = groups.get(group, np.zeros(len(jobs), np.bool_)) | conflict[number]
    needed = np.zeros(len(jobs), np.int64)
    for blocked in groups.values():
        needed += blocked
    near = np.flatnonzero(liftable & (needed == 1))
    rows = np.arange(len(jobs.pool)) if jobs.rows is None else jobs.rows
    if not len(near):
        return NearMisses(rows=rows[near], blocked_by=(), openings=())
    names = list(groups)
    group_of = np.array([groups[name][near] for name in names]).argmax(axis=0)
    place, blocking = np.nonzero(conflict[:, near].T)
    first = np.searchsorted(place, np.arange(len(near) + 1)).tolist()
    parts_blocking = blocking.tolist()
    return NearMisses(
        rows=rows[near],
        blocked_by=tuple(tuple(parts_blocking[start:stop]) for start, stop in pairwise(first)),
        openings=tuple(
            Opening(jobs.pool.refs[row], *names[group])
            for row, group in zip(rows[near].tolist(), group_of.tolist(), strict=True)
        ),
    )


def opens_for(found: Iterable[NearMisses]) -> Counter[Opening]:
    """How many people each opening would open the same vacancy for."""
    counts: Counter[Opening] = Counter()
    for each in found:
        counts.update(each.openings)
    return counts
