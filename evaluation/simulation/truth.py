"""What is true of a simulated world: the rates that an evaluation should find, and how exactly they are known."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.simulation.chances import Reward
from evaluation.simulation.effects import Effects
from evaluation.simulation.simulate import Simulated, simulate
from evaluation.simulation.telling import MONTH_DAYS
from evaluation.simulation.world import World, chance_of_start_by, run_world

WEEKS = (13, 26)
#: So many independent participants make a true rate, unless stated.
PARTICIPANTS = 10_000
_YEAR_DAYS = 365

#: Takes a simulated history and gives, for each row of `entries`, the chance that it is looked at where it is placed.
Placed = Callable[[Simulated], NDArray[np.floating]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueValue:
    """A value and how far it may be off, as a standard error; `count` says of how many jobs, people or lists."""

    value: float
    standard_error: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """True rates under some effects, found from an independent world with many people.

    `lasting` by weeks: of jobs that start from a list within the months of the history, the share that lasts so long.
    `start_rate`: of participants, the share that starts a job within a year.
    `values`: what a list brings, as it was shown.
    """

    effects: Effects
    months: int
    lasting: Mapping[int, TrueValue]
    start_rate: TrueValue
    values: Mapping[Reward, TrueValue]

    def json(self) -> str:
        """Return all of it for truth.json."""
        told: dict[str, Any] = {
            "months": self.months,
            "effects": asdict(self.effects),
            "lasting_weeks": {str(weeks): asdict(each) for weeks, each in self.lasting.items()},
            "start_within_a_year": asdict(self.start_rate),
            "per_list_as_shown": {reward.value: asdict(each) for reward, each in self.values.items()},
        }
        return json.dumps(told, indent=1) + "\n"


def true_rates(
    *,
    months: int,
    effects: Effects,
    seed: int,
    participants: int = PARTICIPANTS,
    progress: Callable[[int, int], None] | None = None,
) -> Truth:
    """Return the true rates of such histories, from worlds of the same law that share nothing else with the seed's."""
    days = round(months * MONTH_DAYS)
    apart = int(np.random.SeedSequence([seed, 1]).generate_state(1, np.uint64)[0] >> np.uint64(1))
    world = run_world(
        participants=participants, days=days, entry_days=days, seed=apart, effects=effects, progress=progress
    )
    return Truth(
        effects=effects,
        months=months,
        lasting={weeks: lasting_from_lists(world, weeks) for weeks in WEEKS},
        start_rate=_start_rate(participants, effects=effects, seed=apart),
        values={reward: _mean(world.values(reward)) for reward in Reward},
    )


def lasting_from_lists(world: World, weeks: int) -> TrueValue:
    """Of the jobs that start from a list before the last day, the share that lasts so many weeks.

    Every entry counts as much as it was likely to become such a job, so chance enters by what was listed alone.
    """
    entries, chances = world.entries, world.chances
    drawn = world.lists.drawn[entries.list_]
    weight = chances.expected(Reward.START, entries.position) * chance_of_start_by(world.last_day - drawn)
    kept = chances.lasting(weeks)
    share = float((weight * kept).sum() / weight.sum())
    # A ratio of two sums over people: its error is that of the sum of what each is off.
    person = world.lists.person[entries.list_]
    off = np.bincount(person, weights=weight * (kept - share), minlength=len(world.people))
    error = float(np.sqrt((off**2).sum()) / weight.sum())
    return TrueValue(value=share, standard_error=error, count=round(weight.sum()))


def true_policy_value(
    placed: Placed, *, reward: Reward, effects: Effects, seed: int, participants: int = PARTICIPANTS, months: int = 12
) -> TrueValue:
    """Return what each list of such a world would bring, had its entries been placed otherwise.

    Exact for the lists that are drawn, for an outcome depends on the entry and its position alone.
    """
    apart = int(np.random.SeedSequence([seed, 2]).generate_state(1, np.uint64)[0] >> np.uint64(1))
    simulated = simulate(participants=participants, months=months, seed=apart, effects=effects)
    return _mean(simulated.values(reward, placed(simulated)))


def _start_rate(participants: int, *, effects: Effects, seed: int) -> TrueValue:
    """Let all enter on one day and look a year later."""
    world = run_world(participants=participants, days=_YEAR_DAYS + 1, entry_days=1, seed=seed, effects=effects)
    within = world.jobs.started - world.people.entered[world.jobs.person] <= _YEAR_DAYS
    started = np.zeros(participants)
    started[world.jobs.person[within]] = 1
    return _mean(started)


def _mean(each: NDArray[np.floating]) -> TrueValue:
    count = len(each)
    error = float(each.std(ddof=1) / np.sqrt(count)) if count > 1 else float("nan")
    return TrueValue(value=float(each.mean()) if count else float("nan"), standard_error=error, count=count)
