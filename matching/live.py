"""The vacancies of one organisation as they stand now: taken in change by change, read without waiting, kept on disk.

A snapshot never changes. The next one shares nearly everything with it and is put in its place in one assignment, so
that whoever began with a snapshot ends with it. The same vacancies give the same bytes, whatever came between.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from embeddings.array_file import read_arrays, write_arrays
from embeddings.errors import IndexRefused
from embeddings.lexical import LexicalIndex
from matching import texts
from matching.columns import Rows
from matching.errors import NotFound
from matching.fit.part import Mask
from matching.laying_out import build_pool
from matching.model.shortlist import Method
from matching.model.vacancy import Vacancy, Visibility
from matching.places import SectorTable
from matching.pool import VacancyPool
from matching.priors import DIMENSIONS, PriorColumns, TitlePriors, with_priors
from matching.ranking import Shuffle
from matching.retrieval import DocumentRows, Recipe, VacancyIndex
from matching.scoring import WeightedScorer
from matching.shortlisting import Meaning, Shortlister
from matching.taxonomy import Catalogue

Document = tuple[str, str]  # title and text, as they are encoded

#: The file of document vectors in an organisation's folder.
DOCUMENTS_FILE: Final = "documents.arrays"
#: What is no longer used is thrown out once it is as much as what is used, and more than this.
LEAST_UNUSED: Final = 2_000
_DIGEST_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who may see a vacancy: its owner alone, its owner and a team, or everyone in the organisation."""

    visibility: Visibility
    owner_id: str | None = None
    team_id: str | None = None

    def includes(self, *, user_id: str, team_ids: frozenset[str]) -> bool:
        """Whether somebody with these teams may see it; as `permissions.can_see_vacancy` has it."""
        owns = self.owner_id is not None and self.owner_id == user_id
        match self.visibility:
            case Visibility.ORGANISATION:
                return True
            case Visibility.TEAM:
                return owns or (self.team_id is not None and self.team_id in team_ids)
            case Visibility.OWN_CASELOAD:
                return owns


