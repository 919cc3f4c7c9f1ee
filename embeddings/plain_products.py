"""Exact products by NumPy and FAISS: what there always is, and what every faster way must equal to the bit."""

from __future__ import annotations

import threading
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings.codes import Rows, Vectors

#: Rows gathered at a time: 128 rows of 384 numbers stay in a core's cache while all query vectors read them.
_GATHERED_ROWS = 128
#: Rows in one matrix product when every row is asked about.
_PRODUCT_ROWS = 2048

_threads = threading.local()
_one_thread_each = threading.Event()


def use_one_thread_each() -> None:
    """Keep FAISS from starting threads of its own beside those of the caller: for servers, which have their own.

    FAISS counts by thread, and a setting does not reach threads that start later, so each is set when it first asks.
    """
    _one_thread_each.set()


def fill_products(result: Vectors, queries: Vectors, vectors: Vectors) -> None:
    """Fill `result`, queries x vectors, with the product of each query and each vector."""
    # Rows first and queries in columns: BLAS is up to twice as fast this way round when queries are few.
    columns = np.ascontiguousarray(queries.T)
    for start in range(0, len(vectors), _PRODUCT_ROWS):
        block = vectors[start : start + _PRODUCT_ROWS]
        result[:, start : start + len(block)] = (block @ columns).T


def fill_gathered_products(result: Vectors, queries: Vectors, space: Vectors, rows: Rows) -> None:
    """Fill `result`, queries x rows, with the products of queries and rows of `space`.

    Rows must be within `space`, and all arrays in C order, except that a line of `result` may be part of a longer one.
    """
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
