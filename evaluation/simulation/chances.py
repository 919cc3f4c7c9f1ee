"""How likely each entry is looked at, put forward, started and kept: the law of the world, and its exact values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from evaluation.simulation.effects import Effects
from evaluation.simulation.fit import Rows
from evaluation.simulation.pages import ASPECTS, Pages
from evaluation.simulation.people import Mask, Numbers, People
from evaluation.simulation.roles import Roles
from matching.model.finding import Aspect, Code

#: No entry starts with a greater chance than this at the first place, so that those of a page of ten sum to under 1.
MOST_LIKELY_START = 0.09
#: Of people put forward, by source: what is not advertised has fewer rivals.
_SOURCE_FACTOR = np.array([1.0, 1.3, 1.5], np.float32)
_CONFLICT_FACTOR = 0.88
_USUAL_LOG_ODDS = -1.35
_SKILLS_LOG_ODDS = 0.8
#: Of jobs, how many have weekly support in the first month.
SUPPORTED_SHARE = 0.5
#: After so many days a list has brought all that it will bring, apart from how long jobs last.
SETTLED_DAYS = 60

Wide = NDArray[np.float32]


class Reward(StrEnum):
    """What a list brings, counted over its entries."""

    PUT_FORWARD = "put_forward"
    START = "start"
    LASTING_13 = "lasting_13"  # a start that lasts 13 weeks
    LASTING_26 = "lasting_26"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chances:
    """The law of outcomes of entries, one value an entry; an outcome depends on the entry and its position alone.

    The chance to be put forward is look(position) x liking, the chance of a start that x start.
    """

    liking: Numbers
    start: Numbers
    log_hazard: Numbers  # all but what is drawn job by job
    ends_after_weeks: Numbers
    effects: Effects

    def look(self, position: NDArray[np.integer]) -> Numbers:
        """The chance that an entry at a position is looked at."""
        return look(position, self.effects)

    def look_between(self, first: NDArray[np.integer], places: NDArray[np.integer]) -> NDArray[np.float64]:
        """The chance to be looked at, if an entry stands at one of `places` places from `first`, counted from 0."""
        furthest = int((first + places).max(initial=1))
        upto = np.concatenate([[0], np.cumsum(self.look(np.arange(1, furthest + 1)), dtype=np.float64)])
        chance: NDArray[np.float64] = (upto[first + places] - upto[first]) / places
        return chance

    def expected(self, reward: Reward, position: NDArray[np.integer]) -> NDArray[np.float64]:
        """The expected reward of each entry, if it stood at this position."""
        chance = (self.look(position) * self.liking).astype(np.float64)
        if reward is Reward.PUT_FORWARD:
            return chance
        chance = chance * self.start
        if reward is Reward.START:
            return chance
        return chance * self.lasting(13 if reward is Reward.LASTING_13 else 26)

    def lasting(self, weeks: float) -> NDArray[np.float64]:
        """The chance that a job, once it has started, lasts so many weeks."""
        return lasting(self.log_hazard, self.ends_after_weeks, weeks=weeks, effects=self.effects)


def look(position: NDArray[np.integer], effects: Effects) -> Numbers:
    """The chance that an entry at a position, counted from 1, is looked at."""
    return (np.asarray(position, np.float64) ** -effects.position_effect).astype(np.float32)


def lasting(log_hazard: Numbers, ends_after_weeks: Numbers, *, weeks: float, effects: Effects) -> NDArray[np.float64]:
    """The chance to last so many weeks, averaged exactly over support and the spread that is drawn job by job."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(7)
    hazard = (weeks / effects.tenure_scale_weeks) ** effects.weibull_shape * np.exp(log_hazard.astype(np.float64))
    kept = np.zeros(len(hazard))
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        own = hazard * np.exp(effects.unexplained_sd * node)
        supported = np.exp(-own * effects.support_contact)
        kept += weight * (SUPPORTED_SHARE * supported + (1 - SUPPORTED_SHARE) * np.exp(-own))
    return np.where(ends_after_weeks >= weeks, kept, 0.0)


def liking_of(pages: Pages, roles: Roles, *, effects: Effects, rng: np.random.Generator) -> Wide:
    """The chance that an entry is put forward once it is looked at."""
    odds = _USUAL_LOG_ODDS + effects.choice_fit * (pages.match - np.float32(0.5))
    odds = odds + _SKILLS_LOG_ODDS * (pages.values[..., ASPECTS.index(Aspect.SKILLS)] - np.float32(0.5))
    odds = odds - np.float32(0.35) * _conflicts(pages)
    odds = odds + effects.taste_sd * rng.standard_normal(pages.role.shape, dtype=np.float32)
    odds = odds - effects.hidden_choice * roles.hardness[pages.role]
    liking: Wide = (1 / (1 + np.exp(-odds))).astype(np.float32)
    return liking


def start_of(pages: Pages, people: People, roles: Roles, *, who: Rows, liking: Wide, effects: Effects) -> Wide:
    """The chance that an entry that was put forward becomes a job start."""
    person = people.start_factor[who] * np.where(people.planted[who], effects.group_start_gap, 1)
    chance = effects.start_chance * _SOURCE_FACTOR[roles.source[pages.role]] * _CONFLICT_FACTOR ** _conflicts(pages)
    start: Wide = np.minimum(chance * person[:, None], MOST_LIKELY_START / liking).astype(np.float32)
    return start


def log_hazard_of(pages: Pages, people: People, roles: Roles, *, who: Rows, effects: Effects) -> Wide:
    """The log hazard ratio of a job from each entry, but for what is drawn job by job."""
    person = effects.person_sd * people.frailty[who] + np.log(effects.group_gap) * people.planted[who]
    facts = explained(
        match=pages.match,
        refused=pages.refused,
        unmet=pages.unmet,
        gap=pages.gap,
        over=pages.over,
        outside=pages.outside,
        effects=effects,
    )
    log_hazard: Wide = facts + effects.supervisor_sd * roles.hardness[pages.role] + person[:, None].astype(np.float32)
    return log_hazard


def explained(
    *, match: Wide, refused: Mask, unmet: NDArray[np.int8], gap: NDArray[np.int8], over: Mask, outside: Mask,
    effects: Effects,
) -> Wide:  # fmt: skip
    """The part of the log hazard ratio that the facts of the match explain."""
    total = np.log(effects.preference_match) * match + np.log(effects.refused_task) * refused
    total = total + np.log(effects.unmet_essential) * unmet + np.log(effects.sensory_gap) * gap
    total = total + np.log(effects.travel_over) * over + np.log(effects.hours_outside) * outside
    log_hazard: Wide = total.astype(np.float32)
    return log_hazard


def _conflicts(pages: Pages) -> NDArray[np.int8]:
    conflicts: NDArray[np.int8] = (pages.verdicts == Code.CONFLICT).sum(axis=2, dtype=np.int8)
    return conflicts
