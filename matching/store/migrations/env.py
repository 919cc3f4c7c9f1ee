"""Run migrations on the connection that `matching.store.migrating` opened, or print them as SQL."""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from matching.store.protections import revision_statements
from matching.store.revisions import OLDEST_PROGRAM_TABLE, REVISION_TABLE
from matching.store.tables import Base

_COLUMNS = "(version_num VARCHAR(32) NOT NULL PRIMARY KEY)"


def record_statements(*, with_revision: bool) -> tuple[str, ...]:
    """What makes the two tables of revisions, where a database was begun before there were two."""
    oldest = f"CREATE TABLE IF NOT EXISTS {OLDEST_PROGRAM_TABLE} {_COLUMNS}"
    if not with_revision:
        return (oldest,)
    carried = f"SELECT version_num FROM {OLDEST_PROGRAM_TABLE} WHERE NOT EXISTS (SELECT 1 FROM {REVISION_TABLE})"  # noqa: S608
    return (
        oldest,
        f"CREATE TABLE IF NOT EXISTS {REVISION_TABLE} {_COLUMNS}",
        f"INSERT INTO {REVISION_TABLE} (version_num) {carried}",
    )


def name_oldest_program(*, ctx: MigrationContext, heads: set[str], **_: Any) -> None:
    """Write down with each step which programs may work on what it made."""
    ctx.execute(f"DELETE FROM {OLDEST_PROGRAM_TABLE}")  # noqa: S608
    for head in heads:
        oldest = context.script.get_revision(head).module.oldest_program
        ctx.execute(f"INSERT INTO {OLDEST_PROGRAM_TABLE} (version_num) VALUES ('{oldest}')")  # noqa: S608
    if ctx.dialect.name == "postgresql":
        for statement in revision_statements(REVISION_TABLE):
            ctx.execute(statement)


def _carry_over(connection: Connection) -> None:
    for statement in record_statements(with_revision=True):
        connection.execute(text(statement))


configured: dict[str, Any] = {
    "target_metadata": Base.metadata,
    "render_as_batch": True,
    "version_table": REVISION_TABLE,
    "on_version_apply": name_oldest_program,
}

if context.is_offline_mode():
    context.configure(
        dialect_name=context.config.attributes.get("dialect", "postgresql"), literal_binds=True, **configured
    )
    with context.begin_transaction():
        # From nothing, Alembic prints the making of its own table.
        for statement in record_statements(with_revision=context.get_starting_revision_argument() is not None):
            context.execute(statement)
        context.run_migrations()
else:
    _carry_over(context.config.attributes["connection"])
    context.configure(connection=context.config.attributes["connection"], compare_type=True, **configured)
    with context.begin_transaction():
        context.run_migrations()
