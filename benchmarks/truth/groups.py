"""Is a difference between groups found, and none where there is none?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
from scipy.stats import binom

from benchmarks.truth.years import MONTHS, Checked, Figures, Goal, run_years, simulated_year
from evaluation.fairness import fairness_of
from evaluation.metrics.survival import log_rank
from evaluation.outcomes import starts
from evaluation.simulation import PLANTED_GROUP, Effects
from evaluation.tables import Unsaid

GAP: Final = 2.0
PLANTED_WORDS: Final = "disability: mental health"
PLANTED_EVERY: Final = 4  # whether a difference is found needs fewer years than whether none is


def groups_of_year(seed: int, *, effects: Effects, participants: int, months: int, whole: bool) -> Figures:
    """Test whether jobs of the planted group last as long as others'; with `whole` the fairness report as well."""

    _, history = simulated_year(seed, effects=effects, participants=participants, months=months)
    jobs, told = starts(history), history.groups
    assert told is not None
    told = told[(told["kind"] == PLANTED_GROUP[0]) & (told["group"] != "prefers_not_to_say")]
    group = np.full(len(history.participants), -1)
    group[told["participant"].to_numpy()] = (told["group"] == PLANTED_GROUP[1]).to_numpy()
    of = group[jobs["participant"].to_numpy()]
    known = of >= 0
    test = log_rank(jobs["weeks"][known], jobs["ended"][known], of[known], jobs["participant"][known])
    found = {"log-rank": 0.0 if isinstance(test, Unsaid) else float(test.p < 0.05)}
    if whole:
        raised = fairness_of(history).raised()
        found["any alarm"] = float(bool(raised))
        found["alarm of this kind"] = float(any(alarm.kind == PLANTED_GROUP[0] for alarm in raised))
    return found


def check_groups(null: Sequence[Figures], planted: Sequence[Figures], *, months: int) -> Checked:
    """Count alarms without a difference, and with one."""
    rows, goals = [], []
    for name in null[0]:
        false, true = (sum(year[name] for year in years) / len(years) for years in (null, planted))
        rows.append((name, f"{false:.1%}", f"{true:.1%}"))
    false = sum(year["log-rank"] for year in null) / len(null)
    least, most = _binomial_bounds(len(null), 0.05)
    goals.append(
        Goal(
            words="a null difference raises 5 % false alarms at the 5 % level",
            found=f"{false:.1%} (chance alone: {least:.1%} to {most:.1%})",
            reached=least <= false <= most,
        )
    )
    if "any alarm" in null[0]:
        whole = sum(year["any alarm"] for year in null) / len(null)
        goals.append(
            Goal(
                words="a whole fairness report without any difference raises an alarm at most about 5 % of the time",
                found=f"{whole:.1%} (chance alone: up to {most:.1%})",
                reached=whole <= most,
            )
        )
    found = sum(year["log-rank"] for year in planted) / len(planted)
    goals.append(
        Goal(words="a planted difference is found", found=f"in {found:.1%} of the years", reached=found >= 0.8)
    )
    return Checked(
        title="Is a difference between groups found, and none where there is none?",
        says=f"People enter over {months} months: {len(null)} histories without a difference between groups, and "
        f"{len(planted)} in which jobs of one group ({PLANTED_WORDS}) end {GAP:g} times as fast.",
        headings=("test", "alarms without a difference", "alarms with one"),
        rows=tuple(rows),
        goals=tuple(goals),
    )


def _binomial_bounds(count: int, share: float) -> tuple[float, float]:
    """Between which shares 99 of 100 such counts lie."""
    return float(binom.ppf(0.005, count, share) / count), float(binom.ppf(0.995, count, share) / count)


def groups_checked(*, years: int, participants: int, processes: int) -> Checked:
    """Check the alarms; over two years of entering, so that there are jobs enough to tell."""
    months = 2 * MONTHS
    worlds = {"null": Effects(), "planted": Effects(group_gap=GAP)}
    found = {
        name: run_years(
            partial(groups_of_year, effects=effects, participants=participants, months=months, whole=True),
            years=years if name == "null" else -(-years // PLANTED_EVERY),
            processes=processes,
            what=f"groups, {name}",
        )
        for name, effects in worlds.items()
    }
    return check_groups(found["null"], found["planted"], months=months)
