"""Memory of processes and size of folders, as the system tells them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


def held_bytes(processes: Iterable[int]) -> int | None:
    """What some processes hold, shared pages counted in parts (PSS); `None` where the system does not tell."""
    total = 0
    for process in processes:
        told = Path(f"/proc/{process}/smaps_rollup")
        try:
            found = re.search(r"^Pss:\s+(\d+) kB", told.read_text(encoding="ascii"), re.MULTILINE)
        except OSError:
            return None
        if found is None:
            return None
        total += int(found[1]) * 1024
    return total


def folder_bytes(folder: Path) -> int:
    """What the files of a folder take on disk."""
    return sum(each.stat().st_blocks * 512 for each in folder.rglob("*") if each.is_file())
