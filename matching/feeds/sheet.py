"""A sheet of a workbook as it is read: rows of values, merged areas, and how a value is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

_DECIMALS = 12

Value = str | int | float | bool | date | time | timedelta


@dataclass(frozen=True, slots=True)
class SheetCell:
    """What a cell holds; `fault` says why it cannot be read, and `value` is then what a person sees of it."""

    value: Value
    fault: str = ""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that holds anything: its number, counted from 1, and its cells by column, counted from 0."""

    number: int
    cells: Mapping[int, SheetCell]


@dataclass(frozen=True, slots=True)
class Area:
    """Merged cells, the first and last included: rows from 1, columns from 0."""

    top: int
    bottom: int
    left: int
    right: int

    def __str__(self) -> str:
        return f"{cell_name(self.left, self.top)}:{cell_name(self.right, self.bottom)}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: the rows that hold anything, in their order, and the merged areas."""

    name: str
    rows: tuple[SheetRow, ...]
    merged: tuple[Area, ...]


def merged_in(rows: tuple[SheetRow, ...], merged: tuple[Area, ...], *, columns: int) -> Iterator[Area | None]:
    """Yield for each row a merged area that it lies in, if any is within the columns that are read."""
    waiting = sorted((area for area in merged if area.left < columns), key=lambda area: area.top, reverse=True)
    reaching: Area | None = None
    for row in rows:
        while waiting and waiting[-1].top <= row.number:
            area = waiting.pop()
            if reaching is None or area.bottom > reaching.bottom:
                reaching = area
        yield reaching if reaching is not None and reaching.bottom >= row.number else None


def column_name(index: int) -> str:
    """Write a column as spreadsheets do.

    >>> column_name(0), column_name(27)
    ('A', 'AB')
    """
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def cell_name(column: int, row: int) -> str:
    """Write a cell as spreadsheets do, such as `D7`."""
    return f"{column_name(column)}{row}"


def shown(value: Value) -> str:
    """Write a value as the same cell of a CSV file would have it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # Fifteen digits are what a spreadsheet shows; a third has no end, and CSV takes twelve decimals.
        written = format(round(Decimal(format(value, ".15g")), _DECIMALS) if abs(value) < 1e15 else Decimal(value), "f")
        return written.rstrip("0").rstrip(".") if "." in written else written
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value)
    if isinstance(value, time):
        return value.isoformat("minutes" if not value.second and not value.microsecond else "auto")
    return str(value)
