"""Do the intervals of what lasts hold the truth as often as they say?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from benchmarks.truth.years import MONTHS, Checked, Figures, Goal, run_years, simulated_year
from evaluation.estimates import Estimate
from evaluation.outcomes import lasting, starts
from evaluation.simulation import Effects, true_rates


def lasting_of_year(seed: int, *, effects: Effects, participants: int, months: int) -> Figures:
    """Estimate what lasts 13 and 26 weeks of the starts that came from lists."""
    _, history = simulated_year(seed, effects=effects, participants=participants, months=months)
    jobs = starts(history)
    jobs = jobs[jobs["from_list"]]
    found: dict[str, float] = {"starts": float(len(jobs))}
    for weeks in (13, 26):
        told = lasting(jobs, weeks)
        for way, estimate in (("curve", told.curve), ("cohort", told.cohort)):
            if isinstance(estimate, Estimate):
                values = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
                found |= {f"{way} {weeks} {name}": value for name, value in values.items()}
    return found


def check_lasting(years: Sequence[Figures], truth: Mapping[int, float], *, off: Mapping[int, float]) -> Checked:
    """Count how often the intervals hold the true rate; `off` is the standard error of the true rate."""
    rows, goals = [], []
    for way in ("curve", "cohort"):
        for weeks in (13, 26):
            told = Told.of(years, f"{way} {weeks}", truth[weeks])
            rows.append(
                (
                    f"{weeks} weeks, {WAYS[way]}",
                    f"{truth[weeks]:.4f} ± {off[weeks]:.4f}",
                    f"{told.mean:.4f}",
                    f"{told.spread:.4f}",
                    f"{told.width:.3f}",
                    f"{told.held} of {told.count} ({told.held / told.count:.1%})",
                    f"{told.below}, {told.above}",
                )
            )
            if way == "curve":
                share = told.held / told.count
                goals.append(
                    Goal(
                        words=f"95 % intervals of the {weeks}-week rate hold the truth 93 to 97 % of the time",
                        found=f"{share:.1%}",
                        reached=0.93 <= share <= 0.97,
                    )
                )
    return Checked(
        title="Do the intervals hold the truth?",
        says="Of jobs that started from a list, how many are the same job after 13 and 26 weeks. The true rate comes "
        "from an independent world of the same law, exact but for the error beside it. Of those whose weeks have "
        "passed, jobs that were seen as long count for those that went out of sight.",
        headings=(
            "rate",
            "truth",
            "mean estimate",
            "spread",
            "mean width",
            "intervals hold it",
            "all below, all above",
        ),
        rows=tuple(rows),
        goals=tuple(goals),
    )


WAYS: Final = {"curve": "all starts (Kaplan-Meier)", "cohort": "those whose weeks have passed (weighted, Wilson)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What many years say of one rate."""

    count: int
    mean: float
    spread: float
    width: float
    held: int
    below: int
    above: int

    @staticmethod
    def of(years: Sequence[Figures], name: str, truth: float) -> Told:

        told = [
            [year[f"{name} value"], year[f"{name} low"], year[f"{name} high"]]
            for year in years
            if f"{name} value" in year
        ]
        value, low, high = np.array(told).T
        return Told(
            count=len(value),
            mean=float(value.mean()),
            spread=float(value.std(ddof=1)),
            width=float((high - low).mean()),
            held=int(((low <= truth) & (truth <= high)).sum()),
            below=int((high < truth).sum()),
            above=int((low > truth).sum()),
        )


def lasting_checked(*, years: int, participants: int, processes: int) -> Checked:
    """Check the intervals of what lasts."""
    effects = Effects()
    truth = true_rates(months=MONTHS, effects=effects, seed=1, participants=60_000).lasting
    one = partial(lasting_of_year, effects=effects, participants=participants, months=MONTHS)
    found = run_years(one, years=years, processes=processes, what="lasting")
    return check_lasting(
        found,
        {weeks: each.value for weeks, each in truth.items()},
        off={weeks: each.standard_error for weeks, each in truth.items()},
    )
