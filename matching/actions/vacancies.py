"""What is done with vacancies: logged, taken in, found, confirmed, paused, closed, shared; never lost."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy.exc import IntegrityError

from matching.actions.days import local_day
from matching.actions.employers import employer_named
from matching.actions.events import record
from matching.actions.facts import (
    Because,
    Disagreement,
    Recorded,
    check_facts,
    check_version,
    disagreements,
    record_fact,
    revise,
    revise_anyway,
    taken_apart,
    visible_vacancy,
    write_facts,
)
from matching.errors import Conflict, Invalid, NotFound, NotPermitted, Problem, Where
from matching.interchange import read_vacancy
from matching.interchange.facts import stated_facts
from matching.model.fact import FactSource, JobFact
from matching.model.people import Actor, Permission, Role
from matching.model.vacancy import Vacancy, VacancySource, VacancyStatus, Visibility
from matching.permissions import can_see_vacancy, check, permissions_of
from matching.store import Page, Store, new_id
from matching.store.tables import Employer, User, VacancyFact, VacancyRow, VacancyVersion
from matching.store.vacancies import KEPT_BY_WORD, UNCONFIRMED, VacancyFilter

if TYPE_CHECKING:
    from matching.actions.jobs import Task

__all__ = [
    "Audience",
    "Keeping",
    "KnownVacancy",
    "Listing",
    "Recorded",
    "Taken",
    "TakenAs",
    "VacancyDraft",
    "change_audience",
    "close_vacancy",
    "confirm_by",
    "confirm_vacancy",
    "decides_who_sees",
    "fill_vacancy",
    "find_vacancies",
    "keepers",
    "keeping",
    "known_vacancy",
    "log_vacancy",
    "pause_unconfirmed",
    "pause_unconfirmed_roles",
    "pause_vacancy",
    "read_known_vacancy",
    "read_version",
    "record_fact",
    "reopen_vacancy",
    "take_vacancy",
    "unconfirmed_since",
    "versions",
]

LONGEST_NAME = 300
_PAUSED_AT_ONCE = 200
# Neither vowels nor what looks like a digit: a reference is read out over the telephone.
_REF_LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"
_REF_LENGTH = 7

_MOVES: Mapping[VacancyStatus, tuple[VacancyStatus, ...]] = {
    VacancyStatus.OPEN: (VacancyStatus.PAUSED, VacancyStatus.FILLED, VacancyStatus.CLOSED),
    VacancyStatus.PAUSED: (VacancyStatus.OPEN, VacancyStatus.FILLED, VacancyStatus.CLOSED),
    VacancyStatus.FILLED: (VacancyStatus.OPEN, VacancyStatus.CLOSED),
    VacancyStatus.CLOSED: (VacancyStatus.OPEN,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VacancyDraft:
    """A role as it is told: fields of the interchange format without a reference, and how they are known.

    The employer is named in the document or by `employer_id`. `facts_checked_on` and a sensory level's own source and
    date, where stated, are when and how those facts came to be known. `derived` names fields that a feed worked out.
    """

    document: Mapping[str, Any]
    known_by: FactSource
    observed_on: date
    employer_id: str | None = None
    workplace_id: str | None = None
    team_id: str | None = None
    note: str = ""
    derived: tuple[str, ...] = ()


class TakenAs(StrEnum):
    """What taking in a role from another system did."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A role that was taken in from another system."""

    vacancy: VacancyRow
    taken_as: TakenAs


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVacancy:
    """A vacancy with what is known of it, from whom and since when, and what stands beside."""

    vacancy: VacancyRow
    employer_name: str
    document: Mapping[str, Any]
    facts: tuple[VacancyFact, ...]
    disagreements: tuple[Disagreement, ...]
    confirm_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Some vacancies, the names of their employers by id, and within what time somebody must confirm a role."""

    page: Page[VacancyRow]
    employer_names: Mapping[str, str]
    confirm_within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who may see a role and whose it is; what is not stated stays."""

    visibility: Visibility | None = None
    owner_id: str | None = None
    team_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Whose a role is; another system that keeps one has no name here."""

    owner_name: str | None
    team_name: str | None
    decides: bool


# Logged and taken in


def log_vacancy(*, draft: VacancyDraft, by: Actor, at: datetime, store: Store) -> VacancyRow:
    """Log a role: a title and an employer are enough, and what nobody knows yet stays unknown."""
    check(by, Permission.VACANCIES_WRITE)
    told = _read(draft)
    source = _source(draft, unless_stated=VacancySource.UNADVERTISED)
    vacancy = _new_vacancy(draft, told, source, because=Because.LOGGED, by=by, at=at, store=store)
    record(store, "vacancy.logged", by=by, at=at, of=("vacancy", vacancy.id), source=source.value)
    return vacancy


def take_vacancy(*, external_ref: str, draft: VacancyDraft, by: Actor, at: datetime, store: Store) -> Taken:
    """Take in a role from another system: new, or changed since; the same again changes nothing.

    Facts go in by the rules of all facts, so what a visit found stays. A status that people set stays until the other
    system says something new.
    """
    check(by, Permission.VACANCIES_WRITE)
    told = _read(draft)
    digest = _digest(draft)
    there = store.vacancies.with_external_ref(external_ref)
    if there is None:
        try:
            return _take_new(external_ref, digest, draft, told, by=by, at=at, store=store)
        except IntegrityError:
            # Somebody else took the same role in at this moment.
            there = store.vacancies.with_external_ref(external_ref)
            if there is None:
                raise
    return _take_again(there.id, digest, draft, told, by=by, at=at, store=store)


def _take_new(
    external_ref: str, digest: str, draft: VacancyDraft, told: Vacancy, *, by: Actor, at: datetime, store: Store
) -> Taken:
    source = _source(draft, unless_stated=VacancySource.ADVERTISED)
    vacancy = _new_vacancy(
        draft,
        told,
        source,
        because=Because.IMPORTED,
        by=by,
        at=at,
        store=store,
        external_ref=external_ref,
        imported_digest=digest,
    )
    record(store, "vacancy.imported", by=by, at=at, of=("vacancy", vacancy.id), taken=TakenAs.NEW.value)
    return Taken(vacancy=vacancy, taken_as=TakenAs.NEW)


def _take_again(
    vacancy_id: str, digest: str, draft: VacancyDraft, told: Vacancy, *, by: Actor, at: datetime, store: Store
) -> Taken:
    vacancy = store.vacancies.locked(vacancy_id)
    if not can_see_vacancy(by, vacancy):
        raise Conflict("This reference is that of a role which you may not change.")
    if vacancy.imported_digest == digest:
        return Taken(vacancy=vacancy, taken_as=TakenAs.UNCHANGED)
    vacancy.imported_digest = digest
    vacancy.employer_id = _employer(draft, told, by=by, at=at, store=store).id
    if "status" in draft.document and told.status is not vacancy.status:
        vacancy.status, vacancy.paused_because = told.status, None
    facts = _not_said_before(_facts(draft, told, workplace_postcode=None), store.vacancies.facts(vacancy.id))
    if facts:
        write_facts(vacancy, facts, by=by, at=at, store=store, derived=_derived_fields(draft, facts))
    version = revise(vacancy, because=Because.IMPORTED, by=by, at=at, store=store)
    taken_as = TakenAs.CHANGED if facts or version is not None else TakenAs.UNCHANGED
    record(store, "vacancy.imported", by=by, at=at, of=("vacancy", vacancy.id), taken=taken_as.value)
    return Taken(vacancy=vacancy, taken_as=taken_as)


def _not_said_before(facts: list[JobFact], known: list[VacancyFact]) -> list[JobFact]:
    """Leave out what the same source said last: hearing it again from a file is no new look at the job."""
    said = {(fact.field, fact.source): fact.value["value"] for fact in known}
    return [
        fact for fact in facts if (fact.field, fact.source) not in said or said[fact.field, fact.source] != fact.value
    ]


def _new_vacancy(
    draft: VacancyDraft,
    told: Vacancy,
    source: VacancySource,
    *,
    because: Because,
    by: Actor,
    at: datetime,
    store: Store,
    external_ref: str | None = None,
    imported_digest: str | None = None,
) -> VacancyRow:
    # Refused before anything is written: whoever takes in many goes on with the next.
    check_facts(_facts(draft, told, workplace_postcode=None), (), today=local_day(at))
    team_id = _team(draft.team_id, by)
    employer = _employer(draft, told, by=by, at=at, store=store)
    facts = _facts(draft, told, workplace_postcode=_workplace_postcode(draft, employer, store))
    vacancy = VacancyRow(
        id=new_id(at),
        ref=new_ref(store),
        external_ref=external_ref,
        imported_digest=imported_digest,
        employer_id=employer.id,
        workplace_id=draft.workplace_id,
        title=told.title,
        source=source,
        status=told.status,
        visibility=told.visibility or _usual_visibility(source),
        owner_id=by.user_id,
        team_id=team_id,
        confirmed_at=at,
        carved_from=[],
        created_by=by.user_id,
        created_at=at,
        version=0,
    )
    with store.session.begin_nested():
        store.vacancies.add(vacancy)
    write_facts(vacancy, facts, by=by, at=at, store=store, derived=_derived_fields(draft, facts))
    revise(vacancy, because=because, by=by, at=at, store=store)
    return vacancy


def new_ref(store: Store) -> str:
    """A short reference that nobody else in the organisation has: by chance, so that writers never wait for it."""
    while True:
        ref = "V-" + "".join(secrets.choice(_REF_LETTERS) for _ in range(_REF_LENGTH))
        if store.vacancies.with_ref(ref) is None:
            return ref


def _read(draft: VacancyDraft) -> Vacancy:
    """Read the draft as a vacancy: every problem of it, by field, before anything is written."""
    document = {**draft.document, "vacancy_ref": "new"}
    problems = []
    if draft.employer_id is not None:
        if document.get("employer") is not None:
            problems.append(Problem(Where(field="employer"), "name the employer or give 'employer_id', not both"))
        document["employer"] = "new"
    for name in ("title", "employer"):
        text = document.get(name)
        # A name that is compared without regard to case may grow by that.
        if isinstance(text, str) and max(len(text), len(text.casefold())) > LONGEST_NAME:
            problems.append(Problem(Where(field=name), f"should have at most {LONGEST_NAME} characters"))
    try:
        told = read_vacancy(document, Where())
    except Invalid as invalid:
        raise Invalid([*problems, *invalid.problems]) from None
    if problems:
        raise Invalid(problems)
    return told


def _digest(draft: VacancyDraft) -> str:
    """Changes with anything that was said, and not with the day on which the file was read."""
    said = [dict(draft.document), draft.known_by.value, draft.employer_id, draft.workplace_id, list(draft.derived)]
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _source(draft: VacancyDraft, *, unless_stated: VacancySource) -> VacancySource:
    stated = draft.document.get("source")
    return unless_stated if stated in (None, "unknown") else VacancySource(stated)


def _usual_visibility(source: VacancySource) -> Visibility:
    """Roles that are not advertised are told in trust."""
    return Visibility.TEAM if source in KEPT_BY_WORD else Visibility.ORGANISATION


def _team(team_id: str | None, by: Actor) -> str | None:
    if team_id is None:
        return by.team_ids[0] if by.team_ids else None
    if team_id not in by.team_ids:
        raise Invalid([Problem(Where(field="team_id"), "is not one of your teams")])
    return team_id


def _employer(draft: VacancyDraft, told: Vacancy, *, by: Actor, at: datetime, store: Store) -> Employer:
    if draft.employer_id is None:
        return employer_named(name=told.employer, by=by, at=at, store=store)
    try:
        return store.employers.get(draft.employer_id)
    except NotFound:
        raise Invalid([Problem(Where(field="employer_id"), "is no employer here")]) from None


def _workplace_postcode(draft: VacancyDraft, employer: Employer, store: Store) -> str | None:
    if draft.workplace_id is None:
        return None
    try:
        return store.employers.workplace(draft.workplace_id, employer_id=employer.id).postcode
    except NotFound:
        raise Invalid([Problem(Where(field="workplace_id"), "is no workplace of this employer")]) from None


def _facts(draft: VacancyDraft, told: Vacancy, *, workplace_postcode: str | None) -> list[JobFact]:
    stated = dict(stated_facts(draft.document))
    if workplace_postcode is not None:
        stated.setdefault("location.postcode", workplace_postcode)
    observed_on = told.facts_checked_on or draft.observed_on
    # Levels go whole, so that each brings its own source and date to everything that is said of it.
    sensory = draft.document.get("sensory")
    whole = {field: value for field, value in stated.items() if not field.startswith("sensory.")}
    if isinstance(sensory, Mapping):
        whole["sensory"] = sensory
    return taken_apart(
        JobFact(field=field, value=value, source=draft.known_by, observed_on=observed_on, note=draft.note)
        for field, value in whole.items()
    )


def _derived_fields(draft: VacancyDraft, facts: list[JobFact]) -> frozenset[str]:
    return frozenset(
        fact.field
        for fact in facts
        if any(fact.field == name or fact.field.startswith(f"{name}.") for name in draft.derived)
    )


# Read


def read_known_vacancy(*, vacancy_id: str, by: Actor, store: Store) -> KnownVacancy:
    """A vacancy with what is known of it, from whom and since when."""
    check(by, Permission.VACANCIES_READ)
    return known_vacancy(visible_vacancy(vacancy_id, by=by, store=store), store=store)


def known_vacancy(vacancy: VacancyRow, *, store: Store) -> KnownVacancy:
    """The same for a vacancy that the asker has just been working on."""
    facts = store.vacancies.present_facts(vacancy.id)
    return KnownVacancy(
        vacancy=vacancy,
        employer_name=store.employers.get(vacancy.employer_id).name,
        document=store.vacancies.latest(vacancy).document,
        facts=tuple(facts),
        disagreements=tuple(disagreements(facts)),
        confirm_by=confirm_by(vacancy, within=_confirm_within(store)),
    )


def find_vacancies(*, only: VacancyFilter, after: str | None, limit: int, by: Actor, store: Store) -> Listing:
    """Vacancies that the asker may see."""
    check(by, Permission.VACANCIES_READ)
    page = store.vacancies.page(seen_by=by, only=only, after=after, limit=limit)
    names = store.vacancies.employer_names(page.items)
    return Listing(page=page, employer_names=names, confirm_within=_confirm_within(store))


def versions(*, vacancy_id: str, after: int, limit: int, by: Actor, store: Store) -> Page[VacancyVersion]:
    """How a vacancy came to be what it is."""
    check(by, Permission.VACANCIES_READ)
    vacancy = visible_vacancy(vacancy_id, by=by, store=store)
    return store.vacancies.version_page(vacancy.id, after=after, limit=limit)


def read_version(*, vacancy_id: str, version: int, by: Actor, store: Store) -> VacancyVersion:
    """A vacancy as it stood."""
    check(by, Permission.VACANCIES_READ)
    vacancy = visible_vacancy(vacancy_id, by=by, store=store)
    return store.vacancies.version(vacancy.id, version)


# Whether it is still there


def confirm_by(vacancy: VacancyRow, *, within: timedelta) -> datetime | None:
    """When a role is paused unless somebody says that it is still there; none if it is advertised or not open."""
    if vacancy.source not in KEPT_BY_WORD or vacancy.status is not VacancyStatus.OPEN:
        return None
    return vacancy.confirmed_at + within


def unconfirmed_since(*, within_days: int, at: datetime, store: Store) -> datetime:
    """The last confirmation of roles that will have gone without one for too long in some days."""
    return at + timedelta(days=within_days) - _confirm_within(store)


def _confirm_within(store: Store) -> timedelta:
    return timedelta(days=store.organisations.settings().confirm_vacancies_days)


def confirm_vacancy(*, vacancy_id: str, by: Actor, at: datetime, store: Store) -> VacancyRow:
    """Note that a role is still there; one that was paused because nobody said so is open again."""
    check(by, Permission.VACANCIES_WRITE)
    vacancy = visible_vacancy(vacancy_id, by=by, store=store, locked=True)
    if vacancy.status in (VacancyStatus.FILLED, VacancyStatus.CLOSED):
        raise Conflict("This role is not open; reopen it first.")
    vacancy.confirmed_at = max(at, vacancy.confirmed_at)
    if vacancy.paused_because == UNCONFIRMED:
        vacancy.status, vacancy.paused_because = VacancyStatus.OPEN, None
        revise(vacancy, because=Because.CONFIRMED, by=by, at=at, store=store)
    record(store, "vacancy.confirmed", by=by, at=at, of=("vacancy", vacancy.id))
    return vacancy


def pause_unconfirmed(*, by: Actor, at: datetime, store: Store) -> list[str]:
    """Pause the roles that nobody confirmed in time, some at once, and return their ids; none when all is done."""
    since = unconfirmed_since(within_days=0, at=at, store=store)
    due = store.vacancies.locked_unconfirmed(since=since, limit=_PAUSED_AT_ONCE)
    for vacancy in due:
        vacancy.status, vacancy.paused_because = VacancyStatus.PAUSED, UNCONFIRMED
        revise(vacancy, because=Because.UNCONFIRMED, by=by, at=at, store=store)
        record(store, "vacancy.paused", by=by, at=at, of=("vacancy", vacancy.id), because=UNCONFIRMED)
    return [vacancy.id for vacancy in due]


def pause_unconfirmed_roles(task: Task) -> None:
    """The job of the same name, in short transactions until nothing is left."""
    paused = True
    while paused:
        with task.database.writing(task.organisation_id) as store:
            paused = bool(pause_unconfirmed(by=task.by, at=task.at, store=store))


def pause_vacancy(*, vacancy_id: str, version: int, by: Actor, at: datetime, store: Store) -> VacancyRow:
    """Pause a role: it is on no list until it is opened again."""
    return _move(vacancy_id, VacancyStatus.PAUSED, Because.PAUSED, version=version, by=by, at=at, store=store)


def fill_vacancy(*, vacancy_id: str, version: int, by: Actor, at: datetime, store: Store) -> VacancyRow:
    """Note that a role is filled."""
    return _move(vacancy_id, VacancyStatus.FILLED, Because.FILLED, version=version, by=by, at=at, store=store)


def close_vacancy(*, vacancy_id: str, version: int, by: Actor, at: datetime, store: Store) -> VacancyRow:
    """Close a role."""
    return _move(vacancy_id, VacancyStatus.CLOSED, Because.CLOSED, version=version, by=by, at=at, store=store)


def reopen_vacancy(*, vacancy_id: str, version: int, by: Actor, at: datetime, store: Store) -> VacancyRow:
    """Open a role again, which also says that it is there."""
    vacancy = _move(vacancy_id, VacancyStatus.OPEN, Because.REOPENED, version=version, by=by, at=at, store=store)
    vacancy.confirmed_at = max(at, vacancy.confirmed_at)
    return vacancy


def _move(
    vacancy_id: str, status: VacancyStatus, because: Because, *, version: int, by: Actor, at: datetime, store: Store
) -> VacancyRow:
    check(by, Permission.VACANCIES_WRITE)
    vacancy = visible_vacancy(vacancy_id, by=by, store=store, locked=True)
    check_version(vacancy, version)
    if status not in _MOVES[vacancy.status]:
        raise Conflict(f"This role is {vacancy.status.value}, so this cannot be done.")
    vacancy.status, vacancy.paused_because = status, None
    revise(vacancy, because=because, by=by, at=at, store=store)
    record(store, f"vacancy.{because.value}", by=by, at=at, of=("vacancy", vacancy.id), version=vacancy.version)
    return vacancy


# Whose it is


def change_audience(
    *, vacancy_id: str, audience: Audience, version: int, by: Actor, at: datetime, store: Store
) -> VacancyRow:
    """Change who may see a role, or whose it is: its owner decides, or a leader of its team."""
    check(by, Permission.VACANCIES_WRITE)
    vacancy = visible_vacancy(vacancy_id, by=by, store=store, locked=True)
    if not decides_who_sees(by, vacancy):
        raise NotPermitted("Only the owner of this role or a leader of its team decides who sees it.")
    check_version(vacancy, version)
    if audience.owner_id is not None or audience.team_id is not None:
        owner = _keeper(audience.owner_id or vacancy.owner_id, store)
        vacancy.owner_id = owner.id
        vacancy.team_id = _team_of_owner(audience.team_id, owner, vacancy)
    vacancy.visibility = audience.visibility or vacancy.visibility
    revise_anyway(vacancy, because=Because.SHARED, by=by, at=at, store=store)
    record(
        store,
        "vacancy.shared",
        by=by,
        at=at,
        of=("vacancy", vacancy.id),
        visibility=vacancy.visibility.value,
        owner=vacancy.owner_id,
        team=vacancy.team_id,
    )
    return vacancy


def decides_who_sees(by: Actor, vacancy: VacancyRow) -> bool:
    """Whether the asker decides who sees a role: it is told in trust, and who was told must not tell others."""
    leads = by.can(Permission.PARTICIPANTS_READ_TEAM) and vacancy.team_id in by.team_ids
    return by.can(Permission.VACANCIES_WRITE) and (vacancy.owner_id == by.user_id or leads)


def keeping(*, vacancy: VacancyRow, by: Actor, store: Store) -> Keeping:
    """Whose a role is, by name, and whether the asker decides who sees it."""
    check(by, Permission.VACANCIES_READ)
    owner = store.users.find(vacancy.owner_id)
    return Keeping(
        owner_name=owner.name if owner is not None else None,
        team_name=store.organisations.team_names().get(vacancy.team_id or ""),
        decides=decides_who_sees(by, vacancy),
    )


def keepers(*, by: Actor, store: Store) -> list[User]:
    """Who may keep a role: everybody here who may sign in and change roles, by name."""
    check(by, Permission.VACANCIES_WRITE)
    return sorted(
        (
            user
            for user in store.users.all()
            if user.disabled_at is None
            and Permission.VACANCIES_WRITE in permissions_of([Role(role) for role in user.roles])
        ),
        key=lambda user: (user.name.casefold(), user.id),
    )


def _keeper(user_id: str, store: Store) -> User:
    user = store.vacancies.user(user_id)
    may_write = user is not None and Permission.VACANCIES_WRITE in permissions_of([Role(role) for role in user.roles])
    if user is None or not may_write:
        raise Invalid([Problem(Where(field="owner_id"), "is nobody here who may keep roles")])
    return user


def _team_of_owner(team_id: str | None, owner: User, vacancy: VacancyRow) -> str | None:
    if team_id is not None and team_id not in owner.team_ids:
        raise Invalid([Problem(Where(field="team_id"), "is not one of the owner's teams")])
    if team_id is not None:
        return team_id
    if vacancy.team_id in owner.team_ids:
        return vacancy.team_id
    return owner.team_ids[0] if owner.team_ids else None
