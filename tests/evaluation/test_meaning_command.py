"""`wellplaced evaluate meaning`: what it prints, and how it refuses."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from evaluation.meaning import BM25, ENCODER, MAPPED, MEASURES, RECIPE
from tests.evaluation.test_meaning import CORPUS, QRELS, files


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

    def meaning(*words: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["wellplaced", "evaluate", "meaning", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        return Ran(status=int(stop.value.code or 0), out=said.out, err=said.err)

    return meaning


def labelled(folder: Path, **changes: str) -> Path:
    folder.mkdir(exist_ok=True)
    files(folder, **changes)
    return folder


def test_one_folder_gives_one_table_and_nothing_on_standard_error(run: Run, tmp_path: Path):
    ran = run(labelled(tmp_path / "set"))

    assert (ran.status, ran.err) == (0, "")
    assert [line.split("|")[1].strip() for line in ran.out.splitlines() if line.startswith("|")][2:] == [
        RECIPE,
        MAPPED,
        ENCODER,
        BM25,
    ]
    assert "| nDCG@10 | MAP   | MRR   | recall@1 | recall@10 |" in ran.out
    assert "Mean" not in ran.out


def test_several_folders_give_a_table_each_and_the_mean(run: Run, tmp_path: Path):
    ran = run(labelled(tmp_path / "one"), labelled(tmp_path / "two", qrels="q1\td1\t1\n"))

    headings = [line for line in ran.out.splitlines() if line.startswith("#")]
    assert headings == [f"# {tmp_path / 'one'}", f"# {tmp_path / 'two'}", "# Mean of 2 sets"]


def test_json_holds_every_figure(run: Run, tmp_path: Path):
    told: Any = json.loads(run(labelled(tmp_path / "one"), labelled(tmp_path / "two"), "--json").out)

    assert [each["name"] for each in told["sets"]] == [str(tmp_path / "one"), str(tmp_path / "two")]
    for line in (*told["sets"][0]["results"], *told["mean"]):
        assert all(0.0 <= line[name] <= 1.0 for name in MEASURES)


def test_the_encoder_can_be_named(run: Run, tmp_path: Path):
    told = json.loads(run(labelled(tmp_path / "one"), "--json", "--encoder", "hashing").out)

    assert told["sets"][0]["recipe"].startswith("hashing-384 ")


def test_the_same_folder_gives_the_same_bytes(run: Run, tmp_path: Path):
    folder = labelled(tmp_path / "one")

    assert run(folder, "--json").out == run(folder, "--json").out


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"corpus": CORPUS + "d4\n"}, "corpus.tsv, 4: 1 columns instead of 2 or 3, separated by tabs"),
        ({"qrels": QRELS + "q1\td9\t1\n"}, "there is no document 'd9' in corpus.tsv"),
        ({"qrels": "q1\td1\t0\n"}, "No query has a relevant document"),
        ({"queries": ""}, "there is no query 'q1'"),
    ],
)
def test_a_set_that_cannot_be_measured_is_refused_with_the_rows(
    run: Run, tmp_path: Path, changes: dict[str, str], said: str
):
    ran = run(labelled(tmp_path / "set", **changes))

    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_a_folder_that_is_not_there_is_refused_before_any_is_measured(run: Run, tmp_path: Path):
    ran = run(labelled(tmp_path / "set"), tmp_path / "nothing")

    assert (ran.status, ran.out) == (2, "")
    assert "nothing: there is no such folder; it should hold queries.tsv, corpus.tsv and qrels.tsv" in ran.err


def test_an_encoder_that_is_none_is_refused(run: Run, tmp_path: Path):
    ran = run(labelled(tmp_path / "set"), "--encoder", tmp_path / "no-model")

    assert ran.status == 2
    assert "Traceback" not in ran.err


def test_no_folder_at_all_is_refused(run: Run):
    assert run().status == 2
