"""Exact nearness over vectors held in memory: put, drop, compare, save and load, and nothing approximate.

Vectors are stored rounded (see `rounding`), so the product of a block of rows, the gathered product of a few rows and
the search of FAISS give the same bits on every machine. Speed comes from looking only at the rows asked about.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.array_file import disagreement
from embeddings.errors import IndexRefused
from embeddings.rounding import STEP, refuse_inexact_lengths, rounded

Rows = NDArray[np.int64]
Vectors = NDArray[np.float32]

#: Rows gathered at a time: 128 rows of 384 numbers stay in a core's cache while all query vectors read them.
_GATHERED_ROWS = 128
#: Rows in one matrix product when every row is asked about.
_PRODUCT_ROWS = 2048
#: Rows of the open segment that single additions go to; 24 MB, of which only written pages cost memory.
_OPEN_SEGMENT_ROWS = 16_384
#: Rows under one digest in a saved index.
_DIGEST_ROWS = 16_384
_FORMAT = "wellplaced vector index 1"
_FILES = {"vectors": "vectors.f32", "ids": "ids.i64", "dropped": "dropped.u8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    """Consecutive rows in one block of memory. `space` may reach beyond the rows that are in use."""

    first_row: int
    count: int
    space: Vectors

    @property
    def vectors(self) -> Vectors:
        return self.space[: self.count]


class VectorIndex:
    """Vectors by row 0..n-1, each with the caller's id; exact inner products with any of them.

    A row never moves: dropping leaves a gap and putting an id again takes a new row. Readers may go on while one writer
    puts and drops: they keep the segments that they began with. Nothing is copied when the index grows.
    """

    def __init__(self, dimension: int) -> None:
        if dimension < 1:
            raise ValueError("dimension must be at least 1")
        self._dimension = dimension
        self._segments: tuple[_Segment, ...] = ()
        self._ids: list[NDArray[np.int64]] = []
        self._dropped = np.zeros(0, dtype=bool)
        self._dropped_count = 0
        self._row_of_new_id: dict[int, int] = {}
        self._adopted: tuple[Rows, Rows | None] | None = None

    @classmethod
    def adopt(cls, vectors: Vectors, ids: Rows | None = None) -> VectorIndex:
        """Make an index of a filled float32 array without copying it; the caller must not change it afterwards.

        The vectors must be rounded already. (A flat index of FAISS cannot be given memory from Python, so the array
        itself is kept, and the FAISS kernels read it in place.)
        """
        if vectors.dtype != np.float32 or vectors.ndim != 2 or not vectors.flags.c_contiguous:
            raise ValueError("an adopted array must be float32, two-dimensional and in C order")
        for start in range(0, len(vectors), _DIGEST_ROWS):
            block = vectors[start : start + _DIGEST_ROWS]
            refuse_inexact_lengths(block)
            scaled = block * np.float32(1 / STEP)
            if not np.array_equal(scaled, np.rint(scaled)):
                raise ValueError("an adopted array must be rounded to multiples of 2**-11")
        index = cls(vectors.shape[1])
        given = np.arange(len(vectors), dtype=np.int64) if ids is None else _as_ids(ids, len(vectors))
        index._take(vectors, given, np.zeros(len(vectors), dtype=bool))
        return index

    def _take(self, vectors: Vectors, ids: Rows, dropped: NDArray[np.bool_]) -> None:
        self._segments = (_Segment(first_row=0, count=len(vectors), space=vectors),) if len(vectors) else ()
        self._ids = [ids]
        self._dropped = dropped
        self._dropped_count = int(dropped.sum())
        # A dictionary of a million ids would take seconds and 100 MB: these are found by bisection instead.
        self._adopted = _sorted_by_id(ids, dropped)

    @property
    def dimension(self) -> int:
        return self._dimension

    @property
    def count(self) -> int:
        """Number of rows, dropped ones included: rows are 0 to count - 1."""
        return _count(self._segments)

    @property
    def ids(self) -> Rows:
        """The id of each row, dropped rows included."""
        if len(self._ids) > 1:
            self._ids = [np.concatenate(self._ids)]
        return self._ids[0] if self._ids else np.zeros(0, dtype=np.int64)

    @property
    def dropped(self) -> NDArray[np.bool_]:
        """Whether each row has been dropped."""
        return self._dropped[: self.count]

    def vectors_at(self, rows: ArrayLike) -> Vectors:
        """Return the stored vectors of these rows, in their order."""
        wanted = self._checked_rows(np.asarray(rows, dtype=np.int64), self._segments)
        found = np.empty((len(wanted), self._dimension), dtype=np.float32)
        for segment in self._segments:
            here = (wanted >= segment.first_row) & (wanted < segment.first_row + segment.count)
            found[here] = segment.vectors[wanted[here] - segment.first_row]
        return found

    def put(self, ids: Sequence[int] | Rows, vectors: ArrayLike) -> Rows:
        """Store a vector under each id and return the new rows; an id that was there loses its old row."""
        stored = rounded(vectors)
        if stored.ndim != 2 or stored.shape[1] != self._dimension:
            raise ValueError(f"vectors must have {self._dimension} components")
        new_ids = _as_ids(ids, len(stored))
        self.drop(new_ids)
        first_row = self.count
        rows = np.arange(first_row, first_row + len(stored), dtype=np.int64)
        self._row_of_new_id.update(zip(new_ids.tolist(), rows.tolist(), strict=True))
        self._ids.append(new_ids)
        self._grow_dropped(first_row + len(stored))
        self._append(stored)
        return rows

    def drop(self, ids: Sequence[int] | Rows) -> None:
        """Forget these ids; ids that are not there are passed over."""
        for number in np.asarray(ids, dtype=np.int64).tolist():
            row = self.row_of(number)
            if row is not None:
                self._row_of_new_id.pop(number, None)
                self._dropped[row] = True
                self._dropped_count += 1

    def row_of(self, number: int) -> int | None:
        """Return the row of an id, or None if it is not there."""
        row = self._row_of_new_id.get(number)
        if row is None and self._adopted is not None:
            row = _row_of_adopted(number, *self._adopted)
        return None if row is None or self._dropped[row] else row

    def similarities(self, vectors: ArrayLike, among: ArrayLike | None = None) -> Vectors:
        """Return the inner product of each query vector with each row in `among` (all rows if None).

        Query vectors are rounded first. The answer has a row for each query vector and a column for each member of
        `among`, in its order; dropped rows are -inf.
        """
        segments = self._segments
        queries = self._checked_queries(vectors)
        rows = None if among is None else self._checked_rows(np.asarray(among, dtype=np.int64), segments)
        result = _products(queries, segments) if rows is None else _gathered_products(queries, segments, rows)
        if self._dropped_count:
            gone = self._dropped[: _count(segments)] if rows is None else self._dropped[rows]
            result[:, gone] = -np.inf
        return result

    def nearest(self, vector: ArrayLike, k: int, among: ArrayLike | None = None) -> tuple[Rows, Vectors]:
        """Return the k rows nearest to one vector, and their inner products: best first, ties by row.

        Dropped rows are never returned, so there may be fewer than k.
        """
        similarity = self.similarities(np.asarray(vector)[None, :], among)[0]
        rows = np.arange(len(similarity), dtype=np.int64) if among is None else np.asarray(among, dtype=np.int64)
        best = best_first(similarity, rows, k)
        best = best[similarity[best] > -np.inf]
        return rows[best], similarity[best]

    # -- files ---------------------------------------------------------------------------------------------------------

    def save(self, folder: Path, made_by: Mapping[str, str]) -> None:
        """Write vectors, ids and a manifest into a folder. `made_by` names encoder, map and whatever else must agree.

        The manifest is written last, so a save that was cut short is refused by `load` and not half believed: its
        blocks do not have the digests of the manifest before.
        """
        folder.mkdir(parents=True, exist_ok=True)
        count = self.count
        manifest: dict[str, Any] = {
            "format": _FORMAT,
            "made_by": dict(made_by),
            "dimension": self._dimension,
            "count": count,
            "rows_per_digest": _DIGEST_ROWS,
            "vectors": _write_blocks(folder / _FILES["vectors"], self._blocks_of_rows()),
            "ids": _write_blocks(folder / _FILES["ids"], [self.ids[:count]]),
            "dropped": _write_blocks(folder / _FILES["dropped"], [self.dropped.astype(np.uint8)]),
        }
        manifest["digest"] = _manifest_digest(manifest)
        _write_durably(folder / "manifest.json", json.dumps(manifest, indent=1).encode())

    @classmethod
    def load(cls, folder: Path, made_by: Mapping[str, str]) -> VectorIndex:
        """Read a saved index, mapped into memory; raise IndexRefused unless it is whole and made by the same means."""
        manifest = _read_manifest(folder)
        if manifest["made_by"] != dict(made_by):
            raise IndexRefused(disagreement(folder, manifest["made_by"], dict(made_by)))
        count, dimension = int(manifest["count"]), int(manifest["dimension"])
        raw = {
            part: _mapped(folder / name, size)
            for (part, name), size in zip(_FILES.items(), (count * dimension * 4, count * 8, count), strict=True)
        }
        _check_digests(folder, raw, manifest, vector_bytes=int(manifest["rows_per_digest"]) * dimension * 4)
        index = cls(dimension)
        vectors = raw["vectors"].view(np.float32).reshape(count, dimension)
        index._take(vectors, raw["ids"].view(np.int64), np.array(raw["dropped"], dtype=bool))
        return index

    # -- helpers -------------------------------------------------------------------------------------------------------

    def _append(self, stored: Vectors) -> None:
        """Put rows into the open segment while there is room, then into new segments; publish them in one step."""
        segments = list(self._segments)
        first_row = _count(segments)
        while len(stored):
            last = segments[-1] if segments else None
            room = 0 if last is None else len(last.space) - last.count
            if last is not None and room:
                fitting = stored[:room]
                last.space[last.count : last.count + len(fitting)] = fitting
                segments[-1] = _Segment(first_row=last.first_row, count=last.count + len(fitting), space=last.space)
            else:
                fitting = stored
                space = stored
                if len(stored) < _OPEN_SEGMENT_ROWS:
                    space = np.empty((_OPEN_SEGMENT_ROWS, self._dimension), dtype=np.float32)
                    space[: len(stored)] = stored
                segments.append(_Segment(first_row=first_row, count=len(stored), space=space))
            first_row += len(fitting)
            stored = stored[len(fitting) :]
        self._segments = tuple(segments)

    def _grow_dropped(self, count: int) -> None:
        if count > len(self._dropped):
            grown = np.zeros(max(count, 2 * len(self._dropped), 1024), dtype=bool)
            grown[: len(self._dropped)] = self._dropped
            self._dropped = grown

    def _blocks_of_rows(self) -> Iterator[Vectors]:
        """Yield all rows in blocks of exactly the size that one digest covers, the last one apart."""
        for start in range(0, self.count, _DIGEST_ROWS):
            yield self.vectors_at(np.arange(start, min(start + _DIGEST_ROWS, self.count)))

    def _checked_queries(self, vectors: ArrayLike) -> Vectors:
        queries = rounded(vectors)
        if queries.ndim != 2 or queries.shape[1] != self._dimension:
            raise ValueError(f"query vectors must be rows of {self._dimension} components")
        return queries

    @staticmethod
    def _checked_rows(rows: Rows, segments: Sequence[_Segment]) -> Rows:
        # The kernel takes raw pointers: a row out of bounds would read someone else's memory.
        if rows.ndim != 1:
            raise ValueError("rows must be a list of row numbers")
        if len(rows) and (int(rows.min()) < 0 or int(rows.max()) >= _count(segments)):
            raise IndexError(f"rows must be 0 to {_count(segments) - 1}")
        return np.ascontiguousarray(rows)


def best_first(scores: NDArray[Any], keys: Rows, k: int) -> Rows:
    """Return the positions of the k highest scores: best first, equal scores by the lower key."""
    if k <= 0 or not len(scores):
        return np.zeros(0, dtype=np.int64)
    candidates = np.arange(len(scores), dtype=np.int64)
    if k < len(scores):
        threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
        candidates = np.flatnonzero(scores >= threshold)
    order = np.lexsort((keys[candidates], -scores[candidates]))
    return candidates[order[:k]]


def _count(segments: Sequence[_Segment]) -> int:
    return segments[-1].first_row + segments[-1].count if segments else 0


def _as_ids(ids: Sequence[int] | Rows, count: int) -> Rows:
    numbers = np.array(ids, dtype=np.int64)
    if numbers.shape != (count,):
        raise ValueError("there must be one id for each vector")
    if len(numbers) > 1 and not bool(np.all(np.diff(numbers) > 0)) and len(np.unique(numbers)) < count:
        raise ValueError("an id may be given only once")
    return numbers


def _sorted_by_id(ids: Rows, dropped: NDArray[np.bool_]) -> tuple[Rows, Rows | None]:
    """Return ids in ascending order and the row of each; no rows where that is the place among the ids itself."""
    if not dropped.any() and bool(np.all(ids[1:] > ids[:-1])):
        return ids, None
    rows = np.flatnonzero(~dropped)
    rows = rows[np.argsort(ids[rows], kind="stable")]
    return ids[rows], rows


def _row_of_adopted(number: int, ids: Rows, rows: Rows | None) -> int | None:
    place = int(np.searchsorted(ids, number))
    if place == len(ids) or ids[place] != number:
        return None
    return place if rows is None else int(rows[place])


def _products(queries: Vectors, segments: Sequence[_Segment]) -> Vectors:
    result = np.empty((len(queries), _count(segments)), dtype=np.float32)
    # Rows first and queries in columns: BLAS is up to twice as fast this way round when queries are few.
    columns = np.ascontiguousarray(queries.T)
    for segment in segments:
        vectors = segment.vectors
        for start in range(0, segment.count, _PRODUCT_ROWS):
            block = vectors[start : start + _PRODUCT_ROWS]
            at = segment.first_row + start
            result[:, at : at + len(block)] = (block @ columns).T
    return result


def _gathered_products(queries: Vectors, segments: Sequence[_Segment], rows: Rows) -> Vectors:
    result = np.empty((len(queries), len(rows)), dtype=np.float32)
    if len(segments) == 1:
        _gather_into(result, queries, segments[0].space, rows)
        return result
    # With several segments, rows are taken in order, so that each segment's share is one slice.
    order = None if bool(np.all(rows[1:] >= rows[:-1])) else np.argsort(rows, kind="stable")
    ordered = rows if order is None else rows[order]
    found = result if order is None else np.empty_like(result)
    first_rows = [segment.first_row for segment in segments]
    cuts = [*np.searchsorted(ordered, first_rows).tolist(), len(rows)]
    for segment, start, stop in zip(segments, cuts[:-1], cuts[1:], strict=True):
        if start < stop:
            local = ordered[start:stop] - segment.first_row
            part = np.empty((len(queries), stop - start), dtype=np.float32)
            _gather_into(part, queries, segment.space, local)
            found[:, start:stop] = part
    if order is not None:
        result[:, order] = found
    return result


def _gather_into(result: Vectors, queries: Vectors, space: Vectors, rows: Rows) -> None:
    """Fill `result` with the products of queries and rows. All arrays are in C order and rows within `space`."""
    if len(queries) == 1:
        _gather_by_index(result[0], queries[0], space, rows)
        return
    # A few rows are copied into the core's cache and read there by all queries; vectors are rounded, so that this
    # product and that of FAISS give the same bits.
    transposed = np.ascontiguousarray(queries.T)
    buffer = np.empty((_GATHERED_ROWS, space.shape[1]), dtype=np.float32)
    products = np.empty((len(rows), len(queries)), dtype=np.float32)
    for start in range(0, len(rows), _GATHERED_ROWS):
        block = rows[start : start + _GATHERED_ROWS]
        gathered = buffer[: len(block)]
        np.take(space, block, axis=0, out=gathered, mode="clip")
        np.matmul(gathered, transposed, out=products[start : start + len(block)])
    result[:] = products.T


_threads = threading.local()
_one_thread_each = threading.Event()


def use_one_thread_each() -> None:
    """Keep FAISS from starting threads of its own beside those of the caller: for servers, which have their own.

    FAISS counts by thread, and a setting does not reach threads that start later, so each is set when it first asks.
    """
    _one_thread_each.set()


def _gather_by_index(line: NDArray[np.float32], query: NDArray[np.float32], space: Vectors, rows: Rows) -> None:
    if _one_thread_each.is_set() and not getattr(_threads, "is_set", False):
        faiss.omp_set_num_threads(1)
        _threads.is_set = True
    faiss.fvec_inner_products_by_idx(  # type: ignore[attr-defined]
        faiss.swig_ptr(line),
        faiss.swig_ptr(query),
        faiss.swig_ptr(space),
        faiss.swig_ptr(rows),
        space.shape[1],
        1,
        len(rows),
    )


# -- files -------------------------------------------------------------------------------------------------------------


def _write_blocks(path: Path, blocks: Iterator[NDArray[Any]] | Sequence[NDArray[Any]]) -> list[str]:
    digests = []
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        for block in blocks:
            content = np.ascontiguousarray(block).view(np.uint8).reshape(-1)
            digests.append(hashlib.sha256(content.data).hexdigest())
            file.write(content.data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return digests


def _write_durably(path: Path, content: bytes) -> None:
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _manifest_digest(manifest: Mapping[str, Any]) -> str:
    content = {key: value for key, value in manifest.items() if key != "digest"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
    except FileNotFoundError:
        raise IndexRefused(f"{folder}: there is no finished index here.") from None
    except (OSError, ValueError) as error:
        raise IndexRefused(f"{folder}: the manifest of the index cannot be read ({error}).") from error
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        raise IndexRefused(f"{folder}: this is not an index that this version can read.")
    if manifest.get("digest") != _manifest_digest(manifest):
        raise IndexRefused(f"{folder}: the manifest of the index has been changed.")
    return manifest


def _mapped(path: Path, size: int) -> NDArray[np.uint8]:
    try:
        actual = path.stat().st_size
    except OSError as error:
        raise IndexRefused(f"{path}: part of the index is missing ({error}).") from error
    if actual != size:
        raise IndexRefused(f"{path}: the index is cut off or has grown ({actual} bytes, {size} expected).")
    return np.memmap(path, dtype=np.uint8, mode="r", shape=(size,)) if size else np.zeros(0, dtype=np.uint8)


def _check_digests(
    folder: Path, raw: Mapping[str, NDArray[np.uint8]], manifest: Mapping[str, Any], *, vector_bytes: int
) -> None:
    """Raise IndexRefused unless every block has the digest that the manifest states, using all cores."""
    checks = [("ids", raw["ids"], manifest["ids"][0]), ("dropped", raw["dropped"], manifest["dropped"][0])]
    starts = range(0, len(raw["vectors"]), vector_bytes)
    if len(starts) != len(manifest["vectors"]):
        raise IndexRefused(f"{folder}: the index does not have as many blocks as its manifest says.")
    checks += [
        ("vectors", raw["vectors"][start : start + vector_bytes], digest)
        for start, digest in zip(starts, manifest["vectors"], strict=True)
    ]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        actual = pool.map(lambda check: hashlib.sha256(check[1].data).hexdigest(), checks)
        wrong = [part for (part, _, digest), found in zip(checks, actual, strict=True) if found != digest]
    if wrong:
        raise IndexRefused(f"{folder}: the {wrong[0]} of the index have been changed since it was saved.")
