"""Fuzz the API for a night: `python -m benchmarks.nightly --write` keeps what came of it in benchmarks/NIGHTLY.md."""

from __future__ import annotations

import argparse
import csv
import logging
import pickle
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Final

import structlog

from benchmarks.machine import machine
from tests.api.fuzzing import SEED, Fuzzed, Outcome, fuzz, fuzzed_service
from tests.databases import Databases
from tests.service import PEOPLE

PAGE: Final = Path(__file__).with_name("NIGHTLY.md")
CASES: Final = 10_000
#: Who asks besides the roles: another system with every right that a machine may have, and somebody without a session.
BESIDES: Final = ("machine", "nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What came of the cases of one role, and the seconds they took."""

    role: str
    outcome: Outcome
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz as each role in turn, print the page and perhaps write it; 1 if any answer was not as described."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nightly", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES, help="how many cases for each role")
    parser.add_argument("--seed", type=int, default=SEED, help="what the cases are made from")
    parser.add_argument("--role", choices=list(askers()), action="append", help="one role alone; repeat for several")
    parser.add_argument("--keep", type=Path, help="a folder for what came of each role; what is there stays")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} beside this file")
    options = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    nights = []
    for role in options.role or askers():
        night = _kept(options.keep, role, cases=options.cases, seed=options.seed)
        nights.append(night)
        print(_row(night), file=sys.stderr)
        for failure in night.outcome.failures:
            print(f"\n{failure.operation} as {role}: {failure.story}", file=sys.stderr)
    text = page(nights, seed=options.seed, on=date.today())
    print(text)
    if options.write:
        PAGE.write_text(text, encoding="utf-8")
    return 1 if any(night.outcome.failures for night in nights) else 0


def askers() -> Mapping[str, str]:
    """Who asks as which role: a user who has that role alone, for every role that there is."""
    table = files("matching.data").joinpath("roles.csv").read_text(encoding="utf-8")
    roles = dict.fromkeys(row["role"] for row in csv.DictReader(table.splitlines()))
    users = {held[0].value: name for name, (_, held, _) in reversed(PEOPLE.items()) if len(held) == 1}
    return {role: users[role] for role in roles} | {name: name for name in BESIDES}


def page(nights: Sequence[Night], *, seed: int, on: date) -> str:
    """The page: how many cases, how they were answered, and failures by kind."""
    lines = [
        "# The API, fuzzed for a night",
        "",
        f"Done on {on.isoformat()} by `python -m benchmarks.nightly --write` (`make nightly`), on {machine()}; "
        f"schemathesis {version('schemathesis')}.",
        "",
        f"Seed {seed}. Two cases of three are valid by the description, one is not. Each round begins with a fresh",
        "copy of a database that holds one of everything. What a role is refused, it asks again after ten rounds.",
        "",
        "An answer fails if it is an error of ours (5xx), or if its status, content type, headers or shape are not",
        "those that the description names.",
        "",
        "| role | cases | operations | done (2xx, 3xx) | refused (401, 403) | not found (404) | other 4xx | 5xx "
        "| failures | seconds |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(_row(night) for night in nights),
        "",
        "## Failures by kind",
        "",
        *(_failures(nights) or ["None."]),
        "",
    ]
    return "\n".join(lines)


def _kept(keep: Path | None, role: str, *, cases: int, seed: int) -> Night:
    """What came of a role: from the folder if it is there, so that a night that was stopped goes on."""
    path = None if keep is None else keep / f"{role} {cases} {seed}.pickle"
    if path is not None and path.exists():
        night: Night = pickle.loads(path.read_bytes())  # noqa: S301  written here
        return night
    with tempfile.TemporaryDirectory() as folder:
        night = _night(role, Path(folder), cases=cases, seed=seed)
    if path is not None:
        path.write_bytes(pickle.dumps(night))
    return night


def _night(role: str, folder: Path, *, cases: int, seed: int) -> Night:
    """Fuzz as one role over a service of its own, so that the roles can be repeated one by one."""
    fuzzed: Fuzzed
    with fuzzed_service(Databases(folder=folder, shared=folder), folder) as fuzzed:
        began = time.monotonic()
        outcome = fuzz(fuzzed, askers()[role], cases=cases, seed=seed)
        return Night(role=role, outcome=outcome, seconds=time.monotonic() - began)


def _row(night: Night) -> str:
    statuses, outcome = night.outcome.statuses, night.outcome
    refused, missing = statuses[401] + statuses[403], statuses[404]
    done = sum(count for status, count in statuses.items() if 200 <= status < 400)
    ours = sum(count for status, count in statuses.items() if status >= 500 or status == 0)
    cells = (outcome.cases, len(outcome.operations), done, refused, missing)
    other = outcome.cases - done - refused - missing - ours
    numbers = (*cells, other, ours, len(outcome.failures), round(night.seconds))
    return f"| {night.role.replace('_', ' ')} | " + " | ".join(f"{number:,}" for number in numbers) + " |"


def _failures(nights: Sequence[Night]) -> list[str]:
    counted: Counter[tuple[str, str]] = Counter()
    for night in nights:
        for failure in night.outcome.failures:
            counted[", ".join(failure.kinds), failure.operation] += 1
    if not counted:
        return []
    rows = [f"| {kinds} | `{operation}` | {count:,} |" for (kinds, operation), count in counted.most_common()]
    return ["| kind | operation | cases |", "| --- | --- | ---: |", *rows]


if __name__ == "__main__":
    sys.exit(main())
