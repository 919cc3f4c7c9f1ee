"""An organisation's document vectors in PostgreSQL with pgvector: shared by all processes, exact, and its own alone.

A process holds a digest and a number for each of its rows, and no vector. Products are worked out in the database, over
the rows that are asked about, in a transaction of the organisation, so that row-level security holds. They are the bits
that FAISS gives: vectors are rounded, `halfvec` holds them exactly, and sums of their products need no rounding.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.index import best_first
from embeddings.rounding import rounded
from embeddings.vectors import VectorsGone
from matching.store.database import Database
from matching.store.shared_vectors_rows import Documents, RowNumbers, VectorRows, Vectors, recipe_id

Rows = NDArray[np.int64]

_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Held:
    """What this process holds of each row."""

    documents: Documents
    numbers: RowNumbers
    dropped: NDArray[np.bool_]


class SharedVectors:
    """Vectors of documents by row 0..n-1 of this process, as `embeddings.vectors.ExactIndex`; ids are 16-byte digests.

    What another process keeps counts here once it is taken (`take`). Readers may go on while one thread puts, takes
    or drops. Raises SQLAlchemy's errors while the database is gone, and goes on when it is back.
    """

    def __init__(self, *, database: Database, organisation_id: str, recipe: str, dimension: int) -> None:
        """Begin without rows; the name of a recipe says all that makes a vector of a document."""
        self._kept = VectorRows(
            database=database, organisation_id=organisation_id, recipe=recipe_id(recipe), dimension=dimension
        )
        self._held = _Held(
            documents=np.zeros((0, _DIGEST_BYTES), np.uint8), numbers=np.zeros(0, np.int64), dropped=np.zeros(0, bool)
        )
        self._changing = threading.Lock()

    @property
    def dimension(self) -> int:
        """Number of components of each vector."""
        return self._kept.dimension

    @property
    def count(self) -> int:
        """Number of rows of this process, dropped ones included."""
        return len(self._held.numbers)

    def kept_count(self) -> int:
        """How many documents of the organisation have a vector in the database, whoever put them there."""
        return self._kept.count()

    def delete_superseded(self) -> int:
        """Delete what other recipes left of this organisation; returns how many vectors. Nobody may be using them."""
        return self._kept.delete_other_recipes()

    # -- documents -----------------------------------------------------------------------------------------------------

    def lacking(self, documents: Sequence[bytes] | Documents) -> list[int]:
        """The positions of those documents of which the database has no vector."""
        numbers = self._kept.numbers_of(_digests(documents))
        return np.flatnonzero(numbers < 0).tolist()

    def keep(self, documents: Sequence[bytes] | Documents, vectors: ArrayLike) -> None:
        """Keep vectors in the database without a row in this process, as a worker does; doing so twice changes nothing.

        Raises ValueError for a component outside -1..1, which `halfvec` could not hold exactly.
        """
        stored = self._checked(vectors)
        digests = _digests(documents)
        if len(stored) != len(digests):
            raise ValueError("there must be one document for each vector")
        if len(np.unique(_words(digests))) < len(digests):
            raise ValueError("a document may be given only once")
        self._kept.keep(digests, stored)

    def take(self, documents: Sequence[bytes] | Documents) -> Rows:
        """Give each of these documents a new row; raises `VectorsGone`, and changes nothing, if any has no vector."""
        digests = _digests(documents)
        with self._changing:
            numbers = self._kept.numbers_of(digests)
            if (numbers < 0).any():
                raise VectorsGone(int((numbers < 0).sum()))
            first, held = self.count, self._held
            self._held = _Held(
                documents=np.concatenate([held.documents, digests]),
                numbers=np.concatenate([held.numbers, numbers]),
                dropped=np.concatenate([held.dropped, np.zeros(len(digests), bool)]),
            )
        return np.arange(first, first + len(digests), dtype=np.int64)

    def put(self, ids: Sequence[bytes], vectors: ArrayLike) -> Rows:
        """Keep the vector of each document and return the new rows; a document that had a row here loses it."""
        self.keep(ids, vectors)
        with self._changing:
            self._mark_dropped(_digests(ids))
        return self.take(ids)

    def drop(self, ids: Sequence[bytes]) -> None:
        """Forget the vectors of these documents, here and in the database; what is not there is passed over.

        Rows of this process answer -inf from now on; other processes are told `VectorsGone`.
        """
        digests = _digests(ids)
        with self._changing:
            self._kept.forget(digests)
            self._mark_dropped(digests)

    # -- questions -----------------------------------------------------------------------------------------------------

    def vectors_at(self, rows: ArrayLike) -> Vectors:
        """Return the stored vectors of these rows, in their order; raises `VectorsGone` for what was dropped."""
        asked, place = self._asked(self._checked_rows(rows))
        vectors, there = self._kept.vectors(asked)
        if not there.all():
            asked, place = self._asked_anew(self._checked_rows(rows))
            vectors, there = self._kept.vectors(asked)
            _refuse_gone(there)
        return vectors[place]

    def similarities(self, vectors: ArrayLike, among: ArrayLike | None = None) -> Vectors:
        """Return the inner product of each query vector with each row in `among` (all rows if None).

        Query vectors are rounded first. The answer has a row for each query vector and a column for each member of
        `among`, in its order; dropped rows are -inf. Raises `VectorsGone` if another process dropped any.
        """
        queries = self._checked(vectors)
        rows = np.arange(self.count, dtype=np.int64) if among is None else self._checked_rows(among)
        result = np.full((len(queries), len(rows)), -np.inf, np.float32)
        present = ~self._held.dropped[rows]
        asked, place = self._asked(rows[present])
        products, there = self._kept.products(queries, asked)
        if not there.all():
            asked, place = self._asked_anew(rows[present])
            products, there = self._kept.products(queries, asked)
            _refuse_gone(there)
        result[:, present] = products[:, place]
        return result

    def nearest(self, vector: ArrayLike, k: int, among: ArrayLike | None = None) -> tuple[Rows, Vectors]:
        """Return the k rows nearest to one vector, and their inner products: best first, ties by row.

        Dropped rows are never returned, so there may be fewer than k; nor is what another process has dropped.
        """
        query = self._checked(np.asarray(vector)[None, :])[0]
        rows = np.arange(self.count, dtype=np.int64) if among is None else self._checked_rows(among)
        rows = rows[~self._held.dropped[rows]]
        if k <= 0 or not len(rows):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        asked, place = self._asked(rows)
        found, products = self._kept.nearest(query, k, asked)
        similarity = np.full(len(asked), -np.inf, np.float32)
        similarity[np.searchsorted(asked, found)] = products
        of_row = similarity[place]
        best = best_first(of_row, rows, k)
        best = best[of_row[best] > -np.inf]
        return rows[best], of_row[best]

    # -- helpers -------------------------------------------------------------------------------------------------------

    def _asked(self, rows: Rows) -> tuple[RowNumbers, Rows]:
        """The numbers of rows, ascending and each once, and the place of each row among them."""
        numbers = self._held.numbers[rows]
        if bool(np.all(numbers[1:] > numbers[:-1])):
            return numbers, np.arange(len(numbers), dtype=np.int64)
        asked, place = np.unique(numbers, return_inverse=True)
        return asked, place

    def _asked_anew(self, rows: Rows) -> tuple[RowNumbers, Rows]:
        """The same after looking all numbers up again: the table may have been made and filled anew meanwhile."""
        with self._changing:
            held = self._held
            numbers = self._kept.numbers_of(held.documents)
            # What has no number now keeps the old one, which finds nothing.
            self._held = replace(held, numbers=np.where(numbers < 0, held.numbers, numbers))
        return self._asked(rows)

    def _mark_dropped(self, digests: Documents) -> None:
        held = self._held
        gone = np.isin(_words(held.documents), _words(digests))
        self._held = replace(held, dropped=held.dropped | gone)

    def _checked(self, vectors: ArrayLike) -> Vectors:
        queries = rounded(vectors)
        if queries.ndim != 2 or queries.shape[1] != self.dimension:
            raise ValueError(f"vectors must be rows of {self.dimension} components")
        if queries.size and float(np.abs(queries).max()) > 1.0:
            raise ValueError("the components of a vector must be -1 to 1")
        return queries

    def _checked_rows(self, rows: ArrayLike) -> Rows:
        wanted = np.asarray(rows, dtype=np.int64)
        if wanted.ndim != 1:
            raise ValueError("rows must be a list of row numbers")
        if len(wanted) and (int(wanted.min()) < 0 or int(wanted.max()) >= self.count):
            raise IndexError(f"rows must be 0 to {self.count - 1}")
        return wanted


def _digests(documents: Sequence[bytes] | Documents) -> Documents:
    """Digests as rows of bytes: n x 16."""
    if isinstance(documents, np.ndarray):
        if documents.dtype != np.uint8 or documents.shape != (len(documents), _DIGEST_BYTES):
            raise ValueError(f"digests as an array are rows of {_DIGEST_BYTES} bytes")
        return np.ascontiguousarray(documents)
    if any(len(each) != _DIGEST_BYTES for each in documents):
        raise ValueError(f"a document is named by a digest of {_DIGEST_BYTES} bytes")
    return np.frombuffer(b"".join(documents), np.uint8).reshape(-1, _DIGEST_BYTES)


def _words(documents: Documents) -> NDArray[np.bytes_]:
    """Each digest as one value. NumPy leaves zeros at the end aside, which is no harm at one length."""
    return np.ascontiguousarray(documents).view(f"S{_DIGEST_BYTES}")[:, 0]


def _refuse_gone(there: NDArray[np.bool_]) -> None:
    if not there.all():
        raise VectorsGone(int((~there).sum()))
