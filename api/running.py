"""What one process of the service holds: its settings, the database, the pools, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from matching.actions.index import LivePools
from matching.settings import Settings
from matching.store import Database, open_database
from matching.store.migrating import check_current


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Made once at the start of a process and handed to every request."""

    settings: Settings
    database: Database
    pools: LivePools
    clock: Callable[[], datetime] = _utc_now


def open_running(settings: Settings, *, clock: Callable[[], datetime] = _utc_now) -> Running:
    """Open what a process holds; the database must be at the newest revision."""
    database = open_database(settings.database)
    check_current(database.engine)
    return Running(settings=settings, database=database, pools=LivePools(), clock=clock)
