"""Whether the evaluation finds what is true of simulated years: `python -m benchmarks.truth --write`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from evaluation.history import History
    from evaluation.off_policy.placing import Numbers, Pages, Placing
    from evaluation.simulation import Effects, Simulated

# One thread a process, before numpy is imported: two processes share two cores.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

PAGE: Final = Path(__file__).with_name("TRUTH.md")
YEARS: Final = 400
PARTICIPANTS: Final = 1000
MONTHS: Final = 12
PROCESSES: Final = 2
FIRST_SEED: Final = 10_000

#: The world in which rankings are valued: near-ties are shuffled widely, places matter, and specialists know something
#: of supervisors that no record shows.
POLICY_WORLD: Final = {"shuffle_width": 0.1, "position_effect": 1.0, "choice_fit": 5.0, "hidden_choice": 1.0}
POLICY_METHOD: Final = "preferences,near-ties"
GAP: Final = 2.0
PLANTED_WORDS: Final = "disability: mental health"
PLANTED_EVERY: Final = 4  # whether a difference is found needs fewer years than whether none is

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What was wanted, what was found, and whether it was reached."""

    words: str
    found: str
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One check as a page shows it: what was done, its table, and its goals."""

    title: str
    says: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    goals: tuple[Goal, ...]


def simulated_year(
    seed: int, *, effects: Effects, participants: int = PARTICIPANTS, months: int = MONTHS
) -> tuple[Simulated, History]:
    """A simulated history, with its truth and as an evaluation reads it."""
    from evaluation.reading import history_of
    from evaluation.simulation import simulate

    made = simulate(participants=participants, months=months, seed=seed, effects=effects)
    return made, history_of(made.tables, made.data_until, simulated=True)


# -- intervals of what lasts -------------------------------------------------------------------------------------------


def lasting_of_year(seed: int, *, effects: Effects, participants: int, months: int) -> Figures:
    """Estimate what lasts 13 and 26 weeks of the starts that came from lists."""
    from evaluation.estimates import Estimate
    from evaluation.outcomes import lasting, starts

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
        "from an independent world of the same law, exact but for the error beside it.",
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


WAYS: Final = {"curve": "all starts (Kaplan-Meier)", "cohort": "those whose weeks have passed (Wilson)"}


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
        import numpy as np

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


# -- what another ranking would have brought ---------------------------------------------------------------------------

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
    from evaluation.methods import named
    from evaluation.off_policy import Closed, Reward, estimate
    from evaluation.off_policy.placing import pages_of
    from evaluation.off_policy.rewards import rewarded
    from evaluation.simulation import Reward as TrueReward

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


def agreeing_mean(pages: Pages, placing: Placing, reward: Numbers, settled: Any) -> float:
    """What an analyst would do who does not know of propensities: at each place the mean reward of the entries that
    stand where the ranking would put them, added up over the places of settled lists."""
    import numpy as np

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
    import numpy as np

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


# -- gates -------------------------------------------------------------------------------------------------------------

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
    from evaluation.methods import named
    from evaluation.off_policy import Closed, estimate
    from evaluation.simulation import Effects

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


# -- groups ------------------------------------------------------------------------------------------------------------


def groups_of_year(seed: int, *, effects: Effects, participants: int, months: int, whole: bool) -> Figures:
    """Test whether jobs of the planted group last as long as others'; with `whole` the fairness report as well."""
    import numpy as np

    from evaluation.fairness import fairness_of
    from evaluation.metrics.survival import log_rank
    from evaluation.outcomes import starts
    from evaluation.simulation import PLANTED_GROUP
    from evaluation.tables import Unsaid

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
    from scipy.stats import binom

    return float(binom.ppf(0.005, count, share) / count), float(binom.ppf(0.995, count, share) / count)


# -- learning what lasts -----------------------------------------------------------------------------------------------

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
    from evaluation.estimates import Estimate
    from evaluation.metrics.calibration import Recalibration
    from evaluation.outcomes import starts
    from evaluation.simulation import Effects
    from evaluation.training import train
    from evaluation.validating import Rival

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
    import numpy as np

    from evaluation.features import placements_of
    from evaluation.fitting import NotEnough, fit
    from evaluation.metrics.calibration import Recalibration, recalibration
    from evaluation.simulation import Effects

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


# -- running -----------------------------------------------------------------------------------------------------------


