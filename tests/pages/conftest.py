"""Fixtures of the tests in a browser: the browser, a world with everything in it, and one with nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.databases import Databases
from tests.pages.browsing import chromium
from tests.pages.county import LiveCounty, live_county
from tests.pages.live import Live, serve
from tests.pages.world import World, full_world
from tests.service import start_service


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def full(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("full")
    service = start_service(
        databases.fresh("sqlite", folder), folder, requests_per_minute=100_000, webhook_hosts=("1.1.1.1",)
    )
    with serve(service, folder) as live:
        yield full_world(live)
    service.client.close()
    service.database.close()


@pytest.fixture(scope="session")
def empty(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("empty")
    service = start_service(
        databases.fresh("sqlite", folder), folder, requests_per_minute=100_000, webhook_hosts=("1.1.1.1",)
    )
    with serve(service, folder) as live:
        yield live
    service.client.close()
    service.database.close()


@pytest.fixture(scope="session")
def county(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCounty]:
    """The invented county, by an encoder that knows no meaning: quick to put up."""
    folder = tmp_path_factory.mktemp("county")
    with live_county(databases.fresh("sqlite", folder), folder, encoder="hashing") as served:
        yield served
