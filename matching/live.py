"""The vacancies of one organisation as they stand now: taken in change by change, read without waiting.

A snapshot never changes. The next one shares nearly everything with it and is put in its place in one assignment, so
that whoever began with a snapshot ends with it. The same vacancies give the same bytes, whatever came between.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from matching.columns import Rows
from matching.documents import Documents, document_of, texts_of
from matching.growing import Growing
from matching.keys import Names, Numbering
from matching.laying_out import build_pool
from matching.means import Means
from matching.model.vacancy import Vacancy
from matching.pool import VacancyPool
from matching.priors import with_priors
from matching.sealed import Sealed, seal
from matching.shelf import Shelf, StoredVacancies
from matching.snapshots import Audience, PoolChange, RowOfId, Snapshot

#: What is no longer used is thrown out once it is as much as what is used, and more than this.
LEAST_UNUSED: Final = 2_000


class LivePool:
    """The vacancies of one organisation in one process: any number of readers, one writer at a time."""

    def __init__(
        self, means: Means, present: Iterable[PoolChange] = (), *, mark: int = 0, shelf: Shelf | None = None
    ) -> None:
        """Begin with these vacancies, whose texts the encoder must have.

        With a shelf, vacancies as values are read from there, by id and version; without one they are all at hand.
        """
        self._begin(_snapshot_of(Documents.empty(means), _last_of_each(present), mark=mark, shelf=shelf))

    def _begin(self, snapshot: Snapshot) -> None:
        self.means = snapshot.documents.means
        self._writing = threading.Lock()
        # Makes room for the rows to come, so that the first change costs no more than the others.
        self._snapshot = _following(snapshot, [], mark=snapshot.mark)

    @classmethod
    def of_sealed(cls, sealed: Sealed, *, means: Means, shelf: Shelf) -> LivePool:
        """Begin with the vacancies of a file; what has changed since is still to be taken in."""
        live = cls.__new__(cls)
        live._begin(sealed.snapshot(means=means, shelf=shelf))
        return live

    @property
    def snapshot(self) -> Snapshot:
        """The vacancies as they stand; take it once for each answer."""
        return self._snapshot

    def texts_needed(self, changes: Iterable[PoolChange], *, since: Snapshot | None = None) -> list[str]:
        """The texts, each once, that the encoder must have before these changes can be taken in (see `apply`, `at`)."""
        new = [document_of(each.vacancy) for each in changes if each.vacancy is not None]
        return texts_of((since or self._snapshot).documents.index.without_vectors(new))

    def apply(self, changes: Iterable[PoolChange], *, mark: int) -> Snapshot:
        """Take changes in, the last of a vacancy counts, and return the snapshot that has them.

        Raises `NotYetEncoded`, and `ValueError` for a second vacancy of one reference; then nothing has changed.
        """
        with self._writing:
            now = self._snapshot
            if mark < now.mark:
                raise ValueError(f"the pool is at mark {now.mark} already and cannot go back to {mark}")
            self._snapshot = _tidied(_following(now, _last_of_each(changes), mark=mark))
            return self._snapshot

    def at(self, differences: Iterable[PoolChange], *, mark: int, since: Snapshot | None = None) -> Snapshot:
        """A snapshot of another mark; the live one stays. Its lists are those that were drawn then, byte for byte.

        Give every vacancy of that mark; or, which costs little, a snapshot and each vacancy that changed between the
        two, as it was at the mark (without a vacancy: not there). The encoder must have what `texts_needed` names.
        """
        with self._writing:
            if since is None:
                return _snapshot_of(
                    self._snapshot.documents, _last_of_each(differences), mark=mark, shelf=self._snapshot.shelf
                )
            # Apart, so that the live pool keeps the space into which it grows.
            apart = replace(since, shortlister=replace(since.shortlister, pool=replace(since.pool, space=None)))
            return _following(apart, _last_of_each(differences), mark=mark)

    def forget_queries(self, texts: Iterable[str]) -> None:
        """Drop what is kept of a person's words, as when they are erased; the encoder may hold them besides."""
        self._snapshot.documents.index.forget_queries(texts)

    def seal(self, folder: Path, *, history: str) -> None:
        """Write all vacancies as they stand into a folder; a kill leaves the old file or the new one.

        `history` says of what the mark is a number: what is read back belongs to the same history, or is not used.
        """
        seal(self._snapshot, folder, history=history)


def _following(now: Snapshot, changes: Sequence[PoolChange], *, mark: int) -> Snapshot:
    """The snapshot after some changes, which shares with this one whatever can be shared."""
    added = [change for change in changes if change.vacancy is not None]
    gone = [row for change in changes if (row := now.row_of(change.vacancy_id)) is not None]
    newcomers, numbers = _laid_out(now.documents, [each.vacancy for each in added if each.vacancy is not None])
    ids = now.vacancy_ids.extended(change.vacancy_id for change in added)
    versions = now.versions.extended(np.array([change.version for change in added], np.int32))
    vacancies = StoredVacancies(ids, versions, now.shelf) if now.shelf is not None else None
    pool = now.pool.joined(newcomers, gone=gone, vacancies=vacancies)
    rows: dict[str, int | None] = {change.vacancy_id: None for change in changes if change.vacancy is None}
    rows.update((change.vacancy_id, len(now.pool) + place) for place, change in enumerate(added))
    audiences, audience_of_added = _numbered([each.audience for each in added], now.audiences)
    _put_on(now.shelf, added)
    return Snapshot.of(
        mark=mark,
        pool=pool,
        vacancy_ids=ids,
        versions=versions,
        row_of_id=now.row_of_id.after(rows),
        audiences=audiences,
        audience_of_row=now.audience_of_row.extended(audience_of_added),
        documents=now.documents,
        document_of_row=now.document_of_row.extended(numbers),
        shelf=now.shelf,
    )


