"""Whether it goes alike for groups of people, as they say of themselves: each measure by group, and gaps."""

from __future__ import annotations

from collections.abc import Iterator

from evaluation.fairness import Fairness, GroupFigure, worded
from evaluation.fairness.measures import Measure
from evaluation.report.basis import heading
from evaluation.report.figures import rates
from evaluation.report.parts import Part, Section
from evaluation.tables import Cell, ReportTable, Unit

#: The measures that are drawn; the others are told in tables.
_DRAWN = ("job_start", "same_job_13_weeks")


def groups_section(fairness: Fairness) -> Section:
    """Return the section; without groups it says that nobody was asked."""
    if not fairness.kinds:
        return Section(
            name="groups",
            title="Groups of people",
            says=("The history holds no groups, so nothing can be said. People may be asked, and may decline.",),
            parts=(),
        )
    return Section(
        name="groups",
        title="Groups of people",
        says=(
            "Groups are as people said of themselves, for equality monitoring. They take no part in any list.",
            "A difference is a reason to ask why. It does not show a cause, and nothing is adjusted for.",
            "Those who did not say are in no group. A group of fewer than 10 is withheld.",
        ),
        parts=(Part(table=_tested(fairness), folded=True), *_parts(fairness)),
    )


def _tested(fairness: Fairness) -> ReportTable:
    return next(table for table in fairness.tables() if table.name == "fairness_alarms")


def _parts(fairness: Fairness) -> Iterator[Part]:
    for measure in fairness.measures:
        table = _by_group(fairness, measure)
        yield (
            Part(table=table, figure=rates(table, value=2, whole=measure.unit is Unit.SHARE), folded=True)
            if measure.name in _DRAWN
            else Part(table=table, folded=True)
        )


def _by_group(fairness: Fairness, measure: Measure) -> ReportTable:
    unit = measure.unit
    return ReportTable(
        name=f"groups_{measure.name}",
        title=f"By group: {measure.words}",
        says="Each group beside everybody else of whom it can be told.",
        headings=(
            heading("group", "Group"),
            heading("people", "People", Unit.COUNT),
            heading("figure", "Figure", unit),
            heading("others", "Everybody else", unit),
            heading("difference", "Difference", unit),
            heading("ratio", "Ratio", Unit.NUMBER),
        ),
        rows=tuple(_row(each) for each in fairness.figures if each.measure == measure.name),
    )


def _row(figure: GroupFigure) -> tuple[Cell, ...]:
    return (
        f"{worded(figure.kind)}: {worded(figure.group)}",
        figure.people,
        figure.figure,
        figure.others,
        figure.difference,
        figure.ratio,
    )
