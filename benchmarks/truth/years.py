"""Simulated years, and a check of an evaluation over many of them: its table and its goals."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Final

from evaluation.history import History
from evaluation.records.reading import history_of
from evaluation.simulation import Effects, Simulated, simulate

YEARS: Final = 400
PARTICIPANTS: Final = 1000
MONTHS: Final = 12
PROCESSES: Final = 2
FIRST_SEED: Final = 10_000

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What was wanted, what was found, and whether it was reached."""

    words: str
    found: str
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One check as a page shows it: what was done, its table, and its goals."""

    title: str
    says: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    goals: tuple[Goal, ...]


def simulated_year(
    seed: int, *, effects: Effects, participants: int = PARTICIPANTS, months: int = MONTHS
) -> tuple[Simulated, History]:
    """A simulated history, with its truth and as an evaluation reads it."""
    made = simulate(participants=participants, months=months, seed=seed, effects=effects)
    return made, history_of(made.tables, made.data_until, simulated=True)


# -- intervals of what lasts -------------------------------------------------------------------------------------------


def run_years(
    one: Callable[[int], Figures], *, years: int, processes: int = 1, what: str = "", first_seed: int = FIRST_SEED
) -> list[Figures]:
    """Let so many years run, each from a seed of its own; figures in the order of the seeds."""
    seeds = range(first_seed, first_seed + years)
    if processes == 1:
        return [one(seed) for seed in seeds]
    started, found = time.monotonic(), []
    with ProcessPoolExecutor(max_workers=processes) as pool:
        for figures in pool.map(one, seeds, chunksize=2):
            found.append(figures)
            if len(found) % 20 == 0:
                print(f"{what}: {len(found)} of {years} years, {time.monotonic() - started:.0f} s", file=sys.stderr)
    return found


def page(checked: Sequence[Checked], *, years: int, participants: int) -> str:
    """The page of results in Markdown."""
    lines = [
        "# What the evaluation finds of what is true",
        "",
        f"{years} simulated years of {participants:,} participants, by `python -m benchmarks.truth --write`. "
        "The worlds are those of `evaluation/simulation`, with its default effects unless a section says otherwise. "
        "Same seeds, same figures.",
        "",
        "| goal | found |  |",
        "| --- | --- | --- |",
        *(
            f"| {goal.words} | {goal.found} | {'reached' if goal.reached else 'missed'} |"
            for each in checked
            for goal in each.goals
        ),
    ]
    for each in checked:
        lines += ["", f"## {each.title}", "", each.says, "", _row(each.headings), _row(["---"] * len(each.headings))]
        lines += [_row(row) for row in each.rows]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
