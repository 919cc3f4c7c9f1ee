"""Copies of shipped tables, to be broken at one place."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from matching.taxonomy import DATA


def copied(files: Iterable[str], *, to: Path) -> Path:
    """Copy shipped tables into a folder, and return the folder."""
    for name in files:
        shutil.copy(DATA / name, to / name)
    return to


def edited(files: Iterable[str], *, to: Path, file: str, old: str, new: str) -> Path:
    """Copy shipped tables into a folder, with the first `old` of one file made `new`, and return the folder."""
    path = copied(files, to=to) / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return to
