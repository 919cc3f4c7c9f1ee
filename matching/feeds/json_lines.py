"""JSON Lines: one object a line, read line by line, so that a broken line costs only itself."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from matching.errors import Invalid, Problem, Where
from matching.feeds import json_ld, schema_org
from matching.feeds.bounded_lines import Line, bounded_lines
from matching.feeds.draft import Draft, Kind, Reading, Warned
from matching.feeds.encoding import not_utf8, refuse_wide_text
from matching.feeds.limits import LONGEST_ROW_BYTES, megabytes
from matching.feeds.meter import Meter
from matching.feeds.strict_json import parse


def read_json_lines(path: Path, *, kind: Kind, where: Where, meter: Meter) -> Iterator[Reading]:
    """Read one row from each line that is not blank."""
    blank = True
    with path.open("rb") as file:
        for line in bounded_lines(file, longest=LONGEST_ROW_BYTES):
            place = replace(where, row=f"line {line.number}")
            if line.raw is not None and not line.raw.removeprefix(BOM_UTF8).strip():
                continue
            blank = False
            try:
                if line.number == 1:
                    refuse_wide_text(line.raw or b"", where)
                content = _content(line, place)
            except Invalid as invalid:
                yield from invalid.problems
                if not invalid.problems[0].where.row:
                    return
                continue
            meter.at(line.ends_at)
            if kind is Kind.VACANCIES and json_ld.is_json_ld(content):
                adverts: list[Reading] = [*schema_org.drafts([(place, content)], name=f"{path.name}#{line.number}")]
                yield from adverts or [Warned(Problem(place, "holds no JobPosting"))]
            else:
                yield Draft(where=place, content=content)
    if blank:
        yield Problem(where, f"is empty; it should hold one object a line, each one of the {kind}")


def _content(line: Line, where: Where) -> object:
    if line.raw is None:
        limit = megabytes(LONGEST_ROW_BYTES)
        raise Invalid([Problem(where, f"is longer than {limit}; a line should hold one vacancy or profile")])
    try:
        text = line.raw.decode()
    except UnicodeDecodeError as error:
        raise Invalid([not_utf8(line.raw, error.start, where, starts_at=line.starts_at)]) from None
    return parse(text.removeprefix("\ufeff"), where)
