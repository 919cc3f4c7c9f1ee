"""What a job's title suggests about conditions that nobody has checked: a level to expect, and how unsure it is.

The ratings behind it are United States averages by occupation. They give an unknown part its value and order the
questions; they are never a fact about a workplace and never exclude. `docs/priors.md` has the recipe and its error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from math import nan
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.array_file import read_arrays
from embeddings.encoder import Encoder, SentenceTransformerEncoder
from embeddings.errors import NotYetEncoded
from embeddings.rounding import STEP, rounded
from matching.errors import Invalid, Problem, Where
from matching.model.sensory import SensoryDimension
from matching.pool import VacancyPool
from matching.tables import Cells, RowStatus, Table, choice, if_filled, number, raise_problems, text, whole, written_as

DIMENSIONS = tuple(SensoryDimension)
"""The columns of every array here, in order."""

NEIGHBOURS = 8
"""How many of the nearest occupations have a say. Measured in docs/priors.md."""

MEAN_OF_ALL_WEIGHT = 0.002
"""What the mean of all occupations weighs beside a neighbour of cosine 1: it takes over where no title is near."""

_TABLE = Path(__file__).parent / "data" / "occupation_priors.csv"
OCCUPATION_VECTORS = _TABLE.with_name("occupation_vectors.i16")
"""Vectors of the table's names by the shipped encoder, in whole steps; written by `derive.occupation_vectors`."""

