"""Which way products over coded rows are computed: compiled C, numba, or not at all, which leaves the plain way.

The C library is taken where it was built. numba takes a second to import and more to compile, so it is taken only
when `prepare` was called, as the service does before it says that it is ready. Whichever it is must first give
the answers of the plain computation for a small sample, or it is not used.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings import codes as plain_codes
from embeddings.codes import PRODUCT_STEP, Codes, Rows, Vectors, WholeVectors, empty_codes, length_in_steps, whole
from embeddings.rounding import rounded

_log = logging.getLogger(__name__)

#: What `prepare` answers where neither is there.
PLAIN = "NumPy and FAISS"


class Kernel(Protocol):
    """Loops over coded rows. They let other threads run, use no threads of their own, and check nothing."""

    @property
    def name(self) -> str:
        """What to call it in a report."""

    def nearest(
        self,
        codes: Codes,
        vectors: Vectors,
        query: WholeVectors,
        *,
        length: int,
        rows: Rows | None,
        dropped: NDArray[np.bool_] | None,
        best_k: NDArray[np.int32],
    ) -> tuple[Rows, NDArray[np.int32]]:
        """Return rows that include all that may be among the k best, and their products in steps of 2**-22.

        `rows` are the rows to look at, all if None; those marked in `dropped` are passed over. `best_k` is a heap, its
        least first, of the k best products so far, k at least 1; it is filled with -2**31 at the beginning and may be
        handed from one segment to the next. `length` is the query's, rounded up.
        """

    def similarities(
        self, codes: Codes, vectors: Vectors, queries: WholeVectors, *, rows: Rows | None, result: Vectors
    ) -> None:
        """Fill `result`, queries x rows (all if None), with inner products. Its lines may be parts of longer ones."""

    def encode(self, vectors: Vectors, codes: Codes) -> int:
        """Write the codes of these vectors; return the first row that is not rounded, or -1."""


_lock = threading.Lock()
_in_use: Kernel | None = None
_looked_for_compiled = False
_prepared = False


def in_use() -> Kernel | None:
    """Return the kernel that this process computes with, or None for the plain way."""
    global _in_use, _looked_for_compiled
    if not _looked_for_compiled:
        with _lock:
            if not _looked_for_compiled:
                _in_use = _in_use or _trusted(_compiled)
                _looked_for_compiled = True
    return _in_use


def prepare() -> str:
    """Load or compile the fastest kernel there is, so that no answer waits for it, and return its name.

    Vectors that were adopted before have no codes if there was no kernel then: see `VectorIndex.make_codes`.
    """
    global _in_use, _prepared
    kernel = in_use()
    if kernel is None and not _prepared:
        with _lock:
            kernel = _in_use = _in_use or _trusted(_numba)
            _prepared = True
    return PLAIN if kernel is None else kernel.name


@contextmanager
def using(kernel: Kernel | None) -> Iterator[None]:
    """Compute with this kernel in the whole process for a while, or the plain way: for tests and benchmarks."""
    global _in_use, _looked_for_compiled, _prepared
    before = _in_use, _looked_for_compiled, _prepared
    _in_use, _looked_for_compiled, _prepared = kernel, True, True
    try:
        yield
    finally:
        _in_use, _looked_for_compiled, _prepared = before


def available() -> list[Kernel]:
    """Return every kernel that can be had on this machine and answers rightly, the fastest first."""
    return [kernel for make in (_compiled, _numba) if (kernel := _trusted(make)) is not None]


def codes_of(vectors: Vectors) -> Codes:
    """Return the codes of rounded vectors, one or two seconds a million with a kernel, ten without.

    Nothing but the codes themselves grows with the rows. Raises ValueError for vectors that are not rounded.
    """
    kernel = in_use()
    if kernel is None:
        return plain_codes.codes_of(vectors)
    plain_codes.refuse_too_many_components(vectors)
    codes = empty_codes(count=len(vectors), dimension=vectors.shape[1])
    if kernel.encode(np.ascontiguousarray(vectors), codes) >= 0:
        raise ValueError("vectors must be rounded to multiples of 2**-11 to be coded")
    return codes


def code_blocks(vectors: Vectors, *, rows_at_once: int = 16_384) -> Iterator[tuple[int, Codes]]:
    """Yield the first row and the codes of each block of consecutive rows, for writing them out as they are made."""
    for start in range(0, len(vectors), rows_at_once):
        yield start, codes_of(vectors[start : start + rows_at_once])


def _compiled() -> Kernel:
    from embeddings.compiled_kernel import CompiledKernel

    return CompiledKernel.load()


def _numba() -> Kernel:
    from embeddings.numba_kernel import NumbaKernel

    return NumbaKernel.compile()


def _trusted(make: Callable[[], Kernel]) -> Kernel | None:
    """Return the kernel if it can be had and answers rightly; it only makes answers faster, so nothing fails here."""
    try:
        kernel = make()
        if _answers_rightly(kernel):
            return kernel
        _log.warning("%s gives wrong products on this machine and is not used", kernel.name)
    except ImportError:
        pass
    except Exception as error:
        _log.warning("products are computed the plain way: %s", error)
    return None


def _answers_rightly(kernel: Kernel) -> bool:
    """Whether a small sample, with rows of every shift, comes out like the plain computation."""
    random = np.random.default_rng(11)
    drawn = random.standard_normal((48, 100))
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    drawn[:, 0] += np.linspace(0.0, 0.95, len(drawn))
    vectors = rounded(drawn)
    expected = plain_codes.codes_of(vectors)
    codes = empty_codes(count=len(vectors), dimension=vectors.shape[1])
    if kernel.encode(vectors, codes) != -1:
        return False
    if not all(np.array_equal(array, expected.arrays()[name]) for name, array in codes.arrays().items()):
        return False
    rows = np.arange(47, 3, -1, dtype=np.int64)
    products = vectors[:2] @ vectors[rows].T
    result = np.empty_like(products)
    kernel.similarities(codes, vectors, whole(vectors[:2]), rows=rows, result=result)
    best_k = np.full(3, np.iinfo(np.int32).min, dtype=np.int32)
    query = whole(vectors[:1])[0]
    found_rows, found = kernel.nearest(
        codes, vectors, query, length=length_in_steps(query), rows=rows, dropped=None, best_k=best_k
    )
    best = np.argsort(-products[0], kind="stable")[:3]
    return (
        np.array_equal(result, products)
        and set(rows[best].tolist()) <= set(found_rows.tolist())
        and np.array_equal(np.sort(best_k * np.float32(PRODUCT_STEP)), np.sort(products[0][best]))
        and np.array_equal(found * np.float32(PRODUCT_STEP), vectors[found_rows] @ vectors[0])
    )
