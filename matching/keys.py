"""Names and digests of rows, a million of them: those of a file where they lie, and those that came later beside them.

Lists and dictionaries of a million words would take seconds to read at a start, and a copy of them for every change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

KEY_BYTES: Final = 16

Keys = NDArray[np.void]  # KEY_BYTES each
Numbers = NDArray[np.int64]


def key_of(text: str) -> bytes:
    """What a word is known by where the word itself is not kept."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


class Names(Sequence[str]):
    """Names by row. Longer ones share what they have in common; a sequence that somebody holds never changes."""

    __slots__ = ("_content", "_count", "_ends", "_later", "_sealed")

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._content: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._ends: NDArray[np.int64] = np.zeros(0, np.int64)
        self._sealed = 0
        self._later = list(names)
        self._count = len(self._later)

    @classmethod
    def of_arrays(cls, content: NDArray[np.uint8], ends: NDArray[np.int64]) -> Names:
        """Take over names as `arrays` returned them, where they lie."""
        names = cls()
        names._content, names._ends = content, ends
        names._sealed = names._count = len(ends)
        return names

    def arrays(self, rows: Numbers | None = None) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The names of these rows (all if none are given), in their order: their bytes, and where each one ends."""
        chosen = self if rows is None else (self[row] for row in rows.tolist())
        encoded = [name.encode("utf-8", "surrogatepass") for name in chosen]
        ends = np.cumsum([len(name) for name in encoded], dtype=np.int64)
        return np.frombuffer(b"".join(encoded), np.uint8), ends

    def extended(self, more: Iterable[str]) -> Names:
        """These names and more behind them."""
        longer = Names()
        longer._content, longer._ends, longer._sealed = self._content, self._ends, self._sealed
        # Whoever is first to go on from here goes on in the same list; another begins a list of its own.
        shared = self._count - self._sealed == len(self._later)
        longer._later = self._later if shared else self._later[: self._count - self._sealed]
        longer._later.extend(more)
        longer._count = longer._sealed + len(longer._later)
        return longer

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(self._count))]
        row = int(row)
        if row < 0:
            row += self._count
        if not 0 <= row < self._count:
            raise IndexError("there is no such row")
        if row >= self._sealed:
            return self._later[row - self._sealed]
        start = int(self._ends[row - 1]) if row else 0
        return self._content[start : int(self._ends[row])].tobytes().decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return (self[row] for row in range(self._count))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (Names, list, tuple)):
            return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Names({self._count})"


class Numbering:
    """The number of each key: those of a file found by bisection, later ones in a dictionary.

    It grows in place, for one writer and any number of readers; a number, once given, stays.
    """

    __slots__ = ("_in_order", "_later", "_number_in_order")

    def __init__(self, numbers: Mapping[bytes, int] | None = None) -> None:
        self._in_order: Keys = np.zeros(0, f"V{KEY_BYTES}")
        self._number_in_order: Numbers = np.zeros(0, np.int64)
        self._later: dict[bytes, int] = dict(numbers or {})

    @classmethod
    def of_arrays(cls, keys: NDArray[np.uint8], numbers: Numbers) -> Numbering:
        """Take over keys in ascending order (rows x KEY_BYTES) and their numbers, where they lie."""
        numbering = cls()
        numbering._in_order = _whole(keys)
        numbering._number_in_order = numbers
        return numbering

    @classmethod
    def of_rows(cls, keys: NDArray[np.uint8]) -> Numbering:
        """Number keys by their row (rows x KEY_BYTES)."""
        return cls.of_arrays(*in_order(keys))

    def get(self, key: bytes) -> int | None:
        """The number of a key, `None` if it has none."""
        later = self._later.get(key)
        if later is not None or not len(self._in_order):
            return later
        place = _place(self._in_order, key)
        if place == len(self._in_order) or self._in_order[place].tobytes() != key:
            return None
        return int(self._number_in_order[place])

    def put(self, key: bytes, number: int) -> None:
        """Give a key that has no number this one."""
        self._later[key] = number

    def __len__(self) -> int:
        return len(self._in_order) + len(self._later)

    def copied(self) -> Numbering:
        """The same numbers, to go on apart."""
        apart = Numbering(self._later)
        apart._in_order, apart._number_in_order = self._in_order, self._number_in_order
        return apart


class Vocabulary:
    """The number of each word, where the words themselves are not kept."""

    __slots__ = ("numbering",)

    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering

    def get(self, word: str, default: int = -1) -> int:
        """The number of a word, or the default if it has none."""
        number = self.numbering.get(key_of(word))
        return default if number is None else number

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.numbering.get(key_of(word)) is not None

    def __getitem__(self, word: str) -> int:
        number = self.numbering.get(key_of(word))
        if number is None:
            raise KeyError(word)
        return number

    def __setitem__(self, word: str, number: int) -> None:
        self.numbering.put(key_of(word), number)

    def __len__(self) -> int:
        return len(self.numbering)

    def copy(self) -> Vocabulary:
        """The same words, to go on apart."""
        return Vocabulary(self.numbering.copied())


def in_order(keys: NDArray[np.uint8], numbers: Numbers | None = None) -> tuple[NDArray[np.uint8], Numbers]:
    """Keys (rows x KEY_BYTES) in ascending order, and the number of each: its row unless others are given."""
    # Two big-endian words sort as the bytes do.
    words = np.ascontiguousarray(keys).view(">u8").reshape(-1, 2)
    order = np.lexsort((words[:, 1], words[:, 0]))
    return keys[order], order.astype(np.int64) if numbers is None else numbers[order]


def keys_in_order(numbering: Numbering) -> tuple[NDArray[np.uint8], Numbers]:
    """What `Numbering.of_arrays` takes over."""
    later = numbering._later
    keys = np.concatenate(
        [
            _bytes(numbering._in_order),
            np.frombuffer(b"".join(later), np.uint8).reshape(-1, KEY_BYTES),
        ]
    )
    numbers = np.concatenate([numbering._number_in_order, np.fromiter(later.values(), np.int64, len(later))])
    return in_order(keys, numbers)


def numbered_words(words: Vocabulary | Mapping[str, int]) -> tuple[NDArray[np.uint8], Numbers]:
    """The keys of a vocabulary's words in ascending order, and their numbers."""
    if isinstance(words, Vocabulary):
        return keys_in_order(words.numbering)
    return in_order(keys_of(words), np.fromiter(words.values(), np.int64, len(words)))


def keys_of(words: Iterable[str]) -> NDArray[np.uint8]:
    """The keys of words: rows x KEY_BYTES."""
    return np.frombuffer(b"".join(map(key_of, words)), np.uint8).reshape(-1, KEY_BYTES)


def _whole(keys: NDArray[np.uint8]) -> Any:
    return np.ascontiguousarray(keys).view(f"V{KEY_BYTES}").reshape(-1)


def _bytes(keys: Keys) -> NDArray[np.uint8]:
    return keys.view(np.uint8).reshape(-1, KEY_BYTES)


def _place(keys: Keys, wanted: bytes) -> int:
    low, high = 0, len(keys)
    while low < high:
        middle = (low + high) // 2
        if keys[middle].tobytes() < wanted:
            low = middle + 1
        else:
            high = middle
    return low
