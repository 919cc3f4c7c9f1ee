"""A pool in one file: all vacancies as columns, in order of place, with their documents; used where it lies on disk.

It holds references, digests and codes, the words by which documents are found and their vectors, and no sentence that
anybody wrote. The database can always give all of it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson

from embeddings import kernels
from embeddings.array_file import FileState, Streamed, read_arrays, write_arrays
from embeddings.codes import Codes
from embeddings.errors import IndexRefused
from embeddings.index import VectorIndex
from embeddings.lexical import LexicalIndex
from matching.columns import COLUMNS, Array, QualificationTable, Rows
from matching.documents import PRIORS, Documents
from matching.fit import COMMON_READINGS
from matching.growing import Growing
from matching.keys import Names, Numbering, Vocabulary, in_order, keys_of, numbered_words
from matching.kinds import Kinds, Read, Reading
from matching.means import Means
from matching.model.vacancy import Visibility
from matching.patterns import Patterns, Stretches
from matching.pool import VOCABULARIES, Space, VacancyPool
from matching.priors import PriorColumns
from matching.retrieval import VacancyIndex
from matching.screening import LEAST_SEALED
from matching.shelf import Shelf, StoredVacancies
from matching.snapshots import Audience, RowOfId, Snapshot
from matching.zones import Zones, place_order

#: The file in an organisation's folder.
POOL_FILE: Final = "pool.arrays"
#: Changes with anything in how vacancies become columns and columns become a file.
LAYOUT: Final = "1"

# Room for rows that come after, in the file itself: it costs no memory until something is written there.
_SPARE_PART, _LEAST_SPARE = 16, 4096
_VECTORS_AT_ONCE = 4096
_PATTERN_ARRAYS: Final = ("kind", "first", "starts", "ends", "overlapping", "pattern_of_piece", "length", "keys")
_STRETCH_ARRAYS: Final = ("pattern", "minutes", "first", "pieces")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A pool as it was written: at which mark of which history; none, and the problem, if the file is not sound."""

    mark: int = 0
    history: str = ""
    count: int = 0
    arrays: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict, repr=False)
    about: Mapping[str, Any] = field(default_factory=dict, repr=False)
    problem: str | None = None  # why the file cannot be used

    @classmethod
    def open(cls, folder: Path, means: Means, *, verified: Collection[FileState] = ()) -> Sealed:
        """Map a file that `seal` wrote, and look at every byte of it unless it was verified; never raises."""
        try:
            arrays = read_arrays(folder / POOL_FILE, made_by=_made_by(means), mapped=True, verified=verified)
        except IndexRefused as refused:
            return cls(problem=str(refused))
        about = orjson.loads(arrays["about"].tobytes())
        return cls(mark=about["mark"], history=about["history"], count=about["count"], arrays=arrays, about=about)

    def snapshot(self, *, means: Means, shelf: Shelf) -> Snapshot:
        """The vacancies of the file, without copying them."""
        if self.problem is not None:
            raise IndexRefused(self.problem)
        arrays, count = self.arrays, self.count
        ids = Names.of_arrays(arrays["ids"], arrays["id_ends"])
        versions = Growing.of(arrays["versions"])
        columns = {name: arrays[f"column.{name}"] for name in COLUMNS}
        pool = VacancyPool(
            columns={name: column[:, :count] for name, column in columns.items()},
            patterns=_patterns_of(arrays),
            qualifications=QualificationTable(
                tuple(self.about["slugs"]), arrays["asked.first"], arrays["asked.rows"], arrays["asked.weeks"]
            ),
            refs=Names.of_arrays(arrays["refs"], arrays["ref_ends"]),
            ref_rank=arrays["ref_rank"],
            rows_by_ref=arrays["rows_by_ref"],
            vacancies=StoredVacancies(ids, versions, shelf),
            zones=replace(
                Zones.of({name: column[:, :count] for name, column in columns.items()}, sealed=count),
                found=_kinds_of(arrays, self.about["kinds"]),
            ),
            pattern_numbers=Numbering.of_rows(arrays["pattern.keys"]),
            space=Space(columns=columns, used=count),
            employers=_vocabulary_of("employers", arrays),
            outcodes=_vocabulary_of("outcodes", arrays),
            sectors=_vocabulary_of("sectors", arrays),
        )
        return Snapshot.of(
            mark=self.mark,
            pool=pool,
            vacancy_ids=ids,
            versions=versions,
            row_of_id=RowOfId(sealed=Numbering.of_arrays(arrays["id_keys"], arrays["id_rows"]), count=count),
            audiences=tuple(_audience_of(each) for each in self.about["audiences"]),
            audience_of_row=Growing.of(arrays["audience_of_row"]),
            documents=_documents_of(arrays, means),
            document_of_row=Growing.of(arrays["document_of_row"]),
            shelf=shelf,
        )


