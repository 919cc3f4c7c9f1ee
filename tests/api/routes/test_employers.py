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

    def test_a_new_name_reaches_the_roles_of_the_employer(self, service: Service) -> None:
        role = service.as_("eve").post("/v1/vacancies", {"title": "Baker", "employer": "Hazel Bakery"}).json()
        path = f"/v1/employers/{role['employer_id']}"
        assert service.as_("ana").change("PUT", path, {"name": "Hazel & Sons"}, version=1).status_code == 200
        renamed = service.as_("eve").get(f"/v1/vacancies/{role['id']}").json()
        assert (renamed["employer"], renamed["document"]["employer"]) == ("Hazel & Sons", "Hazel & Sons")

    def test_a_name_that_another_employer_has_is_a_conflict(self, sqlite_service: Service) -> None:
        service = sqlite_service
        service.as_("eve").post("/v1/employers", {"name": "Alder Farm"})
        added = service.as_("eve").post("/v1/employers", BAKERY).json()
        path = f"/v1/employers/{added['id']}"
        assert service.as_("eve").change("PUT", path, {"name": "ALDER farm"}, version=1).status_code == 409


class TestNames:
    def test_a_name_that_grows_too_long_where_names_are_compared_is_refused(self, sqlite_service: Service) -> None:
        refused = sqlite_service.as_("eve").post("/v1/employers", {"name": "ΐ" * 150})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "name")

    def test_a_search_finds_words_of_the_name_and_takes_nothing_for_a_pattern(self, sqlite_service: Service) -> None:
        service = sqlite_service
        service.as_("eve").post("/v1/employers", BAKERY)
        found = {
            words: service.as_("ana").get("/v1/employers", params={"search": words}) for words in ("ZEL", "%", "\0")
        }
        assert [len(found[words].json()["items"]) for words in ("ZEL", "%")] == [1, 0]
        assert found["\0"].status_code == 422


class TestWorkplaces:
    def test_a_workplace_is_read_with_its_employer(self, sqlite_service: Service) -> None:
        service = sqlite_service
        added = service.as_("eve").post("/v1/employers", BAKERY).json()
        path = f"/v1/employers/{added['id']}"
        sent = {"name": "Shop", "postcode": "me141xq"}
        assert service.as_("eve").post(f"{path}/workplaces", sent).status_code == 201
        assert [each["postcode"] for each in service.as_("ana").get(path).json()["workplaces"]] == ["ME14 1XQ"]

    def test_a_malformed_postcode_is_named(self, sqlite_service: Service) -> None:
        service = sqlite_service
        added = service.as_("eve").post("/v1/employers", BAKERY).json()
        refused = service.as_("eve").post(f"/v1/employers/{added['id']}/workplaces", {"name": "Shop", "postcode": "1"})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "postcode")
