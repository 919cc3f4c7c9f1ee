"""Spoilt files of every format: reading one never fails, takes bounded time and memory, and never says nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.soak.fuzzed_files import LONGEST_SECONDS, MOST_BYTES, samples
from tests.soak.server import times

pytestmark = pytest.mark.soak
FILES = times(50_000)
SEED = 20_261_123


def test_no_spoilt_file_stops_the_reading_or_takes_long_or_much() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.fuzzed_files", str(FILES), str(SEED)],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert found["faults"] == []
    assert sum(sum(counted.values()) for counted in found["outcomes"].values()) == FILES
    # Both ways must come of every format, or the spoiling would spoil everything, or nothing.
    assert all(counted["read"] and counted["refused"] for counted in found["outcomes"].values())
    assert set(found["outcomes"]) == {sample.form for sample in samples()}
    assert found["slowest"][0]["seconds"] < LONGEST_SECONDS
    assert found["peak_growth_bytes"] < MOST_BYTES
    print(json.dumps(found))
