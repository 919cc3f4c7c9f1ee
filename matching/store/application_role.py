"""Look at the role that the service runs as: one that could see past row-level security is refused."""

from __future__ import annotations

from sqlalchemy import text

from matching.errors import Conflict
from matching.store.database import Database
from matching.store.protections import APPLICATION_ROLE


def check_application_role(database: Database) -> None:
    """Refuse to serve as a role of PostgreSQL that could see past row-level security, or take it away."""
    if not database.is_postgresql:
        return
    with database.engine.connect() as connection:
        found = {check: connection.scalar(text(query)) for check, query in _ROLE_CHECKS.items()}
    wrong = [check for check, answer in found.items() if answer]
    if wrong:
        raise Conflict(f"The database is opened by a role that {' and '.join(wrong)}. Use one in {APPLICATION_ROLE}.")


# A member of a role may become that role, so each question is about every role that this one is a member of.
_ROLE_CHECKS = {
    "is a superuser": "SELECT bool_or(rolsuper) FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')",
    "bypasses row-level security": (
        "SELECT bool_or(rolbypassrls) FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')"
    ),
    "owns tables": (
        "SELECT EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
        "WHERE relkind IN ('r', 'p') AND nspname = current_schema() AND pg_has_role(current_user, relowner, 'MEMBER'))"
    ),
    "finds tables without forced row-level security": (
        "SELECT EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
        "WHERE relkind IN ('r', 'p') AND nspname = current_schema() AND relname <> 'alembic_version' "
        "AND NOT (relrowsecurity AND relforcerowsecurity))"
    ),
}
