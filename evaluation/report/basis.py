"""What every section is made from: the history with its job starts, looked up once, and where chance starts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimates import FEWEST, Estimate
from evaluation.funnel import Steps, steps_of
from evaluation.graded import grades
from evaluation.metrics.survival import Curve, kaplan_meier
from evaluation.tables import Cell, Heading, Unit, Unsaid, Withheld

if TYPE_CHECKING:
    from pandas import DataFrame

    from evaluation.history import History

#: The weeks that outcomes are told at.
WEEKS = (13, 26)
MORE_WEEKS = (13, 26, 39, 52)
A_YEAR_WEEKS = 52


@dataclass(frozen=True, kw_only=True, eq=False)
class Basis:
    """A history and what several sections need of it."""

    history: History
    seed: int

    @cached_property
    def steps(self) -> Steps:
        """The steps from the list to lasting work, with the job starts and who reached the thresholds."""
        return steps_of(self.history)

    @property
    def jobs(self) -> DataFrame:
        """Every job start; see `evaluation.outcomes.starts`."""
        return self.steps.jobs

    @cached_property
    def listed(self) -> DataFrame:
        """The job starts that came from a list."""
        return self.steps.listed_jobs

    @cached_property
    def graded(self) -> DataFrame:
        """How far each entry came; see `evaluation.graded.grades`."""
        return grades(self.history, self.jobs)


def curve_of(jobs: DataFrame) -> Curve:
    """How long these jobs last, the variance summed by person."""
    return kaplan_meier(jobs["weeks"], jobs["ended"], jobs["participant"])


def told_at(curve: Curve, weeks: float) -> Estimate | Unsaid | Withheld:
    """The share at a time, as long as it is known of enough jobs what became of them by then."""
    if 0 < curve.count < FEWEST:
        return Withheld()
    found = curve.at(weeks)
    ended = int(curve.events[curve.times < weeks].sum())
    if isinstance(found, Estimate) and weeks > 0 and ended + curve.at_risk_at(weeks) < FEWEST:
        return Unsaid(why=f"Fewer than {FEWEST} were followed for {weeks:g} weeks or to their end.")
    return found


def people_in(jobs: DataFrame) -> int:
    """How many people these rows are of."""
    return len(np.unique(jobs["participant"].to_numpy()))


def heading(name: str, words: str, unit: Unit = Unit.WORDS) -> Heading:
    """The head of a column, in short."""
    return Heading(name=name, words=words, unit=unit)


def count_of(number: int) -> int | Withheld:
    """A count of people or of what they did; too few are not told of, and nobody is nobody."""
    return Withheld() if 0 < number < FEWEST else int(number)


def of_enough(cell: Cell, people: ArrayLike) -> Cell:
    """A cell as it is, unless it tells of too few different people, however many rows they have."""
    return Withheld() if cell is not None and 0 < len(np.unique(np.asarray(people))) < FEWEST else cell
