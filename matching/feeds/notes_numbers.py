"""Hours, shifts, pay, places and other figures in free text: found here, read by what reads adverts, never rounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from matching.errors import Where
from matching.feeds.advert import Advert
from matching.feeds.advert_pay import read_pay
from matching.feeds.notes_sentences import Manner, Sentences
from matching.feeds.work_hours import read_work_hours
from matching.places import parse_postcode


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A field that some words of a text speak of: its value, none where they do not say it plainly."""

    field: str
    value: Any
    starts: int
    ends: int
    unsure: bool = False


_N = r"\d{1,3}(?:\.\d{1,2})?"
_TO = r"\s{0,2}(?:-|–|to|and)\s{0,2}"
_LIMIT = r"\b(?:up to|at least|no more than|(?:a )?(?:maximum|minimum) of|maximum|max|minimum|min|between|from)\s{1,2}"
_HOURS = re.compile(
    rf"(?:{_LIMIT})?(?<![\d.,:/£+–-]){_N}(?:{_TO}{_N})?\s{{0,2}}-?(?:hours?|hrs?|h)\b\.?\s{{0,2}}"
    r"(?:(?:per|a|each|every|/)\s{0,2}(?:week|wk)\b|weekly\b|p\.?\s?w\b\.?|week\b)"
    r"|\b(?:weekly hours|(?:hours?|hrs?)\s{0,2}(?:per|a|/)\s{0,2}week)\s{0,2}:\s{0,2}"
    rf"{_N}(?:{_TO}{_N})?(?![\d.,:+-])"
)
_HOURS_LABELLED = re.compile(
    rf"\bhours\s{{0,2}}:\s{{0,2}}(?P<range>{_N}(?:{_TO}{_N})?)\s{{0,2}}(?:per|a|each|/)\s{{0,2}}(?:week|wk)\b"
)
_DAY = r"(?:mon|tues?|weds?|wednes|thurs?|thu|fri|satur|sat|sun)(?:days?)?\b"
_DAYS = rf"(?:weekdays|weekends|{_DAY}(?:\s{{0,2}}(?:-|–|to|through|,\s?and|,|and|&)\s{{0,2}}{_DAY}){{0,6}})"
_TIME = r"(?:\d{1,2}(?:[:.]\d{2})?\s?(?:[ap]\.?m\b\.?)?|noon|midday|midnight)"
_TIMES = rf"(?:from\s|between\s)?{_TIME}\s{{0,2}}(?:-|–|to|until|till|and)\s{{0,2}}{_TIME}"
_DAYS_THEN = rf"{_DAYS}\s{{0,2}}[,:(]?\s{{0,2}}{_TIMES}\)?"
_SHIFT = re.compile(
    rf"\b{_DAYS_THEN}(?:\s{{0,2}}(?:,|;|and|&)?\s{{0,2}}{_DAYS_THEN}){{0,6}}"
    rf"|(?<![\d.:/£-]){_TIMES}\s{{0,2}}[,:(]?\s{{0,2}}(?:on\s)?{_DAYS}"
)
_PAY = re.compile(
    r"(?:£\s?(?P<pounds>\d{1,3}(?:,\d{3})+|\d{1,6})(?P<pence>\.\d{1,2})?(?P<k>\s?k\b)?"
    r"|(?<![\d.,:/£-])(?P<plain>\d{1,2})(?P<plain_pence>\.\d{2}))"
    r"(?P<more>\s{0,2}(?:-|–|to)\s{0,2}£?\s?\d[\d,.]{0,9}k?)?\s{0,2}"
    r"(?P<unit>(?:an?|per|/|each)\s{0,2}(?:hour|hr)\b|hourly\b|p\.?/?h\b"
    r"|(?:a|per|/)\s{0,2}(?:year|annum)\b|p\.?a\b|yearly\b)"
)
_PAID = re.compile(r"\bpaid (weekly|every week|monthly|every month|four[- ]weekly|4[- ]weekly|every four weeks)\b")
_POSTCODE = re.compile(
    r"\b[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}\b|(?<=postcode )[a-z]{1,2}\d{1,2}[a-z]?(?:\s\d)?\b", re.ASCII
)
_KG = re.compile(rf"(?:(?P<low>{_N}){_TO})?(?<![\d.])(?P<kg>{_N})\s?(?:kg|kgs|kilos?|kilograms?)\b")
_LIFTS = re.compile(
    r"\b(?:lift|lifts|lifting|carry|carries|carrying|heavy|heavier|heaviest|loads?|boxes|sacks?|bags?)\b"
)
_ON_FEET = re.compile(
    rf"\b(?P<what>standing|stand|walking|walk)\b(?: up)?(?: for)?(?: up to)? (?P<n>{_N}|an|one|two|three|four) "
    r"(?P<unit>hours?|minutes?|mins?)\b"
)
_OPENINGS = re.compile(r"\b(?P<n>[1-9]\d?|two|three|four|five|six) (?:vacancies|openings|posts|positions|jobs|roles)\b")
_NOTICE = re.compile(
    r"\brotas?\b[^.;\n]{0,30}?\b(?P<n>\d{1,2}|one|two|three|four|six) (?P<unit>days?|weeks?)[’']?\s"
    r"(?:ahead|in advance|before|notice|beforehand)\b"
)
_AGE = re.compile(
    r"\b(?:must be|aged|age|minimum age(?: is| of)?:?|must be (?:at least|over)) (?P<age>1[4-9]|2[0-5])\b(?!\s?[a-z%])"
    r"|\b(?:must be|aged|at least|over) (?P<old>1[4-9]|2[0-5])(?= (?:years old|or over|and over))"
    r"|\b(?:must be |are )?over (?P<over>1[68]|21|25)s?\b(?=[.,;\n]| only)|\b(?P<plus>1[68]|21|25)\+"
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOSES = re.compile(
    r"\b(?:closing date|closes(?: on)?|apply (?:by|before)|applications? (?:by|closes?(?: on)?)|deadline)\b:?\s{0,2}"
    r"(?:(?:is|on) )?(?:[a-z]{3,9}day,? )?"
    r"(?:(?P<d>\d{1,2})(?:st|nd|rd|th)?(?: of)? (?P<month>[a-z]{3,9}),? (?P<y>20\d\d)"
    r"|(?P<d2>\d{1,2})/(?P<m2>\d{1,2})/(?P<y2>20\d\d))\b"
)
_IN_WORDS = {"an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_MOST_KG, _MOST_OPENINGS = 100, 50


def figures(text: Sentences) -> Iterator[Found]:
    """Every figure that a field of a role takes, as it is written; what is denied is no figure."""
    for read in (_hours, _shifts, _pay, _paid, _places, _weights, _times_on_feet, _openings, _notice, _ages, _closing):
        yield from read(text)


def _each(text: Sentences, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], bool]]:
    """Every match that is told and not denied, and whether it is doubted."""
    for found in pattern.finditer(text.words):
        if text.tells(found.start()):
            manner = text.manner(found.start(), found.end())
            if manner is not Manner.DENIED:
                yield found, manner is Manner.DOUBTED


