"""Distinct work patterns as arrays: the pieces of the week that a job's shifts fill, laid out once a pool."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from matching.keys import KEY_BYTES, key_of
from matching.model.work import MINUTES_A_WEEK, PatternKind, WorkPattern

KINDS: Final = tuple(PatternKind)


@dataclass(frozen=True, slots=True)
class Stretches:
    """The week of rota patterns whose shifts overlap, cut where any shift begins or ends: each minute counts once."""

    pattern: npt.NDArray[np.int64]  # of each stretch
    minutes: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]  # of the pieces that cover stretch s, where they begin in `pieces`
    pieces: npt.NDArray[np.int64]

    @staticmethod
    def of(stretches: Sequence[tuple[int, int, list[int]]]) -> Stretches:
        """Lay out (pattern, minutes, pieces that cover it)."""
        counts = [len(covering) for _, _, covering in stretches]
        return Stretches(
            np.array([pattern for pattern, _, _ in stretches], np.int64),
            np.array([minutes for _, minutes, _ in stretches], np.int64),
            np.cumsum([0, *counts[:-1]]).astype(np.int64),
            np.array([piece for _, _, covering in stretches for piece in covering], np.int64),
        )

    def joined(self, more: Stretches, *, patterns: int, pieces: int) -> Stretches:
        """These stretches and more, of patterns and pieces that are numbered on from these many."""
        ours, theirs = len(self.pattern), len(more.pattern)
        return Stretches(
            np.concatenate([self.pattern, more.pattern + patterns]),
            np.concatenate([self.minutes, more.minutes]),
            # Of no stretches there is still one beginning.
            np.concatenate([self.first[:ours], more.first[:theirs] + len(self.pieces)])
            if ours + theirs
            else self.first,
            np.concatenate([self.pieces, more.pieces + pieces]),
        )

    def kept(self, new_pattern: npt.NDArray[np.int64], new_piece: npt.NDArray[np.int64]) -> Stretches:
        """The stretches of the patterns that have a new number (others -1), in order of these."""
        count = len(self.pattern)
        staying = np.flatnonzero(new_pattern[self.pattern] >= 0)
        staying = staying[np.argsort(new_pattern[self.pattern[staying]], kind="stable")]
        ends = np.concatenate([self.first[1:count], [len(self.pieces)]])[staying] if count else staying
        covering = [
            new_piece[self.pieces[start:end]].tolist()
            for start, end in zip(self.first[staying].tolist(), ends.tolist(), strict=True)
        ]
        return Stretches.of(
            list(
                zip(new_pattern[self.pattern[staying]].tolist(), self.minutes[staying].tolist(), covering, strict=True)
            )
        )


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct work patterns: pieces of the week in minutes from Monday 00:00, half open.

    A flexible pattern's pieces are the union of its windows; those of the others are the shifts as listed.
    """

    kind: npt.NDArray[np.uint8]
    first: npt.NDArray[np.int64]  # pieces of pattern p are first[p]:first[p + 1]
    starts: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]  # may pass 10080: Sunday night runs into Monday
    overlapping: npt.NDArray[np.int64]  # rota patterns whose shifts overlap
    pattern_of_piece: npt.NDArray[np.int64]
    length: npt.NDArray[np.int64]  # minutes of each piece
    stretches: Stretches
    keys: npt.NDArray[np.uint8]  # what tells patterns apart, patterns x KEY_BYTES

    @staticmethod
    def of(patterns: Iterable[WorkPattern]) -> Patterns:
        """Lay patterns out as arrays, in their order."""
        kinds: list[int] = []
        first: list[int] = [0]
        starts: list[int] = []
        ends: list[int] = []
        overlapping: list[int] = []
        stretches: list[tuple[int, int, list[int]]] = []
        keys: list[bytes] = []
        for number, pattern in enumerate(patterns):
            keys.append(pattern_key(pattern))
            pieces = [interval for shift in pattern.shifts for interval in shift.intervals()]
            if pattern.kind is PatternKind.FLEXIBLE:
                pieces = _union(pieces)
            elif pattern.kind is PatternKind.ROTA and _overlap(pieces):
                overlapping.append(number)
                stretches += [(number, minutes, covering) for minutes, covering in _stretches(pieces, first[-1])]
            kinds.append(KINDS.index(pattern.kind))
            starts.extend(start for start, _ in pieces)
            ends.extend(end for _, end in pieces)
            first.append(len(starts))
        return Patterns(
            kind=np.array(kinds, np.uint8),
            first=np.array(first, np.int64),
            starts=np.array(starts, np.int32),
            ends=np.array(ends, np.int32),
            overlapping=np.array(overlapping, np.int64),
            pattern_of_piece=np.repeat(np.arange(len(kinds)), np.diff(first)),
            length=np.array(ends, np.int64) - np.array(starts, np.int64),
            stretches=Stretches.of(stretches),
            keys=np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY_BYTES),
        )

    def __len__(self) -> int:
        return len(self.kind)

    def joined(self, more: Patterns) -> Patterns:
        """These patterns, and more behind them."""
        if not len(more):
            return self
        patterns, pieces = len(self), len(self.starts)
        return Patterns(
            kind=np.concatenate([self.kind, more.kind]),
            first=np.concatenate([self.first, more.first[1:] + pieces]),
            starts=np.concatenate([self.starts, more.starts]),
            ends=np.concatenate([self.ends, more.ends]),
            overlapping=np.concatenate([self.overlapping, more.overlapping + patterns]),
            pattern_of_piece=np.concatenate([self.pattern_of_piece, more.pattern_of_piece + patterns]),
            length=np.concatenate([self.length, more.length]),
            stretches=self.stretches.joined(more.stretches, patterns=patterns, pieces=pieces),
            keys=np.concatenate([self.keys, more.keys]),
        )

    def kept(self, numbers: npt.NDArray[np.int64]) -> Patterns:
        """These patterns alone, in this order."""
        counts = np.diff(self.first)[numbers]
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        pieces = np.repeat(self.first[numbers] - first[:-1], counts) + np.arange(first[-1])
        new_pattern = np.full(len(self), -1, np.int64)
        new_pattern[numbers] = np.arange(len(numbers))
        new_piece = np.full(len(self.starts), -1, np.int64)
        new_piece[pieces] = np.arange(len(pieces))
        overlapping = new_pattern[self.overlapping]
        return Patterns(
            kind=self.kind[numbers],
            first=first,
            starts=self.starts[pieces],
            ends=self.ends[pieces],
            overlapping=np.sort(overlapping[overlapping >= 0]),
            pattern_of_piece=np.repeat(np.arange(len(numbers)), counts),
            length=self.length[pieces],
            stretches=self.stretches.kept(new_pattern, new_piece),
            keys=self.keys[numbers],
        )


