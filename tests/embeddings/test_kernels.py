"""Every kernel against the plain computation, and what happens where there is none."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import codes as plain_codes
from embeddings import compiled_kernel, kernels, segments
from embeddings.codes import Codes
from embeddings.compiled_kernel import CompiledKernel
from embeddings.index import VectorIndex
from embeddings.kernels import Kernel
from embeddings.rounding import rounded
from tests.embeddings.kernels_here import kernel_named

#: Kinds of processor that the C library tells apart: any, AVX2, AVX-512 with VNNI.
KINDS = {"any processor": 0, "AVX2": 1, "AVX-512": 2}


@pytest.fixture(params=["numba", *KINDS])
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    """Each kernel, however few the rows; the C library once for each kind of processor that this one can be."""
    monkeypatch.setattr("embeddings.segments._FEWEST_CODED_ROWS", 0)
    if request.param == "numba":
        found = kernel_named("numba")
        assert found is not None
        with kernels.using(found):
            yield found
        return
    compiled = kernel_named("compiled")
    assert isinstance(compiled, CompiledKernel)
    if compiled.loaded.wellplaced_allow(KINDS[request.param]) != KINDS[request.param]:
        pytest.skip(f"this processor has no {request.param}")
    with kernels.using(compiled):
        yield compiled
    compiled.loaded.wellplaced_allow(2)


def drawn(seed: int, *, count: int, dimension: int = 48, peak: float = 0.0) -> np.ndarray:
    random = np.random.default_rng(seed)
    made = random.standard_normal((count, dimension))
    made *= 0.9 / np.linalg.norm(made, axis=1, keepdims=True)
    made[:, -1] += random.uniform(0.0, peak + 1e-9, count)
    return rounded(made)


def plainly_nearest(stored: np.ndarray, query: np.ndarray, k: int, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the k best by a whole sort of products in float64, ties by row."""
    scores = (stored[rows].astype(np.float64) @ query.astype(np.float64)).astype(np.float32)
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]


def assert_nearest_is_plain(index: VectorIndex, stored: np.ndarray, query: np.ndarray, k: int, rows: np.ndarray):
    found, scores = index.nearest(query, k, rows)
    expected, expected_scores = plainly_nearest(stored, query, k, rows)
    assert np.array_equal(found, expected)
    assert np.array_equal(scores, expected_scores)


