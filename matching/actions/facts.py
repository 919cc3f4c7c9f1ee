"""What is done with facts about a vacancy: recorded with their source, settled, taken back, put into its document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from matching.actions import index
from matching.actions.days import local_day
from matching.actions.events import record
from matching.errors import Invalid, NotFound, Problem, Stale, Where
from matching.interchange import read_vacancy
from matching.interchange.facts import KEPT_APART, facts_in, field_for_question, put_together
from matching.interchange.shapes import Day, Reader
from matching.model.fact import (
    OLD_AFTER,
    FactSource,
    JobFact,
    NumberedFact,
    Settled,
    Standing,
    contradicted,
    disagreement,
    settled,
)
from matching.model.people import Actor, Permission
from matching.model.sensory import SensorySource
from matching.permissions import can_see_vacancy, check
from matching.store import Page, Store, new_id
from matching.store.tables import VacancyFact, VacancyRow, VacancyVersion

__all__ = [
    "Because",
    "Disagreement",
    "Recorded",
    "disagreements",
    "fact_history",
    "field_for_question",
    "record_fact",
    "take_back_fact",
]


class Because(StrEnum):
    """Why a vacancy has a new version."""

    LOGGED = "logged"
    CARVED = "carved"
    IMPORTED = "imported"
    FACTS = "facts"
    TAKEN_BACK = "taken_back"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    PAUSED = "paused"
    FILLED = "filled"
    CLOSED = "closed"
    REOPENED = "reopened"
    SHARED = "shared"
    RENAMED = "renamed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Facts that were written down, one a field, and the version they made; none if nothing else holds now."""

    vacancy: VacancyRow
    facts: tuple[VacancyFact, ...]
    version: VacancyVersion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A newer, weaker fact beside the stronger one that holds: a question for the employer."""

    field: str
    beside: VacancyFact
    holds: VacancyFact
    sentence: str


def record_fact(*, vacancy_id: str, facts: Sequence[JobFact], by: Actor, at: datetime, store: Store) -> Recorded:
    """Write down what a visit, a call or an advert showed; every problem is named by its field, or all is taken.

    A fact may stand at an object, such as `hours`: then its members are recorded one by one. It replaces weaker
    and equal facts that are older; beside a stronger one that disagrees it waits for an answer. The same fact twice is
    one fact.
    """
    check(by, Permission.VACANCIES_WRITE)
    vacancy = visible_vacancy(vacancy_id, by=by, store=store, locked=True)
    written = write_facts(vacancy, taken_apart(facts), by=by, at=at, store=store)
    version = revise(vacancy, because=Because.FACTS, by=by, at=at, store=store)
    fields = sorted({fact.field for fact in written})
    record(store, "vacancy.facts_recorded", by=by, at=at, of=("vacancy", vacancy.id), fields=fields)
    return Recorded(vacancy=vacancy, facts=tuple(written), version=version)


def take_back_fact(*, vacancy_id: str, fact_id: str, version: int, by: Actor, at: datetime, store: Store) -> VacancyRow:
    """Take back a fact that was a mistake: what it replaced holds again, and it stays in the history."""
    check(by, Permission.VACANCIES_WRITE)
    vacancy = visible_vacancy(vacancy_id, by=by, store=store, locked=True)
    check_version(vacancy, version)
    fact = next((each for each in store.vacancies.facts(vacancy.id) if each.id == fact_id), None)
    if fact is None or fact.standing is Standing.TAKEN_BACK:
        raise NotFound("There is no such fact.")
    fact.standing = Standing.TAKEN_BACK
    revise(vacancy, because=Because.TAKEN_BACK, by=by, at=at, store=store)
    record(store, "vacancy.fact_taken_back", by=by, at=at, of=("vacancy", vacancy.id), fact=fact.id)
    return vacancy


def fact_history(
    *, vacancy_id: str, field: str | None, after: int, limit: int, by: Actor, store: Store
) -> Page[VacancyFact]:
    """Every fact that was ever recorded, in order of arrival."""
    check(by, Permission.VACANCIES_READ)
    vacancy = visible_vacancy(vacancy_id, by=by, store=store)
    return store.vacancies.fact_page(vacancy.id, field=field, after=after, limit=limit)


def disagreements(facts: Iterable[VacancyFact]) -> list[Disagreement]:
    """What stands beside the facts that hold, among those of one vacancy."""
    present = list(facts)
    holds = {fact.field: fact for fact in present if fact.standing is Standing.HOLDS}
    found = []
    for fact in present:
        # Where the ends of a range contradict each other, the other end is what holds.
        holder = holds.get(fact.field) or holds.get(contradicted(fact.field) or "")
        if fact.standing is Standing.BESIDE and holder is not None:
            sentence = disagreement(newer=_job_fact(fact), holds=_job_fact(holder))
            found.append(Disagreement(field=fact.field, beside=fact, holds=holder, sentence=sentence))
    return found


# What the other actions on vacancies use too


def visible_vacancy(vacancy_id: str, *, by: Actor, store: Store, locked: bool = False) -> VacancyRow:
    """The vacancy with an id, if the asker may see it; to who may not it does not exist."""
    vacancy = store.vacancies.locked(vacancy_id) if locked else store.vacancies.get(vacancy_id)
    if not can_see_vacancy(by, vacancy):
        raise NotFound("There is no such vacancy.")
    return vacancy


def check_version(vacancy: VacancyRow, version: int) -> None:
    """Refuse a change that was made to an older version."""
    if vacancy.version != version:
        raise Stale("Somebody has changed this vacancy since.", version=vacancy.version)


def taken_apart(facts: Iterable[JobFact]) -> list[JobFact]:
    """The same facts, one a field that can be known on its own; a sensory level's own source and date are kept."""
    return [
        replace(stated, field=field, value=_plain(value))
        for fact in facts
        for stated in map(_with_own_origin, _by_dimension(fact))
        for field, value in facts_in(stated.field, stated.value)
    ]


