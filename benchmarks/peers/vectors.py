"""The world that every peer is given: vectors, plain columns, limits that leave a stated share, and questions."""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks.peers.protocol import Bounds, Question
from benchmarks.pools import draw_pool
from benchmarks.wording import Wording, load_recipe, load_wording
from embeddings.rounding import rounded

SEED: Final = 20261122
SHARES: Final = (0.01, 0.05, 0.20)
BEST: Final = 50
#: What a person asks for, one query vector each; the first three are also asked together.
WANTS: Final = (
    "baking bread and cakes",
    "looking after animals",
    "stacking shelves in a shop",
    "repairing bicycles",
    "gardening and growing plants",
    "helping in a nursery with young children",
    "filing and typing in an office",
    "cleaning rooms in a hotel",
    "sorting parcels in a warehouse",
    "cooking in a school kitchen",
    "assembling small parts",
    "serving coffee in a café",
)
#: Conditions beside the box around home: the share of all rows that they leave must exceed the largest share wanted.
_STRICT: Final[Bounds] = {
    "open": (1, None),
    "pay_pence": (1_300, None),
    "least_minutes": (None, 32 * 60),
    "lift_kg": (None, 15),
}
_EASY: Final[Bounds] = {
    "open": (1, None),
    "pay_pence": (1_271, None),
    "least_minutes": (None, 60 * 60),
    "lift_kg": (None, 25),
}
_PLACES: Final = ("easting", "northing")
_COUNTRY_METRES: Final = 1_400_000
_UNKNOWN_PENCE, _NOWHERE = 99_999, -1
_BLOCK_ROWS: Final = 4096

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Vectors (rows, 384) of length 1 and rounded, columns of whole numbers, and what is asked of them."""

    vectors: Floats
    columns: Mapping[str, Ints]  # the conditions' columns, and a column of 0 and 1 a share: what it leaves
    limits: Mapping[float, Bounds]  # by share
    queries: Floats  # a row for each of WANTS
    title_of_row: Ints
    text_of_row: Ints
    source: str

    @property
    def count(self) -> int:
        return len(self.vectors)

    def questions(self, share: float) -> list[Question]:
        """One question a want, all with the limits of this share."""
        rows = np.flatnonzero(self.columns[flag(share)]).astype(np.int64)
        return [
            Question(vector=query, bounds=self.limits[share], flag=flag(share), rows=rows, best=BEST)
            for query in self.queries
        ]

    def newcomer(self, share: float) -> dict[str, int]:
        """The columns of a new vacancy that passes the limits of this share."""
        values = {
            name: least if least is not None else int(most or 0) for name, (least, most) in self.limits[share].items()
        }
        return {**values, **{flag(each): 1 for each in SHARES}}

    def let_go(self) -> None:
        """Give back the pages of mapped vectors that were looked at: they count as memory of this process."""
        mapping = getattr(self.vectors, "_mmap", None)
        if mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
            mapping.madvise(mmap.MADV_DONTNEED)

    def save(self, folder: Path) -> None:
        """Write it for the processes that read it."""
        np.save(folder / "vectors.npy", self.vectors)
        arrays: dict[str, Any] = {f"column_{name}": each for name, each in self.columns.items()}
        arrays |= {name: getattr(self, name) for name in ("queries", "title_of_row", "text_of_row")}
        np.savez(folder / "columns.npz", **arrays)
        limits = [[share, {name: list(pair) for name, pair in bounds.items()}] for share, bounds in self.limits.items()]
        (folder / "world.json").write_text(json.dumps({"limits": limits, "source": self.source}), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, *, mapped: bool) -> World:
        """Read it; mapped vectors cost no memory until they are looked at."""
        told = json.loads((folder / "world.json").read_text(encoding="utf-8"))
        with np.load(folder / "columns.npz") as arrays:
            named = {name: arrays[name] for name in arrays.files}
        return cls(
            vectors=np.load(folder / "vectors.npy", mmap_mode="r" if mapped else None),
            columns={name.removeprefix("column_"): each for name, each in named.items() if name.startswith("column_")},
            limits={share: {name: tuple(pair) for name, pair in bounds.items()} for share, bounds in told["limits"]},
            queries=named["queries"],
            title_of_row=named["title_of_row"],
            text_of_row=named["text_of_row"],
            source=told["source"],
        )


def flag(share: float) -> str:
    """The column that says which rows a share's limits leave."""
    return f"left_{round(100 * share)}"


