"""What the comparison must show, and whether it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from benchmarks.peers.installed import OURS
from benchmarks.peers.protocol import Given
from benchmarks.results import Goal

#: How many times faster than pgvector's exact search, by the kernel that makes the first pass.
TIMES_FASTER: Final[Mapping[str, float]] = {"compiled C": 10.0, "numba": 6.0}
LEAST_TIMES_FASTER: Final = 5.0
GOAL_COUNT, GOAL_SHARE = 1_000_000, 0.05
_GIVEN: Final = {Given.CONDITIONS: "conditions given", Given.OUTCOME: "rows given"}


def goals(runs: Sequence[Mapping[str, Any]]) -> list[Goal]:
    """Recall of ours everywhere; at 1,000,000 the ratios to pgvector and to qdrant-edge."""
    return [goal for run in runs for goal in (_recall(run), *_ratios(run))]


def quickest(ways: Sequence[Mapping[str, Any]], peer: str, given: Given) -> Mapping[str, Any] | None:
    """A peer's exact way that takes the least of a core, of those on one thread."""
    found = [
        way for way in ways if way["peer"] == peer and way["given"] == given.value and way["exact"] and way["alone"]
    ]
    return min(found, key=lambda way: float(way["processor_milliseconds"]), default=None)


def _recall(run: Mapping[str, Any]) -> Goal:
    least = min(way["least_recall"] for share in run["shares"] for way in share["ways"] if way["peer"] == OURS)
    return Goal(
        words=f"{run['count']:,} vacancies: ours finds all of the best 50, in every turn",
        found=f"{least:.3f}",
        reached=least == 1.0,
        must=True,
    )


def _ratios(run: Mapping[str, Any]) -> Iterator[Goal]:
    if run["count"] != GOAL_COUNT:
        return
    for share in run["shares"]:
        for given, told in _GIVEN.items():
            where = f"{run['count']:,} vacancies, {share['share']:.0%} left, {told}"
            ours = [way for way in share["ways"] if way["peer"] == OURS and way["given"] == given.value]
            if share["share"] == GOAL_SHARE:
                for own in ours:
                    needed = TIMES_FASTER.get(own["way"], LEAST_TIMES_FASTER)
                    # The kernel's goal is about the search: columns take their time whichever kernel comes after.
                    needed = needed if given is Given.OUTCOME else LEAST_TIMES_FASTER
                    words = f"{where}: {needed:g} times faster than"
                    yield from _beside(share, own, "pgvector", words, needed, must=own is ours[0])
            for own in ours[:1]:
                yield from _beside(share, own, "qdrant-edge", f"{where}: never slower than", 1.0, must=True)


def _beside(
    share: Mapping[str, Any], own: Mapping[str, Any], peer: str, words: str, needed: float, *, must: bool
) -> Iterator[Goal]:
    """One of our ways beside a peer's quickest; the lower ratio of clock and core counts."""
    way = quickest(share["ways"], peer, Given(own["given"]))
    if way is None:
        return
    clock = way["ratio"] / own["ratio"]
    core = way["processor_ratio"] / own["processor_ratio"]
    yield Goal(
        words=f"{words} {peer} ({way['way']}), with {own['way']}",
        found=f"{clock:.1f} times by the clock, {core:.1f} by the core",
        reached=min(clock, core) >= needed,
        must=must,
    )
