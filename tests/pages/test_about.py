"""Pages about the service: open to all, the same for all, and with the menu of who is signed in."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute

from api.pages.routers import ROUTERS
from tests.service import Service

PAGES = ("/help", "/how-it-works", "/privacy", "/accessibility")


@pytest.mark.parametrize("path", PAGES)
def test_anybody_may_read_it(sqlite_service: Service, path: str) -> None:
    answer = sqlite_service.client.get(path)
    assert answer.status_code == 200
    assert 'href="/help"' in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_who_is_signed_in_keeps_their_menu(sqlite_service: Service, path: str) -> None:
    assert 'href="/participants"' in sqlite_service.as_("ana").get(path).text
    assert 'href="/audit"' in sqlite_service.as_("aud").get(path).text


@pytest.mark.parametrize("path", PAGES)
def test_each_of_its_links_leads_to_a_page_that_is_there(sqlite_service: Service, path: str) -> None:
    present = {route.path for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)}
    links = set(re.findall(r'<a[^>]*href="(/[^"#?]*)', sqlite_service.client.get(path).text.partition("<main")[2]))
    assert links - {"/"} <= present


def test_the_times_are_those_of_the_organisation(sqlite_service: Service) -> None:
    settings = {"keep_participants_days": 99, "forget_daily": True}
    changed = sqlite_service.as_("adam").change(
        "PUT", "/v1/organisation", {"name": "Invented north", "settings": settings}, version=1
    )
    assert changed.status_code == 200
    page = sqlite_service.as_("ana").get("/privacy").text
    assert "99 days" in page
    assert "is erased each day" in page
    assert "Invented north" in page


def test_who_is_signed_out_is_told_of_no_organisation(sqlite_service: Service) -> None:
    page = sqlite_service.client.get("/privacy").text
    assert "Invented" not in page
    assert "730 days" in page