def check_facts(facts: Sequence[JobFact], known: Sequence[VacancyFact], *, today: date) -> None:
    """Refuse facts that cannot be: each source's are read beside what holds, so that every problem has its field."""
    if not facts:
        raise Invalid([Problem(Where(field="facts"), "should state at least one fact")])
    problems = [
        Problem(Where(field="observed_on"), "is in the future")
        for observed_on in {fact.observed_on for fact in facts}
        if observed_on > today
    ]
    problems += [
        Problem(Where(field=fact.field), "an occupation suggests sensory levels alone")
        for fact in facts
        if fact.source is FactSource.OCCUPATION_PRIOR and not fact.field.startswith("sensory.")
    ]
    problems += [
        Problem(Where(field=fact.field), "is kept beside the facts and cannot be recorded as one")
        for fact in facts
        if fact.field in KEPT_APART
    ]
    holds = {fact.field: fact.value["value"] for fact in known if fact.standing is Standing.HOLDS}
    in_order = sorted(facts, key=lambda fact: (fact.source.value, fact.observed_on))
    for _, group in groupby(in_order, key=lambda fact: (fact.source.value, fact.observed_on)):
        problems += _unreadable(list(group), holds)
    if problems:
        raise Invalid(list(dict.fromkeys(problems)))


def write_facts(
    vacancy: VacancyRow,
    facts: Sequence[JobFact],
    *,
    by: Actor,
    at: datetime,
    store: Store,
    derived: frozenset[str] = frozenset(),
) -> list[VacancyFact]:
    """Add facts that were taken apart to what is known of a vacancy that is locked; `revise` settles them."""
    known = store.vacancies.facts(vacancy.id)
    check_facts(facts, known, today=local_day(at))
    same_day = {(fact.field, fact.source, fact.observed_on): fact for fact in known if _counts(fact)}
    number = known[-1].number if known else 0
    written = []
    for fact in facts:
        there = same_day.get((fact.field, fact.source, fact.observed_on))
        if there is not None and there.value["value"] == fact.value:
            written.append(there)
            continue
        number += 1
        row = VacancyFact(
            id=new_id(at),
            vacancy_id=vacancy.id,
            number=number,
            field=fact.field,
            value={"value": fact.value},
            source=fact.source,
            observed_on=fact.observed_on,
            expires_on=fact.expires_on or fact.observed_on + OLD_AFTER,
            note=fact.note,
            derived=fact.field in derived,
            standing=Standing.HOLDS,
            recorded_by=by.user_id,
            recorded_at=at,
        )
        store.vacancies.add(row)
        written.append(row)
    return written


def revise(vacancy: VacancyRow, *, because: Because, by: Actor, at: datetime, store: Store) -> VacancyVersion | None:
    """Settle the facts of a vacancy that is locked, and write its next version if it reads differently now."""
    document, derived = _assembled(vacancy, store)
    latest = store.vacancies.latest(vacancy) if vacancy.version else None
    if latest is not None and latest.document == document and latest.derived_fields == derived:
        return None
    return _written(vacancy, document, derived, because=because, by=by, at=at, store=store)


def revise_anyway(vacancy: VacancyRow, *, because: Because, by: Actor, at: datetime, store: Store) -> VacancyVersion:
    """The same where something changed that the document does not tell, such as whose the role is."""
    document, derived = _assembled(vacancy, store)
    return _written(vacancy, document, derived, because=because, by=by, at=at, store=store)


def _written(
    vacancy: VacancyRow,
    document: dict[str, Any],
    derived: list[str],
    *,
    because: Because,
    by: Actor,
    at: datetime,
    store: Store,
) -> VacancyVersion:
    vacancy.title = document["title"]
    vacancy.version += 1
    version = VacancyVersion(
        id=new_id(at),
        vacancy_id=vacancy.id,
        version=vacancy.version,
        document=document,
        derived_fields=derived,
        because=because.value,
        written_by=by.user_id,
        written_at=at,
    )
    store.vacancies.add(version)
    index.publish(store, vacancy, version, at)
    return version


