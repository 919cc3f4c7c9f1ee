"""CSV files: one row a vacancy or profile, under the header that `template` prints."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, BinaryIO

from matching.errors import Invalid, Problem, Where
from matching.feeds.bounded_lines import bounded_lines
from matching.feeds.csv_cells import UNKNOWN, BadCell
from matching.feeds.csv_columns import MOST_PAST_JOBS, Column, columns
from matching.feeds.draft import Draft, Kind, Reading, Warned
from matching.feeds.encoding import not_utf8, refuse_wide_text
from matching.feeds.limits import LONGEST_ROW_BYTES, megabytes
from matching.feeds.meter import Meter

_MOST_COLUMNS = 300
_NOT_READ = "the rest of the file was not read"


def read_csv(path: Path, *, kind: Kind, where: Where, meter: Meter) -> Iterator[Reading]:
    """Read one row after another; a broken cell costs its row, a broken quotation mark the rest of the file."""
    with path.open("rb") as file:
        lines = _Lines(file, where)
        rows = csv.reader(lines, strict=True)
        try:
            yield from _read_rows(rows, lines, kind=kind, where=where, meter=meter)
        except csv.Error as error:
            yield Problem(replace(where, row=f"line {lines.number}"), f"{_plainly(error)}; {_NOT_READ}")
        except Invalid as invalid:
            yield from invalid.problems


def _read_rows(rows: Any, lines: _Lines, *, kind: Kind, where: Where, meter: Meter) -> Iterator[Reading]:
    header = next(rows, None)
    if header is None or not any(cell.strip() for cell in header):
        example = ", ".join(list(columns(kind))[:3])
        raise Invalid([Problem(where, f"is empty; the first row should be a header such as {example}")])
    layout = _layout([name.strip() for name in header], lines.take_not_utf8(), kind=kind, where=where)
    none_yet = True
    # The header is row 1, as in a spreadsheet, where a cell with line breaks is still one row.
    for number, row in enumerate(rows, start=2):
        meter.at(lines.ends_at)
        not_utf8_yet = lines.take_not_utf8()
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        none_yet = False
        place = replace(where, row=f"row {number}")
        if not_utf8_yet:
            yield replace(not_utf8_yet[0], where=place)
        elif len(cells) != len(layout):
            yield Problem(place, f"has {len(cells)} cells where the header has {len(layout)}")
        else:
            yield _draft(cells, layout, place)
    if none_yet:
        yield Warned(Problem(where, f"has a header and no rows: it holds no {kind}"))


class _Lines:
    """Feeds lines to the csv module as text and remembers where the bytes stand."""

    def __init__(self, file: BinaryIO, where: Where) -> None:
        self._lines = bounded_lines(file, longest=LONGEST_ROW_BYTES)
        self._where = where
        self._not_utf8: list[Problem] = []
        self.number = 0
        self.ends_at = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number, self.ends_at = line.number, line.ends_at
        if line.raw is None:
            place = replace(self._where, row=f"line {line.number}")
            raise Invalid([Problem(place, f"is longer than {megabytes(LONGEST_ROW_BYTES)}; {_NOT_READ}")])
        if line.number == 1:
            refuse_wide_text(line.raw, self._where)
        try:
            text = line.raw.decode()
        except UnicodeDecodeError as error:
            place = replace(self._where, row=f"line {line.number}")
            self._not_utf8.append(not_utf8(line.raw, error.start, place, starts_at=line.starts_at))
            text = line.raw.decode(errors="replace")
        return text.removeprefix("\ufeff") if line.number == 1 else text

    def take_not_utf8(self) -> list[Problem]:
        """Return what was not UTF-8 since last asked."""
        taken, self._not_utf8 = self._not_utf8, []
        return taken


def _plainly(error: csv.Error) -> str:
    message = str(error)
    if "unexpected end of data" in message:
        return "the file ends inside a quoted cell, as if the rest were cut off"
    if "field larger" in message:
        return "a cell is longer than 131,072 characters; a quotation mark may not be closed"
    if "expected after" in message:
        return "something follows a closing quotation mark; write a quotation mark inside a cell twice"
    if "new-line character" in message:
        return "a carriage return stands inside a row; lines should end with a line feed"
    return f"is not CSV ({message})"


@dataclass(frozen=True, slots=True)
class _Place:
    """A column of this file, and the fields that its values go into."""

    column: Column
    path: tuple[str, ...]


def _layout(names: list[str], not_utf8_yet: list[Problem], *, kind: Kind, where: Where) -> list[_Place]:
    """Check the header; raises `Invalid` with everything that is wrong with it."""
    known = columns(kind)
    header = replace(where, row="row 1")
    problems = [replace(problem, where=header) for problem in not_utf8_yet[:1]]
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        raise Invalid([Problem(header, "cells are not apart with commas; save the file as CSV with commas")])
    if len(names) > _MOST_COLUMNS:
        raise Invalid([Problem(header, f"has {len(names):,} columns; there are only {len(known)}")])
    other = next(one for one in Kind if one is not kind)
    if other.ref in names and kind.ref not in names:
        raise Invalid([Problem(header, f"this is the header of {other}, and {kind} are expected")])
    for name in dict.fromkeys(names):
        if name not in known:
            problems.append(Problem(replace(header, field=name[:80]), _no_such_column(name[:80], list(known))))
        elif names.count(name) > 1:
            problems.append(Problem(replace(header, field=name), "this column is here twice"))
        elif any(other.startswith(f"{name}.") for other in names):
            problems.append(Problem(replace(header, field=name), f"give either this column or {name}. columns"))
    for column in known.values():
        if column.required and column.name not in names:
            problems.append(Problem(replace(header, field=column.name), "this column is required"))
    if problems:
        raise Invalid(problems)
    return [_Place(known[name], known[name].path) for name in names]


def _no_such_column(name: str, known: list[str]) -> str:
    if not name:
        return "a column has no name"
    close = get_close_matches(name, known, n=1)
    return "there is no such column" + (f" (did you mean '{close[0]}'?)" if close else "")


def _draft(cells: list[str], layout: list[_Place], where: Where) -> Draft:
    content: dict[str, Any] = {}
    problems = []
    for cell, place in zip(cells, layout, strict=True):
        reads = place.column.cell
        if not cell or (cell == UNKNOWN and not reads.plain):
            continue
        try:
            _put(content, place.path, reads.read(cell))
        except BadCell as error:
            problems.append(Problem(replace(where, field=place.column.name), str(error)))
    _list_past_jobs(content)
    return Draft(where=where, content=content, problems=tuple(problems))


def _put(content: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    *outer, last = path
    for name in outer:
        content = content.setdefault(name, {})
    content[last] = value


def _list_past_jobs(content: dict[str, Any]) -> None:
    """Turn the numbered columns of past jobs into a list, in the order of their numbers."""
    numbered = content.get("work_history")
    if numbered is not None:
        order = map(str, range(1, MOST_PAST_JOBS + 1))
        content["work_history"] = [numbered[number] for number in order if number in numbered]
