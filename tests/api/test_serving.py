"""Index files are looked through once for all processes of the service, beside what it does until they begin."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from api import serving
from api.serving import _Verifying
from embeddings.array_file import verify_arrays, write_arrays

LONG_SECONDS = 20.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Index files of two organisations: one that is whole, one that was changed."""
    monkeypatch.setenv("WELLPLACED_DATA_DIR", str(tmp_path))
    for organisation in ("whole", "changed"):
        write_arrays(tmp_path / "index" / organisation / "pool.arrays", {"n": np.arange(9)}, made_by={})
    changed = tmp_path / "index" / "changed" / "pool.arrays"
    changed.write_bytes(changed.read_bytes()[:-1] + b"?")
    return tmp_path / "index"


def test_files_that_are_whole_are_told_and_others_are_left_to_their_readers(folder: Path) -> None:
    assert _Verifying().result(LONG_SECONDS) == {verify_arrays(folder / "whole" / "pool.arrays")}


def test_nobody_waits_for_a_disk_that_takes_long(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_verify", lambda _: time.sleep(LONG_SECONDS))
    began = time.monotonic()
    assert _Verifying().result(0.1) == frozenset()
    assert time.monotonic() - began < LONG_SECONDS / 2


def test_without_files_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLPLACED_DATA_DIR", str(tmp_path))
    assert _Verifying().result(LONG_SECONDS) == frozenset()
