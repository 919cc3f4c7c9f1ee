"""Signing in by the pages: two steps, the way back, and nothing else that an address can lead to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from api.app import create_app
from api.pages.carrying import local_page
from matching import passwords
from tests.pages.newcomer import EMAIL, PASSWORD, WRONG, Newcomer
from tests.service import Service


@pytest.fixture(autouse=True)
def _light_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=512, parallelism=1))


@pytest.fixture
def kim(sqlite_service: Service) -> Newcomer:
    return Newcomer(sqlite_service)


def test_a_newcomer_comes_in_by_the_link_of_the_administrator(kim: Newcomer) -> None:
    kim.set_password()
    assert kim.give_password().headers["Location"] == "/sign-in/app"
    kim.enrol()
    assert kim.give_code().headers["Location"] == "/"
    assert "Signed in as Kim Birch" in kim.get("/employers").text


def test_the_secret_of_the_app_is_shown_as_text_and_as_a_picture_of_our_own_making(kim: Newcomer) -> None:
    kim.set_password()
    kim.give_password()
    shown = kim.enrol()
    assert len(kim.secret) == 32
    assert "<svg" in shown.text
    assert "style=" not in shown.text
    assert shown.headers["Cache-Control"] == "no-store"


def test_the_next_time_there_is_a_code_and_no_app_to_set_up(kim: Newcomer) -> None:
    kim.sign_in()
    kim.wait_for_code()
    assert kim.give_password().headers["Location"] == "/sign-in/code"
    assert kim.give_code().headers["Location"] == "/"


def test_spaces_in_a_code_do_no_harm(kim: Newcomer) -> None:
    kim.sign_in()
    kim.wait_for_code()
    kim.give_password()
    code = kim.code()
    assert kim.give_code(code=f" {code[:3]} {code[3:]}").status_code == 303


def test_the_page_that_was_asked_for_comes_after_both_steps(kim: Newcomer) -> None:
    kim.sign_in()
    kim.wait_for_code()
    kim.client.cookies.clear()
    page = kim.get("/employers?search=hazel")
    assert page.url.path == "/sign-in"
    step = kim.give_password(page)
    page = kim.get(step.headers["Location"])
    assert kim.give_code(page).headers["Location"] == "/employers?search=hazel"


@pytest.mark.parametrize(
    "path",
    [
        "https://elsewhere.example",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "/\t/elsewhere.example",
        "/\n/elsewhere.example",
        " //elsewhere.example",
        "javascript:alert(1)",
        "elsewhere.example",
        "/sign-out",
        "/v1/audit",
        "/ /elsewhere.example",
        "",
    ],
)
def test_no_address_leads_away_from_our_pages(path: str) -> None:
    assert local_page(path) == ""


def test_a_made_up_way_back_is_left_out_of_the_page_and_not_followed(kim: Newcomer) -> None:
    kim.sign_in()
    kim.wait_for_code()
    page = kim.get("/sign-in", params={"next": "//elsewhere.example"})
    assert "elsewhere.example" not in page.text
    kim.give_password(page, next="//elsewhere.example")
    assert kim.give_code(None).headers["Location"] == "/"
    kim.wait_for_code()
    kim.give_password()
    page = kim.get("/sign-in/code")
    sent = kim.fill_in(page, "/sign-in/code", code=kim.code(), next="https://elsewhere.example")
    assert sent.headers["Location"] == "/"


def test_a_wrong_password_keeps_the_address_and_never_shows_the_password(kim: Newcomer) -> None:
    kim.set_password()
    answer = kim.give_password(password=WRONG)
    assert answer.status_code == 401
    assert EMAIL in answer.text
    assert WRONG not in answer.text
    assert "The address or the password is not right." in answer.text


def test_what_is_left_empty_is_asked_for(sqlite_service: Service) -> None:
    answer = sqlite_service.client.post("/sign-in", data={"email": "", "password": ""})
    assert answer.status_code == 422
    assert "Enter your email address." in answer.text
    assert "Enter your password." in answer.text


def test_after_too_many_tries_the_page_says_when_to_try_again(kim: Newcomer) -> None:
    kim.set_password()
    for _ in range(5):
        kim.give_password(password=WRONG)
    answer = kim.give_password()
    assert answer.status_code == 429
    assert "try again at 6:15pm" in answer.text, "the first try was at six in the evening"
    assert answer.headers["Retry-After"] == "900"


def test_a_wrong_code_may_be_typed_again(kim: Newcomer) -> None:
    kim.sign_in()
    kim.wait_for_code()
    kim.give_password()
    assert kim.give_code(code="12345").status_code == 422
    page = kim.give_code(code="000000" if kim.code() != "000000" else "111111")
    assert page.status_code == 401
    assert kim.give_code(page).status_code == 303


def test_who_waits_too_long_between_the_steps_begins_again(kim: Newcomer) -> None:
    kim.sign_in()
    kim.wait_for_code()
    kim.give_password()
    page = kim.get("/sign-in/code")
    kim.service.clock.at += timedelta(minutes=11)
    answer = kim.give_code(page)
    assert answer.status_code == 401
    assert "This took too long." in answer.text


def test_between_the_steps_nothing_opens(kim: Newcomer) -> None:
    kim.sign_in()
    kim.wait_for_code()
    kim.give_password()
    assert kim.get("/employers").url.path == "/sign-in"


def test_another_site_cannot_sign_somebody_in(kim: Newcomer) -> None:
    kim.sign_in()
    typed = {"email": EMAIL, "password": PASSWORD}
    answer = kim.send("/sign-in", typed, **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert PASSWORD not in answer.text
    assert kim.send("/sign-in", typed, Origin="https://elsewhere.example").status_code == 403


def test_the_second_step_needs_the_token_of_the_first(kim: Newcomer) -> None:
    kim.sign_in()
    kim.wait_for_code()
    kim.give_password()
    assert kim.send("/sign-in/code", {"code": kim.code(), "csrf": "another"}).status_code == 403


def test_the_session_of_the_first_step_is_not_the_one_that_opens(kim: Newcomer) -> None:
    kim.set_password()
    kim.give_password()
    half_way = kim.cookie
    kim.enrol()
    kim.give_code()
    assert kim.cookie not in ("", half_way)


def test_a_used_link_is_told_so(kim: Newcomer) -> None:
    kim.set_password()
    again = kim.send("/set-password", {"token": kim.link, "password": "copper kestrel anvil"})
    assert again.status_code == 422
    assert "This link is not valid, was used or is too old: ask for a new link." in again.text


def test_a_password_that_others_would_guess_is_refused_and_not_shown(kim: Newcomer) -> None:
    answer = kim.send("/set-password", {"token": kim.link, "password": "Birch Birch Birch"})
    assert answer.status_code == 422
    assert "Your password should not hold your own name" in answer.text
    assert "Birch Birch Birch" not in answer.text


def test_the_link_stays_in_the_form_of_who_is_refused(kim: Newcomer) -> None:
    answer = kim.send("/set-password", {"token": kim.link, "password": "short"})
    assert kim.link.partition("#")[2] in answer.text


def test_signing_out_ends_the_session(kim: Newcomer) -> None:
    kim.sign_in()
    cookie = kim.cookie
    answer = kim.fill_in(kim.get("/employers"), "/sign-out")
    assert "You are signed out." in kim.get(answer.headers["Location"]).text
    kim.client.cookies.set("__Host-wellplaced", cookie, domain="testserver.local", path="/")
    assert kim.get("/employers").url.path == "/sign-in"


def test_staying_keeps_the_session_open(kim: Newcomer) -> None:
    kim.sign_in()
    for _ in range(3):
        kim.service.clock.pass_(minutes=50)
        page = kim.get("/help")
        kim.service.clock.pass_(minutes=9)
        token = page.text.partition('data-csrf="')[2].partition('"')[0]
        assert kim.send("/stay", {"csrf": token}).status_code == 204
    assert kim.get("/employers").url.path == "/employers"


def test_staying_needs_the_token(kim: Newcomer) -> None:
    kim.sign_in()
    assert kim.send("/stay", {}).status_code == 403


def test_single_sign_on_is_offered_where_it_is_set_up(kim: Newcomer) -> None:
    assert "/v1/sign-in/single-sign-on" not in kim.get("/sign-in").text
    settings = kim.service.running.settings.model_copy(
        update={"single_sign_on_url": "https://issuer.example", "single_sign_on_client": "well-placed"}
    )
    app = create_app(replace(kim.service.running, settings=settings))
    assert 'href="/v1/sign-in/single-sign-on"' in TestClient(app, base_url="https://testserver").get("/sign-in").text
