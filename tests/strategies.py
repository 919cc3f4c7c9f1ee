"""Hypothesis strategies for raw interchange records that meet one another, and the edges of the rules, often.

`profiles()`, `vacancies()`, `caseloads()` and `pools()` make records that section 1 of the interchange format accepts.
For the laws of ranking: `widened(profile)`, `fact_removals(vacancy)`, `quieter(vacancy)`, `offer_changes(vacancy)` and
`respelled(record)` make a second record from a first one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

Raw = dict[str, Any]

AS_OF = date(2026, 11, 22)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TASK_TAGS = ("cleaning", "cooking", "stacking", "filing", "driving", "animals", "plants", "caring")
EMPLOYERS = (
    "Acorn Foods",
    "ACORN  foods",
    " acorn foods ",
    "Birch & Co",
    "birch & co",
    "Straße Bakery",
    "STRASSE BAKERY",
)
# One spelling of each employer, so that no list names one twice.
DISTINCT_EMPLOYERS = ("acorn foods", "BIRCH  & Co", "Strasse bakery", "Cedar Care")
POSTCODES = (
    "ME14 1XQ",
    "me141xq",
    " ME14  1xq ",
    "ME14 1",
    "ME14 2AA",
    "ME14",
    "ME15 6",
    "ME15",
    "ME1 1AA",
    "ME1",
    "CT1 1",
    "ZZ99 9",
    "ZZ99 9ZZ",
    "ZZ99",
)
AREAS = ("ME14", "me14 1", "ME14  2", "ME1", "ME15 6", "ZZ99", "zz99 9")
WEEKLY_HOURS: Sequence[float] = (0, 4, 7.5, 8, 12, 16, 16.5, 20, 20.25, 30, 37.5, 40, 168)
CLOCK_STARTS = (
    "00:00",
    "05:59",
    "06:00",
    "08:00",
    "09:00",
    "09:07",
    "12:00",
    "13:00",
    "17:00",
    "22:00",
    "23:00",
    "23:01",
)
CLOCK_ENDS = (
    "00:00",
    "00:01",
    "06:00",
    "06:01",
    "09:00",
    "12:00",
    "12:53",
    "13:00",
    "17:00",
    "22:00",
    "23:00",
    "24:00",
)
ADJUSTMENTS = (
    "sens.headphones",
    "sens.hearing_defenders",
    "place.quiet_room",
    "place.seat_low_traffic",
    "sens.quiet_hours_task",
    "place.avoid_public_area",
    "sup.named_person",
    "comm.no_phone",
    "sens.lights_dim",
    "sens.natural_light",
    "sens.lights_replace",
    "time.fixed_shifts",
    "break.extra_short",
    "bldg.step_free",
)
# The few that needs are drawn from and that vacancies often speak of.
NEEDED = ADJUSTMENTS[:5]
# Mitigations worth drawing for a dimension: most have an effect on it, the last two have none.
MITIGATIONS: Mapping[str, Sequence[str]] = {
    "noise": (
        "sens.headphones",
        "sens.hearing_defenders",
        "place.quiet_room",
        "place.seat_low_traffic",
        "sens.quiet_hours_task",
        "break.extra_short",
        "sens.lights_dim",
    ),
    "lighting": (
        "sens.lights_dim",
        "sens.natural_light",
        "sens.lights_replace",
        "sens.tinted_screen",
        "place.quiet_room",
        "sens.headphones",
    ),
    "crowding": ("place.seat_low_traffic", "sens.quiet_hours_task", "place.avoid_public_area", "place.quiet_room"),
    "smell": ("sens.scent_free", "sens.headphones"),
    "temperature": ("sens.temp_control", "sens.headphones"),
    "touch": ("sens.clothing_alt", "sens.glove_alt", "sens.hearing_defenders"),
    "movement": ("sens.fidget_move", "sens.headphones"),
    "visual_clutter": ("sens.low_clutter", "place.seat_low_traffic", "place.quiet_room"),
    "unpredictability": (
        "task.fixed_sequence",
        "sup.change_notice",
        "time.fixed_shifts",
        "task.self_pace",
        "sens.quiet_hours_task",
    ),
    "social_demand": ("place.avoid_public_area", "comm.no_phone", "sup.named_person", "place.quiet_room"),
}
DIMENSIONS = tuple(MITIGATIONS)
ALL_OFFERED = tuple(dict.fromkeys([*ADJUSTMENTS, *(slug for slugs in MITIGATIONS.values() for slug in slugs)]))
EXCLUSIONS = (
    "no_regulated_children",
    "no_regulated_adults",
    "no_alcohol_premises",
    "no_cash_handling",
    "no_night_lone_work",
)
QUALIFICATIONS = ("food_hygiene_l2", "cscs", "sia")
MODES = (
    "walk",
    "wheelchair",
    "cycle",
    "bus",
    "train",
    "car_driver",
    "car_passenger",
    "taxi_atw",
    "works_transport",
)
WORK_WORDS = ("cleaning offices", "looking after animals", "baking bread", "stacking shelves", "gardening")


@dataclass(frozen=True, slots=True)
class _Maybe:
    """A field that is stated with its value, or left out, null or "unknown"."""

    value: SearchStrategy[Any]


_MISSING = object()
_SPELLINGS_OF_NOTHING = (_MISSING, None, "unknown")


def maybe(value: SearchStrategy[Any]) -> _Maybe:
    """Mark the field of a record as one that nobody may know."""
    return _Maybe(value)


@st.composite
def records(draw: DrawFn, fields: Mapping[str, SearchStrategy[Any] | _Maybe], stated_of_ten: int = 7) -> Raw:
    """Draw a record; each field that may be missing is stated about `stated_of_ten` times of ten."""
    record: Raw = {}
    # One draw for the whole record: a draw for each field would make pools ten times slower.
    chances = draw(st.binary(min_size=len(fields), max_size=len(fields)))
    for (name, field), chance in zip(fields.items(), chances, strict=True):
        if not isinstance(field, _Maybe):
            record[name] = draw(field)
        elif chance * 10 < stated_of_ten * 256:
            record[name] = draw(field.value)
        elif (nothing := _SPELLINGS_OF_NOTHING[chance % 3]) is not _MISSING:
            record[name] = nothing
    return record


def one_of(values: Sequence[Any]) -> SearchStrategy[Any]:
    """Draw one of a few values."""
    return st.sampled_from(list(values))


def some(values: Sequence[Any], *, least: int = 0, most: int = 3) -> SearchStrategy[list[Any]]:
    """Draw a short list without repeats."""
    return st.lists(one_of(values), unique=True, min_size=least, max_size=most)


_bools = st.booleans()


# Times


_start_and_end = st.sampled_from([(start, end) for start in CLOCK_STARTS for end in CLOCK_ENDS if start != end])
_some_days = st.one_of(
    st.sampled_from([[day] for day in DAYS]),
    st.sampled_from([["mon", "tue"], ["sat", "sun"], list(DAYS[:5]), list(DAYS)]),
    some(DAYS, least=1, most=7),
)


@st.composite
def spans(draw: DrawFn) -> Raw:
    """Draw the days and times of a window or shift; an end at or before the start is on the next day."""
    start, end = draw(_start_and_end)
    return {"days": list(draw(_some_days)), "from": start, "to": end}


# Ordinary working days: without them hardly any pair of a person and a job would ever fit in time.
_broad_windows = st.sampled_from(
    [
        {"days": list(DAYS), "from": "00:00", "to": "24:00"},
        {"days": list(DAYS[:5]), "from": "06:00", "to": "23:00"},
        {"days": list(DAYS[:5]), "from": "09:00", "to": "17:00"},
        {"days": list(DAYS), "from": "22:00", "to": "06:00"},
    ]
)
_plain_shifts = st.sampled_from(
    [
        {"days": ["mon", "tue"], "from": "09:00", "to": "13:00"},
        {"days": ["wed"], "from": "09:07", "to": "12:53"},
        {"days": ["sat"], "from": "09:00", "to": "17:00"},
        {"days": ["sun"], "from": "22:00", "to": "06:00"},
        {"days": ["fri"], "from": "17:00", "to": "00:00"},
    ]
)


_any_span = st.one_of(_broad_windows, spans())
_window_kind = st.sampled_from([_MISSING, None, "unknown", "can", "can", "prefer", "cannot", "cannot"])


@st.composite
def _windows(draw: DrawFn) -> Raw:
    window: Raw = deepcopy(draw(_any_span))
    kind = draw(_window_kind)
    if kind is not _MISSING:
        window["kind"] = kind
    return window


@st.composite
def _hours_ranges(draw: DrawFn, extra: Mapping[str, SearchStrategy[Any] | _Maybe]) -> Raw:
    record = draw(records({"min": maybe(one_of(WEEKLY_HOURS)), "max": maybe(one_of(WEEKLY_HOURS)), **extra}))
    least, most = record.get("min"), record.get("max")
    if isinstance(least, (int, float)) and isinstance(most, (int, float)) and least > most:
        record["min"], record["max"] = most, least
    return record


# Profiles


@cache
def _tolerances(dimension: str) -> SearchStrategy[Raw]:
    return records(
        {
            "tolerance": st.integers(min_value=0, max_value=4),
            "direction": maybe(one_of(["avoid", "avoid", "avoid", "seek", "neutral"])),
            "hard": maybe(_bools),
            "mitigations": maybe(some(MITIGATIONS[dimension], least=1)),
        }
    )


# The same few dimensions on both sides, so that a tolerance and a level meet.
_OFTEN = ("noise", "noise", "noise", "lighting", "crowding", "social_demand", *DIMENSIONS)


_NOTHING_SAID = st.sampled_from([None, "unknown"])
_nobody_knows_one = st.sampled_from([False, False, True])
_often_dimensions = st.lists(st.sampled_from(_OFTEN), min_size=1, max_size=5)


@st.composite
def _by_dimension(draw: DrawFn, of: Callable[[str], SearchStrategy[Any]]) -> Raw:
    dimensions = dict.fromkeys(draw(_often_dimensions))
    record: Raw = {}
    for dimension in dimensions:
        record[dimension] = draw(of(dimension))
    one_is_unknown: bool = draw(_nobody_knows_one)
    if one_is_unknown:
        record[next(reversed(record))] = draw(_NOTHING_SAID)
    return record


@cache
def _needs() -> SearchStrategy[list[Raw]]:
    need = records(
        {
            "slug": one_of(NEEDED),
            "importance": maybe(one_of(["essential", "essential", "important", "helpful"])),
            "alternatives": maybe(some(NEEDED, most=2)),
        }
    )
    return st.lists(need, max_size=3, unique_by=lambda one: one["slug"])


@cache
def _refusals() -> SearchStrategy[list[Raw]]:
    refusal = records(
        {
            "label": one_of(["Cleaning", "Work with animals", "Driving all day"]),
            "tags": maybe(some(TASK_TAGS, most=2)),
            "absolute": maybe(_bools),
        }
    )
    return st.lists(refusal, max_size=2, unique_by=lambda one: one["label"])


@cache
def _person_hours() -> SearchStrategy[Raw]:
    return _hours_ranges(
        {
            "ideal": maybe(one_of([8, 16, 20])),
            "legal_cap": maybe(one_of(WEEKLY_HOURS)),
            "hard": maybe(_bools),
        }
    )


@cache
def _travel() -> SearchStrategy[Raw]:
    return records(
        {
            "home": maybe(one_of(POSTCODES)),
            "max_km": maybe(one_of([0, 1, 2.5, 5, 10, 20, 50])),
            "max_minutes": maybe(one_of([0, 5, 15, 20, 25, 40, 60, 90])),
            "modes": maybe(some(MODES, least=1)),
            "hard": maybe(_bools),
            "no_go": maybe(some(AREAS, most=2)),
        }
    )


@cache
def _profile_fields() -> dict[str, SearchStrategy[Any] | _Maybe]:
    return {
        "goal": maybe(
            records({"own_words": maybe(one_of(WORK_WORDS)), "status": maybe(one_of(["firm", "exploring"]))})
        ),
        "wanted_work": maybe(
            st.lists(
                records({"label": one_of(WORK_WORDS), "strength": maybe(st.integers(min_value=1, max_value=3))}),
                max_size=2,
                unique_by=lambda one: one["label"],
            )
        ),
        "refused_work": maybe(_refusals()),
        "strengths": maybe(some(["patient", "careful with detail"], most=2)),
        "interests": maybe(some(["dogs", "trains"], most=2)),
        "liked_tasks": maybe(some(TASK_TAGS, most=2)),
        "disliked_tasks": maybe(some(TASK_TAGS, most=2)),
        "hours": maybe(_person_hours()),
        "availability": maybe(st.lists(_windows(), max_size=4)),
        "availability_hard": maybe(_bools),
        "shift": maybe(
            records(
                {
                    "max_hours": maybe(one_of([4, 6, 7.5, 8, 12])),
                    "nights": maybe(one_of(["no", "no", "if_needed", "yes"])),
                    "weekends": maybe(one_of(["no", "no", "if_needed", "yes"])),
                }
            )
        ),
        "travel": maybe(_travel()),
        "remote": maybe(one_of(["no", "some", "mostly", "only"])),
        "pay_floor": maybe(records({"hourly": maybe(one_of([12.21, 12.5, 13])), "hard": maybe(_bools)})),
        "adjustments": maybe(_needs()),
        "sensory": maybe(_by_dimension(_tolerances)),
        "physical": maybe(
            records(
                {
                    "lift_max_kg": maybe(one_of([0, 5, 10, 10.5])),
                    "stand_max_minutes": maybe(one_of([0, 30, 60])),
                    "walk_max_minutes": maybe(one_of([0, 30, 60])),
                    "climb": maybe(_bools),
                    "hard": maybe(_bools),
                }
            )
        ),
        "role_exclusions": maybe(some(EXCLUSIONS)),
        "checks_to_avoid": maybe(some(["standard", "enhanced", "enhanced_barred"])),
        "qualifications": maybe(some(QUALIFICATIONS, most=2)),
        "driving": maybe(one_of(["none", "provisional", "full_manual", "full_auto"])),
        "legal": maybe(
            records(
                {
                    "minimum_age_met": maybe(some([16, 18, 21])),
                    "barred_children": maybe(_bools),
                    "barred_adults": maybe(_bools),
                }
            )
        ),
        "employers_avoided": maybe(some(DISTINCT_EMPLOYERS, most=2)),
    }


_TOLD_ALONE = (
    "hours",
    "availability",
    "shift",
    "adjustments",
    "sensory",
    "travel",
    "remote",
    "pay_floor",
    "physical",
    "refused_work",
    "qualifications",
    "wanted_work",
)


@st.composite
def profiles(draw: DrawFn, participant_ref: str = "P-1") -> Raw:
    """Make vocational profiles: half speak of many things, half of one to three, so that one conflict stands alone."""
    fields = _profile_fields()
    if draw(st.booleans()):
        return draw(records({"participant_ref": st.just(participant_ref), **fields}, stated_of_ten=4))
    spoken_of = draw(st.lists(st.sampled_from(_TOLD_ALONE), min_size=1, max_size=3, unique=True))
    stated = {name: field.value for name in spoken_of if isinstance(field := fields[name], _Maybe)}
    return draw(st.fixed_dictionaries({"participant_ref": st.just(participant_ref), **stated}))


@st.composite
def caseloads(draw: DrawFn, size: int = 3) -> list[Raw]:
    """Make a list of `size` profiles."""
    return [draw(profiles(f"P-{number}")) for number in range(1, size + 1)]


# Vacancies


@cache
def _levels_from(typical: int) -> SearchStrategy[Raw]:
    return records(
        {
            "typical": st.just(typical),
            "peak": maybe(st.integers(min_value=typical, max_value=4)),
            "peak_share": maybe(one_of(["under_10", "10_to_50", "over_50"])),
            "can_leave": maybe(_bools),
            "source": maybe(one_of(["visit", "phone", "photo", "advert", "occupation_prior"])),
            "observed_on": maybe(one_of(["2026-08-01", "2026-11-20"])),
        }
    )


_any_level = st.integers(min_value=0, max_value=4).flatmap(_levels_from)


def _levels(_dimension: str) -> SearchStrategy[Raw]:
    return _any_level


@cache
def _offers() -> SearchStrategy[Raw]:
    answer = one_of(["yes", "maybe", "no", "no", "yes"])
    often = records({slug: maybe(answer) for slug in NEEDED}, stated_of_ten=8)
    others = st.dictionaries(one_of(ALL_OFFERED), answer, max_size=4)
    both = st.tuples(others, often).map(lambda two: {**two[0], **two[1]})
    return st.one_of(often, both, both, others)


@cache
def _listed_shifts() -> SearchStrategy[list[Raw]]:
    shift = st.one_of(_plain_shifts.map(deepcopy), spans())
    several = st.lists(shift, min_size=1, max_size=3)
    return st.one_of(several, several, several, several, several, st.just([]))


@cache
def _asked_qualifications() -> SearchStrategy[list[Raw]]:
    one = records({"slug": one_of(QUALIFICATIONS), "obtainable_weeks": maybe(one_of([0, 11, 12, 13, 40]))})
    return st.lists(one, max_size=2, unique_by=lambda asked: asked["slug"])


@cache
def _vacancy_fields() -> dict[str, SearchStrategy[Any] | _Maybe]:
    return {
        "title": one_of(["Kitchen porter", "Kennel assistant", "Shelf stacker", "Driver's mate"]),
        "employer": one_of(EMPLOYERS),
        "source": maybe(one_of(["advertised", "unadvertised", "carved"])),
        "description": maybe(one_of(["Keep the kitchen clean.", "Feed and walk the dogs."])),
        "tasks": maybe(some(["wash pots", "walk dogs", "fill shelves"], most=2)),
        "task_tags": maybe(some(TASK_TAGS)),
        "status": maybe(one_of(["open", "open", "open", "open", "open", "open", "paused", "filled", "closed"])),
        "openings": maybe(st.integers(min_value=1, max_value=3)),
        "opens_on": maybe(one_of(["2026-01-05", "2026-11-21", "2026-11-22", "2026-11-23"])),
        "closes_on": maybe(one_of(["2027-03-31", "2026-11-23", "2026-11-22", "2026-11-21"])),
        "hours": maybe(_hours_ranges({"negotiable": maybe(one_of(["yes", "maybe", "no", "no"]))})),
        "pattern": maybe(
            records(
                {
                    "kind": maybe(one_of(["fixed", "rota", "flexible"])),
                    "shifts": maybe(_listed_shifts()),
                    "notice_days": maybe(one_of([7, 28])),
                },
                stated_of_ten=9,
            )
        ),
        "location": maybe(
            records(
                {"postcode": maybe(one_of(POSTCODES)), "remote": maybe(one_of(["no", "no", "some", "mostly", "only"]))}
            )
        ),
        "pay": maybe(
            records(
                {
                    "hourly": maybe(one_of([12.2, 12.21, 12.49, 12.5, 14])),
                    # £12.50 and £12.495 an hour at 20 hours, and a penny a year below.
                    "annual": maybe(one_of([13000, 12994.8, 12994.79, 26000, 30000.5])),
                    "period": maybe(one_of(["weekly", "four_weekly", "monthly"])),
                },
                stated_of_ten=5,
            )
        ),
        "contract": maybe(one_of(["permanent", "zero_hours"])),
        "adjustments": maybe(_offers()),
        "sensory": maybe(_by_dimension(_levels)),
        "physical": maybe(
            records(
                {
                    "lift_kg": maybe(one_of([0, 5, 10, 10.5, 25])),
                    "stand_minutes": maybe(one_of([0, 30, 60, 61])),
                    "walk_minutes": maybe(one_of([0, 30, 60, 61])),
                    "climb": maybe(_bools),
                }
            )
        ),
        "requirements": maybe(
            records(
                {
                    "dbs": maybe(one_of(["none", "basic", "standard", "enhanced", "enhanced_barred"])),
                    "driving": maybe(one_of(["none", "full_auto", "full_manual"])),
                    "qualifications": maybe(_asked_qualifications()),
                    "minimum_age": maybe(one_of([16, 18, 21])),
                    "regulated_activity": maybe(some(["children", "adults"], most=2)),
                    "settings": maybe(some(EXCLUSIONS)),
                }
            )
        ),
        "visibility": maybe(one_of(["own_caseload", "team", "organisation"])),
        "disability_confident": maybe(st.integers(min_value=0, max_value=3)),
        "facts_checked_on": maybe(one_of(["2026-08-01", "2026-11-20"])),
    }


def vacancies(vacancy_ref: str = "V-1") -> SearchStrategy[Raw]:
    """Make vacancies of which most facts are stated."""
    return records({"vacancy_ref": st.just(vacancy_ref), **_vacancy_fields()}, stated_of_ten=8)


@st.composite
def pools(draw: DrawFn, size: int = 6) -> list[Raw]:
    """Make a list of at most `size` vacancies with different refs."""
    count = draw(st.integers(min_value=1, max_value=size))
    return [draw(vacancies(f"V-{number}")) for number in range(1, count + 1)]


# A second record from a first one, for the laws


def _changed(record: Raw, path: Sequence[str | int], value: Any) -> Raw:
    """Return a copy with the value at the path replaced; `_MISSING` takes the field away."""
    copy = deepcopy(record)
    inner: Any = copy
    for step in path[:-1]:
        inner = inner[step]
    if value is _MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return copy


def _known(record: Any, *path: str) -> Any:
    """Return the value at the path, None when any step is missing, null or "unknown"."""
    for field in path:
        record = record.get(field) if isinstance(record, dict) else None
        if record is None or record == "unknown":
            return None
    return record


def widenings(profile: Raw) -> list[tuple[str, Raw]]:
    """Return (what was widened, the profile with it) for each limit of the profile that laws 3 and 5 speak of.

    Windows: `can` and `prefer` are only added to where some are stated, since without any all time is usable.
    """
    wider: list[tuple[str, Raw]] = []

    def add(what: str, path: Sequence[str | int], value: Any) -> None:
        wider.append((what, _changed(profile, path, value)))

    for field in ("min", "max", "legal_cap"):
        limit = _known(profile, "hours", field)
        if limit is not None:
            add(f"hours.{field} taken away", ("hours", field), _MISSING)
            add(f"hours.{field}", ("hours", field), max(0, limit - 4) if field == "min" else min(168, limit + 4))
    windows = _known(profile, "availability") or []
    usable = [window for window in windows if _known(window, "kind") != "cannot"]
    for number, window in enumerate(windows):
        if window not in usable:
            add("a cannot window taken away", ("availability",), windows[:number] + windows[number + 1 :])
    if usable:
        add("a window added", ("availability",), [*windows, {"days": ["wed", "sun"], "from": "07:03", "to": "02:10"}])
        whole_week = {"days": list(DAYS), "from": "00:00", "to": "24:00", "kind": "prefer"}
        add("all windows added", ("availability",), [*windows, whole_week])
    if (limit := _known(profile, "shift", "max_hours")) is not None:
        add("shift.max_hours", ("shift", "max_hours"), limit + 2)
    for field in ("nights", "weekends"):
        if _known(profile, "shift", field) == "no":
            add(f"shift.{field}", ("shift", field), "if_needed")
    for field in ("max_km", "max_minutes"):
        if (limit := _known(profile, "travel", field)) is not None:
            add(f"travel.{field}", ("travel", field), limit + 10)
            add(f"travel.{field} taken away", ("travel", field), _MISSING)
    if (modes := _known(profile, "travel", "modes")) and len(modes) < len(MODES):
        add("travel.modes", ("travel", "modes"), [*modes, next(mode for mode in MODES if mode not in modes)])
    for number, _ in enumerate(areas := _known(profile, "travel", "no_go") or []):
        add("travel.no_go", ("travel", "no_go"), areas[:number] + areas[number + 1 :])
    if (floor := _known(profile, "pay_floor", "hourly")) is not None:
        add("pay_floor.hourly", ("pay_floor", "hourly"), round(floor - 0.5, 2))
    for dimension, tolerance in (_known(profile, "sensory") or {}).items():
        if not isinstance(tolerance, dict) or (_known(tolerance, "direction") or "avoid") != "avoid":
            continue
        if tolerance["tolerance"] < 4:
            add(f"sensory.{dimension}", ("sensory", dimension, "tolerance"), tolerance["tolerance"] + 1)
            add(f"sensory.{dimension} to 4", ("sensory", dimension, "tolerance"), 4)
    return wider


@st.composite
def widened(draw: DrawFn, profile: Raw) -> Raw:
    """Draw the profile with up to three of its limits widened; itself where it has none."""
    for _ in range(draw(st.integers(min_value=1, max_value=3))):
        choices = widenings(profile)
        if not choices:
            break
        profile = draw(st.sampled_from(choices))[1]
    return profile


# Every fact of a vacancy that law 7 covers: fields without a default in brackets that are not members of lists.
_REMOVABLE = (
    ("hours", "min"),
    ("hours", "max"),
    ("pattern",),
    ("pattern", "shifts"),
    ("location", "postcode"),
    ("pay",),
    ("pay", "annual"),
    ("pay", "hourly"),
    ("adjustments",),
    ("sensory",),
    ("physical",),
    ("physical", "lift_kg"),
    ("physical", "stand_minutes"),
    ("physical", "walk_minutes"),
    ("physical", "climb"),
    ("requirements",),
    ("requirements", "dbs"),
    ("requirements", "driving"),
    ("requirements", "qualifications"),
    ("requirements", "minimum_age"),
    ("requirements", "regulated_activity"),
    ("requirements", "settings"),
    ("description",),
    ("tasks",),
    ("contract",),
    ("visibility",),
    ("disability_confident",),
    ("facts_checked_on",),
)


def fact_removals(vacancy: Raw) -> list[tuple[str, Raw]]:
    """Return (the fact, the vacancy without it) for each fact that law 7 speaks of."""
    paths: list[tuple[str | int, ...]] = [path for path in _REMOVABLE if _known(vacancy, *path) is not None]
    if _known(vacancy, "pay", "annual") is not None:
        paths = [path for path in paths if path != ("pay", "hourly")]
    paths += [("adjustments", slug) for slug in _known(vacancy, "adjustments") or {}]
    for dimension, level in (_known(vacancy, "sensory") or {}).items():
        paths.append(("sensory", dimension))
        fields = ("peak_share", "can_leave", "source", "observed_on")
        paths += [("sensory", dimension, field) for field in fields if _known(level, field) is not None]
    for number, asked in enumerate(_known(vacancy, "requirements", "qualifications") or []):
        if _known(asked, "obtainable_weeks") is not None:
            paths.append(("requirements", "qualifications", number, "obtainable_weeks"))
    return [(".".join(map(str, path)), _changed(vacancy, path, _MISSING)) for path in paths]


def quieter(vacancy: Raw) -> list[tuple[str, Raw]]:
    """Return (the dimension, the vacancy with one of its levels one lower) for each level that can be lower."""
    found: list[tuple[str, Raw]] = []
    for dimension, level in (_known(vacancy, "sensory") or {}).items():
        typical, peak = _known(level, "typical"), _known(level, "peak")
        if typical is not None and typical > 0:
            found.append((dimension, _changed(vacancy, ("sensory", dimension, "typical"), typical - 1)))
        if peak is not None and peak > typical:
            found.append((dimension, _changed(vacancy, ("sensory", dimension, "peak"), peak - 1)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferChange:
    """One adjustment that nobody asked about, and the same vacancy with each answer."""

    slug: str
    unknown: Raw
    yes: Raw
    no: Raw


@st.composite
def offer_changes(draw: DrawFn, vacancy: Raw, slugs: Sequence[str] = ALL_OFFERED) -> OfferChange:
    """Draw one adjustment and the vacancy with it unknown, offered and refused."""
    slug = draw(one_of(slugs))
    said = dict(_known(vacancy, "adjustments") or {})
    said.pop(slug, None)

    def with_offers(offers: Raw) -> Raw:
        return {**deepcopy(vacancy), "adjustments": offers}

    return OfferChange(
        slug=slug,
        unknown=with_offers(said),
        yes=with_offers({**said, slug: "yes"}),
        no=with_offers({**said, slug: "no"}),
    )


def slugs_of_interest(profile: Raw) -> list[str]:
    """Return the adjustments that may matter to the person: needs, their alternatives and mitigations."""
    slugs: list[str] = []
    for need in _known(profile, "adjustments") or []:
        slugs += [need["slug"], *(_known(need, "alternatives") or [])]
    for tolerance in (_known(profile, "sensory") or {}).values():
        slugs += _known(tolerance, "mitigations") or []
    return list(dict.fromkeys(slugs))


def respelled(record: Raw, nothing: Any = None) -> Raw:
    """Return the record with every field that is null or "unknown" left out, or spelled as `nothing` if given.

    Free text is left alone: there, "unknown" is text. Fields of section 1 that are absent stay absent.
    """

    def tidy(value: Any) -> Any:
        if isinstance(value, dict):
            blank = {name for name, inner in value.items() if inner is None or inner == "unknown"}
            kept = {name: nothing if name in blank else tidy(inner) for name, inner in value.items()}
            return {name: inner for name, inner in kept.items() if nothing is not None or name not in blank}
        return [tidy(inner) for inner in value] if isinstance(value, list) else value

    tidied: Raw = tidy(record)
    return tidied
