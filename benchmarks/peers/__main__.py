"""Compare with other products: `python -m benchmarks.peers`, with `--write` to keep the page benchmarks/PEERS.md."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.machine import load, machine
from benchmarks.peers.goals import goals
from benchmarks.peers.installed import OURS, PRODUCTS
from benchmarks.peers.page import PAGE, page

COUNTS = (10_000, 100_000, 1_000_000)
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONWARNINGS": "ignore",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and perhaps write; 1 if a goal of ratio or recall is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS, help="how many vacancies")
    parser.add_argument("--peers", nargs="+", choices=[name for name in PRODUCTS if name != OURS], help="only these")
    parser.add_argument("--encoder", choices=("shipped", "hashing"), default="shipped", help="hashing for a quick run")
    parser.add_argument("--seconds", type=float, default=30.0, help="for the turns of one share")
    parser.add_argument(
        "--approximate-most",
        type=int,
        default=100_000,
        help="the largest pool that graphs are built for",
    )
    parser.add_argument("--limit", type=float, default=1800.0, help="seconds that one step may take")
    parser.add_argument("--folder", type=Path, help="where the peers keep their files meanwhile")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} beside the other pages")
    parser.add_argument("--task", help=argparse.SUPPRESS)  # what a child process does
    options = parser.parse_args(arguments)
    if options.task:
        from benchmarks.peers.tasks import perform

        print(json.dumps(perform(options.task, options)))
        return 0
    return _measure(options)


def _measure(options: argparse.Namespace) -> int:
    before = load()
    wanted = [OURS, *(options.peers or [name for name in PRODUCTS if name != OURS])]
    absent = {name: missing for name in wanted if (missing := PRODUCTS[name].missing())}
    for name, missing in absent.items():
        print(f"{name}: not compared, {', '.join(missing)} not installed", file=sys.stderr)
    there = [name for name in wanted if name not in absent]
    runs = [_run(count, there, options) for count in options.counts]
    found = goals(runs)
    text = page(
        date=date.today().isoformat(), machine=machine(), load=(before, load()), runs=runs, absent=absent, goals=found
    )
    print(text)
    if options.write:
        PAGE.write_text(text, encoding="utf-8")
    missed = [goal for goal in found if goal.must and not goal.reached]
    for goal in missed:
        print(f"missed: {goal.words}: {goal.found}", file=sys.stderr)
    return 1 if missed else 0


def _run(count: int, peers: Sequence[str], options: argparse.Namespace) -> dict[str, Any]:
    """One pool: drawn once, each peer filled and weighed in processes of its own, then all asked in one process."""
    folder = Path(tempfile.mkdtemp(prefix="peers-", dir=options.folder))
    # Servers may run under a user of their own.
    folder.chmod(0o755)
    try:
        drawn = _child("draw", count=count, folder=folder, options=options)
        built, failed = {}, {}
        for name in peers:
            try:
                built[name] = _built(name, count=count, folder=folder, options=options)
            except (subprocess.SubprocessError, OSError) as problem:
                if name == OURS:
                    raise
                failed[name] = type(problem).__name__
        turns = _child("turns", peers=list(built), count=count, folder=folder, options=options)
        on_top = _child("on-top", count=count, folder=folder, options=options)
        return {**drawn, **turns, "count": count, "built": built, "failed": failed, "on_top": on_top}
    finally:
        _stop_servers(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _built(name: str, *, count: int, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    (folder / name).mkdir()
    (folder / name).chmod(0o755)
    told: dict[str, Any] = _child("build", peers=[name], count=count, folder=folder, options=options)
    told |= _child("hold", peers=[name], count=count, folder=folder, options=options)
    if count <= options.approximate_most:
        told |= _child("approximate", peers=[name], count=count, folder=folder, options=options)
    return told


def _child(task: str, *, count: int, folder: Path, options: argparse.Namespace, peers: Sequence[str] = ()) -> Any:
    """Do one step in a process of its own: its memory is its own, and threads are set before anything is imported."""
    began = time.perf_counter()
    print(f"{count:,} vacancies: {' '.join([task, *peers])} ... ", end="", flush=True, file=sys.stderr)
    command = [sys.executable, "-m", "benchmarks.peers", "--task", " ".join([task, *peers]), "--counts", str(count)]
    command += ["--folder", str(folder), "--encoder", options.encoder, "--seconds", str(options.seconds)]
    done = subprocess.run(
        command,
        env={**os.environ, **ONE_THREAD},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=options.limit,
    )
    print(f"{time.perf_counter() - began:.1f} s", file=sys.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def _stop_servers(folder: Path) -> None:
    from benchmarks.peers.pgvector import stop_left_running

    for each in folder.iterdir():
        stop_left_running(each)


if __name__ == "__main__":
    sys.exit(main())
