"""Vacancies as columns: facts in arrays, one row a vacancy, so that an aspect judges one or a million alike."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any, Final, TypeVar, cast

import numpy as np
import numpy.typing as npt

from matching.model.adjustment import Offer
from matching.model.sensory import PeakShare, SensoryDimension
from matching.model.vacancy import (
    Contract,
    DbsLevel,
    DrivingAsked,
    RegulatedActivity,
    Vacancy,
    VacancySource,
    VacancyStatus,
    normalised_employer,
)
from matching.model.work import (
    MINUTES_A_WEEK,
    MOST_WEEKLY_HOURS,
    Negotiable,
    Pay,
    Remote,
    WorkPattern,
)
from matching.patterns import Patterns, Stretches
from matching.places import Postcode, SectorTable, parse_postcode
from matching.taxonomy import Catalogue

Array = npt.NDArray[Any]
Made = TypeVar("Made")
Rows = npt.NDArray[np.int64]

UNKNOWN: Final = 255  # in uint8 columns
NO_DATE: Final = 0
DIMENSIONS: Final = tuple(SensoryDimension)
REMOTE_STEPS: Final = tuple(Remote)
PEAK_SHARES: Final = tuple(PeakShare)
DBS_LEVELS: Final = tuple(DbsLevel)
DRIVING_ASKED: Final = tuple(DrivingAsked)
SOURCES: Final = tuple(VacancySource)
CONTRACTS: Final = tuple(Contract)
WEEKS_A_YEAR: Final = 52
DIGEST_BYTES: Final = 32
BEYOND_PENNIES: Final = Decimal(10) ** 15
STATED_PRIOR_SPREAD: Final = 1.0  # levels, where a file states a prior of its own

# Every column: its type, and how many values a row has. A column of several is stored value by value
# (shape: values x rows), so that one dimension or one word of a bit set is contiguous.
COLUMNS: Final[Mapping[str, tuple[type[np.generic], int]]] = {
    "open": (np.bool_, 1),
    "opens_on": (np.int32, 1),
    "closes_on": (np.int32, 1),
    "hours_least": (np.float64, 1),  # hours a week, NaN unknown
    "hours_most": (np.float64, 1),
    "least_minutes": (np.int32, 1),  # the same in whole minutes, rounded up; -1 unknown
    "most_minutes": (np.int32, 1),  # a whole week where unknown
    "negotiable": (np.bool_, 1),
    "pattern": (np.int32, 1),  # row of `Patterns`, -1 unknown
    "easting": (np.float64, 1),  # metres, NaN where the place is missing or not in the table
    "northing": (np.float64, 1),
    "outcode": (np.int32, 1),  # position in `VacancyPool.outcodes`, -1 missing
    "sector": (np.int32, 1),  # position in `VacancyPool.sectors`, -1 where only the outcode is known
    "remote": (np.uint8, 1),  # position in REMOTE_STEPS
    "hourly_least": (np.float64, 1),  # pounds; NaN for pay by the year without any hours
    "hourly_most": (np.float64, 1),
    "offered": (np.uint64, 2),  # bit sets over the catalogue of adjustments
    "refused": (np.uint64, 2),
    "typical": (np.uint8, len(DIMENSIONS)),
    "peak": (np.uint8, len(DIMENSIONS)),
    "peak_share": (np.uint8, len(DIMENSIONS)),
    "can_leave": (np.uint8, len(DIMENSIONS)),
    "prior_mean": (np.float32, len(DIMENSIONS)),  # level that the occupation suggests, NaN without
    "prior_spread": (np.float32, len(DIMENSIONS)),
    "lift_kg": (np.float64, 1),
    "stand_minutes": (np.float64, 1),
    "walk_minutes": (np.float64, 1),
    "climb": (np.uint8, 1),
    "dbs": (np.uint8, 1),
    "driving": (np.uint8, 1),
    "minimum_age": (np.int16, 1),  # -1 unknown
    "regulated_children": (np.uint8, 1),
    "regulated_adults": (np.uint8, 1),
    "settings_known": (np.bool_, 1),
    "settings": (np.uint8, 1),  # bit set over the catalogue of role exclusions
    "qualifications_known": (np.bool_, 1),
    "employer": (np.int32, 1),  # position in `VacancyPool.employers`
    "task_tags": (np.uint64, 2),
    "facts_checked_on": (np.int32, 1),  # ordinal, 0 unknown
    "family": (np.int16, 1),  # job family of the nearest occupation, -1 unknown
    "source": (np.int8, 1),  # position in SOURCES
    "contract": (np.int8, 1),  # position in CONTRACTS, -1 unknown
}


@dataclass(frozen=True, slots=True)
class QualificationTable:
    """Who asks for which qualification: one line an asking, sorted by slug, then by row."""

    slugs: tuple[str, ...]
    first: npt.NDArray[np.int64]  # lines of slug s are first[s]:first[s + 1]
    rows: Rows
    weeks: npt.NDArray[np.float64]  # weeks in which it can be had, NaN unknown

    @property
    def slug_of_line(self) -> npt.NDArray[np.int64]:
        """Position in `slugs` of each line."""
        return np.repeat(np.arange(len(self.slugs)), np.diff(self.first))

    def moved(self, new_row: Rows) -> QualificationTable:
        """The same askings at the new row of each old row; those of rows that have none (-1) are left out."""
        rows = new_row[self.rows]
        kept = rows >= 0
        return QualificationTable._laid_out(self.slugs, self.slug_of_line[kept], rows[kept], self.weeks[kept])

    def joined(self, other: QualificationTable) -> QualificationTable:
        """The askings of both tables."""
        slugs = tuple(sorted({*self.slugs, *other.slugs}))
        numbers = [
            np.searchsorted(slugs, table.slugs)[table.slug_of_line] if table.slugs else table.slug_of_line
            for table in (self, other)
        ]
        return QualificationTable._laid_out(
            slugs,
            np.concatenate(numbers),
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.weeks, other.weeks]),
        )

    @staticmethod
    def _laid_out(
        slugs: tuple[str, ...],
        slug_of_line: npt.NDArray[np.int64],
        rows: Rows,
        weeks: npt.NDArray[np.float64],
    ) -> QualificationTable:
        """Sort lines, and leave out slugs for which nobody asks any more."""
        order = np.lexsort((rows, slug_of_line))
        counts = np.bincount(slug_of_line, minlength=len(slugs))
        asked = np.flatnonzero(counts)
        first = np.concatenate([[0], np.cumsum(counts[asked])]).astype(np.int64)
        return QualificationTable(tuple(slugs[number] for number in asked), first, rows[order], weeks[order])

    @staticmethod
    def of(askings: Iterable[tuple[str, int, float]]) -> QualificationTable:
        """Build the table from (slug, row, weeks)."""
        lines = sorted(askings, key=lambda line: line[:2])
        slugs = tuple(dict.fromkeys(slug for slug, _, _ in lines))
        counts = dict.fromkeys(slugs, 0)
        for slug, _, _ in lines:
            counts[slug] += 1
        first = np.cumsum([0, *(counts[slug] for slug in slugs)]).astype(np.int64)
        rows = np.array([row for _, row, _ in lines], np.int64)
        return QualificationTable(slugs, first, rows, np.array([weeks for _, _, weeks in lines], np.float64))


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
            return _digests(self.vacancies)
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


VOCABULARIES: Final = {"employer": "employers", "outcode": "outcodes", "sector": "sectors"}
# When room for further rows is made: a part of the rows that are there, and so many more.
SPARE_PART: Final = 8
LEAST_SPARE_ROWS: Final = 1024


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


def pattern_key(pattern: WorkPattern) -> WorkPattern:
    """What tells patterns apart: kind and shifts; how early they are told does not."""
    return WorkPattern(kind=pattern.kind, shifts=pattern.shifts)


def _digests(vacancies: Sequence[Vacancy]) -> npt.NDArray[np.uint8]:
    """Digests of vacancies as bytes; a vacancy that was not read from anywhere has none, and zeros stand for it."""
    whole = bytes.fromhex("".join(vacancy.digest or "00" * DIGEST_BYTES for vacancy in vacancies))
    return np.frombuffer(whole, np.uint8).reshape(len(vacancies), DIGEST_BYTES)


def bits(positions: Iterable[int]) -> tuple[int, int]:
    """Two 64-bit words with the given bits set.

    >>> bits([0, 65])
    (1, 2)
    """
    whole = 0
    for position in positions:
        whole |= 1 << position
    return whole & (2**64 - 1), whole >> 64


def hourly_range(pay: Pay, *, least_hours: float | None, most_hours: float | None) -> tuple[float, float]:
    """Least and most pay by the hour, in pounds, however the unknown hours are filled in.

    Pay by the year is divided by 52 times the weekly hours and rounded to the nearest penny, halves up.
    NaN says that no filling counts: pay by the year without any hours.

    >>> hourly_range(Pay(annual=24000.0), least_hours=20.0, most_hours=30.0)
    (15.38, 23.08)
    """
    if pay.hourly is not None:
        return pay.hourly, pay.hourly
    if pay.annual is None:
        return 0.0, math.inf
    if not least_hours and not most_hours:
        return math.nan, math.nan
    least = _hourly(pay.annual, most_hours if most_hours is not None else MOST_WEEKLY_HOURS)
    most = _hourly(pay.annual, least_hours) if least_hours else (math.inf if pay.annual else 0.0)
    return least, most


def _hourly(annual: float, weekly_hours: float) -> float:
    exact = Decimal(str(annual)) / (WEEKS_A_YEAR * Decimal(str(weekly_hours)))
    # Of hardly any hours the pay by the hour has more digits than can be cut, and no need of pennies.
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP) if exact < BEYOND_PENNIES else exact)


def whole_minutes(hours: float) -> int:
    """Hours as minutes, a part of a minute rounded up: a sum of whole minutes reaches both or neither.

    >>> whole_minutes(7.6)
    456
    """
    return int((Decimal(str(hours)) * 60).to_integral_value(ROUND_CEILING))


@dataclass(slots=True)
class _Vocabulary:
    """Words numbered in the order in which they are met."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, word: str) -> int:
        return self.numbers.setdefault(word, len(self.numbers))


