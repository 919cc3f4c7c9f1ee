"""Say what went wrong in a sentence that a specialist could read: four families of error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True, slots=True)
class Where:
    """A place in the input: a file, a row within it, and a field within the row."""

    file: str = ""
    row: str = ""
    field: str = ""

    def inside(self, name: str) -> Where:
        """Return the place of a member, such as `hours.min`."""
        return replace(self, field=f"{self.field}.{name}" if self.field else name)

    def at(self, index: int) -> Where:
        """Return the place of a list member, counted from 1 as people count."""
        return replace(self, field=f"{self.field}[{index + 1}]")

    def __str__(self) -> str:
        return ", ".join(part for part in (self.file, self.row, self.field) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the input: where it is and what would be right."""

    where: Where
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if str(self.where) else self.message


class MatchingError(Exception):
    """Base of every error that this package raises on purpose."""


class Invalid(MatchingError):
    """What was given cannot be taken; `problems` names every reason, never only the first."""

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        if isinstance(problems, str):
            problems = [Problem(Where(), problems)]
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class NotPermitted(MatchingError):
    """The person who asks may not do this."""


class NotFound(MatchingError):
    """What was asked for does not exist, or not for the person who asks."""


class Conflict(MatchingError):
    """Something changed in the meantime, so this can no longer be done as asked."""


class Stale(Conflict):
    """What is to be changed has changed since it was read; `current` says what it is now, so that nothing is lost."""

    def __init__(self, message: str, *, version: int, current: Mapping[str, Any] | None = None) -> None:
        self.version = version
        self.current = dict(current or {})
        super().__init__(message)


class NotSignedIn(MatchingError):
    """Nobody is signed in, or not far enough."""


class TooMany(MatchingError):
    """Too much was asked in too short a time; `seconds` is how long to wait."""

    def __init__(self, message: str, *, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(message)


def suggestion(word: str, options: Iterable[str]) -> str:
    """Return ` (did you mean ...?)` if an option is close to the word.

    >>> suggestion("titel", ["title", "tasks"])
    " (did you mean 'title'?)"
    """
    close = get_close_matches(word, list(options), n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""
