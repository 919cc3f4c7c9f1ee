"""Whom a role might suit, over HTTP: by how long people wait, and nothing of them to who reads no participants."""

from __future__ import annotations

from typing import Any

from matching.interchange.withholding import WITHHELD_SENTENCE
from tests.api.routes.lists import BAKES, drawn, logged, person
from tests.service import Service


def suits(service: Service, vacancy_id: str, by: str = "ana", query: str = "") -> Any:
    answered = service.as_(by).get(f"/v1/vacancies/{vacancy_id}/suits{query}")
    assert answered.status_code == 200, answered.text
    return answered.json()


def put_forward(service: Service, participant_id: str, vacancy_id: str) -> None:
    body = {"participant_id": participant_id, "vacancy_id": vacancy_id, "choice": "put_forward", "words": "Asked."}
    assert service.as_("ana").post("/v1/decisions", body).status_code == 201


class TestOrder:
    def test_the_longest_wait_comes_first_whatever_the_place(self, service: Service) -> None:
        role, other = logged(service, "Bread baker"), logged(service, "Dog groomer")
        lately = person(service, "lately")
        long_ago = person(service, "long-ago", wanted_work=[{"label": "Dog groomer"}])
        newcomer = person(service, "newcomer", entered_on="2026-11-20")
        never = person(service, "never", entered_on="2026-11-01")
        put_forward(service, long_ago, other)
        service.clock.pass_(days=5)
        put_forward(service, lately, other)
        service.clock.pass_(days=1)
        service.run_jobs()
        rows = suits(service, role)["people"]
        assert [each["participant_id"] for each in rows] == [never, newcomer, long_ago, lately]
        assert [each["days_since_opportunity"] for each in rows] == [None, None, 6, 1]
        assert [each["place"] for each in rows] == [1, 1, 2, 1]
        assert not any("score" in each for each in rows)

    def test_it_is_paged(self, sqlite_service: Service) -> None:
        role = logged(sqlite_service, "Bread baker")
        people = [person(sqlite_service, f"p-{number}", entered_on=f"2026-11-0{number}") for number in (1, 2, 3)]
        sqlite_service.run_jobs()
        first = suits(sqlite_service, role, query="?limit=2")
        second = suits(sqlite_service, role, query=f"?limit=2&cursor={first['next_cursor']}")
        assert [each["participant_id"] for each in (*first["people"], *second["people"])] == people
        assert second["next_cursor"] is None

    def test_whoever_waits_for_their_words_is_counted(self, sqlite_service: Service) -> None:
        role = logged(sqlite_service, "Bread baker")
        sqlite_service.run_jobs()
        person(sqlite_service)
        assert (suits(sqlite_service, role)["people"], suits(sqlite_service, role)["waiting"]) == ([], 1)

    def test_the_place_is_that_of_the_persons_own_list(self, sqlite_service: Service) -> None:
        participant = person(sqlite_service)
        roles = [logged(sqlite_service, title) for title in ("Bread baker", "Dog groomer", "Gardener")]
        shortlist = drawn(sqlite_service, participant)
        for role in roles:
            (row,) = suits(sqlite_service, role)["people"]
            assert [row["place"]] == [each["place"] for each in shortlist["arranged"] if each["vacancy_id"] == role]


class TestSeen:
    def test_a_specialist_sees_their_own_and_a_leader_those_of_the_team(self, sqlite_service: Service) -> None:
        role = logged(sqlite_service, "Bread baker")
        mine, bens = person(sqlite_service, "mine"), person(sqlite_service, "bens", by="ben")
        sqlite_service.run_jobs()
        seen = {
            who: [each["participant_id"] for each in suits(sqlite_service, role, who)["people"]]
            for who in ("ana", "ben", "lee")
        }
        assert seen == {"ana": [mine], "ben": [bens], "lee": [mine]}

    def test_who_objects_is_not_looked_for(self, sqlite_service: Service) -> None:
        role, participant = logged(sqlite_service, "Bread baker"), person(sqlite_service)
        sqlite_service.run_jobs()
        path = f"/v1/participants/{participant}"
        version = sqlite_service.as_("ana").get(path).json()["version"]
        sqlite_service.as_("ana").change("PUT", f"{path}/objection", {"objects": True}, version=version)
        assert suits(sqlite_service, role)["people"] == []

    def test_employer_engagement_learns_only_how_many_and_whom_to_talk_to(self, service: Service) -> None:
        role = logged(service, "Bread baker", by="eve")
        mine = person(service, "ref-of-mine")
        person(service, "another")
        person(service, "of-another-team", by="ben")
        service.run_jobs()
        answered = service.as_("eve").get(f"/v1/vacancies/{role}/suits")
        told = answered.json()
        assert (told["people"], told["count"], told["waiting"]) == (None, 2, 0)
        assert told["specialists"] == [{"specialist_id": "user-ana", "name": "Ana", "count": 2}]
        assert mine not in answered.text
        assert "ref-of-mine" not in answered.text

    def test_a_leader_is_not_told_that_somebody_avoids_an_employer(self, sqlite_service: Service) -> None:
        role = logged(sqlite_service, "Bread baker")
        person(sqlite_service, **BAKES, employers_avoided=["Beech Cafe"])
        sqlite_service.run_jobs()
        aspects = {
            who: {each["aspect"] for each in suits(sqlite_service, role, who)["people"][0]["findings"]}
            for who in ("ana", "lee")
        }
        assert aspects["ana"] - aspects["lee"] == {"employer"}
        assert WITHHELD_SENTENCE not in str(suits(sqlite_service, role, "lee"))

    def test_a_role_told_in_trust_does_not_exist_for_others(self, sqlite_service: Service) -> None:
        role = logged(sqlite_service, "Bread baker", visibility="own_caseload")
        sqlite_service.run_jobs()
        statuses = [
            sqlite_service.as_(who).get(f"/v1/vacancies/{role}/suits").status_code
            for who in ("ana", "ben", "eve", "sam", "val")
        ]
        assert statuses == [200, 404, 404, 404, 403]
