"""Raw records made from the shapes that read them, so that a new field is covered on the day it is added.

`filled` makes the fullest record there is, always the same; `profiles` and `vacancies` make any record that the
shapes allow, over the whole catalogues, with words from a strategy of the caller's choice.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from matching.interchange.profiles import profile_shape
from matching.interchange.shapes import (
    Choice,
    Day,
    Field,
    ListOf,
    Number,
    OpenSlug,
    Parsed,
    Record,
    Shape,
    Slug,
    TableOf,
    Text,
    YesNo,
)
from matching.interchange.vacancies import vacancy_shape

Raw = dict[str, Any]
Write = Callable[[str], str]  # from the place of a field to the words that stand in it

PARSED = ("24:00", "09:00", "ME14 1", "ME14")
TIMES_AND_PLACES = (*PARSED, "00:00", "23:59", "17:30", "me141xq", "ZZ99 9ZZ", " SW1A  1AA ", "M1", "B1 1")

# What people paste, and what would break a sentence or its layout.
HOSTILE = (
    "two\nlines",
    "tab\tand\r\nreturn",
    "line\u2028separator\u2029and\x85more",
    '“curly” ‘quotes’ "straight"',
    "right \u200fto\u202e left",
    "{0} {} {part!r} %s %(name)s",
    "<b>bold</b> & | * _",
    "x" * 5000,
    "word " * 1000,
    "\u200b",
    "\x07\x1b[2J",
    "👩🏽‍🍳 cook",
    "…",
)


def plain_words() -> SearchStrategy[str]:
    """Words of any script, and hostile ones; never blank, since required words must not be."""
    anything = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30)
    return st.one_of(st.sampled_from(HOSTILE), anything).filter(lambda words: bool(words.strip()))


@cache
def profiles(words: SearchStrategy[str]) -> SearchStrategy[Raw]:
    """Any profile that its shape allows."""
    return records(profile_shape(), words)


@cache
def vacancies(words: SearchStrategy[str]) -> SearchStrategy[Raw]:
    """Any vacancy that its shape allows."""
    return records(vacancy_shape(), words)


def records(shape: Shape, words: SearchStrategy[str]) -> SearchStrategy[Any]:
    """Any value that a shape allows."""
    match shape:
        case Record(fields=fields):
            each = {field.name: records(field.shape, words) for field in fields}
            required = {field.name: each.pop(field.name) for field in fields if field.required}
            optional = {
                name: st.one_of(st.sampled_from([None, "unknown"]), inner, inner) for name, inner in each.items()
            }
            texts = {field.name for field in fields if isinstance(field.shape, Text)}
            plain = {name: each[name] if name in texts else inner for name, inner in optional.items()}
            return st.fixed_dictionaries(required, optional=plain).map(_coherent)
        case ListOf(member=member, least=least):
            return st.lists(records(member, words), min_size=least, max_size=3, unique_by=_name)
        case TableOf(keys=keys, member=member):
            return st.dictionaries(st.sampled_from(list(keys)), records(member, words), max_size=3)
        case Text():
            return words.filter(lambda text: text != "unknown")
        case OpenSlug(reserved=reserved):
            letters = st.text("abcxyz019", min_size=1, max_size=12)
            joined = st.lists(letters, min_size=1, max_size=4).map("_".join)
            return joined.filter(lambda slug: slug not in reserved)
        case Choice(options=options):
            return st.sampled_from([option.value for option in options])
        case Slug(slugs=slugs):
            return st.sampled_from(list(slugs))
        case Number(least=least_number, most=most, whole=True):
            return st.integers(int(least_number), int(most))
        case Number(least=least_number, most=most):
            few = st.floats(least_number, min(most, 200.0)).map(lambda number: round(number, 2))
            return st.one_of(few, few, st.sampled_from([least_number, most]))
        case YesNo():
            return st.booleans()
        case Day():
            return st.dates().map(lambda day: day.isoformat())
        case Parsed():
            return st.sampled_from([text for text in TIMES_AND_PLACES if _is_read(shape, text)])
    raise TypeError(f"no records are made yet from {type(shape).__name__}")


def _name(member: Any) -> str:
    """What must not stand twice in a list."""
    named = member.get("slug", member.get("label", member)) if isinstance(member, dict) else member
    return " ".join(str(named).split())


def _coherent(record: Raw) -> Raw:
    """Put right what fields must not say together."""
    for least, most in (("min", "max"), ("typical", "peak")):
        low, high = record.get(least), record.get(most)
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            record = {**record, least: high, most: low}
    if "from" in record and record["from"] == record["to"]:
        record = {**record, "to": "24:00"}
    return record


def _is_read(shape: Parsed, text: str) -> bool:
    try:
        shape.parse(text)
    except ValueError:
        return False
    return True


def filled(shape: Shape, write: Write, place: str = "") -> Any:
    """The fullest value of a shape: every field stated, lists of one, words by `write` from their place."""
    match shape:
        case Record(fields=fields):
            return {field.name: filled(field.shape, write, f"{place}.{field.name}".strip(".")) for field in fields}
        case ListOf(member=member):
            return [filled(member, write, f"{place}[]")]
        case TableOf(keys=keys, member=member):
            return {key: filled(member, write, f"{place}.{key}") for key in keys}
        case Text() | OpenSlug():
            return write(place)
        case Choice(options=options):
            return next(iter(options)).value
        case Slug(slugs=slugs):
            return list(slugs)[zlib.crc32(place.encode()) % len(slugs)]
        case Number(most=most, whole=whole):
            return int(min(most, 3)) if whole else min(most, 3.0)
        case YesNo():
            return True
        case Day():
            return "2026-11-20"
        case Parsed():
            return next(text for text in PARSED if _is_read(shape, text))
    raise TypeError(f"no value is made yet from {type(shape).__name__}")


def fields_of(shape: Shape, steps: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Field]]:
    """Every field of a record and of the records in it, with the steps that lead to it in `filled`.

    Of a table only the first key is walked: its members are all alike.
    """
    match shape:
        case Record(fields=fields):
            for field in fields:
                yield (*steps, field.name), field
                yield from fields_of(field.shape, (*steps, field.name))
        case ListOf(member=member):
            yield from fields_of(member, (*steps, 0))
        case TableOf(keys=keys, member=member):
            yield from fields_of(member, (*steps, next(iter(keys))))


def with_value(record: Any, steps: tuple[str | int, ...], value: object) -> Any:
    """A copy of a record with one value put in place of another."""
    head, *rest = steps
    inner = value if not rest else with_value(record[head], tuple(rest), value)
    if isinstance(record, list):
        return [inner if number == head else member for number, member in enumerate(record)]
    return {**record, head: inner}


def without(record: Any, steps: tuple[str | int, ...]) -> Any:
    """A copy of a record with one field left out."""
    head, *rest = steps
    if not rest:
        return {name: value for name, value in record.items() if name != head}
    return with_value(record, (head,), without(record[head], tuple(rest)))
