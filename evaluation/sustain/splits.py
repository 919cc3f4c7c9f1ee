"""Splits by time and by person: who first started a job later is tested, and nobody stands on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from evaluation.sustain.features import Days, Mask, Placements, Rows

#: A job is settled once so many weeks have passed since its start.
SETTLED_WEEKS = 26
#: Shares of the settled placements, oldest people first: to learn from, to know when to stop, to calibrate on.
LEARN, STOP = 0.6, 0.12
#: Where the rolling splits cut, as shares of the settled placements by first start; each window ends at the next cut.
CUTS = (0.55, 0.7, 0.85)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """Rows of placements to learn from, to know when to stop, and to calibrate on: later each, and of other people."""

    learn: Mask
    stop: Mask
    calibrate: Mask


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RollingSplit:
    """What could be learnt by the day `cut`, and the jobs of people who first started one between it and `until`."""

    cut: date
    until: date
    train: Placements  # as known on the day of the cut
    test: Placements  # as known on the last day


def first_starts(people: Rows, started: Days) -> Days:
    """For each row, the day on which its person first started a job."""
    _, person = np.unique(people, return_inverse=True)
    first = np.full(person.max(initial=-1) + 1, np.datetime64("9999-12-31", "D"))
    np.minimum.at(first, person, started)
    return first[person]


def parts_of(placements: Placements) -> Parts:
    """Split for training: shares are of settled placements, so that the latest part holds outcomes too."""
    first = first_starts(placements.people, placements.started)
    stop, calibrate = _days_at(first[_settled(placements)], (LEARN, LEARN + STOP))
    return Parts(learn=first < stop, stop=(first >= stop) & (first < calibrate), calibrate=first >= calibrate)


def rolling_splits(placements: Placements) -> list[RollingSplit]:
    """Splits at rising days, each of which trains on what was known that day and tests on the people after it.

    Test jobs started at least `SETTLED_WEEKS` before the last day, so that all of them could be seen so long.
    """
    first = first_starts(placements.people, placements.started)
    settled = _settled(placements)
    if not settled.any():
        return []
    end = np.datetime64(placements.known_on, "D")
    found = []
    for cut, until in pairwise((*_days_at(first[settled], CUTS), end)):
        train = placements.as_known_on(cut.astype(object))
        test = placements.some(settled & (first >= cut) & (first < until))
        found.append(RollingSplit(cut=cut.astype(object), until=until.astype(object), train=train, test=test))
    return [split for split in found if len(split.train) and len(split.test)]


def _settled(placements: Placements) -> Mask:
    settled: Mask = placements.weeks_passed() >= SETTLED_WEEKS
    return settled


def _days_at(days: Days, shares: Sequence[float]) -> list[np.datetime64]:
    """The days by which these shares of rows had begun; where there is no row, days after any."""
    if not len(days):
        return [np.datetime64("9999-12-31", "D")] * len(shares)
    ordered = np.sort(days)
    return [ordered[min(int(share * len(days)), len(days) - 1)] for share in shares]
