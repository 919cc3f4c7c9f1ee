"""How long jobs last: the curve, what it says at a few times, and the share of a year that is worked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaluation.estimates import FEWEST, Estimate
from evaluation.metrics.survival import Curve, log_rank, restricted_mean
from evaluation.outcomes import lasting
from evaluation.report.basis import A_YEAR_WEEKS, MORE_WEEKS, Basis, count_of, curve_of, heading, people_in, told_at
from evaluation.report.figures import curves
from evaluation.report.parts import Part, Section
from evaluation.tables import Cell, ReportTable, Unit, Unsaid, Withheld

if TYPE_CHECKING:
    from pandas import DataFrame

_WORDS = {"from_list": "From a list", "other": "Found another way"}


def lasting_section(basis: Basis) -> Section:
    """Return the section."""
    week_table = by_week(basis)
    return Section(
        name="lasting",
        title="How long jobs last",
        says=(
            "A job that still runs is counted for as long as it was seen. It is neither a success nor the opposite.",
            "Jobs from a list and jobs found another way differ in many ways. This does not show what a list does.",
        ),
        parts=(
            Part(
                table=week_table,
                figure=curves(week_table, values=(1, 3), at_risk=(2, 4), title="Jobs that still run, week by week"),
                folded=True,
            ),
            Part(table=at_times(basis)),
            Part(table=in_a_year(basis)),
        ),
    )


def _groups(basis: Basis) -> dict[str, DataFrame]:
    from_list = basis.jobs["from_list"].to_numpy()
    return {"from_list": basis.jobs[from_list], "other": basis.jobs[~from_list]}


def by_week(basis: Basis) -> ReportTable:
    """Return the share that still runs at each week of the first year, and how many jobs were still followed."""
    of = {name: curve_of(jobs) for name, jobs in _groups(basis).items()}
    rows = []
    for week in range(A_YEAR_WEEKS + 1):
        row: list[Cell] = [week]
        for curve in of.values():
            row += [told_at(curve, week), _followed(curve, week)]
        rows.append(tuple(row))
    columns = [
        each
        for name, words in _WORDS.items()
        for each in (
            heading(name, words, Unit.SHARE),
            heading(f"{name}_at_risk", f"Still followed: {words.lower()}", Unit.COUNT),
        )
    ]
    return ReportTable(
        name="lasting_by_week",
        title="Jobs that still run, week by week",
        says="The share of jobs that still run, with the jobs that were still followed. By Kaplan and Meier's method.",
        headings=(heading("week", "Week", Unit.COUNT), *columns),
        rows=tuple(rows),
        notes=("Intervals are for 95 in 100 (log-log). A person's jobs count together.",),
    )


def at_times(basis: Basis) -> ReportTable:
    """Return both rates at 13, 26, 39 and 52 weeks: by the curve, and of the jobs that began long enough ago."""
    rows: list[tuple[Cell, ...]] = []
    for name, jobs in _groups(basis).items():
        curve, few = curve_of(jobs), people_in(jobs) < FEWEST
        for weeks in MORE_WEEKS:
            found = lasting(jobs, weeks)
            cohort: Cell = found.cohort
            if isinstance(cohort, Estimate) and (few or cohort.count < FEWEST):
                cohort = Withheld()
            share = Withheld() if few and len(jobs) else told_at(curve, weeks)
            rows.append((_WORDS[name], weeks, share, cohort, count_of(found.out_of_sight)))
    return ReportTable(
        name="lasting_at_times",
        title="Still in the same job",
        says="Two ways to count. The first uses every job for as long as it was seen. "
        "The second uses only jobs that began long enough ago.",
        headings=(
            heading("jobs", "Jobs"),
            heading("weeks", "Weeks", Unit.COUNT),
            heading("curve", "All jobs, as long as seen", Unit.SHARE),
            heading("cohort", "Jobs that began long enough ago", Unit.SHARE),
            heading("out_of_sight", "Of those, lost from sight", Unit.COUNT),
        ),
        rows=tuple(rows),
        notes=("Jobs lost from sight are left out of the second way, because nobody knows how they went on.",),
    )


def in_a_year(basis: Basis) -> ReportTable:
    """Return the mean weeks in the job within the first year, and whether the two kinds of jobs differ."""
    rows: list[tuple[Cell, ...]] = []
    for name, jobs in _groups(basis).items():
        mean: Cell = restricted_mean(jobs["weeks"], jobs["ended"], A_YEAR_WEEKS, jobs["participant"])
        median: Cell = curve_of(jobs).median()
        if people_in(jobs) < FEWEST:
            mean = median = Withheld()
        rows.append((_WORDS[name], count_of(len(jobs)), count_of(people_in(jobs)), mean, median))
    test = log_rank(basis.jobs["weeks"], basis.jobs["ended"], basis.jobs["from_list"], basis.jobs["participant"])
    enough = min(people_in(jobs) for jobs in _groups(basis).values()) >= FEWEST
    told = (
        f"A log-rank test of both kinds of jobs gives p = {test.p:.3f}."
        if enough and not isinstance(test, Unsaid)
        else "There are too few jobs to test whether both kinds differ."
    )
    return ReportTable(
        name="lasting_in_a_year",
        title="Weeks in the job",
        says="How much of the first year is spent in the job, and after how long half of the jobs have ended.",
        headings=(
            heading("jobs", "Jobs"),
            heading("starts", "Job starts", Unit.COUNT),
            heading("people", "People", Unit.COUNT),
            heading("mean_weeks", "Mean weeks of the first 52", Unit.WEEKS),
            heading("median_weeks", "Half had ended after (weeks)", Unit.WEEKS),
        ),
        rows=tuple(rows),
        notes=(told,),
    )


def _followed(curve: Curve, week: int) -> Cell:
    """Told at a few weeks alone: from week to week it would tell of single jobs."""
    return count_of(curve.at_risk_at(week)) if week in (0, *MORE_WEEKS) else None