def _within_week(pieces: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    whole: list[tuple[int, int]] = []
    for start, end in pieces:
        whole.append((start, min(end, MINUTES_A_WEEK)))
        if end > MINUTES_A_WEEK:
            whole.append((0, end - MINUTES_A_WEEK))
    return sorted(whole)


def _union(pieces: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    union: list[tuple[int, int]] = []
    for start, end in _within_week(pieces):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return union


def _stretches(pieces: Sequence[tuple[int, int]], first_piece: int) -> Iterable[tuple[int, list[int]]]:
    """Minutes of each stretch between one begin or end and the next, and the pieces that cover it."""
    parts = [(part, number) for number, piece in enumerate(pieces, first_piece) for part in _within_week([piece])]
    cuts = sorted({cut for part, _ in parts for cut in part})
    for start, end in pairwise(cuts):
        covering = [number for (starts, ends), number in parts if starts <= start and end <= ends]
        if covering:
            yield end - start, covering


def _overlap(pieces: Iterable[tuple[int, int]]) -> bool:
    ordered = _within_week(pieces)
    return any(earlier[1] > later[0] for earlier, later in pairwise(ordered))


def pattern_key(pattern: WorkPattern) -> bytes:
    """What tells patterns apart: kind and shifts; how early they are told does not."""
    return key_of(f"{pattern.kind} {pattern.shifts!r}")
