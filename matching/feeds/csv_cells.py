"""Cells of a CSV file to values of the interchange format; what a cell may say is in docs/feeds.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{1,12})?", re.ASCII)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KINDS = ("can", "prefer", "cannot")
_SHIFT = re.compile(
    r"(?P<days>.*?)\s*\b(?P<starts>\d{2}:\d{2})\s*[-–]\s*(?P<ends>\d{2}:\d{2})", re.ASCII | re.IGNORECASE
)
_LONGEST_SPAN = 200
_SHARES = ("under_10", "10_to_50", "over_50")
_SOURCES = ("visit", "phone", "photo", "advert", "occupation_prior")
_DIRECTIONS = ("avoid", "neutral", "seek")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

UNKNOWN = "unknown"
NOTHING = "none"


class BadCell(ValueError):
    """A cell that does not have the form of its column; says what would be right."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How one kind of cell is read, and a few words that say what it may hold.

    `plain` cells are text in which `unknown` is a word like any other.
    """

    holds: str
    read: Callable[[str], object]
    plain: bool = False


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _number(text: str) -> int | float:
    found = _NUMBER.fullmatch(text)
    if not found:
        raise BadCell(f"{_shown(text)} should be a number such as 12 or 12.5, without units or commas")
    return float(text) if found[1] else int(text)


def _yes_no(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise BadCell(f"{_shown(text)} should be true or false")
    return text.lower() == "true"


def _parts(text: str, *, between: str = ";") -> list[str]:
    """Split a list; the word `none` is the empty list, a known nothing."""
    if text.lower() == NOTHING:
        return []
    parts = [part.strip() for part in text.split(between)]
    if not all(parts):
        raise BadCell(f"{_shown(text)} has an empty entry; write entries apart with one '{between}'")
    return parts


def _numbers(text: str) -> list[object]:
    return [_number(part) for part in _parts(text)]


def _named(part: str) -> tuple[str, str]:
    name, _, value = (piece.strip() for piece in part.partition("="))
    if not name or ("=" in part and not value):
        raise BadCell(f"{_shown(part)} should be written name=value")
    return name, value


def _offers(text: str) -> dict[str, object]:
    offers: dict[str, object] = {}
    for part in _parts(text):
        slug, answer = _named(part)
        if not answer:
            raise BadCell(f"{_shown(part)} should be a slug and an answer, such as {slug}=yes (or maybe, or no)")
        if slug in offers:
            raise BadCell(f"'{slug}' is here twice; give it once")
        offers[slug] = answer
    return offers


def _labelled(*, number: str) -> Callable[[str], object]:
    """Read `label` or `label=number`; only a number at the end counts, since labels are free words."""

    def read(text: str) -> object:
        entries = []
        for part in _parts(text):
            label, _, value = (piece.strip() for piece in part.rpartition("="))
            numbered = bool(label) and bool(_NUMBER.fullmatch(value))
            entries.append({"label": label, number: _number(value)} if numbered else {"label": part})
        return entries

    return read


def _qualifications(text: str) -> object:
    asked = []
    for part in _parts(text):
        slug, weeks = _named(part)
        asked.append({"slug": slug, "obtainable_weeks": _number(weeks)} if weeks else {"slug": slug})
    return asked


def _refusals(text: str) -> object:
    refused = []
    for part in _parts(text):
        label, words = _named(part)
        tags = words.split()
        absolute = tags[-1:] == ["absolute"]
        entry: dict[str, object] = {"label": label, "tags": tags[:-1] if absolute else tags}
        refused.append(entry | {"absolute": True} if absolute else entry)
    return refused


def _needs(text: str) -> object:
    needs = []
    for part in _parts(text):
        first, *others = " ".join(part.split()).split(" or ")
        slug, importance = _named(first)
        need: dict[str, object] = {"slug": slug}
        if importance:
            need["importance"] = importance
        if others:
            need["alternatives"] = others
        needs.append(need)
    return needs


def _day_names(text: str) -> list[str]:
    names: list[str] = []
    for word in re.split(r"[\s,]+", re.sub(r"\s*[-–]\s*", "-", text.lower()).strip()):
        ends = word.split("-")
        if len(ends) > 2 or any(end not in _DAYS for end in ends):
            raise BadCell(f"{_shown(word)} should be a day: mon tue wed thu fri sat sun, or a range such as mon-fri")
        first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
        if last < first:
            raise BadCell(f"{_shown(word)} runs backwards; write the days one by one")
        names += _DAYS[first : last + 1]
    if len(set(names)) < len(names):
        raise BadCell(f"{_shown(text)} names a day twice")
    return names


def _span(part: str, *, example: str) -> dict[str, object]:
    found = _SHIFT.fullmatch(part) if len(part) <= _LONGEST_SPAN else None
    if not found or not found["days"]:
        raise BadCell(f"{_shown(part)} should be days and times, such as {example}")
    return {"days": _day_names(found["days"]), "from": found["starts"], "to": found["ends"]}


def _shifts(text: str) -> object:
    return [_span(part, example="mon tue 09:00-17:00") for part in _parts(text)]


def _windows(text: str) -> object:
    windows = []
    for part in _parts(text):
        kind, _, rest = part.partition(" ")
        known = kind.lower() in _KINDS
        window = _span(rest.strip() if known else part, example="can mon-fri 09:00-15:00")
        windows.append(window | {"kind": kind.lower()} if known else window)
    return windows


def _level(text: str) -> object:
    """Read `2`, or `2 peak 3 under_10 can_leave visit 2026-11-02`."""
    first, *words = text.split()
    level: dict[str, object] = {"typical": _number(first)}
    while words:
        word = words.pop(0)
        if word == "peak" and words:
            _set(level, "peak", _number(words.pop(0)), text)
        elif word in _SHARES:
            _set(level, "peak_share", word, text)
        elif word in ("can_leave", "cannot_leave"):
            _set(level, "can_leave", word == "can_leave", text)
        elif word in _SOURCES:
            _set(level, "source", word, text)
        elif _DATE.fullmatch(word):
            _set(level, "observed_on", word, text)
        else:
            raise BadCell(
                f"{_shown(word)} is not understood; write a level such as '2 peak 3 under_10 can_leave visit'"
            )
    return level


def _tolerance(text: str) -> object:
    """Read `1`, or `1 avoid hard with env.headphones`."""
    before, with_, after = text.partition(" with ")
    first, *words = before.split()
    tolerance: dict[str, object] = {"tolerance": _number(first)}
    for word in words:
        if word in _DIRECTIONS:
            _set(tolerance, "direction", word, text)
        elif word in ("hard", "soft"):
            _set(tolerance, "hard", word == "hard", text)
        else:
            raise BadCell(f"{_shown(word)} is not understood; write a tolerance such as '1 avoid hard with a.slug'")
    if with_:
        tolerance["mitigations"] = re.split(r"[\s,]+", after.strip())
    return tolerance


def _set(into: dict[str, object], name: str, value: object, text: str) -> None:
    if name in into:
        raise BadCell(f"{_shown(text)} says {name} twice")
    into[name] = value


TEXT = Cell("text", str, plain=True)
WORD = Cell("one of the words that the interchange format allows there", str)
POSTCODE = Cell("a postcode, sector or outcode, such as ME14 1XQ, ME14 1 or ME14", str)
DATE = Cell("a date such as 2026-11-22", str)
NUMBER = Cell("a number such as 12 or 12.5", _number)
YES_NO = Cell("`true` or `false`", _yes_no)
LIST = Cell("entries apart with `;`", _parts)
NUMBERS = Cell("numbers apart with `;`", _numbers)
OFFERS = Cell("`slug=yes; slug=maybe; slug=no`", _offers)
QUALIFICATIONS = Cell("`slug; slug=6`, the number being the weeks in which it can be had", _qualifications)
SHIFTS = Cell("`mon tue 09:00-17:00; sat 10:00-14:00`", _shifts)
WINDOWS = Cell("`can mon-fri 09:00-15:00; cannot sat 00:00-24:00`", _windows)
LEVEL = Cell(
    "`2`, or `2 peak 3 under_10 can_leave visit 2026-11-02` (any of these, in any order after the level)", _level
)
TOLERANCE = Cell("`1`, or `1 avoid hard with slug slug`", _tolerance)
WANTED = Cell("`label; label=3`, the number being how strongly (1 to 3)", _labelled(number="strength"))
SKILLS = Cell("`label; label=4`, the number being the level (0 to 4)", _labelled(number="level"))
REFUSALS = Cell("`label=tag tag; label=tag absolute`", _refusals)
NEEDS = Cell("`slug; slug=essential; slug=helpful or slug or slug`", _needs)
