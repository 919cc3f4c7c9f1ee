"""From a visit to an outcome, over HTTP: what each of the people concerned is told on the way."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.journeys.story import EMPLOYER, GOAL, NAME, REF, TITLE, WANT, Story, routes_that_take_ids
from tests.service import NORTH


def entry(story: Story, name: str) -> dict[str, Any]:
    """The role of the story as it stands on a list that was read."""
    ref = story.json("logged")["ref"]
    (found,) = [each for each in story.json(name)["drawn"] if each["vacancy_ref"] == ref]
    return dict(found)


def noise(entry_of: dict[str, Any]) -> str:
    (found,) = [each["verdict"] for each in entry_of["findings"] if each["part"] == "noise"]
    return str(found)


def outcome(story: Story, name: str, kind: str) -> dict[str, Any]:
    (found,) = [each for each in story.json(name)["items"] if each["kind"] == kind]
    return dict(found)


class TestTheRole:
    def test_a_title_an_employer_and_one_more_fact_are_enough(self, story: Story) -> None:
        assert (story.json("logged")["status"], story.json("logged")["source"]) == ("open", "unadvertised")
        assert {(each["field"], each["source"]) for each in story.json("logged")["facts"]} == {
            ("title", "visit"),
            ("hours.min", "visit"),
            ("hours.max", "visit"),
        }

    def test_it_is_filled_once_somebody_has_started(self, story: Story) -> None:
        assert story.json("role after the start")["status"] == "filled"


class TestTheList:
    def test_for_new_words_it_can_be_waited_for(self, story: Story) -> None:
        early = story.answers["asked too early"]
        assert (early.status_code, early.headers["Location"]) == (202, f"/v1/jobs/{early.json()['job_id']}")
        assert (story.json("job waits")["state"], story.json("job done")["state"]) == ("waiting", "done")
        assert story.answers["first list"].status_code == 201

    def test_three_facts_are_enough_for_a_first_one(self, story: Story) -> None:
        assert sorted(story.json("profile")["statements"]) == ["hours.max", "travel.home", "wanted_work"]
        assert story.json("first list")["counts"] == {"open": 13, "listed": 13, "excluded": 0}

    def test_what_nobody_has_checked_is_unknown_and_a_question_of_some_worth(self, story: Story) -> None:
        found = entry(story, "list with a question, read")
        assert (found["position"], found["band"], noise(found)) == (13, "ask_first", "unknown")
        (question,) = found["questions"]
        assert (question["of"], question["about"]) == ("employer", "sensory.noise")
        assert question["worth"] > 0

    def test_the_answer_turns_unknown_into_ok_and_moves_the_role(self, story: Story) -> None:
        found = entry(story, "list with the answer, read")
        assert (found["position"], found["band"], noise(found)) == (1, "fits_what_we_know", "ok")
        assert found["questions"] == []

    def test_drawn_again_after_everything_has_changed_it_is_the_same_byte_for_byte(self, story: Story) -> None:
        before, after = story.answers["document"], story.answers["document again"]
        assert after.content == before.content
        assert len(before.json()["entries"]) == 13
        # Much has changed: this role is filled, others closed, filled, louder, paused or new, and the profile is other.
        now = story.service.as_("eve").get("/v1/vacancies?limit=100").json()["items"]
        assert {each["status"] for each in now} == {"open", "paused", "closed", "filled"}
        assert len(now) == 13 + 3 + 1
        assert story.json("learnt")["version"] == 3

    def test_what_is_stored_is_what_was_read(self, story: Story) -> None:
        with story.service.database.reading(NORTH) as store:
            row = store.shortlists.get(story.id_of("list with a question"))
        assert row.entries in story.answers["document again"].content
        assert row.entries in story.answers["list with a question, read"].content


class TestTheCall:
    def test_the_question_stands_in_the_call_list_of_the_employer(self, story: Story) -> None:
        (call,) = story.json("call list")["items"]
        assert (call["employer"], call["next_allowed_on"]) == (EMPLOYER, "2026-11-22")
        (question,) = call["questions"]
        assert (question["title"], question["about"], question["people"]) == (TITLE, "sensory.noise", 1)
        assert question["worth"] == entry(story, "list with a question, read")["questions"][0]["worth"]

    def test_who_calls_learns_nothing_of_the_participant(self, story: Story) -> None:
        of_the_person = (story.participant, REF, NAME, "Marigold", GOAL, WANT, "bear up to", "careful with food")
        for name in ("call list", "answer", "call list afterwards", "logged"):
            assert [each for each in of_the_person if each in story.answers[name].text] == []

    def test_whose_specialist_to_talk_to_is_told(self, story: Story) -> None:
        assert story.json("answer")["affects"] == {
            "count": 1,
            "specialists": [{"id": "user-ana", "name": "Ana", "count": 1}],
            "participants": [],
        }

    def test_a_question_that_was_answered_is_not_asked_again(self, story: Story) -> None:
        assert story.json("call list afterwards")["items"] == []

    def test_the_specialist_is_alerted_once(self, story: Story) -> None:
        (alert,) = story.json("alerts")["items"]
        assert (alert["participant_id"], alert["vacancy_id"]) == (story.participant, story.role)
        assert (alert["position"], alert["because"], alert["seen_at"]) == (1, "facts", None)
        assert story.json("alert seen")["seen_at"] is not None
        assert story.json("no alerts")["items"] == []

    def test_the_team_leader_sees_for_whom_the_role_stands_first(self, story: Story) -> None:
        (person,) = story.json("suits")["people"]
        assert (person["participant_id"], person["place"]) == (story.participant, 1)


class TestConsent:
    def test_without_one_the_employer_is_told_nothing(self, story: Story) -> None:
        assert story.json("introduction without consent")["sentences"] == []

    def test_what_is_covered_is_told_and_no_more(self, story: Story) -> None:
        assert story.json("introduction with consent")["sentences"] == [
            f"We would like to introduce {NAME}.",
            "They look for up to 20 hours a week.",
        ]
        assert story.json("introduction with hours alone")["sentences"] == [
            "We support somebody who is interested in your work.",
            "They look for up to 20 hours a week.",
        ]

    def test_once_it_is_withdrawn_the_employer_is_told_nothing(self, story: Story) -> None:
        assert story.json("introduction after withdrawal")["sentences"] == []


class TestWork:
    def test_the_start_comes_from_the_decision_and_its_list(self, story: Story) -> None:
        started = story.json("start")
        assert (started["decision_id"], started["shortlist_id"], started["vacancy_id"], started["employer_id"]) == (
            story.id_of("decision"),
            story.id_of("list with the answer"),
            story.role,
            story.employer,
        )

    def test_a_start_and_an_end_both_ask_for_the_profile(self, story: Story) -> None:
        assert (story.json("start")["update_profile"], story.json("end")["update_profile"]) == (True, True)

    @pytest.mark.parametrize(
        ("weeks", "kind", "day"),
        [
            (13, "same_job_13_weeks", "2027-03-01"),  # 30 November 2026 and 91 days
            (26, "same_job_26_weeks", "2027-05-31"),  # 30 November 2026 and 182 days
            (26, "any_job_26_weeks", "2027-05-31"),
        ],
    )
    def test_weeks_in_the_job_count_once_somebody_has_seen_them(
        self, story: Story, weeks: int, kind: str, day: str
    ) -> None:
        assert outcome(story, f"outcomes before check-in {weeks}", kind)["state"] == "not_yet"
        reached = outcome(story, f"outcomes {weeks}", kind)
        assert (reached["state"], reached["reached_on"]) == ("reached", day)

    def test_the_higher_threshold_is_reached_in_the_twenty_fourth_week(self, story: Story) -> None:
        # 18 hours for 26 weeks at £12.71 are £5,948.28. At £254.20 a week 23 weeks bring £5,846.60; the missing £101.68
        # are earned on the third day of the next week, which begins on 10 May, at £36.31 a day.
        states = [story.states[week]["higher_threshold"] for week in range(1, 27)]
        assert states == ["not_yet"] * 23 + ["reached"] * 3
        reached = outcome(story, "outcomes 24", "higher_threshold")
        assert (reached["reached_on"], reached["verified"]) == ("2027-05-12", True)
        assert (reached["needed_pence"], reached["earned_pence"]) == (594_828, 24 * 25_420)
        assert outcome(story, "outcomes 23", "higher_threshold")["missing"] == "£101.68 more in earnings."

    def test_the_lower_threshold_is_not_judged_where_nobody_has_set_it(self, story: Story) -> None:
        assert {states["lower_threshold"] for states in story.states.values()} == {"cannot_say"}

    def test_the_end_keeps_its_reason_and_who_says_so_and_takes_no_outcome_back(self, story: Story) -> None:
        ended = story.json("placement")
        assert (ended["end_reason"], ended["end_said_by"], ended["ended_on"]) == (
            "better_job",
            "participant",
            "2027-06-11",
        )
        assert (len(ended["check_ins"]), len(ended["earnings"])) == (5, 26)
        reached = {each["kind"] for each in story.json("outcomes at the end")["items"] if each["state"] == "reached"}
        assert reached == {
            "job_start",
            "same_job_13_weeks",
            "same_job_26_weeks",
            "any_job_26_weeks",
            "higher_threshold",
        }


class TestAnotherOrganisation:
    def test_it_is_told_nothing_at_any_step(self, story: Story) -> None:
        assert story.leaks == []

    def test_every_route_that_takes_one_of_the_ids_was_asked(self, story: Story) -> None:
        # Roles of the other organisation may not use these at all; the table of access sees to them.
        by_role_alone = {"webhook_id", "user_id", "subject_id"}
        asked = {path for path, kind in routes_that_take_ids(story.service) if kind not in by_role_alone}
        assert asked - story.asked_by_others <= {"/v1/vacancies?owner_id=*"}
        assert len(story.asked_by_others) > 35
        assert set(story.ids) >= {kind for path, kind in routes_that_take_ids(story.service) if path in asked} - {
            "user_id"
        }

    def test_it_goes_on_with_its_own_work(self, story: Story) -> None:
        sam = story.service.as_("sam")
        (own,) = sam.get("/v1/participants").json()["items"]
        assert (own["participant"]["ref"], own["participant"]["name"]) == (REF, None)
        assert [each["title"] for each in sam.get("/v1/vacancies").json()["items"]] == [TITLE]


class TestTheRecord:
    def test_the_chain_holds(self, story: Story) -> None:
        verified = story.json("verified")
        assert (verified["holds"], verified["first_break"]) == (True, None)
        assert verified["events"] > 150

    def test_each_reading_of_the_participant_is_told_by_who_read(self, story: Story) -> None:
        assert [(who, path) for who, path, events in story.reads if events < 1] == []

    def test_every_way_of_reading_a_participant_was_tried(self, story: Story) -> None:
        read = {re.sub(r"[0-9a-f]{32}", "*", path.split("?")[0]) for _, path, _ in story.reads}
        about_people = {
            re.sub(r"\*/.*introductions.*", "*/consents/introductions/*", path.split("?")[0])
            for path, kind in routes_that_take_ids(story.service)
            if kind in ("participant_id", "shortlist_id", "placement_id", "taster_id", "contact_id", "allocation_id")
        }
        assert about_people - read == set()

    def test_every_write_is_told_too(self, story: Story) -> None:
        actions = {event.action for event in story.events()}
        assert actions >= {
            "participant.taken_on",
            "shortlist.drawn",
            "alert.made",
            "decision.made",
            "consent.recorded",
            "consent.withdrawn",
            "placement.started",
            "outcome.reached",
            "placement.ended",
        }
