"""One organisation with as many vacancies as asked for, written in bulk into a database that is kept."""

from __future__ import annotations

import hashlib
import json
import random
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, insert, select, text

from benchmarks.county import ORGANISATION, TEAMS, furnish, now
from benchmarks.million.databases import Urls, let_service_in
from benchmarks.million.wording import LineVectors, Wordings, load_wordings
from embeddings.hashing import HashingEncoder
from fixtures.generate import Document, generate_vacancies
from matching.actions.index import encoder_digest, text_digest
from matching.documents import document_of
from matching.errors import Where
from matching.interchange import read_vacancy
from matching.interchange.facts import stated_facts
from matching.model.fact import FactSource, Standing
from matching.model.vacancy import VacancySource, VacancyStatus, Visibility, normalised_employer
from matching.places import load_sectors
from matching.settings import Settings
from matching.store import Database, Store, open_database
from matching.store.migrating import upgrade
from matching.store.tables import (
    Employer,
    PoolChange,
    ProfileVersion,
    TextVector,
    VacancyFact,
    VacancyRow,
    VacancyVersion,
)

#: Vacancies whose single facts are written too. A list and the pool need none of them; a page of a role does.
WITH_FACTS = 20_000
_AT_ONCE = 2_000
_CHECKED = 500
_OFFICER = "officer-0"
_MADE = "made.json"

