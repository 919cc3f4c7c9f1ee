"""Decisions over HTTP: one role at a time, with a reason, with history."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.routes.lists import drawn, logged, person, read
from tests.service import NORTH, Service

FORWARD = {"choice": "put_forward", "words": "She asked for a bakery."}


def listed(service: Service, *, roles: int = 1) -> dict[str, Any]:
    for _ in range(roles):
        logged(service, "Bread baker")
    return drawn(service, person(service))


def decide(
    service: Service, shortlist: dict[str, Any], sent: dict[str, Any], *, by: str = "ana", place: int = 0
) -> Any:
    body = {
        "participant_id": shortlist["participant_id"],
        "vacancy_id": shortlist["arranged"][place]["vacancy_id"],
        "shortlist_id": shortlist["id"],
        **sent,
    }
    return service.as_(by).post("/v1/decisions", body)


def take_back(service: Service, shortlist: dict[str, Any], *, place: int = 0) -> Any:
    body = {
        "participant_id": shortlist["participant_id"],
        "vacancy_id": shortlist["arranged"][place]["vacancy_id"],
    }
    return service.as_("ana").post("/v1/decisions/take-back", body)


def last_opportunity(service: Service, participant_id: str) -> str | None:
    with service.database.reading(NORTH) as store:
        day = store.participants.get(participant_id).last_opportunity_on
    return None if day is None else day.isoformat()


class TestDecide:
    def test_a_decision_is_kept_with_its_reason_and_stands_beside_its_entry(self, service: Service) -> None:
        shortlist = listed(service)
        made = decide(service, shortlist, {"choice": "not_wanted", "reason": "too_far", "words": "Two buses."})
        assert made.status_code == 201
        entry = read(service, shortlist["id"])["arranged"][0]
        assert entry["choice"] == "not_wanted"
        assert [(each["reason"], each["words"], each["by"]) for each in entry["decisions"]] == [
            ("too_far", "Two buses.", "user-ana")
        ]

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"choice": "not_wanted"}, "reason"),
            ({"choice": "not_now", "words": "Later."}, "reason"),
            ({"choice": "put_forward"}, "words"),
            ({"choice": "put_forward", "reason": "other"}, "words"),
            ({"choice": "talk_about_it", "reason": "because"}, "reason"),
            ({"choice": "perhaps"}, "choice"),
        ],
    )
    def test_a_choice_without_its_reason_is_refused(
        self, sqlite_service: Service, sent: dict[str, Any], field: str
    ) -> None:
        refused = decide(sqlite_service, listed(sqlite_service), sent)
        assert refused.status_code == 422
        assert [each["field"] for each in refused.json()["errors"]] == [field]

    @pytest.mark.parametrize(
        "sent", [FORWARD, {"choice": "put_forward", "reason": "fits_wish"}, {"choice": "talk_about_it"}]
    )
    def test_a_sentence_or_a_code_is_enough_to_put_forward_and_none_to_talk(
        self, sqlite_service: Service, sent: dict[str, Any]
    ) -> None:
        assert decide(sqlite_service, listed(sqlite_service), sent).status_code == 201

    def test_many_at_once_cannot_be_decided(self, sqlite_service: Service) -> None:
        shortlist = listed(sqlite_service, roles=2)
        one = {"participant_id": shortlist["participant_id"], "shortlist_id": shortlist["id"], **FORWARD}
        ids = [each["vacancy_id"] for each in shortlist["arranged"]]
        for body in ([{**one, "vacancy_id": each} for each in ids], {**one, "vacancy_id": ids}, {"decisions": [one]}):
            assert sqlite_service.as_("ana").post("/v1/decisions", body).status_code == 422
        found = sqlite_service.as_("ana").get(f"/v1/decisions?participant_id={shortlist['participant_id']}")
        assert found.json()["items"] == []

    def test_no_route_decides_for_a_whole_list(self, sqlite_service: Service) -> None:
        paths = sqlite_service.client.get("/v1/openapi.json").json()["paths"]
        deciding = {path for path in paths if "decision" in path or "accept" in path}
        assert deciding == {"/v1/decisions", "/v1/decisions/take-back"}

    def test_a_role_that_does_not_stand_on_the_list_is_not_decided_on_it(self, sqlite_service: Service) -> None:
        shortlist = listed(sqlite_service)
        other = logged(sqlite_service, "Dog groomer")
        assert decide(sqlite_service, shortlist, {**FORWARD, "vacancy_id": other}).status_code == 404
        alone = {**FORWARD, "vacancy_id": other, "shortlist_id": None}
        assert decide(sqlite_service, shortlist, alone).status_code == 201

    def test_a_list_of_somebody_else_is_no_list_of_theirs(self, sqlite_service: Service) -> None:
        shortlist = listed(sqlite_service)
        other = person(sqlite_service, "p-2")
        assert decide(sqlite_service, shortlist, {**FORWARD, "participant_id": other}).status_code == 404

    @pytest.mark.parametrize(("who", "status"), [("lee", 201), ("ben", 403), ("eve", 403), ("val", 403), ("sam", 404)])
    def test_only_who_may_write_to_the_participant_decides(
        self, sqlite_service: Service, who: str, status: int
    ) -> None:
        assert decide(sqlite_service, listed(sqlite_service), FORWARD, by=who).status_code == status

    def test_the_employers_limits_are_shown_and_bar_no_decision(self, sqlite_service: Service) -> None:
        employer = {"name": "Hazel Bakery", "contact_every_days": 30, "no_contact_until": "2026-12-24"}
        sqlite_service.as_("eve").post("/v1/employers", employer)
        made = decide(sqlite_service, listed(sqlite_service), FORWARD)
        assert made.status_code == 201
        assert made.json()["contact"]["next_allowed_on"] == "2026-12-24"

    def test_a_retried_key_decides_once(self, service: Service) -> None:
        shortlist = listed(service)
        body = {
            "participant_id": shortlist["participant_id"],
            "vacancy_id": shortlist["arranged"][0]["vacancy_id"],
            **FORWARD,
        }
        for _ in range(2):
            service.as_("ana").post("/v1/decisions", body, headers={"Idempotency-Key": "once"})
        assert len(read(service, shortlist["id"])["arranged"][0]["decisions"]) == 1


class TestHistory:
    def test_what_was_taken_back_stays_as_history_and_no_longer_holds(self, service: Service) -> None:
        shortlist = listed(service)
        decide(service, shortlist, FORWARD)
        decide(service, shortlist, {"choice": "not_now", "reason": "hours"})
        assert take_back(service, shortlist).status_code == 201
        entry = read(service, shortlist["id"])["arranged"][0]
        assert entry["choice"] is None
        assert [each["choice"] for each in entry["decisions"]] == ["put_forward", "not_now", None]

    def test_what_was_not_decided_cannot_be_taken_back(self, sqlite_service: Service) -> None:
        shortlist = listed(sqlite_service)
        assert take_back(sqlite_service, shortlist).status_code == 409
        decide(sqlite_service, shortlist, FORWARD)
        assert [take_back(sqlite_service, shortlist).status_code for _ in range(2)] == [201, 409]

    def test_a_later_list_shows_what_was_decided_on_an_earlier_one(self, sqlite_service: Service) -> None:
        shortlist = listed(sqlite_service)
        decide(sqlite_service, shortlist, FORWARD)
        assert drawn(sqlite_service, shortlist["participant_id"])["arranged"][0]["choice"] == "put_forward"

    def test_decisions_are_paged_in_order(self, sqlite_service: Service) -> None:
        shortlist = listed(sqlite_service)
        for _ in range(2):
            decide(sqlite_service, shortlist, FORWARD)
            take_back(sqlite_service, shortlist)
        path = f"/v1/decisions?participant_id={shortlist['participant_id']}&limit=3"
        first = sqlite_service.as_("ana").get(path).json()
        second = sqlite_service.as_("ana").get(f"{path}&cursor={first['next_cursor']}").json()
        choices = [each["choice"] for each in (*first["items"], *second["items"])]
        assert choices == ["put_forward", None, "put_forward", None]


class TestOpportunity:
    def test_putting_forward_is_an_opportunity_and_nothing_else_is(self, sqlite_service: Service) -> None:
        shortlist = listed(sqlite_service)
        decide(sqlite_service, shortlist, {"choice": "talk_about_it"})
        assert last_opportunity(sqlite_service, shortlist["participant_id"]) is None
        decide(sqlite_service, shortlist, FORWARD)
        assert last_opportunity(sqlite_service, shortlist["participant_id"]) == "2026-11-22"

    def test_what_was_put_forward_by_mistake_was_none(self, sqlite_service: Service) -> None:
        shortlist = listed(sqlite_service, roles=2)
        decide(sqlite_service, shortlist, FORWARD)
        sqlite_service.clock.pass_(days=2)
        decide(sqlite_service, shortlist, FORWARD, place=1)
        assert last_opportunity(sqlite_service, shortlist["participant_id"]) == "2026-11-24"
        take_back(sqlite_service, shortlist, place=1)
        assert last_opportunity(sqlite_service, shortlist["participant_id"]) == "2026-11-22"
        take_back(sqlite_service, shortlist)
        assert last_opportunity(sqlite_service, shortlist["participant_id"]) is None
