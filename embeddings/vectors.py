"""What any index of vectors can be asked, whether it holds them itself or a database holds them for many processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.errors import EmbeddingsError

Rows = NDArray[np.int64]
Vectors = NDArray[np.float32]


class VectorsGone(EmbeddingsError):
    """Documents have no vector where all processes look: it was never kept, or was forgotten; a worker makes it."""

    def __init__(self, lacking: int) -> None:
        self.lacking = lacking  # how many
        super().__init__("The index is being made. Try again in a few seconds.")


Id_contra = TypeVar("Id_contra", contravariant=True)


class ExactIndex(Protocol[Id_contra]):
    """Vectors by row 0..n-1, each put under the caller's id; exact inner products with any of them.

    `embeddings.index.VectorIndex` holds them in memory under whole numbers. `matching.store.shared_vectors` has them in
    PostgreSQL under digests of documents. Both give the same bits, because all vectors are rounded (see `rounding`).
    Readers may go on while one writer puts and drops.
    """

    @property
    def dimension(self) -> int:
        """Number of components of each vector."""

    @property
    def count(self) -> int:
        """Number of rows, dropped ones included: rows are 0 to count - 1."""

    def put(self, ids: Sequence[Id_contra], vectors: ArrayLike) -> Rows:
        """Store a vector under each id and return the new rows; an id that was there loses its old row."""

    def drop(self, ids: Sequence[Id_contra]) -> None:
        """Forget these ids; ids that are not there are passed over."""

    def vectors_at(self, rows: ArrayLike) -> Vectors:
        """Return the stored vectors of these rows, in their order: rows x components."""

    def similarities(self, vectors: ArrayLike, among: ArrayLike | None = None) -> Vectors:
        """Return the inner product of each query vector with each row in `among` (all rows if None).

        Query vectors are rounded first. The answer has a row for each query vector and a column for each member of
        `among`, in its order; dropped rows are -inf.
        """

    def nearest(self, vector: ArrayLike, k: int, among: ArrayLike | None = None) -> tuple[Rows, Vectors]:
        """Return the k rows nearest to one vector, and their inner products: best first, ties by row.

        Dropped rows are never returned, so there may be fewer than k.
        """


class SharedIndex(ExactIndex[bytes], Protocol):
    """The same where others keep vectors too: a process takes rows of what is there already. Ids are digests."""

    def lacking(self, documents: Sequence[bytes] | NDArray[np.uint8]) -> list[int]:
        """Return the positions of those documents that nobody has kept a vector of."""

    def keep(self, documents: Sequence[bytes] | NDArray[np.uint8], vectors: ArrayLike) -> None:
        """Keep vectors without giving them rows here; what is there stays."""

    def take(self, documents: Sequence[bytes] | NDArray[np.uint8]) -> Rows:
        """Give each of these documents a new row; raises `VectorsGone`, and changes nothing, if any has no vector."""
