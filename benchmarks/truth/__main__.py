"""Run the checks: `python -m benchmarks.truth`, with `--write` to keep the figures in benchmarks/TRUTH.md."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from benchmarks.truth.years import Checked

PAGE: Final = Path(__file__).parents[1] / "TRUTH.md"
CHECKS: Final = ("lasting", "policy", "gates", "groups", "learning")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks, print and perhaps write the page; 1 if a goal is missed."""
    from benchmarks.truth.years import PARTICIPANTS, PROCESSES, YEARS, page

    parser = argparse.ArgumentParser(prog="python -m benchmarks.truth", description=__doc__)
    parser.add_argument("--years", type=int, default=YEARS)
    parser.add_argument("--participants", type=int, default=PARTICIPANTS)
    parser.add_argument("--processes", type=int, default=PROCESSES, choices=(1, 2))
    parser.add_argument("--only", choices=CHECKS, nargs="+", default=CHECKS)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} beside this folder")
    options = parser.parse_args(arguments)
    checked = [
        _check(name)(years=options.years, participants=options.participants, processes=options.processes)
        for name in options.only
    ]
    text = page(checked, years=options.years, participants=options.participants)
    print(text)
    if options.write:
        PAGE.write_text(text, encoding="utf-8")
    missed = [goal for each in checked for goal in each.goals if not goal.reached]
    for goal in missed:
        print(f"missed: {goal.words}: {goal.found}", file=sys.stderr)
    return 1 if missed else 0


def _check(name: str) -> Callable[..., Checked]:
    check: Callable[..., Checked] = getattr(import_module(f"benchmarks.truth.{name}"), f"{name}_checked")
    return check


if __name__ == "__main__":
    # Two processes share two cores; threads are set before numpy is imported.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    sys.exit(main())
