"""What is known of a role as its page shows it: from whom, how old, what nobody knows, and what sources disagree on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.pages.labels import label
from api.pages.role_words import (
    GROUPS,
    LEVELS,
    Row,
    about_of,
    called,
    field_words,
    hours_words,
    says,
)
from api.pages.words import day, days_ago, sentence
from matching.actions.facts import Disagreement
from matching.actions.vacancies import KnownVacancy
from matching.interchange.facts import stated_facts
from matching.model.fact import FactSource, Standing
from matching.model.sensory import SensoryDimension
from matching.store.tables import VacancyFact

#: Facts that are asked for only where another makes them matter.
_FOLLOW: Mapping[str, str] = {"pay.period": "pay", "hours.negotiable": "hours"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One source's word on a field."""

    id: str
    says: str
    theirs: bool
    origin: str
    ago: str
    old: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRow:
    """Something that is known: what it is called, what it says, and where that comes from."""

    words: str
    told: Sequence[Told]
    origins: Sequence[str]
    old: bool
    #: The field to change.
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Something that nobody knows, and where it is filled in."""

    words: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is usual for this kind of job: nobody has checked it here."""

    words: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGroup:
    """What is known and what is not, under one heading."""

    slug: str
    heading: str
    known: Sequence[KnownRow]
    unknown: Sequence[Unknown]
    usual: Sequence[Usual]

    @property
    def origin(self) -> str:
        """Where all of it comes from, if that is the same for several rows."""
        found = {origin for row in self.known for origin in row.origins}
        return found.pop() if len(self.known) > 1 and len(found) == 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoWords:
    """A newer, weaker word beside the one that holds, and the question that this raises."""

    words: str
    ask: str
    href: str
    holds: Told
    beside: Told


def ask_path(vacancy_id: str, field: str) -> str:
    """Where the employer's answer about a field is written down; where no question asks for it, the fact itself is."""
    about = about_of(field)
    return f"/roles/{vacancy_id}/answer?about={about}" if about else f"/roles/{vacancy_id}/facts?about={field}"


def groups_of(known: KnownVacancy, usual: Mapping[SensoryDimension, int], today: date) -> list[KnownGroup]:
    """Everything that can be known of a role but the adjustments."""
    holds = {fact.field: fact for fact in known.facts if fact.standing is Standing.HOLDS}
    observed = {field: fact for field, fact in holds.items() if fact.source is not FactSource.OCCUPATION_PRIOR}
    found = []
    for group in GROUPS:
        rows = [_known_row(row, known.document, observed, today) for row in group.rows]
        found.append(
            KnownGroup(
                slug=group.slug,
                heading=group.heading,
                known=[row for row in rows if row is not None],
                unknown=[
                    Unknown(words=_unknown_words(field, row), href=ask_path(known.vacancy.id, field))
                    for row in group.rows
                    for field in _not_known(row, observed)
                ],
                usual=_usual(observed, holds, usual) if group.slug == "senses" else (),
            )
        )
    return found


def adjustments_of(known: KnownVacancy, today: date) -> list[KnownRow]:
    """What the employer said of adjustments."""
    facts = [fact for fact in known.facts if fact.standing is Standing.HOLDS and fact.field.startswith("adjustments.")]
    return [_row(called(fact.field), fact.field, [fact], today) for fact in facts]


def two_words(known: KnownVacancy, today: date) -> list[TwoWords]:
    """Where two sources disagree."""
    return [_two_words(each, known.vacancy.id, today) for each in known.disagreements]


def told(fact: VacancyFact, today: date) -> Told:
    """What a fact says, and where that comes from."""
    return Told(
        id=fact.id,
        says=says(fact.field, fact.value["value"]),
        theirs=field_words(fact.field).theirs,
        origin=_origin(fact),
        ago=days_ago(fact.observed_on, today),
        old=fact.expires_on is not None and fact.expires_on < today,
        note=fact.note,
    )


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What two documents say otherwise: the field, what it said and what it says then."""
    earlier, later = (_stated(document) for document in (before, after))
    return [
        (field, _said(field, earlier), _said(field, later))
        for field in dict.fromkeys([*earlier, *later])
        if earlier.get(field) != later.get(field)
    ]


def _stated(document: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: document[name] for name in ("employer", "source", "status", "visibility") if name in document}
    return {**kept, **dict(stated_facts(document))}


def _said(field: str, stated: Mapping[str, Any]) -> str:
    return says(field, stated[field]) if field in stated else "Not known"


def _known_row(
    row: Row, document: Mapping[str, Any], observed: Mapping[str, VacancyFact], today: date
) -> KnownRow | None:
    facts = [observed[field] for field in row.fields if field in observed]
    if not facts:
        return None
    shown = _row(row.words, facts[0].field, facts, today)
    if {"hours.min", "hours.max"} <= {fact.field for fact in facts}:
        # The two ends are one thing to read.
        both = Told(id="", says=hours_words(document), theirs=False, origin="", ago="", old=False, note="")
        rest = [each for fact, each in zip(facts, shown.told, strict=True) if fact.field == "hours.negotiable"]
        return KnownRow(words=row.words, told=[both, *rest], origins=shown.origins, old=shown.old, field=shown.field)
    return shown


def _row(words: str, field: str, facts: Sequence[VacancyFact], today: date) -> KnownRow:
    each = [told(fact, today) for fact in facts]
    return KnownRow(
        words=words,
        told=each,
        origins=list(dict.fromkeys(f"{one.origin}, {one.ago}" for one in each)),
        old=any(one.old for one in each),
        field=field,
    )


def _origin(fact: VacancyFact) -> str:
    worked_out = " Nobody said so: it was worked out." if fact.derived else ""
    return f"{label(fact.source)} on {day(fact.observed_on)}{'.' if worked_out else ''}{worked_out}"


def _not_known(row: Row, observed: Mapping[str, VacancyFact]) -> list[str]:
    """The fields of a row to ask for: its first, and those that matter once that is known."""
    if not any(field in observed for field in row.fields):
        return [row.fields[0]]
    first = row.fields[0]
    if first.startswith("sensory."):
        level = observed[first].value["value"] if first in observed else {}
        if (level.get("peak") or 0) <= level.get("typical", 0):
            return []
        return [field for field in row.fields[1:] if field not in observed]
    if first == "pattern":
        pattern = observed[first].value["value"] if first in observed else {}
        return (
            ["pattern.notice_days"] if pattern.get("kind") == "rota" and "pattern.notice_days" not in observed else []
        )
    return [field for field in row.fields if field not in observed]


def _unknown_words(field: str, row: Row) -> str:
    return row.words if field == row.fields[0] and field == "hours.min" else called(field)


def _usual(
    observed: Mapping[str, VacancyFact], holds: Mapping[str, VacancyFact], usual: Mapping[SensoryDimension, int]
) -> list[Usual]:
    """Levels of senses of which nobody knows: what the job's own prior says, else what its title suggests."""
    found = []
    for dimension in SensoryDimension:
        field = f"sensory.{dimension}"
        stated = holds[field].value["value"].get("typical") if field in holds else None
        level = stated if stated is not None else usual.get(dimension)
        if field not in observed and level is not None:
            found.append(Usual(words=label(dimension), says=LEVELS[int(level)]))
    return found


def _two_words(each: Disagreement, vacancy_id: str, today: date) -> TwoWords:
    words = field_words(each.field)
    return TwoWords(
        words=words.words,
        ask=words.ask or f"{sentence(words.words)}: which is right?",
        href=ask_path(vacancy_id, each.field),
        holds=told(each.holds, today),
        beside=told(each.beside, today),
    )