Rows = dict[type[Any], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was written, as it is told beside the database."""

    vacancies: int
    people: dict[str, str]  # participant: their specialist
    seconds: float
    wording: str
    documents: int  # distinct pairs of a title and a text
    texts: int  # distinct texts with a vector


def make(folder: Path, *, urls: Urls, vacancies: int, people: int) -> Made:
    """Write the database unless the folder tells that it is there; one that was not finished is refused by its keys."""
    told = folder / _MADE
    upgrade(urls.owner)
    if told.exists():
        return Made(**json.loads(told.read_text(encoding="utf-8")))
    let_service_in(urls)
    database = open_database(urls.service)
    _hurry(database.engine)
    began, at = time.perf_counter(), now()
    settings = Settings(database_url=urls.service, data_dir=folder, cache_dir=folder, encoder="hashing")
    county = furnish(
        database, settings=settings, vacancy_count=0, participant_count=people, at=at, encoder=HashingEncoder()
    )
    _spread_homes(database)
    wordings = load_wordings()
    bulk = _Bulk(database, county.specialists, at)
    for block in _blocks(enumerate(_documents(vacancies, wordings))):
        bulk.write(block)
        print(f"\r{block[-1][0] + 1:,} of {vacancies:,} vacancies written", end="", file=sys.stderr)
    print(file=sys.stderr)
    _analyse(database)
    database.close()
    made = Made(
        vacancies=vacancies,
        people={person: specialist for specialist, theirs in county.caseload.items() for person in theirs},
        seconds=time.perf_counter() - began,
        wording=wordings.source,
        documents=len(bulk.documents),
        texts=len(bulk.texts),
    )
    told.write_text(json.dumps(asdict(made)), encoding="utf-8")
    return made


def _documents(count: int, wordings: Wordings) -> Iterator[Document]:
    """All over Great Britain; the invented county would hold some hundred roles at each door."""
    return generate_vacancies(count=count, seed=1, titles=wordings)


def _spread_homes(database: Database) -> None:
    """Let people live all over the country too, as the roles do."""
    chance, sectors = random.Random(5), load_sectors().sectors
    with database.writing(ORGANISATION) as store:
        for profile in store.session.scalars(select(ProfileVersion)):
            travel = {**profile.document.get("travel", {}), "home": chance.choice(sectors)}
            profile.document = {**profile.document, "travel": travel}


class _Bulk:
    """Blocks of vacancies written one after another, with what has been met so far."""

    def __init__(self, database: Database, specialists: Iterable[str], at: datetime) -> None:
        self._database, self._at = database, at
        self._specialists = tuple(specialists)
        self._employers: dict[str, str] = {}
        self._vectors = LineVectors(HashingEncoder())
        self._made_by = encoder_digest(HashingEncoder().name)
        self.texts: set[bytes] = set()
        self.documents: set[bytes] = set()
        with database.reading(ORGANISATION) as store:  # what people say may be said of a role too
            met = store.session.scalars(select(TextVector.digest))
            self.texts.update(bytes.fromhex(digest) for digest in met)

    def write(self, block: list[tuple[int, Document]]) -> None:
        """Write a block and let it enter the pool, in one transaction."""
        rows: Rows = {
            table: [] for table in (Employer, VacancyRow, VacancyVersion, VacancyFact, PoolChange, TextVector)
        }
        new: dict[bytes, str] = {}
        for number, document in block:
            self._add(rows, number, document)
            texts = (document["title"], document.get("description", ""))
            if number < _CHECKED:
                assert texts == document_of(read_vacancy(document, Where()))
            digests = [bytes.fromhex(text_digest(each)) for each in texts]
            self.documents.add(hashlib.blake2b(b"".join(digests), digest_size=16).digest())
            new |= {digest: each for digest, each in zip(digests, texts, strict=True) if digest not in self.texts}
        # In the order of their keys, so that a page of the table is written once a block.
        ordered = dict(sorted(new.items()))
        for digest, vector in zip(ordered, self._vectors.of(list(ordered.values())) if ordered else (), strict=True):
            content = vector.astype("<f4").tobytes()
            rows[TextVector].append({"encoder": self._made_by, "digest": digest.hex(), "vector": content})
        self.texts.update(ordered)
        with self._database.writing(ORGANISATION) as store:
            for table, values in rows.items():
                _insert(store, table, values)
            store.organisations.locked().pool_seq = block[-1][0] + 1

    def _add(self, rows: Rows, number: int, document: Document) -> None:
        vacancy_id, at = f"vacancy-{number:07d}", self._at
        written = {"created_by": _OFFICER, "created_at": at, "version": 1}
        key = normalised_employer(document["employer"])
        if key not in self._employers:
            self._employers[key] = f"employer-{len(self._employers)}"
            rows[Employer].append({"id": self._employers[key], "name": document["employer"], "key": key} | written)
        source = VacancySource(document["source"])
        told = self._told(number, Visibility(document["visibility"]))
        rows[VacancyRow].append(
            {"id": vacancy_id, "ref": document["vacancy_ref"], "external_ref": None, "title": document["title"]}
            | {"employer_id": self._employers[key], "source": source, "status": VacancyStatus(document["status"])}
            | {"confirmed_at": at, "carved_from": []}
            | told
            | written
        )
        rows[VacancyVersion].append(
            {"id": f"version-{number:07d}", "vacancy_id": vacancy_id, "version": 1, "document": document}
            | {"derived_fields": [], "because": "logged", "written_by": _OFFICER, "written_at": at}
        )
        rows[PoolChange].append({"seq": number + 1, "vacancy_id": vacancy_id, "version": 1, "at": at} | told)
        if number < WITH_FACTS:
            known_by = FactSource.ADVERT if source is VacancySource.ADVERTISED else FactSource.PHONE
            rows[VacancyFact] += [
                {"id": f"fact-{number:07d}-{position}", "vacancy_id": vacancy_id, "number": position + 1}
                | {"field": field, "value": {"value": value}, "source": known_by, "observed_on": at.date()}
                | {"note": "", "derived": False, "standing": Standing.HOLDS, "recorded_by": _OFFICER}
                | {"recorded_at": at}
                for position, (field, value) in enumerate(stated_facts(document))
            ]

    def _told(self, number: int, visibility: Visibility) -> Mapping[str, Any]:
        """Who may see it: what nobody advertised is known to a specialist, or to a team."""
        owner = self._specialists[number % len(self._specialists)]
        if visibility is Visibility.ORGANISATION:
            owner = f"officer-{number % TEAMS}"
        return {"visibility": visibility, "owner_id": owner, "team_id": f"team-{number % TEAMS}"}


def _insert(store: Store, table: type[Any], values: list[dict[str, Any]]) -> None:
    if values:
        store.session.execute(insert(table), [{"organisation_id": ORGANISATION, **row} for row in values])


def _blocks(values: Iterable[tuple[int, Document]]) -> Iterator[list[tuple[int, Document]]]:
    left = iter(values)
    while block := list(islice(left, _AT_ONCE)):
        yield block


def _hurry(engine: Engine) -> None:
    """Wait for no disk: a database that was not finished is made anew. The service opens it with its own settings."""

    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        if engine.dialect.name == "sqlite":
            for setting in ("synchronous=OFF", "cache_size=-1000000", "foreign_keys=OFF", "secure_delete=OFF"):
                cursor.execute(f"PRAGMA {setting}")
        else:
            cursor.execute("SET synchronous_commit = off")
        cursor.close()

    event.listen(engine, "connect", prepare)


def _analyse(database: Database) -> None:
    """Let PostgreSQL know what is there, as its own housekeeping would by the next day."""
    if database.is_postgresql:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
