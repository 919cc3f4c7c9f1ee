"""What a report is made of: a first page in plain words, and sections of tables with their figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.estimates import Estimate
from evaluation.report.drawing import Figure
from evaluation.tables import ReportTable, Unsaid, Withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A table, beneath its figure if it has one; `folded`: the table is long, so it opens on demand."""

    table: ReportTable
    figure: Figure | None = None
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One question of the report, with what answers it."""

    name: str
    title: str
    says: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One of the outcomes that stand side by side: of so many, so many, or why that cannot be said."""

    name: str
    words: str
    whom: str  # of whom it tells, such as "job starts from a list"
    found: Estimate | Withheld | Unsaid
    sentence: str  # the same in a sentence, with its denominator, or why it cannot be said


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPage:
    """What a council officer reads: short sentences, each true without the rest of the report."""

    headlines: tuple[Headline, ...]
    can_say: tuple[str, ...]
    cannot_say: tuple[str, ...]
    for_whom: tuple[str, ...]
    changed: tuple[str, ...]
    rests_on: tuple[str, ...]
    meanings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is written; `about` holds the window, the seed and the digests."""

    about: Mapping[str, Any]
    first_page: FirstPage
    sections: tuple[Section, ...]

    def tables(self) -> Iterator[ReportTable]:
        """Every table, in the order of the page."""
        return (part.table for section in self.sections for part in section.parts)

    def figures(self) -> Iterator[Figure]:
        """Every figure, in the order of the page."""
        return (part.figure for section in self.sections for part in section.parts if part.figure is not None)
