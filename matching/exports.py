"""Tables for spreadsheets: CSV and XLSX, the same bytes for the same rows, and no cell that a program would run.

A text that a spreadsheet could take for a formula gets an apostrophe in front; the readers of feeds take it off again.
"""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from unicodedata import category, normalize

from matching.errors import Invalid, Problem, Where

if TYPE_CHECKING:
    from openpyxl import Workbook  # type: ignore[import-untyped]

CellValue = str | int | float | bool | Decimal | date | None

MOST_CHARACTERS_IN_XLSX = 32_767
_GUARD = "'"
_NOWHERE = Where()
# A tab or a line break opens a formula too: some programs split the cell there and take the rest for one.
_OPENS_FORMULA = frozenset("=+-@\t\r\n\u2212")
_UNSEEN = ("Z", "Cc", "Cf")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_MADE_AT = datetime(2000, 1, 1)


def guarded(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet could take for a formula.

    >>> guarded("=1+1"), guarded("tea = rest")
    ("'=1+1", 'tea = rest')
    """
    return _GUARD + text if _is_like_formula(text.lstrip(_GUARD)) else text


def unguarded(text: str) -> str:
    """Take off what `guarded` put on.

    >>> unguarded("'=1+1"), unguarded("'tis a pie")
    ('=1+1', "'tis a pie")
    """
    return text[1:] if text.startswith(_GUARD) and _is_like_formula(text.lstrip(_GUARD)) else text


def _is_like_formula(text: str) -> bool:
    for character in text:
        # Full-width and small variants come down to the plain ones.
        if character in _OPENS_FORMULA or normalize("NFKC", character) in _OPENS_FORMULA:
            return True
        if not category(character).startswith(_UNSEEN):
            return False
    return False


def text_of(value: CellValue) -> str:
    """Write a value as a cell of CSV has it, not yet guarded; a number without exponent, unknown as nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    _refuse_endless(value)
    written = format(value if isinstance(value, Decimal) else Decimal(repr(value)), "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> bytes:
    """Return a CSV file in UTF-8 with a byte order mark, by which spreadsheet programs know it."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in columns])
    for row in _as_wide_as(columns, rows):
        writer.writerow([csv_cell(value) for value in row])
    return file.getvalue().encode("utf-8-sig")


def write_xlsx(columns: Sequence[str], rows: Iterable[Sequence[CellValue]], *, sheet: str = "Sheet1") -> bytes:
    """Return an XLSX workbook of one sheet; raises `Invalid` for a text that is longer than its cells can be."""
    from openpyxl import Workbook  # late: only those who export pay for it
    from openpyxl.styles import Font  # type: ignore[import-untyped]

    # All is checked before anything is written: openpyxl does not like to be left in the middle of a sheet.
    header = [xlsx_value(name) for name in columns]
    wide = _as_wide_as(columns, rows)
    stored = [
        [
            xlsx_value(value, where=Where(row=f"row {number}", field=name))
            for name, value in zip(columns, row, strict=True)
        ]
        for number, row in enumerate(wide, start=2)
    ]
    workbook = Workbook(write_only=True)
    page = workbook.create_sheet(sheet)
    page.freeze_panes = "A2"
    names = [xlsx_cell(page, name) for name in header]
    for cell in names:
        cell.font = Font(bold=True)
    page.append(names)
    for row in stored:
        page.append([xlsx_cell(page, value) for value in row])
    return workbook_bytes(workbook)


def _as_wide_as(columns: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> Iterable[Sequence[CellValue]]:
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"a row has {len(row)} cells where the header has {len(columns)}")
        yield row


def csv_cell(value: CellValue) -> str:
    """Return a value as it may stand in a CSV file: text guarded, numbers and dates as they are."""
    # A number is written as it is, below zero too: it cannot be a formula.
    if not isinstance(value, str):
        return text_of(value)
    return _SURROGATE.sub("\ufffd", guarded(text_of(value)).replace("\0", "\ufffd"))


def xlsx_cell(page: Any, stored: CellValue) -> Any:
    """Return a cell of a write-only sheet for what `xlsx_value` returned; text is never a formula."""
    from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]

    cell = WriteOnlyCell(page, stored)
    if isinstance(stored, str):
        cell.data_type = "s"  # else `#REF!` would become an error
    return cell


def xlsx_value(value: CellValue, *, where: Where = _NOWHERE) -> CellValue:
    """Return a value as a workbook stores it: text guarded, numbers and dates as what they are."""
    if isinstance(value, str):
        text = xlsx_text(value)
        if len(text) > MOST_CHARACTERS_IN_XLSX:
            most = f"{MOST_CHARACTERS_IN_XLSX:,}"
            raise Invalid([Problem(where, f"is {len(text):,} characters long; an XLSX cell takes {most}; write CSV")])
        return text
    if isinstance(value, datetime):
        # Cells know no zones, so instants are written as the clock shows them in UTC.
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, int | float | Decimal):
        _refuse_endless(value)
    return value


def xlsx_text(text: str) -> str:
    """Return a text as a workbook stores it: guarded, with characters that XML cannot hold written `_x0007_`."""
    kept = _ESCAPED.sub(r"_x005F_x\1_", guarded(str(text)))
    return _NOT_IN_XML.sub("\ufffd", _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", kept))


def stored_text(text: str) -> str:
    """Return the text that a workbook stores as `_x000D_`, and so on; still guarded."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _refuse_endless(value: float | Decimal) -> None:
    if not math.isfinite(value):
        raise ValueError("a cell cannot hold a number without end")


def workbook_bytes(workbook: Workbook) -> bytes:
    """Return a workbook as bytes that do not depend on when they were made."""
    file = io.BytesIO()
    workbook.save(file)
    with zipfile.ZipFile(file) as made:
        parts = [(name, made.read(name)) for name in made.namelist()]
    steady = io.BytesIO()
    with zipfile.ZipFile(steady, "w") as archive:
        for name, content in parts:
            info = zipfile.ZipInfo(name, date_time=_MADE_AT.timetuple()[:6])
            info.create_system = 0  # the same on every system
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, _without_moment(content) if name == "docProps/core.xml" else content)
    return steady.getvalue()


def _without_moment(core: bytes) -> bytes:
    moment = f"{_MADE_AT.isoformat()}Z".encode()
    return re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + moment, core)
