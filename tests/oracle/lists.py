"""What follows from findings: excluded or not, the band, the one concession, who else it opens for, and the spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from tests.oracle.catalogue import OracleCatalogue
from tests.oracle.completion import Findings, Part
from tests.oracle.conditions import plain_name
from tests.oracle.needs import liftable_by_one_mitigation
from tests.oracle.stated import Raw, number_at, stated, stated_or

BAND_ASPECTS = frozenset({"hours", "availability", "shift", "adjustments", "sensory", "travel", "pay", "physical"})
SPREAD_OVER, MOST_OF_ONE_EMPLOYER = 10, 3

Concession = tuple[str, ...]


def because(findings: Findings) -> set[Part]:
    """Return every absolute part in conflict."""
    return {part for part, finding in findings.items() if finding.absolute and finding.verdict == "conflict"}


def excluded(findings: Findings) -> bool:
    """Say whether the vacancy is out: if and only if at least one absolute part is in conflict."""
    return bool(because(findings))


def band(findings: Findings) -> str:
    """Return the band of a vacancy that is not excluded."""
    for (aspect, _), finding in findings.items():
        if aspect in BAND_ASPECTS and finding.absolute and finding.verdict == "unknown":
            return "ask_first"
    return "fits_what_we_know"


def is_open(vacancy: Raw, as_of: date) -> bool:
    """Say whether the vacancy is open on the day, both dates included, a missing date being no bound."""
    opens_on, closes_on = stated(vacancy, "opens_on"), stated(vacancy, "closes_on")
    return (
        stated_or("open", vacancy, "status") == "open"
        and (opens_on is None or date.fromisoformat(opens_on) <= as_of)
        and (closes_on is None or as_of <= date.fromisoformat(closes_on))
    )


def concession_of(profile: Raw, vacancy: Raw, part: Part, catalogue: OracleCatalogue) -> Concession | None:
    """Return the concession by which the employer could lift one conflict, or None if it could not."""
    match part:
        case ("hours", _):
            return ("hours",)
        case ("availability" | "shift", _):
            return ("availability_and_shift",)
        case ("adjustments", slug):
            return ("adjustments", slug)
        case ("sensory", dimension):
            liftable = liftable_by_one_mitigation(profile, vacancy, dimension, catalogue)
            return ("sensory", dimension) if liftable else None
        case ("pay", _):
            return ("pay",)
        case ("travel", "remote"):
            return ("remote",)
        case _:
            return None


def concession(profile: Raw, vacancy: Raw, findings: Findings, catalogue: OracleCatalogue) -> Concession | None:
    """Return the one concession that opens an excluded vacancy, or None when it is not on the negotiation list."""
    asked = {concession_of(profile, vacancy, part, catalogue) for part in because(findings)}
    return asked.pop() if len(asked) == 1 else None


def count_opened(concessions: Iterable[Concession | None]) -> Counter[Concession]:
    """Count for each concession the profiles that it opens the vacancy for."""
    return Counter(one for one in concessions if one is not None)


def spread(order: Sequence[tuple[str, str]]) -> list[str]:
    """Return the refs of (ref, employer) in score order after the spread across employers, before any stretch."""
    left = list(order)
    taken: list[tuple[str, str]] = []
    while left and len(taken) < SPREAD_OVER:
        among = Counter(plain_name(employer) for _, employer in taken)
        allowed = [entry for entry in left if among[plain_name(entry[1])] < MOST_OF_ONE_EMPLOYER]
        following = (allowed or left)[0]
        left.remove(following)
        taken.append(following)
    return [ref for ref, _ in taken + left]


def weekly_pay(vacancy: Raw) -> tuple[Fraction, Fraction] | None:
    """Return the least and the most pounds a week; None when pay, or the hours it needs, are not stated."""
    hourly, annual = number_at(vacancy, "pay", "hourly"), number_at(vacancy, "pay", "annual")
    if hourly is not None:
        hours = [h for h in (number_at(vacancy, "hours", "min"), number_at(vacancy, "hours", "max")) if h is not None]
        return (hourly * min(hours), hourly * max(hours)) if hours else None
    return None if annual is None else (annual / 52, annual / 52)


def limits_crossed(vacancy: Raw, weekly_limits: Mapping[str, Fraction]) -> set[str]:
    """Return the names of the limits, in pounds a week, that the most the job may pay is above."""
    pay = weekly_pay(vacancy)
    return set() if pay is None else {name for name, limit in weekly_limits.items() if pay[1] > limit}
