"""Vectors again in fewer bytes: a coarse half that most rows are passed over by, and a fine half that makes it exact.

A stored component is a whole number x of steps of 2**-11, between -4075 and 4075 (see `rounding`). Each row has a shift
s, and each component is split into x = high * 2**s + low, where high is x / 2**s rounded, within int8. What is left,
low, lies between -2**(s-1) and 2**(s-1) - 1, so that four bits hold it while s is at most 4. Vectors of sentences need
s = 1 to 3. One row of 384 components takes 576 bytes where float32 takes 1,536, and loses nothing.

The first pass reads `high` alone. With whole-numbered query components q, all in whole numbers:

    q·x = 2**s (q·high) + q·low,   and   |q·low| <= |q| |low| <= length * error   (Cauchy and Schwarz)

where `length` is |q| and `error` is |low|, both rounded up. So a row with 2**s (q·high) + length * error below the k-th
best product known so far is worse than k other rows and cannot be among the k best; it is passed over. For any
other row the product is completed from `low`. Rows that equal the k-th best are kept, and ties go to the lower row.

No sum leaves 32 bits. Any part of q·x is at most |q| |x| < 2**24. A component of low is at most 16, so error is at most
16 sqrt(65,536) = 2**12, length is below 2**12, and their product is at most 2**24; q·high is at most both together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.rounding import STEP

Rows = NDArray[np.int64]
Vectors = NDArray[np.float32]
WholeVectors = NDArray[np.int16]

#: Inner products of whole-numbered vectors are multiples of this.
PRODUCT_STEP = STEP * STEP
#: More components than this could leave 32 bits (see above).
MOST_COMPONENTS = 65_536
#: Rows with this shift have low parts of five bits: their products are taken from the float32 vectors.
WIDE_SHIFT = 5

#: Components are padded with zeros to a multiple of this: whole lines of the processor's cache.
_PADDING = 64
#: The greatest component that each shift can hold in its high part.
_REACH = np.array([127] + [127 * 2**shift + 2 ** (shift - 1) - 1 for shift in range(1, WIDE_SHIFT + 1)])
_ROWS_AT_ONCE = 4096
_TYPES = ["uint8", "uint8", "uint16"]
_NAMES = ("records", "shifts", "errors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The coded rows of a segment: rows x (high bytes, then low half bytes), with each row's shift and error.

    `records` is uint8, rows x 3/2 of the padded dimension. The low half byte of byte j holds low[j] + 8, its high half
    byte low[half + j] + 8. `shifts` is uint8. `errors` is uint16: the length of low in steps, rounded up.
    """

    records: NDArray[np.uint8]
    shifts: NDArray[np.uint8]
    errors: NDArray[np.uint16]

    def __post_init__(self) -> None:
        records, shifts, errors = self.records, self.shifts, self.errors
        # The kernels take raw pointers: arrays of other types or lengths would let them read someone else's memory.
        if [array.dtype.name for array in (records, shifts, errors)] != _TYPES or records.ndim != 2:
            raise ValueError("codes must be uint8 records, uint8 shifts and uint16 errors")
        if records.shape[1] % (3 * _PADDING // 2) or shifts.shape != (len(records),) or errors.shape != shifts.shape:
            raise ValueError("codes must have one record, one shift and one error for each row")
        if not all(array.flags.c_contiguous and array.flags.aligned for array in (records, shifts, errors)):
            raise ValueError("codes must be in C order and aligned")

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.records)

    @property
    def width(self) -> int:
        """Number of components with padding."""
        return int(self.records.shape[1]) // 3 * 2

    def belong_to(self, vectors: Vectors) -> bool:
        """Whether there is one code for each vector, and as wide as its components need."""
        return vectors.shape[0] == self.count and padded(vectors.shape[1]) == self.width

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, to be saved; `of_arrays` takes them back."""
        return {"records": self.records, "shifts": self.shifts, "errors": self.errors}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Codes:
        """Take arrays as `arrays` gave them, mapped read-only ones included. Raises ValueError for others."""
        if missing := [name for name in _NAMES if name not in arrays]:
            raise ValueError(f"codes lack {', '.join(missing)}")
        return cls(records=arrays["records"], shifts=arrays["shifts"], errors=arrays["errors"])


def padded(dimension: int) -> int:
    """Number of components with the zeros that fill them up."""
    return -(-dimension // _PADDING) * _PADDING


def empty_codes(*, count: int, dimension: int) -> Codes:
    """Return room for the codes of `count` rows, each record at the beginning of a line of the cache."""
    size = padded(dimension) // 2 * 3
    space = np.empty(count * size + _PADDING, dtype=np.uint8)
    start = -space.ctypes.data % _PADDING
    return Codes(
        records=space[start : start + count * size].reshape(count, size),
        shifts=np.empty(count, dtype=np.uint8),
        errors=np.empty(count, dtype=np.uint16),
    )


def codes_of(vectors: Vectors) -> Codes:
    """Return the codes of rounded vectors, block by block; nothing but the codes themselves grows with the rows.

    This is the plain computation; `kernels.codes_of` takes the fastest way there is. Raises ValueError for vectors
    that are not rounded, or of more than 65,536 components.
    """
    refuse_too_many_components(vectors)
    codes = empty_codes(count=len(vectors), dimension=vectors.shape[1])
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        block = _coded(whole(vectors[start : start + _ROWS_AT_ONCE]))
        for name, array in codes.arrays().items():
            array[start : start + block.count] = block.arrays()[name]
    return codes


def refuse_too_many_components(vectors: Vectors) -> None:
    """Raise ValueError for vectors whose sums could leave 32 bits."""
    if vectors.shape[1] > MOST_COMPONENTS:
        raise ValueError(f"vectors must have at most {MOST_COMPONENTS} components to be coded")


def whole(vectors: Vectors) -> WholeVectors:
    """Return rounded vectors in whole steps of 2**-11, padded with zeros. Raises ValueError if they are not rounded."""
    steps = vectors * np.float32(1 / STEP)
    result = np.zeros((len(vectors), padded(vectors.shape[1])), dtype=np.int16)
    result[:, : vectors.shape[1]] = np.clip(steps, _REACH[-1] * -1.0, _REACH[-1] * 1.0)
    if not np.array_equal(result[:, : vectors.shape[1]], steps):
        raise ValueError("vectors must be rounded to multiples of 2**-11 to be coded")
    return result


def length_in_steps(query: WholeVectors) -> int:
    """Return the length of one whole-numbered vector, rounded up."""
    square = int(np.dot(query.astype(np.int64), query.astype(np.int64)))
    root = math.isqrt(square)
    return root + (root * root < square)


def high_and_low(codes: Codes) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return the coarse and the fine part of each component, rows x padded components: for tests and for reading."""
    half = codes.width // 2
    low = np.empty((codes.count, codes.width), dtype=np.int8)
    low[:, :half] = codes.records[:, codes.width :] & 15
    low[:, half:] = codes.records[:, codes.width :] >> 4
    return codes.records[:, : codes.width].view(np.int8), low - np.int8(8)


def _coded(steps: WholeVectors) -> Codes:
    width = steps.shape[1]
    shift = np.searchsorted(_REACH, np.abs(steps).max(axis=1)).astype(np.int16)[:, None]
    high = (steps + ((1 << shift) >> 1)) >> shift
    low = (steps - (high << shift)).astype(np.int16)
    codes = empty_codes(count=len(steps), dimension=width)
    codes.records[:, :width] = high.astype(np.int8).view(np.uint8)
    # Five bits do not fit; nobody reads what is kept of them.
    half_bytes = np.clip(low + 8, 0, 15).astype(np.uint8)
    codes.records[:, width:] = half_bytes[:, : width // 2] | (half_bytes[:, width // 2 :] << 4)
    codes.shifts[:] = shift[:, 0]
    codes.errors[:] = np.ceil(np.sqrt(np.einsum("ij,ij->i", low.astype(np.int64), low.astype(np.int64))))
    return codes
