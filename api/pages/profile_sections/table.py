"""Which parts stand on the page of which section."""

from __future__ import annotations

from collections.abc import Mapping

from api.pages.labels import options
from api.pages.profile_sections.parts import (
    NONE,
    AgePart,
    AreasPart,
    ChoicePart,
    Column,
    HardPart,
    LinesPart,
    ManyPart,
    NothingPart,
    NumberPart,
    Part,
    PostcodePart,
    QualificationsPart,
    RowsPart,
    TagsPart,
    TextPart,
    YesNoPart,
    lines_column,
    number_choice,
)
from api.pages.profile_sections.senses import SensePart
from api.pages.profile_sections.week import WeekPart
from api.pages.profile_words import CHECKS, FIELDS, LEVELS, REMOTE, STRENGTHS
from api.pages.words import sentence
from matching.model.profile import DrivingLicence, GoalStatus, TravelModeName, Welcome
from matching.model.sensory import SensoryDimension
from matching.model.work import MOST_WEEKLY_HOURS
from matching.taxonomy import load_catalogue

_MINUTES_A_DAY = 24 * 60
_LABEL = Column(key="label", words="In their words")

PARTS: Mapping[str, tuple[Part, ...]] = {
    "goal": (
        TextPart(
            field="goal.own_words",
            long=True,
            ask="What do they hope for?",
            hint="Use their own words. This stands on top of every page about them.",
        ),
        TextPart(field="goal.longer_term", long=True, ask="What do they hope for later on?"),
        ChoicePart(
            field="goal.status",
            ask="How settled is it?",
            hint="Still exploring is a good answer.",
            options=tuple(options(GoalStatus)),
        ),
    ),
    "work-wanted": (
        RowsPart(
            field="wanted_work",
            thing="kind of work",
            ask="What work do they want?",
            hint="One kind of work in each row, such as “working with dogs”.",
            columns=(_LABEL, number_choice("strength", "How much they want it", STRENGTHS, usual=2)),
        ),
        TagsPart(field="liked_tasks", hint="Roles with these tasks come nearer the top."),
    ),
    "work-refused": (
        NothingPart(
            field="refused_work",
            ask="Is there work that they do not want?",
            options=((NONE, "No, nothing is ruled out"),),
        ),
        TagsPart(field="disliked_tasks", hint="Roles with these tasks come lower. None is left out."),
    ),
    "strengths": (
        LinesPart(field="strengths", ask="What are they good at?", hint="Write one thing on each line."),
        LinesPart(field="interests", ask="What do they enjoy?", hint="Write one thing on each line."),
        RowsPart(
            field="skills",
            thing="skill",
            ask="What can they do?",
            hint="One skill in each row.",
            columns=(_LABEL, number_choice("level", "How far they are with it", LEVELS, usual=None)),
        ),
    ),
    "past-jobs": (
        RowsPart(
            field="work_history",
            thing="job",
            ask="What have they done?",
            hint="Paid or unpaid. What they liked helps as much as what the job was.",
            columns=(
                Column(key="title", words="What the job was"),
                lines_column("tasks", "What they did there", "Write one task on each line."),
                Column(key="liked", words="What they liked"),
                Column(key="disliked", words="What they did not like"),
            ),
        ),
    ),
    "hours": (
        NumberPart(field="hours.min", most=MOST_WEEKLY_HOURS, suffix="hours"),
        NumberPart(field="hours.max", most=MOST_WEEKLY_HOURS, suffix="hours"),
        NumberPart(field="hours.ideal", most=MOST_WEEKLY_HOURS, suffix="hours"),
        NumberPart(
            field="hours.legal_cap",
            most=MOST_WEEKLY_HOURS,
            suffix="hours",
            hint="Only if the law sets them a limit. The reason is not asked.",
        ),
        HardPart(field="hours.hard", usual=True),
    ),
    "days": (
        WeekPart(
            field="availability",
            ask="Their week",
            hint="Leave both times empty for the whole day. A time may end the next day, such as 10pm to 6am.",
        ),
        HardPart(field="availability_hard", usual=True),
    ),
    "shifts": (
        NumberPart(field="shift.max_hours", most=24, suffix="hours"),
        ChoicePart(
            field="shift.nights", ask="Would they work nights, from 11pm to 6am?", options=tuple(options(Welcome))
        ),
        ChoicePart(field="shift.weekends", ask="Would they work at weekends?", options=tuple(options(Welcome))),
    ),
    "travel": (
        PostcodePart(
            field="travel.home",
            ask="What is their home postcode, or part of it?",
            hint="The first part is enough, such as ME14 or ME14 1.",
        ),
        NumberPart(field="travel.max_minutes", most=_MINUTES_A_DAY, suffix="minutes"),
        NumberPart(field="travel.max_km", most=2000, suffix="km", hint="In a straight line. Most people say minutes."),
        ManyPart(field="travel.modes", ask="How do they travel?", options=tuple(options(TravelModeName))),
        HardPart(field="travel.hard", usual=True),
        ChoicePart(
            field="remote",
            ask="Do they want to work from home?",
            options=tuple((value.value, words) for value, words in REMOTE.items()),
        ),
        AreasPart(
            field="travel.no_go",
            hint="One on each line, such as ME14 or ME14 1. Never write why. Only their own specialist sees this.",
        ),
    ),
    "lifting": (
        NumberPart(field="physical.lift_max_kg", most=500, suffix="kg"),
        NumberPart(field="physical.stand_max_minutes", most=_MINUTES_A_DAY, suffix="minutes"),
        NumberPart(field="physical.walk_max_minutes", most=_MINUTES_A_DAY, suffix="minutes"),
        YesNoPart(
            field="physical.climb",
            ask="Would they climb ladders or work high up?",
        ),
        HardPart(field="physical.hard", usual=True),
    ),
    "pay": (
        NumberPart(field="pay_floor.hourly", most=1000, prefix="£", suffix="an hour"),
        HardPart(field="pay_floor.hard", usual=False),
    ),
    "checks": (
        QualificationsPart(
            field="qualifications",
            ask="What certificates do they have?",
            hint="One on each line, such as food hygiene l2. Use the name that adverts use.",
        ),
        ChoicePart(field="driving", ask="Do they have a driving licence?", options=tuple(options(DrivingLicence))),
        AgePart(
            field="legal.minimum_age_met",
            ask="How old are they, as far as jobs ask?",
            options=(("0", "Under 16"), ("16", "16 or 17"), ("18", "18 or older"), ("21", "21 or older")),
        ),
        ManyPart(
            field="checks_to_avoid",
            ask="Are there criminal record checks to avoid for now?",
            hint="Roles that ask for them are left out. Never write why.",
            options=tuple((value.value, words) for value, words in CHECKS.items()),
            none="No, they avoid none",
        ),
        ManyPart(
            field="role_exclusions",
            ask="Is there work to leave out?",
            hint="The person decides this with you. Never write why.",
            options=tuple((each.slug, sentence(each.label)) for each in load_catalogue().role_exclusions),
            none="No, nothing is ruled out",
        ),
        YesNoPart(
            field="legal.barred_children",
            ask="Does the law close regulated work with children to them?",
            hint="Most people have no such limit. The reason is not asked.",
        ),
        YesNoPart(
            field="legal.barred_adults",
            ask="Does the law close regulated work with adults who need care to them?",
        ),
    ),
    "employers": (
        LinesPart(
            field="employers_avoided",
            hint="One name on each line, written as we write it for its roles. Never write why.",
        ),
    ),
}

SENSES: Mapping[str, SensePart] = {
    dimension.value: SensePart(field=f"sensory.{dimension}") for dimension in SensoryDimension
}


def parts_of(section: str, *, safety: bool) -> tuple[Part, ...]:
    """The parts of a section's page; those that concern safety only for who may see them."""
    return tuple(part for part in PARTS.get(section, ()) if safety or not FIELDS[part.field].safety)
