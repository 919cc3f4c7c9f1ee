"""Zones of a pool: rows in order of place, boxes around blocks of them, and kinds of rows, found when asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from matching.columns import REMOTE_STEPS, Array, Rows
from matching.kinds import ALL_ROWS, MOST_KINDS, WORD_ROWS, Examples, Kinds, Reading, Words, kinds_of, packed
from matching.model.work import Remote

Metres = tuple[float, float]


BLOCK_ROWS: Final = 1024
CELL_BITS: Final = 12  # a square of 4096 x 4096 cells holds the National Grid
OFFSET_BITS: Final = 9  # cells of 512 m
ONLY_REMOTE: Final = REMOTE_STEPS.index(Remote.ONLY)
MOST_MADE_UP: Final = 64
BLOCK_WORDS: Final = BLOCK_ROWS // WORD_ROWS


def place_order(easting: Array, northing: Array) -> Rows:
    """Return rows in order of place, those of one place together and those without a place last, ties by row.

    Eastings and northings are metres, NaN where unknown. Cells follow a Hilbert curve, so near rows are near places.
    """
    placed = ~(np.isnan(easting) | np.isnan(northing))
    side = (1 << (CELL_BITS + OFFSET_BITS)) - 1
    east = np.clip(easting[placed], 0, side).astype(np.int64)
    north = np.clip(northing[placed], 0, side).astype(np.int64)
    inside = (1 << OFFSET_BITS) - 1
    key = np.full(len(easting), np.iinfo(np.int64).max)
    key[placed] = (_along_curve(east >> OFFSET_BITS, north >> OFFSET_BITS) << (2 * OFFSET_BITS)) | (
        (east & inside) << OFFSET_BITS | (north & inside)
    )
    return np.argsort(key, kind="stable")


def _along_curve(x: Rows, y: Rows) -> Rows:
    """How far along a Hilbert curve each cell lies: two bits a halving of the square, which turns as it goes down."""
    x, y, along = x.astype(np.int32), y.astype(np.int32), np.zeros(len(x), np.int32)
    for bit in reversed(range(CELL_BITS)):
        right, upper = (x >> bit) & 1, (y >> bit) & 1
        along = along << 2 | (3 * right ^ upper)
        mirrored = np.int32((1 << CELL_BITS) - 1) * (right & (1 - upper))
        x, y = x ^ mirrored, y ^ mirrored
        swapped = (x ^ y) * (1 - upper)
        x, y = x ^ swapped, y ^ swapped
    return along.astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Zones:
    """What is known in advance of the first rows of a pool, which are in order of place; later rows are not covered.

    Pools that grow out of one another share it: these rows stay as they are, whatever comes behind them. It is an
    aid alone, and every answer is the same without it.
    """

    sealed: int  # rows that are covered
    columns: Mapping[str, Array] = field(repr=False)
    anywhere: Words = field(repr=False)  # no travel limit excludes these: no known place, or work at home
    boxes: npt.NDArray[np.float64] = field(repr=False)  # least and most easting and northing (4 x blocks)
    found: dict[Reading, Kinds | None] = field(default_factory=dict, repr=False)
    made_up: dict[tuple[Reading, ...], Examples] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(columns: Mapping[str, Array], *, sealed: int) -> Zones:
        """Look at the first `sealed` rows of some columns (values x rows)."""
        covered = {name: column[:, :sealed] for name, column in columns.items()}
        east, north = covered["easting"][0], covered["northing"][0]
        unplaced = np.isnan(east) | np.isnan(north)
        starts = np.arange(0, sealed, BLOCK_ROWS)
        edges = [
            ends.reduceat(np.where(unplaced, np.nan, metres), starts)
            for metres in (east, north)
            for ends in (np.fmin, np.fmax)
            if sealed
        ]
        return Zones(
            sealed=sealed,
            columns=covered,
            anywhere=packed(unplaced | (covered["remote"][0] == ONLY_REMOTE)),
            boxes=np.array(edges, np.float64).reshape(4, len(starts)),
        )

    def near(self, home: Metres, *, metres: float) -> Words:
        """Sealed rows of all blocks near home, and those that no travel limit excludes.

        What is left out lies more than `metres` from home to the east, west, north or south.
        """
        west, east, south, north = self.boxes
        # A block without any place has no box, and compares as far.
        near = (west <= home[0] + metres) & (east >= home[0] - metres)
        near &= (south <= home[1] + metres) & (north >= home[1] - metres)
        found = self.anywhere.copy()
        whole = self.sealed // BLOCK_ROWS
        found[: whole * BLOCK_WORDS].reshape(whole, BLOCK_WORDS)[near[:whole]] = ALL_ROWS
        if whole < len(near) and near[whole]:
            found[whole * BLOCK_WORDS :] = ALL_ROWS
        return found

    def kinds(self, reading: Reading) -> Kinds | None:
        """The kinds of sealed rows that agree in what is read; `None` where there are too many to be worth it."""
        if reading not in self.found:
            self.found[reading] = kinds_of([read.of(self.columns[read.column][read.value]) for read in reading])
        return self.found[reading]

    def examples(self, readings: Sequence[Reading], *, most: int) -> Examples | None:
        """An example of each kind that some readings make together; `None` where there are more than `most`."""
        if not self.sealed:
            return None
        kinds = [kinds for reading in readings if (kinds := self.kinds(reading)) is not None]
        if not kinds or len(kinds) < len(readings) or 1 << sum(each.bits for each in kinds) > min(most, MOST_KINDS):
            return None
        found = self.made_up.get(tuple(readings))
        if found is None:
            if len(self.made_up) >= MOST_MADE_UP:
                self.made_up.clear()
            # Two threads may each make the same ones up, and either serves.
            found = self.made_up[tuple(readings)] = Examples.of(readings, kinds)
        return found
