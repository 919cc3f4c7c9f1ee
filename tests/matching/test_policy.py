"""Rates and thresholds are those of their day, and a broken table is refused by name."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from matching.errors import Invalid, NotFound
from matching.policy import (
    POLICY_FILES,
    RateKind,
    benefit_limits_on,
    earnings_threshold_in_pounds,
    load_policy,
    minimum_wage_on,
    outcome_policy,
    policy_digest,
    rate_on,
    rates_on,
    read_policy,
)
from tests.matching.table_files import edited

MAY = {year: date(year, 5, 1) for year in range(2023, 2030)}

# series: {year that begins in April: value}
FIGURES: dict[str, dict[int, float]] = {
    "nlw_21plus": {2024: 11.44, 2025: 12.21, 2026: 12.71, 2027: 13.21},
    "nmw_18_to_20": {2025: 10.00, 2026: 10.85, 2027: 11.27},
    "nmw_16_to_17_and_apprentice": {2025: 7.55, 2026: 8.00, 2027: 8.31},
    "permitted_work": {2024: 183.50, 2025: 195.50, 2026: 203.50},
    "permitted_work_hours": {2024: 16, 2025: 16, 2026: 16},
    "esa_lower_limit": {2024: 20, 2025: 20, 2026: 20},
    "ca_limit": {2024: 151, 2025: 196, 2026: 204},
    "uc_wa_low": {2024: 404, 2025: 411, 2026: 427},
    "uc_wa_high": {2024: 673, 2025: 684, 2026: 710},
    "uc_taper": {2024: 55, 2025: 55, 2026: 55},
}

UNCONFIRMED_FIGURES = {("nlw_21plus", 2027), ("nmw_18_to_20", 2027), ("nmw_16_to_17_and_apprentice", 2027)}
DERIVED_FIGURES = {("permitted_work", 2026), ("uc_wa_low", 2026), ("uc_wa_high", 2026)}


def rows(figures: dict[str, dict[int, float]]) -> list[tuple[str, int, float]]:
    return [(series, year, value) for series, by_year in figures.items() for year, value in by_year.items()]


class TestRates:
    @pytest.mark.parametrize(("series", "year", "value"), rows(FIGURES))
    def test_a_figure_is_that_of_its_year(self, series: str, year: int, value: float) -> None:
        rate = rate_on(series=series, on=MAY[year])

        assert rate is not None
        assert rate.value == value

    def test_no_series_is_missing_or_unexpected(self) -> None:
        assert {rate.series for rate in load_policy().rates} == set(FIGURES)

    @pytest.mark.parametrize(("series", "year"), sorted(UNCONFIRMED_FIGURES))
    def test_next_years_wages_are_marked_unconfirmed(self, series: str, year: int) -> None:
        rate = rate_on(series=series, on=MAY[year])

        assert rate is not None
        assert rate.status == "unconfirmed"

    @pytest.mark.parametrize(("series", "year"), sorted(DERIVED_FIGURES))
    def test_calculated_limits_are_marked_derived(self, series: str, year: int) -> None:
        rate = rate_on(series=series, on=MAY[year])

        assert rate is not None
        assert rate.status == "derived"

    @pytest.mark.parametrize(
        ("on", "value"),
        [
            (date(2024, 4, 1), 11.44),
            (date(2025, 3, 31), 11.44),
            (date(2025, 4, 1), 12.21),
            (date(2026, 3, 31), 12.21),
            (date(2026, 11, 22), 12.71),
        ],
    )
    def test_wages_change_on_the_first_of_april(self, on: date, value: float) -> None:
        wage = minimum_wage_on(on=on)

        assert wage is not None
        assert wage.value == value

    def test_an_apprentice_has_a_wage_of_their_own(self) -> None:
        wage = minimum_wage_on(on=date(2026, 11, 22), apprentice=True)

        assert wage is not None
        assert wage.value == 8.00

    @pytest.mark.parametrize("on", [date(2024, 3, 31), date(2028, 4, 1)])
    def test_outside_the_known_years_there_is_no_wage(self, on: date) -> None:
        assert minimum_wage_on(on=on) is None

    @pytest.mark.parametrize(
        ("last_day", "before", "after"), [(date(2025, 4, 6), 151, 196), (date(2026, 4, 5), 196, 204)]
    )
    def test_benefit_limits_change_on_a_monday_in_april(self, last_day: date, before: float, after: float) -> None:
        values = [rate_on(series="ca_limit", on=on) for on in (last_day, last_day + timedelta(days=1))]

        assert [rate and rate.value for rate in values] == [before, after]
        assert (last_day + timedelta(days=1)).strftime("%A") == "Monday"

    def test_rates_on_a_day_hold_each_series_at_most_once(self) -> None:
        for day in range(0, 4 * 366, 7):
            series = [rate.series for rate in rates_on(on=date(2024, 1, 1) + timedelta(days=day))]
            assert len(series) == len(set(series))


class TestBenefitLimits:
    def test_all_limits_on_earnings_in_force_are_given_by_the_week(self) -> None:
        found = {rate.series: round(rate.per_week, 2) for rate in benefit_limits_on(on=date(2026, 11, 22))}

        assert found == {
            "permitted_work": 203.50,
            "esa_lower_limit": 20.00,
            "ca_limit": 204.00,
            "uc_wa_low": 98.54,  # 427 x 12 / 52
            "uc_wa_high": 163.85,  # 710 x 12 / 52
        }

    def test_each_names_its_benefit(self) -> None:
        assert {rate.benefit for rate in benefit_limits_on(on=date(2026, 11, 22))} == {
            "Employment and Support Allowance",
            "Carer's Allowance",
            "Universal Credit with a work allowance and help for housing",
            "Universal Credit with a work allowance and no help for housing",
        }

    def test_there_are_none_where_none_is_known(self) -> None:
        assert benefit_limits_on(on=date(2030, 1, 1)) == ()

    @pytest.mark.parametrize("kind", [RateKind.WAGE, RateKind.TAPER, RateKind.HOURS_LIMIT])
    def test_other_rates_have_no_amount_a_week(self, kind: RateKind) -> None:
        rate = next(rate for rate in rates_on(on=MAY[2026]) if rate.kind is kind)

        with pytest.raises(Invalid, match="no amount a week"):
            _ = rate.per_week


class TestOutcomePolicy:
    @pytest.mark.parametrize(("year", "pounds"), [(2024, 5353.92), (2025, 5714.28), (2026, 5948.28), (2027, 6182.28)])
    def test_the_higher_threshold_in_pounds(self, year: int, pounds: float) -> None:
        higher = outcome_policy(on=MAY[year]).higher

        assert earnings_threshold_in_pounds(threshold=higher, on=MAY[year]) == pounds

    @pytest.mark.parametrize(
        ("hours_a_week", "weeks"),
        [(6, 78.0), (8, 58.5), (10, 46.8), (12, 39.0), (15, 31.2), (16, 29.2), (18, 26.0), (20, 23.4), (25, 18.7)],
    )
    def test_weeks_of_pay_to_reach_the_higher_threshold(self, hours_a_week: int, weeks: float) -> None:
        pounds = outcome_policy(on=MAY[2026]).higher.earnings_in_pounds(hourly_wage=12.71)

        assert pounds is not None
        assert pounds / (hours_a_week * 12.71) == pytest.approx(weeks, abs=0.051)  # the table has one decimal place

    def test_the_lower_threshold_is_not_known(self) -> None:
        lower = outcome_policy(on=MAY[2026]).lower

        assert (lower.hours_per_week, lower.weeks) == (None, None)
        assert earnings_threshold_in_pounds(threshold=lower, on=MAY[2026]) is None

    def test_a_year_without_a_wage_has_no_threshold_in_pounds(self) -> None:
        on = date(2029, 5, 1)

        assert earnings_threshold_in_pounds(threshold=outcome_policy(on=on).higher, on=on) is None

    def test_earnings_may_have_gaps_and_come_from_several_jobs(self) -> None:
        policy = outcome_policy(on=MAY[2026])

        assert (policy.rate_rule, policy.cumulative, policy.sum_jobs) == ("job_start", True, True)

    def test_is_marked_unconfirmed(self) -> None:
        policy = outcome_policy(on=MAY[2026])

        assert {policy.higher.status, policy.lower.status} == {"unconfirmed"}

    def test_an_unknown_scheme_is_not_found(self) -> None:
        with pytest.raises(NotFound, match="some_other_scheme"):
            outcome_policy(on=MAY[2026], scheme="some_other_scheme")

    def test_a_day_outside_every_version_is_not_found(self) -> None:
        with pytest.raises(NotFound, match="1 April 2030"):
            outcome_policy(on=date(2030, 4, 1))


class TestRefusals:
    @pytest.mark.parametrize(
        ("file", "old", "new", "complaint"),
        [
            ("rates.csv", "2025-03-31", "2025-04-01", "overlaps the period that ends on 2025-04-01"),
            ("rates.csv", "2025-03-31", "2024-03-31", "valid_to: is before valid_from"),
            ("rates.csv", "2025-03-31", "31/03/2025", "row 2, valid_to"),
            ("rates.csv", ",11.44,", ",£11.44,", "row 2, value: '£11.44' is not a number"),
            ("rates.csv", ",11.44,", ",nan,", "row 2, value: 'nan' is not a number"),
            ("rates.csv", ",11.44,", ",-1,", "row 2, value: '-1' is not a number"),
            ("rates.csv", ",per_hour,", ",per_day,", "row 2, unit: 'per_day'"),
            ("rates.csv", ",per_hour,", ",per_week,", "unit: per_week is no unit of a wage"),
            ("rates.csv", ",wage,", ",pay,", "row 2, kind: 'pay'"),
            ("rates.csv", ",gross,", ",total,", "row 2, net_or_gross: 'total'"),
            ("rates.csv", ",verified\n", ",certain\n", "row 2, status: 'certain'"),
            ("rates.csv", ",Carer's Allowance,", ",,", "benefit: must name the benefit"),
            ("rates.csv", ",status\n", ",trust\n", "row 2, status: is missing"),
            ("rates.csv", ",verified\n", ",verified,more\n", "row 2, beyond the last column: is not a column"),
            ("outcome_policy.csv", ",nlw_21plus,", ",nlw,", "wage_series: 'nlw' is not in rates.csv"),
            ("outcome_policy.csv", ",18,26,", ",18,,", "hours and weeks are set together"),
            ("outcome_policy.csv", ",yes,yes,", ",maybe,yes,", "row 2, cumulative: 'maybe' is neither yes nor no"),
            ("outcome_policy.csv", ",yes,yes,", ",no,yes,", "needs a lower and a higher row"),
            ("outcome_policy.csv", ",higher,", ",lower,", "needs a lower and a higher row"),
            ("outcome_policy.csv", ",lower,", ",lowest,", "row 3, threshold: 'lowest'"),
        ],
    )
    def test_a_broken_row_is_named(self, tmp_path: Path, file: str, old: str, new: str, complaint: str) -> None:
        folder = edited(POLICY_FILES, to=tmp_path, file=file, old=old, new=new)

        with pytest.raises(Invalid) as refused:
            read_policy(folder=folder)

        assert complaint in str(refused.value)
        assert file in str(refused.value)


@pytest.mark.parametrize(
    ("file", "old", "new"), [("rates.csv", ",11.44,", ",11.45,"), ("outcome_policy.csv", ",18,26,", ",16,26,")]
)
def test_the_digest_changes_with_one_figure(tmp_path: Path, file: str, old: str, new: str) -> None:
    folder = edited(POLICY_FILES, to=tmp_path, file=file, old=old, new=new)

    assert read_policy(folder=folder).digest != policy_digest()
