"""Pages on participants: who waits longest, the first three facts, support, and everything that is held."""

from __future__ import annotations

from typing import Any

from tests.api.routes.lists import drawn, logged
from tests.api.routes.people import employer, taken_on, write
from tests.pages.text import text_of
from tests.service import Service

_JOINED = {"entered_on-day": "2", "entered_on-month": "11", "entered_on-year": "2026"}
_FACTS = {"version": "0", "source": "participant"}


def _profile(service: Service, person: str) -> dict[str, Any]:
    found: dict[str, Any] = service.as_("ana").get(f"/v1/participants/{person}/profile").json()
    return found


class TestCaseload:
    def test_who_has_waited_longest_comes_first_whoever_they_are(self, sqlite_service: Service) -> None:
        taken_on(sqlite_service, ref="p-late", name="Ada", entered_on="2026-11-20")
        taken_on(sqlite_service, ref="p-early", name="Zia", entered_on="2026-11-02")
        page = text_of(sqlite_service.as_("ana").get("/participants"))
        assert page.index("Zia") < page.index("Ada")
        assert "20 days" in page

    def test_paused_people_stand_apart(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service, name="Ada")
        sqlite_service.as_("ana").send(f"/participants/{person}/status", {"status": "paused", "version": "1"})
        page = text_of(sqlite_service.as_("ana").get("/participants"))
        assert page.index("Paused") < page.index("Ada")

    def test_a_leader_looks_at_one_specialist(self, sqlite_service: Service) -> None:
        taken_on(sqlite_service, name="Ada")
        taken_on(sqlite_service, by="lee", ref="p-2", name="Zia")
        everybody, of_ana = (
            text_of(sqlite_service.as_("lee").get(f"/participants?of={of}")) for of in ("team", "user-ana")
        )
        assert "Ada" in everybody
        assert "Zia" in everybody
        assert "Ada" in of_ana
        assert "Zia" not in of_ana

    def test_a_specialist_sees_no_caseload_but_their_own(self, sqlite_service: Service) -> None:
        taken_on(sqlite_service, name="Ada")
        assert "Ada" not in sqlite_service.as_("ben").get("/participants?of=user-ana").text

    def test_it_says_how_full_the_caseload_is(self, sqlite_service: Service) -> None:
        taken_on(sqlite_service)
        assert "1 person, within the 20 of full fidelity." in sqlite_service.as_("ana").get("/participants").text


class TestTakingOn:
    def test_three_questions_come_next(self, sqlite_service: Service) -> None:
        answer = sqlite_service.as_("ana").send("/participants/new", {"ref": "WP-1", "name": "Ada", **_JOINED})
        assert answer.status_code == 303
        assert "Start with three facts" in sqlite_service.as_("ana").get(answer.headers["Location"]).text

    def test_a_reference_that_is_taken_is_said_so_and_everything_typed_stays(self, sqlite_service: Service) -> None:
        taken_on(sqlite_service, ref="WP-1")
        answer = sqlite_service.as_("ana").send("/participants/new", {"ref": "WP-1", "name": "Ada Wren", **_JOINED})
        assert answer.status_code == 409
        assert "This reference is taken." in answer.text
        assert "Ada Wren" in answer.text

    def test_a_leader_gives_them_to_a_specialist_of_the_team(self, sqlite_service: Service) -> None:
        sent = {"ref": "WP-1", "name": "Ada", "seat": "user-ana team-a", **_JOINED}
        assert sqlite_service.as_("lee").send("/participants/new", sent).status_code == 303
        assert "Ada" in sqlite_service.as_("ana").get("/participants").text