def seal(snapshot: Snapshot, folder: Path, *, history: str) -> None:
    """Write the present vacancies of a snapshot, in order of place; whole or not at all."""
    pool = snapshot.pool
    present = pool.present
    rows = present[place_order(*(pool.columns[name][0][present] for name in ("easting", "northing")))]
    pool = pool.kept(rows)
    documents, document_of_row = _in_order_of_rows(snapshot, rows)
    kinds = _kinds(pool)
    about = {
        "mark": snapshot.mark,
        "history": history,
        "count": len(rows),
        "slugs": list(pool.qualifications.slugs),
        "kinds": [
            [[list(each) for each in reading], None if found is None else len(found.values)]
            for reading, found in kinds.items()
        ],
        "audiences": [[each.visibility.value, each.owner_id, each.team_id] for each in snapshot.audiences],
    }
    arrays: dict[str, npt.NDArray[Any] | Streamed] = {
        "about": np.frombuffer(orjson.dumps(about), np.uint8),
        **_of_names(snapshot, pool, rows),
        **_of_pool(pool),
        "versions": snapshot.versions.values[rows],
        "audience_of_row": snapshot.audience_of_row.values[rows],
        "document_of_row": document_of_row,
        **_of_documents(snapshot.documents, documents),
        **_of_kinds(kinds),
    }
    write_arrays(folder / POOL_FILE, arrays, made_by=_made_by(snapshot.documents.means))


def _made_by(means: Means) -> dict[str, str]:
    method = means.method
    return {**means.names, "rules": method.rules, "catalogue": method.catalogue, "layout": LAYOUT}


# -- names -------------------------------------------------------------------------------------------------------------


def _of_names(snapshot: Snapshot, pool: VacancyPool, rows: Rows) -> dict[str, npt.NDArray[Any]]:
    refs, ref_ends = Names(pool.refs).arrays()
    names = [snapshot.vacancy_ids[row] for row in rows.tolist()]
    ids, id_ends = Names(names).arrays()
    id_keys, id_rows = in_order(keys_of(names))
    return {
        "refs": refs,
        "ref_ends": ref_ends,
        "ids": ids,
        "id_ends": id_ends,
        "id_keys": id_keys,
        "id_rows": id_rows,
    }


def _audience_of(said: Sequence[Any]) -> Audience:
    visibility, owner_id, team_id = said
    return Audience(visibility=Visibility(visibility), owner_id=owner_id, team_id=team_id)


# -- columns -----------------------------------------------------------------------------------------------------------


def _of_pool(pool: VacancyPool) -> dict[str, npt.NDArray[Any] | Streamed]:
    asked = pool.qualifications
    arrays: dict[str, npt.NDArray[Any] | Streamed] = {
        f"column.{name}": _with_spare_rows(column) for name, column in pool.columns.items()
    }
    arrays |= {f"pattern.{name}": getattr(pool.patterns, name) for name in _PATTERN_ARRAYS}
    arrays |= {f"stretch.{name}": getattr(pool.patterns.stretches, name) for name in _STRETCH_ARRAYS}
    arrays |= {"asked.first": asked.first, "asked.rows": asked.rows, "asked.weeks": asked.weeks}
    for words in VOCABULARIES.values():
        arrays[f"{words}.keys"], arrays[f"{words}.numbers"] = numbered_words(getattr(pool, words))
    return {**arrays, "ref_rank": pool.ref_rank, "rows_by_ref": pool.ordered_rows}