def empty_columns(count: int) -> dict[str, Array]:
    """Columns of a pool in which nothing is known yet."""
    columns = {name: np.zeros((values, count), kind) for name, (kind, values) in COLUMNS.items()}
    for name in ("typical", "peak", "peak_share", "can_leave", "climb", "dbs", "driving"):
        columns[name].fill(UNKNOWN)
    for name in ("regulated_children", "regulated_adults"):
        columns[name].fill(UNKNOWN)
    nan_columns = [
        "hours_least",
        "hours_most",
        "easting",
        "northing",
        "prior_mean",
        "prior_spread",
        "lift_kg",
        "stand_minutes",
        "walk_minutes",
    ]
    for name in nan_columns:
        columns[name].fill(np.nan)
    for name in ("least_minutes", "pattern", "outcode", "sector", "minimum_age", "family", "contract"):
        columns[name].fill(-1)
    columns["open"].fill(True)
    columns["closes_on"].fill(date.max.toordinal())
    columns["most_minutes"].fill(MINUTES_A_WEEK)
    columns["hourly_most"].fill(np.inf)
    return columns


def build_pool(vacancies: Sequence[Vacancy], *, catalogue: Catalogue, sectors: SectorTable) -> VacancyPool:
    """Lay vacancies out in columns, in their order."""
    columns = empty_columns(len(vacancies))
    employers, outcodes, sector_names = _Vocabulary(), _Vocabulary(), _Vocabulary()
    patterns: dict[WorkPattern, int] = {}
    askings: list[tuple[str, int, float]] = []
    tags = {tag.slug: position for position, tag in enumerate(catalogue.task_tags)}
    adjustments = {entry.slug: position for position, entry in enumerate(catalogue.adjustments)}
    exclusions = {entry.slug: position for position, entry in enumerate(catalogue.role_exclusions)}
    by_activity = {
        entry.regulated_activity: entry.slug for entry in catalogue.role_exclusions if entry.regulated_activity
    }
    places: dict[str, tuple[Postcode, tuple[float, float] | None]] = {}

    for row, vacancy in enumerate(vacancies):

        def put(name: str, value: object, index: int = 0, row: int = row) -> None:
            if value is not None:
                columns[name][index, row] = value

        put("open", vacancy.status is VacancyStatus.OPEN)
        put("opens_on", vacancy.opens_on and vacancy.opens_on.toordinal())
        put("closes_on", vacancy.closes_on and vacancy.closes_on.toordinal())
        put("employer", employers.number(normalised_employer(vacancy.employer)))
        _put_hours_and_pay(put, vacancy)
        if vacancy.pattern.shifts:
            put("pattern", patterns.setdefault(pattern_key(vacancy.pattern), len(patterns)))
        put("remote", REMOTE_STEPS.index(vacancy.place.remote))
        if vacancy.place.postcode is not None:
            text = vacancy.place.postcode
            if text not in places:
                postcode = parse_postcode(text)
                places[text] = (postcode, sectors.centroid(postcode))
            postcode, centroid = places[text]
            put("outcode", outcodes.number(postcode.outcode))
            put("sector", None if postcode.sector is None else sector_names.number(postcode.sector))
            if centroid is not None:
                put("easting", centroid[0])
                put("northing", centroid[1])
        for name, offer in (("offered", Offer.YES), ("refused", Offer.NO)):
            words = bits(adjustments[slug] for slug, said in vacancy.adjustments.items() if said is offer)
            for word, mask in enumerate(words):
                put(name, mask, word)
        _put_sensory(put, vacancy)
        for word, mask in enumerate(bits(tags[tag] for tag in vacancy.task_tags)):
            put("task_tags", mask, word)
        _put_demands(put, vacancy)
        settings = set(vacancy.requirements.settings or ())
        for activity in vacancy.requirements.regulated_activity or ():
            settings.add(by_activity[activity.value])
        put("settings", bits(exclusions[slug] for slug in settings)[0])
        for asked in vacancy.requirements.qualifications or ():
            askings.append((asked.slug, row, math.nan if asked.obtainable_weeks is None else asked.obtainable_weeks))
        put("facts_checked_on", vacancy.facts_checked_on and vacancy.facts_checked_on.toordinal())
        put("source", SOURCES.index(vacancy.source))
        put("contract", None if vacancy.contract is None else CONTRACTS.index(vacancy.contract))

    refs = [vacancy.vacancy_ref for vacancy in vacancies]
    rows_by_ref = np.array(sorted(range(len(refs)), key=refs.__getitem__), np.int64)
    rank = np.empty(len(refs), np.int64)
    rank[rows_by_ref] = np.arange(len(refs))
    return VacancyPool(
        columns=columns,
        patterns=Patterns.of(patterns),
        qualifications=QualificationTable.of(askings),
        refs=refs,
        ref_rank=rank,
        employers=employers.numbers,
        outcodes=outcodes.numbers,
        sectors=sector_names.numbers,
        vacancies=vacancies,
        rows_by_ref=rows_by_ref,
        digests=_digests(vacancies),
        pattern_numbers=patterns,
    )


