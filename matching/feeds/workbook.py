"""One sheet of an XLSX workbook as rows of values, read within bounds: a workbook comes from strangers.

The parts are read here and not by openpyxl's reader, which in its mode for reading only keeps silent about formulas
without a result and about merged cells, unpacks some parts whole, and walks through a million empty rows. What openpyxl
knows of number formats and of dates is used.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from matching.errors import Invalid, Problem, Where
from matching.feeds.limits import MEGABYTE, megabytes
from matching.feeds.sheet import Sheet
from matching.feeds.sheet_parts import Cells, Damaged, Links, Page, Part, SheetList, Styles, Texts

LARGEST_UNPACKED_BYTES = 100 * MEGABYTE
MOST_PARTS = 1_000
MOST_ELEMENTS = 5_000_000
_CHUNK_BYTES = 64 * 1024
_ZIP = b"PK"
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
_MACROS = re.compile(r"vbaproject|xl/macrosheets/|xl/activex/|xl/dialogsheets/", re.IGNORECASE)
_DAMAGED = "is cut off or damaged; open it in a spreadsheet program and save it again as .xlsx"

# What zipfile, zlib and expat raise for bytes that no program writes; LookupError: an encoding that does not exist.
_DAMAGES = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, EOFError, NotImplementedError, ValueError,
    OverflowError, LookupError, Damaged,
)  # fmt: skip


def read_sheet(file: BinaryIO, *, name: str, where: Where) -> Sheet:
    """Read the sheet of that name, or the only one; raises `Invalid` for anything else than such a workbook."""
    try:
        with _opened(file, where) as archive:
            return _Workbook(archive, where).sheet(name)
    except _DAMAGES:
        raise Invalid([Problem(where, _DAMAGED)]) from None


def _opened(file: BinaryIO, where: Where) -> zipfile.ZipFile:
    """Look at the list of parts before any of them is unpacked."""
    head = file.read(8)
    if not head:
        raise Invalid([Problem(where, "is empty; it should be a workbook with a header in its first row")])
    if head.startswith(_COMPOUND_FILE):
        message = "is an old workbook (.xls) or has a password; save it as .xlsx without a password"
        raise Invalid([Problem(where, message)])
    if not head.startswith(_ZIP):
        raise Invalid([Problem(where, "is no XLSX workbook; save it as .xlsx, or name it by what it is")])
    try:
        archive = zipfile.ZipFile(file)
    except (ValueError, OSError, OverflowError):
        raise Damaged from None
    if problem := _refused(archive):
        raise Invalid([Problem(where, problem)])
    return archive


def _refused(archive: zipfile.ZipFile) -> str:
    """Say why the parts are not read; empty if they are."""
    parts = archive.infolist()
    names = {part.filename for part in parts}
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS:
        return f"has {len(parts):,} parts; the most is {MOST_PARTS:,}"
    if unpacked > LARGEST_UNPACKED_BYTES:
        return f"unpacks to {megabytes(unpacked)}; the most is {megabytes(LARGEST_UNPACKED_BYTES)}; split it"
    if any(part.flag_bits & 1 for part in parts):
        return "has a password; save it without"
    if any(_MACROS.search(name) for name in names):
        return "holds macros; save it as .xlsx, which holds none"
    if "mimetype" in names and "content.xml" in names:
        return "is an OpenDocument file; save it as .xlsx"
    if len(names) < len(parts):
        return _DAMAGED
    return ""


class _Workbook:
    """The parts of an archive, each read once and only as far as it is needed."""

    def __init__(self, archive: zipfile.ZipFile, where: Where) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        self._where = where

    def sheet(self, name: str) -> Sheet:
        part = self._workbook_part()
        workbook = SheetList()
        self._parse(part, workbook)
        links = self._links(part)
        pages = {title: links[key][1] for title, key in workbook.sheets if links.get(key, ("",))[0] == "worksheet"}
        title = self._chosen(list(pages), name)
        texts = Texts()
        if strings := next((target for kind, target in links.values() if kind == "sharedStrings"), ""):
            self._parse(strings, texts)
        styles = Styles()
        if target := next((target for kind, target in links.values() if kind == "styles"), ""):
            self._parse(target, styles)
        reads = Cells(texts.found, styles.kinds_of_date(), starts_1904=workbook.starts_1904)
        page = Page(reads, self._refuse)
        self._parse(pages[title], page)
        return Sheet(title, tuple(page.rows), tuple(page.merged))

    def _workbook_part(self) -> str:
        part = next((target for kind, target in self._links("").values() if kind == "officeDocument"), "")
        if part.endswith(".bin"):
            self._refuse("is a binary workbook (.xlsb); save it as .xlsx")
        if part not in self._names or not posixpath.basename(part).startswith("workbook"):
            self._refuse("is no XLSX workbook; save it as .xlsx, or name it by what it is")
        return part

    def _links(self, part: str) -> dict[str, tuple[str, str]]:
        """Return what a part points at, by id: the last word of the kind of link, and the part."""
        folder, name = posixpath.split(part)
        links = Links()
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self._names:
            self._refuse("is no XLSX workbook; save it as .xlsx, or name it by what it is")
        self._parse(path, links)
        return {
            key: (kind.rpartition("/")[2], posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/"))
            for key, kind, target in links.found
        }

    def _chosen(self, titles: list[str], name: str) -> str:
        named = [title for title in titles if title.strip().casefold() == name.casefold()]
        if named or len(titles) == 1:
            return (named or titles)[0]
        there = ", ".join(f"'{title[:31]}'" for title in titles[:5]) + (" and more" if len(titles) > 5 else "")
        self._refuse(f"has the sheets {there or '(none)'}; name the one that should be read '{name}'")

    def _parse(self, part: str, content: Part) -> None:
        if part not in self._names:
            raise Damaged
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = content.start_element
        parser.EndElementHandler = content.end_element
        parser.CharacterDataHandler = content.text
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        with self._archive.open(part) as file:
            # In small pieces, of which no more come than the part is said to unpack to, whatever it does unpack to.
            while chunk := file.read(_CHUNK_BYTES):
                if content.elements > MOST_ELEMENTS:
                    self._refuse("holds more than a list of vacancies or profiles does; split it")
                parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def _refuse_doctype(self, *_declared: object) -> None:
        self._refuse("declares a document type, which no workbook does")

    def _refuse(self, message: str) -> NoReturn:
        raise Invalid([Problem(self._where, message)])
