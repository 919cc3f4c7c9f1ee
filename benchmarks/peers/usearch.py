"""usearch: exact search of the gathered rows, since its Python index takes no filter; a longer list from HNSW."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks.peers.memory import folder_bytes
from benchmarks.peers.protocol import Given, Measure, Question, Rows, Seconds, Way
from benchmarks.peers.vectors import World, within

_EXTRA: Final = 2.0  # times as many as would be enough if likeness and limits had nothing to do with each other
_MOST: Final = 50_000
_ROOM: Final = 1024


class Usearch:
    """Vectors in an array and columns in NumPy, as in its own advice for exact search; nothing is stored for it."""

    name = "usearch"
    measure = Measure.PRODUCT
    durable = "in memory only"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "graph.usearch"
        self._graph: Any = None

    def build(self, world: World) -> Seconds:
        began = time.perf_counter()
        self.open(world)
        return {"array copied": time.perf_counter() - began}

    def build_approximate(self, world: World) -> Seconds:
        began = time.perf_counter()
        graph = _empty(world.vectors.shape[1])
        graph.add(np.arange(world.count), np.asarray(world.vectors), threads=2)
        took = time.perf_counter() - began
        graph.save(str(self._path))
        return {"HNSW": took}

    def open(self, world: World) -> None:
        count = world.count
        self._count = count
        self._vectors = np.empty((count + _ROOM, world.vectors.shape[1]), np.float32)
        self._vectors[:count] = world.vectors
        self._columns = {
            name: np.concatenate([each, np.zeros(_ROOM, np.int32)]) for name, each in world.columns.items()
        }
        if self._path.exists():
            self._graph = _empty(world.vectors.shape[1])
            self._graph.load(str(self._path))

    def ways(self) -> Sequence[Way]:
        exact = [
            Way(name="NumPy mask, rows gathered, exact", given=Given.CONDITIONS, answer=self._filter_and_search),
            Way(name="rows gathered, exact", given=Given.OUTCOME, answer=self._search),
        ]
        if self._graph is None:
            return exact
        sifted = Way(name="HNSW, longer list, sifted", given=Given.CONDITIONS, answer=self._sift, exact=False)
        return [*exact, sifted]

    def _search(self, question: Question) -> Rows:
        return self._among(question, question.rows)

    def _filter_and_search(self, question: Question) -> Rows:
        columns = {name: column[: self._count] for name, column in self._columns.items()}
        return self._among(question, np.flatnonzero(within(columns, question.bounds)))

    def _among(self, question: Question, rows: Rows) -> Rows:
        from usearch.compiled import MetricKind
        from usearch.index import search

        best = min(question.best, len(rows))
        found = search(self._vectors[rows], question.vector, best, MetricKind.IP, exact=True, threads=1)
        return rows[found.keys.astype(np.int64)]

    def _sift(self, question: Question) -> Rows:
        columns = {name: column[: self._count] for name, column in self._columns.items()}
        allowed = within(columns, question.bounds)
        wanted = min(int(_EXTRA * question.best * self._count / max(int(allowed.sum()), 1)), _MOST, self._count)
        found = self._graph.search(question.vector, wanted, threads=1).keys.astype(np.int64)
        sifted: Rows = found[allowed[found]]
        return sifted[: question.best]

    def insert(self, number: int, vector: npt.NDArray[np.float32], values: Mapping[str, int]) -> None:
        self._vectors[number] = vector
        for name, value in values.items():
            self._columns[name][number] = value
        self._count = number + 1

    def processor_seconds(self) -> float:
        return time.process_time()

    def processes(self) -> Sequence[int]:
        return ()

    def disk_bytes(self) -> int:
        return folder_bytes(self._folder)

    def version(self) -> str:
        return version("usearch")

    def remarks(self) -> Mapping[str, Any]:
        return {}

    def close(self) -> None:
        self._graph = None


def _empty(dimension: int) -> Any:
    from usearch.compiled import MetricKind
    from usearch.index import Index

    return Index(ndim=dimension, metric=MetricKind.IP, dtype="f32", connectivity=16, expansion_add=64)
