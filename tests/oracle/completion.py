"""The completion rule, literally: judge every way of filling in the unknown facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

Verdict = Literal["ok", "conflict", "unknown"]
Part = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What matching.md says of one part: its verdict, and whether it is absolute."""

    verdict: Verdict
    absolute: bool


Findings = dict[Part, Expected]


def when(fits: bool) -> Verdict:
    """Return the two-valued verdict of a case in which every fact is known."""
    return "ok" if fits else "conflict"


def complete(verdicts: Iterable[Verdict]) -> Verdict:
    """Return ok if every filling gives ok, conflict if every one gives conflict, else unknown."""
    seen = set(verdicts)
    assert seen, "a rule was asked about no filling at all"
    if seen == {"ok"}:
        return "ok"
    if seen == {"conflict"}:
        return "conflict"
    return "unknown"


def with_midpoints(values: Iterable[Fraction | int]) -> list[Fraction]:
    """Return the values in order with one number between each two neighbours.

    A rule that only changes at these values is then tried at, and on both sides of, every change.
    """
    points = sorted({Fraction(value) for value in values})
    between = [(low + high) / 2 for low, high in pairwise(points)]
    return sorted([*points, *between])
