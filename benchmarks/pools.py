"""Synthetic pools: columns drawn at once, with as much unknown as in the generator of fixtures, and no object a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import numpy.typing as npt

from benchmarks.wording import Wording
from fixtures.generate import KNOWN_SHARES
from fixtures.world import AS_OF
from matching.columns import DIMENSIONS, Array, QualificationTable, bits, empty_columns
from matching.model.vacancy import DbsLevel
from matching.model.work import DAYS, PatternKind, Span, WorkPattern
from matching.patterns import KINDS, Patterns
from matching.places import load_sectors, parse_postcode
from matching.pool import VacancyPool
from matching.priors import load_occupations, occupation_vectors, prior_columns
from matching.retrieval import Recipe
from matching.taxonomy import load_catalogue
from matching.zones import Zones, place_order

LEARNT_BY = {"advert": 0.64, "hearsay": 0.22, "visit": 0.14}
DISTINCT_PATTERNS = 3000
SHARES_OF_KINDS = {PatternKind.FIXED: 0.64, PatternKind.ROTA: 0.21, PatternKind.FLEXIBLE: 0.15}
ROWS_AN_EMPLOYER = 7
QUALIFICATIONS = {"cscs_card": 4.0, "early_years_l3": 78.0, "food_hygiene_l2": 1.0, "forklift_counterbalance": np.nan}
USUAL_OFFERS = 24
MINIMUM_WAGE = 12.71

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class NumberedRefs(Sequence[str]):
    """References that are written when somebody looks."""

    def __init__(self, numbers: npt.NDArray[np.int64]) -> None:
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[str]: ...
    def __getitem__(self, row: int | slice) -> str | Sequence[str]:
        if isinstance(row, slice):
            return NumberedRefs(self._numbers[row])
        return f"b-{self._numbers[row]:07}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A pool, and which title and text each row has."""

    pool: VacancyPool
    title_of_row: npt.NDArray[np.int32]
    text_of_row: npt.NDArray[np.int32]


