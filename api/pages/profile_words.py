"""A profile in plain words: its sections, what each field is called, and how its value is said in sentences.

One table for everything that tells people what a profile says: its pages, its versions, comparisons and sheets.
Values are those of the interchange format; what nobody knows says nothing, so a caller says "Not known yet".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from api.pages.labels import label
from api.pages.words import clock, joined, money, sentence
from matching.actions.profile_changes import EMPLOYERS_AVOIDED, NO_GO, members
from matching.interchange.shapes import UNKNOWN
from matching.model.adjustment import Importance
from matching.model.profile import DrivingLicence, GoalStatus, TravelModeName, Welcome
from matching.model.sensory import Direction, SensoryDimension
from matching.model.vacancy import DbsLevel
from matching.model.work import DAYS, Day, Remote, WindowKind
from matching.taxonomy import load_catalogue

NOT_KNOWN = "Not known yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that a profile says: the person's own words, which are shown as theirs, and ours beside them."""

    text: str = ""
    theirs: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (f"“{self.theirs}”" if self.theirs else "", self.text) if part)


Lines = tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What is asked together, on one page."""

    slug: str
    title: str
    #: What stands in it, in a few words.
    holds: str
    #: Whether only the participant's own specialist sees it.
    safety: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """A field that can be changed on its own: where it stands, what it is called, and what its value says."""

    field: str
    section: str
    words: str
    say: Callable[[Any], Lines]
    #: Whether only the participant's own specialist sees it.
    safety: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A field with what it says; no lines where nobody knows."""

    words: FieldWords
    lines: Lines


SECTIONS: tuple[Section, ...] = (
    Section(slug="goal", title="Their goal", holds="What they hope for, in their own words."),
    Section(slug="work-wanted", title="Work they want", holds="Kinds of work and tasks, and how much they want them."),
    Section(slug="work-refused", title="Work they do not want", holds="What to leave out, and tasks they dislike."),
    Section(slug="strengths", title="Strengths, interests and skills", holds="What they are good at and enjoy."),
    Section(slug="past-jobs", title="Jobs they have had", holds="Paid or unpaid, and what they thought of them."),
    Section(slug="hours", title="Hours", holds="How many hours a week."),
    Section(slug="days", title="Days and times", holds="When in the week they can work."),
    Section(slug="shifts", title="Shifts, nights and weekends", holds="How long a shift may be, and when."),
    Section(slug="travel", title="Getting there", holds="Where they live, how far they go, and how."),
    Section(slug="adjustments", title="Adjustments", holds="What would make work go well for them."),
    Section(slug="senses", title="The place and the senses", holds="Noise, light, people and seven more."),
    Section(slug="lifting", title="Lifting, standing and walking", holds="How much, and for how long."),
    Section(slug="pay", title="Pay", holds="The least they want to earn."),
    Section(slug="checks", title="What a job may ask for", holds="Certificates, driving, age and checks."),
    Section(slug="employers", title="Employers to avoid", holds="Seen only by their own specialist.", safety=True),
)
SECTION: Mapping[str, Section] = {section.slug: section for section in SECTIONS}

#: How strongly a kind of work is wanted.
STRENGTHS: Mapping[int, str] = {3: "They want this very much", 2: "They want this", 1: "They would try this"}
#: How well something is done.
LEVELS: Mapping[int, str] = {
    0: "They want to learn this",
    1: "They have begun",
    2: "They can do this with some help",
    3: "They do this well",
    4: "They could teach others",
}
REMOTE: Mapping[Remote, str] = {
    Remote.NO: "They want to work away from home",
    Remote.SOME: "They want some work from home",
    Remote.MOSTLY: "They want to work mostly from home",
    Remote.ONLY: "They want to work only from home",
}
CHECKS: Mapping[DbsLevel, str] = {
    DbsLevel.STANDARD: "Standard check",
    DbsLevel.ENHANCED: "Enhanced check",
    DbsLevel.ENHANCED_BARRED: "Enhanced check with barred lists",
}
#: What becomes of a role that has tasks which somebody refuses.
REFUSED = {True: "Leave out roles with these tasks", False: "Show roles with these tasks, with a note"}
FIXED, FLEXIBLE = "Leave out roles that do not fit this", "Show roles that do not fit this, with a note"