class TestThreeFacts:
    def test_they_are_written_and_the_list_is_next(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service)
        said = {"wanted": "baking bread\nlooking after dogs", "hours_max": "16", "home": "me14 1aa", **_FACTS}
        answer = sqlite_service.as_("ana").send(f"/participants/{person}/start", said)
        assert answer.headers["Location"].startswith(f"/participants/{person}/lists/new")
        document = _profile(sqlite_service, person)["document"]
        assert [each["label"] for each in document["wanted_work"]] == ["baking bread", "looking after dogs"]
        assert document["hours"] == {"max": 16}

    def test_no_more_of_a_postcode_is_kept_than_is_needed(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service)
        sqlite_service.as_("ana").send(f"/participants/{person}/start", {"home": "me14 1aa", **_FACTS})
        assert _profile(sqlite_service, person)["document"]["travel"] == {"home": "ME14 1"}

    def test_one_fact_is_enough(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service)
        answer = sqlite_service.as_("ana").send(f"/participants/{person}/start", {"hours_max": "8", **_FACTS})
        assert answer.status_code == 303

    def test_none_at_all_is_asked_for_again(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service)
        answer = sqlite_service.as_("ana").send(f"/participants/{person}/start", {"goal": "To bake", **_FACTS})
        assert answer.status_code == 422
        assert "Answer at least one question." in answer.text
        assert "To bake" in answer.text

    def test_days_said_roughly_rule_no_role_out(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service)
        sqlite_service.as_("ana").send(f"/participants/{person}/start", {"days": ["mon", "tue"], **_FACTS})
        document = _profile(sqlite_service, person)["document"]
        assert document["availability"] == [{"days": ["mon", "tue"], "from": "00:00", "to": "24:00"}]
        assert document["availability_hard"] is False

    def test_what_is_known_stands_there_already_and_is_not_written_twice(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service)
        write(sqlite_service, person, {"wanted_work": [{"label": "baking bread", "strength": 3}]}, version=0)
        assert "baking bread" in sqlite_service.as_("ana").get(f"/participants/{person}/start").text
        sent = {"wanted": "baking bread", "version": "1", "source": "participant"}
        assert sqlite_service.as_("ana").send(f"/participants/{person}/start", sent).status_code == 303
        assert _profile(sqlite_service, person)["version"] == 1

    def test_who_was_second_sees_both_and_loses_nothing(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service)
        write(sqlite_service, person, {"wanted_work": [{"label": "baking bread"}]}, version=0)
        answer = sqlite_service.as_("ana").send(f"/participants/{person}/start", {"wanted": "dogs", **_FACTS})
        assert answer.status_code == 412
        assert "baking bread" in answer.text
        assert "dogs" in answer.text

    def test_a_script_is_shown_as_the_text_that_it_is(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service, name="<script>alert(1)</script>")
        said = {"wanted": "<img src=x onerror=alert(2)>", "goal": "<b>To bake</b>", **_FACTS}
        sqlite_service.as_("ana").send(f"/participants/{person}/start", said)
        for end in ("", "/start", "/change", "/held", "/consents", "/status"):
            page = sqlite_service.as_("ana").get(f"/participants/{person}{end}").text
            assert "<script>alert" not in page
            assert "<img src=x" not in page
            assert "<b>To bake" not in page
            assert "&lt;b&gt;To bake" in page, "their goal stands on top of every page"


