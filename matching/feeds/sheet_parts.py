"""The parts of a workbook, element by element: what links to what, the texts, the styles, and the cells of a sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import NoReturn

from matching.exports import stored_text
from matching.feeds.sheet import Area, SheetCell, SheetRow, Value

MOST_CELLS = 1_000_000
MOST_MERGED = 10_000
_LAST_ROW = 1_048_576
_LAST_COLUMN = 16_384
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)


class Damaged(Exception):
    """Something is in the workbook that no program writes."""


class Part:
    """Takes the elements of one part as they come, without the prefix of their namespace."""

    def __init__(self) -> None:
        self.elements = 0

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.start(name.rpartition(":")[2] if ":" in name else name, attributes)

    def end_element(self, name: str) -> None:
        self.end(name.rpartition(":")[2] if ":" in name else name)

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class Links(Part):
    """The relationships of a part."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            self.found.append((attributes.get("Id", ""), attributes.get("Type", ""), attributes.get("Target", "")))


class SheetList(Part):
    """The names of the sheets with the ids of their parts, and from which year days are counted."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str]] = []
        self.starts_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            key = next((value for word, value in attributes.items() if word.rpartition(":")[2] == "id"), "")
            self.sheets.append((attributes.get("name", ""), key))
        elif name == "workbookPr":
            self.starts_1904 = attributes.get("date1904") in ("1", "true")


class Texts(Part):
    """The texts that cells point at, without marks of how Japanese is read."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._listening = False
        self._is_reading_aid = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "rPh":
            self._is_reading_aid = True
        elif name == "t":
            self._listening = not self._is_reading_aid

    def end(self, name: str) -> None:
        if name == "si":
            self.found.append(stored_text("".join(self._pieces)))
            self._pieces = []
        elif name == "rPh":
            self._is_reading_aid = False
        elif name == "t":
            self._listening = False

    def text(self, text: str) -> None:
        if self._listening:
            self._pieces.append(text)


