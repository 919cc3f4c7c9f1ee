"""Weekly hours and shifts out of an advert's words, but only where the words leave no doubt."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_WEEKLY_HOURS = 168
_LONGEST_TEXT = 300
# More listed time than this is when a place is open, not when one person works.
_MOST_LISTED_HOURS = 60
_LONGEST_BREAK_HOURS = 1

_NUMBER = r"\d{1,3}(?:\.\d{1,2})?"
_RANGE = rf"(?P<least>{_NUMBER})(?:\s*(?:-|to|and)\s*(?P<most>{_NUMBER}))?"
_HOUR = r"(?:hours?|hrs?|h)\b\.?"
_A_WEEK = r"(?:(?:per|a|each|every|/)\s*(?:week|wk)\b|weekly\b|p\.?\s?w\b\.?)"
_BEFORE = (
    r"(?P<before>up to|at least|no more than|(?:a )?maximum of|maximum|max|(?:a )?minimum of|minimum|min|between|from)?"
    r":?\s*"
)
_AFTER = r"(?:\s*\(?(?P<after>maximum|max|minimum|min|or more|or less)\b\)?)?"
_HOURS_A_WEEK = re.compile(
    rf"{_BEFORE}(?<![\d.,:x/£+-])(?<!x\s){_RANGE}\s*-?\s*(?:{_HOUR}\s*{_A_WEEK}|{_HOUR}\s*week\b){_AFTER}"
)
_HOURS_A_WEEK_THEN_NUMBER = re.compile(
    rf"(?:weekly\s+hours|{_HOUR}\s*{_A_WEEK})\s*:\s*(?P<before>){_RANGE}(?![\d.,:+-])(?!\s*(?:{_HOUR}|am|pm))(?P<after>)"
)
_MOST_WORDS = ("up to", "no more than", "a maximum of", "maximum of", "maximum", "max", "or less")
_LEAST_WORDS = ("at least", "a minimum of", "minimum of", "minimum", "min", "or more")
# Any of these, and the words no longer say what every week looks like.
_DOUBT = re.compile(
    r"\b(?:about|around|approx\w*|averag\w*|avg|circa|ca|roughly|nearly|almost|plus|overtime|or(?! (?:more|less)\b)|"
    r"fortnight\w*|month\w*|annual\w*|year\w*|term|alternat\w*|every other|second|typical\w*|usual\w*|normal\w*|"
    r"mainly|mostly|some|sometimes|occasional\w*|may|might|could|can|will|var(?:y|ies|ied|iable)|vari(?:ety|ous)|"
    r"negotiable|discuss\w*|depend\w*|subject|initial\w*|first|then|rising|increas\w*|reduc\w*|training|probation|"
    r"except|excluding|not|no(?! more than\b)|week \d|weeks|rotat\w*|rota|e\.g|eg|tbc|tba|etc|\d+ in \d+|seasonal\w*)\b"
    r"|\b(?:shifts?|days?|weeks?)\s+of\s+\d|[~±+?%]|\bc\.|\b\d+\s*x\b"
)

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = r"(?:mon|tues|tue|weds|wednes|wed|thurs|thur|thu|fri|satur|sat|sun)(?:days?)?"
_DAY_RANGE = rf"(?:{_DAY}\s*(?:-|to|through|until)\s*{_DAY}|{_DAY}|weekdays|weekends)"
_TIME = r"(?:\d{1,2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\b\.?)?|noon|midday|midnight)"
_SOME_DAYS = rf"(?P<days>{_DAY_RANGE}(?:\s*(?:,\s*and|,|and|&)\s*{_DAY_RANGE})*)"
_TIMES = rf"(?:from\s+|between\s+)?(?P<starts>{_TIME})\s*(?:-|to|until|till|and)\s*(?P<ends>{_TIME})"
_DAYS_FIRST = re.compile(rf"{_SOME_DAYS}\s*[,:(]?\s*{_TIMES}\)?")
_TIMES_FIRST = re.compile(rf"{_TIMES}\s*[,:(]?\s*(?:on\s+|from\s+)?{_SOME_DAYS}\)?")
_BETWEEN_SHIFTS = re.compile(r"\s*(?:;|,|\band\b|&|\n)?\s*")
_SAYS_NOTHING = re.compile(r"\b(?:full|part)[ -]?time\b|\b(?:working )?hours:?|\b(?:per|a) week\b")
_EDGES = " \n,;:.()-"
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s*(?P<half>[ap])?")


@dataclass(frozen=True, slots=True)
class StatedWork:
    """What a text says plainly, in the interchange format; `None` for what it leaves open.

    `unread` holds if there were words that went into neither.
    """

    hours: dict[str, float] | None = None
    pattern: dict[str, object] | None = None
    unread: bool = True


def read_work_hours(text: str) -> StatedWork:
    """Read a text such as `Monday to Friday 9am to 3pm, 30 hours per week`.

    >>> read_work_hours("20 to 25 hours a week").hours
    {'min': 20, 'max': 25}
    >>> read_work_hours("about 20 hours a week").hours is None
    True
    """
    words = _normal(text)
    if len(words) > _LONGEST_TEXT or _DOUBT.search(words):
        return StatedWork()
    found = [*_HOURS_A_WEEK.finditer(words), *_HOURS_A_WEEK_THEN_NUMBER.finditer(words)]
    if len(found) > 1:
        return StatedWork()
    hours = _hours(found[0]) if found else None
    if found and hours is None:
        return StatedWork()
    rest = words[: found[0].start()] + " " + words[found[0].end() :] if found else words
    rest = _SAYS_NOTHING.sub(" ", rest).strip(_EDGES)
    pattern = _pattern(rest, hours)
    return StatedWork(hours, pattern, unread=bool(rest) and pattern is None)


def _normal(text: str) -> str:
    words = text.lower().replace("½", ".5").replace("–", "-").replace("—", "-").replace("−", "-")
    return re.sub(r"[^\S\n]+", " ", words).strip()


def _hours(found: re.Match[str]) -> dict[str, float] | None:
    least = _number(found["least"])
    most = _number(found["most"]) if found["most"] else None
    qualifiers = {word for word in (found["before"], found["after"]) if word} - {"between", "from"}
    if not 0 < (most or least) <= MOST_WEEKLY_HOURS or (most is not None and most < least):
        return None
    if found["before"] in ("between", "from") and most is None:
        return None
    if not qualifiers:
        return {"min": least, "max": least if most is None else most}
    if most is not None or len(qualifiers) > 1:
        return None
    return {"max": least} if qualifiers <= set(_MOST_WORDS) else {"min": least}


def _number(digits: str) -> float:
    return float(digits) if "." in digits else int(digits)


def _pattern(rest: str, hours: dict[str, float] | None) -> dict[str, object] | None:
    """Read shifts if days and times are all that the text says, and fit the weekly hours if it states them."""
    shifts: list[dict[str, object]] = []
    listed_minutes = 0
    seen: set[str] = set()
    at = 0
    while at < len(rest):
        found = _DAYS_FIRST.match(rest, at) or _TIMES_FIRST.match(rest, at)
        times = _times(found["starts"], found["ends"]) if found else None
        if not found or not times:
            return None
        days = _days(found["days"])
        # A day in two lines may be a split shift or two shifts to choose from.
        if not days or seen & set(days):
            return None
        seen |= set(days)
        shifts.append({"days": days, "from": _clock(times[0]), "to": _clock(times[1])})
        listed_minutes += len(days) * ((times[1] - times[0]) % 1440 or 1440)
        at = found.end()
        gap = _BETWEEN_SHIFTS.match(rest, at)
        at = gap.end() if gap else at
    if not shifts or not _believable(listed_minutes / 60, len(seen), hours):
        return None
    return {"kind": "fixed", "shifts": shifts}


def _believable(listed_hours: float, worked_days: int, hours: dict[str, float] | None) -> bool:
    """Whether one person works all of it: with breaks taken off it must meet the weekly hours."""
    if hours is None:
        return listed_hours <= _MOST_LISTED_HOURS
    paid_at_least = listed_hours - worked_days * _LONGEST_BREAK_HOURS
    return listed_hours >= hours.get("min", 0) and paid_at_least <= hours.get("max", MOST_WEEKLY_HOURS)


def _days(text: str) -> list[str]:
    """Return the days in the order of the week; none if one is named twice or a range runs backwards."""
    names: list[str] = []
    for part in re.split(r"\s*(?:,\s*and\b|,|\band\b|&)\s*", text):
        if part in ("weekdays", "weekends"):
            names += _DAYS[:5] if part == "weekdays" else _DAYS[5:]
            continue
        ends = [_DAYS.index(end[:3]) for end in re.findall(_DAY, part)]
        if ends[-1] < ends[0]:
            return []
        names += _DAYS[ends[0] : ends[-1] + 1]
    return sorted(names, key=_DAYS.index) if len(set(names)) == len(names) else []


def _times(starts: str, ends: str) -> tuple[int, int] | None:
    """Return both times in minutes of the day if neither can mean anything else."""
    first, last = _minutes(starts), _minutes(ends)
    if first is None or last is None or first in (last, 1440):
        return None
    clock_times = [time for time in (starts, ends) if _CLOCK.match(time)]
    on_twelve = [bool(_CLOCK.fullmatch(_bare(time))["half"]) for time in clock_times]  # type: ignore[index]
    if any(on_twelve) != all(on_twelve):
        return None
    on_the_24_hour_clock = not any(on_twelve)
    if on_the_24_hour_clock and not _plainly_24_hours(clock_times):
        return None
    return first, last


def _bare(time: str) -> str:
    return re.sub(r"(?<=[ap])\.?m?\.?$", "", time.strip())


def _plainly_24_hours(times: list[str]) -> bool:
    """`9:00-5:00` may mean the afternoon; `09:00-17:00` cannot."""
    minutes_given = all(re.search(r"[:.]", time) for time in times)
    two_digits = all(re.match(r"\d\d[:.]", time) for time in times)
    past_noon = any(int(re.match(r"\d+", time)[0]) > 12 for time in times)  # type: ignore[index]
    return minutes_given and (two_digits or past_noon)


def _minutes(time: str) -> int | None:
    if time in ("noon", "midday"):
        return 720
    if time == "midnight":
        return 1440
    found = _CLOCK.fullmatch(_bare(time))
    if not found:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] == "p" else 0)
    if minute > 59 or hour * 60 + minute > 1440:
        return None
    return hour * 60 + minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
