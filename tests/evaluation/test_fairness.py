"""Figures by self-declared group: worked by hand, withheld where few, and alarms as often as they should be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kruskal, rankdata
from statsmodels.stats.multitest import multipletests

from evaluation.estimates import Estimate
from evaluation.fairness import Fairness, fairness_of
from evaluation.fairness.comparing_groups import Kind, alarms_of, figures_of, holm, kinds_of, may_be_shown
from evaluation.fairness.measures import NO_GROUP, Measure, PerPerson, UntilEvent, spread_between, still_going
from evaluation.fairness.of_history import measures_of
from evaluation.history import History
from evaluation.records.reading import history_of
from evaluation.simulation import PLANTED_GROUP, Effects, simulate
from evaluation.tables import Unit, Unsaid, Withheld
from tests.evaluation.ranked_lists import history_of_lists


def kind(*sizes: int) -> Kind:
    """Groups a, b, ... of these sizes, people one after the other."""
    return Kind(
        name="colour",
        groups=tuple("abcdef"[: len(sizes)]),
        of=np.repeat(np.arange(len(sizes), dtype=np.int64), sizes),
    )


def per_person(values: Sequence[float], unit: Unit = Unit.NUMBER) -> PerPerson:
    return PerPerson(name="x", words="x", unit=unit, values=np.array(values, np.float64))


# Figures


def test_each_group_stands_beside_everyone_else_with_difference_and_ratio() -> None:
    values = [1.0] * 5 + [3.0] * 5 + [4.0] * 10 + [8.0] * 10
    first, second, third = figures_of(kind(10, 10, 10), per_person(values))
    assert isinstance(first.figure, Estimate)
    assert isinstance(first.others, Estimate)
    assert isinstance(first.difference, Estimate)
    assert isinstance(first.ratio, Estimate)
    assert (first.figure.value, first.others.value) == (2, 6)
    assert first.difference.value == -4
    assert first.difference.low < -4 < first.difference.high
    assert first.ratio.value == pytest.approx(1 / 3)
    assert [figure.people for figure in (first, second, third)] == [10, 10, 10]


def test_people_without_a_figure_are_not_counted() -> None:
    values = [1.0] * 10 + [np.nan] * 2 + [0.0] * 12
    figures = figures_of(kind(12, 12), per_person(values, Unit.SHARE))
    assert [figure.people for figure in figures] == [10, 12]


def test_a_group_under_ten_is_withheld_and_the_next_smallest_with_it() -> None:
    values = [1.0] * 8 + [2.0] * 15 + [3.0] * 20
    small, next_, large = figures_of(kind(8, 15, 20), per_person(values))
    assert small.figure == Withheld(complement=False)
    assert next_.figure == Withheld(complement=True)
    assert small.people == Withheld(complement=False)
    assert isinstance(large.figure, Estimate)


def test_what_is_withheld_is_not_in_the_figure_of_everyone_else() -> None:
    values = [100.0] * 8 + [100.0] * 12 + [2.0] * 20 + [6.0] * 20
    of_c = figures_of(kind(8, 12, 20, 20), per_person(values))[2]
    assert isinstance(of_c.others, Estimate)
    assert of_c.others.value == 6
    assert of_c.others.count == 20


def test_groups_of_nobody_hide_nobody() -> None:
    assert may_be_shown(np.array([0, 12, 20])).tolist() == [False, True, True]
    assert may_be_shown(np.array([3, 9, 20, 30])).tolist() == [False, False, True, True]


def test_with_one_group_alone_there_is_nothing_to_compare() -> None:
    (only,) = figures_of(kind(20), per_person([1.0] * 20))
    assert isinstance(only.others, Unsaid)
    assert isinstance(only.difference, Unsaid)
    (alarm,) = alarms_of([kind(20)], [per_person([float(each) for each in range(20)])])
    assert isinstance(alarm.chance_alone, Unsaid)
    assert not alarm.raised


def test_a_person_with_several_jobs_is_one_person() -> None:
    jobs = UntilEvent(
        name="x",
        words="x",
        unit=Unit.SHARE,
        person=np.array([0] * 20 + list(range(12, 24))),
        time=np.full(32, 30.0),
        happened=np.zeros(32, bool),
        up_to=26,
        read=still_going,
    )
    few, many = figures_of(kind(12, 12), jobs)
    assert few.people == Withheld(complement=False)
    assert many.people == Withheld(complement=True)


# Measures of a history


def measure(history: History, name: str) -> Measure:
    return next(each for each in measures_of(history) if each.name == name)


def test_exposure_counts_lists_and_suggestions_of_the_first_half_year_alone() -> None:
    history = history_of_lists(
        [{}, {}],
        [{}],
        [{}, {}, {}],
        people=["p0", "p0", "p1"],
        list_columns={0: {"drawn_on": "2025-02-10"}, 1: {"drawn_on": "2025-09-10"}, 2: {"drawn_on": "2025-02-10"}},
    )
    lists, suggestions, exposure = (measure(history, name) for name in ("lists", "suggestions", "exposure"))
    assert lists.values.tolist() == [1, 1]  # type: ignore[union-attr]
    assert suggestions.values.tolist() == [2, 3]  # type: ignore[union-attr]
    second, third = 1 / np.log2(3), 1 / np.log2(4)
    assert exposure.values.tolist() == pytest.approx([1 + second, 1 + second + third])  # type: ignore[union-attr]


def test_who_entered_too_lately_has_no_figure_of_the_first_half_year() -> None:
    history = history_of_lists(
        [{}], participant_columns={"p0": {"entered_on": "2026-03-01"}}, list_columns={0: {"drawn_on": "2026-03-02"}}
    )
    assert np.isnan(measure(history, "lists").values).all()  # type: ignore[union-attr]


def test_the_share_not_advertised_is_of_each_persons_suggestions() -> None:
    history = history_of_lists(
        [{"vacancy": "a"}, {"vacancy": "b"}],
        [{"vacancy": "a"}],
        vacancies={"a": {"source": "unadvertised"}, "b": {"source": "advertised"}},
    )
    assert measure(history, "unadvertised").values.tolist() == [0.5, 1]  # type: ignore[union-attr]


def test_what_stands_first_weighs_more_in_the_fit_that_is_shown() -> None:
    history = history_of_lists([{"score": 0.9}, {"score": 0.3}])
    second = 1 / np.log2(3)
    expected = (0.9 + 0.3 * second) / (1 + second)
    assert measure(history, "fit_shown").values.tolist() == pytest.approx([expected])  # type: ignore[union-attr]


def test_days_to_the_first_list_count_from_entering() -> None:
    history = history_of_lists(
        [{}],
        [{}],
        people=["p0", "p0"],
        list_columns={0: {"drawn_on": "2025-03-03"}, 1: {"drawn_on": "2025-02-21"}},
        participant_columns={"p0": {"entered_on": "2025-02-01"}, "p1": {"entered_on": "2025-02-01"}},
    )
    first = measure(history, "first_list_days")
    assert isinstance(first, UntilEvent)
    assert first.time[0] == 20
    assert first.happened.tolist() == [True, False]


def test_who_came_with_a_job_to_keep_is_not_asked_for_a_start() -> None:
    columns = {"p0": {"route": "in_work_retention"}, "p1": {"route": "out_of_work"}, "p2": {}}
    history = history_of_lists(
        [{}],
        participant_columns=columns,
        jobs=[{"participant": "p1", "started_on": "2025-03-08"}],
    )
    first = measure(history, "job_start")
    assert isinstance(first, UntilEvent)
    assert first.person.tolist() == [1, 2]
    assert first.time[0] == 5  # weeks from 1 February
    assert first.happened.tolist() == [True, False]


def test_who_prefers_not_to_say_is_of_no_group() -> None:
    history = history_of_lists(
        [{}], [{}], [{}], groups=[("p0", "sex", "female"), ("p1", "sex", "male"), ("p2", "sex", "prefers_not_to_say")]
    )
    (sex,) = kinds_of(history)
    assert sex.groups == ("female", "male")
    assert sex.of.tolist() == [0, 1, NO_GROUP]


def test_where_nobody_was_asked_there_is_no_table() -> None:
    assert fairness_of(history_of_lists([{}])).tables() == ()


# Tests and alarms


def test_the_spread_between_groups_is_kruskal_wallis_when_taken_of_ranks() -> None:
    rng = np.random.default_rng(4)
    group = np.repeat([0, 1, 2], [12, 20, 9])
    values = rng.random(len(group)) + 0.2 * group
    expected = kruskal(*(values[group == each] for each in range(3))).pvalue
    assert spread_between(rankdata(values), group) == pytest.approx(expected, rel=1e-9)


def test_holm_by_hand_leaves_out_what_was_not_tested() -> None:
    unsaid = Unsaid(why="x")
    first, second, third, fourth = holm([0.01, unsaid, 0.04, 0.03])
    assert second is unsaid
    assert [first, third, fourth] == pytest.approx([0.03, 0.06, 0.06])


def test_holm_equals_a_second_implementation() -> None:
    chances = np.random.default_rng(2).random(30) ** 3
    expected = multipletests(chances, method="holm")[1]
    np.testing.assert_allclose(np.array(holm(chances.tolist()), np.float64), expected, rtol=1e-12)


def test_the_largest_gap_is_between_the_highest_and_the_lowest_group_told_of() -> None:
    values = [1.0] * 12 + [5.0] * 12 + [3.0] * 12 + [99.0] * 3 + [99.0] * 11
    (alarm,) = alarms_of([kind(12, 12, 12, 3, 11)], [per_person(values)])
    assert alarm.largest_gap == pytest.approx(4)
    assert alarm.groups == 3


@pytest.fixture(scope="module")
def world() -> Callable[..., History]:
    made: dict[tuple[int, Effects], History] = {}

    def of(size: int = 1200, **effects: float) -> History:
        key = size, Effects(**effects)
        if key not in made:
            simulated = simulate(participants=size, months=24, seed=11, effects=key[1])
            made[key] = history_of(simulated.tables, simulated.data_until)
        return made[key]

    return of


def alarmed(history: History) -> set[tuple[str, str]]:
    return {(alarm.kind, alarm.measure) for alarm in fairness_of(history).raised()}


def test_a_planted_difference_in_lasting_is_found(world: Callable[..., History]) -> None:
    assert (PLANTED_GROUP[0], "same_job_26_weeks") in alarmed(world(group_gap=2.5))


def test_a_planted_difference_in_starts_is_found(world: Callable[..., History]) -> None:
    assert (PLANTED_GROUP[0], "job_start") in alarmed(world(group_start_gap=0.5))


def test_where_groups_do_not_differ_one_report_in_twenty_raises_an_alarm(world: Callable[..., History]) -> None:
    """Groups are dealt out anew by chance, so nothing can differ: the whole family, and each test on its own."""
    history = world(size=600)
    kinds, measures = kinds_of(history), measures_of(history)
    rng = np.random.default_rng(8)
    family, single, tested = 0, 0, 0
    draws = 60
    for _ in range(draws):
        dealt = [replace(kind, of=rng.permutation(kind.of)) for kind in kinds]
        chances = [each.chance_alone(kind.of) for kind in dealt for each in measures]
        told = [chance for chance in chances if not isinstance(chance, Unsaid)]
        tested += len(told)
        single += sum(chance < 0.05 for chance in told)
        family += any(not isinstance(after, Unsaid) and after < 0.05 for after in holm(chances))
    assert 0.035 < single / tested < 0.065
    assert family / draws < 0.05 + 3 * np.sqrt(0.05 * 0.95 / draws)


def test_the_tables_say_the_same_twice(world: Callable[..., History]) -> None:
    first, again = (fairness_of(world()).tables() for _ in range(2))
    assert first == again
    assert [table.name for table in first] == [
        "fairness_alarms",
        "fairness_age",
        "fairness_disability",
        "fairness_ethnicity",
        "fairness_sex",
    ]


def test_a_given_order_is_compared_as_well() -> None:
    groups = [(f"p{number}", "sex", "female" if number % 2 else "male") for number in range(24)]
    history = history_of_lists(*[[{}]] * 24, people=[f"p{number}" for number in range(24)], groups=groups)
    told: Fairness = fairness_of(history, ranking=np.tile([0.2, 0.6], 12))
    female = next(each for each in told.figures if each.measure == "ndcg" and each.group == "female")
    assert isinstance(female.figure, Estimate)
    assert female.figure.count == 12
