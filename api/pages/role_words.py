"""A role in plain words: what each field of its document is called, how it is asked for, and what its value says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.pages.labels import labelled
from api.pages.words import clock, count, day, joined, money, number, sentence
from matching.interchange.facts import field_for_question, stated_facts
from matching.model.sensory import SensoryDimension
from matching.model.vacancy import Contract, VacancySource, VacancyStatus, Visibility
from matching.model.work import DAYS, Day
from matching.taxonomy import load_catalogue

UNKNOWN = "Not known yet"

#: Words for the levels of any sense; the catalogue has words for those of each.
LEVELS = ("None or hardly any", "Mild", "Ordinary", "Strong at times", "Strong most of the time")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """A fact that can be known on its own: what it is called, the question to an employer, and what its value says."""

    field: str
    words: str
    ask: str
    say: Callable[[Any], str]
    #: Whether its value is somebody's own words.
    theirs: bool = False
    #: What questions on lists call it (`Question.about`); none where no list asks for it.
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Facts that are read together, such as the least and the most hours; the first names the row."""

    words: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows under one heading."""

    slug: str
    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """A role at a glance; what nobody knows is said so."""

    hours: str
    pattern: str
    place: str
    pay: str


# -- what pages ask ----------------------------------------------------------------------------------------------------


def field_words(field: str) -> FieldWords:
    """What is said of a field; one that we have no words for keeps its own.

    >>> field_words("sensory.noise").words, field_words("hours.min").words
    ('Noise', 'Hours a week, at least')
    """
    if field in _FIELDS:
        return _FIELDS[field]
    kind, _, rest = field.partition(".")
    if kind == "adjustments":
        return _adjustment(rest)
    if kind == "sensory":
        return _sense(rest)
    return FieldWords(field=field, words=sentence(field.replace("_", " ").replace(".", ", ")), ask="", say=str)


def called(field: str) -> str:
    """What a field is called."""
    return field_words(field).words


def says(field: str, value: Any) -> str:
    """What the value of a field says.

    >>> says("pay", {"hourly": 12.6}), says("physical.stand_minutes", 120), says("requirements.qualifications", [])
    ('£12.60 an hour', 'Up to 2 hours at a time', 'None asked for')
    """
    return field_words(field).say(value) if value is not None else UNKNOWN


def lines(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Everything that a document states, as field, what it is called and what it says, in the order of the pages."""
    order = {field: place for place, field in enumerate(_in_order())}
    for field, value in sorted(stated_facts(document), key=lambda fact: (order.get(fact[0], len(order)), fact[0])):
        yield field, called(field), says(field, value)


def _in_order() -> Iterator[str]:
    yield "title"
    yield from (field for group in GROUPS for row in group.rows for field in row.fields)


def about_of(field: str) -> str:
    """What a question about a field is called, so that its answer becomes this fact; empty where none would.

    >>> about_of("sensory.noise"), about_of("pay"), about_of("contract")
    ('sensory.noise', 'pay.floor', '')
    """
    about = field_words(field).about
    return about if about and field_for_question(about) in (field, field.partition(".")[0]) else ""


def at_a_glance(document: Mapping[str, Any]) -> Glance:
    """What is asked first of a role."""
    return Glance(
        hours=hours_words(document),
        pattern=pattern_words(document),
        place=place_words(document),
        pay=pay_words(document),
    )


def hours_words(document: Mapping[str, Any]) -> str:
    """Hours a week.

    >>> hours_words({"hours": {"min": 16, "max": 20}}), hours_words({"hours": {"max": 20}}), hours_words({})
    ('16 to 20 hours a week', 'At most 20 hours a week', 'Not known yet')
    """
    hours = document.get("hours") or {}
    least, most = hours.get("min"), hours.get("max")
    if least is not None and most is not None:
        return f"{number(least)} hours a week" if least == most else f"{number(least)} to {number(most)} hours a week"
    if most is not None:
        return f"At most {number(most)} hours a week"
    return f"At least {number(least)} hours a week" if least is not None else UNKNOWN


