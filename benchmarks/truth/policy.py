"""Are estimates of what another ranking would have brought unbiased, where plain averages are not?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.truth.years import MONTHS, Checked, Figures, Goal, run_years, simulated_year
from evaluation.methods import named
from evaluation.off_policy import Closed, Reward, estimate
from evaluation.off_policy.placing import Numbers, Pages, Placing, pages_of
from evaluation.off_policy.rewards import rewarded
from evaluation.simulation import Effects
from evaluation.simulation import Reward as TrueReward

#: The world in which rankings are valued: near-ties are shuffled widely, places matter, and specialists know something
#: of supervisors that no record shows.
POLICY_WORLD: Final = {"shuffle_width": 0.1, "position_effect": 1.0, "choice_fit": 5.0, "hidden_choice": 1.0}
POLICY_METHOD: Final = "preferences,near-ties"
ESTIMATORS: Final = {
    "plain": "mean of the lists as they were",
    "agreeing": "mean where the log happened to agree",
    "direct": "direct method",
    "weighted": "inverse propensity (IPS)",
    "self_normalised": "self-normalised (SNIPS)",
    "doubly_robust": "doubly robust",
}


def policy_of_year(seed: int, *, effects: Effects, participants: int, months: int, resamples: int) -> Figures:
    """Estimate what the ranking by preferences would have brought, in every way; and what it truly would have."""
    made, history = simulated_year(seed, effects=effects, participants=participants, months=months)
    method = named(POLICY_METHOD)
    value = estimate(history=history, method=method, reward=Reward.JOB_START, seed=seed, resamples=resamples)
    if isinstance(value, Closed):
        return {"closed": 1.0}
    pages, brought = pages_of(history), rewarded(history, Reward.JOB_START)
    placing = method.placing(history, pages)
    look = made.chances.look_between(placing.first, placing.places)
    found = {
        "closed": 0.0,
        "truth": float(made.values(TrueReward.START, look)[brought.settled].mean()),
        "plain": value.logged.value,
        "agreeing": agreeing_mean(pages, placing, brought.reward, brought.settled),
        "error": value.doubly_robust.standard_error or 0.0,
    }
    found |= {name: getattr(value, name).value for name in ("direct", "weighted", "self_normalised", "doubly_robust")}
    held = value.doubly_robust.low <= found["truth"] <= value.doubly_robust.high
    return {**found, "held": float(held)}


def agreeing_mean(pages: Pages, placing: Placing, reward: Numbers, settled: NDArray[np.bool_]) -> float:
    """What an analyst would do who does not know of propensities: at each place the mean reward of the entries that
    stand where the ranking would put them, added up over the places of settled lists."""
    told = settled[pages.list_of]
    agrees = told & (placing.chance(pages.place) > 0)
    total = 0.0
    for place in range(int(pages.length.max())):
        here = pages.place == place
        if (here & agrees).any():
            total += float(reward[here & agrees].mean()) * int((here & told).sum())
    return total / int(np.count_nonzero(settled))


def check_policy(years: Sequence[Figures]) -> Checked:
    """Compare every estimate with the truth of its own year."""
    open_years = [year for year in years if not year["closed"]]
    rows, goals = [], []
    truth = np.array([year["truth"] for year in open_years])
    for name, words in ESTIMATORS.items():
        off = np.array([year[name] for year in open_years]) - truth
        error = float(off.std(ddof=1) / np.sqrt(len(off)))
        bias = float(off.mean())
        rows.append((words, f"{bias:+.5f}", f"{error:.5f}", f"{bias / error:+.1f}", f"{off.std(ddof=1):.4f}"))
        if name in ("weighted", "doubly_robust"):
            goals.append(
                Goal(
                    words=f"{words}: the mean error over all years is within two of its standard errors of 0",
                    found=f"{bias:+.5f}, {bias / error:+.1f} standard errors",
                    reached=abs(bias) <= 2 * error,
                )
            )
        if name in ("plain", "agreeing"):
            goals.append(
                Goal(
                    words=f"{words}: visibly off, by more than four standard errors",
                    found=f"{bias:+.5f}, {bias / error:+.1f} standard errors",
                    reached=abs(bias) > 4 * error,
                )
            )
    held = np.mean([year["held"] for year in open_years])
    goals.append(
        Goal(
            words="95 % intervals of the doubly robust estimate hold the truth 92 to 98 % of the time",
            found=f"{held:.1%}",
            reached=bool(0.92 <= held <= 0.98),
        )
    )
    goals.append(
        Goal(
            words="no gate closes in these years",
            found=f"{len(years) - len(open_years)} of {len(years)} closed",
            reached=len(open_years) == len(years),
        )
    )
    return Checked(
        title="Are estimates of another ranking unbiased?",
        says=f"Job starts a list under the ranking `{POLICY_METHOD}`, which would truly be {truth.mean():.4f}. "
        "In these years near-ties up to 0.1 apart are shuffled, and specialists know something of supervisors that no "
        "record shows. Each estimate is compared with what the ranking would truly have brought in its own year.",
        headings=("estimate", "mean error", "standard error of that", "ratio", "spread from year to year"),
        rows=tuple(rows),
        goals=tuple(goals),
    )


def policy_checked(*, years: int, participants: int, processes: int) -> Checked:
    """Check the estimates of another ranking."""
    one = partial(
        policy_of_year, effects=Effects(**POLICY_WORLD), participants=participants, months=MONTHS, resamples=400
    )
    return check_policy(run_years(one, years=years, processes=processes, what="policy"))
