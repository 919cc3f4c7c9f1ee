"""Coverage and exposure: worked by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.estimates import Estimate
from evaluation.metrics.coverage import coverage, gini
from evaluation.tables import Unsaid
from tests.evaluation.made_histories import MadeHistory


def share(estimate: Any) -> tuple[float, int]:
    assert isinstance(estimate, Estimate)
    return estimate.value, estimate.count


def a_history() -> MadeHistory:
    """Four roles of three employers, three of them listed; two people, three lists."""
    made = MadeHistory()
    people = [made.participant(), made.participant()]
    advertised = made.vacancy(employer="Acorn Foods", openings=2)
    carved = made.vacancy(employer="Acorn Foods", source="carved")
    unadvertised = made.vacancy(employer="Birch Care", source="unadvertised")
    made.vacancy(employer="Cedar Cafe")
    stretch = [{}, {"stretch": True}]
    first = made.shortlist(people[0], [advertised, carved], entries=stretch)
    made.shortlist(people[0], [advertised, unadvertised], drawn=2, entries=stretch)
    third = made.shortlist(people[1], [advertised], drawn=2)
    made.decision(first, carved, on=1)
    made.decision(third, advertised, on=3)
    made.decision(first, advertised, on=1, choice="not_now")
    made.job(people[0], start=4, shortlist=first, vacancy=carved)
    return made


def test_the_share_of_roles_that_were_ever_listed():
    assert share(coverage(a_history().history()).listed) == (3 / 4, 4)


def test_exposure_is_by_position_and_never_listed_roles_count_as_nought():
    found = coverage(a_history().history())
    second = 1 / math.log2(3)
    roles, employers = [3.0, second, second, 0.0], [3.0 + second, second, 0.0]
    assert found.gini_of_vacancies == pytest.approx(plain_gini(roles))
    assert found.gini_of_employers == pytest.approx(plain_gini(employers))


def test_people_per_opening_counts_a_person_once_a_role():
    assert coverage(a_history().history()).people_per_opening == pytest.approx((2 / 2 + 1 / 1 + 1 / 1) / 3)


def test_the_share_of_roles_that_were_not_advertised_at_each_step():
    found = coverage(a_history().history()).unadvertised
    assert {name: share(each) for name, each in found.items()} == {
        "listed": (pytest.approx(2 / 5), 5),
        "put_forward": (1 / 2, 2),
        "started": (1.0, 1),
    }


def test_stretch_suggestions_that_were_taken_beside_other_entries():
    found = coverage(a_history().history())
    assert (share(found.stretch_taken), share(found.others_taken)) == ((1 / 2, 2), (pytest.approx(1 / 3), 3))


def test_of_nothing_nothing_is_said():
    found = coverage(MadeHistory().history())
    assert all(
        isinstance(each, Unsaid)
        for each in (found.listed, found.gini_of_vacancies, found.people_per_opening, found.stretch_taken)
    )


def plain_gini(amounts: list[float]) -> float:
    """Half the mean absolute difference over the mean."""
    differences = [abs(one - other) for one in amounts for other in amounts]
    return sum(differences) / len(differences) / 2 / (sum(amounts) / len(amounts))


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_gini_is_half_the_mean_difference_over_the_mean(amounts: list[float]):
    found = gini(amounts)
    if sum(amounts) < 1e-6:
        return
    assert found == pytest.approx(plain_gini(amounts), abs=1e-9)
    assert found == pytest.approx(gini(np.array(amounts) * 3), abs=1e-9)