def _assembled(vacancy: VacancyRow, store: Store) -> tuple[dict[str, Any], list[str]]:
    """The document that the facts make, and the fields of it that nobody stated; raises `Invalid` if it has a fault."""
    holding = _settle(store.vacancies.facts(vacancy.id))
    checked_on = [fact.observed_on for fact in holding if fact.source is not FactSource.OCCUPATION_PRIOR]
    document = {
        "vacancy_ref": vacancy.ref,
        "employer": store.employers.get(vacancy.employer_id).name,
        "source": vacancy.source.value,
        "status": vacancy.status.value,
        "visibility": vacancy.visibility.value,
        **_together({fact.field: _job_fact(fact) for fact in holding if fact.standing is Standing.HOLDS}),
    }
    if checked_on:
        document["facts_checked_on"] = max(checked_on).isoformat()
    derived = sorted(fact.field for fact in holding if fact.derived and fact.standing is Standing.HOLDS)
    read_vacancy(document, Where(), derived=derived)
    return document, derived


def _settle(facts: Sequence[VacancyFact]) -> list[VacancyFact]:
    """Note where every fact stands; returns those that hold, and those that only say the same."""
    by_number = {fact.number: fact for fact in facts}
    found = settled(_numbered(fact) for fact in facts)
    holding = []
    for number, settlement in found.items():
        fact = by_number[number]
        better = by_number[settlement.replaced_by] if settlement.replaced_by is not None else None
        if fact.standing is not settlement.standing:
            fact.standing = settlement.standing
        replaced_by = better.id if better is not None else None
        if fact.replaced_by != replaced_by:
            fact.replaced_by = replaced_by
        if settlement.standing is Standing.HOLDS or _says_the_same(fact, better, found):
            holding.append(fact)
    return holding


def _together(facts: Mapping[str, JobFact]) -> dict[str, Any]:
    """The facts of a document, with what is told of a sensory level beside it."""
    values = {field: fact.value for field, fact in facts.items()}
    for field in facts:
        level = ".".join(field.split(".")[:2])
        # What is known of a peak says nothing where the level itself was taken back.
        if field.startswith("sensory.") and level not in facts:
            del values[field]
        elif field.startswith("sensory.") and field == level:
            values[field] = {**values[field], **_origin(facts[field])}
    return put_together(values)


def _origin(fact: JobFact) -> dict[str, str]:
    # The interchange format knows no email: it is the employer's word, as a call is.
    source = FactSource.PHONE if fact.source is FactSource.EMAIL else fact.source
    return {"source": SensorySource(source.value).value, "observed_on": fact.observed_on.isoformat()}


def _unreadable(facts: Sequence[JobFact], holds: Mapping[str, Any]) -> Iterator[Problem]:
    stated: dict[str, Any] = {}
    for fact in facts:
        if fact.field in stated:
            yield Problem(Where(field=fact.field), "is stated twice")
        stated[fact.field] = fact.value
    # An end of a range that is about to give way must not speak against the other.
    giving_way = {contradicted(field) for field in stated}
    beside = {field: value for field, value in holds.items() if field not in giving_way}
    shell = {"vacancy_ref": "new", "title": "new", "employer": "new"}
    try:
        read_vacancy({**shell, **put_together({**beside, **stated})}, Where())
    except Invalid as invalid:
        yield from invalid.problems


def _by_dimension(fact: JobFact) -> Iterator[JobFact]:
    if fact.field == "sensory" and isinstance(fact.value, Mapping):
        for dimension, level in fact.value.items():
            yield replace(fact, field=f"sensory.{dimension}", value=level)
    else:
        yield fact


def _with_own_origin(fact: JobFact) -> JobFact:
    """Take a sensory level's own source and date out of its value; what cannot be one is left to be refused."""
    if not (fact.field.startswith("sensory.") and isinstance(fact.value, Mapping)):
        return fact
    value = dict(fact.value)
    source, observed_on = fact.source, fact.observed_on
    if value.get("source") in _SENSORY_SOURCES:
        source = FactSource(value.pop("source"))
    day = Day().read(value.get("observed_on"), Reader(Where()))
    if isinstance(day, date):
        observed_on = day
        del value["observed_on"]
    return replace(fact, value=value, source=source, observed_on=observed_on)


_SENSORY_SOURCES = tuple(source.value for source in SensorySource)


def _plain(value: Any) -> Any:
    """Whole numbers as such, as some databases keep them anyway: a document must read alike when it comes back."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case Mapping():
            return {name: _plain(member) for name, member in value.items()}
        case list():
            return [_plain(member) for member in value]
        case _:
            return value


def _counts(fact: VacancyFact) -> bool:
    return fact.standing is not Standing.TAKEN_BACK


def _says_the_same(fact: VacancyFact, better: VacancyFact | None, found: Mapping[int, Settled]) -> bool:
    return (
        better is not None
        and found[better.number].standing is Standing.HOLDS
        and fact.field == better.field
        and bool(fact.value == better.value)
    )


def _numbered(fact: VacancyFact) -> NumberedFact:
    return NumberedFact(number=fact.number, fact=_job_fact(fact), taken_back=not _counts(fact))


def _job_fact(fact: VacancyFact) -> JobFact:
    return JobFact(
        field=fact.field,
        value=fact.value["value"],
        source=fact.source,
        observed_on=fact.observed_on,
        expires_on=fact.expires_on,
        note=fact.note,
    )
