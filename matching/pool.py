"""Vacancies as columns: facts in arrays, one row a vacancy, so that an aspect judges one or a million alike."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, TypeVar, cast

import numpy as np
import numpy.typing as npt

from matching.columns import Array, QualificationTable, Rows, digests_of
from matching.model.vacancy import Vacancy
from matching.model.work import WorkPattern
from matching.patterns import Patterns, Stretches, pattern_key

Made = TypeVar("Made")

VOCABULARIES: Final = {"employer": "employers", "outcode": "outcodes", "sector": "sectors"}
# When room for further rows is made: a part of the rows that are there, and so many more.
SPARE_PART: Final = 8
LEAST_SPARE_ROWS: Final = 1024


@dataclass(slots=True)
class _Space:
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
    employers: Mapping[str, int]
    outcodes: Mapping[str, int]
    sectors: Mapping[str, int]
    vacancies: Sequence[Vacancy] = ()
    gone: npt.NDArray[np.bool_] | None = None  # rows that were taken out: never open and not found by reference
    rows_by_ref: Rows | None = None  # by rank, the latest row of each reference
    digests: npt.NDArray[np.uint8] | None = None  # of each vacancy as it was read, rows x bytes
    pattern_numbers: Mapping[WorkPattern, int] = field(default_factory=dict)
    space: _Space | None = field(default=None, repr=False)

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
        return replace(self, columns={**self.columns, **columns}, space=None)

    def joined(self, newcomers: VacancyPool, *, gone: Iterable[int] = ()) -> VacancyPool:
        """Take some rows out and put the rows of another pool behind; this pool stays as it is.

        Raises `ValueError` if two rows would have one reference. One thread at a time may join onto a pool and
        whatever grew out of it; readers need not wait.
        """
        count, total = len(self), len(self) + len(newcomers)
        is_gone = np.zeros(total, np.bool_)
        if self.gone is not None:
            is_gone[:count] = self.gone
        if newcomers.gone is not None:
            is_gone[count:] = newcomers.gone
        taken_out = np.array(list(gone), np.int64)
        is_gone[taken_out] = True
        refs = [*self.refs, *newcomers.refs]
        ref_rank, rows_by_ref = self._ranks_with(newcomers, is_gone, refs)
        grows, space = self._with_space(len(newcomers))
        patterns, numbers = grows.patterns, _writable(grows.pattern_numbers)
        new_patterns, pattern_of = _renumbered(numbers, newcomers.pattern_numbers, first_new=len(patterns))
        renumbered = {
            "pattern": pattern_of,
            **{
                column: _renumbered(_writable(getattr(grows, words)), getattr(newcomers, words))[1]
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
            patterns=_joined_patterns(patterns, Patterns.of(new_patterns)) if new_patterns else patterns,
            qualifications=self._qualifications_with(newcomers, taken_out),
            refs=refs,
            ref_rank=ref_rank,
            vacancies=[*self.vacancies, *newcomers.vacancies],
            gone=is_gone if is_gone.any() else None,
            rows_by_ref=rows_by_ref,
            digests=np.concatenate([self.vacancy_digests, newcomers.vacancy_digests]),
            space=space,
        )

    def kept(self, rows: Rows) -> VacancyPool:
        """A pool of these rows, which must be present, in this order, with none of what only the others need."""
        new_row = np.full(len(self), -1, np.int64)
        new_row[rows] = np.arange(len(rows))
        vacancies = [self.vacancies[row] for row in rows]
        numbers: dict[WorkPattern, int] = {}
        pattern = self.columns["pattern"][0][rows]
        new_pattern = np.full(len(self.patterns) + 1, -1, np.int32)
        for number, place in zip(*np.unique(pattern, return_index=True), strict=True):
            if number >= 0:
                new_pattern[number] = numbers.setdefault(pattern_key(vacancies[place].pattern), len(numbers))
        columns = {name: column.take(rows, axis=1) for name, column in self.columns.items()}
        columns["pattern"] = new_pattern[pattern][None, :]
        refs = [self.refs[row] for row in rows]
        rows_by_ref = np.argsort(self.ref_rank[rows], kind="stable")
        ref_rank = np.empty(len(rows), np.int64)
        ref_rank[rows_by_ref] = np.arange(len(rows))
        return replace(
            self,
            columns=columns,
            patterns=Patterns.of(numbers),
            qualifications=self.qualifications.moved(new_row),
            refs=refs,
            ref_rank=ref_rank,
            vacancies=vacancies,
            gone=None,
            rows_by_ref=rows_by_ref,
            digests=self.vacancy_digests[rows],
            pattern_numbers=numbers,
            space=None,
        )

    @property
    def vacancy_digests(self) -> npt.NDArray[np.uint8]:
        """The digest of each vacancy as it was read, rows x bytes."""
        if self.digests is None:
            return digests_of(self.vacancies)
        return self.digests

    def _with_space(self, more: int) -> tuple[VacancyPool, _Space]:
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
        return grows, _Space(columns=columns, used=len(self))

    def _apart(self) -> VacancyPool:
        """The same pool with vocabularies of its own, and no space yet."""
        ours = len(self.patterns)
        return replace(
            self,
            employers=dict(self.employers),
            outcodes=dict(self.outcodes),
            sectors=dict(self.sectors),
            # Another pool that grew out of this one may have numbered patterns that are not among ours.
            pattern_numbers={key: number for key, number in self.pattern_numbers.items() if number < ours},
            space=None,
        )

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


class Jobs:
    """Some rows of a pool; a column is gathered when it is first asked for."""

    __slots__ = ("_gathered", "_made", "pool", "rows")

    def __init__(self, pool: VacancyPool, rows: Rows | None) -> None:
        self.pool = pool
        self.rows = rows
        self._gathered: dict[tuple[str, int], Array] = {}
        self._made: dict[object, Any] = {}

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
        found = np.zeros(len(self), np.bool_)
        for word, mask in enumerate(bits):
            if mask:
                found |= (self.column(name, word) & np.uint64(mask)) != 0
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

    def narrowed(self, kept: Rows) -> Jobs:
        """The view of the jobs at these positions; columns that have been gathered are cut down, not gathered again."""
        if self.rows is None:
            return Jobs(self.pool, kept)
        narrow = Jobs(self.pool, self.rows.take(kept))
        narrow._gathered = {key: column.take(kept) for key, column in self._gathered.items()}
        return narrow

    def once(self, key: object, make: Callable[[], Made]) -> Made:
        """Work something out for this view once, however many parts or answers need it."""
        if key not in self._made:
            self._made[key] = make()
        made: Made = self._made[key]
        return made


def _filled(space: _Space) -> dict[str, Array]:
    return {name: column[:, : space.used] for name, column in space.columns.items()}


def _renumbered(
    numbers: dict[Any, int], words: Mapping[Any, int], *, first_new: int | None = None
) -> tuple[list[Any], Rows]:
    """Add words to a vocabulary; return those that are new to it, and its number for each of theirs (-1 for -1)."""
    new: list[Any] = []
    number_of = np.full(len(words) + 1, -1, np.int64)
    start = len(numbers) if first_new is None else first_new
    for word, theirs in words.items():
        if word not in numbers:
            numbers[word] = start + len(new)
            new.append(word)
        number_of[theirs] = numbers[word]
    return new, number_of


def _writable(words: Mapping[Any, int]) -> dict[Any, int]:
    """The dictionary behind a vocabulary; only the pool that owns its space may write into it."""
    return cast(dict[Any, int], words)


def _joined_patterns(one: Patterns, two: Patterns) -> Patterns:
    patterns, pieces = len(one), len(one.starts)
    covering, stretches = len(one.stretches.pieces), len(one.stretches.pattern)
    return Patterns(
        kind=np.concatenate([one.kind, two.kind]),
        first=np.concatenate([one.first, two.first[1:] + pieces]),
        starts=np.concatenate([one.starts, two.starts]),
        ends=np.concatenate([one.ends, two.ends]),
        overlapping=np.concatenate([one.overlapping, two.overlapping + patterns]),
        pattern_of_piece=np.concatenate([one.pattern_of_piece, two.pattern_of_piece + patterns]),
        length=np.concatenate([one.length, two.length]),
        stretches=Stretches(
            np.concatenate([one.stretches.pattern, two.stretches.pattern + patterns]),
            np.concatenate([one.stretches.minutes, two.stretches.minutes]),
            # Of no stretches there is still one beginning.
            np.concatenate(
                [one.stretches.first[:stretches], two.stretches.first[: len(two.stretches.pattern)] + covering]
            ),
            np.concatenate([one.stretches.pieces, two.stretches.pieces + pieces]),
        ),
    )