def draw_world(*, count: int, encoder: str) -> World:
    """Draw the pool of `benchmarks.pools` and make plain columns of it, the same for the same count."""
    wording, recipe = load_wording(seed=SEED), load_recipe(encoder)
    drawn = draw_pool(count=count, seed=SEED, wording=wording, recipe=recipe)
    columns = _plain(drawn.pool.columns)
    limits = {share: _limits(columns, share) for share in SHARES}
    for share, bounds in limits.items():
        columns[flag(share)] = within(columns, bounds).astype(np.int32)
    return World(
        vectors=_vectors(wording, recipe, drawn.title_of_row, drawn.text_of_row),
        columns=columns,
        limits=limits,
        queries=_units(recipe.vectors(WANTS)),
        title_of_row=drawn.title_of_row,
        text_of_row=drawn.text_of_row,
        source=f"{len(wording.titles):,} {wording.source}; encoder {recipe.name}",
    )


def within(columns: Mapping[str, Ints], bounds: Bounds) -> npt.NDArray[np.bool_]:
    """Which rows lie within all bounds, both ends included."""
    allowed = np.ones(len(columns["open"]), np.bool_)
    for name, (least, most) in bounds.items():
        if least is not None:
            allowed &= columns[name] >= least
        if most is not None:
            allowed &= columns[name] <= most
    return allowed


def new_vectors(count: int, dimension: int) -> Floats:
    """Vectors of new vacancies, far from all that are there."""
    return _units(np.random.default_rng(SEED).standard_normal((count, dimension)).astype(np.float32))


def _plain(columns: Mapping[str, Any]) -> dict[str, Ints]:
    """Whole numbers; what is unknown is given a value that passes, except an unknown place, which is in no box."""
    hourly, lift = columns["hourly_most"][0], columns["lift_kg"][0]
    return {
        "open": columns["open"][0].astype(np.int32),
        "pay_pence": np.rint(np.where(np.isfinite(hourly), hourly * 100, _UNKNOWN_PENCE)).astype(np.int32),
        "least_minutes": np.maximum(columns["least_minutes"][0], 0).astype(np.int32),
        "lift_kg": np.rint(np.nan_to_num(lift, nan=0.0)).astype(np.int32),
        **{name: np.rint(np.nan_to_num(columns[name][0], nan=float(_NOWHERE))).astype(np.int32) for name in _PLACES},
    }


def _limits(columns: Mapping[str, Ints], share: float) -> Bounds:
    """The conditions with a box around a home in the middle of the places, as wide as leaves this share."""
    others = _EASY if share > 0.1 else _STRICT
    allowed = within(columns, others) & (columns["easting"] != _NOWHERE)
    home = {name: int(np.median(columns[name][columns[name] != _NOWHERE])) for name in _PLACES}
    apart = np.max([np.abs(columns[name][allowed] - home[name]) for name in _PLACES], axis=0)
    wanted = round(share * len(allowed))
    if wanted > len(apart):
        raise ValueError(f"only {len(apart) / len(allowed):.0%} of the rows pass the other conditions")
    reach = int(np.partition(apart, wanted - 1)[wanted - 1])
    return {**others, **{name: (home[name] - reach, home[name] + reach) for name in _PLACES}}


def _vectors(wording: Wording, recipe: Any, title_of_row: Ints, text_of_row: Ints) -> Floats:
    """A title and a text each row, of length 1: for such vectors inner product, cosine and distance agree."""
    titles, texts = recipe.vectors(wording.titles), recipe.vectors(wording.texts)
    vectors = np.empty((len(title_of_row), titles.shape[1]), np.float32)
    for start in range(0, len(vectors), _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        vectors[block] = _units(titles[title_of_row[block]] + texts[text_of_row[block]])
    return vectors


def _units(vectors: Floats) -> Floats:
    return rounded(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
