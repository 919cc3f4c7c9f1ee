"""Do the gates close where the log cannot tell of a ranking?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from benchmarks.truth.years import MONTHS, Checked, Figures, Goal, run_years, simulated_year
from evaluation.methods import named
from evaluation.off_policy import Closed, estimate
from evaluation.simulation import Effects

#: Worlds and rankings for which the log cannot tell, and one for which it can.
GATES: Final = {
    "no shuffle, ranked by preferences": ({"shuffle_width": 0.0}, "preferences"),
    "small shuffle, ranked by preferences": ({"shuffle_width": 0.02}, "preferences"),
    "small shuffle, ranked at random": ({"shuffle_width": 0.02}, "random"),
    "all shuffled, 60 people, ranked by preferences": ({"shuffle_width": 1.0, "participants": 60.0}, "preferences"),
}


#: Gates close by rule and hardly by chance, so that one year in so many is enough.
GATES_EVERY: Final = 8


def gates_of_year(seed: int, *, participants: int, months: int) -> Figures:
    """Which gates close where overlap is destroyed, and that none does for the log itself."""
    found: dict[str, float] = {}
    for name, (settings, method) in GATES.items():
        own = dict(settings)
        people = int(own.pop("participants", participants))
        _, history = simulated_year(seed, effects=Effects(**own), participants=people, months=months)
        value = estimate(history=history, method=named(method), seed=seed, resamples=20)
        found[name] = float(isinstance(value, Closed))
        if method == "random":
            own_value = estimate(history=history, method=named("as-logged"), seed=seed, resamples=20)
            found["as it was logged"] = float(isinstance(own_value, Closed))
    return found


def check_gates(years: Sequence[Figures]) -> Checked:
    """Count the years in which a gate closed."""
    rows, goals = [], []
    for name in years[0]:
        closed = int(sum(year[name] for year in years))
        rows.append((name, f"{closed} of {len(years)}"))
        wanted = 0 if name == "as it was logged" else len(years)
        goals.append(
            Goal(
                words=f"{name}: {'a number' if wanted == 0 else 'no number'} in every year",
                found=f"a gate closed in {closed} of {len(years)}",
                reached=closed == wanted,
            )
        )
    return Checked(
        title="Do the gates close?",
        says="Where the log never did what a ranking would do, a number would be made up. A year is one of each world.",
        headings=("world and ranking", "years in which a gate closed"),
        rows=tuple(rows),
        goals=tuple(goals),
    )


def gates_checked(*, years: int, participants: int, processes: int) -> Checked:
    """Check the gates."""
    one = partial(gates_of_year, participants=participants, months=MONTHS)
    return check_gates(run_years(one, years=-(-years // GATES_EVERY), processes=processes, what="gates"))
