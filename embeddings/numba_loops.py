"""The loops of csrc/product_loops.h in the Python that numba compiles; what they compute is told in `codes`.

Sums are cut to 32 bits at each step, as they are in C: numba would widen them to 64, which takes twice the time. None
of them leaves 32 bits, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from embeddings.codes import PRODUCT_STEP, WIDE_SHIFT
from embeddings.rounding import STEP

_CACHE_LINE = 64
#: Rows are mostly far apart, where the processor does not guess what comes next: without this it is twice as slow.
_ROWS_AHEAD = 6
_STEPS_IN_ONE = np.float32(1 / STEP)
_PRODUCT_STEP = np.float32(PRODUCT_STEP)
_MOST_STEPS = 4079


def compiled_loops(*, cache: bool) -> dict[str, Callable[..., Any]]:
    """Compile the loops, or read them from numba's cache, and return them by name.

    Raises RuntimeError, OSError or what pickle raises if a cache is wanted and cannot be written or read.
    """
    read_only = {"readonly": True, "aligned": True}
    coded = [types.Array(each, 1, "C", **read_only) for each in (types.uint8, types.int8, types.uint8, types.uint16)]
    vectors = types.Array(types.float32, 2, "C", **read_only)
    rows = types.Array(types.int64, 1, "C", **read_only)
    marks = types.Array(types.boolean, 1, "C", **read_only)
    query = types.Array(types.int16, 1, "C", **read_only)
    buffer = types.int16[::1]
    signatures = {
        "find": types.int64(
            *coded, vectors, rows, types.int64, marks, query, types.int32, types.int32[::1], buffer,
            types.int64[::1], types.int32[::1],
        ),
        "fill": types.void(*coded, vectors, rows, types.int64, query, buffer, types.float32[:, :]),
        "code": types.int64(
            vectors, types.int64, buffer, types.uint8[::1], types.uint8[::1], types.uint16[::1]
        ),
    }  # fmt: skip
    loops = {"find": _find, "fill": _fill, "code": _code}
    return {
        name: numba.njit(signature, nogil=True, cache=cache, error_model="numpy")(loops[name])
        for name, signature in signatures.items()
    }


@intrinsic  # type: ignore[untyped-decorator]
def _prefetch(context: Any, array: Any, index: Any) -> Any:
    """Ask for the line of the cache that holds this element; a hint, which an index out of bounds does not hurt."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte = builder.bitcast(builder.gep(view.data, [arguments[1]]), ir.IntType(8).as_pointer())
        word = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte.type, word, word, word])
        to_read, keep, of_values = word(0), word(3), word(1)
        builder.call(
            builder.module.declare_intrinsic("llvm.prefetch", [byte.type], kind), [byte, to_read, keep, of_values]
        )
        return context.get_dummy_value()

    return types.void(array, index), generate


# Helpers take where a row starts and no slice, which would count its references at every row. Places are unsigned:
# with others each access would ask whether it counts from the end.


@numba.njit(nogil=True)  # type: ignore[untyped-decorator]
def _whole_product(values: Any, start: Any, queries: Any, query_start: Any, width: Any) -> Any:
    total = np.int32(0)
    for at in range(np.uint64(width)):
        total = np.int32(total + np.int32(values[start + at]) * np.int32(queries[query_start + at]))
    return total


@numba.njit(nogil=True)  # type: ignore[untyped-decorator]
def _low_product(records: Any, start: Any, query: Any, half: Any) -> Any:
    total = np.int32(0)
    for at in range(half):
        low = records[start + at]
        total = np.int32(total + np.int16((low & 15) - 8) * np.int32(query[at]))
        total = np.int32(total + np.int16((low >> 4) - 8) * np.int32(query[half + at]))
    return total


@numba.njit(nogil=True)  # type: ignore[untyped-decorator]
def _read_row(row: Any, records: Any, high_bytes: Any, shift: Any, vectors: Any, number: Any) -> None:
    width = np.uint64(len(row))
    half = width // np.uint64(2)
    if shift >= WIDE_SHIFT:
        for at in range(width):
            row[at] = np.int16(vectors[number, at] * _STEPS_IN_ONE) if at < np.uint64(vectors.shape[1]) else np.int16(0)
        return
    high = np.uint64(number) * (half * np.uint64(3))
    low = high + width
    times = np.int16(1 << shift)
    for at in range(half):
        row[at] = np.int16(high_bytes[high + at] * times + (records[low + at] & 15) - 8)
    for at in range(half):
        row[half + at] = np.int16(high_bytes[high + half + at] * times + (records[low + at] >> 4) - 8)


