"""The way from an ended session back to a sent form, in a browser: with scripts and without, and fit for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page

from matching import passwords
from tests.pages.browsing import WIDTHS, signed_in
from tests.pages.live import Live, serve
from tests.pages.looks import scrolls_sideways, violations, words_of
from tests.pages.newcomer import EMAIL, PASSWORD, Newcomer
from tests.pages.prose import faults
from tests.service import Service

NOTES = 'Ask for "Sam".\n  Side door; back by 3 <soon>.'


@pytest.fixture(autouse=True)
def _light_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=512, parallelism=1))


@pytest.fixture
def live(sqlite_service: Service, tmp_path: Path) -> Iterator[Live]:
    with serve(sqlite_service, tmp_path) as started:
        yield started


def _look(page: Page) -> None:
    """What is asked of every page."""
    found = faults(words_of(page))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [*violations(page), *scrolls_sideways(page)]
    assert found == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_newcomer_sets_up_signs_in_and_loses_nothing_when_the_session_ends(
    browser: Browser, live: Live, scripts: bool
) -> None:
    kim = Newcomer(live.service)
    with signed_in(browser, live, "nobody", scripts=scripts) as page:
        page.goto(f"/set-password#{kim.link.partition('#')[2]}")
        assert page.get_by_label("Your link").is_visible() is not scripts, "a script takes the link from the address"
        if not scripts:
            page.get_by_label("Your link").fill(kim.link)
        page.get_by_label("New password").fill(PASSWORD)
        page.get_by_role("button", name="Set my password").click()
        _sign_in(page)
        page.get_by_role("button", name="Show the code for my app").click()
        kim.secret = "".join(page.locator(".wp-key").inner_text().split())
        page.get_by_label("Code", exact=True).fill(kim.code())
        page.get_by_role("button", name="Sign in").click()

        page.goto("/employers/new")
        page.get_by_label("Name").fill("Hazel & Sons")
        page.get_by_label("Notes").fill(NOTES)
        live.service.clock.at += timedelta(minutes=61)
        page.get_by_role("button", name="Save").click()
        assert "What you typed is kept" in page.inner_text("main")
        if scripts:
            _look(page)
        _sign_in(page)
        if scripts:
            _look(page)
        page.get_by_label("Code", exact=True).fill(kim.code())
        page.get_by_role("button", name="Sign in").click()
        assert page.locator("dd", has_text="Side door").inner_text() == NOTES
        if scripts:
            _look(page)
        page.get_by_role("button", name="Carry on and send it").click()
        assert "The employer was added." in page.inner_text("main")
        assert NOTES.splitlines()[1].strip() in page.inner_text("main")


def _sign_in(page: Page) -> None:
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
