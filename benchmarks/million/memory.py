"""What the processes of a service hold and have used: memory, each shared page counted once, and processor time."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Proportional set sizes in MB, over all processes: what is their own, and what is mapped from files."""

    processes: int
    all_megabytes: float
    own_megabytes: float
    file_megabytes: float


def held_by(pid: int) -> Held:
    """What a process and all that it began hold now; who ends meanwhile is left out."""
    kilobytes = {"Pss": 0, "Pss_Anon": 0, "Pss_File": 0, "Pss_Shmem": 0}
    count = 0
    for each in _family(pid):
        try:
            lines = (_PROC / str(each) / "smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        count += 1
        for line in lines:
            name, _, value = line.partition(":")
            if name in kilobytes:
                kilobytes[name] += int(value.split()[0])
    return Held(
        processes=count,
        all_megabytes=kilobytes["Pss"] / 1024,
        own_megabytes=kilobytes["Pss_Anon"] / 1024,
        file_megabytes=(kilobytes["Pss_File"] + kilobytes["Pss_Shmem"]) / 1024,
    )


def processor_seconds(pid: int) -> float:
    """What a process and all that it began have used so far; processes that have ended are left out."""
    ticks = 0
    for each in _family(pid):
        try:
            # The name of the command, in brackets, may hold anything; what is counted from its end is plain.
            fields = (_PROC / str(each) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:  # grows while it is walked
        for children in (_PROC / str(each) / "task").glob("*/children"):
            try:
                found += [int(child) for child in children.read_text(encoding="ascii").split()]
            except OSError:
                continue
    return found
