"""Read a history: every cell and every rule is looked at before anything is refused, and nothing is dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from os import SEEK_END
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd

from evaluation.columns import TABLES, Table
from evaluation.history import History, until, with_shared_categories
from evaluation.records.cells import array_of
from evaluation.records.checking import check
from evaluation.records.csv_files import csv_chunks, csv_header
from evaluation.records.faults import Faults, TableFile
from evaluation.records.frames import Chunk, ReadTable, TableReader
from evaluation.records.history_files import HistoryFile, files_of_tables, opened, read, read_about
from evaluation.records.parquet_files import open_parquet, parquet_chunks
from matching.errors import Invalid, suggestion

__all__ = ["history_of", "read_history", "until"]

_ROWS_AT_ONCE = 250_000
#: Told how many bytes are read, and of how many.
Progress = Callable[[int, int], None]


def read_history(path: Path, *, as_of: date | None = None, progress: Progress | None = None) -> History:
    """Read a folder or a ZIP of history.json and, for each table, NAME.csv or NAME.parquet, in bounded memory.

    With `as_of`, what came after that day is left out. Raises Invalid with every row that is wrong, named by file,
    line (of a CSV file) or row (of a Parquet file) and column; of each kind the first, and how many more there are.
    """
    faults = Faults()
    with opened(path) as files:
        about = read_about(files, faults)
        found = files_of_tables(files, faults)
        meter = _Meter(progress, sum(file.size for file in found.values()))
        tables: dict[str, ReadTable] = {}
        for name, table in TABLES.items():
            if name in found:
                tables[name] = _read_file(table, found[name], tables, faults, meter)
            else:
                if not table.optional:
                    faults.add_file(name, f"is missing: neither {name}.csv nor {name}.parquet is there")
                tables[name] = read_table(table, TableFile(name=name), [], tables, faults)
    data_until = about.data_until if about else date.max
    history = made(tables, data_until=data_until, with_groups="groups" in found, faults=faults)
    if about:
        history = replace(history, simulated=about.simulated, left_out=about.left_out)
    if as_of is not None and as_of > data_until:
        raise Invalid(f"The history tells of nothing after {data_until}, so it cannot be looked at as of {as_of}.")
    return history if as_of is None else until(history, as_of)


class _Meter:
    """Adds up the bytes that were read."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def tell(self, more: int) -> None:
        """So many more bytes are read."""
        self._done = min(self._done + more, self._total)
        if self._progress:
            self._progress(self._done, self._total)


def _read_file(
    table: Table, found: HistoryFile, before: Mapping[str, ReadTable], faults: Faults, meter: _Meter
) -> ReadTable:
    file = TableFile(name=found.name, counts="line" if found.form == "csv" else "row")
    reader = _reader(table, file, before, faults)
    rows = _csv if found.form == "csv" else _parquet

    def by(stream: IO[bytes]) -> None:
        for chunk in rows(table, stream, file, faults, meter):
            reader.take(chunk)

    if not read(found, faults, by):
        reader = _reader(table, file, before, faults)  # what was begun may be of half a chunk
    return reader.done()


def _csv(table: Table, stream: IO[bytes], file: TableFile, faults: Faults, meter: _Meter) -> Iterator[Chunk]:
    names = csv_header(stream, file, faults)
    if names and check_header(table, names, file, faults):
        yield from csv_chunks(stream, names, file, faults, meter.tell)


def _parquet(table: Table, stream: IO[bytes], file: TableFile, faults: Faults, meter: _Meter) -> Iterator[Chunk]:
    size = stream.seek(0, SEEK_END)
    opened = open_parquet(stream, file, faults)
    if opened is not None and check_header(table, opened.schema_arrow.names, file, faults):
        yield from parquet_chunks(opened, size, file, faults, meter.tell)


def history_of(tables: Mapping[str, pd.DataFrame], data_until: date, *, simulated: bool = False) -> History:
    """Return the history that these frames of file values tell: ids any text, days as text or dates, NaN for none.

    Raises Invalid with every row that is wrong, as `read_history` does.
    """
    faults = Faults()
    for name in tables:
        if name not in TABLES:
            faults.add_file(name, f"is no table of a history{suggestion(name, TABLES)}")
    read: dict[str, ReadTable] = {}
    for name, table in TABLES.items():
        frame = tables.get(name)
        file = TableFile(name=name)
        if frame is None and not table.optional:
            faults.add_file(name, "is missing")
        readable = frame is not None and check_header(table, list(map(str, frame.columns)), file, faults)
        read[name] = read_table(table, file, _chunks(frame) if readable else [], read, faults)
    history = made(read, data_until=data_until, with_groups="groups" in tables, faults=faults)
    return replace(history, simulated=simulated)


def read_table(
    table: Table, file: TableFile, chunks: Iterable[Chunk], before: Mapping[str, ReadTable], faults: Faults
) -> ReadTable:
    """Read one table; `before` are those that it may name."""
    reader = _reader(table, file, before, faults)
    for chunk in chunks:
        reader.take(chunk)
    return reader.done()


def _reader(table: Table, file: TableFile, before: Mapping[str, ReadTable], faults: Faults) -> TableReader:
    whole = {name: each.ids for name, each in before.items() if not faults.lacks_rows(each.file, TABLES[name].key[0])}
    return TableReader(table, file, whole, faults)


def check_header(table: Table, names: Sequence[str], file: TableFile, faults: Faults) -> bool:
    """Tell which columns are missing, unknown or there twice; whether the table can be read nevertheless."""
    known = {column.name: column for column in table.columns}
    for name in dict.fromkeys(names):
        if name not in known:
            faults.add_file(file.name, f"the column '{name[:40]}' is not known{suggestion(name, known)}")
        elif names.count(name) > 1:
            faults.add_file(file.name, f"the column '{name}' is there twice")
    for column in known.values():
        if column.required and column.name not in names:
            faults.add_file(file.name, f"the column '{column.name}' is missing")
    return len(set(names)) == len(names)


def made(read: Mapping[str, ReadTable], *, data_until: date, with_groups: bool, faults: Faults) -> History:
    """The history of these tables, if nothing is wrong with them."""
    frames = with_shared_categories({name: each.frame for name, each in read.items()})
    read = {name: replace(each, frame=frames[name]) for name, each in read.items()}
    check(read, data_until=data_until, faults=faults)
    faults.raise_them()
    rows_read = {name: len(frame) for name, frame in frames.items()}
    if not with_groups:
        del frames["groups"], rows_read["groups"]
    return History(data_until=data_until, rows_read=rows_read, **frames)


def _chunks(frame: pd.DataFrame) -> Iterator[Chunk]:
    for start in range(0, len(frame), _ROWS_AT_ONCE):
        part = frame.iloc[start : start + _ROWS_AT_ONCE]
        cells = {str(name): array_of(part[name]) for name in part.columns}
        yield Chunk(numbers=np.arange(start + 1, start + 1 + len(part), dtype=np.int32), cells=cells)
