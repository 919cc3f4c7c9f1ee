"""The call list over HTTP: every open question to an employer once, best worth first, and nobody's name on it."""

from __future__ import annotations

from typing import Any

from matching.actions.questions import affected_by
from matching.errors import Where
from matching.interchange import read_vacancy
from tests.api.routes.lists import BAKES, closed, drawn, learnt, logged, person
from tests.builders import AS_OF
from tests.service import NORTH, Service

QUIET = {**BAKES, "adjustments": [{"slug": "place.quiet_room", "importance": "essential"}]}
LIMITED = {**QUIET, "hours": {"max": 16}}


def calls(service: Service, by: str = "ana", query: str = "") -> list[dict[str, Any]]:
    answered = service.as_(by).get(f"/v1/questions{query}")
    assert answered.status_code == 200, answered.text
    found: list[dict[str, Any]] = answered.json()["items"]
    return found


def asked(service: Service, by: str = "ana") -> list[tuple[str, int]]:
    return [(each["about"], each["people"]) for call in calls(service, by) for each in call["questions"]]


class TestMerged:
    def test_the_same_question_of_two_lists_is_asked_once(self, service: Service) -> None:
        logged(service, "Bread baker")
        for ref in ("p-1", "p-2"):
            drawn(service, person(service, ref, **QUIET))
        assert asked(service) == [("adjustments.place.quiet_room", 2)]

    def test_the_question_of_most_worth_comes_first(self, sqlite_service: Service) -> None:
        for number in range(4):
            logged(sqlite_service, "Bread baker", employer=f"Bakery {number}")
        drawn(sqlite_service, person(sqlite_service, **LIMITED))
        found = calls(sqlite_service)
        worths = [[each["worth"] for each in call["questions"]] for call in found]
        assert worths == [sorted(each, reverse=True) for each in worths]
        assert [each[0] for each in worths] == sorted((each[0] for each in worths), reverse=True)
        assert len(found) == 4

    def test_only_the_latest_list_counts(self, sqlite_service: Service) -> None:
        logged(sqlite_service, "Bread baker")
        participant = person(sqlite_service, **QUIET)
        for _ in range(2):
            drawn(sqlite_service, participant)
        assert asked(sqlite_service) == [("adjustments.place.quiet_room", 1)]

    def test_it_is_asked_for_by_employer_and_paged(self, sqlite_service: Service) -> None:
        for number in range(3):
            logged(sqlite_service, "Bread baker", employer=f"Bakery {number}")
        drawn(sqlite_service, person(sqlite_service, **QUIET))
        everyone = calls(sqlite_service)
        assert calls(sqlite_service, query=f"?employer_id={everyone[1]['employer_id']}") == [everyone[1]]
        first = sqlite_service.as_("ana").get("/v1/questions?limit=2").json()
        assert first["items"] == everyone[:2]
        assert calls(sqlite_service, query=f"?limit=2&cursor={first['next_cursor']}") == everyone[2:]


class TestOpen:
    def test_what_was_answered_is_no_longer_asked(self, service: Service) -> None:
        role = logged(service, "Bread baker")
        drawn(service, person(service, **LIMITED))
        assert {about for about, _ in asked(service)} == {"adjustments.place.quiet_room", "hours.weekly_hours"}
        learnt(service, role, adjustments={"place.quiet_room": "yes"})
        assert {about for about, _ in asked(service)} == {"hours.weekly_hours"}

    def test_a_role_that_is_closed_removed_or_set_aside_raises_none(self, sqlite_service: Service) -> None:
        roles = [logged(sqlite_service, "Bread baker", employer=f"Bakery {number}") for number in range(3)]
        shortlist = drawn(sqlite_service, person(sqlite_service, **QUIET))
        assert len(asked(sqlite_service)) == 3
        closed(sqlite_service, roles[0])
        sqlite_service.as_("ana").change(
            "POST", f"/v1/shortlists/{shortlist['id']}/entries/{roles[1]}/removal", {"reason": "pay"}, version=1
        )
        assert len(asked(sqlite_service)) == 1
        body = {"participant_id": shortlist["participant_id"], "vacancy_id": roles[2]}
        sqlite_service.as_("ana").post("/v1/decisions", {**body, "choice": "not_wanted", "reason": "tasks"})
        assert asked(sqlite_service) == []


class TestSeen:
    def test_each_sees_the_questions_of_whom_they_may_read(self, sqlite_service: Service) -> None:
        logged(sqlite_service, "Bread baker")
        drawn(sqlite_service, person(sqlite_service, "p-1", **QUIET))
        drawn(sqlite_service, person(sqlite_service, "p-2", by="ben", **QUIET), by="ben")
        seen = {who: sum(people for _, people in asked(sqlite_service, who)) for who in ("ana", "ben", "lee", "eve")}
        assert seen == {"ana": 1, "ben": 1, "lee": 1, "eve": 1}
        assert sqlite_service.as_("val").get("/v1/questions").status_code == 403
        assert calls(sqlite_service, "sam") == []

    def test_employer_engagement_is_told_of_no_participant(self, sqlite_service: Service) -> None:
        logged(sqlite_service, "Bread baker")
        participant = person(sqlite_service, "a-reference", **QUIET)
        drawn(sqlite_service, participant)
        answered = sqlite_service.as_("eve").get("/v1/questions")
        assert answered.json()["items"]
        assert participant not in answered.text
        assert "a-reference" not in answered.text

    def test_that_a_place_may_be_a_no_go_area_is_told_to_nobody(self, sqlite_service: Service) -> None:
        logged(sqlite_service, "Bread baker")
        drawn(sqlite_service, person(sqlite_service, **{**BAKES, "travel.no_go": ["ME15"]}))
        assert asked(sqlite_service) == [("travel.distance", 1)]

    def test_a_role_that_was_not_told_to_the_asker_raises_no_question(self, sqlite_service: Service) -> None:
        logged(sqlite_service, "Bread baker", visibility="own_caseload")
        drawn(sqlite_service, person(sqlite_service, **QUIET))
        assert (len(asked(sqlite_service)), asked(sqlite_service, "eve")) == (1, [])


class TestAffectedBy:
    def _affected(self, service: Service, role: str, **fact: Any) -> list[tuple[str, list[tuple[str, str]], bool]]:
        with service.database.reading(NORTH) as store:
            before = dict(store.vacancies.latest(store.vacancies.get(role)).document)
            found = affected_by(
                vacancy_id=role,
                before=read_vacancy(before, Where()),
                after=read_vacancy({**before, **fact}, Where()),
                as_of=AS_OF,
                store=store,
                pools=service.running.pools,
            )
        return [
            (
                each.participant.id,
                [(change.about, str(change.after)) for change in each.changes],
                each.excluded_after,
            )
            for each in found
        ]

    def test_it_names_those_on_whose_lists_a_verdict_turns(self, sqlite_service: Service) -> None:
        role = logged(sqlite_service, "Bread baker")
        needs = person(sqlite_service, "p-1", **QUIET)
        drawn(sqlite_service, needs)
        drawn(sqlite_service, person(sqlite_service, "p-2", **BAKES))
        settled = ("adjustments.place.quiet_room", "ok")
        assert self._affected(sqlite_service, role, adjustments={"place.quiet_room": "yes"}) == [
            (needs, [settled], False)
        ]
        assert self._affected(sqlite_service, role, adjustments={"place.quiet_room": "no"})[0][2] is True
        assert self._affected(sqlite_service, role, pay={"hourly": 13}) == []
