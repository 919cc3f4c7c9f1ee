"""Rows under a header, whatever kind of file they stand in: which columns there are, and each row as a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from matching.errors import Invalid, Problem, Where
from matching.exports import unguarded
from matching.feeds.csv_cells import UNKNOWN, BadCell
from matching.feeds.csv_columns import MOST_PAST_JOBS, REMARKS, Column, columns
from matching.feeds.draft import Draft, Kind

MOST_COLUMNS = 300
_NOTHING_REFUSED: Mapping[int, str] = MappingProxyType({})


# The columns of a file in their order; `None` is a column of remarks, which is not read.
Layout = Sequence[Column | None]


def layout_of(names: Sequence[str], not_utf8_yet: Sequence[Problem], *, kind: Kind, where: Where) -> Layout:
    """Check the header; raises `Invalid` with everything that is wrong with it."""
    known = columns(kind)
    header = replace(where, row="row 1")
    problems = [replace(problem, where=header) for problem in not_utf8_yet[:1]]
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        raise Invalid([Problem(header, "cells are not apart with commas; save the file as CSV with commas")])
    if len(names) > MOST_COLUMNS:
        raise Invalid([Problem(header, f"has {len(names):,} columns; there are only {len(known)}")])
    other = next(one for one in Kind if one is not kind)
    if other.ref in names and kind.ref not in names:
        raise Invalid([Problem(header, f"this is the header of {other}, and {kind} are expected")])
    for name in dict.fromkeys(names):
        if name == REMARKS:
            continue
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
    return [None if name == REMARKS else known[name] for name in names]


def _no_such_column(name: str, known: list[str]) -> str:
    if not name:
        return "a column has no name"
    close = get_close_matches(name, known, n=1)
    return "there is no such column" + (f" (did you mean '{close[0]}'?)" if close else "")


def is_blank(cells: Sequence[str], layout: Layout) -> bool:
    """Whether a row says nothing, remarks apart; a cell beyond the header says something."""
    read = [cell for cell, column in zip(cells, layout, strict=False) if column is not None]
    return not any(read) and not any(cells[len(layout) :])


def too_wide(cells: int, layout: Layout, where: Where) -> Problem:
    """Say that a row has not as many cells as the header."""
    return Problem(where, f"has {cells} cells where the header has {len(layout)}")


def draft_of(
    cells: Sequence[str], layout: Layout, where: Where, *, refused: Mapping[int, str] = _NOTHING_REFUSED
) -> Draft:
    """Read the cells of one row, without spaces around them; `refused` says what is wrong with cells by their index."""
    content: dict[str, Any] = {}
    problems = []
    for index, (cell, column) in enumerate(zip(cells, layout, strict=True)):
        if column is None:
            continue
        try:
            if index in refused:
                raise BadCell(refused[index])
            _read_cell(content, column, unguarded(cell))
        except BadCell as error:
            problems.append(Problem(replace(where, field=column.name), str(error)))
    _list_past_jobs(content)
    return Draft(where=where, content=content, problems=tuple(problems))


def _read_cell(content: dict[str, Any], column: Column, cell: str) -> None:
    if cell and (cell != UNKNOWN or column.cell.plain):
        _put(content, column.path, column.cell.read(cell))


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
