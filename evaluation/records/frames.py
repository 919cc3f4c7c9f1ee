"""The frame of one table, gathered from chunks of its file; ids become row numbers on the way, and no text is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evaluation.columns import NOBODY, Column, Kind, Table
from evaluation.records.cells import LONGEST, Mask, as_mask, read_cells, shown, texts, too_long
from evaluation.records.faults import Faults, TableFile

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some rows of a table: their numbers in the file, and their cells by column."""

    numbers: Numbers
    cells: Mapping[str, pa.Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTable:
    """A table that was read: its frame, its row numbers in the file, and the ids of its rows if others name them."""

    table: Table
    file: TableFile
    frame: pd.DataFrame
    numbers: Numbers
    ids: pa.Array


class TableReader:
    """Takes chunks of one table, gathers values and faults, and gives the frame in the end.

    `ids` are those of the rows that ids of this table name, by table, where all of them could be read.
    """

    def __init__(self, table: Table, file: TableFile, ids: Mapping[str, pa.Array], faults: Faults) -> None:
        self._table, self._file, self._ids, self._faults = table, file, ids, faults
        self._numbers: list[Numbers] = []
        self._columns = {column.name: _gatherer(column) for column in table.columns}
        self._own_ids: list[pa.Array] = []
        self._rows = 0

    def take(self, chunk: Chunk) -> None:
        """Read the rows of a chunk."""
        for column in self._table.columns:
            cells = chunk.cells.get(column.name)
            if cells is None:  # told of the header already, if it must be there
                self._take_column(replace(column, required=False), pa.nulls(len(chunk.numbers)), chunk.numbers)
            else:
                self._take_column(column, cells, chunk.numbers)
        self._numbers.append(chunk.numbers)
        self._rows += len(chunk.numbers)

    def done(self) -> ReadTable:
        """The whole table; what was gathered is let go of."""
        columns = {name: self._columns.pop(name).column() for name in list(self._columns)}
        numbers = np.concatenate([np.empty(0, dtype=np.int32), *self._numbers])
        ids = pa.concat_arrays(self._own_ids) if self._own_ids else pa.array([], pa.string())
        frame = pd.DataFrame(columns, copy=False)
        return ReadTable(table=self._table, file=self._file, frame=frame, numbers=numbers, ids=ids)

    def _take_column(self, column: Column, cells: pa.Array, numbers: Numbers) -> None:
        if column.kind is Kind.ID:
            empty = self._take_ids(column, texts(cells), numbers)
        elif column.kind is Kind.WORD and not column.words:
            words = texts(cells)
            empty = as_mask(words.is_null())
            self._refuse_long(column, words, numbers)
            self._columns[column.name].take(words)
        else:
            read = read_cells(column, cells)
            empty = read.empty
            self._refuse(column, "wrong", read.wrong, numbers, lambda place: read.says(cells[place].as_py()))
            self._columns[column.name].take(read.values, read.empty | read.wrong)
        if column.required:
            self._refuse(column, "empty", empty, numbers, lambda place: "is empty, and must not be")

    def _take_ids(self, column: Column, ids: pa.Array, numbers: Numbers) -> Mask:
        self._refuse_long(column, ids, numbers)
        empty = as_mask(ids.is_null())
        if column.names == self._table.name:
            self._own_ids.append(ids)
            self._columns[column.name].take(np.arange(self._rows, self._rows + len(ids), dtype=np.int32), empty)
            return empty
        known = self._ids.get(column.names)
        if known is None:  # not all of them could be read, which is told where they stand
            self._columns[column.name].take(np.full(len(ids), NOBODY), empty)
            return empty
        rows = pc.fill_null(pc.index_in(ids, value_set=known, skip_nulls=True), NOBODY)
        found = rows.to_numpy(zero_copy_only=False)
        self._columns[column.name].take(found, empty)
        one = column.names.removesuffix("s")
        self._refuse(
            column,
            "names nothing",
            ~empty & (found < 0),
            numbers,
            lambda place: f"there is no {one} {shown(ids[place].as_py())} in the table {column.names}",
        )
        return empty

    def _refuse_long(self, column: Column, words: pa.Array, numbers: Numbers) -> None:
        long = too_long(words)
        self._refuse(column, "too long", long, numbers, lambda place: f"is longer than {LONGEST} characters")

    def _refuse(self, column: Column, rule: str, wrong: Mask, numbers: Numbers, message: Any) -> None:
        if wrong.any():
            places = np.flatnonzero(wrong)
            self._faults.add(
                file=self._file,
                column=column.name,
                rule=rule,
                numbers=numbers[places],
                message=lambda place: message(int(places[place])),
            )


class _Gathered:
    """Values of one column as they come, in the type that they will have."""

    def __init__(self, column: Column) -> None:
        self._kind, self._required, self._words = column.kind, column.required, column.words
        self._values: list[NDArray[Any]] = []
        self._missing: list[Mask] = []

    def take(self, values: NDArray[Any], missing: Mask) -> None:
        match self._kind:
            case Kind.ID:
                self._values.append(values.astype(np.int32))
            case Kind.DAY:
                self._values.append(np.where(missing, np.datetime64("NaT", "s"), values))
            case Kind.NUMBER | Kind.SHARE:
                number = np.float64 if self._kind is Kind.NUMBER else np.float32
                self._values.append(np.where(missing, np.nan, values).astype(number))
            case Kind.WHOLE:
                self._values.append(np.where(missing, 0, values).astype(np.int32))
                self._missing.append(missing)
            case Kind.YES_NO:
                self._values.append(values)
                self._missing.append(missing)
            case Kind.WORD:
                self._values.append(values.astype(np.int8))

    def column(self) -> Any:
        """All values, as a column of a frame."""
        values = np.concatenate([_none_of(self._kind), *self._values])
        missing = np.concatenate([np.empty(0, dtype=bool), *self._missing])
        self._values, self._missing = [], []
        match self._kind:
            case Kind.YES_NO:
                return pd.arrays.BooleanArray(values, missing)
            case Kind.WHOLE if not self._required:
                return pd.arrays.IntegerArray(values, missing)
            case Kind.WORD:
                return pd.Categorical.from_codes(values, categories=list(self._words))
        return values


def _none_of(kind: Kind) -> NDArray[Any]:
    types: dict[Kind, Any] = {
        Kind.ID: np.int32,
        Kind.DAY: "datetime64[s]",
        Kind.WHOLE: np.int32,
        Kind.NUMBER: np.float64,
        Kind.SHARE: np.float32,
        Kind.YES_NO: np.bool_,
        Kind.WORD: np.int8,
    }
    nothing: NDArray[Any] = np.empty(0, dtype=types[kind])
    return nothing


class _FreeWords:
    """Words of one column as they come; the categories are those that occur, sorted."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._values: list[Numbers] = []

    def take(self, words: pa.Array) -> None:
        coded = words.dictionary_encode()
        known = [self._codes.setdefault(word, len(self._codes)) for word in coded.dictionary.to_pylist()]
        of = np.array([*known, NOBODY], dtype=np.int32)  # the last for the missing ones
        self._values.append(of[pc.fill_null(coded.indices, NOBODY).to_numpy(zero_copy_only=False)])

    def column(self) -> Any:
        """All words, as a column of a frame."""
        words = sorted(self._codes)
        place = np.empty(len(words) + 1, dtype=np.int32)
        place[[self._codes[word] for word in words]] = np.arange(len(words))
        place[-1] = NOBODY
        values = np.concatenate([np.empty(0, dtype=np.int32), *self._values])
        self._values = []
        return pd.Categorical.from_codes(place[values], categories=words)


def _gatherer(column: Column) -> Any:
    return _FreeWords() if column.kind is Kind.WORD and not column.words else _Gathered(column)