def _tidied(snapshot: Snapshot) -> Snapshot:
    """Throw out rows that are gone, and documents that no row has, once they are the larger part."""
    pool, documents = snapshot.pool, snapshot.documents
    count, present = len(pool), snapshot.count
    met = documents.index.document_count
    if count - present <= max(LEAST_UNUSED, present) and met <= max(LEAST_UNUSED, present):
        return snapshot  # there cannot be too many of either
    rows = pool.present
    document_of_row = snapshot.document_of_row.values[rows]
    used = np.unique(document_of_row)
    too_many_rows = count - present > max(LEAST_UNUSED, present)
    if not too_many_rows and met - len(used) <= max(LEAST_UNUSED, len(used)):
        return snapshot
    renumbered = np.full(met, -1)
    renumbered[used] = np.arange(len(used))
    ids = [snapshot.vacancy_ids[row] for row in rows.tolist()]
    names, versions = Names(ids), Growing.of(snapshot.versions.values[rows])
    kept = pool.kept(rows)
    return Snapshot.of(
        mark=snapshot.mark,
        pool=kept if snapshot.shelf is None else _stored(kept, names, versions, snapshot.shelf),
        vacancy_ids=names,
        versions=versions,
        row_of_id=_rows_of(ids),
        audiences=snapshot.audiences,
        audience_of_row=Growing.of(snapshot.audience_of_row.values[rows]),
        documents=documents.kept(used),
        document_of_row=Growing.of(renumbered[document_of_row]),
        shelf=snapshot.shelf,
    )


def _last_of_each(changes: Iterable[PoolChange]) -> list[PoolChange]:
    """The last change of each vacancy, in the order in which the vacancies come first."""
    return list({change.vacancy_id: change for change in changes}.values())


def _snapshot_of(documents: Documents, present: Sequence[PoolChange], *, mark: int, shelf: Shelf | None) -> Snapshot:
    """Lay out vacancies from nothing."""
    here = [change for change in present if change.vacancy is not None]
    pool, numbers = _laid_out(documents, [each.vacancy for each in here if each.vacancy is not None])
    if len(set(pool.refs)) < len(pool):
        raise ValueError("two vacancies of a pool cannot have one reference")
    ids = [change.vacancy_id for change in here]
    names, versions = Names(ids), Growing.of(np.array([change.version for change in here], np.int32))
    audiences, audience_of_row = _numbered([each.audience for each in here], ())
    _put_on(shelf, here)
    return Snapshot.of(
        mark=mark,
        pool=pool if shelf is None else _stored(pool, names, versions, shelf),
        vacancy_ids=names,
        versions=versions,
        row_of_id=_rows_of(ids),
        audiences=audiences,
        audience_of_row=Growing.of(audience_of_row),
        documents=documents,
        document_of_row=Growing.of(numbers),
        shelf=shelf,
    )


def _stored(pool: VacancyPool, ids: Names, versions: Growing, shelf: Shelf) -> VacancyPool:
    return replace(pool, vacancies=StoredVacancies(ids, versions, shelf))


def _put_on(shelf: Shelf | None, changes: Sequence[PoolChange]) -> None:
    for change in changes:
        if shelf is not None and change.vacancy is not None:
            shelf.put((change.vacancy_id, change.version), change.vacancy)


def _rows_of(ids: Sequence[str]) -> RowOfId:
    rows: dict[str, int | None] = {vacancy_id: row for row, vacancy_id in enumerate(ids)}
    return RowOfId(sealed=Numbering(), changed=rows, count=len(rows))


def _laid_out(documents: Documents, vacancies: Sequence[Vacancy]) -> tuple[VacancyPool, Rows]:
    """Vacancies in columns, priors filled in, and the number of each one's document."""
    pool = build_pool(vacancies, catalogue=documents.means.catalogue, sectors=documents.means.sectors)
    numbers = documents.add([document_of(vacancy) for vacancy in vacancies])
    return with_priors(pool, documents.columns(numbers)), numbers


def _numbered(
    audiences: Sequence[Audience], known: tuple[Audience, ...]
) -> tuple[tuple[Audience, ...], npt.NDArray[np.int32]]:
    """All audiences with those that are new at the end, and the number of each one's."""
    numbers = {audience: number for number, audience in enumerate(known)}
    of_row = np.array([numbers.setdefault(audience, len(numbers)) for audience in audiences], np.int32)
    return tuple(numbers), of_row
