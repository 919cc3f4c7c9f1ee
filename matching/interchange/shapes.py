"""Shapes of the interchange format: each reads a value strictly, and writes its own JSON Schema."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from typing import Any, Final, Protocol

from matching.errors import Problem, Where, suggestion

UNKNOWN: Final = "unknown"
LONGEST_TEXT = 100_000
LONGEST_SLUG = 100
MOST_SUGGESTIONS = 20  # in one row


class Absent(Enum):
    """What a reader returns where there is no value: left out, or refused with a problem noted."""

    MISSING = "missing"
    REFUSED = "refused"


MISSING = Absent.MISSING
REFUSED = Absent.REFUSED


class Reader:
    """The place that is being read, and every problem met so far."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._path: list[str] = []
        self.problems: list[Problem] = []
        self._suggestions_left = MOST_SUGGESTIONS

    def near(self, word: object, options: Iterable[str]) -> str:
        """Suggest a close option, but not for every one of thousands of hostile keys: looking takes time."""
        if not isinstance(word, str) or not self._suggestions_left or len(word) > LONGEST_SLUG:
            return ""
        self._suggestions_left -= 1
        return suggestion(word, options)

    def within(self, step: str) -> _Step:
        """Read a member: `.name` or `[3]`."""
        return _Step(self._path, step)

    def refuse(self, message: str) -> Absent:
        """Note a problem at the present place."""
        place = "".join(self._path).removeprefix(".")
        self.problems.append(Problem(Where(self._where.file, self._where.row, place or self._where.field), message))
        return REFUSED


class _Step:
    """One step down to a member, as long as the block lasts: a class, since a record takes dozens of them."""

    __slots__ = ("_path", "_step")

    def __init__(self, path: list[str], step: str) -> None:
        self._path, self._step = path, step

    def __enter__(self) -> None:
        self._path.append(self._step)

    def __exit__(self, *raised: object) -> None:
        self._path.pop()


class Shape(Protocol):
    """Reads one value and describes itself."""

    @property
    def takes_unknown(self) -> bool:
        """Whether `"unknown"` as the whole value means that nobody knows."""
        ...

    def read(self, value: object, reader: Reader) -> Any:
        """Return the value as the domain holds it, or `REFUSED` after noting what is wrong."""
        ...

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a value of this shape."""
        ...


def shown(value: object, *, longest: int = 40) -> str:
    """Write a value that was refused, cut to a length that a message can bear."""
    # The text of lists within lists within lists would never end.
    text = _kind(value) if isinstance(value, list | dict) else repr(value)
    return text if len(text) <= longest else text[: longest - 3] + "..."


def cut(key: object) -> str:
    """Write a key as part of a place: on one line, and short."""
    return " ".join(str(key).split())[:60]


def _kind(value: object) -> str:
    names = {bool: "true or false", str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return "null" if value is None else names.get(type(value), type(value).__name__)


@dataclass(frozen=True, slots=True)
class Text:
    """Free text; `unknown` is a word like any other here."""

    takes_unknown = False

    def read(self, value: object, reader: Reader) -> Any:
        if not isinstance(value, str):
            return reader.refuse(f"should be text, not {_kind(value)}")
        if len(value) > LONGEST_TEXT:
            return reader.refuse(f"is {len(value):,} characters long; the most is {LONGEST_TEXT:,}")
        if "\0" in value:
            return reader.refuse("holds a NUL character, which no text has")
        try:
            value.encode()
        except UnicodeEncodeError:
            return reader.refuse("holds half of a character (a lone surrogate); write the text as UTF-8")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": LONGEST_TEXT}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of an enumeration, or of some of its members."""

    options: Iterable[StrEnum]
    takes_unknown = True

    def read(self, value: object, reader: Reader) -> Any:
        names = []
        for option in self.options:
            if value == option.value and isinstance(value, str):
                return option
            names.append(option.value)
        return reader.refuse(f"{shown(value)} is not one of {', '.join(names)}{reader.near(value, names)}")

    def schema(self) -> dict[str, Any]:
        return {"enum": [option.value for option in self.options]}


