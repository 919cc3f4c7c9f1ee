"""The live pools of one process, kept up with the database: what is committed and encoded is on lists at once.

A vacancy enters the pool by a numbered change in the database, written once its texts have vectors. Every process
follows these numbers, so that all of them hold the same pool at the same number. Vectors are rows of the database,
made by a worker; web processes look them up and never encode.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from embeddings import kernels
from embeddings.array_file import FileState
from embeddings.errors import NotYetEncoded
from embeddings.stored import StoredEncoder
from embeddings.vectors import SharedIndex, VectorsGone
from matching.actions.jobs import queue, reason_of
from matching.actions.organisation_pool import NotReady, OrganisationPool, Upkeep
from matching.means import Means
from matching.model.profile import VocationalProfile
from matching.snapshots import Snapshot
from matching.store import Database, Store
from matching.store.tables import Participant, VacancyRow, VacancyVersion
from matching.texts import abilities, wishes

_log = logging.getLogger(__name__)

#: Kinds of jobs: texts of vacancies and of profiles to encode, and what follows from either.
ENCODE, ENCODE_PROFILE, ALERTS, STANDING = "encode", "encode_profile", "alerts", "standing"
#: The job that encodes whatever the pool lacks; more is asked for again, so that others have their turn.
WHOLE_POOL: Final = "pool"
_TEXT_FIELDS = ("title", "tasks", "description")


def text_digest(text: str) -> str:
    """By what the vector of a text is kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def encoder_digest(name: str) -> str:
    """By what the vectors of an encoder are kept."""
    return hashlib.sha256(name.encode()).hexdigest()


def texts_of_profile(profile: VocationalProfile, means: Means) -> list[str]:
    """The texts of a profile of which a list needs vectors."""
    return [each.text for each in (*wishes(profile, means.catalogue), *abilities(profile))]


def publish(store: Store, vacancy: VacancyRow, version: VacancyVersion, at: datetime) -> None:
    """Let the latest version of a vacancy enter the pool: at once if its texts are in there, else once encoded.

    Call it in the transaction that writes the version, with the vacancy's row locked.
    """
    before = store.pool.version_of(vacancy.id)
    if before is not None and same_texts(before.document, version.document):
        enter(store, vacancy, version, at)
    else:
        queue(store, ENCODE, f"vacancy:{vacancy.id}", {"vacancy_id": vacancy.id}, at)


def profile_changed(store: Store, participant: Participant, at: datetime) -> str:
    """Have the texts of a participant's latest profile encoded, then the standing made anew; returns the job's id.

    Whoever waits for a first list for new words can ask for the job; once it is done the list can be drawn.
    """
    return queue(store, ENCODE_PROFILE, participant.id, {"participant_id": participant.id}, at)


def enter(store: Store, vacancy: VacancyRow, version: VacancyVersion, at: datetime) -> None:
    """Let a version enter the pool, and have those told whom it concerns."""
    store.pool.append(vacancy, version=version, at=at)
    queue(store, ALERTS, vacancy.id, {"vacancy_id": vacancy.id, "because": version.because}, at)