class Styles(Part):
    """Which styles of cells show a number as a date or as a length of time."""

    def __init__(self) -> None:
        super().__init__()
        self._codes: dict[int, str] = {}
        self._format_of_style: list[int] = []
        self._in_styles_of_cells = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._codes[_whole(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_styles_of_cells = True
        elif name == "xf" and self._in_styles_of_cells:
            self._format_of_style.append(_whole(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_styles_of_cells = False

    def kinds_of_date(self) -> dict[int, bool]:
        """Return the styles that show dates; true where the style shows a length of time."""
        from openpyxl.styles.numbers import (  # type: ignore[import-untyped]  # late: only workbooks need it
            BUILTIN_FORMATS,
            is_date_format,
            is_timedelta_format,
        )

        found = {}
        for style, number in enumerate(self._format_of_style):
            code = self._codes.get(number) or BUILTIN_FORMATS.get(number, "General")
            if len(code) <= 255 and is_date_format(code):
                found[style] = bool(is_timedelta_format(code))
        return found


@dataclass(frozen=True, slots=True)
class Cells:
    """Makes values of what cells store."""

    texts: list[str]
    kinds_of_date: Mapping[int, bool]
    starts_1904: bool

    def value(self, kind: str, style: int, stored: str) -> SheetCell:
        """Return what a cell of a kind (`t`) and a style (`s`) holds."""
        if kind == "s":
            index = _whole(stored)
            if index >= len(self.texts):
                raise Damaged
            return SheetCell(self.texts[index])
        if kind in ("str", "inlineStr"):
            return SheetCell(stored_text(stored))
        if kind == "b":
            return SheetCell(stored.strip() in ("1", "true"))
        if kind == "e":
            return SheetCell(stored, f"holds the error {stored[:20]}; write the value")
        if kind == "d":
            return SheetCell(_iso(stored))
        return self._number(style, stored)

    def _number(self, style: int, stored: str) -> SheetCell:
        try:
            number = float(stored) if len(stored) <= 400 else float("nan")
        except ValueError:
            raise Damaged from None
        if not isfinite(number):
            return SheetCell(stored[:20], "holds a number without end")
        if style in self.kinds_of_date:
            return self._moment(number, is_length=self.kinds_of_date[style])
        return SheetCell(int(number) if number.is_integer() and abs(number) < 1e15 else number)

    def _moment(self, number: float, *, is_length: bool) -> SheetCell:
        from openpyxl.utils.datetime import (  # type: ignore[import-untyped]
            CALENDAR_MAC_1904,
            CALENDAR_WINDOWS_1900,
            from_excel,
        )

        epoch = CALENDAR_MAC_1904 if self.starts_1904 else CALENDAR_WINDOWS_1900
        try:
            return SheetCell(from_excel(number, epoch, timedelta=is_length))
        except (ValueError, OverflowError):
            return SheetCell(number, f"holds {number:g} as a date, which is outside the calendar")


class Page(Part):
    """The rows of a sheet that hold anything, and its merged areas."""

    def __init__(self, reads: Cells, refuse: Callable[[str], NoReturn]) -> None:
        super().__init__()
        self.rows: list[SheetRow] = []
        self.merged: list[Area] = []
        self._reads = reads
        self._refuse = refuse
        self._in_rows = False
        self._row = 0
        self._cells: dict[int, SheetCell] = {}
        self._cell: dict[str, str] = {}
        self._column = self._last_column = -1
        self._stored: list[str] = []
        self._formula: list[str] | None = None
        self._listens_to: list[str] | None = None
        self._is_reading_aid = False
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._in_rows:
            if name == "sheetData":
                self._in_rows = True
            elif name == "mergeCell":
                self._merge(attributes.get("ref", ""))
        elif name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self._start_row(attributes)
        elif name == "v":
            self._listens_to = self._stored
        elif name == "f":
            self._formula = self._listens_to = []
        elif name == "rPh":
            self._is_reading_aid = True
        elif name == "t" and not self._is_reading_aid:
            self._listens_to = self._stored

    def text(self, text: str) -> None:
        if self._listens_to is not None:
            self._listens_to.append(text)

    def end(self, name: str) -> None:
        if not self._in_rows:
            return
        if name == "c":
            if self._stored or self._formula is not None:
                self._end_cell()
        elif name in ("v", "f", "t"):
            self._listens_to = None
        elif name == "rPh":
            self._is_reading_aid = False
        elif name == "row":
            if self._cells:
                self.rows.append(SheetRow(self._row, self._cells))
                self._cells = {}
        elif name == "sheetData":
            self._in_rows = False

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = _whole(attributes["r"]) if "r" in attributes else self._row + 1
        if not self._row < number <= _LAST_ROW:
            raise Damaged
        self._row, self._column, self._last_column = number, -1, -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        """Note a cell; most of those in large sheets are empty, so more is worked out only if it holds anything."""
        self._cell = attributes
        self._column += 1
        self._stored, self._formula = [], None

    def _end_cell(self) -> None:
        if "r" in self._cell:
            self._column = _place(self._cell["r"], row=self._row)
        if not self._last_column < self._column < _LAST_COLUMN:
            raise Damaged
        self._last_column = self._column
        self._count += 1
        if self._count > MOST_CELLS:
            self._refuse(f"holds more than {MOST_CELLS:,} cells; split it")
        stored, kind = "".join(self._stored), self._cell.get("t", "n")
        if stored:
            self._cells[self._column] = self._reads.value(kind, _whole(self._cell.get("s", "0")), stored)
        elif kind != "str":  # the result of a formula may be the empty text
            fault = "holds a formula without a result; save the workbook in a spreadsheet program, or write the value"
            self._cells[self._column] = SheetCell("=" + "".join(self._formula or ()), fault)

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        top, bottom = _reference(first), _reference(last or first)
        if len(self.merged) == MOST_MERGED:
            self._refuse(f"has more than {MOST_MERGED:,} merged areas; unmerge the cells")
        self.merged.append(Area(top=top[1], bottom=bottom[1], left=top[0], right=bottom[0]))


def _whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII):
        raise Damaged
    return int(text)


def _reference(text: str) -> tuple[int, int]:
    """Return the column (from 0) and the row of a reference such as `D7`."""
    found = _REFERENCE.fullmatch(text.replace("$", ""))
    if not found:
        raise Damaged
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1, int(found[2])


def _place(reference: str, *, row: int) -> int:
    column, stated_row = _reference(reference)
    if stated_row != row:
        raise Damaged
    return column


def _iso(stored: str) -> Value:
    try:
        return datetime.fromisoformat(stored).replace(tzinfo=None)
    except ValueError:
        return stored