class TestProducts:
    @given(
        seed=st.integers(0, 2**32 - 1),
        count=st.integers(1, 300),
        k=st.integers(1, 60),
        dimension=st.sampled_from([1, 24, 64, 65, 384]),
        peak=st.sampled_from([0.0, 0.3, 0.95]),
    )
    @settings(max_examples=60)
    def test_the_nearest_are_those_of_the_plain_computation(
        self, kernel: Kernel, seed: int, count: int, k: int, dimension: int, peak: float
    ):
        stored = drawn(seed, count=count, dimension=dimension, peak=peak)
        query = drawn(seed + 1, count=1, dimension=dimension)[0]
        rows = np.random.default_rng(seed).permutation(count)[: max(1, count // 2)]

        index = VectorIndex.adopt(stored)

        assert index.codes()
        assert_nearest_is_plain(index, stored, query, k, rows)
        assert np.array_equal(index.nearest(query, k)[0], plainly_nearest(stored, query, k, np.arange(count))[0])

    @given(
        seed=st.integers(0, 2**32 - 1),
        count=st.integers(1, 300),
        queries=st.integers(0, 5),
        dimension=st.sampled_from([1, 24, 64, 65, 384]),
        peak=st.sampled_from([0.0, 0.3, 0.95]),
    )
    @settings(max_examples=60)
    def test_similarities_have_the_bits_of_the_plain_computation(
        self, kernel: Kernel, seed: int, count: int, queries: int, dimension: int, peak: float
    ):
        stored = drawn(seed, count=count, dimension=dimension, peak=peak)
        asked = drawn(seed + 1, count=queries, dimension=dimension)
        rows = np.random.default_rng(seed).integers(0, count, 2 * count)
        index = VectorIndex.adopt(stored)

        found, of_all = index.similarities(asked, rows), index.similarities(asked)

        with kernels.using(None):
            assert np.array_equal(found, index.similarities(asked, rows))
            assert np.array_equal(of_all, index.similarities(asked))

    @given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 40))
    @settings(max_examples=60)
    def test_near_ties_in_the_last_step_are_told_apart(self, kernel: Kernel, seed: int, k: int):
        # Rows that differ from one vector by one step in a few places: the first pass sees no difference at all.
        random = np.random.default_rng(seed)
        stored = np.repeat(drawn(seed, count=1, dimension=64), 200, axis=0)
        np.add.at(stored, (np.arange(200), random.integers(0, 64, 200)), random.integers(-1, 2, 200) / 2048)
        stored = rounded(stored)
        query = drawn(seed + 1, count=1, dimension=64)[0]

        assert_nearest_is_plain(VectorIndex.adopt(stored), stored, query, k, random.permutation(200)[:150])

    def test_rows_that_get_better_and_better_are_all_completed(self, kernel: Kernel):
        query = drawn(1, count=1)[0]
        stored = rounded(np.linspace(-1.0, 1.0, 400)[:, None] * query)

        assert_nearest_is_plain(VectorIndex.adopt(stored), stored, query, 7, np.arange(400))

    @pytest.mark.parametrize("k", [1, 50, 300, 999])
    def test_equal_rows_are_taken_from_the_lowest(self, kernel: Kernel, k: int):
        stored = np.repeat(drawn(1, count=1), 300, axis=0)
        rows = np.arange(300)[::-1]

        found, _ = VectorIndex.adopt(stored).nearest(stored[0], k, rows)

        assert found.tolist() == list(range(min(k, 300)))

    def test_dropped_rows_are_passed_over_without_a_gap(self, kernel: Kernel):
        stored = drawn(3, count=100)
        index = VectorIndex.adopt(stored)
        best = index.nearest(stored[0], 20)[0]

        index.drop(best[:10])

        kept = np.setdiff1d(np.arange(100), best[:10])
        assert np.array_equal(index.nearest(stored[0], 10)[0], best[10:])
        assert_nearest_is_plain(index, stored, stored[5], 8, kept)

    @given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 30))
    @settings(max_examples=30)
    def test_sealed_segments_and_the_open_one_answer_as_one(self, kernel: Kernel, seed: int, k: int):
        stored = drawn(seed, count=90)
        index = VectorIndex.adopt(np.ascontiguousarray(stored[:40]))
        index.put(np.arange(40, 90), stored[40:])
        rows = np.random.default_rng(seed).permutation(90)[:70]

        assert [first for first, _ in index.codes()] == [0]
        assert_nearest_is_plain(index, stored, stored[0], k, rows)
        assert np.array_equal(index.similarities(stored[:3], rows), stored[:3] @ stored[rows].T)

    def test_mapped_read_only_arrays_are_used_where_they_lie(self, kernel: Kernel, tmp_path: Path):
        stored = drawn(4, count=120, dimension=384)
        arrays = {"vectors": stored, **plain_codes.codes_of(stored).arrays()}
        mapped: dict[str, Any] = {}
        for name, array in arrays.items():
            array.tofile(tmp_path / name)
            mapped[name] = np.memmap(tmp_path / name, dtype=array.dtype, mode="r", shape=array.shape)
        vectors = mapped.pop("vectors")

        index = VectorIndex.adopt(vectors, codes=Codes.of_arrays(mapped), verified=True)

        assert np.shares_memory(index.codes()[0][1].records, mapped["records"])
        assert_nearest_is_plain(index, stored, stored[7], 9, np.arange(120))
        assert np.array_equal(index.similarities(stored[:4]), stored[:4] @ stored.T)

    def test_a_few_rows_are_read_the_plain_way_beside_many_that_are_not(
        self, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("embeddings.segments._FEWEST_CODED_ROWS", 30)
        stored = drawn(8, count=90)
        index = VectorIndex.adopt(np.ascontiguousarray(stored[:50]))
        index.put(np.arange(50, 90), stored[50:])
        index._segments = tuple(segments.with_codes(replace(each, space=each.vectors)) for each in index._segments)
        rows = np.r_[3:45, 60:70]

        assert [first for first, _ in index.codes()] == [0, 50]
        assert_nearest_is_plain(index, stored, stored[0], 9, rows)
        assert np.array_equal(index.similarities(stored[:3], rows), stored[:3] @ stored[rows].T)

    def test_several_threads_ask_at_once(self, kernel: Kernel):
        stored = drawn(5, count=3000, dimension=384)
        index = VectorIndex.adopt(stored)
        expected = [index.nearest(query, 10)[0].tolist() for query in stored[:6]]
        found: dict[int, list[list[int]]] = {}

        def ask(number: int) -> None:
            found[number] = [index.nearest(query, 10)[0].tolist() for query in stored[:6]]

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert found == dict.fromkeys(range(4), expected)


class TestCodes:
    @given(
        seed=st.integers(0, 2**32 - 1),
        dimension=st.sampled_from([1, 24, 64, 65, 384]),
        peak=st.sampled_from([0.0, 0.3, 0.95]),
    )
    @settings(max_examples=40)
    def test_a_kernel_makes_the_codes_of_the_plain_computation(
        self, kernel: Kernel, seed: int, dimension: int, peak: float
    ):
        vectors = drawn(seed, count=30, dimension=dimension, peak=peak)

        made = kernels.codes_of(vectors)

        for name, array in plain_codes.codes_of(vectors).arrays().items():
            assert np.array_equal(made.arrays()[name], array)

    def test_blocks_are_parts_of_the_whole(self, kernel: Kernel):
        vectors = drawn(1, count=23)

        blocks = dict(kernels.code_blocks(vectors, rows_at_once=10))

        assert list(blocks) == [0, 10, 20]
        for name, array in kernels.codes_of(vectors).arrays().items():
            assert np.array_equal(np.concatenate([block.arrays()[name] for block in blocks.values()]), array)

    @pytest.mark.parametrize("component", [0.1, np.nan, np.inf, -np.inf, 3.0])
    def test_vectors_that_are_not_rounded_are_refused(self, kernel: Kernel, component: float):
        vectors = drawn(1, count=3)
        vectors[2, 5] = component

        with pytest.raises(ValueError, match="rounded"):
            kernels.codes_of(vectors)

    def test_a_segment_is_coded_once_it_is_full(self, kernel: Kernel, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("embeddings.index._OPEN_SEGMENT_ROWS", 8)
        stored = drawn(1, count=13)
        index = VectorIndex(48)
        index.put(range(7), stored[:7])
        open_only = index.codes()

        index.put(range(7, 13), stored[7:])

        assert open_only == []
        assert [(first, codes.count) for first, codes in index.codes()] == [(0, 8)]

    def test_vectors_adopted_before_there_was_a_kernel_can_be_coded_later(self, kernel: Kernel):
        with kernels.using(None):
            index = VectorIndex.adopt(drawn(1, count=5))
        assert index.codes() == []

        index.make_codes()

        assert [codes.count for _, codes in index.codes()] == [5]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A kernel that answers as another, except that one product is a step too high."""

    right: Kernel
    name: str = "a wrong kernel"

    def nearest(self, *arguments: Any, **named: Any) -> Any:
        return self.right.nearest(*arguments, **named)

    def similarities(self, *arguments: Any, result: np.ndarray, **named: Any) -> None:
        self.right.similarities(*arguments, result=result, **named)
        result[0, 0] += 2.0**-22

    def encode(self, *arguments: Any) -> int:
        return self.right.encode(*arguments)


class TestChoosing:
    @pytest.fixture(autouse=True)
    def nothing_chosen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in {"_in_use": None, "_looked_for_compiled": False, "_prepared": False}.items():
            monkeypatch.setattr(kernels, name, value)

    def test_without_compiler_and_numba_answers_are_the_plain_ones(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(compiled_kernel, "_built_library", lambda: None)
        monkeypatch.setitem(sys.modules, "numba", None)
        monkeypatch.delitem(sys.modules, "embeddings.numba_kernel", raising=False)
        monkeypatch.delitem(sys.modules, "embeddings.numba_loops", raising=False)

        assert kernels.prepare() == kernels.PLAIN
        stored = drawn(1, count=50)
        index = VectorIndex.adopt(stored)
        assert index.codes() == []
        assert_nearest_is_plain(index, stored, stored[3], 5, np.arange(50))

    def test_given_codes_are_kept_where_nothing_reads_them(self):
        stored = drawn(1, count=50)
        with kernels.using(None):
            index = VectorIndex.adopt(stored, codes=plain_codes.codes_of(stored))

            assert_nearest_is_plain(index, stored, stored[3], 5, np.arange(50))

    def test_a_library_that_was_built_is_taken(self, monkeypatch: pytest.MonkeyPatch):
        compiled = kernel_named("compiled")
        assert isinstance(compiled, CompiledKernel)
        monkeypatch.setattr(compiled_kernel, "_built_library", lambda: Path(compiled.loaded._name))

        assert kernels.prepare() == "compiled C"

    def test_a_library_that_was_built_from_other_sources_is_not_taken(self, monkeypatch: pytest.MonkeyPatch):
        compiled = kernel_named("compiled")
        assert isinstance(compiled, CompiledKernel)
        monkeypatch.setattr(compiled_kernel, "_built_library", lambda: Path(compiled.loaded._name))
        monkeypatch.setattr(compiled_kernel, "_INTERFACE", 99)

        assert kernels.in_use() is None

    def test_a_file_that_is_no_library_is_not_taken(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
        (tmp_path / "damaged.so").write_bytes(b"nothing to load")
        monkeypatch.setattr(compiled_kernel, "_built_library", lambda: tmp_path / "damaged.so")

        assert kernels.in_use() is None

    def test_a_kernel_that_answers_wrongly_is_not_taken(self, monkeypatch: pytest.MonkeyPatch):
        compiled = kernel_named("compiled")
        assert compiled is not None
        monkeypatch.setattr(kernels, "_compiled", lambda: Wrong(right=compiled))

        assert kernels.in_use() is None

    def test_numba_is_not_imported_before_it_is_asked_for(self):
        asking = "VectorIndex(4).nearest([1, 0, 0, 0], 1)"
        script = f"import sys; from embeddings.index import VectorIndex; {asking}; print('numba' in sys.modules)"

        told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

        assert told.stdout.strip() == "False"

    @pytest.mark.parametrize(
        "problem", [RuntimeError("no locator available"), OSError("No space left on device"), EOFError()]
    )
    def test_numba_works_where_its_cache_cannot_be_used(self, monkeypatch: pytest.MonkeyPatch, problem: Exception):
        numba = kernel_named("numba")
        assert numba is not None
        loops = {name: getattr(numba, name) for name in ("find", "fill", "code")}
        asked: list[bool] = []

        def compiled_loops(*, cache: bool) -> dict[str, Any]:
            asked.append(cache)
            if cache:
                raise problem
            return loops

        monkeypatch.setattr("embeddings.numba_kernel.compiled_loops", compiled_loops)

        assert kernels._trusted(kernels._numba) is not None
        assert asked == [True, False]


def test_codes_of_other_vectors_are_refused():
    stored = drawn(1, count=5)

    with pytest.raises(ValueError, match="those of the adopted array"):
        VectorIndex.adopt(stored, codes=plain_codes.codes_of(stored[:4]))


def test_verified_vectors_are_not_read_again(monkeypatch: pytest.MonkeyPatch):
    def refuse(_: Any) -> None:
        raise AssertionError("the array was read")

    monkeypatch.setattr("embeddings.index._refuse_unrounded", refuse)

    VectorIndex.adopt(drawn(1, count=5), verified=True)
    with pytest.raises(AssertionError):
        VectorIndex.adopt(drawn(1, count=5))
