"""The first page: what can be said, what cannot and why, for whom it differs, what changed, and what it rests on.

Plain English for a reading age of about ten. A word of cause is used only where chance decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from evaluation.columns import TABLES
from evaluation.estimates import FEWEST, Estimate
from evaluation.fairness import Alarm, Fairness, GroupFigure, worded
from evaluation.outcomes import lasting
from evaluation.report.basis import A_YEAR_WEEKS, Basis
from evaluation.report.headlines import headlines
from evaluation.report.parts import FirstPage, Section
from evaluation.report.previous import Previous, changes
from evaluation.report.saying import in_hundred, in_words, said
from evaluation.tables import ReportTable, Unit, Unsaid
from evaluation.thresholds import shipped_policy
from evaluation.withholding import is_told
from matching.tables import RowStatus

if TYPE_CHECKING:
    from pandas import DataFrame

MEANINGS: tuple[tuple[str, str], ...] = (
    ("List", "Roles for one person, in order. They read it with their specialist."),
    ("Job start", "A first day at work."),
    ("Lasted 13 weeks", "In the same job 13 weeks after the first day."),
    ("Lower and higher threshold", "Amounts that a person has to earn. They do not say how long a job lasts."),
    ("In brackets", "How sure we are. The true number most likely lies between the two."),
    ("We cannot say", "The facts do not tell. It does not mean no, and it does not mean yes."),
)
#: What a measure of groups is about, in a sentence that begins "There is a gap in".
_DIFFER_IN = {
    "job_start": "how many start a job within a year",
    "same_job_13_weeks": "how many jobs last 13 weeks",
    "same_job_26_weeks": "how many jobs last 26 weeks",
    "first_list_days": "how many days they wait for a first list",
    "lists": "how many lists they get",
    "suggestions": "how many roles they are shown",
    "exposure": "how many roles they are shown near the top",
    "fit_shown": "how well the roles that they are shown fit",
    "unadvertised": "how many of their roles were not advertised",
    "ndcg": "how well their lists are in order",
}
_MOST_DIFFERENCES = 5


def first_page(
    basis: Basis, *, fairness: Fairness, sections: Sequence[Section], previous: Previous | None
) -> FirstPage:
    """Return the first page of a report."""
    history, told = basis.history, headlines(basis)
    return FirstPage(
        headlines=told,
        can_say=tuple(_can_say(basis, sections)),
        cannot_say=tuple(_cannot_say(basis, sections)),
        for_whom=tuple(_for_whom(fairness)),
        changed=tuple(changes(told, previous, data_until=history.data_until, simulated=history.simulated)),
        rests_on=tuple(_rests_on(basis)),
        meanings=MEANINGS,
    )


# -- what can be said --------------------------------------------------------------------------------------------------


def _can_say(basis: Basis, sections: Sequence[Section]) -> Iterator[str]:
    history = basis.history
    people, lists, jobs = (_number(frame) for frame in (history.participants, history.shortlists, history.placements))
    yield f"We looked at {people} people, {lists} lists and {jobs} jobs. {_listed(basis)}".strip()
    yield "The six numbers above are six things. A job can be short and pay enough, or be long and pay little."
    table = _table(sections, "endings_at_times")
    better = _cell(table, "A better job", f"week_{A_YEAR_WEEKS}")
    if isinstance(better, Estimate):
        yield (
            f"Not every end is bad. Of {better.count:,} jobs, about {in_hundred(better.value)} ended within a year "
            "for a better one."
        )
    yield from _open_policies(sections)


def _number(frame: DataFrame) -> str:
    return f"{len(frame):,}" if is_told(len(frame)) else f"fewer than {FEWEST}"


def _listed(basis: Basis) -> str:
    listed = len(basis.listed)
    if 0 < listed < FEWEST or 0 < len(basis.jobs) - listed < FEWEST:
        return ""
    return f"Of the jobs, {listed:,} came from a list." if len(basis.jobs) else ""


def _open_policies(sections: Sequence[Section]) -> Iterator[str]:
    """What chance in the lists lets us say of another order; the one place where a cause is named."""
    table = _table(sections, "policies_job_start")
    if table is None:
        return
    columns = [each.name for each in table.headings]
    gain, by_chance = columns.index("gain"), columns.index("by_chance")
    told = [(row[0], row[gain]) for row in table.rows[1:] if row[by_chance] == "yes"]
    gains = [(order, cell) for order, cell in told if isinstance(cell, Estimate)]
    apart = [(order, cell) for order, cell in gains if cell.low > 0 or cell.high < 0]
    if gains and not apart:
        yield "Chance put some roles in order, so we could try other orders. We saw no clear change in job starts."
    for order, cell in apart:
        more = "more" if cell.value > 0 else "fewer"
        yield f"Chance put some roles in order. This order would have brought {more} job starts: {order}."


# -- what cannot -------------------------------------------------------------------------------------------------------


def _cannot_say(basis: Basis, sections: Sequence[Section]) -> Iterator[str]:
    yield "We cannot say that a list is why a job lasted. Jobs from a list differ from other jobs in many ways."
    for weeks in (13, 26):
        lost = lasting(basis.listed, weeks).out_of_sight
        if lost >= FEWEST:
            yield f"We lost sight of {lost:,} jobs before week {weeks}. Nobody knows how they went on."
    yield from _about_thresholds(basis)
    yield from _closed_policies(sections)
    if basis.history.groups is None:
        yield "We cannot say for whom it goes less well. Nobody has been asked what group they are of."


def _about_thresholds(basis: Basis) -> Iterator[str]:
    policy = shipped_policy(basis.history.data_until)
    if policy is None:
        yield "No earnings threshold is known for this time."
        return
    if policy.lower.hours_per_week is None or policy.lower.weeks is None:
        yield "We cannot say who reached the lower threshold. Nobody has set it."
    if len(basis.history.earnings):
        yield "We do not know what people earn once their support has ended. Who wants few hours may get there later."
    if policy.higher.status is not RowStatus.VERIFIED:
        yield "The amount of the higher threshold is not checked yet. Look it up in your own contract."


def _closed_policies(sections: Sequence[Section]) -> Iterator[str]:
    table = _table(sections, "policies_job_start")
    closed = [row[0] for row in table.rows if isinstance(row[1], Unsaid)] if table is not None else []
    if table is not None and len(closed) == len(table.rows):
        yield "We cannot say what another order of the lists would have brought. Too little was left to chance."
    elif closed:
        yield (
            f"We cannot say what {len(closed)} other ways to order the lists would have brought. "
            "The lists never tried them enough."
        )


# -- for whom ----------------------------------------------------------------------------------------------------------


def _for_whom(fairness: Fairness) -> Iterator[str]:
    if not fairness.kinds:
        yield "Nobody has been asked what group they are of, so we cannot look."
        return
    raised = sorted(fairness.raised(), key=_how_likely)
    tests = sum(not isinstance(each.adjusted, Unsaid) for each in fairness.alarms)
    if not raised:
        yield f"We made {tests} tests and found no gap larger than chance brings. A small gap may still be there."
        return
    for alarm in raised[:_MOST_DIFFERENCES]:
        yield _difference(fairness, alarm)
    if len(raised) > _MOST_DIFFERENCES:
        yield f"There are {len(raised) - _MOST_DIFFERENCES} more gaps. See the tables for groups."
    yield f"We made {tests} tests. Chance alone brings a gap in one report of 20. We do not know why a gap is there."


def _how_likely(alarm: Alarm) -> float:
    return 1.0 if isinstance(alarm.adjusted, Unsaid) else alarm.adjusted


def _difference(fairness: Fairness, alarm: Alarm) -> str:
    unit = next(each.unit for each in fairness.measures if each.name == alarm.measure)
    told = [
        (each, each.figure)
        for each in fairness.figures
        if each.kind == alarm.kind and each.measure == alarm.measure and isinstance(each.figure, Estimate)
    ]
    low, high = min(told, key=lambda each: each[1].value), max(told, key=lambda each: each[1].value)
    return (
        f"There is a gap by {worded(alarm.kind).lower()} in {_DIFFER_IN.get(alarm.measure, alarm.measure)}. "
        f"The lowest is {_of_group(*low, unit)}. The highest is {_of_group(*high, unit)}."
    )


def _of_group(group: GroupFigure, figure: Estimate, unit: Unit) -> str:
    number = in_hundred(figure.value) if unit is Unit.SHARE else said(figure.value, unit)
    return f"{worded(group.group)} with {number}, of {figure.count:,}"


# -- what it rests on --------------------------------------------------------------------------------------------------


def _rests_on(basis: Basis) -> Iterator[str]:
    history = basis.history
    used = sum(len(frame) for name in TABLES if (frame := history.table(name)) is not None)
    read = sum(history.rows_read.values()) or used
    if read == used:
        yield f"We read {read:,} rows and used them all."
    else:
        yield f"We read {read:,} rows and used {used:,}. The others tell of days after {in_words(history.data_until)}."
    running = int(np.sum(~basis.jobs["ended"].to_numpy()))
    if running >= FEWEST:
        yield f"When we last looked, {running:,} jobs still ran. We count each for as long as we saw it."
    yield "A job that still runs is not a success yet. It is not the other thing either."
    yield f"We tell nothing of fewer than {FEWEST} people. Such numbers are left out."


# -- looking tables up -------------------------------------------------------------------------------------------------


def _table(sections: Sequence[Section], name: str) -> ReportTable | None:
    tables = (part.table for section in sections for part in section.parts)
    return next((table for table in tables if table.name == name), None)


def _cell(table: ReportTable | None, row: str, column: str) -> object:
    if table is None:
        return None
    place = [each.name for each in table.headings].index(column)
    return next((each[place] for each in table.rows if each[0] == row), None)
