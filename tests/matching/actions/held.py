"""Somebody about whom everything is held, each word of it a canary that can be looked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
import orjson
from sqlalchemy import JSON, select

from matching.actions.index import text_digest
from matching.store import Database, new_id
from matching.store.tables import (
    Alert,
    Allocation,
    Base,
    CheckIn,
    Contact,
    ContactBehalf,
    DecisionRow,
    EarningsRow,
    EntryChange,
    EntryRow,
    IdempotencyKey,
    Import,
    OutcomeRow,
    PlacementRow,
    ProfileVersion,
    ShortlistRow,
    StandingRow,
    Taster,
    VacancyRow,
)
from tests.api.routes.people import employer, taken_on, write
from tests.service import Service

ON = date(2026, 11, 20)


@dataclass
class Held:
    """A participant, the canaries in everything held on them, and the texts whose vectors are theirs."""

    id: str
    canaries: list[str]
    texts: list[str] = field(default_factory=list)


def canary_profile(word: Any) -> dict[str, Any]:
    """A profile with a canary in every field that takes words."""
    return {
        "goal": {"own_words": word(), "longer_term": word()},
        "wanted_work": [{"label": word()}],
        "refused_work": [{"label": word()}],
        "strengths": [word()],
        "interests": [word()],
        "skills": [{"label": word()}],
        "work_history": [{"title": word(), "tasks": [word()], "liked": word(), "disliked": word()}],
        "qualifications": [word().replace("-", "_")],
        "employers_avoided": [word()],
        "travel": {"home": "ME15 8", "no_go": ["ME14"]},
    }


def somebody(service: Service) -> Held:
    """Take somebody on and write something into every place where anything is held on them."""
    canaries: list[str] = []

    def word() -> str:
        canaries.append(f"canary-{len(canaries):03d}-end")
        return canaries[-1]

    reference = word()
    participant_id = taken_on(service, ref=reference, name=word())
    employer_id = employer(service)
    first = canary_profile(word)
    assert write(service, participant_id, first, version=0).status_code == 200
    assert write(service, participant_id, canary_profile(word), version=1).status_code == 200
    assert write(service, participant_id, {"strengths": [word()]}, version=1).status_code == 412
    # A retried request keeps its answer.
    renamed = {"ref": "x", "entered_on": "2026-11-01"}
    service.as_("ana").post("/v1/participants", renamed, headers={"Idempotency-Key": "other"})
    texts = [first["wanted_work"][0]["label"], first["strengths"][0]]
    at = service.clock.at
    with service.database.writing("north") as store:
        session = store.session

        def add(row: Any) -> Any:
            _fill(row, at)
            session.add(row)
            session.flush()
            return row

        vacancy = add(
            VacancyRow(
                id=new_id(at),
                ref="v-1",
                employer_id=employer_id,
                title="Baker",
                source="advertised",
                status="open",
                visibility="organisation",
                owner_id="user-ana",
                confirmed_at=at,
                created_by="user-ana",
                created_at=at,
            )
        )
        shortlist = add(
            ShortlistRow(
                id=new_id(at),
                participant_id=participant_id,
                document_id="d" * 64,
                profile_version=2,
                as_of=ON,
                pool_mark=0,
                viewer_id="user-ana",
                viewer_team_ids=["team-a"],
                method={},
                counts={},
                entries=orjson.dumps([_finding(word(), no_go=word())]),
                drawn_by="user-ana",
                drawn_at=at,
            )
        )
        add(
            EntryRow(
                id=new_id(at),
                shortlist_id=shortlist.id,
                vacancy_id=vacancy.id,
                vacancy_ref="v-1",
                position=1,
                place=1,
                finding={
                    "as_of": "2026-11-22",
                    "pool_mark": 0,
                    "ruled_out": True,
                    "entry": _finding(word(), no_go=word()),
                },
            )
        )
        add(
            EntryChange(
                id=new_id(at),
                shortlist_id=shortlist.id,
                vacancy_id=vacancy.id,
                kind="added",
                reason="other",
                words=word(),
                by="user-ana",
                at=at,
            )
        )
        decision = {"participant_id": participant_id, "vacancy_id": vacancy.id, "by": "user-ana", "at": at}
        add(DecisionRow(id=new_id(at), shortlist_id=shortlist.id, choice="not_now", words=word(), **decision))
        add(
            StandingRow(
                participant_id=participant_id, profile_version=2, as_of=ON, pool_mark=0, vacancy_ids=[vacancy.id]
            )
        )
        alert = {"participant_id": participant_id, "vacancy_id": vacancy.id, "specialist_id": "user-ana"}
        add(Alert(id=new_id(at), position=1, because="logged", at=at, **alert))
        proposal = {"rows": [{"participant_id": participant_id, "sentence": word()}]}
        add(Allocation(id=new_id(at), as_of=ON, proposal=proposal, edits=[], made_by="user-ana", made_at=at))
        contact = add(
            Contact(
                id=new_id(at),
                employer_id=employer_id,
                mode="visit",
                on=ON,
                person_met="Somebody Else",
                serves=word(),
                notes=word(),
                over_limit_because=word(),
                by="user-ana",
                recorded_at=at,
            )
        )
        add(ContactBehalf(contact_id=contact.id, participant_id=participant_id))
        add(
            Taster(
                id=new_id(at),
                participant_id=participant_id,
                employer_id=employer_id,
                kind="job_taster",
                on=ON,
                participant_found=word(),
                employer_found=word(),
                by="user-ana",
                at=at,
            )
        )
        placement = add(
            PlacementRow(
                id=new_id(at),
                participant_id=participant_id,
                employer_id=employer_id,
                job_title="Baker",
                started_on=ON,
                adjustments_agreed=["canary-adjustment"],
                end_words=word(),
                created_by="user-ana",
                created_at=at,
            )
        )
        canaries.append("canary-adjustment")
        check_in = {"placement_id": placement.id, "on": ON, "still_in_work": True, "by": "user-ana", "at": at}
        add(CheckIn(id=new_id(at), notes=word(), **check_in))
        earned = {"from_on": ON, "to_on": ON, "gross_pence": 12345, "source": "payslip", "by": "user-ana", "at": at}
        add(EarningsRow(id=new_id(at), placement_id=placement.id, **earned))
        reached = {"kind": "job_start", "reached_on": ON, "verified": False, "policy": {}, "at": at}
        add(OutcomeRow(id=new_id(at), participant_id=participant_id, placement_id=placement.id, **reached))
        body = f'{{"id": "{placement.id}", "end_words": "{word()}"}}'.encode()
        add(IdempotencyKey(id="k" * 64, request_digest="", status=201, headers={}, body=body, created_at=at))
        kept_file = {"kind": "profiles", "file_name": "people.csv", "content_digest": "f" * 64, "state": "taken"}
        add(Import(id=new_id(at), content=word().encode(), summary={}, by="user-ana", at=at, **kept_file))
        vector = np.full(4, 0.5, dtype=np.float32)
        store.pool.put_vectors({text_digest(text): vector for text in texts}, encoder="e" * 64)
    consent = {"employer_id": employer_id, "choice": "yes", "items": ["hours"], "method": "phone"}
    path = f"/v1/participants/{participant_id}/consents"
    assert service.as_("ana").post(path, {**consent, "given_on": "2026-11-20"}).status_code == 201
    return Held(id=participant_id, canaries=canaries, texts=texts)


def _fill(row: Any, at: datetime) -> None:
    """Put something into columns that need a value and of which this module says nothing."""
    for column in type(row).__mapper__.columns:
        open_ = getattr(row, column.key) is None and not column.nullable and column.default is None
        if not open_ or column.key == "organisation_id":
            continue
        kind = column.type.python_type if not isinstance(column.type, JSON) else list
        blank: dict[type, Any] = {
            str: "x",
            int: 0,
            float: 0.0,
            bool: False,
            date: ON,
            datetime: at,
            list: [],
            bytes: b"",
        }
        setattr(row, column.key, blank[kind])


def _finding(sentence: str, *, no_go: str) -> dict[str, Any]:
    common = {"verdict": "ok", "aspect": "travel"}
    return {
        "vacancy_ref": "v-1",
        "position": 1,
        "findings": [
            {**common, "part": "max_minutes", "sentence": sentence},
            {**common, "aspect": "employer", "part": "avoided", "sentence": no_go},
        ],
        "questions": [],
    }


def told_in_tables(database: Database) -> Iterator[tuple[str, str]]:
    """Every value of every table that is words or bytes, with the table it stands in."""
    for organisation_id in ("north", "south"):
        with database.reading(organisation_id) as store:
            for mapper in Base.registry.mappers:
                if mapper.local_table.name in ("sign_in_attempts", "sign_on_states"):
                    continue
                for row in store.session.execute(select(*mapper.local_table.columns)):
                    yield (
                        mapper.local_table.name,
                        " ".join(
                            value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                            for value in row
                        ),
                    )


def versions_of(database: Database, participant_id: str) -> list[ProfileVersion]:
    """The versions that are kept of somebody's profile."""
    with database.reading("north") as store:
        return store.profiles.all_versions(participant_id)
