"""Arrays of numbers on their way to PostgreSQL and back, in its binary format: no Python object for each number."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Cursor
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

# Object ids of types, fixed in PostgreSQL for ever: of the array, and of its elements.
_BIGINT_ARRAY, _BIGINT = 1016, 20
_REAL_ARRAY, _REAL = 1021, 700
_UUID_ARRAY, _UUID = 2951, 2950

_HEADER: Final = struct.Struct(">iiI")  # dimensions, whether there are nulls, the elements' type
_EXTENT: Final = struct.Struct(">ii")  # length and lower bound, for each dimension
# Each element has its length before it.
_NUMBERS: Final = np.dtype([("length", ">i4"), ("value", ">i8")])
_REALS: Final = np.dtype([("length", ">i4"), ("value", ">f4")])
_DIGESTS: Final = np.dtype([("length", ">i4"), ("value", "u1", (16,))])


@dataclass(frozen=True, slots=True)
class Numbers:
    """int64 numbers, given as `bigint[]`."""

    values: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reals:
    """float32 numbers of any shape, given as a flat `real[]` in C order."""

    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Digests:
    """Sixteen bytes each (n x 16, uint8), given as `uuid[]`."""

    values: NDArray[np.uint8]


def speak_arrays(cursor: Cursor[Any]) -> None:
    """Have a cursor take the three above, and give arrays back as bytes for `read_…`."""
    for kind, dumper in ((Numbers, _NumbersDumper), (Reals, _RealsDumper), (Digests, _DigestsDumper)):
        cursor.adapters.register_dumper(kind, dumper)
    for oid in (_BIGINT_ARRAY, _REAL_ARRAY, _UUID_ARRAY):
        cursor.adapters.register_loader(oid, _Untouched)


def read_numbers(content: bytes | None) -> NDArray[np.int64]:
    """The numbers of a `bigint[]` without nulls; none of NULL."""
    return _values(content, _NUMBERS).astype(np.int64)


def read_reals(content: bytes | None) -> NDArray[np.float32]:
    """The numbers of a `real[]` without nulls, flat; none of NULL."""
    return _values(content, _REALS).astype(np.float32)


def read_digests(content: bytes | None) -> NDArray[np.uint8]:
    """The sixteen bytes of each member of a `uuid[]` without nulls: n x 16; none of NULL."""
    return np.ascontiguousarray(_values(content, _DIGESTS).reshape(-1, 16))


def _values(content: bytes | None, element: np.dtype[Any]) -> NDArray[Any]:
    if content is None:
        return np.zeros(0, element)["value"]
    dimensions, has_nulls, _ = _HEADER.unpack_from(content)
    if has_nulls:
        raise ValueError("an array from the database must not hold nulls")
    return np.frombuffer(content, element, offset=_HEADER.size + dimensions * _EXTENT.size)["value"]


def _written(values: NDArray[Any], element: np.dtype[Any], type_oid: int) -> bytes:
    if not len(values):
        return _HEADER.pack(0, 0, type_oid)
    elements = np.empty(len(values), element)
    elements["length"] = element["value"].itemsize
    elements["value"] = values
    return _HEADER.pack(1, 0, type_oid) + _EXTENT.pack(len(values), 1) + elements.tobytes()


class _NumbersDumper(Dumper):
    format = Format.BINARY
    oid = _BIGINT_ARRAY

    def dump(self, obj: Numbers) -> Buffer:
        return _written(obj.values, _NUMBERS, _BIGINT)


class _RealsDumper(Dumper):
    format = Format.BINARY
    oid = _REAL_ARRAY

    def dump(self, obj: Reals) -> Buffer:
        return _written(obj.values.reshape(-1), _REALS, _REAL)


class _DigestsDumper(Dumper):
    format = Format.BINARY
    oid = _UUID_ARRAY

    def dump(self, obj: Digests) -> Buffer:
        return _written(obj.values.reshape(-1, 16), _DIGESTS, _UUID)


class _Untouched(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)  # the buffer is the driver's, and used again
