"""Questions put to every way in turn: times, ratios of one turn, and recall against brute force."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks.peers.installed import OURS
from benchmarks.peers.protocol import Given, Measure, Peer, Question, Rows, Way
from benchmarks.peers.vectors import SEED, WANTS, World, new_vectors

FEWEST_TURNS: Final = 7
MOST_TURNS: Final = 60
NEWCOMERS: Final = 10
_NEW_SHARE: Final = 0.05
_PATIENCE_SECONDS: Final = 30.0
_BLOCK_ROWS: Final = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """By brute force: the rows that may be found, how near each is, and how near the last of the best is."""

    question: Question
    near: npt.NDArray[np.float64]  # by place in question.rows
    last: float

    def recall(self, found: Rows) -> float:
        """The share of the best that was found; rows as near as the last of them count as any other."""
        wanted = min(self.question.best, len(self.question.rows))
        distinct = np.unique(found)
        place = np.searchsorted(self.question.rows, distinct)
        place = np.minimum(place, len(self.question.rows) - 1)
        allowed = self.question.rows[place] == distinct
        right = int((self.near[place[allowed]] >= self.last).sum())
        return min(right, wanted) / wanted if wanted else 1.0


def truth(vectors: npt.NDArray[np.float32], question: Question, measure: Measure) -> Truth:
    """Compare every row left, in double precision; nearness is the inner product, or the distance made negative."""
    near = np.empty(len(question.rows))
    asked = question.vector.astype(np.float64)
    for start in range(0, len(near), _BLOCK_ROWS):
        block = vectors[question.rows[start : start + _BLOCK_ROWS]].astype(np.float64)
        apart = block - asked
        products = block @ asked if measure is Measure.PRODUCT else -np.einsum("ij,ij->i", apart, apart)
        near[start : start + _BLOCK_ROWS] = products
    wanted = min(question.best, len(near))
    last = float(np.partition(near, len(near) - wanted)[len(near) - wanted]) if wanted else 0.0
    return Truth(question=question, near=near, last=last)


def compare(peers: Sequence[Peer], world: World, *, share: float, seconds: float) -> dict[str, Any]:
    """Ask every way of every peer in turn until the time is up, ours among them."""
    questions = world.questions(share)
    truths = {
        measure: [truth(world.vectors, question, measure) for question in questions]
        for measure in {peer.measure for peer in peers}
    }
    ways = [(peer, way) for peer in peers for way in peer.ways()]
    spent = [_Spent() for _ in ways]
    for _, way in ways:  # once before, so that plans are made and kernels loaded
        way.answer(questions[0])
    # In another order each turn: what one way leaves in the caches helps or hinders each of the others in turn.
    orders = np.random.default_rng(SEED)
    began, turns = time.perf_counter(), 0
    while turns < FEWEST_TURNS or (turns < MOST_TURNS and time.perf_counter() - began < seconds):
        which = turns % len(WANTS)
        for number in orders.permutation(len(ways)):
            peer, way = ways[number]
            found = spent[number].ask(peer, way.answer, questions[which])
            spent[number].recalls.append(truths[peer.measure][which].recall(found))
        turns += 1
    ours: dict[Given, _Spent] = {}
    for (peer, way), one in zip(ways, spent, strict=True):
        if peer.name == OURS:
            ours.setdefault(way.given, one)  # its first way is the quickest kernel's
    return {
        "share": share,
        "left": len(questions[0].rows),
        "turns": turns,
        "ways": [
            {
                "peer": peer.name,
                "way": way.name,
                "given": way.given.value,
                "exact": way.exact,
                "alone": way.alone,
                **one.told(beside=ours.get(way.given)),
            }
            for (peer, way), one in zip(ways, spent, strict=True)
        ],
    }


class _Spent:
    """What one way took in each turn."""

    def __init__(self) -> None:
        self.clock: list[float] = []
        self.processor: list[float] = []
        self.recalls: list[float] = []

    def ask(self, peer: Peer, answer: Callable[[Question], Rows], question: Question) -> Rows:
        processor, clock = peer.processor_seconds(), time.perf_counter()
        found = answer(question)
        self.clock.append(time.perf_counter() - clock)
        self.processor.append(peer.processor_seconds() - processor)
        return found

    def told(self, *, beside: _Spent | None) -> dict[str, Any]:
        told: dict[str, Any] = {
            "milliseconds": {name: 1000 * float(np.quantile(self.clock, at)) for name, at in _QUANTILES.items()},
            "processor_milliseconds": 1000 * float(np.median(self.processor)),
            "recall": float(np.mean(self.recalls)),
            "least_recall": float(np.min(self.recalls)),
        }
        if beside is not None:
            told["ratio"] = float(np.median(np.divide(self.clock, beside.clock)))
            told["processor_ratio"] = float(np.median(self.processor) / np.median(beside.processor))
        return told


_QUANTILES: Final[Mapping[str, float]] = {"best": 0.0, "p50": 0.5, "p95": 0.95}


def time_until_found(peer: Peer, world: World) -> dict[str, float]:
    """Milliseconds from a new vacancy until a question finds it first, and of these for the taking in alone."""
    (way, *_) = peer.ways()
    assert way.given is Given.CONDITIONS
    taken, found = [], []
    for place, vector in enumerate(new_vectors(NEWCOMERS, world.vectors.shape[1])):
        number = world.count + place
        question = world.questions(_NEW_SHARE)[0]
        asked = Question(vector=vector, bounds=question.bounds, flag=question.flag, rows=question.rows, best=1)
        began = time.perf_counter()
        peer.insert(number, vector, world.newcomer(_NEW_SHARE))
        taken.append(time.perf_counter() - began)
        _wait_until_first(way, asked, number, began)
        found.append(time.perf_counter() - began)
    return {"taken_milliseconds": 1000 * float(np.median(taken)), "found_milliseconds": 1000 * float(np.median(found))}


def _wait_until_first(way: Way, question: Question, number: int, began: float) -> None:
    while number not in way.answer(question):
        if time.perf_counter() - began > _PATIENCE_SECONDS:
            raise TimeoutError(f"{way.name}: a new vacancy was not found within {_PATIENCE_SECONDS:.0f} s")
