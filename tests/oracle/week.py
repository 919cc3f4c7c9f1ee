"""The week as a set of minutes, 0 (Monday 00:00) to 10079 (Sunday 23:59), wrapping from Sunday to Monday."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = 7 * MINUTES_A_DAY
WHOLE_WEEK = frozenset(range(MINUTES_A_WEEK))
NIGHT = frozenset(m for m in WHOLE_WEEK if m % MINUTES_A_DAY >= 23 * 60 or m % MINUTES_A_DAY < 6 * 60)
WEEKEND = frozenset(m for m in WHOLE_WEEK if DAYS[m // MINUTES_A_DAY] in ("sat", "sun"))

Minutes = frozenset[int]


def clock(text: str) -> int:
    """Return the minutes since midnight of `HH:MM`."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def length_minutes(start: str, end: str) -> int:
    """Return how long `from` to `to` lasts; an end at or before the start is on the next day."""
    begins, ends = clock(start), clock(end)
    return ends - begins if ends > begins else ends + MINUTES_A_DAY - begins


@cache
def minutes_of(day: str, start: str, end: str) -> Minutes:
    """Return the half-open minutes of one window or shift that starts on the day."""
    first = DAYS.index(day) * MINUTES_A_DAY + clock(start)
    return frozenset(m % MINUTES_A_WEEK for m in range(first, first + length_minutes(start, end)))


def each_day(entries: Iterable[Any]) -> list[tuple[str, str, str]]:
    """Return every (day, from, to) of a list of windows or shifts, one for each day named."""
    return [(day, entry["from"], entry["to"]) for entry in entries for day in entry["days"]]


@cache
def _union(spans: tuple[tuple[str, str, str], ...]) -> Minutes:
    return frozenset[int]().union(*(minutes_of(*span) for span in spans))


def united(spans: Iterable[tuple[str, str, str]]) -> Minutes:
    """Return the minutes that belong to at least one of the spans, each once."""
    return _union(tuple(spans))
