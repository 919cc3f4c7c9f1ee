"""A table of a report: what is counted, of how many, and which cells are withheld."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from evaluation.estimates import Estimate


class Unit(StrEnum):
    """How a column is to be read and printed."""

    WORDS = "words"
    COUNT = "count"
    SHARE = "share"  # of the row's denominator; an `Estimate` or a number from 0 to 1
    NUMBER = "number"
    WEEKS = "weeks"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """In place of a value: fewer people than may be told of, or the cell from which such a one could be worked out."""

    complement: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaid:
    """In place of a value: the data cannot say, and why, as a sentence."""

    why: str


Cell = str | int | float | Estimate | Withheld | Unsaid | None  # None: does not apply


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The head of a column; `name` is its key in CSV and JSON."""

    name: str
    words: str
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """A table as the report shows it, in every form; `name` is the stem of its files."""

    name: str
    title: str
    says: str  # one or two plain sentences: what it shows, of whom, and how to read it
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = field(default=())