def draw_pool(*, count: int, seed: int, wording: Wording, recipe: Recipe) -> Drawn:
    """Draw a pool of vacancies, the same for the same seed, its rows in order of place as a service lays them."""
    rng = np.random.default_rng([seed, count])
    title_of_row = rng.integers(0, len(wording.titles), count, np.int32)
    text_of_row = rng.integers(0, len(wording.texts), count, np.int32)
    columns = empty_columns(count)
    known = _known(rng, count)
    employer = rng.integers(0, max(count // ROWS_AN_EMPLOYER, 1), count, np.int32)
    columns["employer"][0] = employer
    _put_state(columns, rng)
    patterns = _put_times_and_pay(columns, rng, known)
    outcodes, sectors = _put_places(columns, rng, known, employer)
    _put_offers(columns, rng, known, employer)
    _put_sensory(columns, rng, known, employer)
    _put_demands(columns, rng, known)
    _put_words(columns, rng, wording, recipe, title_of_row)
    number = rng.permutation(count)
    askings = _askings(columns, rng)
    by_place = place_order(columns["easting"][0], columns["northing"][0])
    new_row = np.empty(count, np.int64)
    new_row[by_place] = np.arange(count)
    columns = {name: column.take(by_place, axis=1) for name, column in columns.items()}
    number, title_of_row, text_of_row = number[by_place], title_of_row[by_place], text_of_row[by_place]
    employers = {f"employer {each}": each for each in range(int(employer.max()) + 1)}
    pool = VacancyPool(
        columns=columns,
        patterns=Patterns.of(patterns),
        qualifications=askings.moved(new_row),
        refs=NumberedRefs(number),
        ref_rank=number,
        employers=employers,
        outcodes=outcodes,
        sectors=sectors,
        zones=Zones.of(columns, sealed=count),
    )
    return Drawn(pool=pool, title_of_row=title_of_row, text_of_row=text_of_row)


def _known(rng: np.random.Generator, count: int) -> Mapping[str, Mask]:
    learnt_by = rng.choice(len(LEARNT_BY), count, p=list(LEARNT_BY.values()))
    known: dict[str, Mask] = {"seen": learnt_by == list(LEARNT_BY).index("visit")}
    for fact in KNOWN_SHARES["advert"]:
        share = np.array([KNOWN_SHARES[way][fact] for way in LEARNT_BY])
        known[fact] = rng.random(count) < share[learnt_by]
    return known


def _put_state(columns: dict[str, Array], rng: np.random.Generator) -> None:
    count, today = columns["open"].shape[1], AS_OF.toordinal()
    columns["open"][0] = rng.random(count) < 0.93
    dated = rng.random(count) < 0.3
    columns["opens_on"][0] = np.where(dated, today + rng.integers(-45, 5, count), columns["opens_on"][0])
    dated = rng.random(count) < 0.6
    columns["closes_on"][0] = np.where(dated, today + rng.integers(-2, 61, count), columns["closes_on"][0])
    columns["facts_checked_on"][0] = today - np.minimum(rng.exponential(40.0, count), 400).astype(np.int32)


def _put_times_and_pay(
    columns: dict[str, Array], rng: np.random.Generator, known: Mapping[str, Mask]
) -> list[WorkPattern]:
    count = columns["open"].shape[1]
    patterns, least_hours, most_hours = _draw_patterns(rng)
    pattern = rng.integers(0, len(patterns), count, np.int32)
    columns["pattern"][0] = np.where(known["pattern"], pattern, -1)
    least, most = least_hours[pattern], most_hours[pattern]
    hours = known["hours"]
    columns["hours_least"][0] = np.where(hours, least, np.nan)
    columns["hours_most"][0] = np.where(hours, most, np.nan)
    columns["least_minutes"][0] = np.where(hours, np.rint(least * 60), -1)
    columns["most_minutes"][0] = np.where(hours, np.rint(most * 60), columns["most_minutes"][0])
    columns["negotiable"][0] = rng.random(count) < 0.4
    hourly = MINIMUM_WAGE + np.where(rng.random(count) < 0.22, 0.0, np.round(rng.exponential(1.75, count), 2))
    yearly = known["pay"] & (most >= 30) & (rng.random(count) < 0.35)
    columns["hourly_least"][0] = np.where(known["pay"], hourly, 0.0)
    columns["hourly_most"][0] = np.where(known["pay"], hourly, np.inf)
    # Pay by the year with unknown hours tells nothing of the hour.
    columns["hourly_least"][0, yearly & ~hours] = np.nan
    columns["hourly_most"][0, yearly & ~hours] = np.nan
    return patterns


def _draw_patterns(rng: np.random.Generator) -> tuple[list[WorkPattern], Floats, Floats]:
    """Distinct patterns with the hours a week that go with them."""
    weeks = [DAYS[:5], DAYS[:5], DAYS, DAYS[:3], DAYS[1:4], DAYS[5:], (DAYS[0], DAYS[2], DAYS[4]), DAYS[3:]]
    found: dict[WorkPattern, tuple[float, float]] = {}
    while len(found) < DISTINCT_PATTERNS:
        kind = KINDS[rng.choice(len(KINDS), p=[SHARES_OF_KINDS[each] for each in KINDS])]
        start = int(rng.choice([6, 7, 8, 9, 9, 9, 10, 12, 14, 17, 22])) * 60 + 15 * int(rng.integers(0, 4))
        length = 15 * int(rng.integers(12, 35))
        days = tuple(weeks[rng.integers(0, len(weeks))])
        shifts = [Span(days=days, starts=start, ends=start + length)]
        if kind is PatternKind.ROTA and rng.random() < 0.5:
            later = min(start + 6 * 60, 23 * 60)
            shifts.append(Span(days=days, starts=later, ends=later + length))
        worked = len(days) * length / 60
        hours = {PatternKind.FIXED: (worked, worked), PatternKind.ROTA: (worked / 2, worked)}.get(
            kind, (float(rng.integers(4, 10)), float(rng.integers(12, 26)))
        )
        found.setdefault(WorkPattern(kind=kind, shifts=tuple(shifts)), hours)
    return list(found), np.array([each[0] for each in found.values()]), np.array([each[1] for each in found.values()])


def _put_places(
    columns: dict[str, Array], rng: np.random.Generator, known: Mapping[str, Mask], employer: npt.NDArray[np.int32]
) -> tuple[dict[str, int], dict[str, int]]:
    table, count = load_sectors(), len(employer)
    sector_of_employer = rng.integers(0, len(table.sectors), int(employer.max()) + 1, np.int32)
    sector = sector_of_employer[employer]
    outcodes: dict[str, int] = {}
    outcode_of_sector = np.array(
        [outcodes.setdefault(parse_postcode(each).outcode, len(outcodes)) for each in table.sectors], np.int32
    )
    place = known["location"]
    columns["easting"][0] = np.where(place, table.eastings[sector], np.nan)
    columns["northing"][0] = np.where(place, table.northings[sector], np.nan)
    columns["outcode"][0] = np.where(place, outcode_of_sector[sector], -1)
    columns["sector"][0] = np.where(place, sector, -1)
    columns["remote"][0] = rng.choice(4, count, p=[0.86, 0.07, 0.035, 0.035])
    return outcodes, {name: number for number, name in enumerate(table.sectors)}


def _put_offers(
    columns: dict[str, Array], rng: np.random.Generator, known: Mapping[str, Mask], employer: npt.NDArray[np.int32]
) -> None:
    employers = int(employer.max()) + 1
    offered, refused = np.zeros((2, employers), np.uint64), np.zeros((2, employers), np.uint64)
    for position in range(USUAL_OFFERS):
        drawn = rng.random(employers)
        mask = np.uint64(1) << np.uint64(position % 64)
        offered[position // 64] |= np.where(drawn < 0.24, mask, np.uint64(0))
        refused[position // 64] |= np.where(drawn > 0.93, mask, np.uint64(0))
    for name, words in (("offered", offered), ("refused", refused)):
        columns[name][:] = np.where(known["adjustments"], words[:, employer], np.uint64(0))


def _put_sensory(
    columns: dict[str, Array], rng: np.random.Generator, known: Mapping[str, Mask], employer: npt.NDArray[np.int32]
) -> None:
    count, employers = len(employer), int(employer.max()) + 1
    seen = known["seen"]
    for index in range(len(DIMENSIONS)):
        noticed = known["sensory"] & (rng.random(count) < np.where(seen, 0.75, 0.2))
        site = rng.choice(5, employers, p=[0.1, 0.28, 0.34, 0.2, 0.08])
        typical = np.clip(site[employer] + rng.choice(3, count, p=[0.15, 0.7, 0.15]) - 1, 0, 4).astype(np.uint8)
        peaking = noticed & seen & (rng.random(count) < 0.35)
        peak = np.where(peaking, np.minimum(typical + rng.integers(1, 3, count), 4), typical)
        columns["typical"][index, noticed] = typical[noticed]
        columns["peak"][index, noticed] = peak[noticed]
        columns["peak_share"][index, peaking] = rng.choice(3, count, p=[0.55, 0.35, 0.1])[peaking]
        leaving = noticed & seen & (rng.random(count) < 0.35)
        columns["can_leave"][index, leaving] = rng.random(int(leaving.sum())) < 0.6


def _put_demands(columns: dict[str, Array], rng: np.random.Generator, known: Mapping[str, Mask]) -> None:
    count, physical, asked = len(known["seen"]), known["physical"], known["requirements"]
    columns["lift_kg"][0, physical] = rng.choice([2, 5, 5, 8, 10, 12, 15, 20, 25], count)[physical]
    columns["stand_minutes"][0, physical] = rng.choice([0, 20, 60, 120, 180, 240, 300, 420], count)[physical]
    columns["walk_minutes"][0, physical] = rng.choice([5, 15, 30, 60, 120, 240], count)[physical]
    columns["climb"][0, physical] = (rng.random(count) < 0.15)[physical]
    columns["dbs"][0, asked] = rng.choice(len(DbsLevel), count, p=[0.6, 0.12, 0.04, 0.12, 0.12])[asked]
    columns["driving"][0, asked] = rng.choice(3, count, p=[0.86, 0.03, 0.11])[asked]
    adult = asked & (rng.random(count) < 0.06)
    columns["minimum_age"][0, adult] = 18
    barred = asked & (columns["dbs"][0] == len(DbsLevel) - 1)
    for name, low, high in (("regulated_children", 0.0, 0.5), ("regulated_adults", 0.5, 1.0)):
        drawn = rng.random(count)
        columns[name][0, asked] = (barred & (drawn >= low) & (drawn < high))[asked]
    columns["settings_known"][0] = asked
    for position in range(5):
        columns["settings"][0, asked & (rng.random(count) < 0.08)] |= np.uint8(1 << position)
    columns["qualifications_known"][0] = asked


def _askings(columns: dict[str, Array], rng: np.random.Generator) -> QualificationTable:
    asked = columns["qualifications_known"][0]
    rows = np.flatnonzero(asked & (rng.random(len(asked)) < 0.08))
    slugs = list(QUALIFICATIONS)
    chosen = rng.integers(0, len(slugs), len(rows))
    return QualificationTable.of(
        (slugs[which], row, QUALIFICATIONS[slugs[which]])
        for row, which in zip(rows.tolist(), chosen.tolist(), strict=True)
    )


def _put_words(
    columns: dict[str, Array],
    rng: np.random.Generator,
    wording: Wording,
    recipe: Recipe,
    title_of_row: npt.NDArray[np.int32],
) -> None:
    """Task tags by title, and what the nearest occupations suggest of each title."""
    tags = len(load_catalogue().task_tags)
    words = [bits(rng.choice(tags, rng.integers(1, 5), replace=False).tolist()) for _ in wording.titles]
    for word in range(2):
        columns["task_tags"][word] = np.array([each[word] for each in words], np.uint64)[title_of_row]
    table = load_occupations()
    priors = prior_columns(recipe.encoder.encode(wording.titles), occupation_vectors(recipe.encoder, table), table)
    for index in range(len(DIMENSIONS)):
        columns["prior_mean"][index] = priors.mean[title_of_row, index]
        columns["prior_spread"][index] = priors.spread[title_of_row, index]
    columns["family"][0] = priors.family[title_of_row]
