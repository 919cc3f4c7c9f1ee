"""The live pools of one process, kept up with the database: what is committed and encoded is on lists at once.

A vacancy enters the pool by a numbered change in the database, written once its texts have vectors. Every process
follows these numbers, so that all of them hold the same pool at the same number. Vectors are rows of the database,
made by a worker; web processes look them up and never encode.
"""

from __future__ import annotations

import fcntl
import gc
import hashlib
import logging
import os
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from embeddings.errors import NotYetEncoded
from embeddings.stored import StoredEncoder
from matching.actions.jobs import queue, reason_of
from matching.errors import Invalid, MatchingError, NotFound, Where
from matching.interchange import read_vacancy
from matching.live import DOCUMENTS_FILE, Audience, LivePool, Means, PoolChange, SavedDocuments, Snapshot
from matching.model.profile import VocationalProfile
from matching.model.vacancy import Vacancy
from matching.store import Database, Store
from matching.store.pool import PoolEntry
from matching.store.tables import Participant, VacancyRow, VacancyVersion
from matching.texts import abilities, wishes

_log = logging.getLogger(__name__)

#: Kinds of jobs: texts of vacancies and of profiles to encode, and what follows from either.
ENCODE, ENCODE_PROFILE, ALERTS, STANDING = "encode", "encode_profile", "alerts", "standing"
#: The job that encodes whatever the pool lacks; more is asked for again, so that others have their turn.
WHOLE_POOL: Final = "pool"
#: After so many changed vacancies the index file is written again.
SAVE_EVERY: Final = 1_000
#: Pools of earlier marks kept for drawing old lists again, for each organisation.
EARLIER_KEPT: Final = 4
_TEXT_FIELDS = ("title", "tasks", "description")


class NotReady(MatchingError):
    """Texts of vacancies have no vector yet, as after a change of the encoder: a worker is asked to make them."""

    def __init__(self, *, lacking: str = "") -> None:
        self.lacking = lacking  # the last of the texts: a worker makes their vectors in order
        super().__init__("The index is being made. Try again in a few seconds.")


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


def change_of(entry: PoolEntry) -> PoolChange:
    """What the database says of a vacancy, for the live pool."""
    return PoolChange(
        vacancy_id=entry.vacancy_id,
        vacancy=_vacancy_of(entry),
        audience=Audience(visibility=entry.visibility, owner_id=entry.owner_id, team_id=entry.team_id),
    )


def _vacancy_of(entry: PoolEntry) -> Vacancy | None:
    if entry.document is None:
        return None
    try:
        return read_vacancy(entry.document, Where("vacancy"), derived=entry.derived_fields)
    except Invalid:
        # Written by another version of the program. One vacancy must not keep all the others from every list.
        _log.error("a stored vacancy cannot be read", extra={"vacancy_id": entry.vacancy_id, "version": entry.version})
        return None


class LivePools:
    """The pool of each organisation in this process; every request catches up before it looks."""

    def __init__(self, *, database: Database, means: Means, folder: Path, clock: Callable[[], datetime]) -> None:
        """Serve from the database, with index files in a folder that may be empty or damaged."""
        encoder = means.recipe.encoder
        if not isinstance(encoder, StoredEncoder):
            raise TypeError("live pools look vectors up; a worker encodes")
        self.means = means
        #: How often pools were loaded, caught up, rebuilt, saved, and how many files were refused.
        self.counts: Counter[str] = Counter()
        self._database = database
        self._encoder = encoder
        self._encoder_digest = encoder_digest(encoder.name)
        self._folder = folder
        self._clock = clock
        self._pools: dict[str, _OrganisationPool] = {}
        self._opening = threading.Lock()
        # What must not keep a request waiting, or would wait for the request's own lock: files, and asking for jobs.
        self._aside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pools")
        self._loading: threading.Thread | None = None
        self._loading_since = 0.0

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
            pool.save_if_changed()
        self._aside.shutdown(wait=True)

    def _load_all(self) -> None:
        try:
            with self._database.directory() as directory:
                organisation_ids = directory.organisation_ids()
        except Exception as error:
            _log.error("the organisations could not be listed", extra={"reason": reason_of(error)})
            return
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

    def _pool(self, organisation_id: str) -> _OrganisationPool:
        pool = self._pools.get(organisation_id)
        if pool is None:
            with self._opening:
                # Not the id itself: a name of a file is safe in any case, whoever gave the id.
                folder = self._folder / hashlib.sha256(organisation_id.encode()).hexdigest()[:32]
                pool = self._pools.setdefault(organisation_id, _OrganisationPool(self, folder))
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

    def _ask_for_whole_pool(self, organisation_id: str) -> None:
        """Aside, since the request may itself hold the one lock for writers."""

        def ask() -> None:
            try:
                with self._database.writing(organisation_id) as store:
                    queue(store, ENCODE, WHOLE_POOL, {}, self._clock())
            except Exception as error:
                _log.error("vectors could not be asked for", extra={"reason": reason_of(error)})

        self._aside.submit(ask)


