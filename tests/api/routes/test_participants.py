"""Participants over HTTP: taken on, seen by whom, in which order, and moved between specialists and states."""

from __future__ import annotations

from datetime import date

import pytest

from matching.store import new_id
from matching.store.tables import AuditRow, Contact, ContactBehalf
from tests.api.routes.people import ENTERED_ON, employer, taken_on
from tests.service import Service


def contacted(service: Service, participant_id: str, on: date) -> None:
    """A contact with an employer on behalf of a participant."""
    employer_id = employer(service, f"Employer of {on}")
    with service.database.writing("north") as store:
        contact = Contact(
            id=new_id(service.clock.at),
            employer_id=employer_id,
            mode="phone",
            on=on,
            by="user-ana",
            recorded_at=service.clock.at,
        )
        store.session.add(contact)
        store.session.flush()
        store.session.add(ContactBehalf(contact_id=contact.id, participant_id=participant_id))


class TestTakeOn:
    def test_a_specialist_takes_on_to_their_own_caseload(self, service: Service) -> None:
        participant_id = taken_on(service, name="Invented Ines")
        told = service.as_("ana").get(f"/v1/participants/{participant_id}").json()
        assert (told["name"], told["specialist_id"], told["team_id"]) == ("Invented Ines", "user-ana", "team-a")

    def test_a_reference_is_taken_once(self, sqlite_service: Service) -> None:
        taken_on(sqlite_service)
        body = {"ref": "p-1", "entered_on": ENTERED_ON}
        assert sqlite_service.as_("ben").post("/v1/participants", body).status_code == 409

    def test_two_organisations_may_have_the_same_reference(self, sqlite_service: Service) -> None:
        taken_on(sqlite_service)
        taken_on(sqlite_service, "sam")

    def test_only_a_leader_gives_one_to_somebody_else(self, sqlite_service: Service) -> None:
        body = {"ref": "p-1", "entered_on": ENTERED_ON, "specialist_id": "user-ana"}
        assert sqlite_service.as_("ben").post("/v1/participants", body).status_code == 403
        assert sqlite_service.as_("lee").post("/v1/participants", body).status_code == 201

    @pytest.mark.parametrize("specialist", ["user-ben", "user-eve", "user-sam", "nobody"])
    def test_a_leader_gives_only_to_specialists_of_their_teams(self, sqlite_service: Service, specialist: str) -> None:
        body = {"ref": "p-1", "entered_on": ENTERED_ON, "specialist_id": specialist}
        refused = sqlite_service.as_("lee").post("/v1/participants", body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "specialist_id")

    @pytest.mark.parametrize("name", ["eve", "val", "adam", "aud"])
    def test_other_roles_take_nobody_on(self, sqlite_service: Service, name: str) -> None:
        body = {"ref": "p-1", "entered_on": ENTERED_ON}
        assert sqlite_service.as_(name).post("/v1/participants", body).status_code == 403


class TestWhoReads:
    @pytest.mark.parametrize(
        ("name", "status"),
        [("ana", 200), ("lee", 200), ("ben", 403), ("eve", 403), ("adam", 403), ("aud", 403), ("sam", 404)],
    )
    def test_only_the_specialist_and_their_leader_do(self, sqlite_service: Service, name: str, status: int) -> None:
        participant_id = taken_on(sqlite_service)
        assert sqlite_service.as_(name).get(f"/v1/participants/{participant_id}").status_code == status

    def test_every_read_is_on_record(self, service: Service) -> None:
        participant_id = taken_on(service)
        service.as_("lee").get(f"/v1/participants/{participant_id}")
        with service.database.reading("north") as store:
            rows = store.session.query(AuditRow).filter_by(action="participant.read", who="user-lee").all()
        assert [row.subject_id for row in rows] == [participant_id]

    def test_a_list_is_a_read_of_each_one_on_it(self, sqlite_service: Service) -> None:
        ids = [taken_on(sqlite_service, ref=ref) for ref in ("p-1", "p-2")]
        sqlite_service.as_("ana").get("/v1/participants")
        with sqlite_service.database.reading("north") as store:
            row = store.session.query(AuditRow).filter_by(action="participants.listed").one()
        assert sorted(row.detail["participants"]) == sorted(ids)


