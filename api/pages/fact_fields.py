"""How a fact about a role is asked for on a page: one table of fields, and the way from inputs to values and back.

An input has the name of the field that it fills, such as `hours.min` or `sensory.noise.typical`, so that whatever the
domain refuses stands beside it. `read_fact` gives the value in the interchange format, `typed_of` what the inputs hold
for a value, and `said` says it in words. The macro `fact_input` of `components/facts.html` shows the inputs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from api.pages.labels import LABELS, options
from api.pages.typed import FormReader
from api.pages.words import clock, joined, money, number, sentence
from api.pages.words import day as day_words
from matching.model.sensory import PeakShare, SensoryDimension
from matching.model.vacancy import Contract
from matching.model.work import DAYS, Day
from matching.places import parse_postcode
from matching.taxonomy import load_catalogue

#: The box that says that none of those beside it is so.
NONE = "none"
#: Rows of days and times that are read; a page shows a few, and one more than are filled in.
MOST_SHIFTS = 40
MOST_QUALIFICATIONS = 20


class Kind(StrEnum):
    """What somebody is asked to do."""

    LINE = "line"  # one line of text
    WORDS = "words"  # several lines of text
    LINES = "lines"  # one thing a line
    NUMBER = "number"
    DAY = "day"
    PLACE = "place"  # a postcode or the start of one
    CHOICE = "choice"  # one of a few
    BOXES = "boxes"  # any of a few, or none of them
    TIMES = "times"  # rows of days with a start and an end
    QUALIFICATIONS = "qualifications"  # rows of a name with the weeks that it takes
    SEVERAL = "several"  # the fields that are its members


@dataclass(frozen=True, slots=True, kw_only=True)
class FactField:
    """One field: what it is called, the question for it, and the input that takes the answer.

    `options` are values with their words; the empty label of `none` means that there is no such box.
    """

    field: str
    kind: Kind
    label: str
    ask: str = ""
    hint: str = ""
    options: tuple[tuple[Any, str], ...] = ()
    none: str = ""
    prefix: str = ""
    suffix: str = ""
    least: float = 0
    most: float = 1_000_000
    whole: bool = False
    members: tuple[FactField, ...] = ()
    beside: tuple[FactField, ...] = ()  # members that are asked for less often: behind one more press

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The options as a form takes them."""
        return [(_typed(value), words) for value, words in self.options]

    @property
    def first_input(self) -> str:
        """The name of the first input: where a message goes that is about all of them."""
        if self.members:
            return self.members[0].first_input
        ends = {Kind.TIMES: ".1.days", Kind.QUALIFICATIONS: ".1.slug"}
        return self.field + ends.get(self.kind, "")

    @property
    def all_members(self) -> tuple[FactField, ...]:
        """Every field that is asked for under this one."""
        return (*self.members, *self.beside)


def fact_field(field: str) -> FactField | None:
    """The field with a name, or the one that it is asked for under; none where no page asks for it."""
    fields = _fields()
    return fields.get(field) or fields.get(field.rpartition(".")[0])


def fact_fields() -> tuple[FactField, ...]:
    """Every field that can be asked for by itself, in the order of the interchange format."""
    return tuple(_fields().values())


# From inputs to values


def read_fact(form: FormReader, field: FactField) -> Any:
    """What was typed for a field, in the interchange format; `None` where nothing was. Refuses what cannot be."""
    match field.kind:
        case Kind.SEVERAL:
            return _read_several(form, field)
        case Kind.TIMES:
            return _read_shifts(form, field.field)
        case Kind.QUALIFICATIONS:
            return _read_qualifications(form, field)
        case Kind.BOXES:
            return _read_boxes(form, field)
        case Kind.CHOICE:
            chosen = form.one_of(field.field, [typed for typed, _ in field.choices])
            return next((value for value, _ in field.options if _typed(value) == chosen), None) if chosen else None
        case Kind.NUMBER:
            return _read_number(form, field)
        case Kind.DAY:
            on = form.day(field.field, what=field.label)
            return on.isoformat() if on is not None else None
        case Kind.PLACE:
            return _read_place(form, field.field)
        case Kind.LINES:
            return list(form.lines(field.field)) or None
        case Kind.WORDS:
            return form.long_text(field.field) or None
        case Kind.LINE:
            return form.text(field.field) or None


