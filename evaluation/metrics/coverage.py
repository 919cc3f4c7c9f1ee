"""Which roles are ever shown, how evenly, and what became of those that were never advertised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.columns import NOBODY
from evaluation.estimates import Estimate
from evaluation.metrics.intervals import share_of
from evaluation.outcomes import entry_rows, starts
from evaluation.tables import Unsaid
from matching.model.shortlist import Choice
from matching.model.vacancy import VacancySource

if TYPE_CHECKING:
    from pandas import DataFrame

    from evaluation.history import History

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What of all roles was shown, and how evenly.

    Exposure is what being shown is worth: each entry gives its role 1 / log2(1 + position). A Gini of 0 means that all
    have the same, near 1 that very few have nearly all; roles and employers that were never listed count as 0.
    `people_per_opening` is the mean number of different people to whom each opening of a listed role was shown.
    """

    vacancies: int
    listed: Estimate | Unsaid
    gini_of_vacancies: float | Unsaid
    gini_of_employers: float | Unsaid
    people_per_opening: float | Unsaid
    unadvertised: Mapping[str, Estimate | Unsaid]  # of those listed, put forward, started: the share not advertised
    stretch_taken: Estimate | Unsaid  # of stretch suggestions, the share that was put forward
    others_taken: Estimate | Unsaid  # of all other entries


def coverage(history: History, jobs: DataFrame | None = None) -> Coverage:
    """Return coverage and exposure; `jobs` is what `evaluation.outcomes.starts` returns, if it is at hand."""
    vacancies, entries = history.vacancies, history.entries
    role = entries["vacancy"].to_numpy()
    shown = np.bincount(role, minlength=len(vacancies)) > 0
    discounts = 1 / np.log2(1 + entries["position"].to_numpy(np.float64))
    exposure = np.bincount(role, weights=discounts, minlength=len(vacancies)).astype(np.float64)
    employer = _dense(vacancies["employer"].cat.codes.to_numpy())
    taken = np.zeros(len(entries), dtype=bool)
    taken[_put_forward(history)] = True
    people = history.shortlists["participant"].to_numpy()[entries["shortlist"].to_numpy()]
    stretch = entries["stretch"].fillna(False).to_numpy(bool)
    return Coverage(
        vacancies=len(vacancies),
        listed=share_of(shown),
        gini_of_vacancies=gini(exposure),
        gini_of_employers=gini(np.bincount(employer, weights=exposure)),
        people_per_opening=_people_per_opening(history, people, role),
        unadvertised=_unadvertised(history, taken, people, starts(history) if jobs is None else jobs),
        stretch_taken=share_of(taken[stretch], people[stretch]),
        others_taken=share_of(taken[~stretch], people[~stretch]),
    )


def gini(amounts: ArrayLike) -> float | Unsaid:
    """Return the Gini coefficient: half the mean difference of two amounts, as a share of their mean.

    >>> gini([1, 1, 1, 1]), gini([0, 0, 0, 1])
    (0.0, 0.75)
    """
    rising = np.sort(np.asarray(amounts, dtype=np.float64))
    total = float(rising.sum())
    if not total:
        return Unsaid(why="Nothing was shown.")
    count = len(rising)
    return float((2 * np.arange(1, count + 1) - count - 1) @ rising / (count * total))


def _unadvertised(
    history: History, taken: NDArray[np.bool_], people: Rows, jobs: DataFrame
) -> Mapping[str, Estimate | Unsaid]:
    hidden = (history.vacancies["source"] != VacancySource.ADVERTISED).to_numpy()[history.entries["vacancy"].to_numpy()]
    started = jobs["entry"].to_numpy()
    started = started[started != NOBODY]
    return {
        "listed": share_of(hidden, people),
        "put_forward": share_of(hidden[taken], people[taken]),
        "started": share_of(hidden[started], people[started]),
    }


def _people_per_opening(history: History, people: Rows, role: Rows) -> float | Unsaid:
    if not len(role):
        return Unsaid(why="Nothing was shown.")
    pairs = np.unique(role.astype(np.int64) * max(len(history.participants), 1) + people)
    by_role = np.bincount(pairs // max(len(history.participants), 1), minlength=len(history.vacancies))
    openings = history.vacancies["openings"].fillna(1).to_numpy(np.float64)  # a role without a number has one opening
    shown = by_role > 0
    return float((by_role[shown] / openings[shown]).mean())


def _put_forward(history: History) -> Rows:
    decisions = history.decisions[(history.decisions["choice"] == Choice.PUT_FORWARD).to_numpy()]
    rows = entry_rows(history, decisions["shortlist"], decisions["vacancy"])
    found: Rows = rows[rows != NOBODY]
    return found


def _dense(codes: NDArray[Any]) -> Rows:
    """Codes from 0 on, without those that do not occur."""
    found: Rows = np.unique(codes, return_inverse=True)[1]
    return found
