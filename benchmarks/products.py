"""Ways of computing products, in turns: `python -m benchmarks.products`, with `--write` for benchmarks/PRODUCTS.md.

Every way must give the bits of the plain one at every turn. Vectors are those of real titles and texts in pairs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks.machine import load, machine
from benchmarks.wording import load_recipe, load_wording
from embeddings import kernels
from embeddings.codes import Codes
from embeddings.compiled_kernel import CompiledKernel
from embeddings.index import VectorIndex, use_one_thread_each
from embeddings.kernels import Kernel
from embeddings.rounding import rounded

PAGE: Final = Path(__file__).with_name("PRODUCTS.md")
SEED: Final = 20261123
COUNTS: Final = (10_000, 100_000, 1_000_000)
SHARES: Final = (0.01, 0.05, 0.20, 1.0)
BEST: Final = 50
TURNS: Final = 15
WISHES: Final = ("warehouse packing", "work in a kitchen", "looking after animals")
_BLOCK_ROWS: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of computing: the kernel (None for the plain way) and the index that it reads."""

    name: str
    kernel: Kernel | None
    index: VectorIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Medians of processor time in milliseconds, and of the plain way's time over a way's at the same turn."""

    count: int
    share: float
    task: str
    milliseconds: Mapping[str, float]
    times_faster: Mapping[str, float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and perhaps write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.products", description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS, help="how many vectors")
    parser.add_argument("--encoder", choices=("shipped", "hashing"), default="shipped", help="hashing needs no model")
    parser.add_argument("--built", type=Path, help="a compiled kernel that was built apart from the package")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} beside this file")
    options = parser.parse_args(arguments)
    use_one_thread_each()
    found = _kernels(options.built)
    before = load()
    measured: list[Measured] = []
    making: list[tuple[int, str, float]] = []
    for count in options.counts:
        vectors, queries = draw_vectors(count=count, encoder=options.encoder)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            ways, seconds = _ways(vectors, found, folder)
            making += [(count, name, spent) for name, spent in seconds.items()]
            measured += [each for share in SHARES for each in measure(ways, queries, share=share)]
    text = page(measured, making, loads=(before, load()))
    print(text)
    if options.write:
        PAGE.write_text(text, encoding="utf-8")
    return 0


def draw_vectors(*, count: int, encoder: str) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return vectors of titles and texts drawn in pairs, and those of a few wishes, all rounded."""
    wording, recipe = load_wording(seed=SEED), load_recipe(encoder)
    titles, texts = recipe.vectors(wording.titles), recipe.vectors(wording.texts)
    random = np.random.default_rng(SEED)
    vectors = np.empty((count, titles.shape[1]), dtype=np.float32)
    for start in range(0, count, _BLOCK_ROWS):
        here = len(vectors[start : start + _BLOCK_ROWS])
        pairs = titles[random.integers(0, len(titles), here)] + texts[random.integers(0, len(texts), here)]
        vectors[start : start + here] = rounded(pairs * np.float32(0.5))
    return vectors, rounded(recipe.vectors(WISHES))


def measure(ways: Sequence[Way], queries: npt.NDArray[np.float32], *, share: float) -> list[Measured]:
    """Take turns between the ways at each task over the same rows."""
    index = ways[0].index
    chosen = np.flatnonzero(np.random.default_rng(SEED).random(index.count) < share)
    rows = None if share == 1.0 else chosen
    tasks: dict[str, Callable[[VectorIndex], Any]] = {
        f"{BEST} nearest": lambda index: index.nearest(queries[0], BEST, rows),
        "one query": lambda index: index.similarities(queries[:1], rows),
        "three queries": lambda index: index.similarities(queries, rows),
    }
    return [_in_turns(ways, work, count=index.count, share=share, task=task) for task, work in tasks.items()]


