"""The service as it is really run, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import KINDS, Databases
from tests.soak.server import Server


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Server]:
    """A service with two organisations, not started yet."""
    made = Server(url=databases.fresh(request.param, tmp_path), folder=tmp_path)
    made.furnish()
    yield made
    made.stop()
