"""A file that was uploaded: its bytes are read as if they stood in a file of that name, and no file is made."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import BinaryIO, Literal, cast, overload

from matching.errors import Problem, Where
from matching.feeds.draft import Draft, Kind
from matching.feeds.limits import MEGABYTE
from matching.feeds.reading import Bounds, Readings, read_profiles, read_vacancies
from matching.feeds.sources import read_drafts
from matching.model.profile import VocationalProfile
from matching.model.vacancy import Vacancy

LARGEST_UPLOAD_BYTES = 20 * MEGABYTE
#: Somebody waits while an upload is read, at a tenth of a millisecond a row; thousands of refused ones help nobody.
_BOUNDS = Bounds(most_rows=100_000, most_refused=10_000)
_LONGEST_NAME = 120
_LONGEST_SUFFIX = 10
_NAMELESS = "upload"


@overload
def read_upload(
    content: bytes, name: str, kind: Literal[Kind.VACANCIES], *, largest_bytes: int = ...
) -> Readings[Vacancy]: ...


@overload
def read_upload(
    content: bytes, name: str, kind: Literal[Kind.PROFILES], *, largest_bytes: int = ...
) -> Readings[VocationalProfile]: ...


@overload
def read_upload(
    content: bytes, name: str, kind: Kind, *, largest_bytes: int = ...
) -> Readings[Vacancy] | Readings[VocationalProfile]: ...


def read_upload(
    content: bytes, name: str, kind: Kind, *, largest_bytes: int = LARGEST_UPLOAD_BYTES
) -> Readings[Vacancy] | Readings[VocationalProfile]:
    """Read what was uploaded, as from a file with that name and that content; places in it carry `safe_name(name)`."""
    upload = _Upload.of(safe_name(name), content)
    if len(content) > largest_bytes:
        message = f"is {_size(len(content))} large; the most is {_size(largest_bytes)}; split it"
        return Readings(problems=(Problem(Where(str(upload)), message),))
    if Kind(kind) is Kind.VACANCIES:
        return read_vacancies([upload], bounds=_BOUNDS)
    return read_profiles(upload, bounds=_BOUNDS)


def drafts_of_upload(content: bytes, name: str, kind: Kind) -> list[Draft]:
    """Return the rows of what was uploaded as they were written, refused ones included."""
    drafts = read_drafts(_Upload.of(safe_name(name), content), kind=kind)
    return [draft for draft in drafts if isinstance(draft, Draft)]


def safe_name(name: str) -> str:
    r"""Return the last part of the name of an upload, on one line and short; browsers may send a whole path.

    >>> safe_name("C:\\Users\\kim\\roles.csv"), safe_name("../../etc/.csv"), safe_name("..")
    ('roles.csv', 'upload.csv', 'upload')
    """
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = "".join(character for character in last if character.isprintable()).strip()
    stem, dot, suffix = shown.rpartition(".")
    if not dot or not suffix.isalnum() or len(suffix) > _LONGEST_SUFFIX:
        stem, suffix = shown, ""
    stem = stem.strip(". ")[:_LONGEST_NAME] or _NAMELESS
    return f"{stem}.{suffix}" if suffix else stem


def _size(size_bytes: int) -> str:
    if size_bytes < MEGABYTE:
        return f"{size_bytes:,} bytes"
    return f"{size_bytes / MEGABYTE:,.1f} MB"


class _Upload(type(Path())):  # type: ignore[misc]
    """A path whose file lies in memory: every reader takes it as it is, and nothing reaches the disk."""

    __slots__ = ("_content",)

    @classmethod
    def of(cls, name: str, content: bytes) -> Path:
        """Put bytes under a name."""
        upload = cls(name)
        upload._content = content
        return cast(Path, upload)

    def open(self, *_how: object, **_details: object) -> BinaryIO:
        return io.BytesIO(self._content)

    def stat(self, **_how: object) -> os.stat_result:
        return os.stat_result((stat.S_IFREG | 0o400, 0, 0, 1, 0, 0, len(self._content), 0, 0, 0))

    def exists(self, **_how: object) -> bool:
        return True

    def is_file(self, **_how: object) -> bool:
        return True

    def is_dir(self, **_how: object) -> bool:
        return False

    def __fspath__(self) -> str:
        raise TypeError("an upload is no file on the disk")
