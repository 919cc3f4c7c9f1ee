"""The measurement of unknowns in words and files: tables for a page, CSV, JSON and a figure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.report import svg
from evaluation.report.files import check_free
from evaluation.unknowns.habits import Habit
from evaluation.unknowns.measuring import MEASURES, HabitResult, Ratio, Unknowns

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: How each habit is named beside "unknown is".
HABIT_WORDS = {Habit.ASK: "asked (our rule)", Habit.NO: "no", Habit.YES: "yes", Habit.IGNORED: "ignored"}

Say = Callable[[Ratio], str]


def markdown_of(unknowns: Unknowns) -> str:
    """Return what was measured, and two tables: of all pairs, and of the first ten of each list."""
    pairs = f"All pairs:\n\n{_table(unknowns, _PAIRS)}"
    return "\n".join([_about(unknowns), pairs, f"The first ten of each list:\n\n{_table(unknowns, _FIRST_TEN)}"])


def json_of(unknowns: Unknowns) -> str:
    """Return every figure as JSON."""
    return json.dumps(asdict(unknowns), indent=1) + "\n"


def csv_of(unknowns: Unknowns) -> str:
    """Return a row for each share hidden and habit; each figure with its part, whole, value and interval."""
    told = ("part", "whole", "value", "low", "high")
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(["hidden", "unknown_is", "draws", *(f"{name}_{each}" for name in MEASURES for each in told)])
    for line in unknowns.results:
        ratios = [getattr(getattr(line, name), each) for name in MEASURES for each in told]
        cells = ["" if ratio is None else f"{ratio:.6g}" if isinstance(ratio, float) else ratio for ratio in ratios]
        writer.writerow([f"{line.hidden:g}", line.habit.value, line.draws, *cells])
    return file.getvalue()


def write_unknowns(unknowns: Unknowns, folder: Path) -> None:
    """Write the figures, as CSV and JSON, and the drawing to a folder that is empty or not there yet."""
    check_free(folder)
    folder.mkdir(parents=True, exist_ok=True)
    contents = {"csv": csv_of(unknowns), "json": json_of(unknowns), "svg": figure_of(unknowns)}
    for ending, content in contents.items():
        (folder / f"unknowns.{ending}").write_text(content, encoding="utf-8", newline="")


# -- words -------------------------------------------------------------------------------------------------------------


def _about(unknowns: Unknowns) -> str:
    full = unknowns.results[0]
    draws = max(line.draws for line in unknowns.results)
    unknown = unknowns.pairs_of_unknown_truth
    left_out = f", and {unknown:,} are left out, as the full facts leave it open" if unknown else ""
    intervals = "fewer than ten people, so there are no intervals" if full.questions.low is None else _INTERVALS
    return (
        f"{unknowns.people:,} people, {unknowns.vacancies:,} vacancies, {unknowns.pairs:,} pairs: by the full facts "
        f"{full.false_exclusions.whole:,.0f} fit, {full.false_inclusions.whole:,.0f} do not{left_out}.\n"
        f"{unknowns.facts:,} facts can be hidden. Each share is drawn {draws:,} times (seed {unknowns.seed}); "
        f"pairs, places and lists are counted in every draw.\nIn brackets: {intervals}.\n"
    )


_INTERVALS = "95 % intervals over people"


def share_in_words(ratio: Ratio) -> str:
    """Write a share with its interval.

    >>> share_in_words(Ratio(part=2, whole=8, value=0.25, low=0.1, high=0.4))
    '25.0 % (10.0 to 40.0)'
    """
    if ratio.value is None:
        return NOTHING
    interval = "" if ratio.low is None or ratio.high is None else f" ({100 * ratio.low:.1f} to {100 * ratio.high:.1f})"
    return f"{100 * ratio.value:.1f} %{interval}"


def counted_in_words(ratio: Ratio) -> str:
    """Write a share with its interval and the count behind it.

    >>> counted_in_words(Ratio(part=2, whole=8, value=0.25, low=0.1, high=0.4))
    '25.0 % (10.0 to 40.0), 2'
    """
    return NOTHING if ratio.value is None else f"{share_in_words(ratio)}, {ratio.part:,.0f}"


def mean_in_words(ratio: Ratio) -> str:
    """Write a mean over lists with its interval.

    >>> mean_in_words(Ratio(part=3.0, whole=4, value=0.75, low=0.5, high=1.0))
    '0.75 (0.50 to 1.00)'
    """
    if ratio.value is None:
        return NOTHING
    interval = "" if ratio.low is None else f" ({ratio.low:.2f} to {ratio.high:.2f})"
    return f"{ratio.value:.2f}{interval}"


NOTHING = "-"  # where there is nothing to tell of, or the habit neither marks nor asks

#: Columns: how each is headed, the figure, and how it is said.
_Columns = Mapping[str, tuple[str, Say]]
_PAIRS: _Columns = {
    "left out, though it fits": ("false_exclusions", counted_in_words),
    "listed, though it does not": ("false_inclusions", counted_in_words),
    "of these “ask first”": ("inclusions_marked", share_in_words),
    "of these asked about": ("inclusions_questioned", share_in_words),
    "fits, and “ask first”": ("fits_marked", share_in_words),
}
_FIRST_TEN: _Columns = {
    "places filled": ("unfit_in_first", lambda ratio: f"{ratio.whole:,.0f}"),
    "does not fit": ("unfit_in_first", share_in_words),
    "and looks as if it did": ("unfit_shown_as_fitting", share_in_words),
    "of the true ten": ("overlap_at_10", mean_in_words),
    "nDCG@10": ("ndcg_at_10", mean_in_words),
    "questions a list": ("questions", mean_in_words),
    "that can exclude": ("deciding_questions", mean_in_words),
}
_OF_ASKING = ("inclusions_marked", "inclusions_questioned", "fits_marked", "questions", "deciding_questions")


def by_habit(unknowns: Unknowns, name: str) -> str:
    """Return a table of one figure: a row for each share hidden, a column for each habit."""
    say = mean_in_words if name.endswith("_at_10") else share_in_words
    rows = [["hidden", *HABIT_WORDS.values()]]
    for hidden in dict.fromkeys(line.hidden for line in unknowns.results):
        told = [say(getattr(unknowns.result(hidden, habit), name)) for habit in HABIT_WORDS]
        rows.append([f"{100 * hidden:.0f} %", *told])
    return _aligned(rows)


def _table(unknowns: Unknowns, columns: _Columns) -> str:
    rows = [["hidden", "unknown is", *columns]]
    for line in unknowns.results:
        asks = line.habit is Habit.ASK
        cells = [
            say(getattr(line, name)) if asks or name not in _OF_ASKING else NOTHING for name, say in columns.values()
        ]
        rows.append([f"{100 * line.hidden:.0f} %", HABIT_WORDS[line.habit], *cells])
    return _aligned(rows)


def _aligned(rows: list[list[str]]) -> str:
    """Markdown whose columns stand under each other on a terminal too."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    ruled = [rows[0], ["-" * width for width in widths], *rows[1:]]
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in ruled)
    return "".join(f"| {' | '.join(row)} |\n" for row in padded)


