"""Which programs may work on the schema is written down, and jobs to be done are found without reading those done."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
# It only adds: programs of 0001 go on working.
oldest_program = "0001"


def upgrade() -> None:
    columns = ["organisation_id", "kind", "state", "run_after", "locked_until"]
    op.create_index("ix_jobs_kind_state", "jobs", columns, unique=False)


def downgrade() -> None:
    op.drop_index("ix_jobs_kind_state", table_name="jobs")
