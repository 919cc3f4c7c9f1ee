"""The columns of a pool: their names, types and codes, and who asks for which qualification."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from matching.model.sensory import PeakShare, SensoryDimension
from matching.model.vacancy import Contract, DbsLevel, DrivingAsked, Vacancy, VacancySource
from matching.model.work import MINUTES_A_WEEK, Remote

Array = npt.NDArray[Any]
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
DIGEST_BYTES: Final = 32

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
    "digest": (np.uint64, 4),  # of the vacancy as it was read, its bytes as four words
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


def bits(positions: Iterable[int]) -> tuple[int, int]:
    """Two 64-bit words with the given bits set.

    >>> bits([0, 65])
    (1, 2)
    """
    whole = 0
    for position in positions:
        whole |= 1 << position
    return whole & (2**64 - 1), whole >> 64


def digests_of(vacancies: Sequence[Vacancy]) -> npt.NDArray[np.uint64]:
    """Digests of vacancies, words x rows; one that was not read from anywhere has none, and zeros stand for it."""
    whole = bytes.fromhex("".join(vacancy.digest or "00" * DIGEST_BYTES for vacancy in vacancies))
    return np.ascontiguousarray(np.frombuffer(whole, np.uint64).reshape(len(vacancies), DIGEST_BYTES // 8).T)
