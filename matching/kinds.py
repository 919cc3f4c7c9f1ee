"""Kinds of rows: rows that agree in some columns, so that whoever reads these alone need look at one of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from matching.columns import Array, Rows

Mask = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]  # a bit a row, 64 rows a word, the first row in the lowest bit
Planes = Sequence[Words]  # by digit, lowest first

MOST_KINDS: Final = 1 << 16
MOST_STEPS: Final = 40  # of whole words; beyond, to look each row up costs less
WORD_ROWS: Final = 64
NO_ROWS: Final = np.uint64(0)
ALL_ROWS: Final = np.uint64(2**64 - 1)

_SLOT_BITS: Final = 18
_SLOTS: Final = 1 << _SLOT_BITS
_HASH_BITS: Final = 64
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)


class Read(NamedTuple):
    """A column that somebody reads, or some bits of it."""

    column: str
    value: int = 0  # which of the values of a row
    mask: int | None = None

    def of(self, values: Array) -> Array:
        """What is read of values of the column."""
        return values if self.mask is None else values & values.dtype.type(self.mask)


Reading = tuple[Read, ...]  # what is read together


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """The kind of each row, numbered in order of the values that make it."""

    of_row: npt.NDArray[np.uint16]
    values: tuple[Array, ...]  # of what is read: the value of each kind
    _planes: list[Words] = field(default_factory=list, repr=False)

    def __len__(self) -> int:
        return len(self.values[0])

    @property
    def bits(self) -> int:
        """Binary digits of the number of a kind, one at least."""
        return max((len(self) - 1).bit_length(), 1)

    @property
    def planes(self) -> Planes:
        """The rows whose kind has each digit set, lowest digit first; worked out when first asked for."""
        if len(self._planes) < self.bits:
            self._planes[:] = [packed((self.of_row >> np.uint16(bit)) & np.uint16(1)) for bit in range(self.bits)]
        return self._planes[: self.bits]


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Values of what is read together, for every kind that these can make, whether a row is of that kind or not.

    The number of a kind has the digits of its number within each reading, those of the first reading lowest; where a
    reading has fewer kinds than its digits write, the last of them fills up.
    """

    kinds: Sequence[Kinds]
    columns: Mapping[tuple[str, int], Array]  # by column, and which of its values

    @staticmethod
    def of(readings: Sequence[Reading], kinds: Sequence[Kinds]) -> Examples:
        """Make the examples up."""
        numbers = np.arange(1 << sum(each.bits for each in kinds))
        columns: dict[tuple[str, int], Array] = {}
        shift = 0
        for reading, each in zip(readings, kinds, strict=True):
            own = np.minimum((numbers >> shift) & ((1 << each.bits) - 1), len(each) - 1)
            for read, values in zip(reading, each.values, strict=True):
                taken, key = values.take(own), (read.column, read.value)
                # Several readings may each read some bits of a column.
                columns[key] = columns[key] | taken if key in columns else taken
            shift += each.bits
        return Examples(kinds, columns)

    def __len__(self) -> int:
        return 1 << sum(each.bits for each in self.kinds)

    @property
    def planes(self) -> Planes:
        """The sealed rows by the digits of the number of their kind, lowest digit first."""
        return [plane for each in self.kinds for plane in each.planes]

    def kind_of(self, rows: Rows) -> Rows:
        """The number of the kind of each of some sealed rows."""
        number: Rows = self.kinds[0].of_row.take(rows).astype(np.int64)
        shift = self.kinds[0].bits
        for each in self.kinds[1:]:
            number |= each.of_row.take(rows).astype(np.int64) << shift
            shift += each.bits
        return number


