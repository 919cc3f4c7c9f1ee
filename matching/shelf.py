"""Vacancies as values, for sentences: the few that are spoken of are at hand, the others stay where they are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, overload

import numpy as np

from matching.columns import Rows
from matching.errors import NotFound
from matching.growing import Growing
from matching.keys import Names
from matching.model.vacancy import Vacancy

VersionKey = tuple[str, int]  # a vacancy's id, and which version of it
ReadVacancies = Callable[[Sequence[VersionKey]], Sequence[Vacancy | None]]

#: Vacancies that are at hand, for each organisation: some 3 kB each.
MOST_AT_HAND: Final = 20_000


class Shelf:
    """The versions of vacancies that were asked for last; a version never changes. Safe to use from many threads."""

    def __init__(self, read: ReadVacancies, *, most: int = MOST_AT_HAND) -> None:
        """Read versions with `read`, many at once, `None` for one that is not there."""
        self._read = read
        self._most = most
        self._held: OrderedDict[VersionKey, Vacancy] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, key: VersionKey, vacancy: Vacancy) -> None:
        """Have a version at hand."""
        with self._lock:
            self._held[key] = vacancy
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)

    def read(self, keys: Sequence[VersionKey]) -> list[Vacancy]:
        """These versions, in order; raises `NotFound` if one is there no more."""
        with self._lock:
            found = {key: self._held[key] for key in keys if key in self._held}
            for key in found:
                self._held.move_to_end(key)
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        for key, vacancy in zip(missing, self._read(missing) if missing else (), strict=True):
            if vacancy is None:
                raise NotFound("The words of this role are there no more.")
            self.put(key, vacancy)
            found[key] = vacancy
        return [found[key] for key in keys]


class StoredVacancies(Sequence[Vacancy]):
    """The vacancies of a pool by row, each read when somebody looks at it."""

    __slots__ = ("_ids", "_shelf", "_versions")

    def __init__(self, ids: Names, versions: Growing, shelf: Shelf) -> None:
        """The vacancy of a row is its version of the one with this id."""
        self._ids, self._versions, self._shelf = ids, versions, shelf

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, row: int) -> Vacancy: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Vacancy]: ...
    def __getitem__(self, row: int | slice) -> Vacancy | Sequence[Vacancy]:
        if isinstance(row, slice):
            rows = np.arange(*row.indices(len(self)))
            return self._shelf.read([self._key(each) for each in rows.tolist()])
        return self._shelf.read([self._key(int(row))])[0]

    def read_ahead(self, rows: Rows) -> None:
        """Read these at once, as they are about to be looked at."""
        self._shelf.read([self._key(row) for row in rows.tolist()])

    def extended(self, ids: Names, versions: Growing) -> StoredVacancies:
        """The same vacancies and more behind them, by the ids and versions of all."""
        return StoredVacancies(ids, versions, self._shelf)

    def _key(self, row: int) -> VersionKey:
        if row < 0:
            row += len(self)
        return self._ids[row], int(self._versions.values[row])