def read_facts(form: FormReader, fields: Iterable[FactField]) -> dict[str, Any]:
    """What was typed for several fields, by their names; a field for which nothing was typed is left out."""
    found = {each.field: read_fact(form, each) for each in fields}
    return {name: value for name, value in found.items() if value is not None}


def _read_several(form: FormReader, field: FactField) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for member in field.all_members:
        value = read_fact(form, member)
        if value is not None:
            found[member.field.rpartition(".")[2]] = value
    if found:
        _check_together(form, field.field, found)
    return found or None


def _check_together(form: FormReader, field: str, found: Mapping[str, Any]) -> None:
    """Refuse members that cannot stand beside each other."""
    if field == "hours" and found.get("min", 0) > found.get("max", found.get("min", 0)):
        form.refuse("hours.max", "The most hours must not be below the least.")
    if field.startswith("sensory."):
        if "typical" not in found:
            form.refuse(f"{field}.typical", "Choose how it is most of the time.")
        elif found.get("peak", found["typical"]) < found["typical"]:
            form.refuse(f"{field}.peak", "At its strongest it must not be less than most of the time.")


def _read_number(form: FormReader, field: FactField) -> float | None:
    if field.whole:
        return form.whole(field.field, least=int(field.least), most=int(field.most), what=field.label)
    found = form.number(field.field, least=field.least, most=field.most, what=field.label)
    return None if found is None else _plain(found)


def _read_place(form: FormReader, name: str) -> str | None:
    typed = form.text(name)
    if not typed:
        return None
    try:
        return parse_postcode(typed).text
    except ValueError:
        form.refuse(name, "Enter a postcode, such as ME14 1XQ, or its first part, such as ME14.")
        return None


def _read_boxes(form: FormReader, field: FactField) -> list[Any] | None:
    chosen = form.any_of(field.field, [*(typed for typed, _ in field.choices), *([NONE] if field.none else [])])
    if NONE in chosen and len(chosen) > 1:
        form.refuse(field.field, f"Choose either some of these or “{field.none}”.")
        return None
    if NONE in chosen:
        return []
    return [value for value, _ in field.options if _typed(value) in chosen] or None


_TIME = re.compile(r"(\d{1,2})(?:[:.](\d\d))?\s*(am|pm)?")
_SPOKEN_TIMES = {"midday": "12:00", "noon": "12:00", "midnight": "00:00"}


def read_time(typed: str) -> str | None:
    """A time of day as people write it, in the interchange format; none if it cannot be told.

    >>> [read_time(each) for each in ("9am", "9.30", "17:00", "5 pm", "12am", "midday", "24:00")]
    ['09:00', '09:30', '17:00', '17:00', '00:00', '12:00', '24:00']
    >>> [read_time(each) for each in ("9", "25:00", "13pm", "soon")]
    [None, None, None, None]
    """
    typed = typed.strip().lower()
    if typed in _SPOKEN_TIMES or typed == "24:00":
        return _SPOKEN_TIMES.get(typed, typed)
    found = _TIME.fullmatch(typed)
    if found is None:
        return None
    hours, minutes, half = int(found[1]), int(found[2] or 0), found[3]
    if half is not None and not 1 <= hours <= 12:
        return None
    if half is None and found[2] is None and hours <= 12:
        return None  # "5" may be morning or afternoon
    if half is not None:
        hours = hours % 12 + (12 if half == "pm" else 0)
    return f"{hours:02}:{minutes:02}" if hours <= 23 and minutes <= 59 else None


