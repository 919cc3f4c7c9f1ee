"""The history that evaluators read: pseudonyms for everybody and everything, verdicts without sentences, no words."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO

from matching.actions.days import local_day
from matching.actions.events import record
from matching.actions.history_tables import COLUMNS, HistoryTables, Pseudonym, Row
from matching.actions.users import OPERATOR
from matching.exports import csv_cell
from matching.model.people import Actor, Permission
from matching.permissions import check
from matching.scoring import load_weights
from matching.store import Store

#: The layout of the files, as `evaluation.records.history_files` reads it.
FORMAT = 1
#: What the key of pseudonyms is derived for; another name would make other pseudonyms.
PSEUDONYMS = "pseudonyms"
_MADE_AT = (2000, 1, 1, 0, 0, 0)
_PSEUDONYM_LETTERS = 24


def history(*, key: bytes, by: Actor, at: datetime, store: Store) -> bytes:
    """Return a ZIP of CSV files; the same database, key and day give the same bytes.

    A pseudonym is a keyed digest of an id: the same in every file and every year, and told by nobody without the key.
    """
    held = io.BytesIO()
    write_history(held, key=key, by=by, at=at, store=store)
    return held.getvalue()


def write_history(file: IO[bytes], *, key: bytes, by: Actor, at: datetime, store: Store) -> Mapping[str, int]:
    """Write the same to a file, row by row; returns what had to be left out, and how many of each kind."""
    check(by, Permission.HISTORY_READ)
    last = local_day(at)
    tables = HistoryTables(name=_pseudonym(key), last=last, weights=load_weights(), store=store)
    with zipfile.ZipFile(file, "w") as archive:
        for name, columns in COLUMNS.items():
            with archive.open(_member(f"{name}.csv"), "w", force_zip64=True) as member:
                _write_rows(member, columns, tables.rows(name))
        left_out = dict(sorted(tables.left_out.items()))
        about = {"format": FORMAT, "data_until": f"{last}", "simulated": False, "left_out": left_out}
        archive.writestr(_member("history.json"), json.dumps(about, indent=1) + "\n")
    record(store, "history.read", by=by, at=at, of=("organisation", store.organisation_id))
    return left_out


def operator_for_evaluators(organisation_id: str) -> Actor:
    """Whoever runs the service, taking the history out at the command line for those who evaluate."""
    return Actor(organisation_id=organisation_id, user_id=OPERATOR, permissions=frozenset({Permission.HISTORY_READ}))


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, date_time=_MADE_AT)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def _write_rows(member: IO[bytes], columns: tuple[str, ...], rows: Iterator[Row]) -> None:
    with io.TextIOWrapper(member, encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([csv_cell(cell) for cell in row])


def _pseudonym(key: bytes) -> Pseudonym:
    def told(row_id: str | None) -> str:
        if row_id is None:
            return ""
        return hmac.new(key, row_id.encode(), hashlib.sha256).hexdigest()[:_PSEUDONYM_LETTERS]

    return told
