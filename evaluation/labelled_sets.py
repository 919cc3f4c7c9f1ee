"""Labelled sets from files: queries, documents, and the grade of each document that was judged for a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matching.errors import Invalid, Problem, Where

QUERIES, CORPUS, QRELS = "queries.tsv", "corpus.tsv", "qrels.tsv"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSet:
    """Queries and documents by id, and the grade of each document that was judged for a query."""

    queries: Mapping[str, str]
    corpus: Mapping[str, tuple[str, str]]
    grades: Mapping[str, Mapping[str, int]]


def read_labelled_folder(folder: Path) -> LabelledSet:
    """Read the three files of a folder; raise Invalid with every row that cannot be read."""
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "there is no such folder"
        raise Invalid([Problem(Where(file=str(folder)), f"{what}; it should hold {QUERIES}, {CORPUS} and {QRELS}")])
    return read_labelled_set(queries=folder / QUERIES, corpus=folder / CORPUS, qrels=folder / QRELS)


def read_labelled_set(*, queries: Path, corpus: Path, qrels: Path) -> LabelledSet:
    """Read the three files, tab-separated and without headers; raise Invalid with every row that cannot be read.

    `queries` holds id and text; `corpus` id, title and text, or id and title; `qrels` query, document and grade.
    """
    problems: list[Problem] = []
    asked: dict[str, str] = {}
    for where, cells in _identified(queries, (2,), problems):
        if not cells[1].strip():
            problems.append(Problem(where, f"the query '{cells[0]}' has no text"))
        asked[cells[0]] = cells[1]
    documents = {cells[0]: (cells[1], "".join(cells[2:])) for _, cells in _identified(corpus, (3, 2), problems)}
    grades = _grades(_rows(qrels, (3,), problems), asked, documents, problems, names=(queries.name, corpus.name))
    if problems:
        raise Invalid(problems)
    for path, rows in ((queries, asked), (corpus, documents), (qrels, grades)):
        if not rows:
            raise Invalid([Problem(Where(file=str(path)), "the file is empty")])
    return LabelledSet(queries=asked, corpus=documents, grades=grades)


def _grades(
    rows: Iterator[tuple[Where, list[str]]],
    asked: Mapping[str, str],
    documents: Mapping[str, tuple[str, str]],
    problems: list[Problem],
    *,
    names: tuple[str, str],
) -> dict[str, dict[str, int]]:
    """The grades by query; a repeated line counts once, two grades of one pair are refused."""
    grades: dict[str, dict[str, int]] = {}
    for where, (query, document, grade) in rows:
        if not (grade.isascii() and grade.isdecimal()):
            problems.append(Problem(where, f"the grade '{grade}' is not a whole number from 0"))
        elif query not in asked:
            problems.append(Problem(where, f"there is no query '{query}' in {names[0]}"))
        elif document not in documents:
            problems.append(Problem(where, f"there is no document '{document}' in {names[1]}"))
        elif (before := grades.setdefault(query, {}).setdefault(document, int(grade))) != int(grade):
            message = f"the grade of '{document}' for '{query}' is {grade} here and {before} in a row above"
            problems.append(Problem(where, message))
    return grades


def _identified(path: Path, columns: Sequence[int], problems: list[Problem]) -> Iterator[tuple[Where, list[str]]]:
    """Yield the rows of a file whose first column is an id; add missing and repeated ids to the problems."""
    seen: set[str] = set()
    for where, cells in _rows(path, columns, problems):
        if not cells[0].strip():
            problems.append(Problem(where, "the id is missing"))
        elif cells[0] in seen:
            problems.append(Problem(where, f"the id '{cells[0]}' was there before"))
        seen.add(cells[0])
        yield where, cells


def _rows(path: Path, columns: Sequence[int], problems: list[Problem]) -> Iterator[tuple[Where, list[str]]]:
    """Yield each line's cells; add lines with another number of columns to the problems. Empty lines do not count."""
    text = _text(path, problems)
    # Not splitlines: a text may hold characters that Unicode counts as line ends.
    for number, line in enumerate(text.split("\n"), start=1):
        cells = line.removesuffix("\r").split("\t")
        where = Where(file=path.name, row=str(number))
        if len(cells) in columns:
            yield where, cells
        elif line.strip():
            expected = " or ".join(map(str, sorted(columns)))
            problems.append(Problem(where, f"{len(cells)} columns instead of {expected}, separated by tabs"))


def _text(path: Path, problems: list[Problem]) -> str:
    """The text of a file, empty if it cannot be read."""
    where = Where(file=str(path))
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        problems.append(Problem(where, f"the file cannot be read: {error.strerror or error}"))
    except UnicodeDecodeError as error:
        line = 1 + error.object.count(b"\n", 0, error.start)
        problems.append(Problem(Where(file=path.name, row=str(line)), "the text is not UTF-8"))
    return ""
