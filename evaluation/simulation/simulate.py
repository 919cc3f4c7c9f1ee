"""Make histories of invented people from stated parameters, together with what is true of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.simulation.chances import Chances, Reward
from evaluation.simulation.effects import Effects, described
from evaluation.simulation.telling import MONTH_DAYS, last_day_of, tell
from evaluation.simulation.world import World, run_world
from matching.errors import Invalid, Problem, Where

#: When the first participants enter. The wages of the four years from here are known.
FIRST_DAY = date(2024, 4, 1)
MOST_MONTHS = 48
FEWEST_PARTICIPANTS, MOST_PARTICIPANTS = 20, 1_000_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Simulated:
    """A history of invented people: its tables as file values, and what is true of them, seen or not."""

    tables: Mapping[str, pd.DataFrame]
    data_until: date
    world: World

    @property
    def chances(self) -> Chances:
        """The law of outcomes of each row of the table `entries`, by position."""
        return self.world.chances

    def values(self, reward: Reward, look: NDArray[np.floating] | None = None) -> NDArray[np.float64]:
        """What each row of `shortlists` is expected to bring, if its entries are looked at with these chances."""
        return self.world.values(reward, look)

    def job_lasting(self, weeks: float) -> NDArray[np.float64]:
        """The true chance of each row of `placements` to last so many weeks, by what is known of it and what is not."""
        return self.world.job_lasting(weeks)


def simulate(
    *,
    participants: int,
    months: int,
    seed: int,
    effects: Effects | None = None,
    first_day: date = FIRST_DAY,
    progress: Progress | None = None,
) -> Simulated:
    """Let so many people enter evenly over so many months, and tell what a service would have recorded by their end.

    Same arguments, same tables. Raises Invalid for numbers out of bounds.
    """
    check_size(participants=participants, months=months, seed=seed)
    days = round(months * MONTH_DAYS)
    world = run_world(
        participants=participants,
        days=days,
        entry_days=days,
        seed=seed,
        effects=effects or Effects(),
        progress=progress,
    )
    tables = tell(world, first_day=first_day, seed=seed)
    return Simulated(tables=tables, data_until=last_day_of(first_day, days), world=world)


def check_size(*, participants: int, months: int, seed: int) -> None:
    """Raise Invalid with all that is out of bounds."""
    bounds = {
        "participants": (participants, FEWEST_PARTICIPANTS, MOST_PARTICIPANTS),
        "months": (months, 1, MOST_MONTHS),
        "seed": (seed, 0, 2**63 - 1),
    }
    problems = [
        Problem(Where(field=name), f"should be a whole number from {least:,} to {most:,}, not {value:,}")
        for name, (value, least, most) in bounds.items()
        if not least <= value <= most
    ]
    if problems:
        raise Invalid(problems)


def about(simulated: Simulated, *, participants: int, months: int, seed: int) -> dict[str, Any]:
    """What history.json says of a simulated history: how to make it again."""
    effects = simulated.world.effects
    return {
        "data_until": simulated.data_until.isoformat(),
        "simulated": True,
        "made_by": {
            "participants": participants,
            "months": months,
            "seed": seed,
            "effects": {
                each.name: getattr(effects, each.name)
                for each in described()
                if getattr(effects, each.name) != each.default
            },
        },
    }