def _read_shifts(form: FormReader, name: str) -> list[dict[str, Any]] | None:
    found = []
    for row in range(1, MOST_SHIFTS + 1):
        base = f"{name}.{row}"
        days = form.choices(f"{base}.days", Day)
        typed = {end: form.text(f"{base}.{end}") for end in ("from", "to")}
        if not days and not any(typed.values()):
            continue
        if not days:
            form.refuse(f"{base}.days", f"Tick the days of row {row}.")
        times = {end: read_time(text) for end, text in typed.items()}
        for end, what in (("from", "start"), ("to", "end")):
            if times[end] is None:
                form.refuse(f"{base}.{end}", f"Enter when row {row} {what}s, such as 9am or 17:30.")
        times["from"] = "00:00" if times["from"] == "24:00" else times["from"]
        times["to"] = "24:00" if times["to"] == "00:00" else times["to"]
        if times["from"] is not None and times["from"] == times["to"]:
            form.refuse(f"{base}.to", f"Row {row} must not end when it starts.")
        found.append({"days": [day.value for day in DAYS if day in days], **times})
    return found or None


def _read_qualifications(form: FormReader, field: FactField) -> list[dict[str, Any]] | None:
    found: dict[str, dict[str, Any]] = {}
    for row in range(1, MOST_QUALIFICATIONS + 1):
        base = f"{field.field}.{row}"
        words = form.text(f"{base}.slug", most=100)
        weeks = form.number(f"{base}.weeks", most=520, what="The number of weeks")
        slug = slug_of(words)
        if not slug and (words or weeks is not None):
            form.refuse(f"{base}.slug", "Enter the name of the qualification in letters and figures.")
        elif slug in found:
            form.refuse(f"{base}.slug", "This qualification is here twice.")
        elif slug:
            found[slug] = {"slug": slug} | ({} if weeks is None else {"obtainable_weeks": _plain(weeks)})
    nothing = form.one_of(field.field, (NONE,)) == NONE
    if nothing and found:
        form.refuse(field.field, f"Either name qualifications or tick “{field.none}”.")
    return [] if nothing else list(found.values()) or None


def slug_of(words: str) -> str:
    """The slug of a qualification that is named in words.

    >>> slug_of("Food hygiene, level 2"), slug_of("cscs.green-card")
    ('food_hygiene_level_2', 'cscs.green-card')
    """
    return re.sub(r"[^a-z0-9.\-]+", "_", words.lower()).strip("_.-")


# From values to inputs


def typed_of(field: FactField, value: Any) -> dict[str, list[str]]:
    """What the inputs of a field hold for a value; nothing where nobody knows it."""
    name = field.field
    if value is None:
        return {}
    match field.kind:
        case Kind.SEVERAL:
            found: dict[str, list[str]] = {}
            for member in field.all_members:
                found |= typed_of(member, value.get(member.field.rpartition(".")[2]))
            return found
        case Kind.TIMES:
            return _typed_shifts(name, value)
        case Kind.QUALIFICATIONS:
            return _typed_qualifications(name, value)
        case Kind.BOXES:
            return {name: [_typed(each) for each in value] or ([NONE] if field.none else [])}
        case Kind.DAY:
            on = date.fromisoformat(value)
            return {f"{name}-day": [str(on.day)], f"{name}-month": [str(on.month)], f"{name}-year": [str(on.year)]}
        case Kind.LINES:
            return {name: ["\n".join(value)]}
        case _:
            return {name: [_typed(value)]}