def _in_turns(
    ways: Sequence[Way],
    work: Callable[[VectorIndex], Any],
    *,
    count: int,
    share: float,
    task: str,
) -> Measured:
    with kernels.using(None):
        expected = work(ways[0].index)
    spent: dict[str, list[float]] = {way.name: [] for way in ways}
    for turn in range(TURNS):
        # To and fro, so that none always finds what the same other one left in the processor's cache.
        for way in ways[:: -1 if turn % 2 else 1]:
            with kernels.using(way.kernel):
                began = time.process_time()
                answer = work(way.index)
                spent[way.name].append(time.process_time() - began)
            assert all(map(np.array_equal, answer, expected)), f"{way.name} gives another answer"
    plain = np.array(spent[ways[0].name])
    return Measured(
        count=count,
        share=share,
        task=task,
        milliseconds={name: float(np.median(times)) * 1000 for name, times in spent.items()},
        times_faster={name: float(np.median(plain / np.array(times))) for name, times in spent.items()},
    )


def _kernels(library: Path | None) -> list[Kernel]:
    found = kernels.available()
    if library is not None:
        found = [CompiledKernel.load(library), *(each for each in found if each.name == "numba")]
    return found


def _ways(
    vectors: npt.NDArray[np.float32], found: Sequence[Kernel], folder: Path
) -> tuple[list[Way], dict[str, float]]:
    """Return the ways, the plain one first, and the seconds that each kernel takes to make the codes."""
    with kernels.using(None):
        ways = [Way(name=kernels.PLAIN, kernel=None, index=VectorIndex.adopt(vectors, verified=True))]
    seconds: dict[str, float] = {}
    codes: Codes | None = None
    for kernel in reversed(found):
        with kernels.using(kernel):
            began = time.process_time()
            codes = kernels.codes_of(vectors)
            seconds[kernel.name] = time.process_time() - began
            index = VectorIndex.adopt(vectors, codes=codes, verified=True)
        ways.append(Way(name=kernel.name, kernel=kernel, index=index))
    if codes is not None:
        mapped = VectorIndex.adopt(vectors, codes=_mapped(codes, folder), verified=True)
        ways.append(Way(name=f"{ways[-1].name}, codes mapped from disk", kernel=ways[-1].kernel, index=mapped))
    return ways, seconds


def _mapped(codes: Codes, folder: Path) -> Codes:
    arrays = {}
    for name, array in codes.arrays().items():
        array.tofile(folder / name)
        arrays[name] = np.memmap(folder / name, dtype=array.dtype, mode="r", shape=array.shape)
    return Codes.of_arrays(arrays)


def page(measured: Sequence[Measured], making: Sequence[tuple[int, str, float]], *, loads: tuple[float, float]) -> str:
    """Return the whole page as Markdown."""
    names = list(measured[0].milliseconds)
    lines = [
        "# Products of vectors: ways and ratios",
        "",
        f"Measured on {date.today().isoformat()} by `python -m benchmarks.products --write`, on {machine()}. Numbers "
        f"of processes that wanted a core when the run began and when it ended: {loads[0]:.1f} and {loads[1]:.1f}.",
        "",
        "Each row is one task. The plain way reads float32 vectors with FAISS, or with NumPy where there are several "
        "queries, and takes the best by a partial sort. The kernels read the coded form (`embeddings/codes.py`). All "
        f"answers are equal to the bit; that is asserted at each of {TURNS} turns. Times are medians of processor time "
        "on one core. Ratios are medians of the plain way's time over the other's at the same turn.",
        "",
        "| vectors | left | task | " + " | ".join(names) + " |",
        "| --- | --- | --- |" + " --- |" * len(names),
    ]
    for each in measured:
        cells = [
            f"{each.milliseconds[name]:.2f} ms" + ("" if name == names[0] else f", {each.times_faster[name]:.1f}x")
            for name in names
        ]
        lines.append(f"| {each.count:,} | {each.share:.0%} | {each.task} | " + " | ".join(cells) + " |")
    lines += ["", "Codes take 579 bytes for a row of 384 components, vectors 1,536. Making the codes takes:", ""]
    lines += ["| vectors | kernel | seconds |", "| --- | --- | --- |"]
    lines += [f"| {count:,} | {name} | {seconds:.2f} |" for count, name, seconds in making]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
