"""Vacancies laid flat: what is written is read back as the same vacancy, and what cannot be written is told."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.world import load_world
from matching.exports import MOST_CHARACTERS_IN_XLSX
from matching.feeds import Form, Kind, export_vacancies, lay_flat, read_upload, read_vacancies, template
from matching.model.vacancy import Vacancy
from tests.builders import vacancy_of
from tests.strategies import vacancies

FORMS = get_args(Form)
MINIMAL = {"vacancy_ref": "V1", "title": "Baker", "employer": "Hazel Farm"}


def plain(vacancy: Vacancy) -> Vacancy:
    """A vacancy without the marks of where it was read."""
    return replace(vacancy, digest="", derived_fields=())


def read_again(written: list[Vacancy], form: Form) -> list[Vacancy]:
    content, _ = export_vacancies(written, form=form)
    readings = read_upload(content, f"v.{form}", Kind.VACANCIES)
    assert readings.problems == ()
    return [plain(vacancy) for vacancy in readings.values]


@pytest.mark.parametrize("form", FORMS)
def test_the_invented_vacancies_come_back_as_they_were(form: Form) -> None:
    written = list(read_vacancies([load_world().vacancies_path]).values)
    assert len(written) == 300
    assert lay_flat(written, form=form).not_held == ()
    assert read_again(written, form) == [plain(vacancy) for vacancy in written]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=100)
@given(record=vacancies())
def test_any_vacancy_comes_back_but_for_what_is_told(form: Form, record: dict[str, Any]) -> None:
    vacancy = vacancy_of(record)
    told = {problem.where.field.split(".")[0] for problem in lay_flat([vacancy], form=form).not_held}
    (found,) = read_again([vacancy], form)
    fields = {field.name: {"place": "location"}.get(field.name, field.name) for field in dataclass_fields(Vacancy)}
    same = {ours for ours in fields if getattr(found, ours) == getattr(plain(vacancy), ours)}
    assert {fields[ours] for ours in fields.keys() - same} <= told
    assert told or found == plain(vacancy)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60)
@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=20))
def test_any_text_comes_back_or_is_told(form: Form, text: str) -> None:
    vacancy = vacancy_of(MINIMAL | {"description": text})
    told = [problem.where.field for problem in lay_flat([vacancy], form=form).not_held]
    (found,) = read_again([vacancy], form)
    assert (found.description == text) == (told == [])
    in_xml = form == "csv" or not set(text) & {"\ufffe", "\uffff"}
    assert (text == text.strip() and in_xml) == (told == [])


def test_a_character_that_xml_has_no_way_to_write_is_told() -> None:
    odd = vacancy_of(MINIMAL | {"description": "a\uffff"})
    assert [problem.where.field for problem in lay_flat([odd], form="xlsx").not_held] == ["description"]
    assert read_again([odd], "csv") == [plain(odd)]


TOLD: list[tuple[str, dict[str, Any], str]] = [
    ("an entry with a semicolon", {"tasks": ["a; b"]}, "tasks"),
    ("an entry that is empty", {"tasks": ["a", ""]}, "tasks"),
    ("an entry with spaces around it", {"tasks": [" a"]}, "tasks"),
    ("the one entry none", {"tasks": ["none"]}, "tasks"),
    ("an empty description", {"description": ""}, "description"),
    ("spaces around a description", {"description": " Bread "}, "description"),
    ("a number with many decimals", {"pay": {"hourly": 12.123456789012345}}, "pay.hourly"),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("fields", "column"), [case[1:] for case in TOLD], ids=[case[0] for case in TOLD])
def test_what_a_cell_cannot_hold_is_left_empty_and_told(fields: dict[str, Any], column: str, form: Form) -> None:
    flat = lay_flat([vacancy_of(MINIMAL | fields | {"openings": 3})], form=form)
    message = "cannot be written in a cell, so the cell is empty; use JSON to carry it"
    assert [str(problem) for problem in flat.not_held] == [f"V1, {column}: {message}"]
    assert flat.rows[0][flat.columns.index(column)] is None
    assert flat.rows[0][flat.columns.index("openings")] == 3


def test_a_text_too_long_for_xlsx_is_told_there_and_written_in_csv() -> None:
    long = vacancy_of(MINIMAL | {"description": "x" * (MOST_CHARACTERS_IN_XLSX + 1)})
    assert [problem.where.field for problem in lay_flat([long], form="xlsx").not_held] == ["description"]
    assert lay_flat([long], form="csv").not_held == ()
    assert read_again([long], "csv") == [plain(long)]
    assert read_again([long], "xlsx") == [replace(plain(long), description=None)]


def test_a_field_that_a_feed_worked_out_is_told() -> None:
    worked_out = replace(
        vacancy_of(MINIMAL | {"location": {"postcode": "ME14 1"}}), derived_fields=("location.postcode",)
    )
    (problem,) = lay_flat([worked_out], form="csv").not_held
    assert str(problem).startswith("V1, location.postcode: was worked out by a feed and not stated")


def test_spaces_around_a_required_text_are_told_and_the_text_is_written() -> None:
    flat = lay_flat([vacancy_of(MINIMAL | {"title": " Baker"})], form="csv")
    assert [str(problem) for problem in flat.not_held] == [
        "V1, title: is written, but a reader takes off the spaces around it"
    ]
    assert flat.rows[0][1] == " Baker"


def test_the_columns_are_those_of_the_template() -> None:
    assert ",".join(lay_flat([], form="csv").columns) == template(Kind.VACANCIES).splitlines()[0]


@pytest.mark.parametrize("form", FORMS)
def test_a_title_that_looks_like_a_formula_is_guarded_in_the_file_and_comes_back(form: Form) -> None:
    sly = vacancy_of(
        MINIMAL | {"title": "=HYPERLINK(1)", "employer": "'=x", "description": "'＝1\n@x", "tasks": ["-a", "b"]}
    )
    content, told = export_vacancies([sly], form=form)
    assert told == ()
    assert form == "xlsx" or b"'=HYPERLINK(1)" in content
    assert read_again([sly], form) == [plain(sly)]