EVERYONE: Final = Audience(visibility=Visibility.ORGANISATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolChange:
    """A vacancy as it is from now on, and who may see it; without a vacancy it is no longer there (erased)."""

    vacancy_id: str
    vacancy: Vacancy | None
    audience: Audience = EVERYONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What makes an answer besides the vacancies: encoder, priors, catalogues, weights; the same for every pool."""

    recipe: Recipe
    priors: TitlePriors
    catalogue: Catalogue
    sectors: SectorTable
    scorer: WeightedScorer
    method: Method
    shuffle: Shuffle | None = None

    def shortlister(self, pool: VacancyPool, meaning: Meaning) -> Shortlister:
        """Put together what answers over one pool."""
        return Shortlister(
            pool=pool,
            meaning=meaning,
            scorer=self.scorer,
            catalogue=self.catalogue,
            sectors=self.sectors,
            method=self.method,
            shuffle=self.shuffle,
        )

    @property
    def texts_needed(self) -> tuple[str, ...]:
        """Names of occupations that must be learnt first, where neither a file nor this process can tell of them."""
        return self.priors.texts_needed

    @property
    def names(self) -> dict[str, str]:
        """All that a document's saved numbers depend on besides its texts."""
        return {
            "recipe": self.recipe.name,
            "dimension": str(self.recipe.encoder.dimension),
            "priors": self.priors.digest,
        }


# -- documents ---------------------------------------------------------------------------------------------------------


def document_of(vacancy: Vacancy) -> Document:
    """The texts of a vacancy that are encoded."""
    return texts.title(vacancy), texts.duties(vacancy)


def document_digest(document: Document) -> bytes:
    """What a document is known by in a file, which holds no text."""
    title, duties = (part.encode("utf-8", "surrogatepass") for part in document)
    content = len(title).to_bytes(8, "little") + title + duties
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDocuments:
    """Vectors, words and priors of documents as they were saved; none, and the problem, if the file is not sound."""

    number_of: Mapping[bytes, int]  # by digest
    arrays: Mapping[str, npt.NDArray[Any]] = field(repr=False)
    problem: str | None = None  # why the file was not used; the service logs it, and saves again

    @classmethod
    def load(cls, folder: Path, means: Means) -> SavedDocuments:
        """Read a folder that `LivePool.save` wrote; never raises: the database can always give the vectors again."""
        try:
            arrays = read_arrays(folder / DOCUMENTS_FILE, made_by=means.names)
        except IndexRefused as refused:
            return cls(number_of={}, arrays={}, problem=str(refused))
        digests = arrays["digests"].tobytes()
        numbers = {
            digests[at : at + _DIGEST_BYTES]: at // _DIGEST_BYTES for at in range(0, len(digests), _DIGEST_BYTES)
        }
        return cls(number_of=numbers, arrays=arrays)

    def texts_needed(self, vacancies: Iterable[Vacancy]) -> list[str]:
        """The texts, each once, of documents that are not in the file: the encoder must have them before a load."""
        new = (each for each in map(document_of, vacancies) if document_digest(each) not in self.number_of)
        return _texts_of(new)

    def documents_of(self, vacancies: Iterable[Vacancy], means: Means) -> _Documents:
        """Take over what was saved of these vacancies' documents; the others are still to be added."""
        found: dict[Document, int] = {}
        for vacancy in vacancies:
            document = document_of(vacancy)
            number = self.number_of.get(document_digest(document))
            if number is not None:
                found[document] = number
        if not found:
            return _Documents.empty(means)
        # In the order of the file: where all of it is still in use, nothing need be moved.
        found = dict(sorted(found.items(), key=lambda item: item[1]))
        numbers = np.array(list(found.values()), np.int64)
        words = LexicalIndex.of_arrays(self.arrays, means.recipe.statistics)
        if np.array_equal(numbers, np.arange(words.count)):
            vectors = self.arrays["vectors"]
        else:
            vectors, words = self.arrays["vectors"][numbers], words.kept(numbers)
        return _Documents(
            means=means,
            index=VacancyIndex.of_documents(list(found), vectors, words, means.recipe),
            priors=PriorColumns(**{name: self.arrays[name][numbers] for name in _PRIORS}),
        )


_PRIORS: Final = ("mean", "spread", "family")


@dataclass(slots=True, kw_only=True)
class _Documents:
    """Every document met so far, by number: vector and words in the index, and what its title suggests."""

    means: Means
    index: VacancyIndex
    priors: PriorColumns

    @classmethod
    def empty(cls, means: Means) -> _Documents:
        return cls(means=means, index=VacancyIndex(means.recipe), priors=_no_priors())

    def add(self, documents: Sequence[Document]) -> Rows:
        """Return the number of each document; the encoder must have the texts of those that are new.

        If it raises, nothing counts that did not before: what the index may hold already is given its priors next time.
        """
        new = [*self.index.documents[len(self.priors.family) :], *self.index.without_vectors(documents)]
        if not new:
            return self.index.add_documents(documents)
        encoder = self.means.recipe.encoder
        encoder.encode(_texts_of(new))  # names all that is missing, and not only the titles
        more = self.means.priors.columns([title for title, _ in new], encoder)
        numbers = self.index.add_documents(documents)
        self.priors = _joined_priors(self.priors, more)
        return numbers

    def kept(self, numbers: Rows) -> _Documents:
        """These documents alone, numbered in this order."""
        priors = PriorColumns(**{name: getattr(self.priors, name)[numbers] for name in _PRIORS})
        return _Documents(means=self.means, index=self.index.kept(numbers), priors=priors)

    def columns(self, numbers: Rows) -> PriorColumns:
        """What the titles of documents suggest, a row a number."""
        return PriorColumns(**{name: getattr(self.priors, name)[numbers] for name in _PRIORS})


def _no_priors() -> PriorColumns:
    nothing = np.zeros((0, len(DIMENSIONS)), np.float32)
    return PriorColumns(mean=nothing, spread=nothing, family=np.zeros(0, np.int16))


def _joined_priors(one: PriorColumns, two: PriorColumns) -> PriorColumns:
    return PriorColumns(**{name: np.concatenate([getattr(one, name), getattr(two, name)]) for name in _PRIORS})


def _texts_of(documents: Iterable[Document]) -> list[str]:
    """Every part of the documents that is encoded, each once, in order."""
    return list(dict.fromkeys(part for document in documents for part in document))


# -- snapshots ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """All vacancies up to a mark, ready to answer; nothing of it ever changes."""

    mark: int
    shortlister: Shortlister
    vacancy_ids: Sequence[str]  # by row
    _row_of_id: dict[str, int] = field(repr=False)
    _audiences: tuple[Audience, ...] = field(repr=False)
    _audience_of_row: npt.NDArray[np.int32] = field(repr=False)
    _documents: _Documents = field(repr=False)
    _document_of_row: Rows = field(repr=False)

    @property
    def pool(self) -> VacancyPool:
        """The vacancies in columns."""
        return self.shortlister.pool

    @property
    def count(self) -> int:
        """How many vacancies there are, open or not."""
        return len(self._row_of_id)

    def visible_to(self, *, user_id: str, team_ids: Iterable[str] = ()) -> Mask:
        """Which rows somebody may see: what a shortlister takes as `visible`."""
        teams = frozenset(team_ids)
        may_see = [audience.includes(user_id=user_id, team_ids=teams) for audience in self._audiences]
        visible: Mask = np.array(may_see, np.bool_)[self._audience_of_row]
        return visible

    def row_of(self, vacancy_id: str) -> int | None:
        """The row of a vacancy, `None` if it is not there."""
        return self._row_of_id.get(vacancy_id)

    def ref_of(self, vacancy_id: str) -> str | None:
        """The reference of a vacancy, `None` if it is not there."""
        row = self.row_of(vacancy_id)
        return None if row is None else self.pool.refs[row]

    def id_of(self, ref: str) -> str:
        """The id of the vacancy with a reference; raises `NotFound` if there is none."""
        row = self.pool.row_of(ref)
        if row is None:
            raise NotFound(f"no vacancy here has the reference '{ref}'")
        return self.vacancy_ids[row]


class LivePool:
    """The vacancies of one organisation in one process: any number of readers, one writer at a time."""

    def __init__(self, means: Means, present: Iterable[PoolChange] = (), *, mark: int = 0) -> None:
        """Begin with these vacancies, whose texts the encoder must have."""
        self._begin(_Documents.empty(means), present, mark)

    def _begin(self, documents: _Documents, present: Iterable[PoolChange], mark: int) -> None:
        self.means = documents.means
        self._writing = threading.Lock()
        snapshot = _snapshot_of(documents, _last_of_each(present), mark=mark)
        # Makes room for the rows to come, so that the first change costs no more than the others.
        self._snapshot = _following(snapshot, [], mark=mark)

    @classmethod
    def load(cls, saved: SavedDocuments, present: Iterable[PoolChange], *, mark: int, means: Means) -> LivePool:
        """Begin with these vacancies; those whose texts were saved need no encoder (see `saved.texts_needed`)."""
        present = _last_of_each(present)
        vacancies = [each.vacancy for each in present if each.vacancy is not None]
        live = cls.__new__(cls)
        live._begin(saved.documents_of(vacancies, means), present, mark)
        return live

    @property
    def snapshot(self) -> Snapshot:
        """The vacancies as they stand; take it once for each answer."""
        return self._snapshot

    def texts_needed(self, changes: Iterable[PoolChange], *, since: Snapshot | None = None) -> list[str]:
        """The texts, each once, that the encoder must have before these changes can be taken in (see `apply`, `at`)."""
        new = [document_of(each.vacancy) for each in changes if each.vacancy is not None]
        return _texts_of((since or self._snapshot)._documents.index.without_vectors(new))

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
                return _snapshot_of(self._snapshot._documents, _last_of_each(differences), mark=mark)
            # Apart, so that the live pool keeps the space into which it grows.
            apart = replace(since, shortlister=replace(since.shortlister, pool=replace(since.pool, space=None)))
            return _following(apart, _last_of_each(differences), mark=mark)

    def forget_queries(self, texts: Iterable[str]) -> None:
        """Drop what is kept of a person's words, as when they are erased; the encoder may hold them besides."""
        self._snapshot._documents.index.forget_queries(texts)

    def save(self, folder: Path) -> None:
        """Write vectors, words and priors of the present documents; a kill leaves the old file or the new one."""
        snapshot = self._snapshot
        kept = snapshot._documents.kept(np.unique(snapshot._document_of_row[snapshot.pool.present]))
        index = kept.index
        digests = b"".join(map(document_digest, index.documents))
        arrays: dict[str, npt.NDArray[Any]] = {
            "digests": np.frombuffer(digests, np.uint8).reshape(len(index.documents), _DIGEST_BYTES),
            "vectors": index.vectors.vectors_at(np.arange(len(index.documents))),
            **{name: getattr(kept.priors, name) for name in _PRIORS},
            **index.words.arrays(),
        }
        write_arrays(folder / DOCUMENTS_FILE, arrays, made_by=self.means.names)


def _following(now: Snapshot, changes: Sequence[PoolChange], *, mark: int) -> Snapshot:
    """The snapshot after some changes, which shares with this one whatever can be shared."""
    added = [change for change in changes if change.vacancy is not None]
    gone = [row for change in changes if (row := now.row_of(change.vacancy_id)) is not None]
    newcomers, numbers = _laid_out(now._documents, [each.vacancy for each in added if each.vacancy is not None])
    pool = now.pool.joined(newcomers, gone=gone)
    row_of_id = dict.copy(now._row_of_id)
    row_of_id.update((change.vacancy_id, len(now.pool) + place) for place, change in enumerate(added))
    for change in changes:
        if change.vacancy is None:
            row_of_id.pop(change.vacancy_id, None)
    audiences, audience_of_added = _numbered([each.audience for each in added], now._audiences)
    return _snapshot(
        mark=mark,
        pool=pool,
        vacancy_ids=[*now.vacancy_ids, *(change.vacancy_id for change in added)],
        row_of_id=row_of_id,
        audiences=audiences,
        audience_of_row=np.concatenate([now._audience_of_row, audience_of_added]),
        documents=now._documents,
        document_of_row=np.concatenate([now._document_of_row, numbers]),
    )


def _tidied(snapshot: Snapshot) -> Snapshot:
    """Throw out rows that are gone, and documents that no row has, once they are the larger part."""
    pool, documents = snapshot.pool, snapshot._documents
    present = pool.present
    met = len(documents.index.documents)
    is_used = np.zeros(met, np.bool_)
    is_used[snapshot._document_of_row[present]] = True
    used = np.flatnonzero(is_used)
    too_many_rows = len(pool) - len(present) > max(LEAST_UNUSED, len(present))
    if not too_many_rows and met - len(used) <= max(LEAST_UNUSED, len(used)):
        return snapshot
    renumbered = np.full(met, -1)
    renumbered[used] = np.arange(len(used))
    ids = [snapshot.vacancy_ids[row] for row in present]
    return _snapshot(
        mark=snapshot.mark,
        pool=pool.kept(present),
        vacancy_ids=ids,
        row_of_id={vacancy_id: row for row, vacancy_id in enumerate(ids)},
        audiences=snapshot._audiences,
        audience_of_row=snapshot._audience_of_row[present],
        documents=documents.kept(used),
        document_of_row=renumbered[snapshot._document_of_row[present]],
    )


def _last_of_each(changes: Iterable[PoolChange]) -> list[PoolChange]:
    """The last change of each vacancy, in the order in which the vacancies come first."""
    return list({change.vacancy_id: change for change in changes}.values())


def _snapshot_of(documents: _Documents, present: Sequence[PoolChange], *, mark: int) -> Snapshot:
    """Lay out vacancies from nothing."""
    here = [change for change in present if change.vacancy is not None]
    pool, numbers = _laid_out(documents, [each.vacancy for each in here if each.vacancy is not None])
    if len(set(pool.refs)) < len(pool):
        raise ValueError("two vacancies of a pool cannot have one reference")
    ids = [change.vacancy_id for change in here]
    audiences, audience_of_row = _numbered([each.audience for each in here], ())
    return _snapshot(
        mark=mark,
        pool=pool,
        vacancy_ids=ids,
        row_of_id={vacancy_id: row for row, vacancy_id in enumerate(ids)},
        audiences=audiences,
        audience_of_row=audience_of_row,
        documents=documents,
        document_of_row=numbers,
    )


def _snapshot(
    *,
    mark: int,
    pool: VacancyPool,
    vacancy_ids: Sequence[str],
    row_of_id: dict[str, int],
    audiences: tuple[Audience, ...],
    audience_of_row: npt.NDArray[np.int32],
    documents: _Documents,
    document_of_row: Rows,
) -> Snapshot:
    meaning = DocumentRows(index=documents.index, document_of_row=document_of_row)
    return Snapshot(
        mark=mark,
        shortlister=documents.means.shortlister(pool, meaning),
        vacancy_ids=vacancy_ids,
        _row_of_id=row_of_id,
        _audiences=audiences,
        _audience_of_row=audience_of_row,
        _documents=documents,
        _document_of_row=document_of_row,
    )


def _laid_out(documents: _Documents, vacancies: Sequence[Vacancy]) -> tuple[VacancyPool, Rows]:
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
