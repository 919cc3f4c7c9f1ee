"""Backups: every organisation's rows as lines of JSON with a digest for each table, the same on both databases."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Connection, Table, column, insert, inspect
from sqlalchemy import table as named_table

from matching.errors import Conflict, Invalid
from matching.store.database import Database, open_database
from matching.store.digests import Counting, TableDigest, kept_tables, lines, name_organisation, one_moment
from matching.store.migrating import upgrade
from matching.store.revisions import NEWEST, check_exactly
from matching.store.tables import Instant

_FORMAT = "wellplaced backup 2"
#: Without the last line, which holds the digest of all bytes before it.
_UNSEALED_FORMAT = "wellplaced backup 1"
_MANIFEST = "manifest.json"
_SEAL = re.compile(rb"wellplaced sha256 ([0-9a-f]{64})\n")
_SEAL_BYTES = 83
_ROWS_AT_ONCE = 1000
_DAMAGED = "The backup is damaged or cut off"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What a backup holds: the revision of the schema, and each table's rows and digest."""

    revision: str
    tables: Mapping[str, TableDigest]

    @property
    def total(self) -> int:
        """Rows in all."""
        return sum(digest.rows for digest in self.tables.values())


def back_up(database: Database, path: Path, *, at: datetime) -> BackedUp:
    """Write a backup of one moment to a new file; the file appears whole or not at all.

    Raises `Conflict` if the file is there, or if the database is of a revision that this program does not know whole.
    """
    check_exactly(database.engine)
    if path.exists():
        raise Conflict(f"{path.name} is there already; a backup never writes over another.")
    part = path.with_name(path.name + ".part")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600), "wb+") as raw:
            with tarfile.open(fileobj=raw, mode="w") as archive:
                tables = _put_tables(archive, database, at=at, beside=path.parent)
                _put(archive, _MANIFEST, BytesIO(_manifest_of(tables, at)), at)
            raw.seek(0)
            seal = hashlib.file_digest(raw, "sha256").hexdigest()
            raw.write(f"wellplaced sha256 {seal}\n".encode())
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(path)
        _sync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return BackedUp(revision=NEWEST, tables=tables)


def restore(path: Path, url: str) -> BackedUp:
    """Fill an empty database from a backup and bring it to the newest revision.

    Nothing is written unless the backup is whole. Raises `Invalid` if it is not, `Conflict` if the database holds rows.
    """
    with _checked(path) as (archive, held):
        upgrade(url, held.revision)
        database = open_database(url)
        try:
            _refuse_filled(database)
            _refuse_other_tables(database, held)
            with database.engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
                for table in kept_tables():
                    if table.name in held.tables:
                        _load(connection, table, _lines(archive, table.name))
        finally:
            database.close()
        upgrade(url)
    return held


def read_backup(path: Path) -> BackedUp:
    """What a backup says that it holds, every digest checked; raises `Invalid` if it is damaged."""
    with _checked(path) as (_, held):
        return held


@contextmanager
def _checked(path: Path) -> Iterator[tuple[tarfile.TarFile, BackedUp]]:
    """A backup that was read once from end to end: a damaged one is refused before anything is written."""
    is_sealed = _is_sealed(path)
    try:
        archive = tarfile.open(path)  # noqa: SIM115  closed below
    except (tarfile.TarError, EOFError, ValueError):
        raise Invalid("This is not a backup, or only a part of one.") from None
    with archive:
        held = _manifest(archive, is_sealed=is_sealed)
        if held.revision > NEWEST:
            raise Invalid(
                f"The backup is of revision {held.revision}, and this program knows {NEWEST}: take a newer program."
            )
        for name, told in held.tables.items():
            _check_lines(archive, name, told)
        yield archive, held


