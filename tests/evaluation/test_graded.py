"""Grades and ranking metrics of a history: worked by hand, and held against one list at a time."""

from __future__ import annotations

import math
import time
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.estimates import Estimate
from evaluation.graded import grades, ranking_metrics, ranking_table
from evaluation.metrics.ranking import average_precision, by_list, ndcg_at, precision_at, recall_at, reciprocal_rank
from evaluation.tables import Unsaid
from tests.evaluation.made_histories import MadeHistory


def one_list(made: MadeHistory, roles: int = 3, drawn: float = 0) -> tuple[int, int, list[int]]:
    person, vacancies = made.participant(), [made.vacancy() for _ in range(roles)]
    return person, made.shortlist(person, vacancies, drawn=drawn), vacancies


def graded(made: MadeHistory) -> list[tuple[int, bool]]:
    found = grades(made.history())
    return list(zip(found["grade"].tolist(), found["settled"].tolist(), strict=True))


@pytest.mark.parametrize(
    ("job", "grade", "settled"),
    [
        ({"weeks": 3}, 2, True),
        ({"weeks": 13}, 3, True),
        ({"weeks": 26}, 4, True),
        ({"seen": 5}, 2, False),
        ({"seen": 20}, 3, False),
        ({"seen": 26}, 4, True),
        ({}, 4, True),
    ],
)
def test_an_entry_is_graded_by_how_long_its_job_lasted(job: dict[str, Any], grade: int, settled: bool):
    made = MadeHistory()
    person, shortlist, roles = one_list(made)
    made.decision(shortlist, roles[1], on=1)
    made.decision(shortlist, roles[2], on=1)
    made.job(person, start=4, shortlist=shortlist, vacancy=roles[1], **job)
    assert graded(made) == [(0, True), (grade, settled), (1, True)]


def test_a_young_list_may_still_bring_something():
    made = MadeHistory()
    person, shortlist, roles = one_list(made, drawn=80)
    made.decision(shortlist, roles[0], on=81)
    made.job(person, start=82, weeks=3, shortlist=shortlist, vacancy=roles[1])
    assert graded(made) == [(1, False), (2, True), (0, False)]


def test_another_choice_than_to_put_forward_is_no_grade():
    made = MadeHistory()
    _, shortlist, roles = one_list(made)
    made.decision(shortlist, roles[0], on=1, choice="not_wanted")
    assert graded(made) == [(0, True)] * 3


def test_a_job_that_starts_half_a_year_after_its_list_is_not_counted_as_brought_by_it():
    made = MadeHistory()
    person, shortlist, roles = one_list(made)
    made.decision(shortlist, roles[0], on=1)
    made.job(person, start=27, weeks=30, shortlist=shortlist, vacancy=roles[0])
    assert graded(made)[0] == (1, True)


def test_only_settled_lists_with_an_outcome_count():
    made = MadeHistory()
    for _ in range(10):
        _, shortlist, roles = one_list(made)
        made.decision(shortlist, roles[1], on=1)
    one_list(made)  # nothing came of it
    _, young, roles = one_list(made, drawn=60)
    made.decision(young, roles[0], on=61)
    person, unseen, roles = one_list(made)
    made.job(person, start=2, seen=4, shortlist=unseen, vacancy=roles[0])
    found = ranking_metrics(made.history(), seed=1)
    assert (found.lists, found.old_enough, found.out_of_sight, found.counted) == (13, 12, 1, 10)
    ndcg = found.metrics["ndcg"]
    assert isinstance(ndcg, Estimate)
    assert (ndcg.value, ndcg.low, ndcg.high, ndcg.count) == pytest.approx((1 / math.log2(3),) * 3 + (10,))
    assert found.metrics["reciprocal_rank"] == Estimate(value=0.5, low=0.5, high=0.5, count=10, standard_error=0.0)
    assert ranking_table(found).notes[:2] == (
        "Lists: 13. Drawn at least 52 weeks before the last day of the history: 12. "
        "Of these, lists with a role that was put forward count: 10.",
        "Left out, as a job that came of them was lost from sight: fewer than 10.",
    )


