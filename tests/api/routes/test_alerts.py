"""Alerts over HTTP: told once, to the specialist of whoever a role suits."""

from __future__ import annotations

from typing import Any

from tests.api.routes.lists import BAKES, closed, learnt, logged, person
from tests.service import Service


def alerts(service: Service, by: str = "ana", query: str = "") -> list[dict[str, Any]]:
    answered = service.as_(by).get(f"/v1/alerts{query}")
    assert answered.status_code == 200, answered.text
    found: list[dict[str, Any]] = answered.json()["items"]
    return found


def ready(service: Service, **said: Any) -> str:
    """Somebody whose first entries have been looked at."""
    participant = person(service, **said)
    service.run_jobs()
    return participant


class TestTold:
    def test_a_role_that_is_logged_and_suits_is_told_once(self, service: Service) -> None:
        participant = ready(service)
        role = logged(service, "Bread baker", by="eve")
        service.run_jobs()
        (alert,) = alerts(service)
        assert (alert["participant_id"], alert["vacancy_id"]) == (participant, role)
        assert (alert["position"], alert["because"], alert["seen_at"]) == (1, "logged", None)
        learnt(service, role, pay={"hourly": 13})
        service.run_jobs()
        assert len(alerts(service)) == 1

    def test_a_role_that_leaves_and_enters_again_is_not_told_twice(self, sqlite_service: Service) -> None:
        ready(sqlite_service)
        role = logged(sqlite_service, "Bread baker")
        sqlite_service.run_jobs()
        closed(sqlite_service, role)
        sqlite_service.run_jobs()
        version = sqlite_service.as_("ana").get(f"/v1/vacancies/{role}").json()["version"]
        sqlite_service.as_("ana").change("POST", f"/v1/vacancies/{role}/reopen", version=version)
        sqlite_service.run_jobs()
        assert len(alerts(sqlite_service)) == 1

    def test_a_fact_that_opens_a_role_is_told(self, sqlite_service: Service) -> None:
        role = logged(sqlite_service, "Bread baker", hours={"min": 30, "max": 40})
        ready(sqlite_service, **BAKES, hours={"max": 16})
        assert alerts(sqlite_service) == []
        learnt(sqlite_service, role, hours={"min": 10, "max": 16})
        sqlite_service.run_jobs()
        assert [each["because"] for each in alerts(sqlite_service)] == ["facts"]

    def test_a_role_below_the_tenth_is_not_told(self, sqlite_service: Service) -> None:
        for _ in range(10):
            logged(sqlite_service, "Bread baker", employer="Hazel Bakery", pay={"hourly": 15})
        ready(sqlite_service, **BAKES, pay_floor={"hourly": 12})
        logged(sqlite_service, "Bread baker", pay={"hourly": 11})
        sqlite_service.run_jobs()
        assert alerts(sqlite_service) == []

    def test_a_first_list_is_no_news(self, sqlite_service: Service) -> None:
        logged(sqlite_service, "Bread baker")
        ready(sqlite_service)
        assert alerts(sqlite_service) == []

    def test_a_role_told_in_trust_is_told_to_those_who_may_know(self, sqlite_service: Service) -> None:
        ready(sqlite_service)
        person(sqlite_service, "p-2", by="ben")
        sqlite_service.run_jobs()
        logged(sqlite_service, "Bread baker", by="ben", visibility="own_caseload")
        sqlite_service.run_jobs()
        assert (len(alerts(sqlite_service, "ana")), len(alerts(sqlite_service, "ben"))) == (0, 1)


class TestRead:
    def test_they_go_with_the_caseload(self, service: Service) -> None:
        participant = ready(service)
        logged(service, "Bread baker")
        service.run_jobs()
        version = service.as_("lee").get(f"/v1/participants/{participant}").json()["version"]
        handed = service.as_("lee").change(
            "PUT", f"/v1/participants/{participant}/specialist", {"specialist_id": "user-lee"}, version=version
        )
        assert handed.status_code == 200, handed.text
        assert (alerts(service, "ana"), len(alerts(service, "lee"))) == ([], 1)

    def test_one_that_was_seen_is_so_for_good(self, sqlite_service: Service) -> None:
        ready(sqlite_service)
        logged(sqlite_service, "Bread baker")
        sqlite_service.run_jobs()
        (alert,) = alerts(sqlite_service, query="?unseen=true")
        path = f"/v1/alerts/{alert['id']}/seen"
        first = sqlite_service.as_("ana").post(path).json()
        sqlite_service.clock.pass_(hours=1)
        assert sqlite_service.as_("ana").post(path).json() == first
        assert alerts(sqlite_service, query="?unseen=true") == []

    def test_they_are_nobody_elses(self, sqlite_service: Service) -> None:
        ready(sqlite_service)
        logged(sqlite_service, "Bread baker")
        sqlite_service.run_jobs()
        (alert,) = alerts(sqlite_service)
        statuses = [
            sqlite_service.as_(who).post(f"/v1/alerts/{alert['id']}/seen").status_code
            for who in ("ben", "lee", "eve", "val", "sam")
        ]
        assert statuses == [404, 404, 403, 403, 404]
        assert sqlite_service.as_("eve").get("/v1/alerts").status_code == 403