def _is_sealed(path: Path) -> bool:
    """Whether the file ends in the digest of all that is before; raises `Invalid` if that is another one."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _SEAL_BYTES))
        seal = _SEAL.fullmatch(file.read())
        if seal is None:
            return False
        file.seek(0)
        digest, left = hashlib.sha256(), size - _SEAL_BYTES
        while left:
            block = file.read(min(left, 1 << 20))
            digest.update(block)
            left -= len(block)
    if digest.hexdigest() != seal[1].decode():
        raise Invalid(f"{_DAMAGED}: its bytes are not those that were written.")
    return True


def _put_tables(archive: tarfile.TarFile, database: Database, *, at: datetime, beside: Path) -> dict[str, TableDigest]:
    tables = {}
    with one_moment(database) as (connection, organisation_ids):
        for table in kept_tables():
            # On the disk and not in memory: the vectors of a million roles are gigabytes.
            with tempfile.TemporaryFile(dir=beside) as compressed:
                tables[str(table.name)] = _compress(lines(connection, table, organisation_ids), compressed)
                _put(archive, f"{table.name}.jsonl.gz", compressed, at)
    return tables


def _compress(rows: Iterable[bytes], into: IO[bytes]) -> TableDigest:
    counting = Counting()
    with gzip.GzipFile(fileobj=into, mode="wb", mtime=0) as compressed:
        for row in rows:
            counting.add(row)
            compressed.write(row)
    return counting.digest()


def _put(archive: tarfile.TarFile, name: str, content: IO[bytes], at: datetime) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = content.seek(0, os.SEEK_END), int(at.timestamp()), 0o600
    content.seek(0)
    archive.addfile(entry, content)


def _manifest_of(tables: Mapping[str, TableDigest], at: datetime) -> bytes:
    told = {name: {"rows": digest.rows, "sha256": digest.sha256} for name, digest in tables.items()}
    manifest = {"format": _FORMAT, "made_at": at.isoformat(), "revision": NEWEST, "tables": told}
    return orjson.dumps(manifest, option=orjson.OPT_INDENT_2)


def _manifest(archive: tarfile.TarFile, *, is_sealed: bool) -> BackedUp:
    try:
        manifest: dict[str, Any] = orjson.loads(_opened(archive, _MANIFEST).read())
        form, revision = manifest["format"], str(manifest["revision"])
        tables = {
            name: TableDigest(rows=told["rows"], sha256=told["sha256"]) for name, told in manifest["tables"].items()
        }
    except (KeyError, TypeError, AttributeError, orjson.JSONDecodeError, tarfile.TarError, EOFError):
        raise Invalid("This is not a whole backup: its manifest is missing or cannot be read.") from None
    if form not in (_FORMAT, _UNSEALED_FORMAT):
        raise Invalid(f"This backup has the format '{form}', and '{_FORMAT}' is needed.")
    if form == _FORMAT and not is_sealed:
        raise Invalid(f"{_DAMAGED}: its last line, the digest of all the others, is missing.")
    return BackedUp(revision=revision, tables=tables)


def _check_lines(archive: tarfile.TarFile, name: str, told: TableDigest) -> None:
    counting = Counting()
    try:
        for line in _lines(archive, name):
            counting.add(line)
    except (KeyError, OSError, EOFError, zlib.error, tarfile.TarError):
        raise Invalid(f"{_DAMAGED}: the rows of '{name}' cannot be read.") from None
    if counting.digest() != told:
        raise Invalid(f"{_DAMAGED}: the rows of '{name}' are not those that were written.")


def _lines(archive: tarfile.TarFile, table: str) -> Iterator[bytes]:
    with gzip.open(_opened(archive, f"{table}.jsonl.gz")) as compressed:
        yield from compressed


def _opened(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    opened = archive.extractfile(name)
    if opened is None:
        raise KeyError(name)
    return opened


def _refuse_filled(database: Database) -> None:
    with database.directory() as directory:
        if directory.organisation_ids():
            raise Conflict("The database holds rows already; a backup is restored into an empty one.")


def _refuse_other_tables(database: Database, held: BackedUp) -> None:
    """A table that the schema has and the backup has not would be empty afterwards, and nobody would know."""
    there = set(inspect(database.engine).get_table_names())
    expected = {table.name for table in kept_tables()} & there
    if expected != set(held.tables):
        differing = ", ".join(sorted(expected ^ set(held.tables)))
        raise Invalid(f"The backup does not hold the tables of revision {held.revision}: see {differing}.")


def _load(connection: Connection, table: Table, rows: Iterable[bytes]) -> None:
    waiting: list[dict[str, Any]] = []
    named = ""
    owner = "id" if table.name == "organisations" else "organisation_id"
    for line in rows:
        row = {name: _read(table, name, value) for name, value in orjson.loads(line).items()}
        if waiting and (row[owner] != named or len(waiting) == _ROWS_AT_ONCE):
            _insert(connection, table, waiting)
            waiting = []
        if row[owner] != named:
            named = row[owner]
            name_organisation(connection, named)
        waiting.append(row)
    if waiting:
        _insert(connection, table, waiting)


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Write the columns that the rows have: those of a later revision are not there yet."""
    columns = [column(name, table.c[name].type) for name in rows[0]]
    connection.execute(insert(named_table(table.name, *columns)), rows)


def _read(table: Table, name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    stored = table.c[name].type
    if isinstance(stored, Instant):
        return datetime.fromisoformat(value)
    kind = stored.python_type
    if kind is bytes:
        return base64.b64decode(value)
    if kind is date:
        return date.fromisoformat(value)
    if issubclass(kind, Enum):
        return kind(value)
    return value


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
