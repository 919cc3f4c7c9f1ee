"""What is known of a job, from whom and since when: a fact gives way to a stronger or newer one, never to a weaker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

#: After so many days a fact is marked as old; it holds all the same.
OLD_AFTER = timedelta(days=90)


class FactSource(StrEnum):
    """How a fact about a job came to be known; `strength` orders them."""

    VISIT = "visit"
    PHONE = "phone"
    EMAIL = "email"
    PHOTO = "photo"
    ADVERT = "advert"
    OCCUPATION_PRIOR = "occupation_prior"

    @property
    def strength(self) -> int:
        """What was seen weighs more than what was told, and that more than what was written for everyone."""
        return _STRENGTH[self]


_STRENGTH = {
    FactSource.VISIT: 5,
    FactSource.PHONE: 4,
    FactSource.EMAIL: 4,
    FactSource.PHOTO: 3,
    FactSource.ADVERT: 2,
    FactSource.OCCUPATION_PRIOR: 0,
}


class Standing(StrEnum):
    """Whether a fact holds, stands beside a stronger one that disagrees, has been replaced, or was a mistake."""

    HOLDS = "holds"
    BESIDE = "beside"
    REPLACED = "replaced"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFact:
    """One field of a vacancy with its value in the interchange format, its source and its date.

    `field` is a path such as `pay`, `sensory.noise`, `adjustments.place.quiet_room` or `requirements.dbs`.
    `expires_on` only marks the fact as old; it never changes a verdict.
    """

    field: str
    value: Any
    source: FactSource
    observed_on: date
    expires_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedFact:
    """A fact in order of arrival; one that was taken back counts for nothing."""

    number: int
    fact: JobFact
    taken_back: bool = False

    @property
    def newness(self) -> tuple[date, int]:
        """The day it was observed, and of one day what was written down last."""
        return self.fact.observed_on, self.number

    @property
    def rank(self) -> tuple[int, tuple[date, int]]:
        """The strongest source, then the newest word."""
        return self.fact.source.strength, self.newness


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Where a fact stands among the others, and the number of the one that replaced it."""

    standing: Standing
    replaced_by: int | None = None


#: Of a pair only one can hold where the first is above the second.
_RANGES = (("hours.min", "hours.max"),)


def settled(facts: Iterable[NumberedFact]) -> dict[int, Settled]:
    """Say of every fact whether it holds, by its number.

    Of one field the strongest source holds, and its newest word. A fact is replaced by a newer one that is at least
    as strong. A newer one that is weaker stays beside, unless it says the same.
    """
    found: dict[int, Settled] = {}
    holders: dict[str, NumberedFact] = {}
    for field, group in groupby(sorted(facts, key=lambda known: known.fact.field), key=lambda known: known.fact.field):
        of_field = list(group)
        found |= {known.number: Settled(standing=Standing.TAKEN_BACK) for known in of_field if known.taken_back}
        ranked = sorted((known for known in of_field if not known.taken_back), key=lambda known: known.rank)[::-1]
        if ranked:
            holders[field] = ranked[0]
            found |= _settled_field(ranked)
    for low, high in _RANGES:
        if low in holders and high in holders:
            found |= _settled_range(holders[low], holders[high])
    return found


def _settled_field(ranked: list[NumberedFact]) -> dict[int, Settled]:
    """Settle the facts of one field, best first."""
    holder = ranked[0]
    found = {holder.number: Settled(standing=Standing.HOLDS)}
    newest = [holder]  # each weaker than the one before, and newer
    for known in ranked[1:]:
        better = next((each for each in newest if each.newness > known.newness), None)
        if better is not None:
            found[known.number] = Settled(standing=Standing.REPLACED, replaced_by=better.number)
            continue
        newest.append(known)
        agrees = known.fact.value == holder.fact.value
        found[known.number] = (
            Settled(standing=Standing.REPLACED, replaced_by=holder.number)
            if agrees
            else Settled(standing=Standing.BESIDE)
        )
    return found


def _settled_range(low: NumberedFact, high: NumberedFact) -> dict[int, Settled]:
    """Let the weaker or older of two ends give way where they contradict each other."""
    ends = low.fact.value, high.fact.value
    if not all(isinstance(end, int | float) for end in ends) or ends[0] <= ends[1]:
        return {}
    loser, winner = sorted((low, high), key=lambda known: known.rank)
    if loser.newness > winner.newness:
        return {loser.number: Settled(standing=Standing.BESIDE)}
    return {loser.number: Settled(standing=Standing.REPLACED, replaced_by=winner.number)}


_TOLD = {
    FactSource.VISIT: "the visit found",
    FactSource.PHONE: "the call said",
    FactSource.EMAIL: "the email said",
    FactSource.PHOTO: "the photo shows",
    FactSource.ADVERT: "the advert says",
    FactSource.OCCUPATION_PRIOR: "the occupation suggests",
}
_LONGEST_VALUE, _MOST_WORDS = 40, 6


def disagreement(*, newer: JobFact, holds: JobFact) -> str:
    """Say in one sentence what a newer, weaker fact and the one that holds disagree about.

    >>> said = dict(field="physical.lift_kg", observed_on=date(2026, 11, 3))
    >>> advert = JobFact(value=15, source=FactSource.ADVERT, **said)
    >>> disagreement(newer=advert, holds=JobFact(value=10, source=FactSource.VISIT, **said))
    'Physical, lift kg: the advert says 15, the visit found 10.'
    """
    told, found = _shown(newer.value), _shown(holds.value)
    if not (_short(told) and _short(found)):
        return f"{_label(newer.field)}: {_TOLD[newer.source]} something else than {_TOLD[holds.source]}."
    other = f"{_label(holds.field)}: " if holds.field != newer.field else ""
    return f"{_label(newer.field)}: {_TOLD[newer.source]} {told}, {other}{_TOLD[holds.source]} {found}."


def contradicted(field: str) -> str | None:
    """The other end of a range, which may keep a field from holding.

    >>> contradicted("hours.max")
    'hours.min'
    """
    return next((end for pair in _RANGES for end in pair if field in pair and end != field), None)


def _label(field: str) -> str:
    return field.replace("_", " ").replace(".", ", ").capitalize()


def _short(shown: str) -> bool:
    return len(shown) <= _LONGEST_VALUE and len(shown.split()) <= _MOST_WORDS


def _shown(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return ", ".join(f"{name.replace('_', ' ')} {_shown(member)}" for name, member in value.items())
        case list():
            return ", ".join(map(_shown, value)) or "nothing"
        case _:
            return str(value)
