"""Match-to-sustain rates of groups: by what was known of the role, the finding or the person at the time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evaluation.dimensions import Codes, Dimension, dimensions
from evaluation.estimates import FEWEST, Estimate
from evaluation.funnel import Steps
from evaluation.metrics.survival import LogRank, kaplan_meier, log_rank
from evaluation.outcomes import NOT_KNOWN, SAME_JOB_WEEKS, days_of, same_job
from evaluation.reaching import WITHIN_WEEKS, starts_of_put_forward
from evaluation.tables import Cell, Heading, ReportTable, Unit, Unsaid
from evaluation.withholding import TOTAL, withhold

if TYPE_CHECKING:
    from pandas import DataFrame

_STARTS = (
    Heading(name="people_started", words="People who started", unit=Unit.COUNT),
    Heading(name="starts", words="Job starts", unit=Unit.COUNT),
    *(Heading(name=f"week_{week}", words=f"Same job at {week} weeks", unit=Unit.SHARE) for week in SAME_JOB_WEEKS),
)
_PUT_FORWARD = (
    Heading(name="people_put_forward", words="People put forward", unit=Unit.COUNT),
    Heading(name="put_forward", words="Roles put forward", unit=Unit.COUNT),
    Heading(name="start_share", words="Started within a year of that", unit=Unit.SHARE),
)
_OF_STARTS = ("starts", *(f"week_{week}" for week in SAME_JOB_WEEKS))
_ONE_GROUP = 2  # and the total
_NOT_A_CAUSE = "Groups differ in more than this. The table does not show what brings the difference about."


def breakdowns(steps: Steps) -> tuple[ReportTable, ...]:
    """Return a table for each dimension, and one by the month of the start.

    Of the aspects, those with the same finding for everybody have no table.
    """
    tables = [by_dimension(steps, each) for each in dimensions(steps.history)]
    kept = [table for table in tables if len(table.rows) > _ONE_GROUP or not table.name.startswith("by_verdict")]
    return (*kept, by_month(steps))


def by_dimension(steps: Steps, dimension: Dimension) -> ReportTable:
    """Return, for each group, what was put forward, what share of it started, and what share of the starts lasted."""
    forward, jobs = steps.forward, steps.listed_jobs
    of_forward = dimension.codes(entries=forward.entry, participants=forward.participant)
    of_jobs = dimension.codes(entries=jobs["entry"].to_numpy(), participants=jobs["participant"].to_numpy())
    rows: list[tuple[Cell, ...]] = []
    for code, label in enumerate(dimension.labels):
        which = of_forward == code
        mine = jobs[of_jobs == code]
        if which.any() or len(mine):
            rows.append((label, *_forward_cells(steps, which), *start_cells(mine)))
    rows.append((TOTAL, *_forward_cells(steps, np.ones(len(of_forward), bool)), *start_cells(jobs)))
    table = ReportTable(
        name=f"by_{dimension.name}",
        title=dimension.title,
        says="Of roles put forward, how many became a job; of jobs that started from a list, how many last.",
        headings=(Heading(name="group", words=dimension.title, unit=Unit.WORDS), *_PUT_FORWARD, *_STARTS),
        rows=tuple(rows),
        notes=(
            *log_rank_note(jobs, of_jobs),
            f"Starts are counted within {WITHIN_WEEKS} weeks of being put forward. What may still come is not counted "
            "as missing.",
            _NOT_A_CAUSE,
        ),
    )
    both = ("people_put_forward", "people_started")
    told_of: dict[str, Sequence[str]] = {"put_forward": ["people_put_forward"], "start_share": both}
    # Where too few were put forward, that none of them started is told of too few.
    told_of |= dict.fromkeys(("people_started", *_OF_STARTS), both)
    return withhold(table, told_of=told_of)


def by_month(steps: Steps) -> ReportTable:
    """Return how the jobs lasted that started in each month; the latest have hardly been followed yet."""
    jobs = steps.listed_jobs
    months = days_of(jobs["started_on"]).astype("datetime64[M]")
    names, codes = np.unique(months, return_inverse=True)
    rows: list[tuple[Cell, ...]] = [(str(name), *start_cells(jobs[codes == code])) for code, name in enumerate(names)]
    rows.append((TOTAL, *start_cells(jobs)))
    table = ReportTable(
        name="by_month",
        title="Month of the job start",
        says="Of jobs that started from a list in each month, how many last.",
        headings=(Heading(name="month", words="Month", unit=Unit.WORDS), *_STARTS),
        rows=tuple(rows),
        notes=log_rank_note(jobs, codes),
    )
    return withhold(table, told_of=dict.fromkeys(_OF_STARTS, ("people_started",)))


def start_cells(jobs: DataFrame) -> tuple[Cell, ...]:
    """People, starts, and the share in the same job at 13 and 26 weeks by Kaplan-Meier."""
    people = len(np.unique(jobs["participant"].to_numpy()))
    if not people:
        return 0, 0, *[None] * len(SAME_JOB_WEEKS)
    return people, len(jobs), *(lasting_share(jobs, weeks) for weeks in SAME_JOB_WEEKS)


def lasting_share(jobs: DataFrame, weeks: float) -> Estimate | Unsaid:
    """The share in the same job after so many weeks, if that is known of ten starts at least."""
    known = (jobs["followed_weeks"].to_numpy() >= weeks) & (same_job(jobs, weeks) != NOT_KNOWN)
    if known.sum() < FEWEST:
        return Unsaid(why=f"Of fewer than {FEWEST} jobs is it known how they stood after {weeks:g} weeks.")
    return kaplan_meier(jobs["weeks"], jobs["ended"], jobs["participant"]).at(weeks)


def log_rank_note(jobs: DataFrame, codes: Codes) -> tuple[str, ...]:
    """How often chance alone would bring groups so far apart, in words; nothing where there are no two to compare."""
    people = jobs["participant"].to_numpy()
    large = [code for code in np.unique(codes) if len(np.unique(people[codes == code])) >= FEWEST]
    kept = np.isin(codes, large)
    found = log_rank(jobs["weeks"].to_numpy()[kept], jobs["ended"].to_numpy()[kept], codes[kept], people[kept])
    return tuple(_in_words(found)) if isinstance(found, LogRank) else ()


def _in_words(found: LogRank) -> Iterator[str]:
    often = f"about {100 * found.p:.0f} in 100" if found.p >= 0.01 else "fewer than 1 in 100"
    p = f"p = {found.p:.3f}" if found.p >= 0.001 else "p under 0.001"
    yield (
        f"Were all groups alike, chance alone would set them so far apart in {often} histories (log-rank test, {p})."
    )
    yield "With so many tables, about one in 20 comes to 5 in 100 or fewer by chance alone."


def _forward_cells(steps: Steps, which: NDArray[np.bool_]) -> tuple[Cell, ...]:
    people = len(np.unique(steps.forward.participant[which]))
    if not people:
        return 0, 0, None
    return people, int(which.sum()), starts_of_put_forward(steps.history, steps.jobs, steps.forward, which)
