"""The catalogues: adjustments, sensory dimensions, mitigations, task tags, role exclusions and ways to travel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from matching.errors import NotFound, Problem, Where
from matching.tables import RowStatus, Table, digest_of, one_of, raise_problems, slug, whole, written_as

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
_EFFECT = whole(range(3))
_POSITION = whole(range(1, 1000))
_ADJUSTMENT_SLUG = written_as(r"[a-z]+\.[a-z0-9][a-z0-9_]*", otherwise="is not a slug")


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
    tables = {name: Table(folder / name) for name in CATALOGUE_FILES}
    dimension_slugs = tables["sensory_dimensions.csv"].column("slug")
    dimension = one_of(dimension_slugs, otherwise="is not known")
    adjustment = one_of(tables["adjustments.csv"].column("slug"), otherwise="is not known")
    task_tags = tables["task_tags.csv"].read_rows(TaskTag, {"slug": slug, "group": slug}, key=["slug"])
    adjustments = tables["adjustments.csv"].read_rows(
        Adjustment, {"slug": _ADJUSTMENT_SLUG, "replaced_by": str}, key=["slug"], check=_wrong_adjustments
    )
    suggestions = tables["limitation_suggestions.csv"].read_rows(
        _Suggestion,
        {"limitation": slug, "position": _POSITION, "adjustment": adjustment},
        key=["limitation", "adjustment"],
        check=_unordered_suggestions,
    )
    dimensions = tables["sensory_dimensions.csv"].read_rows(
        _Dimension, {"slug": slug, "order": _POSITION}, key=["slug"], check=_unordered_dimensions
    )
    levels = tables["sensory_levels.csv"].read_rows(
        _Level,
        {"dimension": dimension, "level": whole(LEVELS)},
        key=["dimension", "level"],
        check=lambda rows: _missing_levels(rows, dimension_slugs),
    )
    mitigations = tables["mitigations.csv"].read_rows(
        Mitigation,
        {"slug": adjustment, "dimension": dimension, "effect_levels": _EFFECT, "share_bands": _EFFECT, "limits": str},
        key=["slug", "dimension"],
    )
    role_exclusions = tables["role_exclusions.csv"].read_rows(
        RoleExclusion,
        {"slug": slug, "regulated_activity": one_of(["", "children", "adults"], otherwise="is not known")},
        key=["slug"],
    )
    travel_modes = tables["travel_modes.csv"].read_rows(
        TravelMode,
        {"mode": slug, "before_and_after_minutes": whole(range(24 * 60)), "km_per_hour": whole(range(1, 1000))},
        key=["mode"],
    )
    raise_problems(tables.values())

    words = {(each.dimension, each.level): each.words for each in levels}
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
        digest=digest_of(tables.values()),
    )


# Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suggestion:
    limitation: str
    label: str
    position: int
    adjustment: str
    source: str
    status: RowStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dimension:
    slug: str
    label: str
    order: int
    ask: str
    source: str
    status: RowStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    dimension: str
    level: int
    words: str
    source: str
    status: RowStatus


# Checks that look across rows


def _unordered_dimensions(dimensions: Sequence[_Dimension]) -> list[Problem]:
    return [
        Problem(Where("sensory_dimensions.csv", each.slug, "order"), f"is {each.order} but the row is number {place}")
        for place, each in enumerate(dimensions, start=1)
        if each.order != place
    ]


def _unordered_suggestions(suggestions: Sequence[_Suggestion]) -> list[Problem]:
    problems = []
    seen: Counter[str] = Counter()
    for each in suggestions:
        seen[each.limitation] += 1
        if each.position != seen[each.limitation]:
            where = Where("limitation_suggestions.csv", f"{each.limitation} {each.adjustment}", "position")
            problems.append(Problem(where, f"is {each.position}, should be {seen[each.limitation]}"))
    return problems


def _missing_levels(levels: Sequence[_Level], dimension_slugs: Iterable[str]) -> list[Problem]:
    there = {(each.dimension, each.level) for each in levels}
    return [
        Problem(Where("sensory_levels.csv", dimension, "level"), f"level {level} is missing")
        for dimension in dimension_slugs
        for level in LEVELS
        if (dimension, level) not in there
    ]


def _wrong_adjustments(adjustments: Sequence[Adjustment]) -> list[Problem]:
    problems = []
    known = {"", *(each.slug for each in adjustments)}
    group_of: dict[str, AdjustmentGroup] = {}
    for each in adjustments:
        where = Where("adjustments.csv", each.slug)
        if each.replaced_by not in known - {each.slug}:
            problems.append(Problem(where.inside("replaced_by"), f"{each.replaced_by!r} is not known"))
        group = group_of.setdefault(prefix := each.slug.partition(".")[0], each.group)
        if group is not each.group:
            problems.append(Problem(where.inside("group"), f"{prefix!r} is a prefix of group {group}"))
    return problems
