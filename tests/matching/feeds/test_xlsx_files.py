"""XLSX files: read like CSV, each cell by what it is, and within bounds whatever the bytes are."""

from __future__ import annotations

import io
import time as clock
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from matching.errors import Where
from matching.feeds import Kind, read_profiles, read_upload, read_vacancies, template
from matching.feeds.sheet import Area, SheetRow, merged_in, shown
from matching.feeds.workbook import read_sheet
from tests.matching.feeds.files import write
from tests.matching.feeds.workbooks import (
    HEADER,
    MAIN,
    cells,
    packed,
    parts,
    problems,
    read,
    saved,
    sheet_xml,
    workbook,
)

GOOD = ("V1", "Baker", "Hazel Farm", 12, "Bread")


def test_a_row_is_read_as_from_csv() -> None:
    line = "vacancy_ref,title,employer,hours.min,description\nV1,Baker,Hazel Farm,12,Bread\n"
    assert read(workbook(HEADER, GOOD)).values == read(line.encode(), "v.csv").values != ()


def test_a_file_on_the_disk_and_in_a_folder_is_read(tmp_path: Path) -> None:
    write(tmp_path, "in/v.xlsx", workbook(HEADER, GOOD))
    assert [each.title for each in read_vacancies([tmp_path / "in"]).values] == ["Baker"]


def test_a_workbook_under_any_name_is_known_by_its_content(tmp_path: Path) -> None:
    path = write(tmp_path, "roles", workbook(HEADER, GOOD))
    assert [each.title for each in read_vacancies([path]).values] == ["Baker"]


@pytest.mark.parametrize("kind", Kind)
def test_the_template_is_accepted_as_it_is_and_says_what_the_csv_template_says(kind: Kind) -> None:
    readings = read_upload(template(kind, "xlsx"), "t.xlsx", kind)
    assert readings.problems == readings.warnings == ()
    assert readings.values == read_upload(template(kind).encode(), "t.csv", kind).values


def test_the_template_of_profiles_is_read_from_a_file(tmp_path: Path) -> None:
    assert len(read_profiles(write(tmp_path, "p.xlsx", template(Kind.PROFILES, "xlsx"))).values) == 1


def test_the_template_has_choices_that_drop_down_and_a_sheet_that_says_what_columns_take() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(Kind.VACANCIES, "xlsx")))
    choices = {each.formula1: str(each.sqref) for each in book["vacancies"].data_validations.dataValidation}
    assert choices['"open,paused,filled,closed,unknown"'] == "H2:H5000"
    assert all(len(choice) <= 257 for choice in choices)
    told = {row[0]: row for row in book["columns"].iter_rows(values_only=True)}
    assert told["vacancy_ref"][1] == "yes"
    assert told["requirements.settings"][3].startswith("no_regulated_children, ")
    assert {row[0].value for row in book["columns"]} - {"column"} == {cell.value for cell in book["vacancies"][1]}


SHOWN: list[tuple[Any, str]] = [
    ("Baker", "Baker"), (12, "12"), (12.0, "12"), (12.5, "12.5"), (0.1 + 0.2, "0.3"), (112 / 3, "37.333333333333"),
    (1e-9, "0.000000001"), (-3, "-3"), (True, "TRUE"), (False, "FALSE"), (date(2026, 11, 22), "2026-11-22"),
    (datetime(2026, 11, 22, 9, 30), "2026-11-22 09:30:00"), (time(9, 30), "09:30"), (time(9, 30, 5), "09:30:05"),
    (timedelta(hours=30), "1 day, 6:00:00"), ("_x0041_", "_x0041_"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), SHOWN)
def test_a_cell_is_taken_by_what_it_is(value: Any, text: str) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("S")
    sheet.append(["x", value if value != "_x0041_" else "_x005F_x0041_"])
    found = read_sheet(io.BytesIO(saved(book)), name="S", where=Where())
    assert shown(found.rows[0].cells[1].value) == text


def test_days_may_be_counted_from_1904() -> None:
    book = Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append([datetime(2026, 11, 22)])
    (row,) = read_sheet(io.BytesIO(saved(book)), name="S", where=Where()).rows
    assert row.cells[0].value == datetime(2026, 11, 22)


