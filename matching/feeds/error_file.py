"""The file that comes back: the refused rows of an upload, each with what to change, to be put right and sent again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from matching.errors import Invalid, Problem, Where
from matching.exports import (
    MOST_CHARACTERS_IN_XLSX,
    CellValue,
    csv_cell,
    unguarded,
    workbook_bytes,
    xlsx_cell,
    xlsx_text,
    xlsx_value,
)
from matching.feeds.csv_columns import REMARKS
from matching.feeds.draft import Form, Kind
from matching.feeds.encoding import refuse_wide_text
from matching.feeds.sheet import SheetCell, Value, shown
from matching.feeds.uploads import safe_name
from matching.feeds.workbook import read_sheet

_ROW = "row "
_HEADER = "row 1"
_NOT_A_TABLE = "is no table, so no file comes back; the list of problems says what to change"
_MARK = "FFF2C6C6"  # a pale red that black text is read on
_WIDTH_OF_REMARKS = 80


@dataclass(frozen=True, slots=True)
class _Row:
    """A row as it was uploaded, cells by column; values of workbooks keep their types."""

    number: int
    cells: Mapping[int, Value]

    @property
    def width(self) -> int:
        return max(self.cells, default=-1) + 1


def form_of(name: str) -> Form | None:
    """Return which form of table an upload is by its name; `None` for what is no table."""
    suffix = safe_name(name).lower().rpartition(".")[2]
    return "csv" if suffix == "csv" else "xlsx" if suffix == "xlsx" else None


def error_file(content: bytes, *, name: str, kind: Kind, problems: Sequence[Problem]) -> bytes:
    """Return the rows that `problems` refuse, in the form of the upload, with a last column that says what to change.

    `problems` are those of `read_upload` for the same content. Problems of the whole file, or of its header, concern
    every row: all come back, and the first says them. A file that says nothing about any row is the header alone.
    Raises `Invalid` if the upload is no table: JSON, a web page, a broken workbook, an open quotation mark.
    """
    form = form_of(name)
    where = Where(safe_name(name))
    if form is None:
        raise Invalid([Problem(where, _NOT_A_TABLE)])
    header, *rows = _csv_rows(content, where) if form == "csv" else _xlsx_rows(content, kind, where)
    remarks = _by_row(problems)
    of_all = remarks.pop(0, [])
    refused = [row for row in rows if of_all or row.number in remarks]
    if of_all and not refused:
        refused = [_Row(header.number + 1, {})]
    names = {index: shown(value).strip() for index, value in header.cells.items()}
    table = _Table(header=header, names=names, rows=refused, remarks=remarks, of_all=of_all)
    return table.as_csv() if form == "csv" else table.as_xlsx(kind)


def _by_row(problems: Iterable[Problem]) -> dict[int, list[Problem]]:
    """Group problems by the number of their row; 0 are those that concern every row."""
    found: dict[int, list[Problem]] = {}
    for problem in problems:
        digits = problem.where.row.removeprefix(_ROW)
        is_row = problem.where.row.startswith(_ROW) and digits.isdecimal() and problem.where.row != _HEADER
        found.setdefault(int(digits) if is_row else 0, []).append(problem)
    return found


def _csv_rows(content: bytes, where: Where) -> list[_Row]:
    if content.startswith(b"PK"):
        raise Invalid([Problem(where, _NOT_A_TABLE)])
    refuse_wide_text(content[:64], where)
    # What is no UTF-8 comes back as a mark; the remark says where it was.
    text = content.decode("utf-8-sig", errors="replace")
    try:
        rows = list(csv.reader(io.StringIO(text, newline="\n"), strict=True))
    except csv.Error:
        raise Invalid([Problem(where, _NOT_A_TABLE)]) from None
    found = [_Row(number, {i: unguarded(cell) for i, cell in enumerate(row)}) for number, row in enumerate(rows, 1)]
    return found or [_Row(1, {})]


def _xlsx_rows(content: bytes, kind: Kind, where: Where) -> list[_Row]:
    sheet = read_sheet(io.BytesIO(content), name=kind.value, where=where)
    found = [_Row(row.number, {i: _seen(cell) for i, cell in row.cells.items()}) for row in sheet.rows]
    return found if found and found[0].number == 1 else [_Row(1, {}), *found]


def _seen(cell: SheetCell) -> Value:
    return unguarded(cell.value) if isinstance(cell.value, str) else cell.value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The rows that come back and what is said of them."""

    header: _Row
    names: Mapping[int, str]
    rows: Sequence[_Row]
    remarks: Mapping[int, Sequence[Problem]]
    of_all: Sequence[Problem]

    @property
    def kept(self) -> list[int]:
        """The columns of the header, without the remarks of the last time."""
        return [index for index in range(self.header.width) if self.names.get(index) != REMARKS]

    def as_csv(self) -> bytes:
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([csv_cell(_known(value)) for value in self._line(self.header, REMARKS)])
        for position, row in enumerate(self.rows):
            writer.writerow([csv_cell(_known(value)) for value in self._line(row, self._remark(position, row))])
        return file.getvalue().encode("utf-8-sig")

    def as_xlsx(self, kind: Kind) -> bytes:
        from openpyxl import Workbook  # type: ignore[import-untyped]  # late: only this needs it
        from openpyxl.styles import Alignment, Font, PatternFill  # type: ignore[import-untyped]
        from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

        workbook = Workbook(write_only=True)
        page = workbook.create_sheet(kind.value)
        page.freeze_panes = "A2"
        page.column_dimensions[get_column_letter(len(self.kept) + 1)].width = _WIDTH_OF_REMARKS
        mark = PatternFill("solid", start_color=_MARK)
        header = [xlsx_cell(page, _stored(value)) for value in self._line(self.header, REMARKS)]
        for cell in header:
            cell.font = Font(bold=True)
        page.append(header)
        for position, row in enumerate(self.rows):
            cells = [xlsx_cell(page, _stored(value)) for value in self._line(row, self._remark(position, row))]
            for index in self._marked(row):
                cells[index].fill = mark
            cells[len(self.kept)].alignment = Alignment(wrap_text=True, vertical="top")
            page.append(cells)
        return workbook_bytes(workbook)

    def _line(self, row: _Row, remark: str) -> list[Value | None]:
        """Cells beyond the header stay beyond it: that is what is wrong with them."""
        beyond = range(self.header.width, row.width)
        return [*(row.cells.get(i) for i in self.kept), remark, *(row.cells.get(i) for i in beyond)]

    def _remark(self, position: int, row: _Row) -> str:
        """Say what to change in a row; the first row says as well what concerns the whole file."""
        of_all = [f"The whole file: {_sentence(problem)}" for problem in self.of_all] if position == 0 else []
        return "; ".join([*of_all, *(_sentence(problem) for problem in self.remarks.get(row.number, []))])

    def _marked(self, row: _Row) -> set[int]:
        """Return the cells of a row at fault, as the columns stand in the file that comes back."""
        places = {self.names.get(index, ""): position for position, index in enumerate(self.kept)}
        found = (_column_of(problem.where.field, places) for problem in self.remarks.get(row.number, []))
        return {places[name] for name in found if name}


def _sentence(problem: Problem) -> str:
    field = problem.where.field
    return f"{field}: {problem.message}" if field else problem.message


def _column_of(field: str, names: Iterable[str]) -> str:
    """Return the column that a field such as `pattern.shifts[2].from` comes from; empty if there is none."""
    dotted = field.replace("[", ".").replace("]", "")
    within = [name for name in names if name and (dotted == name or dotted.startswith(f"{name}."))]
    return max(within, key=len, default="")


def _known(value: Value | None) -> CellValue:
    """Return what can be written: a time or a length of time as text, since no column takes one and all are refused."""
    return shown(value) if isinstance(value, time | timedelta) else value


def _stored(value: Value | None) -> CellValue:
    """Return a value as a workbook stores it; a text too long for a cell is cut, as it was refused for that."""
    known = _known(value)
    if isinstance(known, str) and len(xlsx_text(known)) > MOST_CHARACTERS_IN_XLSX:
        known = f"{known[: MOST_CHARACTERS_IN_XLSX // 8]} … (cut)"
    return xlsx_value(known)
