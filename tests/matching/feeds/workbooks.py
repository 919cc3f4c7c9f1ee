"""Makes workbooks for the tests: with openpyxl as people do, and part by part as nobody should."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from matching.feeds import Kind, Readings, read_upload

HEADER = ("vacancy_ref", "title", "employer", "hours.min", "description")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def saved(workbook: Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def workbook(*rows: Sequence[Any], title: str = "Sheet1") -> bytes:
    """A workbook of one sheet, written by openpyxl."""
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return saved(book)


def parts(sheet: str, *, texts: str = "", styles: str = "") -> dict[str, bytes]:
    """The parts of a workbook with the XML of one sheet."""
    links = f'<Relationship Id="r1" Type="{KINDS}/worksheet" Target="worksheets/sheet1.xml"/>'
    found = {"[Content_Types].xml": "<Types/>"}
    if texts:
        links += f'<Relationship Id="r2" Type="{KINDS}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        found["xl/sharedStrings.xml"] = texts
    if styles:
        links += f'<Relationship Id="r3" Type="{KINDS}/styles" Target="styles.xml"/>'
        found["xl/styles.xml"] = styles
    found["_rels/.rels"] = (
        f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r1" Type="{KINDS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    found["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{KINDS}">'
        '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    found["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>'
    found["xl/worksheets/sheet1.xml"] = sheet
    return {name: content.encode() for name, content in found.items()}


def packed(contents: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return file.getvalue()


def cells(*values: str) -> str:
    """Cells with texts in them."""
    return "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in values)


def sheet_xml(*rows: str, after: str = "") -> str:
    """A sheet with a header that takes texts, and rows of cells as XML."""
    header = f"<row>{cells(*HEADER)}</row>"
    return f'<worksheet xmlns="{MAIN}"><sheetData>{header}{"".join(rows)}</sheetData>{after}</worksheet>'


def read(content: bytes, name: str = "v.xlsx") -> Readings[Any]:
    return read_upload(content, name, Kind.VACANCIES)


def problems(content: bytes, name: str = "v.xlsx") -> list[str]:
    return [str(problem) for problem in read(content, name).problems]
