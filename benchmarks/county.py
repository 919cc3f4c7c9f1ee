"""A large invented organisation in a database: as many roles and people as asked for, written in bulk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import insert

from fixtures.generate import generate_profiles, generate_vacancies
from fixtures.world import load_world
from matching.actions.index import STANDING, encoder_digest, text_digest, texts_of_profile
from matching.actions.jobs import queue
from matching.bootstrap import assemble_stored
from matching.documents import document_of
from matching.errors import Where
from matching.interchange import read_profile, read_vacancy
from matching.interchange.facts import stated_facts
from matching.model.fact import FactSource, Standing
from matching.model.people import Role
from matching.model.vacancy import VacancySource, VacancyStatus, Visibility, normalised_employer
from matching.settings import Settings
from matching.store import Database, Store
from matching.store.tables import (
    Employer,
    Organisation,
    Participant,
    PoolChange,
    ProfileVersion,
    SignInSession,
    Team,
    TextVector,
    User,
    VacancyFact,
    VacancyRow,
    VacancyVersion,
)

ORGANISATION = "county"
TEAMS = 6
CASELOAD = 23
_ROWS_AT_ONCE = 1000
_YEARS = timedelta(days=3650)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """What was written: ids, by which a load can ask for something that is there."""

    specialists: tuple[str, ...]
    officers: tuple[str, ...]
    caseload: Mapping[str, tuple[str, ...]]  # specialist: participants
    vacancies: tuple[str, ...]
    employers: tuple[str, ...]


def cookie_of(user_id: str) -> str:
    """The session of a user of the county."""
    return f"session-{user_id}"


def furnish(
    database: Database, *, settings: Settings, vacancy_count: int, participant_count: int, at: datetime, encoder: Any
) -> County:
    """Fill an empty database at the newest revision."""
    specialists = [f"specialist-{number}" for number in range(-(-participant_count // CASELOAD))]
    officers = [f"officer-{number}" for number in range(TEAMS)]
    with database.writing(ORGANISATION) as store:
        store.session.add(Organisation(id=ORGANISATION, name="An invented county", settings={}, created_at=at))
        store.session.flush()
        store.session.add_all(Team(id=f"team-{number}", name=f"{number}", created_at=at) for number in range(TEAMS))
        store.session.flush()
        for number, user_id in enumerate([*specialists, *officers]):
            role = Role.EMPLOYMENT_SPECIALIST if user_id in specialists else Role.EMPLOYER_ENGAGEMENT
            store.session.add(_user(user_id, role, f"team-{number % TEAMS}", at))
        store.session.flush()
        store.session.add_all(_session(user_id, at) for user_id in (*specialists, *officers))
    with database.writing(ORGANISATION) as store:
        texts, vacancies, employers = _write_vacancies(store, vacancy_count, at)
    means = assemble_stored(settings).means
    with database.writing(ORGANISATION) as store:
        caseload, said = _write_people(store, participant_count, specialists, at, means)
        _write_vectors(store, [*texts, *said], encoder)
        for participant_id in (each for people in caseload.values() for each in people):
            queue(store, STANDING, participant_id, {"participant_id": participant_id}, at)
    return County(
        specialists=tuple(specialists),
        officers=tuple(officers),
        caseload=caseload,
        vacancies=vacancies,
        employers=employers,
    )


def _user(user_id: str, role: Role, team_id: str, at: datetime) -> User:
    address = f"{user_id}@example.org"
    return User(
        id=user_id,
        email=address,
        email_key=address,
        name=user_id.title(),
        roles=[role.value],
        team_ids=[team_id],
        created_at=at,
    )


def _session(user_id: str, at: datetime) -> SignInSession:
    return SignInSession(
        id=hashlib.sha256(cookie_of(user_id).encode()).hexdigest(),
        user_id=user_id,
        csrf_token=user_id,
        created_at=at,
        last_seen_at=at + _YEARS,
        expires_at=at + _YEARS,
        second_step_at=at,
    )


def _write_vacancies(store: Store, count: int, at: datetime) -> tuple[list[str], tuple[str, ...], tuple[str, ...]]:
    employers: dict[str, str] = {}
    texts: dict[str, None] = {}
    ids = []
    for block in _blocks(enumerate(generate_vacancies(count=count, seed=1, sectors=load_world().sectors))):
        rows: dict[type[Any], list[dict[str, Any]]] = {
            table: [] for table in (Employer, VacancyRow, VacancyVersion, VacancyFact, PoolChange)
        }
        for number, document in block:
            vacancy = read_vacancy(document, Where())
            key = normalised_employer(vacancy.employer)
            if key not in employers:
                employers[key] = f"employer-{len(employers)}"
                rows[Employer].append(
                    {"id": employers[key], "name": vacancy.employer, "key": key, "created_by": "officer-0"}
                    | {"created_at": at, "version": 1}
                )
            vacancy_id = f"vacancy-{number:07d}"
            ids.append(vacancy_id)
            texts |= dict.fromkeys(document_of(vacancy))
            told = {
                "visibility": Visibility.ORGANISATION,
                "owner_id": f"officer-{number % TEAMS}",
                "team_id": f"team-{number % TEAMS}",
            }
            rows[VacancyRow].append(
                {"id": vacancy_id, "ref": vacancy.vacancy_ref, "external_ref": None, "title": vacancy.title}
                | {"employer_id": employers[key], "source": vacancy.source, "status": VacancyStatus(vacancy.status)}
                | {"confirmed_at": at, "carved_from": [], "created_by": "officer-0", "created_at": at, "version": 1}
                | told
            )
            rows[VacancyVersion].append(
                {"id": f"version-{number:07d}", "vacancy_id": vacancy_id, "version": 1, "document": document}
                | {"derived_fields": [], "because": "logged", "written_by": "officer-0", "written_at": at}
            )
            rows[PoolChange].append({"seq": number + 1, "vacancy_id": vacancy_id, "version": 1, "at": at} | told)
            source = FactSource.ADVERT if vacancy.source is VacancySource.ADVERTISED else FactSource.PHONE
            rows[VacancyFact] += [
                {"id": f"fact-{number:07d}-{position}", "vacancy_id": vacancy_id, "number": position + 1}
                | {"field": field, "value": {"value": value}, "source": source, "observed_on": _day(vacancy, at)}
                | {"note": "", "derived": False, "standing": Standing.HOLDS, "recorded_by": "officer-0"}
                | {"recorded_at": at}
                for position, (field, value) in enumerate(stated_facts(document))
            ]
        for table, values in rows.items():
            _insert(store, table, values)
    organisation = store.organisations.locked()
    organisation.pool_seq = len(ids)
    return list(texts), tuple(ids), tuple(employers.values())


def _day(vacancy: Any, at: datetime) -> date:
    return vacancy.facts_checked_on or at.date()


def _write_people(
    store: Store, count: int, specialists: Sequence[str], at: datetime, means: Any
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    caseload: dict[str, list[str]] = {user_id: [] for user_id in specialists}
    texts: dict[str, None] = {}
    for block in _blocks(enumerate(generate_profiles(count=count, seed=2, sectors=load_world().sectors))):
        people, profiles = [], []
        for number, document in block:
            participant_id, specialist = f"participant-{number:06d}", specialists[number // CASELOAD]
            caseload[specialist].append(participant_id)
            texts |= dict.fromkeys(texts_of_profile(read_profile(document, Where()), means))
            people.append(
                {"id": participant_id, "ref": document["participant_ref"], "name": f"Invented {number}"}
                | {"specialist_id": specialist, "team_id": f"team-{specialists.index(specialist) % TEAMS}"}
                | {"status": "active", "communication": [], "entered_on": at.date(), "objects_to_matching": False}
                | {"profile_version": 1, "created_at": at, "version": 1}
            )
            kept = dict(document)
            kept.pop("employers_avoided", None)
            profiles.append(
                {"id": f"profile-{number:06d}", "participant_id": participant_id, "version": 1, "document": kept}
                | {"statements": {}, "written_by": specialist, "written_at": at}
            )
        _insert(store, Participant, people)
        _insert(store, ProfileVersion, profiles)
    return {user_id: tuple(participants) for user_id, participants in caseload.items()}, list(texts)


def _write_vectors(store: Store, texts: Iterable[str], encoder: Any) -> None:
    made_by = encoder_digest(encoder.name)
    for block in _blocks(dict.fromkeys(texts)):
        vectors = encoder.encode(block)
        _insert(
            store,
            TextVector,
            [
                {"encoder": made_by, "digest": text_digest(text), "vector": vector.astype("<f4").tobytes()}
                for text, vector in zip(block, vectors, strict=True)
            ],
        )


def _insert(store: Store, table: type[Any], values: list[dict[str, Any]]) -> None:
    if values:
        store.session.execute(insert(table), [{"organisation_id": ORGANISATION, **row} for row in values])


def _blocks(values: Iterable[Value]) -> Iterator[list[Value]]:
    left = iter(values)
    while block := list(islice(left, _ROWS_AT_ONCE)):
        yield block


def now() -> datetime:
    """The moment at which a benchmark writes its county."""
    return datetime.now(UTC)
