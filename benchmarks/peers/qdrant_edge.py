"""qdrant-edge, Qdrant's engine in this process: payload indexes with an exact search, or its HNSW graph."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from benchmarks.peers.memory import folder_bytes
from benchmarks.peers.protocol import Given, Measure, Question, Rows, Seconds, Way
from benchmarks.peers.vectors import World

_BLOCK_ROWS: Final = 4096
_GRAPH: Final = {"m": 16, "ef_construct": 100}
_EF: Final = 200


class QdrantEdge:
    """One shard on disk, optimised, vectors and payload cached, one search thread; no graph until one is asked for."""

    name = "qdrant-edge"
    measure = Measure.PRODUCT
    durable = "in its write-ahead log, not flushed"

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "shard"
        self._graph_folder = folder / "graph"
        self._shard: Any = None
        self._graph: Any = None

    def build(self, world: World) -> Seconds:
        import qdrant_edge as edge

        self._folder.mkdir()
        began = time.perf_counter()
        self._shard = edge.EdgeShard.create(str(self._folder), _config(world.vectors.shape[1], edges=0))
        for start in range(0, world.count, _BLOCK_ROWS):
            block = range(start, min(start + _BLOCK_ROWS, world.count))
            columns = {name: column[start : block.stop].tolist() for name, column in world.columns.items()}
            points = [
                edge.Point(
                    id=number,
                    vector=world.vectors[number].tolist(),
                    payload={name: values[place] for name, values in columns.items()},
                )
                for place, number in enumerate(block)
            ]
            self._shard.update(edge.UpdateOperation.upsert_points(points))
        put = time.perf_counter()
        for name in world.columns:
            self._shard.update(edge.UpdateOperation.create_field_index(name, edge.PayloadSchemaType.Integer))
        self._shard.optimize()
        self._shard.flush()
        return {"rows put": put - began, "payload indexes, optimised": time.perf_counter() - put}

    def build_approximate(self, world: World) -> Seconds:
        import qdrant_edge as edge

        # A shard of its own: where there is a graph, only the ways that are told to are exact.
        self._shard.flush()
        shutil.copytree(self._folder, self._graph_folder)
        began = time.perf_counter()
        graph = edge.EdgeShard.load(str(self._graph_folder), _config(world.vectors.shape[1], edges=_GRAPH["m"]))
        graph.optimize()
        graph.flush()
        took = time.perf_counter() - began
        graph.close()
        return {"HNSW": took}

    def open(self, world: World) -> None:
        import qdrant_edge as edge

        dimension = world.vectors.shape[1]
        self._shard = edge.EdgeShard.load(str(self._folder), _config(dimension, edges=0))
        if self._graph_folder.exists():
            self._graph = edge.EdgeShard.load(str(self._graph_folder), _config(dimension, edges=_GRAPH["m"]))

    def ways(self) -> Sequence[Way]:
        def conditions(name: str, answer: Any, *, exact: bool = True) -> Way:
            return Way(name=name, given=Given.CONDITIONS, answer=answer, exact=exact)

        exact = [
            conditions("filter, payload indexes, exact", self._asking(self._shard, _conditions)),
            # Without a graph the ordinary search looks at every row that passes; it plans the filter otherwise.
            conditions("filter, payload indexes, no graph", self._asking(self._shard, _conditions, exact=False)),
            Way(name="flag, exact", given=Given.OUTCOME, answer=self._asking(self._shard, _flagged)),
            Way(name="flag, no graph", given=Given.OUTCOME, answer=self._asking(self._shard, _flagged, exact=False)),
        ]
        if self._graph is None:
            return exact
        named = f"HNSW with filter, hnsw_ef {_EF}"
        return [*exact, conditions(named, self._asking(self._graph, _conditions, exact=False), exact=False)]

    def _asking(self, shard: Any, conditions: Callable[[Question], list[Any]], *, exact: bool = True) -> Any:
        import qdrant_edge as edge

        params = edge.SearchParams(exact=True) if exact else edge.SearchParams(hnsw_ef=_EF)

        def answer(question: Question) -> Rows:
            request = edge.QueryRequest(
                limit=question.best,
                query=edge.Query.Nearest(cast("list[float]", question.vector)),
                filter=edge.Filter(must=conditions(question)),
                params=params,
            )
            return np.array([point.id for point in shard.query(request)], np.int64)

        return answer

    def insert(self, number: int, vector: npt.NDArray[np.float32], values: Mapping[str, int]) -> None:
        import qdrant_edge as edge

        point = edge.Point(id=number, vector=vector.tolist(), payload=dict(values))
        self._shard.update(edge.UpdateOperation.upsert_points([point]))

    def processor_seconds(self) -> float:
        return time.process_time()

    def processes(self) -> Sequence[int]:
        return ()

    def disk_bytes(self) -> int:
        return folder_bytes(self._folder)

    def version(self) -> str:
        return version("qdrant-edge-py")

    def remarks(self) -> Mapping[str, Any]:
        began = time.perf_counter()
        self._shard.flush()
        return {"flush_milliseconds": 1000 * (time.perf_counter() - began)}

    def close(self) -> None:
        for shard in (self._shard, self._graph):
            if shard is not None:
                shard.close()


def _config(dimension: int, *, edges: int) -> Any:
    import qdrant_edge as edge

    return edge.EdgeConfig(
        vectors=edge.EdgeVectorParams(size=dimension, distance=edge.Distance.Dot, memory=edge.Memory.Cached),
        hnsw_config=edge.HnswIndexConfig(m=edges, ef_construct=_GRAPH["ef_construct"], full_scan_threshold=10_000),
        optimizers=edge.EdgeOptimizersConfig(default_segment_number=1),
        max_search_threads=1,
        payload_memory=edge.Memory.Cached,
    )


def _conditions(question: Question) -> list[Any]:
    return [_condition(name, bounds) for name, bounds in question.bounds.items()]


def _condition(name: str, bounds: tuple[int | None, int | None]) -> Any:
    import qdrant_edge as edge

    least, most = bounds
    return edge.FieldCondition(key=name, range=edge.RangeFloat(gte=least, lte=most))


def _flagged(question: Question) -> list[Any]:
    import qdrant_edge as edge

    # A number: in version 0.9.0 a condition on `true` finds nothing, since Python's True is read as 1.
    return [edge.FieldCondition(key=question.flag, match=edge.MatchValue(value=1))]