@dataclass(frozen=True, slots=True)
class Slug:
    """A slug of a catalogue."""

    catalogue: str
    slugs: Collection[str]
    takes_unknown = True

    def read(self, value: object, reader: Reader) -> Any:
        if isinstance(value, str) and value in self.slugs:
            return value
        near = reader.near(value, self.slugs)
        return reader.refuse(f"{shown(value)} is not in the catalogue of {self.catalogue}{near}")

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.slugs)}


@dataclass(frozen=True, slots=True)
class OpenSlug:
    """Any lower-case slug but the reserved ones."""

    reserved: Mapping[str, str]
    takes_unknown = True
    pattern = r"[a-z0-9]+([_.\-][a-z0-9]+)*"

    def read(self, value: object, reader: Reader) -> Any:
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            return reader.refuse(
                f"{shown(value)} is not a slug: lower-case letters, digits and _ such as food_hygiene_l2"
            )
        if value in self.reserved:
            return reader.refuse(f"'{value}' is the name of another part; {self.reserved[value]}")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{self.pattern}$", "not": {"enum": list(self.reserved)}}


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds, both included; whole numbers only if `whole`."""

    least: float = 0.0
    most: float = 1e9
    whole: bool = False
    takes_unknown = True

    def read(self, value: object, reader: Reader) -> Any:
        what = "a whole number" if self.whole else "a number"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return reader.refuse(f"should be {what}{self._bounds()}, not {_kind(value)} {shown(value)}")
        if not self.least <= value <= self.most or (isinstance(value, float) and math.isnan(value)):
            return reader.refuse(f"{shown(value)} should be {what}{self._bounds()}")
        if self.whole:
            return int(value) if value == int(value) else reader.refuse(f"{shown(value)} should be a whole number")
        return float(value)

    def _bounds(self) -> str:
        return f" from {self.least:g} up" if self.most == 1e9 else f" from {self.least:g} to {self.most:g}"

    def schema(self) -> dict[str, Any]:
        return {"type": "integer" if self.whole else "number", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class YesNo:
    """True or false."""

    takes_unknown = True

    def read(self, value: object, reader: Reader) -> Any:
        return value if isinstance(value, bool) else reader.refuse(f"should be true or false, not {shown(value)}")

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day, written 2026-11-22."""

    takes_unknown = True

    def read(self, value: object, reader: Reader) -> Any:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            try:
                return date.fromisoformat(value)
            except ValueError:
                return reader.refuse(f"{shown(value)} is not a day of the calendar")
        return reader.refuse(f"{shown(value)} should be a date such as 2026-11-22")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, slots=True)
class Parsed:
    """Text of a form of its own, such as a postcode or a time; `parse` raises ValueError with a sentence."""

    parse: Callable[[str], Any]
    pattern: str
    takes_unknown = True

    def read(self, value: object, reader: Reader) -> Any:
        if not isinstance(value, str):
            return reader.refuse(f"should be text, not {_kind(value)} {shown(value)}")
        try:
            return self.parse(value)
        except ValueError as error:
            return reader.refuse(str(error))

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": self.pattern}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one shape; `distinct` gives what may stand only once, and `least` the fewest members."""

    member: Shape
    distinct: Callable[[Any], str] | None = None
    least: int = 0
    takes_unknown = True

    def read(self, value: object, reader: Reader) -> Any:
        if not isinstance(value, list):
            return reader.refuse(f"should be a list, not {_kind(value)} {shown(value)}")
        if len(value) < self.least:
            return reader.refuse(f"should hold at least {self.least}")
        members = []
        for index, item in enumerate(value):
            with reader.within(f"[{index + 1}]"):
                members.append(self.member.read(item, reader))
        if self.distinct is not None:
            _refuse_repeats(members, self.distinct, reader)
        return REFUSED if REFUSED in members else tuple(members)

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "array", "items": self.member.schema()}
        if self.distinct is not None:
            schema["uniqueItems"] = True  # as far as a schema can say it
        return schema | ({"minItems": self.least} if self.least else {})


