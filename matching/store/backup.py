"""Backups: every organisation's rows as lines of JSON with a digest for each table, the same on both databases."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Connection, Table, func, insert, select, text

from matching.errors import Conflict, Invalid
from matching.store.database import Database, open_database
from matching.store.migrating import upgrade
from matching.store.revisions import NEWEST
from matching.store.tables import Base, Instant, Organisation, Owned, SignInSession

_FORMAT = "wellplaced backup 1"
_MANIFEST = "manifest.json"
_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What a backup holds: rows by table."""

    rows: Mapping[str, int]
    revision: str

    @property
    def total(self) -> int:
        """Rows in all."""
        return sum(self.rows.values())


def back_up(database: Database, path: Path, *, at: datetime) -> BackedUp:
    """Write a backup of one moment to a new file; the file appears whole or not at all."""
    if path.exists():
        raise Conflict(f"{path.name} is there already; a backup never writes over another.")
    part = path.with_name(path.name + ".part")
    digests: dict[str, dict[str, Any]] = {}
    try:
        with part.open("wb") as raw, tarfile.open(fileobj=raw, mode="w") as archive:
            with _one_moment(database) as (connection, organisation_ids):
                for table in _tables():
                    lines, count, digest = _compressed(_rows(connection, table, organisation_ids))
                    digests[str(table.name)] = {"rows": count, "sha256": digest}
                    _put(archive, f"{table.name}.jsonl.gz", lines, at)
            manifest = {"format": _FORMAT, "made_at": at.isoformat(), "revision": NEWEST, "tables": digests}
            _put(archive, _MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2), at)
            archive.close()
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(path)
        _sync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return BackedUp(rows={name: told["rows"] for name, told in digests.items()}, revision=NEWEST)


def restore(path: Path, url: str) -> BackedUp:
    """Fill an empty database from a backup and bring it to the newest revision; one that holds rows is refused."""
    with _archive(path) as archive:
        manifest = _manifest(archive)
        _check_digests(archive, manifest)
        upgrade(url, manifest["revision"])
        database = open_database(url)
        try:
            _refuse_filled(database)
            with database.engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
                for table in _tables():
                    if table.name in manifest["tables"]:
                        _load(connection, table, _lines(archive, table.name))
        finally:
            database.close()
        upgrade(url)
    counts = {name: told["rows"] for name, told in manifest["tables"].items()}
    return BackedUp(rows=counts, revision=manifest["revision"])


def _tables() -> list[Table]:
    """Tables in an order in which rows can be written: what is pointed at comes first.

    Sessions, and what belongs to no organisation (attempts to sign in), are of the moment and are left out: nobody is
    signed in after a restore.
    """
    owned = {mapper.class_.__tablename__ for mapper in Base.registry.mappers if issubclass(mapper.class_, Owned)}
    kept = {Organisation.__tablename__, *owned} - {SignInSession.__tablename__}
    return [table for table in Base.metadata.sorted_tables if table.name in kept]


@contextmanager
def _one_moment(database: Database) -> Iterator[tuple[Connection, list[str]]]:
    """A connection that sees one moment of the database, and every organisation."""
    with database.directory() as directory:
        organisation_ids = directory.organisation_ids()
    engine = database.engine
    if database.is_postgresql:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection, organisation_ids


def _rows(connection: Connection, table: Table, organisation_ids: Sequence[str]) -> Iterator[bytes]:
    owner = table.c.id if table.name == Organisation.__tablename__ else table.c.organisation_id
    for organisation_id in organisation_ids:
        _name_organisation(connection, organisation_id)
        statement = select(table).where(owner == organisation_id).order_by(*table.primary_key.columns)
        result = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement)
        for row in result.mappings():
            yield orjson.dumps({str(name): _written(value) for name, value in row.items()}) + b"\n"


def _written(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Enum):
        return value.value
    return value


def _compressed(rows: Iterable[bytes]) -> tuple[bytes, int, str]:
    digest, count, held = hashlib.sha256(), 0, io.BytesIO()
    with gzip.GzipFile(fileobj=held, mode="wb", mtime=0) as lines:
        for row in rows:
            digest.update(row)
            lines.write(row)
            count += 1
    return held.getvalue(), count, digest.hexdigest()


def _put(archive: tarfile.TarFile, name: str, content: bytes, at: datetime) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = len(content), int(at.timestamp()), 0o600
    archive.addfile(entry, io.BytesIO(content))


def _archive(path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(path)
    except tarfile.TarError:
        raise Invalid("This is not a backup, or only a part of one.") from None


def _manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = orjson.loads(_opened(archive, _MANIFEST).read())
    except (KeyError, orjson.JSONDecodeError, tarfile.TarError):
        raise Invalid("This is not a whole backup: its manifest is missing or cannot be read.") from None
    if manifest.get("format") != _FORMAT:
        raise Invalid(f"This backup has the format '{manifest.get('format')}', and '{_FORMAT}' is needed.")
    return manifest


def _check_digests(archive: tarfile.TarFile, manifest: Mapping[str, Any]) -> None:
    """Read the whole backup once before a row is written: a damaged one changes nothing."""
    for name, told in manifest["tables"].items():
        digest, count = hashlib.sha256(), 0
        try:
            for line in _lines(archive, name):
                digest.update(line)
                count += 1
        except (KeyError, OSError, EOFError, tarfile.TarError):
            raise Invalid(f"The backup is damaged: the rows of '{name}' cannot be read.") from None
        if digest.hexdigest() != told["sha256"] or count != told["rows"]:
            raise Invalid(f"The backup is damaged: the rows of '{name}' are not those that were written.")


def _lines(archive: tarfile.TarFile, table: str) -> Iterator[bytes]:
    with gzip.open(_opened(archive, f"{table}.jsonl.gz")) as lines:
        yield from lines


def _opened(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    opened = archive.extractfile(name)
    if opened is None:
        raise KeyError(name)
    return opened


def _refuse_filled(database: Database) -> None:
    with database.directory() as directory:
        if directory.organisation_ids():
            raise Conflict("The database holds rows already; a backup is restored into an empty one.")


def _load(connection: Connection, table: Table, lines: Iterable[bytes]) -> None:
    waiting: list[dict[str, Any]] = []
    named = ""
    owner = "id" if table.name == Organisation.__tablename__ else "organisation_id"
    for line in lines:
        row = {name: _read(table, name, value) for name, value in orjson.loads(line).items()}
        if waiting and (row[owner] != named or len(waiting) == _ROWS_AT_ONCE):
            connection.execute(insert(table), waiting)
            waiting = []
        if row[owner] != named:
            named = row[owner]
            _name_organisation(connection, named)
        waiting.append(row)
    if waiting:
        connection.execute(insert(table), waiting)


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


def _name_organisation(connection: Connection, organisation_id: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT set_config('wellplaced.organisation', :organisation, true)"),
            {"organisation": organisation_id},
        )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def count_rows(connection: Connection, table: Table) -> int:
    """How many rows a table shows."""
    return int(connection.scalar(select(func.count()).select_from(table)) or 0)
