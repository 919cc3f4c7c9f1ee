"""The vector index: exact whatever the path, and files that are whole or refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import embeddings.index as index_module
from embeddings import index_files, kernels, plain_products
from embeddings.errors import IndexRefused
from embeddings.index import VectorIndex, best_first
from embeddings.rounding import rounded
from tests.embeddings.kernels_here import NAMES, kernel_named

DIMENSION = 24
MADE_BY = {"encoder": "hashing-24", "linear_map": "none"}


def vectors(seed: int, count: int) -> np.ndarray:
    made = np.random.default_rng(seed).standard_normal((count, DIMENSION))
    return rounded(made / np.linalg.norm(made, axis=1, keepdims=True))


def index_of(stored: np.ndarray) -> VectorIndex:
    index = VectorIndex(stored.shape[1])
    index.put(np.arange(len(stored)), stored)
    return index


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make segments and digests so short that a few rows need several."""
    monkeypatch.setattr(index_module, "_OPEN_SEGMENT_ROWS", 8)
    monkeypatch.setattr(index_module, "DIGEST_ROWS", 8)
    monkeypatch.setattr(index_files, "DIGEST_ROWS", 8)


@pytest.fixture(params=NAMES)
def each_kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Compute the plain way, in C and in numba, however few the rows."""
    monkeypatch.setattr("embeddings.segments._FEWEST_CODED_ROWS", 0)
    with kernels.using(kernel_named(request.param)):
        yield


@pytest.mark.usefixtures("each_kernel")
class TestSimilarities:
    @given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 700), queries=st.integers(1, 5))
    @settings(max_examples=40)
    def test_every_path_gives_the_same_bits(self, seed: int, count: int, queries: int):
        stored, asked = vectors(seed, count), vectors(seed + 1, queries)
        rng = np.random.default_rng(seed)
        rows = rng.integers(0, count, size=rng.integers(1, 2 * count + 1))
        index = index_of(stored)
        flat = faiss.IndexFlatIP(DIMENSION)
        flat.add(stored)

        found = index.similarities(asked, rows)

        assert found.dtype == np.float32
        assert np.array_equal(found, index.similarities(asked)[:, rows])
        assert np.array_equal(found, (asked.astype(np.float64) @ stored.T.astype(np.float64))[:, rows])
        for number, query in enumerate(asked):
            assert np.array_equal(found[number], index.similarities(query[None], rows)[0])
        scores, order = flat.search(asked, count)
        searched = np.empty_like(scores)
        np.put_along_axis(searched, order, scores, axis=1)
        assert np.array_equal(index.similarities(asked), searched)

    @given(seed=st.integers(0, 2**32 - 1))
    @settings(max_examples=40)
    def test_nearest_agrees_with_the_search_of_faiss_among_selected_rows(self, seed: int):
        stored, asked = vectors(seed, 200), vectors(seed + 1, 1)
        rng = np.random.default_rng(seed)
        rows = rng.permutation(200)[: rng.integers(1, 200)]
        flat = faiss.IndexFlatIP(DIMENSION)
        flat.add(stored)
        chosen = np.zeros(200, dtype=bool)
        chosen[rows] = True
        selector = faiss.IDSelectorBitmap(np.packbits(chosen, bitorder="little"))
        k = min(10, len(rows))

        nearest, scores = index_of(stored).nearest(asked[0], k, rows)

        expected, _ = flat.search(asked, k, params=faiss.SearchParameters(sel=selector))
        assert np.array_equal(scores, expected[0])
        assert set(nearest) <= set(rows)
        assert np.array_equal(scores, index_of(stored).similarities(asked, nearest)[0])

    @pytest.mark.usefixtures("small_segments")
    @pytest.mark.parametrize("order", ["ascending", "shuffled", "repeated"])
    def test_rows_in_several_segments_are_found_in_any_order(self, order: str):
        stored, asked = vectors(3, 50), vectors(4, 3)
        index = VectorIndex(DIMENSION)
        for start, stop in [(0, 3), (3, 30), (30, 31), (31, 50)]:
            index.put(np.arange(start, stop), stored[start:stop])
        rng = np.random.default_rng(5)
        rows = {"ascending": np.arange(1, 49), "shuffled": rng.permutation(50), "repeated": rng.integers(0, 50, 99)}[
            order
        ]

        assert len(index._segments) > 3
        assert np.array_equal(index.similarities(asked, rows), (asked @ stored.T)[:, rows])
        assert np.array_equal(index.similarities(asked), asked @ stored.T)
        assert np.array_equal(index.vectors_at(rows), stored[rows])

    def test_query_vectors_are_rounded_first(self):
        stored = vectors(1, 5)

        assert np.array_equal(index_of(stored).similarities(stored + 1e-5), index_of(stored).similarities(stored))

    @pytest.mark.parametrize("rows", [[5], [-1], [0, 2**40]])
    def test_a_row_that_is_not_there_is_refused(self, rows: list[int]):
        with pytest.raises(IndexError):
            index_of(vectors(1, 5)).similarities(vectors(2, 1), rows)

    def test_no_rows_and_no_vectors_give_empty_answers(self):
        index = index_of(vectors(1, 5))

        assert index.similarities(vectors(2, 2), []).shape == (2, 0)
        assert index.similarities(np.zeros((0, DIMENSION)), [1]).shape == (0, 1)
        assert VectorIndex(DIMENSION).similarities(vectors(2, 2)).shape == (2, 0)
        assert VectorIndex(DIMENSION).nearest(vectors(2, 1)[0], 3)[0].tolist() == []

    def test_a_vector_of_another_length_is_refused(self):
        with pytest.raises(ValueError, match="components"):
            index_of(vectors(1, 5)).similarities(np.zeros((1, 7)))


@pytest.mark.usefixtures("each_kernel")
class TestNearest:
    def test_ties_go_to_the_lower_row(self):
        same = np.repeat(vectors(1, 1), 6, axis=0)

        rows, _ = index_of(same).nearest(same[0], 3, among=[5, 4, 2, 3])

        assert rows.tolist() == [2, 3, 4]

    def test_dropped_rows_are_never_returned(self):
        stored = vectors(1, 4)
        index = index_of(stored)
        index.drop([0, 2])

        rows, _ = index.nearest(stored[0], 4)

        assert sorted(rows.tolist()) == [1, 3]
        assert index.similarities(stored[:1], [0, 1])[0, 0] == -np.inf

    @given(scores=st.lists(st.sampled_from([0.0, 0.25, 0.5, -1.0]), max_size=30), k=st.integers(0, 35))
    def test_best_first_is_a_sort_by_score_then_key(self, scores: list[float], k: int):
        keys = np.random.default_rng(len(scores)).permutation(len(scores)).astype(np.int64)

        positions = best_first(np.array(scores), keys, k).tolist()

        assert positions == sorted(range(len(scores)), key=lambda at: (-scores[at], keys[at]))[:k]


class TestAdopting:
    def test_the_array_is_used_where_it_lies(self):
        stored = vectors(1, 10)

        index = VectorIndex.adopt(stored)

        assert np.shares_memory(index._segments[0].space, stored)
        assert np.array_equal(index.similarities(stored), stored @ stored.T)

    def test_an_adopted_index_takes_further_vectors(self):
        stored = vectors(1, 12)
        index = VectorIndex.adopt(np.ascontiguousarray(stored[:10]))

        rows = index.put([70, 71], stored[10:])

        assert rows.tolist() == [10, 11]
        assert np.array_equal(index.similarities(stored), stored @ stored.T)

    def test_adopted_ids_are_found_in_any_order(self):
        stored = vectors(1, 5)
        index = VectorIndex.adopt(stored, np.array([9, 2, 30, 4, 7]))

        index.drop([2])
        index.put([30], stored[:1])

        assert [index.row_of(number) for number in (9, 2, 30, 4, 7, 1, 99)] == [0, None, 5, 3, 4, None, None]

    @pytest.mark.parametrize(
        "array",
        [np.zeros((2, 4)), np.asfortranarray(np.zeros((3, 2), np.float32)), np.full((2, 4), 0.1, np.float32)],
        ids=["float64", "Fortran order", "not rounded"],
    )
    def test_an_array_that_the_kernels_cannot_read_exactly_is_refused(self, array: np.ndarray):
        with pytest.raises(ValueError, match="adopted array"):
            VectorIndex.adopt(array)


class TestFiles:
    @pytest.fixture
    def saved(self, tmp_path: Path, small_segments: None) -> Path:
        index = index_of(vectors(1, 30))
        index.drop([4])
        index.save(tmp_path / "index", MADE_BY)
        return tmp_path / "index"

    def test_a_loaded_index_answers_like_the_saved_one(self, saved: Path):
        asked = vectors(2, 2)

        loaded = VectorIndex.load(saved, MADE_BY)

        original = index_of(vectors(1, 30))
        original.drop([4])
        assert loaded.count == 30
        assert np.array_equal(loaded.similarities(asked), original.similarities(asked))
        assert loaded.row_of(7) == 7
        assert loaded.row_of(4) is None

    def test_a_loaded_index_takes_further_vectors_and_can_be_saved_again(self, saved: Path):
        loaded = VectorIndex.load(saved, MADE_BY)

        loaded.put([7, 99], vectors(3, 2))
        loaded.save(saved, MADE_BY)
        again = VectorIndex.load(saved, MADE_BY)

        for index in (loaded, again):
            assert index.row_of(99) == 31
            assert index.row_of(7) == 30
            assert index.row_of(4) is None
            assert index.dropped[[4, 7]].all()
            assert index.similarities(vectors(3, 1), [30])[0, 0] == vectors(3, 1)[0] @ vectors(3, 2)[0]

    @pytest.mark.parametrize("made_by", [{**MADE_BY, "encoder": "other"}, {"encoder": "hashing-24"}])
    def test_an_index_made_by_other_means_is_refused(self, saved: Path, made_by: dict[str, str]):
        with pytest.raises(IndexRefused, match="made by other means"):
            VectorIndex.load(saved, made_by)

    @given(data=st.data())
    @settings(max_examples=150)
    def test_one_flipped_bit_anywhere_is_refused(self, saved: Path, data: st.DataObject):
        path = data.draw(st.sampled_from(sorted(saved.iterdir())))
        whole = path.read_bytes()
        position = data.draw(st.integers(0, 8 * len(whole) - 1))
        changed = bytearray(whole)
        changed[position // 8] ^= 1 << position % 8
        path.write_bytes(changed)
        try:
            if path.name == "manifest.json" and _same_json(changed, whole):
                return
            with pytest.raises(IndexRefused):
                VectorIndex.load(saved, MADE_BY)
        finally:
            path.write_bytes(whole)

    @pytest.mark.parametrize("name", ["vectors.f32", "ids.i64", "dropped.u8", "manifest.json"])
    @pytest.mark.parametrize("damage", ["cut off", "grown", "missing"])
    def test_a_damaged_file_is_refused(self, saved: Path, name: str, damage: str):
        path = saved / name
        content = path.read_bytes()
        path.unlink()
        if damage != "missing":
            path.write_bytes(content[:-1] if damage == "cut off" else content + b"x")

        if name == "manifest.json" and damage == "cut off":
            path.write_bytes(content[: len(content) // 2])
        with pytest.raises(IndexRefused):
            VectorIndex.load(saved, MADE_BY)

    def test_a_save_that_was_cut_short_is_refused(self, saved: Path, monkeypatch: pytest.MonkeyPatch):
        def fail(*_: object) -> None:
            raise OSError("No space left on device")

        monkeypatch.setattr(index_files, "_write_durably", fail)
        with pytest.raises(OSError, match="No space"):
            index_of(vectors(9, 30)).save(saved, MADE_BY)

        with pytest.raises(IndexRefused):
            VectorIndex.load(saved, MADE_BY)

    def test_an_empty_index_can_be_saved_and_loaded(self, tmp_path: Path):
        VectorIndex(DIMENSION).save(tmp_path, MADE_BY)

        assert VectorIndex.load(tmp_path, MADE_BY).count == 0


def _same_json(one: bytes, other: bytes) -> bool:
    """Whether a changed manifest still says the same: white space may change."""
    try:
        return json.loads(one) == json.loads(other)
    except ValueError:
        return False


class IndexAgainstDict(RuleBasedStateMachine):
    """Putting and dropping in any order, beside a plain dict."""

    def __init__(self) -> None:
        super().__init__()
        self.index = VectorIndex(DIMENSION)
        self.expected: dict[int, np.ndarray] = {}

    @rule(ids=st.lists(st.integers(0, 12), unique=True, max_size=6), seed=st.integers(0, 1000))
    def put(self, ids: list[int], seed: int) -> None:
        new = vectors(seed, len(ids))
        self.index.put(ids, new)
        self.expected.update(zip(ids, new, strict=True))

    @rule(ids=st.lists(st.integers(0, 12), max_size=3))
    def drop(self, ids: list[int]) -> None:
        self.index.drop(ids)
        for number in ids:
            self.expected.pop(number, None)

    @invariant()
    def holds_the_same_vectors(self) -> None:
        rows = {number: self.index.row_of(number) for number in range(13)}
        assert {number for number, row in rows.items() if row is not None} == set(self.expected)
        for number, vector in self.expected.items():
            row = rows[number]
            assert row is not None
            assert np.array_equal(self.index.vectors_at([row])[0], vector)
            assert self.index.ids[row] == number

    @invariant()
    def finds_only_what_is_there(self) -> None:
        rows, _ = self.index.nearest(vectors(1, 1)[0], 100)
        assert sorted(self.index.ids[rows].tolist()) == sorted(self.expected)


IndexAgainstDict.TestCase.settings = settings(max_examples=25, stateful_step_count=15)
TestIndexAgainstDict = IndexAgainstDict.TestCase


def test_an_id_given_twice_is_refused():
    with pytest.raises(ValueError, match="only once"):
        VectorIndex(DIMENSION).put([1, 1], vectors(1, 2))


def test_threads_that_start_after_one_thread_each_was_asked_for_leave_faiss_one_thread(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(plain_products, "_one_thread_each", threading.Event())
    monkeypatch.setattr(kernels, "in_use", lambda: None)
    index = VectorIndex.adopt(rounded(np.eye(4, dtype=np.float32)))
    index_module.use_one_thread_each()
    threads_of_faiss: list[int] = []

    def ask() -> None:
        faiss.omp_set_num_threads(2)
        index.similarities(np.eye(4, dtype=np.float32)[:1], [0, 1])
        threads_of_faiss.append(faiss.omp_get_max_threads())

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert threads_of_faiss == [1]
