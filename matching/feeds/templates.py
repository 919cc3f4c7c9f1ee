"""The table to start from, as CSV or XLSX, with one invented row that shows what each cell holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, overload

from matching.exports import CellValue, workbook_bytes
from matching.feeds import csv_cells as cells
from matching.feeds.csv_columns import Column, columns
from matching.feeds.draft import Form, Kind
from matching.interchange import schema

_LAST_ROW_WITH_CHOICES = 5_000
_LONGEST_CHOICES = 255  # what a spreadsheet takes
_ONE_OF_MANY = (cells.LIST, cells.OFFERS, cells.NEEDS)
_NAMES_OF_COLUMNS = ("column", "required", "a cell holds", "words that it takes")


@overload
def template(kind: Kind, form: Literal["csv"] = "csv") -> str: ...


@overload
def template(kind: Kind, form: Literal["xlsx"]) -> bytes: ...


def template(kind: Kind, form: Form = "csv") -> str | bytes:
    """Return a table with the header and one example row; our reader accepts it as it is.

    CSV is text. XLSX is bytes: choices drop down where there are few, and a second sheet says what each column takes.
    """
    shown = [column for column in columns(kind).values() if column.in_template]
    return _csv_template(shown) if form == "csv" else _xlsx_template(kind, shown)


def _csv_template(shown: Sequence[Column]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(column.name for column in shown)
    writer.writerow(column.example for column in shown)
    return file.getvalue()


def _xlsx_template(kind: Kind, shown: Sequence[Column]) -> bytes:
    from openpyxl import Workbook  # type: ignore[import-untyped]  # late: only this needs it
    from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
    from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]

    workbook = Workbook()
    page = workbook.active
    page.title = kind.value
    page.append([column.name for column in shown])
    page.append([_example(column) for column in shown])
    page.freeze_panes = "A2"
    for number, column in enumerate(shown, start=1):
        letter = get_column_letter(number)
        page.cell(1, number).font = Font(bold=True)
        page.column_dimensions[letter].width = min(max(len(column.name), len(column.example), 8) + 2, 50)
        if column.cell not in (cells.NUMBER, cells.DATE, cells.YES_NO):
            # As text, or a program turns `007` into a number and `3-4` into a day of April.
            page.column_dimensions[letter].number_format = page.cell(2, number).number_format = "@"
        if choices := _choices(kind, column):
            rule = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
            rule.error, rule.errorTitle = f"Choose one of: {choices}"[:_LONGEST_CHOICES], column.name[:32]
            rule.showErrorMessage = True
            page.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{_LAST_ROW_WITH_CHOICES}")
    notes = workbook.create_sheet("columns")
    notes.append(_NAMES_OF_COLUMNS)
    for column in shown:
        required = "yes" if column.required else ""
        notes.append([column.name, required, column.cell.holds.replace("`", ""), ", ".join(_words(kind, column))])
    for letter, width in zip("ABCD", (32, 10, 60, 100), strict=True):
        notes[f"{letter}1"].font = Font(bold=True)
        notes.column_dimensions[letter].width = width
    for row in notes.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    notes.freeze_panes = "A2"
    return workbook_bytes(workbook)


def _example(column: Column) -> CellValue:
    """Return the example as what it is: a number is a number, a day a day."""
    text = column.example
    if not text:
        return None
    if column.cell is cells.NUMBER:
        return float(text) if "." in text else int(text)
    if column.cell is cells.DATE:
        return date.fromisoformat(text)
    if column.cell is cells.YES_NO:
        return text == "true"
    return text


def _choices(kind: Kind, column: Column) -> str:
    """Return the words that may drop down, apart with commas; empty where there are none, or too many."""
    if column.cell is cells.YES_NO:
        return "TRUE,FALSE,unknown"
    words = ",".join([*_words(kind, column), "unknown"]) if column.cell is cells.WORD else ""
    return words if len(words) <= _LONGEST_CHOICES else ""


def _words(kind: Kind, column: Column) -> list[str]:
    """Return the words that the interchange format allows in a column; empty if any text will do."""
    if column.cell is not cells.WORD and column.cell not in _ONE_OF_MANY:
        return []
    part: Any = schema({Kind.VACANCIES: "vacancy", Kind.PROFILES: "profile"}[kind])
    for name in column.path:
        part = _plain(part).get("properties", {}).get(name, {})
    part = _plain(part)
    if column.cell is cells.OFFERS:
        return list(part["properties"])
    part = _plain(part.get("items", part))
    part = part.get("properties", {}).get("slug", part)
    return [str(word) for word in _plain(part).get("enum", [])]


def _plain(part: Mapping[str, Any]) -> Any:
    """Take a schema out of `or unknown` and out of `required`."""
    while "anyOf" in part or "allOf" in part:
        part = (part.get("anyOf") or part["allOf"])[0]
    return part


def describe_columns(kind: Kind) -> str:
    """Return a Markdown table of what cells may hold and in which columns; docs/feeds.md carries it."""
    names: dict[str, list[str]] = {}
    for column in columns(kind).values():
        if column.in_template:
            star = " *" if column.required else ""
            names.setdefault(column.cell.holds, []).append(f"`{column.name}`{star}")
    rows = [f"| {holds} | {', '.join(listed)} |" for holds, listed in names.items()]
    return "\n".join(["| a cell holds | columns |", "| --- | --- |", *rows])
