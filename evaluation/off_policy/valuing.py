"""The value of a ranking from a log: four estimates with their intervals, or the gate that is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from evaluation.estimates import Estimate
from evaluation.graded import START_WITHIN_WEEKS
from evaluation.off_policy.estimators import Contributions, RewardAt, contributions, self_normalised, weights
from evaluation.off_policy.gates import Closed, Gate, Overlap, closed_gate, overlap_of
from evaluation.off_policy.placing import Numbers, Pages, Placing, Whole, logged_placing, pages_of
from evaluation.off_policy.resampling import estimates_of, sums_by_person
from evaluation.off_policy.reward_model import cross_fitted, match_features
from evaluation.off_policy.rewards import Reward, Rewarded, rewarded
from matching.errors import Invalid

if TYPE_CHECKING:
    from evaluation.history import History

RESAMPLES = 1000


class Ranking(Protocol):
    """What is valued: a name, and where it places the entries of the logged lists."""

    @property
    def name(self) -> str:
        """As it was asked for."""

    def placing(self, history: History, pages: Pages) -> Placing:
        """Place every entry of the history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """Outcomes for each list: as the log had it, and as the ranking would have had it.

    `doubly_robust` is the estimate to quote, and `gain` how far it is above the doubly robust estimate of the log
    itself, by the same resamples. Intervals are of a bootstrap over participants; that of `direct` knows nothing of how
    wrong its model is.
    """

    method: str
    reward: Reward
    logged: Estimate
    direct: Estimate
    weighted: Estimate  # inverse propensity
    self_normalised: Estimate
    doubly_robust: Estimate
    gain: Estimate
    overlap: Overlap
    outcomes: int
    unsettled_lists: int  # too young to be told of
    out_of_sight: int  # jobs of which it is not known whether they lasted

    @property
    def by_chance(self) -> bool:
        """Whether chance alone decided between the log and the ranking, so that words of cause are right.

        Otherwise `overlap.outside` of the ranking's weight rests on the model alone.
        """
        return self.overlap.outside < 1e-9


def estimate(
    *,
    history: History,
    method: Ranking,
    reward: Reward = Reward.JOB_START,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Value | Closed:
    """Return what each list would have brought under the method, had that list alone been ranked by it."""
    log = shuffled_log(history, reward=reward, seed=seed)
    return log if isinstance(log, Closed) else value_of(log, method, resamples=resamples)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShuffledLog:
    """Lists whose chances are known, what they brought, and the model of what they would have brought."""

    history: History
    reward: Reward
    pages: Pages
    placing: Placing
    brought: Rewarded
    people: Whole  # by list
    reward_at: RewardAt
    seed: int

    @property
    def lists(self) -> int:
        """How many lists are settled."""
        return int(self.brought.settled.sum())


def shuffled_log(history: History, *, reward: Reward, seed: int) -> ShuffledLog | Closed:
    """Make a log ready for valuing any ranking, or say why its chances are not known."""
    try:
        pages = pages_of(history)
        placing = logged_placing(history, pages)
    except Invalid as error:
        return Closed(gate=Gate.LOG, why=f"The chances of the log are not known: {error.problems[0]}.")
    brought = rewarded(history, reward)
    if not brought.settled[pages.list_of].any():
        weeks = START_WITHIN_WEEKS + reward.weeks
        return Closed(
            gate=Gate.OUTCOMES,
            why=f"No list with a role on it was drawn {weeks} weeks before the last day of data or earlier.",
        )
    people = history.shortlists["participant"].to_numpy().astype(np.int32)
    reward_at = cross_fitted(
        features=match_features(history),
        reward=brought.reward,
        known=brought.counts,
        pages=pages,
        people=people[pages.list_of],
        seed=seed,
    )
    return ShuffledLog(
        history=history,
        reward=reward,
        pages=pages,
        placing=placing,
        brought=brought,
        people=people,
        reward_at=reward_at,
        seed=seed,
    )


def value_of(log: ShuffledLog, method: Ranking, *, resamples: int = RESAMPLES) -> Value | Closed:
    """Return what each list of the log would have brought under the method, or the gate that is closed."""
    target = method.placing(log.history, log.pages)
    overlap = _overlap(log, target)
    closed = closed_gate(overlap, outcomes=log.brought.outcomes, method=method.name)
    if closed is not None:
        return closed
    each = list_contributions(log, target)
    columns = [each.logged, each.direct, each.weighted, each.doubly_robust, each.gain]
    by_place = [each.weighted_by_place, each.weights_by_place, each.wanted_by_place]
    sums = sums_by_person([*columns, *by_place], settled=log.brought.settled, people=log.people)
    logged, direct, weighted, robust, gain, snips = estimates_of(
        sums, statistic=_means_and_snips, count=log.lists, seed=log.seed, resamples=resamples, rates=_RATES
    )
    return Value(
        method=method.name,
        reward=log.reward,
        logged=logged,
        direct=direct,
        weighted=weighted,
        self_normalised=snips,
        doubly_robust=robust,
        gain=gain,
        overlap=overlap,
        outcomes=log.brought.outcomes,
        unsettled_lists=len(log.brought.settled) - log.lists,
        out_of_sight=log.brought.out_of_sight,
    )


def difference_of(log: ShuffledLog, old: Ranking, new: Ranking, *, resamples: int = RESAMPLES) -> Estimate:
    """Return how far the new ranking's doubly robust value is above the old one's; both gates must be open."""
    gains = [list_contributions(log, each.placing(log.history, log.pages)).gain for each in (old, new)]
    sums = sums_by_person([gains[1] - gains[0]], settled=log.brought.settled, people=log.people)
    (difference,) = estimates_of(
        sums, statistic=lambda each: each[1:] / each[0], count=log.lists, seed=log.seed, resamples=resamples
    )
    return difference


def list_contributions(log: ShuffledLog, target: Placing) -> Contributions:
    """What each list adds to the estimates of a ranking."""
    return contributions(
        target=target,
        logged=log.placing,
        pages=log.pages,
        reward=log.brought.reward,
        counts=log.brought.counts,
        reward_at=log.reward_at,
    )


def _overlap(log: ShuffledLog, target: Placing) -> Overlap:
    told = log.brought.settled[log.pages.list_of]
    return overlap_of(
        weight=weights(target=target, logged=log.placing, pages=log.pages)[told],
        outside=target.outside(log.placing)[told],
        shuffled=float((log.placing.places[told] > 1).mean()) if told.any() else 0.0,
        lists=log.lists,
        participants=len(np.unique(log.people[log.brought.settled])),
    )


_MEANS = 5  # of logged, direct, weighted and doubly robust contributions, and of the gain
_RATES = (0, 1, 2, 3, 5)  # all but the gain, which may be below 0


def _means_and_snips(sums: Numbers) -> Numbers:
    """The five means over lists, and SNIPS, from a person-sum of everything; the first is the number of lists."""
    lists, (weighted, weight, wanted) = sums[0], sums[1 + _MEANS :].reshape(3, -1)
    return np.append(sums[1 : 1 + _MEANS] / lists, self_normalised(weighted, weight, wanted, lists=lists))
