"""The comparison with other products: each is held to brute force, and a goal that is missed fails the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.peers import __main__ as comparison
from benchmarks.peers.comparing import compare, time_until_found, truth
from benchmarks.peers.goals import goals
from benchmarks.peers.installed import OURS, PRODUCTS, Product
from benchmarks.peers.page import page
from benchmarks.peers.protocol import Measure, Peer, Question
from benchmarks.peers.vectors import SHARES, World, draw_world, flag, within
from tests.project.test_prose import MOST_WORDS, sentences, words

ROWS = 500


@pytest.fixture(scope="module")
def world() -> World:
    return draw_world(count=ROWS, encoder="hashing")


@pytest.fixture(scope="module", params=PRODUCTS)
def peer(request: pytest.FixtureRequest, world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    product = PRODUCTS[request.param]
    if product.missing():
        pytest.skip(f"{' and '.join(product.missing())} not installed")
    peer = product.on(tmp_path_factory.mktemp("peer"))
    try:
        peer.build(world)
        yield peer
    finally:
        peer.close()


# Each product that is installed


def test_each_exact_way_finds_all_of_the_best_at_each_share(peer: Peer, world: World) -> None:
    found = [compare([peer], world, share=share, seconds=0.0)["ways"] for share in SHARES]
    recalls = {(way["way"], way["least_recall"]) for ways in found for way in ways if way["exact"]}
    assert {recall for _, recall in recalls} == {1.0}


def test_a_new_vacancy_is_found(peer: Peer, world: World) -> None:
    took = time_until_found(peer, world)
    assert 0.0 < took["taken_milliseconds"] <= took["found_milliseconds"]


# The same work for all


def test_the_limits_leave_the_share_that_they_are_named_for(world: World) -> None:
    for share in SHARES:
        left = within(world.columns, world.limits[share])
        assert np.array_equal(left, world.columns[flag(share)] == 1)
        assert left.mean() == pytest.approx(share, abs=0.012)


def test_the_vectors_are_of_length_one_and_rounded(world: World) -> None:
    assert np.allclose(np.linalg.norm(world.vectors, axis=1), 1.0, atol=1e-3)
    assert np.array_equal(world.vectors * 2048, np.rint(world.vectors * 2048))


def test_a_world_is_read_as_it_was_written(world: World, tmp_path: Path) -> None:
    world.save(tmp_path)
    read = World.load(tmp_path, mapped=True)
    assert np.array_equal(read.vectors, world.vectors)
    assert read.limits == world.limits
    assert {name: column.tolist() for name, column in read.columns.items()} == {
        name: column.tolist() for name, column in world.columns.items()
    }


# Recall

VECTORS = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [0.5, 0.5], [0.9, 0.1]], np.float32)


def _asked(rows: list[int], best: int) -> Question:
    return Question(
        vector=np.array([1.0, 0.0], np.float32), bounds={}, flag="", rows=np.array(rows, np.int64), best=best
    )


@pytest.mark.parametrize(
    ("found", "recall"),
    [
        ([0, 4, 2], 1.0),
        ([0, 4, 3], 1.0),  # as near as row 2
        ([0, 4, 1], 2 / 3),
        ([0, 0, 0], 1 / 3),
        ([0, 4], 2 / 3),
        ([], 0.0),
    ],
)
def test_recall_counts_each_row_once_and_rows_as_near_as_the_last_alike(found: list[int], recall: float) -> None:
    right = truth(VECTORS, _asked([0, 1, 2, 3, 4], best=3), Measure.PRODUCT)
    assert right.recall(np.array(found, np.int64)) == pytest.approx(recall)


def test_recall_counts_no_row_that_the_limits_rule_out() -> None:
    right = truth(VECTORS, _asked([1, 2], best=2), Measure.PRODUCT)
    assert right.recall(np.array([0, 4], np.int64)) == 0.0


def test_brute_force_by_distance_ranks_the_nearest_first() -> None:
    right = truth(VECTORS, _asked([0, 1, 4], best=1), Measure.DISTANCE)
    assert right.near.tolist() == pytest.approx([0.0, -2.0, -0.02], abs=1e-6)
    assert right.recall(np.array([0], np.int64)) == 1.0


# Goals


def _way(
    peer: str, name: str, ratio: float, *, core: float | None = None, recall: float = 1.0, given: str = "outcome"
) -> dict[str, Any]:
    return {
        "peer": peer,
        "way": name,
        "given": given,
        "exact": True,
        "alone": True,
        "milliseconds": {"best": ratio, "p50": ratio, "p95": ratio},
        "processor_milliseconds": ratio,
        "recall": recall,
        "least_recall": recall,
        "ratio": ratio,
        "processor_ratio": ratio if core is None else core,
    }


def _run(*ways: dict[str, Any], count: int = 1_000_000) -> dict[str, Any]:
    return {
        "count": count,
        "kernel": "numba",
        "source": "titles of a test",
        "failed": {},
        "built": {},
        "on_top": [],
        "shares": [{"share": 0.05, "left": 50_000, "turns": 7, "ways": list(ways)}],
    }


def _missed(*ways: dict[str, Any], count: int = 1_000_000) -> list[str]:
    return [goal.words for goal in goals([_run(*ways, count=count)]) if goal.must and not goal.reached]


NUMBA, PLAIN = _way(OURS, "numba", 1.0), _way(OURS, "NumPy and FAISS", 1.3)


def test_with_the_conditions_to_work_out_at_least_5_times_faster_is_enough() -> None:
    own, quick, slow = (
        _way(*each, given="conditions")
        for each in ((OURS, "numba", 1.0), ("pgvector", "B", 4.9), ("pgvector", "B", 5.1))
    )
    assert len(_missed(own, quick)) == 1
    assert _missed(own, slow) == []


def test_a_kernel_that_is_not_the_one_in_use_is_told_of_and_fails_no_run() -> None:
    found = goals([_run(NUMBA, PLAIN, _way("pgvector", "WHERE", 6.1))])
    assert [(goal.reached, goal.must) for goal in found] == [(True, True), (True, True), (False, False)]


@pytest.mark.parametrize(
    ("own", "ratio", "missed"), [(NUMBA, 6.1, 0), (NUMBA, 5.9, 1), (PLAIN, 6.6, 0), (PLAIN, 6.4, 1)]
)
def test_each_kernel_is_held_to_its_own_ratio_to_pgvector(own: dict[str, Any], ratio: float, missed: int) -> None:
    assert len(_missed(own, _way("pgvector", "WHERE", ratio))) == missed


def test_the_quickest_exact_way_of_a_peer_is_what_counts() -> None:
    (missed,) = _missed(NUMBA, _way("pgvector", "slow", 9.0), _way("pgvector", "quick", 4.0))
    assert "quick" in missed


def test_the_lower_ratio_of_clock_and_core_counts() -> None:
    assert len(_missed(NUMBA, _way("pgvector", "WHERE", 9.0, core=4.0))) == 1


def test_to_be_slower_than_qdrant_edge_is_to_miss_the_goal() -> None:
    assert len(_missed(NUMBA, _way("qdrant-edge", "filter", 0.9))) == 1
    assert _missed(NUMBA, _way("qdrant-edge", "filter", 1.1)) == []


def test_ratios_are_asked_of_a_million_alone_but_recall_of_every_size() -> None:
    assert _missed(NUMBA, _way("pgvector", "WHERE", 1.0), count=10_000) == []
    assert len(_missed(_way(OURS, "numba", 1.0, recall=0.98), count=10_000)) == 1


# The command and the page


def test_a_product_that_is_not_installed_is_named_and_not_compared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = Product(module="nowhere", kind="Nothing", needs=("a_module_that_nobody_has",))
    asked: list[str] = []

    def run(count: int, peers: list[str], options: object) -> dict[str, Any]:
        asked.extend(peers)
        return _run(NUMBA, count=count)

    monkeypatch.setattr(comparison, "PRODUCTS", {OURS: PRODUCTS[OURS], "nothing": absent})
    monkeypatch.setattr(comparison, "_run", run)
    assert comparison.main(["--counts", "1000"]) == 0
    assert asked == [OURS]
    assert "Not compared: nothing, since a_module_that_nobody_has is not installed." in capsys.readouterr().out


def test_a_missed_goal_is_the_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "_run", lambda *_: _run(_way(OURS, "numba", 1.0, recall=0.5)))
    assert comparison.main(["--counts", "1000", "--peers", "pgvector"]) == 1


def test_no_sentence_of_the_page_is_longer_than_25_words() -> None:
    run = _run(NUMBA, _way("pgvector", "WHERE", 9.0))
    text = page(date="2026-01-01", machine="a machine", load=(0.0, 0.0), runs=[run], absent={}, goals=goals([run]))
    assert "## What is compared" in text
    assert [each for each in sentences(text) if words(each) > MOST_WORDS] == []
