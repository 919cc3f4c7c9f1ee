"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from matching.store.protections import create_role_statement, postgresql_statements, sqlite_statements
from matching.store.tables import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
oldest_program = "0001"

TABLES = frozenset(
    [
        "allocations",
        "alerts",
        "answers",
        "audit_events",
        "check_ins",
        "consents",
        "contact_behalves",
        "contacts",
        "decisions",
        "earnings",
        "employers",
        "exports",
        "idempotency_keys",
        "imports",
        "jobs",
        "machine_tokens",
        "organisations",
        "outcomes",
        "participants",
        "placements",
        "pool_changes",
        "profile_drafts",
        "profile_versions",
        "safety_versions",
        "sessions",
        "shortlist_entries",
        "shortlist_entry_changes",
        "shortlists",
        "sign_in_attempts",
        "sign_on_states",
        "standings",
        "tasters",
        "teams",
        "text_vectors",
        "users",
        "vacancies",
        "vacancy_facts",
        "vacancy_versions",
        "webhook_deliveries",
        "webhooks",
        "workplaces",
    ]
)

JSON_VALUE = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    postgresql_here = op.get_context().dialect.name == "postgresql"
    if postgresql_here:
        op.execute(create_role_statement())
    op.create_table(
        "audit_events",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("detail", JSON_VALUE, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "seq", name=op.f("pk_audit_events")),
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index(
            "ix_audit_events_subject", ["organisation_id", "subject_kind", "subject_id"], unique=False
        )

    op.create_table(
        "organisations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("settings", JSON_VALUE, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("pool_seq", sa.Integer(), nullable=False),
        sa.Column("audit_seq", sa.Integer(), nullable=False),
        sa.Column("audit_head", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("email_digest", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempts_email_digest"), ["email_digest"], unique=False)

    op.create_table(
        "sign_on_states",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("browser_digest", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_on_states")),
    )
    with op.batch_alter_table("sign_on_states", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_on_states_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "allocations",
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("team_id", sa.String(length=64), nullable=True),
        sa.Column("proposal", JSON_VALUE, nullable=False),
        sa.Column("edits", JSON_VALUE, nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_allocations_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocations")),
    )
    with op.batch_alter_table("allocations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_allocations_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "employers",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("contact_every_days", sa.Integer(), nullable=True),
        sa.Column("no_contact_until", sa.Date(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_employers_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employers")),
        sa.UniqueConstraint("organisation_id", "key", name=op.f("uq_employers_organisation_id_key")),
    )
    with op.batch_alter_table("employers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_employers_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "exports",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("filters", JSON_VALUE, nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_exports_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    with op.batch_alter_table("exports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exports_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "idempotency_keys",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", JSON_VALUE, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_idempotency_keys_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_keys_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_idempotency_keys_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "imports",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("summary", JSON_VALUE, nullable=False),
        sa.Column("error_file", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_imports_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imports_content_digest"), ["content_digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_imports_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "jobs",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("payload", JSON_VALUE, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_after", Instant(), nullable=False),
        sa.Column("locked_until", Instant(), nullable=True),
        sa.Column("locked_by", sa.String(length=64), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_jobs_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index("ix_jobs_due", ["state", "run_after"], unique=False)
        batch_op.create_index(batch_op.f("ix_jobs_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "uq_jobs_waiting_key",
            ["organisation_id", "kind", "key"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "pool_changes",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("vacancy_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "own_caseload",
                "team",
                "organisation",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("team_id", sa.String(length=64), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_pool_changes_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "seq", name=op.f("pk_pool_changes")),
    )
    with op.batch_alter_table("pool_changes", schema=None) as batch_op:
        batch_op.create_index("ix_pool_changes_vacancy", ["organisation_id", "vacancy_id", "seq"], unique=False)

    op.create_table(
        "teams",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_teams_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_teams_organisation_id_name")),
    )
    with op.batch_alter_table("teams", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_teams_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "text_vectors",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("encoder", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_text_vectors_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "encoder", "digest", name=op.f("pk_text_vectors")),
    )
    op.create_table(
        "users",
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_key", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("roles", JSON_VALUE, nullable=False),
        sa.Column("team_ids", JSON_VALUE, nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=True),
        sa.Column("password_link", sa.String(length=64), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("single_sign_on_subject", sa.String(length=300), nullable=True),
        sa.Column("disabled_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_users_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_key", name=op.f("uq_users_email_key")),
        sa.UniqueConstraint("single_sign_on_subject", name=op.f("uq_users_single_sign_on_subject")),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_users_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "webhooks",
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("events", JSON_VALUE, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("disabled_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_webhooks_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    with op.batch_alter_table("webhooks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhooks_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "contacts",
        sa.Column("employer_id", sa.String(length=64), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "visit",
                "phone",
                "video",
                "email",
                "event",
                name="contactmode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("planned", sa.Boolean(), nullable=False),
        sa.Column("person_met", sa.String(length=200), nullable=False),
        sa.Column("hiring_authority", sa.Boolean(), nullable=True),
        sa.Column("serves", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("over_limit_because", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_contacts_employer_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_contacts_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contacts_by"), ["by"], unique=False)
        batch_op.create_index(batch_op.f("ix_contacts_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contacts_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "machine_tokens",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("public_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("permissions", JSON_VALUE, nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_machine_tokens_created_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_machine_tokens_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_machine_tokens")),
        sa.UniqueConstraint("public_id", name=op.f("uq_machine_tokens_public_id")),
    )
    with op.batch_alter_table("machine_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_machine_tokens_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "participants",
        sa.Column("ref", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("specialist_id", sa.String(length=64), nullable=True),
        sa.Column("team_id", sa.String(length=64), nullable=True),
        sa.Column(
            "route",
            sa.Enum(
                "out_of_work",
                "in_work_retention",
                name="participantroute",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "model",
            sa.Enum("ips", "seqf", name="supportmodel", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "paused",
                "left",
                "erased",
                name="participantstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("communication", JSON_VALUE, nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("objects_to_matching", sa.Boolean(), nullable=False),
        sa.Column("profile_version", sa.Integer(), nullable=False),
        sa.Column("last_opportunity_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_participants_organisation_id")
        ),
        sa.ForeignKeyConstraint(["specialist_id"], ["users.id"], name=op.f("fk_participants_specialist_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_participants_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sa.UniqueConstraint("organisation_id", "ref", name=op.f("uq_participants_organisation_id_ref")),
    )
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participants_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participants_specialist_id"), ["specialist_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participants_team_id"), ["team_id"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("csrf_token", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("second_step_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_sessions_organisation_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sessions_user_id"), ["user_id"], unique=False)

    op.create_table(
        "webhook_deliveries",
        sa.Column("webhook_id", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("payload", JSON_VALUE, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_failure", sa.String(length=40), nullable=True),
        sa.Column("last_tried_at", Instant(), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_webhook_deliveries_organisation_id")
        ),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_deliveries_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_deliveries_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_webhook_deliveries_webhook_id"), ["webhook_id"], unique=False)

    op.create_table(
        "workplaces",
        sa.Column("employer_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_workplaces_employer_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_workplaces_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workplaces")),
    )
    with op.batch_alter_table("workplaces", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_workplaces_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_workplaces_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "consents",
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("employer_id", sa.String(length=64), nullable=False),
        sa.Column(
            "choice",
            sa.Enum("yes", "no", name="consentchoice", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("items", JSON_VALUE, nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "in_person",
                "phone",
                "written",
                "supported",
                name="consentmethod",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_consents_employer_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_consents_organisation_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_consents_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consents_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consents_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "contact_behalves",
        sa.Column("contact_id", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_contact_behalves_contact_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_contact_behalves_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_contact_behalves_participant_id")
        ),
        sa.PrimaryKeyConstraint("contact_id", "participant_id", name=op.f("pk_contact_behalves")),
    )
    with op.batch_alter_table("contact_behalves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_behalves_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_behalves_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "profile_drafts",
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("changes", JSON_VALUE, nullable=False),
        sa.Column("safety", JSON_VALUE, nullable=False),
        sa.Column("written_by", sa.String(length=64), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_profile_drafts_organisation_id")
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_profile_drafts_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_drafts")),
    )
    with op.batch_alter_table("profile_drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_profile_drafts_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_profile_drafts_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "profile_versions",
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", JSON_VALUE, nullable=False),
        sa.Column("statements", JSON_VALUE, nullable=False),
        sa.Column("written_by", sa.String(length=64), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_profile_versions_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_profile_versions_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_versions")),
        sa.UniqueConstraint("participant_id", "version", name=op.f("uq_profile_versions_participant_id_version")),
    )
    with op.batch_alter_table("profile_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_profile_versions_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "safety_versions",
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("no_go", JSON_VALUE, nullable=False),
        sa.Column("employers_avoided", JSON_VALUE, nullable=False),
        sa.Column("statements", JSON_VALUE, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_safety_versions_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_safety_versions_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_versions")),
        sa.UniqueConstraint("participant_id", "version", name=op.f("uq_safety_versions_participant_id_version")),
    )
    with op.batch_alter_table("safety_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_safety_versions_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "shortlists",
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("document_id", sa.String(length=64), nullable=False),
        sa.Column("profile_version", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("pool_mark", sa.Integer(), nullable=False),
        sa.Column("viewer_id", sa.String(length=64), nullable=False),
        sa.Column("viewer_team_ids", JSON_VALUE, nullable=False),
        sa.Column("method", JSON_VALUE, nullable=False),
        sa.Column("counts", JSON_VALUE, nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.Column("drawn_by", sa.String(length=64), nullable=False),
        sa.Column("drawn_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_shortlists_organisation_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_shortlists_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortlists")),
    )
    with op.batch_alter_table("shortlists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shortlists_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_shortlists_participant", ["organisation_id", "participant_id", "id"], unique=False)

    op.create_table(
        "standings",
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("profile_version", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("pool_mark", sa.Integer(), nullable=False),
        sa.Column("viewer_id", sa.String(length=64), nullable=False),
        sa.Column("viewer_team_ids", JSON_VALUE, nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("vacancy_ids", JSON_VALUE, nullable=False),
        sa.Column("depends_on", JSON_VALUE, nullable=False),
        sa.Column("least_score", sa.Float(), nullable=True),
        sa.Column("least_nearness", sa.Float(), nullable=True),
        sa.Column("families", JSON_VALUE, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_standings_organisation_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_standings_participant_id")),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_standings")),
    )
    with op.batch_alter_table("standings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standings_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "vacancies",
        sa.Column("ref", sa.String(length=100), nullable=False),
        sa.Column("external_ref", sa.String(length=200), nullable=True),
        sa.Column("employer_id", sa.String(length=64), nullable=False),
        sa.Column("workplace_id", sa.String(length=64), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "advertised",
                "unadvertised",
                "carved",
                name="vacancysource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "paused",
                "filled",
                "closed",
                name="vacancystatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "visibility",
            sa.Enum(
                "own_caseload",
                "team",
                "organisation",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("team_id", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=False),
        sa.Column("paused_because", sa.String(length=40), nullable=True),
        sa.Column("imported_digest", sa.String(length=64), nullable=True),
        sa.Column("carved_from", JSON_VALUE, nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_vacancies_employer_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_vacancies_organisation_id")),
        sa.ForeignKeyConstraint(["workplace_id"], ["workplaces.id"], name=op.f("fk_vacancies_workplace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vacancies")),
        sa.UniqueConstraint("organisation_id", "external_ref", name=op.f("uq_vacancies_organisation_id_external_ref")),
        sa.UniqueConstraint("organisation_id", "ref", name=op.f("uq_vacancies_organisation_id_ref")),
    )
    with op.batch_alter_table("vacancies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vacancies_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vacancies_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "ix_vacancies_status_confirmed", ["organisation_id", "status", "confirmed_at"], unique=False
        )

    op.create_table(
        "alerts",
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("vacancy_id", sa.String(length=64), nullable=False),
        sa.Column("specialist_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("because", sa.String(length=40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.Column("seen_by", sa.String(length=64), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_alerts_organisation_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_alerts_participant_id")),
        sa.ForeignKeyConstraint(["vacancy_id"], ["vacancies.id"], name=op.f("fk_alerts_vacancy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("participant_id", "vacancy_id", name=op.f("uq_alerts_participant_id_vacancy_id")),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alerts_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alerts_specialist_id"), ["specialist_id"], unique=False)

    op.create_table(
        "answers",
        sa.Column("vacancy_id", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=100), nullable=False),
        sa.Column("fact_id", sa.String(length=64), nullable=True),
        sa.Column("contact_id", sa.String(length=64), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "visit",
                "phone",
                "email",
                "photo",
                "advert",
                "occupation_prior",
                name="factsource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("vacancy_version", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_answers_contact_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_answers_organisation_id")),
        sa.ForeignKeyConstraint(["vacancy_id"], ["vacancies.id"], name=op.f("fk_answers_vacancy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answers_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answers_vacancy_id"), ["vacancy_id"], unique=False)

    op.create_table(
        "decisions",
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("shortlist_id", sa.String(length=64), nullable=True),
        sa.Column("vacancy_id", sa.String(length=64), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "put_forward",
                "talk_about_it",
                "not_now",
                "not_wanted",
                name="choice",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "not_wanted",
                "tried_before",
                "too_far",
                "hours",
                "pay",
                "tasks",
                "environment",
                "people",
                "adjustment_refused",
                "employer_history",
                "safety",
                "benefits",
                "stale",
                "duplicate",
                "confidential",
                "fits_wish",
                "other",
                name="decisionreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_decisions_organisation_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_decisions_participant_id")),
        sa.ForeignKeyConstraint(["shortlist_id"], ["shortlists.id"], name=op.f("fk_decisions_shortlist_id")),
        sa.ForeignKeyConstraint(["vacancy_id"], ["vacancies.id"], name=op.f("fk_decisions_vacancy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decisions_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_decisions_participant_vacancy", ["participant_id", "vacancy_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decisions_shortlist_id"), ["shortlist_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decisions_vacancy_id"), ["vacancy_id"], unique=False)

    op.create_table(
        "shortlist_entries",
        sa.Column("shortlist_id", sa.String(length=64), nullable=False),
        sa.Column("vacancy_id", sa.String(length=64), nullable=False),
        sa.Column("vacancy_ref", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("finding", JSON_VALUE, nullable=True),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_shortlist_entries_organisation_id")
        ),
        sa.ForeignKeyConstraint(["shortlist_id"], ["shortlists.id"], name=op.f("fk_shortlist_entries_shortlist_id")),
        sa.ForeignKeyConstraint(["vacancy_id"], ["vacancies.id"], name=op.f("fk_shortlist_entries_vacancy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortlist_entries")),
        sa.UniqueConstraint("shortlist_id", "vacancy_id", name=op.f("uq_shortlist_entries_shortlist_id_vacancy_id")),
    )
    with op.batch_alter_table("shortlist_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shortlist_entries_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shortlist_entries_vacancy_id"), ["vacancy_id"], unique=False)

    op.create_table(
        "shortlist_entry_changes",
        sa.Column("shortlist_id", sa.String(length=64), nullable=False),
        sa.Column("vacancy_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("from_place", sa.Integer(), nullable=True),
        sa.Column("to_place", sa.Integer(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "not_wanted",
                "tried_before",
                "too_far",
                "hours",
                "pay",
                "tasks",
                "environment",
                "people",
                "adjustment_refused",
                "employer_history",
                "safety",
                "benefits",
                "stale",
                "duplicate",
                "confidential",
                "fits_wish",
                "other",
                name="decisionreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_shortlist_entry_changes_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["shortlist_id"], ["shortlists.id"], name=op.f("fk_shortlist_entry_changes_shortlist_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortlist_entry_changes")),
    )
    with op.batch_alter_table("shortlist_entry_changes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_shortlist_entry_changes_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_shortlist_entry_changes_shortlist_id"), ["shortlist_id"], unique=False)

    op.create_table(
        "tasters",
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("vacancy_id", sa.String(length=64), nullable=True),
        sa.Column("employer_id", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "job_taster",
                "working_interview",
                name="tasterkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("participant_found", sa.Text(), nullable=False),
        sa.Column("employer_found", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_tasters_employer_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_tasters_organisation_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_tasters_participant_id")),
        sa.ForeignKeyConstraint(["vacancy_id"], ["vacancies.id"], name=op.f("fk_tasters_vacancy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasters")),
    )
    with op.batch_alter_table("tasters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tasters_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tasters_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "vacancy_facts",
        sa.Column("vacancy_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("value", JSON_VALUE, nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "visit",
                "phone",
                "email",
                "photo",
                "advert",
                "occupation_prior",
                name="factsource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("derived", sa.Boolean(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "holds",
                "beside",
                "replaced",
                "taken_back",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("replaced_by", sa.String(length=64), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_vacancy_facts_organisation_id")
        ),
        sa.ForeignKeyConstraint(["vacancy_id"], ["vacancies.id"], name=op.f("fk_vacancy_facts_vacancy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vacancy_facts")),
        sa.UniqueConstraint("vacancy_id", "number", name=op.f("uq_vacancy_facts_vacancy_id_number")),
    )
    with op.batch_alter_table("vacancy_facts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vacancy_facts_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "vacancy_versions",
        sa.Column("vacancy_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", JSON_VALUE, nullable=False),
        sa.Column("derived_fields", JSON_VALUE, nullable=False),
        sa.Column("because", sa.String(length=40), nullable=False),
        sa.Column("written_by", sa.String(length=64), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_vacancy_versions_organisation_id")
        ),
        sa.ForeignKeyConstraint(["vacancy_id"], ["vacancies.id"], name=op.f("fk_vacancy_versions_vacancy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vacancy_versions")),
        sa.UniqueConstraint("vacancy_id", "version", name=op.f("uq_vacancy_versions_vacancy_id_version")),
    )
    with op.batch_alter_table("vacancy_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vacancy_versions_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "placements",
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("employer_id", sa.String(length=64), nullable=False),
        sa.Column("vacancy_id", sa.String(length=64), nullable=True),
        sa.Column("shortlist_id", sa.String(length=64), nullable=True),
        sa.Column("decision_id", sa.String(length=64), nullable=True),
        sa.Column("job_title", sa.String(length=300), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("hours_week", sa.Float(), nullable=True),
        sa.Column("hourly_pence", sa.Integer(), nullable=True),
        sa.Column("permanent", sa.Boolean(), nullable=True),
        sa.Column("adjustments_agreed", JSON_VALUE, nullable=False),
        sa.Column("support_plan_on", sa.Date(), nullable=True),
        sa.Column("benefits_advice_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "better_job",
                "planned_move",
                "temp_ended",
                "redundancy",
                "hours_changed_by_employer",
                "dismissed_conduct",
                "dismissed_performance",
                "quit_dissatisfied",
                "quit_tasks",
                "quit_environment_sensory",
                "quit_people",
                "quit_travel",
                "quit_hours",
                "quit_pay_or_benefits",
                "quit_adjustment_missing",
                "health_physical",
                "health_mental",
                "relapse_recovery",
                "caring",
                "housing_move",
                "safety",
                "moved_to_education",
                "retired",
                "died",
                "unknown",
                name="leavingreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "end_said_by",
            sa.Enum(
                "participant",
                "specialist",
                "employer",
                name="whosays",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("end_words", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_placements_decision_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_placements_employer_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_placements_organisation_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_placements_participant_id")),
        sa.ForeignKeyConstraint(["shortlist_id"], ["shortlists.id"], name=op.f("fk_placements_shortlist_id")),
        sa.ForeignKeyConstraint(["vacancy_id"], ["vacancies.id"], name=op.f("fk_placements_vacancy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placements")),
    )
    with op.batch_alter_table("placements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_placements_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_placements_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_placements_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "check_ins",
        sa.Column("placement_id", sa.String(length=64), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("still_in_work", sa.Boolean(), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_check_ins_organisation_id")),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_check_ins_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
    )
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_check_ins_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_check_ins_placement_id"), ["placement_id"], unique=False)

    op.create_table(
        "earnings",
        sa.Column("placement_id", sa.String(length=64), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("gross_pence", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "paye",
                "payslip",
                "self_employment",
                name="earningssource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_earnings_organisation_id")),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_earnings_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earnings")),
        sa.UniqueConstraint("placement_id", "from_on", "source", name=op.f("uq_earnings_placement_id_from_on_source")),
    )
    with op.batch_alter_table("earnings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_earnings_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "outcomes",
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("placement_id", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "job_start",
                "same_job_13_weeks",
                "same_job_26_weeks",
                "any_job_26_weeks",
                "lower_threshold",
                "higher_threshold",
                name="outcomekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("policy", JSON_VALUE, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_outcomes_organisation_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_outcomes_participant_id")),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_outcomes_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint(
            "participant_id", "placement_id", "kind", name=op.f("uq_outcomes_participant_id_placement_id_kind")
        ),
    )
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outcomes_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outcomes_participant_id"), ["participant_id"], unique=False)

    for statement in postgresql_statements(TABLES) if postgresql_here else sqlite_statements():
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outcomes_participant_id"))
        batch_op.drop_index(batch_op.f("ix_outcomes_organisation_id"))

    op.drop_table("outcomes")
    with op.batch_alter_table("earnings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_earnings_organisation_id"))

    op.drop_table("earnings")
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_check_ins_placement_id"))
        batch_op.drop_index(batch_op.f("ix_check_ins_organisation_id"))

    op.drop_table("check_ins")
    with op.batch_alter_table("placements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_placements_participant_id"))
        batch_op.drop_index(batch_op.f("ix_placements_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_placements_employer_id"))

    op.drop_table("placements")
    with op.batch_alter_table("vacancy_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vacancy_versions_organisation_id"))

    op.drop_table("vacancy_versions")
    with op.batch_alter_table("vacancy_facts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vacancy_facts_organisation_id"))

    op.drop_table("vacancy_facts")
    with op.batch_alter_table("tasters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tasters_participant_id"))
        batch_op.drop_index(batch_op.f("ix_tasters_organisation_id"))

    op.drop_table("tasters")
    with op.batch_alter_table("shortlist_entry_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shortlist_entry_changes_shortlist_id"))
        batch_op.drop_index(batch_op.f("ix_shortlist_entry_changes_organisation_id"))

    op.drop_table("shortlist_entry_changes")
    with op.batch_alter_table("shortlist_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shortlist_entries_vacancy_id"))
        batch_op.drop_index(batch_op.f("ix_shortlist_entries_organisation_id"))

    op.drop_table("shortlist_entries")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decisions_vacancy_id"))
        batch_op.drop_index(batch_op.f("ix_decisions_shortlist_id"))
        batch_op.drop_index("ix_decisions_participant_vacancy")
        batch_op.drop_index(batch_op.f("ix_decisions_organisation_id"))

    op.drop_table("decisions")
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answers_vacancy_id"))
        batch_op.drop_index(batch_op.f("ix_answers_organisation_id"))

    op.drop_table("answers")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alerts_specialist_id"))
        batch_op.drop_index(batch_op.f("ix_alerts_organisation_id"))

    op.drop_table("alerts")
    with op.batch_alter_table("vacancies", schema=None) as batch_op:
        batch_op.drop_index("ix_vacancies_status_confirmed")
        batch_op.drop_index(batch_op.f("ix_vacancies_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_vacancies_employer_id"))

    op.drop_table("vacancies")
    with op.batch_alter_table("standings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standings_organisation_id"))

    op.drop_table("standings")
    with op.batch_alter_table("shortlists", schema=None) as batch_op:
        batch_op.drop_index("ix_shortlists_participant")
        batch_op.drop_index(batch_op.f("ix_shortlists_organisation_id"))

    op.drop_table("shortlists")
    with op.batch_alter_table("safety_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_safety_versions_organisation_id"))

    op.drop_table("safety_versions")
    with op.batch_alter_table("profile_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_profile_versions_organisation_id"))

    op.drop_table("profile_versions")
    with op.batch_alter_table("profile_drafts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_profile_drafts_participant_id"))
        batch_op.drop_index(batch_op.f("ix_profile_drafts_organisation_id"))

    op.drop_table("profile_drafts")
    with op.batch_alter_table("contact_behalves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_behalves_participant_id"))
        batch_op.drop_index(batch_op.f("ix_contact_behalves_organisation_id"))

    op.drop_table("contact_behalves")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_participant_id"))
        batch_op.drop_index(batch_op.f("ix_consents_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_consents_employer_id"))

    op.drop_table("consents")
    with op.batch_alter_table("workplaces", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_workplaces_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_workplaces_employer_id"))

    op.drop_table("workplaces")
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webhook_deliveries_webhook_id"))
        batch_op.drop_index(batch_op.f("ix_webhook_deliveries_organisation_id"))

    op.drop_table("webhook_deliveries")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_user_id"))
        batch_op.drop_index(batch_op.f("ix_sessions_organisation_id"))

    op.drop_table("sessions")
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participants_team_id"))
        batch_op.drop_index(batch_op.f("ix_participants_specialist_id"))
        batch_op.drop_index(batch_op.f("ix_participants_organisation_id"))

    op.drop_table("participants")
    with op.batch_alter_table("machine_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_machine_tokens_organisation_id"))

    op.drop_table("machine_tokens")
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contacts_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_contacts_employer_id"))
        batch_op.drop_index(batch_op.f("ix_contacts_by"))

    op.drop_table("contacts")
    with op.batch_alter_table("webhooks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webhooks_organisation_id"))

    op.drop_table("webhooks")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_users_organisation_id"))

    op.drop_table("users")
    op.drop_table("text_vectors")
    with op.batch_alter_table("teams", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_teams_organisation_id"))

    op.drop_table("teams")
    with op.batch_alter_table("pool_changes", schema=None) as batch_op:
        batch_op.drop_index("ix_pool_changes_vacancy")

    op.drop_table("pool_changes")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_jobs_waiting_key",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index(batch_op.f("ix_jobs_organisation_id"))
        batch_op.drop_index("ix_jobs_due")

    op.drop_table("jobs")
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_imports_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_imports_content_digest"))

    op.drop_table("imports")
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_keys_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_idempotency_keys_created_at"))

    op.drop_table("idempotency_keys")
    with op.batch_alter_table("exports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exports_organisation_id"))

    op.drop_table("exports")
    with op.batch_alter_table("employers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_employers_organisation_id"))

    op.drop_table("employers")
    with op.batch_alter_table("allocations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allocations_organisation_id"))

    op.drop_table("allocations")
    with op.batch_alter_table("sign_on_states", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_on_states_expires_at"))

    op.drop_table("sign_on_states")
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_attempts_email_digest"))

    op.drop_table("sign_in_attempts")
    op.drop_table("organisations")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_events_subject")

    op.drop_table("audit_events")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_events_only_grow()")
