"""The C library of `csrc`, where it was built when the package was installed; see `kernels`."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.codes import Codes, Rows, Vectors, WholeVectors

_LIBRARY = "_products"
#: The one that these declarations are made for: see products.c.
_INTERFACE = 1

_Pointer = ctypes.c_void_p
_Count = ctypes.c_int64


class _CodedRows(ctypes.Structure):
    _fields_ = (
        ("records", _Pointer),
        ("shifts", _Pointer),
        ("errors", _Pointer),
        ("vectors", _Pointer),
        ("dimension", _Count),
        ("width", _Count),
    )


class _ChosenRows(ctypes.Structure):
    _fields_ = (("rows", _Pointer), ("count", _Count))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledKernel:
    """The library's functions. ctypes lets other threads run while they do."""

    loaded: ctypes.CDLL
    name: str = "compiled C"

    @classmethod
    def load(cls, path: Path | None = None) -> CompiledKernel:
        """Load the library, by default the one that was built with the package.

        Raises ImportError where there is none or it was built from other sources, OSError if it cannot be loaded.
        """
        found = path or _built_library()
        if found is None:
            raise ImportError("the compiled kernel was not built")
        library = ctypes.CDLL(str(found))
        library.wellplaced_interface.restype = ctypes.c_int32
        if library.wellplaced_interface() != _INTERFACE:
            raise ImportError(f"{found} was built from other sources: install the package again")
        library.wellplaced_allow.argtypes = (ctypes.c_int32,)
        library.wellplaced_allow.restype = ctypes.c_int32
        rows = (ctypes.POINTER(_CodedRows), ctypes.POINTER(_ChosenRows))
        library.wellplaced_nearest.argtypes = (
            *rows, _Pointer, _Pointer, ctypes.c_int32, _Pointer, _Count, _Pointer, _Pointer, _Pointer
        )  # fmt: skip
        library.wellplaced_nearest.restype = _Count
        library.wellplaced_similarities.argtypes = (*rows, _Pointer, _Count, _Pointer, _Pointer, _Count)
        library.wellplaced_similarities.restype = None
        library.wellplaced_encode.argtypes = (_Pointer, _Count, _Count, _Count, *[_Pointer] * 4)
        library.wellplaced_encode.restype = _Count
        return cls(loaded=library)

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
        of, chosen = _structures(codes, vectors, rows)
        # Room for every row, of which only what is written costs memory.
        found_rows = np.empty(chosen.count, dtype=np.int64)
        found_products = np.empty(chosen.count, dtype=np.int32)
        buffer = np.empty(codes.width, dtype=np.int16)
        found = self.loaded.wellplaced_nearest(
            of,
            chosen,
            None if dropped is None else dropped.ctypes.data,
            query.ctypes.data,
            length,
            best_k.ctypes.data,
            len(best_k),
            buffer.ctypes.data,
            found_rows.ctypes.data,
            found_products.ctypes.data,
        )
        return found_rows[:found], found_products[:found]

    def similarities(
        self, codes: Codes, vectors: Vectors, queries: WholeVectors, *, rows: Rows | None, result: Vectors
    ) -> None:
        """See `Kernel.similarities`."""
        of, chosen = _structures(codes, vectors, rows)
        buffer = np.empty(codes.width, dtype=np.int16)
        self.loaded.wellplaced_similarities(
            of,
            chosen,
            queries.ctypes.data,
            len(queries),
            buffer.ctypes.data,
            result.ctypes.data,
            result.strides[0] // result.itemsize,
        )

    def encode(self, vectors: Vectors, codes: Codes) -> int:
        """See `Kernel.encode`."""
        buffer = np.empty(codes.width, dtype=np.int16)
        arrays: list[NDArray[Any]] = [vectors, buffer, codes.records, codes.shifts, codes.errors]
        first, *others = (array.ctypes.data for array in arrays)
        return int(self.loaded.wellplaced_encode(first, len(vectors), vectors.shape[1], codes.width, *others))


def _built_library() -> Path | None:
    folder = Path(__file__).parent
    named = (folder / f"{_LIBRARY}{suffix}" for suffix in EXTENSION_SUFFIXES)
    return next((path for path in named if path.exists()), None)


def _structures(codes: Codes, vectors: Vectors, rows: Rows | None) -> tuple[_CodedRows, _ChosenRows]:
    """Return pointers to these arrays, which the caller keeps alive."""
    of = _CodedRows(
        records=codes.records.ctypes.data,
        shifts=codes.shifts.ctypes.data,
        errors=codes.errors.ctypes.data,
        vectors=vectors.ctypes.data,
        dimension=vectors.shape[1],
        width=codes.width,
    )
    if rows is None:
        return of, _ChosenRows(rows=None, count=codes.count)
    return of, _ChosenRows(rows=rows.ctypes.data, count=len(rows))
