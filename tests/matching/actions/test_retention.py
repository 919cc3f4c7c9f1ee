"""What is past its time: counted without a change, then forgotten exactly as counted."""

from __future__ import annotations

from typing import Any

import pytest

from matching.actions.retention import forget, past_their_time
from matching.store.tables import AuditRow, Organisation
from tests.api.routes.people import taken_on, write
from tests.matching.actions.held import somebody, told_in_tables, versions_of
from tests.service import Service


def counted(service: Service, organisation_id: str = "north") -> dict[str, int]:
    """What would be forgotten."""
    with service.database.reading(organisation_id) as store:
        return past_their_time(store=store, at=service.clock.at)


def forgotten(service: Service, organisation_id: str = "north") -> dict[str, int]:
    """What was forgotten."""
    with service.database.writing(organisation_id) as store:
        return forget(store=store, at=service.clock.at)


def left(service: Service, participant_id: str) -> None:
    """Note that somebody left today."""
    path = f"/v1/participants/{participant_id}/status"
    assert service.as_("ana").change("PUT", path, {"status": "left"}, version=1).status_code == 200


def test_nothing_is_past_its_time_at_first(service: Service) -> None:
    somebody(service)
    assert set(counted(service).values()) == {0}


def test_counting_changes_nothing(sqlite_service: Service) -> None:
    somebody(sqlite_service)
    sqlite_service.clock.pass_(days=1000)
    before = sorted(told_in_tables(sqlite_service.database))
    assert any(counted(sqlite_service).values())
    assert sorted(told_in_tables(sqlite_service.database)) == before


def test_what_is_done_is_what_was_counted(service: Service) -> None:
    somebody(service)
    other = taken_on(service, ref="p-2")
    for version in range(3):
        write(service, other, {"hours.max": 10 + version}, version=version)
    left(service, other)
    service.clock.pass_(days=800)
    dry = counted(service)
    assert {name for name, count in dry.items() if count} >= {
        "profile_versions",
        "profile_drafts",
        "shortlists",
        "allocations",
        "imported_files",
        "answers",
        "participants",
    }
    assert forgotten(service) == dry
    assert set(forgotten(service).values()) == {0}


def test_the_latest_version_and_those_of_lists_are_kept(sqlite_service: Service) -> None:
    held = somebody(sqlite_service)  # the list is of version 2
    write(sqlite_service, held.id, {"hours.max": 12}, version=2)
    sqlite_service.clock.pass_(days=400)
    forgotten(sqlite_service)
    assert [row.version for row in versions_of(sqlite_service.database, held.id)] == [2, 3]


def test_a_save_over_a_forgotten_version_shows_both(sqlite_service: Service) -> None:
    participant_id = taken_on(sqlite_service)
    write(sqlite_service, participant_id, {"hours.max": 10}, version=0)
    write(sqlite_service, participant_id, {"hours.max": 12}, version=1)
    sqlite_service.clock.pass_(days=400)
    forgotten(sqlite_service)
    assert write(sqlite_service, participant_id, {"interests": ["dogs"]}, version=1).status_code == 412


@pytest.mark.parametrize(("days", "erased"), [(729, 0), (731, 1)])
def test_who_left_is_erased_after_the_time_that_is_set(sqlite_service: Service, days: int, erased: int) -> None:
    left(sqlite_service, taken_on(sqlite_service, name="Invented Ines"))
    sqlite_service.clock.pass_(days=days)
    assert forgotten(sqlite_service)["participants"] == erased
    told = " ".join(words for _, words in told_in_tables(sqlite_service.database))
    assert ("Invented Ines" in told) == (not erased)


def test_an_organisation_sets_its_own_time(sqlite_service: Service) -> None:
    left(sqlite_service, taken_on(sqlite_service))
    settings: dict[str, Any] = {"keep_participants_days": 30}
    with sqlite_service.database.writing("north") as store:
        store.session.query(Organisation).one().settings = settings
    sqlite_service.clock.pass_(days=31)
    assert counted(sqlite_service)["participants"] == 1


def test_who_came_back_is_not_erased(sqlite_service: Service) -> None:
    participant_id = taken_on(sqlite_service)
    left(sqlite_service, participant_id)
    path = f"/v1/participants/{participant_id}/status"
    sqlite_service.as_("ana").change("PUT", path, {"status": "active"}, version=2)
    sqlite_service.clock.pass_(days=800)
    assert counted(sqlite_service)["participants"] == 0


def test_answers_to_retried_requests_go_after_two_days(service: Service) -> None:
    somebody(service)
    service.clock.pass_(hours=47)
    assert counted(service)["answers"] == 0
    service.clock.pass_(hours=2)
    assert counted(service)["answers"] == 2


def test_another_organisation_keeps_what_is_its_own(service: Service) -> None:
    held = somebody(service)
    service.clock.pass_(days=1000)
    assert set(forgotten(service, "south").values()) == {0}
    assert len(versions_of(service.database, held.id)) == 2


def test_it_is_on_record(sqlite_service: Service) -> None:
    somebody(sqlite_service)
    sqlite_service.clock.pass_(days=800)
    done = forgotten(sqlite_service)
    with sqlite_service.database.reading("north") as store:
        row = store.session.query(AuditRow).filter_by(action="retention.applied").one()
    assert row.detail == done