def pattern_words(document: Mapping[str, Any]) -> str:
    """Days and times."""
    pattern = {name: value for name, value in (document.get("pattern") or {}).items() if name != "notice_days"}
    return _pattern(pattern) if pattern else UNKNOWN


def place_words(document: Mapping[str, Any]) -> str:
    """Where the work is done."""
    location = document.get("location") or {}
    postcode, remote = location.get("postcode"), location.get("remote")
    home = _REMOTE.get(remote, "") if remote not in (None, "no") else ""
    if remote == "only":
        return home
    if postcode and home:
        return f"{postcode}. {home}"
    return postcode or home or UNKNOWN


def pay_words(document: Mapping[str, Any]) -> str:
    """What the job pays."""
    pay = {name: value for name, value in (document.get("pay") or {}).items() if name != "period"}
    return _pay(pay) if pay else UNKNOWN


def level_words(dimension: str) -> tuple[str, ...]:
    """The words of the levels 0 to 4 of a sense, each with its general word first.

    >>> level_words("noise")[1]
    'Mild: quiet office hum, normal voice; 45 to 55 dB'
    """
    levels = load_catalogue().dimension(dimension).levels
    return tuple(f"{general}: {words}" for general, words in zip(LEVELS, levels, strict=True))


def level_in_short(level: Mapping[str, Any]) -> str:
    """A sensory level without the words of its dimension.

    >>> level_in_short({"typical": 1, "peak": 3}), level_in_short({"typical": 2})
    ('Mild, at its strongest: strong at times', 'Ordinary')
    """
    typical, peak = LEVELS[int(level["typical"])], LEVELS[int(level.get("peak") or level["typical"])]
    return typical if typical == peak else f"{typical}, at its strongest: {peak.lower()}"


def setting_words(slug: str) -> str:
    """A place or a task that some people keep away from."""
    return next((each.label for each in load_catalogue().role_exclusions if each.slug == slug), _spoken(slug))


def tag_words(slug: str) -> str:
    """A kind of task."""
    return next((each.label for each in load_catalogue().task_tags if each.slug == slug), sentence(_spoken(slug)))


# -- what values say ---------------------------------------------------------------------------------------------------


def _spoken(slug: str) -> str:
    return str(slug).replace("_", " ").replace(".", ", ")


def _yes_no(yes: str, no: str) -> Callable[[Any], str]:
    return lambda value: yes if value else no


def _one_of(words: Mapping[str, str]) -> Callable[[Any], str]:
    return lambda value: words.get(str(value), sentence(_spoken(str(value))))


def _several(say: Callable[[Any], str], none: str) -> Callable[[Any], str]:
    """Some things in one phrase; none of them is something that somebody said too."""

    def words(value: Any) -> str:
        return sentence(joined(map(say, value))) if isinstance(value, Sequence) and value else none

    return words


def _minutes(minutes: float) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [count(int(hours), "hour")] if hours else []
    parts += [f"{number(rest)} {'minute' if rest == 1 else 'minutes'}"] if rest else []
    return joined(parts)


def _at_a_time(none: str) -> Callable[[Any], str]:
    return lambda minutes: f"Up to {_minutes(minutes)} at a time" if minutes else none


def _pay(pay: Mapping[str, Any]) -> str:
    said = []
    if pay.get("hourly") is not None:
        said.append(f"{money(pay['hourly'])} an hour")
    if pay.get("annual") is not None:
        said.append(f"{money(pay['annual'])} a year")
    return joined(said, "or") or UNKNOWN


def _pattern(pattern: Mapping[str, Any]) -> str:
    kind, shifts = pattern.get("kind", "fixed"), joined(map(shift_words, pattern.get("shifts") or ()))
    if not shifts:
        return {"rota": "On a rota", "flexible": "They choose their times"}.get(kind, "The same times each week")
    if kind == "rota":
        return f"Some of these, on a rota: {shifts}"
    return f"They choose their times within: {shifts}" if kind == "flexible" else shifts


