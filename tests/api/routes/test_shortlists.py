"""Shortlists over HTTP: drawn, read as far as one may, drawn again, and arranged by hand."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from matching.interchange.withholding import WITHHELD_SENTENCE
from tests.api.routes.lists import BAKES, closed, draw, drawn, learnt, logged, person, read
from tests.service import NORTH, Service

NEAR = {"location": {"postcode": "ME14 1XQ"}}
AWAY = {"location": {"postcode": "CT1 2EH"}}
CAREFUL = {
    **BAKES,
    "travel": {"home": "ME14 1AA", "max_km": 15},
    "travel.no_go": ["ME15"],
    "employers_avoided": ["Beech Cafe"],
    "adjustments": [{"slug": "place.quiet_room", "importance": "essential"}],
}
FITS = {"reason": "fits_wish"}


def bread(service: Service, **more: Any) -> str:
    return logged(service, "Bread baker", **{**NEAR, **more})


def get(service: Service, shortlist: dict[str, Any], part: str, *, by: str = "ana") -> Any:
    answered = service.as_(by).get(f"/v1/shortlists/{shortlist['id']}/{part}")
    assert answered.status_code == 200, answered.text
    return answered.json()


def arrange(
    service: Service, shortlist: dict[str, Any], method: str, path: str, sent: dict[str, Any], *, by: str = "ana"
) -> Any:
    """Arrange a list as it was read."""
    return service.as_(by).change(
        method, f"/v1/shortlists/{shortlist['id']}/entries{path}", sent, version=shortlist["version"]
    )


def order(shortlist: dict[str, Any]) -> list[str]:
    return [each["vacancy_id"] for each in shortlist["arranged"] if each["removed_at"] is None]


class TestDraw:
    def test_new_words_are_read_first_and_then_the_list_is_drawn(self, service: Service) -> None:
        participant, role = person(service), bread(service)
        pending = draw(service, participant)
        assert pending.status_code == 202
        assert service.as_("ana").get(pending.headers["Location"]).json()["state"] == "waiting"
        assert [each["vacancy_id"] for each in drawn(service, participant)["arranged"]] == [role]

    def test_a_list_says_whose_wish_each_role_serves(self, sqlite_service: Service) -> None:
        bread(sqlite_service)
        entry = drawn(sqlite_service, person(sqlite_service))["drawn"][0]
        assert any("baking bread" in sentence for sentence in entry["why"])

    def test_only_so_many_entries_are_kept_as_were_asked_for(self, sqlite_service: Service) -> None:
        for _ in range(3):
            bread(sqlite_service)
        shortlist = drawn(sqlite_service, person(sqlite_service), entries=2)
        assert (len(shortlist["drawn"]), shortlist["counts"]["listed"]) == (2, 3)

    @pytest.mark.parametrize("entries", [0, 51])
    def test_none_and_more_than_fifty_are_refused(self, sqlite_service: Service, entries: int) -> None:
        assert draw(sqlite_service, "anybody", entries=entries).status_code == 422

    def test_who_objects_is_not_matched(self, sqlite_service: Service) -> None:
        participant = person(sqlite_service)
        path = f"/v1/participants/{participant}"
        version = sqlite_service.as_("ana").get(path).json()["version"]
        sqlite_service.as_("ana").change("PUT", f"{path}/objection", {"objects": True}, version=version)
        sqlite_service.run_jobs()
        refused = draw(sqlite_service, participant)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/conflict")

    @pytest.mark.parametrize(
        ("who", "status"),
        [("lee", 201), ("ben", 403), ("eve", 403), ("val", 403), ("adam", 403), ("sam", 404), ("sue", 404)],
    )
    def test_only_who_may_read_the_participant_draws_a_list(
        self, sqlite_service: Service, who: str, status: int
    ) -> None:
        participant = person(sqlite_service)
        sqlite_service.run_jobs()
        assert draw(sqlite_service, participant, by=who).status_code == status

    def test_it_is_in_the_audit_record_without_a_word_of_the_profile(self, sqlite_service: Service) -> None:
        bread(sqlite_service)
        drawn(sqlite_service, person(sqlite_service))
        with sqlite_service.database.reading(NORTH) as store:
            events = [link.event for link in store.audit.chain() if link.event.action.startswith("shortlist.")]
        assert [each.action for each in events] == ["shortlist.drawn", "shortlist.read"]
        assert "bread" not in str(events)


class TestDrawAgain:
    def test_it_is_the_same_after_roles_were_changed_closed_and_added(self, service: Service) -> None:
        participant = person(service, **CAREFUL)
        roles = [bread(service) for _ in range(4)]
        shortlist = drawn(service, participant)
        before = get(service, shortlist, "document")
        learnt(service, roles[0], adjustments={"place.quiet_room": "no"})
        closed(service, roles[1])
        bread(service)
        service.clock.pass_(days=3)
        service.run_jobs()
        assert len(drawn(service, participant)["drawn"]) == 3
        with service.database.reading(NORTH) as store:
            stored = store.shortlists.get(shortlist["id"]).entries
        again = service.as_("ana").get(f"/v1/shortlists/{shortlist['id']}/document")
        assert again.json() == before
        assert orjson.dumps(orjson.loads(again.content)["entries"]) == stored
        assert stored in again.content


class TestSeen:
    def test_a_leader_sees_neither_whom_nor_where_somebody_avoids(self, service: Service) -> None:
        participant = person(service, **CAREFUL)
        bread(service)
        bread(service, location={"postcode": "ME15 6YE"})
        logged(service, "Bread baker", employer="Beech Cafe", **NEAR)
        shortlist = drawn(service, participant)
        own = get(service, shortlist, "document")
        told = get(service, shortlist, "document", by="lee")
        assert [len(told[part]) for part in ("entries", "excluded")] == [1, 2]
        text = orjson.dumps(told).decode()
        assert WITHHELD_SENTENCE in text
        assert "no_go" not in text
        assert "avoid" not in text
        assert "no_go" in orjson.dumps(own).decode()
        for part in ("", "/excluded", "/document"):
            answered = service.as_("lee").get(f"/v1/shortlists/{shortlist['id']}{part}").text
            assert "no_go" not in answered
            assert "avoid" not in answered

    def test_a_role_that_was_not_told_to_the_reader_is_withheld_and_counted(self, sqlite_service: Service) -> None:
        participant = person(sqlite_service)
        secret, open_role = bread(sqlite_service, visibility="own_caseload"), bread(sqlite_service)
        shortlist = drawn(sqlite_service, participant)
        assert len(shortlist["drawn"]) == 2
        told = read(sqlite_service, shortlist["id"], by="lee")
        assert (order(told), len(told["drawn"]), told["withheld"]) == ([open_role], 1, 1)
        document = sqlite_service.as_("lee").get(f"/v1/shortlists/{shortlist['id']}/document").json()
        assert len(document["entries"]) == 1
        why = sqlite_service.as_("lee").get(f"/v1/shortlists/{shortlist['id']}/why?vacancy_id={secret}")
        assert why.status_code == 404

    def test_another_organisation_finds_no_such_list(self, sqlite_service: Service) -> None:
        shortlist = drawn(sqlite_service, person(sqlite_service))
        for part in ("", "/document", "/excluded", "/negotiation", "/why?vacancy_id=x"):
            assert sqlite_service.as_("sam").get(f"/v1/shortlists/{shortlist['id']}{part}").status_code == 404

    def test_lists_of_a_participant_are_found_the_oldest_first(self, sqlite_service: Service) -> None:
        participant = person(sqlite_service)
        lists = [drawn(sqlite_service, participant)["id"] for _ in range(3)]
        path = f"/v1/shortlists?participant_id={participant}&limit=2"
        first = sqlite_service.as_("ana").get(path).json()
        second = sqlite_service.as_("ana").get(f"{path}&cursor={first['next_cursor']}").json()
        assert [each["id"] for each in (*first["items"], *second["items"])] == lists


class TestExcluded:
    def test_it_pages_through_all_with_every_reason(self, sqlite_service: Service) -> None:
        for _ in range(5):
            bread(sqlite_service, **AWAY)
        shortlist = drawn(sqlite_service, person(sqlite_service, **CAREFUL))
        refs, cursor = [], ""
        for _ in range(3):
            page = get(sqlite_service, shortlist, f"excluded?limit=2{cursor}")
            refs += [each["vacancy_ref"] for each in page["items"]]
            cursor = f"&cursor={page['next_cursor']}"
        assert page["next_cursor"] is None
        assert refs == [each["vacancy_ref"] for each in get(sqlite_service, shortlist, "document")["excluded"]]

    def test_it_is_asked_for_by_aspect(self, sqlite_service: Service) -> None:
        bread(sqlite_service, **AWAY)
        bread(sqlite_service, adjustments={"place.quiet_room": "no"})
        shortlist = drawn(sqlite_service, person(sqlite_service, **CAREFUL))
        page = get(sqlite_service, shortlist, "excluded?aspect=travel")
        assert page["by_reason"] == {"adjustments": 1, "travel": 1}
        assert [[why["aspect"] for why in each["because"]] for each in page["items"]] == [["travel"]]

    def test_asking_by_employer_tells_a_leader_nothing(self, sqlite_service: Service) -> None:
        logged(sqlite_service, "Baker", employer="Beech Cafe", **NEAR)
        shortlist = drawn(sqlite_service, person(sqlite_service, **CAREFUL))
        assert len(get(sqlite_service, shortlist, "excluded?aspect=employer")["items"]) == 1
        told = get(sqlite_service, shortlist, "excluded?aspect=employer", by="lee")
        assert (told["items"], told["by_reason"]) == ([], {"withheld": 1})

    def test_a_cursor_of_another_list_is_refused(self, sqlite_service: Service) -> None:
        shortlist = drawn(sqlite_service, person(sqlite_service))
        path = f"/v1/shortlists/{shortlist['id']}/excluded?cursor=abc"
        assert sqlite_service.as_("ana").get(path).status_code == 422


class TestNegotiation:
    def test_it_counts_those_whom_the_asker_may_see(self, sqlite_service: Service) -> None:
        bread(sqlite_service, adjustments={"place.quiet_room": "no"})
        first = person(sqlite_service, **CAREFUL)
        person(sqlite_service, "p-2", **CAREFUL)
        person(sqlite_service, "p-3", by="ben", **CAREFUL)
        (miss,) = get(sqlite_service, drawn(sqlite_service, first), "negotiation")["items"]
        assert miss["opens_for"] == 2
        assert miss["blocked_by"] == [{"aspect": "adjustments", "part": "place.quiet_room"}]


class TestWhy:
    def test_a_role_that_is_left_out_says_why(self, sqlite_service: Service) -> None:
        role = bread(sqlite_service, **AWAY)
        shortlist = drawn(sqlite_service, person(sqlite_service, **CAREFUL))
        why = get(sqlite_service, shortlist, f"why?vacancy_id={role}")
        assert (why["position"], why["was_there"]) == (None, True)
        assert [each["part"] for each in why["findings"] if each["verdict"] == "conflict"] == ["distance"]

    def test_a_role_that_one_concession_would_open_says_which(self, sqlite_service: Service) -> None:
        role = bread(sqlite_service, adjustments={"place.quiet_room": "no"})
        shortlist = drawn(sqlite_service, person(sqlite_service, **CAREFUL))
        why = get(sqlite_service, shortlist, f"why?vacancy_id={role}")
        assert (why["concession"], why["would_rank"]) == ("Ask again for what they need: room to retreat to.", 1)

    def test_a_role_that_came_later_is_explained_as_of_today(self, sqlite_service: Service) -> None:
        shortlist = drawn(sqlite_service, person(sqlite_service))
        role = bread(sqlite_service)
        sqlite_service.run_jobs()
        why = get(sqlite_service, shortlist, f"why?vacancy_id={role}")
        assert (why["was_there"], why["position"], why["drawn_place"]) == (False, 1, None)

    def test_a_reference_that_is_nearly_right_is_suggested_and_not_repeated(self, sqlite_service: Service) -> None:
        bread(sqlite_service)
        shortlist = drawn(sqlite_service, person(sqlite_service))
        ref = shortlist["drawn"][0]["vacancy_ref"]
        wrong = f"{ref}xq"
        path = f"/v1/shortlists/{shortlist['id']}/why"
        refused = sqlite_service.as_("ana").get(path, params={"vacancy_ref": wrong})
        assert refused.status_code == 404
        assert f"'{ref}'" in refused.json()["detail"]
        assert wrong not in refused.text

    def test_a_role_is_named_in_one_way(self, sqlite_service: Service) -> None:
        shortlist = drawn(sqlite_service, person(sqlite_service))
        assert sqlite_service.as_("ana").get(f"/v1/shortlists/{shortlist['id']}/why").status_code == 422


class TestArrange:
    def _list(self, service: Service) -> dict[str, Any]:
        for _ in range(3):
            bread(service)
        return drawn(service, person(service))

    @pytest.mark.parametrize(
        ("to", "places"), [("down", [1, 0, 2]), ("up", [0, 1, 2]), (3, [1, 2, 0]), (99, [1, 2, 0])]
    )
    def test_the_first_role_is_moved(self, sqlite_service: Service, to: int | str, places: list[int]) -> None:
        shortlist = self._list(sqlite_service)
        before = order(shortlist)
        moved = arrange(sqlite_service, shortlist, "PATCH", f"/{before[0]}", {"to": to, **FITS})
        assert order(moved.json()) == [before[place] for place in places]

    def test_what_was_drawn_stays_beside_what_was_arranged(self, service: Service) -> None:
        shortlist = self._list(service)
        last = order(shortlist)[2]
        moved = arrange(service, shortlist, "PATCH", f"/{last}", {"to": 1, "reason": "other", "words": "Near a bus."})
        assert moved.json()["drawn"] == shortlist["drawn"]
        first = moved.json()["arranged"][0]
        assert (first["vacancy_id"], first["place"], first["position"]) == (last, 1, 3)
        (change,) = first["changes"]
        assert (change["kind"], change["from_place"], change["to_place"]) == ("moved", 3, 1)
        assert (change["by"], change["words"]) == ("user-ana", "Near a bus.")

    def test_the_second_of_two_who_arrange_at_once_is_told(self, service: Service) -> None:
        shortlist = self._list(service)
        path = f"/{order(shortlist)[0]}"
        assert arrange(service, shortlist, "PATCH", path, {"to": 2, **FITS}).status_code == 200
        second = arrange(service, shortlist, "PATCH", path, {"to": 3, **FITS}, by="lee")
        assert (second.status_code, second.json()["version"]) == (412, 2)

    def test_it_needs_the_version_that_was_read_and_a_reason(self, sqlite_service: Service) -> None:
        shortlist = self._list(sqlite_service)
        path = f"/v1/shortlists/{shortlist['id']}/entries/{order(shortlist)[0]}"
        assert sqlite_service.as_("ana").patch(path, {"to": 2, **FITS}).status_code == 428
        for sent in ({"to": 2}, {"to": 2, "reason": "other"}, {"to": "top", **FITS}):
            assert sqlite_service.as_("ana").change("PATCH", path, sent, version=1).status_code == 422

    def test_a_role_that_was_removed_keeps_its_history_and_can_come_back(self, sqlite_service: Service) -> None:
        shortlist = self._list(sqlite_service)
        first, *others = order(shortlist)
        removed = arrange(sqlite_service, shortlist, "POST", f"/{first}/removal", {"reason": "too_far"}).json()
        assert order(removed) == others
        assert removed["arranged"][-1]["changes"][0]["kind"] == "removed"
        assert get(sqlite_service, removed, f"why?vacancy_id={first}")["removed_by_hand"] is True
        back = arrange(sqlite_service, removed, "POST", "", {"vacancy_id": first, "place": 2, **FITS}).json()
        assert order(back) == [others[0], first, others[1]]

    def test_a_role_that_is_ruled_out_is_added_and_marked_with_its_conflicts(self, service: Service) -> None:
        role = bread(service, **AWAY)
        shortlist = drawn(service, person(service, **CAREFUL))
        added = arrange(service, shortlist, "POST", "", {"vacancy_id": role, "reason": "other", "words": "By car."})
        assert added.status_code == 201
        (entry,) = added.json()["arranged"]
        assert (entry["position"], entry["place"], entry["added"]["ruled_out"]) == (None, 1, True)
        assert len(entry["added"]["conflicts"]) == 1
        assert added.json()["drawn"] == []

    def test_why_a_role_that_was_added_is_ruled_out_is_withheld_from_a_leader(self, sqlite_service: Service) -> None:
        role = logged(sqlite_service, "Baker", employer="Beech Cafe", **NEAR)
        shortlist = drawn(sqlite_service, person(sqlite_service, **CAREFUL))
        arrange(sqlite_service, shortlist, "POST", "", {"vacancy_id": role, **FITS})
        added = read(sqlite_service, shortlist["id"], by="lee")["arranged"][0]["added"]
        assert added["conflicts"] == [WITHHELD_SENTENCE]

    def test_a_role_that_came_later_is_added_with_its_entry_of_today(self, sqlite_service: Service) -> None:
        shortlist = self._list(sqlite_service)
        role = bread(sqlite_service)
        sqlite_service.run_jobs()
        added = arrange(sqlite_service, shortlist, "POST", "", {"vacancy_id": role, "place": 1, **FITS}).json()
        assert added["arranged"][0]["added"]["ruled_out"] is False
        assert added["arranged"][0]["added"]["entry"]["score"] > 0

    def test_what_is_there_already_closed_or_not_told_to_one_is_not_added(self, sqlite_service: Service) -> None:
        shortlist = self._list(sqlite_service)
        gone = bread(sqlite_service)
        secret = bread(sqlite_service, by="ben", visibility="own_caseload")
        sqlite_service.run_jobs()
        closed(sqlite_service, gone)
        sqlite_service.run_jobs()
        asked = [order(shortlist)[0], gone, secret]
        statuses = [
            arrange(sqlite_service, shortlist, "POST", "", {"vacancy_id": each, **FITS}).status_code for each in asked
        ]
        assert statuses == [409, 409, 404]

    def test_who_may_not_write_to_the_participant_arranges_nothing(self, sqlite_service: Service) -> None:
        shortlist = self._list(sqlite_service)
        path = f"/{order(shortlist)[0]}"
        statuses = [
            arrange(sqlite_service, shortlist, "PATCH", path, {"to": 2, **FITS}, by=who).status_code
            for who in ("ben", "eve", "val", "sam")
        ]
        assert statuses == [403, 403, 403, 404]

    def test_the_employers_limits_stand_beside_each_role(self, sqlite_service: Service) -> None:
        employer = {"name": "Hazel Bakery", "contact_every_days": 30, "no_contact_until": "2026-12-24"}
        sqlite_service.as_("eve").post("/v1/employers", employer)
        contact = self._list(sqlite_service)["arranged"][0]["contact"]
        assert contact == {"contact_every_days": 30, "no_contact_until": "2026-12-24", "last_contact_on": None}
