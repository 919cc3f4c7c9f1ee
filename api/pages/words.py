"""How pages say dates, money and numbers, in the style of GOV.UK; each is a filter of the templates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

_LONDON = ZoneInfo("Europe/London")
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


def day(value: date | str | None) -> str:
    """A date in words.

    >>> day(date(2026, 3, 7))
    '7 March 2026'
    """
    if value is None or value == "":
        return "not known"
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    if isinstance(value, datetime):
        value = value.astimezone(_LONDON).date()
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def clock(value: str | datetime) -> str:
    """A time of day.

    >>> [clock("09:30"), clock("12:00"), clock("00:00"), clock("17:00")]
    ['9:30am', 'midday', 'midnight', '5pm']
    """
    if isinstance(value, datetime):
        value = value.astimezone(_LONDON).strftime("%H:%M")
    hours, minutes = (int(part) for part in value.split(":")[:2])
    if minutes == 0 and hours in (0, 12, 24):
        return "midday" if hours == 12 else "midnight"
    half = "am" if hours % 24 < 12 else "pm"
    return f"{hours % 12 or 12}{f':{minutes:02}' if minutes else ''}{half}"


def moment(value: datetime) -> str:
    """A date and a time of day."""
    return f"{day(value)} at {clock(value)}"


def money(pounds: float | None) -> str:
    """An amount in pounds.

    >>> [money(12.5), money(13.0), money(1250)]
    ['£12.50', '£13', '£1,250']
    """
    if pounds is None:
        return "not known"
    return f"£{pounds:,.0f}" if round(pounds, 2) == int(pounds) else f"£{pounds:,.2f}"


def pence(value: int | None) -> str:
    """An amount in pence, said in pounds."""
    return money(None if value is None else value / 100)


def number(value: float | None) -> str:
    """A number without needless figures."""
    if value is None:
        return "not known"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def count(value: int, thing: str, things: str = "") -> str:
    """Some things, counted.

    >>> [count(1, "role"), count(2, "role"), count(0, "person", "people")]
    ['1 role', '2 roles', 'no people']
    """
    plural = things or f"{thing}s"
    if value == 0:
        return f"no {plural}"
    return f"{value:,} {thing if value == 1 else plural}"


def days_ago(value: date | None, today: date) -> str:
    """How long ago a day was, as people say it."""
    if value is None:
        return "not yet"
    gone = (today - value).days
    if gone == 0:
        return "today"
    if gone < 0:
        return "tomorrow" if gone == -1 else f"in {-gone} days"
    return "yesterday" if gone == 1 else f"{gone} days ago"


def joined(parts: Iterable[str], last: str = "and") -> str:
    """Words as a list in a sentence.

    >>> joined(["tea", "toast", "jam"])
    'tea, toast and jam'
    """
    items = list(parts)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""


def sentence(value: str) -> str:
    """Words with a capital at the start."""
    return value[:1].upper() + value[1:]


FILTERS = {
    "day": day,
    "clock": clock,
    "moment": moment,
    "money": money,
    "pence": pence,
    "number": number,
    "count": count,
    "days_ago": days_ago,
    "joined": joined,
    "sentence": sentence,
}
