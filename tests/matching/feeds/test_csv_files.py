"""CSV files: the header, rows as a spreadsheet counts them, and what is refused."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from matching.feeds import Draft, Kind
from tests.matching.feeds.files import drafts, problems, readings, warnings, write

HEADER = "vacancy_ref,title,employer,hours.min,description\n"


def content(tmp_path: Path, text: str) -> object:
    (draft,) = drafts(write(tmp_path, "v.csv", text))
    assert draft.problems == ()
    return draft.content


def test_a_dotted_column_goes_into_its_field(tmp_path: Path) -> None:
    assert content(tmp_path, HEADER + "V1,Baker,Hazel Farm,12,Bread\n") == {
        "vacancy_ref": "V1", "title": "Baker", "employer": "Hazel Farm", "hours": {"min": 12}, "description": "Bread",
    }  # fmt: skip


def test_an_empty_cell_is_unknown(tmp_path: Path) -> None:
    assert content(tmp_path, HEADER + "V1,Baker,Hazel Farm,, \n") == {
        "vacancy_ref": "V1", "title": "Baker", "employer": "Hazel Farm",
    }  # fmt: skip


def test_the_word_unknown_is_unknown_but_a_word_in_text(tmp_path: Path) -> None:
    assert content(tmp_path, HEADER + "V1,Baker,Hazel Farm,unknown,unknown\n") == {
        "vacancy_ref": "V1", "title": "Baker", "employer": "Hazel Farm", "description": "unknown",
    }  # fmt: skip


def test_a_text_that_looks_like_a_number_stays_text(tmp_path: Path) -> None:
    found = content(tmp_path, HEADER + "007,Baker,Hazel Farm,,\n")
    assert isinstance(found, dict)
    assert found["vacancy_ref"] == "007"


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    text = HEADER + 'V1,Baker,Farm,,"two\nlines"\n,,,,\n\nV2,Baker,Farm,,\n'
    found = drafts(write(tmp_path, "v.csv", text))
    assert [draft.where.row for draft in found] == ["row 2", "row 5"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_spreadsheet_line_ends_and_marks_are_no_matter(mark: bytes, end: bytes, tmp_path: Path) -> None:
    raw = mark + (HEADER + "V1,Baker,Farm,12,").encode().replace(b"\n", end) + end
    assert drafts(write(tmp_path, "v.csv", raw))[0].content["hours"] == {"min": 12}


def test_a_header_without_rows_holds_nothing_and_is_not_wrong(tmp_path: Path) -> None:
    path = write(tmp_path, "v.csv", HEADER)
    assert problems(path) == []
    assert warnings(path) == ["v.csv: has a header and no rows: it holds no vacancies"]


REFUSED = [
    ("nothing", b"", "v.csv: is empty; the first row should be a header such as vacancy_ref, title, employer"),
    ("a near column", b"vacancy_ref,titel,employer,title\n", "v.csv, row 1, titel: there is no such column (did you"),
    ("no such column", b"vacancy_ref,title,employer,xyzzy\n", "v.csv, row 1, xyzzy: there is no such column"),
    ("a column twice", b"vacancy_ref,title,employer,title\n", "v.csv, row 1, title: this column is here twice"),
    ("a missing column", b"vacancy_ref,title\n", "v.csv, row 1, employer: this column is required"),
    ("a nameless column", b"vacancy_ref,title,employer,\n", "v.csv, row 1: a column has no name"),
    (
        "both ways of a level",
        b"vacancy_ref,title,employer,sensory.noise,sensory.noise.peak\n",
        "v.csv, row 1, sensory.noise: give either this column or sensory.noise. columns",
    ),
    ("profiles", b"participant_ref,goal.status\n", "v.csv, row 1: this is the header of profiles, and vacancies are"),
    ("semicolons", b"vacancy_ref;title;employer\n", "v.csv, row 1: cells are not apart with commas"),
    ("tabs", b"vacancy_ref\ttitle\temployer\n", "v.csv, row 1: cells are not apart with commas"),
    ("too few cells", HEADER.encode() + b"V1,Baker\n", "v.csv, row 2: has 2 cells where the header has 5"),
    ("too many cells", HEADER.encode() + b"V1,B,F,1,d,e\n", "v.csv, row 2: has 6 cells where the header has 5"),
    ("a bad cell", HEADER.encode() + b"V1,B,F,ten,d\n", "v.csv, row 2, hours.min: 'ten' should be a number"),
    ("an open quote", HEADER.encode() + b'V1,B,F,1,"d\nV2,B,F,1,d\n', "v.csv, line 3: the file ends inside a quoted"),
    ("a stray quote", HEADER.encode() + b'V1,B,F,1,"d"x\n', "v.csv, line 2: something follows a closing quotation"),
    ("a huge cell", HEADER.encode() + b"V1,B,F,1," + b"x" * 200_000, "v.csv, line 2: a cell is longer than 131,072"),
    ("old line ends", b"vacancy_ref,title,employer\rV1,B,F\r", "v.csv, line 1: a carriage return stands inside a row"),
    ("Latin-1", HEADER.encode() + b"V1,Caf\xe9,F,1,d\n", "v.csv, row 2: is not UTF-8: byte 0xE9 at offset 55;"),
    ("a Latin-1 header", b"vacancy_ref,title,employer,caf\xe9\n", "v.csv, row 1: is not UTF-8: byte 0xE9 at offset"),
    ("UTF-16", HEADER.encode("utf-16"), "v.csv: is UTF-16; save the file as UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_wrong_is_said_with_its_place(raw: bytes, message: str, tmp_path: Path) -> None:
    assert problems(write(tmp_path, "v.csv", raw))[0].startswith(message)


def test_everything_wrong_with_a_header_is_said_at_once(tmp_path: Path) -> None:
    assert len(problems(write(tmp_path, "v.csv", "titel,titel,title,title\n"))) == 4


def test_every_bad_cell_of_a_row_is_said_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "v.csv", "vacancy_ref,title,employer,hours.min,hours.max\nV1,B,F,a,b\n")
    assert len(problems(path)) == 2


def test_a_bad_row_does_not_cost_the_next_one(tmp_path: Path) -> None:
    path = write(tmp_path, "v.csv", HEADER.encode() + b"V1\nCaf\xe9,B,F,1,d\nV3,B,F,1,d\n")
    assert [one.where.row for one in readings(path) if isinstance(one, Draft)] == ["row 4"]
    assert len(problems(path)) == 2


def test_a_line_of_200_megabytes_ends_the_reading(tmp_path: Path) -> None:
    path = write(tmp_path, "v.csv", HEADER + "V1,B,F,1,d\n")
    with path.open("r+b") as file:
        file.truncate(200 * 1024 * 1024)
    assert problems(path) == ["v.csv, line 3: is longer than 10 MB; the rest of the file was not read"]
    assert len(drafts(path)) == 1


def test_facts_of_a_sensory_dimension_may_have_a_column_each(tmp_path: Path) -> None:
    text = "vacancy_ref,title,employer,sensory.noise.typical,sensory.noise.can_leave\nV1,B,F,2,true\n"
    found = content(tmp_path, text)
    assert isinstance(found, dict)
    assert found["sensory"] == {"noise": {"typical": 2, "can_leave": True}}


def test_past_jobs_become_a_list_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    file = io.StringIO()
    row = {"participant_ref": "P1", "work_history.2.title": "Porter", "work_history.1.title": "Baker",
           "work_history.1.tasks": "ovens; tills"}  # fmt: skip
    writer = csv.DictWriter(file, row)
    writer.writeheader()
    writer.writerow(row)
    (draft,) = drafts(write(tmp_path, "p.csv", file.getvalue()), kind=Kind.PROFILES)
    assert draft.content["work_history"] == [{"title": "Baker", "tasks": ["ovens", "tills"]}, {"title": "Porter"}]
