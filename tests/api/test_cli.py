"""The `wellplaced` command as a user runs it: what it prints, where, and with which exit status."""

from __future__ import annotations

import json
import os
import pty
import resource
import subprocess
import sys
import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api.cli import main
from fixtures.world import DEMO_PARTICIPANTS, load_world
from matching.feeds.limits import LONGEST_ROW_BYTES
from tests.matching.sustain_models import WISHES, written, written_not_enough

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from api.cli import main; main()"]
DAY = "2026-11-22"

PERSON: dict[str, Any] = {"participant_ref": "P1", "wanted_work": [{"label": "baking bread"}], "hours": {"max": 16}}
BAKER: dict[str, Any] = {
    "vacancy_ref": "V1",
    "title": "Baker",
    "employer": "Hazel Farm",
    "hours": {"min": 8, "max": 12},
}
DRIVER: dict[str, Any] = {
    "vacancy_ref": "V2",
    "title": "Driver",
    "employer": "Elm Vans",
    "hours": {"min": 35, "max": 40},
}
CLOSED: dict[str, Any] = {"vacancy_ref": "V3", "title": "Cook", "employer": "Oak Cafe", "closes_on": "2026-11-21"}
PORTER: dict[str, Any] = {"vacancy_ref": "V4", "title": "Kitchen porter", "employer": "Oak Cafe"}
POOL = [BAKER, DRIVER, CLOSED, PORTER]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str

    @property
    def answer(self) -> Any:
        """The whole of standard output, which must be one JSON document."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WELLPLACED_ENCODER", "hashing")
    monkeypatch.setenv("WELLPLACED_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command within this process, as its entry point does."""

    def wellplaced(*words: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["wellplaced", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        return Ran(status=int(stop.value.code or 0), out=said.out, err=said.err)

    return wellplaced


@pytest.fixture
def match(run: Run, tmp_path: Path) -> Run:
    """Run `match` for one person and a pool unless other files are named, on a fixed day."""

    def matched(*words: object, profile: object = PERSON, vacancies: object = POOL, day: str = DAY) -> Ran:
        people = profile if isinstance(profile, Path) else write(tmp_path / "person.json", profile)
        jobs = vacancies if isinstance(vacancies, Path) else write(tmp_path / "jobs.json", vacancies)
        return run("match", "--profile", people, "--vacancies", jobs, "--as-of", day, *words)

    return matched


def write(path: Path, content: object) -> Path:
    """Write bytes as they are, and anything else as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def as_process(
    *words: object, stdout: int | Any = subprocess.PIPE, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a process of its own."""
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=os.environ | (env or {}),
        check=False,
        timeout=60,
    )


def refs(shortlist: Mapping[str, Any]) -> list[str]:
    return [entry["vacancy_ref"] for entry in shortlist["entries"]]


def assert_refused(ran: Ran, *sentences: str) -> None:
    """Exit status 2, nothing on standard output, sentences on standard error and no traceback."""
    assert ran.status == 2
    assert ran.out == ""
    assert "Traceback" not in ran.err
    for sentence in sentences:
        assert sentence in ran.err


# What is printed


def test_one_profile_gives_one_json_object(match: Run) -> None:
    ran = match("--json")
    assert (ran.status, ran.answer["participant_ref"]) == (0, "P1")


def test_a_list_of_profiles_gives_a_list_in_its_order(match: Run) -> None:
    people = [{"participant_ref": ref} for ref in ("P9", "P1", "P5")]
    assert [each["participant_ref"] for each in match("--json", profile=people).answer] == ["P9", "P1", "P5"]


def test_a_list_of_one_profile_gives_a_list_of_one(match: Run) -> None:
    assert [each["participant_ref"] for each in match("--json", profile=[PERSON]).answer] == ["P1"]


def test_a_folder_of_profiles_gives_a_list(match: Run, tmp_path: Path) -> None:
    write(tmp_path / "people" / "b.json", {"participant_ref": "P2"})
    write(tmp_path / "people" / "a.json", PERSON)
    ran = match("--json", profile=tmp_path / "people")
    assert [each["participant_ref"] for each in ran.answer] == ["P1", "P2"]


def test_a_profile_in_json_lines_gives_a_list(match: Run, tmp_path: Path) -> None:
    ran = match("--json", profile=write(tmp_path / "people.jsonl", PERSON))
    assert [each["participant_ref"] for each in ran.answer] == ["P1"]


def test_a_profile_alone_gets_the_list_that_it_gets_among_others(match: Run) -> None:
    alone = match("--json").answer
    among = match("--json", profile=[{"participant_ref": "P0"}, PERSON]).answer[1]
    for miss in (*alone["negotiate"], *among["negotiate"]):
        del miss["opens_for"]
    assert among == alone


def test_the_page_lists_the_same_roles_in_the_same_order_as_the_json(match: Run) -> None:
    ordered = [entry["vacancy_ref"] for entry in match("--json").answer["entries"]]
    titles = {"V1": "Baker, Hazel Farm", "V4": "Kitchen porter, Oak Cafe"}
    headings = [line for line in match().out.splitlines() if line.startswith(tuple(f"{n:>2}." for n in range(1, 10)))]
    assert len(headings) == len(ordered) == 2
    assert all(titles[ref] in heading for ref, heading in zip(ordered, headings, strict=True))


def test_what_is_left_out_has_its_reason_in_the_json_and_on_the_page(match: Run) -> None:
    (exclusion,) = match("--json").answer["excluded"]
    assert (exclusion["vacancy_ref"], exclusion["because"][0]["part"]) == ("V2", "weekly_hours")
    assert "1  hours that do not fit" in match().out


def test_json_is_the_only_thing_on_standard_output(match: Run, tmp_path: Path) -> None:
    write(tmp_path / "folder" / "jobs.json", POOL)
    write(tmp_path / "folder" / "notes.txt", b"not a feed")
    ran = match("--json", vacancies=tmp_path / "folder")
    assert ran.answer["counts"]["open"] == 3
    assert "notes.txt: was passed over" in ran.err


# Which vacancies


def places(tmp_path: Path) -> list[Path]:
    return [write(tmp_path / f"{job['vacancy_ref']}.json", job) for job in POOL]


FORMS: dict[str, Callable[[list[Path]], Sequence[object]]] = {
    "one option and several files": lambda paths: ["--vacancies", *paths],
    "the option again for each file": lambda paths: [word for path in paths for word in ("--vacancies", path)],
    "both": lambda paths: ["--vacancies", *paths[:2], "--vacancies", *paths[2:]],
    "the files in another order": lambda paths: ["--vacancies", *reversed(paths)],
    "a file named twice": lambda paths: ["--vacancies", *paths, paths[0]],
    "before the profile": lambda paths: ["--vacancies", paths[0], "--vacancies", paths[1], paths[2], paths[3]],
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_the_answer_is_the_same_however_the_files_are_named(
    form: Callable[[list[Path]], Sequence[object]], match: Run, run: Run, tmp_path: Path
) -> None:
    together = match("--json").out
    person = write(tmp_path / "person.json", PERSON)
    apart = run("match", *form(places(tmp_path)), "--json", "--as-of", DAY, "--profile", person)
    assert apart.out == together


def test_a_folder_is_all_its_files(match: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    places(folder)
    assert match("--json", vacancies=folder).out == match("--json").out


def test_files_of_several_formats_make_one_pool(match: Run, tmp_path: Path) -> None:
    line = write(tmp_path / "more.jsonl", PORTER)
    table = write(tmp_path / "more.csv", b"vacancy_ref,title,employer\nC1,Gardener,Elm Park\n")
    world = load_world().feeds_path / "jobposting-single.json"
    ran = match(line, table, world, "--json", "--limit", "all", vacancies=[BAKER])
    assert len(refs(ran.answer)) == 4


def test_a_pool_without_roles_gives_a_list_without_entries(match: Run) -> None:
    ran = match("--json", vacancies=[])
    assert (ran.status, ran.answer["counts"]) == (0, {"open": 0, "listed": 0, "excluded": 0})
    assert "is an empty list: it holds no vacancies" in ran.err


def test_a_page_on_a_pool_without_roles_says_so_and_promises_no_reasons(match: Run) -> None:
    ran = match(vacancies=[])
    assert ran.status == 0
    assert "0 roles are open" in ran.out
    assert "named at the end" not in ran.out


@pytest.mark.parametrize("profile", [{"participant_ref": "P1"}, {"participant_ref": "P1", "wanted_work": []}])
def test_a_person_whose_wishes_nobody_has_written_down_still_gets_a_list(profile: object, match: Run) -> None:
    ran = match(profile=profile)
    assert ran.status == 0
    assert "Their own goal is not written down yet." in ran.out
    assert "3 roles are open, 3 can be talked about, 0 are left out" in ran.out


# Options


@pytest.mark.parametrize(("limit", "shown"), [("0", 0), ("1", 1), ("2", 2), ("10", 2), ("all", 2), ("9" * 30, 2)])
def test_a_limit_cuts_entries_and_nothing_else(limit: str, shown: int, match: Run) -> None:
    whole, cut = match("--json", "--limit", "all").answer, match("--json", "--limit", limit).answer
    assert cut["entries"] == whole["entries"][:shown]
    assert {**cut, "entries": []} == {**whole, "entries": []}


def test_ten_entries_are_shown_unless_another_limit_is_given(match: Run) -> None:
    many = [BAKER | {"vacancy_ref": f"V{number}", "employer": f"Farm {number}"} for number in range(12)]
    ran = match("--json", vacancies=many)
    assert (len(refs(ran.answer)), ran.answer["counts"]["listed"]) == (10, 12)


@pytest.mark.parametrize("limit", ["-1", "1.5", "some", "", "²"])
def test_a_limit_that_is_no_number_is_refused(limit: str, match: Run) -> None:
    assert_refused(match("--limit", limit), f"--limit: '{limit}' should be a whole number from 0 up, or all")


@pytest.mark.parametrize(("day", "still_open"), [("2026-11-21", True), ("2026-11-22", False)])
def test_a_role_is_open_up_to_its_closing_day(day: str, still_open: bool, match: Run) -> None:
    answer = match("--json", "--limit", "all", day=day).answer
    assert answer["as_of"] == day
    assert ("V3" in refs(answer)) == still_open


def test_the_day_is_today_unless_it_is_stated(match: Run) -> None:
    before = date.today()
    answered = match("--json", day="").answer["as_of"]
    assert before <= date.fromisoformat(answered) <= date.today()


@pytest.mark.parametrize("day", ["rubbish", "22/11/2026", "2026-13-01", "2026-02-30", "tomorrow"])
def test_a_day_that_is_no_date_is_refused(day: str, match: Run) -> None:
    assert_refused(match(day=day), f"--as-of: '{day}' should be a date such as 2026-11-22")


def test_the_option_chooses_the_encoder_over_the_environment(match: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLPLACED_ENCODER", "no-such-folder")
    ran = match("--json", "--encoder", "hashing")
    assert ran.answer["method"]["encoder"].startswith("hashing-384")


def test_an_encoder_that_is_not_there_is_refused(match: Run) -> None:
    assert_refused(match("--encoder", "no-such-folder"), "no-such-folder")


def test_a_model_of_how_long_jobs_last_takes_part_and_is_named(match: Run, tmp_path: Path) -> None:
    kept = written(WISHES, tmp_path / "model")
    ran = match("--json", "--model", tmp_path / "model")
    assert ran.answer["method"]["model"] == f"{kept.name} {kept.digest}"
    told = match("--explain", "V1", "--model", tmp_path / "model").out
    assert "Past jobs that fitted like this went on for half a year in" in " ".join(told.split())


def test_where_a_model_had_too_little_history_the_weights_rule_alone_and_it_is_said(match: Run, tmp_path: Path) -> None:
    folder = written_not_enough(tmp_path / "model")
    ran = as_process(
        *("match", "--profile", write(tmp_path / "p.json", PERSON), "--vacancies", write(tmp_path / "j.json", POOL)),
        *("--as-of", DAY, "--json", "--model", folder),
    )
    assert ran.returncode == 0
    assert ran.stdout == match("--json").out.encode()
    assert b"not enough evidence" in ran.stderr


def test_a_model_that_is_not_there_or_not_whole_is_refused(match: Run, tmp_path: Path) -> None:
    assert_refused(match("--model", tmp_path / "nowhere"), "model.json")
    (tmp_path / "model.json").write_text('{"format": 1}')
    assert_refused(match("--model", tmp_path), "model.json")


def test_a_setting_that_is_wrong_is_refused_by_its_name(match: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLPLACED_SHUFFLE_WIDTH", "-1")
    assert_refused(match(), "WELLPLACED_SHUFFLE_WIDTH")


def test_an_unknown_option_is_refused(match: Run) -> None:
    assert_refused(match("--bulk-accept"), "--bulk-accept")


# Why a role is, or is not, on the list


def test_a_listed_role_is_explained_with_its_place(match: Run) -> None:
    best = match("--json").answer["entries"][0]["vacancy_ref"]
    ran = match("--explain", best)
    assert ran.status == 0
    assert "On the list, at place 1." in ran.out


def test_an_excluded_role_is_explained_with_its_reason(match: Run) -> None:
    ran = match("--explain", "V2")
    assert ran.status == 0
    assert "Not on the list, because:" in ran.out
    assert "they want at most 16 hours" in ran.out


def test_a_role_that_is_not_open_is_explained_so(match: Run) -> None:
    ran = match("--explain", "V3")
    assert ran.status == 0
    assert "Not on the list: the role is not open on 22 November 2026." in ran.out


def test_an_unknown_reference_is_refused_with_the_nearest_one(match: Run) -> None:
    farm = BAKER | {"vacancy_ref": "hazel-farm-baker"}
    ran = match("--explain", "hazel-farm-bakr", vacancies=[farm])
    assert_refused(ran, "no vacancy here has the reference 'hazel-farm-bakr' (did you mean 'hazel-farm-baker'?)")


def test_an_explanation_in_json_agrees_with_the_list(match: Run) -> None:
    for entry in match("--json", "--limit", "all").answer["entries"]:
        explained = match("--json", "--explain", entry["vacancy_ref"]).answer
        assert explained["position"] == entry["position"]
        assert explained["findings"] == entry["findings"]


def test_an_excluded_role_has_no_place_in_the_json(match: Run) -> None:
    explained = match("--json", "--explain", "V2").answer
    assert (explained["open"], explained["position"]) == (True, None)


def test_a_role_is_explained_to_each_profile_in_order(match: Run) -> None:
    unlimited = {"participant_ref": "P2"}
    explained = match("--json", "--explain", "V2", profile=[PERSON, unlimited]).answer
    assert [each["position"] is None for each in explained] == [True, False]


# Bad input

BAKER_ROW = b'{"vacancy_ref": "V1", "title": "Baker", "employer": "Hazel Farm"%s}'


def baker(**fields: object) -> bytes:
    return json.dumps([{"vacancy_ref": "V1", "title": "Baker", "employer": "Hazel Farm", **fields}]).encode()


def shift(starts: str, ends: str) -> dict[str, Any]:
    return {"shifts": [{"days": ["mon"], "from": starts, "to": ends}]}


BAD_VACANCIES = [
    ("an empty file", "jobs.json", b"", "jobs.json: is empty"),
    ("an empty CSV file", "jobs.csv", b"", "jobs.csv: is empty"),
    ("an empty JSON Lines file", "jobs.jsonl", b"", "jobs.jsonl: is empty"),
    ("an empty page", "jobs.html", b"", "jobs.html: is empty"),
    ("spaces alone", "jobs.json", b" \n ", "jobs.json: is empty"),
    ("cut off", "jobs.json", baker()[:-9], "jobs.json, item 1: ends too early at line 1"),
    ("cut off lines", "jobs.jsonl", BAKER_ROW % b"" + b"\n" + BAKER_ROW[:20], "jobs.jsonl, line 2: ends too early"),
    (
        "a cut off CSV file",
        "jobs.csv",
        b'vacancy_ref,title,employer\nV1,"Bak',
        "jobs.csv, line 2: the file ends inside a quoted cell",
    ),
    (
        "Latin-1",
        "jobs.json",
        baker(description="caf").replace(b"caf", b"caf\xe9"),
        "jobs.json: is not UTF-8: byte 0xE9",
    ),
    ("Latin-1 CSV", "jobs.csv", b"vacancy_ref,title,employer\nV1,Caf\xe9,E\n", "jobs.csv, row 2: is not UTF-8"),
    ("UTF-16", "jobs.json", baker().decode().encode("utf-16"), "jobs.json: is UTF-16; save the file as UTF-8"),
    (
        "a line without end",
        "jobs.jsonl",
        BAKER_ROW % b"" + b"\n" + b"x" * (LONGEST_ROW_BYTES + 1),
        "jobs.jsonl, line 2: is longer than 10 MB",
    ),
    (
        "one endless object",
        "jobs.json",
        b'{"a": "' + b"x" * LONGEST_ROW_BYTES,
        "jobs.json: is one object longer than 10 MB",
    ),
    ("bottomless nesting", "jobs.json", b"[" * 100_000, "jobs.json, item 1: is nested too deeply"),
    ("no JSON", "jobs.json", b"<html>", "jobs.json: is not JSON at line 1, column 1"),
    ("a number alone", "jobs.json", b"[1]", "jobs.json, item 1"),
    (
        "a malformed postcode",
        "jobs.json",
        baker(location={"postcode": "ME1Q 4!"}),
        "location.postcode: 'ME1Q 4!' is not",
    ),
    ("negative hours", "jobs.json", baker(hours={"min": -3}), "item 1, hours.min: -3 should be a number from 0 to 168"),
    (
        "negative hours in CSV",
        "jobs.csv",
        b"vacancy_ref,title,employer,hours.min\nV1,T,E,-3\n",
        "jobs.csv, row 2, hours.min: -3",
    ),
    ("a minimum above its maximum", "jobs.json", baker(hours={"min": 30, "max": 10}), "hours.min: 30 is above 'max'"),
    (
        "a shift without length",
        "jobs.json",
        baker(pattern=shift("09:00", "09:00")),
        "pattern.shifts[1].to: is the same time",
    ),
    ("a shift from 24:00", "jobs.json", baker(pattern=shift("24:00", "06:00")), "pattern.shifts[1].from"),
    (
        "an unknown slug",
        "jobs.json",
        baker(adjustments={"time.flex_strat": "yes"}),
        "(did you mean 'time.flex_start'?)",
    ),
    (
        "an unknown key",
        "jobs.json",
        baker(titel="Baker"),
        "item 1, titel: 'titel' is not a field here (did you mean 'title'?)",
    ),
    ("an unknown word", "jobs.json", baker(status="opened"), "item 1, status: 'opened' is not one of open, paused"),
    ("no reference", "jobs.json", b'[{"title": "T", "employer": "E"}]', "item 1, vacancy_ref: is required"),
    ("an unknown reference", "jobs.json", baker(vacancy_ref="unknown"), "item 1, vacancy_ref: is required"),
    (
        "one reference twice",
        "jobs.json",
        b"[" + baker()[1:-1] + b"," + baker()[1:-1] + b"]",
        "item 2, vacancy_ref: 'V1' is also",
    ),
    ("an unknown column", "jobs.csv", b"vacancy_ref,title,employer,hourz\nV1,T,E,3\n", "hourz"),
    ("a file of unknown kind", "jobs.txt", b"hello", "jobs.txt: is of an unknown kind"),
]


@pytest.mark.parametrize(
    ("name", "raw", "sentence"), [case[1:] for case in BAD_VACANCIES], ids=[c[0] for c in BAD_VACANCIES]
)
def test_bad_vacancies_are_refused_with_their_place(
    name: str, raw: bytes, sentence: str, match: Run, tmp_path: Path
) -> None:
    assert_refused(match(vacancies=write(tmp_path / name, raw)), f"{name}", sentence)


BAD_PROFILES: list[tuple[str, dict[str, object], str]] = [
    ("negative hours", {"hours": {"max": -1}}, "hours.max: -1 should be a number from 0 to 168"),
    ("a malformed home", {"travel": {"home": "Maidstone"}}, "travel.home: 'Maidstone' is not"),
    (
        "a window without length",
        {"availability": [{"days": ["mon"], "from": "09:00", "to": "09:00"}]},
        "availability[1].to: is the same time",
    ),
    ("an unknown adjustment", {"adjustments": [{"slug": "sens.headphone"}]}, "(did you mean 'sens.headphones'?)"),
    ("an adjustment twice", {"adjustments": [{"slug": "sens.headphones"}] * 2}, "adjustments[2]"),
    ("an unknown task", {"liked_tasks": ["bakin"]}, "(did you mean 'baking'?)"),
    ("an unknown sense", {"sensory": {"noice": {"tolerance": 1}}}, "(did you mean 'noise'?)"),
    ("a tolerance beyond the scale", {"sensory": {"noise": {"tolerance": 5}}}, "sensory.noise.tolerance: 5"),
    ("a fact that is nobody's business", {"diagnosis": "private"}, "'diagnosis' is not a field here"),
    ("no reference", {"participant_ref": None}, "participant_ref: is required"),
]


@pytest.mark.parametrize(
    ("fields", "sentence"), [case[1:] for case in BAD_PROFILES], ids=[case[0] for case in BAD_PROFILES]
)
def test_a_bad_profile_is_refused_with_its_place(fields: dict[str, object], sentence: str, match: Run) -> None:
    assert_refused(match(profile=PERSON | fields), "person.json, ", sentence)


def test_what_is_wrong_with_profiles_and_vacancies_is_said_at_once(match: Run) -> None:
    ran = match(profile=PERSON | {"hours": {"max": -1}}, vacancies=[BAKER | {"openings": 0}, DRIVER | {"status": "x"}])
    assert_refused(ran, "person.json, hours.max", "jobs.json, item 1, openings", "jobs.json, item 2, status")


def test_one_reference_in_two_files_is_refused_with_both_places(match: Run, tmp_path: Path) -> None:
    ran = match(write(tmp_path / "more.json", BAKER), vacancies=[DRIVER, BAKER])
    assert_refused(ran, "jobs.json, item 2, vacancy_ref: 'V1' is also", "more.json, vacancy_ref: 'V1' is also")


def test_one_person_twice_is_refused(match: Run) -> None:
    assert_refused(match(profile=[PERSON, PERSON]), "item 2, participant_ref: 'P1' is also the reference of")


def test_a_missing_file_is_refused_by_name(match: Run, tmp_path: Path) -> None:
    assert_refused(match(vacancies=tmp_path / "gone.json"), "gone.json: does not exist")
    assert_refused(match(profile=tmp_path / "nobody.json"), "nobody.json: does not exist")


def test_a_folder_without_files_is_refused(match: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert_refused(match(vacancies=tmp_path / "empty"), "empty: is a folder without any file to read")


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="this system does not name open files")
def test_a_pipe_is_not_called_empty(match: Run) -> None:
    reads, writes = os.pipe()
    try:
        os.write(writes, json.dumps(POOL).encode())
        os.close(writes)
        ran = match(vacancies=Path(f"/dev/fd/{reads}"))
    finally:
        os.close(reads)
    assert ran.status == 0 or "is no regular file" in ran.err


def test_profiles_given_as_vacancies_are_refused(match: Run) -> None:
    assert_refused(match(vacancies=[PERSON]), "'participant_ref' is not a field here", "vacancy_ref: is required")


def test_vacancies_given_as_profiles_are_refused(match: Run) -> None:
    assert_refused(match(profile=[BAKER]), "'vacancy_ref' is not a field here", "participant_ref: is required")


def test_a_file_without_any_profile_is_refused(match: Run) -> None:
    assert_refused(match(profile=[]), "person.json: no profile could be read")


def test_profiles_are_required(run: Run) -> None:
    assert_refused(run("match", "--vacancies", "jobs.json"), "--profile")


@pytest.mark.parametrize("command", [[], ["nonsense"]])
def test_a_command_that_is_not_there_is_refused(command: list[str], run: Run) -> None:
    ran = run(*command)
    assert ran.status == 2
    assert "Traceback" not in ran.err


# Bad rows may be skipped


def test_good_rows_go_on_when_bad_ones_are_skipped_and_the_skipped_are_named(match: Run) -> None:
    ran = match("--json", "--skip-bad", vacancies=[BAKER, DRIVER | {"openings": -1}, PORTER])
    assert ran.status == 0
    assert sorted(refs(ran.answer)) == ["V1", "V4"]
    assert "Skipped: " in ran.err
    assert "item 2, openings: -1" in ran.err


def test_neither_of_two_rows_with_one_reference_is_taken(match: Run) -> None:
    assert refs(match("--json", "--skip-bad", vacancies=[BAKER, BAKER, PORTER]).answer) == ["V4"]


def test_a_bad_profile_is_skipped_too(match: Run) -> None:
    ran = match("--json", "--skip-bad", profile=[PERSON | {"hours": {"max": -1}}, {"participant_ref": "P2"}])
    assert [each["participant_ref"] for each in ran.answer] == ["P2"]


def test_nobody_left_is_refused_even_when_bad_rows_are_skipped(match: Run) -> None:
    assert_refused(match("--skip-bad", profile=PERSON | {"hours": {"max": -1}}), "no profile could be read")


# Schemas, templates and the demo


@pytest.mark.parametrize("kind", ["profile", "vacancy", "shortlist"])
def test_each_schema_is_a_json_schema(kind: str, run: Run) -> None:
    Draft202012Validator.check_schema(run("schema", kind).answer)


@pytest.mark.parametrize("limit", ["0", "all"])
def test_shortlists_of_a_whole_county_are_as_the_schema_says(limit: str, run: Run) -> None:
    world, schema = load_world(), run("schema", "shortlist").answer
    files = ("--profile", world.profiles_path, "--vacancies", world.vacancies_path)
    drawn = run("match", *files, "--as-of", DAY, "--limit", limit, "--json").answer
    assert len(drawn) == len(world.profiles)
    validator = Draft202012Validator(schema)
    assert [error.message for each in drawn for error in validator.iter_errors(each)] == []


@pytest.mark.parametrize(("kind", "records"), [("profile", load_world().profiles), ("vacancy", load_world().vacancies)])
def test_the_fixtures_are_as_the_schemas_say(kind: str, records: Sequence[dict[str, Any]], run: Run) -> None:
    validator = Draft202012Validator(run("schema", kind).answer)
    assert [error.message for each in records for error in validator.iter_errors(each)] == []


def test_the_schema_refuses_what_the_reader_refuses(run: Run) -> None:
    validator = Draft202012Validator(run("schema", "vacancy").answer)
    assert validator.is_valid(BAKER)
    assert not validator.is_valid(BAKER | {"titel": "Baker"})
    assert not validator.is_valid({key: value for key, value in BAKER.items() if key != "vacancy_ref"})


def test_the_templates_can_be_matched_as_they_are(run: Run, match: Run, tmp_path: Path) -> None:
    people = write(tmp_path / "people.csv", run("template", "profiles").out.encode())
    jobs = write(tmp_path / "jobs.csv", run("template", "vacancies").out.encode())
    ran = match("--json", profile=people, vacancies=jobs)
    assert (ran.status, ran.err, ran.answer[0]["counts"]["open"]) == (0, "", 1)


@pytest.mark.parametrize(
    ("command", "kinds"), [("schema", "profile, vacancy, shortlist"), ("template", "vacancies, profiles")]
)
def test_an_unknown_kind_is_refused_with_the_known_ones(command: str, kinds: str, run: Run) -> None:
    assert_refused(run(command, "nonsense"), f"'nonsense' should be one of {kinds}")


def test_the_demo_shows_its_people_and_says_that_they_are_invented(run: Run) -> None:
    ran = run("demo")
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert "invented" in lines[0]
    assert [line for line in lines if line in DEMO_PARTICIPANTS] == list(DEMO_PARTICIPANTS)


# Text that somebody else wrote must not steer the terminal

STEERING = "\x1b[31m\x1b[2J\x1b]0;owned\x07\x1bc\x9b1m\r\n\b\x7f\u202e\u2066\u200f[bold]red[/bold]"


def steers(text: str) -> list[str]:
    """The characters of a page that are no text: controls, marks of direction and the like."""
    return sorted({f"U+{ord(each):04X}" for each in text if unicodedata.category(each)[0] == "C" and each != "\n"})


HOSTILE_PERSON: dict[str, Any] = {
    "participant_ref": f"P1{STEERING}",
    "goal": {"own_words": f"To bake {STEERING}", "longer_term": f"My own bakery {STEERING}"},
    "wanted_work": [{"label": f"Baker {STEERING}"}],
    "refused_work": [
        {"label": f"Driver {STEERING}"},
        {"label": f"cleaning {STEERING}", "tags": ["cleaning"], "absolute": True},
    ],
    "strengths": [f"patient {STEERING}"],
    "skills": [{"label": f"baking {STEERING}", "level": 4}],
    "interests": [f"bread {STEERING}"],
    "work_history": [{"title": f"Baker {STEERING}", "tasks": [f"kneading {STEERING}"], "liked": STEERING}],
    "employers_avoided": [f"Elm {STEERING}"],
    "qualifications": [],
    "hours": {"max": 16},
}
HOSTILE_JOBS: list[dict[str, Any]] = [
    {
        "vacancy_ref": f"V1{STEERING}",
        "title": f"Baker {STEERING}",
        "employer": f"Hazel Farm {STEERING}",
        "description": STEERING,
        "tasks": [f"kneading {STEERING}"],
    },
    {
        "vacancy_ref": f"V2{STEERING}",
        "title": f"Cleaner {STEERING}",
        "employer": f"Elm {STEERING}",
        "task_tags": ["cleaning"],
        "hours": {"min": 30, "max": 40, "negotiable": "no"},
    },
    {"vacancy_ref": f"V3{STEERING}", "title": f"Cook {STEERING}", "employer": f"Oak {STEERING}", "hours": {"min": 30}},
]


def test_hostile_texts_do_not_steer_the_page(match: Run) -> None:
    ran = match(profile=HOSTILE_PERSON, vacancies=HOSTILE_JOBS)
    assert ran.status == 0
    assert steers(ran.out) == []
    assert "[bold]red[/bold]" in ran.out, "what looks like markup is text"


@pytest.mark.parametrize("job", HOSTILE_JOBS, ids=["listed", "excluded", "left out by hours"])
def test_hostile_texts_do_not_steer_an_explanation(job: dict[str, Any], match: Run) -> None:
    ran = match("--explain", job["vacancy_ref"], profile=HOSTILE_PERSON, vacancies=HOSTILE_JOBS)
    assert ran.status == 0
    assert steers(ran.out) == []


HOSTILE_REFUSALS: dict[str, tuple[object, object, list[str]]] = {
    "a field name": (PERSON, [BAKER | {f"title{STEERING}": 1}], []),
    "a value": (PERSON, [BAKER | {"status": STEERING}], []),
    "a postcode": (PERSON, [BAKER | {"location": {"postcode": STEERING}}], []),
    "a slug": (PERSON, [BAKER | {"adjustments": {f"time.flex_start{STEERING}": "yes"}}], []),
    "a reference twice": (PERSON, [BAKER | {"vacancy_ref": STEERING}] * 2, []),
    "a profile's field name": (PERSON | {f"hours{STEERING}": 1}, POOL, []),
    "an unknown reference": (PERSON, [BAKER | {"vacancy_ref": f"V1{STEERING}"}], ["--explain", f"V2{STEERING}"]),
    "a limit": (PERSON, POOL, ["--limit", STEERING]),
    "a day": (PERSON, POOL, ["--as-of", STEERING]),
    "a file name": (PERSON, POOL, [f"gone{STEERING}.json"]),
    "an encoder": (PERSON, POOL, ["--encoder", f"gone{STEERING}"]),
}


@pytest.mark.parametrize(("profile", "vacancies", "words"), HOSTILE_REFUSALS.values(), ids=HOSTILE_REFUSALS.keys())
def test_hostile_texts_do_not_steer_a_refusal(profile: object, vacancies: object, words: list[str], match: Run) -> None:
    ran = match(*words, profile=profile, vacancies=vacancies)
    assert_refused(ran)
    assert ran.err != ""
    assert steers(ran.err) == []


def test_hostile_texts_do_not_steer_what_is_said_of_skipped_rows(match: Run) -> None:
    ran = match("--skip-bad", vacancies=[PORTER, BAKER | {f"title{STEERING}": 1}])
    assert ran.status == 0
    assert "Skipped: " in ran.err
    assert steers(ran.err) == []


def test_hostile_texts_come_back_unchanged_in_json_and_without_an_escape(match: Run) -> None:
    ran = match("--json", "--limit", "all", profile=HOSTILE_PERSON, vacancies=HOSTILE_JOBS)
    assert ran.answer["participant_ref"] == HOSTILE_PERSON["participant_ref"]
    assert "\x1b" not in ran.out
    assert "\x07" not in ran.out


def test_what_only_the_advert_says_is_shown_without_steering(match: Run, tmp_path: Path) -> None:
    posting = json.loads((load_world().feeds_path / "jobposting-single.json").read_text(encoding="utf-8"))
    advert = posting | {"workHours": f"as agreed {STEERING}", "physicalRequirement": f"lifting {STEERING}"}
    ran = match(profile={"participant_ref": "P1"}, vacancies=write(tmp_path / "advert.json", advert))
    assert "The advert says" in ran.out
    assert "lifting" in ran.out
    assert steers(ran.out) == []


def test_a_title_of_ten_thousand_characters_is_no_trouble(match: Run) -> None:
    ran = match(vacancies=[BAKER | {"title": "Baker and confectioner " * 440}])
    assert ran.status == 0
    assert "Hazel Farm" in ran.out


# What only a process of its own can show


@pytest.fixture
def files(tmp_path: Path) -> list[object]:
    """The words of a command that draws up one small shortlist."""
    person, jobs = write(tmp_path / "person.json", PERSON), write(tmp_path / "jobs.json", POOL)
    return ["match", "--profile", person, "--vacancies", jobs, "--as-of", DAY]


def test_the_installed_command_is_the_one_tested_here() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert scripts == {"wellplaced": "api.cli:main"}


def _processor_seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_help_takes_less_than_six_tenths_of_a_second() -> None:
    # Processor time, the best of three: on a busy machine the clock on the wall tells of the neighbours.
    seconds = []
    for _ in range(3):
        began = _processor_seconds_of_children()
        ran = as_process("--help")
        seconds.append(_processor_seconds_of_children() - began)
        assert ran.returncode == 0
        assert b"match" in ran.stdout
    assert 0 < min(seconds) < 0.6


@pytest.mark.parametrize("form", [["--json", "--limit", "all"], []], ids=["json", "page"])
def test_two_runs_print_the_same_bytes(form: list[str]) -> None:
    world = load_world()
    words = ["match", "--profile", world.profiles_path, "--vacancies", world.vacancies_path, "--as-of", DAY, *form]
    first, second = (as_process(*words, env={"PYTHONHASHSEED": seed}) for seed in ("1", "2"))
    assert first.returncode == second.returncode == 0
    assert len(first.stdout) > 10_000
    assert first.stdout == second.stdout


def test_a_refusal_ends_the_process_with_status_2_and_no_traceback(files: list[object], tmp_path: Path) -> None:
    ran = as_process(*files, write(tmp_path / "bad.json", BAKER | {"vacancy_ref": "V9", "openings": -1}))
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"bad.json, openings: -1" in ran.stderr
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize("form", [["--json"], []], ids=["json", "page"])
def test_a_reader_who_has_gone_ends_the_command_in_silence(form: list[str], files: list[object]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    try:
        ran = as_process(*files, *form, stdout=writes)
    finally:
        os.close(writes)
    assert ran.returncode != 0
    assert ran.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("words", [["--json"], []], ids=["json", "page"])
def test_a_full_disk_is_said_in_one_sentence(words: list[str], files: list[object]) -> None:
    with open("/dev/full", "wb") as full:
        ran = as_process(*files, *words, stdout=full)
    assert ran.returncode == 1
    assert b"No space left on device" in ran.stderr
    assert ran.stderr.count(b"\n") == 1


def closed(stream: int, words: Sequence[object]) -> subprocess.CompletedProcess[bytes]:
    """Run the command with standard output (1) or standard error (2) closed from the start."""
    shell = ["/bin/sh", "-c", f'exec "$@" {stream}>&-', "sh", *COMMAND, *map(str, words)]
    return subprocess.run(shell, capture_output=True, check=False, timeout=60)


@pytest.mark.skipif(os.name != "posix", reason="closing a stream needs a POSIX shell")
@pytest.mark.parametrize("form", [["--json"], []], ids=["json", "page"])
def test_a_closed_standard_output_gives_no_traceback(form: list[str], files: list[object]) -> None:
    ran = closed(1, [*files, *form])
    assert ran.returncode == 1
    assert b"Traceback" not in ran.stderr


@pytest.mark.skipif(os.name != "posix", reason="closing a stream needs a POSIX shell")
def test_a_closed_standard_error_costs_the_talk_and_not_the_answer(files: list[object]) -> None:
    ran = closed(2, [*files, "--json"])
    assert ran.returncode == 0
    assert json.loads(ran.stdout)["participant_ref"] == "P1"


def on_a_terminal(words: Sequence[object]) -> tuple[int, str]:
    """Run the command with both streams on a terminal, and return its status and what it wrote there."""
    outer, inner = pty.openpty()
    with subprocess.Popen([*COMMAND, *map(str, words)], stdout=inner, stderr=inner, stdin=inner) as process:
        os.close(inner)
        said = b""
        while True:
            try:
                block = os.read(outer, 65_536)
            except OSError:  # how Linux says that the other side has closed
                break
            if not block:
                break
            said += block
        os.close(outer)
        return process.wait(timeout=60), said.decode()


HOSTILE_MARKS = ("\x1b[31m", "\x1b]0;", "\x1bc", "\x07", "\x9b", "\x7f", "\u202e", "\u2066")


def test_on_a_terminal_headings_are_bold_and_hostile_texts_steer_nothing(tmp_path: Path) -> None:
    person, jobs = write(tmp_path / "person.json", HOSTILE_PERSON), write(tmp_path / "jobs.json", HOSTILE_JOBS)
    status, said = on_a_terminal(["match", "--profile", person, "--vacancies", jobs, "--as-of", DAY])
    assert status == 0
    assert "\x1b[1m" in said
    assert [repr(mark) for mark in HOSTILE_MARKS if mark in said] == []


def test_on_a_terminal_a_refusal_steers_nothing(tmp_path: Path) -> None:
    person = write(tmp_path / "person.json", PERSON)
    jobs = write(tmp_path / "jobs.json", [BAKER | {f"title{STEERING}": 1}])
    status, said = on_a_terminal(["match", "--profile", person, "--vacancies", jobs])
    assert status == 2
    assert "is not a field here" in said
    assert [repr(mark) for mark in HOSTILE_MARKS if mark in said] == []
