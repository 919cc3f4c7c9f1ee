"""What is wrong with a history, gathered by kind: the first rows of each are named, and the rest are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching.errors import Invalid, Problem, Where

#: So many rows of one kind are named, and so many of all kinds together.
NAMED_OF_A_KIND = 20
NAMED = 100


@dataclass(slots=True, kw_only=True)
class _Kind:
    """One rule that rows of one file break, in one column."""

    where: Where
    count: int = 0
    named: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """Where a table comes from, and how its rows are told apart by whoever looks into the file."""

    name: str
    counts: str = "row"  # lines of a CSV file, its header being the first; rows of anything else

    def where(self, number: int | None = None, column: str = "") -> Where:
        """A place in the file."""
        return Where(file=self.name, row="" if number is None else f"{self.counts} {number}", field=column)


class Faults:
    """Gathers problems; nothing is raised before everything has been looked at."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str, str], _Kind] = {}

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def add(
        self,
        *,
        file: TableFile,
        column: str,
        rule: str,
        numbers: NDArray[np.int32],
        message: Callable[[int], str],
    ) -> None:
        """Add rows that break a rule: their numbers in the file, and what to say of the one at a place among them."""
        if not len(numbers):
            return
        kind = self._kinds.setdefault((file.name, column, rule), _Kind(where=file.where(column=column)))
        kind.count += len(numbers)
        for place, number in enumerate(numbers[: NAMED_OF_A_KIND - len(kind.named)]):
            kind.named.append(Problem(file.where(int(number), column), message(place)))

    def add_file(self, file: str, message: str) -> None:
        """Add something that is wrong with a whole file."""
        kind = self._kinds.setdefault((file, "", message), _Kind(where=Where(file=file)))
        kind.count = 1
        kind.named = [Problem(Where(file=file), message)]

    def lacks_rows(self, file: TableFile, key: str) -> bool:
        """Whether rows of a file could not be read, or not their key: what names them is not to blame."""
        return any(name == file.name and column in ("", key) for name, column, _ in self._kinds)

    def problems(self) -> Iterator[Problem]:
        """Every kind of problem, in the order found: rows by name as far as they go, and how many more there are."""
        left = NAMED
        for kind in self._kinds.values():
            named = kind.named[: max(left, 1)]  # of every kind one at least
            left -= len(named)
            yield from named
            if kind.count > len(named):
                yield Problem(kind.where, f"and {kind.count - len(named):,} more of this kind")

    def raise_them(self) -> None:
        """Raise Invalid if there is anything."""
        if self._kinds:
            raise Invalid(tuple(self.problems()))
