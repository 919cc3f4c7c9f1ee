"""A CSV file of ours, read strictly: its columns as declared, each cell by its reader, each problem by its row."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import zip_longest
from math import inf
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from matching.errors import Invalid, Problem, Where

Value = TypeVar("Value")
Empty = TypeVar("Empty")
Choice = TypeVar("Choice", bound=StrEnum)

Cell = Callable[[str], Value]
"""Reads one cell, or raises ValueError with what is wrong with it; `str` takes any cell as it stands."""

Cells = Mapping[str, Cell[object]]
"""A reader for each column, by its name."""

_BEYOND = "beyond the last column"


class RowStatus(StrEnum):
    """How far a row can be trusted."""

    VERIFIED = "verified"
    DERIVED = "derived"
    UNCONFIRMED = "unconfirmed"
    JUDGEMENT = "judgement"


class Table:
    """One file: its text with plain newlines, its header, and what has been found wrong with it so far."""

    def __init__(self, path: Path) -> None:
        """Take in the file; raise Invalid if it cannot be read as CSV in UTF-8."""
        self.file = path.name
        self.problems: list[Problem] = []
        try:
            self.text = path.read_text(encoding="utf-8")  # in text mode every kind of line end becomes one newline
            self.header, *lines = list(csv.reader(io.StringIO(self.text), strict=True)) or [[]]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise Invalid([Problem(Where(self.file), f"cannot be read: {error}")]) from error
        self._count = len(lines)
        # By column, as reading one reader at a time is quickest; None where a row is short.
        by_column: Iterator[tuple[str | None, ...]] = zip_longest(*lines)
        self._columns = dict(zip([*self.header, _BEYOND], by_column, strict=False))

    def column(self, name: str) -> tuple[str, ...]:
        """Return the cells of a column as they stand."""
        return tuple(cell for cell in self._columns.get(name, ()) if cell is not None)

    def read_columns(self, cells: Cells, *, key: Sequence[str]) -> dict[str, list[Any]]:
        """Read each column; what is wrong is noted, and a cell that cannot be read is left out.

        The file has the columns that `cells` names and no others, and no two rows are alike in all columns of `key`.
        """
        if self._count == 0:
            self.problems.append(Problem(Where(self.file), "holds no rows"))
        for name in Counter(self.header) - Counter(list(cells)):
            self._note(1, name, "is one column too many")
        for number, cell in enumerate(self._columns.get(_BEYOND, ()), start=2):
            if cell is not None:
                self._note(number, _BEYOND, "is not a column: the row has more cells than the header")
        self._note_repeated(key)
        return {name: self._values(name, read) for name, read in cells.items()}

    def read_rows(
        self,
        make: Callable[..., Value],
        cells: Cells,
        *,
        key: Sequence[str],
        check: Callable[[Sequence[Value]], Iterable[Problem]] = lambda rows: (),
    ) -> tuple[Value, ...]:
        """Make a value of each row, or nothing if any cell cannot be read.

        The file has a column for each field of what is made; a field that `cells` does not name is read by its type.
        `check` looks across rows, so it is not asked while any is left out: what cannot be read is not missing.
        """
        columns = self.read_columns({**_read_by_type(make, besides=cells), **cells}, key=key)
        if any(len(column) < self._count for column in columns.values()):
            return ()
        rows = zip(*columns.values(), strict=True)
        made = tuple(make(**dict(zip(columns, row, strict=True))) for row in rows)
        self.problems += check(made)
        return made

    def _values(self, name: str, read: Cell[Value]) -> list[Value]:
        values = []
        for number, cell in enumerate(self._columns.get(name, (None,) * self._count), start=2):
            if cell is None:
                self._note(number, name, "is missing")
                continue
            try:
                values.append(read(cell))
            except ValueError as error:
                self._note(number, name, str(error))
        return values

    def _note_repeated(self, key: Sequence[str]) -> None:
        seen = set()
        keys = zip(*(self._columns.get(name, ()) for name in key), strict=False)
        for number, cells in enumerate(keys, start=2):
            if cells in seen and None not in cells:
                self._note(number, " and ".join(key), f"{' '.join(map(str, cells))!r} is here twice")
            seen.add(cells)

    def _note(self, number: int, name: str, message: str) -> None:
        self.problems.append(Problem(Where(self.file, f"row {number}", name), message))


def raise_problems(tables: Iterable[Table]) -> None:
    """Raise Invalid with all that is wrong with any of the tables, if anything is."""
    problems = [problem for table in tables for problem in table.problems]
    if problems:
        raise Invalid(problems)


def digest(text: str) -> str:
    """Return the first 12 hexadecimal digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def digest_of(tables: Iterable[Table]) -> str:
    """Return the digest of the names and texts of tables, in this order."""
    return digest("".join(f"{table.file}\n{table.text}\n" for table in tables))


