"""What the database itself holds to: rows show to their organisation alone, and the audit record only grows."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from matching.store.tables import Base, Organisation, Owned, SignInAttempt, SignOnState

APPLICATION_ROLE = "wellplaced_app"

_OWN = "organisation_id = current_setting('wellplaced.organisation', true)"
_HELD = "current_setting('wellplaced.lookup', true)"
# Rows that may be read by who already holds their key, before the organisation is known.
_LOOKED_UP = {
    "users": f"{_HELD} IN (email_key, single_sign_on_subject)",
    "sessions": f"id = {_HELD}",
    "machine_tokens": f"id = {_HELD}",
}
# Rows of no organisation: each shows to who holds its key, and all of them to the clearing of old ones.
_OF_NOBODY = {SignInAttempt.__tablename__: "email_digest", SignOnState.__tablename__: "id"}
CLEARING = "clearing"


def postgresql_statements(tables: Collection[str]) -> Iterator[str]:
    """Row-level security on some tables, forced on their owner too, and rights for the application's role."""
    owned = {mapper.class_.__tablename__ for mapper in Base.registry.mappers if issubclass(mapper.class_, Owned)}
    for table in Base.metadata.sorted_tables:
        name = table.name
        if name not in tables:
            continue
        if name in owned:
            own = _OWN
        elif name == Organisation.__tablename__:
            own = "id = current_setting('wellplaced.organisation', true)"
        elif name in _OF_NOBODY:
            own = f"{_HELD} IN ({_OF_NOBODY[name]}, '{CLEARING}')"
        else:
            raise ValueError(f"nobody has said who may see the rows of {name}")
        yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY own_rows ON {name} USING ({own}) WITH CHECK ({own})"
        if name in _LOOKED_UP:
            yield f"CREATE POLICY held_key ON {name} FOR SELECT USING ({_LOOKED_UP[name]})"
        if name == Organisation.__tablename__:
            yield f"CREATE POLICY listing ON {name} FOR SELECT USING ({_HELD} = 'organisations')"
        rights = "SELECT, INSERT" if name == "audit_events" else "SELECT, INSERT, UPDATE, DELETE"
        yield f"GRANT {rights} ON {name} TO {APPLICATION_ROLE}"
    yield f"GRANT SELECT ON alembic_version TO {APPLICATION_ROLE}"
    yield (
        "CREATE FUNCTION audit_events_only_grow() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit record only grows'; END $$"
    )
    yield (
        "CREATE TRIGGER only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_events_only_grow()"
    )


def sqlite_statements() -> Iterator[str]:
    """The audit record only grows."""
    for change in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER audit_events_no_{change.lower()} BEFORE {change} ON audit_events "
            "BEGIN SELECT RAISE(ABORT, 'the audit record only grows'); END"
        )


def revision_statements(table: str) -> Iterator[str]:
    """Everybody reads the revision and its owner writes it, under row-level security like every table."""
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS one_row ON {table}"
    yield f"CREATE POLICY one_row ON {table} USING (true) WITH CHECK (true)"
    yield f"GRANT SELECT ON {table} TO {APPLICATION_ROLE}"


def create_role_statement() -> str:
    """The application's role, if it is not there: it owns nothing and bypasses nothing.

    Roles are of the whole server, so another database may be making the same one at this moment.
    """
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION_ROLE}') THEN "
        f"CREATE ROLE {APPLICATION_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE; END IF; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
