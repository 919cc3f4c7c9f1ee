"""What a peer is: a product that keeps the vacancies, answers a question in some ways, and takes a new one in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from benchmarks.peers.vectors import World

#: Least and most of each column, both included; `None` where there is no limit.
Bounds = Mapping[str, tuple[int | None, int | None]]
Rows = npt.NDArray[np.int64]
Seconds = dict[str, float]


class Given(StrEnum):
    """What a way is told of the constraints."""

    CONDITIONS = "conditions"  # it works out itself which rows are left
    OUTCOME = "outcome"  # it was told before which rows are left, in the form that suits it


class Measure(StrEnum):
    """What a peer orders by; for vectors of length 1 they agree but for the rounding."""

    PRODUCT = "inner product"
    DISTANCE = "distance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The `best` rows nearest to one vector among those within the bounds; `flag` and `rows` say which those are."""

    vector: npt.NDArray[np.float32]
    bounds: Bounds
    flag: str
    rows: Rows
    best: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in which a peer answers: the numbers of the rows found, best first."""

    name: str
    given: Given
    answer: Callable[[Question], Rows]
    exact: bool = True
    alone: bool = True  # one thread, one process


class Peer(Protocol):
    """One product. `build` fills an empty folder, `open` begins with a filled one, in another process."""

    name: str
    measure: Measure
    durable: str  # what a new vacancy is safe against when `insert` returns

    def build(self, world: World) -> Seconds: ...

    def build_approximate(self, world: World) -> Seconds:
        """Add what approximate ways need; empty where there is none."""
        ...

    def open(self, world: World) -> None: ...

    def ways(self) -> Sequence[Way]:
        """The ways to answer; the first is exact and given conditions."""
        ...

    def insert(self, number: int, vector: npt.NDArray[np.float32], values: Mapping[str, int]) -> None: ...

    def processor_seconds(self) -> float:
        """What all processes that answer have used of a core so far."""
        ...

    def processes(self) -> Sequence[int]:
        """The ids of processes that work for this peer, besides the one that asks."""
        ...

    def disk_bytes(self) -> int: ...

    def version(self) -> str: ...

    def remarks(self) -> Mapping[str, Any]:
        """What else the page should tell."""
        ...

    def close(self) -> None: ...
