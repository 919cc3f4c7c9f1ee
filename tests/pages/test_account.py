"""One's own account: what it shows, a password that is changed, and sessions that are ended."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from httpx import Response

from matching import passwords
from tests.pages.newcomer import PASSWORD, Newcomer
from tests.service import Service

NEW = "copper kestrel anvil"


@pytest.fixture(autouse=True)
def _light_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=512, parallelism=1))


@pytest.fixture
def kim(sqlite_service: Service) -> Newcomer:
    newcomer = Newcomer(sqlite_service)
    newcomer.sign_in()
    return newcomer


def _changed(kim: Newcomer, present: str = PASSWORD, new: str = NEW) -> Response:
    page = kim.get("/account/password")
    return kim.fill_in(page, "/account/password", present_password=present, new_password=new)


def test_it_says_who_and_what_in_words(kim: Newcomer) -> None:
    page = kim.get("/account").text
    assert "Kim Birch" in page
    assert "kim@example.org" in page
    assert "Employer engagement" in page
    assert "employer_engagement" not in page


def test_it_says_when_the_session_ends(kim: Newcomer) -> None:
    page = kim.get("/account").text
    assert "after 60 minutes without a page" in page
    assert "on 23 November 2026 at 6am in any case" in page


def test_a_changed_password_ends_other_sessions_and_not_this_one(kim: Newcomer) -> None:
    before = kim.cookie
    answer = _changed(kim)
    assert answer.status_code == 303
    assert kim.cookie != before
    assert "Your password was changed." in kim.get(answer.headers["Location"]).text
    kim.wait_for_code()
    assert kim.give_password().status_code == 401
    assert kim.give_password(password=NEW).status_code == 303


@pytest.mark.parametrize(
    ("present", "new", "words"),
    [
        ("", "", "Enter the password that you have now."),
        (PASSWORD, "", "Enter a new password."),
        ("not this one at all", NEW, "This is not your password."),
        (PASSWORD, "short", "Your new password should have at least 12 characters"),
        (PASSWORD, PASSWORD, "Your new password should be another one."),
    ],
)
def test_what_is_wrong_is_said_and_no_password_is_shown(kim: Newcomer, present: str, new: str, words: str) -> None:
    answer = _changed(kim, present, new)
    assert answer.status_code == 422
    assert words in answer.text
    assert PASSWORD not in answer.text
    assert NEW not in answer.text


def test_too_many_wrong_tries_are_told_when_to_try_again(kim: Newcomer) -> None:
    kim.service.clock.pass_(seconds=1)
    for _ in range(5):
        _changed(kim, "not this one at all")
    answer = _changed(kim)
    assert answer.status_code == 429
    assert "try again at 6:16pm" in answer.text


def test_who_has_no_password_here_is_told_so(sqlite_service: Service) -> None:
    assert "You have no password here" in sqlite_service.as_("ana").get("/account/password").text
    assert "Change your password" not in sqlite_service.as_("ana").get("/account").text


def test_signing_out_everywhere_ends_every_session(kim: Newcomer) -> None:
    answer = kim.fill_in(kim.get("/account"), "/account/sign-out-everywhere")
    assert "You are signed out everywhere." in kim.get(answer.headers["Location"]).text
    assert kim.get("/account").url.path == "/sign-in"