def _put(field: str, value: Any, found: re.Match[str], unsure: bool) -> Found:
    return Found(field=field, value=value, starts=found.start(), ends=found.end(), unsure=unsure)


def _hours(text: Sentences) -> Iterator[Found]:
    for found, unsure in _each(text, _HOURS):
        hours = read_work_hours(found[0]).hours
        if hours is not None:
            yield _put("hours", hours, found, unsure)
    for found, unsure in _each(text, _HOURS_LABELLED):
        hours = read_work_hours(f"{found['range']} hours a week").hours
        if hours is not None:
            yield _put("hours", hours, found, unsure)


def _shifts(text: Sentences) -> Iterator[Found]:
    for found, unsure in _each(text, _SHIFT):
        pattern = read_work_hours(found[0]).pattern
        if pattern is not None:
            yield _put("pattern", pattern, found, unsure)


def _pay(text: Sentences) -> Iterator[Found]:
    """One amount by the hour or the year; where in a range a role starts is not said."""
    for found, unsure in _each(text, _PAY):
        if found["more"] or text.words[max(0, found.start() - 3) : found.start()].rstrip().endswith(("-", "–")):
            continue
        amount = (found["pounds"] or found["plain"]).replace(",", "") + (found["pence"] or found["plain_pence"] or "")
        unit = "hour" if "h" in found["unit"].replace("each", "") else "year"
        if found["k"]:
            amount = str(float(amount) * 1000)
        salary = {"value": amount, "currency": "GBP", "unitText": unit}
        advert = Advert({"baseSalary": salary}, Where(), {})
        read_pay(advert)
        if "pay" in advert.content:
            paid = {name: _whole(amount) for name, amount in advert.content["pay"].items()}
            yield _put("pay", paid, found, unsure)


