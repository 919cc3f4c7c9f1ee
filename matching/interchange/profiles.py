"""The vocational profile as it stands in files: one record, read strictly."""

from __future__ import annotations

from functools import cache

from matching.interchange.parts import (
    AREA,
    POSTCODE,
    QUALIFICATION,
    SPAN_CHECKS,
    SPAN_FIELDS,
    WEEKLY_HOURS,
    adjustment_slug,
    adjustment_slugs,
    least_not_above_most,
    role_exclusions,
    span,
    task_tags,
)
from matching.interchange.shapes import Choice, Field, ListOf, Number, Record, TableOf, Text, YesNo
from matching.model.adjustment import Importance, Need
from matching.model.profile import (
    DrivingLicence,
    Goal,
    GoalStatus,
    HoursWanted,
    LegalStanding,
    PastJob,
    PayFloor,
    PhysicalLimits,
    Refusal,
    ShiftLimits,
    Skill,
    TravelLimits,
    TravelModeName,
    VocationalProfile,
    WantedWork,
    Welcome,
)
from matching.model.sensory import HIGHEST_LEVEL, Direction, SensoryDimension, SensoryTolerance
from matching.model.vacancy import DbsLevel
from matching.model.work import Day, Remote, Window, WindowKind

TEXTS = ListOf(Text())


def _window(*, days: tuple[Day, ...], starts: int, ends: int, kind: WindowKind = WindowKind.CAN) -> Window:
    return Window(span=span(days=days, starts=starts, ends=ends), kind=kind)


_GOAL = Record(
    Goal,
    (Field("own_words", Text()), Field("longer_term", Text()), Field("status", Choice(GoalStatus))),
)
_WANTED = Record(
    WantedWork,
    (Field("label", Text(), required=True), Field("strength", Number(least=1, most=3, whole=True), default=2)),
)
_SKILL = Record(Skill, (Field("label", Text(), required=True), Field("level", Number(most=4, whole=True))))
_PAST_JOB = Record(
    PastJob,
    (
        Field("title", Text(), required=True),
        Field("tasks", TEXTS),
        Field("liked", Text()),
        Field("disliked", Text()),
    ),
)
_HOURS = Record(
    HoursWanted,
    (
        Field("min", WEEKLY_HOURS, into="least"),
        Field("max", WEEKLY_HOURS, into="most"),
        Field("ideal", WEEKLY_HOURS),
        Field("legal_cap", WEEKLY_HOURS),
        Field("hard", YesNo(), default=True),
    ),
    (least_not_above_most,),
)
_WINDOW = Record(_window, (*SPAN_FIELDS, Field("kind", Choice(WindowKind), default=WindowKind.CAN)), SPAN_CHECKS)
_SHIFT = Record(
    ShiftLimits,
    (Field("max_hours", Number()), Field("nights", Choice(Welcome)), Field("weekends", Choice(Welcome))),
)
_TRAVEL = Record(
    TravelLimits,
    (
        Field("home", POSTCODE),
        Field("max_km", Number()),
        Field("max_minutes", Number()),
        Field("modes", ListOf(Choice(TravelModeName))),
        Field("hard", YesNo(), default=True),
        Field("no_go", ListOf(AREA)),
    ),
)
_PAY_FLOOR = Record(PayFloor, (Field("hourly", Number()), Field("hard", YesNo(), default=False)))
_PHYSICAL = Record(
    PhysicalLimits,
    (
        Field("lift_max_kg", Number()),
        Field("stand_max_minutes", Number()),
        Field("walk_max_minutes", Number()),
        Field("climb", YesNo()),
        Field("hard", YesNo(), default=True),
    ),
)
_LEGAL = Record(
    LegalStanding,
    (
        Field("minimum_age_met", ListOf(Number(most=120, whole=True))),
        Field("barred_children", YesNo(), default=False),
        Field("barred_adults", YesNo(), default=False),
    ),
)
AVOIDABLE_CHECKS = (DbsLevel.STANDARD, DbsLevel.ENHANCED, DbsLevel.ENHANCED_BARRED)


@cache
def profile_shape() -> Record:
    """The record of a vocational profile; the catalogues are loaded once."""
    refusal = Record(
        Refusal,
        (
            Field("label", Text(), required=True),
            Field("tags", task_tags()),
            Field("absolute", YesNo(), default=False),
        ),
    )
    need = Record(
        Need,
        (
            Field("slug", adjustment_slug(), required=True),
            Field("importance", Choice(Importance), default=Importance.IMPORTANT),
            Field("alternatives", adjustment_slugs()),
        ),
    )
    tolerance = Record(
        SensoryTolerance,
        (
            Field("tolerance", Number(most=HIGHEST_LEVEL, whole=True), required=True),
            Field("direction", Choice(Direction), default=Direction.AVOID),
            Field("hard", YesNo(), default=False),
            Field("mitigations", adjustment_slugs()),
        ),
    )
    dimensions = {dimension.value: dimension for dimension in SensoryDimension}
    fields = (
        Field("participant_ref", Text(), required=True),
        Field("goal", _GOAL),
        Field("wanted_work", ListOf(_WANTED)),
        Field("refused_work", ListOf(refusal, distinct=lambda entry: " ".join(entry.label.split()))),
        Field("strengths", TEXTS),
        Field("interests", TEXTS),
        Field("skills", ListOf(_SKILL)),
        Field("work_history", ListOf(_PAST_JOB)),
        Field("liked_tasks", task_tags()),
        Field("disliked_tasks", task_tags()),
        Field("hours", _HOURS),
        Field("availability", ListOf(_WINDOW)),
        Field("availability_hard", YesNo(), default=True),
        Field("shift", _SHIFT),
        Field("travel", _TRAVEL),
        Field("remote", Choice(Remote)),
        Field("pay_floor", _PAY_FLOOR),
        Field("adjustments", ListOf(need, distinct=lambda entry: entry.slug)),
        Field("sensory", TableOf("sensory dimensions", dimensions, tolerance)),
        Field("physical", _PHYSICAL),
        Field("role_exclusions", role_exclusions()),
        Field("checks_to_avoid", ListOf(Choice(AVOIDABLE_CHECKS))),
        Field("qualifications", ListOf(QUALIFICATION, distinct=str)),
        Field("driving", Choice(DrivingLicence)),
        Field("legal", _LEGAL),
        Field("employers_avoided", TEXTS),
    )
    return Record(VocationalProfile, fields)