def known(value: Any) -> Any:
    """A value of the interchange format; `None` for each way to write that nobody knows."""
    return None if value == UNKNOWN else value


def at(document: Mapping[str, Any], field: str) -> Any:
    """What a document says in a field, if it says anything."""
    name, dot, member = field.partition(".")
    value = known(document.get(name))
    if dot:
        value = value.get(member) if isinstance(value, dict) else None
    # In free text `unknown` is a word like any other.
    return value if field in _FREE_TEXT else known(value)


def field_words(field: str) -> FieldWords:
    """What is said of a field; one that holds others, such as `hours`, says what each of them does.

    >>> field_words("hours.max").words, field_words("hours").words
    ('Most hours a week', 'Hours')
    """
    if field in FIELDS:
        return FIELDS[field]
    parts = [each for each in FIELDS.values() if each.field.startswith(f"{field}.")]
    section = parts[0].section

    def say(value: Any) -> Lines:
        return tuple(
            replace(line, text=f"{each.words}: {line.text}" if line.text else "")
            for each in parts
            for line in each.say(known(value.get(each.field.partition(".")[2])))
        )

    return FieldWords(field=field, section=section, words=SECTION[section].title, say=_if_known(say))


def said(field: str, value: Any) -> Lines:
    """What a value of a field says; nothing where nobody knows.

    >>> [str(line) for line in said("hours.max", 16)]
    ['At most 16 hours a week.']
    """
    return field_words(field).say(value if field in _FREE_TEXT else known(value))


def told(document: Mapping[str, Any], section: str, *, safety: bool) -> list[Told]:
    """Every field of a section with what it says; what concerns safety only for who may see it."""
    return [
        Told(words=each, lines=each.say(at(document, each.field)))
        for each in FIELDS.values()
        if each.section == section and (safety or not each.safety)
    ]


def is_written(document: Mapping[str, Any], section: str, *, safety: bool) -> bool:
    """Whether anything at all is written down in a section; that nothing is needed is something too."""
    return any(
        at(document, each.field) is not None
        for each in FIELDS.values()
        if each.section == section and (safety or not each.safety)
    )


# -- how values are said -----------------------------------------------------------------------------------------------


def windows_said(windows: Sequence[Mapping[str, Any]]) -> Lines:
    """Windows of the week, a sentence each."""
    return tuple(Line(text=f"{_KINDS[window_kind(each)]} {_days(each['days'])}, {_times(each)}.") for each in windows)


def window_kind(window: Mapping[str, Any]) -> WindowKind:
    """What a window says of its time; it can be worked unless it says otherwise."""
    return WindowKind(known(window.get("kind")) or WindowKind.CAN)


_KINDS = {
    WindowKind.CAN: "They can work",
    WindowKind.PREFER: "They like best",
    WindowKind.CANNOT: "They cannot work",
}


def _times(window: Mapping[str, Any]) -> str:
    starts, ends = window["from"], window["to"]
    if (starts, ends) == ("00:00", "24:00"):
        return "all day"
    next_day = " the next day" if ends <= starts and ends != "00:00" else ""
    return f"{clock(starts)} to {clock(ends)}{next_day}"


def _days(days: Sequence[str]) -> str:
    """Days as people say them.

    >>> _days(["mon", "tue", "wed", "fri"])
    'Monday to Wednesday and Friday'
    """
    places = sorted({DAYS.index(Day(day)) for day in days})
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    if runs == [list(range(7))]:
        return "every day"
    spoken: list[str] = []
    for run in runs:
        names = [label(DAYS[place]) for place in run]
        spoken.extend([f"{names[0]} to {names[-1]}"] if len(names) > 2 else names)
    return joined(spoken)