def shift_words(shift: Mapping[str, Any]) -> str:
    """A stretch of the same time on several days.

    >>> shift_words({"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:30"})
    'Monday to Friday, 9am to 5:30pm'
    >>> shift_words({"days": ["sat"], "from": "22:00", "to": "06:00"})
    'Saturday, 10pm to 6am the next day'
    """
    starts, ends = str(shift["from"]), str(shift["to"])
    days = days_words([Day(each) for each in shift["days"]])
    if (starts, ends) == ("00:00", "24:00"):
        return f"{days}, all day"
    return f"{days}, {clock(starts)} to {clock(ends)}{' the next day' if ends <= starts else ''}"


def days_words(days: Sequence[Day]) -> str:
    """Days of the week, those that follow each other as a stretch.

    >>> days_words([Day.MON, Day.TUE, Day.WED, Day.SAT]), days_words(list(Day))
    ('Monday to Wednesday and Saturday', 'Every day')
    """
    if len(set(days)) == len(DAYS):
        return "Every day"
    runs: list[list[int]] = []
    for place in sorted({DAYS.index(each) for each in days}):
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return joined(part for run in runs for part in _run(run))


def _run(run: Sequence[int]) -> list[str]:
    names = [labelled(Day, DAYS[place]) for place in run]
    return [f"{names[0]} to {names[-1]}"] if len(run) > 2 else names


def _qualification(asked: Mapping[str, Any]) -> str:
    weeks = asked.get("obtainable_weeks")
    name = _spoken(asked["slug"])
    return f"{name} (can be had in {number(weeks)} {'week' if weeks == 1 else 'weeks'})" if weeks else name


def _level(dimension: str) -> Callable[[Any], str]:
    def words(level: Mapping[str, Any]) -> str:
        of_levels = load_catalogue().dimension(dimension).levels
        typical, peak = int(level["typical"]), int(level.get("peak") or level["typical"])
        usually = sentence(of_levels[typical])
        return usually if peak == typical else f"Usually: {usually}. At its strongest: {of_levels[peak]}"

    return words


# -- the fields --------------------------------------------------------------------------------------------------------

_REMOTE = {
    "no": "None of it from home",
    "some": "Some of it from home",
    "mostly": "Most of it from home",
    "only": "All of it from home",
}
_NEGOTIABLE = {"yes": "They would change the hours", "maybe": "They may change the hours", "no": "The hours are fixed"}
_PERIOD = {"weekly": "Paid every week", "four_weekly": "Paid every four weeks", "monthly": "Paid every month"}
_DBS = {
    "none": "No criminal record check",
    "basic": "A basic criminal record check (DBS)",
    "standard": "A standard criminal record check (DBS)",
    "enhanced": "An enhanced criminal record check (DBS)",
    "enhanced_barred": "An enhanced check with the barred list (DBS)",
}
_DRIVING = {
    "none": "No driving licence",
    "full_auto": "A full driving licence; automatic is enough",
    "full_manual": "A full manual driving licence",
}
_REGULATED = {"children": "with children", "adults": "with adults who need care"}
_CONFIDENT = {
    "0": "Not in the Disability Confident scheme",
    "1": "Disability Confident, level 1",
    "2": "Disability Confident, level 2",
    "3": "Disability Confident, level 3",
}
_OFFERED = {"yes": "Yes, they offer it", "maybe": "Maybe", "no": "No, they do not offer it"}
_SHARE = {
    "under_10": "Less than a tenth of a shift",
    "10_to_50": "Up to half of a shift",
    "over_50": "More than half of a shift",
}


def _adjustment(slug: str) -> FieldWords:
    known = next((each for each in load_catalogue().adjustments if each.slug == slug), None)
    return FieldWords(
        field=f"adjustments.{slug}",
        words=sentence(known.label if known else _spoken(slug)),
        ask=known.ask if known else "",
        say=_one_of(_OFFERED),
        about=f"adjustments.{slug}",
    )


