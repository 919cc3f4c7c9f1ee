"""The browser of the tests: the system's Chromium, which asks nobody but the service."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.pages.live import Live

EXECUTABLE = os.environ.get("WELLPLACED_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

#: The widths of a small phone, a tablet and a desktop.
WIDTHS = (320, 768, 1280)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser; where there is none, tests are left out with a word, and under CI they fail."""
    if EXECUTABLE is None:
        message = "there is no Chromium: the tests in a browser are left out (install `chromium`)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=_FLAGS)
        yield browser
        browser.close()


@contextmanager
def signed_in(
    browser: Browser, live: Live, who: str, *, width: int = 1280, height: int = 900, scripts: bool = True
) -> Iterator[Page]:
    """A page of somebody who is signed in (`nobody`: of nobody); outside requests and script errors fail the test."""
    context = browser.new_context(
        base_url=live.url,
        viewport={"width": width, "height": height},
        java_script_enabled=scripts,
        locale="en-GB",
        ignore_https_errors=True,
    )
    context.set_default_timeout(10_000)
    if who != "nobody":
        context.add_cookies([live.cookie(who)])  # type: ignore[list-item]
    page = context.new_page()
    wrong = _watched(context, page, live)
    yield page
    context.close()
    assert wrong == [], wrong


def _watched(context: BrowserContext, page: Page, live: Live) -> list[str]:
    """What should never happen on any page: a script's error, a breach of the content policy, a request elsewhere."""
    wrong: list[str] = []
    context.on(
        "request", lambda request: None if request.url.startswith((live.url, "data:")) else wrong.append(request.url)
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console",
        lambda said: wrong.append(said.text) if said.type == "error" and "status of 4" not in said.text else None,
    )
    return wrong