def _paid(text: Sentences) -> Iterator[Found]:
    for found, unsure in _each(text, _PAID):
        how = found[1]
        period = "four_weekly" if "four" in how or "4" in how else "monthly" if "month" in how else "weekly"
        yield _put("pay.period", period, found, unsure)


def _places(text: Sentences) -> Iterator[Found]:
    for found, unsure in _each(text, _POSTCODE):
        try:
            yield _put("location.postcode", parse_postcode(found[0]).text, found, unsure)
        except ValueError:
            continue


def _weights(text: Sentences) -> Iterator[Found]:
    """The heaviest of a range, where the words near it are about lifting; "nothing over 10 kg" is 10 kg."""
    for found in _KG.finditer(text.words):
        first, last = text.around(found.start())
        near = text.words[max(first, found.start() - 60) : min(last, found.end() + 40)]
        if text.tells(found.start()) and _LIFTS.search(near) and 0 < float(found["kg"]) <= _MOST_KG:
            manner = text.manner(found.start(), found.end())
            before = text.words[max(first, found.start() - 25) : found.start()]
            is_most = re.search(r"(?:over|above|more than|heavier than|up to|most)\s{0,2}$", before)
            if manner is not Manner.DENIED or is_most:
                yield _put("physical.lift_kg", _number(found["kg"]), found, manner is Manner.DOUBTED)


def _times_on_feet(text: Sentences) -> Iterator[Found]:
    for found, unsure in _each(text, _ON_FEET):
        field = "physical.stand_minutes" if found["what"].startswith("stand") else "physical.walk_minutes"
        yield _put(field, _number(found["n"]) * (60 if found["unit"].startswith("h") else 1), found, unsure)


def _openings(text: Sentences) -> Iterator[Found]:
    for found, unsure in _each(text, _OPENINGS):
        if (number := _number(found["n"])) <= _MOST_OPENINGS:
            yield _put("openings", number, found, unsure)


def _notice(text: Sentences) -> Iterator[Found]:
    for found, unsure in _each(text, _NOTICE):
        yield _put(
            "pattern.notice_days", _number(found["n"]) * (7 if found["unit"].startswith("w") else 1), found, unsure
        )


def _ages(text: Sentences) -> Iterator[Found]:
    for found, unsure in _each(text, _AGE):
        yield _put(
            "requirements.minimum_age",
            int(found["age"] or found["old"] or found["over"] or found["plus"]),
            found,
            unsure,
        )


def _closing(text: Sentences) -> Iterator[Found]:
    for found, unsure in _each(text, _CLOSES):
        month = (
            _MONTHS.index(found["month"][:3]) + 1 if (found["month"] or "")[:3] in _MONTHS else int(found["m2"] or 0)
        )
        try:
            day = date(int(found["y"] or found["y2"]), month, int(found["d"] or found["d2"]))
        except ValueError:
            continue
        yield _put("closes_on", day.isoformat(), found, unsure)


def _number(written: str) -> float | int:
    if written in _IN_WORDS:
        return _IN_WORDS[written]
    return _whole(float(written))


def _whole(number: float) -> float | int:
    """A whole number as such."""
    return int(number) if number.is_integer() else number
