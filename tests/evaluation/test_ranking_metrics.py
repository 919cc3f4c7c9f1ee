"""Ranking metrics: worked by hand, and held against ir-measures."""

from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics.ranking import average_precision, ndcg_at, precision_at, recall_at, reciprocal_rank

GRADES = {"a": 3, "b": 1, "c": 0, "d": 2}


@pytest.mark.parametrize(
    ("ranked", "expected"),
    [
        ("adbc", 1.0),
        ("", 0.0),
        ("cxyz", 0.0),
        # gains 0, 1, 3 at discounts 1, log2(3), 2 against 3, 2, 1 in the best order
        ("cba", (1 / math.log2(3) + 3 / 2) / (3 + 2 / math.log2(3) + 1 / 2)),
    ],
)
def test_ndcg_worked_by_hand(ranked: str, expected: float):
    assert ndcg_at(3, ranked=ranked, grades=GRADES) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("ranked", "precision"), [("adb", 1.0), ("ca", (1 / 2) / 3), ("xayb", (1 / 2 + 2 / 4) / 3), ("c", 0.0)]
)
def test_average_precision_worked_by_hand(ranked: str, precision: float):
    assert average_precision(ranked=ranked, grades=GRADES) == pytest.approx(precision, abs=1e-12)


@pytest.mark.parametrize(("ranked", "expected"), [("a", 1.0), ("xxb", 1 / 3), ("cx", 0.0), ("", 0.0)])
def test_reciprocal_rank_worked_by_hand(ranked: str, expected: float):
    assert reciprocal_rank(ranked=ranked, grades=GRADES) == expected


def test_recall_and_precision_worked_by_hand():
    assert recall_at(2, ranked="axdb", grades=GRADES) == pytest.approx(1 / 3)
    assert precision_at(4, ranked="ax", grades=GRADES) == 1 / 4


def test_without_anything_relevant_every_metric_is_nought():
    for grades in ({}, {"a": 0}):
        assert ndcg_at(3, ranked="abc", grades=grades) == 0.0
        assert average_precision(ranked="abc", grades=grades) == 0.0
        assert reciprocal_rank(ranked="abc", grades=grades) == 0.0
        assert recall_at(3, ranked="abc", grades=grades) == 0.0


@given(
    ranked=st.lists(st.integers(0, 30).map(str), unique=True, min_size=1, max_size=25),
    grades=st.dictionaries(st.integers(0, 30).map(str), st.integers(0, 4), min_size=1, max_size=20),
    k=st.integers(1, 30),
)
def test_metrics_equal_those_of_ir_measures(ranked: list[str], grades: dict[str, int], k: int):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ir_measures
        from ir_measures import AP, RR, P, R, nDCG

        run = {"q": {document: float(-place) for place, document in enumerate(ranked)}}
        oracle = ir_measures.calc_aggregate([nDCG @ k, AP, RR, R @ k, P @ k], {"q": grades}, run)

    if any(grades.values()):
        assert ndcg_at(k, ranked=ranked, grades=grades) == pytest.approx(oracle[nDCG @ k], abs=1e-9)
        assert average_precision(ranked=ranked, grades=grades) == pytest.approx(oracle[AP], abs=1e-9)
        assert reciprocal_rank(ranked=ranked, grades=grades) == pytest.approx(oracle[RR], abs=1e-9)
        assert recall_at(k, ranked=ranked, grades=grades) == pytest.approx(oracle[R @ k], abs=1e-9)
        assert precision_at(k, ranked=ranked, grades=grades) == pytest.approx(oracle[P @ k], abs=1e-9)
