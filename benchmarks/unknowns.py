"""Measure what not knowing costs: `python -m benchmarks.unknowns`, with `--write` to keep it.

The run is `wellplaced evaluate unknowns --invented`. It is kept in benchmarks/UNKNOWNS.md, and shortly in
docs/unknowns.md between the two marks.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.machine import machine
from evaluation.unknowns.measuring import Unknowns, measure
from evaluation.unknowns.tables import by_habit, markdown_of
from evaluation.unknowns.truth_sets import invented_truth
from matching.bootstrap import assemble
from matching.settings import Settings

PAGE = Path(__file__).with_name("UNKNOWNS.md")
DOCS = Path(__file__).parents[1] / "docs" / "unknowns.md"
BEGINS, ENDS = "<!-- the figures begin: benchmarks/unknowns.py -->", "<!-- the figures end -->"
PEOPLE, VACANCIES, SEED = 50, 2000, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and perhaps write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.unknowns", description=__doc__)
    parser.add_argument("--encoder", choices=("shipped", "hashing"), default="shipped", help="hashing needs no model")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} and the figures of {DOCS.name}")
    options = parser.parse_args(arguments)
    truth = invented_truth(people=PEOPLE, vacancies=VACANCIES, seed=SEED)
    shortlister = assemble(Settings(encoder=options.encoder)).shortlister(truth.vacancies)
    started = time.perf_counter()
    measured = measure(truth, shortlister, seed=SEED)
    text = page(measured, seconds=time.perf_counter() - started)
    print(text)
    if options.write:
        PAGE.write_text(text, encoding="utf-8")
        DOCS.write_text(with_figures(DOCS.read_text(encoding="utf-8"), measured), encoding="utf-8")
    return 0


def page(measured: Unknowns, *, seconds: float) -> str:
    """Return the whole page as Markdown."""
    return (
        "# What not knowing costs\n\n"
        f"Measured on {date.today().isoformat()} by `python -m benchmarks.unknowns --write`, on {machine()}, in "
        f"{seconds:.0f} seconds once texts were encoded. What the columns mean, and what they do not say: "
        "[docs/unknowns.md](../docs/unknowns.md). The set is invented (`fixtures/truth.py`).\n\n"
        f"{markdown_of(measured)}"
    )


def with_figures(text: str, measured: Unknowns) -> str:
    """Return a page with the figures between its marks put in place of older ones."""
    sections = [f"{title}\n\n{by_habit(measured, name)}" for name, title in _IN_SHORT.items()]
    whole = "\n".join([BEGINS, "", *sections, ENDS])
    return re.sub(f"{re.escape(BEGINS)}.*?{re.escape(ENDS)}", lambda _: whole, text, flags=re.DOTALL)


_IN_SHORT = {
    "false_exclusions": "**Left out, though it fits.** Of all pairs that fit:",
    "false_inclusions": "**Listed, though it does not fit.** Of all pairs that do not:",
    "unfit_shown_as_fitting": "**Looks as if it fits, and does not.** Of the places among the first ten:",
    "overlap_at_10": "**The true ten.** How much of the first ten by the full facts is among the first ten (1 is all):",
}


if __name__ == "__main__":
    sys.exit(main())
