"""How the service works: worked by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from evaluation.estimates import Estimate
from evaluation.metrics.process import (
    answers,
    diversity_of_employers,
    diversity_of_jobs,
    first_employer_contact,
    first_list,
    taking,
)
from evaluation.tables import Unsaid
from tests.evaluation.made_histories import DAY_0, MadeHistory, day


def said(estimate: Any) -> Estimate:
    assert isinstance(estimate, Estimate)
    return estimate


def test_the_wait_for_the_first_list_counts_those_who_still_wait():
    made = MadeHistory()
    role = made.vacancy()
    for drawn in (1, 2, 3):
        person = made.participant()
        made.shortlist(person, [role], drawn=drawn)
        made.shortlist(person, [role], drawn=drawn + 10)
    made.participant()
    late = made.participant()
    made.rows["participants"][late]["entered_on"] = str(DAY_0 + timedelta(weeks=104, days=-15))
    wait = first_list(made.history())
    # Of five, one at 7 days, one at 14; of the three left one leaves the history after 15, so one of two at 21.
    assert said(wait.median).value == 21
    assert (wait.reached, wait.participants) == (3, 5)
    assert said(wait.within).value == pytest.approx(1 - 3 / 5 * 1 / 2)


@pytest.mark.parametrize(("met", "within"), [(30, 1.0), (31, 0.0)])
def test_the_thirtieth_day_is_within_thirty_days(met: int, within: float):
    made = MadeHistory()
    made.participant(first_met_on=str(DAY_0 + timedelta(days=met)))
    wait = first_employer_contact(made.history())
    assert not isinstance(wait, Unsaid)
    assert said(wait.within).value == within


def test_without_contacts_on_record_nothing_is_said_of_them():
    made = MadeHistory()
    made.participant()
    assert isinstance(first_employer_contact(made.history()), Unsaid)


def test_first_roles_taken_passed_over_and_set_aside_by_reason():
    made = MadeHistory()
    for first, second in [
        ("put_forward", None),
        ("not_wanted", "put_forward"),
        ("not_now", None),
        (None, "put_forward"),
        ("talk_about_it", "not_wanted"),
    ]:
        roles = [made.vacancy(), made.vacancy()]
        shortlist = made.shortlist(made.participant(), roles)
        for role, choice in zip(roles, (first, second), strict=True):
            if choice:
                made.decision(
                    shortlist, role, on=1, choice=choice, reason="too_far" if choice == "not_wanted" else None
                )
    found = taking(made.history())
    assert (said(found.first_accepted).value, said(found.first_accepted).count) == (1 / 4, 4)
    assert (said(found.first_passed_over).value, said(found.first_passed_over).count) == (pytest.approx(2 / 3), 3)
    assert {name: number for name, number in found.reasons.items() if number} == {"too_far": 2}
    assert (found.without_reason, found.people_setting_aside) == (1, 3)


def test_diversity_is_the_commonest_and_how_many_equal_ones_would_be_as_varied():
    made = MadeHistory()
    person = made.participant()
    roles = [made.vacancy(family=family) for family in ("92", "92", "54", None)]
    shortlist = made.shortlist(person, roles)
    for number, role in enumerate(roles):
        made.job(person, start=number, weeks=1, shortlist=shortlist, vacancy=role, employer=f"Employer {number % 2}")
    made.job(person, start=9, weeks=1, employer="Employer 0")
    jobs, employers = diversity_of_jobs(made.history()), diversity_of_employers(made.history())
    assert (said(jobs.commonest).value, said(jobs.commonest).count, jobs.kinds, jobs.not_stated) == (
        pytest.approx(2 / 3), 3, 2, 2,
    )  # fmt: skip
    assert jobs.effective_number == pytest.approx(1 / ((2 / 3) ** 2 + (1 / 3) ** 2))
    assert (said(employers.commonest).value, employers.kinds) == (3 / 5, 2)


def test_questions_answered_how_soon_and_what_the_answers_moved():
    made = MadeHistory()
    for number, (answered, moved) in enumerate([(1, True), (2, False), (3, None), (None, None)]):
        made.row(
            "questions",
            question=number,
            vacancy=made.vacancy(),
            about="hours",
            asked_on=day(0),
            answered_on=None if answered is None else day(answered),
            moved_lists=moved,
        )
    found = answers(made.history())
    assert not isinstance(found, Unsaid)
    assert (found.asked, found.answered.value, found.not_told) == (4, 3 / 4, 1)
    assert said(found.days).value == 14
    assert (said(found.moved).value, said(found.moved).count) == (1 / 2, 2)


def test_of_an_empty_history_nothing_is_said():
    history = MadeHistory().history()
    assert isinstance(first_list(history).median, Unsaid)
    assert isinstance(answers(history), Unsaid)
    assert isinstance(taking(history).first_accepted, Unsaid)
    assert isinstance(diversity_of_jobs(history).commonest, Unsaid)
