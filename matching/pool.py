"""Vacancies as columns: facts in arrays, one row a vacancy, so that an aspect judges one or a million alike."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from typing import Any, Final, Protocol, TypeVar, cast, overload

import numpy as np
import numpy.typing as npt

from matching.columns import Array, QualificationTable, Rows
from matching.keys import Names, Numbering
from matching.kinds import Examples, Reading
from matching.model.vacancy import Vacancy
from matching.patterns import Patterns
from matching.zones import Zones

Made = TypeVar("Made")


class Words(Protocol):
    """A number for each word, as in a dictionary."""

    def get(self, word: str, default: int, /) -> int: ...
    def __contains__(self, word: object, /) -> bool: ...
    def __getitem__(self, word: str, /) -> int: ...
    def __len__(self) -> int: ...
    def copy(self) -> Words: ...


VOCABULARIES: Final = {"employer": "employers", "outcode": "outcodes", "sector": "sectors"}
# When room for further rows is made: a part of the rows that are there, and so many more.
SPARE_PART: Final = 8
LEAST_SPARE_ROWS: Final = 1024
# To look at one job of each kind pays from so many jobs on, and from so many a kind.
LEAST_ALIKE: Final = 16_384
JOBS_A_KIND: Final = 4


@dataclass(slots=True)
class Space:
    """Columns with room for further rows, shared by the pools that grew out of one another."""

    columns: dict[str, Array]  # values x as many rows as there is room for
    used: int

    @property
    def rows(self) -> int:
        """Rows for which there is room."""
        return int(self.columns["open"].shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class VacancyPool:
    """All vacancies of one answer, in columns; `vacancies` are the same rows as values, for sentences.

    A pool never changes. `joined` makes a larger one that shares the columns of this, so that a change costs little.
    """

    columns: Mapping[str, Array]
    patterns: Patterns
    qualifications: QualificationTable
    refs: Sequence[str]
    ref_rank: npt.NDArray[np.int64]  # place of each ref in plain text order: the tie-break
    employers: Words
    outcodes: Words
    sectors: Words
    vacancies: Sequence[Vacancy] = ()
    gone: npt.NDArray[np.bool_] | None = None  # rows that were taken out: never open and not found by reference
    rows_by_ref: Rows | None = None  # by rank, the latest row of each reference
    pattern_numbers: Numbering | None = field(default=None, repr=False)  # by key, of the pool that owns the space
    space: Space | None = field(default=None, repr=False)
    zones: Zones | None = field(default=None, repr=False)  # of the first rows, where these are in order of place

    def __len__(self) -> int:
        return len(self.ref_rank)

    @property
    def present(self) -> Rows:
        """Rows that were not taken out."""
        return np.arange(len(self)) if self.gone is None else np.flatnonzero(~self.gone)

    @property
    def ordered_rows(self) -> Rows:
        """The latest row of each reference, in order of the references; some of them may be gone."""
        return np.argsort(self.ref_rank) if self.rows_by_ref is None else self.rows_by_ref

    def row_of(self, ref: str) -> int | None:
        """The row of a reference, `None` if the pool does not hold it."""
        place = self._place(ref)
        rows = self.ordered_rows
        if place == len(rows) or self.refs[rows[place]] != ref:
            return None
        row = int(rows[place])
        return None if self.gone is not None and self.gone[row] else row

    def _place(self, ref: str) -> int:
        """Where a reference stands, or would stand, among all in order."""
        return bisect_left(self.ordered_rows, ref, key=lambda row: self.refs[row])

    def is_open(self, *, on: date) -> npt.NDArray[np.bool_]:
        """Whether each row can be filled on a day."""
        day = on.toordinal()
        columns = self.columns
        opened: npt.NDArray[np.bool_] = columns["open"][0] & (columns["opens_on"][0] <= day)
        opened &= columns["closes_on"][0] >= day
        if self.gone is not None:
            opened &= ~self.gone
        return opened

    def open_rows(self, *, on: date) -> Rows:
        """Rows that can be filled on a day, in the order of the pool."""
        return np.flatnonzero(self.is_open(on=on))

    def jobs(self, rows: Rows | None = None) -> Jobs:
        """A view of some rows, or of all."""
        return Jobs(self, rows)

    def with_columns(self, **columns: Array) -> VacancyPool:
        """The same pool with some columns put in place of others."""
        return replace(self, columns={**self.columns, **columns}, space=None, zones=None)

    def joined(
        self, newcomers: VacancyPool, *, gone: Iterable[int] = (), vacancies: Sequence[Vacancy] | None = None
    ) -> VacancyPool:
        """Take some rows out and put the rows of another pool, just laid out, behind; this pool stays as it is.

        `vacancies` are those of all rows, where somebody keeps them otherwise than in a list. Raises `ValueError` if
        two rows would have one reference. One thread at a time may join onto a pool and whatever grew out of it;
        readers need not wait.
        """
        count, total = len(self), len(self) + len(newcomers)
        is_gone = np.zeros(total, np.bool_)
        if self.gone is not None:
            is_gone[:count] = self.gone
        if newcomers.gone is not None:
            is_gone[count:] = newcomers.gone
        taken_out = np.array(list(gone), np.int64)
        is_gone[taken_out] = True
        refs = (self.refs if isinstance(self.refs, Names) else Names(self.refs)).extended(newcomers.refs)
        ref_rank, rows_by_ref = self._ranks_with(newcomers, is_gone, refs)
        grows, space = self._with_space(len(newcomers))
        new_patterns, pattern_of = grows._numbers_of_patterns(newcomers.patterns)
        renumbered = {
            "pattern": pattern_of,
            **{
                column: _renumbered(getattr(grows, words), getattr(newcomers, words))
                for column, words in VOCABULARIES.items()
            },
        }
        for name, column in space.columns.items():
            added = newcomers.columns[name]
            column[:, count:total] = renumbered[name][added] if name in renumbered else added
        space.used = total
        return replace(
            grows,
            columns=_filled(space),
            patterns=grows.patterns.joined(newcomers.patterns.kept(new_patterns)),
            qualifications=self._qualifications_with(newcomers, taken_out),
            refs=refs,
            ref_rank=ref_rank,
            vacancies=[*self.vacancies, *newcomers.vacancies] if vacancies is None else vacancies,
            gone=is_gone if is_gone.any() else None,
            rows_by_ref=rows_by_ref,
            space=space,
        )

    def kept(self, rows: Rows) -> VacancyPool:
        """A pool of these rows, which must be present, in this order, with none of what only the others need."""
        new_row = np.full(len(self), -1, np.int64)
        new_row[rows] = np.arange(len(rows))
        pattern = self.columns["pattern"][0][rows]
        numbers, first = np.unique(pattern, return_index=True)
        kept = numbers[np.argsort(first)]  # in the order in which the rows have them
        kept = kept[kept >= 0].astype(np.int64)
        new_pattern = np.full(len(self.patterns) + 1, -1, np.int32)
        new_pattern[kept] = np.arange(len(kept))
        columns = {name: column.take(rows, axis=1) for name, column in self.columns.items()}
        columns["pattern"] = new_pattern[pattern][None, :]
        refs = [self.refs[row] for row in rows]
        rows_by_ref = np.argsort(self.ref_rank[rows], kind="stable")
        ref_rank = np.empty(len(rows), np.int64)
        ref_rank[rows_by_ref] = np.arange(len(rows))
        return replace(
            self,
            columns=columns,
            patterns=self.patterns.kept(kept),
            qualifications=self.qualifications.moved(new_row),
            refs=refs,
            ref_rank=ref_rank,
            vacancies=SomeVacancies.of(self.vacancies, rows),
            gone=None,
            rows_by_ref=rows_by_ref,
            pattern_numbers=None,
            space=None,
            zones=None,
        )

    def digest_of(self, some: npt.NDArray[np.bool_]) -> list[int]:
        """What tells this set of vacancies from another, in whatever order they stand: their digests, added up.

        Words of 64 bits add up without their carries. That is a quick way to one number for a million, and enough where
        nobody gains by finding two sets with one sum.
        """
        rows = np.flatnonzero(some)
        return [len(rows), *(int(word.take(rows).sum()) for word in self.columns["digest"])]

    def vacancies_at(self, rows: Rows) -> Sequence[Vacancy]:
        """These vacancies as values, in this order; where they are kept elsewhere, they are asked for at once."""
        read_ahead = getattr(self.vacancies, "read_ahead", None)
        if read_ahead is not None:
            read_ahead(rows)
        return [self.vacancies[row] for row in rows.tolist()]

    def _with_space(self, more: int) -> tuple[VacancyPool, Space]:
        """The same pool, and columns with room for more rows that nobody else will write into."""
        if self.space is not None and self.space.used == len(self):
            if len(self) + more <= self.space.rows:
                return self, self.space
            grows = self
            # Vocabularies go on with the new space, so whatever grows out of this pool next needs its own.
            self.space.used = self.space.rows + 1
        else:
            # Another pool grew out of this one before, or none ever did.
            grows = self._apart()
        columns = {}
        for name, column in grows.columns.items():
            columns[name] = np.empty(
                (len(column), len(self) + more + len(self) // SPARE_PART + LEAST_SPARE_ROWS), column.dtype
            )
            columns[name][:, : len(self)] = column
        return grows, Space(columns=columns, used=len(self))

    def _apart(self) -> VacancyPool:
        """The same pool with vocabularies of its own, and no space yet."""
        return replace(
            self,
            employers=self.employers.copy(),
            outcodes=self.outcodes.copy(),
            sectors=self.sectors.copy(),
            # Another pool that grew out of this one may have numbered patterns that are not among ours.
            pattern_numbers=Numbering.of_rows(self.patterns.keys),
            space=None,
        )

    def _numbers_of_patterns(self, theirs: Patterns) -> tuple[Rows, Rows]:
        """Which of their patterns are new to this pool, and its number for each of theirs (-1 for -1)."""
        numbers = self.pattern_numbers
        if numbers is None:
            numbers = Numbering.of_rows(self.patterns.keys)
        new: list[int] = []
        number_of = np.full(len(theirs) + 1, -1, np.int64)
        for place, key in enumerate(theirs.keys):
            number = numbers.get(key.tobytes())
            if number is None:
                number = len(self.patterns) + len(new)
                numbers.put(key.tobytes(), number)
                new.append(place)
            number_of[place] = number
        return np.array(new, np.int64), number_of

    def _ranks_with(
        self, newcomers: VacancyPool, is_gone: npt.NDArray[np.bool_], refs: Sequence[str]
    ) -> tuple[npt.NDArray[np.int64], Rows]:
        """Ranks of all rows, and the latest row by rank, with the newcomers sorted in among the references."""
        count, ordered = len(self), self.ordered_rows
        if not len(newcomers):
            return self.ref_rank, ordered
        places = np.array([self._place(ref) for ref in newcomers.refs], np.int64)
        known = np.array(
            [
                place < len(ordered) and refs[ordered[place]] == ref
                for place, ref in zip(places, newcomers.refs, strict=True)
            ]
        )
        if len(set(newcomers.refs)) < len(newcomers) or not is_gone[ordered[places[known]]].all():
            raise ValueError("two vacancies of a pool cannot have one reference")
        fresh = np.flatnonzero(~known)
        fresh = fresh[sorted(range(len(fresh)), key=lambda at: newcomers.refs[int(fresh[at])])]
        ahead = np.cumsum(np.bincount(places[fresh], minlength=len(ordered) + 1))  # fresh references up to each place
        new_rank = places + ahead[places]
        new_rank[fresh] = places[fresh] + np.arange(len(fresh))
        rows_by_ref = np.insert(ordered, places[fresh], count + fresh)
        rows_by_ref[new_rank[known]] = count + np.flatnonzero(known)
        return np.concatenate([self.ref_rank + ahead[self.ref_rank], new_rank]), rows_by_ref

    def _qualifications_with(self, newcomers: VacancyPool, taken_out: Rows) -> QualificationTable:
        ours, theirs = self.qualifications, newcomers.qualifications
        if len(taken_out) and np.isin(ours.rows, taken_out).any():
            staying = np.arange(len(self))
            staying[taken_out] = -1
            ours = ours.moved(staying)
        if not len(theirs.rows):
            return ours
        return ours.joined(theirs.moved(np.arange(len(self), len(self) + len(newcomers))))


class SomeVacancies(Sequence[Vacancy]):
    """The vacancies at some rows of a longer sequence, taken from there when somebody looks."""

    __slots__ = ("_rows", "_whole")

    def __init__(self, whole: Sequence[Vacancy], rows: Rows) -> None:
        self._whole, self._rows = whole, rows

    @staticmethod
    def of(whole: Sequence[Vacancy], rows: Rows) -> Sequence[Vacancy]:
        """These rows; those of a list, which are at hand, as a list."""
        return [whole[row] for row in rows.tolist()] if isinstance(whole, (list, tuple)) else SomeVacancies(whole, rows)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, row: int) -> Vacancy: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Vacancy]: ...
    def __getitem__(self, row: int | slice) -> Vacancy | Sequence[Vacancy]:
        if isinstance(row, slice):
            return SomeVacancies(self._whole, self._rows[row])
        return self._whole[int(self._rows[row])]

    def read_ahead(self, rows: Rows) -> None:
        """Have these rows at hand, where that makes a difference."""
        read_ahead = getattr(self._whole, "read_ahead", None)
        if read_ahead is not None:
            read_ahead(self._rows[rows])


class Jobs:
    """Some rows of a pool, ascending where they are many; a column is gathered when it is first asked for."""

    __slots__ = ("_examples", "_gathered", "_made", "pool", "rows")

    def __init__(self, pool: VacancyPool, rows: Rows | None) -> None:
        self.pool = pool
        self.rows = rows
        self._gathered: dict[tuple[str, int], Array] = {}
        self._made: dict[object, Any] = {}
        self._examples: dict[Examples, Jobs] = {}

    def __len__(self) -> int:
        return len(self.pool) if self.rows is None else len(self.rows)

    def column(self, name: str, index: int = 0) -> Array:
        """One column at these rows; `index` picks a dimension or a word of a bit set."""
        if self.rows is None:
            whole: Array = self.pool.columns[name][index]
            return whole
        key = (name, index)
        if key not in self._gathered:
            self._gathered[key] = self.pool.columns[name][index].take(self.rows)
        return self._gathered[key]

    def flags(self, name: str, bits: tuple[int, int]) -> npt.NDArray[np.bool_]:
        """Whether a bit set holds any of the bits."""
        words = [(word, mask) for word, mask in enumerate(bits) if mask]
        if not words:
            return np.zeros(len(self), np.bool_)
        found: npt.NDArray[np.bool_] = reduce(
            np.logical_or, ((self.column(name, word) & np.uint64(mask)) != 0 for word, mask in words)
        )
        return found

    def among(self, rows: Rows) -> tuple[Rows, npt.NDArray[np.bool_]]:
        """Where ascending rows of the pool stand in this view, for those that do, and which of them do."""
        if self.rows is None:
            return rows, np.ones(len(rows), np.bool_)
        found = self.once("members", self._find_members)[rows]
        return np.searchsorted(self.rows, rows[found]), found

    def _find_members(self) -> npt.NDArray[np.bool_]:
        members = np.zeros(len(self.pool), np.bool_)
        members[self.rows] = True
        return members

    def examples(self, found: Examples) -> Jobs:
        """A job of each kind as a view of its own, the same for all views cut out of this; they are of no row."""
        if found not in self._examples:
            # No row has this number, so that nothing but what is read can be read of them.
            jobs = Jobs(self.pool, np.full(len(found), len(self.pool)))
            jobs._gathered.update(found.columns)
            self._examples[found] = jobs
        return self._examples[found]

    def alike(self, readings: tuple[Reading, ...]) -> Alike | None:
        """Which of these jobs agree in what is read; `None` where looking at each job costs less."""
        zones = self.pool.zones
        if zones is None or not readings or len(self) < LEAST_ALIKE:
            return None
        found = zones.examples(readings, most=len(self) // JOBS_A_KIND)
        if found is None:
            return None
        sealed = zones.sealed
        return self.once(("alike", readings), lambda: self._find_alike(sealed, found))

    def _find_alike(self, sealed: int, examples: Examples) -> Alike:
        rows = np.arange(len(self)) if self.rows is None else self.rows
        covered = int(np.searchsorted(rows, sealed))
        kinds, number = self.examples(examples), examples.kind_of(rows[:covered])
        if covered == len(rows):
            return Alike(number, kinds, None)
        # Each job behind the sealed rows is of a kind of its own.
        own = len(examples) + np.arange(len(rows) - covered)
        return Alike(np.concatenate([number, own]), kinds, self.once("behind", lambda: self._behind(covered)))

    def _behind(self, covered: int) -> Jobs:
        return self.narrowed(np.arange(covered, len(self)))

    def narrowed(self, kept: Rows) -> Jobs:
        """The view of the jobs at these positions; columns that have been gathered are cut down, not gathered again."""
        narrow = Jobs(self.pool, kept if self.rows is None else self.rows.take(kept))
        narrow._examples = self._examples
        narrow._gathered = {key: column.take(kept) for key, column in self._gathered.items()}
        return narrow

    def once(self, key: object, make: Callable[[], Made]) -> Made:
        """Work something out for this view once, however many parts or answers need it."""
        if key not in self._made:
            self._made[key] = make()
        made: Made = self._made[key]
        return made


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """Jobs of a view by kind: what is found of the example of a kind holds for every job of it."""

    kind_of_job: Rows
    examples: Jobs  # one job of each kind
    behind: Jobs | None  # those of no zone, which are last and numbered on from the kinds


def _filled(space: Space) -> dict[str, Array]:
    return {name: column[:, : space.used] for name, column in space.columns.items()}


def _renumbered(words: Words, theirs: Words) -> Rows:
    """Add their words to a vocabulary; return its number for each of theirs (-1 for -1)."""
    numbers, new = cast(dict[str, int], words), cast(dict[str, int], theirs)  # newcomers have just been laid out
    number_of = np.full(len(new) + 1, -1, np.int64)
    for word, number in new.items():
        if word not in numbers:
            numbers[word] = len(numbers)
        number_of[number] = numbers[word]
    return number_of
