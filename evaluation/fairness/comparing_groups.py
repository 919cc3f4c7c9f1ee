"""Each measure for each self-declared group beside everybody else's, what is withheld, and where an alarm is raised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.estimates import FEWEST, Estimate
from evaluation.fairness.measures import NO_GROUP, Codes, Mask, Measure
from evaluation.metrics.intervals import difference, ratio
from evaluation.tables import Heading, ReportTable, Unit, Unsaid, Withheld
from evaluation.withholding import withhold

if TYPE_CHECKING:
    from evaluation.history import History

#: What people say who do not say; they are of no group.
NOT_SAID = frozenset({"prefers_not_to_say", "prefer_not_to_say", "not_stated", "not_said", "unknown"})
#: How often all tests together may raise an alarm where groups do not differ.
ALARM = 0.05

Told = Estimate | Unsaid | Withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigure:
    """A measure for one group: its figure, that of everyone else who is told of, and how far they are apart."""

    kind: str
    group: str
    measure: str
    people: int | Withheld
    figure: Told
    others: Told
    difference: Told
    ratio: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Whether groups of a kind differ in a measure by more than chance would have it.

    `chance_alone` is p of the one test of this kind and measure; `adjusted` is p after Holm over the whole family: all
    kinds and measures of the report. An alarm is raised where `adjusted` is under 0.05, so in a world without
    differences a whole report raises any alarm at most one time in twenty.
    """

    kind: str
    measure: str
    groups: int
    chance_alone: float | Unsaid
    adjusted: float | Unsaid
    largest_gap: float | Unsaid  # between the highest and the lowest group told of

    @property
    def raised(self) -> bool:
        """Whether the difference is more than chance would have it."""
        return not isinstance(self.adjusted, Unsaid) and self.adjusted < ALARM


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """A kind of group: the names of its groups, and the group of each participant (`NO_GROUP` where not said)."""

    name: str
    groups: tuple[str, ...]
    of: Codes


def kinds_of(history: History) -> tuple[Kind, ...]:
    """Return the kinds of groups that people were asked about, by name; none where nobody was asked."""
    if history.groups is None:
        return ()
    told = history.groups
    return tuple(_kind(history, str(name), rows) for name, rows in told.groupby("kind", observed=True, sort=True))


def _kind(history: History, name: str, rows: Any) -> Kind:
    said = rows["group"].astype(str).to_numpy()
    groups = tuple(sorted(set(said) - NOT_SAID))
    code = {group: number for number, group in enumerate(groups)}
    of = np.full(len(history.participants), NO_GROUP, np.int64)
    of[rows["participant"].to_numpy()] = [code.get(each, NO_GROUP) for each in said]
    return Kind(name=name, groups=groups, of=of)


def figures_of(kind: Kind, measure: Measure) -> list[GroupFigure]:
    """Return a measure for every group of a kind; groups of fewer than ten are withheld, with a complement."""
    masks = [kind.of == number for number in range(len(kind.groups))]
    people = np.array([measure.people(mask) for mask in masks])
    shown = may_be_shown(people)
    everyone = np.isin(kind.of, np.flatnonzero(shown)) & (kind.of != NO_GROUP)
    return [
        _figure(kind, group, measure, mask, everyone & ~mask, people=int(count))
        if told
        else _withheld(kind, group, measure, complement=bool(count >= FEWEST))
        for group, mask, count, told in zip(kind.groups, masks, people, shown, strict=True)
    ]


def may_be_shown(people: Codes) -> Mask:
    """Say which groups may be told of, by how many people each has: as `withhold` has it, and not those of nobody."""
    table = ReportTable(
        name="groups",
        title="",
        says="",
        headings=(
            Heading(name="group", words="", unit=Unit.WORDS),
            Heading(name="people", words="", unit=Unit.COUNT),
        ),
        rows=tuple((str(number), int(count)) for number, count in enumerate(people)),
    )
    return np.array([isinstance(count, int) and count > 0 for _, count in withhold(table).rows], np.bool_)


