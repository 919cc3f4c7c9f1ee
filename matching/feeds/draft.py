"""What a feed hands on: a row in the interchange format with its place, or a sentence about what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

from matching.errors import Problem, Where

# The two forms of a table.
Form = Literal["csv", "xlsx"]


class Kind(StrEnum):
    """What the rows of a feed describe."""

    VACANCIES = "vacancies"
    PROFILES = "profiles"

    @property
    def ref(self) -> str:
        """The field that holds the reference of a row."""
        return {Kind.VACANCIES: "vacancy_ref", Kind.PROFILES: "participant_ref"}[self]


class Progress(Protocol):
    """Is told how far the reading has come; the command line draws it."""

    def __call__(self, *, done_bytes: int, total_bytes: int) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One row: content in the interchange format, not yet validated, and where it stands.

    `derived` names fields that were worked out and not stated, such as `location.postcode`. `notes` are for a person
    to read and reach no matcher. A draft with `problems` is refused, whatever its content; `warnings` refuse nothing.
    """

    where: Where
    content: object
    derived: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Warned:
    """Something worth saying that refuses no row, such as a file of an unknown kind in a folder."""

    problem: Problem


Reading = Draft | Problem | Warned
