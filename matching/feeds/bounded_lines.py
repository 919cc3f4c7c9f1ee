"""Lines of a file as bytes, none longer than the limit in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A physical line; `raw` is `None` if it is longer than the limit."""

    number: int
    starts_at: int
    raw: bytes | None
    ends_at: int


def bounded_lines(file: BinaryIO, *, longest: int) -> Iterator[Line]:
    """Read line by line; of a line that is too long only the length is kept."""
    number, at = 0, 0
    while raw := file.readline(longest + 1):
        number += 1
        starts_at, at = at, at + len(raw)
        if len(raw) <= longest or raw.endswith(b"\n"):
            yield Line(number, starts_at, raw, at)
            continue
        while chunk := file.readline(_CHUNK_BYTES):
            at += len(chunk)
            if chunk.endswith(b"\n"):
                break
        yield Line(number, starts_at, None, at)
