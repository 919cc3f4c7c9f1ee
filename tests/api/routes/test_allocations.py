"""Proposals over HTTP: who is put forward for what, changed by hand, decided pair by pair."""

from __future__ import annotations

from typing import Any

from tests.api.routes.lists import BAKES, closed, logged, person
from tests.service import NORTH, TEAM_A, TEAM_B, Service


def propose(service: Service, by: str = "ana", **sent: Any) -> dict[str, Any]:
    service.run_jobs()
    answered = service.as_(by).post("/v1/allocations", sent)
    assert answered.status_code == 201, answered.text
    found: dict[str, Any] = answered.json()
    return found


def pairs(proposal: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["participant_id"], each["vacancy_id"]) for each in proposal["pairs"]}


def edit(service: Service, proposal: dict[str, Any], kind: str, pair: tuple[str, str], **more: Any) -> Any:
    sent = {"kind": kind, "participant_id": pair[0], "vacancy_id": pair[1], "reason": "fits_wish", **more}
    return service.as_("ana").change(
        "POST", f"/v1/allocations/{proposal['id']}/edits", sent, version=proposal["version"]
    )


def decide(service: Service, participant_id: str, vacancy_id: str, **chosen: Any) -> None:
    body = {"participant_id": participant_id, "vacancy_id": vacancy_id, "choice": "put_forward", "words": "Asked."}
    assert service.as_("ana").post("/v1/decisions", {**body, **chosen}).status_code == 201


class TestPropose:
    def test_nobody_goes_without_while_a_place_is_left(self, service: Service) -> None:
        bakery, kennels = logged(service, "Bread baker"), logged(service, "Dog groomer")
        people = [person(service, f"p-{number}") for number in (1, 2, 3)]
        proposal = propose(service, people_per_opening=2)
        assert {participant for participant, _ in pairs(proposal)} == set(people)
        taken = [role for _, role in pairs(proposal)]
        assert sorted(map(taken.count, (bakery, kennels))) == [1, 2]
        assert proposal["left_out"] == []

    def test_whoever_gets_nothing_is_told_why(self, sqlite_service: Service) -> None:
        logged(sqlite_service, "Bread baker")
        people = [person(sqlite_service, f"p-{number}") for number in (1, 2)]
        decide(sqlite_service, people[0], logged(sqlite_service, "Cleaner"))
        sqlite_service.clock.pass_(days=1)
        closing = logged(sqlite_service, "Gardener")
        closed(sqlite_service, closing)
        proposal = propose(sqlite_service, people_per_opening=1, most_per_person=1)
        # The cleaner's place is taken; who never had an opportunity comes first.
        assert {participant for participant, _ in pairs(proposal)} == {people[1]}
        assert [each["participant_id"] for each in proposal["left_out"]] == [people[0]]
        assert proposal["left_out"][0]["why"]

    def test_a_role_that_was_settled_for_somebody_is_not_proposed_to_them(self, sqlite_service: Service) -> None:
        role, participant = logged(sqlite_service, "Bread baker"), person(sqlite_service)
        for chosen in ({}, {"choice": "not_now", "reason": "hours"}, {"choice": "not_wanted", "reason": "pay"}):
            decide(sqlite_service, participant, role, **chosen)
            assert pairs(propose(sqlite_service)) == set()
        decide(sqlite_service, participant, role, choice="talk_about_it")
        assert pairs(propose(sqlite_service)) == {(participant, role)}

    def test_each_pair_says_how_long_the_person_waits_and_where_the_role_stands(self, sqlite_service: Service) -> None:
        logged(sqlite_service, "Bread baker")
        person(sqlite_service)
        (pair,) = propose(sqlite_service)["pairs"]
        assert (pair["place"], pair["added"]) == (1, False)
        assert pair["why"] == "No opportunity so far; this role stands at place 1 of this person's own list."

    def test_a_leader_proposes_for_a_team_and_a_specialist_for_their_own(self, sqlite_service: Service) -> None:
        logged(sqlite_service, "Bread baker")
        mine = person(sqlite_service)
        person(sqlite_service, "p-2", by="ben")
        assert {each for each, _ in pairs(propose(sqlite_service, "lee", team_id=TEAM_A))} == {mine}
        refused = [
            sqlite_service.as_(who).post("/v1/allocations", {"team_id": team_id}).status_code
            for who, team_id in (("lee", TEAM_B), ("ana", TEAM_A), ("eve", TEAM_A), ("val", None))
        ]
        assert refused == [403, 403, 403, 403]

    def test_a_role_that_the_leader_may_not_see_is_not_proposed(self, sqlite_service: Service) -> None:
        logged(sqlite_service, "Bread baker", visibility="own_caseload")
        person(sqlite_service)
        assert len(pairs(propose(sqlite_service))) == 1
        assert pairs(propose(sqlite_service, "lee", team_id=TEAM_A)) == set()

    def test_numbers_are_from_one_to_ten(self, sqlite_service: Service) -> None:
        for sent in ({"people_per_opening": 0}, {"most_per_person": 11}):
            assert sqlite_service.as_("ana").post("/v1/allocations", sent).status_code == 422

    def test_it_decides_nothing(self, sqlite_service: Service) -> None:
        logged(sqlite_service, "Bread baker")
        participant = person(sqlite_service)
        propose(sqlite_service)
        found = sqlite_service.as_("ana").get(f"/v1/decisions?participant_id={participant}").json()
        assert found["items"] == []

    def test_many_people_and_roles_fill_every_place(self, sqlite_service: Service) -> None:
        roles = [logged(sqlite_service, "Bread baker") for _ in range(4)]
        for number in range(9):
            person(sqlite_service, f"p-{number}", **BAKES)
        proposal = propose(sqlite_service, people_per_opening=2)
        assert [sum(role == each for _, role in pairs(proposal)) for each in roles] == [2, 2, 2, 2]
        assert len(proposal["left_out"]) == 1


