"""What records say about fidelity, held against tables worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from matching.fidelity import (
    FEWEST,
    ContactRecord,
    PersonRecord,
    Records,
    StartRecord,
    Unit,
    items,
    measures,
    median_days_to_first_meeting,
)
from matching.model.placement import ContactMode

FIRST, LAST = date(2026, 5, 25), date(2026, 11, 22)
PERSON = PersonRecord(
    id="p",
    specialist_id="s",
    entered_on=date(2026, 9, 1),
    is_active=True,
    has_list=True,
    has_choice=True,
    profile_changed_on=date(2026, 11, 1),
    first_met_on=date(2026, 9, 20),
)
CONTACT = ContactRecord(
    employer_id="e", on=date(2026, 10, 1), mode=ContactMode.VISIT, for_somebody=True, names_wish=True
)
START = StartRecord(
    employer_id="e",
    job_title="Baker",
    started_on=date(2026, 10, 1),
    permanent=True,
    support_plan_on=date(2026, 9, 30),
    benefits_advice_on=date(2026, 9, 30),
    first_check_in_on=date(2026, 10, 3),
)
EMPTY = Records(first=FIRST, last=LAST, people=(), contacts=(), starts=())


def _found(number: int, records: Records) -> tuple[int, int]:
    measure = next(each for each in measures(records) if each.item.item == number)
    return measure.numerator, measure.denominator


def _people(*changes: dict[str, object]) -> Records:
    return replace(EMPTY, people=[replace(PERSON, id=str(number), **each) for number, each in enumerate(changes)])  # type: ignore[arg-type]


def _starts(*changes: dict[str, object]) -> Records:
    return replace(EMPTY, starts=[replace(START, **each) for each in changes])  # type: ignore[arg-type]


def _contacts(*changes: dict[str, object]) -> Records:
    return replace(EMPTY, contacts=[replace(CONTACT, **each) for each in changes])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("number", "records", "found"),
    [
        (
            1,
            _people(*({"specialist_id": "a"} for _ in range(20)), *({"specialist_id": "b"} for _ in range(21))),
            (1, 2),
        ),
        (9, _people({}, {"has_list": False}, {"has_list": False, "is_active": False}), (1, 2)),
        (12, _starts({}, {"benefits_advice_on": None}, {"benefits_advice_on": date(2026, 10, 2)}), (1, 3)),
        (13, _people({}, {"has_choice": False}), (1, 2)),
        (14, _people({}, {"profile_changed_on": LAST - timedelta(days=91)}, {"profile_changed_on": None}), (1, 3)),
        (15, _people({}, {"first_met_on": date(2026, 10, 2)}, {"first_met_on": None}), (1, 3)),
        (15, _people({"entered_on": date(2026, 11, 10), "first_met_on": None}), (0, 0)),
        (15, _people({"entered_on": date(2026, 11, 10), "first_met_on": date(2026, 11, 12)}), (1, 1)),
        (15, _people({"entered_on": FIRST - timedelta(days=1)}), (0, 0)),
        (16, _contacts({}, {"names_wish": False}, {"for_somebody": False, "names_wish": False}), (1, 2)),
        (18, _contacts({}, {}, {}, {"employer_id": "f"}, {"employer_id": "f", "mode": ContactMode.PHONE}), (1, 2)),
        (19, _starts({}, {"job_title": " baker "}, {"job_title": "Porter"}), (2, 3)),
        (20, _starts({}, {}, {"employer_id": "f"}), (2, 3)),
        (21, _starts({}, {"permanent": False}, {"permanent": None}), (1, 3)),
        (22, _starts({}, {"support_plan_on": date(2026, 10, 1)}, {"support_plan_on": date(2026, 10, 2)}), (2, 3)),
        (23, _starts({}, {"first_check_in_on": date(2026, 10, 5)}, {"started_on": date(2026, 11, 21)}), (1, 2)),
    ],
)
def test_each_item_is_counted_as_by_hand(number: int, records: Records, found: tuple[int, int]) -> None:
    assert _found(number, records) == found


def test_face_to_face_contacts_are_counted_for_each_specialist_and_week() -> None:
    people = [replace(PERSON, id=each, specialist_id=each) for each in "ab"]
    contacts = [replace(CONTACT, mode=mode) for mode in (ContactMode.VISIT, ContactMode.EVENT, ContactMode.PHONE)]
    found = next(each for each in measures(replace(EMPTY, people=people, contacts=contacts)) if each.item.item == 17)
    assert (found.numerator, found.denominator, found.unit) == (2, 2 * 26, Unit.RATE)


def test_a_share_of_too_few_is_not_told() -> None:
    told = {len_: measures(_starts(*({} for _ in range(len_))))[-1].value for len_ in (FEWEST - 1, FEWEST)}
    assert told == {FEWEST - 1: None, FEWEST: 1.0}


def test_the_median_is_of_those_who_came_in_this_time() -> None:
    came = [{"first_met_on": PERSON.entered_on + timedelta(days=days)} for days in range(1, 12)]
    assert median_days_to_first_meeting(_people(*came)) == 6.0
    assert median_days_to_first_meeting(_people(*came[:9])) is None


def test_each_measure_has_its_item_and_each_item_its_measure() -> None:
    assert [each.item.item for each in measures(EMPTY)] == sorted(items())