_BLOCK_ROWS = 1024
# Inner products of rounded vectors are whole multiples of this, so they can be compared as whole numbers.
_PRODUCT_STEP = STEP * STEP

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OccupationTable:
    """Occupations with their expected levels; NaN where nothing tells of a dimension."""

    codes: tuple[str, ...]
    titles: tuple[str, ...]
    uk_titles: tuple[str, ...]
    """Empty where no British name is sure."""
    family: NDArray[np.int16]
    """Major group of the Standard Occupational Classification, 11 to 53."""
    level: Floats
    """By occupation and dimension, 0 to 4."""
    spread: Floats
    """Standard deviation between workplaces of the occupation, in levels."""

    def __post_init__(self) -> None:
        count = len(self.codes)
        if not count == len(self.titles) == len(self.uk_titles) == len(self.family):
            raise ValueError("every occupation needs a code, a title, a British title or none, and a family")
        if self.level.shape != (count, len(DIMENSIONS)) or self.spread.shape != self.level.shape:
            raise ValueError("every occupation needs a level and a spread, or NaN, for every dimension")
        if bool(np.any(np.isnan(self.level) != np.isnan(self.spread))):
            raise ValueError("a level and its spread are known together or not at all")

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that stands for an occupation, those of one occupation side by side."""
        pairs = zip(self.titles, self.uk_titles, strict=True)
        return tuple(name for pair in pairs for name in pair if name)

    @property
    def name_starts(self) -> NDArray[np.intp]:
        """For each occupation, where its names begin in `names`."""
        counts = np.array([1 + bool(name) for name in self.uk_titles], dtype=np.intp)
        starts: NDArray[np.intp] = np.cumsum(counts) - counts
        return starts

    @property
    def names_digest(self) -> str:
        """Changes with any name, or their order: what vectors of the names belong to."""
        return hashlib.sha256("\n".join(self.names).encode()).hexdigest()[:16]

    @property
    def digest(self) -> str:
        """Changes with anything that a title's columns depend on besides vectors."""
        parts = [self.names_digest.encode(), self.family.tobytes(), self.level.tobytes(), self.spread.tobytes()]
        return hashlib.sha256(b"".join(parts)).hexdigest()[:16]

    def label(self, occupation: int) -> str:
        """Return the name to show to a person: the British one where there is one."""
        return self.uk_titles[occupation] or self.titles[occupation]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PriorColumns:
    """What the titles suggest, one row a title."""

    mean: NDArray[np.float32]
    """Expected level by title and dimension; NaN where nothing tells of the dimension."""
    spread: NDArray[np.float32]
    """Standard deviation of the level, between and within occupations; NaN as in `mean`."""
    family: NDArray[np.int16]
    """Major group of the nearest occupation."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NearestOccupations:
    """The occupations nearest to each title, best first; those equally near in the order of the table."""

    occupation: NDArray[np.intp]
    cosine: Floats


@cache
def load_occupations() -> OccupationTable:
    """Return the shipped table, read once."""
    return read_occupations(path=_TABLE)


def read_occupations(*, path: Path) -> OccupationTable:
    """Return the table at the path. Raises `Invalid` where it is not such a table."""
    table = Table(path)
    # A dimension that nothing tells of has no column at all.
    measures = {name: cell for name, cell in _MEASURES.items() if name in table.header}
    columns = table.read_columns({**_NAMES, **measures}, key=["onet_code"])
    raise_problems([table])
    codes = tuple(columns["onet_code"])
    level, spread = (
        np.column_stack([columns.get(name, [nan] * len(codes)) for name in names]) for names in (_LEVELS, _SPREADS)
    )
    apart = np.argwhere(np.isnan(level) != np.isnan(spread))
    if len(apart):
        message = "a level and its spread are known together or not at all"
        raise Invalid([Problem(Where(path.name, codes[row], _LEVELS[column]), message) for row, column in apart])
    return OccupationTable(
        codes=codes,
        titles=tuple(columns["title"]),
        uk_titles=tuple(columns["uk_title"]),
        family=np.array(columns["family"], dtype=np.int16),
        level=level,
        spread=spread,
    )


_NAMES: Cells = {
    "onet_code": written_as(r"[0-9]{2}-[0-9]{4}\.[0-9]{2}", otherwise="is not a code of O*NET"),
    "title": text,
    "uk_title": str,
    "family": whole(range(11, 54)),
}
_LEVELS = [dimension.value for dimension in DIMENSIONS]
_SPREADS = [f"{dimension}_spread" for dimension in DIMENSIONS]
# The same few hundred figures fill thousands of cells.
_MEASURE = cache(if_filled(number(most=4, otherwise="is not a number of levels from 0 to 4"), empty=nan))
_MEASURES: Cells = {**dict.fromkeys([*_LEVELS, *_SPREADS], _MEASURE), "source": text, "status": choice(RowStatus)}


def occupation_vectors(encoder: Encoder, table: OccupationTable | None = None) -> NDArray[np.float32]:
    """Return one rounded vector for each of the table's `names`; the shipped table's if none is given.

    Those of the shipped encoder for the shipped names come from a file, so that nothing need be encoded; raises
    `IndexRefused` if that file is damaged, or was made for other names (`python -m derive.occupation_vectors`).
    """
    shipped = load_occupations()
    table = table or shipped
    if encoder.name == SentenceTransformerEncoder().name and (table is shipped or table.names == shipped.names):
        return shipped_vectors(encoder_name=encoder.name, names_digest=table.names_digest)
    return rounded(encoder.encode(table.names))


@cache
def shipped_vectors(*, encoder_name: str, names_digest: str) -> NDArray[np.float32]:
    """Read the shipped vectors of occupations, which must be those of this encoder for these names."""
    arrays = read_arrays(OCCUPATION_VECTORS, made_by={"encoder": encoder_name, "names": names_digest})
    vectors: NDArray[np.float32] = arrays["steps"].astype(np.float32) * np.float32(STEP)
    vectors.flags.writeable = False
    return vectors


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TitlePriors:
    """What titles suggest by one encoder: the table and the vectors of its names, worked out when first needed.

    The encoder of the names may be another object than the one that knows the titles, so long as it has the same name:
    names can be computed, or come from the shipped file, where titles are only looked up.
    """

    encoder: Encoder
    table: OccupationTable = field(default_factory=load_occupations)
    _vectors: list[NDArray[np.float32]] = field(default_factory=list, init=False, repr=False)

    @property
    def digest(self) -> str:
        """Identify all that a title's columns depend on besides its vector."""
        return f"{self.encoder.name} {self.table.digest} {NEIGHBOURS} {MEAN_OF_ALL_WEIGHT}"

    def columns(self, titles: Sequence[str], encoder: Encoder) -> PriorColumns:
        """Return what each title suggests, a row a title; `encoder` has the vectors of the titles."""
        if encoder.name != self.encoder.name:
            raise ValueError(f"titles by {encoder.name!r} cannot be compared with names by {self.encoder.name!r}")
        vectors = self._vectors_of_names()
        distinct = list(dict.fromkeys(titles))
        place = {title: number for number, title in enumerate(distinct)}
        found = prior_columns(encoder.encode(distinct), vectors, self.table)
        row = np.array([place[title] for title in titles], np.int64)
        return PriorColumns(mean=found.mean[row], spread=found.spread[row], family=found.family[row])

    @property
    def texts_needed(self) -> tuple[str, ...]:
        """Names that the encoder must learn first; none if it can work them out, or they are known."""
        try:
            self._vectors_of_names()
        except NotYetEncoded as missing:
            return missing.texts
        return ()

    def _vectors_of_names(self) -> NDArray[np.float32]:
        if not self._vectors:
            self._vectors.append(occupation_vectors(self.encoder, self.table))
        return self._vectors[0]


def with_priors(pool: VacancyPool, priors: PriorColumns) -> VacancyPool:
    """Fill in what titles suggest (a row of `priors` for each of the pool) where no file states a prior."""
    mean, spread = pool.columns["prior_mean"], pool.columns["prior_spread"]
    unstated = np.isnan(mean)
    return pool.with_columns(
        prior_mean=np.where(unstated, priors.mean.T, mean),
        prior_spread=np.where(unstated, priors.spread.T, spread),
        family=priors.family[None, :],
    )


