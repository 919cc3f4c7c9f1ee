"""How far off the policy estimates are where the truth is known: `python -m benchmarks.policies`, `--write` to keep it.

Many histories are simulated in which every chance is stated. For each, the true value of a ranking on its lists is set
beside plain averages and beside the estimates.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.machine import load, machine
from evaluation.estimates import Estimate
from evaluation.history import History
from evaluation.methods import named
from evaluation.off_policy import Closed, Reward, ShuffledLog, shuffled_log, value_of
from evaluation.off_policy.estimators import expected_under
from evaluation.off_policy.placing import Numbers, Placing, Whole
from evaluation.records.reading import history_of
from evaluation.simulation import Effects, Simulated, simulate
from evaluation.simulation import Reward as TrueReward

PAGE = Path(__file__).with_name("POLICIES.md")
RESAMPLES = 200
MONTHS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One kind of world, what is asked of it, and why it is there."""

    says: str
    effects: Effects
    methods: tuple[str, ...]
    rewards: tuple[Reward, ...]


_STEEP = {"position_effect": 1.0, "choice_fit": 4.0}
SETTINGS: Mapping[str, Setting] = {
    "whole pages": Setting(
        says="Every order of the first ten is equally likely; what stands low is looked at much less.",
        effects=Effects(shuffle_width=1.0, **_STEEP),
        methods=("score", "preferences", "nearest"),
        rewards=(Reward.JOB_START,),
    ),
    "near-ties": Setting(
        says="Near-ties of 0.02 are shuffled, as a service would do it.",
        effects=Effects(**_STEEP),
        methods=("score", "preferences,near-ties"),
        rewards=(Reward.JOB_START, Reward.LASTING_26_WEEKS),
    ),
    "far away": Setting(
        says="Near-ties of 0.02 are shuffled; the rankings asked for are far from the log's.",
        effects=Effects(**_STEEP),
        methods=("preferences", "nearest", "random"),
        rewards=(Reward.JOB_START,),
    ),
    "no shuffle": Setting(
        says="Nothing is shuffled.",
        effects=Effects(shuffle_width=0.0, **_STEEP),
        methods=("as-logged", "preferences", "nearest"),
        rewards=(Reward.JOB_START,),
    ),
}
_TRUE = {
    Reward.JOB_START: TrueReward.START,
    Reward.LASTING_13_WEEKS: TrueReward.LASTING_13,
    Reward.LASTING_26_WEEKS: TrueReward.LASTING_26,
}

