"""All that is held on somebody, given out to them: complete, without what concerns safety and without other people."""

from __future__ import annotations

import orjson
import pytest

from matching.store.tables import AuditRow, ContactBehalf, Export
from tests.api.routes.people import taken_on
from tests.matching.actions.held import somebody
from tests.service import Service


def test_every_kind_that_is_held_is_in_it(service: Service) -> None:
    held = somebody(service)
    told = service.as_("ana").get(f"/v1/participants/{held.id}/export").json()
    empty = [kind for kind, rows in told.items() if rows == []]
    assert empty == []
    assert "canary-000-end" in told["participant"]["ref"]


def test_what_concerns_safety_never_leaves(service: Service) -> None:
    held = somebody(service)
    told = service.as_("ana").get(f"/v1/participants/{held.id}/export").text
    for word in ("no_go", "avoided", "ME14"):
        assert word not in told


def test_nobody_else_is_named(service: Service) -> None:
    held = somebody(service)
    told = service.as_("ana").get(f"/v1/participants/{held.id}/export").text
    for name in ("Somebody Else", "Ana", "Lee"):
        assert name not in told


def test_notes_of_a_contact_for_others_too_stay_here(sqlite_service: Service) -> None:
    held = somebody(sqlite_service)
    other = taken_on(sqlite_service, ref="p-2")
    path = f"/v1/participants/{held.id}/export"
    alone = sqlite_service.as_("ana").get(path).json()["contacts"][0]
    with sqlite_service.database.writing("north") as store:
        store.session.add(ContactBehalf(contact_id=alone["id"], participant_id=other))
    shared = sqlite_service.as_("ana").get(path).json()["contacts"][0]
    assert ("notes" in alone, "notes" in shared) == (True, False)


def test_who_has_read_it_is_in_it(sqlite_service: Service) -> None:
    held = somebody(sqlite_service)
    sqlite_service.as_("lee").get("/v1/participants?of=team")
    told = sqlite_service.as_("ana").get(f"/v1/participants/{held.id}/export").json()["audit"]
    assert ("user-lee", "participants.listed") in {(each["who"], each["action"]) for each in told}


def test_it_is_logged(sqlite_service: Service) -> None:
    participant_id = taken_on(sqlite_service)
    sqlite_service.as_("ana").get(f"/v1/participants/{participant_id}/export")
    with sqlite_service.database.reading("north") as store:
        assert store.session.query(AuditRow).filter_by(action="participant.exported").count() == 1
        assert orjson.dumps(store.session.query(Export).one().filters) == orjson.dumps(
            {"participant_id": participant_id}
        )


@pytest.mark.parametrize(("name", "status"), [("lee", 200), ("ben", 403), ("aud", 403), ("sam", 404)])
def test_only_who_may_read_may_export(sqlite_service: Service, name: str, status: int) -> None:
    participant_id = taken_on(sqlite_service)
    assert sqlite_service.as_(name).get(f"/v1/participants/{participant_id}/export").status_code == status
