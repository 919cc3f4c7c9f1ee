"""The file that comes back: the refused rows with what to change, in the form in which they were sent."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from matching.errors import Invalid, Problem, Where
from matching.feeds import Kind, error_file, read_upload, template
from tests.matching.feeds.workbooks import HEADER, saved, workbook

ROWS = [
    ("V1", "Baker", "Hazel Farm", 12, "Bread"),
    ("V2", "Cook", "Hazel Farm", "ten", "Soup"),
    ("V3", "Maid", "Inn", 8, "Beds"),
    ("V4", "", "Inn", -2, "Beds"),
]
SAID_OF_V2 = "hours.min: 'ten' should be a number such as 12 or 12.5, without units or commas"


def as_csv(*rows: Any) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def back(content: bytes, name: str = "v.csv", kind: Kind = Kind.VACANCIES) -> bytes:
    problems = read_upload(content, name, kind).problems
    return error_file(content, name=name, kind=kind, problems=problems)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


def values_of(content: bytes) -> list[tuple[Any, ...]]:
    return list(sheet_of(content).iter_rows(values_only=True))


def test_only_the_refused_rows_come_back_with_what_to_change() -> None:
    header, *rows = rows_of(back(as_csv(HEADER, *ROWS)))
    assert header == [*HEADER, "What to change"]
    assert [row[0] for row in rows] == ["V2", "V4"]
    assert rows[0] == ["V2", "Cook", "Hazel Farm", "ten", "Soup", SAID_OF_V2]
    assert rows[1][-1].startswith("title: is required and cannot be unknown or empty; hours.min: ")


def test_a_workbook_comes_back_as_a_workbook_with_its_types_and_marked_cells() -> None:
    content = back(workbook((*HEADER, "closes_on"), *((*row, date(2026, 12, 18)) for row in ROWS)), "v.xlsx")
    header, second, fourth = values_of(content)
    assert header == (*HEADER, "closes_on", "What to change")
    assert second == ("V2", "Cook", "Hazel Farm", "ten", "Soup", datetime(2026, 12, 18), SAID_OF_V2)
    assert fourth[3] == -2
    marked = {cell.coordinate for row in sheet_of(content).iter_rows() for cell in row if cell.fill.fill_type}
    assert marked == {"D2", "B3", "D3"}


@pytest.mark.parametrize("name", ["v.csv", "v.xlsx"])
def test_the_file_can_be_put_right_and_sent_again(name: str) -> None:
    make = as_csv if name == "v.csv" else workbook
    content = back(make(HEADER, *ROWS), name)
    header, *rows = rows_of(content) if name == "v.csv" else [list(row) for row in values_of(content)]
    rows[0][3], rows[1][1], rows[1][3] = 10, "Maid", 2
    readings = read_upload(make(header, *rows), name, Kind.VACANCIES)
    assert readings.problems == ()
    assert [(each.vacancy_ref, each.hours.least) for each in readings.values] == [("V2", 10), ("V4", 2)]


@pytest.mark.parametrize("name", ["v.csv", "v.xlsx"])
def test_sent_again_as_it_is_the_same_comes_back(name: str) -> None:
    once = back((as_csv if name == "v.csv" else workbook)(HEADER, *ROWS), name)
    assert back(once, name) == once


def test_a_remark_next_to_a_row_that_was_emptied_is_no_row() -> None:
    content = as_csv((*HEADER, "What to change"), ("", "", "", "", "", "title: is required"))
    assert not read_upload(content, "v.csv", Kind.VACANCIES).problems


def test_a_template_whose_rows_are_all_good_gives_the_header_alone() -> None:
    assert len(rows_of(back(template(Kind.VACANCIES).encode()))) == 1


def test_what_is_wrong_with_the_header_brings_all_rows_back() -> None:
    header, *rows = rows_of(back(as_csv(("vacancy_ref", "titel", "employer"), ("V1", "B", "F"), ("V2", "C", "F"))))
    assert header == ["vacancy_ref", "titel", "employer", "What to change"]
    assert [row[0] for row in rows] == ["V1", "V2"]
    assert rows[0][-1].startswith("The whole file: titel: there is no such column (did you mean 'title'?); The whole")
    assert rows[1][-1] == ""


@pytest.mark.parametrize("content", [b"", b"\n", b"titel\n"])
def test_a_file_without_rows_comes_back_with_what_to_change(content: bytes) -> None:
    assert rows_of(back(content))[1][-1].startswith("The whole file: ")


def test_a_row_of_too_many_cells_keeps_them_beyond_the_header() -> None:
    header, row = rows_of(back(as_csv(HEADER, ("V1", "B", "F", 1, "d", "more"))))
    assert row == ["V1", "B", "F", "1", "d", "has 6 cells where the header has 5", "more"]
    assert len(header) == 6


def test_a_row_of_too_few_cells_comes_back() -> None:
    assert rows_of(back(as_csv(HEADER, ("V1", "B"))))[1] == [
        "V1", "B", "", "", "", "has 2 cells where the header has 5",
    ]  # fmt: skip


def test_a_row_that_is_not_utf_8_comes_back_with_a_mark_for_it() -> None:
    _, row = rows_of(back(as_csv(HEADER) + b"V1,Caf\xe9,F,1,d\n"))
    assert row[1] == "Caf\ufffd"
    assert row[-1].startswith("is not UTF-8: byte 0xE9")


def test_a_reference_twice_brings_both_rows_back() -> None:
    _, *rows = rows_of(back(as_csv(HEADER, ROWS[0], ROWS[0], ROWS[2])))
    assert [row[0] for row in rows] == ["V1", "V1"]
    assert rows[0][-1].startswith("vacancy_ref: 'V1' is also the reference of v.csv, row 3")


def test_formulas_that_were_sent_come_back_guarded() -> None:
    (_, row) = rows_of(back(as_csv(HEADER, ("=1+1", "@x", "＝y", "-a", "\t=z"))))
    assert row[:5] == ["'=1+1", "'@x", "'＝y", "'-a", "'\t=z"]
    (_, cells) = values_of(back(workbook(HEADER, ("V1", "@x", "＝y", "-a", "d")), "v.xlsx"))
    assert cells[:5] == ("V1", "'@x", "'＝y", "'-a", "d")


def test_a_formula_without_a_result_comes_back_as_text() -> None:
    book = Workbook()
    for row in (HEADER, ("V1", "B", "F", "=4*2", "d")):
        book.active.append(row)
    sheet = sheet_of(back(saved(book), "v.xlsx"))
    assert (sheet["D2"].value, sheet["D2"].data_type) == ("'=4*2", "s")
    assert sheet["D2"].fill.fill_type == "solid"


MARKS = [
    ("pattern.shifts", "mon 10:00-10:00"),
    ("sensory.noise", "9"),
    ("requirements.qualifications", "Food Hygiene"),
    ("tasks", "a;;b"),
    ("adjustments", "no.such=yes"),
    ("location.postcode", "Maidstone"),
]


@pytest.mark.parametrize(("column", "value"), MARKS)
def test_the_column_of_a_fault_within_a_field_is_marked(column: str, value: str) -> None:
    content = back(workbook(("vacancy_ref", "title", "employer", column), ("V1", "B", "F", value)), "v.xlsx")
    sheet = sheet_of(content)
    assert [cell.coordinate for cell in sheet[2] if cell.fill.fill_type] == ["D2"]


def test_a_fault_of_a_past_job_is_marked() -> None:
    content = workbook(("participant_ref", "work_history.1.liked"), ("P1", "the early start"))
    sheet = sheet_of(back(content, "p.xlsx", Kind.PROFILES))
    assert sheet["C2"].value == "work_history[1].title: is required and cannot be unknown or empty"


def test_a_text_too_long_for_a_cell_comes_back_cut() -> None:
    (_, row) = values_of(back(workbook(HEADER, ("V1", "", "F", 1, "=" + "_x0041_" * 4_000)), "v.xlsx"))
    assert row[4] is not None
    assert len(row[4]) <= 32_767


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("v.json", b"[{}]"),
        ("v.html", b"<html/>"),
        ("v.csv", as_csv(HEADER) + b'V1,"open'),
        ("v.csv", "vacancy_ref,title\n".encode("utf-16")),
        ("v.csv", template(Kind.VACANCIES, "xlsx")),
        ("v.xlsx", b"vacancy_ref,title\n"),
        ("v.xlsx", template(Kind.VACANCIES, "xlsx")[:-300]),
    ],
)
def test_what_is_no_table_does_not_come_back(name: str, content: bytes) -> None:
    with pytest.raises(Invalid, match=r"^v\."):
        back(content, name)


@settings(max_examples=60)
@given(rows=st.lists(st.lists(st.text(max_size=5), max_size=6), max_size=4))
def test_whatever_cells_were_sent_a_file_comes_back(rows: list[list[str]]) -> None:
    content = as_csv(HEADER, *rows)
    problems = [Problem(Where("v.csv", f"row {number}", "title"), "change it") for number in range(2, len(rows) + 2)]
    try:
        found = rows_of(error_file(content, name="v.csv", kind=Kind.VACANCIES, problems=problems))
    except Invalid:
        return  # a carriage return in a cell, say, that leaves no table
    assert all(row[5] == "title: change it" for row in found[1:])