def _figure(kind: Kind, group: str, measure: Measure, who: Mask, others: Mask, *, people: int) -> GroupFigure:
    own, rest = measure.estimate(who), _rest(measure, others)
    apart: Told
    times: Told
    if isinstance(own, Estimate) and isinstance(rest, Estimate):
        apart, times = difference(own, rest), ratio(own, rest)
    else:
        apart = times = next(each for each in (own, rest) if not isinstance(each, Estimate))
    return GroupFigure(
        kind=kind.name,
        group=group,
        measure=measure.name,
        people=people,
        figure=own,
        others=rest,
        difference=apart,
        ratio=times,
    )


def _rest(measure: Measure, others: Mask) -> Told:
    if not measure.people(others):
        return Unsaid(why="No other group can be told of.")
    return measure.estimate(others)


def _withheld(kind: Kind, group: str, measure: Measure, *, complement: bool) -> GroupFigure:
    cell = Withheld(complement=complement)
    return GroupFigure(
        kind=kind.name,
        group=group,
        measure=measure.name,
        people=cell,
        figure=cell,
        others=cell,
        difference=cell,
        ratio=cell,
    )


def alarms_of(kinds: Sequence[Kind], measures: Sequence[Measure]) -> list[Alarm]:
    """Test every measure once for each kind, over the groups that may be told of, and adjust all by Holm."""
    pairs = [(kind, measure) for kind in kinds for measure in measures]
    told = [_shown_groups(kind, measure) for kind, measure in pairs]
    chances = [measure.chance_alone(group) for (_, measure), group in zip(pairs, told, strict=True)]
    return [
        Alarm(
            kind=kind.name,
            measure=measure.name,
            groups=len(np.unique(group[group != NO_GROUP])),
            chance_alone=chance,
            adjusted=after,
            largest_gap=largest_gap(measure, group),
        )
        for (kind, measure), group, chance, after in zip(pairs, told, chances, holm(chances), strict=True)
    ]


def holm(chances: Sequence[float | Unsaid]) -> list[float | Unsaid]:
    """Adjust p values for one another (Holm 1979); what was not tested stays unsaid and does not count.

    The k-th smallest of m is multiplied by m - k + 1, and is never less than one before it.
    """
    tested = [(chance, number) for number, chance in enumerate(chances) if not isinstance(chance, Unsaid)]
    adjusted, least = list(chances), 0.0
    for rank, (chance, number) in enumerate(sorted(tested)):
        least = max(least, min(1.0, chance * (len(tested) - rank)))
        adjusted[number] = least
    return adjusted


def _shown_groups(kind: Kind, measure: Measure) -> Codes:
    """The group of each participant, without those that are withheld."""
    people = np.array([measure.people(kind.of == number) for number in range(len(kind.groups))])
    shown = np.flatnonzero(may_be_shown(people))
    return np.where(np.isin(kind.of, shown), kind.of, NO_GROUP)


def largest_gap(measure: Measure, group: Codes) -> float | Unsaid:
    """Return how far the highest group is above the lowest; `group` is that of each participant, or `NO_GROUP`."""
    from fairlearn.metrics import MetricFrame

    rows = np.flatnonzero(group != NO_GROUP)
    if len(np.unique(group[rows])) < 2:
        return Unsaid(why="Fewer than two groups can be told of.")

    def of_group(people: Any, _: Any) -> float:
        who = np.zeros(len(group), np.bool_)
        who[np.asarray(people)] = True
        found = measure.estimate(who)
        return found.value if isinstance(found, Estimate) else np.nan

    # MetricFrame hands a metric the rows of each group; here they are row numbers of participants.
    frame = MetricFrame(metrics=of_group, y_true=rows, y_pred=rows, sensitive_features=group[rows])
    gap = float(frame.difference(method="between_groups"))
    return gap if np.isfinite(gap) else Unsaid(why="Of fewer than two groups there is a figure.")
