"""Readers take every right record, and refuse a wrong one with the place of each fault and what would be right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.errors import Invalid, Problem, Where
from matching.interchange import read_profile, read_vacancy
from matching.interchange.profiles import profile_shape
from matching.interchange.shapes import Field, ListOf, Record, Text
from matching.interchange.vacancies import vacancy_shape
from matching.model.profile import VocationalProfile
from matching.model.sensory import SensoryDimension
from matching.model.vacancy import Vacancy
from matching.model.work import Day, Span
from tests import strategies
from tests.builders import profile_of, vacancy_of
from tests.matching.interchange import records
from tests.specs.row import job, person, span

Raw = dict[str, Any]

HERE = Where("work.json", "row 4")


def faults_of_profile(**fields: Any) -> list[str]:
    """What a profile with these fields is refused for."""
    with pytest.raises(Invalid) as refused:
        read_profile(person(**fields), HERE)
    return [str(problem) for problem in refused.value.problems]


def faults_of_vacancy(**fields: Any) -> list[str]:
    """What a vacancy with these fields is refused for."""
    with pytest.raises(Invalid) as refused:
        read_vacancy(job(**fields), HERE)
    return [str(problem) for problem in refused.value.problems]


def window(start: str, end: str, **more: Any) -> Raw:
    return span("mon", start, end, **more)


# What is refused: the field, and words that the message must hold

OF_PROFILES = [
    # Keys, with a suggestion where one is close
    ({"hour": {}}, "hour", "'hour' is not a field here (did you mean 'hours'?)"),
    ({"zzz": 1}, "zzz", "'zzz' is not a field here"),
    ({"hours": {"minimum": 4}}, "hours.minimum", "not a field here"),
    ({"travel": {"home": "ME14", "max_mins": 5}}, "travel.max_mins", "did you mean 'max_minutes'?"),
    ({"sensory": {"nois": {"tolerance": 1}}}, "sensory.nois", "did you mean 'noise'?"),
    ({"wanted_work": [{"label": "dogs"}, {"label": "x", "strenght": 2}]}, "wanted_work[2].strenght", "'strength'"),
    # Values outside an enumeration or a catalogue
    ({"remote": "sometimes"}, "remote", "'sometimes' is not one of no, some, mostly, only"),
    ({"driving": "full_manuel"}, "driving", "did you mean 'full_manual'?"),
    ({"goal": {"status": "set"}}, "goal.status", "exploring, some_ideas, firm"),
    ({"travel": {"modes": ["bus", "trian"]}}, "travel.modes[2]", "did you mean 'train'?"),
    ({"availability": [window("09:00", "17:00", kind="wont")]}, "availability[1].kind", "can, prefer, cannot"),
    ({"checks_to_avoid": ["basic"]}, "checks_to_avoid[1]", "standard, enhanced, enhanced_barred"),
    ({"adjustments": [{"slug": "sens.headphone"}]}, "adjustments[1].slug", "did you mean 'sens.headphones'?"),
    (
        {"adjustments": [{"slug": "sens.headphones", "alternatives": ["quiet_room"]}]},
        "adjustments[1].alternatives[1]",
        "catalogue of adjustments",
    ),
    ({"adjustments": [{"slug": "sens.headphones", "importance": "vital"}]}, "adjustments[1].importance", "essential"),
    ({"liked_tasks": ["cleanin"]}, "liked_tasks[1]", "did you mean 'cleaning'?"),
    ({"disliked_tasks": ["Cleaning"]}, "disliked_tasks[1]", "catalogue of task tags"),
    ({"role_exclusions": ["no_alcohol"]}, "role_exclusions[1]", "did you mean 'no_alcohol_premises'?"),
    ({"sensory": {"noise": {"tolerance": 2, "direction": "dread"}}}, "sensory.noise.direction", "avoid, neutral, seek"),
    (
        {"sensory": {"noise": {"tolerance": 2, "mitigations": ["earplugs"]}}},
        "sensory.noise.mitigations[1]",
        "catalogue of adjustments",
    ),
    # Numbers
    ({"hours": {"min": 30, "max": 20}}, "hours.min", "30 is above 'max', which is 20"),
    ({"hours": {"max": 168.5}}, "hours.max", "from 0 to 168"),
    ({"hours": {"min": -1}}, "hours.min", "from 0 to 168"),
    ({"hours": {"ideal": 169}}, "hours.ideal", "from 0 to 168"),
    ({"hours": {"legal_cap": "20"}}, "hours.legal_cap", "should be a number from 0 to 168, not text '20'"),
    ({"hours": {"max": True}}, "hours.max", "should be a number"),
    ({"hours": {"max": float("nan")}}, "hours.max", "should be a number"),
    ({"hours": {"max": float("inf")}}, "hours.max", "should be a number"),
    ({"wanted_work": [{"label": "dogs", "strength": 4}]}, "wanted_work[1].strength", "from 1 to 3"),
    ({"wanted_work": [{"label": "dogs", "strength": 0}]}, "wanted_work[1].strength", "from 1 to 3"),
    ({"wanted_work": [{"label": "dogs", "strength": 1.5}]}, "wanted_work[1].strength", "whole number"),
    ({"skills": [{"label": "typing", "level": 5}]}, "skills[1].level", "from 0 to 4"),
    ({"sensory": {"noise": {"tolerance": 5}}}, "sensory.noise.tolerance", "from 0 to 4"),
    ({"sensory": {"noise": {"tolerance": 2.5}}}, "sensory.noise.tolerance", "whole number"),
    ({"travel": {"max_km": -1}}, "travel.max_km", "from 0 up"),
    ({"pay_floor": {"hourly": -0.01}}, "pay_floor.hourly", "from 0 up"),
    ({"legal": {"minimum_age_met": [17.5]}}, "legal.minimum_age_met[1]", "whole number"),
    # Kinds
    ({"hours": 20}, "hours", "should be an object, not a number 20"),
    ({"hours": []}, "hours", "should be an object, not a list"),
    ({"strengths": "patient"}, "strengths", "should be a list, not text 'patient'"),
    ({"strengths": [3]}, "strengths[1]", "should be text, not a number"),
    ({"strengths": [None]}, "strengths[1]", "should be text, not null"),
    ({"availability_hard": "yes"}, "availability_hard", "should be true or false"),
    ({"physical": {"climb": 0}}, "physical.climb", "should be true or false"),
    ({"strengths": ["\ud800"]}, "strengths[1]", "surrogate"),
    ({"strengths": ["\0"]}, "strengths[1]", "NUL"),
    ({"strengths": ["x" * 100_001]}, "strengths[1]", "100,001 characters long; the most is 100,000"),
    # Required, and never unknown
    ({"participant_ref": None}, "participant_ref", "is required"),
    ({"participant_ref": "unknown"}, "participant_ref", "is required"),
    ({"participant_ref": " "}, "participant_ref", "is required"),
    ({"wanted_work": [{}]}, "wanted_work[1].label", "is required"),
    ({"wanted_work": [{"label": "unknown"}]}, "wanted_work[1].label", "is required"),
    ({"refused_work": [{"tags": []}]}, "refused_work[1].label", "is required"),
    ({"skills": [{"level": 2}]}, "skills[1].label", "is required"),
    ({"work_history": [{"tasks": []}]}, "work_history[1].title", "is required"),
    ({"adjustments": [{"slug": None}]}, "adjustments[1].slug", "is required"),
    ({"adjustments": [{"slug": "unknown"}]}, "adjustments[1].slug", "is required"),
    ({"sensory": {"noise": {"tolerance": "unknown"}}}, "sensory.noise.tolerance", "is required"),
    ({"availability": [{"from": "09:00", "to": "10:00"}]}, "availability[1].days", "is required"),
    ({"availability": [{"days": ["mon"], "to": "10:00"}]}, "availability[1].from", "is required"),
    ({"availability": [{"days": ["mon"], "from": "09:00"}]}, "availability[1].to", "is required"),
    # Said twice
    ({"refused_work": [{"label": "Cleaning"}, {"label": "Cleaning"}]}, "refused_work[2]", "'Cleaning' is here twice"),
    ({"liked_tasks": ["cooking", "filing", "cooking"]}, "liked_tasks[3]", "'cooking' is here twice"),
    ({"adjustments": [{"slug": "comm.no_phone"}, {"slug": "comm.no_phone"}]}, "adjustments[2]", "here twice"),
    (
        {"adjustments": [{"slug": "comm.no_phone", "alternatives": ["sup.named_person", "sup.named_person"]}]},
        "adjustments[1].alternatives[2]",
        "here twice",
    ),
    (
        {"sensory": {"noise": {"tolerance": 1, "mitigations": ["sens.headphones", "sens.headphones"]}}},
        "sensory.noise.mitigations[2]",
        "here twice",
    ),
    ({"role_exclusions": ["no_gambling", "no_gambling"]}, "role_exclusions[2]", "here twice"),
    ({"qualifications": ["cscs", "cscs"]}, "qualifications[2]", "here twice"),
    # Qualifications
    ({"qualifications": ["driving"]}, "qualifications[1]", "is the name of another part"),
    ({"qualifications": ["minimum_age"]}, "qualifications[1]", "is the name of another part"),
    ({"qualifications": ["dbs"]}, "qualifications[1]", "is the name of another part"),
    ({"qualifications": ["qualifications"]}, "qualifications[1]", "is the name of another part"),
    ({"qualifications": ["regulated_adults"]}, "qualifications[1]", "is the name of another part"),
    ({"qualifications": ["Food Hygiene"]}, "qualifications[1]", "is not a slug"),
    ({"qualifications": [""]}, "qualifications[1]", "is not a slug"),
    # Times
    ({"availability": [window("9:00", "17:00")]}, "availability[1].from", "should be a time from 00:00 to 23:59"),
    ({"availability": [window("24:00", "17:00")]}, "availability[1].from", "should be a time from 00:00 to 23:59"),
    ({"availability": [window("09:00", "24:01")]}, "availability[1].to", "should be a time"),
    ({"availability": [window("09:60", "10:00")]}, "availability[1].from", "should be a time"),
    ({"availability": [window("09:00 ", "10:00")]}, "availability[1].from", "should be a time"),
    ({"availability": [window("09:00", "09:00")]}, "availability[1].to", "same time as 'from'"),
    ({"availability": [window("٠٩:٠٠", "10:00")]}, "availability[1].from", "should be a time"),
    ({"availability": [{"days": [], "from": "09:00", "to": "10:00"}]}, "availability[1].days", "at least 1"),
    ({"availability": [span("mon tues", "09:00", "10:00")]}, "availability[1].days[2]", "did you mean 'tue'?"),
    # Places
    ({"travel": {"home": "Maidstone"}}, "travel.home", "is not a UK postcode"),
    ({"travel": {"home": ""}}, "travel.home", "is not a UK postcode"),
    ({"travel": {"no_go": ["ME14 1XQ"]}}, "travel.no_go[1]", "should be an outcode such as ME14 or a sector"),
    ({"travel": {"no_go": ["me141xq"]}}, "travel.no_go[1]", "should be an outcode"),
]
OF_VACANCIES = [
    ({"titel": "Cook"}, "titel", "did you mean 'title'?"),
    ({"title": None}, "title", "is required"),
    ({"title": "unknown"}, "title", "is required"),
    ({"employer": ""}, "employer", "is required"),
    ({"vacancy_ref": "unknown"}, "vacancy_ref", "is required"),
    ({"vacancy_ref": 7}, "vacancy_ref", "should be text, not a number"),
    ({"status": "opn"}, "status", "did you mean 'open'?"),
    ({"source": "friend"}, "source", "advertised, unadvertised, carved"),
    ({"contract": "permanant"}, "contract", "did you mean 'permanent'?"),
    ({"visibility": "all"}, "visibility", "own_caseload, team, organisation"),
    ({"task_tags": ["cleaning", "cleaning"]}, "task_tags[2]", "here twice"),
    ({"task_tags": ["Cleaning"]}, "task_tags[1]", "catalogue of task tags"),
    ({"openings": 0}, "openings", "from 1 up"),
    ({"openings": 1.5}, "openings", "whole number"),
    ({"disability_confident": 4}, "disability_confident", "from 0 to 3"),
    ({"opens_on": "22/11/2026"}, "opens_on", "should be a date such as 2026-11-22"),
    ({"closes_on": "2026-02-30"}, "closes_on", "is not a day of the calendar"),
    ({"facts_checked_on": "2026-11-22T10:00"}, "facts_checked_on", "should be a date"),
    ({"facts_checked_on": 20261122}, "facts_checked_on", "should be a date"),
    ({"hours": {"min": 30, "max": 20}}, "hours.min", "30 is above 'max', which is 20"),
    ({"hours": {"max": 169}}, "hours.max", "from 0 to 168"),
    ({"hours": {"negotiable": True}}, "hours.negotiable", "yes, maybe, no"),
    ({"pattern": {"kind": "shifts"}}, "pattern.kind", "fixed, rota, flexible"),
    ({"pattern": {"shifts": [window("09:00", "09:00")]}}, "pattern.shifts[1].to", "same time as 'from'"),
    ({"pattern": {"shifts": [window("24:00", "09:00")]}}, "pattern.shifts[1].from", "should be a time"),
    ({"pattern": {"shifts": [window("09:00", "10:00", kind="can")]}}, "pattern.shifts[1].kind", "not a field here"),
    ({"location": {"postcode": "ME14 XQ"}}, "location.postcode", "is not a UK postcode"),
    ({"location": {"remote": True}}, "location.remote", "no, some, mostly, only"),
    ({"pay": {"hourly": "£12"}}, "pay.hourly", "should be a number"),
    ({"pay": {"annual": -1}}, "pay.annual", "from 0 up"),
    ({"pay": {"period": "month"}}, "pay.period", "did you mean 'monthly'?"),
    ({"adjustments": {"sens.headphone": "yes"}}, "adjustments.sens.headphone", "did you mean 'sens.headphones'?"),
    ({"adjustments": {"sens.headphones": True}}, "adjustments.sens.headphones", "yes, maybe, no"),
    ({"adjustments": ["sens.headphones"]}, "adjustments", "should be an object, not a list"),
    ({"sensory": {"noise": {"peak": 3}}}, "sensory.noise.typical", "is required"),
    ({"sensory": {"noise": {"typical": 3, "peak": 2}}}, "sensory.noise.peak", "2 is below 'typical', which is 3"),
    ({"sensory": {"noise": {"typical": -1}}}, "sensory.noise.typical", "from 0 to 4"),
    ({"sensory": {"noise": {"typical": 1, "peak_share": "often"}}}, "sensory.noise.peak_share", "under_10, 10_to_50"),
    ({"sensory": {"noise": {"typical": 1, "source": "guess"}}}, "sensory.noise.source", "occupation_prior"),
    ({"physical": {"lift_kg": -5}}, "physical.lift_kg", "from 0 up"),
    ({"requirements": {"dbs": "full"}}, "requirements.dbs", "none, basic, standard, enhanced, enhanced_barred"),
    ({"requirements": {"driving": "provisional"}}, "requirements.driving", "none, full_auto, full_manual"),
    ({"requirements": {"qualifications": [{"slug": "dbs"}]}}, "requirements.qualifications[1].slug", "another part"),
    ({"requirements": {"qualifications": [{}]}}, "requirements.qualifications[1].slug", "is required"),
    (
        {"requirements": {"qualifications": [{"slug": "cscs"}, {"slug": "cscs", "obtainable_weeks": 1}]}},
        "requirements.qualifications[2]",
        "'cscs' is here twice",
    ),
    ({"requirements": {"regulated_activity": ["child"]}}, "requirements.regulated_activity[1]", "children, adults"),
    ({"requirements": {"settings": ["no_gamblin"]}}, "requirements.settings[1]", "did you mean 'no_gambling'?"),
    ({"requirements": {"settings": ["no_gambling", "no_gambling"]}}, "requirements.settings[2]", "here twice"),
]


@pytest.mark.parametrize(
    ("fields", "place", "words"), OF_PROFILES, ids=[f"{row[1]} {row[2][:30]}" for row in OF_PROFILES]
)
def test_a_profile_is_refused_by_file_row_and_field_with_what_would_be_right(
    fields: Raw, place: str, words: str
) -> None:
    [fault] = faults_of_profile(**fields)
    assert fault.startswith(f"work.json, row 4, {place}: ")
    assert words in fault


@pytest.mark.parametrize(
    ("fields", "place", "words"), OF_VACANCIES, ids=[f"{row[1]} {row[2][:30]}" for row in OF_VACANCIES]
)
def test_a_vacancy_is_refused_by_file_row_and_field_with_what_would_be_right(
    fields: Raw, place: str, words: str
) -> None:
    [fault] = faults_of_vacancy(**fields)
    assert fault.startswith(f"work.json, row 4, {place}: ")
    assert words in fault


@pytest.mark.parametrize("field", ["vacancy_ref", "title", "employer"])
def test_a_vacancy_without_a_required_field_is_refused_by_that_field(field: str) -> None:
    without = {name: value for name, value in job().items() if name != field}
    with pytest.raises(Invalid, match=f"^{field}: is required"):
        read_vacancy(without, Where())


@pytest.mark.parametrize("content", [None, "unknown", [], 3, True, "{}"])
def test_what_is_no_object_is_no_record(content: object) -> None:
    for read in (read_profile, read_vacancy):
        with pytest.raises(Invalid, match=r"work\.json, row 4: should be an object"):
            read(content, HERE)


def test_all_faults_of_a_record_are_named_at_once() -> None:
    faults = faults_of_vacancy(
        titel="Cook",
        employer=None,
        hours={"min": 200, "max": "many"},
        task_tags=["cleanin", "cooking", "cooking"],
        sensory={"noise": {"typical": 9}, "smel": {"typical": 1}},
        pattern={"shifts": [window("9:00", "25:00")]},
    )
    places = [fault.removeprefix("work.json, row 4, ").split(":")[0] for fault in faults]
    assert sorted(places) == sorted(
        [
            "titel",
            "employer",
            "hours.min",
            "hours.max",
            "task_tags[1]",
            "task_tags[3]",
            "sensory.noise.typical",
            "sensory.smel",
            "pattern.shifts[1].from",
            "pattern.shifts[1].to",
        ]
    )


def test_a_message_about_a_long_value_stays_short() -> None:
    for fault in (*faults_of_vacancy(status="x" * 5000), *faults_of_vacancy(**{"y" * 5000: 1})):
        assert len(fault) < 300


# Defaults


def test_a_profile_that_says_nothing_has_the_defaults() -> None:
    assert replace(profile_of(person()), digest="") == VocationalProfile(participant_ref="P-1")


def test_a_vacancy_that_says_nothing_has_the_defaults() -> None:
    said = Vacancy(vacancy_ref="V-1", title="Kitchen porter", employer="Acorn Foods")
    assert replace(vacancy_of(job()), digest="") == said


DEFAULTS = [
    (lambda: profile_of(person(wanted_work=[{"label": "dogs"}])).wanted_work[0].strength, 2),
    (lambda: profile_of(person(refused_work=[{"label": "dogs"}])).refused_work[0].absolute, False),
    (lambda: profile_of(person(refused_work=[{"label": "dogs"}])).refused_work[0].tags, ()),
    (lambda: profile_of(person(hours={})).hours.hard, True),
    (lambda: profile_of(person(availability=[window("09:00", "10:00")])).availability[0].kind, "can"),
    (lambda: profile_of(person()).availability_hard, True),
    (lambda: profile_of(person(travel={})).travel.hard, True),
    (lambda: profile_of(person(pay_floor={"hourly": 12})).pay_floor.hard, False),
    (lambda: profile_of(person(adjustments=[{"slug": "comm.no_phone"}])).adjustments[0].importance, "important"),
    (lambda: profile_of(person(adjustments=[{"slug": "comm.no_phone"}])).adjustments[0].alternatives, ()),
    (
        lambda: profile_of(person(sensory={"noise": {"tolerance": 1}})).sensory[SensoryDimension.NOISE].direction,
        "avoid",
    ),
    (lambda: profile_of(person(sensory={"noise": {"tolerance": 1}})).sensory[SensoryDimension.NOISE].hard, False),
    (lambda: profile_of(person(physical={})).physical.hard, True),
    (lambda: profile_of(person(legal={})).legal.barred_children, False),
    (lambda: profile_of(person(legal={})).legal.barred_adults, False),
    (lambda: vacancy_of(job()).source, "advertised"),
    (lambda: vacancy_of(job()).status, "open"),
    (lambda: vacancy_of(job()).openings, 1),
    (lambda: vacancy_of(job()).task_tags, ()),
    (lambda: vacancy_of(job(hours={})).hours.negotiable, "no"),
    (lambda: vacancy_of(job(pattern={})).pattern.kind, "fixed"),
    (lambda: vacancy_of(job(location={})).place.remote, "no"),
    (lambda: vacancy_of(job(sensory={"noise": {"typical": 3}})).sensory[SensoryDimension.NOISE].peak, 3),
]


@pytest.mark.parametrize(("read", "default"), DEFAULTS)
def test_what_is_not_said_has_the_default_of_the_page(read: Any, default: object) -> None:
    assert read() == default


FULLEST = {
    profile_shape: records.filled(profile_shape(), lambda place: "word"),
    vacancy_shape: records.filled(vacancy_shape(), lambda place: "word"),
}
OPTIONAL = [
    pytest.param(shape, read, steps, field, id=f"{shape.__name__}: {'.'.join(map(str, steps))}")
    for shape, read in ((profile_shape, profile_of), (vacancy_shape, vacancy_of))
    for steps, field in records.fields_of(shape())
    if not field.required
]


@pytest.mark.parametrize(("shape", "read", "steps", "field"), OPTIONAL)
def test_a_field_left_out_is_the_same_as_null_and_as_unknown_unless_it_is_free_text(
    shape: Any, read: Any, steps: tuple[str | int, ...], field: Field
) -> None:
    fullest = FULLEST[shape]
    left_out, null, unknown = (
        replace(read(record), digest="")
        for record in (
            records.without(fullest, steps),
            records.with_value(fullest, steps, None),
            records.with_value(fullest, steps, "unknown"),
        )
    )
    assert left_out == null
    assert (left_out == unknown) == (not isinstance(field.shape, Text))


def test_an_empty_list_is_a_known_nothing_where_the_page_says_so() -> None:
    assert vacancy_of(
        job(requirements={"settings": [], "qualifications": [], "regulated_activity": []})
    ).requirements == (replace(vacancy_of(job()).requirements, settings=(), qualifications=(), regulated_activity=()))
    assert vacancy_of(job(requirements={"settings": None})).requirements.settings is None
    assert profile_of(person(qualifications=[])).qualifications == ()
    assert profile_of(person(qualifications=None)).qualifications is None
    assert profile_of(person(legal={"minimum_age_met": []})).legal.minimum_age_met == ()
    assert profile_of(person(legal={})).legal.minimum_age_met is None


def test_unknown_is_a_word_in_free_text_and_the_absence_of_an_offer_in_a_table() -> None:
    assert profile_of(person(strengths=["unknown"])).strengths == ("unknown",)
    assert vacancy_of(job(description="unknown")).description == "unknown"
    assert vacancy_of(job(adjustments={"comm.no_phone": "unknown"})).adjustments == {}
    assert vacancy_of(job(sensory={"noise": "unknown", "smell": None})).sensory == {}


# Times and places


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("09:00", "17:00", (540, 1020)),
        ("00:00", "24:00", (0, 1440)),
        ("18:00", "00:00", (1080, 1440)),
        ("22:00", "06:00", (1320, 1800)),
        ("09:07", "09:06", (547, 1986)),
        ("23:59", "24:00", (1439, 1440)),
        ("00:00", "23:59", (0, 1439)),
    ],
)
def test_an_end_at_or_before_the_start_is_on_the_next_day(start: str, end: str, minutes: tuple[int, int]) -> None:
    [shift] = vacancy_of(job(pattern={"shifts": [window(start, end)]})).pattern.shifts
    assert (shift.starts, shift.ends) == minutes


def test_days_stand_in_the_order_of_the_week_and_each_once() -> None:
    [shift] = vacancy_of(job(pattern={"shifts": [span("sun mon sun", "09:00", "10:00")]})).pattern.shifts
    assert shift == Span(days=(Day.MON, Day.SUN), starts=540, ends=600)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ME14 1XQ", "ME14 1XQ"),
        ("me141xq", "ME14 1XQ"),
        ("  me14   1xq ", "ME14 1XQ"),
        ("ME14 1", "ME14 1"),
        ("me14", "ME14"),
        ("sw1a 1aa", "SW1A 1AA"),
        ("ZZ99 9ZZ", "ZZ99 9ZZ"),
    ],
)
def test_case_and_extra_spaces_of_a_place_do_not_matter(written: str, read: str) -> None:
    assert profile_of(person(travel={"home": written})).travel.home == read
    assert vacancy_of(job(location={"postcode": written})).place.postcode == read


def test_numbers_may_be_whole_or_not_and_whole_ones_may_be_written_with_a_nought() -> None:
    assert profile_of(person(hours={"min": 7, "max": 7.5})).hours.most == 7.5
    assert vacancy_of(job(openings=2.0)).openings == 2
    assert isinstance(vacancy_of(job(openings=2.0)).openings, int)
    assert vacancy_of(job(hours={"min": 0, "max": 168})).hours.most == 168.0


def test_two_labels_that_differ_only_in_spaces_are_one() -> None:
    [fault] = faults_of_profile(refused_work=[{"label": "night  work"}, {"label": " night work "}])
    assert "here twice" in fault


# Any JSON

anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["unknown", "09:00", "mon", "ME14 1", "yes", "2026-11-22", "cleaning", "noise", 1e300, -0.0]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=12,
)


def problems_of(read: Callable[[object, Where], object], content: object) -> tuple[Problem, ...]:
    """Why a reader refuses something; empty if it takes it."""
    try:
        read(content, HERE)
    except Invalid as refused:
        return refused.problems or (Problem(Where(), "refused without a reason"),)
    return ()


def reads_or_is_refused(content: object) -> None:
    for read in (read_profile, read_vacancy):
        problems = problems_of(read, content)
        assert all(str(problem).startswith("work.json, row 4") for problem in problems)


@given(anything)
def test_any_json_is_read_or_refused_and_nothing_else_is_raised(content: object) -> None:
    reads_or_is_refused(content)


def names(shape: Any) -> set[str]:
    return {str(step) for steps, _ in records.fields_of(shape) for step in steps if isinstance(step, str)}


@given(
    st.dictionaries(
        st.sampled_from(sorted(names(profile_shape()) | names(vacancy_shape()))),
        st.one_of(anything, st.dictionaries(st.sampled_from(sorted(names(vacancy_shape()))), anything, max_size=3)),
        max_size=6,
    )
)
def test_any_json_in_known_fields_is_read_or_refused_and_nothing_else_is_raised(content: Raw) -> None:
    reads_or_is_refused(person() | content)
    reads_or_is_refused(job() | content)


@pytest.mark.parametrize("depth", [10, 500, 1000])
def test_lists_within_lists_are_refused_however_deep_json_allows_them(depth: int) -> None:
    nested = orjson.loads(b"[" * depth + b"]" * depth)
    reads_or_is_refused(nested)
    reads_or_is_refused(person(hours=nested, strengths=nested))
    reads_or_is_refused(job(adjustments=nested, sensory={"noise": nested}))


# Whatever a shape allows is read


@given(records.profiles(records.plain_words()))
def test_every_profile_that_its_shape_allows_is_read(profile: Raw) -> None:
    assert profile_of(profile).participant_ref == profile["participant_ref"]


@given(records.vacancies(records.plain_words()))
def test_every_vacancy_that_its_shape_allows_is_read(vacancy: Raw) -> None:
    assert vacancy_of(vacancy).vacancy_ref == vacancy["vacancy_ref"]


def test_the_fullest_records_are_read() -> None:
    profile_of(FULLEST[profile_shape])
    vacancy_of(FULLEST[vacancy_shape])


# The digest


@given(strategies.vacancies())
def test_the_digest_of_a_record_does_not_depend_on_the_order_of_its_fields(vacancy: Raw) -> None:
    backwards = dict(reversed(vacancy.items()))
    assert vacancy_of(backwards).digest == vacancy_of(vacancy).digest


def test_the_digest_of_a_record_changes_with_any_of_its_fields() -> None:
    shape: Record = vacancy_shape()
    fullest = FULLEST[vacancy_shape]
    digests = {
        vacancy_of(records.without(fullest, steps)).digest
        for steps, field in records.fields_of(shape)
        if not field.required
    }
    assert len(digests) == sum(not field.required for _, field in records.fields_of(shape))
    assert vacancy_of(fullest).digest not in digests


def test_every_list_of_slugs_refuses_the_same_slug_twice() -> None:
    for shape, read in ((profile_shape(), profile_of), (vacancy_shape(), vacancy_of)):
        fullest = records.filled(shape, lambda place: "word")
        for steps, field in records.fields_of(shape):
            if isinstance(field.shape, ListOf) and type(field.shape.member).__name__ in ("Slug", "OpenSlug"):
                [slug] = value_at(fullest, steps)
                with pytest.raises(Invalid, match="here twice"):
                    read(records.with_value(fullest, steps, [slug, slug]))


def value_at(record: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        record = record[step]
    return record