def _with_spare_rows(column: Array) -> Streamed:
    values, count = column.shape
    spare = np.zeros(count // _SPARE_PART + _LEAST_SPARE, column.dtype)

    def pieces() -> Iterator[Array]:
        for line in column:
            yield line
            yield spare

    return Streamed(dtype=column.dtype, shape=(values, count + len(spare)), pieces=pieces)


def _vocabulary_of(words: str, arrays: Mapping[str, npt.NDArray[Any]]) -> Vocabulary:
    return Vocabulary(Numbering.of_arrays(arrays[f"{words}.keys"], arrays[f"{words}.numbers"]))


def _patterns_of(arrays: Mapping[str, npt.NDArray[Any]]) -> Patterns:
    stretches = Stretches(*(arrays[f"stretch.{name}"] for name in _STRETCH_ARRAYS))
    return Patterns(stretches=stretches, **{name: arrays[f"pattern.{name}"] for name in _PATTERN_ARRAYS})


# -- kinds -------------------------------------------------------------------------------------------------------------


def _kinds(pool: VacancyPool) -> dict[Reading, Kinds | None]:
    """The kinds of rows that nearly everybody's answer asks for, found once for all processes."""
    if len(pool) < LEAST_SEALED:
        return {}
    zones = Zones.of(pool.columns, sealed=len(pool))
    return {reading: zones.kinds(reading) for reading in COMMON_READINGS}


def _of_kinds(kinds: Mapping[Reading, Kinds | None]) -> dict[str, npt.NDArray[Any]]:
    arrays: dict[str, npt.NDArray[Any]] = {}
    for number, found in enumerate(kinds.values()):
        if found is not None:
            arrays[f"kinds.{number}.of_row"] = found.of_row
            arrays[f"kinds.{number}.planes"] = np.array(found.planes)
            arrays |= {f"kinds.{number}.value.{place}": value for place, value in enumerate(found.values)}
    return arrays


def _kinds_of(
    arrays: Mapping[str, npt.NDArray[Any]], written: Sequence[tuple[Sequence[Any], int | None]]
) -> dict[Reading, Kinds | None]:
    found: dict[Reading, Kinds | None] = {}
    for number, (said, count) in enumerate(written):
        reading = tuple(Read(*each) for each in said)
        found[reading] = None
        if count is not None:
            values = tuple(arrays[f"kinds.{number}.value.{place}"] for place in range(count))
            planes = list(arrays[f"kinds.{number}.planes"])
            found[reading] = Kinds(arrays[f"kinds.{number}.of_row"], values, planes)
    return found


# -- documents ---------------------------------------------------------------------------------------------------------


def _in_order_of_rows(snapshot: Snapshot, rows: Rows) -> tuple[Rows, Rows]:
    """The documents of these rows in the order in which the rows have them, and the new number of each row's."""
    document_of_row = snapshot.document_of_row.values[rows]
    distinct, first = np.unique(document_of_row, return_index=True)
    documents = distinct[np.argsort(first)]
    renumbered = np.full(snapshot.documents.index.document_count, -1)
    renumbered[documents] = np.arange(len(documents))
    return documents, renumbered[document_of_row]


def _of_documents(documents: Documents, kept: Rows) -> dict[str, npt.NDArray[Any] | Streamed]:
    index, priors = documents.index, documents.columns(kept)
    keys = index.keys[kept]
    in_order_of_keys, numbers = in_order(keys)
    dimension = index.recipe.encoder.dimension

    def vectors() -> Iterator[npt.NDArray[np.float32]]:
        return (index.vectors.vectors_at(block) for block in _blocks(kept))

    held: dict[str, npt.NDArray[Any] | Streamed] = {}
    if documents.means.shared_vectors is None:
        held = {f"codes.{name}": array for name, array in _codes(vectors(), dimension).items()}
        held["vectors"] = Streamed(dtype=np.dtype(np.float32), shape=(len(kept), dimension), pieces=vectors)
    return {
        "document_keys": keys,
        "document_keys.in_order": in_order_of_keys,
        "document_keys.numbers": numbers,
        **{f"prior.{name}": getattr(priors, name) for name in PRIORS},
        **{f"words.{name}": array for name, array in index.words.kept(kept).arrays().items()},
        **held,
    }


def _codes(blocks: Iterable[npt.NDArray[np.float32]], dimension: int) -> dict[str, npt.NDArray[Any]]:
    parts = [kernels.codes_of(block).arrays() for block in blocks]
    parts = parts or [kernels.codes_of(np.zeros((0, dimension), np.float32)).arrays()]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _blocks(numbers: Rows) -> Iterator[Rows]:
    return (numbers[start : start + _VECTORS_AT_ONCE] for start in range(0, len(numbers), _VECTORS_AT_ONCE))


def _documents_of(arrays: Mapping[str, npt.NDArray[Any]], means: Means) -> Documents:
    priors = PriorColumns(**{name: arrays[f"prior.{name}"] for name in PRIORS})
    if not len(arrays["document_keys"]):
        return Documents.empty(means)
    vectors: VectorIndex | None = None
    if means.shared_vectors is None:
        codes = Codes.of_arrays(_under("codes.", arrays))
        vectors = VectorIndex.adopt(arrays["vectors"], codes=codes, verified=True)
    index = VacancyIndex.of_documents(
        arrays["document_keys"],
        vectors,
        LexicalIndex.of_arrays(_under("words.", arrays), means.recipe.statistics),
        means.recipe,
        numbers=Numbering.of_arrays(arrays["document_keys.in_order"], arrays["document_keys.numbers"]),
        shared=means.shared_vectors,
    )
    return Documents.of(means, index, priors)


def _under(prefix: str, arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
