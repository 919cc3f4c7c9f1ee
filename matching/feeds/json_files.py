"""A JSON file: one object or a list of them, in the interchange format or as schema.org JSON-LD."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path

from matching.errors import Invalid, Problem, Where
from matching.feeds import json_ld, schema_org
from matching.feeds.draft import Draft, Kind, Reading, Warned
from matching.feeds.encoding import decode_utf8, refuse_wide_text
from matching.feeds.limits import LARGEST_JSON_BYTES, LONGEST_ROW_BYTES, megabytes
from matching.feeds.meter import Meter
from matching.feeds.strict_json import items

_HEAD_BYTES = 4096


def read_json(path: Path, *, kind: Kind, where: Where, meter: Meter) -> Iterator[Reading]:
    """Read the objects of a JSON file; JSON-LD becomes vacancies once the whole file is known."""
    try:
        text, size = _text(path, where)
    except Invalid as invalid:
        yield from invalid.problems
        return
    postings: list[tuple[Where, object]] = []
    nothing_yet = True
    for item in items(text, where):
        nothing_yet = False
        if isinstance(item, Problem):
            yield item
            continue
        meter.at(size * item.ends_at // len(text))
        if kind is Kind.VACANCIES and json_ld.is_json_ld(item.content):
            postings.append((item.where, item.content))
        else:
            yield Draft(where=item.where, content=item.content)
    if nothing_yet:
        yield Warned(Problem(where, f"is an empty list: it holds no {kind}"))
    yield from schema_org.drafts(postings, name=path.name)


def _text(path: Path, where: Where) -> tuple[str, int]:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        refuse_wide_text(head, where)
        _refuse_one_long_object(head, path, where)
        raw = head + file.read(LARGEST_JSON_BYTES - len(head) + 1)
    if len(raw) > LARGEST_JSON_BYTES:
        limit = megabytes(LARGEST_JSON_BYTES)
        raise Invalid([Problem(where, f"is larger than {limit}; split it, or write JSON Lines (.jsonl)")])
    return decode_utf8(raw, where), len(raw)


def _refuse_one_long_object(head: bytes, path: Path, where: Where) -> None:
    """Refuse a row that is too long before it is read; a graph may hold many vacancies."""
    alone = head.removeprefix(BOM_UTF8).lstrip().startswith(b"{") and b"@graph" not in head
    if alone and path.stat().st_size > LONGEST_ROW_BYTES:
        limit = megabytes(LONGEST_ROW_BYTES)
        raise Invalid([Problem(where, f"is one object longer than {limit}; a row should hold one vacancy or profile")])
