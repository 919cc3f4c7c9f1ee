"""Erase a participant: no word of or about them stays, and the counts that pointed at them point at nobody."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from matching.actions.events import record
from matching.actions.index import ENCODE, WHOLE_POOL, text_digest
from matching.actions.jobs import queue
from matching.errors import NotPermitted
from matching.model.people import Actor, ParticipantStatus, Permission
from matching.permissions import can_write_participant, check
from matching.store import Database, Store
from matching.store.database import BUSY_MILLISECONDS
from matching.store.holdings import Holdings
from matching.store.tables import Participant

_WIPE_TRIES = 5
_WIPE_MILLISECONDS = 500


def erase_participant(*, participant_id: str, by: Actor, at: datetime, store: Store) -> Participant:
    """Erase a participant for good; done a second time it does nothing."""
    check(by, Permission.PARTICIPANTS_ERASE)
    participant = store.participants.locked_even_erased(participant_id)
    if not can_write_participant(by, participant):
        raise NotPermitted("This participant is of another team.")
    if participant.status is not ParticipantStatus.ERASED:
        erase(participant, by=by, at=at, store=store)
    return participant


def erase(participant: Participant, *, by: Actor, at: datetime, store: Store) -> None:
    """Empty a participant's row and everything that is held on them; the caller has locked it and asked leave."""
    holdings = Holdings(store)
    _forget_vectors(participant, holdings, at, store)
    counts = holdings.empty(participant.id)
    participant.ref = f"erased-{participant.id}"
    participant.name = None
    participant.specialist_id = None
    participant.communication = []
    participant.status = ParticipantStatus.ERASED
    participant.last_opportunity_on = None
    participant.erased_at = at
    participant.version += 1
    store.session.flush()
    record(store, "participant.erased", by=by, at=at, of=("participant", participant.id), **counts)


def wipe_log(database: Database) -> bool:
    """Write what is committed into the database file and cut its log, where erased words would stay for a while.

    Returns whether the log is empty. PostgreSQL clears away what was replaced by itself (autovacuum).
    """
    if database.is_postgresql:
        return True
    for _ in range(_WIPE_TRIES):
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # It keeps writers out while it waits for readers, so that it must not wait long.
            connection.execute(text(f"PRAGMA busy_timeout={_WIPE_MILLISECONDS}"))
            try:
                busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
            except OperationalError:
                busy = 1
            finally:
                connection.execute(text(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}"))
        if not busy:
            return True
        time.sleep(0.2)
    return False


def _forget_vectors(participant: Participant, holdings: Holdings, at: datetime, store: Store) -> None:
    """Vectors of somebody's words are personal data; those that others need too are not theirs alone."""
    versions = store.profiles.all_versions(participant.id)
    texts = {words for row in versions for words in _own_words(row.document)}
    if not texts:
        return
    for document in holdings.documents_of_others(participant.id):
        texts.difference_update(_own_words(document))
    texts -= holdings.vacancy_titles(sorted(texts))
    store.pool.delete_vectors(map(text_digest, sorted(texts)))
    # A vacancy whose duties were in the same words has its vector made again.
    queue(store, ENCODE, WHOLE_POOL, {}, at)


def _own_words(document: Mapping[str, Any]) -> Iterator[str]:
    """The texts of a stored profile that reach an encoder, but for those of the catalogue, which are everybody's."""
    for field, key in (("wanted_work", "label"), ("skills", "label"), ("work_history", "title")):
        yield from (each[key] for each in _list(document, field))
    for field in ("interests", "strengths"):
        yield from _list(document, field)


def _list(document: Mapping[str, Any], field: str) -> list[Any]:
    found = document.get(field)
    return found if isinstance(found, list) else []