def test_a_date_a_boolean_and_a_number_are_facts() -> None:
    header = ("vacancy_ref", "title", "employer", "closes_on", "physical.climb", "pay.hourly", "sensory.noise")
    (vacancy,) = read(workbook(header, (7, "Baker", "Farm", date(2026, 12, 18), False, 13.25, 2))).values
    assert (vacancy.vacancy_ref, vacancy.closes_on, vacancy.physical.climb) == ("7", date(2026, 12, 18), False)
    assert (vacancy.pay.hourly, vacancy.sensory["noise"].typical) == (13.25, 2)


def test_shared_and_formatted_texts_are_read_without_reading_aids() -> None:
    texts = (
        f'<sst xmlns="{MAIN}"><si><t>Ba</t></si><si><r><t>Ba</t></r><r><t xml:space="preserve">ker _x000D_</t></r>'
        "<rPh><t>beika</t></rPh></si></sst>"
    )
    formula = '<c t="str"><f>A1</f><v>F</v></c><c t="str"><f>""</f><v></v></c>'
    row = f'<row r="3">{cells("V")}<c r="B3" t="s"><v>1</v></c>{formula}</row>'
    (vacancy,) = read(packed(parts(sheet_xml(row), texts=texts))).values
    assert (vacancy.title, vacancy.employer) == ("Baker", "F")


def test_a_prefix_for_the_elements_is_no_matter() -> None:
    sheet = sheet_xml(f"<row>{cells('V1', 'Baker', 'F')}</row>")
    for name in ("worksheet", "sheetData", "row", "c", "is", "t"):
        sheet = sheet.replace(f"<{name}>", f"<x:{name}>").replace(f"<{name} ", f"<x:{name} ")
        sheet = sheet.replace(f"</{name}>", f"</x:{name}>")
    assert [each.title for each in read(packed(parts(sheet.replace("xmlns=", "xmlns:x=")))).values] == ["Baker"]


def test_empty_rows_and_columns_with_nothing_in_them_are_passed_over() -> None:
    book = Workbook()
    for row in ((*HEADER, None), GOOD, [], (" ", None), ("V2", "Cook", "Farm")):
        book.active.append(row)
    book.active["H40"].font = openpyxl.styles.Font(bold=True)
    readings = read(saved(book))
    assert [each.vacancy_ref for each in readings.values] == ["V1", "V2"]
    assert not readings.problems


def book_with(change: Any) -> bytes:
    book = Workbook()
    for row in (HEADER, GOOD, ("V2", "Cook", "Farm", 8, "Soup")):
        book.active.append(row)
    change(book, book.active)
    return saved(book)


def put(cell: str, value: Any) -> bytes:
    return book_with(lambda _, sheet: sheet.__setitem__(cell, value))


def second_sheet(title: str) -> bytes:
    return book_with(lambda book, _: book.create_sheet(title))


