"""Open a database and its transactions: SQLite with no set-up, PostgreSQL with row-level security beneath."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, sessionmaker, with_loader_criteria

from matching.errors import Invalid
from matching.store.directory import Directory
from matching.store.store import Store
from matching.store.tables import Organisation, Owned

BUSY_MILLISECONDS = 15_000
#: SQLite counts so many rows of an index to know how many it has of a kind, and a connection is made anew after so many
#: seconds, since it reads these counts once.
_ROWS_COUNTED = 1_000
_COUNTS_KEPT_SECONDS = 600
#: Connections beyond those that are kept, and how long one is waited for when all are out.
_MOST_MORE = 24
_CONNECTION_SECONDS = 5
#: A server that does not answer is noticed: at connecting, and later by the silence of the network.
_REACHING = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}


class Database:
    """Where everything is remembered. Every transaction is about one organisation and sees no other."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        immediate = engine.execution_options(begin="BEGIN IMMEDIATE")
        self._reading = sessionmaker(engine, class_=_TenantSession, expire_on_commit=False)
        self._writing = sessionmaker(immediate, class_=_TenantSession, expire_on_commit=False)

    @property
    def is_postgresql(self) -> bool:
        """Whether row-level security stands beneath the queries."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def writing(self, organisation_id: str) -> Iterator[Store]:
        """A transaction that may change rows: leave it and it commits, raise and it rolls back.

        It begins with the first statement; on SQLite it then holds the one lock for writers, so compute before.
        """
        with self._writing(info={"organisation_id": organisation_id, "may_write": True}) as session:
            store = Store(session, organisation_id)
            yield store
            store.finish()
            session.commit()

    @contextmanager
    def reading(self, organisation_id: str) -> Iterator[Store]:
        """A transaction that changes nothing; an attempt to is a mistake in the program."""
        with self._reading(info={"organisation_id": organisation_id, "may_write": False}) as session:
            yield Store(session, organisation_id)

    @contextmanager
    def directory(self) -> Iterator[Directory]:
        """What must be looked up before the organisation is known: who signs in, and which organisations there are."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield Directory(session)

    @contextmanager
    def directory_to_write(self) -> Iterator[Directory]:
        """The same, to write an attempt to sign in down; commits when it is left."""
        with Session(self.engine.execution_options(begin="BEGIN IMMEDIATE"), expire_on_commit=False) as session:
            yield Directory(session, may_write=True)
            session.commit()

    def refresh_statistics(self) -> None:
        """Let SQLite count, in milliseconds, what an index is worth; PostgreSQL does that by itself.

        Without it, looking up twenty of a million rows by their ids goes through all rows of the organisation.
        """
        if self.is_postgresql:
            return
        with self.engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
            connection.exec_driver_sql(f"PRAGMA analysis_limit = {_ROWS_COUNTED}")
            connection.exec_driver_sql("ANALYZE")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(url: str, *, pool_size: int = 8) -> Database:
    """Open the database at a URL: `sqlite:///path` or `postgresql://…`.

    What then goes wrong for a while `matching.store.outages` names; a lost connection is made anew when next needed.
    """
    parsed = make_url(url)
    usual: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": _MOST_MORE,
        "pool_timeout": _CONNECTION_SECONDS,
        "json_serializer": _json,
        "hide_parameters": True,
    }
    match parsed.get_backend_name():
        case "sqlite":
            engine = create_engine(parsed, pool_recycle=_COUNTS_KEPT_SECONDS, **usual)
            event.listen(engine, "connect", prepare_sqlite)
            event.listen(engine, "begin", begin_as_told)
            _hold_to_its_file(engine, parsed)
        case "postgresql":
            reaching = {name: value for name, value in _REACHING.items() if name not in parsed.query}
            address = parsed.set(drivername="postgresql+psycopg").update_query_dict(reaching)
            engine = create_engine(address, pool_pre_ping=True, **usual)
            event.listen(engine, "connect", _bound_waiting)
            event.listen(engine, "begin", _drop_begin)
        case other:
            raise Invalid(f"the database '{other}' is not one of sqlite, postgresql")
    return Database(engine)


