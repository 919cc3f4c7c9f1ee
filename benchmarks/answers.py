"""Answers from pools of many sizes: the engine against the plain computation, in turns, with equal answers asserted."""

from __future__ import annotations

import cProfile
import pstats
import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from benchmarks.people import PERSON, person_for
from benchmarks.plain import Answer, Plain, Stopwatch
from benchmarks.pools import draw_pool
from benchmarks.wording import Wording, build_index, lexical_index, load_recipe, load_wording
from embeddings.lexical import LexicalIndex
from fixtures.world import AS_OF
from matching.model.profile import VocationalProfile
from matching.model.shortlist import Method
from matching.places import load_sectors
from matching.retrieval import Recipe, VacancyIndex
from matching.scoring import WeightedScorer, load_weights
from matching.shortlisting import Shortlister
from matching.taxonomy import load_catalogue

SEED: Final = 20261122
SHARES: Final = (0.01, 0.05, 0.20)
SECONDS_A_SHARE: Final = 14.0
FEWEST_RUNS, MOST_RUNS = 15, 60
PROFILED_RUNS: Final = 5
CHECKED_ROWS: Final = 2000

#: Where the time of an answer goes: a name for people, and the functions whose whole time it is, the outermost of which
#: counts.
STEPS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "the person's limits made ready": ("fit/__init__.py", ("constraint_parts",)),
    "open on the day": ("pool.py", ("is_open", "open_rows")),
    "constraints": ("screening.py", ("survivors",)),
    "vectors of the rows left": ("embeddings/index.py", ("similarities",)),
    "words of the rows left": ("embeddings/lexical.py", ("scores", "scores_of")),
    "judging the rows left": ("fit/part.py", ("judge",)),
    "scores": ("scoring.py", ("scores",)),
    "order": ("ranking.py", ("by_score",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that answers, ours and plain, over the same arrays."""

    wording: Wording
    recipe: Recipe
    shortlister: Shortlister
    index: VacancyIndex
    seconds: Mapping[str, float]


def build_world(*, count: int, encoder: str) -> World:
    """Draw a pool and make its index; the time for encoding the distinct texts is taken apart."""
    wording, recipe, watch = load_wording(seed=SEED), load_recipe(encoder), Stopwatch()
    with watch.step("distinct titles and texts encoded, or read from the cache"):
        recipe.vectors([*wording.titles, *wording.texts])
    with watch.step("columns drawn"):
        drawn = draw_pool(count=count, seed=SEED, wording=wording, recipe=recipe)
    with watch.step("vectors and postings combined"):
        index = build_index(wording, recipe, title_of_row=drawn.title_of_row, text_of_row=drawn.text_of_row)
    _check_postings(wording, recipe, drawn.title_of_row[:CHECKED_ROWS], drawn.text_of_row[:CHECKED_ROWS])
    shortlister = Shortlister(
        pool=drawn.pool,
        meaning=index,
        scorer=WeightedScorer(weights=load_weights()),
        catalogue=load_catalogue(),
        sectors=load_sectors(),
        method=Method(encoder=recipe.name, weights="", rules="", catalogue="", policy=""),
    )
    return World(wording=wording, recipe=recipe, shortlister=shortlister, index=index, seconds=watch.seconds)


def _check_postings(wording: Wording, recipe: Recipe, titles: Any, texts: Any) -> None:
    """Postings put together from word numbers are those that the engine makes of the strings."""
    ours = lexical_index(wording, recipe.statistics, title_of_row=titles, text_of_row=texts)
    strings = [f"{wording.titles[title]}\n{wording.texts[text]}" for title, text in zip(titles, texts, strict=True)]
    theirs = LexicalIndex.build(strings, recipe.statistics)
    for query in ("baking bread and cakes", "looking after animals", strings[0]):
        assert np.array_equal(ours.scores(query), theirs.scores(query)), "postings differ"


def compare(*, count: int, encoder: str) -> dict[str, Any]:
    """For each share left: times of both ways in turns, ratio, and where the time goes."""
    world = build_world(count=count, encoder=encoder)
    shortlister = world.shortlister
    plain = Plain(
        pool=shortlister.pool,
        vectors=_matrix(world.index),
        words=world.index._words,
        recipe=world.recipe,
        weights=shortlister.scorer.weights,
        catalogue=shortlister.catalogue,
        sectors=shortlister.sectors,
    )
    return {
        "count": count,
        "wording": f"{len(world.wording.titles):,} {world.wording.source}; {len(world.wording.texts):,} texts",
        "recipe": world.recipe.name,
        "build_seconds": dict(world.seconds),
        "shares": [
            *(
                _compare_one(shortlister, plain, profile=person_for(shortlister, share=share), named=f"{share:.0%}")
                | {"share": share}
                for share in SHARES
            ),
            _compare_one(shortlister, plain, profile=PERSON, named=f"{PERSON.travel.max_km:g} km"),
        ],
    }


def _matrix(index: VacancyIndex) -> Any:
    """The whole matrix of vectors, as it lies in memory."""
    (segment,) = index._vectors._segments
    return segment.vectors


def _compare_one(shortlister: Shortlister, plain: Plain, *, profile: VocationalProfile, named: str) -> dict[str, Any]:
    watches = {"plain": Stopwatch(), "plain_lean": Stopwatch()}

    def ours() -> Answer:
        ordered = shortlister.order(profile, as_of=AS_OF)
        return Answer(rows=ordered.rows, scores=ordered.scores, order=ordered.order)

    def plainly() -> Answer:
        return plain.answer(profile, as_of=AS_OF, watch=watches["plain"], scores_for_all_rows=True)

    def leanly() -> Answer:
        return plain.answer(profile, as_of=AS_OF, watch=watches["plain_lean"], scores_for_all_rows=False)

    ways: dict[str, Callable[[], Answer]] = {"ours": ours, "plain": plainly, "plain_lean": leanly}
    answer = assert_equal({name: way() for name, way in ways.items()})
    milliseconds: dict[str, list[float]] = {name: [] for name in ways}
    processor: dict[str, list[float]] = {name: [] for name in ways}
    for watch in watches.values():
        watch.seconds.clear()
    began = time.perf_counter()
    runs = 0
    while runs < FEWEST_RUNS or (runs < MOST_RUNS and time.perf_counter() - began < SECONDS_A_SHARE):
        answers = {}
        for name, way in ways.items():
            start, started_with = time.perf_counter(), time.process_time()
            answers[name] = way()
            processor[name].append(1000 * (time.process_time() - started_with))
            milliseconds[name].append(1000 * (time.perf_counter() - start))
        assert_equal(answers)
        runs += 1
    plain_steps = {name: 1000 * seconds / runs for name, seconds in watches["plain"].seconds.items()}
    return {
        "share": None,
        "named": named,
        "left": len(answer.rows),
        "max_km": profile.travel.max_km,
        "runs": runs,
        "milliseconds": {name: _quantiles(times) for name, times in milliseconds.items()},
        # The core's time without waiting for it: nearer to what a calm machine would show.
        "processor_milliseconds": {name: _quantiles(times) for name, times in processor.items()},
        # Each turn's own ratio, so that a neighbour's load weighs on both sides.
        "ratios": {
            name: float(np.median(np.divide(milliseconds[name], milliseconds["ours"])))
            for name in ("plain", "plain_lean")
        },
        "plain_steps": plain_steps,
        "our_steps": _our_steps(shortlister, profile),
    }


def assert_equal(answers: Mapping[str, Answer]) -> Answer:
    """Members, scores and order are the same, bit for bit."""
    first_name, first = next(iter(answers.items()))
    for name, other in answers.items():
        for field in ("rows", "scores", "order"):
            same = np.array_equal(getattr(first, field), getattr(other, field))
            assert same, f"{field} of {first_name} and {name} differ"
    return first


def _quantiles(milliseconds: list[float]) -> dict[str, float]:
    best, middle, late = np.quantile(milliseconds, [0.0, 0.5, 0.95])
    return {"best": float(best), "p50": float(middle), "p95": float(late)}


def _our_steps(shortlister: Shortlister, profile: VocationalProfile) -> dict[str, float]:
    """Milliseconds by step, as Python's own profiler sees them: it adds a little to every call."""
    profiler = cProfile.Profile(time.process_time)
    profiler.enable()
    for _ in range(PROFILED_RUNS):
        shortlister.order(profile, as_of=AS_OF)
    profiler.disable()
    spent = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    steps = dict.fromkeys(STEPS, 0.0)
    whole = 0.0
    for (file, _, function), (_, _, _, cumulative, _) in spent.items():
        for name, (where, functions) in STEPS.items():
            if function in functions and file.replace("\\", "/").endswith(where):
                steps[name] = max(steps[name], 1000 * cumulative / PROFILED_RUNS)
        if function == "order" and file.endswith("shortlisting.py"):
            whole = 1000 * cumulative / PROFILED_RUNS
    return {**steps, "everything else": whole - sum(steps.values())}


def peak_memory(*, count: int, encoder: str) -> dict[str, Any]:
    """Build a pool and its index and answer from it, and say how much memory the process held at most."""
    world = build_world(count=count, encoder=encoder)
    after_building = _peak_gigabytes()
    for share in SHARES:
        world.shortlister.order(person_for(world.shortlister, share=share), as_of=AS_OF)
    return {
        "count": count,
        "after_building_gigabytes": after_building,
        "peak_gigabytes": _peak_gigabytes(),
        "now_gigabytes": _gigabytes_now(),
    }


def _peak_gigabytes() -> float:
    # Not `getrusage`: its peak would be that of the process that started this one, if that was larger.
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) * 1024 / 1e9


def _gigabytes_now() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e9
