"""From vacancies as values to columns: each fact in its place, and what is not known left as unknown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any, Final

import numpy as np

from matching.columns import (
    CONTRACTS,
    DBS_LEVELS,
    DIMENSIONS,
    DRIVING_ASKED,
    PEAK_SHARES,
    REMOTE_STEPS,
    SOURCES,
    QualificationTable,
    bits,
    digests_of,
    empty_columns,
)
from matching.model.adjustment import Offer
from matching.model.vacancy import RegulatedActivity, Vacancy, VacancyStatus, normalised_employer
from matching.model.work import MOST_WEEKLY_HOURS, Negotiable, Pay, WorkPattern
from matching.patterns import Patterns
from matching.places import Postcode, SectorTable, parse_postcode
from matching.pool import VacancyPool
from matching.taxonomy import Catalogue

WEEKS_A_YEAR: Final = 52
BEYOND_PENNIES: Final = Decimal(10) ** 15
STATED_PRIOR_SPREAD: Final = 1.0  # levels, where a file states a prior of its own


def hourly_range(pay: Pay, *, least_hours: float | None, most_hours: float | None) -> tuple[float, float]:
    """Least and most pay by the hour, in pounds, however the unknown hours are filled in.

    Pay by the year is divided by 52 times the weekly hours and rounded to the nearest penny, halves up.
    NaN says that no filling counts: pay by the year without any hours.

    >>> hourly_range(Pay(annual=24000.0), least_hours=20.0, most_hours=30.0)
    (15.38, 23.08)
    """
    if pay.hourly is not None:
        return pay.hourly, pay.hourly
    if pay.annual is None:
        return 0.0, math.inf
    if not least_hours and not most_hours:
        return math.nan, math.nan
    least = _hourly(pay.annual, most_hours if most_hours is not None else MOST_WEEKLY_HOURS)
    most = _hourly(pay.annual, least_hours) if least_hours else (math.inf if pay.annual else 0.0)
    return least, most


def _hourly(annual: float, weekly_hours: float) -> float:
    exact = Decimal(str(annual)) / (WEEKS_A_YEAR * Decimal(str(weekly_hours)))
    # Of hardly any hours the pay by the hour has more digits than can be cut, and no need of pennies.
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP) if exact < BEYOND_PENNIES else exact)


def whole_minutes(hours: float) -> int:
    """Hours as minutes, a part of a minute rounded up: a sum of whole minutes reaches both or neither.

    >>> whole_minutes(7.6)
    456
    """
    return int((Decimal(str(hours)) * 60).to_integral_value(ROUND_CEILING))


@dataclass(slots=True)
class _Vocabulary:
    """Words numbered in the order in which they are met."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, word: str) -> int:
        return self.numbers.setdefault(word, len(self.numbers))


