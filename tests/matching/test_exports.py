"""Tables for spreadsheets: nothing in them runs, numbers stay numbers, and the same rows give the same bytes."""

from __future__ import annotations

import csv
import io
import time
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.errors import Invalid
from matching.exports import CellValue, guarded, unguarded, write_csv, write_xlsx
from matching.model.vacancy import VacancySource

RUNS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\tplain", "\rplain", "  =1", "\u00a0=1", "\u3000=1",
    "\u200b=1", "＝1+1", "＋1", "－1", "＠SUM(A1)", "\ufe66=1", "\u2212x", "'=1", "''=1", "=cmd|' /C calc'!A0",
    "-", "\ufeff=1",
]  # fmt: skip
HARMLESS = [
    "",
    "tea = rest",
    "a-b",
    "'tis a pie",
    "kim@example.org",
    "  plain",
    "1+1",
    "– a dash",
    "#REF!",
    "(=1)",
    "'",
]


@pytest.mark.parametrize("text", RUNS)
def test_what_a_spreadsheet_could_run_is_guarded(text: str) -> None:
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_no_spreadsheet_runs_stays_as_it_is(text: str) -> None:
    assert guarded(text) == unguarded(text) == text


@given(st.text() | st.text("'=+-@\t ＝\u3000a"))
def test_a_guard_comes_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text


VALUES: list[tuple[CellValue, str]] = [
    (None, ""),
    ("Baker", "Baker"),
    ("=1+1", "'=1+1"),
    (-3, "-3"),
    (-2.5, "-2.5"),
    (12.0, "12"),
    (1e-7, "0.0000001"),
    (1e21, "1000000000000000000000"),
    (100, "100"),
    (Decimal("12.50"), "12.5"),
    (True, "true"),
    (False, "false"),
    (date(2026, 11, 22), "2026-11-22"),
    (datetime(2026, 11, 22, 9, 30, tzinfo=UTC), "2026-11-22T09:30:00+00:00"),
    (VacancySource.CARVED, "carved"),
    ("half \ud800", "half \ufffd"),
    ("nul \0", "nul \ufffd"),
]


@pytest.mark.parametrize(("value", "written"), VALUES)
def test_a_value_in_csv(value: CellValue, written: str) -> None:
    content = write_csv(["a", "b"], [[value, "x"]])
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1] == [written, "x"]


def test_csv_opens_with_the_mark_by_which_spreadsheets_know_utf_8() -> None:
    assert write_csv(["title"], [["Café"]]) == "\ufefftitle\r\nCafé\r\n".encode()


def test_a_comma_a_quotation_mark_and_a_line_break_stay_in_their_cell() -> None:
    texts = ['a,b;c"d', "two\nlines", "old\rlines"]
    content = write_csv(["a", "b", "c"], [texts])
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1] == texts


def opened(content: bytes) -> list[tuple[object, str]]:
    """The value and the type of each cell of the second row."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [(cell.value, cell.data_type) for cell in list(sheet.iter_rows())[1]]


IN_XLSX: list[tuple[CellValue, object, str]] = [
    ("=1+1", "'=1+1", "s"),
    ("#REF!", "#REF!", "s"),
    ("12", "12", "s"),
    (-3, -3, "n"),
    (-2.5, -2.5, "n"),
    (True, True, "b"),
    (date(2026, 11, 22), datetime(2026, 11, 22), "d"),
    (datetime(2026, 11, 22, 9, 30, tzinfo=UTC), datetime(2026, 11, 22, 9, 30), "d"),
    (VacancySource.CARVED, "carved", "s"),
    ("bell \x07", "bell _x0007_", "s"),
    ("old\r\nlines", "old_x000D_\nlines", "s"),
    ("a _x0041_", "a _x005F_x0041_", "s"),
    ("half \ud800", "half \ufffd", "s"),
    ("  spaces ", "  spaces ", "s"),
]


@pytest.mark.parametrize(("value", "found", "kind"), IN_XLSX)
def test_a_value_in_xlsx(value: CellValue, found: object, kind: str) -> None:
    assert opened(write_xlsx(["a"], [[value]])) == [(found, kind)]


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_no_cell_of_either_form_begins_like_a_formula(texts: list[str]) -> None:
    in_csv = list(csv.reader(io.StringIO(write_csv(texts, [texts]).decode("utf-8-sig"), newline="")))
    assert not any(cell.lstrip()[:1] in tuple("=+-@") for row in in_csv for cell in row)
    assert {kind for _, kind in opened(write_xlsx(texts, [[f"={text}" for text in texts]]))} == {"s"}


def test_the_same_rows_give_the_same_bytes_whenever_they_are_written() -> None:
    rows = [["V1", 12.5, date(2026, 11, 22)]]
    first = write_xlsx(["a", "b", "c"], rows)
    time.sleep(2.1)  # a zip file counts in steps of two seconds
    assert write_xlsx(["a", "b", "c"], rows) == first


def test_the_header_of_xlsx_is_guarded_too() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(["=1"], []))).worksheets[0]
    assert (sheet["A1"].value, sheet["A1"].data_type) == ("'=1", "s")


def test_a_text_that_xlsx_cannot_hold_is_refused_with_its_place() -> None:
    with pytest.raises(Invalid, match=r"row 3, b: is 32,768 characters long; an XLSX cell takes 32,767; write CSV"):
        write_xlsx(["a", "b"], [["x", "y"], ["x", "y" * 32_768]])


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
@pytest.mark.parametrize("row", [["x"], ["x", "y", "z"], ["x", float("nan")], ["x", float("inf")]])
def test_what_no_table_holds_is_refused(write: object, row: list[CellValue]) -> None:
    with pytest.raises(ValueError, match=r"cell"):
        write(["a", "b"], [row])  # type: ignore[operator]
