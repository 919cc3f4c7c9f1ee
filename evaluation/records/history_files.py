"""The files of a history: a folder or a ZIP with history.json and a CSV or Parquet file for each table."""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from evaluation.columns import TABLES
from evaluation.records.faults import Faults
from matching.errors import Invalid, suggestion

ABOUT = "history.json"
FORMAT = 1
FORMS = ("csv", "parquet")
#: What a ZIP may hold unpacked: twenty times two million entries.
MOST_BYTES = 20_000_000_000
_LARGEST_ABOUT = 100_000
_UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What history.json says."""

    data_until: date
    simulated: bool
    left_out: Mapping[str, int]  # by what it is: records that whoever made the history could not put into it


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFile:
    """One file of a history: its name, its size unpacked, and how it is opened."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]

    @property
    def form(self) -> str:
        """csv or parquet."""
        return self.name.rpartition(".")[2]


@contextmanager
def opened(path: Path) -> Iterator[Mapping[str, HistoryFile]]:
    """The files of a folder or a ZIP by name; raises Invalid where it is neither."""
    if path.is_dir():
        yield {
            each.name: HistoryFile(name=each.name, size=each.stat().st_size, open=_opener(each))
            for each in sorted(path.iterdir())
            if each.is_file()
        }
        return
    if not path.exists():
        raise Invalid(f"{path.name}: there is no such folder or file.")
    try:
        archive = zipfile.ZipFile(path)
    except _UNREADABLE:
        raise Invalid(f"{path.name}: neither a folder nor a ZIP that can be read.") from None
    with archive:
        yield _members(archive, path.name)


def _opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def _members(archive: zipfile.ZipFile, name: str) -> Mapping[str, HistoryFile]:
    members = [each for each in archive.infolist() if not each.filename.endswith("/")]
    names = [each.filename for each in members]
    if len(set(names)) < len(names):
        raise Invalid(f"{name}: a file is in the ZIP twice.")
    if any(each.flag_bits & 1 for each in members):
        raise Invalid(f"{name}: the ZIP is locked with a password.")
    if sum(each.file_size for each in members) > MOST_BYTES:
        raise Invalid(f"{name}: unpacked, the ZIP is larger than {MOST_BYTES:,} bytes.")
    return {
        each.filename: HistoryFile(name=each.filename, size=each.file_size, open=_member(archive, each))
        for each in members
    }


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    """Open a file of a ZIP: as a stream, or, as Parquet is read from its end, unpacked for the time being."""

    def csv() -> IO[bytes]:
        return archive.open(member)

    def parquet() -> IO[bytes]:
        unpacked = tempfile.TemporaryFile()  # noqa: SIM115  # closed by who reads it
        with archive.open(member) as packed:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
        unpacked.seek(0)
        return unpacked

    return parquet if member.filename.endswith(".parquet") else csv


def read(file: HistoryFile, faults: Faults, by: Callable[[IO[bytes]], None]) -> bool:
    """Open a file and have it read; whether that went well. What cannot be read is told, and nothing is raised."""
    try:
        with file.open() as stream:
            by(stream)
    except _UNREADABLE as error:
        faults.add_file(file.name, f"cannot be read, or is cut off ({str(error)[:100] or type(error).__name__})")
        return False
    return True


def files_of_tables(files: Mapping[str, HistoryFile], faults: Faults) -> Mapping[str, HistoryFile]:
    """The file of each table that is there; tells of files that are no table, and of tables that are there twice."""
    found: dict[str, HistoryFile] = {}
    for name, file in files.items():
        stem, _, form = name.rpartition(".")
        if form.lower() not in FORMS:
            continue
        if "/" in name:
            faults.add_file(name, "lies in a folder; the files of a history lie at the top of a ZIP")
        elif stem not in TABLES or form not in FORMS:
            faults.add_file(name, f"is no table of a history{suggestion(stem, TABLES)}")
        elif stem in found:
            faults.add_file(name, f"the table is there twice: also as {found[stem].name}")
        else:
            found[stem] = file
    return found


def read_about(files: Mapping[str, HistoryFile], faults: Faults) -> About | None:
    """What history.json says; None, and a fault, if it cannot be used."""
    file = files.get(ABOUT)
    if file is None:
        faults.add_file(ABOUT, "is missing; it says format, data_until and simulated")
        return None
    held: list[bytes] = []
    read(file, faults, lambda stream: held.append(stream.read(_LARGEST_ABOUT)))
    try:
        return _about(json.loads(held[0].decode("utf-8-sig")), faults) if held else None
    except (ValueError, RecursionError):
        faults.add_file(ABOUT, "is not JSON in UTF-8")
        return None


def _about(told: Any, faults: Faults) -> About | None:
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        faults.add_file(ABOUT, f'does not say "format": {FORMAT}, the only one that is known')
        return None
    try:
        data_until = date.fromisoformat(told["data_until"])
    except (KeyError, TypeError, ValueError):
        faults.add_file(ABOUT, 'does not say "data_until": a day such as "2026-11-22"')
        return None
    simulated = told.get("simulated", False)
    if not isinstance(simulated, bool):
        faults.add_file(ABOUT, '"simulated" is neither true nor false')
        return None
    left_out = told.get("left_out", {})
    if not isinstance(left_out, dict) or not all(_is_count(each) for each in left_out.values()):
        faults.add_file(ABOUT, '"left_out" is no object of whole numbers')
        return None
    return About(data_until=data_until, simulated=simulated, left_out=left_out)


def _is_count(told: Any) -> bool:
    return isinstance(told, int) and not isinstance(told, bool) and told >= 0
