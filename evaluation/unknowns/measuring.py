"""What not knowing costs: who is left out or listed wrongly as facts are hidden, by our rule and by three habits.

The truth of a pair (a person and a vacancy) is whether the full facts exclude it. Facts of the vacancies are then
hidden by chance, and the engine draws up the lists again. What is unknown may be asked about (our rule), taken for no,
taken for yes, or passed over.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Progress
from evaluation.estimates import FEWEST
from evaluation.unknowns.habits import COUNTS, Habit, Known, counted, with_facts_hidden
from evaluation.unknowns.truth_sets import TruthSet, facts_of
from matching.errors import Invalid
from matching.shortlisting import Shortlister

SHARES_HIDDEN = (0.0, 0.1, 0.2, 0.4, 0.6, 0.8)
DRAWS = 5
_RESAMPLES = 1000

#: Each figure of a line: a count, and what it is a part of.
_RATIOS = {
    "false_exclusions": ("fit_left_out", "fit"),
    "false_inclusions": ("unfit_listed", "unfit"),
    "inclusions_marked": ("unfit_marked", "unfit_listed"),
    "inclusions_questioned": ("unfit_questioned", "unfit_listed"),
    "fits_marked": ("fit_marked", "fit"),
    "unfit_in_first": ("shown_unfit", "shown"),
    "unfit_shown_as_fitting": ("shown_unfit_unmarked", "shown"),
    "overlap_at_10": ("shared", "lists"),
    "ndcg_at_10": ("ndcg", "lists"),
    "questions": ("questions", "all_lists"),
    "deciding_questions": ("deciding", "all_lists"),
}


MEASURES = tuple(_RATIOS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A part of a whole, with its 95 % interval over people; no value where the whole is nothing."""

    part: float
    whole: float
    value: float | None
    low: float | None  # no interval of fewer than ten people
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HabitResult:
    """What one habit does at one share of hidden facts; pairs are counted in every draw."""

    hidden: float
    habit: Habit
    draws: int
    false_exclusions: Ratio  # of the pairs that fit, how many are left out
    false_inclusions: Ratio  # of the pairs that do not fit, how many are listed
    inclusions_marked: Ratio  # of those, how many say "ask first"
    inclusions_questioned: Ratio  # of those, how many carry a question that would settle it
    fits_marked: Ratio  # of the pairs that fit, how many say "ask first"
    unfit_in_first: Ratio  # of the places among the first ten, how many go to what does not fit
    unfit_shown_as_fitting: Ratio  # the same, without the mark "ask first"
    overlap_at_10: Ratio  # how much of the first ten by the full facts is among the first ten, mean over lists
    ndcg_at_10: Ratio  # with grades 10 to 1 for the first ten by the full facts, mean over lists
    questions: Ratio  # behind the first ten, mean over lists
    deciding_questions: Ratio  # those whose answer could exclude


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknowns:
    """The whole measurement, with what it was made of."""

    people: int
    vacancies: int
    facts: int
    pairs: int
    pairs_of_unknown_truth: int  # left out: the full facts do not say either
    encoder: str
    seed: int
    results: tuple[HabitResult, ...]

    def result(self, hidden: float, habit: Habit) -> HabitResult:
        """Return one line."""
        return next(each for each in self.results if each.hidden == hidden and each.habit is habit)


def measure(
    truth: TruthSet,
    shortlister: Shortlister,
    *,
    seed: int,
    shares: Sequence[float] = SHARES_HIDDEN,
    draws: int = DRAWS,
    progress: Progress | None = None,
) -> Unknowns:
    """Hide shares of the facts, several draws each, and count what each habit gets wrong.

    `shortlister` answers for the vacancies of the truth set, in their order. Facts that are hidden at one share of a
    draw stay hidden at every larger one. Raises Invalid if nothing can be hidden or no pair has a known truth.
    """
    facts = [facts_of(vacancy) for vacancy in truth.vacancies]
    if not any(facts):
        raise Invalid("No vacancy of the truth set states a fact that could be hidden.")
    shares = sorted(set(shares))
    worlds = [
        (at, with_facts_hidden(truth, facts, shortlister, share=share, seed=seed, draw=draw))
        for at, share in enumerate(shares)
        for draw in range(draws if share else 1)
    ]
    counts = np.zeros((len(truth.profiles), len(shares), len(Habit), len(COUNTS)))
    pairs = told = 0
    for number, profile in enumerate(truth.profiles):
        known = Known.of(profile, shortlister, as_of=truth.as_of)
        pairs, told = pairs + int(known.is_open.sum()), told + len(known.rows)
        for at, world in worlds:
            counts[number, at] += counted(known, world, as_of=truth.as_of)
        if progress is not None:
            progress(number + 1, len(truth.profiles))
    if not told:
        raise Invalid("The truth set leaves open for every pair whether it fits, so there is nothing to measure.")
    resamples = _resamples(len(truth.profiles), seed)
    return Unknowns(
        people=len(truth.profiles),
        vacancies=len(truth.vacancies),
        facts=sum(map(len, facts)),
        pairs=pairs,
        pairs_of_unknown_truth=pairs - told,
        encoder=shortlister.method.encoder,
        seed=seed,
        results=tuple(
            _result(share, habit, draws if share else 1, counts[:, at, number], resamples)
            for at, share in enumerate(shares)
            for number, habit in enumerate(Habit)
        ),
    )


# -- figures -----------------------------------------------------------------------------------------------------------


def _resamples(people: int, seed: int) -> NDArray[np.float64] | None:
    """How often each person is in each resample (resamples x people); none of fewer people than may be told of."""
    if people < FEWEST:
        return None
    chance = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, people])))
    return chance.multinomial(people, np.full(people, 1 / people), size=_RESAMPLES).astype(np.float64)


def _result(
    hidden: float,
    habit: Habit,
    draws: int,
    counts: NDArray[np.float64],
    resamples: NDArray[np.float64] | None,
) -> HabitResult:
    """One line of the table from counts (people x counts)."""
    columns = dict(zip(COUNTS, counts.T, strict=True))
    return HabitResult(
        hidden=hidden,
        habit=habit,
        draws=draws,
        **{name: _ratio(columns[part], columns[whole], resamples) for name, (part, whole) in _RATIOS.items()},
    )


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64], resamples: NDArray[np.float64] | None) -> Ratio:
    """A ratio of sums over people; its interval is the bootstrap over people."""
    sums = math.fsum(part), math.fsum(whole)
    value = sums[0] / sums[1] if sums[1] else None
    if value is None or resamples is None:
        return Ratio(part=sums[0], whole=sums[1], value=value, low=None, high=None)
    parts, wholes = (resamples * part).sum(axis=1), (resamples * whole).sum(axis=1)
    low, high = np.quantile(parts[wholes > 0] / wholes[wholes > 0], [0.025, 0.975])
    return Ratio(part=sums[0], whole=sums[1], value=value, low=float(low), high=float(high))
