"""Figures drawn from tables, and from nothing else: what a table withholds, no figure can show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from evaluation.estimates import Estimate
from evaluation.report.drawing import (
    DEEP,
    LABELS,
    NUMBERS_BELOW,
    TEXT,
    Figure,
    Margins,
    colour_of,
    drawn,
    height_of,
    label_rows,
    line_of,
    mark_row,
    name_lines,
    number_axis,
    numbers_below,
    square,
)
from evaluation.report.saying import said, shown
from evaluation.tables import Cell, ReportTable, Unit, Unsaid

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKS = (13, 26, 39, 52)
_MOST_BANDS = 2  # bands of more lines than this hide each other


def rates(table: ReportTable, *, label: int = 0, value: int, title: str = "", whole: bool = True) -> Figure:
    """A mark with its interval for each row; with `whole`, the axis reaches from none to all."""
    rows = [(str(row[label]), row[value]) for row in table.rows if row[value] is not None]
    unit = table.headings[value].unit

    def draw(axes: Axes) -> None:
        ends = [end for _, cell in rows if isinstance(cell, Estimate) for end in (cell.low, cell.value, cell.high)]
        finite = [end for end in ends if np.isfinite(end)]
        most = 1.0 if whole else max([*finite, 0.01]) * 1.05
        axes.set_xlim(min([0.0, *finite]) * 1.05, most)
        label_rows(axes, [text for text, _ in rows])
        for place, (_, cell) in enumerate(rows):
            mark_row(axes, place=-place, cell=cell, unit=unit)
        axes.grid(axis="x")
        axes.set_xlabel(table.headings[value].words)
        number_axis(axes.xaxis, unit)

    words = "; ".join(f"{text}: {_in_words(cell, unit)}" for text, cell in rows)
    margins = Margins(left=LABELS, right=92)
    return drawn(
        table,
        draw,
        height=64 + height_of([text for text, _ in rows]),
        margins=margins,
        title=title or table.title,
        words=words,
    )


def funnel(table: ReportTable, *, label: int = 0, count: int, title: str = "") -> Figure:
    """A bar for each step, with its count, or the word that it cannot be said."""
    names = [str(row[label]) for row in table.rows]
    counts = [row[count] for row in table.rows]
    beside = [_beside(row, count) for row in table.rows]

    def draw(axes: Axes) -> None:
        lengths = [_number(cell) if isinstance(cell, int | float) else 0.0 for cell in counts]
        most = max([1.0, *lengths])
        label_rows(axes, names)
        for place, (long, text) in enumerate(zip(lengths, beside, strict=True)):
            if long:
                axes.barh(-place, long, height=0.62, color=DEEP)
            axes.text(long + most * 0.02, -place, text, va="center", fontsize=TEXT)
        axes.set_xlim(0, most * 1.3)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)

    words = "; ".join(f"{name}: {text}" for name, text in zip(names, beside, strict=True))
    margins = Margins(left=LABELS, right=8, below=4, above=4)
    return drawn(table, draw, height=8 + height_of(names), margins=margins, title=title or table.title, words=words)


def curves(
    table: ReportTable, *, week: int = 0, values: Sequence[int], at_risk: Sequence[int] = (), title: str = ""
) -> Figure:
    """Shares still in the job over weeks, as steps from all of them down; numbers at risk stand below."""
    margins = Margins(left=52, right=122 if len(values) > 1 else 18, below=50 + NUMBERS_BELOW * len(at_risk))

    def draw(axes: Axes) -> None:
        axes.set_ylim(0, 1)
        ticks = _weeks(axes, table, week)
        _lines(axes, table, week, values, steps=True)
        for line, column in enumerate(at_risk):
            counts = {_number(row[week]): row[column] for row in table.rows}
            told = [(tick, shown(counts.get(tick), Unit.COUNT).value) for tick in ticks]
            short = [(tick, text.replace("fewer than", "under")) for tick, text in told]
            numbers_below(axes, says=table.headings[column].words, told=short, line=line)

    words = "; ".join(_course(table, week, column) for column in values)
    return drawn(table, draw, height=250 + margins.below, margins=margins, title=title or table.title, words=words)


def incidences(table: ReportTable, *, week: int = 0, values: Sequence[int], title: str = "") -> Figure:
    """Shares that have ended in each way, as lines from nothing up."""

    def draw(axes: Axes) -> None:
        highest = [cell.value for row in table.rows for cell in row if isinstance(cell, Estimate)]
        axes.set_ylim(0, max([*highest, 0.05]) * 1.08)
        _weeks(axes, table, week)
        _lines(axes, table, week, values, steps=False)

    words = "; ".join(_course(table, week, column) for column in values)
    margins = Margins(left=52, right=122)
    return drawn(table, draw, height=330, margins=margins, title=title or table.title, words=words)


def against_the_diagonal(table: ReportTable, *, said_column: int, found: int, title: str = "") -> Figure:
    """Points of what was predicted against what came to pass."""
    pairs = [
        (_number(row[said_column]), cell) for row in table.rows for cell in (row[found],) if isinstance(cell, Estimate)
    ]

    def draw(axes: Axes) -> None:
        square(axes, table, across=said_column, up=found, diagonal="both are the same")
        for first, second in pairs:
            axes.plot([first, first], [second.low, second.high], color=DEEP, linewidth=2)
            axes.plot(first, second.value, "o", color=DEEP, markersize=6)

    words = "; ".join(
        f"predicted {said(first, Unit.SHARE)}, found {_in_words(second, Unit.SHARE)}" for first, second in pairs
    )
    margins = Margins(left=66, right=22, below=54)
    return drawn(table, draw, height=356, margins=margins, title=title or table.title, words=words)


def shares_of(table: ReportTable, *, across: int, up: int, title: str = "") -> Figure:
    """A Lorenz curve: what share of all showings goes to the roles that are shown least."""
    points = [(_number(row[across]), _number(row[up])) for row in table.rows if isinstance(row[up], int | float)]

    def draw(axes: Axes) -> None:
        square(axes, table, across=across, up=up, diagonal="if all were shown alike")
        axes.plot([x for x, _ in points], [y for _, y in points], color=DEEP, linewidth=2)

    words = "; ".join(f"{said(x, Unit.SHARE)}: {said(y, Unit.SHARE)}" for x, y in points)
    margins = Margins(left=66, right=22, below=54)
    return drawn(table, draw, height=356, margins=margins, title=title or table.title, words=words)


# -- parts -------------------------------------------------------------------------------------------------------------


def _weeks(axes: Axes, table: ReportTable, week: int) -> list[float]:
    last = max([1.0, *(_number(row[week]) for row in table.rows)])
    ticks = [0.0, *(float(mark) for mark in _MARKS if mark <= last)]
    axes.set_xlim(0, last)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel("Weeks since the job started")
    axes.grid()
    number_axis(axes.yaxis, Unit.SHARE)
    return ticks


def _lines(axes: Axes, table: ReportTable, week: int, values: Sequence[int], *, steps: bool) -> None:
    ends = []
    for number, column in enumerate(values):
        points = _estimates(table, week, column)
        if points:
            line_of(axes, points, number=number, steps=steps, band=len(values) <= _MOST_BANDS)
            at, end = points[-1]
            ends.append((at, end.value, table.headings[column].words, colour_of(number)))
    if len(values) > 1:
        name_lines(axes, ends)


def _estimates(table: ReportTable, week: int, column: int) -> list[tuple[float, Estimate]]:
    """As far as a line is told: what comes after a gap is not joined to what stands before it."""
    points = []
    for row in table.rows:
        cell = row[column]
        if isinstance(cell, Estimate):
            points.append((_number(row[week]), cell))
        elif points:
            break
    return points


def _course(table: ReportTable, week: int, column: int) -> str:
    told = dict(_estimates(table, week, column))
    at = [f"{said(told[mark].value, Unit.SHARE)} at {mark} weeks" for mark in _MARKS if mark in told]
    return f"{table.headings[column].words}: {', '.join(at) or 'too few to tell'}"


def _beside(row: Sequence[Cell], count: int) -> str:
    return "cannot say" if any(isinstance(cell, Unsaid) for cell in row) else shown(row[count], Unit.COUNT).value


def _in_words(cell: Cell, unit: Unit) -> str:
    told = shown(cell, unit)
    return " ".join(filter(None, (told.value, f"({told.between})" if told.between else "", told.of)))


def _number(cell: Cell) -> float:
    if isinstance(cell, Estimate):
        return cell.value
    return float(cell) if isinstance(cell, int | float) else float("nan")
