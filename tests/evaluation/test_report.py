"""The report of an evaluation: its files, what they hold and withhold, and what it does with words of the history."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from defusedxml.ElementTree import fromstring
from typer.testing import CliRunner

from api.cli import app
from evaluation.estimates import FEWEST, Estimate
from evaluation.history import History
from evaluation.metrics.survival import kaplan_meier
from evaluation.records.reading import history_of, until
from evaluation.report import read_previous, write_report
from evaluation.report.basis import Basis, of_enough, told_at
from evaluation.report.contents import report_of
from evaluation.report.figures import rates
from evaluation.report.files import contents_of, write_folder
from evaluation.report.page import digest_of, style_sheet
from evaluation.report.parts import Part, Report
from evaluation.report.saying import tidy
from evaluation.report.sections.appendix import rows_used
from evaluation.simulation import simulate
from evaluation.tables import Heading, ReportTable, Unit, Unsaid, Withheld
from matching.errors import Invalid
from tests.pages.crawl import faults_of
from tests.reports import LASTED, report, table

HOSTILE = "<script>alert(1)</script> $x^2$ \"'&"
OUTCOMES = [
    "job_start",
    "same_job_13_weeks",
    "same_job_26_weeks",
    "any_job_26_weeks",
    "lower_threshold",
    "higher_threshold",
]


def _history(participants: int = 300, *, hostile: str = "") -> History:
    made = simulate(participants=participants, months=24, seed=3)
    tables = dict(made.tables)
    if hostile:
        people = tables["participants"].copy()
        people["provider"] = people["provider"].astype(object).where(people.index % 2 == 0, hostile)
        groups = tables["groups"].copy()
        groups["group"] = groups["group"].astype(object).where(groups.index % 3 > 0, hostile)
        tables |= {"participants": people, "groups": groups}
    return history_of(tables, made.data_until, simulated=True)


@pytest.fixture(scope="module")
def history() -> History:
    return _history()


@pytest.fixture(scope="module")
def whole(history: History) -> Report:
    return report_of(history, seed=1)


@pytest.fixture(scope="module")
def files(whole: Report) -> Mapping[str, bytes]:
    return contents_of(whole)


# -- the folder --------------------------------------------------------------------------------------------------------


def test_each_table_is_in_the_page_and_a_file_and_the_json(whole: Report, files: Mapping[str, bytes]) -> None:
    page, told = files["report.html"].decode(), json.loads(files["report.json"])
    names = [each.name for each in whole.tables()]
    assert len(names) == len(set(names)) >= 10
    assert list(told["tables"]) == names
    for name in names:
        assert f"tables/{name}.csv" in files
        assert f'id="table-{name}"' in page


def test_each_figure_stands_with_its_table_and_is_a_file(whole: Report, files: Mapping[str, bytes]) -> None:
    figures = list(whole.figures())
    assert len(figures) >= 5
    for section in whole.sections:
        for part in section.parts:
            if part.figure is not None:
                assert part.figure.table == part.table.name
                assert fromstring(files[f"figures/{part.figure.name}.svg"]).tag.endswith("svg")


def test_the_same_history_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    """In two processes, whose hashes of words differ."""
    code = (
        "import sys; from pathlib import Path; from tests.evaluation.test_report import _history;"
        "from evaluation.report import write_report; write_report(_history(60), Path(sys.argv[1]), seed=5)"
    )
    written = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        env = {**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": seed}
        subprocess.run([sys.executable, "-c", code, folder], check=True, env=env, timeout=120)
        written.append({path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()})
    assert written[0] == written[1]
    assert len(written[0]) > 20


def test_a_folder_that_holds_anything_is_refused_before_work_begins(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    ran = CliRunner().invoke(app, ["evaluate", str(tmp_path / "no history"), "--out", str(tmp_path / "out")])
    assert "is not empty" in str(ran.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_run_that_breaks_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []

    def full(path: Path, content: bytes) -> int:
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        written.append(path)
        return len(content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(Invalid, match="No space left on device"):
        write_folder(report(), tmp_path / "out")
    assert written
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_that_is_there_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write_folder(report(), tmp_path / "out")
    assert (tmp_path / "out" / "report.html").is_file()


def test_the_command_writes_a_report_of_files_up_to_a_day(tmp_path: Path) -> None:
    from evaluation.records.writing import write_history

    made = simulate(participants=60, months=18, seed=4)
    about = {"data_until": made.data_until.isoformat(), "simulated": True}
    write_history(made.tables, tmp_path / "history", form="csv", about=about)
    out = tmp_path / "report"
    day = made.data_until.replace(day=1)
    ran = CliRunner().invoke(app, ["evaluate", str(tmp_path / "history"), "--out", str(out), "--as-of", str(day)])
    assert ran.exit_code == 0, ran.exception
    assert ran.stdout == ""
    told = json.loads((out / "report.json").read_bytes())
    assert told["about"]["data_until"] == str(day)
    assert told["about"]["simulated"] is True
    rows = {row[0]: row[1:] for row in told["tables"]["rows_used"]["rows"]}
    assert rows["People"][0] == 60
    complete = [row for row in rows.values() if all(isinstance(each, int) for each in row)]
    assert len(complete) >= 5
    assert all(read == used + later for read, used, later in complete)
    assert "used" in " ".join(told["first_page"]["rests_on"])


def test_what_never_came_into_the_history_is_told_of() -> None:
    history = replace(_history(60), left_out={"decisions without a list": 12, "lists of others": 3, "jobs": 0})
    assert rows_used(Basis(history=history, seed=1)).notes[:2] == (
        "Not in the history that was read: 12 decisions without a list.",
        "Not in the history that was read: fewer than 10 lists of others.",
    )


@pytest.mark.parametrize("day", ["tomorrow", "2026-13-01"])
def test_a_day_that_is_none_is_refused(tmp_path: Path, day: str) -> None:
    ran = CliRunner().invoke(app, ["evaluate", "x", "--out", str(tmp_path / "out"), "--as-of", day])
    assert "is not a date" in str(ran.exception)


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_page_holds_no_script_and_asks_nobody(files: Mapping[str, bytes]) -> None:
    page = files["report.html"].decode()
    assert faults_of(page) == []
    assert "<script" not in page
    assert "<link" not in page
    assert "url(http" not in page
    assert not re.findall(r'(?:src|href)="(?!#)', page)


def test_the_page_says_by_digest_which_style_sheet_it_may_use(files: Mapping[str, bytes]) -> None:
    page = files["report.html"].decode()
    assert f"style-src '{digest_of(style_sheet())}'" in page
    assert page.count("<style>") == 1
    assert f"<style>{style_sheet()}</style>" in page
    assert json.loads(files["report.json"])["style"] == digest_of(style_sheet())


def test_no_two_elements_share_an_id(files: Mapping[str, bytes]) -> None:
    ids = re.findall(r'\bid="([^"]*)"', files["report.html"].decode())
    assert len(ids) == len(set(ids))
    pointed = re.findall(r'(?:href="#|url\(#|aria-(?:labelledby|describedby)=")([^")]*)', files["report.html"].decode())
    assert set(pointed) <= set(ids)


def test_words_of_the_history_are_words_everywhere() -> None:
    files = contents_of(report_of(_history(200, hostile=HOSTILE), seed=1))
    for name, content in files.items():
        if name.endswith((".html", ".svg")):
            assert b"<script" not in content.lower(), name
    assert b"&lt;script&gt;alert(1)" in files["report.html"]
    assert any(b"&lt;script" in content for name, content in files.items() if name.endswith(".svg"))


@pytest.mark.parametrize("opens", ["=1+1", "+1", "-1", "@sum(A1)", "\t=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_guarded(opens: str) -> None:
    files = contents_of(report(table(word=opens)))
    rows = list(csv.reader(io.StringIO(files["tables/sources.csv"].decode("utf-8-sig"))))
    assert rows[1][0] == f"'{opens}"


def test_control_characters_do_not_break_a_figure() -> None:
    drawn = rates(table(word="Ash\x07\x00 House \ud800"), value=2)
    assert "Ash House" in "".join(fromstring(drawn.svg).itertext())


# -- cells -------------------------------------------------------------------------------------------------------------


def test_each_kind_of_cell_is_told_in_each_form() -> None:
    files = contents_of(report())
    page = " ".join(re.sub(r"<[^>]+>", " ", files["report.html"].decode()).split())
    for words in ("68% (64% to 72%) of 412", "fewer than 10", "kept back", "Too few have been followed for so long."):
        assert words in page
    rows = list(csv.reader(io.StringIO(files["tables/sources.csv"].decode("utf-8-sig"))))
    assert rows[0] == ["source", "jobs", "lasted", "lasted_low", "lasted_high", "lasted_of"]
    assert rows[1] == ["Advertised", "412", "0.68", "0.64", "0.72", "412"]
    assert rows[2][1:3] == ["fewer than 10", "fewer than 10"]
    assert rows[3][1:3] == ["kept back", "cannot say: Too few have been followed for so long."]
    assert rows[4] == ["Other", "0", "", "", "", ""]
    told = json.loads(files["report.json"])["tables"]["sources"]["rows"]
    assert told[0] == ["Advertised", 412, {"value": 0.68, "low": 0.64, "high": 0.72, "of": 412}]
    assert told[1][1:] == [{"withheld": "few"}] * 2
    assert told[2][1:] == [{"withheld": "complement"}, {"unsaid": "Too few have been followed for so long."}]
    assert told[3][1:] == [0, None]


def test_what_is_no_number_is_said_to_be_none() -> None:
    nothing = float("nan")
    rows = ((nothing,), (replace(LASTED, value=nothing),), (float("inf"),))
    tidied = tidy(
        ReportTable(
            name="x", title="x", says="x", headings=(Heading(name="x", words="x", unit=Unit.NUMBER),), rows=rows
        )
    )
    assert all(isinstance(cell, Unsaid) for (cell,) in tidied.rows)


def test_a_figure_shows_nothing_that_its_table_withholds() -> None:
    drawn = rates(table(), value=2)
    told = "".join(fromstring(drawn.svg).itertext())
    assert "68% of 412" in told
    assert "fewer than 10" in told
    assert drawn.svg.count("markersize") == 0
    assert told.count("%") == told.count("%")
    assert "Carved: fewer than 10" in drawn.says


# -- what it says ------------------------------------------------------------------------------------------------------


def test_the_six_outcomes_stand_side_by_side_in_their_order(files: Mapping[str, bytes]) -> None:
    told = json.loads(files["report.json"])["first_page"]["headlines"]
    assert [each["name"] for each in told] == OUTCOMES
    for each in told:
        assert "value" in each["found"] or each["sentence"]
        if "value" in each["found"]:
            assert f"Of {each['found']['of']:,} " in each["sentence"]
            assert each["found"]["low"] <= each["found"]["value"] <= each["found"]["high"]


def test_a_threshold_that_nobody_has_set_is_said_to_be_unset(files: Mapping[str, bytes]) -> None:
    lower = json.loads(files["report.json"])["first_page"]["headlines"][4]
    assert lower["found"] == {"unsaid": "Nobody has set this threshold."}


def _cells(told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, table_ in told["tables"].items():
        for row in table_["rows"]:
            for heading, cell in zip(table_["headings"], row, strict=True):
                yield f"{name}.{heading['name']}", (heading, cell)


def _after(history: History, days: int) -> History:
    """What was known so many days after the first person came."""
    return until(history, date.fromisoformat(str(history.participants["entered_on"].min())[:10]) + timedelta(days=days))


@pytest.mark.parametrize("days", [20, 60, 150, 400])
def test_nothing_is_told_of_fewer_than_ten(history: History, days: int) -> None:
    told = json.loads(contents_of(report_of(_after(history, days), seed=1))["report.json"])
    for where, (_, cell) in _cells(told):
        if isinstance(cell, dict) and "of" in cell:
            assert cell["of"] >= FEWEST, where
    for each in told["first_page"]["headlines"]:
        assert each["found"].get("of", FEWEST) >= FEWEST


def test_a_report_of_next_to_nobody_says_that_it_cannot_say(history: History) -> None:
    few = _after(history, 4)
    assert 0 < len(few.participants) < FEWEST
    told = json.loads(contents_of(report_of(few, seed=1))["report.json"])
    assert all("value" not in each["found"] for each in told["first_page"]["headlines"])
    assert told["first_page"]["can_say"][0].startswith("We looked at fewer than 10 people")


def test_a_report_before_the_first_job_can_be_written(history: History) -> None:
    early = _after(history, 0)
    assert len(early.placements) == 0
    assert "report.html" in contents_of(report_of(early, seed=1))


def test_without_groups_it_says_that_nobody_was_asked(history: History) -> None:
    made = report_of(replace(history, groups=None), seed=1)
    assert any("Nobody has been asked" in each for each in made.first_page.for_whom)
    assert any("Nobody has been asked" in each for each in made.first_page.cannot_say)


def test_invented_people_are_said_to_be_invented(history: History) -> None:
    page = contents_of(report_of(history, seed=1))["report.html"]
    assert b"These people and jobs are invented." in page
    assert b"are invented" not in contents_of(report())["report.html"]


# -- what changed ------------------------------------------------------------------------------------------------------


def _earlier(folder: Path, *, found: Estimate, **about: Any) -> Path:
    made = report(**{"data_until": "2025-09-30", "simulated": True, **about})
    first, *others = made.first_page.headlines
    page = replace(made.first_page, headlines=(replace(first, found=found), *others))
    write_folder(replace(made, first_page=page), folder)
    return folder


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (Estimate(value=0.66, low=0.60, high=0.72, count=388), "This may be chance."),
        (Estimate(value=0.10, low=0.08, high=0.12, count=388), "The two ranges do not meet."),
    ],
)
def test_a_change_is_told_with_both_denominators_and_with_its_doubt(
    history: History, tmp_path: Path, found: Estimate, says: str
) -> None:
    before = read_previous(_earlier(tmp_path / "before", found=found))
    changed = report_of(history, seed=1, previous=before).first_page.changed
    (line,) = [each for each in changed if each.startswith("Same job after 13 weeks")]
    assert "of 388" in line
    assert line.endswith(says)


def test_a_later_report_is_not_taken_for_an_earlier_one(history: History, tmp_path: Path) -> None:
    before = read_previous(_earlier(tmp_path / "before", found=LASTED, data_until="2030-01-01"))
    assert "not an earlier one" in report_of(history, seed=1, previous=before).first_page.changed[0]


def test_invented_people_are_not_set_beside_real_ones(history: History, tmp_path: Path) -> None:
    before = read_previous(_earlier(tmp_path / "before", found=LASTED, simulated=False))
    assert "invented" in report_of(history, seed=1, previous=before).first_page.changed[0]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 9}', '{"format": 1, "about": 3}'])
def test_what_is_no_report_is_refused_as_an_earlier_one(tmp_path: Path, content: str) -> None:
    (tmp_path / "report.json").write_text(content)
    with pytest.raises(Invalid, match="is not a report"):
        read_previous(tmp_path)


def test_a_report_is_read_back_as_the_previous_one(history: History, tmp_path: Path) -> None:
    write_report(history, tmp_path / "one", seed=1)
    told = read_previous(tmp_path / "one")
    assert told.data_until == history.data_until
    assert "same_job_13_weeks" in told.outcomes


def test_a_table_beside_a_wrong_width_is_a_mistake_of_ours() -> None:
    broken = replace(table(), rows=(("one",),))
    with pytest.raises(ValueError, match="not as wide"):
        tidy(broken)
    assert Part(table=table()).figure is None


def test_many_rows_of_few_people_are_withheld_too() -> None:
    assert of_enough(0.5, np.repeat(np.arange(9), 100)) == Withheld()
    assert of_enough(0.5, np.arange(10)) == 0.5
    assert of_enough(LASTED, []) == LASTED


def test_what_looks_like_mathematics_is_drawn_as_it_is() -> None:
    assert "$x^2$ and $\\frac$" in "".join(fromstring(rates(table(word="$x^2$ and $\\frac$"), value=2).svg).itertext())


def test_a_share_is_told_only_if_it_is_known_what_became_of_ten() -> None:
    weeks = np.array([1.0] * 2 + [30.0] * 12 + [60.0] * 7)
    curve = kaplan_meier(weeks, np.array([True] * 2 + [False] * 19))
    assert isinstance(told_at(curve, 26), Estimate)
    assert told_at(curve, 52) == Unsaid(why="Fewer than 10 were followed for 52 weeks or to their end.")
    assert told_at(kaplan_meier(np.ones(9), np.ones(9)), 0) == Withheld()


def test_a_group_whose_jobs_ended_early_is_not_hidden_for_it() -> None:
    curve = kaplan_meier(np.array([1.0] * 20 + [60.0] * 3), np.array([True] * 20 + [False] * 3))
    assert isinstance(told_at(curve, 52), Estimate)
