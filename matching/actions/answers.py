"""What employers answer to questions: an answer becomes a fact of its role, and those whom it affects are named."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import orjson

from matching.actions.days import local_day
from matching.actions.events import record
from matching.actions.facts import field_for_question, record_fact, visible_vacancy
from matching.actions.questions import Affected, affected_by
from matching.errors import Invalid, Problem, Where
from matching.interchange import read_vacancy
from matching.model.fact import FactSource, JobFact, Standing
from matching.model.people import Actor, Permission
from matching.model.vacancy import Vacancy
from matching.permissions import can_read_participant, check
from matching.store import Page, Store
from matching.store.ids import id_after
from matching.store.tables import Answer, User, VacancyRow

if TYPE_CHECKING:
    from matching.actions.index import LivePools


class AnswerSource(StrEnum):
    """How an employer answered."""

    VISIT = "visit"
    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an employer said to a question; one who did not want to say is not asked again as if for the first time."""

    about: str
    source: AnswerSource
    said_on: date
    value: Any = None
    refused: bool = False
    contact_id: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedPeople:
    """Whom an answer affects: the people whom the asker may read, and of all of them how many, with whose specialist.

    Nobody is named to those who read no participants; they learn whom to talk to.
    """

    count: int
    specialists: Sequence[tuple[User, int]]
    people: Sequence[Affected]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer, where its fact stands, and whom it affects."""

    answer: Answer
    standing: Standing | None
    affected: AffectedPeople


def answer_question(
    *, vacancy_id: str, said: Said, by: Actor, at: datetime, store: Store, pools: LivePools
) -> Answered:
    """Take an employer's answer into what is known of a role; the same answer again changes nothing."""
    check(by, Permission.VACANCIES_WRITE)
    vacancy = visible_vacancy(vacancy_id, by=by, store=store, locked=True)
    field = _checked_field(said, vacancy, today=local_day(at), store=store)
    answer = store.contacts.latest_answer(vacancy.id, about=said.about)
    if answer is None or answer.digest != _digest(said):
        last = None if answer is None else answer.id
        answer = _take(said, field, vacancy, after=last, by=by, at=at, store=store)
    return Answered(
        answer=answer,
        standing=_standing(answer, store),
        affected=_affected(answer, by=by, at=at, store=store, pools=pools),
    )


def read_answer(
    *, vacancy_id: str, answer_id: str, by: Actor, at: datetime, store: Store, pools: LivePools
) -> Answered:
    """An answer that was taken, where its fact stands now, and whom it affects."""
    check(by, Permission.VACANCIES_READ)
    vacancy = visible_vacancy(vacancy_id, by=by, store=store)
    answer = store.contacts.answer(answer_id, vacancy_id=vacancy.id)
    return Answered(
        answer=answer,
        standing=_standing(answer, store),
        affected=_affected(answer, by=by, at=at, store=store, pools=pools),
    )


def answers_about(*, vacancy_id: str, after: str | None, limit: int, by: Actor, store: Store) -> Page[Answer]:
    """Every answer about a role."""
    check(by, Permission.VACANCIES_READ)
    vacancy = visible_vacancy(vacancy_id, by=by, store=store)
    return store.contacts.answers(vacancy.id, after=after, limit=limit)


def _take(
    said: Said, field: str, vacancy: VacancyRow, *, after: str | None, by: Actor, at: datetime, store: Store
) -> Answer:
    fact_id = version = None
    if not said.refused:
        fact = JobFact(
            field=field,
            value=said.value,
            source=FactSource(said.source.value),
            observed_on=said.said_on,
            note=said.note,
        )
        recorded = record_fact(vacancy_id=vacancy.id, facts=[fact], by=by, at=at, store=store)
        fact_id = recorded.facts[0].id if recorded.facts else None
        version = None if recorded.version is None else recorded.version.version
    answer = Answer(
        id=id_after(after, at),
        vacancy_id=vacancy.id,
        about=said.about,
        fact_id=fact_id,
        contact_id=said.contact_id,
        refused=said.refused,
        source=FactSource(said.source.value),
        said_on=said.said_on,
        digest=_digest(said),
        vacancy_version=version,
        by=by.user_id,
        at=at,
    )
    store.contacts.add(answer)
    of = ("vacancy", vacancy.id)
    record(store, "answer.recorded", by=by, at=at, of=of, answer=answer.id, about=said.about, refused=said.refused)
    return answer


def _affected(answer: Answer, *, by: Actor, at: datetime, store: Store, pools: LivePools) -> AffectedPeople:
    """Whom the version that an answer made affects, as of now: a repeated answer is told the same."""
    if answer.vacancy_version is None or answer.vacancy_version < 2:
        return AffectedPeople(count=0, specialists=(), people=())
    found = affected_by(
        vacancy_id=answer.vacancy_id,
        before=_vacancy(answer.vacancy_id, answer.vacancy_version - 1, store),
        after=_vacancy(answer.vacancy_id, answer.vacancy_version, store),
        as_of=local_day(at),
        store=store,
        pools=pools,
    )
    counts = Counter(each.participant.specialist_id for each in found if each.participant.specialist_id is not None)
    readable = [each for each in found if can_read_participant(by, each.participant)]
    for each in readable:
        record(
            store, "participant.affected_read", by=by, at=at, of=("participant", each.participant.id), answer=answer.id
        )
    return AffectedPeople(
        count=len(found),
        specialists=[(store.users.get(specialist_id), counts[specialist_id]) for specialist_id in sorted(counts)],
        people=readable,
    )


def _vacancy(vacancy_id: str, version: int, store: Store) -> Vacancy:
    row = store.vacancies.version(vacancy_id, version)
    return read_vacancy(row.document, Where(), derived=row.derived_fields)


def _standing(answer: Answer, store: Store) -> Standing | None:
    if answer.fact_id is None:
        return None
    return next((fact.standing for fact in store.vacancies.facts(answer.vacancy_id) if fact.id == answer.fact_id), None)


def _checked_field(said: Said, vacancy: VacancyRow, *, today: date, store: Store) -> str:
    """The field that an answer is a fact of; raises `Invalid` with everything that is wrong."""
    wrong: list[Problem] = []
    field = field_for_question(said.about)
    if field is None:
        wrong.append(Problem(Where(field="about"), "is not a question that a fact of the role answers"))
    if said.refused and said.value is not None:
        wrong.append(Problem(Where(field="value"), "is not told where the employer did not want to say"))
    if not said.refused and said.value is None:
        wrong.append(Problem(Where(field="value"), "is needed unless the employer did not want to say"))
    if said.said_on > today:
        wrong.append(Problem(Where(field="said_on"), "is in the future"))
    if said.contact_id is not None and store.contacts.get(said.contact_id).employer_id != vacancy.employer_id:
        wrong.append(Problem(Where(field="contact_id"), "is not a contact with this employer"))
    if wrong or field is None:
        raise Invalid(wrong)
    return field


def _digest(said: Said) -> str:
    told = [said.about, said.source.value, said.said_on.isoformat(), said.refused, said.value]
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
