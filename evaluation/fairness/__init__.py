"""Whether groups of people get suggestions and outcomes alike: figures, gaps and alarms by self-declared group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluation.fairness.comparing_groups import ALARM, Alarm, GroupFigure, alarms_of, figures_of, kinds_of
from evaluation.fairness.measures import Measure, Numbers
from evaluation.fairness.of_history import measures_of
from evaluation.tables import Cell, Heading, ReportTable, Unit

if TYPE_CHECKING:
    from evaluation.history import History

__all__ = ["Alarm", "Fairness", "GroupFigure", "fairness_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fairness:
    """Every measure by group; `kinds` is empty where nobody was asked what they say of themselves."""

    kinds: tuple[str, ...]
    measures: tuple[Measure, ...]
    figures: tuple[GroupFigure, ...]
    alarms: tuple[Alarm, ...]

    def raised(self) -> tuple[Alarm, ...]:
        """The differences that are more than chance would have it."""
        return tuple(alarm for alarm in self.alarms if alarm.raised)

    def tables(self) -> tuple[ReportTable, ...]:
        """The alarms, then for each kind the figures of its groups."""
        if not self.kinds:
            return ()
        return (self._alarm_table(), *(self._kind_table(kind) for kind in self.kinds))

    def _alarm_table(self) -> ReportTable:
        rows = [
            (
                worded(alarm.kind),
                self._words(alarm.measure),
                alarm.groups,
                alarm.largest_gap,
                alarm.chance_alone,
                alarm.adjusted,
                "yes" if alarm.raised else "no",
            )
            for alarm in self.alarms
        ]
        return ReportTable(
            name="fairness_alarms",
            title="Differences between groups",
            says="For each kind of group and each measure: the largest gap between two groups, and whether it is more "
            "than chance would bring.",
            headings=(
                Heading(name="kind", words="Kind", unit=Unit.WORDS),
                Heading(name="measure", words="Measure", unit=Unit.WORDS),
                Heading(name="groups", words="Groups told of", unit=Unit.COUNT),
                Heading(name="largest_gap", words="Largest gap", unit=Unit.NUMBER),
                Heading(name="chance_alone", words="Chance alone (p)", unit=Unit.NUMBER),
                Heading(name="adjusted", words="p adjusted for all tests", unit=Unit.NUMBER),
                Heading(name="alarm", words="Alarm", unit=Unit.WORDS),
            ),
            rows=tuple(rows),
            notes=(
                f"An alarm is raised where the adjusted p is under {ALARM}. Holm's adjustment is over all rows of this "
                "table: where no groups differ, one report in twenty raises any alarm.",
                "A difference here is not shown to be caused by the lists.",
            ),
        )

    def _kind_table(self, kind: str) -> ReportTable:
        rows: list[tuple[Cell, ...]] = [
            (
                self._words(each.measure),
                worded(each.group),
                each.people,
                each.figure,
                each.others,
                each.difference,
                each.ratio,
            )
            for each in self.figures
            if each.kind == kind
        ]
        return ReportTable(
            name=f"fairness_{kind}",
            title=f"By {worded(kind).lower()}",
            says="What each group got and how it went on, beside everyone else who said what group they are of.",
            headings=(
                Heading(name="measure", words="Measure", unit=Unit.WORDS),
                Heading(name="group", words="Group", unit=Unit.WORDS),
                Heading(name="people", words="People", unit=Unit.COUNT),
                Heading(name="figure", words="Figure", unit=Unit.NUMBER),
                Heading(name="others", words="Everyone else", unit=Unit.NUMBER),
                Heading(name="difference", words="Difference", unit=Unit.NUMBER),
                Heading(name="ratio", words="Ratio", unit=Unit.NUMBER),
            ),
            rows=tuple(rows),
            notes=(
                "Groups are as people said of themselves. Those who did not say are in no group.",
                "Groups of fewer than 10 people are withheld, with one more where that would give them away.",
            ),
        )

    def _words(self, measure: str) -> str:
        return next(each.words for each in self.measures if each.name == measure)


def fairness_of(history: History, *, ranking: Numbers | None = None) -> Fairness:
    """Return every measure by group; `ranking` is the nDCG@10 of each participant's lists, where that is known."""
    kinds, measures = kinds_of(history), measures_of(history, ranking=ranking)
    return Fairness(
        kinds=tuple(kind.name for kind in kinds),
        measures=measures,
        figures=tuple(figure for kind in kinds for measure in measures for figure in figures_of(kind, measure)),
        alarms=tuple(alarms_of(kinds, measures)),
    )


def worded(word: str) -> str:
    """A word of a history as it stands in a table."""
    return word.replace("_", " ").capitalize()
