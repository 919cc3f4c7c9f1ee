"""Cells in words: as a page prints them, as a spreadsheet holds them, and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from evaluation.estimates import FEWEST, Estimate
from evaluation.tables import Cell, Heading, ReportTable, Unit, Unsaid, Withheld
from matching.exports import CellValue

#: What stands for a cell that tells of too few people, and for one that would give such a cell away.
TOO_FEW = f"fewer than {FEWEST}"
KEPT_BACK = "kept back"
_NO_NUMBER = Unsaid(why="This could not be worked out.")
#: Figures of a number in CSV and JSON: of an estimate no more than it can bear, and than would give counts away.
_FIGURES, _FIGURES_OF_ESTIMATE = 6, 4
_MOST_OF_TENTHS = 0.0995  # a share below this is told to a tenth of a hundredth


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A cell as a page shows it: its value, its 95 % interval, of how many it tells, and what kind of cell it is."""

    value: str
    between: str = ""
    of: str = ""
    kind: str = "number"  # or: words, withheld, unsaid, empty


def tidy(table: ReportTable) -> ReportTable:
    """The same table as it may be told: what is no number (0 of 0) says so, and no figure of fewer than ten is left."""
    if any(len(row) != len(table.headings) for row in table.rows):
        raise ValueError(f"the table {table.name!r} has a row that is not as wide as its headings")
    return replace(table, rows=tuple(tuple(map(_tidy, row)) for row in table.rows))


def _tidy(cell: Cell) -> Cell:
    if isinstance(cell, Estimate):
        exact = replace(
            cell, value=float(cell.value), low=float(cell.low), high=float(cell.high), count=int(cell.count)
        )
        if 0 < exact.count < FEWEST:
            return Withheld()
        return exact if math.isfinite(exact.value) else _NO_NUMBER
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, float) and not math.isfinite(cell):
        return _NO_NUMBER
    return cell


def shown(cell: Cell, unit: Unit) -> Shown:
    """A cell as a page shows it.

    >>> shown(Estimate(value=0.68, low=0.64, high=0.72, count=412), Unit.SHARE)
    Shown(value='68%', between='64% to 72%', of='of 412', kind='number')
    >>> shown(Withheld(), Unit.SHARE).value, shown(None, Unit.COUNT).value
    ('fewer than 10', '–')
    """
    match cell:
        case None:
            return Shown(value="–", kind="empty")
        case Withheld(complement=complement):
            return Shown(value=KEPT_BACK if complement else TOO_FEW, kind="withheld")
        case Unsaid(why=why):
            return Shown(value=why, kind="unsaid")
        case Estimate():
            # Short intervals are told with one more figure, or they would look like no interval.
            between = ""
            if math.isfinite(cell.low) and math.isfinite(cell.high):
                between = f"{said(cell.low, unit)} to {said(cell.high, unit)}"
            return Shown(value=said(cell.value, unit), between=between, of=f"of {cell.count:,}")
        case str():
            return Shown(value=cell, kind="words")
        case _:
            return Shown(value=said(cell, unit))


def said(number: float, unit: Unit) -> str:
    """A number by what it measures.

    >>> said(0.684, Unit.SHARE), said(0.034, Unit.SHARE), said(12.04, Unit.WEEKS), said(0.4123, Unit.NUMBER)
    ('68%', '3.4%', '12.0', '0.412')
    """
    match unit:
        case Unit.SHARE:
            return f"{_unsigned(100 * number, 0 if abs(number) >= _MOST_OF_TENTHS or number == 0 else 1)}%"
        case Unit.COUNT:
            return f"{number:,.0f}"
        case Unit.WEEKS | Unit.DAYS:
            return _unsigned(number, 1)
        case _ if isinstance(number, int):
            return f"{number:,}"
        case _:
            return _unsigned(number, 3 if abs(number) < 1 else 2 if abs(number) < 10 else 1)


def _unsigned(number: float, places: int) -> str:
    """A rounded number; what is rounded to nothing has no sign."""
    rounded = f"{number:,.{places}f}".replace("-", "\u2212")
    return rounded.lstrip("\u2212") if not rounded.strip("\u22120.,") else rounded


def in_hundred(share: float) -> str:
    """A share as a council officer reads it; neither none nor all unless it is so.

    >>> in_hundred(0.68), in_hundred(0.002), in_hundred(1.0)
    ('68 in 100', 'fewer than 1 in 100', '100 in 100')
    """
    if 0 < share < 0.005:
        return "fewer than 1 in 100"
    if 0.995 <= share < 1:
        return "more than 99 in 100"
    return f"{100 * share:.0f} in 100"


def in_words(day: date) -> str:
    """A day as it is said: 3 April 2026."""
    return f"{day.day} {day:%B %Y}"


# -- spreadsheets and JSON ---------------------------------------------------------------------------------------------


def csv_rows(table: ReportTable) -> Iterator[list[CellValue]]:
    """The header, then the rows; a column of estimates becomes four: the value, the interval, and of how many."""
    wide = [any(isinstance(row[place], Estimate) for row in table.rows) for place in range(len(table.headings))]
    yield [name for heading, is_wide in zip(table.headings, wide, strict=True) for name in _names(heading, is_wide)]
    for row in table.rows:
        yield [value for cell, is_wide in zip(row, wide, strict=True) for value in _values(cell, is_wide)]


def _names(heading: Heading, is_wide: bool) -> list[str]:
    return [heading.name, *(f"{heading.name}_{part}" for part in ("low", "high", "of") if is_wide)]


def _values(cell: Cell, is_wide: bool) -> list[CellValue]:
    if isinstance(cell, Estimate):
        return [*_ends(cell), cell.count]
    return [_plain(cell), *([None] * 3 if is_wide else [])]


def _plain(cell: str | int | float | Withheld | Unsaid | None) -> CellValue:
    match cell:
        case Withheld(complement=complement):
            return KEPT_BACK if complement else TOO_FEW
        case Unsaid(why=why):
            return f"cannot say: {why}"
        case float():
            return _rounded(cell)
        case _:
            return cell


def as_json(table: ReportTable) -> dict[str, Any]:
    """A table for programs: each cell is a word, a number, nothing, or an object that says what it is."""
    return {
        "title": table.title,
        "says": table.says,
        "headings": [{"name": each.name, "words": each.words, "unit": each.unit.value} for each in table.headings],
        "rows": [[cell_as_json(cell) for cell in row] for row in table.rows],
        "notes": list(table.notes),
    }


def cell_as_json(cell: Cell) -> Any:
    """A cell for programs."""
    match cell:
        case Estimate():
            value, low, high = _ends(cell)
            return {"value": value, "low": low, "high": high, "of": cell.count}
        case Withheld(complement=complement):
            return {"withheld": "complement" if complement else "few"}
        case Unsaid(why=why):
            return {"unsaid": why}
        case float():
            return _rounded(cell)
        case _:
            return cell


def _ends(estimate: Estimate) -> list[float | None]:
    return [_rounded(each, _FIGURES_OF_ESTIMATE) for each in (estimate.value, estimate.low, estimate.high)]


def _rounded(number: float, figures: int = _FIGURES) -> float | None:
    """A number without its last figures; an end of an interval that is not known is nothing."""
    return float(f"{number:.{figures}g}") if math.isfinite(number) else None
