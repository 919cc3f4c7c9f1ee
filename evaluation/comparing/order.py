"""How high a ranking puts what was chosen, started and lasted: nDCG@10 of each person's lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from evaluation.comparing.exposure import FIRST_PLACES, attention
from evaluation.graded import SETTLED_AFTER_WEEKS, grades
from evaluation.off_policy.placing import Numbers, Pages, Placing
from evaluation.outcomes import days_of

if TYPE_CHECKING:
    from evaluation.history import History


def ndcg_by_person(history: History, pages: Pages, *placings: Placing) -> list[Numbers]:
    """Return each participant's mean nDCG@10 over settled lists with an outcome, for each ranking; else NaN.

    Outcomes are graded (put forward 1, start 2, 13 weeks 3, 26 weeks 4). Where chance takes part, the gain is the
    expected one; the best order's gain does not depend on chance.
    """
    gain, settled = _graded(history, pages)
    ideal = _ideal(gain, pages)
    told = settled & (ideal > 0)
    person = history.shortlists["participant"].to_numpy()
    people = len(history.participants)
    lists = np.bincount(person[told], minlength=people)
    found = []
    for placing in placings:
        share = pages.by_list(gain * attention(placing))[told] / ideal[told]
        total = np.bincount(person[told], weights=share, minlength=people)
        found.append(np.divide(total, lists, out=np.full(people, np.nan), where=lists > 0))
    return found


def _graded(history: History, pages: Pages) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """The grade of each entry, and which lists are old enough for every grade with no job out of sight."""
    graded = grades(history)
    gain = np.zeros(len(history.entries))
    gain[graded["entry"].to_numpy()] = graded["grade"].to_numpy(np.float64)
    age = np.datetime64(history.data_until, "D") - days_of(history.shortlists["drawn_on"])
    old = age >= np.timedelta64(7 * SETTLED_AFTER_WEEKS, "D")
    return gain, old & (pages.by_list((~graded["settled"].to_numpy()).astype(np.float64)) == 0)


def _ideal(gain: Numbers, pages: Pages) -> Numbers:
    """The discounted gain of the best order of each list."""
    order = np.lexsort((-gain, pages.list_of))
    rank = np.empty(len(order), np.int64)
    rank[order] = pages.place[pages.order]
    discount = np.where(rank < FIRST_PLACES, 1 / np.log2(rank + 2), 0.0)
    return pages.by_list(gain * discount)
