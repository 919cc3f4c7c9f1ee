"""`wellplaced evaluate unknowns`: what it prints and writes, and how it refuses."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli import main
from evaluation.unknowns.habits import Habit
from evaluation.unknowns.measuring import SHARES_HIDDEN
from fixtures.truth import write_truth
from tests.evaluation.test_truth_sets import FULL, PERSON, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the command within this process, without a model."""
    monkeypatch.setenv("WELLPLACED_ENCODER", "hashing")
    monkeypatch.setenv("WELLPLACED_CACHE_DIR", str(tmp_path / "cache"))

    def unknowns(*words: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["wellplaced", "evaluate", "unknowns", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        return Ran(status=int(stop.value.code or 0), out=said.out, err=said.err)

    return unknowns


SMALL = ("--people", 10, "--vacancies", 30, "--draws", 2)


def test_an_invented_set_can_be_measured_without_any_file(run: Run):
    ran = run("--invented", *SMALL)

    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("10 people, 30 vacancies, 300 pairs")
    assert ran.out.count("| asked (our rule) |") == 2 * len(SHARES_HIDDEN)


def test_an_invented_set_and_the_same_set_from_files_give_the_same_figures(run: Run, tmp_path: Path):
    write_truth(tmp_path / "truth", people=10, vacancies=30, seed=1)

    assert run(tmp_path / "truth", "--draws", 2).out == run("--invented", *SMALL).out


def test_json_holds_a_line_for_each_share_and_habit(run: Run):
    told = json.loads(run("--invented", *SMALL, "--json").out)

    assert [(line["hidden"], line["habit"]) for line in told["results"]] == [
        (share, habit.value) for share in SHARES_HIDDEN for habit in Habit
    ]


def test_the_files_hold_what_is_printed_and_are_the_same_at_every_run(run: Run, tmp_path: Path):
    first, second = (run("--invented", *SMALL, "--json", "--out", tmp_path / name) for name in "ab")

    assert first.out == second.out == (tmp_path / "a" / "unknowns.json").read_text(encoding="utf-8")
    for file in ("unknowns.csv", "unknowns.json", "unknowns.svg"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    assert f"The figures are in {tmp_path / 'a'}." in first.err


def test_another_seed_hides_other_facts(run: Run, tmp_path: Path):
    write_truth(tmp_path / "truth", people=10, vacancies=30, seed=1)

    one, two = (run(tmp_path / "truth", "--draws", 1, "--seed", seed).out for seed in (1, 2))

    assert one != two


@pytest.mark.parametrize("words", [(), ("somewhere", "--invented")], ids=["neither", "both"])
def test_a_truth_set_is_either_named_or_invented(run: Run, words: tuple[str, ...]):
    ran = run(*words)

    assert (ran.status, ran.out) == (2, "")
    assert "Name a truth set, or say --invented" in ran.err


def test_a_row_that_cannot_be_taken_is_named(run: Run, tmp_path: Path):
    ran = run(written(tmp_path / "truth", [PERSON | {"hours": {"max": 200}}], [FULL]))

    assert (ran.status, ran.out) == (2, "")
    assert "hours.max" in ran.err


def test_a_folder_in_use_is_refused_before_anything_is_measured(run: Run, tmp_path: Path):
    (tmp_path / "mine.txt").write_text("", encoding="utf-8")

    ran = run("--invented", *SMALL, "--out", tmp_path)

    assert (ran.status, ran.out) == (2, "")
    assert "is not empty" in ran.err


def test_a_day_that_is_none_is_refused(run: Run, tmp_path: Path):
    ran = run(written(tmp_path / "truth"), "--as-of", "yesterday")

    assert (ran.status, ran.out) == (2, "")
    assert "'yesterday' is not a date" in ran.err
