"""Rows of a Parquet file, in chunks of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evaluation.records.faults import Faults, TableFile
from evaluation.records.frames import Chunk

_ROWS_AT_ONCE = 250_000
#: More rows than any history has; beyond it a small file could claim to hold what no memory does.
MOST_ROWS = 50_000_000


def open_parquet(stream: IO[bytes], file: TableFile, faults: Faults) -> pq.ParquetFile | None:
    """Open a Parquet file; None, and a fault, where its rows cannot be read."""
    try:
        opened = pq.ParquetFile(stream)
    except (pa.ArrowException, OSError, ValueError):
        faults.add_file(file.name, "is no Parquet file, or is cut off")
        return None
    if opened.metadata.num_rows > MOST_ROWS:
        faults.add_file(file.name, f"holds more than {MOST_ROWS:,} rows")
        return None
    strange = [field for field in opened.schema_arrow if not _is_plain(field.type)]
    for field in strange:
        faults.add_file(
            file.name, f"the column '{field.name[:40]}' is of type {str(field.type)[:40]}, not text or plain"
        )
    return None if strange else opened


def _is_plain(of: pa.DataType) -> bool:
    """Whether cells are text, numbers, days or true and false."""
    plain = (
        *(pa.types.is_string, pa.types.is_large_string, pa.types.is_null, pa.types.is_boolean, pa.types.is_integer),
        *(pa.types.is_floating, pa.types.is_decimal, pa.types.is_date, pa.types.is_timestamp),
    )
    return _is_plain(of.value_type) if pa.types.is_dictionary(of) else any(is_so(of) for is_so in plain)


def parquet_chunks(
    opened: pq.ParquetFile, size: int, file: TableFile, faults: Faults, tell: Callable[[int], None]
) -> Iterator[Chunk]:
    """The rows of a file of so many bytes; `tell` is called with about how many of them were read."""
    first, rows = 1, max(opened.metadata.num_rows, 1)
    try:
        for batch in opened.iter_batches(batch_size=_ROWS_AT_ONCE, use_threads=False):
            numbers = np.arange(first, first + batch.num_rows, dtype=np.int32)
            first += batch.num_rows
            tell(size * batch.num_rows // rows)
            cells = zip(batch.schema.names, batch.columns, strict=True)
            yield Chunk(numbers=numbers, cells={name: _text(name, each, numbers, file, faults) for name, each in cells})
    except (pa.ArrowException, OSError, ValueError) as error:
        faults.add_file(file.name, f"cannot be read after row {first - 1:,} ({str(error)[:100]})")


def _text(name: str, cells: pa.Array, numbers: NDArray[np.int32], file: TableFile, faults: Faults) -> pa.Array:
    """The cells, without those that claim to be text and are not UTF-8."""
    try:
        cells.validate(full=True)
    except pa.ArrowInvalid:
        held = (cells.dictionary_decode() if pa.types.is_dictionary(cells.type) else cells).cast(pa.binary())
        told = [None if cell is None else cell.decode("utf-8", "replace") for cell in held.to_pylist()]
        wrong = np.array([cell is not None and "\ufffd" in cell for cell in told])
        message = "is not UTF-8: the file mixes encodings, or has another one"
        faults.add(file=file, column=name, rule="encoding", numbers=numbers[wrong], message=lambda place: message)
        return pa.array(told, pa.string())
    return cells