PLAIN = ("plain: all lists", "plain: lists with the same first role")
ESTIMATORS = {
    "direct method": "direct",
    "IPS": "weighted",
    "SNIPS": "self_normalised",
    "doubly robust": "doubly_robust",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One estimate in one world, beside the truth; an interval only where the estimator has one."""

    setting: str
    method: str
    reward: Reward
    estimator: str
    truth: float
    estimate: Estimate | float | str  # str: the gate that is closed


def true_value(log: ShuffledLog, simulated: Simulated, target: Placing) -> float:
    """Return the mean over the settled lists of what the target would bring, by the chances of the simulated world."""
    chances, reward = simulated.chances, _TRUE[log.reward]
    positions = range(1, int(log.pages.length.max(initial=1)) + 1)
    by_place = [chances.expected(reward, np.full(len(log.pages.place), position, np.int8)) for position in positions]

    def reward_at(rows: Whole, place: int) -> Numbers:
        return by_place[place][rows]

    each = log.pages.by_list(expected_under(target, pages=log.pages, reward_at=reward_at))
    return float(each[log.brought.settled].mean())


def plain_averages(log: ShuffledLog, target: Placing) -> tuple[float, float]:
    """What a spreadsheet would say: outcomes of all lists, and of those whose first role is the target's first."""
    settled = log.brought.settled
    each = log.pages.by_list(log.brought.reward)
    first = log.pages.place == 0
    agrees = log.pages.by_list((first & (target.first == 0)).astype(np.float64)) > 0
    return float(each[settled].mean()), float(each[settled & agrees].mean())


def world(seed: int, *, setting: str, participants: int) -> list[Told]:
    """Simulate one world of a setting and estimate everything in it."""
    stated = SETTINGS[setting]
    simulated = simulate(participants=participants, months=MONTHS, seed=seed, effects=stated.effects)
    history = history_of(simulated.tables, simulated.data_until)
    return [
        told
        for reward in stated.rewards
        for method in stated.methods
        for told in _in_one(history, simulated, setting=setting, method=method, reward=reward, seed=seed)
    ]


def _in_one(
    history: History, simulated: Simulated, *, setting: str, method: str, reward: Reward, seed: int
) -> Iterator[Told]:
    log = shuffled_log(history, reward=reward, seed=seed)
    if isinstance(log, Closed):
        raise RuntimeError(log.why)
    ranking = named(method)
    target = ranking.placing(history, log.pages)
    made = partial(Told, setting=setting, method=method, reward=reward, truth=true_value(log, simulated, target))
    for name, plain in zip(PLAIN, plain_averages(log, target), strict=True):
        yield made(estimator=name, estimate=plain)
    value = value_of(log, ranking, resamples=RESAMPLES)
    for name, attribute in ESTIMATORS.items():
        yield made(estimator=name, estimate=str(value.gate) if isinstance(value, Closed) else getattr(value, attribute))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An estimator over all worlds: figures for 100 lists."""

    setting: str
    method: str
    reward: Reward
    estimator: str
    worlds: int
    truth: float
    bias: float
    chance_of_bias: float  # the standard error of the bias, from the number of worlds
    spread: float  # standard deviation of the errors
    stated_error: float | None  # mean of the standard errors that the estimator stated
    coverage: float | None
    closed: Mapping[str, int]


def lines_of(told: Sequence[Told]) -> list[Line]:
    """Sum up the worlds."""
    groups: dict[tuple[str, str, Reward, str], list[Told]] = {}
    for each in told:
        groups.setdefault((each.setting, each.method, each.reward, each.estimator), []).append(each)
    return [_line(*key, group) for key, group in groups.items()]


def _line(setting: str, method: str, reward: Reward, estimator: str, told: Sequence[Told]) -> Line:
    closed = Counter(each.estimate for each in told if isinstance(each.estimate, str))
    open_ = [each for each in told if not isinstance(each.estimate, str)]
    errors = np.array([_value(each.estimate) - each.truth for each in open_]) * 100
    intervals = [(each.estimate, each.truth) for each in open_ if isinstance(each.estimate, Estimate)]
    covered = [interval.low <= truth <= interval.high for interval, truth in intervals]
    stated = [interval.standard_error or 0.0 for interval, _ in intervals]
    return Line(
        setting=setting,
        method=method,
        reward=reward,
        estimator=estimator,
        worlds=len(open_),
        truth=float(np.mean([each.truth for each in told])) * 100,
        bias=float(errors.mean()) if len(errors) else np.nan,
        chance_of_bias=float(errors.std(ddof=1) / np.sqrt(len(errors))) if len(errors) > 1 else np.nan,
        spread=float(errors.std(ddof=1)) if len(errors) > 1 else np.nan,
        stated_error=float(np.mean(stated)) * 100 if stated else None,
        coverage=float(np.mean(covered)) if covered else None,
        closed=dict(closed),
    )


def _value(estimate: Estimate | float | str) -> float:
    return estimate.value if isinstance(estimate, Estimate) else float(estimate)


def page_of(lines: Sequence[Line], *, worlds: int, participants: int, before: float) -> str:
    """Return the page."""
    told = [
        "# How far off the policy estimates are",
        "",
        f"Measured on {date.today().isoformat()} by `python -m benchmarks.policies --write`, on {machine()}. Processes "
        f"that wanted a core: {before:.1f} when it began, {load():.1f} when it ended.",
        "",
        f"{worlds} simulated histories a setting, of {participants} people entering over {MONTHS} months. Figures are",
        "outcomes for 100 lists. *Bias* is the mean error, and after ± its standard error by the number of histories.",
        "*Spread* is the standard deviation of the errors, *stated* the mean standard error that was stated, *covered*",
        "the share of 95 % intervals that hold the truth. The intervals of the direct method do not know its bias.",
    ]
    for setting, stated in SETTINGS.items():
        of_setting = [line for line in lines if line.setting == setting]
        if not of_setting:
            continue
        told += ["", f"## {setting[0].upper() + setting[1:]}", "", stated.says, ""]
        told += [
            "| ranking | outcome | truth | estimate | bias | spread | stated | covered | gates closed |",
            "| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | --- |",
            *(_row(line) for line in of_setting),
        ]
    return "\n".join(told) + "\n"


def _row(line: Line) -> str:
    closed = ", ".join(f"{gate}: {count}" for gate, count in line.closed.items()) or "none"
    figures = ["", "", "", ""]
    if line.worlds:
        figures = [
            f"{line.bias:+.2f} ± {line.chance_of_bias:.2f}",
            f"{line.spread:.2f}",
            "" if line.stated_error is None else f"{line.stated_error:.2f}",
            "" if line.coverage is None else f"{line.coverage:.0%}",
        ]
    cells = [f"`{line.method}`", line.reward.words, f"{line.truth:.2f}", line.estimator, *figures, closed]
    return "| " + " | ".join(cells) + " |"


def measured(
    *,
    worlds: int,
    participants: int,
    settings: Sequence[str] = tuple(SETTINGS),
    processes: int = 1,
    first_seed: int = 1,
) -> list[Line]:
    """Simulate so many worlds of each setting and sum up; the same arguments give the same lines."""
    told: list[Told] = []
    for setting in settings:
        run = partial(world, setting=setting, participants=participants)
        seeds = range(first_seed, first_seed + worlds)
        if processes == 1:
            told += [each for seed in seeds for each in run(seed)]
            continue
        with ProcessPoolExecutor(processes) as pool:
            told += [each for several in pool.map(run, seeds) for each in several]
    return lines_of(told)


def main() -> None:
    """Simulate, print, and perhaps write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.policies", description=__doc__)
    parser.add_argument("--worlds", type=int, default=400)
    parser.add_argument("--participants", type=int, default=2000)
    parser.add_argument("--settings", nargs="+", choices=tuple(SETTINGS), default=tuple(SETTINGS))
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} beside this file")
    options = parser.parse_args()
    before = load()
    lines = measured(
        worlds=options.worlds,
        participants=options.participants,
        settings=options.settings,
        processes=options.processes,
    )
    text = page_of(lines, worlds=options.worlds, participants=options.participants, before=before)
    print(text)
    if options.write:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
