"""The catalogues: adjustments, sensory dimensions, mitigations, task tags, role exclusions and ways to travel."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from matching.errors import Invalid, NotFound, Problem, Where

DATA = Path(__file__).with_name("data")
LEVELS = range(5)

# The order is part of the digest.
CATALOGUE_FILES = (
    "task_tags.csv",
    "adjustments.csv",
    "limitation_suggestions.csv",
    "sensory_dimensions.csv",
    "sensory_levels.csv",
    "mitigations.csv",
    "role_exclusions.csv",
    "travel_modes.csv",
)
_SLUG = re.compile(r"[a-z][a-z0-9_]*")
_ADJUSTMENT_SLUG = re.compile(r"[a-z]+\.[a-z0-9][a-z0-9_]*")


class RowStatus(StrEnum):
    """How far a row of a catalogue can be trusted."""

    VERIFIED = "verified"
    DERIVED = "derived"
    UNCONFIRMED = "unconfirmed"
    JUDGEMENT = "judgement"


class AdjustmentGroup(StrEnum):
    """The twelve families of adjustments."""

    TIME = "time"
    BREAKS = "breaks"
    PLACE = "place"
    SENSORY = "sensory"
    COMMUNICATION = "communication"
    TASK_DESIGN = "task_design"
    SUPERVISION = "supervision"
    TRAINING = "training"
    EQUIPMENT = "equipment"
    BUILDING = "building"
    TRAVEL_AND_RECRUITMENT = "travel_and_recruitment"
    POLICY = "policy"


class AdjustmentPay(StrEnum):
    """Who usually pays for an adjustment."""

    EMPLOYER_FREE = "employer_free"
    EMPLOYER_COST = "employer_cost"
    ACCESS_TO_WORK = "access_to_work"
    SHARED = "shared"


class AdjustmentJobs(StrEnum):
    """In how many jobs an adjustment is possible; `some`: only where the structure of the job allows it."""

    ANY = "any"
    MOST = "most"
    SOME = "some"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """A change that removes a barrier; `offer` completes "the employer offers …", `ask` is the question to them."""

    slug: str
    label: str
    group: AdjustmentGroup
    pay: AdjustmentPay
    jobs: AdjustmentJobs
    offer: str
    ask: str
    replaced_by: str
    source: str
    status: RowStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class SensoryDimensionEntry:
    """One of the ten sensory dimensions, with the question to an employer and the words for its levels 0 to 4."""

    slug: str
    label: str
    ask: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigation:
    """What one adjustment takes off one dimension: whole levels, or bands of the share of time spent at the peak."""

    slug: str
    dimension: str
    effect_levels: int
    share_bands: int
    limits: str
    source: str
    status: RowStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTag:
    """A kind of task; `text` is the plain phrase that goes to an encoder."""

    slug: str
    label: str
    text: str
    group: str
    source: str
    status: RowStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleExclusion:
    """A setting in which a person does not work; `regulated_activity` is children, adults or empty."""

    slug: str
    label: str
    regulated_activity: str
    ask: str
    source: str
    status: RowStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelMode:
    """A way to travel: minutes = `before_and_after_minutes` + 60 x straight-line km / `km_per_hour`."""

    mode: str
    label: str
    before_and_after_minutes: float
    km_per_hour: float
    source: str
    status: RowStatus


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalogue:
    """All that the rules look up by slug, in file order; two catalogues are the same if their digests are."""

    adjustments: tuple[Adjustment, ...]
    dimensions: tuple[SensoryDimensionEntry, ...]
    mitigations: tuple[Mitigation, ...]
    task_tags: tuple[TaskTag, ...]
    role_exclusions: tuple[RoleExclusion, ...]
    travel_modes: tuple[TravelMode, ...]
    limitation_suggestions: Mapping[str, tuple[str, ...]]
    limitation_labels: Mapping[str, str]
    digest: str
    _places: Mapping[tuple[str, str], int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        slugs = {
            "adjustment": [each.slug for each in self.adjustments],
            "sensory dimension": [each.slug for each in self.dimensions],
            "task tag": [each.slug for each in self.task_tags],
            "role exclusion": [each.slug for each in self.role_exclusions],
            "way to travel": [each.mode for each in self.travel_modes],
        }
        places = {(noun, slug): place for noun, column in slugs.items() for place, slug in enumerate(column)}
        object.__setattr__(self, "_places", MappingProxyType(places))

    def index_of_adjustment(self, slug: str) -> int:
        """Return the place of an adjustment in the file, which is its bit; raise NotFound for an unknown slug."""
        return self._place(noun="adjustment", slug=slug)

    def index_of_task_tag(self, slug: str) -> int:
        """Return the place of a task tag in the file, which is its bit; raise NotFound for an unknown slug."""
        return self._place(noun="task tag", slug=slug)

    def adjustment(self, slug: str) -> Adjustment:
        """Return the adjustment with this slug; raise NotFound if there is none."""
        return self.adjustments[self.index_of_adjustment(slug)]

    def task_tag(self, slug: str) -> TaskTag:
        """Return the task tag with this slug; raise NotFound if there is none."""
        return self.task_tags[self.index_of_task_tag(slug)]

    def dimension(self, slug: str) -> SensoryDimensionEntry:
        """Return the sensory dimension with this slug; raise NotFound if there is none."""
        return self.dimensions[self._place(noun="sensory dimension", slug=slug)]

    def role_exclusion(self, slug: str) -> RoleExclusion:
        """Return the role exclusion with this slug; raise NotFound if there is none."""
        return self.role_exclusions[self._place(noun="role exclusion", slug=slug)]

    def travel_mode(self, mode: str) -> TravelMode:
        """Return the way to travel with this name; raise NotFound if there is none."""
        return self.travel_modes[self._place(noun="way to travel", slug=mode)]

    def mitigations_for(self, dimension: str) -> tuple[Mitigation, ...]:
        """Return all that takes something off a dimension, in file order."""
        return tuple(each for each in self.mitigations if each.dimension == dimension)

    def _place(self, *, noun: str, slug: str) -> int:
        try:
            return self._places[noun, slug]
        except KeyError:
            raise NotFound(f"{slug!r} is not in the catalogue as {noun}") from None


@cache
def load_catalogue() -> Catalogue:
    """Return the shipped catalogue, read and checked once."""
    return read_catalogue(folder=DATA)


def read_catalogue(*, folder: Path) -> Catalogue:
    """Read the catalogue files of a folder; raise Invalid that names every file, row and field that is wrong."""
    problems: list[Problem] = []
    tables = {name: _Table(file=name, text=_text(folder / name), problems=problems) for name in CATALOGUE_FILES}
    adjustment_slugs = tables["adjustments.csv"].column("slug")
    dimension_slugs = tables["sensory_dimensions.csv"].column("slug")

    task_tags = tables["task_tags.csv"].read(_task_tag, key=("slug",))
    adjustments = tables["adjustments.csv"].read(lambda row: _adjustment(row, adjustment_slugs), key=("slug",))
    suggestions = tables["limitation_suggestions.csv"].read(
        lambda row: _suggestion(row, adjustment_slugs), key=("limitation", "adjustment")
    )
    dimensions = tables["sensory_dimensions.csv"].read(_dimension, key=("slug",))
    levels = tables["sensory_levels.csv"].read(lambda row: _level(row, dimension_slugs), key=("dimension", "level"))
    mitigations = tables["mitigations.csv"].read(
        lambda row: _mitigation(row, adjustment_slugs, dimension_slugs), key=("slug", "dimension")
    )
    role_exclusions = tables["role_exclusions.csv"].read(_role_exclusion, key=("slug",))
    travel_modes = tables["travel_modes.csv"].read(_travel_mode, key=("mode",))

    words = {(each.dimension, each.level): each.words for each in levels}
    problems += _unordered(dimensions, suggestions)
    problems += _without_levels(dimension_slugs, words)
    problems += _prefixes_in_two_groups(adjustments)
    if problems:
        raise Invalid(problems)

    by_limitation: dict[str, tuple[str, ...]] = {}
    for each in suggestions:
        by_limitation[each.limitation] = (*by_limitation.get(each.limitation, ()), each.adjustment)
    return Catalogue(
        adjustments=adjustments,
        dimensions=tuple(
            SensoryDimensionEntry(
                slug=each.slug, label=each.label, ask=each.ask, levels=tuple(words[each.slug, n] for n in LEVELS)
            )
            for each in dimensions
        ),
        mitigations=mitigations,
        task_tags=task_tags,
        role_exclusions=role_exclusions,
        travel_modes=travel_modes,
        limitation_suggestions=MappingProxyType(by_limitation),
        limitation_labels=MappingProxyType({each.limitation: each.label for each in suggestions}),
        digest=_digest(tables.values()),
    )


# Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suggestion:
    limitation: str
    label: str
    position: int
    adjustment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dimension:
    slug: str
    label: str
    order: int
    ask: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    dimension: str
    level: int
    words: str


def _task_tag(row: _Row) -> TaskTag:
    return TaskTag(
        slug=row.slug("slug", _SLUG),
        label=row.text("label"),
        text=row.text("text"),
        group=row.slug("group", _SLUG),
        source=row.text("source"),
        status=row.choice("status", RowStatus),
    )


def _adjustment(row: _Row, adjustment_slugs: Collection[str]) -> Adjustment:
    slug = row.slug("slug", _ADJUSTMENT_SLUG)
    return Adjustment(
        slug=slug,
        label=row.text("label"),
        group=row.choice("group", AdjustmentGroup),
        pay=row.choice("pay", AdjustmentPay),
        jobs=row.choice("jobs", AdjustmentJobs),
        offer=row.text("offer"),
        ask=row.text("ask"),
        replaced_by=row.one_of("replaced_by", {"", *adjustment_slugs} - {slug}) if row.cell("replaced_by") else "",
        source=row.text("source"),
        status=row.choice("status", RowStatus),
    )


def _suggestion(row: _Row, adjustment_slugs: Collection[str]) -> _Suggestion:
    row.checked_source()
    return _Suggestion(
        limitation=row.slug("limitation", _SLUG),
        label=row.text("label"),
        position=row.whole("position"),
        adjustment=row.one_of("adjustment", adjustment_slugs),
    )


def _dimension(row: _Row) -> _Dimension:
    row.checked_source()
    return _Dimension(
        slug=row.slug("slug", _SLUG), label=row.text("label"), order=row.whole("order"), ask=row.text("ask")
    )


def _level(row: _Row, dimension_slugs: Collection[str]) -> _Level:
    row.checked_source()
    return _Level(
        dimension=row.one_of("dimension", dimension_slugs),
        level=row.whole("level", among=LEVELS),
        words=row.text("words"),
    )


def _mitigation(row: _Row, adjustment_slugs: Collection[str], dimension_slugs: Collection[str]) -> Mitigation:
    return Mitigation(
        slug=row.one_of("slug", adjustment_slugs),
        dimension=row.one_of("dimension", dimension_slugs),
        effect_levels=row.whole("effect_levels", among=range(3)),
        share_bands=row.whole("share_bands", among=range(3)),
        limits=row.cell("limits"),
        source=row.text("source"),
        status=row.choice("status", RowStatus),
    )


def _role_exclusion(row: _Row) -> RoleExclusion:
    return RoleExclusion(
        slug=row.slug("slug", _SLUG),
        label=row.text("label"),
        regulated_activity=row.one_of("regulated_activity", ("", "children", "adults")),
        ask=row.text("ask"),
        source=row.text("source"),
        status=row.choice("status", RowStatus),
    )


def _travel_mode(row: _Row) -> TravelMode:
    return TravelMode(
        mode=row.slug("mode", _SLUG),
        label=row.text("label"),
        before_and_after_minutes=float(row.whole("before_and_after_minutes", among=range(24 * 60))),
        km_per_hour=float(row.whole("km_per_hour", among=range(1, 1000))),
        source=row.text("source"),
        status=row.choice("status", RowStatus),
    )


# Checks that look across rows


def _unordered(dimensions: Sequence[_Dimension], suggestions: Sequence[_Suggestion]) -> list[Problem]:
    problems = [
        Problem(Where("sensory_dimensions.csv", each.slug, "order"), f"is {each.order} but the row is number {place}")
        for place, each in enumerate(dimensions, start=1)
        if each.order != place
    ]
    seen: dict[str, int] = {}
    for each in suggestions:
        seen[each.limitation] = seen.get(each.limitation, 0) + 1
        if each.position != seen[each.limitation]:
            where = Where("limitation_suggestions.csv", f"{each.limitation} {each.adjustment}", "position")
            problems.append(Problem(where, f"is {each.position}, should be {seen[each.limitation]}"))
    return problems


def _without_levels(dimension_slugs: Iterable[str], words: Mapping[tuple[str, int], str]) -> list[Problem]:
    return [
        Problem(Where("sensory_levels.csv", dimension, "level"), f"level {level} is missing")
        for dimension in dimension_slugs
        for level in LEVELS
        if (dimension, level) not in words
    ]


def _prefixes_in_two_groups(adjustments: Sequence[Adjustment]) -> list[Problem]:
    group_of: dict[str, AdjustmentGroup] = {}
    return [
        Problem(Where("adjustments.csv", each.slug, "group"), f"{prefix!r} is a prefix of group {group_of[prefix]}")
        for each in adjustments
        if group_of.setdefault(prefix := each.slug.partition(".")[0], each.group) is not each.group
    ]


# Files

_BEYOND = "beyond the last column"

Made = TypeVar("Made")
Choice = TypeVar("Choice", bound=StrEnum)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")  # in text mode every kind of line end becomes one newline
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid([Problem(Where(path.name), f"cannot be read: {error}")]) from error


def _digest(tables: Iterable[_Table]) -> str:
    whole = hashlib.sha256()
    for table in tables:
        whole.update(f"{table.file}\n{table.text}\n".encode())
    return whole.hexdigest()[:12]


class _Table:
    """The rows of one file, and the list that takes what is wrong with them."""

    def __init__(self, *, file: str, text: str, problems: list[Problem]) -> None:
        self.file = file
        self.text = text
        self._problems = problems
        self._rows = [
            _Row(cells=cells, where=Where(file, f"row {number}"), problems=problems)
            for number, cells in enumerate(csv.DictReader(io.StringIO(text), restkey=_BEYOND), start=2)
        ]
        if not self._rows:
            problems.append(Problem(Where(file), "holds no rows"))

    def column(self, name: str) -> dict[str, None]:
        """Return the values of a column in file order, as a set that keeps it."""
        return dict.fromkeys(row.cells.get(name) or "" for row in self._rows)

    def read(self, make: Callable[[_Row], Made], *, key: tuple[str, ...]) -> tuple[Made, ...]:
        """Make a value of each row, and note rows that repeat a key."""
        seen: set[tuple[str, ...]] = set()
        for row in self._rows:
            if _BEYOND in row.cells:
                row.wrong("", "has more cells than the file has columns")
            values = tuple(row.cells.get(name) or "" for name in key)
            if values in seen:
                row.wrong(key[0], f"{' '.join(values)!r} is there twice")
            seen.add(values)
        return tuple(make(row) for row in self._rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """Reads cells of one row; what is wrong is noted, and a stand-in returned so that reading can go on."""

    cells: Mapping[str, str | None]
    where: Where
    problems: list[Problem]

    def wrong(self, name: str, message: str) -> None:
        self.problems.append(Problem(self.where.inside(name), message))

    def cell(self, name: str) -> str:
        value = self.cells.get(name)
        if value is None:
            self.wrong(name, "is missing")
        return value or ""

    def text(self, name: str) -> str:
        value = self.cell(name)
        if not value or value != value.strip():
            self.wrong(name, "must not be empty, nor begin or end with a space")
        return value

    def slug(self, name: str, grammar: re.Pattern[str]) -> str:
        value = self.cell(name)
        if not grammar.fullmatch(value):
            self.wrong(name, f"{value!r} is not a slug")
        return value

    def one_of(self, name: str, allowed: Collection[str]) -> str:
        value = self.cell(name)
        if value not in allowed:
            self.wrong(name, f"{value!r} is not known")
        return value

    def choice(self, name: str, choices: type[Choice]) -> Choice:
        value = self.cell(name)
        try:
            return choices(value)
        except ValueError:
            self.wrong(name, f"{value!r} is not one of {', '.join(choices)}")
            return next(iter(choices))

    def whole(self, name: str, *, among: range = range(1, 1000)) -> int:
        value = self.cell(name)
        if value.isascii() and value.isdigit() and int(value) in among:
            return int(value)
        self.wrong(name, f"{value!r} is not a whole number from {among.start} to {among.stop - 1}")
        return among.start

    def checked_source(self) -> None:
        """Check the two columns that every row of every file has, where the value itself does not keep them."""
        self.text("source")
        self.choice("status", RowStatus)
