"""What one process of the service holds: its settings, the database, the pools, what does the jobs, and the clock."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from api.rates import Rates
from embeddings.array_file import FileState
from embeddings.index import use_one_thread_each
from matching.actions.index import LivePools
from matching.actions.jobs import Worker
from matching.actions.worker import DAILY, WORKS
from matching.bootstrap import assemble_stored, chosen_vectors, computing_encoder
from matching.sealing import Sealer, open_sealer
from matching.settings import Settings
from matching.store import Database, open_database
from matching.store.application_role import check_application_role
from matching.store.revisions import check_may_work, present

# Pools that load for longer are loaded when first asked for: the others need not wait for them.
_LONGEST_LOADING_SECONDS = 4.0


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Made once at the start of a process and handed to every request."""

    settings: Settings
    database: Database
    pools: LivePools
    worker: Worker
    sealer: Sealer
    rates: Rates
    clock: Callable[[], datetime] = _utc_now

    def close(self) -> None:
        """End: what is worth keeping of the index is written, and the connections are given back."""
        self.pools.close()
        self.database.close()


def open_running(
    settings: Settings, *, clock: Callable[[], datetime] = _utc_now, verified: Collection[FileState] = ()
) -> Running:
    """Open what a process holds; the database must be of a revision that this program may work on.

    Nothing heavy is loaded: pools when first asked for (or by `pools.begin_loading`), the encoder by the worker alone.
    Index files that somebody has just `verified` are not looked through again.
    """
    use_one_thread_each()
    database = open_database(settings.database)
    check_may_work(database.engine)
    check_application_role(database)
    means = assemble_stored(settings).means
    pools = LivePools(
        database=database,
        means=means,
        folder=settings.index_folder,
        clock=clock,
        verified=verified,
        shared=chosen_vectors(settings, database, means.recipe),
    )
    worker = Worker(
        name=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"[-64:],
        settings=settings,
        database=database,
        pools=pools,
        # Without its cache on disk: what people say must be forgotten when they are.
        encoder=computing_encoder(settings),
        works=WORKS,
        daily=DAILY,
        clock=clock,
    )
    return Running(
        settings=settings,
        database=database,
        pools=pools,
        worker=worker,
        sealer=open_sealer(settings),
        rates=Rates(requests_per_minute=settings.requests_per_minute),
        clock=clock,
    )


def not_ready_because(running: Running) -> str | None:
    """Why this process cannot do its work yet; `None` if it can. Texts that wait for the encoder are no reason."""
    try:
        found = present(running.database.engine)
    except SQLAlchemyError:
        return "The database does not answer."
    reason = "The database is empty." if found is None else found.reason_against()
    if reason is not None:
        return reason
    running.pools.begin_loading()
    loading_seconds = running.pools.loading_seconds
    if loading_seconds is not None and loading_seconds < _LONGEST_LOADING_SECONDS:
        return "The index is being loaded."
    return None
