"""Read the public data sets and cut them by occupation: what may be trained on, and what is kept for measuring.

An occupation is wholly on one side. The cut is by digest of the occupation's code, so it stays the same when rows are
added, and no random number takes part.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.meaning import LabelledSet

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = Path(os.environ.get("WELLPLACED_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))

#: Of every hundred occupations this many are kept for measuring.
HELD_OUT_PERCENT = 20
#: Of the rest these many serve for choosing settings, so that nothing is tuned on what is held out.
CHOOSING_PERCENT = 15

TASKS_DONE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupation:
    """One occupation of a public classification, with the names and tasks that its data set gives."""

    code: str
    title: str
    description: str
    other_names: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()


def is_held_out(code: str) -> bool:
    """Say for an occupation's code whether it is kept for measuring."""
    return _percentile(code) < HELD_OUT_PERCENT


def is_for_choosing(code: str) -> bool:
    """Say for an occupation's code whether settings may be chosen by it; it is neither held out nor trained on then."""
    return HELD_OUT_PERCENT <= _percentile(code) < HELD_OUT_PERCENT + CHOOSING_PERCENT


def _percentile(code: str) -> int:
    return int.from_bytes(hashlib.sha256(code.encode()).digest()[:4], "big") % 100


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


def in_threes(tasks: Sequence[str]) -> list[str]:
    """Return tasks three at a time, as a person might tell what they have done; what is left over is left out."""
    starts = range(0, len(tasks) - TASKS_DONE + 1, TASKS_DONE)
    return [" ".join(tasks[start : start + TASKS_DONE]) for start in starts]


def _onet_rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / "onet-27.0" / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def _others(title: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return names other than the title, each once whatever its case."""
    kept = {" ".join(name.split()).casefold(): " ".join(name.split()) for name in reversed(list(names)) if name.strip()}
    kept.pop(" ".join(title.split()).casefold(), None)
    return tuple(reversed(kept.values()))


# -- sets for measuring ------------------------------------------------------------------------------------------------


def labelled_sets(folder: Path, wanted: Callable[[str], bool] = is_held_out) -> dict[str, LabelledSet]:
    """Return sets whose queries come from the wanted occupations; every occupation is a document to rank.

    The last one, skills, has no occupation: nothing is trained on it, so all of it serves.
    """
    esco, onet = esco_occupations(folder), onet_occupations(folder)
    esco_corpus = {each.code: (each.title, each.description) for each in esco}
    onet_corpus = {each.code: (each.title, each.description) for each in onet}
    typed = [(title, code) for title, code in vacancy_titles(folder) if code in esco_corpus and wanted(code)]
    esco_names = [(name, each.code) for each in esco if wanted(each.code) for name in each.other_names]
    onet_names = [(name, each.code) for each in onet if wanted(each.code) for name in each.other_names]
    done = [(three, each.code) for each in onet if wanted(each.code) for three in in_threes(each.tasks)]
    return {
        "vacancy title to occupation (ESCO)": _set_of(typed, esco_corpus),
        "other name to occupation (ESCO)": _set_of(esco_names, esco_corpus),
        "other name to occupation (O*NET)": _set_of(onet_names, onet_corpus),
        "three tasks done to occupation (O*NET)": _set_of(done, onet_corpus),
        "advert span to skill (ESCO)": _skills(folder),
    }


def write_set(labelled: LabelledSet, folder: Path) -> None:
    """Write queries.tsv, corpus.tsv and qrels.tsv, as `evaluation.meaning` reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    judged = ((query, document, grade) for query, row in labelled.grades.items() for document, grade in row.items())
    _write_lines(folder / "queries.tsv", labelled.queries.items())
    _write_lines(folder / "corpus.tsv", ((number, *pair) for number, pair in labelled.corpus.items()))
    _write_lines(folder / "qrels.tsv", judged)


def _skills(folder: Path) -> LabelledSet:
    corpus = {f"s{number}": (label, "") for number, label in enumerate(skill_labels(folder))}
    number_of_label = {label.casefold(): number for number, (label, _) in corpus.items()}
    seen = [
        (span, number_of_label[label.casefold()])
        for span, label in advert_spans(folder)
        if label.casefold() in number_of_label and span.casefold() != label.casefold()
    ]
    return _set_of(seen, corpus)


def _set_of(pairs: Iterable[tuple[str, str]], corpus: Mapping[str, tuple[str, str]]) -> LabelledSet:
    """Join equal queries: a name that two occupations share has both as right answers."""
    right: dict[str, dict[str, int]] = defaultdict(dict)
    for text, code in pairs:
        right[" ".join(text.split())][code] = 1
    queries = {f"q{number}": text for number, text in enumerate(right)}
    grades = {f"q{number}": answers for number, answers in enumerate(right.values())}
    return LabelledSet(queries=queries, corpus=corpus, grades=grades)


def _write_lines(path: Path, rows: Iterable[Iterable[object]]) -> None:
    lines = ("\t".join(" ".join(str(cell).split()) for cell in row) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
