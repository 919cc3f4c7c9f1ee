"""Rows of a CSV file, in chunks: every line is looked at, and named if it cannot be read."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from evaluation.records.cells import Mask
from evaluation.records.faults import Faults, TableFile
from evaluation.records.frames import Chunk

_BLOCK_BYTES = 16_000_000
#: Nobody writes a longer line; a file without line ends is no table.
_LONGEST_LINE = 1_000_000
_LINE_END, _QUOTE, _RETURN = b'\n"\r'
_BOM = b"\xef\xbb\xbf"


def csv_header(stream: IO[bytes], file: TableFile, faults: Faults) -> list[str]:
    """The names of the columns, read from the first line; none, and a fault, where there are none."""
    line = stream.readline(_LONGEST_LINE).removeprefix(_BOM)
    try:
        names = next(csv.reader([line.decode("utf-8").rstrip("\r\n")]), [])
    except (UnicodeDecodeError, csv.Error):
        names = []
    if not names or b"\0" in line:
        faults.add_file(file.name, "does not begin with the names of its columns in UTF-8")
        return []
    return names


def csv_chunks(
    stream: IO[bytes], names: list[str], file: TableFile, faults: Faults, tell: Callable[[int], None]
) -> Iterator[Chunk]:
    """The rows after the header, line by line; empty lines are no rows, and lines that cannot be read are told.

    `tell` is called with the number of bytes that were read.
    """
    line = 2  # as people count them
    for block in _blocks(stream, file, faults):
        tell(len(block))
        lines = _Lines(block, line, file, faults)
        line += lines.count
        chunk = lines.chunk(names)
        if chunk is not None:
            yield chunk


def _blocks(stream: IO[bytes], file: TableFile, faults: Faults) -> Iterator[bytes]:
    """The file in blocks of whole lines, the last one ended too."""
    rest = b""
    while read := stream.read(_BLOCK_BYTES):
        whole, end, rest_of_read = read.rpartition(b"\n")
        if end:
            yield rest + whole + end
            rest = rest_of_read
        else:
            rest += read
        if len(rest) > _LONGEST_LINE:
            faults.add_file(file.name, f"has a line longer than {_LONGEST_LINE:,} characters")
            return
    if rest:
        yield rest + b"\n"


class _Lines:
    """The lines of one block, the first of them being number `first` of the file."""

    def __init__(self, block: bytes, first: int, file: TableFile, faults: Faults) -> None:
        self._block, self._first, self._file, self._faults = block, first, file, faults
        self._bytes = np.frombuffer(block, dtype=np.uint8)
        self._ends = np.flatnonzero(self._bytes == _LINE_END)
        self.count = len(self._ends)

    def chunk(self, names: list[str]) -> Chunk | None:
        """The rows, without those lines that were refused or are empty."""
        kept = ~(self._not_text() | self._split() | self._blank())
        block = self._block if kept.all() else self._only(kept)
        numbers = (np.flatnonzero(kept) + self._first).astype(np.int32)
        return self._parsed(block, names, numbers) if len(numbers) else None

    def _refuse(self, rule: str, wrong: Mask, message: str) -> None:
        numbers = np.flatnonzero(wrong) + self._first
        self._faults.add(
            file=self._file, column="", rule=rule, numbers=numbers.astype(np.int32), message=lambda place: message
        )

    def _not_text(self) -> Mask:
        """Lines that are not UTF-8, or hold characters that no table has."""
        wrong = np.zeros(self.count, dtype=bool)
        try:
            self._block.decode("utf-8")
        except UnicodeDecodeError:
            wrong[:] = [not _is_utf8(line) for line in self._block[:-1].split(b"\n")]
            self._refuse("encoding", wrong, "is not UTF-8: the file mixes encodings, or has another one")
        held = self._with(self._bytes == 0)
        self._refuse("NUL", held, "holds a NUL character")
        returns = self._bytes == _RETURN
        if returns.any():
            returns[self._ends[self._ends > 0] - 1] = False  # the half of a line end that Windows writes
        stray = self._with(returns)
        self._refuse("return", stray, "holds half a line end (a carriage return)")
        return wrong | held | stray

    def _with(self, found: Mask) -> Mask:
        """The lines in which bytes were found."""
        lines = np.zeros(self.count, dtype=bool)
        if found.any():
            lines[np.searchsorted(self._ends, np.flatnonzero(found))] = True
        return lines

    def _split(self) -> Mask:
        """Lines in which a quotation mark is opened and not closed: a row is one line."""
        quotes = np.flatnonzero(self._bytes == _QUOTE)
        counts = np.diff(np.searchsorted(quotes, self._ends), prepend=0)
        wrong: Mask = counts % 2 == 1
        self._refuse("quotation mark", wrong, "opens a quotation mark and does not close it on the line")
        return wrong

    def _blank(self) -> Mask:
        starts = np.concatenate([[0], self._ends[:-1] + 1]) if self.count else self._ends
        lengths = self._ends - starts
        blank: Mask = (lengths == 0) | ((lengths == 1) & (self._bytes[starts] == _RETURN))
        return blank

    def _only(self, kept: Mask) -> bytes:
        lines = self._block.split(b"\n")
        return b"".join(lines[place] + b"\n" for place in np.flatnonzero(kept))

    def _parsed(self, block: bytes, names: list[str], numbers: NDArray[np.int32]) -> Chunk:
        """Cut the lines into cells; those with more or fewer than there are columns are told."""
        refused: list[arrow_csv.InvalidRow] = []

        def refuse(row: arrow_csv.InvalidRow) -> str:
            refused.append(row)
            return "skip"

        columns = [str(place) for place in range(len(names))]  # names may be there twice
        table = arrow_csv.read_csv(
            pa.BufferReader(block),
            read_options=arrow_csv.ReadOptions(use_threads=False, column_names=columns, block_size=len(block) + 1),
            parse_options=arrow_csv.ParseOptions(invalid_row_handler=refuse, ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
        if refused:
            places = np.array([row.number - 1 for row in refused])
            self._faults.add(
                file=self._file,
                column="",
                rule="cells",
                numbers=numbers[places],
                message=lambda place: f"{refused[place].actual_columns} cells instead of {len(names)}",
            )
            numbers = np.delete(numbers, places)
        cells = {name: table.column(place).combine_chunks() for place, name in enumerate(names)}
        return Chunk(numbers=numbers, cells=cells)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
