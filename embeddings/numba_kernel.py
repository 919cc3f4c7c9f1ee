"""The loops of `csrc` again in numba, for installations without a C compiler; see `kernels` and `codes`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.codes import Codes, Rows, Vectors, WholeVectors
from embeddings.numba_loops import compiled_loops

_NO_ROWS = np.zeros(0, dtype=np.int64)
_NONE_DROPPED = np.zeros(0, dtype=bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbaKernel:
    """Compiled functions, kept in numba's cache between runs where its folder can be written."""

    find: Callable[..., int]
    fill: Callable[..., None]
    code: Callable[..., int]
    name: str = "numba"

    @classmethod
    def compile(cls) -> NumbaKernel:
        """Compile the functions, or read them from the cache; ten seconds or one."""
        try:
            loops = compiled_loops(cache=True)
        except Exception:
            # No folder for the cache can be written, the disk is full, or what is in the cache is damaged.
            loops = compiled_loops(cache=False)
        return cls(find=loops["find"], fill=loops["fill"], code=loops["code"])

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
        """See `Kernel.nearest`."""
        count = codes.count if rows is None else len(rows)
        found_rows, found_products = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int32)
        found = self.find(
            *_flat(codes),
            vectors,
            _NO_ROWS if rows is None else rows,
            count,
            _NONE_DROPPED if dropped is None else dropped,
            query,
            np.int32(length),
            best_k,
            np.empty(codes.width, dtype=np.int16),
            found_rows,
            found_products,
        )
        return found_rows[:found], found_products[:found]

    def similarities(
        self, codes: Codes, vectors: Vectors, queries: WholeVectors, *, rows: Rows | None, result: Vectors
    ) -> None:
        """See `Kernel.similarities`."""
        self.fill(
            *_flat(codes),
            vectors,
            _NO_ROWS if rows is None else rows,
            codes.count if rows is None else len(rows),
            queries.reshape(-1),
            np.empty(codes.width, dtype=np.int16),
            result,
        )

    def encode(self, vectors: Vectors, codes: Codes) -> int:
        """See `Kernel.encode`."""
        return int(
            self.code(
                vectors,
                codes.width,
                np.empty(codes.width, dtype=np.int16),
                codes.records.reshape(-1),
                codes.shifts,
                codes.errors,
            )
        )


def _flat(codes: Codes) -> tuple[NDArray[Any], ...]:
    records = codes.records.reshape(-1)
    return records, records.view(np.int8), codes.shifts, codes.errors
