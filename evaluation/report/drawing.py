"""What figures are drawn with: a canvas that fits a phone, marks with intervals, lines with names, numbers below.

Everything can be read in grey: lines differ by dashes and carry their names, and a value stands beside its mark.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.estimates import Estimate
from evaluation.report import svg
from evaluation.report.saying import said, shown
from evaluation.tables import Cell, ReportTable, Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Points of 1/72 inch. Narrow, so that the letters are still read on a phone.
WIDTH = 380.0
TEXT = 12.0
SMALL = 10.5
ROW, ROW_OF_TWO = 25.0, 36.0  # the height of a row, and where a name needs two lines
NUMBERS_BELOW = 32.0  # the height of a line of numbers with its name
LABELS = 142.0  # room for the names of rows
INK = "#0b0c0c"
QUIET = "#505a5f"
LINE = "#b1b4b6"
DEEP = "#12436d"
#: Told apart by who sees no red or no green, and by their dashes in grey.
_COLOURS = ("#12436d", "#a84e0c", "#28725b", "#801650", "#3d3d3d", "#2073bc", "#6b4700", "#5b3a8c")
_DASHES: tuple[Any, ...] = (
    "solid",
    (0, (6, 2)),
    (0, (2, 2)),
    (0, (8, 2, 2, 2)),
    (0, (4, 1, 1, 1, 1, 1)),
    (0, (1, 1)),
    (0, (10, 3)),
    (0, (3, 4)),
)
_LOOK = {
    "font.size": TEXT,
    "axes.labelsize": TEXT,
    "xtick.labelsize": TEXT,
    "ytick.labelsize": TEXT,
    "axes.edgecolor": LINE,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.major.pad": 7,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A drawn figure; `name` is the stem of its file and `table` the name of the table that it is drawn from."""

    name: str
    title: str
    says: str
    table: str
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """Room around the axes, in points."""

    left: float
    right: float
    below: float = 50.0
    above: float = 10.0


def drawn(
    table: ReportTable, draw: Callable[[Axes], None], *, height: float, margins: Margins, title: str, words: str
) -> Figure:
    """Draw a figure of a table; `words` say the same to who cannot see it."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    with mpl.rc_context({**svg.STYLE, **_LOOK}):
        canvas = Canvas(figsize=(WIDTH / 72, height / 72))
        across, up = WIDTH - margins.left - margins.right, height - margins.below - margins.above
        axes = canvas.add_axes((margins.left / WIDTH, margins.below / height, across / WIDTH, up / height))
        draw(axes)
        says = f"{title}. {words}."
        text = svg.written(canvas, name=table.name, title=title, says=says)
    return Figure(name=table.name, title=title, says=says, table=table.name, svg=text)


def height_of(names: Sequence[str]) -> float:
    """The height that rows of these names need."""
    return len(names) * (ROW_OF_TWO if any("\n" in folded(name) for name in names) else ROW)


def label_rows(axes: Axes, names: Sequence[str]) -> None:
    """The names of the rows, each line by itself: the letters of a page are narrower than those of the layout."""
    axes.set_yticks([])
    axes.set_ylim(-len(names) + 0.4, 0.6)
    for place, name in enumerate(names):
        lines = folded(name).split("\n")
        for number, line in enumerate(lines):
            raised = (len(lines) - 1) / 2 - number
            axes.annotate(
                line,
                (0, -place),
                xycoords=("axes fraction", "data"),
                xytext=(-8, raised * TEXT * 1.15),
                textcoords="offset points",
                ha="right",
                va="center",
                annotation_clip=False,
            )


def mark_row(axes: Axes, *, place: float, cell: Cell, unit: Unit) -> None:
    """A mark with its interval, and the value beside the axes; in place of a cell without number, why."""
    if isinstance(cell, Estimate):
        if np.isfinite(cell.low) and np.isfinite(cell.high):
            axes.plot([cell.low, cell.high], [place, place], color=DEEP, linewidth=3, solid_capstyle="butt")
        axes.plot(cell.value, place, "o", color=DEEP, markersize=7, markeredgecolor="#ffffff", clip_on=False)
        beside = f"{said(cell.value, unit)} of {cell.count:,}"
    else:
        told = shown(cell, unit)
        beside = "cannot say" if told.kind == "unsaid" else told.value
    axes.annotate(
        beside,
        (1, place),
        xycoords=("axes fraction", "data"),
        xytext=(9, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
        annotation_clip=False,
    )


def line_of(axes: Axes, points: Sequence[tuple[float, Estimate]], *, number: int, steps: bool, band: bool) -> None:
    """A line, with its band of doubt if asked for."""
    weeks = [at for at, _ in points]
    colour = colour_of(number)
    if band:
        low, high = [cell.low for _, cell in points], [cell.high for _, cell in points]
        axes.fill_between(weeks, low, high, step="post" if steps else None, color=colour, alpha=0.16, linewidth=0)
    axes.plot(
        weeks,
        [cell.value for _, cell in points],
        color=colour,
        linestyle=_DASHES[number % len(_DASHES)],
        linewidth=2,
        drawstyle="steps-post" if steps else "default",
    )


def colour_of(number: int) -> str:
    """The colour of a line by its number."""
    return _COLOURS[number % len(_COLOURS)]


def name_lines(axes: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Names beside the ends of their lines (week, height, name, colour), moved apart where they end close together."""
    low, high = axes.get_ylim()
    last = axes.get_xlim()[1]
    places = spread([height for _, height, _, _ in ends], gap=(high - low) * 0.115)
    for (week, height, name, colour), place in zip(ends, places, strict=True):
        axes.annotate(
            folded(name, 20),
            (week, height),
            xytext=(last * 1.03, place),
            textcoords="data",
            color=colour,
            fontsize=SMALL,
            va="center",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.6,
                "relpos": (0, 0.5),
                "shrinkA": 1,
                "shrinkB": 0,
            },
        )


