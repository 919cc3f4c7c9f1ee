"""Flags beside an entry: benefit limits, wages, old facts, contracts. They raise no finding and move nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from matching.fit.evidence import OLD_AFTER_DAYS, days_since_checked
from matching.fit.part import pounds, quoted
from matching.laying_out import WEEKS_A_YEAR, hourly_range
from matching.model.profile import VocationalProfile
from matching.model.shortlist import Flag
from matching.model.vacancy import Contract, Vacancy
from matching.model.work import MOST_WEEKLY_HOURS
from matching.policy import Rate, RateUnit, benefit_limits_on, minimum_wage_on

CONTRACT_WORDS = {
    Contract.FIXED_TERM: "for a fixed term",
    Contract.TEMPORARY: "temporary",
    Contract.SEASONAL: "seasonal",
    Contract.ZERO_HOURS: "zero hours, so no pay is guaranteed",
}
# Words too common to warn of when a refusal and a title share them.
_COMMON_STEMS = frozenset(["work", "working", "works", "job", "jobs", "with", "and", "the", "for", "any", "all", "not"])


def flags(profile: VocationalProfile, job: Vacancy, *, as_of: date) -> tuple[Flag, ...]:
    """Everything to know about a role that takes no part in the order."""
    return (
        *_benefits(job, as_of=as_of),
        *_wage(job, as_of=as_of),
        *_contract(job),
        *_old_facts(job, as_of=as_of),
        *_refused_words(profile, job),
        *_derived(job),
    )


def weekly_pay_range(job: Vacancy) -> tuple[float, float] | None:
    """Least and most pay in pounds a week; `None` where nothing tells it.

    A wage by the hour with any hours wins over pay by the year, as it does for the pay floor.
    """
    pay, hours = job.pay, job.hours
    if pay.hourly is not None and (hours.least or hours.most is not None):
        most_hours = MOST_WEEKLY_HOURS if hours.most is None else hours.most
        return pay.hourly * (hours.least or 0.0), pay.hourly * most_hours
    return None if pay.annual is None else (pay.annual / WEEKS_A_YEAR, pay.annual / WEEKS_A_YEAR)


def _benefits(job: Vacancy, *, as_of: date) -> Iterable[Flag]:
    weekly = weekly_pay_range(job)
    if weekly is None:
        return
    for limit in benefit_limits_on(on=as_of):
        if weekly[1] > limit.per_week:
            yield _benefit(limit)


def _benefit(limit: Rate) -> Flag:
    amount = f"{pounds(limit.value)} a {'month' if limit.unit is RateUnit.PER_MONTH else 'week'}"
    return Flag(
        kind="benefit",
        sentence=f"If you receive {limit.benefit}, this may pass {amount}: ask a benefits adviser first.",
        subject=f"{limit.benefit} ({amount})",
    )


def _wage(job: Vacancy, *, as_of: date) -> Iterable[Flag]:
    apprentice = job.contract is Contract.APPRENTICESHIP
    rate = minimum_wage_on(on=as_of, apprentice=apprentice)
    if rate is None or (job.pay.hourly is None and job.pay.annual is None):
        return
    least, most = hourly_range(job.pay, least_hours=job.hours.least, most_hours=job.hours.most)
    who = "for apprentices" if apprentice else "from age 21"
    if most < rate.value:
        sentence = f"The pay is below the legal minimum of {pounds(rate.value)} an hour {who}."
    elif least < rate.value:
        sentence = f"With more hours the pay may fall below the legal minimum of {pounds(rate.value)} {who}."
    else:
        return
    yield Flag(kind="minimum_wage", sentence=sentence)


def _contract(job: Vacancy) -> Iterable[Flag]:
    if job.contract in CONTRACT_WORDS:
        yield Flag(kind="contract", sentence=f"The job is {CONTRACT_WORDS[job.contract]}.")


def _old_facts(job: Vacancy, *, as_of: date) -> Iterable[Flag]:
    days = days_since_checked(job, as_of=as_of)
    if days is not None and days > OLD_AFTER_DAYS:
        yield Flag(
            kind="old_facts", sentence=f"The facts were last checked {days} days ago; ask whether they still hold."
        )


def _refused_words(profile: VocationalProfile, job: Vacancy) -> Iterable[Flag]:
    words = _stems(" ".join((job.title, *job.tasks, job.description or "")))
    for refusal in profile.refused_work:
        if not set(refusal.tags) & set(job.task_tags) and _stems(refusal.label) & words:
            sentence = f"The text mentions something near to what they refuse: {quoted(refusal.label)}."
            yield Flag(kind="refused_words", sentence=sentence)


def _stems(text: str) -> set[str]:
    words = re.findall(r"[a-z]{4,}", text.lower())
    return {re.sub(r"(ing|ers|er|ies|es|s)$", "", word) for word in words} - _COMMON_STEMS


def _derived(job: Vacancy) -> Iterable[Flag]:
    if "location.postcode" in job.derived_fields:
        yield Flag(kind="derived", sentence="The postcode area was worked out from map coordinates, not stated.")
