"""Flags: benefit limits, wages, contracts and old facts are told beside a role, by the figures of the day."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.errors import Where
from matching.fit.benefits import flags, weekly_pay_range
from matching.interchange import read_vacancy
from matching.model.shortlist import Flag
from tests import strategies
from tests.builders import AS_OF, pool_of, profile_of, shortlister_of, vacancy_of
from tests.oracle import reading
from tests.specs.row import job, person

Raw = dict[str, Any]

ESA_LOWER = ("Employment and Support Allowance", "£20 a week")
PERMITTED_2024 = ("Employment and Support Allowance", "£183.50 a week")
PERMITTED_2025 = ("Employment and Support Allowance", "£195.50 a week")
PERMITTED_2026 = ("Employment and Support Allowance", "£203.50 a week")
CARERS_2024 = ("Carer's Allowance", "£151 a week")
CARERS_2025 = ("Carer's Allowance", "£196 a week")
CARERS_2026 = ("Carer's Allowance", "£204 a week")
UC_HOUSING_2024 = ("Universal Credit", "£404 a month")
UC_HOUSING_2025 = ("Universal Credit", "£411 a month")
UC_HOUSING_2026 = ("Universal Credit", "£427 a month")
UC_2024 = ("Universal Credit", "£673 a month")
UC_2025 = ("Universal Credit", "£684 a month")
UC_2026 = ("Universal Credit", "£710 a month")


def told(vacancy: Raw, *, on: date = AS_OF, profile: Raw | None = None, kind: str | None = None) -> list[Flag]:
    found = flags(profile_of(profile or person()), vacancy_of(vacancy), as_of=on)
    return [flag for flag in found if kind is None or flag.kind == kind]


def a_week(pounds: float) -> Raw:
    """A job of one hour a week, so that its weekly pay is plain to see."""
    return job(pay={"hourly": pounds}, hours={"min": 1, "max": 1})


def limits_told(vacancy: Raw, *, on: date = AS_OF) -> set[tuple[str, str]]:
    """Benefit and amount of each limit that is told."""
    every = {
        *(ESA_LOWER, PERMITTED_2024, PERMITTED_2025, PERMITTED_2026, CARERS_2024, CARERS_2025, CARERS_2026),
        *(UC_HOUSING_2024, UC_HOUSING_2025, UC_HOUSING_2026, UC_2024, UC_2025, UC_2026),
    }
    sentences = [flag.sentence for flag in told(vacancy, on=on, kind="benefit")]
    found = {limit for limit in every for sentence in sentences if all(words in sentence for words in limit)}
    assert len(found) == len(sentences), "each flag names one limit of the table"
    return found


A_WEEK_IN_2026 = {
    "permitted work": Fraction("203.50"),
    "lower limit": Fraction(20),
    "carers": Fraction(204),
    "work allowance with housing": Fraction(427) * 12 / 52,
    "work allowance without": Fraction(710) * 12 / 52,
}


# Benefit limits (domain page, section 6.1). A month's limit a week: 404 x 12 / 52 = 93.23 and 673 -> 155.31,
# 411 -> 94.85 and 684 -> 157.85, 427 -> 98.54 and 710 -> 163.85.
LIMITS = [
    pytest.param(date(2026, 11, 22), 20.00, set(), id="the lower limit itself is not passed"),
    pytest.param(date(2026, 11, 22), 20.01, {ESA_LOWER}, id="a penny above it is"),
    pytest.param(date(2026, 11, 22), 98.53, {ESA_LOWER}, id="2026: below £427 a month"),
    pytest.param(date(2026, 11, 22), 98.54, {ESA_LOWER, UC_HOUSING_2026}, id="2026: above £427 a month"),
    pytest.param(date(2026, 11, 22), 163.84, {ESA_LOWER, UC_HOUSING_2026}, id="2026: below £710 a month"),
    pytest.param(date(2026, 11, 22), 163.85, {ESA_LOWER, UC_HOUSING_2026, UC_2026}, id="2026: above £710 a month"),
    pytest.param(date(2026, 11, 22), 203.36, {ESA_LOWER, UC_HOUSING_2026, UC_2026}, id="2026: 16 hours at £12.71"),
    pytest.param(
        date(2026, 11, 22), 203.50, {ESA_LOWER, UC_HOUSING_2026, UC_2026}, id="2026: permitted work is not passed"
    ),
    pytest.param(
        date(2026, 11, 22),
        203.51,
        {ESA_LOWER, UC_HOUSING_2026, UC_2026, PERMITTED_2026},
        id="2026: permitted work is passed",
    ),
    pytest.param(
        date(2026, 11, 22), 204, {ESA_LOWER, UC_HOUSING_2026, UC_2026, PERMITTED_2026}, id="2026: carers may earn £204"
    ),
    pytest.param(
        date(2026, 11, 22),
        204.01,
        {ESA_LOWER, UC_HOUSING_2026, UC_2026, PERMITTED_2026, CARERS_2026},
        id="2026: all limits",
    ),
    pytest.param(
        date(2025, 6, 1), 195.51, {ESA_LOWER, UC_HOUSING_2025, UC_2025, PERMITTED_2025}, id="2025: permitted work"
    ),
    pytest.param(
        date(2025, 6, 1),
        196.01,
        {ESA_LOWER, UC_HOUSING_2025, UC_2025, PERMITTED_2025, CARERS_2025},
        id="2025: all limits",
    ),
    pytest.param(date(2025, 6, 1), 151.01, {ESA_LOWER, UC_HOUSING_2025}, id="2025: the limit of the year before"),
    pytest.param(
        date(2024, 6, 1),
        183.51,
        {ESA_LOWER, UC_HOUSING_2024, UC_2024, PERMITTED_2024, CARERS_2024},
        id="2024: all limits",
    ),
    pytest.param(date(2024, 6, 1), 151, {ESA_LOWER, UC_HOUSING_2024}, id="2024: carers may earn £151"),
    pytest.param(
        date(2025, 4, 6),
        190,
        {ESA_LOWER, UC_HOUSING_2024, UC_2024, PERMITTED_2024, CARERS_2024},
        id="the last day of 2024-25",
    ),
    pytest.param(date(2025, 4, 7), 190, {ESA_LOWER, UC_HOUSING_2025, UC_2025}, id="the first day of 2025-26"),
    pytest.param(
        date(2026, 4, 5),
        200,
        {ESA_LOWER, UC_HOUSING_2025, UC_2025, PERMITTED_2025, CARERS_2025},
        id="the last day of 2025-26",
    ),
    pytest.param(date(2026, 4, 6), 200, {ESA_LOWER, UC_HOUSING_2026, UC_2026}, id="the first day of 2026-27"),
    pytest.param(date(2035, 1, 1), 500, set(), id="a day of which the tables know nothing"),
]


@pytest.mark.parametrize(("on", "pounds", "expected"), LIMITS)
def test_a_role_tells_the_limits_that_its_weekly_pay_can_pass_on_that_day(
    on: date, pounds: float, expected: set[tuple[str, str]]
) -> None:
    assert limits_told(a_week(pounds), on=on) == expected


@pytest.mark.parametrize(
    ("pay", "hours", "passes"),
    [
        pytest.param({"hourly": 12.5}, {"min": 1, "max": 16.4}, True, id="only the most hours pass it"),
        pytest.param({"hourly": 12.5}, {"min": 16.4, "max": 16.4}, True, id="the least hours pass it"),
        pytest.param({"hourly": 12.5}, {"min": 1, "max": 16.28}, False, id="£203.50 at the most"),
        pytest.param({"annual": 10582}, {}, False, id="£10,582 a year is £203.50 a week"),
        pytest.param({"annual": 10583}, {}, True, id="a pound a year more"),
        pytest.param({"annual": 10583}, {"min": 1, "max": 2}, True, id="by the year the hours do not matter"),
        pytest.param({"hourly": 10, "annual": 99999}, {"min": 10, "max": 10}, False, id="a stated hourly wage wins"),
        pytest.param({"hourly": 99}, {}, False, id="a wage without any hours"),
        pytest.param({"hourly": 99}, {"min": 0, "max": 0}, False, id="no hours at all"),
        pytest.param({}, {"min": 40, "max": 40}, False, id="no pay"),
    ],
)
def test_the_weekly_pay_is_the_wage_times_the_hours_or_a_share_of_the_year(pay: Raw, hours: Raw, passes: bool) -> None:
    assert (PERMITTED_2026 in limits_told(job(pay=pay, hours=hours))) == passes


def test_the_flag_of_a_limit_says_if_you_receive_and_sends_to_an_adviser() -> None:
    for flag in told(a_week(300), kind="benefit"):
        assert flag.sentence.startswith("If you receive ")
        assert "adviser" in flag.sentence
        assert "will lose" not in flag.sentence


@given(strategies.vacancies())
def test_limits_are_those_of_the_literal_reading_where_both_ends_of_the_hours_are_known(vacancy: Raw) -> None:
    hours = vacancy.get("hours")
    both = isinstance(hours, dict) and all(isinstance(hours.get(end), int | float) for end in ("min", "max"))
    if both or vacancy_of(vacancy).pay.hourly is None:
        assert len(told(vacancy, kind="benefit")) == len(reading.limits_crossed(vacancy, A_WEEK_IN_2026))


def test_weekly_pay_runs_from_the_least_hours_to_the_most() -> None:
    assert weekly_pay_range(vacancy_of(job(pay={"hourly": 12.5}, hours={"min": 8, "max": 16}))) == (100.0, 200.0)
    assert weekly_pay_range(vacancy_of(job(pay={"annual": 5200}))) == (100.0, 100.0)
    assert weekly_pay_range(vacancy_of(job(pay={"hourly": 12.5, "annual": 5200}))) == (100.0, 100.0)
    assert weekly_pay_range(vacancy_of(job(pay={"hourly": 12.5}))) is None
    assert weekly_pay_range(vacancy_of(job())) is None


# The legal minimum wage


@pytest.mark.parametrize(
    ("on", "contract", "pay", "below"),
    [
        (date(2026, 11, 22), None, {"hourly": 12.71}, False),
        (date(2026, 11, 22), None, {"hourly": 12.70}, True),
        (date(2026, 3, 31), None, {"hourly": 12.21}, False),
        (date(2026, 3, 31), None, {"hourly": 12.20}, True),
        (date(2026, 4, 1), None, {"hourly": 12.21}, True),
        (date(2025, 3, 31), None, {"hourly": 11.44}, False),
        (date(2026, 11, 22), "apprenticeship", {"hourly": 8.00}, False),
        (date(2026, 11, 22), "apprenticeship", {"hourly": 7.99}, True),
        # £13,218.40 a year for 20 hours is £12.71 an hour; a pound less is a penny less.
        (date(2026, 11, 22), None, {"annual": 13218.40}, False),
        (date(2026, 11, 22), None, {"annual": 13211}, True),
        (date(2026, 11, 22), None, {}, False),
        (date(2035, 1, 1), None, {"hourly": 1}, False),
    ],
)
def test_pay_below_the_minimum_wage_of_the_day_is_told(on: date, contract: str | None, pay: Raw, below: bool) -> None:
    vacancy = job(contract=contract, pay=pay, hours={"min": 20, "max": 20})
    assert bool(told(vacancy, on=on, kind="minimum_wage")) == below


def test_pay_by_the_year_that_is_too_low_only_for_the_most_hours_is_told_as_possible() -> None:
    [flag] = told(job(pay={"annual": 13218.40}, hours={"min": 20, "max": 30}), kind="minimum_wage")
    assert "may fall below" in flag.sentence


# Contracts, old facts, words of refused work, what a feed worked out


@pytest.mark.parametrize(
    ("contract", "kinds"),
    [
        ("permanent", []),
        ("apprenticeship", []),
        (None, []),
        ("fixed_term", ["contract"]),
        ("temporary", ["contract"]),
        ("seasonal", ["contract"]),
        ("zero_hours", ["contract"]),
    ],
)
def test_a_contract_that_does_not_last_or_promises_no_hours_is_told(contract: str | None, kinds: list[str]) -> None:
    assert [flag.kind for flag in told(job(contract=contract))] == kinds


@pytest.mark.parametrize(
    ("checked_on", "is_old"),
    [("2026-08-24", False), ("2026-08-23", True), ("2026-11-22", False), (None, False), ("2026-12-24", False)],
)
def test_facts_checked_more_than_90_days_ago_are_told_as_old(checked_on: str | None, is_old: bool) -> None:
    assert bool(told(job(facts_checked_on=checked_on), kind="old_facts")) == is_old


@pytest.mark.parametrize(
    ("refusal", "vacancy", "warned"),
    [
        ({"label": "Cleaning toilets"}, {"title": "Office cleaner"}, True),
        ({"label": "Cleaning toilets"}, {"description": "You will clean the kitchen."}, True),
        ({"label": "cleaning"}, {"tasks": ["CLEANS pots"]}, True),
        ({"label": "Cleaning toilets"}, {"title": "Baker"}, False),
        ({"label": "work with animals"}, {"title": "Works manager with all jobs"}, False),
        ({"label": "Cleaning", "tags": ["cleaning"]}, {"title": "Cleaner", "task_tags": ["cleaning"]}, False),
        ({"label": "Cleaning", "tags": ["cleaning"]}, {"title": "Cleaner", "task_tags": ["cooking"]}, True),
    ],
)
def test_words_near_to_refused_work_are_told_where_no_shared_tag_already_says_so(
    refusal: Raw, vacancy: Raw, warned: bool
) -> None:
    found = told(job(**vacancy), profile=person(refused_work=[refusal]), kind="refused_words")
    assert bool(found) == warned


def test_what_a_feed_worked_out_is_told_as_not_stated() -> None:
    stated = read_vacancy(job(location={"postcode": "ME14 1"}), Where())
    derived = read_vacancy(job(location={"postcode": "ME14 1"}), Where(), derived=["location.postcode"])
    assert [flag.kind for flag in flags(profile_of(person()), stated, as_of=AS_OF)] == []
    assert [flag.kind for flag in flags(profile_of(person()), derived, as_of=AS_OF)] == ["derived"]


# Flags take no part


@given(
    st.sampled_from(["permanent", "zero_hours", "seasonal", None]),
    st.sampled_from([0, 3, None]),
    st.sampled_from([1, 9]),
)
def test_neither_contract_nor_badge_nor_openings_take_part_in_the_score(
    contract: str | None, badge: int | None, openings: int
) -> None:
    profile = profile_of(person(hours={"max": 20}))
    vacancy = job(contract=contract, disability_confident=badge, openings=openings)
    scores = [shortlister_of(pool_of([each])).order(profile, as_of=AS_OF).scores.tolist() for each in (job(), vacancy)]
    assert scores[0] == scores[1]


def test_flags_exclude_nothing_and_are_no_findings() -> None:
    vacancy = job(contract="zero_hours", pay={"hourly": 1}, hours={"min": 40, "max": 40}, facts_checked_on="2020-01-01")
    [drawn] = shortlister_of(pool_of([vacancy])).shortlists([profile_of(person())], as_of=AS_OF)
    [entry] = drawn.entries
    assert {flag.kind for flag in entry.flags} == {"benefit", "minimum_wage", "contract", "old_facts"}
    assert {finding.aspect.value for finding in entry.findings} <= {"evidence", "requirements"}
