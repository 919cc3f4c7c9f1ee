"""Answers of employers over HTTP: what was unknown becomes known, once, and those whom it affects are told."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response

from tests.api.routes.lists import drawn, logged, person
from tests.api.routes.test_contacts import TODAY, contact, fields
from tests.service import Service

QUIET: dict[str, Any] = {
    "wanted_work": [{"label": "baking bread"}],
    "travel": {"home": "ME14 1AA"},
    "sensory": {"noise": {"tolerance": 1, "hard": True}},
}


def say(service: Service, vacancy: str, *, of: str = "eve", **more: Any) -> Response:
    said = {"about": "sensory.noise", "source": "phone", "said_on": TODAY, **more}
    return service.as_(of).post(f"/v1/vacancies/{vacancy}/answers", said)


def facts_of(service: Service, vacancy: str) -> list[dict[str, Any]]:
    found = service.as_("eve").get(f"/v1/vacancies/{vacancy}/facts").json()["items"]
    return [each for each in found if each["field"] == "sensory.noise"]


class TestAnswer:
    def test_an_answer_becomes_a_fact_with_its_source_and_day(self, service: Service) -> None:
        vacancy = logged(service, "Baker")
        taken = say(service, vacancy, value={"typical": 1})
        assert taken.status_code == 201, taken.text
        (fact,) = facts_of(service, vacancy)
        assert (fact["id"], fact["source"], fact["observed_on"]) == (taken.json()["fact_id"], "phone", TODAY)
        assert taken.json()["standing"] == "holds"

    def test_the_same_answer_again_is_the_same_answer(self, service: Service) -> None:
        vacancy = logged(service, "Baker")
        first = say(service, vacancy, value={"typical": 1})
        service.clock.pass_(hours=1)
        assert say(service, vacancy, value={"typical": 1}).json() == first.json()
        assert len(facts_of(service, vacancy)) == 1
        assert len(service.as_("eve").get(f"/v1/vacancies/{vacancy}/answers").json()["items"]) == 1

    def test_another_answer_and_the_first_one_again_are_three(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, "Baker")
        for level in (1, 3, 1):
            assert say(sqlite_service, vacancy, value={"typical": level}).status_code == 201
        answers = sqlite_service.as_("eve").get(f"/v1/vacancies/{vacancy}/answers").json()["items"]
        assert len({each["id"] for each in answers}) == 3

    def test_a_weaker_answer_stands_beside_what_a_visit_showed(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, "Baker")
        say(sqlite_service, vacancy, source="visit", said_on="2026-11-20", value={"typical": 3})
        assert say(sqlite_service, vacancy, value={"typical": 1}).json()["standing"] == "beside"

    def test_an_employer_may_decline_to_say(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, "Baker")
        declined = say(sqlite_service, vacancy, refused=True)
        assert (declined.status_code, declined.json()["fact_id"], declined.json()["standing"]) == (201, None, None)
        assert facts_of(sqlite_service, vacancy) == []

    def test_an_answer_may_name_the_contact_that_brought_it(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, "Baker")
        bakery = sqlite_service.as_("eve").get(f"/v1/vacancies/{vacancy}").json()["employer_id"]
        other = sqlite_service.as_("eve").post("/v1/employers", {"name": "Other"}).json()["id"]
        rightly, wrongly = (contact(sqlite_service, each, of="eve").json()["id"] for each in (bakery, other))
        assert fields(say(sqlite_service, vacancy, value={"typical": 1}, contact_id=wrongly)) == ["contact_id"]
        taken = say(sqlite_service, vacancy, value={"typical": 1}, contact_id=rightly)
        assert taken.json()["contact_id"] == rightly

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({}, "value"),
            ({"value": {"typical": 1}, "refused": True}, "value"),
            ({"value": {"typical": 9}}, "sensory.noise.typical"),
            ({"value": {"typical": 1}, "about": "skills.baking"}, "about"),
            ({"value": {"typical": 1}, "about": "nonsense"}, "about"),
            ({"value": {"typical": 1}, "said_on": "2026-11-23"}, "said_on"),
            ({"value": {"typical": 1}, "source": "advert"}, "source"),
        ],
    )
    def test_what_is_wrong_is_named(self, sqlite_service: Service, said: dict[str, Any], field: str) -> None:
        assert fields(say(sqlite_service, logged(sqlite_service, "Baker"), **said)) == [field]

    def test_a_value_that_is_nested_without_end_is_refused(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, "Baker")
        say(sqlite_service, vacancy, value={"typical": 1})
        value: Any = 1
        for _ in range(50):
            value = [value]
        # Refused while it is read, before any field is looked at.
        assert say(sqlite_service, vacancy, value=value).status_code == 422

    def test_who_may_not_see_a_role_answers_nothing_about_it(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, "Baker", visibility="own_caseload")
        assert say(sqlite_service, vacancy, value={"typical": 1}).status_code == 404
        assert say(sqlite_service, vacancy, of="sam", value={"typical": 1}).status_code == 404
        assert say(sqlite_service, vacancy, of="aud", value={"typical": 1}).status_code == 403


class TestWhomItAffects:
    def test_the_specialist_is_told_what_turns_and_employer_engagement_whom_to_talk_to(self, service: Service) -> None:
        vacancy = logged(service, "Baker")
        someone = person(service, **QUIET)
        shortlist = drawn(service, someone)
        told = say(service, vacancy, of="ana", value={"typical": 1}).json()["affects"]
        (affected,) = told["participants"]
        assert (affected["participant_id"], affected["shortlist_id"]) == (someone, shortlist["id"])
        assert {"about": "sensory.noise", "before": "unknown", "after": "ok"} in affected["changes"]
        assert (affected["excluded_before"], affected["excluded_after"]) == (False, False)

        again = say(service, vacancy, value={"typical": 4}).json()["affects"]
        assert again == {
            "count": 1,
            "specialists": [{"id": "user-ana", "name": "Ana", "count": 1}],
            "participants": [],
        }

    def test_nobody_is_affected_where_no_list_holds_the_role(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, "Baker")
        person(sqlite_service, **QUIET)
        assert say(sqlite_service, vacancy, value={"typical": 1}).json()["affects"]["count"] == 0
