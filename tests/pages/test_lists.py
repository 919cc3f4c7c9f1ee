"""Pages on shortlists: drawn up, read, and what a tired specialist finds there."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from matching.store.tables import AuditRow
from tests.api.routes.lists import BAKES, closed, drawn, learnt, logged, person
from tests.api.routes.people import write
from tests.service import NORTH, Service

NEAR = {"location": {"postcode": "ME14 1AA"}, "tasks": ["bake bread"]}
CAREFUL: dict[str, Any] = {
    **BAKES,
    "travel": {"home": "ME14 1AA", "max_km": 15},
    "employers_avoided": ["Beech Cafe"],
    "adjustments": [{"slug": "place.quiet_room", "importance": "essential"}],
    "sensory": {"noise": {"tolerance": 1, "mitigations": ["sens.headphones"]}},
}


def shown(service: Service, path: str, *, by: str = "ana") -> str:
    """What a page says, without its markup."""
    return said(markup(service, path, by=by))


def markup(service: Service, path: str, *, by: str = "ana") -> str:
    answer = service.as_(by).get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def said(page: str) -> str:
    text = re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0])
    for sign, plain in (("&#39;", "'"), ("&#34;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")):
        text = text.replace(sign, plain)
    return re.sub(r"\s+([.,:])", r"\1", " ".join(text.split()))


def bread(service: Service, title: str = "Bread baker", **more: Any) -> str:
    return logged(service, title, **{**NEAR, **more})


def a_list(service: Service, **profile: Any) -> str:
    """The page of a list that was drawn just now."""
    return f"/lists/{drawn(service, person(service, **profile))['id']}"


class TestDrawing:
    def test_a_list_is_drawn_by_one_button(self, sqlite_service: Service) -> None:
        bread(sqlite_service)
        someone = person(sqlite_service)
        sqlite_service.run_jobs()
        sent = sqlite_service.as_("ana").send(f"/participants/{someone}/lists/new")
        assert sent.status_code == 303
        page = shown(sqlite_service, sent.headers["Location"])
        assert "Bread baker" in page
        assert "The list is drawn up." in page

    def test_while_words_are_being_read_a_page_says_so_and_then_offers_the_list(self, sqlite_service: Service) -> None:
        someone = person(sqlite_service)
        waiting = sqlite_service.as_("ana").send(f"/participants/{someone}/lists/new").headers["Location"]
        assert "We are reading the words" in shown(sqlite_service, waiting)
        sqlite_service.run_jobs()
        assert "Show the list" in shown(sqlite_service, waiting)

    def test_the_page_that_waits_is_for_the_person_whose_words_are_read(self, sqlite_service: Service) -> None:
        someone, other = person(sqlite_service), person(sqlite_service, "p-2")
        waiting = sqlite_service.as_("ana").send(f"/participants/{someone}/lists/new").headers["Location"]
        assert sqlite_service.as_("ana").get(waiting.replace(someone, other)).status_code == 404

    def test_who_objects_is_not_matched_and_the_page_says_what_to_do_by_hand(self, sqlite_service: Service) -> None:
        someone = person(sqlite_service)
        path = f"/v1/participants/{someone}/objection"
        version = sqlite_service.as_("ana").get(f"/v1/participants/{someone}").json()["version"]
        assert sqlite_service.as_("ana").change("PUT", path, {"objects": True}, version=version).status_code == 200
        page = shown(sqlite_service, f"/participants/{someone}/lists/new")
        assert "Look through the open roles together" in page
        assert "We hold every open role" not in page
        assert sqlite_service.as_("ana").send(f"/participants/{someone}/lists/new").status_code == 409

    def test_lists_are_shown_with_the_newest_first(self, sqlite_service: Service) -> None:
        someone = person(sqlite_service)
        first = drawn(sqlite_service, someone)["id"]
        sqlite_service.clock.pass_(days=1)
        second = drawn(sqlite_service, someone)["id"]
        page = markup(sqlite_service, f"/participants/{someone}/lists")
        assert page.index(f"/lists/{second}") < page.index(f"/lists/{first}")


class TestShow:
    def test_an_entry_says_why_in_their_own_words(self, sqlite_service: Service) -> None:
        bread(sqlite_service)
        assert "They want “baking bread”" in shown(sqlite_service, a_list(sqlite_service))

    def test_no_score_and_no_number_of_a_level_is_shown(self, sqlite_service: Service) -> None:
        role = bread(sqlite_service)
        learnt(sqlite_service, role, sensory={"noise": {"typical": 1}})
        path = a_list(sqlite_service, **CAREFUL)
        drawn_entry = sqlite_service.as_("ana").get(f"/v1{path.replace('lists', 'shortlists')}").json()["drawn"][0]
        page = shown(sqlite_service, path)
        assert f"{drawn_entry['score']:.2f}" not in page
        assert "Noise: mild here" in page
        assert "/4)" not in page

    def test_a_question_leads_to_where_its_answer_is_written_down(self, sqlite_service: Service) -> None:
        role = bread(sqlite_service)
        page = markup(sqlite_service, a_list(sqlite_service, **CAREFUL))
        assert f"/roles/{role}/answer?about=adjustments.place.quiet_room" in page
        assert "Ask first" in said(page)

    def test_a_question_to_the_person_leads_to_its_section_of_the_profile(self, sqlite_service: Service) -> None:
        bread(sqlite_service, requirements={"driving": "full_auto"})
        someone = person(sqlite_service)
        page = markup(sqlite_service, f"/lists/{drawn(sqlite_service, someone)['id']}")
        assert "Ask the person: Which driving licence do you hold, if any?" in said(page)
        assert f"/participants/{someone}/profile/checks" in page

    def test_what_would_make_it_work_names_the_need_and_what_eases_a_sense(self, sqlite_service: Service) -> None:
        role = bread(sqlite_service)
        learnt(sqlite_service, role, sensory={"noise": {"typical": 3}})
        page = shown(sqlite_service, a_list(sqlite_service, **CAREFUL))
        assert "Room to retreat to. Nobody has asked yet." in page
        assert "Own headphones or earplugs while working (for noise). Nobody has asked yet." in page

    def test_an_employer_that_wants_no_contact_now_is_not_to_be_asked_now(self, sqlite_service: Service) -> None:
        role = bread(sqlite_service)
        employer = sqlite_service.as_("ana").get(f"/v1/vacancies/{role}").json()["employer_id"]
        quiet = {"name": "Hazel Bakery", "no_contact_until": "2026-12-05"}
        changed = sqlite_service.as_("eve").change("PUT", f"/v1/employers/{employer}", quiet, version=1)
        assert changed.status_code == 200, changed.text
        page = shown(sqlite_service, a_list(sqlite_service, **CAREFUL))
        assert "Hazel Bakery wants no contact until 5 December 2026." in page

    def test_terms_that_do_not_last_are_said(self, sqlite_service: Service) -> None:
        bread(sqlite_service, contract="seasonal")
        assert "Seasonal" in shown(sqlite_service, a_list(sqlite_service))

    def test_a_role_that_has_changed_since_says_so(self, sqlite_service: Service) -> None:
        role = bread(sqlite_service)
        path = a_list(sqlite_service)
        assert "This role has changed" not in shown(sqlite_service, path)
        sqlite_service.clock.pass_(hours=1)
        learnt(sqlite_service, role, hours={"min": 30, "max": 37})
        assert "This role has changed since the list was drawn." in shown(sqlite_service, path)

    def test_a_profile_that_has_changed_since_leads_to_a_new_list(self, sqlite_service: Service) -> None:
        someone = person(sqlite_service)
        path = f"/lists/{drawn(sqlite_service, someone)['id']}"
        assert write(sqlite_service, someone, {"hours.max": 20}, version=1).status_code == 200
        assert "The profile has changed since." in shown(sqlite_service, path)

    def test_roles_told_in_trust_to_somebody_else_are_counted_and_not_shown(self, sqlite_service: Service) -> None:
        bread(sqlite_service, "Secret baker", visibility="own_caseload")
        page = shown(sqlite_service, a_list(sqlite_service), by="lee")
        assert "Secret baker" not in page
        assert "1 role on this list was told in trust" in page

    def test_who_avoids_whom_is_for_their_own_specialist_alone(self, sqlite_service: Service) -> None:
        bread(sqlite_service, employer="Beech Cafe")
        path = a_list(sqlite_service, **CAREFUL)
        assert "The employer" in shown(sqlite_service, f"{path}/excluded")
        told = shown(sqlite_service, f"{path}/excluded", by="lee")
        assert "Seen by their specialist alone: 1" in told
        assert "avoid" not in told

    def test_hostile_words_are_shown_as_words(self, sqlite_service: Service) -> None:
        bread(sqlite_service, "<script>alert(1)</script>", employer='"><img src=x onerror=alert(1)>')
        page = markup(sqlite_service, a_list(sqlite_service))
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_that_somebody_looked_is_noted(self, sqlite_service: Service) -> None:
        path = a_list(sqlite_service)
        shown(sqlite_service, path)
        with sqlite_service.database.reading(NORTH) as store:
            kinds = list(store.session.scalars(select(AuditRow.action)))
        assert "shortlist.read" in kinds

    def test_nobody_else_reads_it(self, sqlite_service: Service) -> None:
        path = a_list(sqlite_service)
        assert [sqlite_service.as_(who).get(path).status_code for who in ("ben", "eve", "val", "sam")] == [
            403,
            403,
            403,
            404,
        ]


class TestLeftOut:
    def test_every_role_left_out_has_its_reason_and_reasons_are_counted(self, sqlite_service: Service) -> None:
        bread(sqlite_service, location={"postcode": "CT1 1AA"})
        page = shown(sqlite_service, f"{a_list(sqlite_service, **CAREFUL)}/excluded")
        assert "Getting there: 1" in page
        assert "further than the 15 km they travel" in page

    def test_a_reason_can_be_looked_at_alone(self, sqlite_service: Service) -> None:
        bread(sqlite_service, "Far baker", location={"postcode": "CT1 1AA"})
        bread(sqlite_service, "Loud baker", adjustments={"place.quiet_room": "no"})
        page = shown(sqlite_service, f"{a_list(sqlite_service, **CAREFUL)}/excluded?reason=travel")
        assert "Far baker" in page
        assert "Loud baker" not in page

    def test_what_is_nearly_right_says_the_one_change_and_for_how_many_others(self, sqlite_service: Service) -> None:
        role = bread(sqlite_service, adjustments={"place.quiet_room": "no"})
        person(sqlite_service, "p-2", **CAREFUL)
        path = f"{a_list(sqlite_service, **CAREFUL)}/nearly"
        page = shown(sqlite_service, path)
        assert "Ask again for what they need: room to retreat to." in page
        assert "it would be first" in page
        assert "1 other person as well" in page
        assert f"/roles/{role}/answer?about=adjustments.place.quiet_room" in markup(sqlite_service, path)

    def test_a_role_is_found_by_words_and_says_what_would_open_it(self, sqlite_service: Service) -> None:
        role = bread(sqlite_service, adjustments={"place.quiet_room": "no"})
        path = f"{a_list(sqlite_service, **CAREFUL)}/why"
        assert f"role={role}" in markup(sqlite_service, f"{path}?q=hazel+bread")
        page = shown(sqlite_service, f"{path}?role={role}")
        assert "One thing rules it out." in page
        assert "Ask again for what they need: room to retreat to. Then it would be first." in page

    def test_a_role_is_found_by_its_reference(self, sqlite_service: Service) -> None:
        role = bread(sqlite_service)
        ref = sqlite_service.as_("ana").get(f"/v1/vacancies/{role}").json()["ref"]
        assert f"role={role}" in markup(sqlite_service, f"{a_list(sqlite_service)}/why?q={ref.lower()}")

    def test_a_role_that_is_closed_or_came_later_says_so(self, sqlite_service: Service) -> None:
        gone = bread(sqlite_service)
        path = a_list(sqlite_service)
        closed(sqlite_service, gone)
        late = bread(sqlite_service, "Late baker")
        sqlite_service.run_jobs()
        assert "It came after the list was drawn up." in shown(sqlite_service, f"{path}/why?role={late}")
        assert "It is on the list." in shown(sqlite_service, f"{path}/why?role={gone}"), "as of the day of the list"
