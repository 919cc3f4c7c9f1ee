"""The audit record: read by auditors, and unable to be changed without a trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from matching.actions.audit import verify
from matching.audit import chained
from matching.store.audit import _link
from matching.store.tables import AuditRow
from tests.databases import Databases
from tests.service import NORTH, Service

EVENTS = 6


def written(service: Service) -> None:
    """Six events, in both organisations."""
    for name in ("eve", "sam"):
        for number in range(EVENTS):
            assert service.as_(name).post("/v1/employers", {"name": f"Employer {number}"}).status_code == 201


def tampered(service: Service, databases: Databases, tamper: Callable[[Connection], None]) -> None:
    """Do to the record what its owner could do, past every protection."""
    url = make_url(service.running.settings.database)
    if service.database.is_postgresql:
        url = make_url(databases.owner_url(service.running.settings.database)).set(drivername="postgresql+psycopg")
        unprotect = ["ALTER TABLE audit_events DISABLE TRIGGER only_grow"]
    else:
        unprotect = [f"DROP TRIGGER audit_events_no_{change}" for change in ("update", "delete")]
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for each in unprotect:
            connection.execute(text(each))
        tamper(connection)


def statement(sql: str) -> Callable[[Connection], None]:
    return lambda connection: connection.execute(text(sql)) and None  # type: ignore[func-returns-value]


def swap_third_and_fourth(connection: Connection) -> None:
    for before, after in ((3, 99), (4, 3), (99, 4)):
        connection.execute(
            text("UPDATE audit_events SET seq = :after WHERE organisation_id = 'north' AND seq = :before"),
            {"before": before, "after": after},
        )


def delete_the_third_and_close_the_gap(connection: Connection) -> None:
    connection.execute(text("DELETE FROM audit_events WHERE organisation_id = 'north' AND seq = 3"))
    for number in range(4, EVENTS + 1):
        connection.execute(
            text("UPDATE audit_events SET seq = seq - 1 WHERE organisation_id = 'north' AND seq = :number"),
            {"number": number},
        )


def rewrite_the_last(connection: Connection) -> None:
    """Alter the last event, and its own digest so that it fits what stands before it."""
    with Session(connection) as session:
        link = _link(session.get_one(AuditRow, (NORTH, EVENTS)))
    altered = replace(link.event, who="user-ben")
    digest = chained(altered, seq=link.seq, previous=link.previous).digest
    connection.execute(
        text("UPDATE audit_events SET who = 'user-ben', digest = :digest WHERE organisation_id = 'north' AND seq = 6"),
        {"digest": digest},
    )


TAMPERING = {
    "an altered word": (statement("UPDATE audit_events SET who = 'user-ben' WHERE seq = 2"), 2),
    "an altered detail": (statement("UPDATE audit_events SET detail = '{\"a\": 1}' WHERE seq = 5"), 5),
    "an altered moment": (statement("UPDATE audit_events SET at = '2020-01-01 00:00:00.000000' WHERE seq = 1"), 1),
    "a deleted event": (statement("DELETE FROM audit_events WHERE seq = 3"), 3),
    "a deleted first event": (statement("DELETE FROM audit_events WHERE seq = 1"), 1),
    "a deleted last event": (statement("DELETE FROM audit_events WHERE seq = 6"), EVENTS),
    "a truncated record": (statement("DELETE FROM audit_events WHERE seq > 2"), 3),
    "an emptied record": (statement("DELETE FROM audit_events"), 1),
    "a deleted event with the rest moved up": (delete_the_third_and_close_the_gap, 3),
    "two events that changed places": (swap_third_and_fourth, 3),
    "a last event that fits by itself": (rewrite_the_last, EVENTS),
    "an event that was added behind": (
        statement(
            "INSERT INTO audit_events (organisation_id, seq, at, who, action, subject_kind, subject_id, detail, "
            "previous, digest) SELECT organisation_id, 7, at, who, action, subject_kind, subject_id, "
            "detail, digest, digest FROM audit_events WHERE organisation_id = 'north' AND seq = 6"
        ),
        EVENTS + 1,
    ),
}


class TestVerify:
    def test_an_untouched_record_holds(self, service: Service) -> None:
        written(service)
        checked = service.as_("aud").get("/v1/audit/verify").json()
        assert (checked["holds"], checked["events"], checked["first_break"]) == (True, EVENTS, None)
        last = service.as_("aud").get("/v1/audit").json()["items"][-1]
        assert checked["head"] == last["digest"]

    def test_an_empty_record_holds(self, sqlite_service: Service) -> None:
        with sqlite_service.database.reading(NORTH) as store:
            assert verify(store).holds

    @pytest.mark.parametrize("name", TAMPERING)
    def test_it_finds(self, service: Service, databases: Databases, name: str) -> None:
        tamper, first_break = TAMPERING[name]
        written(service)
        tampered(service, databases, tamper)
        checked = service.as_("aud").get("/v1/audit/verify").json()
        assert (checked["holds"], checked["first_break"]) == (False, first_break)

    def test_what_others_write_meanwhile_is_no_break(self, service: Service) -> None:
        written(service)
        stop = Event()

        def write() -> None:
            number = 0
            while not stop.is_set():
                service.as_("eve").post("/v1/employers", {"name": f"Meanwhile {number}"})
                number += 1

        writer = Thread(target=write)
        writer.start()
        try:
            found = [service.as_("aud").get("/v1/audit/verify").json()["first_break"] for _ in range(15)]
        finally:
            stop.set()
            writer.join()
        assert found == [None] * 15


class TestOnlyGrowing:
    @pytest.mark.parametrize("change", ["UPDATE audit_events SET who = 'x'", "DELETE FROM audit_events"])
    def test_the_service_itself_cannot_change_it(self, service: Service, change: str) -> None:
        written(service)
        with pytest.raises(DBAPIError), service.database.writing(NORTH) as store:
            store.session.execute(text(change))

    @pytest.mark.parametrize(
        "change", ["UPDATE audit_events SET who = 'x'", "DELETE FROM audit_events", "TRUNCATE audit_events"]
    )
    def test_nor_its_owner_by_mistake(self, service: Service, databases: Databases, change: str) -> None:
        if not service.database.is_postgresql:
            pytest.skip("SQLite has no owner")
        owner = make_url(databases.owner_url(service.running.settings.database))
        engine = create_engine(owner.set(drivername="postgresql+psycopg"), poolclass=NullPool)
        written(service)
        with pytest.raises(DBAPIError, match="only grows"), engine.begin() as connection:
            connection.execute(text(change))


class TestRead:
    def test_pages_follow_each_other_to_the_end(self, sqlite_service: Service) -> None:
        written(sqlite_service)
        found, cursor = [], "0"
        while cursor is not None:
            page = sqlite_service.as_("aud").get(f"/v1/audit?limit=4&cursor={cursor}").json()
            found += [each["seq"] for each in page["items"]]
            cursor = page["next_cursor"]
        assert found == list(range(1, EVENTS + 1))

    def test_one_subject_is_found_alone(self, service: Service) -> None:
        written(service)
        employer = service.as_("eve").get("/v1/employers").json()["items"][0]["id"]
        page = service.as_("aud").get(f"/v1/audit?subject_kind=employer&subject_id={employer}").json()
        assert [(each["action"], each["who"]) for each in page["items"]] == [("employer.added", "user-eve")]

    def test_only_auditors_read_it(self, sqlite_service: Service) -> None:
        for name in ("ana", "lee", "adam", "val", "eve"):
            assert sqlite_service.as_(name).get("/v1/audit").status_code == 403
            assert sqlite_service.as_(name).get("/v1/audit/verify").status_code == 403
