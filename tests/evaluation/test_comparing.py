"""An old and a new ranking side by side: each verdict, each line, and a history that cannot tell."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from api import cli
from evaluation.comparing import Comparison, Line, Part, Role, Verdict, compare, verdict_of
from evaluation.comparing.exposure import attention, chance_of_first, coverage_lines
from evaluation.comparing.order import ndcg_by_person
from evaluation.comparing.page import json_of, text_of
from evaluation.comparing.verdict import breached_guards
from evaluation.estimates import Estimate
from evaluation.history import History
from evaluation.methods import named
from evaluation.metrics.ranking import ndcg_at
from evaluation.off_policy.placing import Placing, logged_placing, pages_of
from evaluation.records.reading import history_of
from evaluation.records.writing import write_history
from evaluation.simulation import Effects, simulate
from evaluation.tables import Unit, Unsaid
from tests.evaluation.ranked_lists import history_of_lists


def estimate(value: float, error: float = 0.01) -> Estimate:
    return Estimate(value=value, low=value - 2 * error, high=value + 2 * error, count=100, standard_error=error)


def line(difference: Estimate | Unsaid, *, role: Role = Role.GUARD, margin: float = 0.05, more_is: int = 1) -> Line:
    return Line(
        part=Part.VALUE,
        name=str(role),
        words=f"the {role}",
        unit=Unit.NUMBER,
        role=role,
        old=estimate(0.5),
        new=estimate(0.5),
        difference=difference,
        margin=margin,
        more_is=more_is,
    )


def main(value: float, error: float = 0.01) -> Line:
    return line(estimate(value, error), role=Role.MAIN)


# The rule


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        pytest.param([main(0.03)], Verdict.BETTER, id="all of the interval above zero"),
        pytest.param([main(0.0)], Verdict.NOT_WORSE, id="all of it above minus the margin"),
        pytest.param([main(-0.02)], Verdict.NOT_WORSE, id="below zero in part, above minus the margin"),
        pytest.param([main(-0.04)], Verdict.WORSE, id="all of it below zero"),
        pytest.param([main(0.0, 0.04)], Verdict.CANNOT_TELL, id="too wide"),
        pytest.param([main(0.03), line(estimate(-0.2))], Verdict.WORSE, id="a guard beyond its margin"),
        pytest.param([main(0.03), line(estimate(-0.04))], Verdict.BETTER, id="a guard worse within its margin"),
        pytest.param([main(0.03), line(estimate(-0.1, 0.1))], Verdict.BETTER, id="a guard worse by chance, perhaps"),
        pytest.param([main(0.03), line(estimate(0.2), more_is=-1)], Verdict.WORSE, id="a guard of which less is more"),
        pytest.param([main(0.03), line(Unsaid(why="x"))], Verdict.BETTER, id="a guard without a number"),
        pytest.param([main(0.03), line(estimate(-0.9), role=Role.TOLD)], Verdict.BETTER, id="what is shown only"),
    ],
)
def test_the_verdict_follows_the_rule(lines: list[Line], verdict: Verdict) -> None:
    assert verdict_of(lines)[0] is verdict


def test_without_a_number_for_the_main_measure_the_verdict_says_why() -> None:
    unsaid = line(Unsaid(why="The overlap is too small."), role=Role.MAIN)
    assert verdict_of([unsaid, line(estimate(-0.9))]) == (
        Verdict.CANNOT_TELL,
        "The main measure (the main) has no number. The overlap is too small.",
    )


def test_many_guards_are_each_given_more_room_for_chance() -> None:
    near = line(estimate(-0.073))  # 2.3 standard errors beyond the margin
    assert breached_guards([near]) == [near]
    assert breached_guards([near, *[line(estimate(0.0))] * 9]) == []


# Lines


def test_exposure_by_hand() -> None:
    placing = Placing(first=np.array([0, 0, 2], np.int32), places=np.array([2, 2, 1], np.int32))
    shared = (1 + 1 / np.log2(3)) / 2
    assert attention(placing).tolist() == pytest.approx([shared, shared, 0.5])
    assert chance_of_first(placing, 1).tolist() == [0.5, 0.5, 0]


def test_beyond_the_first_page_there_is_no_exposure() -> None:
    placing = Placing(first=np.array([9, 10], np.int32), places=np.array([2, 1], np.int32))
    assert attention(placing).tolist() == pytest.approx([1 / np.log2(11) / 2, 0])


def graded_history() -> History:
    """Two people: the first with a start at place 2 of 3, the second with two lists, one of them without an outcome."""
    job = {"participant": "p0", "shortlist": "s0", "vacancy": "v1", "started_on": "2025-03-20"}
    return history_of_lists(
        [{"score": 0.1}, {"score": 0.9}, {"score": 0.5}],
        [{}, {}],
        [{}, {}],
        people=["p0", "p1", "p1"],
        jobs=[
            job | {"ended_on": "2025-04-03"},
            {"participant": "p1", "shortlist": "s1", "vacancy": "v3", "started_on": "2025-03-20"},
        ],
    )


def test_ndcg_of_a_ranking_equals_the_plain_metric() -> None:
    history = graded_history()
    pages = pages_of(history)
    by_score = named("score").placing(history, pages)
    logged, ranked = ndcg_by_person(history, pages, logged_placing(history, pages), by_score)
    assert logged[0] == pytest.approx(ndcg_at(10, ranked=["v0", "v1", "v2"], grades={"v1": 2}))
    assert ranked[0] == pytest.approx(ndcg_at(10, ranked=["v1", "v2", "v0"], grades={"v1": 2})) == 1


def test_ndcg_of_a_shuffle_is_the_mean_over_its_orders() -> None:
    history = graded_history()
    pages = pages_of(history)
    (found,) = ndcg_by_person(history, pages, named("random").placing(history, pages))
    orders = (["v0", "v1", "v2"], ["v1", "v0", "v2"], ["v0", "v2", "v1"])  # v1 stands at each place equally likely
    assert found[0] == pytest.approx(np.mean([ndcg_at(10, ranked=order, grades={"v1": 2}) for order in orders]))


def test_the_same_order_is_no_change_of_exposure() -> None:
    history = history_of_lists([{"score": 0.9}, {"score": 0.1}], [{"score": 0.8}, {"score": 0.7}])
    pages = pages_of(history)
    placing = named("score").placing(history, pages)
    for each in coverage_lines(history, pages, placing, placing, seed=1):
        assert isinstance(each.difference, Estimate)
        assert (each.difference.value, each.difference.low, each.difference.high) == (0, 0, 0)


def test_exposure_is_more_even_where_the_first_place_goes_round() -> None:
    rows = [{"vacancy": "a", "score": 0.9}, {"vacancy": "b", "score": 0.1}]
    other = [{"vacancy": "a", "score": 0.1}, {"vacancy": "b", "score": 0.9}]
    history = history_of_lists(rows, other)
    pages = pages_of(history)
    old = Placing(first=np.array([0, 1, 0, 1], np.int32), places=np.ones(4, np.int32))  # a stands first on both
    lines = coverage_lines(history, pages, old, named("score").placing(history, pages), seed=1)
    first = next(each for each in lines if each.name == "exposure_gini_vacancies")
    assert isinstance(first.old, Estimate)
    assert isinstance(first.new, Estimate)
    second = 1 / np.log2(3)
    assert first.old.value == pytest.approx((1 - second) / (2 * (1 + second)))
    assert first.new.value == pytest.approx(0)


def test_lists_without_an_outcome_do_not_count_towards_ndcg() -> None:
    history = graded_history()
    pages = pages_of(history)
    (found,) = ndcg_by_person(history, pages, logged_placing(history, pages))
    assert found[1] == 1


# Whole comparisons


@pytest.fixture(scope="module")
def shuffled() -> History:
    """Pages in every order equally likely, where what stands low is hardly looked at."""
    effects = Effects(shuffle_width=1.0, position_effect=1.0, choice_fit=6.0, start_chance=0.3, lost_share=0.0)
    simulated = simulate(participants=2500, months=30, seed=4, effects=effects)
    return history_of(simulated.tables, simulated.data_until)


def compared(old: str, new: str, history: History) -> Comparison:
    return compare(old=named(old), new=named(new), history=history, seed=5)


def test_a_ranking_that_brings_more_is_better_and_the_way_back_is_worse(shuffled: History) -> None:
    there = compared("nearest", "preferences", shuffled)
    assert there.verdict is Verdict.BETTER, there.why
    assert compared("preferences", "nearest", shuffled).verdict is Verdict.WORSE


def test_the_same_chance_under_another_name_is_not_worse(shuffled: History) -> None:
    assert compared("as-logged", "random,near-ties", shuffled).verdict is Verdict.NOT_WORSE


def test_lists_that_were_not_shuffled_cannot_tell_and_say_so() -> None:
    simulated = simulate(participants=300, months=24, seed=4, effects=Effects(shuffle_width=0.0))
    history = history_of(simulated.tables, simulated.data_until)
    told = compared("as-logged", "preferences", history)
    assert told.verdict is Verdict.CANNOT_TELL
    assert "were not shuffled" in told.why


@pytest.mark.parametrize("lists", [[], [[]], [[{}]]])
def test_a_history_of_next_to_nothing_cannot_tell(lists: list[list[dict[str, object]]]) -> None:
    told = compared("as-logged", "random", history_of_lists(*lists))
    assert told.verdict is Verdict.CANNOT_TELL
    assert text_of(told)


def test_a_comparison_says_the_same_twice_as_text_and_as_json(shuffled: History) -> None:
    first, again = (compared("as-logged", "score", shuffled) for _ in range(2))
    assert first == again
    read = json.loads(json_of(first, simulated=True))
    assert read["verdict"] == str(first.verdict)
    assert read["simulated"] is True
    assert len(read["lines"]) == len(first.lines)
    page = text_of(first, simulated=True)
    assert page.startswith(f"'score' in place of 'as-logged': {str(first.verdict).upper()}\n")
    assert "The history is simulated" in page
    assert all(part in page for part in ("Outcomes", "Order", "Coverage", "Fairness"))


def test_small_groups_have_no_line(shuffled: History) -> None:
    groups = shuffled.groups
    assert groups is not None
    few = groups[(groups["kind"] == "sex")].reset_index(drop=True)
    few.loc[7:, "group"] = "female"
    few.loc[:6, "group"] = "male"
    told = compared("as-logged", "score", replace(shuffled, groups=few))
    assert not [each.name for each in told.lines if each.name.startswith("job_start_")]
    assert isinstance(next(each for each in told.lines if each.name == "fit_gap_sex").difference, Unsaid)


# Commands


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated history as the command `simulate` would write it."""
    simulated = simulate(participants=300, months=24, seed=6)
    where = tmp_path_factory.mktemp("history") / "history"
    write_history(
        simulated.tables,
        where,
        form="parquet",
        about={"data_until": simulated.data_until.isoformat(), "simulated": True},
    )
    return where


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Run a command within this process: how it ended, what it printed and what it said."""
    monkeypatch.setattr(sys, "argv", ["wellplaced", "evaluate", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    told = capsys.readouterr()
    return int(stop.value.code or 0), told.out, told.err


def test_the_policy_command_tells_what_a_ranking_would_have_brought(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(monkeypatch, capsys, "policy", "preferences,near-ties", "--history", folder)
    assert status == 0
    assert out.startswith("What 'preferences,near-ties' would have brought\n")
    assert "under this ranking (doubly robust)" in out
    assert "was shuffled by chance" in out


def test_the_policy_command_names_the_closed_gate_and_what_could_be_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(monkeypatch, capsys, "policy", "nearest", "--history", folder)
    assert "No number: the gate 'overlap' is closed." in out
    assert "Ask for 'nearest,near-ties'" in out
    _, out, _ = run(monkeypatch, capsys, "policy", "nearest", "--history", folder, "--json")
    told = json.loads(out)["rewards"]["job_start"]
    assert (told["answer"], told["gate"]) == ("closed", "overlap")


def test_the_compare_command_prints_the_verdict_and_the_same_bytes_twice(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("compare", "as-logged", "score", "--history", folder, "--json")
    first, again = (run(monkeypatch, capsys, *asked) for _ in range(2))
    assert first == again
    assert json.loads(first[1])["verdict"] in set(Verdict)


def test_a_command_refuses_an_unknown_ranking_before_it_reads_anything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(monkeypatch, capsys, "compare", "as-logged", "popluar", "--history", "/nowhere")
    assert (status, out) == (2, "")
    assert "did you mean 'popular'?" in err
