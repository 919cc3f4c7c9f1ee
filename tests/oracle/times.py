"""Hours, availability and shift: what matching.md says of when and how long a job is worked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from tests.oracle.completion import Expected, Findings, Verdict, complete, when, with_midpoints
from tests.oracle.stated import Raw, number_at, stated, stated_or
from tests.oracle.week import NIGHT, WEEKEND, WHOLE_WEEK, Minutes, each_day, length_minutes, minutes_of, united

LEAST_HOURS, MOST_HOURS = 0, 168

Span = tuple[str, str, str]


def hours_fillings(vacancy: Raw, critical: Iterable[Fraction | int | None]) -> Iterator[tuple[Fraction, Fraction]]:
    """Yield every (least, most) weekly hours the job may have, trying the critical numbers and between them."""
    least, most = number_at(vacancy, "hours", "min"), number_at(vacancy, "hours", "max")
    known = [value for value in (least, most, *critical) if value is not None]
    values = with_midpoints(v for v in (LEAST_HOURS, MOST_HOURS, *known) if LEAST_HOURS <= v <= MOST_HOURS)
    for low in [least] if least is not None else values:
        for high in [most] if most is not None else values:
            if low <= high:
                yield low, high


def hours_findings(profile: Raw, vacancy: Raw) -> Findings:
    """Judge the aspect hours."""
    found: Findings = {}
    person_least, person_most = number_at(profile, "hours", "min"), number_at(profile, "hours", "max")
    if person_least is not None or person_most is not None:
        negotiable = stated_or("no", vacancy, "hours", "negotiable")

        def meets(job_least: Fraction, job_most: Fraction) -> Verdict:
            low_enough = person_most is None or job_least <= person_most
            high_enough = person_least is None or job_most >= person_least
            if low_enough and high_enough:
                return "ok"
            return "conflict" if negotiable == "no" else "unknown"

        found["hours", "weekly_hours"] = Expected(
            verdict=complete(meets(*hours) for hours in hours_fillings(vacancy, (person_least, person_most))),
            absolute=stated_or(True, profile, "hours", "hard"),
        )
    cap = number_at(profile, "hours", "legal_cap")
    if cap is not None:
        found["hours", "legal_cap"] = Expected(
            verdict=complete(when(least <= cap) for least, _ in hours_fillings(vacancy, (cap,))),
            absolute=True,
        )
    return found


def listed_shifts(vacancy: Raw) -> list[Span]:
    """Return the listed shifts one a day; none when missing or empty."""
    return each_day(stated(vacancy, "pattern", "shifts") or [])


def pattern_kind(vacancy: Raw) -> str:
    """Return fixed, rota or flexible."""
    kind: str = stated_or("fixed", vacancy, "pattern", "kind")
    return kind


def enough(vacancy: Raw, minutes: int) -> Verdict:
    """Judge a sum of minutes: more than nothing and at least the job's least hours, which may be unknown."""
    hours = Fraction(minutes, 60)
    return complete(when(hours > 0 and hours >= least) for least, _ in hours_fillings(vacancy, (hours,)))


def availability_verdict(vacancy: Raw, usable: Minutes) -> Verdict:
    """Judge the job's pattern against the minutes that the person can use."""
    shifts = listed_shifts(vacancy)
    if not shifts:
        return "unknown"
    wholly_usable = [shift for shift in shifts if minutes_of(*shift) <= usable]
    match pattern_kind(vacancy):
        case "fixed":
            return when(len(wholly_usable) == len(shifts))
        case "rota":
            return enough(vacancy, len(united(wholly_usable)))
        case _:
            return enough(vacancy, len(united(shifts) & usable))


def availability_findings(profile: Raw, vacancy: Raw) -> Findings:
    """Judge the aspect availability."""
    windows = stated(profile, "availability") or []

    def of_kind(*kinds: str) -> list[Any]:
        return [window for window in windows if stated_or("can", window, "kind") in kinds]

    cannot = united(each_day(of_kind("cannot")))
    found: Findings = {}
    if inside := of_kind("can", "prefer"):
        found["availability", "can"] = Expected(
            verdict=availability_verdict(vacancy, united(each_day(inside)) - cannot),
            absolute=stated_or(True, profile, "availability_hard"),
        )
    if of_kind("cannot"):
        found["availability", "cannot"] = Expected(
            verdict=availability_verdict(vacancy, WHOLE_WEEK - cannot),
            absolute=True,
        )
    return found


def shift_verdict(vacancy: Raw, within: Callable[[Span], bool], allowed: Minutes) -> Verdict:
    """Judge the listed shifts against one limit: `within` for a whole shift, `allowed` for the minutes of a window."""
    shifts = listed_shifts(vacancy)
    if not shifts:
        return "unknown"
    whole = [shift for shift in shifts if within(shift)]
    if len(whole) == len(shifts):
        return "ok"
    match pattern_kind(vacancy):
        case "fixed":
            return "conflict"
        case "rota":
            return enough(vacancy, len(united(whole)))
        case _:
            return enough(vacancy, len(united(shifts) & allowed))


def shift_findings(profile: Raw, vacancy: Raw) -> Findings:
    """Judge the aspect shift."""
    found: Findings = {}
    longest = number_at(profile, "shift", "max_hours")
    if longest is not None:
        limit = longest

        def short_enough(shift: Span) -> bool:
            # A flexible window has no length: the worker chooses how much of it to work.
            return pattern_kind(vacancy) == "flexible" or Fraction(length_minutes(shift[1], shift[2]), 60) <= limit

        found["shift", "length"] = Expected(verdict=shift_verdict(vacancy, short_enough, WHOLE_WEEK), absolute=True)
    for part, unwanted in (("nights", NIGHT), ("weekends", WEEKEND)):
        if stated(profile, "shift", part) == "no":
            allowed = WHOLE_WEEK - unwanted
            verdict = shift_verdict(vacancy, wholly_inside(allowed), allowed)
            found["shift", part] = Expected(verdict=verdict, absolute=True)
    return found


def wholly_inside(allowed: Minutes) -> Callable[[Span], bool]:
    """Return the test whether every minute of a shift is allowed."""
    return lambda shift: minutes_of(*shift) <= allowed
