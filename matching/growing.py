"""Arrays that grow at their end: a longer one shares its memory with the shorter ones, which never change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

# When room for more is made: a part of what is there, and so much more.
SPARE_PART: Final = 8
LEAST_SPARE: Final = 1024


@dataclass(slots=True)
class _Room:
    space: NDArray[Any]
    used: int


@dataclass(frozen=True, slots=True, eq=False)
class Growing:
    """One column of values by row. One thread at a time may extend it, and whatever grew out of it."""

    _room: _Room
    count: int

    @classmethod
    def of(cls, values: NDArray[Any]) -> Growing:
        """Begin with these values, which the caller must not change any more."""
        return cls(_Room(space=values, used=len(values)), len(values))

    def __len__(self) -> int:
        return self.count

    @property
    def values(self) -> NDArray[Any]:
        """The values by row."""
        return self._room.space[: self.count]

    def extended(self, more: NDArray[Any]) -> Growing:
        """These values and more behind them."""
        room, total = self._room, self.count + len(more)
        if room.used != self.count or total > len(room.space):
            space = np.empty(total + self.count // SPARE_PART + LEAST_SPARE, room.space.dtype)
            space[: self.count] = self.values
            room = _Room(space=space, used=self.count)
        room.space[self.count : total] = more
        room.used = total
        return Growing(room, total)