REFUSED = [
    ("a bad number", put("D3", "ten"), "v.xlsx, row 3, hours.min: 'ten' should be a number"),
    ("a boolean for a number", put("D3", True), "v.xlsx, row 3, hours.min: 'TRUE' should be a number"),
    ("a date for a number", put("D3", date(2026, 4, 3)), "v.xlsx, row 3, hours.min: '2026-04-03' should be a number"),
    ("a time for a number", put("D3", time(9, 30)), "v.xlsx, row 3, hours.min: '09:30' should be a number"),
    ("a formula without a result", put("D3", "=4*2"),
     "v.xlsx, row 3, hours.min: cell D3 holds a formula without a result; save the workbook"),
    ("an array formula", put("D3", ArrayFormula("D3", "=4*2")), "v.xlsx, row 3, hours.min: cell D3 holds a formula"),
    ("an error", put("D3", "#REF!"), "v.xlsx, row 3, hours.min: cell D3 holds the error #REF!; write the value"),
    ("a cell beyond the header", put("G3", "more"), "v.xlsx, row 3: has 7 cells where the header has 5"),
    ("a near column", put("B1", "titel"), "v.xlsx, row 1, titel: there is no such column (did you mean 'title'?)"),
    ("a nameless column", put("B1", None), "v.xlsx, row 1: a column has no name"),
    ("no header", put("A1", None), "v.xlsx, row 1: a column has no name"),
    ("profiles", workbook(("participant_ref", "remote")), "v.xlsx, row 1: this is the header of profiles, and vacanc"),
    ("the header further down", workbook([], HEADER, GOOD), "v.xlsx, row 1: is empty; it should be a header such as"),
    ("nothing", workbook(), "v.xlsx, row 1: is empty; it should be a header such as vacancy_ref, title, employer"),
    ("merged cells", book_with(lambda _, s: s.merge_cells("D2:D3")),
     "v.xlsx, row 2, hours.min: cell D2 is merged with others (D2:D3); unmerge them and write the value in each row"),
    ("a merged header", book_with(lambda _, s: s.merge_cells("D1:E1")),
     "v.xlsx, row 1: has merged cells (D1:E1); unmerge them"),
    ("two sheets, none by the name", second_sheet("Notes"),
     "v.xlsx: has the sheets 'Sheet', 'Notes'; name the one that should be read 'vacancies'"),
    ("the wrong sheet by the name", second_sheet("Vacancies "), "v.xlsx, row 1: is empty; it should be a header"),
    ("text", b"vacancy_ref,title\n", "v.xlsx: is no XLSX workbook; save it as .xlsx, or name it by what it is"),
    ("nothing at all", b"", "v.xlsx: is empty; it should be a workbook with a header in its first row"),
    ("an old workbook", bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600, "v.xlsx: is an old workbook (.xls) or has a"),
    ("another zip file", packed({"a.txt": b"x"}), "v.xlsx: is no XLSX workbook; save it as .xlsx, or name it by what"),
    ("a document", packed({"_rels/.rels": parts("")["_rels/.rels"].replace(b"xl/workbook", b"word/document"),
                           "word/document.xml": b"<d/>"}), "v.xlsx: is no XLSX workbook;"),
    ("a binary workbook", packed({"_rels/.rels": parts("")["_rels/.rels"].replace(b"workbook.xml", b"workbook.bin"),
                                  "xl/workbook.bin": b"x"}), "v.xlsx: is a binary workbook (.xlsb); save it as .xlsx"),
    ("OpenDocument", packed({"mimetype": b"x", "content.xml": b"<x/>"}), "v.xlsx: is an OpenDocument file; save it"),
    ("macros", packed(parts(sheet_xml()) | {"xl/vbaProject.bin": b"x"}), "v.xlsx: holds macros; save it as .xlsx"),
    ("old macros", packed(parts(sheet_xml()) | {"xl/macrosheets/sheet1.xml": b"x"}), "v.xlsx: holds macros; save it"),
    ("an empty archive", packed({}), "v.xlsx: is no XLSX workbook;"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_wrong_is_said_with_its_place(content: bytes, message: str) -> None:
    assert problems(content)[0].startswith(message)


def test_a_bad_row_does_not_cost_the_next_one() -> None:
    assert [each.vacancy_ref for each in read(put("D3", "ten")).values] == ["V1"]


def test_each_row_of_a_merged_area_is_refused_and_no_other() -> None:
    content = book_with(lambda _, sheet: (sheet.merge_cells("D2:D3"), sheet.append(("V3", "Maid", "Inn", 8, "Beds"))))
    readings = read(content)
    assert [problem.where.row for problem in readings.problems] == ["row 2", "row 3"]
    assert [each.vacancy_ref for each in readings.values] == ["V3"]


def test_merged_cells_beyond_the_columns_are_no_matter() -> None:
    assert not problems(book_with(lambda _, sheet: sheet.merge_cells("G2:H9")))


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 4), st.integers(0, 5)), max_size=6))
def test_rows_in_merged_areas_are_found(tops: list[tuple[int, int, int]]) -> None:
    areas = tuple(Area(top=top, bottom=top + more, left=left, right=left) for top, more, left in tops)
    rows = tuple(SheetRow(number, {}) for number in range(1, 15, 2))
    plainly = [any(area.top <= row.number <= area.bottom and area.left < 3 for area in areas) for row in rows]
    assert [area is not None for area in merged_in(rows, areas, columns=3)] == plainly


def test_a_sheet_by_the_name_of_the_kind_is_read_and_others_are_not() -> None:
    book = Workbook()
    book.active.title = "Notes"
    book.active["A1"] = "anything"
    for row in (HEADER, GOOD):
        (book["Vacancies"] if "Vacancies" in book else book.create_sheet("Vacancies")).append(row)
    assert [each.title for each in read(saved(book)).values] == ["Baker"]