def test_each_participant_counts_once_however_many_lists_they_have():
    made = MadeHistory()
    for person_number in range(10):
        person, roles = made.participant(), [made.vacancy() for _ in range(2)]
        for drawn in range(3 if person_number < 5 else 1):
            shortlist = made.shortlist(person, roles, drawn=drawn)
            made.decision(shortlist, roles[1 if person_number < 5 else 0], on=drawn)
    found = ranking_metrics(made.history(), seed=1).metrics["reciprocal_rank"]
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.75)
    assert found.low < 0.75 < found.high


def test_another_order_is_measured_on_the_same_grades():
    made = MadeHistory()
    for _ in range(10):
        _, shortlist, roles = one_list(made)
        made.decision(shortlist, roles[2], on=1)
    history = made.history()
    turned = -history.entries["position"].to_numpy()
    assert ranking_metrics(history, seed=1, places=turned).metrics["ndcg"] == Estimate(
        value=1.0, low=1.0, high=1.0, count=10, standard_error=0.0
    )


def test_of_fewer_than_ten_people_nothing_is_said():
    made = MadeHistory()
    _, shortlist, roles = one_list(made)
    made.decision(shortlist, roles[1], on=1)
    assert all(isinstance(each, Unsaid) for each in ranking_metrics(made.history(), seed=1).metrics.values())
    assert all(isinstance(each, Unsaid) for each in ranking_metrics(MadeHistory().history(), seed=1).metrics.values())


LISTS = st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=15), min_size=1, max_size=6)


@given(LISTS, st.integers(1, 12), st.randoms(use_true_random=False))
def test_many_lists_at_once_equal_one_at_a_time(lists: list[list[int]], k: int, chance: Any):
    rows = [(number * 3, place * 2 + 1, grade) for number, each in enumerate(lists) for place, grade in enumerate(each)]
    chance.shuffle(rows)
    of, places, grade = zip(*rows, strict=True)
    found = by_list(k, lists=of, places=places, grades=grade)
    assert found.lists.tolist() == [number * 3 for number in range(len(lists))]
    for number, each in enumerate(lists):
        ranked, by_name = list(range(len(each))), dict(enumerate(each))
        assert found.relevant[number] == sum(one > 0 for one in each)
        assert found.ndcg[number] == pytest.approx(ndcg_at(k, ranked=ranked, grades=by_name), abs=1e-12)
        assert found.average_precision[number] == pytest.approx(average_precision(ranked=ranked, grades=by_name))
        assert found.reciprocal_rank[number] == pytest.approx(reciprocal_rank(ranked=ranked, grades=by_name))
        assert found.recall[number] == pytest.approx(recall_at(k, ranked=ranked, grades=by_name))
        assert found.precision[number] == pytest.approx(precision_at(k, ranked=ranked, grades=by_name))


def test_many_lists_at_once_equal_ir_measures():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ir_measures
        from ir_measures import AP, RR, P, R, nDCG

        chance = np.random.default_rng(4)
        grade = chance.choice([0, 0, 0, 1, 2, 3, 4], size=(40, 12))
        judged = {str(q): {str(d): int(g) for d, g in enumerate(line)} for q, line in enumerate(grade) if line.any()}
        run = {query: {document: -float(document) for document in line} for query, line in judged.items()}
        oracle = ir_measures.calc_aggregate([nDCG @ 10, AP, RR, R @ 10, P @ 10], judged, run)
    rows = [(int(query), int(document), one) for query, line in judged.items() for document, one in line.items()]
    lists, places, grades_of = zip(*rows, strict=True)
    found = by_list(10, lists=lists, places=places, grades=grades_of)
    for mine, theirs in [
        (found.ndcg, nDCG @ 10),
        (found.average_precision, AP),
        (found.reciprocal_rank, RR),
        (found.recall, R @ 10),
        (found.precision, P @ 10),
    ]:
        assert mine.mean() == pytest.approx(oracle[theirs], abs=1e-9)


def test_two_hundred_thousand_lists_take_seconds():
    chance = np.random.default_rng(1)
    lists, places = np.repeat(np.arange(200_000), 10), np.tile(np.arange(10), 200_000)
    began = time.process_time()
    by_list(10, lists=lists, places=places, grades=chance.integers(0, 5, 2_000_000))
    assert time.process_time() - began < 5
