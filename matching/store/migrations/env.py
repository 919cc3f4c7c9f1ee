"""Run migrations on the connection that `matching.store.migrating` opened, or print them as SQL."""

from __future__ import annotations

from alembic import context

from matching.store.tables import Base

if context.is_offline_mode():
    context.configure(
        dialect_name=context.config.attributes.get("dialect", "postgresql"),
        target_metadata=Base.metadata,
        literal_binds=True,
        render_as_batch=True,
    )
else:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
    )

with context.begin_transaction():
    context.run_migrations()
