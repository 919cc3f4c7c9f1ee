"""Whether what was said of a role at the time came true: a model's chances where there were any, else the score."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from evaluation.columns import value_column
from evaluation.estimates import FEWEST, Estimate
from evaluation.metrics.calibration import Tenth, brier_at, recalibration, reliability
from evaluation.report.basis import Basis, count_of, curve_of, heading
from evaluation.report.figures import against_the_diagonal, rates
from evaluation.report.parts import Part, Section
from evaluation.tables import Cell, ReportTable, Unit, Unsaid, Withheld
from matching.model.finding import Aspect

Numbers = NDArray[np.float64]

#: A model's chance is that of half a year; a score is set beside a quarter.
MODEL_WEEKS, SCORE_WEEKS = 26, 13
#: Fewer jobs with a chance than this tell nothing.
_FEWEST_JOBS = 50


def calibration_section(basis: Basis) -> Section:
    """Return the section."""
    jobs = basis.listed
    entries = basis.history.entries.iloc[jobs["entry"].to_numpy()]
    chance = entries[value_column(Aspect.LASTING)].to_numpy(np.float64)
    if (~np.isnan(chance)).sum() >= _FEWEST_JOBS:
        return _of_a_model(basis, chance)
    return _of_the_score(basis, entries["score"].to_numpy(np.float64))


def _of_a_model(basis: Basis, chance: Numbers) -> Section:
    table = by_tenth(basis, chance, at=MODEL_WEEKS, name="calibration", of="Said to last")
    return Section(
        name="calibration",
        title="Whether what was said came true",
        says=(
            f"For these lists a model said how likely a job is to last {MODEL_WEEKS} weeks. That was before any of "
            "them began.",
            "If it is right, jobs that were said to last in 6 of 10 cases do last in 6 of 10.",
        ),
        parts=(
            Part(table=table, figure=against_the_diagonal(table, said_column=1, found=4)),
            Part(table=_summary(basis, chance)),
        ),
    )


def _of_the_score(basis: Basis, score: Numbers) -> Section:
    table = by_tenth(basis, score, at=SCORE_WEEKS, name="calibration", of="Mean score")
    return Section(
        name="calibration",
        title="Scores and jobs that last",
        says=(
            "No model said how likely these jobs were to last. So there are no chances to check.",
            f"A score is no chance: it puts roles in order. Here it stands beside the share that lasted {SCORE_WEEKS} "
            "weeks.",
        ),
        parts=(Part(table=table, figure=rates(table, value=4), folded=True),),
    )


def by_tenth(basis: Basis, said: Numbers, *, at: int, name: str, of: str) -> ReportTable:
    """Return, for each tenth of the jobs from the lowest number to the highest, what was said and what came of it."""
    jobs = basis.listed
    known = ~np.isnan(said)
    kept = jobs[known]
    tenths = reliability(said[known], kept["weeks"], kept["ended"], at, kept["participant"])
    return ReportTable(
        name=name,
        title="What was said, and what came of it",
        says=f"Jobs from a list, in tenths from the lowest to the highest, and the share that lasted {at} weeks.",
        headings=(
            heading("tenth", "Tenth"),
            heading("said", of, Unit.SHARE if of == "Said to last" else Unit.NUMBER),
            heading("jobs", "Jobs", Unit.COUNT),
            heading("people", "People", Unit.COUNT),
            heading("lasted", f"Lasted {at} weeks", Unit.SHARE),
        ),
        rows=tuple(_row(each) for each in tenths),
        notes=(f"{int(known.sum()):,} jobs from a list. Tenths with the same number are told together.",)
        if known.sum() >= FEWEST
        else (),
    )


def _row(tenth: Tenth) -> tuple[Cell, ...]:
    words = f"{tenth.lowest:.2f} to {tenth.highest:.2f}"
    if tenth.people < FEWEST:
        return (words, *[Withheld()] * 4)
    return (words, tenth.predicted, tenth.jobs, count_of(tenth.people), tenth.observed)


def _summary(basis: Basis, chance: Numbers) -> ReportTable:
    return ReportTable(
        name="calibration_summary",
        title="How far off, in numbers",
        says="How far off the chances are, and whether they lie too far apart or too high.",
        headings=(heading("measure", "Measure"), heading("value", "Value", Unit.NUMBER), heading("best", "Best")),
        rows=tuple(_measures(basis, chance)),
        notes=("A base rate, said of every job alike, has the Brier score in the second row.",),
    )


def _measures(basis: Basis, chance: Numbers) -> Iterator[tuple[Cell, ...]]:
    jobs = basis.listed[~np.isnan(chance)]
    said = chance[~np.isnan(chance)]
    weeks, ended, people = jobs["weeks"], jobs["ended"], jobs["participant"]
    yield "Brier score", brier_at(said, weeks, ended, MODEL_WEEKS, people), "0"
    base = np.full(len(said), _base_rate(basis))
    yield "Brier score of the base rate", brier_at(base, weeks, ended, MODEL_WEEKS, people), "0"
    line = recalibration(said, weeks, ended, MODEL_WEEKS, people)
    for words, name, best in (
        ("Slope", "slope", "1"),
        ("Intercept", "intercept", "0"),
        ("Level (intercept at slope 1)", "in_the_large", "0"),
    ):
        yield words, line if isinstance(line, Unsaid) else getattr(line, name), best


def _base_rate(basis: Basis) -> float:
    found = curve_of(basis.listed).at(MODEL_WEEKS)
    return found.value if isinstance(found, Estimate) else 0.5
