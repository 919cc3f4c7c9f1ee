"""Whole files to vacancies and profiles: what is refused, what goes on, and what refers to what."""

from __future__ import annotations

import json
from pathlib import Path

from matching.errors import Problem
from matching.feeds import read_profiles, read_vacancies
from tests.matching.feeds.files import POSTING, VACANCY, write


def said(problems: tuple[Problem, ...], folder: Path) -> list[str]:
    return [str(problem).replace(f"{folder}/", "") for problem in problems]


def test_good_rows_become_vacancies_in_their_order(tmp_path: Path) -> None:
    path = write(tmp_path, "v.json", [VACANCY | {"vacancy_ref": ref} for ref in ("C", "A", "B")])
    readings = read_vacancies([path])
    assert [vacancy.vacancy_ref for vacancy in readings.values] == ["C", "A", "B"]
    assert readings.problems == ()


def test_every_problem_of_every_row_is_listed_in_the_order_of_the_file(tmp_path: Path) -> None:
    rows = [
        VACANCY | {"hours": {"min": -3, "max": 200}},
        VACANCY | {"vacancy_ref": "V2", "location": {"postcode": "ME14 XQ"}},
        {"vacancy_ref": "V3"},
        7,
    ]
    readings = read_vacancies([write(tmp_path, "v.json", rows)])
    places = [(problem.where.row, problem.where.field) for problem in readings.problems]
    assert places == [
        ("item 1", "hours.min"), ("item 1", "hours.max"), ("item 2", "location.postcode"),
        ("item 3", "title"), ("item 3", "employer"), ("item 4", ""),
    ]  # fmt: skip


def test_good_rows_go_on_beside_bad_ones(tmp_path: Path) -> None:
    path = write(tmp_path, "v.json", [VACANCY | {"openings": 0}, VACANCY | {"vacancy_ref": "V2"}])
    readings = read_vacancies([path])
    assert [vacancy.vacancy_ref for vacancy in readings.values] == ["V2"]
    assert len(readings.problems) == 1


def test_two_rows_with_one_reference_are_both_refused_and_name_each_other(tmp_path: Path) -> None:
    readings = read_vacancies([write(tmp_path, "v.json", [VACANCY, VACANCY | {"vacancy_ref": "V2"}, VACANCY])])
    assert [vacancy.vacancy_ref for vacancy in readings.values] == ["V2"]
    first, second = said(readings.problems, tmp_path)
    needs = "each of the vacancies needs its own"
    assert first == f"v.json, item 1, vacancy_ref: 'V1' is also the reference of v.json, item 3; {needs}"
    assert second == f"v.json, item 3, vacancy_ref: 'V1' is also the reference of v.json, item 1; {needs}"


def test_a_reference_repeated_in_another_file_is_refused_too(tmp_path: Path) -> None:
    first = write(tmp_path, "a.jsonl", json.dumps(VACANCY))
    second = write(tmp_path, "b.csv", "vacancy_ref,title,employer\nV1,Baker,Farm\nV2,Baker,Farm\n")
    third = write(
        tmp_path, "c.html", f'<script type="application/ld+json">{json.dumps(POSTING | {"identifier": "V1"})}</script>'
    )
    readings = read_vacancies([first, second, third])
    assert [vacancy.vacancy_ref for vacancy in readings.values] == ["V2"]
    assert said(readings.problems, tmp_path)[0] == (
        "a.jsonl, line 1, vacancy_ref: 'V1' is also the reference of b.csv, row 2 and 1 more; "
        "each of the vacancies needs its own"
    )
    assert len(readings.problems) == 3


def test_a_row_that_is_bad_otherwise_still_takes_its_reference(tmp_path: Path) -> None:
    readings = read_vacancies([write(tmp_path, "v.json", [VACANCY | {"openings": 0}, VACANCY])])
    assert readings.values == ()
    assert [problem.where.field for problem in readings.problems] == ["openings", "vacancy_ref", "vacancy_ref"]