# -- figure ------------------------------------------------------------------------------------------------------------

_LOOKS = {
    Habit.NO: ("#a84e0c", (0, (6, 2)), "s"),
    Habit.YES: ("#28725b", (0, (2, 2)), "^"),
    Habit.IGNORED: ("#801650", (0, (8, 2, 2, 2)), "D"),
    Habit.ASK: ("#12436d", "solid", "o"),  # drawn last, since others lie on the same line
}


def figure_of(unknowns: Unknowns) -> str:
    """Draw who is left out wrongly, and what is shown as fitting and does not, as more is hidden; SVG."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    panels = {
        "false_exclusions": "Left out, though it fits",
        "unfit_shown_as_fitting": "First ten: looks as if it fits, but does not",
    }
    with mpl.rc_context({**svg.STYLE, "font.size": 10.5}):
        figure = Figure(figsize=(7.6, 4.0), layout="constrained")
        FigureCanvasSVG(figure)
        for axes, (name, title) in zip(figure.subplots(1, 2, sharey=True), panels.items(), strict=True):
            _draw(axes, unknowns.results, name)
            axes.set_title(title, loc="left", fontsize=10.5)
        lines = axes.get_legend_handles_labels()
        figure.legend(*lines, loc="outside lower center", ncols=2, frameon=False, handlelength=4)
        return svg.written(
            figure,
            name="unknowns",
            title="What each habit gets wrong as facts are hidden",
            says="Two line charts by the share of facts hidden; the table beside them has every value.",
        )


def _draw(axes: Axes, results: Sequence[HabitResult], name: str) -> None:
    for habit, (colour, dashes, marker) in _LOOKS.items():
        points = [(line.hidden * 100, getattr(line, name).value) for line in results if line.habit is habit]
        shown = [(hidden, 100 * value) for hidden, value in points if value is not None]
        label = f"unknown is {HABIT_WORDS[habit]}"
        axes.plot(*zip(*shown, strict=True), color=colour, linestyle=dashes, marker=marker, markersize=4, label=label)
    axes.set_xlabel("% of facts hidden")
    axes.set_ylim(-3, 103)
    axes.set_ylabel("%")
    axes.spines[["top", "right"]].set_visible(False)
