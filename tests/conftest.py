"""Settings shared by all tests: how long Hypothesis looks, and where public data sets lie."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import KINDS, Databases
from tests.service import Service, start_service

os.environ.setdefault("HF_HUB_OFFLINE", "1")

# `ci` gives the same examples at every run; `deep` looks much longer and elsewhere each time.
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("deep", max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

SHARED_DATA = Path(os.environ.get("WELLPLACED_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs the public data sets where they are absent, and say so."""
    if SHARED_DATA.is_dir():
        return
    absent = pytest.mark.skip(reason=f"the public data sets are not at {SHARED_DATA}")
    for item in items:
        if item.get_closest_marker("needs_shared_data"):
            item.add_marker(absent)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Both databases, at the newest schema."""
    base = tmp_path_factory.getbasetemp()
    # With several processes each has a folder of its own below the one of the session.
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    return Databases(folder=tmp_path_factory.mktemp("databases"), shared=shared)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> str:
    """A new empty database, once on each kind."""
    return databases.fresh(request.param, tmp_path)


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[Service]:
    """A running service with two organisations, on each kind of database."""
    started = start_service(database_url, tmp_path)
    yield started
    started.client.close()
    started.database.close()


@pytest.fixture
def sqlite_service(databases: Databases, tmp_path: Path) -> Iterator[Service]:
    """The same on SQLite alone, for what does not depend on the database."""
    started = start_service(databases.fresh("sqlite", tmp_path), tmp_path)
    yield started
    started.client.close()
    started.database.close()