def test_a_path_given_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path, "v.json", VACANCY)
    assert len(read_vacancies([path, path]).values) == 1


def test_a_bad_cell_and_a_bad_value_of_a_row_are_listed_together(tmp_path: Path) -> None:
    path = write(tmp_path, "v.csv", "vacancy_ref,title,employer,openings,hours.max\nV1,Baker,Farm,many,200\n")
    assert said(read_vacancies([path]).problems, tmp_path) == [
        "v.csv, row 2, openings: 'many' should be a number such as 12 or 12.5, without units or commas",
        "v.csv, row 2, hours.max: 200 should be a number from 0 to 168",
    ]


def test_negative_hours_in_a_spreadsheet_are_refused_with_their_place(tmp_path: Path) -> None:
    path = write(tmp_path, "v.csv", "vacancy_ref,title,employer,hours.min\nV1,Baker,Farm,-3\n")
    assert said(read_vacancies([path]).problems, tmp_path) == [
        "v.csv, row 2, hours.min: -3 should be a number from 0 to 168"
    ]


def test_a_posting_without_an_employer_is_refused_once(tmp_path: Path) -> None:
    path = write(tmp_path, "a.json", {key: value for key, value in POSTING.items() if key != "hiringOrganization"})
    assert said(read_vacancies([path]).problems, tmp_path) == [
        "a.json, employer: is required; a JobPosting names one in hiringOrganization.name"
    ]


def test_a_whole_posting_becomes_a_valid_vacancy_with_its_notes(tmp_path: Path) -> None:
    posting = POSTING | {
        "description": "<p>Bread</p>", "datePosted": "2026-11-02", "validThrough": "soon",
        "workHours": "Monday to Friday 9am to 1pm, 20 hours per week", "totalJobOpenings": 2,
        "jobLocation": {"geo": {"latitude": 51.2704, "longitude": 0.5217}}, "jobLocationType": "TELECOMMUTE",
        "baseSalary": {"currency": "GBP", "value": {"value": 250, "unitText": "WEEK"}}, "qualifications": "Driving",
        "responsibilities": ["Bake"],
    }  # fmt: skip
    readings = read_vacancies([write(tmp_path, "a.json", posting)])
    (vacancy,) = readings.values
    assert (vacancy.pay.annual, vacancy.hours.least, vacancy.openings) == (13000, 20, 2)
    assert vacancy.derived_fields == ("location.postcode", "pay.annual")
    assert readings.notes == {"A1": ("qualifications: Driving",)}
    assert [warning.where.field for warning in readings.warnings] == ["validThrough"]


def test_profiles_are_read_from_a_list(tmp_path: Path) -> None:
    path = write(tmp_path, "p.json", [{"participant_ref": "P1"}, {"participant_ref": "P2"}])
    assert [profile.participant_ref for profile in read_profiles(path).values] == ["P1", "P2"]


def test_two_profiles_with_one_reference_are_both_refused(tmp_path: Path) -> None:
    readings = read_profiles(write(tmp_path, "p.json", [{"participant_ref": "P1"}, {"participant_ref": "P1"}]))
    assert readings.values == ()
    assert [problem.where.field for problem in readings.problems] == ["participant_ref"] * 2


def test_a_job_posting_is_no_profile(tmp_path: Path) -> None:
    readings = read_profiles(write(tmp_path, "p.json", POSTING))
    assert readings.values == ()
    assert "@type" in {problem.where.field for problem in readings.problems}


def test_progress_is_told_over_all_paths_together(tmp_path: Path) -> None:
    paths = [write(tmp_path, name, VACANCY | {"vacancy_ref": name}) for name in ("a.json", "b.json")]
    totals: set[int] = set()
    read_vacancies(paths, progress=lambda *, done_bytes, total_bytes: totals.add(total_bytes))
    assert totals == {sum(path.stat().st_size for path in paths)}
