"""Write a history to a folder: a file for each table and history.json; same tables, same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from evaluation.columns import TABLES, Kind, Table
from evaluation.records.cells import array_of, filled, texts
from evaluation.records.history_files import ABOUT, FORMAT
from matching.errors import Invalid

_ROWS_OF_A_GROUP = 250_000
_TYPES = {
    Kind.ID: pa.string(),
    Kind.DAY: pa.date32(),
    Kind.WHOLE: pa.int32(),
    Kind.NUMBER: pa.float64(),
    Kind.SHARE: pa.float32(),
    Kind.YES_NO: pa.bool_(),
    Kind.WORD: pa.string(),
}


def write_history(
    tables: Mapping[str, pd.DataFrame], folder: Path, *, form: Literal["csv", "parquet"], about: Mapping[str, Any]
) -> None:
    """Write frames of file values (see `history_of`) to a folder, which must be empty or not there yet.

    `about` is what history.json says besides its format: `data_until`, `simulated` and whatever else helps a reader.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Invalid(f"{folder.name}: the folder is not empty, and nothing is overwritten.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in TABLES.items():
        if name in tables:
            write = _write_csv if form == "csv" else _write_parquet
            write(_arrow(tables[name], table), folder / f"{name}.{form}")
    said = {"format": FORMAT, **about}
    (folder / ABOUT).write_text(json.dumps(said, indent=1, default=str) + "\n", encoding="utf-8")


def _arrow(frame: pd.DataFrame, table: Table) -> pa.Table:
    """The columns of the table in their order, each in its type; an optional column that is not there is left out."""
    columns = [column for column in table.columns if column.name in frame]
    return pa.table({column.name: _typed(array_of(frame[column.name]), column.kind) for column in columns})


def _typed(cells: pa.Array, kind: Kind) -> pa.Array:
    if kind in (Kind.ID, Kind.WORD):
        return texts(cells)
    return filled(cells).cast(_TYPES[kind], safe=kind is not Kind.SHARE)


def _write_csv(table: pa.Table, file: Path) -> None:
    if table.num_columns:
        try:
            arrow_csv.write_csv(table, file, arrow_csv.WriteOptions(quoting_style="none"))
        except pa.ArrowInvalid:  # a cell holds a comma or a quotation mark
            arrow_csv.write_csv(table, file)


def _write_parquet(table: pa.Table, file: Path) -> None:
    pq.write_table(table, file, compression="zstd", row_group_size=_ROWS_OF_A_GROUP)