def build_pool(vacancies: Sequence[Vacancy], *, catalogue: Catalogue, sectors: SectorTable) -> VacancyPool:
    """Lay vacancies out in columns, in their order."""
    columns = empty_columns(len(vacancies))
    employers, outcodes, sector_names = _Vocabulary(), _Vocabulary(), _Vocabulary()
    patterns: dict[WorkPattern, int] = {}
    askings: list[tuple[str, int, float]] = []
    tags = {tag.slug: position for position, tag in enumerate(catalogue.task_tags)}
    adjustments = {entry.slug: position for position, entry in enumerate(catalogue.adjustments)}
    exclusions = {entry.slug: position for position, entry in enumerate(catalogue.role_exclusions)}
    by_activity = {
        entry.regulated_activity: entry.slug for entry in catalogue.role_exclusions if entry.regulated_activity
    }
    places: dict[str, tuple[Postcode, tuple[float, float] | None]] = {}

    for row, vacancy in enumerate(vacancies):

        def put(name: str, value: object, index: int = 0, row: int = row) -> None:
            if value is not None:
                columns[name][index, row] = value

        put("open", vacancy.status is VacancyStatus.OPEN)
        put("opens_on", vacancy.opens_on and vacancy.opens_on.toordinal())
        put("closes_on", vacancy.closes_on and vacancy.closes_on.toordinal())
        put("employer", employers.number(normalised_employer(vacancy.employer)))
        _put_hours_and_pay(put, vacancy)
        if vacancy.pattern.shifts:
            put("pattern", patterns.setdefault(_as_worked(vacancy.pattern), len(patterns)))
        put("remote", REMOTE_STEPS.index(vacancy.place.remote))
        if vacancy.place.postcode is not None:
            text = vacancy.place.postcode
            if text not in places:
                postcode = parse_postcode(text)
                places[text] = (postcode, sectors.centroid(postcode))
            postcode, centroid = places[text]
            put("outcode", outcodes.number(postcode.outcode))
            put("sector", None if postcode.sector is None else sector_names.number(postcode.sector))
            if centroid is not None:
                put("easting", centroid[0])
                put("northing", centroid[1])
        for name, offer in (("offered", Offer.YES), ("refused", Offer.NO)):
            words = bits(adjustments[slug] for slug, said in vacancy.adjustments.items() if said is offer)
            for word, mask in enumerate(words):
                put(name, mask, word)
        _put_sensory(put, vacancy)
        for word, mask in enumerate(bits(tags[tag] for tag in vacancy.task_tags)):
            put("task_tags", mask, word)
        _put_demands(put, vacancy)
        settings = set(vacancy.requirements.settings or ())
        for activity in vacancy.requirements.regulated_activity or ():
            settings.add(by_activity[activity.value])
        put("settings", bits(exclusions[slug] for slug in settings)[0])
        for asked in vacancy.requirements.qualifications or ():
            askings.append((asked.slug, row, math.nan if asked.obtainable_weeks is None else asked.obtainable_weeks))
        put("facts_checked_on", vacancy.facts_checked_on and vacancy.facts_checked_on.toordinal())
        put("source", SOURCES.index(vacancy.source))
        put("contract", None if vacancy.contract is None else CONTRACTS.index(vacancy.contract))

    columns["digest"] = digests_of(vacancies)
    refs = [vacancy.vacancy_ref for vacancy in vacancies]
    rows_by_ref = np.array(sorted(range(len(refs)), key=refs.__getitem__), np.int64)
    rank = np.empty(len(refs), np.int64)
    rank[rows_by_ref] = np.arange(len(refs))
    return VacancyPool(
        columns=columns,
        patterns=Patterns.of(patterns),
        qualifications=QualificationTable.of(askings),
        refs=refs,
        ref_rank=rank,
        employers=employers.numbers,
        outcodes=outcodes.numbers,
        sectors=sector_names.numbers,
        vacancies=vacancies,
        rows_by_ref=rows_by_ref,
    )


def _put_hours_and_pay(put: Any, vacancy: Vacancy) -> None:
    hours = vacancy.hours
    put("hours_least", hours.least)
    put("hours_most", hours.most)
    put("least_minutes", None if hours.least is None else whole_minutes(hours.least))
    put("most_minutes", None if hours.most is None else whole_minutes(hours.most))
    put("negotiable", hours.negotiable is not Negotiable.NO)
    least, most = hourly_range(vacancy.pay, least_hours=hours.least, most_hours=hours.most)
    put("hourly_least", least)
    put("hourly_most", most)


def _put_sensory(put: Any, vacancy: Vacancy) -> None:
    for dimension, level in vacancy.sensory.items():
        index = DIMENSIONS.index(dimension)
        if level.is_prior:
            put("prior_mean", level.typical, index)
            put("prior_spread", STATED_PRIOR_SPREAD, index)
            continue
        put("typical", level.typical, index)
        put("peak", level.peak, index)
        put("peak_share", None if level.peak_share is None else PEAK_SHARES.index(level.peak_share), index)
        put("can_leave", level.can_leave, index)


def _put_demands(put: Any, vacancy: Vacancy) -> None:
    physical, requirements = vacancy.physical, vacancy.requirements
    put("lift_kg", physical.lift_kg)
    put("stand_minutes", physical.stand_minutes)
    put("walk_minutes", physical.walk_minutes)
    put("climb", physical.climb)
    put("dbs", None if requirements.dbs is None else DBS_LEVELS.index(requirements.dbs))
    put("driving", None if requirements.driving is None else DRIVING_ASKED.index(requirements.driving))
    put("minimum_age", requirements.minimum_age)
    put("settings_known", requirements.settings is not None)
    put("qualifications_known", requirements.qualifications is not None)
    if requirements.regulated_activity is not None:
        put("regulated_children", RegulatedActivity.CHILDREN in requirements.regulated_activity)
        put("regulated_adults", RegulatedActivity.ADULTS in requirements.regulated_activity)


def _as_worked(pattern: WorkPattern) -> WorkPattern:
    """The pattern without how early it is told, which tells no patterns apart."""
    return WorkPattern(kind=pattern.kind, shifts=pattern.shifts)
