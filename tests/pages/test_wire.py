"""What goes over the wire: how much, from whom, and with which safeguards."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from api.pages.assets import asset_url
from tests.pages.browsing import signed_in
from tests.pages.world import World
from tests.service import Service

_MOST_BYTES = 150_000


@pytest.mark.parametrize("path", ["/", "/lists/{shortlist_id}", "/roles/new", "/sign-in"])
def test_a_first_visit_is_light(browser: Browser, full: World, path: str) -> None:
    with signed_in(browser, full.live, "nobody" if path == "/sign-in" else "ana", width=360) as page:
        sizes = []
        page.on("requestfinished", lambda request: sizes.append(sum(request.sizes().values())))
        answer = page.goto(full.path(path), wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200
    print(f"{path}: {sum(sizes):,} bytes in {len(sizes)} answers")
    assert sum(sizes) < _MOST_BYTES


def test_a_second_visit_asks_for_the_page_alone(browser: Browser, full: World) -> None:
    with signed_in(browser, full.live, "ana") as page:
        page.goto("/employers", wait_until="networkidle")
        asked: list[str] = []
        page.on("response", lambda answer: None if answer.from_service_worker else asked.append(answer.url))
        page.goto("/employers/new", wait_until="networkidle")
        served = [url for url in asked if "/assets/" not in url]
    assert len(served) == 1


def test_the_policy_lets_no_script_of_the_page_itself_run(sqlite_service: Service) -> None:
    policy = sqlite_service.as_("ana").get("/employers").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_pages_are_kept_nowhere(sqlite_service: Service) -> None:
    assert sqlite_service.as_("ana").get("/employers").headers["Cache-Control"] == "no-store"


def test_files_are_kept_for_a_year_under_the_name_of_their_release(sqlite_service: Service) -> None:
    answer = sqlite_service.client.get(asset_url("well-placed.css"))
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" not in sqlite_service.client.get("/assets/old/well-placed.css").headers["Cache-Control"]


def test_no_font_is_fetched_and_none_is_named_that_we_may_not_use(sqlite_service: Service) -> None:
    css = sqlite_service.client.get(asset_url("govuk-frontend.min.css")).text
    assert "@font-face" not in css
    assert "Transport" not in css


def test_the_cookie_of_a_session_is_held_to_this_host(sqlite_service: Service) -> None:
    from fastapi import Response

    from api.auth import forget_session

    answer = Response()
    forget_session(answer)
    said = answer.headers["set-cookie"]
    assert said.startswith("__Host-wellplaced=")
    assert all(word in said for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))
    assert "Domain" not in said
