"""The story, told once for each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import KINDS, Databases
from tests.journeys.story import Story, let_webhooks_be_registered
from tests.service import start_service


@pytest.fixture(scope="module", params=KINDS)
def story(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    """The whole story, on each kind of database."""
    folder = tmp_path_factory.mktemp("story")
    service = start_service(databases.fresh(request.param, folder), folder, requests_per_minute=1_000_000)
    let_webhooks_be_registered(service)
    with service.client:  # one event loop for all requests, which saves half of the time
        told = Story(service=service)
        told.tell()
        yield told
    service.database.close()
