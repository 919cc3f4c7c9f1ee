"""Parts of a form, one a field of the profile: shown as inputs, read from what was typed, and never lossy.

A part turns a value of the interchange format into the names and values of inputs, and those back into a value. A
field is changed only where what was typed reads otherwise than what was shown, so that nobody writes what they did not
touch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from api.pages.profile_words import FIELDS, FIXED, FLEXIBLE, NOT_KNOWN, figures, known
from api.pages.typed import FormReader, Typed
from api.pages.words import sentence
from matching.places import parse_postcode
from matching.taxonomy import load_catalogue

Pair = tuple[str, str]
Option = tuple[str, str] | tuple[str, str, str]

#: An answer to every question that is asked by choices.
UNKNOWN_CHOICE = "unknown"
#: As many rows as one form shows; what goes beyond is shown as text, and kept.
MOST_ROWS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One field of the profile on a form."""

    kind: ClassVar[str]

    field: str
    ask: str = ""
    hint: str = ""

    @property
    def name(self) -> str:
        """The name of its input; those of its several inputs begin with it and a dot."""
        return self.field.replace(".", "-")

    @property
    def words(self) -> str:
        """What its input is called."""
        return self.ask or FIELDS[self.field].words

    def owns(self, name: str) -> bool:
        """Whether an input belongs to this part."""
        return name == self.name or name.startswith(f"{self.name}.")

    def is_asked(self, typed: Typed) -> bool:
        """Whether the form held this part at all."""
        return any(self.owns(name) for name in typed.names())

    def show(self, value: Any) -> list[Pair]:
        """The inputs that stand for a value; `None` is what nobody knows."""
        raise NotImplementedError

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        """The value that was typed; `was` is what stood there, of which some may not have been shown as inputs."""
        raise NotImplementedError

    def done(self, typed: Typed, what: str, where: str) -> Typed:
        """What is typed after a button of the form that saves nothing: a row more, or one less."""
        return typed


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart(Part):
    """Free words of the person: one line or several."""

    kind = "text"

    long: bool = False

    def show(self, value: Any) -> list[Pair]:
        return [(self.name, value or "")]

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        return (form.long_text(self.name) if self.long else form.text(self.name)) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesPart(Part):
    """Several things, one a line."""

    kind = "lines"

    def show(self, value: Any) -> list[Pair]:
        return [(self.name, "\n".join(value or ()))]

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        return list(form.lines(self.name, most_lines=200)) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostcodePart(TextPart):
    """A postcode or the beginning of one."""

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        text = form.text(self.name)
        try:
            return parse_postcode(text).text if text else None
        except ValueError:
            form.refuse(self.name, "Give a postcode or the first part of one, such as ME14 or ME14 1.")
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class AreasPart(LinesPart):
    """Areas by the first part of their postcodes, one a line."""

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        found = []
        for line in form.lines(self.name):
            try:
                area = parse_postcode(line)
                whole = re.fullmatch(r".*\d[A-Z]{2}", area.text) is not None and " " in area.text
            except ValueError:
                whole = True
            if whole:
                form.refuse(self.name, "Give the first part of a postcode on each line, such as ME14 or ME14 1.")
                return None
            found.append(area.text)
        return list(dict.fromkeys(found)) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPart(Part):
    """A number with its unit."""

    kind = "number"

    most: float
    least: float = 0.0
    prefix: str = ""
    suffix: str = ""

    def show(self, value: Any) -> list[Pair]:
        return [(self.name, "" if value is None else figures(value))]

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        found = form.number(self.name, least=self.least, most=self.most, what=self.words)
        return int(found) if found is not None and found == int(found) else found


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoicePart(Part):
    """One of some answers, or that it is not known yet."""

    kind = "choice"

    options: tuple[Option, ...]

    @property
    def choices(self) -> tuple[Option, ...]:
        """The answers with the one that is always among them."""
        return (*self.options, (UNKNOWN_CHOICE, NOT_KNOWN))

    def show(self, value: Any) -> list[Pair]:
        return [(self.name, UNKNOWN_CHOICE if value is None else self._shown(value))]

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        chosen = form.one_of(self.name, [option[0] for option in self.choices])
        return None if chosen in ("", UNKNOWN_CHOICE) else self._taken(chosen)

    def _shown(self, value: Any) -> str:
        return str(value)

    def _taken(self, chosen: str) -> Any:
        return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNoPart(ChoicePart):
    """Yes, no, or not known yet."""

    options: tuple[Option, ...] = (("yes", "Yes"), ("no", "No"))

    def _shown(self, value: Any) -> str:
        return "yes" if value else "no"

    def _taken(self, chosen: str) -> Any:
        return chosen == "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class HardPart(YesNoPart):
    """What becomes of a role that does not fit; there is always an answer, since one holds unless said otherwise."""

    usual: bool
    options: tuple[Option, ...] = (("yes", FIXED), ("no", FLEXIBLE))

    @property
    def choices(self) -> tuple[Option, ...]:
        return self.options

    def show(self, value: Any) -> list[Pair]:
        return [(self.name, "yes" if (self.usual if value is None else value) else "no")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgePart(ChoicePart):
    """The highest age that jobs ask for and the person has reached."""

    def show(self, value: Any) -> list[Pair]:
        if value is None:
            return [(self.name, UNKNOWN_CHOICE)]
        return [(self.name, str(max(value, default=0)))]

    def choices_for(self, value: Any) -> tuple[Option, ...]:
        """The answers, with that age which is written down already."""
        shown = self.show(value)[0][1]
        extra = () if shown in {option[0] for option in self.choices} else ((shown, f"{shown} or older"),)
        return (*extra, *self.choices)

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        chosen = form.one_of(self.name, [option[0] for option in self.choices_for(was)])
        if chosen in ("", UNKNOWN_CHOICE):
            return None
        return [int(chosen)] if int(chosen) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyPart(Part):
    """Any of some answers; `none` is what to call that it is none of them."""

    kind = "many"

    options: tuple[Option, ...]
    none: str = ""

    def show(self, value: Any) -> list[Pair]:
        if value is None:
            return [(f"{self.name}.asked", "yes")]
        chosen = list(value) if value else [NONE] if self.none else []
        return [(f"{self.name}.asked", "yes"), *((self.name, each) for each in chosen)]

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        return _ticked(self.name, typed, form, [option[0] for option in self.options], bool(self.none))


NONE = "none"


def _ticked(name: str, typed: Typed, form: FormReader, values: Sequence[str], takes_none: bool) -> list[str] | None:
    chosen = list(dict.fromkeys(value for value in typed.all(name) if value))
    if takes_none and NONE in chosen:
        if len(chosen) > 1:
            form.refuse(name, "Choose some of these, or that it is none of them.")
        return []
    if not set(chosen) <= set(values):
        form.refuse(name, "Choose from the answers given.")
    return chosen or None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsPart(Part):
    """Kinds of tasks from the catalogue."""

    kind = "tags"

    @property
    def groups(self) -> Sequence[tuple[str, Sequence[Option]]]:
        """Every kind of task, by what is near to what."""
        return task_groups()

    def show(self, value: Any) -> list[Pair]:
        return [(f"{self.name}.asked", "yes"), *((self.name, each) for each in value or ())]

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        return _ticked(self.name, typed, form, [each.slug for each in load_catalogue().task_tags], takes_none=False)


@cache
def task_groups() -> Sequence[tuple[str, Sequence[Option]]]:
    """Kinds of tasks as choices, by what is near to what."""
    groups: dict[str, list[Option]] = {}
    for tag in load_catalogue().task_tags:
        groups.setdefault(tag.group, []).append((tag.slug, tag.label))
    return tuple((sentence(group), tuple(tags)) for group, tags in groups.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingPart(ChoicePart):
    """Whether a list that has pages of its own is known to be empty; not asked while something stands in it."""

    kind = "nothing"

    def show(self, value: Any) -> list[Pair]:
        return [] if value else [(self.name, UNKNOWN_CHOICE if value is None else NONE)]

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        if was:
            return was
        return [] if form.one_of(self.name, [option[0] for option in self.choices]) == NONE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationsPart(Part):
    """Certificates that the person has, one a line; none of them is an answer too."""

    kind = "qualifications"

    @property
    def choices(self) -> tuple[Option, ...]:
        """Whether they have any."""
        return (("some", "They have some"), (NONE, "They have none"), (UNKNOWN_CHOICE, NOT_KNOWN))

    def show(self, value: Any) -> list[Pair]:
        have = UNKNOWN_CHOICE if value is None else "some" if value else NONE
        return [(f"{self.name}.have", have), (self.name, "\n".join(each.replace("_", " ") for each in value or ()))]

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        have = form.one_of(f"{self.name}.have", [option[0] for option in self.choices])
        slugs = list(dict.fromkeys(filter(None, map(qualification_slug, form.lines(self.name)))))
        if slugs and have == NONE:
            form.refuse(self.name, "You wrote certificates and chose that they have none. Take one of the two back.")
        if have == "some" and not slugs:
            form.refuse(self.name, "Write at least one certificate, or choose another answer.")
        return slugs or ([] if have == NONE else None)


def qualification_slug(words: str) -> str:
    """A certificate as it is compared with what roles ask for.

    >>> qualification_slug("Food hygiene, level 2"), qualification_slug("cscs-card")
    ('food_hygiene_level_2', 'cscs-card')
    """
    slug = re.sub(r"[^a-z0-9.\-]+", "_", words.lower())
    return re.sub(r"([_.\-])[_.\-]+", r"\1", slug).strip("_.-")[:100].strip("_.-")


# -- rows --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """An input of each row."""

    key: str
    words: str
    kind: str = "text"
    hint: str = ""
    options: tuple[Option, ...] = ()
    show: Callable[[Any], str] = lambda value: value or ""
    take: Callable[[str], Any] = lambda typed: typed or None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsPart(Part):
    """Several things of the same shape, such as jobs; the first column says what each is."""

    kind = "rows"

    #: What one row is called.
    thing: str
    columns: tuple[Column, ...]

    def row_name(self, row: int, key: str) -> str:
        """The name of an input."""
        return f"{self.name}.{row}.{key}"

    def rows(self, typed: Typed) -> range:
        """The numbers of the rows to show."""
        return range(1, _count(typed.get(f"{self.name}.rows"), most=MOST_ROWS) + 1)

    def kept(self, value: Any) -> list[Any]:
        """What goes beyond the rows of a form."""
        return list(value or ())[MOST_ROWS:]

    def show(self, value: Any) -> list[Pair]:
        values = list(value or ())[:MOST_ROWS]
        pairs = [(f"{self.name}.rows", str(min(len(values) + 1, MOST_ROWS)))]
        for row, each in enumerate([*values, {}], start=1):
            pairs.extend((self.row_name(row, column.key), column.show(each.get(column.key))) for column in self.columns)
        return pairs

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        found = []
        first, *others = self.columns
        for row in self.rows(typed):
            cells = {column.key: self._cell(form, row, column) for column in self.columns}
            said = {key: value for key, value in cells.items() if value is not None}
            if first.key not in said:
                # A choice that stands there before anybody types is nothing said.
                if any(column.key in said for column in others if column.kind != "choice"):
                    form.refuse(self.row_name(row, first.key), f"Say what this {self.thing} is, or empty the row.")
                continue
            found.append(said)
        return [*found, *self.kept(was)] or None

    def _cell(self, form: FormReader, row: int, column: Column) -> Any:
        name = self.row_name(row, column.key)
        if column.kind == "choice":
            return column.take(form.one_of(name, [option[0] for option in column.options]))
        return column.take(form.text(name) if column.kind == "text" else form.long_text(name))

    def done(self, typed: Typed, what: str, where: str) -> Typed:
        rows = len(self.rows(typed))
        if what == "more":
            more = [(self.row_name(rows + 1, column.key), column.show(None)) for column in self.columns]
            count = (f"{self.name}.rows", str(rows + 1))
            return with_pairs(typed, lambda name: name == count[0], [count, *more])
        if what != "drop" or not where.isdecimal():
            return typed
        gone = int(where[:4])
        pairs: list[Pair] = [(f"{self.name}.rows", str(max(rows - 1, 1)))]
        for row in range(1, rows + 1):
            if row != gone:
                to = row - (row > gone)
                pairs.extend(
                    (self.row_name(to, column.key), typed.get(self.row_name(row, column.key)))
                    for column in self.columns
                )
        return with_pairs(typed, self.owns, pairs)


def with_pairs(typed: Typed, without: Callable[[str], bool], pairs: Iterable[Pair]) -> Typed:
    """What is typed with some of it put in the place of other."""
    return Typed(pairs=[*(pair for pair in typed.pairs if not without(pair[0])), *pairs], files=typed.files)


def _count(text: str, *, most: int) -> int:
    return min(max(int(text), 1), most) if text.isascii() and text.isdecimal() and len(text) <= 4 else 1


def lines_column(key: str, words: str, hint: str = "") -> Column:
    """A column of several things, one a line."""
    return Column(
        key=key,
        words=words,
        hint=hint,
        kind="lines",
        show=lambda value: "\n".join(known(value) or ()),
        take=lambda typed: [line.strip() for line in typed.splitlines() if line.strip()] or None,
    )


def number_choice(key: str, words: str, options: Mapping[int, str], usual: int | None) -> Column:
    """A column of one of some whole numbers, said in words."""
    unknown: tuple[Option, ...] = () if usual is not None else (("", NOT_KNOWN),)

    def show(value: Any) -> str:
        value = known(value) if known(value) is not None else usual
        return "" if value is None else str(int(value))

    return Column(
        key=key,
        words=words,
        kind="choice",
        options=(*unknown, *((str(number), text) for number, text in options.items())),
        show=show,
        take=lambda typed: int(typed) if typed else usual,
    )
