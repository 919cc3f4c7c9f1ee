"""Vacancies as columns: each fact in its place, unknown where nobody knows, and every view the same facts."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.columns import (
    COLUMNS,
    CONTRACTS,
    DIMENSIONS,
    DRIVING_ASKED,
    PEAK_SHARES,
    REMOTE_STEPS,
    SOURCES,
    UNKNOWN,
    bits,
    empty_columns,
)
from matching.laying_out import hourly_range, whole_minutes
from matching.model.sensory import SensoryDimension
from matching.model.vacancy import Contract, VacancySource
from matching.model.work import Pay
from matching.patterns import Patterns
from matching.pool import VacancyPool
from matching.taxonomy import load_catalogue
from tests import strategies
from tests.builders import AS_OF, pool_of, profile_of, shortlister_of, vacancy_of
from tests.specs.row import job, person, span, works

Raw = dict[str, Any]
NOISE = DIMENSIONS.index(SensoryDimension.NOISE)


def column(name: str, vacancy: Raw, index: int = 0) -> Any:
    """The one value of a column for one vacancy."""
    return pool_of([vacancy]).columns[name][index, 0].item()


# Facts in their places

STATED = [
    ("hours_least", job(hours={"min": 16}), 16.0),
    ("hours_most", job(hours={"max": 20.25}), 20.25),
    ("least_minutes", job(hours={"min": 7.6}), 456),
    ("most_minutes", job(hours={"max": 16.5}), 990),
    ("negotiable", job(hours={"negotiable": "maybe"}), True),
    ("negotiable", job(hours={"negotiable": "no"}), False),
    ("remote", job(location={"remote": "mostly"}), REMOTE_STEPS.index("mostly")),
    ("hourly_least", job(pay={"hourly": 12.5}), 12.5),
    ("hourly_most", job(pay={"annual": 24000}, hours={"min": 20, "max": 30}), 23.08),
    ("lift_kg", job(physical={"lift_kg": 10.5}), 10.5),
    ("stand_minutes", job(physical={"stand_minutes": 60}), 60.0),
    ("walk_minutes", job(physical={"walk_minutes": 30}), 30.0),
    ("climb", job(physical={"climb": False}), 0),
    ("climb", job(physical={"climb": True}), 1),
    ("driving", job(requirements={"driving": "full_manual"}), DRIVING_ASKED.index("full_manual")),
    ("minimum_age", job(requirements={"minimum_age": 18}), 18),
    ("regulated_children", job(requirements={"regulated_activity": ["children"]}), 1),
    ("regulated_adults", job(requirements={"regulated_activity": ["children"]}), 0),
    ("settings_known", job(requirements={"settings": []}), True),
    ("qualifications_known", job(requirements={"qualifications": []}), True),
    ("facts_checked_on", job(facts_checked_on="2026-11-22"), AS_OF.toordinal()),
    ("opens_on", job(opens_on="2026-11-22"), AS_OF.toordinal()),
    ("closes_on", job(closes_on="2026-11-22"), AS_OF.toordinal()),
    ("open", job(status="paused"), False),
    ("source", job(source="carved"), SOURCES.index(VacancySource.CARVED)),
    ("contract", job(contract="seasonal"), CONTRACTS.index(Contract.SEASONAL)),
]


@pytest.mark.parametrize(("name", "vacancy", "value"), STATED, ids=[f"{name}: {value}" for name, _, value in STATED])
def test_a_stated_fact_stands_in_its_column(name: str, vacancy: Raw, value: object) -> None:
    assert column(name, vacancy) == value


NOTHING_KNOWN = {
    "negotiable": False,
    "remote": 0,
    "open": True,
    "opens_on": 0,
    "closes_on": date.max.toordinal(),
    "least_minutes": -1,
    "most_minutes": 7 * 24 * 60,
    "pattern": -1,
    "outcode": -1,
    "sector": -1,
    "minimum_age": -1,
    "family": -1,
    "source": SOURCES.index(VacancySource.ADVERTISED),
    "contract": -1,
    "hourly_least": 0.0,
    "hourly_most": math.inf,
    "employer": 0,
    "facts_checked_on": 0,
    "settings_known": False,
    "qualifications_known": False,
    **dict.fromkeys(("offered", "refused", "task_tags", "settings"), 0),
    **dict.fromkeys(("typical", "peak", "peak_share", "can_leave", "climb", "dbs", "driving"), UNKNOWN),
    **dict.fromkeys(("regulated_children", "regulated_adults"), UNKNOWN),
    **dict.fromkeys(("hours_least", "hours_most", "easting", "northing", "prior_mean", "prior_spread"), math.nan),
    **dict.fromkeys(("lift_kg", "stand_minutes", "walk_minutes"), math.nan),
}


@pytest.mark.parametrize("name", [name for name in COLUMNS if name != "digest"])
def test_what_nobody_knows_stands_as_unknown_and_never_as_a_fact(name: str) -> None:
    _, count = COLUMNS[name]
    for index in range(count):
        np.testing.assert_equal(column(name, job(), index), NOTHING_KNOWN[name])


def test_a_vacancy_that_says_nothing_is_an_empty_row() -> None:
    pool, empty = pool_of([job()]), empty_columns(1)
    for name in COLUMNS:
        if name not in ("hourly_most", "digest"):
            np.testing.assert_array_equal(pool.columns[name], empty[name], err_msg=name)


def test_every_column_has_its_type_and_as_many_values_a_row_as_it_says() -> None:
    pool = pool_of([job(), job(vacancy_ref="V-2")])
    assert pool.columns.keys() == COLUMNS.keys()
    for name, (kind, count) in COLUMNS.items():
        assert pool.columns[name].dtype == kind, name
        assert pool.columns[name].shape == (count, 2), name


def test_offers_stand_as_bits_of_their_places_in_the_catalogue() -> None:
    catalogue = load_catalogue()
    said = {"sens.headphones": "yes", "place.quiet_room": "no", "sup.named_person": "maybe"}
    view = pool_of([job(adjustments=said)]).jobs()
    for entry in catalogue.adjustments:
        mask = bits([catalogue.index_of_adjustment(entry.slug)])
        assert view.flags("offered", mask).tolist() == [said.get(entry.slug) == "yes"]
        assert view.flags("refused", mask).tolist() == [said.get(entry.slug) == "no"]


def test_task_tags_stand_as_bits_of_their_places_in_the_catalogue() -> None:
    catalogue = load_catalogue()
    last = catalogue.task_tags[-1].slug
    view = pool_of([job(task_tags=["cleaning", last])]).jobs()
    tagged = [
        tag.slug
        for tag in catalogue.task_tags
        if view.flags("task_tags", bits([catalogue.index_of_task_tag(tag.slug)]))
    ]
    assert tagged == [tag.slug for tag in catalogue.task_tags if tag.slug in ("cleaning", last)]


def test_regulated_activity_adds_its_exclusion_to_the_settings_but_does_not_make_them_known() -> None:
    vacancy = job(requirements={"regulated_activity": ["adults"]})
    slugs = [entry.slug for entry in load_catalogue().role_exclusions]
    assert column("settings", vacancy) == 1 << slugs.index("no_regulated_adults")
    assert column("settings_known", vacancy) is False


def test_a_sensory_level_stands_with_its_peak_share_and_whether_one_can_leave() -> None:
    level = {"typical": 2, "peak": 4, "peak_share": "10_to_50", "can_leave": False, "source": "visit"}
    vacancy = job(sensory={"noise": level})
    stated = {"typical": 2, "peak": 4, "peak_share": PEAK_SHARES.index("10_to_50"), "can_leave": 0}
    assert {name: column(name, vacancy, NOISE) for name in stated} == stated
    others = {column("typical", vacancy, index) for index in range(len(DIMENSIONS)) if index != NOISE}
    assert others == {UNKNOWN}


def test_a_level_that_only_the_occupation_suggests_is_a_prior_and_no_level() -> None:
    vacancy = job(sensory={"noise": {"typical": 3, "source": "occupation_prior"}})
    assert column("typical", vacancy, NOISE) == UNKNOWN
    assert column("prior_mean", vacancy, NOISE) == 3.0


def test_employers_of_one_name_however_written_share_a_number() -> None:
    pool = pool_of([job(vacancy_ref=str(number), employer=name) for number, name in enumerate(strategies.EMPLOYERS)])
    assert pool.columns["employer"][0].tolist() == [0, 0, 0, 1, 1, 2, 2]


def test_a_place_has_its_outcode_its_sector_and_its_centroid() -> None:
    texts = ["ME14 1XQ", "me141xq", "ME14 1", "ME14", "ZZ99 9", None]
    pool = pool_of([job(vacancy_ref=str(n), location={"postcode": text}) for n, text in enumerate(texts)])
    assert pool.columns["outcode"][0].tolist() == [0, 0, 0, 0, 1, -1]
    assert pool.columns["sector"][0].tolist() == [0, 0, 0, -1, 1, -1]
    assert np.isnan(pool.columns["easting"][0]).tolist() == [False] * 4 + [True] * 2
    assert pool.columns["easting"][0, 0] == pool.columns["easting"][0, 2] != pool.columns["easting"][0, 3]


def test_references_are_ranked_as_text() -> None:
    pool = pool_of([job(vacancy_ref=ref) for ref in ("V-10", "V-9", "a", "Z")])
    assert pool.ref_rank.tolist() == [0, 1, 3, 2]


def test_qualifications_are_listed_by_slug_and_then_by_row() -> None:
    def asks(ref: str, *asked: Raw) -> Raw:
        return job(vacancy_ref=ref, requirements={"qualifications": list(asked)})

    table = pool_of(
        [asks("V-1", {"slug": "sia"}, {"slug": "cscs", "obtainable_weeks": 4}), asks("V-2", {"slug": "cscs"})]
    ).qualifications
    assert table.slugs == ("cscs", "sia")
    assert table.first.tolist() == [0, 2, 3]
    assert table.rows.tolist() == [0, 1, 0]
    np.testing.assert_array_equal(table.weeks, [4.0, np.nan, np.nan])


# Pay and time


@pytest.mark.parametrize(
    ("pay", "least_hours", "most_hours", "expected"),
    [
        (Pay(hourly=12.5), 0.0, 168.0, (12.5, 12.5)),
        (Pay(hourly=12.5, annual=99999.0), 20.0, 20.0, (12.5, 12.5)),
        (Pay(hourly=12.495), None, None, (12.495, 12.495)),
        (Pay(annual=13000.0), 20.0, 20.0, (12.5, 12.5)),
        (Pay(annual=12994.8), 20.0, 20.0, (12.5, 12.5)),  # £12.495, halves up
        (Pay(annual=12994.79), 20.0, 20.0, (12.49, 12.49)),
        (Pay(annual=13000.0), 20.0, 40.0, (6.25, 12.5)),
        (Pay(annual=13000.0), None, 20.0, (12.5, math.inf)),
        (Pay(annual=13000.0), 0.0, 20.0, (12.5, math.inf)),
        (Pay(annual=13000.0), 20.0, None, (1.49, 12.5)),  # 168 hours at the most
        (Pay(annual=0.0), None, 20.0, (0.0, 0.0)),
        (Pay(), 20.0, 20.0, (0.0, math.inf)),
    ],
)
def test_pay_by_the_hour_is_the_year_by_52_weeks_to_the_penny(
    pay: Pay, least_hours: float | None, most_hours: float | None, expected: tuple[float, float]
) -> None:
    assert hourly_range(pay, least_hours=least_hours, most_hours=most_hours) == expected


@pytest.mark.parametrize(("least", "most"), [(None, None), (0.0, None), (None, 0.0), (0.0, 0.0)])
def test_pay_by_the_year_without_any_hours_is_no_pay_by_the_hour(least: float | None, most: float | None) -> None:
    found = hourly_range(Pay(annual=13000.0), least_hours=least, most_hours=most)
    assert all(math.isnan(end) for end in found)


@given(st.floats(0, 1e9), st.floats(0, 168), st.floats(0, 168))
def test_pay_by_the_hour_is_never_more_for_more_hours_whatever_the_figures(
    annual: float, one: float, two: float
) -> None:
    least_hours, most_hours = sorted((one, two))
    least, most = hourly_range(Pay(annual=annual), least_hours=least_hours, most_hours=most_hours)
    assert math.isnan(least) or least <= most


@pytest.mark.parametrize("hours", [{"min": 1e-30}, {"max": 1e-30}, {"min": 5e-324, "max": 168}])
def test_a_job_of_hardly_any_hours_still_has_its_row(hours: Raw) -> None:
    assert len(pool_of([job(pay={"annual": 26000}, hours=hours)])) == 1


@pytest.mark.parametrize(
    ("hours", "minutes"), [(0.0, 0), (8.0, 480), (7.6, 456), (0.01, 1), (168.0, 10080), (20.25, 1215), (1 / 3, 20)]
)
def test_hours_are_whole_minutes_rounded_up(hours: float, minutes: int) -> None:
    assert whole_minutes(hours) == minutes


# Patterns


def patterns(*vacancies: Raw) -> Patterns:
    return pool_of([{**each, "vacancy_ref": str(n)} for n, each in enumerate(vacancies)]).patterns


def pieces(found: Patterns) -> list[tuple[int, int]]:
    return list(zip(found.starts.tolist(), found.ends.tolist(), strict=True))


def test_shifts_are_minutes_from_monday_and_run_past_midnight_and_past_sunday() -> None:
    found = patterns(works("fixed", span("mon", "09:00", "17:00"), span("sun", "22:00", "06:00")))
    assert pieces(found) == [(540, 1020), (6 * 1440 + 22 * 60, 7 * 1440 + 6 * 60)]


def test_windows_of_a_flexible_pattern_are_united_and_shifts_of_a_rota_are_not() -> None:
    spans = span("mon", "09:00", "13:00"), span("mon", "12:00", "17:00"), span("sun", "23:00", "01:00")
    assert pieces(patterns(works("flexible", *spans))) == [(0, 60), (540, 1020), (10020, 10080)]
    rota = patterns(works("rota", *spans))
    assert pieces(rota) == [(540, 780), (720, 1020), (10020, 10140)]
    assert rota.overlapping.tolist() == [0]


def test_shifts_that_touch_do_not_overlap_and_sunday_night_may_overlap_monday() -> None:
    assert patterns(works("rota", span("mon", "09:00", "13:00"), span("mon", "13:00", "17:00"))).overlapping.size == 0
    assert patterns(works("rota", span("sun", "22:00", "06:00"), span("mon", "05:00", "09:00"))).overlapping.size == 1


def test_equal_patterns_are_kept_once_and_notice_does_not_tell_them_apart() -> None:
    same = works("fixed", span("mon", "09:00", "17:00"))
    with_notice = job(pattern={**same["pattern"], "notice_days": 7})
    pool = pool_of([same, {**with_notice, "vacancy_ref": "V-2"}, {**job(), "vacancy_ref": "V-3"}])
    assert len(pool.patterns) == 1
    assert pool.columns["pattern"][0].tolist() == [0, 0, -1]


# Which are open


@pytest.mark.parametrize(
    ("fields", "is_open"),
    [
        ({}, True),
        ({"opens_on": "2026-11-22"}, True),
        ({"opens_on": "2026-11-23"}, False),
        ({"closes_on": "2026-11-22"}, True),
        ({"closes_on": "2026-11-21"}, False),
        ({"opens_on": "2026-11-22", "closes_on": "2026-11-22"}, True),
        ({"opens_on": "2026-11-23", "closes_on": "2026-11-21"}, False),
        ({"status": "paused"}, False),
        ({"status": "filled"}, False),
        ({"status": "closed"}, False),
        ({"status": "unknown", "opens_on": None, "closes_on": "unknown"}, True),
    ],
)
def test_a_vacancy_is_open_from_its_first_day_to_its_last(fields: Raw, is_open: bool) -> None:
    assert pool_of([job(**fields)]).open_rows(on=AS_OF).tolist() == [0] * is_open
    assert vacancy_of(job(**fields)).is_open(on=AS_OF) == is_open


@given(strategies.pools(), st.dates(date(2026, 1, 1), date(2027, 6, 1)))
def test_the_open_rows_are_those_of_the_vacancies_that_are_open(pool: list[Raw], on: date) -> None:
    laid_out = pool_of(pool)
    assert laid_out.open_rows(on=on).tolist() == [
        row for row, vacancy in enumerate(laid_out.vacancies) if vacancy.is_open(on=on)
    ]


# Views


def three() -> VacancyPool:
    return pool_of([job(vacancy_ref=f"V-{hours}", hours={"max": hours}) for hours in (10, 20, 30)])


def test_a_view_holds_its_rows_in_their_order() -> None:
    view = three().jobs(np.array([2, 0]))
    assert len(view) == 2
    assert view.column("hours_most").tolist() == [30.0, 10.0]


def test_a_view_without_rows_named_holds_them_all() -> None:
    assert three().jobs().column("hours_most").tolist() == [10.0, 20.0, 30.0]


@given(st.sets(st.integers(0, 2)), st.sets(st.integers(0, 2)))
def test_a_view_knows_which_rows_stand_in_it_and_where(rows: set[int], asked: set[int]) -> None:
    places, found = three().jobs(np.array(sorted(rows), np.int64)).among(np.array(sorted(asked), np.int64))
    assert [row for row, stands in zip(sorted(asked), found.tolist(), strict=True) if stands] == sorted(rows & asked)
    assert [sorted(rows)[place] for place in places.tolist()] == sorted(rows & asked)


def test_a_view_of_all_rows_holds_each_where_it_is() -> None:
    places, found = three().jobs().among(np.array([0, 2]))
    assert (places.tolist(), found.tolist()) == ([0, 2], [True, True])


def test_other_columns_leave_the_pool_as_it_was() -> None:
    pool = three()
    changed = pool.with_columns(hours_most=np.array([[1.0, 2.0, 3.0]]))
    assert pool.columns["hours_most"][0].tolist() == [10.0, 20.0, 30.0]
    assert changed.columns["hours_most"][0].tolist() == [1.0, 2.0, 3.0]
    assert changed.refs == pool.refs


@given(st.sets(st.integers(0, 127)))
def test_bits_fill_two_words(positions: set[int]) -> None:
    low, high = bits(positions)
    assert {place for place in range(128) if (low | high << 64) >> place & 1} == positions


def test_a_pool_of_nothing_gives_an_empty_list() -> None:
    [drawn] = shortlister_of(pool_of([])).shortlists([profile_of(person(interests=["dogs"]))], as_of=AS_OF)
    assert (drawn.counts.open, drawn.entries, drawn.excluded, drawn.negotiate) == (0, (), (), ())


# Pools that grow


Step = tuple[list[tuple[str, Raw]], list[str]]


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """Steps of a pool of few references: vacancies that are new or changed, and references that are taken out."""
    refs = st.sampled_from(["V-1", "V-10", "V-2", "a", "Z"])
    steps = []
    for _ in range(draw(st.integers(1, 4))):
        put = draw(st.lists(refs, unique=True, max_size=3))
        out = draw(st.lists(refs, unique=True, max_size=2))
        steps.append(([(ref, draw(strategies.vacancies(ref))) for ref in put], [ref for ref in out if ref not in put]))
    return steps


def after(pool: VacancyPool, step: Step) -> VacancyPool:
    """The pool after one step; what changes is taken out and put behind."""
    put, out = step
    gone = [pool.row_of(ref) for ref in (*out, *(ref for ref, _ in put))]
    return pool.joined(pool_of([vacancy for _, vacancy in put]), gone=[row for row in gone if row is not None])


def present_after(steps: list[Step]) -> dict[str, Raw]:
    present: dict[str, Raw] = {}
    for put, out in steps:
        present |= dict(put)
        for ref in out:
            present.pop(ref, None)
    return present


def facts(pool: VacancyPool) -> dict[str, dict[str, Any]]:
    """All that stands of each present reference, words in place of their numbers."""
    words = {
        "employer": {number: word for word, number in pool.employers.items()},
        "outcode": {number: word for word, number in pool.outcodes.items()},
        "sector": {number: word for word, number in pool.sectors.items()},
    }
    asked: dict[int, list[Any]] = {}
    table = pool.qualifications
    for slug, row, weeks in zip(table.slug_of_line, table.rows.tolist(), table.weeks.tolist(), strict=True):
        asked.setdefault(row, []).append((table.slugs[slug], str(weeks)))
    found = {}
    for row in pool.present.tolist():
        columns: dict[str, Any] = {name: str(column[:, row].tolist()) for name, column in pool.columns.items()}
        for name, word in words.items():
            columns[name] = word.get(pool.columns[name][0, row].item())
        number = pool.columns["pattern"][0, row].item()
        columns["pattern"] = _pattern_of(pool.patterns, number)
        columns["qualifications"] = asked.get(row, [])
        columns["digest"] = pool.columns["digest"][:, row].tobytes()
        columns["vacancy"] = pool.vacancies[row]
        found[pool.refs[row]] = columns
    assert set(asked) <= set(pool.present.tolist())
    return found


def _pattern_of(patterns: Patterns, number: int) -> Any:
    if number < 0:
        return None
    own = slice(patterns.first[number], patterns.first[number + 1])
    of_pattern = np.flatnonzero(patterns.stretches.pattern == number)
    ends = [*patterns.stretches.first[1 : len(patterns.stretches.pattern)].tolist(), len(patterns.stretches.pieces)]
    covered = [
        (patterns.stretches.pieces[patterns.stretches.first[at] : ends[at]] - patterns.first[number]).tolist()
        for at in of_pattern
    ]
    return (
        patterns.kind[number].item(),
        patterns.starts[own].tolist(),
        patterns.ends[own].tolist(),
        patterns.length[own].tolist(),
        set(patterns.pattern_of_piece[own].tolist()) <= {number},
        number in patterns.overlapping,
        patterns.stretches.minutes[of_pattern].tolist(),
        covered,
    )


@given(histories())
def test_a_pool_that_grew_holds_what_a_new_one_of_the_same_vacancies_holds(steps: list[Step]) -> None:
    pool = pool_of([])
    for step in steps:
        pool = after(pool, step)
    present = present_after(steps)
    assert facts(pool) == facts(pool_of(list(present.values())))
    assert [pool.row_of(ref) is None for ref in ("V-1", "V-10", "V-2", "a", "Z")] == [
        ref not in present for ref in ("V-1", "V-10", "V-2", "a", "Z")
    ]
    by_rank = sorted(pool.present.tolist(), key=lambda row: pool.ref_rank[row])
    assert [pool.refs[row] for row in by_rank] == sorted(present)


@pytest.mark.parametrize("spare_rows", [0, 2, 1024])
@settings(max_examples=50)
@given(steps=histories(), chance=st.randoms())
def test_a_pool_never_changes_whatever_grows_out_of_it_however_often(
    spare_rows: int, steps: list[Step], chance: Any
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matching.pool.LEAST_SPARE_ROWS", spare_rows)
        pools, taken = [pool_of([])], [list[Step]()]
        for step in (*steps, *steps):
            origin = chance.randrange(len(pools))
            pools.append(after(pools[origin], step))
            taken.append([*taken[origin], step])
        for pool, those in zip(pools, taken, strict=True):
            assert facts(pool) == facts(pool_of(list(present_after(those).values())))


@given(histories())
def test_the_rows_that_are_kept_hold_what_they_held(steps: list[Step]) -> None:
    pool = pool_of([])
    for step in steps:
        pool = after(pool, step)
    kept = pool.kept(pool.present)
    assert facts(kept) == facts(pool)
    assert len(kept) == len(kept.present)
    assert set(kept.qualifications.slugs) == {slug for row in facts(pool).values() for slug, _ in row["qualifications"]}


def test_what_was_taken_out_is_never_open_and_not_found() -> None:
    pool = three().joined(pool_of([]), gone=[1])
    assert pool.open_rows(on=AS_OF).tolist() == [0, 2]
    assert (pool.row_of("V-20"), pool.row_of("V-30"), pool.row_of("V-2")) == (None, 2, None)


@pytest.mark.parametrize("refs", [["V-10"], ["V-40", "V-40"]])
def test_two_rows_of_one_reference_are_refused(refs: list[str]) -> None:
    pool = three()
    with pytest.raises(ValueError, match="one reference"):
        pool.joined(pool_of([job(vacancy_ref=ref) for ref in refs]))
    assert len(pool.joined(pool_of([job(vacancy_ref="V-40")]))) == 4


def test_a_change_copies_no_column() -> None:
    first = three().joined(pool_of([]))
    second = first.joined(pool_of([job(vacancy_ref="V-40")]), gone=[0])
    assert all(np.shares_memory(first.columns[name], second.columns[name]) for name in COLUMNS)


def test_a_pool_out_of_room_moves_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.pool.LEAST_SPARE_ROWS", 0)
    pool = pool_of([])
    for number in range(20):
        pool = pool.joined(pool_of([job(vacancy_ref=f"V-{number}", hours={"max": number})]))
    assert pool.columns["hours_most"][0].tolist() == list(range(20))