def _hold_to_its_file(engine: Engine, url: URL) -> None:
    """Use a connection only while the file that it opened lies in its place, and never make an empty one there.

    SQLite goes on writing into a file that was moved away or deleted, and says that all is well: what it acknowledges
    then is lost. A new connection would make an empty file, and throw away the log of the one that comes back.
    """
    path = url.database
    if not path or path == ":memory:":
        return
    has_been_there = False

    def open_no_new_one(_dialect: Any, _record: Any, _positional: Any, _named: Any) -> None:
        if has_been_there and not os.path.exists(path):
            raise _lost(sqlite3.SQLITE_CANTOPEN)

    def remember(_connection: Any, record: Any) -> None:
        nonlocal has_been_there
        record.info["file"], has_been_there = _file_at(path), True

    def compare(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != _file_at(path):
            raise DisconnectionError("the file of the database is another one")

    event.listen(engine, "do_connect", open_no_new_one)
    event.listen(engine, "connect", remember)
    event.listen(engine, "checkout", compare)


def _file_at(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _lost(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("unable to open database file")
    error.sqlite_errorcode, error.sqlite_errorname = code, "SQLITE_CANTOPEN"
    return error


def _bound_waiting(connection: Any, _record: Any) -> None:
    """Wait for others on PostgreSQL as long as on SQLite: whoever hangs with a lock must not hang everybody."""
    connection.execute(f"SET lock_timeout = {BUSY_MILLISECONDS}")
    connection.commit()


def _json(value: Any) -> str:
    import orjson

    return orjson.dumps(value).decode()


def prepare_sqlite(connection: Any, _record: Any) -> None:
    """Make a new connection to SQLite wait for others, keep what it was told to keep, and hold to foreign keys."""
    # The driver must not begin transactions by itself: `begin_as_told` says how each one begins.
    connection.isolation_level = None
    cursor = connection.cursor()
    # The waiting comes first: switching to WAL takes the lock that another process may hold.
    for setting in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        # What is deleted or replaced is written over, or erased words would lie in the file for years.
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def begin_as_told(connection: Connection) -> None:
    """Begin on SQLite: at once as a writer where the engine says so, so that two never wait for each other."""
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _drop_begin(_connection: Connection) -> None:
    """PostgreSQL's driver begins by itself."""


class _TenantSession(Session):
    """A session whose every query, change and new row is of one organisation."""


@event.listens_for(_TenantSession, "after_begin")
def _name_organisation(session: Session, _transaction: Any, connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT set_config('wellplaced.organisation', :organisation, true)"),
            {"organisation": session.info["organisation_id"]},
        )
        if session.info["may_write"]:
            # Writers of one organisation take turns, as all writers do on SQLite: pool and audit are sequences without
            # gaps, and whoever took their lock last, after rows of its own, could wait for somebody who waits for it.
            connection.execute(
                text("SELECT id FROM organisations WHERE id = :organisation FOR UPDATE"),
                {"organisation": session.info["organisation_id"]},
            )


@event.listens_for(_TenantSession, "do_orm_execute")
def _only_own_rows(state: ORMExecuteState) -> None:
    if state.is_column_load or state.is_relationship_load:
        return
    organisation_id = state.session.info["organisation_id"]
    state.statement = state.statement.options(
        with_loader_criteria(Owned, lambda table: table.organisation_id == organisation_id, include_aliases=True),
        with_loader_criteria(Organisation, lambda table: table.id == organisation_id, include_aliases=True),
    )


@event.listens_for(_TenantSession, "before_flush")
def _only_own_changes(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    changed = (*session.new, *(row for row in session.dirty if session.is_modified(row)), *session.deleted)
    if changed and not session.info["may_write"]:
        raise RuntimeError("a reading transaction must not change rows")
    for row in changed:
        if isinstance(row, Owned):
            if row.organisation_id is None:
                row.organisation_id = session.info["organisation_id"]
            if row.organisation_id != session.info["organisation_id"]:
                raise RuntimeError("a row of another organisation must not be changed")
