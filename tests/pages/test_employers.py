"""Pages on employers: what they take, keep and say."""

from __future__ import annotations

import re

from tests.api.routes.lists import drawn, logged, person
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


def test_employers_are_in_the_order_of_their_names(sqlite_service: Service) -> None:
    for name in ("Willow Cafe", "ash hotel", "Moss Garage"):
        _added(sqlite_service, name=name)
    text = sqlite_service.as_("ana").get("/employers").text
    assert text.index("ash hotel") < text.index("Moss Garage") < text.index("Willow Cafe")


def test_employers_come_in_pages(sqlite_service: Service) -> None:
    for number in range(27):
        _added(sqlite_service, name=f"Employer {number:02}")
    first = sqlite_service.as_("ana").get("/employers?search=employer").text
    after = re.search(r"/employers\?search=employer&amp;after=([0-9a-f]+)", first)
    assert after is not None
    second = sqlite_service.as_("ana").get(f"/employers?search=employer&after={after[1]}").text
    assert "Employer 24" in first
    assert re.findall(r"Employer \d\d", second) == ["Employer 25", "Employer 26"]


def test_a_workplace_is_added_with_a_postcode_as_it_is_written(sqlite_service: Service) -> None:
    path = _added(sqlite_service)
    sqlite_service.as_("ana").send(f"{path}/workplaces/new", {"name": "Bank Street", "postcode": "me141xq"})
    assert "Bank Street, ME14 1XQ" in sqlite_service.as_("eve").get(path).text


def test_a_workplace_that_is_refused_keeps_what_was_typed(sqlite_service: Service) -> None:
    path = _added(sqlite_service)
    answer = sqlite_service.as_("ana").send(f"{path}/workplaces/new", {"name": "", "postcode": "by the sea"})
    assert answer.status_code == 422
    assert answer.text.count("Enter what they call the place.") == 2
    assert 'value="by the sea"' in answer.text


def test_the_page_tells_of_roles_that_the_asker_may_see(sqlite_service: Service) -> None:
    logged(sqlite_service, "Open to all", pay={"hourly": 12.6})
    secret = logged(sqlite_service, "Only for Ana", visibility="own_caseload")
    path = f"/employers/{sqlite_service.as_('ana').get(f'/v1/vacancies/{secret}').json()['employer_id']}"
    assert "Only for Ana" in sqlite_service.as_("ana").get(path).text
    told = sqlite_service.as_("eve").get(path).text
    assert "Open to all" in told
    assert "£12.60 an hour" in told
    assert "Only for Ana" not in told


def test_the_page_tells_of_contacts_and_whether_one_is_welcome(sqlite_service: Service) -> None:
    path = _added(sqlite_service, contact_every_days="30")
    for mode in ("visit", "phone"):
        said = {"employer_id": path.rpartition("/")[2], "mode": mode, "on": "2026-11-22", "over_limit_because": "asked"}
        assert sqlite_service.as_("eve").post("/v1/contacts", said).status_code == 201
    text = sqlite_service.as_("ana").get(path).text
    assert "Wants to hear from us again from 22 December 2026" in text
    assert "22 November 2026, Eve" in text
    assert "1 visit" in text


def test_what_to_ask_an_employer_is_told_without_anybody_s_name(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["baking bread"])
    drawn(
        sqlite_service, person(sqlite_service, "p-secret", pay_floor={"hourly": 12}, wanted_work=[{"label": "bread"}])
    )
    path = f"/employers/{sqlite_service.as_('ana').get(f'/v1/vacancies/{role}').json()['employer_id']}"
    text = sqlite_service.as_("eve").get(path).text
    assert f"/roles/{role}/answer?about=" in text
    assert "p-secret" not in text


def test_what_others_typed_is_shown_as_text(sqlite_service: Service) -> None:
    hostile = "<script>alert('x')</script>"
    path = _added(sqlite_service, name=hostile, notes=hostile)
    sqlite_service.as_("ana").send(f"{path}/workplaces/new", {"name": hostile})
    for page in (path, f"{path}/change", f"{path}/workplaces/new", "/employers", f"/employers?search={hostile}"):
        text = sqlite_service.as_("ana").get(page).text
        assert "<script>alert" not in text, page
        assert "&lt;script&gt;alert" in text, page


def test_who_was_second_sees_what_is_there_now_beside_their_words(sqlite_service: Service) -> None:
    path = _added(sqlite_service)
    sqlite_service.as_("eve").send(f"{path}/change", {"name": "Hazel & Sons", "version": "1"})
    answer = sqlite_service.as_("ana").send(f"{path}/change", {"name": "Hazel Ltd", "version": "1"})
    assert "Now there: Hazel &amp; Sons." in answer.text
