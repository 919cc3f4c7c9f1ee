"""Erasing somebody: no word of them is found anywhere, and what is counted stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select

from matching.actions.erasure import wipe_log
from matching.actions.index import text_digest
from matching.store.tables import AuditRow, Base, DecisionRow, PlacementRow, ShortlistRow, TextVector
from tests.api.routes.people import taken_on, write
from tests.matching.actions.held import somebody, told_in_tables
from tests.service import Service


def erase(service: Service, participant_id: str, by: str = "lee") -> int:
    """Erase a participant and return the status."""
    return service.as_(by).delete(f"/v1/participants/{participant_id}").status_code


class TestEverything:
    def test_every_canary_is_there_before(self, sqlite_service: Service) -> None:
        held = somebody(sqlite_service)
        told = " ".join(words for _, words in told_in_tables(sqlite_service.database))
        assert [canary for canary in held.canaries if canary not in told and canary.replace("-", "_") not in told] == []

    def test_no_canary_is_in_any_table_after(self, service: Service) -> None:
        held = somebody(service)
        assert erase(service, held.id) == 200
        left = [
            (table, canary)
            for table, words in told_in_tables(service.database)
            for canary in held.canaries
            if canary in words or canary.replace("-", "_") in words
        ]
        assert left == []

    def test_no_byte_of_a_canary_is_in_the_file_or_its_log_after(self, sqlite_service: Service) -> None:
        held = somebody(sqlite_service)
        assert erase(sqlite_service, held.id) == 200
        assert wipe_log(sqlite_service.database)
        path = Path(make_url(str(sqlite_service.database.engine.url)).database or "")
        for file in sorted(path.parent.glob(f"{path.name}*")):
            content = file.read_bytes()
            for canary in held.canaries:
                assert canary.encode() not in content, (file.name, canary)

    def test_what_is_counted_stays(self, service: Service) -> None:
        held = somebody(service)
        erase(service, held.id)
        with service.database.reading("north") as store:
            counts = [
                store.session.scalar(select(func.count()).select_from(table))
                for table in (ShortlistRow, DecisionRow, PlacementRow)
            ]
        assert counts == [1, 1, 1]

    def test_vectors_of_their_words_go_unless_others_need_them(self, service: Service) -> None:
        held = somebody(service)
        other = taken_on(service, ref="p-2")
        write(service, other, {"strengths": [held.texts[1]]}, version=0)
        erase(service, held.id)
        with service.database.reading("north") as store:
            left = set(store.session.scalars(select(TextVector.digest)))
        assert left == {text_digest(held.texts[1])}

    def test_the_audit_record_stays_whole(self, service: Service) -> None:
        held = somebody(service)
        erase(service, held.id)
        with service.database.reading("north") as store:
            assert store.audit.first_break() is None
            row = store.session.query(AuditRow).filter_by(action="participant.erased").one()
        assert row.detail["profile_versions"] == 2


class TestWho:
    def test_a_second_time_is_harmless(self, service: Service) -> None:
        participant_id = taken_on(service)
        assert [erase(service, participant_id), erase(service, participant_id)] == [200, 200]
        with service.database.reading("north") as store:
            assert store.session.query(AuditRow).filter_by(action="participant.erased").count() == 1

    @pytest.mark.parametrize(("name", "status"), [("ana", 403), ("ben", 403), ("adam", 403), ("sue", 404)])
    def test_only_the_leader_of_the_team_erases(self, sqlite_service: Service, name: str, status: int) -> None:
        assert erase(sqlite_service, taken_on(sqlite_service), name) == status

    def test_somebody_erased_is_not_found_again(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        erase(sqlite_service, participant_id)
        path = f"/v1/participants/{participant_id}"
        assert [sqlite_service.as_("lee").get(path + rest).status_code for rest in ("", "/profile", "/export")] == [
            404
        ] * 3
        assert sqlite_service.as_("lee").get("/v1/participants?of=team&status=erased").json()["items"] == []

    def test_the_reference_is_free_again(self, sqlite_service: Service) -> None:
        erase(sqlite_service, taken_on(sqlite_service))
        taken_on(sqlite_service)


def test_every_table_that_points_at_a_participant_is_thought_of() -> None:
    pointing = {table.name for table in Base.metadata.sorted_tables if "participant_id" in table.columns}
    assert pointing == {
        "alerts",
        "consents",
        "contact_behalves",
        "decisions",
        "outcomes",
        "placements",
        "profile_drafts",
        "profile_versions",
        "safety_versions",
        "shortlists",
        "standings",
        "tasters",
    }
