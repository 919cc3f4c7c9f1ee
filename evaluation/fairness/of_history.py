"""The measures of a history that are compared between groups: outcomes, exposure and order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from evaluation.fairness.measures import (
    Codes,
    Mask,
    Measure,
    Numbers,
    PerPerson,
    UntilEvent,
    happened_by,
    mean_time,
    still_going,
)
from evaluation.outcomes import starts
from evaluation.tables import Unit
from matching.model.people import ParticipantRoute
from matching.model.vacancy import VacancySource

if TYPE_CHECKING:
    from evaluation.history import History

A_YEAR_WEEKS = 52
#: Exposure is counted over the first weeks of support, of people who were there for so long.
EXPOSURE_WEEKS = 26
FIRST_LIST_DAYS = 90
FIRST_PLACES = 10


def measures_of(history: History, *, ranking: Numbers | None = None) -> tuple[Measure, ...]:
    """Return every measure; `ranking` is each participant's nDCG@10, NaN for those without an outcome."""
    found = [*_outcomes(history), *_exposure(history)]
    if ranking is not None:
        found.append(PerPerson(name="ndcg", words="order (nDCG@10)", unit=Unit.SHARE, values=ranking))
    return tuple(found)


def _outcomes(history: History) -> Iterator[Measure]:
    yield _first_job(history)
    jobs = starts(history)
    for weeks in (13, 26):
        yield UntilEvent(
            name=f"same_job_{weeks}_weeks",
            words=f"of jobs started, same job at {weeks} weeks",
            unit=Unit.SHARE,
            person=jobs["participant"].to_numpy().astype(np.int64),
            time=jobs["weeks"].to_numpy(np.float64),
            happened=jobs["ended"].to_numpy(np.bool_),
            up_to=weeks,
            read=still_going,
        )


def _first_job(history: History) -> Measure:
    """From programme start to the first job start; those who came with a job to keep are left out."""
    entered = _days(history.participants["entered_on"])
    last = _last_day(history)
    first = _earliest(history.placements, "started_on", count=len(entered))
    happened = np.isfinite(first) & (first <= last)
    without_job = (history.participants["route"] != ParticipantRoute.IN_WORK_RETENTION.value).to_numpy(np.bool_)
    people = np.flatnonzero(without_job & (entered <= last) & ~(first < entered))
    return UntilEvent(
        name="job_start",
        words="started a job within a year",
        unit=Unit.SHARE,
        person=people,
        time=(np.where(happened, first, last) - entered)[people] / 7,
        happened=happened[people],
        up_to=A_YEAR_WEEKS,
        read=happened_by,
    )


def _exposure(history: History) -> Iterator[Measure]:
    entered, last = _days(history.participants["entered_on"]), _last_day(history)
    count = len(entered)
    drawn = _days(history.shortlists["drawn_on"])
    who = history.shortlists["participant"].to_numpy()
    first = _earliest(history.shortlists, "drawn_on", count=count)
    happened = np.isfinite(first)
    here = np.flatnonzero(entered <= last)
    yield UntilEvent(
        name="first_list_days",
        words=f"days to the first list (at most {FIRST_LIST_DAYS})",
        unit=Unit.DAYS,
        person=here,
        time=np.maximum(np.where(happened, first, last) - entered, 0)[here],
        happened=happened[here],
        up_to=FIRST_LIST_DAYS,
        read=mean_time,
    )
    settled = entered + 7 * EXPOSURE_WEEKS <= last
    early = drawn < entered[who] + 7 * EXPOSURE_WEEKS
    list_of = history.entries["shortlist"].to_numpy()
    attention = 1 / np.log2(1 + history.entries["position"].to_numpy(np.float64))
    yield _first_weeks("lists", "lists", np.bincount(who[early], minlength=count), settled)
    shown = early[list_of]
    people = who[list_of]
    yield _first_weeks("suggestions", "suggestions", np.bincount(people[shown], minlength=count), settled)
    weighed = np.bincount(people[shown], weights=attention[shown], minlength=count)
    yield _first_weeks("exposure", "suggestions, each weighed by its place", weighed, settled)
    yield _quality(history, people, attention, count)
    source = history.vacancies["source"].isin([VacancySource.UNADVERTISED.value, VacancySource.CARVED.value])
    hidden = source.to_numpy(np.float64)[history.entries["vacancy"].to_numpy()]
    yield PerPerson(
        name="unadvertised",
        words="share of suggestions not advertised",
        unit=Unit.SHARE,
        values=_mean_by_person(hidden, np.ones(len(hidden)), people, count),
    )


def _first_weeks(name: str, words: str, totals: Codes | Numbers, settled: Mask) -> Measure:
    return PerPerson(
        name=name,
        words=f"{words} in the first {EXPOSURE_WEEKS} weeks",
        unit=Unit.NUMBER,
        values=np.where(settled, totals.astype(np.float64), np.nan),
    )


def _quality(history: History, people: Codes, attention: Numbers, count: int) -> Measure:
    """How well what was shown first fitted, by the score at the time; the mean of a person's first pages."""
    top = history.entries["position"].to_numpy() <= FIRST_PLACES
    score = history.entries["score"].to_numpy(np.float64)
    return PerPerson(
        name="fit_shown",
        words="score of what was shown, weighed by place",
        unit=Unit.NUMBER,
        values=_mean_by_person(score[top], attention[top], people[top], count),
    )


def _mean_by_person(values: Numbers, weights: Numbers, people: Codes, count: int) -> Numbers:
    total = np.bincount(people, weights=weights, minlength=count)
    means = np.bincount(people, weights=values * weights, minlength=count) / np.where(total > 0, total, 1.0)
    return np.where(total > 0, means, np.nan)


def _days(column: object) -> Numbers:
    return column.to_numpy().astype("datetime64[D]").astype(np.float64)  # type: ignore[attr-defined,no-any-return]


def _last_day(history: History) -> float:
    return float(np.datetime64(history.data_until, "D").astype(np.float64))


def _earliest(frame: object, day: str, *, count: int) -> Numbers:
    """For each participant the first day of any row; infinite for those without one."""
    first = np.full(count, np.inf)
    np.minimum.at(first, frame["participant"].to_numpy(), _days(frame[day]))  # type: ignore[index]
    return first
