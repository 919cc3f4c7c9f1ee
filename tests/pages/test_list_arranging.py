"""What is done with one role of a shortlist: decided, moved, taken off, added; nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response

from tests.api.routes.lists import drawn, person
from tests.pages.test_lists import CAREFUL, bread, markup, said, shown
from tests.service import Service

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def listed(sqlite_service: Service) -> dict[str, Any]:
    """A list of two roles, its page, and whose it is."""
    for title in ("Bread baker", "Cake baker"):
        bread(sqlite_service, title)
    someone = person(sqlite_service)
    found = drawn(sqlite_service, someone)
    roles = [each["vacancy_id"] for each in found["arranged"]]
    return {"path": f"/lists/{found['id']}", "roles": roles, "person": someone, "service": sqlite_service}


def send(listed: dict[str, Any], what: str, typed: dict[str, str], *, place: int = 0, by: str = "ana") -> Response:
    service: Service = listed["service"]
    return service.as_(by).send(f"{listed['path']}/roles/{listed['roles'][place]}/{what}", typed)


def titles(listed: dict[str, Any]) -> list[str]:
    page = listed["service"].as_("ana").get(f"/v1{listed['path'].replace('lists', 'shortlists')}").json()
    return [each["title"] for each in page["arranged"] if each["place"] is not None]


class TestDecide:
    def test_a_choice_is_kept_with_its_reason(self, listed: dict[str, Any]) -> None:
        answer = send(listed, "decide", {"choice": "put_forward", "words": "Likes the smell of bread."})
        assert answer.status_code == 303
        page = shown(listed["service"], answer.headers["Location"])
        assert "The role is put forward." in page
        assert "Put forward, by Ana on 22 November 2026. “Likes the smell of bread.”" in page

    def test_what_is_put_forward_leads_to_a_contact(self, listed: dict[str, Any]) -> None:
        send(listed, "decide", {"choice": "put_forward", "reason": "fits_wish"})
        assert "/contacts/new?employer=" in markup(listed["service"], listed["path"])

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({}, "Choose what you decided."),
            ({"choice": "not_now"}, "Choose a reason."),
            ({"choice": "put_forward"}, "Say why, in a sentence or with a reason."),
            ({"choice": "not_wanted", "reason": "other"}, "Say in a few words what the other reason is."),
        ],
    )
    def test_a_choice_without_what_it_needs_comes_back(
        self, listed: dict[str, Any], typed: dict[str, str], told: str
    ) -> None:
        answer = send(listed, "decide", typed)
        assert answer.status_code == 422
        assert said(answer.text).count(told) == 2, "on top and beside the field"

    def test_words_that_were_typed_come_back(self, listed: dict[str, Any]) -> None:
        answer = send(listed, "decide", {"choice": "not_now", "words": HOSTILE})
        assert "&lt;script&gt;alert(1)" in answer.text
        assert HOSTILE not in answer.text

    def test_a_choice_is_taken_back_and_both_stay_to_be_read(self, listed: dict[str, Any]) -> None:
        send(listed, "decide", {"choice": "not_wanted", "reason": "tasks"})
        answer = send(listed, "take-back", {"why": "Changed their mind."})
        assert answer.status_code == 303
        page = shown(listed["service"], f"{listed['path']}/history")
        assert "Ana chose: Not wanted. Reason: The tasks." in page
        assert "Ana chose: taken back. “Changed their mind.”" in page

    def test_nothing_decided_cannot_be_taken_back(self, listed: dict[str, Any]) -> None:
        assert send(listed, "take-back", {}).status_code == 409

    def test_roles_are_decided_one_at_a_time(self, listed: dict[str, Any]) -> None:
        page = markup(listed["service"], listed["path"])
        assert page.count("/decide") == len(listed["roles"])
        assert 'type="checkbox"' not in page

    def test_a_leader_may_decide_and_another_specialist_may_not(self, listed: dict[str, Any]) -> None:
        typed = {"choice": "not_now", "reason": "hours"}
        assert [send(listed, "decide", typed, by=who).status_code for who in ("lee", "ben", "eve")] == [303, 403, 403]


class TestMove:
    def test_a_role_moves_with_a_reason(self, listed: dict[str, Any]) -> None:
        first, second = titles(listed)
        assert send(listed, "move", {"to": "down", "reason": "fits_wish", "version": "1"}).status_code == 303
        assert titles(listed) == [second, first]

    def test_a_role_moves_to_a_place(self, listed: dict[str, Any]) -> None:
        first, second = titles(listed)
        sent = {"to": "place", "place": "2", "reason": "fits_wish", "version": "1"}
        assert send(listed, "move", sent).status_code == 303
        assert titles(listed) == [second, first]

    def test_a_link_that_says_where_to_has_chosen_it(self, listed: dict[str, Any]) -> None:
        page = markup(listed["service"], f"{listed['path']}/roles/{listed['roles'][1]}/move?to=up")
        assert 'value="up" checked' in " ".join(page.split())

    @pytest.mark.parametrize(
        "typed", [{}, {"to": "up"}, {"to": "place", "reason": "pay"}, {"to": "x", "reason": "pay"}]
    )
    def test_a_move_without_where_to_or_why_comes_back(self, listed: dict[str, Any], typed: dict[str, str]) -> None:
        before = titles(listed)
        assert send(listed, "move", {**typed, "version": "1"}).status_code == 422
        assert titles(listed) == before

    def test_who_was_second_gets_their_words_back_with_what_is_there_now(self, listed: dict[str, Any]) -> None:
        send(listed, "move", {"to": "down", "reason": "fits_wish", "version": "1"})
        late = {"to": "up", "reason": "other", "words": "It is nearer.", "version": "1"}
        answer = send(listed, "move", late, place=1, by="lee")
        assert answer.status_code == 412
        assert "It is nearer." in answer.text
        assert "It stands at place 1 now." in said(answer.text)
        assert 'name="version" value="2"' in answer.text


class TestTakeOffAndAdd:
    def test_a_role_taken_off_stands_at_the_end_with_its_reason(self, listed: dict[str, Any]) -> None:
        first, second = titles(listed)
        sent = {"reason": "other", "words": "Too early in the day.", "version": "1"}
        assert send(listed, "remove", sent).status_code == 303
        page = shown(listed["service"], listed["path"])
        assert titles(listed) == [second]
        assert "Taken off by Ana on 22 November 2026. Reason: Another reason. “Too early in the day.”" in page
        assert first in page.partition("Taken off this list")[2]

    def test_a_role_taken_off_can_be_put_back(self, listed: dict[str, Any]) -> None:
        first, second = titles(listed)
        send(listed, "remove", {"reason": "tasks", "version": "1"})
        assert send(listed, "add", {"reason": "fits_wish", "version": "2"}).status_code == 303
        assert titles(listed) == [second, first]

    def test_two_who_take_the_same_role_off_lose_nothing(self, listed: dict[str, Any]) -> None:
        send(listed, "remove", {"reason": "tasks", "version": "1"})
        answer = send(listed, "remove", {"reason": "other", "words": "They said no.", "version": "1"}, by="lee")
        assert answer.status_code == 412
        assert "They said no." in answer.text
        assert "It was taken off already." in said(answer.text)

    def test_an_open_role_is_found_and_added_with_what_rules_it_out(self, sqlite_service: Service) -> None:
        role = bread(sqlite_service, "Far baker", location={"postcode": "CT1 1AA"})
        found = drawn(sqlite_service, person(sqlite_service, **CAREFUL))
        path = f"/lists/{found['id']}"
        assert f"/roles/{role}/add" in markup(sqlite_service, f"{path}/add?q=far")
        sent = {"reason": "fits_wish", "words": "A friend drives there.", "version": "1"}
        assert sqlite_service.as_("ana").send(f"{path}/roles/{role}/add", sent).status_code == 303
        page = shown(sqlite_service, path)
        assert "Ruled out, added by hand" in page
        assert "further than the 15 km they travel" in page
        assert "“A friend drives there.”" in page

    def test_an_addition_that_is_refused_keeps_what_was_typed(self, listed: dict[str, Any]) -> None:
        send(listed, "remove", {"reason": "tasks", "version": "1"})
        sent = {"reason": "fits_wish", "place": "soon", "words": "Once more.", "version": "2"}
        answer = send(listed, "add", sent)
        assert answer.status_code == 422
        assert "The place must be a number" in answer.text
        assert "Once more." in answer.text
        assert 'value="soon"' in answer.text

    def test_the_words_that_are_searched_are_shown_as_words(self, listed: dict[str, Any]) -> None:
        page = markup(listed["service"], f"{listed['path']}/add?q=%3Cscript%3Ealert(1)")
        assert "<script>alert" not in page


class TestCompare:
    def test_two_roles_stand_side_by_side_in_a_picture_and_in_words(self, listed: dict[str, Any]) -> None:
        first, second = listed["roles"]
        page = markup(listed["service"], f"{listed['path']}/compare?a={first}&b={second}")
        assert "<title" in page.partition('class="wp-picture"')[2]
        assert "The same in words" in page

    def test_a_role_beside_itself_is_not_compared(self, listed: dict[str, Any]) -> None:
        first = listed["roles"][0]
        page = shown(listed["service"], f"{listed['path']}/compare?a={first}&b={first}")
        assert "You chose the same role twice." in page

    def test_a_role_that_was_never_on_the_list_is_not_compared(self, listed: dict[str, Any]) -> None:
        other = bread(listed["service"], "Secret baker")
        page = shown(listed["service"], f"{listed['path']}/compare?a={listed['roles'][0]}&b={other}")
        assert "Secret baker" not in page
        assert "Compare them" in page