def nearest_occupations(
    title_vectors: ArrayLike, occupation_vectors: ArrayLike, table: OccupationTable
) -> NearestOccupations:
    """Return the nearest occupations of each title, each occupation by the nearer of its names.

    Both sides must come from one encoder (and one map, if any). They are rounded here, so that every inner product is
    exact and a title's answer does not depend on the titles beside it.
    """
    titles, names = rounded(title_vectors), rounded(occupation_vectors)
    if len(names) != len(table.names):
        raise ValueError(f"{len(table.names)} names need as many vectors, not {len(names)}")
    count = len(table.codes)
    kept = min(NEIGHBOURS, count)
    starts = table.name_starts
    tie_breakers = np.arange(count - 1, -1, -1)
    keys = np.empty((len(titles), kept), dtype=np.int64)
    for start in range(0, len(titles), _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        cosines = np.maximum.reduceat(titles[block] @ names.T, starts, axis=1)
        # Cosine and row in one whole number: no two are equal, so a partial sort has one answer, ties by row.
        whole = np.rint(cosines / np.float32(_PRODUCT_STEP)).astype(np.int64) * count + tie_breakers
        whole.partition(count - kept, axis=1)
        keys[block] = -np.sort(-whole[:, count - kept :], axis=1)
    return NearestOccupations(
        occupation=(count - 1 - keys % count).astype(np.intp),
        cosine=(keys // count).astype(np.float64) * _PRODUCT_STEP,
    )


def prior_columns(title_vectors: ArrayLike, occupation_vectors: ArrayLike, table: OccupationTable) -> PriorColumns:
    """Return what each title suggests, from its nearest occupations and, faintly, from all of them.

    A neighbour weighs the sixth power of its cosine (nothing if negative), the mean of all `MEAN_OF_ALL_WEIGHT`. The
    variance is that of the mixture: what the neighbours differ by, and what workplaces of each differ by.
    """
    nearest = nearest_occupations(title_vectors, occupation_vectors, table)
    neighbours = _Mixture.of(table)
    mean = np.empty((len(nearest.occupation), len(DIMENSIONS)), dtype=np.float32)
    spread = np.empty_like(mean)
    for start in range(0, len(mean), _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        mean[block], spread[block] = neighbours.mix(nearest.occupation[block], _weight(nearest.cosine[block]))
    return PriorColumns(mean=mean, spread=spread, family=table.family[nearest.occupation[:, 0]])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Mixture:
    """A table ready to be mixed: zeros and no weight where nothing is known."""

    known: Floats
    level: Floats
    variance: Floats
    level_of_all: Floats
    variance_of_all: Floats

    @classmethod
    def of(cls, table: OccupationTable) -> _Mixture:
        known = (~np.isnan(table.level)).astype(np.float64)
        level, spread = np.nan_to_num(table.level), np.nan_to_num(table.spread)
        counts = known.sum(axis=0)
        with np.errstate(invalid="ignore"):
            level_of_all = level.sum(axis=0) / counts
            apart = (level - level_of_all) * known
            variance_of_all = (apart * apart + spread * spread).sum(axis=0) / counts
        return cls(
            known=known,
            level=level,
            variance=spread * spread,
            level_of_all=level_of_all,
            variance_of_all=variance_of_all,
        )

    def mix(self, occupation: NDArray[np.intp], weight: Floats) -> tuple[Floats, Floats]:
        """Return mean and spread by row and dimension.

        Neighbours are added one after another, each step the same for every row, so that no row's sum depends on the
        shape of the batch.
        """
        ranks = range(occupation.shape[1])
        weights = [self.known[occupation[:, rank]] * weight[:, rank, np.newaxis] for rank in ranks]
        total = np.full((len(occupation), len(DIMENSIONS)), MEAN_OF_ALL_WEIGHT)
        mean = total * self.level_of_all
        for rank in ranks:
            total = total + weights[rank]
            mean = mean + weights[rank] * self.level[occupation[:, rank]]
        mean = mean / total
        apart = mean - self.level_of_all
        variance = MEAN_OF_ALL_WEIGHT * (self.variance_of_all + apart * apart)
        for rank in ranks:
            apart = mean - self.level[occupation[:, rank]]
            variance = variance + weights[rank] * (self.variance[occupation[:, rank]] + apart * apart)
        return mean, np.sqrt(variance / total)


def _weight(cosine: Floats) -> Floats:
    """Return the sixth power by plain products, which every machine rounds alike."""
    near = np.maximum(cosine, 0.0)
    cube: Floats = near * near * near
    return cube * cube
