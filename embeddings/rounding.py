"""Round vectors so that every inner product of two of them is exact, whatever adds it up."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Components are multiples of this. Products of two are then multiples of 2**-22, and a sum of such products that stays
#: within 4 needs 24 bits: a float32 holds it without rounding, in any order of addition.
STEP = 2.0**-11

#: Longest vector that may be stored or asked about: the products of two such lengths stay within 4.
LONGEST = 1.99


def rounded(vectors: ArrayLike) -> NDArray[np.float32]:
    """Return the vectors with each component at the nearest multiple of 2**-11, as float32 in C order.

    Rounding twice changes nothing. Raises ValueError for components that are not finite or vectors longer than 1.99,
    whose inner products could not be exact.
    """
    scaled = np.asarray(vectors, dtype=np.float32) * np.float32(1 / STEP)
    result = np.ascontiguousarray(np.rint(scaled) * np.float32(STEP), dtype=np.float32)
    refuse_inexact_lengths(result)
    return result


def refuse_inexact_lengths(vectors: NDArray[np.float32]) -> None:
    """Raise ValueError unless every vector is finite and short enough for exact inner products."""
    squares = np.einsum("...i,...i->...", vectors, vectors)
    if squares.size and not bool(np.all(squares <= LONGEST**2)):
        raise ValueError(f"vectors must be finite and at most {LONGEST} long to be compared exactly")