def sense_said(dimension: str, value: Mapping[str, Any]) -> Lines:
    """What the person bears or seeks in one sense, in the words of its levels."""
    direction = Direction(known(value.get("direction")) or Direction.AVOID)
    if direction is Direction.NEUTRAL:
        lines = [Line(text="They do not mind.")]
    else:
        levels = load_catalogue().dimension(dimension).levels
        begins = "Fine up to" if direction is Direction.AVOID else "Best with at least"
        lines = [Line(text=f"{begins}: {levels[value['tolerance']]}.")]
        lines.append(Line(text=f"{FIXED if known(value.get('hard')) else FLEXIBLE}."))
    helps = known(value.get("mitigations"))
    if helps:
        lines.append(Line(text=f"What helps: {joined(map(offer, helps))}."))
    return tuple(lines)


def offer(slug: str) -> str:
    """What an adjustment is, in a few words."""
    return load_catalogue().adjustment(slug).offer


def tag(slug: str) -> str:
    """What a kind of task is called."""
    return load_catalogue().task_tag(slug).label


def needs_said(needs: Sequence[Mapping[str, Any]]) -> Lines:
    """Adjustments, a line each; that none is needed is said too."""
    lines = []
    for need in needs:
        importance = Importance(known(need.get("importance")) or Importance.IMPORTANT)
        text = f"{sentence(offer(need['slug']))}. {label(importance)}."
        if instead := known(need.get("alternatives")):
            text += f" Or: {joined(map(offer, instead), 'or')}."
        lines.append(Line(text=text))
    return tuple(lines) or (Line(text="They need none for now."),)


def _wanted(wanted: Sequence[Mapping[str, Any]]) -> Lines:
    return tuple(Line(theirs=each["label"], text=f"{STRENGTHS[known(each.get('strength')) or 2]}.") for each in wanted)


def refusal_said(entry: Mapping[str, Any]) -> Lines:
    """Work that is not wanted: the person's words, what happens to such roles, and how they are known."""
    text = f"{REFUSED[bool(known(entry.get('absolute')))]}."
    tags = known(entry.get("tags"))
    told_by = f"Tasks: {joined(map(tag, tags)).lower()}." if tags else "No task is chosen, so no role is told by it."
    return (Line(theirs=entry["label"], text=f"{text} {told_by}"),)


def _refused(refused: Sequence[Mapping[str, Any]]) -> Lines:
    return tuple(line for each in refused for line in refusal_said(each)) or (Line(text="Nothing is ruled out."),)


def _skills(skills: Sequence[Mapping[str, Any]]) -> Lines:
    return tuple(
        Line(
            theirs=each["label"],
            text=f"{LEVELS[level]}." if (level := known(each.get("level"))) is not None else "",
        )
        for each in skills
    )


def _jobs(jobs: Sequence[Mapping[str, Any]]) -> Lines:
    lines = []
    for job in jobs:
        lines.append(Line(theirs=job["title"]))
        lines.extend(Line(theirs=task, text="A task there.") for task in known(job.get("tasks")) or ())
        for name, text in (("liked", "What they liked."), ("disliked", "What they did not like.")):
            if job.get(name):
                lines.append(Line(theirs=job[name], text=text))
    return tuple(lines) or (Line(text="None so far."),)


def _tags(begins: str, none: str) -> Callable[[Any], Lines]:
    return lambda tags: (Line(text=f"{begins} {joined(map(tag, tags)).lower()}." if tags else none),)


def _own(value: str) -> Lines:
    return (Line(theirs=value),) if value.strip() else ()


def _own_list(values: Sequence[str]) -> Lines:
    return tuple(Line(theirs=value) for value in values)


def _amount(begins: str, what: str) -> Callable[[Any], Lines]:
    return lambda value: (Line(text=f"{begins} {count_of(value, what)}."),)


def _hours(begins: str) -> Callable[[Any], Lines]:
    return lambda value: (Line(text=f"{begins} {count_of(value, 'hour')} a week."),)


