"""Exact nearness over vectors held in memory: put, drop, compare, save and load, and nothing approximate.

Vectors are stored rounded (see `rounding`), so the product of a block of rows, the gathered product of a few rows, the
product over coded rows and the search of FAISS give the same bits on every machine. Speed comes from looking only at
the rows asked about, and at no more of each than decides (see `codes`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.codes import MOST_COMPONENTS, Codes, Rows, Vectors
from embeddings.index_files import DIGEST_ROWS, read_index, write_index
from embeddings.plain_products import best_first, use_one_thread_each
from embeddings.rounding import STEP, refuse_inexact_lengths, rounded
from embeddings.segments import Segment, candidates, count_of, grown, products, vectors_at, with_codes

__all__ = ["Rows", "VectorIndex", "Vectors", "best_first", "use_one_thread_each"]

#: Rows of the open segment that single additions go to; 24 MB, of which only written pages cost memory.
_OPEN_SEGMENT_ROWS = 16_384


class VectorIndex:
    """Vectors by row 0..n-1, each with the caller's id; exact inner products with any of them.

    A row never moves: dropping leaves a gap and putting an id again takes a new row. Readers may go on while one writer
    puts and drops: they keep the segments that they began with. Nothing is copied when the index grows.
    """

    def __init__(self, dimension: int) -> None:
        if not 1 <= dimension <= MOST_COMPONENTS:
            raise ValueError(f"dimension must be 1 to {MOST_COMPONENTS}")
        self._dimension = dimension
        self._segments: tuple[Segment, ...] = ()
        self._ids: list[NDArray[np.int64]] = []
        self._dropped = np.zeros(0, dtype=bool)
        self._dropped_count = 0
        self._row_of_new_id: dict[int, int] = {}
        self._adopted: tuple[Rows, Rows | None] | None = None

    @classmethod
    def adopt(
        cls, vectors: Vectors, ids: Rows | None = None, codes: Codes | None = None, *, verified: bool = False
    ) -> VectorIndex:
        """Make an index of a filled float32 array without copying it; the caller must not change it afterwards.

        The vectors must be rounded already, which is checked unless they are `verified`, as by the digests of the file
        that they are mapped from. `codes` are theirs; where none are given, they are made if there is a kernel for
        them. Read-only arrays will do. (A flat index of FAISS cannot be given memory from Python, so the array itself
        is kept, and the kernels read it in place.)
        """
        if vectors.dtype != np.float32 or vectors.ndim != 2 or not vectors.flags.c_contiguous:
            raise ValueError("an adopted array must be float32, two-dimensional and in C order")
        if codes is not None and not codes.belong_to(vectors):
            raise ValueError("adopted codes must be those of the adopted array")
        if not verified:
            _refuse_unrounded(vectors)
        index = cls(vectors.shape[1])
        given = np.arange(len(vectors), dtype=np.int64) if ids is None else _as_ids(ids, len(vectors))
        index._take(vectors, given, np.zeros(len(vectors), dtype=bool), codes)
        return index

    def _take(self, vectors: Vectors, ids: Rows, dropped: NDArray[np.bool_], codes: Codes | None) -> None:
        if len(vectors):
            segment = Segment(first_row=0, count=len(vectors), space=vectors, codes=codes)
            self._segments = (with_codes(segment),)
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
        return count_of(self._segments)

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
        segments = self._segments
        return vectors_at(segments, _checked_rows(rows, segments), dimension=self._dimension)

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
        self._segments = grown(self._segments, stored, open_rows=_OPEN_SEGMENT_ROWS)
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
        rows = None if among is None else _checked_rows(among, segments)
        result = products(segments, queries, rows)
        if self._dropped_count:
            gone = self._dropped[: count_of(segments)] if rows is None else self._dropped[rows]
            result[:, gone] = -np.inf
        return result

    def nearest(self, vector: ArrayLike, k: int, among: ArrayLike | None = None) -> tuple[Rows, Vectors]:
        """Return the k rows nearest to one vector, and their inner products: best first, ties by row.

        Dropped rows are never returned, so there may be fewer than k.
        """
        segments = self._segments
        query = self._checked_queries(np.asarray(vector)[None, :])[0]
        rows = None if among is None else _checked_rows(among, segments)
        dropped = self._dropped if self._dropped_count else None
        found, similarity = candidates(segments, query, k, rows, dropped)
        best = best_first(similarity, found, k)
        return found[best], similarity[best]

    def make_codes(self) -> None:
        """Make the codes of sealed segments that have none, as when they were adopted before `kernels.prepare`."""
        self._segments = tuple(with_codes(segment) for segment in self._segments)

    def codes(self) -> list[tuple[int, Codes]]:
        """Return the codes that there are: the first row of each segment, and its codes."""
        return [(each.first_row, each.codes) for each in self._segments if each.codes is not None]

    def save(self, folder: Path, made_by: Mapping[str, str]) -> None:
        """Write vectors, ids and a manifest into a folder. `made_by` names encoder, map and whatever else must agree.

        A save that was cut short is refused by `load` and not half believed.
        """
        count = self.count
        write_index(
            folder,
            blocks_of_vectors=self._blocks_of_rows(),
            ids=self.ids[:count],
            dropped=self._dropped[:count],
            dimension=self._dimension,
            made_by=made_by,
        )

    @classmethod
    def load(cls, folder: Path, made_by: Mapping[str, str]) -> VectorIndex:
        """Read a saved index, mapped into memory; raise IndexRefused unless it is whole and made by the same means."""
        saved = read_index(folder, made_by=made_by)
        index = cls(saved.vectors.shape[1])
        index._take(saved.vectors, saved.ids, saved.dropped, None)
        return index

    def _grow_dropped(self, count: int) -> None:
        if count > len(self._dropped):
            dropped = np.zeros(max(count, 2 * len(self._dropped), 1024), dtype=bool)
            dropped[: len(self._dropped)] = self._dropped
            self._dropped = dropped

    def _blocks_of_rows(self) -> Iterator[Vectors]:
        """Yield all rows in blocks of exactly the size that one digest covers, the last one apart."""
        for start in range(0, self.count, DIGEST_ROWS):
            yield self.vectors_at(np.arange(start, min(start + DIGEST_ROWS, self.count)))

    def _checked_queries(self, vectors: ArrayLike) -> Vectors:
        queries = rounded(vectors)
        if queries.ndim != 2 or queries.shape[1] != self._dimension:
            raise ValueError(f"query vectors must be rows of {self._dimension} components")
        return queries


def _checked_rows(rows: ArrayLike, segments: Sequence[Segment]) -> Rows:
    # The kernels take raw pointers: a row out of bounds would read someone else's memory.
    wanted = np.ascontiguousarray(rows, dtype=np.int64)
    if wanted.ndim != 1:
        raise ValueError("rows must be a list of row numbers")
    if len(wanted) and (int(wanted.min()) < 0 or int(wanted.max()) >= count_of(segments)):
        raise IndexError(f"rows must be 0 to {count_of(segments) - 1}")
    return wanted


def _refuse_unrounded(vectors: Vectors) -> None:
    for start in range(0, len(vectors), DIGEST_ROWS):
        block = vectors[start : start + DIGEST_ROWS]
        refuse_inexact_lengths(block)
        scaled = block * np.float32(1 / STEP)
        if not np.array_equal(scaled, np.rint(scaled)):
            raise ValueError("an adopted array must be rounded to multiples of 2**-11")


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