def _put_hours_and_pay(put: Any, vacancy: Vacancy) -> None:
    hours = vacancy.hours
    put("hours_least", hours.least)
    put("hours_most", hours.most)
    put("least_minutes", None if hours.least is None else whole_minutes(hours.least))
    put("most_minutes", None if hours.most is None else whole_minutes(hours.most))
    put("negotiable", hours.negotiable is not Negotiable.NO)
    least, most = hourly_range(vacancy.pay, least_hours=hours.least, most_hours=hours.most)
    put("hourly_least", least)
    put("hourly_most", most)


def _put_sensory(put: Any, vacancy: Vacancy) -> None:
    for dimension, level in vacancy.sensory.items():
        index = DIMENSIONS.index(dimension)
        if level.is_prior:
            put("prior_mean", level.typical, index)
            put("prior_spread", STATED_PRIOR_SPREAD, index)
            continue
        put("typical", level.typical, index)
        put("peak", level.peak, index)
        put("peak_share", None if level.peak_share is None else PEAK_SHARES.index(level.peak_share), index)
        put("can_leave", level.can_leave, index)


def _put_demands(put: Any, vacancy: Vacancy) -> None:
    physical, requirements = vacancy.physical, vacancy.requirements
    put("lift_kg", physical.lift_kg)
    put("stand_minutes", physical.stand_minutes)
    put("walk_minutes", physical.walk_minutes)
    put("climb", physical.climb)
    put("dbs", None if requirements.dbs is None else DBS_LEVELS.index(requirements.dbs))
    put("driving", None if requirements.driving is None else DRIVING_ASKED.index(requirements.driving))
    put("minimum_age", requirements.minimum_age)
    put("settings_known", requirements.settings is not None)
    put("qualifications_known", requirements.qualifications is not None)
    if requirements.regulated_activity is not None:
        put("regulated_children", RegulatedActivity.CHILDREN in requirements.regulated_activity)
        put("regulated_adults", RegulatedActivity.ADULTS in requirements.regulated_activity)