def run_years(
    one: Callable[[int], Figures], *, years: int, processes: int = 1, what: str = "", first_seed: int = FIRST_SEED
) -> list[Figures]:
    """Let so many years run, each from a seed of its own; figures in the order of the seeds."""
    seeds = range(first_seed, first_seed + years)
    if processes == 1:
        return [one(seed) for seed in seeds]
    started, found = time.monotonic(), []
    with ProcessPoolExecutor(max_workers=processes) as pool:
        for figures in pool.map(one, seeds, chunksize=2):
            found.append(figures)
            if len(found) % 20 == 0:
                print(f"{what}: {len(found)} of {years} years, {time.monotonic() - started:.0f} s", file=sys.stderr)
    return found


def lasting_checked(*, years: int, participants: int, processes: int) -> Checked:
    """Check the intervals of what lasts."""
    from evaluation.simulation import Effects, true_rates

    effects = Effects()
    truth = true_rates(months=MONTHS, effects=effects, seed=1, participants=60_000).lasting
    one = partial(lasting_of_year, effects=effects, participants=participants, months=MONTHS)
    found = run_years(one, years=years, processes=processes, what="lasting")
    return check_lasting(
        found,
        {weeks: each.value for weeks, each in truth.items()},
        off={weeks: each.standard_error for weeks, each in truth.items()},
    )


def policy_checked(*, years: int, participants: int, processes: int) -> Checked:
    """Check the estimates of another ranking."""
    from evaluation.simulation import Effects

    one = partial(
        policy_of_year, effects=Effects(**POLICY_WORLD), participants=participants, months=MONTHS, resamples=400
    )
    return check_policy(run_years(one, years=years, processes=processes, what="policy"))


def gates_checked(*, years: int, participants: int, processes: int) -> Checked:
    """Check the gates."""
    one = partial(gates_of_year, participants=participants, months=MONTHS)
    return check_gates(run_years(one, years=-(-years // GATES_EVERY), processes=processes, what="gates"))


def groups_checked(*, years: int, participants: int, processes: int) -> Checked:
    """Check the alarms; over two years of entering, so that there are jobs enough to tell."""
    from evaluation.simulation import Effects

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


def learning_checked(*, years: int, participants: int, processes: int) -> Checked:
    """Check the sustain model: on one large history, and on small ones."""
    many = max(participants, MANY * min(years, YEARS) // YEARS)
    few = run_years(
        partial(_learned_from, participants=FEW, months=MONTHS), years=min(years, 20), processes=processes, what="few"
    )
    return check_learning(learned(participants=many, months=2 * MONTHS, seed=FIRST_SEED, fresh=True), few)


def _learned_from(seed: int, *, participants: int, months: int) -> Figures:
    return learned(participants=participants, months=months, seed=seed)


CHECKS: Final[Mapping[str, Callable[..., Checked]]] = {
    "lasting": lasting_checked,
    "policy": policy_checked,
    "gates": gates_checked,
    "groups": groups_checked,
    "learning": learning_checked,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks, print and perhaps write the page; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.truth", description=__doc__)
    parser.add_argument("--years", type=int, default=YEARS)
    parser.add_argument("--participants", type=int, default=PARTICIPANTS)
    parser.add_argument("--processes", type=int, default=PROCESSES, choices=(1, 2))
    parser.add_argument("--only", choices=tuple(CHECKS), nargs="+", default=tuple(CHECKS))
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} beside this file")
    options = parser.parse_args(arguments)
    checked = [
        CHECKS[name](years=options.years, participants=options.participants, processes=options.processes)
        for name in options.only
    ]
    text = page(checked, years=options.years, participants=options.participants)
    print(text)
    if options.write:
        PAGE.write_text(text, encoding="utf-8")
    missed = [goal for each in checked for goal in each.goals if not goal.reached]
    for goal in missed:
        print(f"missed: {goal.words}: {goal.found}", file=sys.stderr)
    return 1 if missed else 0


def page(checked: Sequence[Checked], *, years: int, participants: int) -> str:
    """The page of results in Markdown."""
    lines = [
        "# What the evaluation finds of what is true",
        "",
        f"{years} simulated years of {participants:,} participants, by `python -m benchmarks.truth --write`. "
        "The worlds are those of `evaluation/simulation`, with its default effects unless a section says otherwise. "
        "Same seeds, same figures.",
        "",
        "| goal | found |  |",
        "| --- | --- | --- |",
        *(
            f"| {goal.words} | {goal.found} | {'reached' if goal.reached else 'missed'} |"
            for each in checked
            for goal in each.goals
        ),
    ]
    for each in checked:
        lines += ["", f"## {each.title}", "", each.says, "", _row(each.headings), _row(["---"] * len(each.headings))]
        lines += [_row(row) for row in each.rows]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
