"""CSV files: one row a vacancy or profile, under the header that `template` prints."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from matching.errors import Invalid, Problem, Where
from matching.feeds.bounded_lines import bounded_lines
from matching.feeds.csv_columns import columns
from matching.feeds.draft import Kind, Reading, Warned
from matching.feeds.encoding import not_utf8, refuse_wide_text
from matching.feeds.limits import LONGEST_ROW_BYTES, megabytes
from matching.feeds.meter import Meter
from matching.feeds.table import draft_of, is_blank, layout_of, too_wide

_WORKBOOK = b"PK\x03\x04"
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
    layout = layout_of([name.strip() for name in header], lines.take_not_utf8(), kind=kind, where=where)
    none_yet = True
    # The header is row 1, as in a spreadsheet, where a cell with line breaks is still one row.
    for number, row in enumerate(rows, start=2):
        meter.at(lines.ends_at)
        not_utf8_yet = lines.take_not_utf8()
        cells = [cell.strip() for cell in row]
        if is_blank(cells, layout):
            continue
        none_yet = False
        place = replace(where, row=f"row {number}")
        if not_utf8_yet:
            yield replace(not_utf8_yet[0], where=place)
        elif len(cells) != len(layout):
            yield too_wide(len(cells), layout, place)
        else:
            yield draft_of(cells, layout, place)
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
            if line.raw.startswith(_WORKBOOK):
                raise Invalid([Problem(self._where, "is a workbook under the name of a CSV file; name it .xlsx")])
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
