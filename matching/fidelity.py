"""What the records say about fidelity to the model: counts and shares for a team or a service, never for one user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from statistics import median

from matching.model.placement import ContactMode
from matching.tables import RowStatus, Table, raise_problems

#: Shares of fewer than this are withheld: they tell of single people, and of chance.
FEWEST = 10
FULL_FIDELITY_CASELOAD = 20
FACE_TO_FACE = frozenset({ContactMode.VISIT, ContactMode.EVENT})
_RECENT = timedelta(days=90)
_FIRST_MEETING = timedelta(days=30)
_FIRST_CHECK_IN = timedelta(days=3)
_REPEATED = 3
_ITEMS = Path(__file__).with_name("data") / "fidelity_items.csv"


class Unit(StrEnum):
    """What a figure counts."""

    SHARE = "share"  # of the denominator
    RATE = "rate"  # of the numerator for each of the denominator


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item of the fidelity scale that records can speak of, with what earns its full score."""

    item: int
    name: str
    measure: str
    full_score: str
    source: str
    status: RowStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure with what it is made of; no value where there is too little to say."""

    item: Item
    numerator: int
    denominator: int
    unit: Unit = Unit.SHARE

    @property
    def is_withheld(self) -> bool:
        """Whether there is too little to tell, by a count that is not told either."""
        return self.denominator < FEWEST

    @property
    def value(self) -> float | None:
        """The share or rate."""
        return None if self.is_withheld else self.numerator / self.denominator


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """A participant, as far as fidelity is asked about."""

    id: str
    specialist_id: str | None
    entered_on: date
    is_active: bool
    has_list: bool
    has_choice: bool  # about telling an employer, yes or no
    profile_changed_on: date | None
    first_met_on: date | None  # the first face-to-face contact with an employer on their behalf


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecord:
    """A contact that was made with an employer."""

    employer_id: str
    on: date
    mode: ContactMode
    for_somebody: bool
    names_wish: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecord:
    """A job that was started."""

    employer_id: str
    job_title: str
    started_on: date
    permanent: bool | None
    support_plan_on: date | None
    benefits_advice_on: date | None
    first_check_in_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What was recorded from one day to another, both included; people are those of the last day."""

    first: date
    last: date
    people: Sequence[PersonRecord]
    contacts: Sequence[ContactRecord]
    starts: Sequence[StartRecord]

    @property
    def active(self) -> list[PersonRecord]:
        """The people who are supported now."""
        return [each for each in self.people if each.is_active]

    @property
    def caseloads(self) -> Counter[str]:
        """How many each specialist supports now."""
        return Counter(each.specialist_id for each in self.active if each.specialist_id is not None)

    @property
    def weeks(self) -> int:
        """Whole weeks of the time."""
        return ((self.last - self.first).days + 1) // 7


@cache
def items() -> Mapping[int, Item]:
    """Read the items by their number; raises `Invalid` for a broken file."""
    table = Table(_ITEMS)
    rows = table.read_rows(Item, {"item": int}, key=["item"])
    raise_problems([table])
    return {row.item: row for row in rows}


def measures(records: Records) -> tuple[Measure, ...]:
    """Everything that the records say, in the order of the scale."""
    counted: Mapping[int, tuple[Iterable[bool], Unit]] = {
        1: ((many <= FULL_FIDELITY_CASELOAD for many in records.caseloads.values()), Unit.SHARE),
        9: ((each.has_list for each in records.active), Unit.SHARE),
        12: (_by_the_start(records.starts, lambda start: start.benefits_advice_on), Unit.SHARE),
        13: ((each.has_choice for each in records.active), Unit.SHARE),
        14: ((_recent(each.profile_changed_on, records.last) for each in records.active), Unit.SHARE),
        15: (_met_soon(records), Unit.SHARE),
        16: ((each.names_wish for each in records.contacts if each.for_somebody), Unit.SHARE),
        18: (_visited_often(records.contacts), Unit.SHARE),
        21: ((start.permanent is True for start in records.starts), Unit.SHARE),
        22: (_by_the_start(records.starts, lambda start: start.support_plan_on), Unit.SHARE),
        23: (_checked_soon(records), Unit.SHARE),
    }
    found = {
        number: Measure(item=items()[number], numerator=sum(told), denominator=len(told), unit=unit)
        for number, (each, unit) in counted.items()
        for told in [list(each)]
    }
    found[17] = Measure(
        item=items()[17],
        numerator=sum(each.mode in FACE_TO_FACE for each in records.contacts),
        denominator=len(records.caseloads) * records.weeks,
        unit=Unit.RATE,
    )
    for number, what in ((19, _titles), (20, _employers)):
        found[number] = Measure(
            item=items()[number], numerator=len(what(records.starts)), denominator=len(records.starts)
        )
    return tuple(found[number] for number in sorted(found))


def median_days_to_first_meeting(records: Records) -> float | None:
    """Days from coming in to the first face-to-face contact, of those who came in this time; `None` of too few."""
    days = [
        (each.first_met_on - each.entered_on).days
        for each in records.people
        if each.first_met_on is not None and records.first <= each.entered_on <= records.last
    ]
    return float(median(days)) if len(days) >= FEWEST else None


def _recent(day: date | None, last: date) -> bool:
    return day is not None and last - day <= _RECENT


def _met_soon(records: Records) -> Iterable[bool]:
    """Of those who came in this time and have had a month, or met an employer before."""
    for each in records.people:
        had_time = each.entered_on + _FIRST_MEETING <= records.last
        met_soon = each.first_met_on is not None and each.first_met_on <= each.entered_on + _FIRST_MEETING
        if records.first <= each.entered_on <= records.last and (had_time or met_soon):
            yield met_soon


def _by_the_start(starts: Sequence[StartRecord], day: Callable[[StartRecord], date | None]) -> Iterable[bool]:
    return ((done := day(start)) is not None and done <= start.started_on for start in starts)


def _checked_soon(records: Records) -> Iterable[bool]:
    """Of the starts that are long enough ago."""
    for start in records.starts:
        due = start.started_on + _FIRST_CHECK_IN
        if due <= records.last:
            yield start.first_check_in_on is not None and start.first_check_in_on <= due


def _visited_often(contacts: Sequence[ContactRecord]) -> Iterable[bool]:
    visits = Counter(each.employer_id for each in contacts if each.mode is ContactMode.VISIT)
    return (visits[employer] >= _REPEATED for employer in {each.employer_id for each in contacts})


def _titles(starts: Sequence[StartRecord]) -> set[str]:
    return {" ".join(start.job_title.lower().split()) for start in starts}


def _employers(starts: Sequence[StartRecord]) -> set[str]:
    return {start.employer_id for start in starts}