# Readers of cells


def text(cell: str) -> str:
    """Take words, without spaces around them."""
    if not cell or cell != cell.strip():
        raise ValueError("must not be empty, nor begin or end with a space")
    return cell


def day(cell: str) -> date:
    """Take a date with dashes; `fromisoformat` alone would take 20260401 and 2026-W14-3 too."""
    try:
        found = date.fromisoformat(cell)
    except ValueError:
        found = None
    if found is None or str(found) != cell:
        raise ValueError(f"{cell!r} is not a date such as 2026-04-01")
    return found


def written_as(grammar: str, *, otherwise: str) -> Cell[str]:
    """Take what a regular expression matches as a whole."""
    pattern = re.compile(grammar)

    def read(cell: str) -> str:
        if not pattern.fullmatch(cell):
            raise ValueError(f"{cell!r} {otherwise}")
        return cell

    return read


def lookup(values: Mapping[str, Value], *, otherwise: str) -> Cell[Value]:
    """Take the words of a mapping, each for what it stands for."""

    def read(cell: str) -> Value:
        if cell not in values:
            raise ValueError(f"{cell!r} {otherwise}")
        return values[cell]

    return read


def one_of(allowed: Collection[str], *, otherwise: str) -> Cell[str]:
    """Take one of some words, such as the keys of another table."""
    return lookup({each: each for each in allowed}, otherwise=otherwise)


@cache
def choice(choices: type[Choice]) -> Cell[Choice]:
    """Take a member of an enumeration by its value."""
    return lookup({each.value: each for each in choices}, otherwise=f"is not one of {', '.join(filter(None, choices))}")


def whole(among: range) -> Cell[int]:
    """Take a whole number of a range."""
    otherwise = f"is not a whole number from {among.start} to {among.stop - 1}"
    return lookup({str(each): each for each in among}, otherwise=otherwise)


def if_filled(read: Cell[Value], *, empty: Empty) -> Cell[Value | Empty]:
    """Take an empty cell too, which stands for `empty`."""
    return lambda cell: read(cell) if cell else empty


def number(*, most: float, otherwise: str) -> Cell[float]:
    """Take a number from 0 on in plain digits; `float` alone would take nan, 1e3 and -1 too."""
    plain = re.compile(r"[0-9]+(\.[0-9]+)?")

    def read(cell: str) -> float:
        if not plain.fullmatch(cell) or float(cell) > most:
            raise ValueError(f"{cell!r} {otherwise}")
        return float(cell)

    return read


slug = written_as("[a-z][a-z0-9_]*", otherwise="is not a slug")

_AMOUNT = number(most=inf, otherwise="is not a number such as 12.71")
_BY_TYPE: Mapping[object, Cell[object]] = {
    str: text,
    date: day,
    float: _AMOUNT,
    float | None: if_filled(_AMOUNT, empty=None),
    bool: lookup({"yes": True, "no": False}, otherwise="is neither yes nor no"),
}


def _read_by_type(make: Callable[..., object], *, besides: Collection[str]) -> dict[str, Cell[object]]:
    types = {name: kind for name, kind in get_type_hints(make).items() if name not in besides}
    return {name: _BY_TYPE.get(kind) or choice(kind) for name, kind in types.items()}
