"""Read spoilt files for a night: `python -m benchmarks.nightly_imports`, with `--write` to keep what came of it."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from benchmarks.machine import machine
from tests.soak.fuzzed_files import LONGEST_SECONDS, MOST_BYTES

PAGE: Final = Path(__file__).with_name("NIGHTLY-IMPORTS.md")
FILES: Final = 50_000
SEED: Final = 20_261_123


def main(arguments: Sequence[str] | None = None) -> int:
    """Spoil and read, print the page and perhaps write it; 1 if any file stopped the reading or said nothing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nightly_imports", description=__doc__)
    parser.add_argument("--files", type=int, default=FILES, help="how many files")
    parser.add_argument("--seed", type=int, default=SEED, help="what the files are made from")
    parser.add_argument("--found", type=Path, help="what a run has printed, in the place of a run")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} beside this file")
    options = parser.parse_args(arguments)
    found = json.loads(_run(options.files, options.seed) if options.found is None else options.found.read_text())
    text = page(found, on=date.today())
    print(text)
    if options.write:
        PAGE.write_text(text, encoding="utf-8")
    return 1 if found["faults"] else 0


def page(found: Mapping[str, Any], *, on: date) -> str:
    """The page: what came of every format, the slowest files, and the memory."""
    lines = [
        "# Imports, fuzzed for a night",
        "",
        f"Done on {on.isoformat()} by `python -m benchmarks.nightly_imports --write`, on {machine()}.",
        "",
        f"Seed {found['seed']}, {found['cases']:,} files. Each is a good file that was spoilt in one to six ways.",
        "Bits are flipped, stretches moved, hostile words put in, ends cut off, encodings changed. Workbooks are also",
        "spoilt inside a sound archive. One file of twenty bears another's name. Each is read as an import reads it.",
        "",
        f"The system allows {LONGEST_SECONDS:g} s of processor time for a file, and {MOST_BYTES >> 20} MB of memory",
        "above what the process held before the first.",
        "",
        "| format | files | with rows that are taken | refused with a reason | other |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for form, counted in found["outcomes"].items():
        total, read, refused = sum(counted.values()), counted.get("read", 0), counted.get("refused", 0)
        lines.append(f"| {form} | {total:,} | {read:,} | {refused:,} | {total - read - refused:,} |")
    lines += ["", "| the slowest | bytes | processor ms |", "| --- | ---: | ---: |"]
    for slow in found["slowest"]:
        milliseconds = slow["seconds"] * 1000
        lines.append(f"| {slow['form']}, number {slow['number']:,} | {slow['bytes']:,} | {milliseconds:.0f} |")
    grown = found["peak_growth_bytes"] / 1e6
    lines += ["", f"Largest file: {found['largest_file_bytes']:,} bytes. Memory grew by {grown:.1f} MB at most."]
    faults = [f"- `{fault['name']}`, number {fault['number']:,}: {fault['error']}" for fault in found["faults"]]
    lines += ["", "## Faults", "", *(faults or ["None."]), ""]
    return "\n".join(lines)


def _run(files: int, seed: int) -> str:
    """In a process of its own, since it limits its own memory for good."""
    command = [sys.executable, "-m", "tests.soak.fuzzed_files", str(files), str(seed)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
