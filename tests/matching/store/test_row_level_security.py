"""PostgreSQL beneath the store: with the tenant filter taken out, an organisation still sees and touches its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    Enum,
    Float,
    Integer,
    LargeBinary,
    Table,
    create_engine,
    insert,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from api.running import open_running
from matching.errors import Conflict
from matching.settings import Settings
from matching.store import Database, open_database
from matching.store.application_role import check_application_role
from matching.store.protections import APPLICATION_ROLE
from matching.store.tables import Base, Instant
from tests.databases import Databases

NORTH, SOUTH, PASSWORD = "north", "south", "x"
TABLES = {table.name: table for table in Base.metadata.sorted_tables}
OWNED = [name for name, table in TABLES.items() if "organisation_id" in table.columns]
OF_NOBODY = sorted(set(TABLES) - set(OWNED) - {"organisations"})


def row_of(table: Table, organisation_id: str, mark: str) -> dict[str, Any]:
    """A row of an organisation with something in every column; it points at rows of the same mark."""
    row = {column.name: _value(column, f"{organisation_id}-{mark}") for column in table.columns}
    for column in table.columns:
        if column.name == "organisation_id" or any(
            key.column.table.name == "organisations" for key in column.foreign_keys
        ):
            row[column.name] = organisation_id
    if table.name == "organisations":
        row["id"] = organisation_id
    return row


def _value(column: Column[Any], mark: str) -> Any:
    allowed = _allowed(column)
    match column.type:
        case _ if allowed:
            return allowed
        case Enum():
            return column.type.enum_class and next(iter(column.type.enum_class))
        case Boolean():
            return False
        case Integer() | Float():
            return 1
        case LargeBinary():
            return b"x"
        case JSON():
            return ["x"]
        case Instant():
            return datetime(2026, 11, 22, tzinfo=UTC)
        case Date():
            return date(2026, 11, 22)
        case _:
            return mark[: getattr(column.type, "length", None) or 100]


def _allowed(column: Column[Any]) -> str:
    """The first value that a check of the column's table lets in."""
    for constraint in column.table.constraints:
        if isinstance(constraint, CheckConstraint):
            found = re.search(rf"\b{column.name} in \('(\w+)'", str(constraint.sqltext))
            if found:
                return found[1]
    return ""


def engine_of(url: str) -> Any:
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A database with a row of both organisations in every table, and the two ways into it."""

    application_url: str
    owner_url: str

    @contextmanager
    def as_(self, organisation_id: str, *, lookup: str = "") -> Iterator[Connection]:
        """A transaction of the application's role for an organisation, with nothing that filters; rolled back."""
        with engine_of(self.application_url).connect() as connection:
            for name, value in (("organisation", organisation_id), ("lookup", lookup)):
                connection.execute(
                    text("SELECT set_config(:name, :value, true)"), {"name": f"wellplaced.{name}", "value": value}
                )
            yield connection
            connection.rollback()


@pytest.fixture(scope="module")
def filled(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    url = databases.fresh("postgresql", tmp_path_factory.mktemp("unused"))
    made = Filled(application_url=url, owner_url=databases.owner_url(url))
    with engine_of(made.owner_url).begin() as connection:
        for organisation_id in (NORTH, SOUTH):
            for table in TABLES.values():
                connection.execute(insert(table).values(row_of(table, organisation_id, "one")))
    return made


def own_column(name: str) -> str:
    return "id" if name == "organisations" else "organisation_id"


def belonging(name: str, organisation_id: str) -> Any:
    return TABLES[name].columns[own_column(name)] == organisation_id


class TestWithoutTheFilter:
    def test_every_table_is_looked_at(self) -> None:
        assert len(OWNED) > 30
        assert OF_NOBODY == ["sign_in_attempts", "sign_on_states"]

    @pytest.mark.parametrize("name", [*OWNED, "organisations"])
    def test_an_organisation_sees_its_own_rows_alone(self, filled: Filled, name: str) -> None:
        with filled.as_(NORTH) as connection:
            seen = connection.execute(select(TABLES[name].columns[own_column(name)])).scalars().all()
        assert seen == [NORTH]

    @pytest.mark.parametrize("name", TABLES)
    def test_nobody_sees_anything(self, filled: Filled, name: str) -> None:
        with filled.as_("") as connection:
            assert connection.execute(select(TABLES[name])).all() == []

    @pytest.mark.parametrize("name", sorted({*OWNED, "organisations"} - {"audit_events"}))
    def test_rows_of_another_are_neither_changed_nor_deleted(self, filled: Filled, name: str) -> None:
        table = TABLES[name]
        column = table.columns[own_column(name)]
        with filled.as_(NORTH) as connection:
            updated = connection.execute(table.update().where(belonging(name, SOUTH)).values({column: column}))
            deleted = connection.execute(table.delete().where(belonging(name, SOUTH)))
        assert (updated.rowcount, deleted.rowcount) == (0, 0)

    @pytest.mark.parametrize("change", ["UPDATE audit_events SET who = 'x'", "DELETE FROM audit_events"])
    def test_audit_events_are_not_changed_at_all(self, filled: Filled, change: str) -> None:
        with filled.as_(NORTH) as connection, pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text(change))

    @pytest.mark.parametrize("name", [*OWNED, "organisations"])
    def test_no_row_is_written_for_another(self, filled: Filled, name: str) -> None:
        row = row_of(TABLES[name], SOUTH, "two")
        if name == "organisations":
            row["id"] = "west"
        with filled.as_(NORTH) as connection, pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(insert(TABLES[name]).values(row))

    @pytest.mark.parametrize("name", sorted(set(OWNED) - {"audit_events"}))
    def test_no_row_is_handed_over_to_another(self, filled: Filled, name: str) -> None:
        handed = TABLES[name].update().values(organisation_id=SOUTH)
        with filled.as_(NORTH) as connection, pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(handed)

    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("users", "email_key"),
            ("users", "single_sign_on_subject"),
            ("sessions", "id"),
            ("machine_tokens", "id"),
            ("sign_in_attempts", "email_digest"),
            ("sign_on_states", "id"),
        ],
    )
    def test_a_key_shows_the_one_row_that_it_opens(self, filled: Filled, name: str, key: str) -> None:
        with filled.as_("", lookup="south-one") as connection:
            assert connection.execute(select(TABLES[name].columns[key])).scalars().all() == ["south-one"]

    @pytest.mark.parametrize("name", ["users", "sessions", "machine_tokens"])
    def test_a_key_shows_and_does_not_change(self, filled: Filled, name: str) -> None:
        table = TABLES[name]
        with filled.as_("", lookup="south-one") as connection:
            updated = connection.execute(table.update().values(created_at=datetime(2020, 1, 1, tzinfo=UTC)))
            deleted = connection.execute(table.delete())
        assert (updated.rowcount, deleted.rowcount) == (0, 0)

    def test_the_setting_ends_with_the_transaction(self, filled: Filled) -> None:
        database = open_database(filled.application_url, pool_size=1)
        with database.reading(NORTH) as store:
            assert store.session.execute(text("SELECT count(*) FROM users")).scalar_one() == 1
        with database.engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM users")).scalar_one() == 0
        database.close()


