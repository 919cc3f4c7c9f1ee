"""Vacancies over HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.service import Service

BAKER = {"title": "Baker", "employer": "Hazel Bakery", "hours": {"min": 16}}


def logged(service: Service, by: str = "eve", **more: Any) -> dict[str, Any]:
    answer = service.as_(by).post("/v1/vacancies", {**BAKER, **more})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def path(vacancy: dict[str, Any], *rest: str) -> str:
    return "/".join(["/v1/vacancies", vacancy["id"], *rest])


class TestLog:
    def test_a_role_that_was_logged_is_read_with_what_is_known_of_it(self, service: Service) -> None:
        answer = service.as_("eve").post("/v1/vacancies", BAKER)
        read = service.as_("ana").get(answer.headers["Location"])
        assert (answer.status_code, answer.headers["ETag"], read.headers["ETag"]) == (201, '"1"', '"1"')
        assert read.json()["source"] == "unadvertised"
        assert {(fact["field"], fact["source"], fact["observed_on"]) for fact in read.json()["facts"]} == {
            ("title", "phone", "2026-11-22"),
            ("hours.min", "phone", "2026-11-22"),
        }

    def test_what_is_advertised_is_known_by_its_advert(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, source="advertised")
        assert {fact["source"] for fact in vacancy["facts"]} == {"advert"}

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"hours": {"min": 20, "max": 10}}, "hours.min"),
            ({"tasks": "all of them"}, "tasks"),
            ({"vacancy_ref": "mine"}, "vacancy_ref"),
            ({"status": "closed"}, "status"),
            ({"employer": None}, "employer"),
            ({"title": ""}, "title"),
            ({"known_by": "rumour"}, "known_by"),
            ({"observed_on": "2027-01-01"}, "observed_on"),
        ],
    )
    def test_what_cannot_be_taken_is_named_by_its_field(
        self, sqlite_service: Service, more: dict[str, Any], field: str
    ) -> None:
        refused = sqlite_service.as_("eve").post("/v1/vacancies", {**BAKER, **more})
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == [field]

    @pytest.mark.parametrize(("name", "status"), [("val", 403), ("adam", 403), ("aud", 403), ("lee", 201)])
    def test_who_may_log(self, sqlite_service: Service, name: str, status: int) -> None:
        assert sqlite_service.as_(name).post("/v1/vacancies", BAKER).status_code == status

    def test_a_retried_key_logs_once(self, sqlite_service: Service) -> None:
        for _ in range(2):
            sqlite_service.as_("eve").post("/v1/vacancies", BAKER, headers={"Idempotency-Key": "once"})
        assert len(sqlite_service.as_("eve").get("/v1/vacancies").json()["items"]) == 1

    def test_the_description_of_the_body_is_that_of_the_interchange_format(self, sqlite_service: Service) -> None:
        schemas = sqlite_service.client.get("/v1/openapi.json").json()["components"]["schemas"]
        assert "negotiable" in str(schemas["VacancySent"]["properties"]["hours"])
        assert schemas["VacancySent"]["required"] == ["title"]


class TestSeen:
    def test_a_role_told_to_a_team_is_nowhere_for_others(self, service: Service) -> None:
        vacancy = logged(service)
        for name in ("ben", "sam"):
            assert service.as_(name).get("/v1/vacancies").json()["items"] == []
            assert service.as_(name).post(path(vacancy, "confirm")).status_code == 404
            for rest in ((), ("facts",), ("versions",)):
                assert service.as_(name).get(path(vacancy, *rest)).status_code == 404

    def test_pages_follow_each_other(self, sqlite_service: Service) -> None:
        titles = [f"Job {number}" for number in range(5)]
        for title in titles:
            logged(sqlite_service, title=title)
            sqlite_service.clock.pass_(seconds=1)
        found, cursor = [], ""
        while cursor is not None:
            more = f"&cursor={cursor}" if cursor else ""
            page = sqlite_service.as_("eve").get(f"/v1/vacancies?limit=2{more}").json()
            found += [item["title"] for item in page["items"]]
            cursor = page["next_cursor"]
        assert found == titles

    @pytest.mark.parametrize("query", ["search=%00", "status=lost", "unconfirmed_within_days=-1", "employer_id=%20"])
    def test_a_question_that_makes_no_sense_is_refused(self, sqlite_service: Service, query: str) -> None:
        assert sqlite_service.as_("eve").get(f"/v1/vacancies?{query}").status_code == 422


class TestFacts:
    def test_a_weaker_newer_fact_is_an_open_question(self, service: Service) -> None:
        vacancy = logged(service, known_by="visit", pay={"hourly": 12.5})
        recorded = service.as_("ana").post(
            path(vacancy, "facts"), {"source": "advert", "facts": {"pay": {"hourly": 11}}}
        )
        assert (recorded.status_code, recorded.json()["changed"]) == (201, False)
        read = service.as_("eve").get(path(vacancy)).json()
        assert [each["sentence"] for each in read["disagreements"]] == [
            "Pay: the advert says hourly 11, the visit found hourly 12.5."
        ]
        assert read["document"]["pay"] == {"hourly": 12.5}

    def test_a_fact_is_marked_as_old_after_90_days(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service)
        sqlite_service.clock.pass_(days=90)
        assert {fact["old"] for fact in sqlite_service.as_("eve").get(path(vacancy)).json()["facts"]} == {False}
        sqlite_service.clock.pass_(days=1)
        assert {fact["old"] for fact in sqlite_service.as_("eve").get(path(vacancy)).json()["facts"]} == {True}

    def test_the_history_is_paged_and_taking_back_leaves_it_whole(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service)
        for least in (18, 20):
            sqlite_service.as_("eve").post(
                path(vacancy, "facts"), {"source": "visit", "facts": {"hours": {"min": least}}}
            )
        first = sqlite_service.as_("eve").get(path(vacancy, "facts") + "?field=hours.min&limit=2").json()
        rest = sqlite_service.as_("eve").get(path(vacancy, "facts") + f"?field=hours.min&cursor={first['next_cursor']}")
        assert [fact["value"] for fact in [*first["items"], *rest.json()["items"]]] == [16, 18, 20]
        mistake = rest.json()["items"][0]["id"]
        back = sqlite_service.as_("eve").change("DELETE", path(vacancy, "facts", mistake), version=3)
        assert (back.status_code, back.json()["document"]["hours"], back.headers["ETag"]) == (200, {"min": 18}, '"4"')
        again = sqlite_service.as_("eve").change("DELETE", path(vacancy, "facts", mistake), version=4)
        assert again.status_code == 404

    def test_a_cursor_that_is_none_is_refused(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service)
        assert sqlite_service.as_("eve").get(path(vacancy, "facts") + "?cursor=abc").status_code == 422

    def test_writers_at_once_all_land(self, service: Service) -> None:
        vacancy = logged(service)
        facts = [
            {"openings": 2},
            {"physical": {"lift_kg": 5}},
            {"contract": "permanent"},
            {"location": {"remote": "no"}},
        ]

        def write(stated: dict[str, Any]) -> int:
            body = {"source": "visit", "facts": stated}
            return service.as_("eve").post(path(vacancy, "facts"), body).status_code

        with ThreadPoolExecutor(4) as threads:
            assert set(threads.map(write, facts)) == {201}
        read = service.as_("eve").get(path(vacancy)).json()
        assert read["version"] == 5
        assert {"openings", "physical", "contract", "location"} <= read["document"].keys()


class TestChange:
    def test_versions_tell_how_it_came_to_be(self, service: Service) -> None:
        vacancy = logged(service)
        assert service.as_("eve").change("POST", path(vacancy, "fill"), version=1).json()["status"] == "filled"
        assert service.as_("eve").change("POST", path(vacancy, "reopen"), version=2).json()["status"] == "open"
        assert service.as_("eve").change("POST", path(vacancy, "pause"), version=3).json()["status"] == "paused"
        assert service.as_("eve").change("POST", path(vacancy, "close"), version=4).json()["status"] == "closed"
        page = service.as_("ana").get(path(vacancy, "versions")).json()
        assert [(each["version"], each["because"]) for each in page["items"]] == [
            (1, "logged"),
            (2, "filled"),
            (3, "reopened"),
            (4, "paused"),
            (5, "closed"),
        ]
        assert page["items"][0]["document"]["status"] == "open"

    def test_the_second_of_two_is_told_the_present_version(self, service: Service) -> None:
        vacancy = logged(service)
        service.as_("eve").change("POST", path(vacancy, "pause"), version=1)
        second = service.as_("ana").change("POST", path(vacancy, "close"), version=1)
        assert (second.status_code, second.json()["version"]) == (412, 2)

    def test_a_change_without_a_version_is_not_taken(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service)
        assert sqlite_service.as_("eve").post(path(vacancy, "close")).status_code == 428

    def test_a_role_that_nobody_confirmed_is_paused_by_the_job_and_opened_again(self, service: Service) -> None:
        vacancy = logged(service)
        service.clock.pass_(days=29)
        soon = service.as_("eve").get("/v1/vacancies?unconfirmed_within_days=3").json()["items"]
        assert [each["confirm_by"] for each in soon] == ["2026-12-22T18:00:00+00:00"]
        service.clock.pass_(days=1)
        service.run_jobs()
        paused = service.as_("eve").get(path(vacancy)).json()
        assert (paused["status"], paused["paused_because"]) == ("paused", "unconfirmed")
        confirmed = service.as_("ana").post(path(vacancy, "confirm")).json()
        assert (confirmed["status"], confirmed["confirm_by"]) == ("open", "2027-01-21T18:00:00+00:00")

    def test_the_owner_tells_the_organisation(self, service: Service) -> None:
        vacancy = logged(service)
        told = {"visibility": "organisation"}
        assert service.as_("ana").change("PATCH", path(vacancy, "audience"), told, version=1).status_code == 403
        assert service.as_("eve").change("PATCH", path(vacancy, "audience"), told, version=1).status_code == 200
        assert service.as_("ben").get(path(vacancy)).status_code == 200

    def test_a_change_of_nothing_is_refused(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service)
        refused = sqlite_service.as_("eve").change("PATCH", path(vacancy, "audience"), {}, version=1)
        assert refused.status_code == 422

    def test_a_role_is_carved_out_of_another(self, service: Service) -> None:
        vacancy = logged(service, tasks=["Knead dough", "Pack bread"])
        sent = {"title": "Packer", "origins": [{"vacancy_id": vacancy["id"], "tasks": ["Pack bread"]}]}
        carved = service.as_("ana").post("/v1/vacancies/carved", sent)
        assert (carved.status_code, carved.json()["carved_from"]) == (201, [vacancy["ref"]])
        assert carved.json()["document"]["tasks"] == ["Pack bread"]
        assert "hours" not in carved.json()["document"]
