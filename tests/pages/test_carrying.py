"""A form that is sent after the session ended: what was typed is carried through signing in, and sent with a click."""

from __future__ import annotations

import re

import pytest
from argon2 import PasswordHasher
from httpx import Response

from matching import passwords
from tests.pages.crawl import forms_of
from tests.pages.newcomer import WRONG, Newcomer, form_to, kept_of
from tests.service import Service

TYPED = {
    "name": """Hazel's "Bread" & <Sons>""",
    "notes": "Ask for Sam.\r\nSide door;\r\n\r\n  back by 3 — £5 \\ “quoted”",
    "contact_every_days": "often",
}


@pytest.fixture(autouse=True)
def _light_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=512, parallelism=1))


@pytest.fixture
def kim(sqlite_service: Service) -> Newcomer:
    newcomer = Newcomer(sqlite_service)
    newcomer.sign_in()
    return newcomer


def _sent_too_late(kim: Newcomer, path: str = "/employers/new", **typed: str) -> Response:
    page = kim.get(path)
    kim.service.clock.pass_(minutes=61)
    return kim.fill_in(page, path, **(typed or TYPED))


def _signed_in_again(kim: Newcomer, page: Response) -> Response:
    return kim.give_code(kim.give_password(page))


def test_the_page_says_that_the_session_has_ended_and_that_nothing_is_lost(kim: Newcomer) -> None:
    page = _sent_too_late(kim)
    assert page.status_code == 401
    assert "Your session has ended." in page.text
    assert "What you typed is kept on this page." in page.text


def test_what_was_typed_is_shown_and_sent_again_with_one_click(kim: Newcomer) -> None:
    page = _signed_in_again(kim, _sent_too_late(kim, name="Hazel Bakery", notes=TYPED["notes"]))
    assert page.status_code == 200
    assert ("name", "Hazel Bakery") in [(name.lower(), value) for name, value in kept_of(page)]
    added = kim.fill_in(page, "/employers/new")
    assert added.status_code == 303
    shown = kim.get(added.headers["Location"])
    assert "The employer was added." in shown.text
    assert "Side door;" in shown.text


def test_every_sign_and_line_of_it_comes_through_both_steps(kim: Newcomer) -> None:
    page = _signed_in_again(kim, _sent_too_late(kim))
    sent = form_to(page, "/employers/new").as_shown()
    assert {name: sent[name] for name in TYPED} == {name: [value] for name, value in TYPED.items()}


def test_several_values_of_one_name_stay_several(kim: Newcomer) -> None:
    kim.service.clock.pass_(minutes=61)
    page = kim.send("/employers/new", {"name": "Ash", "days": ["mon", "tue", "mon"]})
    sent = form_to(_signed_in_again(kim, page), "/employers/new").as_shown()
    assert sent["days"] == ["mon", "tue", "mon"]


def test_the_version_is_carried_too(kim: Newcomer) -> None:
    added = kim.fill_in(kim.get("/employers/new"), "/employers/new", name="Hazel")
    path = f"{added.headers['Location'].partition('?')[0]}/change"
    page = _signed_in_again(kim, _sent_too_late(kim, path, name="Hazel & Sons"))
    assert form_to(page, path).as_shown()["version"] == ["1"]
    assert kim.fill_in(page, path).status_code == 303


def test_a_wrong_password_and_a_wrong_code_lose_nothing(kim: Newcomer) -> None:
    page = kim.give_password(_sent_too_late(kim), password=WRONG)
    assert page.status_code == 401
    page = kim.give_password(page)
    page = kim.give_code(page, code="12")
    assert page.status_code == 422
    page = kim.give_code(page)
    assert form_to(page, "/employers/new").as_shown()["name"] == [TYPED["name"]]


def test_nothing_of_it_stands_in_an_address_or_in_the_database(kim: Newcomer) -> None:
    steps = [_sent_too_late(kim, name="Canary Works")]
    steps.append(kim.give_password(steps[0]))
    steps.append(kim.give_code(steps[1]))
    assert all("Location" not in step.headers for step in steps)
    assert all(step.headers["Cache-Control"] == "no-store" for step in steps)
    connection = kim.service.database.engine.raw_connection()
    held = "\n".join(connection.driver_connection.iterdump())  # type: ignore[union-attr]
    connection.close()
    assert "Kim Birch" in held, "what is held can be searched so"
    assert "Canary" not in held


def test_the_page_loaded_again_leads_on_as_it_did_at_first(kim: Newcomer) -> None:
    first = kim.give_password(_sent_too_late(kim))
    kim.give_code(first)
    again = kim.give_code(first)
    assert form_to(again, "/employers/new").as_shown()["name"] == [TYPED["name"]]


