"""A number with its doubt: what it is, how far it may be off, and of how many it tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its 95 % interval; `count` is the denominator: of how many people, jobs or lists it tells."""

    value: float
    low: float
    high: float
    count: int
    standard_error: float | None = None


#: Of fewer people than this nothing is told: it would tell of single people, and of chance.
FEWEST = 10
