"""What the cells of one column hold: text or typed values in, values as `evaluation.columns` says and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evaluation.columns import Column, Kind
from matching.errors import suggestion

#: Longer ids and words are refused, so that a broken file cannot fill the memory.
LONGEST = 200
_SHOWN = 40

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Values of one column; where `wrong`, or `empty`, a value stands for nothing."""

    values: NDArray[Any]
    empty: Mask
    wrong: Mask
    says: Callable[[Any], str]  # what is wrong with a cell that holds this


def read_cells(column: Column, cells: pa.Array) -> Cells:
    """Read the cells of a column that holds anything but ids and free words."""
    cells = filled(cells)
    match column.kind:
        case Kind.DAY:
            return _days(cells)
        case Kind.WHOLE | Kind.NUMBER | Kind.SHARE:
            return _numbers(column, cells)
        case Kind.YES_NO:
            return _yes_no(cells)
        case Kind.WORD:
            return _words(column, cells)
        case Kind.ID:
            raise ValueError("ids are looked up, not read")


def filled(cells: pa.Array) -> pa.Array:
    """The cells with null for every empty one, and without dictionaries."""
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_null(cells.type):
        return cells.cast(pa.string())
    if _is_text(cells.type):
        cells = cells.cast(pa.string())
        return pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
    if pa.types.is_floating(cells.type):
        return pc.if_else(pc.is_nan(cells), pa.scalar(None, cells.type), cells)
    return cells


def texts(cells: pa.Array) -> pa.Array:
    """The cells as text: ids that are whole numbers are written as such, also where a missing one made them decimal."""
    cells = filled(cells)
    if pa.types.is_floating(cells.type) and pc.all(pc.equal(pc.floor(cells), cells)).as_py() is not False:
        cells = cells.cast(pa.int64())
    return cells if pa.types.is_string(cells.type) else cells.cast(pa.string())


def array_of(values: Iterable[Any]) -> pa.Array:
    """The column of a frame as an array; values of mixed types become text."""
    try:
        return pa.Array.from_pandas(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None or value != value else str(value) for value in values], pa.string())


def shown(value: Any) -> str:
    """A cell as it is quoted in a message."""
    text = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[:_SHOWN]}…'"


def too_long(cells: pa.Array) -> Mask:
    """Which texts are longer than any id or word should be."""
    return as_mask(pc.greater(pc.utf8_length(cells), LONGEST))


def as_mask(found: pa.Array) -> Mask:
    """True where true; null counts as false."""
    mask: Mask = pc.fill_null(found, False).to_numpy(zero_copy_only=False)
    return mask


def _is_text(of: pa.DataType) -> bool:
    return bool(pa.types.is_string(of) or pa.types.is_large_string(of) or pa.types.is_string_view(of))


def _cast(cells: pa.Array, to: pa.DataType, *, one: Callable[[str], Any]) -> tuple[pa.Array, Mask]:
    """Cast texts; where some cannot be, those alone become null and are told."""
    try:
        return cells.cast(to), np.zeros(len(cells), dtype=bool)
    except pa.ArrowInvalid:
        coded = cells.dictionary_encode()
        uniques = pa.array([_or_none(one, text) for text in coded.dictionary.to_pylist()], to)
        values = uniques.take(coded.indices)
        return values, as_mask(pc.and_(cells.is_valid(), values.is_null()))


def _or_none(one: Callable[[str], Any], text: str) -> Any:
    try:
        return one(text)
    except ValueError:
        return None


def _days(cells: pa.Array) -> Cells:
    if _is_text(cells.type):
        values, wrong = _cast(cells, pa.date32(), one=_day)
    elif pa.types.is_date(cells.type):
        values, wrong = cells, np.zeros(len(cells), dtype=bool)
    elif pa.types.is_timestamp(cells.type) and cells.type.tz is None:
        values = pc.floor_temporal(cells, unit="day")
        wrong = as_mask(pc.not_equal(values, cells))
    else:
        values, wrong = pa.nulls(len(cells), pa.date32()), as_mask(cells.is_valid())
    days = values.cast(pa.timestamp("s")).to_numpy(zero_copy_only=False)
    return Cells(
        values=days.astype("datetime64[s]"),
        empty=as_mask(cells.is_null()),
        wrong=wrong,
        says=lambda cell: f"{shown(cell)} is not a day such as 2026-11-22",
    )


def _day(text: str) -> date:
    if len(text) != len("2026-11-22"):
        raise ValueError(text)
    return date.fromisoformat(text)


def _numbers(column: Column, cells: pa.Array) -> Cells:
    if _is_text(cells.type):
        numbers, wrong = _cast(cells, pa.float64(), one=float)
    elif pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type) or pa.types.is_decimal(cells.type):
        numbers, wrong = cells.cast(pa.float64(), safe=False), np.zeros(len(cells), dtype=bool)
    else:
        numbers, wrong = pa.nulls(len(cells), pa.float64()), as_mask(cells.is_valid())
    empty = as_mask(cells.is_null())
    values = numbers.to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        wrong |= ~empty & ~np.isfinite(values)
        for bound, outside in ((column.least, np.less), (column.most, np.greater)):
            if bound is not None:
                wrong |= outside(values, bound)
        if column.kind is Kind.WHOLE:
            wrong |= (np.floor(values) != values) & ~empty
            wrong |= np.abs(values) > np.iinfo(np.int32).max
    expected = _expected(column)
    return Cells(values=values, empty=empty, wrong=wrong, says=lambda cell: f"{shown(cell)} is not {expected}")


def _expected(column: Column) -> str:
    noun = "a whole number" if column.kind is Kind.WHOLE else "a number"
    match column.least, column.most:
        case None, None:
            return noun
        case least, None:
            return f"{noun} from {least:,g} up"
        case least, most:
            return f"{noun} from {least or 0:,g} to {most:,g}"
    raise AssertionError("a column with an upper bound alone")


def _yes_no(cells: pa.Array) -> Cells:
    if pa.types.is_boolean(cells.type):
        values, wrong = cells, np.zeros(len(cells), dtype=bool)
    else:
        lower = pc.utf8_lower(cells.cast(pa.string()))
        values = pc.if_else(pc.equal(lower, "true"), True, pc.if_else(pc.equal(lower, "false"), False, None))
        wrong = as_mask(pc.and_(cells.is_valid(), values.is_null()))
    return Cells(
        values=as_mask(values),
        empty=as_mask(cells.is_null()),
        wrong=wrong,
        says=lambda cell: f"{shown(cell)} is neither true nor false",
    )


def _words(column: Column, cells: pa.Array) -> Cells:
    words = texts(cells)
    codes = pc.fill_null(pc.index_in(words, value_set=pa.array(column.words), skip_nulls=True), -1)
    values = codes.to_numpy(zero_copy_only=False).astype(np.int32)
    empty = as_mask(words.is_null())

    def says(cell: Any) -> str:
        known = ", ".join(column.words[:8]) + (" …" if len(column.words) > 8 else "")
        return f"{shown(cell)} is none of {known}{suggestion(str(cell), column.words)}"

    return Cells(values=values, empty=empty, wrong=~empty & (values < 0), says=says)