def spread(wanted: Sequence[float], *, gap: float) -> list[float]:
    """Move numbers up until each is at least `gap` above the one below; their order stays.

    >>> spread([0.2, 0.1, 0.0], gap=0.2)
    [0.4, 0.2, 0.0]
    """
    places = [0.0] * len(wanted)
    lowest = float("-inf")
    for place in sorted(range(len(wanted)), key=lambda each: (wanted[each], -each)):
        lowest = places[place] = max(wanted[place], lowest + gap)
    return places


def numbers_below(axes: Axes, *, says: str, told: Sequence[tuple[float, str]], line: int) -> None:
    """A line of numbers beneath the axis, each under its mark; `line` counts from 0 downwards."""
    down = -60 - line * NUMBERS_BELOW
    axes.annotate(
        says,
        (0, 0),
        xycoords="axes fraction",
        xytext=(-44, down),
        textcoords="offset points",
        fontsize=SMALL,
        annotation_clip=False,
    )
    for at, text in told:
        axes.annotate(
            text,
            (at, 0),
            xycoords=("data", "axes fraction"),
            xytext=(0, down - 15),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL,
            annotation_clip=False,
        )


def square(axes: Axes, table: ReportTable, *, across: int, up: int, diagonal: str) -> None:
    """Axes from none to all both ways, with a dashed line on which both are the same."""
    axes.plot([0, 1], [0, 1], color=QUIET, linestyle=(0, (4, 3)), linewidth=1)
    axes.text(0.02, 0.94, f"Dashed: {diagonal}", color=QUIET, fontsize=SMALL)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xlabel(table.headings[across].words)
    axes.set_ylabel(table.headings[up].words)
    axes.grid()
    number_axis(axes.xaxis, Unit.SHARE)
    number_axis(axes.yaxis, Unit.SHARE)


def number_axis(axis: Any, unit: Unit) -> None:
    """A few round numbers along an axis, as the tables write them."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

    limits = axis.get_view_interval()
    whole = unit is Unit.SHARE and tuple(limits) == (0.0, 1.0)
    axis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]) if whole else MaxNLocator(4))
    axis.set_major_formatter(
        FuncFormatter(lambda number, _: f"{100 * number:.3g}%" if unit is Unit.SHARE else f"{number:g}")
    )


def folded(text: str, width: int = 21) -> str:
    """A text on at most two lines."""
    return fill(svg.plain(text), width, max_lines=2, placeholder="…")
