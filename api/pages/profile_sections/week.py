"""The week as rows of inputs: for each day what the person can, cannot or likes to work, from when to when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from api.pages.labels import label
from api.pages.profile_sections.parts import Option, Pair, Part, with_pairs
from api.pages.profile_words import NOT_KNOWN, Lines, window_kind, windows_said
from api.pages.typed import FormReader, Typed
from matching.model.work import DAYS, Day, WindowKind

#: As many times a day as a form shows; what goes beyond is shown as text, and kept.
MOST_TIMES = 6
_COPIED_TO = (Day.TUE, Day.WED, Day.THU, Day.FRI)
_WHOLE_DAY = ("00:00", "24:00")


class Time(NamedTuple):
    """A stretch of one day."""

    kind: str
    starts: str
    ends: str


Week = dict[Day, list[Time]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekPart(Part):
    """Days and times; every window that the interchange format allows goes in and comes out with the same meaning."""

    kind = "week"

    @property
    def options(self) -> tuple[Option, ...]:
        """What may be said of a time."""
        return (
            ("", NOT_KNOWN),
            (WindowKind.CAN, "Can work"),
            (WindowKind.PREFER, "Likes best"),
            (WindowKind.CANNOT, "Cannot work"),
        )

    @property
    def days(self) -> tuple[tuple[str, str], ...]:
        """Each day with its name."""
        return tuple((day.value, label(day)) for day in DAYS)

    def rows(self, typed: Typed, day: str) -> range:
        """The numbers of the rows of a day."""
        count = typed.get(f"{self.name}.{day}.rows")
        return range(1, (min(max(int(count), 1), MOST_TIMES) if count.isascii() and count.isdecimal() else 1) + 1)

    def kept(self, value: Any) -> list[dict[str, Any]]:
        """Windows that go beyond the rows of a form."""
        return _windows({day: times[MOST_TIMES:] for day, times in _week(value or ()).items()})

    def kept_lines(self, value: Any) -> Lines:
        """The same in words."""
        return windows_said(self.kept(value))

    def show(self, value: Any) -> list[Pair]:
        pairs: list[Pair] = []
        for day, times in _week(value or ()).items():
            pairs.extend(self._day(day, times[:MOST_TIMES]))
        return pairs

    def _day(self, day: Day, times: Iterable[Time]) -> Iterator[Pair]:
        rows = 0
        for rows, time in enumerate(times, start=1):
            yield f"{self.name}.{day}.{rows}.kind", time.kind
            whole = (time.starts, time.ends) == _WHOLE_DAY
            yield f"{self.name}.{day}.{rows}.from", "" if whole else time.starts
            yield f"{self.name}.{day}.{rows}.to", "" if whole else time.ends
        yield f"{self.name}.{day}.rows", str(max(rows, 1))

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        week: Week = {day: list(self._read_day(form, typed, day)) for day in DAYS}
        for day, times in _week(was or ()).items():
            week[day].extend(times[MOST_TIMES:])
        return _windows(week) or None

    def _read_day(self, form: FormReader, typed: Typed, day: Day) -> Iterator[Time]:
        for row in self.rows(typed, day):
            name = f"{self.name}.{day}.{row}"
            kind = form.one_of(f"{name}.kind", [option[0] for option in self.options])
            starts, ends = (self._clock(form, f"{name}.{end}", day) for end in ("from", "to"))
            if starts is None or ends is None:
                continue
            if not kind:
                if starts or ends:
                    form.refuse(f"{name}.kind", f"Say what the time on {label(day)} means, or empty it.")
                continue
            if bool(starts) != bool(ends):
                missing = "to" if starts else "from"
                form.refuse(f"{name}.{missing}", f"Give both times on {label(day)}, or none for the whole day.")
                continue
            if starts and starts == ends:
                form.refuse(f"{name}.to", f"The two times on {label(day)} are the same. Leave both empty for all day.")
                continue
            if starts == "24:00":
                starts = "00:00"
            yield Time(kind, starts or _WHOLE_DAY[0], ends or _WHOLE_DAY[1])

    def _clock(self, form: FormReader, name: str, day: Day) -> str | None:
        text = form.text(name)
        try:
            return read_clock(text) if text else ""
        except ValueError:
            form.refuse(name, f"Give the time on {label(day)} like 9:30am or 17:30.")
            return None

    def done(self, typed: Typed, what: str, where: str) -> Typed:
        if what == "copy":
            return self._copied(typed)
        if what != "more" or where not in tuple(DAYS):
            return typed
        name = f"{self.name}.{where}.rows"
        more = (name, str(len(self.rows(typed, where)) + 1))
        return with_pairs(typed, lambda each: each == name, [more])

    def _copied(self, typed: Typed) -> Typed:
        """Monday's times for the other working days."""
        begins = f"{self.name}.{Day.MON}."
        monday = [(name.removeprefix(begins), value) for name, value in typed.pairs if name.startswith(begins)]
        pairs = [(f"{self.name}.{day}.{end}", value) for day in _COPIED_TO for end, value in monday]
        starts = tuple(f"{self.name}.{day}." for day in _COPIED_TO)
        return with_pairs(typed, lambda name: name.startswith(starts), pairs)


def _week(windows: Iterable[Mapping[str, Any]]) -> Week:
    week: Week = {day: [] for day in DAYS}
    for window in windows:
        for day in DAYS:
            time = Time(window_kind(window).value, window["from"], window["to"])
            if day in window["days"] and time not in week[day]:
                week[day].append(time)
    return week


def _windows(week: Week) -> list[dict[str, Any]]:
    """Windows of the interchange format: days with the same time stand together, in the order of the week."""
    days_of: dict[Time, list[str]] = {}
    for day, times in week.items():
        for time in times:
            if day.value not in days_of.setdefault(time, []):
                days_of[time].append(day.value)
    return [{"days": days, "from": time.starts, "to": time.ends, "kind": time.kind} for time, days in days_of.items()]


_TIME = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?\s*(am|pm)?")
_NAMED = {"midday": "12:00", "noon": "12:00", "midnight": "24:00"}


def read_clock(text: str) -> str:
    """A time of day as people type it.

    >>> [read_clock(text) for text in ("9", "9am", "5.30 pm", "1730", "12am", "24:00", "midday")]
    ['09:00', '09:00', '17:30', '17:30', '00:00', '24:00', '12:00']
    """
    text = text.strip().lower()
    if text in _NAMED:
        return _NAMED[text]
    found = _TIME.fullmatch(text)
    if found is None or not text.isascii():
        raise ValueError(text)
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half and not 1 <= hour <= 12:
        raise ValueError(text)
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if (hour, minute) != (24, 0) and not (hour < 24 and minute < 60):
        raise ValueError(text)
    return f"{hour:02}:{minute:02}"
