"""Read the public data sets and cut them by occupation: what may be trained on, and what is kept for measuring.

An occupation is wholly on one side. The cut is by digest of the occupation's code, so it stays the same when rows are
added, and no random number takes part.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = Path(os.environ.get("WELLPLACED_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))

#: Of every hundred occupations this many are kept for measuring.
HELD_OUT_PERCENT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupation:
    """One occupation of a public classification, with the names and tasks that its data set gives."""

    code: str
    title: str
    description: str
    other_names: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()

    @property
    def held_out(self) -> bool:
        """Whether the occupation is kept for measuring."""
        return is_held_out(self.code)


def is_held_out(code: str) -> bool:
    """Say for an occupation's code whether it is kept for measuring."""
    return int.from_bytes(hashlib.sha256(code.encode()).digest()[:4], "big") % 100 < HELD_OUT_PERCENT


def esco_occupations(folder: Path) -> list[Occupation]:
    """Return the ESCO occupations."""
    with (folder / "esco-occupations" / "occupations.csv").open(encoding="utf-8", newline="") as file:
        return [
            Occupation(
                code=row["uri"],
                title=row["preferred_label"],
                description=row["description"],
                other_names=_others(row["preferred_label"], row["alt_labels"].split("|")),
            )
            for row in csv.DictReader(file)
        ]


def onet_occupations(folder: Path) -> list[Occupation]:
    """Return the O*NET occupations with their other titles and tasks."""
    names, tasks = defaultdict(list), defaultdict(list)
    for row in _onet_rows(folder, "Alternate Titles.txt"):
        names[row["O*NET-SOC Code"]].append(row["Alternate Title"])
    for row in _onet_rows(folder, "Sample of Reported Titles.txt"):
        names[row["O*NET-SOC Code"]].append(row["Reported Job Title"])
    for row in _onet_rows(folder, "Task Statements.txt"):
        tasks[row["O*NET-SOC Code"]].append(row["Task"])
    return [
        Occupation(
            code=row["O*NET-SOC Code"],
            title=row["Title"],
            description=row["Description"],
            other_names=_others(row["Title"], names[row["O*NET-SOC Code"]]),
            tasks=tuple(dict.fromkeys(tasks[row["O*NET-SOC Code"]])),
        )
        for row in _onet_rows(folder, "Occupation Data.txt")
    ]


def vacancy_titles(folder: Path) -> list[tuple[str, str]]:
    """Return real vacancy titles, each with the code of its ESCO occupation."""
    with (folder / "vacancy-titles-esco" / "titles.csv").open(encoding="utf-8", newline="") as file:
        return [(row["vacancyTitle"], row["conceptUri"]) for row in csv.DictReader(file)]


def advert_spans(folder: Path) -> list[tuple[str, str]]:
    """Return spans of real adverts, each with the ESCO skill that people saw in it."""
    pairs = []
    for name in ("house_validation_annotations.csv", "tech_validation_annotations.csv"):
        with (folder / "advert-skill-sentences" / name).open(encoding="utf-8", newline="") as file:
            pairs += [(row["span"], row["label"]) for row in csv.DictReader(file)]
    return pairs


def skill_labels(folder: Path) -> list[str]:
    """Return the labels of all ESCO skills."""
    content = (folder / "advert-skill-sentences" / "skills_en_label.txt").read_text(encoding="utf-8")
    return [line.strip() for line in content.splitlines() if line.strip()]


def _onet_rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / "onet-27.0" / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def _others(title: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return names other than the title, each once whatever its case."""
    kept = {" ".join(name.split()).casefold(): " ".join(name.split()) for name in reversed(list(names)) if name.strip()}
    kept.pop(" ".join(title.split()).casefold(), None)
    return tuple(reversed(kept.values()))
