"""Employers over HTTP."""

from __future__ import annotations

from tests.service import Service

BAKERY = {"name": "Hazel Bakery"}


class TestAdd:
    def test_an_employer_that_was_added_is_found_again(self, service: Service) -> None:
        added = service.as_("eve").post("/v1/employers", BAKERY)
        assert added.status_code == 201
        assert service.as_("ana").get(added.headers["Location"]).json()["name"] == "Hazel Bakery"

    def test_the_same_name_in_another_spelling_is_a_conflict(self, service: Service) -> None:
        service.as_("eve").post("/v1/employers", BAKERY)
        assert service.as_("eve").post("/v1/employers", {"name": " hazel  BAKERY "}).status_code == 409

    def test_a_retried_key_adds_nothing_and_brings_the_same_answer(self, service: Service) -> None:
        first, second = (
            service.as_("eve").post("/v1/employers", BAKERY, headers={"Idempotency-Key": "once"}) for _ in range(2)
        )
        assert first.content == second.content
        assert second.headers["Idempotency-Replayed"] == "true"

    def test_a_key_used_for_another_request_is_a_conflict(self, service: Service) -> None:
        service.as_("eve").post("/v1/employers", BAKERY, headers={"Idempotency-Key": "once"})
        other = service.as_("eve").post("/v1/employers", {"name": "Other"}, headers={"Idempotency-Key": "once"})
        assert other.status_code == 409

    def test_an_unknown_field_is_named(self, service: Service) -> None:
        refused = service.as_("eve").post("/v1/employers", {**BAKERY, "colour": "red"})
        assert refused.status_code == 422
        assert refused.json()["errors"] == [{"field": "colour", "message": "is not a field here"}]

    def test_nobody_adds_one_signed_out(self, service: Service) -> None:
        refused = service.client.post("/v1/employers", json=BAKERY)
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"


class TestTenants:
    def test_another_organisation_sees_nothing_of_it(self, service: Service) -> None:
        added = service.as_("eve").post("/v1/employers", BAKERY).json()
        assert service.as_("sam").get(f"/v1/employers/{added['id']}").status_code == 404
        assert service.as_("sam").get("/v1/employers").json()["items"] == []


class TestChange:
    def test_a_change_needs_the_version_that_was_read(self, service: Service) -> None:
        added = service.as_("eve").post("/v1/employers", BAKERY).json()
        path = f"/v1/employers/{added['id']}"
        assert service.as_("eve").put(path, BAKERY).status_code == 428

    def test_the_second_of_two_savers_is_told_the_present_version(self, service: Service) -> None:
        added = service.as_("eve").post("/v1/employers", BAKERY).json()
        path = f"/v1/employers/{added['id']}"
        first = service.as_("eve").change("PUT", path, {"name": "Hazel & Sons"}, version=1)
        second = service.as_("ana").change("PUT", path, {"name": "Hazel Ltd"}, version=1)
        assert first.status_code == 200
        assert (second.status_code, second.json()["version"]) == (412, 2)