def _typed_shifts(name: str, shifts: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row, shift in enumerate(shifts, start=1):
        base = f"{name}.{row}"
        found |= {f"{base}.days": list(shift["days"]), f"{base}.from": [shift["from"]], f"{base}.to": [shift["to"]]}
    return found


def _typed_qualifications(name: str, asked: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    if not asked:
        return {name: [NONE]}
    found: dict[str, list[str]] = {}
    for row, each in enumerate(asked, start=1):
        found[f"{name}.{row}.slug"] = [each["slug"].replace("_", " ")]
        if each.get("obtainable_weeks") is not None:
            found[f"{name}.{row}.weeks"] = [_typed(_plain(each["obtainable_weeks"]))]
    return found


def _typed(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return str(_plain(value))
        case _:
            return str(value)


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value


# In words


def said(field: str, value: Any) -> str:
    """A fact's value in words, as a page tells it.

    >>> said("hours", {"min": 16, "max": 24, "negotiable": "maybe"})
    'At least 16 hours a week; at most 24 hours a week; the hours could change: maybe'
    >>> said("sensory.noise.can_leave", False), said("pay", {"hourly": 12.6})
    ('No', '£12.60 an hour')
    """
    known = _leaf(field)
    return sentence(_words(known, value)) if known is not None else sentence(_any_words(value))


def label_of(field: str) -> str:
    """What a field is called, wherever it stands alone.

    >>> label_of("hours.min"), label_of("physical.climb"), label_of("pay")
    ('Hours, at least', 'Climbing', 'Pay')
    """
    known = _leaf(field)
    if known is None:
        return sentence(re.sub(r"[._]+", " ", field))
    whole = _fields().get(field.rpartition(".")[0])
    if whole is None or field.startswith(("physical.", "requirements.")):
        return known.label
    return f"{whole.label}, {known.label[:1].lower()}{known.label[1:]}"


def _leaf(field: str) -> FactField | None:
    """The very field with a name, members included."""
    known = fact_field(field)
    if known is None or known.field == field:
        return known
    return next((each for each in known.all_members if each.field == field), None)


def _words(field: FactField, value: Any) -> str:
    match field.kind:
        case Kind.SEVERAL if isinstance(value, Mapping):
            told = [
                _in_a_sentence(member, value[name])
                for member in field.all_members
                if value.get(name := member.field.rpartition(".")[2]) is not None
            ]
            return "; ".join(told) or "Not known yet"
        case Kind.CHOICE:
            return next((words for option, words in field.options if option == value), _any_words(value))
        case Kind.BOXES:
            words = [words for option, words in field.options if option in value]
            return joined(words) or field.none or "None"
        case Kind.NUMBER:
            shown = money(value) if field.prefix == "£" else number(value)
            return f"{shown} {field.suffix}".strip()
        case Kind.DAY:
            return day_words(value)
        case Kind.TIMES:
            return "; ".join(f"{_days(each['days'])}, {clock(each['from'])} to {clock(each['to'])}" for each in value)
        case Kind.QUALIFICATIONS:
            return joined(map(_qualification, value)) or field.none
        case Kind.LINES:
            return "; ".join(value)
        case _:
            return _any_words(value)


#: How a member's value is said beside the others: its words alone, or with what it is about.
_ALONE = ("pay.", "location.postcode", "pattern.kind", "pattern.shifts")


def _in_a_sentence(member: FactField, value: Any) -> str:
    words = _words(member, value)
    if member.field in ("hours.min", "hours.max"):
        return f"{'at least' if member.field == 'hours.min' else 'at most'} {words}"
    if member.field.endswith(".typical") or member.field.startswith(_ALONE):
        return words
    return f"{member.label[:1].lower()}{member.label[1:]}: {words[:1].lower()}{words[1:]}"


def _days(days: Sequence[str]) -> str:
    names = {day.value: text for day, text in LABELS[Day].items()}
    places = [DAYS.index(Day(each)) for each in days]
    if len(places) > 2 and places == list(range(places[0], places[0] + len(places))):
        return f"{names[days[0]]} to {names[days[-1]]}"
    return joined(names[each] for each in days)


def _qualification(asked: Mapping[str, Any]) -> str:
    weeks = asked.get("obtainable_weeks")
    took = f" ({number(weeks)} weeks to get)" if weeks is not None else ""
    return f"{asked['slug'].replace('_', ' ')}{took}"


def _any_words(value: Any) -> str:
    match value:
        case bool():
            return "Yes" if value else "No"
        case int() | float():
            return number(value)
        case Mapping():
            return "; ".join(f"{name.replace('_', ' ')}: {_any_words(each)}" for name, each in value.items())
        case list() | tuple():
            return joined(map(_any_words, value)) or "None"
        case _:
            return str(value)


# The table

_YES_NO = ((True, "Yes"), (False, "No"))
_YES_MAYBE_NO = (("yes", "Yes"), ("maybe", "Maybe"), ("no", "No"))


def _several(field: str, label: str, ask: str, *members: FactField, **known: Any) -> FactField:
    return FactField(field=field, kind=Kind.SEVERAL, label=label, ask=ask, members=members, **known)


def _one(field: str, kind: Kind, label: str, ask: str = "", **known: Any) -> FactField:
    return FactField(field=field, kind=kind, label=label, ask=ask, **known)


def _choice(field: str, label: str, ask: str, chosen: Iterable[tuple[Any, str]], **known: Any) -> FactField:
    return _one(field, Kind.CHOICE, label, ask, options=tuple(chosen), **known)


@cache
def _fields() -> Mapping[str, FactField]:
    found = (
        _one("title", Kind.LINE, "Job title", "What is the job called?"),
        _one("description", Kind.WORDS, "What the job is", "What is the job, in a few words?"),
        _one("tasks", Kind.LINES, "Tasks", "What would they do?", hint="One task a line."),
        _task_tags(),
        _one("openings", Kind.NUMBER, "Number of openings", "How many people do they need?", least=1, whole=True),
        _one("opens_on", Kind.DAY, "Opens on", "From which day can people apply?"),
        _one("closes_on", Kind.DAY, "Closes on", "Until which day can people apply?"),
        _hours(),
        _pattern(),
        _location(),
        _pay(),
        _choice("contract", "Contract", "What kind of contract is it?", options(Contract)),
        *_adjustments(),
        *_senses(),
        _physical(),
        _requirements(),
        _choice(
            "disability_confident",
            "Disability Confident",
            "Has the employer signed up to Disability Confident?",
            ((0, "No"), (1, "Yes, level 1"), (2, "Yes, level 2"), (3, "Yes, level 3")),
        ),
    )
    # A member that can be known on its own can be asked for on its own.
    alone = {
        member.field: member
        for field in found
        if field.kind is Kind.SEVERAL and not field.field.startswith(("sensory.", "pay", "pattern"))
        for member in field.all_members
    }
    alone |= {member.field: member for member in _pattern().members if member.field == "pattern.notice_days"}
    alone |= {member.field: member for member in _pay().members if member.field == "pay.period"}
    return {**{field.field: field for field in found}, **alone}


def _hours() -> FactField:
    a_week: dict[str, Any] = {"suffix": "hours a week", "most": 168}
    return _several(
        "hours",
        "Hours",
        "How many hours a week is the job?",
        _one("hours.min", Kind.NUMBER, "At least", "How many hours a week is the job, at the least?", **a_week),
        _one("hours.max", Kind.NUMBER, "At most", "How many hours a week is the job, at the most?", **a_week),
        _choice("hours.negotiable", "The hours could change", "Could the hours change?", _YES_MAYBE_NO),
    )


def _pattern() -> FactField:
    return _several(
        "pattern",
        "Days and times",
        "Which days and times would the work be?",
        _one("pattern.shifts", Kind.TIMES, "Days and times", hint="One row for each time of day."),
        _choice(
            "pattern.kind",
            "How the times work",
            "How do the times work?",
            (
                ("fixed", "All of these times, each week"),
                ("rota", "Some of these times, by a rota"),
                ("flexible", "The worker chooses within these times"),
            ),
        ),
        _one(
            "pattern.notice_days",
            Kind.NUMBER,
            "Notice of a change of times",
            "How long before do they tell people their times?",
            suffix="days",
            most=365,
        ),
    )


def _location() -> FactField:
    return _several(
        "location",
        "Place",
        "Where is the work done?",
        _one(
            "location.postcode",
            Kind.PLACE,
            "Postcode",
            "Where is the work done?",
            hint="The first part will do, such as ME14.",
        ),
        _choice(
            "location.remote",
            "Work from home",
            "How much of the work can be done at home?",
            (("no", "None of it"), ("some", "Some of it"), ("mostly", "Most of it"), ("only", "All of it")),
        ),
    )


def _pay() -> FactField:
    return _several(
        "pay",
        "Pay",
        "What is the pay?",
        _one("pay.hourly", Kind.NUMBER, "Pay by the hour", prefix="£", suffix="an hour", most=1000),
        _one("pay.annual", Kind.NUMBER, "Or pay by the year", prefix="£", suffix="a year"),
        _choice(
            "pay.period",
            "How often it is paid",
            "How often are people paid?",
            (("weekly", "Each week"), ("four_weekly", "Every four weeks"), ("monthly", "Each month")),
        ),
    )


def _adjustments() -> Iterable[FactField]:
    for each in load_catalogue().adjustments:
        yield _choice(f"adjustments.{each.slug}", sentence(each.label), each.ask, _YES_MAYBE_NO)


def _senses() -> Iterable[FactField]:
    for each in load_catalogue().dimensions:
        field = f"sensory.{each.slug}"
        levels = tuple(enumerate(map(sentence, each.levels)))
        yield _several(
            field,
            LABELS[SensoryDimension][SensoryDimension(each.slug)],
            each.ask,
            _choice(f"{field}.typical", "Most of the time", "How is it most of the time?", levels),
            beside=(
                _choice(f"{field}.peak", "At its strongest", "How is it at its strongest?", levels),
                _choice(
                    f"{field}.peak_share",
                    "How much of a shift is that",
                    "How much of a shift is it that strong?",
                    (
                        (PeakShare.UNDER_10.value, "A small part"),
                        (PeakShare.FROM_10_TO_50.value, "Up to half"),
                        (PeakShare.OVER_50.value, "More than half"),
                    ),
                ),
                _choice(
                    f"{field}.can_leave",
                    "They can step away from it",
                    "Can they step away from it for a while?",
                    _YES_NO,
                ),
            ),
        )


def _physical() -> FactField:
    return _several(
        "physical",
        "Lifting, standing and walking",
        "What does the job ask of the body?",
        _one("physical.lift_kg", Kind.NUMBER, "Lifting, at most", "How much is there to lift?", suffix="kg", most=500),
        _one(
            "physical.stand_minutes",
            Kind.NUMBER,
            "Standing, at a stretch",
            "How long is there to stand at a stretch?",
            suffix="minutes",
            most=1440,
        ),
        _one(
            "physical.walk_minutes",
            Kind.NUMBER,
            "Walking, at a stretch",
            "How long is there to walk at a stretch?",
            suffix="minutes",
            most=1440,
        ),
        _choice("physical.climb", "Climbing", "Does the job need climbing, such as ladders or steps?", _YES_NO),
    )


def _requirements() -> FactField:
    return _several(
        "requirements",
        "What the job asks for",
        "What must people have or do before they start?",
        _choice(
            "requirements.dbs",
            "Criminal record (DBS) check",
            "Which DBS check does the job ask for, if any?",
            (
                ("none", "None"),
                ("basic", "Basic"),
                ("standard", "Standard"),
                ("enhanced", "Enhanced"),
                ("enhanced_barred", "Enhanced, with barred lists"),
            ),
        ),
        _choice(
            "requirements.driving",
            "Driving licence",
            "Does the job need a driving licence, and would an automatic one do?",
            (
                ("none", "None is needed"),
                ("full_auto", "Full licence, automatic will do"),
                ("full_manual", "Full licence for manual cars"),
            ),
        ),
        _one(
            "requirements.qualifications",
            Kind.QUALIFICATIONS,
            "Qualifications",
            "Which qualifications must people hold before they start, if any?",
            none="None is needed",
        ),
        _one(
            "requirements.minimum_age",
            Kind.NUMBER,
            "Minimum age",
            "Is there a minimum age?",
            hint="Enter 0 if there is none.",
            suffix="years",
            most=120,
            whole=True,
        ),
        _one(
            "requirements.regulated_activity",
            Kind.BOXES,
            "Regulated activity",
            "Is any of this work regulated activity?",
            options=(("children", "With children"), ("adults", "With adults who need care")),
            none="Neither",
        ),
        _one(
            "requirements.settings",
            Kind.BOXES,
            "Part of the job",
            "Is any of this part of the job?",
            hint="Ask about each of these. One answer is kept for them all.",
            options=tuple((each.slug, sentence(each.label)) for each in load_catalogue().role_exclusions),
            none="None of these",
        ),
    )


def _task_tags() -> FactField:
    return _one(
        "task_tags",
        Kind.BOXES,
        "Kinds of task",
        "Which kinds of task are part of the job?",
        options=tuple((each.slug, each.label) for each in load_catalogue().task_tags),
    )
