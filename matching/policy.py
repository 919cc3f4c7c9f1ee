"""Wages, benefit limits and outcome thresholds, each for the dates between which it is in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from matching.errors import Invalid, NotFound, Problem, Where
from matching.tables import RowStatus, Table, digest_of, one_of, raise_problems, slug

DATA = Path(__file__).with_name("data")
POLICY_FILES = ("rates.csv", "outcome_policy.csv")  # the order is part of the digest
CONNECT_TO_WORK = "connect_to_work_england"
NATIONAL_LIVING_WAGE = "nlw_21plus"
APPRENTICE_WAGE = "nmw_16_to_17_and_apprentice"


class RateUnit(StrEnum):
    """What the value of a rate counts: pounds an hour, a week or a month, a percentage, or hours a week."""

    PER_HOUR = "per_hour"
    PER_WEEK = "per_week"
    PER_MONTH = "per_month"
    PERCENT = "percent"
    HOURS_PER_WEEK = "hours_per_week"


class RateKind(StrEnum):
    """What a rate is for."""

    WAGE = "wage"
    BENEFIT_LIMIT = "benefit_limit"
    TAPER = "taper"
    HOURS_LIMIT = "hours_limit"


class EarningsBasis(StrEnum):
    """Whether a rate is about earnings before or after tax and other deductions; a limit on hours is neither."""

    GROSS = "gross"
    NET = "net"
    NEITHER = ""


class ThresholdName(StrEnum):
    """The two outcome thresholds of the programme."""

    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One figure from `valid_from` to `valid_to`, both included; `benefit` completes "if you receive …"."""

    series: str
    label: str
    value: float
    unit: RateUnit
    valid_from: date
    valid_to: date
    kind: RateKind
    benefit: str
    net_or_gross: EarningsBasis
    source: str
    status: RowStatus

    def is_in_force(self, *, on: date) -> bool:
        return self.valid_from <= on <= self.valid_to

    @property
    def per_week(self) -> float:
        """The amount in pounds a week (a month is 52 / 12 weeks); raises Invalid if it is no such amount."""
        if self.unit is RateUnit.PER_WEEK:
            return self.value
        if self.unit is RateUnit.PER_MONTH:
            return self.value * 12 / 52
        raise Invalid(f"the rate {self.series} is {self.unit}, so it has no amount a week")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeThreshold:
    """Earnings that count as an outcome: `hours_per_week` for `weeks` at a wage; None where nobody has set a figure."""

    name: ThresholdName
    hours_per_week: float | None
    weeks: float | None
    wage_series: str
    status: RowStatus
    source: str

    def earnings_in_pounds(self, *, hourly_wage: float) -> float | None:
        """Return the gross earnings to reach, to the penny, or None if nobody has set hours and weeks."""
        if self.hours_per_week is None or self.weeks is None:
            return None
        return round(self.hours_per_week * self.weeks * hourly_wage, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomePolicy:
    """How a scheme counts outcomes: both thresholds, and whether gaps and several jobs may add up."""

    scheme: str
    version: str
    valid_from: date
    valid_to: date
    higher: OutcomeThreshold
    lower: OutcomeThreshold
    rate_rule: str
    cumulative: bool
    sum_jobs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All rates and outcome policies of one folder, in file order."""

    rates: tuple[Rate, ...]
    outcome_policies: tuple[OutcomePolicy, ...]
    digest: str


def rates_on(*, on: date) -> tuple[Rate, ...]:
    """Return the rates in force on a date, in file order."""
    return tuple(rate for rate in load_policy().rates if rate.is_in_force(on=on))


def benefit_limits_on(*, on: date) -> tuple[Rate, ...]:
    """Return the earnings limits of benefits in force on a date; each has an amount `per_week`."""
    return tuple(rate for rate in rates_on(on=on) if rate.kind is RateKind.BENEFIT_LIMIT)


def rate_on(*, series: str, on: date) -> Rate | None:
    """Return the rate of a series in force on a date, or None if the table knows none."""
    return next((rate for rate in rates_on(on=on) if rate.series == series), None)


def minimum_wage_on(*, on: date, apprentice: bool = False) -> Rate | None:
    """Return the wage from 21 on, or that of apprentices; None outside the years that the table knows."""
    return rate_on(series=APPRENTICE_WAGE if apprentice else NATIONAL_LIVING_WAGE, on=on)


def outcome_policy(*, on: date, scheme: str = CONNECT_TO_WORK) -> OutcomePolicy:
    """Return how a scheme counts outcomes on a date; raise NotFound if the table does not say."""
    for policy in load_policy().outcome_policies:
        if policy.scheme == scheme and policy.valid_from <= on <= policy.valid_to:
            return policy
    raise NotFound(f"no outcome policy of {scheme} is in force on {on.day} {on:%B %Y}")


def earnings_threshold_in_pounds(*, threshold: OutcomeThreshold, on: date) -> float | None:
    """Return the earnings to reach at the wage in force on a date; None if the figure or the wage is not known."""
    wage = rate_on(series=threshold.wage_series, on=on)
    return None if wage is None else threshold.earnings_in_pounds(hourly_wage=wage.value)


def policy_digest() -> str:
    """Return the first 12 hexadecimal digits of the SHA-256 of the policy files."""
    return load_policy().digest


@cache
def load_policy() -> Policy:
    """Return the shipped rates and outcome policies, read and checked once."""
    return read_policy(folder=DATA)


def read_policy(*, folder: Path) -> Policy:
    """Read the policy files of a folder; raise Invalid that names every file, row and field that is wrong."""
    tables = {name: Table(folder / name) for name in POLICY_FILES}
    series = one_of(tables["rates.csv"].column("series"), otherwise="is not in rates.csv")
    rates = tables["rates.csv"].read_rows(
        Rate, {"series": slug, "benefit": str}, key=["series", "valid_from"], check=_wrong_rates
    )
    thresholds = tables["outcome_policy.csv"].read_rows(
        _ThresholdRow,
        {"scheme": slug, "wage_series": series},
        key=["scheme", "version", "threshold"],
        check=_wrong_thresholds,
    )
    raise_problems(tables.values())
    return Policy(rates=rates, outcome_policies=_policies(thresholds), digest=digest_of(tables.values()))


# Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _ThresholdRow:
    scheme: str
    version: str
    threshold: ThresholdName
    hours_per_week: float | None
    weeks: float | None
    wage_series: str
    rate_rule: str
    cumulative: bool
    sum_jobs: bool
    valid_from: date
    valid_to: date
    source: str
    status: RowStatus


def _policies(rows: Sequence[_ThresholdRow]) -> tuple[OutcomePolicy, ...]:
    found = {(row.scheme, row.version, row.threshold): row for row in rows}
    return tuple(
        OutcomePolicy(
            scheme=higher.scheme,
            version=higher.version,
            valid_from=higher.valid_from,
            valid_to=higher.valid_to,
            higher=_threshold(higher),
            lower=_threshold(found[higher.scheme, higher.version, ThresholdName.LOWER]),
            rate_rule=higher.rate_rule,
            cumulative=higher.cumulative,
            sum_jobs=higher.sum_jobs,
        )
        for higher in rows
        if higher.threshold is ThresholdName.HIGHER
    )


def _threshold(row: _ThresholdRow) -> OutcomeThreshold:
    return OutcomeThreshold(
        name=row.threshold,
        hours_per_week=row.hours_per_week,
        weeks=row.weeks,
        wage_series=row.wage_series,
        status=row.status,
        source=row.source,
    )


# Checks that look across cells and rows

_MONEY_A_WEEK = (RateUnit.PER_WEEK, RateUnit.PER_MONTH)
_UNITS: Mapping[RateKind, tuple[RateUnit, ...]] = {
    RateKind.WAGE: (RateUnit.PER_HOUR,),
    RateKind.BENEFIT_LIMIT: _MONEY_A_WEEK,
    RateKind.TAPER: (RateUnit.PERCENT,),
    RateKind.HOURS_LIMIT: (RateUnit.HOURS_PER_WEEK,),
}


def _wrong_rates(rates: Sequence[Rate]) -> list[Problem]:
    problems = []
    for rate in rates:
        where = Where("rates.csv", f"{rate.series} from {rate.valid_from}")
        if rate.unit not in _UNITS[rate.kind]:
            problems.append(Problem(where.inside("unit"), f"{rate.unit} is no unit of a {rate.kind}"))
        if rate.kind is not RateKind.WAGE and not rate.benefit:
            problems.append(Problem(where.inside("benefit"), "must name the benefit"))
    periods = [(rate.series, rate.valid_from, rate.valid_to) for rate in rates]
    return problems + _wrong_periods("rates.csv", periods)


def _wrong_thresholds(rows: Sequence[_ThresholdRow]) -> list[Problem]:
    problems = []
    versions: dict[tuple[str, str, date, date, str, bool, bool], set[ThresholdName]] = {}
    for row in rows:
        where = Where("outcome_policy.csv", f"{row.scheme} {row.version} {row.threshold}")
        if (row.hours_per_week is None) is not (row.weeks is None):
            problems.append(Problem(where.inside("hours_per_week"), "hours and weeks are set together or not at all"))
        shared = (
            row.scheme, row.version, row.valid_from, row.valid_to, row.rate_rule, row.cumulative, row.sum_jobs
        )  # fmt: skip
        versions.setdefault(shared, set()).add(row.threshold)
    for (scheme, version, *_), names in versions.items():
        if names != set(ThresholdName):
            where = Where("outcome_policy.csv", f"{scheme} {version}")
            problems.append(Problem(where, "needs a lower and a higher row that differ only in the threshold"))
    periods = [(f"{row.scheme} {row.threshold}", row.valid_from, row.valid_to) for row in rows]
    return problems + _wrong_periods("outcome_policy.csv", periods)


def _wrong_periods(file: str, periods: Iterable[tuple[str, date, date]]) -> list[Problem]:
    problems = []
    last_days: dict[str, date] = {}
    for name, first_day, last_day in sorted(periods):
        where = Where(file, f"{name} from {first_day}")
        if last_day < first_day:
            problems.append(Problem(where.inside("valid_to"), "is before valid_from"))
        if name in last_days and first_day <= last_days[name]:
            problems.append(Problem(where.inside("valid_from"), f"overlaps the period that ends on {last_days[name]}"))
        last_days[name] = max(last_day, last_days.get(name, last_day))
    return problems
