"""JSON read strictly: no repeated keys, no NaN, no endless numbers, no bottomless nesting."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from matching.errors import Invalid, Problem, Where
from matching.feeds.limits import LONGEST_ROW_BYTES, megabytes

_SPACE = re.compile(r"[ \t\n\r]*")
_MOST_DIGITS = 20
_TOO_DEEP = "is nested too deeply to be read"
_PLAINLY = {
    "Expecting value": "a value is missing",
    "Expecting property name enclosed in double quotes": "a field name in double quotes is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Invalid control character at": "a line break or control character stands inside a text; write \\n",
    "Invalid \\escape": "a backslash stands alone; write \\\\",
    "Invalid \\uXXXX escape": "\\u needs four hexadecimal digits",
    "Extra data": "something follows the end; several objects belong into a list or into JSON Lines (.jsonl)",
}


class _Refused(ValueError):
    """Well-formed JSON that we do not take."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        times = Counter(name for name, _ in pairs)
        raise _Refused("is here twice in one object; give it once", field=times.most_common(1)[0][0][:80])
    return found


def _no_constant(name: str) -> object:
    raise _Refused(f"{name} is not a number in JSON; leave out what nobody knows")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _Refused(f"{digits[:40]} is too large a number")
    return number


def _short(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise _Refused(f"a number has {len(digits):,} digits; the most is {_MOST_DIGITS}")
    return int(digits)


# orjson is faster but takes the last of two equal keys in silence, so the standard library reads.
_STRICT = json.JSONDecoder(
    object_pairs_hook=_distinct, parse_constant=_no_constant, parse_float=_finite, parse_int=_short
)
# Web pages often hold raw line breaks inside texts; they change no meaning.
_WITH_LINE_BREAKS = json.JSONDecoder(
    object_pairs_hook=_distinct, parse_constant=_no_constant, parse_float=_finite, parse_int=_short, strict=False
)
# Finds where a refused item ends.
_ANY = json.JSONDecoder(parse_int=len, strict=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a file, its place, and how many characters were read when it ended."""

    where: Where
    content: object
    ends_at: int


def parse(text: str, where: Where) -> object:
    """Return the one value of the text; raises `Invalid`."""
    return _parse_all(text, where, _STRICT)


def parse_with_line_breaks(text: str, where: Where) -> object:
    """Return the one value of the text, in which texts may hold raw line breaks; raises `Invalid`."""
    return _parse_all(text, where, _WITH_LINE_BREAKS)


def _parse_all(text: str, where: Where, decoder: json.JSONDecoder) -> object:
    value, end = _parse_at(text, _skip_space(text, 0), where, decoder)
    if end < len(text):
        raise Invalid([_syntax(json.JSONDecodeError("Extra data", text, end), where)])
    return value


def items(text: str, where: Where) -> Iterator[Item | Problem]:
    """Read one object or a list, item by item; a refused item does not stop the rest, broken syntax does."""
    start = _skip_space(text, 0)
    if start == len(text):
        yield Problem(where, "is empty; it should hold one object or a list of objects")
        return
    try:
        if text[start] == "[":
            yield from _list_items(text, start, where)
        else:
            yield Item(where, parse(text, where), len(text))
    except Invalid as invalid:
        yield from invalid.problems


def _list_items(text: str, start: int, where: Where) -> Iterator[Item | Problem]:
    at = _skip_space(text, start + 1)
    number = 0
    while not (number == 0 and text.startswith("]", at)):
        number += 1
        place = replace(where, row=f"item {number}")
        try:
            value, end = _parse_at(text, at, place, _STRICT)
        except _Invalid as invalid:
            if invalid.ends_at is None:
                raise
            yield from invalid.problems
            end = invalid.ends_at
        else:
            too_long = end - at > LONGEST_ROW_BYTES
            yield Problem(place, _too_long()) if too_long else Item(place, value, end)
        if text.startswith("]", end):
            at = end
            break
        if not text.startswith(",", end):
            raise Invalid([_syntax(json.JSONDecodeError("Expecting ',' delimiter", text, end), place)])
        at = _skip_space(text, end + 1)
    after = _skip_space(text, at + 1)
    if after < len(text):
        raise Invalid([_syntax(json.JSONDecodeError("Extra data", text, after), where)])


class _Invalid(Invalid):
    """Invalid, with the place at which reading may go on, if there is one."""

    def __init__(self, problem: Problem, *, ends_at: int | None = None) -> None:
        super().__init__([problem])
        self.ends_at = ends_at


def _parse_at(text: str, at: int, where: Where, decoder: json.JSONDecoder) -> tuple[object, int]:
    """Return the value that starts at a place, and where the next thing starts."""
    try:
        value, end = decoder.raw_decode(text, at)
    except _Refused as refused:
        place = replace(where, field=refused.field) if refused.field else where
        raise _Invalid(Problem(place, str(refused)), ends_at=_end_of_refused(text, at)) from None
    except json.JSONDecodeError as error:
        raise _Invalid(_syntax(error, where)) from None
    except RecursionError:
        raise _Invalid(Problem(where, _TOO_DEEP)) from None
    return value, _skip_space(text, end)


def _end_of_refused(text: str, at: int) -> int | None:
    try:
        return _skip_space(text, _ANY.raw_decode(text, at)[1])
    except (ValueError, RecursionError):
        return None


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _too_long() -> str:
    return f"is longer than {megabytes(LONGEST_ROW_BYTES)}; a row should hold one vacancy or profile"


def _syntax(error: json.JSONDecodeError, where: Where) -> Problem:
    place = f"at line {error.lineno}, column {error.colno}"
    if where.row.startswith("line"):
        place = f"at column {error.colno}"
    at_end = _skip_space(error.doc, error.pos) >= len(error.doc) and error.msg != "Extra data"
    if at_end or error.msg.startswith("Unterminated string"):
        return Problem(where, f"ends too early {place}, as if the rest were cut off; export it again")
    return Problem(where, f"is not JSON {place}: {_PLAINLY.get(error.msg, error.msg)}")