@numba.njit(nogil=True)  # type: ignore[untyped-decorator]
def _replace_least(heap: Any, value: Any) -> None:
    at = 0
    while True:
        child = 2 * at + 1
        if child >= len(heap):
            break
        if child + 1 < len(heap) and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = value


def _find(
    records: Any, high_bytes: Any, shifts: Any, errors: Any, vectors: Any, rows: Any, count: int, dropped: Any,
    query: Any, length: Any, best_k: Any, buffer: Any, found_rows: Any, found_products: Any,
) -> int:  # fmt: skip
    width = np.uint64(len(query))
    half = width // np.uint64(2)
    size = half * np.uint64(3)
    every, some_dropped = len(rows) == 0, len(dropped) > 0
    found = 0
    for place in range(count):
        number = place if every else rows[place]
        if place + _ROWS_AHEAD < count:
            ahead = np.uint64(place + _ROWS_AHEAD if every else rows[place + _ROWS_AHEAD]) * size
            for line in range(width // np.uint64(_CACHE_LINE)):
                _prefetch(records, ahead + line * np.uint64(_CACHE_LINE))
        if some_dropped and dropped[number]:
            continue
        start = np.uint64(number) * size
        shift = shifts[number]
        product = np.int32(_whole_product(high_bytes, start, query, np.uint64(0), width) * np.int32(1 << shift))
        if np.int32(product + length * np.int32(errors[number])) < best_k[0]:
            continue
        if shift >= WIDE_SHIFT:
            _read_row(buffer, records, high_bytes, shift, vectors, number)
            product = _whole_product(buffer, np.uint64(0), query, np.uint64(0), width)
        else:
            product = np.int32(product + _low_product(records, start + width, query, half))
        if product < best_k[0]:
            continue
        found_rows[found] = number
        found_products[found] = product
        found += 1
        _replace_least(best_k, product)
    return found


def _fill(
    records: Any, high_bytes: Any, shifts: Any, errors: Any, vectors: Any, rows: Any, count: int, queries: Any,
    buffer: Any, result: Any,
) -> None:  # fmt: skip
    width = np.uint64(len(buffer))
    half = width // np.uint64(2)
    size = half * np.uint64(3)
    every = len(rows) == 0
    for place in range(count):
        number = place if every else rows[place]
        if place + _ROWS_AHEAD < count:
            ahead = np.uint64(place + _ROWS_AHEAD if every else rows[place + _ROWS_AHEAD]) * size
            for line in range(size // np.uint64(_CACHE_LINE)):
                _prefetch(records, ahead + line * np.uint64(_CACHE_LINE))
        shift = shifts[number]
        if len(result) == 1 and shift < WIDE_SHIFT:
            # For one query it does not pay to put the parts together first.
            start = np.uint64(number) * size
            product = _whole_product(high_bytes, start, queries, np.uint64(0), width) * np.int32(1 << shift)
            product = np.int32(product + _low_product(records, start + width, queries, half))
            result[0, place] = np.float32(product) * _PRODUCT_STEP
            continue
        _read_row(buffer, records, high_bytes, shift, vectors, number)
        for query in range(len(result)):
            product = _whole_product(buffer, np.uint64(0), queries, np.uint64(query) * width, width)
            result[query, place] = np.float32(product) * _PRODUCT_STEP


def _code(vectors: Any, width: int, buffer: Any, records: Any, shifts: Any, errors: Any) -> int:
    half, dimension = width // 2, vectors.shape[1]
    for number in range(len(vectors)):
        greatest: Any = 0
        differing = False
        buffer[:] = 0
        for at in range(dimension):
            steps = vectors[number, at] * _STEPS_IN_ONE
            # What is not a number fails both comparisons and is refused below.
            step = np.int32(steps) if -_MOST_STEPS <= steps <= _MOST_STEPS else np.int32(0)
            differing |= np.float32(step) != steps
            greatest = max(greatest, step, -step)
            buffer[at] = step
        if differing:
            return number
        shift = 0
        while greatest > (127 << shift) + (((1 << shift) >> 1) - 1 if shift else 0):
            shift += 1
        half_step, start = (1 << shift) >> 1, number * (half * 3)
        square: Any = 0
        for at in range(width):
            high = (np.int32(buffer[at]) + half_step) >> shift
            low = np.int32(buffer[at]) - (high << shift)
            records[start + at] = np.uint8(high & 255)
            buffer[at] = low
            square += low * low
        for at in range(half):
            # Five bits do not fit; nobody reads what is kept of them.
            first = min(max(buffer[at] + 8, 0), 15)
            second = min(max(buffer[half + at] + 8, 0), 15)
            records[start + width + at] = np.uint8(first | (second << 4))
        shifts[number] = shift
        errors[number] = np.uint16(np.ceil(np.sqrt(np.float64(square))))
    return -1