def test_who_signed_in_in_another_window_carries_on_from_the_first(kim: Newcomer) -> None:
    page = _sent_too_late(kim)
    early = kim.fill_in(page, "/sign-in/carry-on")
    assert early.status_code == 401
    kim.give_password()
    kim.give_code()
    later = kim.fill_in(early, "/sign-in/carry-on")
    assert form_to(later, "/employers/new").as_shown()["name"] == [TYPED["name"]]


def test_a_form_opened_before_one_signed_in_again_is_brought_back_to_be_sent(kim: Newcomer) -> None:
    page = kim.get("/employers/new")
    kim.wait_for_code()
    kim.give_password()
    kim.give_code()
    refused = kim.fill_in(page, "/employers/new", name="Hazel Bakery")
    assert refused.status_code == 403
    assert kim.fill_in(refused, "/employers/new").status_code == 303


def test_somebody_else_who_signs_in_there_neither_sees_nor_sends_it(kim: Newcomer) -> None:
    page = _sent_too_late(kim, name="Canary Works")
    carried = form_to(page, "/sign-in").as_shown()["carried"][0]
    session = kim.service.as_("eve").headers["Cookie"]
    answer = kim.service.client.post("/sign-in/carry-on", data={"carried": carried}, headers={"Cookie": session})
    assert answer.status_code == 200
    assert "Canary" not in answer.text
    assert "is not shown and not sent" in answer.text


def test_the_page_of_another_site_puts_no_words_into_our_forms(kim: Newcomer) -> None:
    answer = kim.send("/employers/new", {"name": "Canary Works"}, **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    kim.client.cookies.clear()  # as a browser does that brings no cookies from elsewhere
    answer = kim.send("/employers/new", {"name": "Canary Works"}, **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 401
    assert "Canary" not in answer.text


@pytest.mark.parametrize(
    "made_up",
    [
        "no json",
        "[]",
        '["//elsewhere.example",[["a","b"]],"",false]',
        '["/employers/new",[["a"]],"",false]',
        '["/employers/new",[["a",1]],"",false]',
        '["/v1/employers",[["a","b"]],"",false]',
        '["/employers/new",{"a":"b"},"",false]',
        '["/employers/new",[["a","\\ud800"]],"",false]',
        "[" * 100_000,
    ],
)
def test_made_up_words_to_carry_are_dropped(sqlite_service: Service, made_up: str) -> None:
    answer = sqlite_service.client.post("/sign-in", data={"email": "", "password": "", "carried": made_up})
    assert answer.status_code == 422
    assert 'name="carried"' not in answer.text


def test_passwords_are_not_carried(kim: Newcomer) -> None:
    page = _sent_too_late(kim, "/account/password", **{"present_password": "canary one", "new_password": "canary two"})
    assert page.status_code == 401
    assert "canary" not in page.text


def test_a_button_alone_leads_back_to_the_page_it_is_on(kim: Newcomer) -> None:
    page = kim.get("/account")
    kim.service.clock.pass_(minutes=61)
    token = form_to(page, "/account/sign-out-everywhere").as_shown()["csrf"][0]
    answer = kim.send("/account/sign-out-everywhere", {"csrf": token}, Referer="https://testserver/account")
    assert answer.status_code == 401
    assert form_to(answer, "/sign-in").as_shown()["next"] == ["/account"]
    answer = kim.send("/account/sign-out-everywhere", {"csrf": token}, Referer="https://elsewhere.example/account")
    assert "next" not in form_to(answer, "/sign-in").as_shown()


def test_that_a_file_is_not_kept_is_said(kim: Newcomer) -> None:
    kim.service.clock.pass_(minutes=61)
    page = kim.client.post(
        "/files/imports/new",
        data={"kind": "vacancies"},
        files={"file": ("roles.csv", b"vacancy_ref")},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert "A file cannot be kept." in page.text
    page = _signed_in_again(kim, page)
    assert "Your file could not be kept." in page.text
    assert kim.fill_in(page, "/files/imports/new").status_code == 422


def test_hostile_words_are_shown_as_words(kim: Newcomer) -> None:
    attack = """"'></textarea><script>alert(1)</script>"""
    page = _sent_too_late(kim, name=attack)
    assert "<script>alert" not in page.text
    page = _signed_in_again(kim, page)
    assert "<script>alert" not in page.text
    assert form_to(page, "/employers/new").as_shown()["name"] == [attack]


def test_each_of_these_pages_has_one_form_that_leads_on(kim: Newcomer) -> None:
    page = _signed_in_again(kim, _sent_too_late(kim))
    actions = [form.action for form in forms_of(page.text)]
    assert actions == ["/sign-out", "/employers/new"]
    assert not re.search(r'<form[^>]*action="[^/]', page.text)
