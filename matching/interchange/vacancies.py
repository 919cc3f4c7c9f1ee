"""The vacancy as it stands in files: one record, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from matching.interchange.parts import (
    POSTCODE,
    QUALIFICATION,
    SPAN,
    WEEKLY_HOURS,
    least_not_above_most,
    role_exclusions,
    task_tags,
)
from matching.interchange.shapes import Choice, Day, Field, ListOf, Number, Reader, Record, TableOf, Text, YesNo
from matching.model.adjustment import Offer
from matching.model.sensory import HIGHEST_LEVEL, PeakShare, SensoryDimension, SensoryLevel, SensorySource
from matching.model.vacancy import (
    Contract,
    DbsLevel,
    DrivingAsked,
    PhysicalDemands,
    QualificationAsked,
    RegulatedActivity,
    Requirements,
    Vacancy,
    VacancySource,
    VacancyStatus,
    Visibility,
)
from matching.model.work import JobHours, JobPlace, Negotiable, PatternKind, Pay, PayPeriod, Remote, WorkPattern
from matching.taxonomy import load_catalogue


def _peak_not_below_typical(values: Mapping[str, Any], reader: Reader) -> None:
    typical, peak = values.get("typical"), values.get("peak")
    if typical is not None and peak is not None and peak < typical:
        with reader.within(".peak"):
            reader.refuse(f"{peak} is below 'typical', which is {typical}")


def _level(*, typical: int, peak: int | None = None, **known: Any) -> SensoryLevel:
    return SensoryLevel(typical=typical, peak=typical if peak is None else peak, **known)


_HOURS = Record(
    JobHours,
    (
        Field("min", WEEKLY_HOURS, into="least"),
        Field("max", WEEKLY_HOURS, into="most"),
        Field("negotiable", Choice(Negotiable), default=Negotiable.NO),
    ),
    (least_not_above_most,),
)
_PATTERN = Record(
    WorkPattern,
    (
        Field("kind", Choice(PatternKind), default=PatternKind.FIXED),
        Field("shifts", ListOf(SPAN)),
        Field("notice_days", Number()),
    ),
)
_PLACE = Record(JobPlace, (Field("postcode", POSTCODE), Field("remote", Choice(Remote), default=Remote.NO)))
_PAY = Record(Pay, (Field("hourly", Number()), Field("annual", Number()), Field("period", Choice(PayPeriod))))
_SENSORY_LEVEL = Record(
    _level,
    (
        Field("typical", Number(most=HIGHEST_LEVEL, whole=True), required=True),
        Field("peak", Number(most=HIGHEST_LEVEL, whole=True)),
        Field("peak_share", Choice(PeakShare)),
        Field("can_leave", YesNo()),
        Field("source", Choice(SensorySource)),
        Field("observed_on", Day()),
    ),
    (_peak_not_below_typical,),
)
_PHYSICAL = Record(
    PhysicalDemands,
    (
        Field("lift_kg", Number()),
        Field("stand_minutes", Number()),
        Field("walk_minutes", Number()),
        Field("climb", YesNo()),
    ),
)
_QUALIFICATION = Record(
    QualificationAsked, (Field("slug", QUALIFICATION, required=True), Field("obtainable_weeks", Number()))
)


@cache
def vacancy_shape() -> Record:
    """The record of a vacancy; the catalogues are loaded once."""
    requirements = Record(
        Requirements,
        (
            Field("dbs", Choice(DbsLevel)),
            Field("driving", Choice(DrivingAsked)),
            Field("qualifications", ListOf(_QUALIFICATION, distinct=lambda asked: asked.slug)),
            Field("minimum_age", Number(most=120, whole=True)),
            Field("regulated_activity", ListOf(Choice(RegulatedActivity))),
            Field("settings", role_exclusions()),
        ),
    )
    adjustments = {entry.slug: entry.slug for entry in load_catalogue().adjustments}
    dimensions = {dimension.value: dimension for dimension in SensoryDimension}
    fields = (
        Field("vacancy_ref", Text(), required=True),
        Field("title", Text(), required=True),
        Field("employer", Text(), required=True),
        Field("source", Choice(VacancySource), default=VacancySource.ADVERTISED),
        Field("description", Text()),
        Field("tasks", ListOf(Text())),
        Field("task_tags", task_tags()),
        Field("status", Choice(VacancyStatus), default=VacancyStatus.OPEN),
        Field("openings", Number(least=1, whole=True), default=1),
        Field("opens_on", Day()),
        Field("closes_on", Day()),
        Field("hours", _HOURS),
        Field("pattern", _PATTERN),
        Field("location", _PLACE, into="place"),
        Field("pay", _PAY),
        Field("contract", Choice(Contract)),
        Field("adjustments", TableOf("adjustments", adjustments, Choice(Offer))),
        Field("sensory", TableOf("sensory dimensions", dimensions, _SENSORY_LEVEL)),
        Field("physical", _PHYSICAL),
        Field("requirements", requirements),
        Field("visibility", Choice(Visibility)),
        Field("disability_confident", Number(most=3, whole=True)),
        Field("facts_checked_on", Day()),
    )
    return Record(Vacancy, fields)