VALUE = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**12), 10**12), st.floats(-1e9, 1e9), st.dates(date(1901, 1, 1)),
    st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cn")), max_size=8).filter(
        lambda text: not text.startswith(("=", "#")) and "_x" not in text
    ),
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(st.lists(VALUE, max_size=4), min_size=1, max_size=4))
def test_what_openpyxl_reads_is_what_we_read(rows: list[list[Any]]) -> None:
    content = workbook(*rows, title="S")
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    theirs = [[value if value != "" else None for value in row] for row in book["S"].iter_rows(values_only=True)]
    ours = {row.number: row for row in read_sheet(io.BytesIO(content), name="S", where=Where()).rows}
    for number, row in enumerate(theirs, start=1):
        for index, value in enumerate(row):
            cell = ours[number].cells.get(index) if number in ours else None
            assert (cell.value if cell else None) == value


# Hostile bytes


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    content = packed(parts(sheet_xml()) | {"xl/media/a.xml": b"\0" * 150_000_000})
    unpacking = clock.process_time()
    assert problems(content) == ["v.xlsx: unpacks to 143 MB; the most is 100 MB; split it"]
    assert clock.process_time() - unpacking < 1


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    sheet = sheet_xml(f"<row>{cells('V1', 'Baker', 'F')}</row>" + "<row/>" * 3_000_000).encode()
    content = packed(parts("x" * 77_777) | {"xl/worksheets/sheet1.xml": sheet})
    lies = content.replace(len(sheet).to_bytes(4, "little"), (500).to_bytes(4, "little"))
    assert lies != content
    assert problems(lies) == [
        "v.xlsx: is cut off or damaged; open it in a spreadsheet program and save it again as .xlsx"
    ]


def test_too_many_parts_are_refused() -> None:
    many = parts(sheet_xml()) | {f"xl/media/{number}.png": b"" for number in range(2_000)}
    assert problems(packed(many)) == ["v.xlsx: has 2,005 parts; the most is 1,000"]


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "_rels/.rels"])
@pytest.mark.parametrize("opening", [LAUGHS, OUTSIDE], ids=["laughs", "outside"])
def test_entities_are_refused(part: str, opening: str) -> None:
    found = parts(sheet_xml(f"<row>{cells('V1', '&lol9;', '&x;')}</row>"), texts="<sst/>", styles="<styleSheet/>")
    content = packed(found | {part: opening.encode() + found[part]})
    assert problems(content) == ["v.xlsx: declares a document type, which no workbook does"]


def test_a_million_empty_rows_cost_no_time_worth_telling() -> None:
    rows = f"<row>{cells('V1', 'Baker', 'F')}</row>" + '<row ht="15"><c s="1"/></row>' * 1_000_000
    content = packed(parts(sheet_xml(rows)))
    before = clock.process_time()
    assert len(read(content).values) == 1
    assert clock.process_time() - before < 6


def test_a_row_after_a_gap_of_a_million_is_read() -> None:
    row = f'<row r="1048576">{cells("V1", "Baker", "F")}</row>'
    assert len(read(packed(parts(sheet_xml(row)))).values) == 1


def test_ten_thousand_columns_are_refused() -> None:
    names = cells(*(f"c{number}" for number in range(10_000)))
    wide = f'<worksheet xmlns="{MAIN}"><sheetData><row>{names}</row></sheetData></worksheet>'
    assert problems(packed(parts(wide)))[0].startswith("v.xlsx, row 1: has 10,000 columns; there are only ")


def test_more_cells_than_a_list_has_are_refused() -> None:
    rows = f"<row>{'<c><v>1</v></c>' * 16_000}</row>" * 70
    before = clock.process_time()
    assert problems(packed(parts(sheet_xml(rows)))) == ["v.xlsx: holds more than 1,000,000 cells; split it"]
    assert clock.process_time() - before < 10


def test_more_elements_than_a_list_has_are_refused() -> None:
    texts = f"<sst>{'<si/>' * 5_100_000}</sst>"
    (message,) = problems(packed(parts(sheet_xml(), texts=texts)))
    assert message == "v.xlsx: holds more than a list of vacancies or profiles does; split it"


DAMAGE = [
    ("no such text", '<row><c t="s"><v>9</v></c></row>'),
    ("a text below the first", '<row><c t="s"><v>-1</v></c></row>'),
    ("a word for a number", "<row><c><v>ten</v></c></row>"),
    ("a cell twice", '<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>'),
    ("a row twice", '<row r="2"/><row r="2"/>'),
    ("rows backwards", '<row r="3"/><row r="2"/>'),
    ("a cell in another row", '<row r="2"><c r="A3"><v>1</v></c></row>'),
    ("a row beyond the last", '<row r="1048577"/>'),
    ("a column beyond the last", '<row r="2"><c r="XFE2"><v>1</v></c></row>'),
    ("no reference", '<row r="2"><c r="2A"><v>1</v></c></row>'),
    ("an element that is not closed", "<row>"),
    ("a style that is no number", '<row><c s="x"><v>1</v></c></row>'),
]


