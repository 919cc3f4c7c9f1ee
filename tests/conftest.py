"""Settings shared by all tests: how long Hypothesis looks, and where public data sets lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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
