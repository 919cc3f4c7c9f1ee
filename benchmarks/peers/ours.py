"""Our own way: plain columns narrowed one after another, then `VectorIndex.nearest` among the rows left."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.peers.protocol import Bounds, Given, Measure, Question, Rows, Seconds, Way
from benchmarks.peers.vectors import World
from embeddings import kernels
from embeddings.index import VectorIndex
from embeddings.kernels import Kernel

_BLOCK_ROWS = 32_768  # of which numbers and comparisons stay in a core's cache
_ROOM = 1024  # for new vacancies, so that a column is not copied for each
_FIRST = ("easting", "northing")  # the most selective: the others are asked only of the rows that these leave


class Ours:
    """Columns and vectors in memory; a new vacancy is committed to SQLite first, as the service does."""

    name = "ours"
    measure = Measure.PRODUCT
    durable = "committed to SQLite, synchronous, before it is put"

    def __init__(self, folder: Path) -> None:
        self._path = folder / "vacancies.sqlite"
        # The quickest first, which is the one that the service computes with; each gives the same answers.
        self._kernels: tuple[Kernel | None, ...] = (*kernels.available(), None)

    def build(self, world: World) -> Seconds:
        began = time.perf_counter()
        self.open(world)
        return {"checked, taken over": time.perf_counter() - began}

    def build_approximate(self, world: World) -> Seconds:
        return {}

    def open(self, world: World) -> None:
        with kernels.using(self._kernels[0]):
            self._index = VectorIndex.adopt(np.asarray(world.vectors))
        self._columns = {
            # Places are compared as 32 bits.
            name: np.concatenate([each, np.zeros(_ROOM, np.int32)]) if name in _FIRST else _narrow(each)
            for name, each in world.columns.items()
        }
        self._database = sqlite3.connect(self._path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        columns = ", ".join(f"{name} INTEGER" for name in world.columns)
        self._database.execute(
            f"CREATE TABLE IF NOT EXISTS vacancy (number INTEGER PRIMARY KEY, {columns}, vector BLOB)"
        )

    def ways(self) -> Sequence[Way]:
        """Both kinds of question with each kernel, the quickest first."""
        asked = ((Given.CONDITIONS, self._filter_and_search), (Given.OUTCOME, self._search))
        return tuple(
            Way(name=kernel_name(kernel), given=given, answer=partial(_with, kernel, answer))
            for kernel in self._kernels
            for given, answer in asked
        )

    def insert(self, number: int, vector: npt.NDArray[np.float32], values: Mapping[str, int]) -> None:
        names = ", ".join(values)
        marks = ", ".join("?" * (len(values) + 2))
        self._database.execute(
            f"INSERT INTO vacancy (number, vector, {names}) VALUES ({marks})",  # noqa: S608 - names of our columns
            (number, vector.tobytes(), *values.values()),
        )
        (row,) = self._index.put([number], vector[None, :])
        for name, value in values.items():
            self._columns[name][row] = value

    def processor_seconds(self) -> float:
        return time.process_time()

    def processes(self) -> Sequence[int]:
        return ()

    def disk_bytes(self) -> int:
        return 0

    def version(self) -> str:
        return f"numpy {version('numpy')}"

    def remarks(self) -> Mapping[str, str]:
        return {"kernel": kernel_name(self._kernels[0])}

    def close(self) -> None:
        self._database.close()
        for path in self._path.parent.glob(f"{self._path.name}*"):
            os.remove(path)

    def _filter_and_search(self, question: Question) -> Rows:
        return self._index.nearest(question.vector, question.best, self._rows_within(question.bounds))[0]

    def _search(self, question: Question) -> Rows:
        return self._index.nearest(question.vector, question.best, question.rows)[0]

    def _rows_within(self, bounds: Bounds) -> Rows:
        allowed = np.empty(self._index.count, np.bool_)
        for start in range(0, len(allowed), _BLOCK_ROWS):
            block = slice(start, min(start + _BLOCK_ROWS, len(allowed)))
            near = [_between(self._columns[name][block], *bounds[name]) for name in _FIRST]
            allowed[block] = near[0] & near[1]
        rows = np.flatnonzero(allowed)
        for name, (least, most) in bounds.items():
            if name not in _FIRST:
                found = self._columns[name][rows]
                rows = rows[found >= least if least is not None else found <= most]
        return rows


def _between(column: npt.NDArray[np.int32], least: int | None, most: int | None) -> npt.NDArray[np.bool_]:
    """Whether each is at least and at most so much, in one comparison: what is too small wraps around to the large."""
    assert least is not None
    assert most is not None
    within: npt.NDArray[np.bool_] = (column - np.int32(least)).view(np.uint32) <= np.uint32(most - least)
    return within


def _narrow(column: npt.NDArray[np.int32]) -> npt.NDArray[Any]:
    """The column in as few bytes as its values need, with room for new vacancies."""
    kinds = (np.uint8, np.int16, np.int32)
    least, most = int(column.min()), int(column.max())
    kind = next(kind for kind in kinds if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max)
    return np.concatenate([column.astype(kind), np.zeros(_ROOM, kind)])


def kernel_name(kernel: Kernel | None) -> str:
    """What a kernel is called in the tables."""
    return kernels.PLAIN if kernel is None else kernel.name


def _with(kernel: Kernel | None, answer: Callable[[Question], Rows], question: Question) -> Rows:
    with kernels.using(kernel):
        return answer(question)