class TestCaseload:
    def test_who_has_waited_longest_comes_first(self, service: Service) -> None:
        never, lately, long_ago = (taken_on(service, ref=ref) for ref in ("never", "lately", "long-ago"))
        contacted(service, lately, date(2026, 11, 20))
        contacted(service, long_ago, date(2026, 11, 5))
        listed = service.as_("ana").get("/v1/participants").json()["items"]
        assert [each["participant"]["id"] for each in listed] == [never, long_ago, lately]
        assert [each["days_waiting"] for each in listed] == [20, 17, 2]

    def test_an_opportunity_counts_as_much_as_a_contact(self, sqlite_service: Service) -> None:
        first, second = (taken_on(sqlite_service, ref=ref) for ref in ("p-1", "p-2"))
        with sqlite_service.database.writing("north") as store:
            store.participants.locked(first).last_opportunity_on = date(2026, 11, 10)
        listed = sqlite_service.as_("ana").get("/v1/participants").json()["items"]
        assert [each["participant"]["id"] for each in listed] == [second, first]

    def test_pages_hold_everybody_once(self, service: Service) -> None:
        ids = {taken_on(service, ref=f"p-{number}") for number in range(5)}
        seen: list[str] = []
        query = "?limit=2"
        while query:
            page = service.as_("ana").get(f"/v1/participants{query}").json()
            seen += [each["participant"]["id"] for each in page["items"]]
            query = f"?limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
        assert len(seen) == 5
        assert set(seen) == ids

    def test_a_leader_sees_the_team_and_a_specialist_only_their_own(self, sqlite_service: Service) -> None:
        mine = taken_on(sqlite_service, ref="p-1")
        taken_on(sqlite_service, "ben", ref="p-2")
        listed = sqlite_service.as_("lee").get("/v1/participants?of=team").json()["items"]
        assert [each["participant"]["id"] for each in listed] == [mine]
        assert sqlite_service.as_("ana").get("/v1/participants?of=team").status_code == 403

    def test_somebody_who_left_is_not_on_it(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        path = f"/v1/participants/{participant_id}/status"
        sqlite_service.as_("ana").change("PUT", path, {"status": "left"}, version=1)
        assert sqlite_service.as_("ana").get("/v1/participants").json()["items"] == []
        assert len(sqlite_service.as_("ana").get("/v1/participants?status=left").json()["items"]) == 1

    @pytest.mark.parametrize("cursor", ["2026-13-01.x", "nonsense", "2026-11-01"])
    def test_a_cursor_of_another_list_is_refused_or_starts_somewhere(
        self, sqlite_service: Service, cursor: str
    ) -> None:
        assert sqlite_service.as_("ana").get(f"/v1/participants?cursor={cursor}").status_code in (200, 422)

    def test_a_caseload_is_counted_against_twenty_and_twenty_five(self, service: Service) -> None:
        for number in range(21):
            taken_on(service, ref=f"p-{number}", model="seqf" if number < 3 else "ips")
        (told,) = service.as_("ana").get("/v1/participants/caseloads").json()["items"]
        assert (told["active"], told["seqf"], told["full_fidelity"], told["most"]) == (21, 3, 20, 25)
        assert "above the 20" in told["sentence"]


class TestChange:
    def test_the_second_of_two_savers_is_told(self, service: Service) -> None:
        participant_id = taken_on(service)
        path = f"/v1/participants/{participant_id}"
        body = {"name": "Invented Ines", "entered_on": ENTERED_ON}
        assert service.as_("ana").change("PUT", path, body, version=1).status_code == 200
        second = service.as_("lee").change("PUT", path, body, version=1)
        assert (second.status_code, second.json()["version"]) == (412, 2)

    def test_what_was_sent_stands_in_no_refusal(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        body = {"name": "Secret Sally", "route": "secret route", "entered_on": "2036-01-01"}
        refused = sqlite_service.as_("ana").change("PUT", f"/v1/participants/{participant_id}", body, version=1)
        assert refused.status_code == 422
        assert "ecret" not in refused.text

    def test_a_leader_gives_a_participant_to_another_specialist(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        path = f"/v1/participants/{participant_id}/specialist"
        given = sqlite_service.as_("lee").change("PUT", path, {"specialist_id": "user-lee"}, version=1)
        assert given.json()["specialist_id"] == "user-lee"
        assert sqlite_service.as_("ana").get(f"/v1/participants/{participant_id}").status_code == 403

    def test_a_specialist_gives_nobody_away(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        path = f"/v1/participants/{participant_id}/specialist"
        given = sqlite_service.as_("ana").change("PUT", path, {"specialist_id": "user-lee"}, version=1)
        assert given.status_code == 403

    @pytest.mark.parametrize(
        ("moves", "last"),
        [
            (["paused", "active"], 200),
            (["left", "active"], 200),
            (["left", "paused"], 409),
            (["active"], 409),
            (["erased"], 409),
        ],
    )
    def test_support_is_paused_ended_and_taken_up_again(
        self, sqlite_service: Service, moves: list[str], last: int
    ) -> None:
        participant_id = taken_on(sqlite_service)
        path = f"/v1/participants/{participant_id}/status"
        answers = [
            sqlite_service.as_("ana").change("PUT", path, {"status": status}, version=version)
            for version, status in enumerate(moves, start=1)
        ]
        assert answers[-1].status_code == last

    def test_an_objection_is_noted_and_lifted(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        path = f"/v1/participants/{participant_id}/objection"
        noted = sqlite_service.as_("ana").change("PUT", path, {"objects": True}, version=1)
        lifted = sqlite_service.as_("ana").change("PUT", path, {"objects": False}, version=2)
        assert [noted.json()["objects_to_matching"], lifted.json()["objects_to_matching"]] == [True, False]