class TestOverview:
    def test_it_says_what_to_ask_the_person_next(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service)
        write(sqlite_service, person, {"wanted_work": [{"label": "baking bread"}]}, version=0)
        logged(sqlite_service, "Baker", requirements={"minimum_age": 18})
        drawn(sqlite_service, person)
        page = text_of(sqlite_service.as_("ana").get(f"/participants/{person}"))
        assert "Ask them next Are you 18 or over?" in page

    def test_a_changed_profile_asks_for_a_new_list(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service)
        write(sqlite_service, person, {"wanted_work": [{"label": "baking bread"}]}, version=0)
        drawn(sqlite_service, person)
        write(sqlite_service, person, {"hours.max": 16}, version=1)
        assert "Their profile has changed since." in text_of(sqlite_service.as_("ana").get(f"/participants/{person}"))

    def test_somebody_who_objects_is_offered_no_list(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service)
        write(sqlite_service, person, {"hours.max": 16}, version=0)
        sqlite_service.as_("ana").send(f"/participants/{person}/objection", {"wants_lists": "no", "version": "1"})
        page = sqlite_service.as_("ana").get(f"/participants/{person}")
        assert "Look through roles together." in text_of(page)
        assert "lists/new" not in page.text

    def test_a_planned_contact_and_a_job_stand_on_it(self, sqlite_service: Service) -> None:
        person, bakery = taken_on(sqlite_service), employer(sqlite_service)
        planned = {
            "employer_id": bakery,
            "mode": "visit",
            "on": "2026-11-25",
            "planned": True,
            "on_behalf_of": [person],
        }
        start = {"participant_id": person, "employer_id": bakery, "job_title": "Porter", "started_on": "2026-11-20"}
        assert sqlite_service.as_("ana").post("/v1/contacts", planned).status_code == 201
        assert sqlite_service.as_("ana").post("/v1/placements", start).status_code == 201
        page = text_of(sqlite_service.as_("ana").get(f"/participants/{person}"))
        assert "25 November 2026: visit with Hazel Bakery" in page
        assert "Porter, Hazel Bakery" in page


class TestSupport:
    def test_handed_over_they_are_on_the_other_caseload(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service, name="Ada")
        sent = {"seat": "user-lee team-a", "version": "1"}
        assert sqlite_service.as_("lee").send(f"/participants/{person}/specialist", sent).status_code == 303
        assert sqlite_service.as_("ana").get(f"/participants/{person}").status_code == 403

    def test_nobody_is_handed_to_a_team_that_the_leader_does_not_lead(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service)
        sent = {"seat": "user-ben team-b", "version": "1"}
        answer = sqlite_service.as_("lee").send(f"/participants/{person}/specialist", sent)
        assert answer.status_code == 422
        assert "Choose who takes over." in answer.text

    def test_who_was_second_to_change_details_gets_their_words_back(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service, name="Ada")
        for name, status in (("Ada Wren", 303), ("Ada Finch", 412)):
            answer = sqlite_service.as_("ana").send(
                f"/participants/{person}/change", {"name": name, "version": "1", **_JOINED}
            )
            assert answer.status_code == status
        assert "Ada Wren" in answer.text
        assert "Ada Finch" in answer.text


class TestTheirData:
    def test_everything_held_can_be_read_and_taken_along(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service, name="Ada")
        write(sqlite_service, person, {"interests": ["old trains"], "employers_avoided": ["Ash Hotel"]}, version=0)
        page = sqlite_service.as_("ana").get(f"/participants/{person}/held")
        file = sqlite_service.as_("ana").get(f"/participants/{person}/held.json")
        assert "old trains" in text_of(page)
        assert file.json()["participant"]["name"] == "Ada"
        assert "attachment" in file.headers["Content-Disposition"]
        assert "Ash Hotel" not in page.text + file.text, "what concerns safety leaves in no copy"

    def test_erasing_takes_two_steps_and_a_leader(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service, name="Ada")
        path = f"/participants/{person}/erase"
        assert sqlite_service.as_("ana").send(f"{path}/check").status_code == 403
        asked = sqlite_service.as_("lee").send(path, {"erase": "yes"})
        assert "Ada" in sqlite_service.as_("lee").get(asked.headers["Location"]).text
        assert sqlite_service.as_("lee").get(f"/participants/{person}").status_code == 200, "nothing is gone yet"
        done = sqlite_service.as_("lee").send(f"{path}/check")
        assert "The participant was erased." in sqlite_service.as_("lee").get(done.headers["Location"]).text
        assert sqlite_service.as_("lee").get(f"/participants/{person}").status_code == 404

    def test_whoever_changes_their_mind_keeps_everything(self, sqlite_service: Service) -> None:
        person = taken_on(sqlite_service)
        answer = sqlite_service.as_("lee").send(f"/participants/{person}/erase", {"erase": "no"})
        assert "Nothing was erased." in sqlite_service.as_("lee").get(answer.headers["Location"]).text