class _OrganisationPool:
    """One organisation's pool in this process: any number of readers, one thread at a time that catches up."""

    def __init__(self, pools: LivePools, folder: Path) -> None:
        self._pools = pools
        self._folder = folder
        self._live: LivePool | None = None
        self._catching_up = threading.Lock()
        self._earlier: OrderedDict[int, Snapshot] = OrderedDict()
        self._drawing_earlier = threading.Lock()
        self._saving = threading.Lock()
        self._lacking = ""  # a text without which loading failed the last time
        self._unsaved = 0
        self._stamp: tuple[int, int] | None = None  # of the file as this process last read or wrote it

    def current(self, store: Store) -> Snapshot:
        mark = store.pool.mark()
        live = self._live
        if live is not None and live.snapshot.mark >= mark:
            return live.snapshot
        with self._catching_up:
            live = self._live
            if live is None:
                live = self._live = self._loaded_if_likely(store)
            elif live.snapshot.mark < mark:
                live = self._live = self._caught_up(live, store, mark)
        self._save_when_due()
        return live.snapshot

    def at(self, store: Store, mark: int, now: Snapshot) -> Snapshot:
        """The pool of another mark: `now` with what has changed since put back."""
        if not 0 <= mark <= now.mark:
            raise NotFound("There is no such state of the pool.")
        with self._drawing_earlier:
            known = self._earlier.get(mark)
            if known is None:
                known = self._earlier[mark] = self._made_earlier(store, mark, now)
                while len(self._earlier) > EARLIER_KEPT:
                    self._earlier.popitem(last=False)
            self._earlier.move_to_end(mark)
            return known

    def _made_earlier(self, store: Store, mark: int, now: Snapshot) -> Snapshot:
        live = self._live
        if live is None:
            raise NotReady
        then = {entry.vacancy_id: change_of(entry) for entry in store.pool.before(mark, changed_up_to=now.mark)}
        differences = [
            then.get(vacancy_id, PoolChange(vacancy_id=vacancy_id, vacancy=None))
            for vacancy_id in store.pool.changed_ids(mark, up_to=now.mark)
        ]
        with self._pools._having(store, live.texts_needed(differences, since=now)):
            return live.at(differences, mark=mark, since=now)

    # -- catching up ---------------------------------------------------------------------------------------------------

    def _caught_up(self, live: LivePool, store: Store, mark: int) -> LivePool:
        changes = [change_of(entry) for entry in store.pool.changes_since(live.snapshot.mark, up_to=mark)]
        try:
            with self._pools._having(store, live.texts_needed(changes)):
                live.apply(changes, mark=mark)
        except NotReady:
            raise
        except Exception as error:
            _log.error("a pool could not catch up and is made anew", extra={"reason": reason_of(error)})
            self._pools.counts["rebuilt"] += 1
            return self._loaded(store)
        self._pools.counts["caught_up"] += 1
        self._unsaved += len(changes)
        return live

    def _loaded_if_likely(self, store: Store) -> LivePool:
        """Load the pool, which takes seconds, unless what was lacking the last time is lacking still."""
        if self._lacking:
            with self._pools._having(store, [self._lacking]):
                self._lacking = ""
        try:
            return self._loaded(store)
        except NotReady as error:
            self._lacking = error.lacking
            raise

    def _loaded(self, store: Store) -> LivePool:
        """The pool as the database has it; vectors come from the file where that is sound, else from the database."""
        means = self._pools.means
        mark = store.pool.mark()
        changes = [change_of(entry) for entry in store.pool.at(mark)]
        saved = self._saved()
        try:
            live = self._assembled(store, saved, changes, mark)
        except (NotReady, NotYetEncoded):
            raise
        except Exception as error:
            _log.error("an index file could not be used", extra={"reason": reason_of(error)})
            self._pools.counts["refused"] += 1
            saved = SavedDocuments(number_of={}, arrays={})
            live = self._assembled(store, saved, changes, mark)
        new = saved.texts_needed(change.vacancy for change in changes if change.vacancy is not None)
        self._unsaved = SAVE_EVERY if new or saved.problem else 0
        self._pools.counts["loaded"] += 1
        _log.info("pool loaded", extra={"mark": mark, "vacancies": live.snapshot.count, "recipe": means.recipe.name})
        return live

    def _assembled(self, store: Store, saved: SavedDocuments, changes: Sequence[PoolChange], mark: int) -> LivePool:
        means = self._pools.means
        new = saved.texts_needed(change.vacancy for change in changes if change.vacancy is not None)
        with self._pools._having(store, [*means.texts_needed, *new]):
            return LivePool.load(saved, changes, mark=mark, means=means)

    # -- the file ------------------------------------------------------------------------------------------------------

    def _saved(self) -> SavedDocuments:
        self._stamp = self._stamp_now()
        saved = SavedDocuments.load(self._folder, self._pools.means)
        if saved.problem is not None and self._stamp is not None:
            _log.warning("an index file was refused and is made anew: %s", saved.problem)
            self._pools.counts["refused"] += 1
        return saved

    def _save_when_due(self) -> None:
        if self._unsaved >= SAVE_EVERY:
            self._unsaved = 0
            self._pools._aside.submit(self._save)

    def save_if_changed(self) -> None:
        """Write the file if anything has changed since it was read or written."""
        if self._unsaved:
            self._unsaved = 0
            self._save()

    def _save(self) -> None:
        """Write the file, unless another process is about to or has; a file that cannot be written costs time only."""
        live = self._live
        if live is None:
            return
        try:
            with self._saving, _alone(self._folder) as alone:
                if alone and self._stamp_now() == self._stamp:
                    live.save(self._folder)
                    self._pools.counts["saved"] += 1
                self._stamp = self._stamp_now()
        except OSError as error:
            _log.error("an index file could not be written", extra={"reason": reason_of(error)})
            self._pools.counts["unsaved"] += 1

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            found = (self._folder / DOCUMENTS_FILE).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether this process alone writes into a folder until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "writing.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