def _sense(rest: str) -> FieldWords:
    dimension, _, part = rest.partition(".")
    field, name = f"sensory.{rest}", labelled(SensoryDimension, dimension)
    if part == "peak_share":
        words, ask, say = (
            f"{name}: how long it is at its strongest",
            "How much of a shift is it that strong?",
            _one_of(_SHARE),
        )
        return FieldWords(field=field, words=words, ask=ask, say=say)
    if part == "can_leave":
        words, ask = f"{name}: whether they can step away", "Can they step away when it is that strong?"
        return FieldWords(field=field, words=words, ask=ask, say=_yes_no("They can step away", "They cannot step away"))
    known = next((each for each in load_catalogue().dimensions if each.slug == dimension), None)
    if known is None:
        return FieldWords(field=field, words=sentence(_spoken(rest)), ask="", say=str)
    return FieldWords(field=field, words=name, ask=known.ask, say=_level(dimension), about=field)


_FIELDS: Mapping[str, FieldWords] = {
    each.field: each
    for each in (
        FieldWords(field="title", words="Job title", ask="What is the job called?", say=str, theirs=True),
        FieldWords(field="description", words="What the job is", ask="What is the job about?", say=str, theirs=True),
        FieldWords(
            field="tasks",
            words="Tasks",
            ask="What would they do on a usual day?",
            say=lambda tasks: "; ".join(map(str, tasks)) or "None named",
            theirs=True,
        ),
        FieldWords(
            field="task_tags",
            words="Kinds of task",
            ask="What kinds of work are part of it?",
            say=_several(tag_words, "None named"),
            about="refused_work.tasks",
        ),
        FieldWords(
            field="openings",
            words="Openings",
            ask="How many people do they need?",
            say=lambda value: count(int(value), "person", "people"),
        ),
        FieldWords(field="opens_on", words="Opens on", ask="From when is it open?", say=day),
        FieldWords(field="closes_on", words="Closes on", ask="Until when is it open?", say=day),
        FieldWords(
            field="hours.min",
            words="Hours a week, at least",
            ask="How many hours a week is it, at least?",
            say=lambda value: f"At least {number(value)} hours a week",
            about="hours.weekly_hours",
        ),
        FieldWords(
            field="hours.max",
            words="Hours a week, at most",
            ask="How many hours a week is it, at most?",
            say=lambda value: f"At most {number(value)} hours a week",
            about="hours.weekly_hours",
        ),
        FieldWords(
            field="hours.negotiable",
            words="Whether the hours could change",
            ask="Would they change the hours?",
            say=_one_of(_NEGOTIABLE),
        ),
        FieldWords(
            field="pattern",
            words="Days and times",
            ask="On which days is it, and from when to when?",
            say=_pattern,
            about="availability.can",
        ),
        FieldWords(
            field="pattern.notice_days",
            words="Notice of a change of times",
            ask="How many days ahead is the rota known?",
            say=lambda value: f"Known {number(value)} {'day' if value == 1 else 'days'} ahead",
        ),
        FieldWords(
            field="location.postcode",
            words="Postcode",
            ask="Where is the work done?",
            say=str,
            about="travel.distance",
        ),
        FieldWords(
            field="location.remote",
            words="Work from home",
            ask="Can some of it be done from home?",
            say=_one_of(_REMOTE),
            about="travel.remote",
        ),
        FieldWords(field="pay", words="Pay", ask="What does it pay?", say=_pay, about="pay.floor"),
        FieldWords(
            field="pay.period", words="How often it is paid", ask="How often are people paid?", say=_one_of(_PERIOD)
        ),
        FieldWords(
            field="contract",
            words="Contract",
            ask="What kind of contract is it?",
            say=lambda value: labelled(Contract, value),
        ),
        FieldWords(
            field="physical.lift_kg",
            words="Lifting",
            ask="What is the heaviest thing to lift, in kg?",
            say=lambda value: f"Up to {number(value)} kg" if value else "No lifting",
            about="physical.lift",
        ),
        FieldWords(
            field="physical.stand_minutes",
            words="Standing",
            ask="How long must they stand at a time?",
            say=_at_a_time("No standing"),
            about="physical.stand",
        ),
        FieldWords(
            field="physical.walk_minutes",
            words="Walking",
            ask="How long must they walk at a time?",
            say=_at_a_time("No walking"),
            about="physical.walk",
        ),
        FieldWords(
            field="physical.climb",
            words="Climbing",
            ask="Is there any climbing, such as ladders?",
            say=_yes_no("Some climbing", "No climbing"),
            about="physical.climb",
        ),
        FieldWords(
            field="requirements.dbs",
            words="Criminal record (DBS) check",
            ask="Do they ask for a criminal record check?",
            say=_one_of(_DBS),
            about="requirements.dbs",
        ),
        FieldWords(
            field="requirements.driving",
            words="Driving licence",
            ask="Do they need to drive?",
            say=_one_of(_DRIVING),
            about="requirements.driving",
        ),
        FieldWords(
            field="requirements.qualifications",
            words="Qualifications",
            ask="Which certificates do they need, and can they get them after they start?",
            say=_several(_qualification, "None asked for"),
            theirs=True,
            about="requirements.qualifications",
        ),
        FieldWords(
            field="requirements.minimum_age",
            words="Minimum age",
            ask="Is there a lowest age?",
            say=lambda value: f"{number(value)} or over" if value else "No lowest age",
            about="requirements.minimum_age",
        ),
        FieldWords(
            field="requirements.regulated_activity",
            words="Regulated activity",
            ask="Is any of it regulated work with children or with adults who need care?",
            say=_several(_one_of(_REGULATED), "None"),
            about="requirements.regulated_children",
        ),
        FieldWords(
            field="requirements.settings",
            words="Cash, alcohol, medicine and such",
            ask="Is there cash, alcohol, betting, medicine or lone work at night?",
            say=_several(setting_words, "None of those that we ask about"),
            about="exclusions.settings",
        ),
        FieldWords(
            field="disability_confident",
            words="Disability Confident",
            ask="Are they in the Disability Confident scheme?",
            say=_one_of(_CONFIDENT),
        ),
        # Kept beside the facts.
        FieldWords(field="vacancy_ref", words="Reference", ask="", say=str),
        FieldWords(field="employer", words="Employer", ask="", say=str, theirs=True),
        FieldWords(field="source", words="How it is known", ask="", say=lambda value: labelled(VacancySource, value)),
        FieldWords(field="status", words="Status", ask="", say=lambda value: labelled(VacancyStatus, value)),
        FieldWords(field="visibility", words="Who may see it", ask="", say=lambda value: labelled(Visibility, value)),
        FieldWords(field="facts_checked_on", words="Last looked at", ask="", say=lambda value: day(_date(value))),
    )
}