def count_of(value: float, thing: str) -> str:
    """A number of things, whole or not.

    >>> count_of(1, "hour"), count_of(7.25, "hour"), count_of(1200, "km")
    ('1 hour', '7.25 hours', '1,200 km')
    """
    return f"{figures(value)} {thing if value == 1 or thing in _UNITS else thing + 's'}"


def figures(value: float) -> str:
    """A number with no more figures than it has."""
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return text or "0"


_UNITS = frozenset({"km", "kg"})


def _one(words: Mapping[Any, str], kind: type[Any]) -> Callable[[Any], Lines]:
    return lambda value: (Line(text=f"{words[kind(value)]}."),)


def _yes_no(yes: str, no: str) -> Callable[[Any], Lines]:
    return lambda value: (Line(text=yes if value else no),)


_HARD = _yes_no(f"{FIXED}.", f"{FLEXIBLE}.")


def _welcome(what: str) -> Callable[[Any], Lines]:
    words = {
        Welcome.YES: f"{what} are fine.",
        Welcome.IF_NEEDED: f"{what} only if needed.",
        Welcome.NO: f"No {what.lower()}.",
    }
    return lambda value: (Line(text=words[Welcome(value)]),)


def _modes(modes: Sequence[str]) -> Lines:
    ways = joined((label(TravelModeName(mode)).lower() for mode in modes), "or")
    return (Line(text=f"They get there {ways}." if modes else "No way to travel is chosen."),)


def _exclusions(slugs: Sequence[str]) -> Lines:
    found = [load_catalogue().role_exclusion(slug).label for slug in slugs]
    return tuple(Line(text=f"Not: {each}.") for each in found) or (Line(text="Nothing is ruled out."),)


def _checks(levels: Sequence[str]) -> Lines:
    return tuple(Line(text=f"Not: {CHECKS[DbsLevel(level)].lower()}.") for level in levels) or (
        Line(text="They avoid none."),
    )


def qualification(slug: str) -> str:
    """A qualification as people read it."""
    return slug.replace("_", " ")


def _qualifications(slugs: Sequence[str]) -> Lines:
    return tuple(Line(theirs=qualification(slug)) for slug in slugs) or (Line(text="They have none."),)


def _ages(ages: Sequence[int]) -> Lines:
    return (Line(text=f"They are {max(ages)} or older." if ages else "They have reached none of these ages."),)


def _areas(areas: Sequence[str]) -> Lines:
    return tuple(Line(text=f"Not in {area}.") for area in areas)


def _if_known(say: Callable[[Any], Lines]) -> Callable[[Any], Lines]:
    return lambda value: () if value is None else say(value)


_GOAL_STATUS = {
    GoalStatus.EXPLORING: "They are still exploring",
    GoalStatus.SOME_IDEAS: "They have some ideas",
    GoalStatus.FIRM: "They are sure",
}
_DRIVING = {
    DrivingLicence.NONE: "They have no licence",
    DrivingLicence.PROVISIONAL: "They have a provisional licence",
    DrivingLicence.FULL_MANUAL: "They have a full licence",
    DrivingLicence.FULL_AUTO: "They have a full licence for automatic cars",
}


