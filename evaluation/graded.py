"""How well lists were ordered, by what came of their entries: put forward, started, lasted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evaluation.estimates import FEWEST, Estimate
from evaluation.metrics.intervals import resample, spread_of
from evaluation.metrics.ranking import ListMetrics, by_list
from evaluation.outcomes import HELD, NOT_HELD, NOT_KNOWN, days_of, entry_rows, same_job, starts
from evaluation.tables import Cell, Heading, ReportTable, Unit, Unsaid
from evaluation.withholding import count_in_words
from matching.model.shortlist import Choice

if TYPE_CHECKING:
    from pandas import DataFrame

    from evaluation.history import History

#: A job that starts later than this after its list was drawn is not counted as brought by the list.
START_WITHIN_WEEKS = 26
#: A list this old has had the time for a start and for 26 weeks in the job.
SETTLED_AFTER_WEEKS = START_WITHIN_WEEKS + 26
FIRST = 10


class Grade(IntEnum):
    """How far an entry came."""

    NOTHING = 0
    PUT_FORWARD = 1
    STARTED = 2
    LASTED_13_WEEKS = 3
    LASTED_26_WEEKS = 4


def grades(history: History, jobs: DataFrame | None = None) -> DataFrame:
    """Return the grade of every entry so far, in their order; `settled` is false while a higher one may still come.

    `jobs` is what `evaluation.outcomes.starts` returns, if it is at hand. A job that was lost from sight leaves its
    entry unsettled.
    """
    from pandas import DataFrame

    grade = np.zeros(len(history.entries), dtype=np.int8)
    decisions = history.decisions[(history.decisions["choice"] == Choice.PUT_FORWARD).to_numpy()]
    grade[_found(entry_rows(history, decisions["shortlist"], decisions["vacancy"]))] = Grade.PUT_FORWARD
    drawn = days_of(history.shortlists["drawn_on"])[history.entries["shortlist"].to_numpy()]
    settled = drawn + np.timedelta64(START_WITHIN_WEEKS * 7, "D") <= np.datetime64(history.data_until, "D")
    brought = _brought(history, starts(history) if jobs is None else jobs)
    entry = brought["entry"].to_numpy()
    at_13, at_26 = same_job(brought, 13), same_job(brought, 26)
    reached = np.select([at_26 == HELD, at_13 == HELD], [Grade.LASTED_26_WEEKS, Grade.LASTED_13_WEEKS], Grade.STARTED)
    np.maximum.at(grade, entry, reached.astype(np.int8))
    settled[entry[at_26 == NOT_KNOWN]] = False
    settled[entry[at_26 == HELD]] = True
    # Who left the job early cannot start it from this list again.
    settled[entry[at_26 == NOT_HELD]] = True
    return DataFrame({"entry": np.arange(len(grade), dtype=np.int32), "grade": grade, "settled": settled})


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """Ranking metrics with their intervals, means over participants, and how many lists they are of.

    Of all `lists`, `old_enough` were drawn long enough ago, `out_of_sight` of these have a job that nobody saw the end
    of, and `counted` are the others in which something was put forward at least.
    """

    metrics: Mapping[str, Estimate | Unsaid]
    lists: int
    old_enough: int
    out_of_sight: int
    counted: int
    participants: int


#: The names of the metrics and what they are called.
METRICS: Mapping[str, str] = {
    "ndcg": f"nDCG@{FIRST}",
    "average_precision": "MAP",
    "reciprocal_rank": "MRR",
    "recall": f"recall@{FIRST}",
    "precision": f"precision@{FIRST}",
}


def ranking_metrics(
    history: History, *, seed: int, graded: DataFrame | None = None, places: NDArray[Any] | None = None
) -> Graded:
    """Return how well the lists were ordered, with 95 % intervals by drawing participants again.

    `graded` is what `grades` returns, if it is at hand. `places` puts the entries into another order than that in
    which they were shown. A participant with several lists counts once, by their mean.
    """
    graded = grades(history) if graded is None else graded
    lists = history.entries["shortlist"].to_numpy()
    drawn = days_of(history.shortlists["drawn_on"])
    old = drawn + np.timedelta64(SETTLED_AFTER_WEEKS * 7, "D") <= np.datetime64(history.data_until, "D")
    unsettled = np.bincount(lists, weights=~graded["settled"].to_numpy(), minlength=len(old)) > 0
    best = np.zeros(len(old), dtype=np.int8)
    np.maximum.at(best, lists, graded["grade"].to_numpy())
    counted = old & ~unsettled & (best > 0)
    kept = counted[lists]
    shown = history.entries["position"].to_numpy() if places is None else places
    found = by_list(FIRST, lists=lists[kept], places=shown[kept], grades=graded["grade"].to_numpy()[kept])
    people = history.shortlists["participant"].to_numpy()[found.lists]
    return Graded(
        metrics=means_by_person(found, people, seed=seed),
        lists=len(old),
        old_enough=int(old.sum()),
        out_of_sight=int((old & unsettled).sum()),
        counted=int(counted.sum()),
        participants=len(np.unique(people)),
    )


def means_by_person(found: ListMetrics, people: NDArray[Any], *, seed: int) -> Mapping[str, Estimate | Unsaid]:
    """Return each metric's mean over people, of each person's mean over lists."""
    person = np.unique(people, return_inverse=True)[1]
    lists = np.bincount(person)
    if len(lists) < FEWEST:
        return dict.fromkeys(METRICS, Unsaid(why=f"Fewer than {FEWEST} people have a list with an outcome."))
    values = np.stack([np.bincount(person, weights=getattr(found, name)) / lists for name in METRICS], axis=1)
    drawn = resample(lambda times: times @ values / len(values), people=len(values), seed=seed)
    told: dict[str, Estimate | Unsaid] = {}
    for column, name in enumerate(METRICS):
        low, high, error = spread_of(drawn[:, column])
        mean = float(values[:, column].mean())
        told[name] = Estimate(value=mean, low=low, high=high, count=len(values), standard_error=error)
    return told


def ranking_table(graded: Graded) -> ReportTable:
    """Return the metrics as the report shows them."""
    rows: list[tuple[Cell, ...]] = [(words, graded.metrics[name]) for name, words in METRICS.items()]
    return ReportTable(
        name="ranking",
        title="How well the lists were ordered",
        says=(
            "From 0 to 1: whether roles that came to something stood high on the list. An entry counts 1 if it was put "
            "forward, and 2 if the job started. It counts 3 if the job lasted 13 weeks, and 4 if it lasted 26."
        ),
        headings=(
            Heading(name="metric", words="Metric", unit=Unit.WORDS),
            Heading(name="mean", words="Mean over participants", unit=Unit.NUMBER),
        ),
        rows=tuple(rows),
        notes=(
            f"Lists: {graded.lists:,}. Drawn at least {SETTLED_AFTER_WEEKS} weeks before the last day of the history: "
            f"{count_in_words(graded.old_enough)}. Of these, lists with a role that was put forward count: "
            f"{count_in_words(graded.counted)}.",
            f"Left out, as a job that came of them was lost from sight: {count_in_words(graded.out_of_sight)}.",
            "Only roles that were put forward can come to anything, so these metrics favour the order that was shown.",
        ),
    )


def _brought(history: History, jobs: DataFrame) -> DataFrame:
    """The starts that came of an entry soon enough after its list was drawn."""
    jobs = jobs[jobs["from_list"].to_numpy()]
    drawn = days_of(history.shortlists["drawn_on"])[history.entries["shortlist"].to_numpy()[jobs["entry"].to_numpy()]]
    soon = days_of(jobs["started_on"]) - drawn <= np.timedelta64(START_WITHIN_WEEKS * 7, "D")
    return jobs[soon]


def _found(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return rows[rows >= 0]
