"""Earnings thresholds, beside how many hours people wanted: who wants few hours needs many weeks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from evaluation.dimensions import HOURS_WANTED
from evaluation.estimates import Estimate
from evaluation.metrics.intervals import complement
from evaluation.metrics.survival import kaplan_meier
from evaluation.report.basis import MORE_WEEKS, Basis, count_of, heading, told_at
from evaluation.report.figures import rates
from evaluation.report.parts import Part, Section
from evaluation.tables import Cell, ReportTable, Unit, Unsaid, Withheld
from evaluation.thresholds import Reached
from evaluation.withholding import withhold
from matching.policy import ThresholdName

_WORDS = {ThresholdName.LOWER: "Lower threshold", ThresholdName.HIGHER: "Higher threshold"}
#: The week at which the first page tells of a threshold: later, most people's support has ended.
TOLD_AT_WEEK = 39
_EVERYBODY = "Everybody"

Mask = NDArray[np.bool_]


def earnings_section(basis: Basis) -> Section:
    """Return the section."""
    higher = by_hours(basis, ThresholdName.HIGHER)
    column = [each.name for each in higher.headings].index(f"week_{TOLD_AT_WEEK}")
    drawn = rates(higher, value=column, title=f"Higher threshold within {TOLD_AT_WEEK} weeks, by hours wanted")
    return Section(
        name="earnings",
        title="Earnings thresholds",
        says=(
            "A threshold is an amount earned, not a time in one job. At 37.5 hours a week it takes 12.5 weeks, "
            "at 10 hours 47 weeks.",
            "So who wants few hours reaches it late, or after support has ended. That is no fault of the job.",
            "Pay after support has ended does not count. Who had not reached the threshold by then is counted "
            "for as long as they were seen.",
        ),
        parts=(
            Part(table=higher, figure=drawn),
            Part(table=by_hours(basis, ThresholdName.LOWER)),
        ),
    )


def by_hours(basis: Basis, name: ThresholdName) -> ReportTable:
    """Return the share of people who reach a threshold within some weeks of their first start, by hours wanted."""
    found = basis.steps.thresholds[name]
    wanted = basis.history.participants["hours_wanted"].to_numpy(np.float64)
    groups = {_EVERYBODY: np.ones(len(wanted), bool)}
    groups |= {words: (wanted >= least) & (wanted < below) for words, (least, below) in HOURS_WANTED.items()}
    groups["Not said"] = np.isnan(wanted)
    if isinstance(found, Unsaid):
        rows: tuple[tuple[Cell, ...], ...] = ((_EVERYBODY, None, found, *[None] * (len(MORE_WEEKS) - 1)),)
    else:
        rows = tuple(_rows(found, groups))
    table = ReportTable(
        name=f"threshold_{name.value}",
        title=_WORDS[name],
        says="Of people who started a job, how many had earned the amount within so many weeks of their first start.",
        headings=(
            heading("hours", "Hours wanted a week"),
            heading("people", "People", Unit.COUNT),
            *(heading(f"week_{week}", f"Within {week} weeks", Unit.SHARE) for week in MORE_WEEKS),
        ),
        rows=rows,
        notes=_notes(found),
    )
    return withhold(table, told_of={f"week_{week}": ("people",) for week in MORE_WEEKS}, total=_EVERYBODY)


def reached_by(found: Reached, weeks: float, which: Mask | slice = slice(None)) -> Estimate | Unsaid | Withheld:
    """The share of some people that has reached a threshold by a week after their first start."""
    curve = kaplan_meier(found.weeks[which], found.reached[which], found.participant[which])
    told = told_at(curve, weeks)
    return told if isinstance(told, Withheld) else complement(told)


def _rows(found: Reached, groups: Mapping[str, Mask]) -> Iterator[tuple[Cell, ...]]:
    for words, which in groups.items():
        own = which[found.participant]
        people = len(np.unique(found.participant[own]))
        shares = [reached_by(found, week, own) for week in MORE_WEEKS] if people else [None] * len(MORE_WEEKS)
        yield (words, people, *shares)


def _notes(found: Reached | Unsaid) -> tuple[str, ...]:
    if isinstance(found, Unsaid):
        return ()
    notes = ["The figures come from the rules in the outcome policy. Check them against the guidance in force."]
    for number, words in (
        (found.without_pay, "had no pay on record, so nothing is known of them"),
        (found.without_rule, "started on a day for which no threshold is set"),
    ):
        told = count_of(number)
        if told:
            notes.append(f"{'Fewer than 10' if isinstance(told, Withheld) else format(told, ',')} people {words}.")
    return tuple(notes)