def same_texts(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two documents of vacancies surely have the same texts for an encoder."""
    return all(one.get(field) == other.get(field) for field in _TEXT_FIELDS)


class LivePools:
    """The pool of each organisation in this process; every request catches up before it looks."""

    def __init__(
        self,
        *,
        database: Database,
        means: Means,
        folder: Path,
        clock: Callable[[], datetime],
        shared: Callable[[str], SharedIndex] | None = None,
        verified: Collection[FileState] = (),
    ) -> None:
        """Serve from the database, with index files in a folder that may be empty or damaged.

        `shared` gives an organisation, by its id, the vectors that the database holds for all processes. Of files in
        `verified` no digest is looked at again.
        """
        encoder = means.recipe.encoder
        if not isinstance(encoder, StoredEncoder):
            raise TypeError("live pools look vectors up; a worker encodes")
        self.means = means
        #: How often pools were loaded, caught up, rebuilt, sealed, and how many files were refused.
        self.counts: Counter[str] = Counter()
        self._database = database
        self._encoder = encoder
        self._encoder_digest = encoder_digest(encoder.name)
        #: How long a request waits for a pool that another thread is making; a worker waits until it is made.
        self.longest_wait_seconds: float | None = None
        self._folder = folder
        self._clock = clock
        self._shared = shared
        self._pools: dict[str, OrganisationPool] = {}
        self._opening = threading.Lock()
        # What must not keep a request waiting, or would wait for the request's own lock: files, and asking for jobs.
        self._aside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pools")
        self._loading: threading.Thread | None = None
        self._loading_since = 0.0
        self._upkeep = Upkeep(
            database=database,
            means=means,
            counts=self.counts,
            having=self._having,
            aside=self._aside.submit,
            wait_seconds=lambda: self.longest_wait_seconds,
            verified=verified,
        )

    def current(self, store: Store) -> Snapshot:
        """The organisation's pool with every change that is committed; raises `NotReady` if it lacks vectors."""
        pool = self._pool(store.organisation_id)
        if not store.pool.has_changed:
            return pool.current(store)
        # What this transaction wrote may still be rolled back, so nobody may see it yet.
        with self._database.reading(store.organisation_id) as committed:
            return pool.current(committed)

    def at(self, store: Store, mark: int) -> Snapshot:
        """The organisation's pool as it was at a mark, to draw an old list again; the last few are kept."""
        now = self.current(store)
        if now.mark == mark:
            return now
        # Begun after `now` was taken, so that it sees at least as much.
        with self._database.reading(store.organisation_id) as later:
            return self._pool(store.organisation_id).at(later, mark, now)

    def missing(self, store: Store, texts: Iterable[str]) -> list[str]:
        """Take in what the database has; returns the texts, each once, that nobody has encoded yet."""
        texts_by_digest = {text_digest(text): text for text in self._encoder.missing(list(texts))}
        found = self.vectors(store, texts_by_digest)
        if found:
            self._encoder.learn([texts_by_digest[digest] for digest in found], np.stack(list(found.values())))
        return [text for digest, text in texts_by_digest.items() if digest not in found]

    def vectors(self, store: Store, digests: Iterable[str]) -> dict[str, Any]:
        """The vectors that the database has of texts, by the digests of the texts."""
        return store.pool.vectors(digests, encoder=self._encoder_digest, dimension=self._encoder.dimension)

    def keep_vectors(self, store: Store, vectors: Mapping[str, Any]) -> None:
        """Keep vectors of texts, by the digests of the texts."""
        store.pool.put_vectors(vectors, encoder=self._encoder_digest)

    # -- the process ---------------------------------------------------------------------------------------------------

    def begin_loading(self) -> None:
        """Begin to load the pools of all organisations, aside; what is asked for earlier is loaded then."""
        with self._opening:
            if self._loading is None:
                self._loading_since = time.monotonic()
                self._loading = threading.Thread(target=self._load_all, name="loading pools", daemon=True)
                self._loading.start()

    @property
    def loading_seconds(self) -> float | None:
        """For how long the pools have been loading; `None` if they are not."""
        if self._loading is None or not self._loading.is_alive():
            return None
        return time.monotonic() - self._loading_since

    def settle(self) -> None:
        """Wait until what is done aside is done."""
        self._aside.submit(lambda: None).result()

    def close(self) -> None:
        """Save what has changed since the last time, and end."""
        for pool in list(self._pools.values()):
            pool.seal_if_changed()
        self._aside.shutdown(wait=True)

    def _load_all(self) -> None:
        try:
            with self._database.directory() as directory:
                organisation_ids = directory.organisation_ids()
        except Exception as error:
            _log.error("the organisations could not be listed", extra={"reason": reason_of(error)})
            return
        kernels.prepare()
        for organisation_id in organisation_ids:
            try:
                with self._database.reading(organisation_id) as store:
                    self.current(store)
            except NotReady:
                _log.info("a pool waits for its vectors", extra={"organisation_id": organisation_id})
            except Exception as error:
                _log.error("a pool could not be loaded", extra={"reason": reason_of(error)})
        # Pools are a million small objects that stay. Looking them through for garbage, now and again, would keep some
        # request waiting for a tenth of a second.
        gc.collect()
        gc.freeze()

    def _pool(self, organisation_id: str) -> OrganisationPool:
        pool = self._pools.get(organisation_id)
        if pool is None:
            with self._opening:
                # Not the id itself: a name of a file is safe in any case, whoever gave the id.
                folder = self._folder / hashlib.sha256(organisation_id.encode()).hexdigest()[:32]
                upkeep = self._upkeep
                if self._shared is not None:
                    of_organisation = partial(self._shared, organisation_id)
                    upkeep = replace(upkeep, means=replace(self.means, shared_vectors=of_organisation))
                pool = self._pools.setdefault(organisation_id, OrganisationPool(organisation_id, folder, upkeep))
        return pool

    @contextmanager
    def _having(self, store: Store, texts: Sequence[str]) -> Iterator[None]:
        """Hold the vectors of texts for as long as the block lasts; raises `NotReady` if one has none."""
        with self._encoder.keeping(texts):
            missing = self.missing(store, texts)
            if missing:
                self._ask_for_whole_pool(store.organisation_id)
                raise NotReady(lacking=missing[-1])
            try:
                yield
            except NotYetEncoded:
                raise NotReady from None
            except VectorsGone:
                # The table that all processes share was made anew, and is filled again as pools are laid out.
                raise NotReady from None

    def _ask_for_whole_pool(self, organisation_id: str) -> None:
        """Aside, since the request may itself hold the one lock for writers."""

        def ask() -> None:
            try:
                with self._database.writing(organisation_id) as store:
                    queue(store, ENCODE, WHOLE_POOL, {}, self._clock())
            except Exception as error:
                _log.error("vectors could not be asked for", extra={"reason": reason_of(error)})

        self._aside.submit(ask)
