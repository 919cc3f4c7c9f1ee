"""Run the benchmarks: `python -m benchmarks`, with `--write` to keep the results in benchmarks/RESULTS.md."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any

from benchmarks.machine import load, machine
from benchmarks.results import PAGE, goals, page

COUNTS = (10_000, 100_000, 1_000_000)
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and perhaps write; 1 if a goal is missed that a run must reach."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS, help="how many vacancies the pools have")
    parser.add_argument("--encoder", choices=("shipped", "hashing"), default="shipped", help="hashing for a quick run")
    parser.add_argument("--only", choices=("answers", "memory", "feeds", "encoding"), help="one kind of measurement")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} beside this file")
    parser.add_argument("--task", help=argparse.SUPPRESS)  # what a child process does
    options = parser.parse_args(arguments)
    if options.task:
        print(json.dumps(_task(options.task, count=options.counts[0], encoder=options.encoder)))
        return 0

    def wanted(kind: str) -> bool:
        return options.only in (None, kind)

    before = load()
    answers = [_child("answers", count, options.encoder) for count in options.counts if wanted("answers")]
    memory = [_child("memory", count, options.encoder) for count in options.counts if wanted("memory")]
    feeds = _child("feeds", 0, options.encoder) if wanted("feeds") else []
    encoding = _child("encoding", 0, options.encoder) if wanted("encoding") else []
    text = page(
        date=date.today().isoformat(),
        machine=machine(),
        load=(before, load()),
        answers=answers,
        memory=memory,
        feeds=feeds,
        encoding=encoding,
    )
    print(text)
    if options.write:
        PAGE.write_text(text, encoding="utf-8")
    missed = [goal for goal in goals(answers, memory) if goal.must and not goal.reached]
    for goal in missed:
        print(f"missed: {goal.words}: {goal.found}", file=sys.stderr)
    return 1 if missed else 0


def _child(task: str, count: int, encoder: str) -> Any:
    """Measure in a process of its own: its memory is its own, and threads are set before anything is imported."""
    print(f"{task} {count or ''} ...", file=sys.stderr)
    command = [sys.executable, "-m", "benchmarks", "--task", task, "--counts", str(count), "--encoder", encoder]
    done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _task(task: str, *, count: int, encoder: str) -> Any:
    # Imported here, so that a child holds in memory only what it measures.
    if task in ("answers", "memory"):
        from benchmarks.answers import compare, peak_memory

        return (compare if task == "answers" else peak_memory)(count=count, encoder=encoder)
    if task == "feeds":
        from benchmarks.feeding import measure_feeds

        return measure_feeds()
    from benchmarks.encoding import measure_encoding

    return measure_encoding()


if __name__ == "__main__":
    sys.exit(main())
