"""Shapes that profiles and vacancies share: slugs, postcodes, times, spans of the week."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from matching.interchange.shapes import Choice, Field, ListOf, Number, OpenSlug, Parsed, Reader, Record, Slug
from matching.model.work import DAYS, MINUTES_A_DAY, MOST_WEEKLY_HOURS, Day, Span
from matching.places import parse_postcode
from matching.taxonomy import load_catalogue

WEEKLY_HOURS = Number(least=0, most=MOST_WEEKLY_HOURS)

# A qualification must not take the name of another part of its aspect, or findings could not be told apart.
_REQUIREMENT_PARTS = {
    "driving": "state a licence in 'driving'",
    "minimum_age": "state an age in 'minimum_age' or 'minimum_age_met'",
    "dbs": "state a check in 'dbs' or 'checks_to_avoid'",
    "regulated_children": "state it in 'regulated_activity' or 'legal'",
    "regulated_adults": "state it in 'regulated_activity' or 'legal'",
    "qualifications": "name the qualification itself",
}
QUALIFICATION = OpenSlug(_REQUIREMENT_PARTS)


@cache
def adjustment_slug() -> Slug:
    """A slug of the catalogue of adjustments."""
    return Slug("adjustments", tuple(entry.slug for entry in load_catalogue().adjustments))


@cache
def adjustment_slugs() -> ListOf:
    """Distinct slugs of the catalogue of adjustments."""
    return ListOf(adjustment_slug(), distinct=str)


@cache
def task_tags() -> ListOf:
    """Distinct slugs of the catalogue of task tags."""
    return ListOf(Slug("task tags", tuple(tag.slug for tag in load_catalogue().task_tags)), distinct=str)


@cache
def role_exclusions() -> ListOf:
    """Distinct slugs of the catalogue of role exclusions."""
    return ListOf(
        Slug("role exclusions", tuple(entry.slug for entry in load_catalogue().role_exclusions)), distinct=str
    )


def _postcode(text: str) -> str:
    return parse_postcode(text).text


def _area(text: str) -> str:
    if re.fullmatch(r"\s*\S+\s*\d[A-Za-z]{2}\s*", text):
        raise ValueError(f"'{text.strip()}' should be an outcode such as ME14 or a sector such as ME14 1")
    return parse_postcode(text).text


_OUTCODE = r"[A-Za-z]{1,2}\s*(\d{1,2}|\d[A-Za-z])"
_ANY_POSTCODE = rf"^\s*{_OUTCODE}(\s*\d[A-Za-z]{{2}}|\s+\d)?\s*$"
POSTCODE = Parsed(_postcode, _ANY_POSTCODE)
AREA = Parsed(_area, rf"^\s*{_OUTCODE}(\s+\d)?\s*$")


def _minute(text: str) -> int:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text, re.ASCII):
        raise ValueError(f"'{text[:20]}' should be a time from 00:00 to 23:59, such as 09:30")
    return int(text[:2]) * 60 + int(text[3:])


def _minute_or_midnight(text: str) -> int:
    return MINUTES_A_DAY if text == "24:00" else _minute(text)


def _not_empty(values: Mapping[str, Any], reader: Reader) -> None:
    if "starts" in values and values.get("ends") == values["starts"]:
        with reader.within(".to"):
            reader.refuse("is the same time as 'from'; a whole day is from 00:00 to 24:00")


SPAN_FIELDS = (
    Field("days", ListOf(Choice(Day), least=1), required=True),
    Field("from", Parsed(_minute, r"^([01]\d|2[0-3]):[0-5]\d$"), into="starts", required=True),
    Field("to", Parsed(_minute_or_midnight, r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"), into="ends", required=True),
)
SPAN_CHECKS = (_not_empty,)


def span(*, days: tuple[Day, ...], starts: int, ends: int) -> Span:
    """Build a span; an end at or before the start is on the next day."""
    in_order = tuple(day for day in DAYS if day in days)
    return Span(days=in_order, starts=starts, ends=ends if ends > starts else ends + MINUTES_A_DAY)


SPAN = Record(span, SPAN_FIELDS, SPAN_CHECKS)


def least_not_above_most(values: Mapping[str, Any], reader: Reader) -> None:
    """Refuse hours whose minimum is above their maximum."""
    least, most = values.get("least"), values.get("most")
    if least is not None and most is not None and least > most:
        with reader.within(".min"):
            reader.refuse(f"{least:g} is above 'max', which is {most:g}")
