"""Files and folders: which files a path names, how each is read, and rows from all of them in order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from matching.errors import Problem, Where
from matching.feeds.csv_files import read_csv
from matching.feeds.draft import Kind, Progress, Reading, Warned
from matching.feeds.json_files import read_json
from matching.feeds.json_lines import read_json_lines
from matching.feeds.meter import Meter
from matching.feeds.schema_org import read_page
from matching.feeds.xlsx_files import read_xlsx


class _Reader(Protocol):
    def __call__(self, path: Path, *, kind: Kind, where: Where, meter: Meter) -> Iterator[Reading]: ...


_READERS: dict[str, _Reader] = {
    ".json": read_json,
    ".jsonld": read_json,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".csv": read_csv,
    ".xlsx": read_xlsx,
    ".html": read_page,
    ".htm": read_page,
    ".xhtml": read_page,
}
_KNOWN = "known kinds are .json, .jsonld, .jsonl, .ndjson, .csv, .xlsx, .html and .htm"
_HEAD_BYTES = 512
_LIKE_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read."""

    path: Path
    size_bytes: int
    in_folder: bool


def find_sources(path: Path) -> Iterator[Source | Problem | Warned]:
    """Return the file that a path names, or the files of a folder and its folders in the order of their names."""
    where = Where(str(path))
    try:
        if not path.exists():
            yield Problem(where, "does not exist")
        elif path.is_dir():
            yield from _find_in_folder(path)
        elif not path.is_file():
            yield Problem(where, "is no regular file, which is read more than once; save what it gives in a file")
        else:
            yield Source(path, path.stat().st_size, in_folder=False)
    except (OSError, ValueError) as error:
        yield Problem(where, f"cannot be read ({_reason(error)})")


def _find_in_folder(folder: Path) -> Iterator[Source | Problem | Warned]:
    found = False
    unreadable: list[Problem] = []

    def note(error: OSError) -> None:
        unreadable.append(Problem(Where(str(error.filename)), f"cannot be read ({_reason(error)})"))

    for parent, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith(".")):
            path = Path(parent, name)
            if path.suffix.lower() not in _READERS:
                yield Warned(Problem(Where(str(path)), f"was passed over: {_KNOWN}"))
            elif not path.is_file():
                yield Warned(Problem(Where(str(path)), "was passed over: it is no regular file"))
            else:
                found = True
                yield Source(path, path.stat().st_size, in_folder=True)
    yield from unreadable
    if not found and not unreadable:
        yield Problem(Where(str(folder)), f"is a folder without any file to read: {_KNOWN}")


def read_sources(found: list[Source | Problem | Warned], *, kind: Kind, progress: Progress | None) -> Iterator[Reading]:
    """Read file after file."""
    meter = Meter(progress, total_bytes=sum(one.size_bytes for one in found if isinstance(one, Source)))
    for one in found:
        if not isinstance(one, Source):
            yield one
            continue
        yield from _read_source(one, kind=kind, meter=meter)
        meter.file_done(one.size_bytes)
    meter.finish()


def read_drafts(path: Path, *, kind: Kind = Kind.VACANCIES, progress: Progress | None = None) -> Iterator[Reading]:
    """Read the rows of a file or folder as drafts, with a problem for whatever could not be read."""
    return read_sources([*find_sources(path)], kind=Kind(kind), progress=progress)


def _read_source(source: Source, *, kind: Kind, meter: Meter) -> Iterator[Reading]:
    where = Where(str(source.path))
    said_anything = False
    try:
        read = _READERS.get(source.path.suffix.lower()) or _reader_by_content(source.path)
        if read is None:
            yield Problem(where, f"is of an unknown kind: {_KNOWN}")
            return
        for reading in read(source.path, kind=kind, where=where, meter=meter):
            said_anything = said_anything or not isinstance(reading, Warned) or read is not read_page
            yield reading
    except OSError as error:
        yield Problem(where, f"cannot be read ({_reason(error)})")
        return
    if not said_anything:
        nothing = Problem(where, "holds no JobPosting as JSON-LD")
        yield Warned(nothing) if source.in_folder else nothing


def _reader_by_content(path: Path) -> Callable[..., Iterator[Reading]] | None:
    """Choose by the first characters where the name of a file says nothing."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(_LIKE_WORKBOOKS):
        return read_xlsx  # which says what is wrong with old workbooks and with macros
    return {b"{": read_json, b"[": read_json, b"<": read_page}.get(head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1])


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
