"""One organisation's pool in one process: made from its file or from the database, caught up, and sealed again.

The file is a copy that a start can use where it lies. It belongs to one history of changes up to one mark. What came
later is taken in from the database, and what does not fit is made anew from there.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from embeddings.array_file import FileState
from embeddings.errors import IndexRefused, NotYetEncoded
from matching.actions.jobs import reason_of
from matching.errors import Invalid, MatchingError, NotFound, Where
from matching.interchange import read_vacancy
from matching.live import LivePool
from matching.means import Means
from matching.model.vacancy import Vacancy
from matching.sealed import POOL_FILE, Sealed
from matching.shelf import Shelf, VersionKey
from matching.snapshots import Audience, PoolChange, Snapshot
from matching.store import Database, Store
from matching.store.pool import PoolEntry

_log = logging.getLogger(__name__)

#: After so many changed vacancies, or this part of all, the file is written again.
SEAL_EVERY: Final = 1_000
SEAL_PART: Final = 100
#: At the end of a process it is written for fewer: those would be taken in again at the next start.
LEAST_PART_AT_END: Final = 10_000
#: Pools of earlier marks kept for drawing old lists again.
EARLIER_KEPT: Final = 4
#: Vacancies that are read, laid out and given their vectors at a time.
BLOCK: Final = 5_000
_LOOK_AGAIN_SECONDS: Final = 0.1


class NotReady(MatchingError):
    """Texts of vacancies have no vector yet, as after a change of the encoder: a worker is asked to make them."""

    def __init__(self, *, lacking: str = "") -> None:
        self.lacking = lacking  # the last of the texts: a worker makes their vectors in order
        super().__init__("The index is being made. Try again in a few seconds.")


def change_of(entry: PoolEntry) -> PoolChange:
    """What the database says of a vacancy, for the live pool."""
    return PoolChange(
        vacancy_id=entry.vacancy_id,
        vacancy=_vacancy_of(entry),
        audience=Audience(visibility=entry.visibility, owner_id=entry.owner_id, team_id=entry.team_id),
        version=entry.version,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """What the pools of one process share."""

    database: Database
    means: Means
    counts: Counter[str]
    having: Callable[[Store, Sequence[str]], AbstractContextManager[None]]  # their vectors, or `NotReady`
    aside: Callable[[Callable[[], None]], object]  # do something without keeping a request waiting
    wait_seconds: Callable[[], float | None]  # for how long to wait for a pool that another thread is making
    verified: Collection[FileState] = ()  # files that were looked through just before this process began


class OrganisationPool:
    """One organisation's pool: any number of readers, one thread at a time that catches up."""

    def __init__(self, organisation_id: str, folder: Path, upkeep: Upkeep) -> None:
        """Serve from the database, with a file in a folder that may be missing."""
        self._organisation_id = organisation_id
        self._folder = folder
        self._upkeep = upkeep
        self._shelf = Shelf(self._versions)
        self._live: LivePool | None = None
        self._catching_up = threading.Lock()
        self._earlier: OrderedDict[int, Snapshot] = OrderedDict()
        self._drawing_earlier = threading.Lock()
        self._sealing = threading.Lock()
        self._lacking = ""  # a text without which making the pool failed the last time
        self._unsealed = 0  # changes since the file was read or written
        self._stamp: tuple[int, int] | None = None  # of the file as this process last read or wrote it

    def current(self, store: Store) -> Snapshot:
        """The pool with every change that is committed; raises `NotReady` if it lacks vectors, or is being made."""
        mark = store.pool.mark()
        live = self._live
        if live is not None and live.snapshot.mark >= mark:
            return live.snapshot
        # A pool of a million takes minutes to make from the database; nobody waits for that inside a page.
        wait_seconds = self._upkeep.wait_seconds() if live is None else None
        if not self._catching_up.acquire(timeout=-1 if wait_seconds is None else wait_seconds):
            raise NotReady
        try:
            live = self._live
            if live is None:
                live = self._live = self._made_if_likely(store)
            elif live.snapshot.mark < mark:
                live = self._live = self._caught_up_or_made(live, store, mark)
        finally:
            self._catching_up.release()
        self._seal_when_due(live.snapshot.count)
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

    def seal_if_changed(self) -> None:
        """Write the file if enough has changed to make the next start slower."""
        live = self._live
        if live is not None and self._unsealed > live.snapshot.count // LEAST_PART_AT_END:
            self._seal()

    def _made_earlier(self, store: Store, mark: int, now: Snapshot) -> Snapshot:
        live = self._live
        if live is None:
            raise NotReady
        then = {entry.vacancy_id: change_of(entry) for entry in store.pool.before(mark, changed_up_to=now.mark)}
        differences = [
            then.get(vacancy_id, PoolChange(vacancy_id=vacancy_id, vacancy=None))
            for vacancy_id in store.pool.changed_ids(mark, up_to=now.mark)
        ]
        with self._upkeep.having(store, live.texts_needed(differences, since=now)):
            return live.at(differences, mark=mark, since=now)

    def _versions(self, keys: Sequence[VersionKey]) -> list[Vacancy | None]:
        """Versions as they were written, which nobody changes any more."""
        with self._upkeep.database.reading(self._organisation_id) as store:
            found = {(entry.vacancy_id, entry.version): _vacancy_of(entry) for entry in store.pool.versions(keys)}
        return [found.get(key) for key in keys]

    # -- making it -----------------------------------------------------------------------------------------------------

    def _caught_up_or_made(self, live: LivePool, store: Store, mark: int) -> LivePool:
        counts = self._upkeep.counts
        try:
            self._catch_up(live, store, mark)
        except NotReady:
            raise
        except Exception as error:
            _log.error("a pool could not catch up and is made anew", extra={"reason": reason_of(error)})
            counts["rebuilt"] += 1
            return self._made(store)
        counts["caught_up"] += 1
        return live

    def _catch_up(self, live: LivePool, store: Store, mark: int) -> None:
        if live.snapshot.mark >= mark:
            return
        for block in store.pool.changes_in_blocks(live.snapshot.mark, up_to=mark, size=BLOCK):
            changes = [change_of(entry) for entry in block]
            with self._upkeep.having(store, live.texts_needed(changes)):
                live.apply(changes, mark=block[-1].seq)
            self._unsealed += len(changes)
        if live.snapshot.mark < mark:
            live.apply([], mark=mark)

    def _made_if_likely(self, store: Store) -> LivePool:
        """Make the pool, which takes seconds, unless what was lacking the last time is lacking still."""
        if self._lacking:
            with self._upkeep.having(store, [self._lacking]):
                self._lacking = ""
        try:
            return self._made(store)
        except NotReady as error:
            self._lacking = error.lacking
            raise

    def _made(self, store: Store) -> LivePool:
        """The pool as the database has it: from the file where that is sound, else from the database alone."""
        live = self._from_file(store)
        if live is None:
            with _alone(self._folder, waiting=True) as alone:
                # While this process waited, another may have done it.
                live = (None if alone else self._from_file(store)) or self._from_database(store)
        self._upkeep.counts["loaded"] += 1
        snapshot = live.snapshot
        _log.info("pool loaded", extra={"mark": snapshot.mark, "vacancies": snapshot.count})
        return live

    def _from_file(self, store: Store) -> LivePool | None:
        stamp = self._stamp_now()
        if stamp is None or stamp == self._stamp:
            return None  # there is none, or it was looked at before and did not help
        self._stamp = stamp
        upkeep = self._upkeep
        sealed = Sealed.open(self._folder, upkeep.means, verified=upkeep.verified)
        problem = sealed.problem
        if problem is None and store.pool.history(sealed.mark) != sealed.history:
            problem = "its changes are not those of the database"
        if problem is None:
            try:
                live = LivePool.of_sealed(sealed, means=upkeep.means, shelf=self._shelf)
                self._unsealed = 0
                self._catch_up(live, store, store.pool.mark())
            except (NotReady, NotYetEncoded):
                self._stamp = None  # the file is sound, and will do once the vectors are there
                raise
            except Exception as error:
                problem = reason_of(error)
            else:
                return live
        _log.warning("an index file was refused and is made anew", extra={"reason": problem})
        upkeep.counts["refused"] += 1
        return None

    def _from_database(self, store: Store) -> LivePool:
        """Lay out all vacancies, block by block, and write the file for the next start and for other processes."""
        upkeep, mark = self._upkeep, store.pool.mark()
        live: LivePool | None = None
        with upkeep.having(store, upkeep.means.texts_needed):
            for block in store.pool.changes_in_blocks(0, up_to=mark, size=BLOCK):
                changes = [change_of(entry) for entry in block]
                with upkeep.having(store, _texts_needed(live, changes, upkeep.means)):
                    if live is None:
                        live = LivePool(upkeep.means, changes, mark=block[-1].seq, shelf=self._shelf)
                    else:
                        live.apply(changes, mark=block[-1].seq)
            if live is None:
                live = LivePool(upkeep.means, mark=mark, shelf=self._shelf)
        if live.snapshot.mark < mark:
            live.apply([], mark=mark)
        return self._sealed_anew(live, store) or live

    # -- the file ------------------------------------------------------------------------------------------------------

    def _seal_when_due(self, count: int) -> None:
        if self._unsealed >= max(SEAL_EVERY, count // SEAL_PART):
            self._unsealed = 0
            self._upkeep.aside(self._seal)

    def _seal(self) -> None:
        """Write the file and go on from there, unless another process is about to or has."""
        live = self._live
        if live is None:
            return
        database = self._upkeep.database
        with self._sealing:
            with database.reading(self._organisation_id) as store, _alone(self._folder) as alone:
                if alone and self._stamp_now() == self._stamp:
                    made = self._sealed_anew(live, store)
                else:
                    made = self._from_file(store)
            if made is None:
                return
            # Readers go on with what they have; whoever would catch up waits until this one has.
            with self._catching_up, database.reading(self._organisation_id) as store:
                self._catch_up(made, store, store.pool.mark())
                self._live = made

    def _sealed_anew(self, live: LivePool, store: Store) -> LivePool | None:
        """The pool as it lies in a new file; none if that cannot be written, which costs time and memory only."""
        upkeep, mark = self._upkeep, live.snapshot.mark
        try:
            live.seal(self._folder, history=store.pool.history(mark) or "")
            self._stamp = self._stamp_now()
            upkeep.counts["sealed"] += 1
            sealed = Sealed.open(self._folder, upkeep.means)
            if sealed.mark != mark:
                return None  # another process has written meanwhile
            self._unsealed = 0
            return LivePool.of_sealed(sealed, means=upkeep.means, shelf=self._shelf)
        except (OSError, IndexRefused) as error:
            _log.error("an index file could not be written", extra={"reason": reason_of(error)})
            upkeep.counts["unsealed"] += 1
            self._unsealed = max(self._unsealed, 1)
            return None

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            found = (self._folder / POOL_FILE).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size


def _texts_needed(live: LivePool | None, changes: Iterable[PoolChange], means: Means) -> list[str]:
    return (live or LivePool(means)).texts_needed(changes)


@contextmanager
def _alone(folder: Path, *, waiting: bool = False) -> Iterator[bool]:
    """Whether this process alone writes into a folder until the block ends.

    Where `waiting`, it does in any case: true if it was alone from the beginning. A folder that cannot be written is
    nobody's.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "writing.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        _log.error("an index folder cannot be written", extra={"reason": reason_of(error)})
        yield True
        return
    try:
        alone = _locked(handle)
        while waiting and not alone and not _locked(handle):
            time.sleep(_LOOK_AGAIN_SECONDS)
        yield alone
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
