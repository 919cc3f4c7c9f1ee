"""How jobs end: which endings, how soon, and how many; they compete, so one makes the others rarer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evaluation.columns import NOBODY
from evaluation.estimates import FEWEST
from evaluation.metrics.survival import cumulative_incidence
from evaluation.report.basis import A_YEAR_WEEKS, MORE_WEEKS, Basis, heading
from evaluation.report.figures import incidences
from evaluation.report.parts import Part, Section
from evaluation.tables import Cell, ReportTable, Unit, Unsaid, Withheld
from evaluation.withholding import withhold
from matching.model.placement import LeavingReason

#: Endings as the report tells them: single reasons are too few, and some are too private.
ENDINGS: Mapping[str, tuple[str, frozenset[LeavingReason]]] = {
    "better_job": ("A better job", frozenset({LeavingReason.BETTER_JOB})),
    "planned_move": (
        "A planned move or study",
        frozenset({LeavingReason.PLANNED_MOVE, LeavingReason.MOVED_TO_EDUCATION, LeavingReason.RETIRED}),
    ),
    "job_ended": (
        "The job came to an end",
        frozenset({LeavingReason.TEMP_ENDED, LeavingReason.REDUNDANCY, LeavingReason.HOURS_CHANGED_BY_EMPLOYER}),
    ),
    "dismissed": (
        "Dismissed",
        frozenset({LeavingReason.DISMISSED_CONDUCT, LeavingReason.DISMISSED_PERFORMANCE}),
    ),
    "left": ("Left the job", frozenset(each for each in LeavingReason if each.startswith("quit_"))),
    "health": (
        "Health",
        frozenset({LeavingReason.HEALTH_PHYSICAL, LeavingReason.HEALTH_MENTAL, LeavingReason.RELAPSE_RECOVERY}),
    ),
    "life": (
        "Life outside work",
        frozenset({LeavingReason.CARING, LeavingReason.HOUSING_MOVE, LeavingReason.SAFETY, LeavingReason.DIED}),
    ),
    "not_known": ("Not known", frozenset({LeavingReason.UNKNOWN})),
}
_NOT_KNOWN = list(ENDINGS).index("not_known")


def endings_section(basis: Basis) -> Section:
    """Return the section."""
    table = by_week(basis)
    return Section(
        name="endings",
        title="How jobs end",
        says=(
            "Not every ending is a bad one: a better job is an ending too.",
            "Endings compete. Who left for a better job cannot be dismissed from the old one.",
        ),
        parts=(
            Part(
                table=table,
                figure=incidences(table, values=range(1, len(table.headings)), title="Jobs that have ended, by ending"),
                folded=True,
            ),
            Part(table=at_times(basis)),
        ),
    )


def cause_of(basis: Basis) -> NDArray[np.int64]:
    """For each job start the number of its ending in `ENDINGS`; `NOBODY` while it runs."""
    number = {reason.value: place for place, (_, reasons) in enumerate(ENDINGS.values()) for reason in reasons}
    said = basis.jobs["end_reason"].astype(object).where(basis.jobs["end_reason"].notna(), None)
    causes = np.array([number.get(each, _NOT_KNOWN) for each in said], dtype=np.int64)
    return np.where(basis.jobs["ended"].to_numpy(), causes, NOBODY)


def by_week(basis: Basis) -> ReportTable:
    """Return the share of jobs that has ended in each way, for each week of the first year."""
    told = at_times(basis)
    people = [heading.name for heading in told.headings].index("people")
    withheld = {name: row[people] for name, row in zip(ENDINGS, told.rows, strict=True)}
    found = _shares(basis, range(A_YEAR_WEEKS + 1))
    return ReportTable(
        name="endings_by_week",
        title="Jobs that have ended, by ending",
        says="The share of all job starts that has ended in each way by each week (cumulative incidence).",
        headings=(
            heading("week", "Week", Unit.COUNT),
            *(heading(name, words, Unit.SHARE) for name, (words, _) in ENDINGS.items()),
        ),
        rows=tuple(
            (
                week,
                *(cell if isinstance(cell := withheld[name], Withheld) else found[name][week] for name in ENDINGS),
            )
            for week in range(A_YEAR_WEEKS + 1)
        ),
        notes=("By Aalen and Johansen's method: jobs that still run are counted for as long as they were seen.",),
    )


def at_times(basis: Basis) -> ReportTable:
    """Return how many people's jobs have ended in each way, and the share at 13, 26, 39 and 52 weeks."""
    found, people = _shares(basis, MORE_WEEKS), _people(basis)
    table = ReportTable(
        name="endings_at_times",
        title="Endings at 13, 26, 39 and 52 weeks",
        says="Of all job starts, how many have ended in each way by then.",
        headings=(
            heading("ending", "Ending"),
            heading("people", "People", Unit.COUNT),
            *(heading(f"week_{week}", f"By week {week}", Unit.SHARE) for week in MORE_WEEKS),
        ),
        rows=tuple((words, people[name], *found[name]) for name, (words, _) in ENDINGS.items()),
        notes=(f"An ending of fewer than {FEWEST} people is withheld, with another where that would give it away.",),
    )
    return withhold(table, told_of={f"week_{week}": ("people",) for week in MORE_WEEKS})


def _people(basis: Basis) -> dict[str, int]:
    """How many people's jobs have ended in each way."""
    causes, people = cause_of(basis), basis.jobs["participant"].to_numpy()
    return {name: len(np.unique(people[causes == place])) for place, name in enumerate(ENDINGS)}


def _shares(basis: Basis, weeks: Sequence[int]) -> dict[str, list[Cell]]:
    jobs = basis.jobs
    found = cumulative_incidence(jobs["weeks"], cause_of(basis), jobs["participant"])
    followed = {week: int((jobs["weeks"].to_numpy() >= week).sum()) for week in weeks}

    def told(place: int, week: int) -> Cell:
        if followed[week] < FEWEST:
            return Unsaid(why=f"Fewer than {FEWEST} were followed for {week} weeks.")
        return found[place].at(week) if place in found else 0.0

    return {name: [told(place, week) for week in weeks] for place, name in enumerate(ENDINGS)}
