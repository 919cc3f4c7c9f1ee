"""sqlite-vec: a vec0 table in an SQLite file, exact brute force with metadata columns."""

from __future__ import annotations

import ctypes
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks.peers.memory import folder_bytes
from benchmarks.peers.protocol import Bounds, Given, Measure, Question, Rows, Seconds, Way
from benchmarks.peers.vectors import World

_BLOCK_ROWS: Final = 4096


class SqliteVec:
    """Orders by distance: it offers no inner product."""

    name = "sqlite-vec"
    measure = Measure.DISTANCE
    durable = "committed to SQLite, synchronous"

    def __init__(self, folder: Path) -> None:
        self._path = folder / "vacancies.sqlite"

    def build(self, world: World) -> Seconds:
        self._connect()
        columns = ", ".join(f"{name} integer" for name in world.columns)
        began = time.perf_counter()
        self._database.execute(
            f"CREATE VIRTUAL TABLE vacancy USING vec0(embedding float[{world.vectors.shape[1]}], {columns})"
        )
        names = ", ".join(world.columns)
        marks = ", ".join("?" * (len(world.columns) + 2))
        self._database.execute("BEGIN")
        self._database.executemany(
            f"INSERT INTO vacancy (rowid, embedding, {names}) VALUES ({marks})",  # noqa: S608 - names of our columns
            _rows(world),
        )
        self._database.execute("COMMIT")
        return {"rows put": time.perf_counter() - began}

    def build_approximate(self, world: World) -> Seconds:
        return {}

    def open(self, world: World) -> None:
        self._connect()

    def _connect(self) -> None:
        self._database = _database(self._path)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("PRAGMA mmap_size=8000000000")

    def ways(self) -> Sequence[Way]:
        return (
            Way(name="metadata columns", given=Given.CONDITIONS, answer=self._within),
            Way(name="flag in a metadata column", given=Given.OUTCOME, answer=self._flagged),
            Way(name="row numbers given", given=Given.OUTCOME, answer=self._among),
        )

    def _within(self, question: Question) -> Rows:
        return self._asked(question, _where(question.bounds), ())

    def _flagged(self, question: Question) -> Rows:
        return self._asked(question, f"{question.flag} = 1", ())

    def _among(self, question: Question) -> Rows:
        return self._asked(question, "rowid IN (SELECT value FROM json_each(?))", (json.dumps(question.rows.tolist()),))

    def _asked(self, question: Question, where: str, more: tuple[Any, ...]) -> Rows:
        found = self._database.execute(
            f"SELECT rowid FROM vacancy WHERE embedding MATCH ? AND k = ? AND {where} ORDER BY distance",  # noqa: S608
            (question.vector.tobytes(), question.best, *more),
        )
        return np.array([number for (number,) in found], np.int64)

    def insert(self, number: int, vector: npt.NDArray[np.float32], values: Mapping[str, int]) -> None:
        names = ", ".join(values)
        marks = ", ".join("?" * (len(values) + 2))
        self._database.execute(
            f"INSERT INTO vacancy (rowid, embedding, {names}) VALUES ({marks})",  # noqa: S608 - names of our columns
            (number, vector.tobytes(), *values.values()),
        )

    def processor_seconds(self) -> float:
        return time.process_time()

    def processes(self) -> Sequence[int]:
        return ()

    def disk_bytes(self) -> int:
        return folder_bytes(self._path.parent)

    def version(self) -> str:
        return f"{version('sqlite-vec')} in SQLite {sqlite3.sqlite_version}"

    def remarks(self) -> Mapping[str, Any]:
        return {}

    def close(self) -> None:
        self._database.close()


def _database(path: Path) -> sqlite3.Connection:
    """A connection that knows vec0, also where Python's sqlite3 was built without loading of extensions."""
    import sqlite_vec

    if hasattr(sqlite3.Connection, "enable_load_extension"):
        database = sqlite3.connect(path, isolation_level=None)
        database.enable_load_extension(True)
        sqlite_vec.load(database)
        return database
    import _sqlite3

    # The SQLite that Python itself is linked to is told of the extension while this one connection is opened.
    library = ctypes.CDLL(_sqlite3.__file__)
    extension = ctypes.CDLL(f"{sqlite_vec.loadable_path()}.so").sqlite3_vec_init
    library.sqlite3_auto_extension(extension)
    try:
        return sqlite3.connect(path, isolation_level=None)
    finally:
        library.sqlite3_cancel_auto_extension(extension)


def _rows(world: World) -> Iterator[tuple[Any, ...]]:
    for start in range(0, world.count, _BLOCK_ROWS):
        columns = [column[start : start + _BLOCK_ROWS].tolist() for column in world.columns.values()]
        for place, values in enumerate(zip(*columns, strict=True)):
            yield (start + place, world.vectors[start + place].tobytes(), *values)


def _where(bounds: Bounds) -> str:
    conditions = []
    for name, (least, most) in bounds.items():
        conditions += [f"{name} >= {least}"] if least is not None else []
        conditions += [f"{name} <= {most}"] if most is not None else []
    return " AND ".join(conditions)
