"""What not knowing costs: worked by hand, as laws over drawn people and pools, and against the engine itself."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.unknowns.habits import Habit, valued, with_facts_hidden
from evaluation.unknowns.measuring import MEASURES, SHARES_HIDDEN, Ratio, Unknowns, measure
from evaluation.unknowns.tables import csv_of, figure_of, json_of, markdown_of, write_unknowns
from evaluation.unknowns.truth_sets import TruthSet, facts_of, invented_truth
from matching.errors import Invalid
from matching.fit.part import OK, UNKNOWN, Judged
from matching.fit.requirements import Driving
from matching.laying_out import build_pool
from matching.model.vacancy import VacancyStatus
from matching.shortlisting import Shortlister
from matching.taxonomy import load_catalogue
from tests import strategies
from tests.builders import AS_OF, profile_of, setting, shortlister_of, vacancy_of

Raw = dict[str, Any]
OTHERS = (Habit.NO, Habit.YES, Habit.IGNORED)

# Pools are slow to draw, so these laws look a quarter as long as the profile of Hypothesis says.
quarter = settings(max_examples=max(settings().max_examples // 4, 5))


def truth_of(profiles: Sequence[Raw], vacancies: Sequence[Raw]) -> TruthSet:
    jobs = (replace(vacancy_of(each), status=VacancyStatus.OPEN, opens_on=None, closes_on=None) for each in vacancies)
    return TruthSet(profiles=tuple(map(profile_of, profiles)), vacancies=tuple(jobs), as_of=AS_OF)


def shortlister_for(truth: TruthSet) -> Shortlister:
    pool = build_pool(truth.vacancies, catalogue=load_catalogue(), sectors=setting().sectors)
    return shortlister_of(pool)


def measured(
    profiles: Sequence[Raw],
    vacancies: Sequence[Raw],
    *,
    shares: Sequence[float] = (0.0, 1.0),
    draws: int = 1,
    seed: int = 0,
) -> Unknowns:
    truth = truth_of(profiles, vacancies)
    return measure(truth, shortlister_for(truth), shares=shares, draws=draws, seed=seed)


@cache
def of_an_invented_world() -> Unknowns:
    truth = invented_truth(people=12, vacancies=60, seed=5)
    return measure(truth, shortlister_for(truth), seed=5, draws=3)


def part_and_whole(ratio: Ratio) -> tuple[float, float]:
    return ratio.part, ratio.whole


# Worked by hand: of each vacancy every fact is known, and then none is.

BAKER: Raw = {"participant_ref": "P-1", "wanted_work": [{"label": "baker"}], "hours": {"max": 16}}
SHORT: Raw = {"vacancy_ref": "V-1", "title": "Baker", "employer": "Acorn Foods", "hours": {"min": 8, "max": 12}}
LONG: Raw = {"vacancy_ref": "V-2", "title": "Baker", "employer": "Elm Foods", "hours": {"min": 30, "max": 37}}
KNOWN_DRIVING = {"requirements": {"driving": "none"}, **SHORT}


def test_by_our_rule_what_is_hidden_leaves_nothing_out_and_lists_what_does_not_fit_with_a_question():
    line = measured([BAKER], [SHORT, LONG]).result(1.0, Habit.ASK)

    assert part_and_whole(line.false_exclusions) == (0, 1)
    assert part_and_whole(line.false_inclusions) == (1, 1)
    assert part_and_whole(line.inclusions_marked) == (1, 1)
    assert part_and_whole(line.inclusions_questioned) == (1, 1)
    assert part_and_whole(line.fits_marked) == (1, 1)
    assert part_and_whole(line.unfit_in_first) == (1, 2)
    assert part_and_whole(line.unfit_shown_as_fitting) == (0, 2)
    assert part_and_whole(line.overlap_at_10) == (1, 1)
    assert part_and_whole(line.questions) == (2, 1)
    assert part_and_whole(line.deciding_questions) == (2, 1)


def test_where_unknown_is_no_everything_is_left_out():
    line = measured([BAKER], [SHORT, LONG]).result(1.0, Habit.NO)

    assert part_and_whole(line.false_exclusions) == (1, 1)
    assert part_and_whole(line.false_inclusions) == (0, 1)
    assert part_and_whole(line.unfit_in_first) == (0, 0)
    assert line.unfit_in_first.value is None
    assert part_and_whole(line.overlap_at_10) == (0, 1)
    assert part_and_whole(line.ndcg_at_10) == (0, 1)


@pytest.mark.parametrize("habit", [Habit.YES, Habit.IGNORED])
def test_where_unknown_is_yes_or_ignored_everything_is_listed_as_if_it_fitted(habit: Habit):
    line = measured([BAKER], [SHORT, LONG]).result(1.0, habit)

    assert part_and_whole(line.false_exclusions) == (0, 1)
    assert part_and_whole(line.false_inclusions) == (1, 1)
    assert part_and_whole(line.inclusions_marked) == (0, 1)
    assert part_and_whole(line.inclusions_questioned) == (0, 1)
    assert part_and_whole(line.unfit_shown_as_fitting) == (1, 2)
    assert part_and_whole(line.questions) == (0, 1)


def test_what_is_asked_before_applying_is_a_question_and_no_mark():
    driver = {"participant_ref": "P-1", "driving": "none"}
    needs_licence = LONG | {"requirements": {"driving": "full_manual"}}

    line = measured([driver], [KNOWN_DRIVING, needs_licence]).result(1.0, Habit.ASK)

    assert part_and_whole(line.false_inclusions) == (1, 1)
    assert part_and_whole(line.inclusions_marked) == (0, 1)
    assert part_and_whole(line.inclusions_questioned) == (1, 1)
    assert part_and_whole(line.unfit_shown_as_fitting) == (1, 2)


def test_a_hidden_list_of_qualifications_is_asked_about_as_a_whole():
    person = {"participant_ref": "P-1", "qualifications": []}
    asking = LONG | {"requirements": {"qualifications": [{"slug": "early_years_l3", "obtainable_weeks": 78}]}}
    free = SHORT | {"requirements": {"qualifications": []}}

    line = measured([person], [free, asking]).result(1.0, Habit.ASK)

    assert part_and_whole(line.false_inclusions) == (1, 1)
    assert part_and_whole(line.inclusions_questioned) == (1, 1)


SWAPPED = (9 + 10 / math.log2(3)) / (10 + 9 / math.log2(3))  # nDCG where grades 10 and 9 change places
FUSSY: Raw = {"participant_ref": "P-1", "wanted_work": [{"label": "zoo"}], "pay_floor": {"hourly": 12.0}}
UNPAID: Raw = {"vacancy_ref": "V-1", "title": "Clerk", "employer": "Acorn Foods"}


@pytest.mark.parametrize(
    ("habit", "hourly", "ndcg"),
    [
        # The floor is not hard, so pay below it is worth 0.37, unknown pay 0.5 by our rule; the wish is not near.
        (Habit.ASK, 11.0, 1.0),
        (Habit.NO, 11.0, SWAPPED),  # worth nothing
        (Habit.YES, 11.0, 1.0),
        (Habit.IGNORED, 11.0, SWAPPED),  # nothing makes up for the wish
        # Pay that reaches the floor is worth 1.
        (Habit.ASK, 13.0, 1.0),
        (Habit.NO, 13.0, 1.0),
        (Habit.YES, 13.0, SWAPPED),  # worth as much, and the reference decides
        (Habit.IGNORED, 13.0, 1.0),
    ],
)
def test_what_is_unknown_has_another_worth_by_each_habit(habit: Habit, hourly: float, ndcg: float):
    paid = UNPAID | {"vacancy_ref": "V-2", "pay": {"hourly": hourly}}

    line = measured([FUSSY], [UNPAID, paid], shares=(0.0,)).result(0.0, habit)

    assert line.ndcg_at_10.value == pytest.approx(ndcg)
    assert line.overlap_at_10.value == 1.0


@pytest.mark.parametrize(
    ("habit", "values", "at"),
    [
        (Habit.NO, [0.6, 0.0, 1.0], [1, 3, 4]),
        (Habit.YES, [0.6, 1.0, 1.0], [1, 3, 4]),
        (Habit.IGNORED, [0.6, 1.0], [1, 4]),
    ],
)
def test_a_part_that_some_jobs_have_keeps_its_place_at_each(habit: Habit, values: list[float], at: list[int]):
    codes = np.array([OK, UNKNOWN, OK])
    asked = Judged(Driving(name="driving", licence=None), codes, np.array([0.6, 0.5, 1.0]), np.array([1, 3, 4]))

    found = valued(asked, habit)

    assert (found.values.tolist(), found.at.tolist()) == (values, at)
    assert len(found.codes) == len(values)


def test_a_pair_that_the_full_facts_leave_open_is_left_out_and_counted():
    unknown_hours = {"vacancy_ref": "V-3", "title": "Baker", "employer": "Oak Foods"}

    result = measured([BAKER], [SHORT, LONG, unknown_hours])

    assert (result.pairs, result.pairs_of_unknown_truth) == (3, 1)
    assert part_and_whole(result.result(0.0, Habit.NO).false_exclusions) == (0, 1)
    assert part_and_whole(result.result(1.0, Habit.ASK).unfit_in_first) == (1, 2)


def test_pairs_are_counted_in_every_draw():
    line = measured([BAKER], [SHORT, LONG], draws=4).result(1.0, Habit.NO)

    assert (line.draws, part_and_whole(line.false_exclusions)) == (4, (4, 4))


def test_fewer_than_ten_people_have_no_interval():
    line = measured([BAKER], [SHORT, LONG]).result(1.0, Habit.NO)

    assert (line.false_exclusions.low, line.false_exclusions.high) == (None, None)


def test_ten_people_alike_have_an_interval_of_no_width():
    people = [BAKER | {"participant_ref": f"P-{number}"} for number in range(10)]

    ratio = measured(people, [SHORT, LONG]).result(1.0, Habit.NO).false_exclusions

    assert (ratio.part, ratio.whole, ratio.low, ratio.high) == (10, 10, 1.0, 1.0)


@pytest.mark.parametrize(
    ("vacancies", "said"),
    [
        ([{"vacancy_ref": "V-1", "title": "Baker", "employer": "Oak Foods"}], "states a fact that could be hidden"),
        ([{"vacancy_ref": "V-1", "title": "Baker", "employer": "Oak Foods", "pay": {"hourly": 13}}], "leaves open"),
    ],
)
def test_a_set_that_cannot_tell_anything_is_refused(vacancies: list[Raw], said: str):
    with pytest.raises(Invalid, match=said):
        measured([BAKER], vacancies)


# Laws


@quarter
@given(strategies.caseloads(size=2), strategies.pools(), st.floats(0, 1), st.integers(0, 99))
def test_our_rule_never_leaves_out_what_fits_and_asks_about_whatever_it_lists_wrongly(
    people: list[Raw], pool: list[Raw], share: float, seed: int
):
    try:
        line = measured(people, pool, shares=(share,), seed=seed, draws=2).result(share, Habit.ASK)
    except Invalid:
        return  # nothing to hide, or nothing known

    assert line.false_exclusions.part == 0
    assert line.inclusions_questioned.part == line.inclusions_questioned.whole == line.false_inclusions.part


@quarter
@given(strategies.profiles(), strategies.pools(), st.integers(0, 99))
def test_with_nothing_hidden_all_four_agree_with_the_truth(profile: Raw, pool: list[Raw], seed: int):
    try:
        result = measured([profile], pool, shares=(0.0,), seed=seed)
    except Invalid:
        return

    for habit in Habit:
        line = result.result(0.0, habit)
        assert (line.false_exclusions.part, line.false_inclusions.part, line.unfit_in_first.part) == (0, 0, 0)


@quarter
@given(strategies.profiles(), strategies.pools(), st.integers(0, 99))
def test_the_more_is_hidden_the_more_is_listed_wrongly(profile: Raw, pool: list[Raw], seed: int):
    # Where unknown is no there is no such law: with a whole list of qualifications goes the question about one of them.
    try:
        result = measured([profile], pool, shares=(0.0, 0.3, 0.7, 1.0), seed=seed, draws=1)
    except Invalid:
        return

    listed = [result.result(share, Habit.ASK).false_inclusions.part for share in (0.0, 0.3, 0.7, 1.0)]
    assert listed == sorted(listed)


def test_where_everything_is_known_all_four_are_the_same_to_the_bit():
    result = of_an_invented_world()

    ours = result.result(0.0, Habit.ASK)
    assert result.pairs_of_unknown_truth == 0
    assert (ours.overlap_at_10.value, ours.ndcg_at_10.value) == (1.0, pytest.approx(1.0))
    for habit in OTHERS:
        assert replace(result.result(0.0, habit), habit=Habit.ASK) == ours


def test_every_habit_that_lists_the_unknown_lists_the_same():
    for share in SHARES_HIDDEN:
        ours, yes, ignored = (
            of_an_invented_world().result(share, habit) for habit in (Habit.ASK, Habit.YES, Habit.IGNORED)
        )
        assert ours.false_inclusions == yes.false_inclusions == ignored.false_inclusions
        assert yes.false_exclusions == ignored.false_exclusions


def test_in_an_invented_world_the_habits_do_differ():
    lines = {habit: of_an_invented_world().result(0.4, habit) for habit in Habit}

    assert lines[Habit.NO].false_exclusions.value > 0.5
    assert lines[Habit.ASK].false_inclusions.value > 0.05
    assert len({line.ndcg_at_10.value for line in lines.values()}) == 4
    assert lines[Habit.ASK].unfit_shown_as_fitting.value < lines[Habit.YES].unfit_shown_as_fitting.value


# Against the engine


def test_our_list_is_the_list_of_the_engine_over_the_poorer_vacancies():
    truth = invented_truth(people=4, vacancies=50, seed=8)
    shortlister = shortlister_for(truth)
    facts = [facts_of(vacancy) for vacancy in truth.vacancies]
    world = with_facts_hidden(truth, facts, shortlister, share=0.5, seed=3, draw=0)
    fit = listed = 0
    for profile in truth.profiles:
        before = set(shortlister.order(profile, as_of=truth.as_of).rows.tolist())
        now = set(world.order(profile, as_of=truth.as_of).rows.tolist())
        assert before <= now
        fit, listed = fit + len(before), listed + len(now)

    line = measure(truth, shortlister, shares=(0.5,), draws=1, seed=3).result(0.5, Habit.ASK)

    assert line.false_exclusions.whole == fit
    assert line.false_inclusions.part == listed - fit


def test_facts_are_hidden_at_about_the_share_and_stay_hidden_at_larger_ones():
    truth = invented_truth(people=1, vacancies=40, seed=8)
    shortlister = shortlister_for(truth)
    facts = [facts_of(vacancy) for vacancy in truth.vacancies]

    def gone(share: float) -> np.ndarray:
        pool = with_facts_hidden(truth, facts, shortlister, share=share, seed=3, draw=0).pool
        return np.isnan(pool.columns["lift_kg"][0]), pool.columns["typical"] == 255

    for less, more in ((0.2, 0.6), (0.6, 0.9)):
        assert all((few <= many).all() for few, many in zip(gone(less), gone(more), strict=True))
    assert 0.5 < gone(0.6)[1].mean() < 0.7


def test_the_same_set_and_seed_give_the_same_figures_and_another_seed_others():
    people = [BAKER, {"participant_ref": "P-2", "hours": {"max": 10}, "pay_floor": {"hourly": 12.5, "hard": True}}]
    pool = [SHORT | {"vacancy_ref": f"V-{number}", "pay": {"hourly": 12 + number / 10}} for number in range(12)]

    first, again, other = (measured(people, pool, shares=(0.5,), seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert first.results != other.results


# What is written


def test_the_page_names_every_habit_and_share_and_what_was_measured():
    page = markdown_of(of_an_invented_world())

    assert "12 people, 60 vacancies, 720 pairs" in page
    assert page.count("| asked (our rule) |") == 2 * len(SHARES_HIDDEN)
    assert "95 % intervals over people" in page


def test_a_habit_that_asks_nothing_is_shown_neither_marks_nor_questions():
    [line] = [row for row in markdown_of(of_an_invented_world()).splitlines() if row.startswith("| 40 %   | yes")][:1]

    assert [cell.strip() for cell in line.split("|")[5:8]] == ["-", "-", "-"]


def test_json_and_csv_hold_every_figure():
    told = json.loads(json_of(of_an_invented_world()))
    rows = list(csv.DictReader(io.StringIO(csv_of(of_an_invented_world()))))

    assert len(told["results"]) == len(rows) == len(SHARES_HIDDEN) * len(Habit)
    for line, row in zip(told["results"], rows, strict=True):
        assert (line["habit"], line["hidden"]) == (row["unknown_is"], float(row["hidden"]))
        for name in MEASURES:
            assert float(row[f"{name}_part"]) == pytest.approx(line[name]["part"], rel=1e-5)


def test_the_figure_is_an_image_with_a_title_and_a_description():
    drawn = fromstring(figure_of(of_an_invented_world()))

    assert drawn.tag.endswith("svg")
    assert {child.tag.rpartition("}")[2] for child in drawn} >= {"title", "desc"}


def test_the_same_figures_give_the_same_files(tmp_path: Path):
    for name in ("a", "b"):
        write_unknowns(of_an_invented_world(), tmp_path / name)

    for file in ("unknowns.csv", "unknowns.json", "unknowns.svg"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("", encoding="utf-8")

    with pytest.raises(Invalid, match="not empty"):
        write_unknowns(of_an_invented_world(), tmp_path)