class TestEdit:
    def _proposal(self, service: Service) -> tuple[dict[str, Any], tuple[str, str]]:
        role, participant = logged(service, "Bread baker"), person(service)
        return propose(service), (participant, role)

    def test_a_pair_is_taken_out_and_another_put_in_with_a_reason(self, service: Service) -> None:
        proposal, pair = self._proposal(service)
        other = logged(service, "Dog groomer")
        removed = edit(service, proposal, "remove", pair, reason="people", words="She knows the manager.").json()
        assert (removed["pairs"], removed["version"]) == ([], 2)
        added = edit(service, removed, "add", (pair[0], other)).json()
        assert pairs(added) == {(pair[0], other)}
        assert [(each["kind"], each["reason"], each["by"]) for each in added["edits"]] == [
            ("removed", "people", "user-ana"),
            ("added", "fits_wish", "user-ana"),
        ]
        assert service.as_("ana").get(f"/v1/allocations/{proposal['id']}").json() == added

    def test_the_second_of_two_who_change_it_is_told(self, sqlite_service: Service) -> None:
        proposal, pair = self._proposal(sqlite_service)
        assert edit(sqlite_service, proposal, "remove", pair).status_code == 200
        assert edit(sqlite_service, proposal, "add", pair).status_code == 412

    def test_what_is_there_is_not_added_and_what_is_not_is_not_removed(self, sqlite_service: Service) -> None:
        proposal, pair = self._proposal(sqlite_service)
        assert edit(sqlite_service, proposal, "add", pair).status_code == 409
        other = logged(sqlite_service, "Dog groomer")
        assert edit(sqlite_service, proposal, "remove", (pair[0], other)).status_code == 409

    def test_it_is_for_the_maker_and_their_teams_leader(self, sqlite_service: Service) -> None:
        logged(sqlite_service, "Bread baker")
        person(sqlite_service)
        proposal = propose(sqlite_service, "lee", team_id=TEAM_A)
        statuses = {
            who: sqlite_service.as_(who).get(f"/v1/allocations/{proposal['id']}").status_code
            for who in ("lee", "ana", "ben", "eve", "sam")
        }
        assert statuses == {"lee": 200, "ana": 200, "ben": 404, "eve": 403, "sam": 404}
        listed = sqlite_service.as_("ana").get("/v1/allocations").json()["items"]
        assert [each["id"] for each in listed] == [proposal["id"]]

    def test_whoever_was_erased_is_in_no_proposal(self, sqlite_service: Service) -> None:
        proposal, (participant, _) = self._proposal(sqlite_service)
        with sqlite_service.database.writing(NORTH) as store:
            store.alerts.delete_of(participant)
        kept = sqlite_service.as_("ana").get(f"/v1/allocations/{proposal['id']}").json()
        assert (kept["pairs"], kept["left_out"], kept["edits"]) == ([], [], [])
