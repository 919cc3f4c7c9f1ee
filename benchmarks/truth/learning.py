"""Does the sustain model learn what lasts from much evidence, and say no on little?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np

from benchmarks.truth.years import FIRST_SEED, MONTHS, YEARS, Checked, Figures, Goal, run_years, simulated_year
from evaluation.estimates import Estimate
from evaluation.history import History
from evaluation.metrics.calibration import Recalibration, recalibration
from evaluation.outcomes import starts
from evaluation.simulation import Effects
from evaluation.sustain.features import placements_of
from evaluation.sustain.fitting import NotEnough, fit
from evaluation.sustain.training import train
from evaluation.sustain.validating import Rival

#: Enough people for 20,000 starts from lists within two years; and few enough for fifty.
MANY: Final = 84_000
FIGURES: Final = {
    "auc": "AUC at 26 weeks, unseen people and months",
    "slope": "calibration slope, unseen people and months; each cut learns from what was known that day",
    "intercept": "calibration intercept, likewise",
}
FEW: Final = 300


def learned(*, participants: int, months: int, seed: int, fresh: bool = False) -> Figures:
    """Train the sustain model on a history and say how good it is on people and months that it has not seen."""
    _, history = simulated_year(seed, effects=Effects(), participants=participants, months=months)
    found = {"starts": float(starts(history)["from_list"].sum())}
    if fresh:
        found |= on_a_fresh_world(history, participants=participants // 2, months=months, seed=seed)
    trained = train(history, seed=seed)
    found["model"] = float(trained.is_model)
    told = trained.validation
    if told is not None and isinstance(told.auc, Estimate) and isinstance(told.line, Recalibration):
        figures = {"auc": told.auc, "slope": told.line.slope, "intercept": told.line.intercept}
        figures |= {f"gain over {rival.value}": told.gains[rival] for rival in Rival}
        for name, estimate in figures.items():
            found |= {name: estimate.value, f"{name} low": estimate.low, f"{name} high": estimate.high}
    return found


def on_a_fresh_world(history: History, *, participants: int, months: int, seed: int) -> Figures:
    """How the chances of the trained model agree with what came of all jobs of another world, seen or not."""

    fitted = fit(placements_of(history), seed=seed, simulated=True)
    if isinstance(fitted, NotEnough):
        return {}
    made, other = simulated_year(seed + 1, effects=Effects(), participants=participants, months=months)
    jobs = placements_of(other)
    listed = made.world.jobs.entry >= 0
    chance = fitted.hazard.chances(jobs.features, (26,))[0]
    weeks = made.world.course.days[listed] / 7
    true_chance = made.job_lasting(26)[listed]
    line = recalibration(chance, weeks, np.ones(len(jobs), np.bool_), 26, jobs.people)
    assert isinstance(line, Recalibration)
    found = {"jobs of the fresh world": float(len(jobs))}
    for name, told in (("slope on a fresh world", line.slope), ("intercept on a fresh world", line.intercept)):
        found |= {name: told.value, f"{name} low": told.low, f"{name} high": told.high}
    fifth = np.argsort(np.argsort(chance)) * 5 // len(chance)
    found["furthest fifth from its true chance"] = float(
        max(abs(chance[fifth == each].mean() - true_chance[fifth == each].mean()) for each in range(5))
    )
    return found


def check_learning(many: Figures, few: Sequence[Figures]) -> Checked:
    """Whether the model is of use and calibrated on much evidence, and refused on little."""
    names = [name for name in many if f"{name} low" in many]
    rows = [
        (FIGURES.get(name, name), f"{many[name]:.4f}", f"{many[f'{name} low']:.4f} to {many[f'{name} high']:.4f}")
        for name in names
    ]
    slope, auc = many.get("slope on a fresh world", 0.0), many.get("auc", 1.0)
    refused = sum(not each["model"] for each in few)
    ahead = [name for name in ("gain over the base rate", "gain over the order by meaning alone") if name in many]
    goals = [
        Goal(
            words="integrated Brier score lower than the base rate's and that of the order by meaning alone",
            found=", ".join(f"{name}: {many[name]:+.5f}" for name in ahead),
            reached=len(ahead) == 2 and all(many[f"{name} low"] > 0 for name in ahead),
        ),
        Goal(
            words="calibration slope 0.9 to 1.1 on every job of a fresh world",
            found=f"{slope:.3f} on {many.get('jobs of the fresh world', 0):,.0f} jobs; the furthest fifth is "
            f"{many.get('furthest fifth from its true chance', 1):.3f} from its true chance",
            reached=0.9 <= slope <= 1.1,
        ),
        Goal(words="no leak: AUC at 26 weeks at most 0.75", found=f"{auc:.3f}", reached=auc <= 0.75),
        Goal(
            words="not enough evidence is said of about fifty starts",
            found=f"{refused} of {len(few)} histories of {min(each['starts'] for each in few):.0f} to "
            f"{max(each['starts'] for each in few):.0f} starts",
            reached=refused == len(few),
        ),
    ]
    return Checked(
        title="Does the sustain model learn what lasts?",
        says=f"Trained on {many['starts']:,.0f} starts from lists, validated on people and months it had not seen.",
        headings=("figure", "value", "95 % interval"),
        rows=tuple(rows),
        goals=tuple(goals),
    )


def learning_checked(*, years: int, participants: int, processes: int) -> Checked:
    """Check the sustain model: on one large history, and on small ones."""
    many = max(participants, MANY * min(years, YEARS) // YEARS)
    few = run_years(
        partial(_learned_from, participants=FEW, months=MONTHS), years=min(years, 20), processes=processes, what="few"
    )
    return check_learning(learned(participants=many, months=2 * MONTHS, seed=FIRST_SEED, fresh=True), few)


def _learned_from(seed: int, *, participants: int, months: int) -> Figures:
    return learned(participants=participants, months=months, seed=seed)
