"""The page with what was measured, and whether it reaches the goals."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import date

from benchmarks.machine import load, machine
from benchmarks.million.measuring import CLIENTS, LOGGED, Figures
from benchmarks.million.writing import WITH_FACTS, Made

GOAL_VACANCIES = 1_000_000
GOAL_MEGABYTES = 6 * 1024.0
GOAL_SECONDS = 2.0


def page(measured: Sequence[tuple[Made, Figures]]) -> str:
    """The page of one run over one or several sizes."""
    made, largest = measured[-1]
    most = max(largest.after.all_megabytes, *(each.held.all_megabytes for each in _starts(largest)))
    lines = [
        "# A million vacancies in the service",
        "",
        f"Measured on {date.today().isoformat()} by `python -m benchmarks.million --write`, on {machine()}. "
        f"Processes that wanted a core when it ended: {load():.1f}. `wellplaced serve` with two web processes and the "
        "worker, one organisation, encoder `hashing`, which has vectors as long as the shipped one's.",
        "",
        f"Roles and homes lie all over Great Britain. Wording: {made.wording}, told on by sentences of the invented "
        f"county. At {made.vacancies:,} vacancies {made.documents:,} documents are distinct. Single facts are written "
        f"for the first {WITH_FACTS:,} roles alone; lists need none.",
        "",
        f"Goals: {GOAL_VACANCIES:,} vacancies within 6 GB in all; the first answer within {GOAL_SECONDS:.0f} s of a "
        f"warm start. Here {largest.vacancies:,} vacancies took {most / 1024:.2f} GB at the most: "
        f"{_judged(most <= GOAL_MEGABYTES, largest)}. The first answer after a warm start came in "
        f"{largest.warm.answered:.1f} s: {_judged(largest.warm.answered <= GOAL_SECONDS, largest)}.",
        "",
        "A start is cold where the index files were removed, and warm where they are there and the machine has read "
        "them lately. Seconds count from the start of the process. An answer is a shortlist drawn, kept and read, over "
        "HTTP. CPU is processor time of all processes together. Memory is the sum of the proportional set sizes of all "
        "processes of the service.",
        "",
        *_starting(measured),
        "",
        *_asking(measured),
        "",
        f"A list with one client, then with {CLIENTS} at once; with four on two cores each list also waits for others. "
        f"{LOGGED} roles are logged one after another, each wanted by another person, until each is on a list.",
        "",
        *_told(measured),
    ]
    return "\n".join(lines)


def _starts(figures: Figures) -> tuple[object, ...]:
    return figures.cold, figures.warm, figures.killed


def _judged(is_so: bool, figures: Figures) -> str:
    if figures.vacancies < GOAL_VACANCIES:
        return "fewer than the goal speaks of"
    return "reached" if is_so else "missed"


def _starting(measured: Sequence[tuple[Made, Figures]]) -> list[str]:
    lines = [
        "| database | vacancies | start | ready s | first answer s | CPU s by then | memory MB | "
        "of it mapped from files MB |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for _, each in measured:
        for name, start in (("cold", each.cold), ("warm", each.warm), ("after `kill -9`", each.killed)):
            lines.append(
                f"| {each.database} | {each.vacancies:,} | {name} | {start.ready:.1f} | {start.answered:.1f} | "
                f"{start.cpu_answered:.1f} | {start.held.all_megabytes:.0f} | {start.held.file_megabytes:.0f} |"
            )
    return lines


def _asking(measured: Sequence[tuple[Made, Figures]]) -> list[str]:
    lines = [
        "| database | vacancies | clients | lists | p50 ms | p95 ms | most ms | CPU ms a list | a second | "
        "memory MB after | role logged until on a list ms |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for _, each in measured:
        logged = f"{1000 * statistics.median(each.logged):.0f}"
        for clients, lists, after in (
            (1, each.alone, ("", "")),
            (CLIENTS, each.together, (f"{each.after.all_megabytes:.0f}", logged)),
        ):
            lines.append(
                f"| {each.database} | {each.vacancies:,} | {clients} | {lists.count} | {lists.p50:.0f} | "
                f"{lists.p95:.0f} | {lists.most:.0f} | {lists.cpu:.0f} | {lists.a_second:.1f} | "
                f"{after[0]} | {after[1]} |"
            )
    return lines


def _told(measured: Sequence[tuple[Made, Figures]]) -> list[str]:
    lines = []
    for made, each in measured:
        lines.append(
            f"- {each.database}, {each.vacancies:,} vacancies, {each.people:,} people: database "
            f"{each.database_megabytes:,.0f} MB, written in {made.seconds:.0f} s; index files "
            f"{each.index_megabytes:,.0f} MB, finished {each.index_made:.0f} s after the cold start; the worker "
            f"looked at everybody for {each.worker_quiet:.0f} s. What was acknowledged before the kill was "
            f"{'there' if each.kept else 'LOST'} after it. Answered wrongly: {len(each.wrong)}."
        )
        lines += [f"  - {wrong}" for wrong in each.wrong[:5]]
    return lines
