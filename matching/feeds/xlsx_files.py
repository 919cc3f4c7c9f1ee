"""XLSX files: one row a vacancy or profile under the same header as CSV, each cell read by what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from matching.errors import Invalid, Problem, Where
from matching.feeds.csv_columns import columns
from matching.feeds.draft import Kind, Reading, Warned
from matching.feeds.meter import Meter
from matching.feeds.sheet import Area, Sheet, SheetRow, cell_name, merged_in, shown
from matching.feeds.table import draft_of, is_blank, layout_of, too_wide
from matching.feeds.workbook import read_sheet

_LONGEST_CELL = 131_072  # as in CSV


def read_xlsx(path: Path, *, kind: Kind, where: Where, meter: Meter) -> Iterator[Reading]:
    """Read one row after another; a cell that cannot be read costs its row."""
    del meter  # A workbook is unpacked as a whole; its size is counted when it is done.
    try:
        with path.open("rb") as file:
            sheet = read_sheet(file, name=kind.value, where=where)
        yield from _read_rows(sheet, kind=kind, where=where)
    except Invalid as invalid:
        yield from invalid.problems


def _read_rows(sheet: Sheet, *, kind: Kind, where: Where) -> Iterator[Reading]:
    if not sheet.rows or sheet.rows[0].number != 1:
        example = ", ".join(list(columns(kind))[:3])
        raise Invalid([Problem(replace(where, row="row 1"), f"is empty; it should be a header such as {example}")])
    header, *rows = sheet.rows
    layout = layout_of(header_of(header), [], kind=kind, where=where)
    areas = list(merged_in(sheet.rows, sheet.merged, columns=len(layout)))
    if areas[0]:
        message = f"has merged cells ({areas[0]}); unmerge them and give each column its name"
        raise Invalid([Problem(replace(where, row="row 1"), message)])
    none_yet = True
    for row, area in zip(rows, areas[1:], strict=True):
        cells = texts_of(row, width=len(layout))
        if is_blank(cells, layout):
            continue
        none_yet = False
        place = replace(where, row=f"row {row.number}")
        if len(cells) > len(layout):
            yield too_wide(len(cells), layout, place)
        else:
            yield draft_of(cells, layout, place, refused=_refused(row, area))
    if none_yet:
        yield Warned(Problem(where, f"has a header and no rows: it holds no {kind}"))


def header_of(row: SheetRow) -> list[str]:
    """Return the names of the columns, up to the last one that has a name."""
    return texts_of(row, width=0)


def texts_of(row: SheetRow, *, width: int) -> list[str]:
    """Return the cells of a row as CSV would have them; more than `width` only if one further on says anything."""
    texts = {index: shown(cell.value).strip() for index, cell in row.cells.items()}
    last = max((index + 1 for index, text in texts.items() if text), default=0)
    return [texts.get(index, "") for index in range(max(last, width))]


def _refused(row: SheetRow, area: Area | None) -> dict[int, str]:
    """Say which cells of a row cannot be read, and why."""
    refused = {
        index: f"cell {cell_name(index, row.number)} {cell.fault}" for index, cell in row.cells.items() if cell.fault
    }
    for index, cell in row.cells.items():
        if isinstance(cell.value, str) and len(cell.value) > _LONGEST_CELL:
            refused[index] = f"cell {cell_name(index, row.number)} is longer than {_LONGEST_CELL:,} characters"
    if area:
        name = cell_name(area.left, row.number)
        refused[area.left] = f"cell {name} is merged with others ({area}); unmerge them and write the value in each row"
    return refused