def _table() -> Iterator[FieldWords]:
    def row(field: str, words: str, say: Callable[[Any], Lines]) -> FieldWords:
        safety = field in (NO_GO, EMPLOYERS_AVOIDED)
        return FieldWords(field=field, section=section, words=words, say=_if_known(say), safety=safety)

    section = "goal"
    yield row("goal.own_words", "Their goal in their own words", _own)
    yield row("goal.longer_term", "Later on", _own)
    yield row("goal.status", "How settled it is", _one(_GOAL_STATUS, GoalStatus))
    section = "work-wanted"
    yield row("wanted_work", "Work they want", _wanted)
    yield row("liked_tasks", "Tasks they like", _tags("They like", "They like none of the tasks on our list."))
    section = "work-refused"
    yield row("refused_work", "Work they do not want", _refused)
    dislikes = _tags("They do not like", "They dislike none of the tasks on our list.")
    yield row("disliked_tasks", "Tasks they do not like", dislikes)
    section = "strengths"
    yield row("strengths", "Strengths", _own_list)
    yield row("interests", "Interests", _own_list)
    yield row("skills", "Skills", _skills)
    section = "past-jobs"
    yield row("work_history", "Jobs they have had", _jobs)
    section = "hours"
    yield row("hours.min", "Fewest hours a week", _hours("At least"))
    yield row("hours.max", "Most hours a week", _hours("At most"))
    yield row("hours.ideal", "Best number of hours", _hours("Best"))
    yield row("hours.legal_cap", "Most hours that the law allows them", _hours("By law, at most"))
    yield row("hours.hard", "If a role has other hours", _HARD)
    section = "days"
    yield row("availability", "Days and times", windows_said)
    yield row("availability_hard", "If a role has other times", _HARD)
    section = "shifts"
    yield row("shift.max_hours", "Longest shift", lambda value: (Line(text=f"At most {count_of(value, 'hour')}."),))
    yield row("shift.nights", "Nights, from 11pm to 6am", _welcome("Nights"))
    yield row("shift.weekends", "Weekends", _welcome("Weekends"))
    section = "travel"
    yield row("travel.home", "Where they live", lambda value: (Line(text=f"The area is {value}."),))
    yield row("travel.max_minutes", "Longest journey", _amount("At most", "minute"))
    yield row("travel.max_km", "Farthest from home", _amount("At most", "km"))
    yield row("travel.modes", "How they travel", _modes)
    yield row("travel.hard", "If a role is farther away", _HARD)
    yield row("remote", "Work from home", _one(REMOTE, Remote))
    yield row(NO_GO, "Areas to keep away from", _areas)
    section = "adjustments"
    yield row("adjustments", "Adjustments", needs_said)
    section = "senses"
    for dimension in SensoryDimension:
        yield row(f"sensory.{dimension}", label(dimension), _sense(dimension))
    section = "lifting"
    yield row("physical.lift_max_kg", "Most they lift", _amount("At most", "kg"))
    yield row("physical.stand_max_minutes", "Longest they stand", _amount("At most", "minute"))
    yield row("physical.walk_max_minutes", "Longest they walk", _amount("At most", "minute"))
    yield row("physical.climb", "Ladders and heights", _yes_no("Climbing is fine.", "No climbing."))
    yield row("physical.hard", "If a role asks for more", _HARD)
    section = "pay"
    yield row("pay_floor.hourly", "Least pay an hour", lambda value: (Line(text=f"At least {money(value)} an hour."),))
    yield row("pay_floor.hard", "If a role pays less", _HARD)
    section = "checks"
    yield row("qualifications", "Certificates they have", _qualifications)
    yield row("driving", "Driving licence", _one(_DRIVING, DrivingLicence))
    yield row("legal.minimum_age_met", "Age, as far as jobs ask", _ages)
    yield row("checks_to_avoid", "Checks to avoid for now", _checks)
    yield row("role_exclusions", "Work to leave out", _exclusions)
    closed = "The law closes this work to them.", "The law does not close this work to them."
    yield row("legal.barred_children", "Regulated work with children", _yes_no(*closed))
    yield row("legal.barred_adults", "Regulated work with adults who need care", _yes_no(*closed))
    section = "employers"
    yield row(EMPLOYERS_AVOIDED, "Employers to avoid", _own_list)


def _sense(dimension: SensoryDimension) -> Callable[[Any], Lines]:
    return lambda value: sense_said(dimension, value)


#: Every field that can be changed on its own, in the order of the pages.
FIELDS: Mapping[str, FieldWords] = {each.field: each for each in _table()}

_FREE_TEXT = frozenset({"goal.own_words", "goal.longer_term"})


@cache
def every_field() -> tuple[str, ...]:
    """Every narrowest field of the interchange format."""
    return tuple(
        f"{name}.{member}" if member else name for name, inner in members().items() for member in inner or ("",)
    )
