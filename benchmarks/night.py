"""The night run: so many people's lists over so many vacancies drawn and kept, and what growing either costs.

Run `python -m benchmarks.night`; with `--write` it writes NIGHT.md beside this file.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from api.night import run_one
from api.running import open_running
from benchmarks.county import ORGANISATION, furnish, now
from benchmarks.machine import load, machine
from embeddings.hashing import HashingEncoder
from matching.actions.night_words import encode_first
from matching.settings import Settings
from matching.store import open_database
from matching.store.migrating import upgrade
from matching.store.tables import ShortlistRow

PAGE = Path(__file__).with_name("NIGHT.md")
GOAL_SECONDS, GOAL_PEOPLE, GOAL_VACANCIES = 60.0, 3_000, 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One county and what its nights took; seconds by the clock unless they are called CPU seconds."""

    people: int
    vacancies: int
    loaded: float  # the pool from the database and its file, in one process
    cpu_loaded: float
    first: float  # the night itself: lists drawn and kept, with a loaded pool
    second: float  # the next day's, when everybody has a list to compare with
    nothing: float  # run again when nothing is due
    cpu_first: float
    lists: int
    bytes_a_list: float
    most_megabytes: float


def main() -> None:
    """Measure a county of the given size, and smaller ones tenfold apart."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.night", description=__doc__)
    parser.add_argument("--vacancies", type=int, default=100_000)
    parser.add_argument("--participants", type=int, default=3_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-growth", action="store_true", help="measure the one size alone")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} beside this file")
    options = parser.parse_args()
    people, vacancies = options.participants, options.vacancies
    sizes = [(people, vacancies)]
    if not options.no_growth:
        # The small ones first: from these four, ten times more of either is reckoned.
        sizes = [(people // 10, vacancies // 10), (people, vacancies // 10), (people // 10, vacancies), *sizes]
    nights = []
    for size in sizes:
        nights.append(measured(*size, workers=options.workers))
        print(nights[-1], file=sys.stderr)
    page = written(nights, workers=options.workers)
    print(page)
    if options.write:
        PAGE.write_text(page + "\n", encoding="utf-8")


def measured(people: int, vacancies: int, *, workers: int) -> Night:
    """Write a county and run its nights."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/wellplaced.sqlite"
        upgrade(url)
        settings = Settings(database_url=url, data_dir=Path(folder), cache_dir=Path(folder), encoder="hashing")
        database, at = open_database(url), now()
        furnish(
            database,
            settings=settings,
            vacancy_count=vacancies,
            participant_count=people,
            at=at,
            encoder=HashingEncoder(),
        )
        database.close()
        # Once, so that the index file is there: as on every night but the first of all.
        running = open_running(settings)
        encode_first(running.worker, ORGANISATION, at=at)
        running.close()
        running = open_running(settings)
        with timed() as loading:
            encode_first(running.worker, ORGANISATION, at=at)

        def night(days: int) -> tuple[dict[str, Any], dict[str, float]]:
            with timed() as took:
                summary = run_one(running, ORGANISATION, at=at + timedelta(days=days), workers=workers)
            return summary, took

        first, of_first = night(0)
        _, of_second = night(1)
        again, of_nothing = night(1)
        assert first["lists"] == people
        assert first["failed"] == {}
        assert again["lists"] == 0
        with running.database.reading(ORGANISATION) as store:
            written_bytes = store.session.scalar(select(func.avg(func.length(ShortlistRow.entries))))
        running.close()
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Night(
        people=people,
        vacancies=vacancies,
        loaded=loading["clock"],
        cpu_loaded=loading["cpu"],
        first=of_first["clock"],
        second=of_second["clock"],
        nothing=of_nothing["clock"],
        cpu_first=of_first["cpu"],
        lists=first["lists"],
        bytes_a_list=float(written_bytes or 0.0),
        most_megabytes=most / 1024,
    )


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Seconds by the clock, and of this process and the children that ended meanwhile."""
    took: dict[str, float] = {}
    clock, cpu = time.perf_counter(), _cpu()
    yield took
    took["clock"], took["cpu"] = time.perf_counter() - clock, _cpu() - cpu


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def written(nights: list[Night], *, workers: int) -> str:
    """The page."""
    whole = nights[-1]
    in_all = whole.loaded + whole.first
    on_idle = whole.cpu_loaded + whole.cpu_first / workers
    kept = "kept" if in_all <= GOAL_SECONDS else "missed"
    if whole.people < GOAL_PEOPLE or whole.vacancies < GOAL_VACANCIES:
        kept = "smaller than the goal speaks of"
    lines = [
        "# The night run",
        "",
        f"Measured on {date.today().isoformat()} by `python -m benchmarks.night --write`, on {machine()}. Processes "
        f"that wanted a core when it ended: {load():.1f}. An invented county on SQLite, {workers} processes draw "
        "and one writes, encoder `hashing`, which has vectors as long as the shipped one. Texts are encoded before.",
        "",
        "Each list is drawn over the whole pool, and kept with its first ten entries, all findings, counts and what "
        "draws the rest again. Each person's standing is kept too.",
        "",
        f"Goal: {GOAL_PEOPLE:,} profiles against {GOAL_VACANCIES:,} vacancies within {GOAL_SECONDS:.0f} s on two "
        f"cores. Here {whole.people:,} against {whole.vacancies:,} took {in_all:.1f} s, of which "
        f"{whole.loaded:.1f} s loads the pool: {kept}. "
        f"By processor time alone, on {workers} cores that do nothing else, it would take about "
        f"{on_idle:.0f} s (reckoned: the load on one core, the rest shared evenly).",
        "",
        "| people | vacancies | pool loaded s (CPU) | first night s (CPU) | next night s | nothing due s | ms a list |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {each.people:,} | {each.vacancies:,} | {each.loaded:.1f} ({each.cpu_loaded:.1f}) | "
            f"{each.first:.1f} ({each.cpu_first:.1f}) | {each.second:.1f} | {each.nothing:.2f} | "
            f"{1000 * each.first / each.people:.1f} |"
            for each in nights
        ),
        "",
        f"A list takes {whole.bytes_a_list / 1000:.1f} kB for its entries. "
        f"The largest process held {whole.most_megabytes:.0f} MB.",
    ]
    if len(nights) == 4:
        lines += ["", *growth(nights)]
    return "\n".join(lines)


def growth(nights: list[Night]) -> list[str]:
    """What ten times the people and ten times the vacancies cost, measured; and ten times more again, reckoned."""
    small, more_people, more_vacancies, whole = nights
    # Straight lines through two measured sizes each: a list costs as much whoever else has one, and rows cost alike.
    people_first = reckoned(more_vacancies.people, more_vacancies.first, whole.people, whole.first)
    people_cpu = reckoned(more_vacancies.people, more_vacancies.cpu_first, whole.people, whole.cpu_first)
    rows_loaded = reckoned(more_people.vacancies, more_people.loaded, whole.vacancies, whole.loaded)
    rows_first = reckoned(more_people.vacancies, more_people.first, whole.vacancies, whole.first)
    rows_cpu = reckoned(more_people.vacancies, more_people.cpu_first, whole.vacancies, whole.cpu_first)
    return [
        f"Ten times the people cost {more_people.first / small.first:.1f} times the night at "
        f"{small.vacancies:,} vacancies, and {whole.first / more_vacancies.first:.1f} times at "
        f"{whole.vacancies:,}. Ten times the vacancies cost {more_vacancies.first / small.first:.1f} times for "
        f"{small.people:,} people, and {whole.first / more_people.first:.1f} times for {whole.people:,}.",
        "",
        "Ten times more again is reckoned and not measured, by straight lines through the two measured sizes that "
        "differ in the same way:",
        "",
        "| people | vacancies | pool loaded s | night s (CPU) | |",
        "| ---: | ---: | ---: | ---: | --- |",
        f"| {10 * whole.people:,} | {whole.vacancies:,} | {whole.loaded:.0f} | {people_first:.0f} "
        f"({people_cpu:.0f}) | reckoned |",
        f"| {whole.people:,} | {10 * whole.vacancies:,} | {rows_loaded:.0f} | {rows_first:.0f} "
        f"({rows_cpu:.0f}) | reckoned |",
    ]


def reckoned(size: float, cost: float, larger: float, cost_of_larger: float) -> float:
    """What ten times the larger size costs on the straight line through two measured sizes."""
    return cost_of_larger + (cost_of_larger - cost) / (larger - size) * 9 * larger


if __name__ == "__main__":
    main()