class TestTheRole:
    def test_every_table_forces_its_policies(self, filled: Filled) -> None:
        with engine_of(filled.owner_url).connect() as connection:
            found = connection.execute(
                text(
                    "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class "
                    "WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
                )
            ).all()
        assert {name for name, _ in found} == {*TABLES, "alembic_version", "schema_revision"}
        assert [name for name, forced in found if not forced and name in TABLES] == []

    def test_it_owns_nothing_and_passes_nothing_by(self, filled: Filled) -> None:
        with engine_of(filled.application_url).connect() as connection:
            role = connection.execute(
                text("SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = :role"),
                {"role": APPLICATION_ROLE},
            ).one()
            owned = connection.execute(
                text("SELECT count(*) FROM pg_class WHERE pg_has_role(current_user, relowner, 'MEMBER')")
            ).scalar_one()
        assert (tuple(role), owned) == ((False, False, False, False), 0)

    @pytest.mark.parametrize(
        "attempt",
        [
            "ALTER TABLE users DISABLE ROW LEVEL SECURITY",
            "DROP POLICY own_rows ON users",
            "CREATE TABLE public.elsewhere (id int)",
            "SET SESSION AUTHORIZATION postgres",
            "TRUNCATE users",
            "UPDATE alembic_version SET version_num = 'x'",
        ],
    )
    def test_it_cannot_take_the_protection_away(self, filled: Filled, attempt: str) -> None:
        with filled.as_(NORTH) as connection, pytest.raises(DBAPIError):
            connection.execute(text(attempt))

    def test_it_cannot_ask_for_rows_without_the_protection(self, filled: Filled) -> None:
        with filled.as_(NORTH) as connection:
            connection.execute(text("SET LOCAL row_security = off"))
            with pytest.raises(DBAPIError, match="row-level security"):
                connection.execute(text("SELECT * FROM users"))

    def test_the_service_opens_with_it(self, filled: Filled) -> None:
        database = open_database(filled.application_url)
        check_application_role(database)
        database.close()


class TestOtherRoles:
    """What `check_application_role` refuses; each role is named after the database that it was made for."""

    @pytest.mark.parametrize(
        ("made", "why"),
        [
            ("CREATE ROLE {role} LOGIN PASSWORD 'x' SUPERUSER", "is a superuser"),
            ("CREATE ROLE {role} LOGIN PASSWORD 'x' BYPASSRLS IN ROLE {app}", "bypasses row-level security"),
            (
                "CREATE ROLE {role} LOGIN PASSWORD 'x' IN ROLE {app}; ALTER TABLE alerts OWNER TO {role}",
                "owns tables",
            ),
            (
                "CREATE ROLE {role} LOGIN PASSWORD 'x' IN ROLE {app}; ALTER TABLE alerts NO FORCE ROW LEVEL SECURITY",
                "without forced row-level security",
            ),
            (
                "CREATE ROLE {role}_all BYPASSRLS; CREATE ROLE {role} LOGIN PASSWORD 'x' IN ROLE {app}, {role}_all",
                "bypasses row-level security",
            ),
        ],
    )
    def test_a_role_that_could_pass_by_is_refused(
        self, databases: Databases, tmp_path: Path, made: str, why: str
    ) -> None:
        url = databases.fresh("postgresql", tmp_path)
        role = f"role_{make_url(url).database}"
        with engine_of(databases.owner_url(url)).begin() as connection:
            for statement in made.format(role=role, app=APPLICATION_ROLE).split("; "):
                connection.execute(text(statement))
        its_url = make_url(url).set(username=role, password=PASSWORD).render_as_string(hide_password=False)
        database = open_database(its_url)
        with pytest.raises(Conflict, match=why):
            check_application_role(database)
        database.close()

    def test_the_service_does_not_start_as_the_owner(self, databases: Databases, tmp_path: Path) -> None:
        owner_url = databases.owner_url(databases.fresh("postgresql", tmp_path))
        with pytest.raises(Conflict, match="is a superuser"):
            open_running(Settings(database_url=owner_url, data_dir=tmp_path, encoder="hashing"))  # type: ignore[arg-type]


def test_sqlite_has_no_roles_to_check(databases: Databases, tmp_path: Path) -> None:
    database: Database = open_database(databases.fresh("sqlite", tmp_path))
    check_application_role(database)
    database.close()
