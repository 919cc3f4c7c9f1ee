"""Job tasters and working interviews over HTTP."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from matching.store.tables import Participant, Taster
from tests.api.routes.test_contacts import TODAY, employer, fields, participant
from tests.service import Service


def taster(service: Service, person: str, **more: Any) -> dict[str, Any]:
    return {"participant_id": person, "kind": "job_taster", "on": TODAY, **more}


class TestTasters:
    def test_what_both_sides_found_is_kept_as_words(self, service: Service) -> None:
        person = participant(service)
        said = taster(service, person, employer_id=employer(service))
        logged = service.as_("ana").post("/v1/tasters", said)
        assert logged.status_code == 201
        found = {**said, "participant_found": "liked the dough", "employer_found": "careful hands"}
        changed = service.as_("ana").change("PUT", logged.headers["Location"], found, version=1)
        read = service.as_("ana").get(logged.headers["Location"]).json()
        assert read == changed.json()
        assert (read["participant_found"], read["employer_found"]) == ("liked the dough", "careful hands")

    def test_nobody_can_be_marked_as_passed_or_failed(self, sqlite_service: Service) -> None:
        said = taster(sqlite_service, participant(sqlite_service), employer_id=employer(sqlite_service))
        for mark in ("passed", "failed", "result", "score", "outcome"):
            assert fields(sqlite_service.as_("ana").post("/v1/tasters", {**said, mark: True})) == [mark]
            assert mark not in Taster.__table__.columns

    def test_a_taster_counts_as_an_opportunity(self, sqlite_service: Service) -> None:
        person = participant(sqlite_service)
        sqlite_service.as_("ana").post(
            "/v1/tasters", taster(sqlite_service, person, employer_id=employer(sqlite_service))
        )
        with sqlite_service.database.reading("north") as store:
            last = store.session.scalar(select(Participant.last_opportunity_on).where(Participant.id == person))
        assert str(last) == TODAY

    def test_a_taster_needs_an_employer_or_a_role(self, sqlite_service: Service) -> None:
        said = taster(sqlite_service, participant(sqlite_service))
        assert fields(sqlite_service.as_("ana").post("/v1/tasters", said)) == ["employer_id"]

    def test_nobody_finds_anything_before_the_day(self, sqlite_service: Service) -> None:
        said = taster(sqlite_service, participant(sqlite_service), employer_id=employer(sqlite_service))
        early = {**said, "on": "2026-12-01", "employer_found": "careful hands"}
        assert fields(sqlite_service.as_("ana").post("/v1/tasters", early)) == ["on"]

    def test_they_show_to_the_specialist_alone(self, service: Service) -> None:
        person = participant(service)
        logged = service.as_("ana").post("/v1/tasters", taster(service, person, employer_id=employer(service)))
        for path in (logged.headers["Location"], f"/v1/participants/{person}/tasters"):
            assert service.as_("ana").get(path).status_code == 200
            assert service.as_("ben").get(path).status_code == 403
            assert service.as_("eve").get(path).status_code == 403
            assert service.as_("sam").get(path).status_code == 404