def _refuse_repeats(members: Sequence[Any], distinct: Callable[[Any], str], reader: Reader) -> None:
    seen: set[str] = set()
    for index, member in enumerate(members):
        if member is REFUSED:
            continue
        key = distinct(member)
        if key in seen:
            with reader.within(f"[{index + 1}]"):
                reader.refuse(f"{shown(key)} is here twice; give it once")
        seen.add(key)


@dataclass(frozen=True, slots=True)
class TableOf:
    """An object whose keys are slugs of a catalogue; an unknown value is the absence of the key."""

    catalogue: str
    keys: Mapping[str, Any]
    member: Shape
    takes_unknown = True

    def read(self, value: object, reader: Reader) -> Any:
        if not isinstance(value, dict):
            return reader.refuse(f"should be an object, not {_kind(value)} {shown(value)}")
        table = {}
        for key, item in value.items():
            with reader.within(f".{cut(key)}"):
                if key not in self.keys:
                    reader.refuse(
                        f"{shown(key)} is not in the catalogue of {self.catalogue}{reader.near(key, self.keys)}"
                    )
                elif item is not None and item != UNKNOWN:
                    table[self.keys[key]] = self.member.read(item, reader)
        return REFUSED if REFUSED in table.values() else table

    def schema(self) -> dict[str, Any]:
        member = _or_unknown(self.member.schema())
        return {"type": "object", "properties": dict.fromkeys(self.keys, member), "additionalProperties": False}


@dataclass(frozen=True, slots=True)
class Field:
    """A named member of a record: its shape, the argument that it fills, and its default."""

    name: str
    shape: Shape
    into: str = ""
    required: bool = False
    default: Any = MISSING

    @property
    def argument(self) -> str:
        """The keyword of the builder that takes the value."""
        return self.into or self.name


Check = Callable[[Mapping[str, Any], Reader], None]


@dataclass(frozen=True, slots=True)
class Record:
    """An object with named fields, read into a domain type by `build`."""

    build: Callable[..., Any]
    fields: tuple[Field, ...]
    checks: tuple[Check, ...] = ()
    takes_unknown = True

    def read(self, value: object, reader: Reader) -> Any:
        if not isinstance(value, dict):
            return reader.refuse(f"should be an object, not {_kind(value)} {shown(value)}")
        before = len(reader.problems)
        self._refuse_unknown_keys(value, reader)
        values: dict[str, Any] = {}
        for field in self.fields:
            read = _read_field(field, value.get(field.name), reader)
            if read is not MISSING and read is not REFUSED:
                values[field.argument] = read
        for check in self.checks:
            check(values, reader)
        return REFUSED if len(reader.problems) > before else self.build(**values)

    def _refuse_unknown_keys(self, value: Mapping[Any, object], reader: Reader) -> None:
        names = [field.name for field in self.fields]
        for key in value:
            if key not in names:
                with reader.within(f".{cut(key)}"):
                    reader.refuse(f"{shown(key)} is not a field here{reader.near(key, names)}")

    def schema(self) -> dict[str, Any]:
        properties = {}
        for field in self.fields:
            inner = field.shape.schema()
            properties[field.name] = _required(field, inner) if field.required else _or_unknown(inner)
            if isinstance(field.default, str | int | float):
                properties[field.name] = properties[field.name] | {"default": field.default}
        required = [field.name for field in self.fields if field.required]
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        return schema | ({"required": required} if required else {})


def _read_field(field: Field, value: object, reader: Reader) -> Any:
    if value is None and not field.required:
        return field.default  # as most fields are
    with reader.within(f".{field.name}"):
        if field.required and (value is None or value == UNKNOWN or (isinstance(value, str) and not value.strip())):
            return reader.refuse("is required and cannot be unknown or empty")
        if value == UNKNOWN and field.shape.takes_unknown:
            return field.default
        return field.shape.read(value, reader)


def _or_unknown(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"enum": [None, UNKNOWN]}]}


def _required(field: Field, schema: dict[str, Any]) -> dict[str, Any]:
    known = {"not": {"enum": [None, UNKNOWN]}}
    return schema | known | {"pattern": r"\S"} if isinstance(field.shape, Text) else {"allOf": [schema, known]}
