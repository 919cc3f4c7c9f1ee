"""Minutes of the week: which of a job's shifts lie within the minutes that a person allows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from matching.columns import Array
from matching.fit.part import UNKNOWN, Codes, Mask, coded
from matching.kinds import Read, Reading
from matching.model.work import MINUTES_A_DAY, MINUTES_A_WEEK, PatternKind
from matching.patterns import KINDS, Patterns
from matching.pool import Jobs

TIMES_READ: Final[Reading] = (Read("pattern"), Read("least_minutes"), Read("most_minutes"))
# In place of a pattern's usable minutes, where the hours need not be looked at.
ENOUGH, NEVER, NO_SHIFTS = 2 * MINUTES_A_WEEK, -1, -2

Minutes = npt.NDArray[np.bool_]  # one flag a minute of the week, from Monday 00:00

FIXED, ROTA, FLEXIBLE = (KINDS.index(kind) for kind in (PatternKind.FIXED, PatternKind.ROTA, PatternKind.FLEXIBLE))


def minutes_of(intervals: Iterable[tuple[int, int]]) -> Minutes:
    """Mark the minutes of half-open intervals; what passes Sunday midnight goes on from Monday."""
    week = np.zeros(2 * MINUTES_A_WEEK, np.bool_)
    for start, end in intervals:
        week[start:end] = True
    return week[:MINUTES_A_WEEK] | week[MINUTES_A_WEEK:]


@dataclass(frozen=True, slots=True)
class Usable:
    """What is usable of each distinct pattern: minutes, and whether every listed piece is."""

    wholly: Mask
    minutes: npt.NDArray[np.int64]


def usable_by_minutes(patterns: Patterns, allowed: Minutes) -> Usable:
    """Judge every pattern, exact to the minute.

    A running count of allowed minutes over two weeks gives the allowed minutes of any piece
    in one subtraction, so the week is never cut into coarser blocks.
    """
    inside = _minutes_inside(patterns, allowed)
    return _by_pattern(patterns, piece_allowed=inside == patterns.length, piece_minutes=inside)


def usable_by_length(patterns: Patterns, most_minutes: int) -> Usable:
    """Judge every pattern by the length of its shifts; a flexible window has no length."""
    flexible = (patterns.kind == FLEXIBLE)[patterns.pattern_of_piece]
    allowed = (patterns.length <= most_minutes) | flexible
    return _by_pattern(patterns, piece_allowed=allowed, piece_minutes=np.where(allowed, patterns.length, 0))


def _minutes_inside(patterns: Patterns, allowed: Minutes) -> Array:
    """How many minutes of each piece are allowed, from a running count over two weeks."""
    one_week = np.cumsum(allowed, dtype=np.int32)
    running = np.concatenate([[0], one_week, one_week + one_week[-1]])
    inside: Array = running[patterns.ends] - running[patterns.starts]
    return inside


def _by_pattern(patterns: Patterns, *, piece_allowed: Mask, piece_minutes: Array) -> Usable:
    of_piece = patterns.pattern_of_piece
    # Of a shift that is not wholly allowed nothing counts, unless the worker chooses within it.
    counted = np.where(piece_allowed | (patterns.kind == FLEXIBLE)[of_piece], piece_minutes, 0)
    minutes = np.bincount(of_piece, counted, len(patterns)).astype(np.int64)
    stretches = patterns.stretches
    if len(stretches.pattern):  # of overlapping shifts each minute counts once
        worked = np.logical_or.reduceat(piece_allowed[stretches.pieces], stretches.first) * stretches.minutes
        once = np.bincount(stretches.pattern, worked, len(patterns)).astype(np.int64)
        minutes[patterns.overlapping] = once[patterns.overlapping]
    refused = np.bincount(of_piece, ~piece_allowed, len(patterns))
    return Usable(refused == 0, minutes)


def codes_by_pattern(jobs: Jobs, usable: Usable, *, whole_is_enough: bool) -> Codes:
    """Judge jobs by their patterns: no shifts are unknown; a fixed pattern needs every shift.

    Of a rota or a flexible pattern the usable minutes must be more than none and reach the least
    weekly hours; `whole_is_enough` says that a pattern without a refused piece is `ok` whatever they sum to.
    """
    if not len(usable.minutes):
        return np.full(len(jobs), UNKNOWN)
    kind = jobs.pool.patterns.kind
    # What a pattern decides whatever the hours are is decided once a pattern; the last place stands for no shifts.
    settled_ok = usable.wholly & ((kind == FIXED) | whole_is_enough)
    settled_no = ~settled_ok & ((kind == FIXED) | (usable.minutes == 0))
    minutes = np.where(settled_ok, ENOUGH, np.where(settled_no, NEVER, usable.minutes))
    reached = np.append(minutes, NO_SHIFTS).astype(np.int32)[jobs.column("pattern")]
    least, most = jobs.column("least_minutes"), jobs.column("most_minutes")
    short = (reached < least) | (reached == NEVER)
    return coded(conflict=short & (reached != NO_SHIFTS), ok=reached >= np.where(least >= 0, least, most))


def share_of_shifts(patterns: Patterns, wished: Minutes) -> npt.NDArray[np.float64]:
    """How much of each pattern's listed time lies within the minutes wished for, 0 to 1."""
    inside = np.bincount(patterns.pattern_of_piece, _minutes_inside(patterns, wished), len(patterns))
    whole = np.bincount(patterns.pattern_of_piece, patterns.length, len(patterns))
    return inside / np.maximum(whole, 1)


NIGHT = minutes_of(
    (day * MINUTES_A_DAY + start, day * MINUTES_A_DAY + end)
    for day in range(7)
    for start, end in ((0, 6 * 60), (23 * 60, MINUTES_A_DAY))
)
WEEKEND = minutes_of([(5 * MINUTES_A_DAY, MINUTES_A_WEEK)])
