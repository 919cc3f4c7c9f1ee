"""Pages on employers: what they take, keep and say."""

from __future__ import annotations

from tests.service import Service


def _added(service: Service, **typed: str) -> str:
    answer = service.as_("eve").send("/employers/new", {"name": "Hazel Bakery", **typed})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).partition("?")[0]


def test_an_employer_is_added_and_the_next_page_says_so(sqlite_service: Service) -> None:
    answer = sqlite_service.as_("eve").send("/employers/new", {"name": "Hazel Bakery"})
    page = sqlite_service.as_("eve").get(answer.headers["Location"])
    assert "The employer was added." in page.text
    assert "Hazel Bakery" in page.text


def test_a_refused_form_says_why_and_keeps_what_was_typed(sqlite_service: Service) -> None:
    answer = sqlite_service.as_("eve").send("/employers/new", {"name": "", "notes": "Ask for Sam at the side door"})
    assert answer.status_code == 422
    assert answer.text.count("Enter the employer&#39;s name.") == 2, "on top and beside the field"
    assert "Ask for Sam at the side door" in answer.text


def test_who_was_second_to_change_gets_their_words_back(sqlite_service: Service) -> None:
    path = _added(sqlite_service)
    sqlite_service.as_("eve").send(f"{path}/change", {"name": "Hazel & Sons", "version": "1"})
    answer = sqlite_service.as_("ana").send(f"{path}/change", {"name": "Hazel Ltd", "version": "1"})
    assert answer.status_code == 412
    assert "Hazel Ltd" in answer.text
    assert 'name="version" value="2"' in answer.text, "sent again, it is a change to what is there now"


def test_a_form_sent_twice_is_done_once(sqlite_service: Service) -> None:
    sent = {"name": "Hazel Bakery", "once": "a1b2"}
    first, second = (sqlite_service.as_("eve").send("/employers/new", sent) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]


def test_a_form_without_the_token_of_the_session_is_refused(sqlite_service: Service) -> None:
    assert sqlite_service.as_("eve").send("/employers/new", {"name": "Ash", "csrf": "another"}).status_code == 403