def _date(value: str | date) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _row(*fields: str, words: str = "") -> Row:
    return Row(words=words or called(fields[0]), fields=fields)


#: Every fact but the adjustments, of which there are too many to list those that nobody knows.
GROUPS: tuple[Group, ...] = (
    Group(
        slug="work",
        heading="The work",
        rows=tuple(map(_row, ("description", "tasks", "task_tags", "contract", "openings", "opens_on", "closes_on"))),
    ),
    Group(
        slug="hours",
        heading="Hours and pay",
        rows=(
            _row("hours.min", "hours.max", "hours.negotiable", words="Hours a week"),
            _row("pattern", "pattern.notice_days"),
            _row("pay", "pay.period"),
        ),
    ),
    Group(slug="place", heading="The place", rows=(_row("location.postcode"), _row("location.remote"))),
    Group(
        slug="senses",
        heading="What the place does to the senses",
        rows=tuple(
            _row(f"sensory.{each}", f"sensory.{each}.peak_share", f"sensory.{each}.can_leave")
            for each in SensoryDimension
        ),
    ),
    Group(
        slug="body",
        heading="Lifting, standing and walking",
        rows=tuple(
            map(_row, ("physical.lift_kg", "physical.stand_minutes", "physical.walk_minutes", "physical.climb"))
        ),
    ),
    Group(
        slug="asked",
        heading="What the job asks for",
        rows=tuple(
            map(
                _row,
                (
                    "requirements.qualifications",
                    "requirements.driving",
                    "requirements.dbs",
                    "requirements.minimum_age",
                    "requirements.regulated_activity",
                    "requirements.settings",
                    "disability_confident",
                ),
            )
        ),
    ),
)