@pytest.mark.parametrize("rows", [case[1] for case in DAMAGE], ids=[case[0] for case in DAMAGE])
def test_a_sheet_that_no_program_writes_is_damaged(rows: str) -> None:
    assert problems(packed(parts(sheet_xml(rows))))[0].startswith("v.xlsx: is cut off or damaged;")


@pytest.mark.parametrize("encoding", ["no-such", "utf-7", "shift_jis", "utf-32"])
def test_an_encoding_that_xml_does_not_have_is_damaged(encoding: str) -> None:
    sheet = f'<?xml version="1.0" encoding="{encoding}"?>{sheet_xml()}'
    assert problems(packed(parts(sheet)))[0].startswith("v.xlsx: is cut off or damaged;")


NUMBERS = [("1e999", "holds a number without end"), ("nan", "holds a number without end")]


@pytest.mark.parametrize(("number", "fault"), NUMBERS)
def test_a_number_without_end_is_refused_with_its_cell(number: str, fault: str) -> None:
    row = f"<row>{cells('V1', 'B', 'F')}<c><v>{number}</v></c></row>"
    assert problems(packed(parts(sheet_xml(row)))) == [f"v.xlsx, row 2, hours.min: cell D2 {fault}"]


def test_a_day_outside_the_calendar_is_refused_with_its_cell() -> None:
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    row = f'<row>{cells("V1", "B", "F")}<c s="0"><v>99999999</v></c></row>'
    (message,) = problems(packed(parts(sheet_xml(row), styles=styles)))
    assert message == "v.xlsx, row 2, hours.min: cell D2 holds 1e+08 as a date, which is outside the calendar"


def test_a_text_of_ten_megabytes_is_refused_with_its_cell() -> None:
    row = f"<row>{cells('V1', 'B', 'F')}<c/>{cells('x' * 10_000_000)}</row>"
    (message,) = problems(packed(parts(sheet_xml(row))))
    assert message == "v.xlsx, row 2, description: cell E2 is longer than 131,072 characters"


WHOLE = template(Kind.VACANCIES, "xlsx")


def test_a_workbook_cut_off_anywhere_is_damaged() -> None:
    for at in range(4, len(WHOLE), 257):
        assert problems(WHOLE[:at])[0].startswith("v.xlsx: is cut off or damaged;")


@settings(max_examples=150)
@given(cut=st.floats(0, 1), put=st.binary(max_size=6), skip=st.integers(0, 12))
def test_a_workbook_with_a_few_bytes_changed_is_read_or_refused(cut: float, put: bytes, skip: int) -> None:
    at = int(len(WHOLE) * cut)
    readings = read(WHOLE[:at] + put + WHOLE[at + skip :])
    assert readings.values or readings.problems or readings.warnings


XML_BITS = st.sampled_from(
    ["<row>", "</row>", '<row r="2">', "<c>", "</c>", '<c t="s">', '<c r="B2" t="b">', "<v>", "</v>", "<v>1</v>", "<f>",
     "</f>", "<f/>", "<is>", "<t>", "</t>", "</is>", "x", "<mergeCell/>", '<mergeCell ref="A1:B9"/>', "</sheetData>",
     '<c t="e"><v>#N/A</v></c>', '<c t="d"><v>2026-11-22</v></c>', "<rPh>", "<sheetData>", "&amp;", "&x;", "\0"]
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(XML_BITS, max_size=12))
def test_a_sheet_of_any_elements_is_read_or_refused(bits: list[str]) -> None:
    readings = read(packed(parts(sheet_xml("".join(bits)))))
    assert readings.values or readings.problems or readings.warnings


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(raw: bytes) -> None:
    assert read(raw).problems
    assert read(b"PK\x03\x04" + raw).problems


def test_what_a_password_keeps_is_refused() -> None:
    content = bytearray(packed(parts(sheet_xml())))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    assert problems(bytes(content)) == ["v.xlsx: has a password; save it without"]


def test_a_part_twice_is_refused() -> None:
    file = io.BytesIO(packed(parts(sheet_xml())))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
    assert problems(file.getvalue())[0].startswith("v.xlsx: is cut off or damaged;")