def packed(flags: Array) -> Words:
    """Pack a flag a row into words; rows that fill up the last word have none."""
    words = np.zeros(-(-len(flags) // WORD_ROWS), np.uint64)
    flat = np.packbits(flags.astype(np.bool_, copy=False), bitorder="little")
    words.view(np.uint8)[: len(flat)] = flat
    return words


def unpacked(words: Words, count: int) -> Mask:
    """The flag of each of `count` rows."""
    return np.unpackbits(words.view(np.uint8), count=count, bitorder="little").view(np.bool_)


def rows_of_kinds(wanted: Mask, planes: Planes) -> Words | None:
    """The rows whose kind is wanted, from the digits of its number; `None` where that takes too many steps.

    `wanted` has a flag for each number that the digits can write. As in a decision diagram, numbers are told apart by
    their highest digit, then by the next, and parts that want the same are looked at once.
    """
    flags = wanted.tobytes()  # short slices of bytes cost less than those of arrays
    if _is_even(flags):
        return np.full(len(planes[0]), ALL_ROWS if flags[0] else NO_ROWS)
    return None if len(_uneven(flags, set())) > MOST_STEPS else _told_apart(flags, planes, {})


def _is_even(flags: bytes) -> bool:
    """Whether all are wanted, or none is."""
    return flags.count(flags[0]) == len(flags)


def _uneven(flags: bytes, met: set[bytes]) -> set[bytes]:
    """The distinct parts, halved again and again, of which some are wanted and others not."""
    if len(met) <= MOST_STEPS and flags not in met and not _is_even(flags):
        met.add(flags)
        half = len(flags) // 2
        _uneven(flags[:half], met)
        _uneven(flags[half:], met)
    return met


def _told_apart(flags: bytes, planes: Planes, met: dict[bytes, Words]) -> Words:
    if flags in met:
        return met[flags]
    half, plane, lower = len(flags) // 2, planes[-1], planes[:-1]
    low, high = flags[:half], flags[half:]
    if low == high:
        found = _told_apart(low, lower, met)
    elif _is_even(low) and _is_even(high):
        found = plane if high[0] else ~plane
    elif _is_even(low):
        rest = _told_apart(high, lower, met)
        found = ~plane | rest if low[0] else plane & rest
    elif _is_even(high):
        rest = _told_apart(low, lower, met)
        found = plane | rest if high[0] else ~plane & rest
    else:
        one, other = _told_apart(low, lower, met), _told_apart(high, lower, met)
        found = one ^ ((one ^ other) & plane)
    met[flags] = found
    return found


def kinds_of(columns: Sequence[Array]) -> Kinds | None:
    """Sort rows into kinds by the bits of some columns of equal length; `None` if there are more than `MOST_KINDS`."""
    bits = [_bits(column) for column in columns]
    count = len(bits[0])
    mixed = np.zeros(count, np.uint64)
    for each in bits:
        mixed = (mixed ^ each) * _ODD
        mixed ^= mixed >> np.uint64(29)
    mixed *= _ODD
    of_row, examples = np.zeros(count, np.uint16), np.zeros(0, np.int64)
    left = np.arange(count)
    # Rows that fall into one slot without being alike try again by other digits of the mix.
    for shift in range(_HASH_BITS - _SLOT_BITS, 0, -_SLOT_BITS):
        slot = ((mixed[left] >> np.uint64(shift)) & np.uint64(_SLOTS - 1)).astype(np.int64)
        holder = np.full(_SLOTS, -1)
        holder[slot] = left
        taken = np.flatnonzero(holder >= 0)
        if len(examples) + len(taken) > MOST_KINDS:
            return None
        number = np.zeros(_SLOTS, np.int64)
        number[taken] = len(examples) + np.arange(len(taken))
        example = holder[slot]
        same = np.ones(len(left), np.bool_)
        for each in bits:
            same &= each[example] == each[left]
        of_row[left[same]] = number[slot[same]]
        examples = np.concatenate([examples, holder[taken]])
        left = left[~same]
        if not len(left):
            return _numbered(of_row, [column[examples] for column in columns])
    return None


def _numbered(of_row: npt.NDArray[np.uint16], values: Sequence[Array]) -> Kinds:
    """Number kinds by their values, the first of which counts most."""
    order = np.lexsort(values[::-1])
    rank = np.empty(len(order), np.uint16)
    rank[order] = np.arange(len(order))
    return Kinds(rank.take(of_row), tuple(each[order] for each in values))


def _bits(column: Array) -> Words:
    """The bits of each value as a whole number."""
    return column.view(f"u{column.dtype.itemsize}").astype(np.uint64)
