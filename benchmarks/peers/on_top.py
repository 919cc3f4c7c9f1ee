"""What three wants and the shared words cost on top of one query vector, in our own index."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from benchmarks.peers.vectors import BEST, SEED, SHARES, WANTS, World
from benchmarks.wording import build_index, load_recipe, load_wording
from embeddings import kernels
from embeddings.index import best_first

TURNS: Final = 15


def measure_on_top(world: World, *, encoder: str) -> list[dict[str, Any]]:
    """Medians of turns taken one after another, for the rows that each share's limits leave."""
    kernels.prepare()
    wording, recipe = load_wording(seed=SEED), load_recipe(encoder)
    index = build_index(wording, recipe, title_of_row=world.title_of_row, text_of_row=world.text_of_row)
    wants = list(WANTS[:3])
    queries = recipe.vectors(wants)
    found = []
    for share in SHARES:
        rows = world.questions(share)[0].rows

        def best(similarities: Any, rows: Any = rows) -> Any:
            return rows[best_first(similarities.max(axis=0), rows, BEST)]

        ways: dict[str, Callable[[], Any]] = {
            "one": lambda rows=rows: index.vectors.nearest(queries[0], BEST, rows),  # type: ignore[misc]
            "three": lambda rows=rows, best=best: best(index.vectors.similarities(queries, rows)),  # type: ignore[misc]
            "one_words": lambda rows=rows, best=best: best(index.similarities(wants[:1], rows)),  # type: ignore[misc]
            "three_words": lambda rows=rows, best=best: best(index.similarities(wants, rows)),  # type: ignore[misc]
        }
        found.append({"share": share, "left": len(rows), **_in_turns(ways)})
    return found


def _in_turns(ways: dict[str, Callable[[], Any]]) -> dict[str, float]:
    clock: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(TURNS + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if turn:
                clock[name].append(1000 * (time.perf_counter() - began))
    return {name: float(np.median(times)) for name, times in clock.items()}
