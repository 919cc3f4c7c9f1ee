"""Marked blocks of a page: found by their marks, and filled with what the code says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

Lines = Callable[[], Iterable[str]]

_BLOCK = re.compile(r"(?P<begin><!-- from the code: (?P<name>[a-z-]+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)


def filled(page: str, blocks: Mapping[str, Lines]) -> str:
    """Return a page with each marked block as the code has it; raises `KeyError` for a block that nobody makes.

    >>> filled("<!-- from the code: day -->\\nold\\n<!-- end -->", {"day": lambda: ["new"]})
    '<!-- from the code: day -->\\n\\nnew\\n\\n<!-- end -->'
    """
    return _BLOCK.sub(lambda found: found["begin"] + "\n" + _text(blocks[found["name"]]()) + "\n" + found["end"], page)


def names(page: str) -> list[str]:
    """The names of the blocks of a page, in order."""
    return [found["name"] for found in _BLOCK.finditer(page)]


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A table of Markdown, line by line."""
    names = list(header)
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"


def quoted(names: Iterable[str]) -> str:
    """Names of the code in a sentence."""
    return ", ".join(f"`{name}`" for name in names)


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
