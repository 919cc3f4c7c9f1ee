"""Truth sets: how they are read, which facts can be hidden, and what is left then."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.unknowns.truth_sets import facts_of, invented_truth, read_truth, without
from matching.errors import Invalid
from matching.laying_out import build_pool
from matching.model.finding import Finding, Verdict
from matching.model.vacancy import Vacancy
from matching.taxonomy import load_catalogue
from tests import strategies
from tests.builders import AS_OF, profile_of, setting, shortlister_of, vacancy_of

Raw = dict[str, Any]

PERSON: Raw = {"participant_ref": "P-1", "hours": {"max": 16}}
FULL: Raw = {
    "vacancy_ref": "V-1",
    "title": "Baker",
    "employer": "Acorn Foods",
    "description": "Bakes bread.",
    "task_tags": ["baking"],
    "hours": {"min": 8, "max": 16, "negotiable": "maybe"},
    "pattern": {"kind": "rota", "shifts": [{"days": ["mon", "tue"], "from": "09:00", "to": "13:00"}]},
    "location": {"postcode": "ME14 1", "remote": "some"},
    "pay": {"hourly": 13.0, "annual": 10000},
    "adjustments": {"place.quiet_room": "yes", "sens.headphones": "no"},
    "sensory": {
        "noise": {"typical": 1, "peak": 3, "peak_share": "under_10", "can_leave": True, "source": "visit"},
        "smell": {"typical": 1, "source": "occupation_prior"},
    },
    "physical": {"lift_kg": 5, "climb": False},
    "requirements": {
        "dbs": "none",
        "settings": [],
        "qualifications": [{"slug": "first_aid", "obtainable_weeks": 1}, {"slug": "cscs_card"}],
    },
    "contract": "permanent",
    "disability_confident": 2,
    "facts_checked_on": "2026-11-01",
}
FACTS = {
    ("hours", "least"),
    ("hours", "most"),
    ("pattern",),
    ("place",),
    ("pay",),
    ("adjustments", "place.quiet_room"),
    ("adjustments", "sens.headphones"),
    ("sensory", "noise"),
    ("sensory", "noise", "peak_share"),
    ("sensory", "noise", "can_leave"),
    ("physical", "lift_kg"),
    ("physical", "climb"),
    ("requirements", "dbs"),
    ("requirements", "settings"),
    ("requirements", "qualifications"),
    ("qualifications", "first_aid"),
}


def written(folder: Path, profiles: Any = (PERSON,), vacancies: Any = (FULL,)) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "profiles.json").write_text(json.dumps(profiles), encoding="utf-8")
    (folder / "vacancies.json").write_text(json.dumps(vacancies), encoding="utf-8")
    return folder


# Facts


def test_the_facts_are_what_a_verdict_hangs_on_and_has_no_default():
    assert set(facts_of(vacancy_of(FULL))) == FACTS


def test_each_fact_is_named_once():
    assert len(facts_of(vacancy_of(FULL))) == len(FACTS)


@pytest.mark.parametrize("fact", sorted(FACTS), ids=".".join)
def test_a_hidden_fact_is_gone_and_every_other_one_stays(fact: tuple[str, ...]):
    within = {each for each in FACTS if each[: len(fact)] == fact}
    if fact == ("requirements", "qualifications"):
        within.add(("qualifications", "first_aid"))  # of a qualification that is not known nothing is known

    assert set(facts_of(without(vacancy_of(FULL), [fact]))) == FACTS - within


def test_a_vacancy_of_which_every_fact_is_hidden_is_one_of_which_only_defaults_and_words_are_told():
    told = ("vacancy_ref", "title", "employer", "description", "task_tags", "contract", "disability_confident")
    bare = {name: FULL[name] for name in (*told, "facts_checked_on")} | {
        "hours": {"negotiable": "maybe"},
        "pattern": {"kind": "rota"},
        "location": {"remote": "some"},
        "sensory": {"smell": FULL["sensory"]["smell"]},
    }
    blank = without(vacancy_of(FULL), FACTS)

    assert blank == replace(vacancy_of(bare), digest=blank.digest)


def test_a_vacancy_of_which_nothing_is_hidden_is_itself():
    vacancy = vacancy_of(FULL)

    assert without(vacancy, []) is vacancy


def findings(profile: Raw, vacancy: Vacancy) -> dict[str, Finding]:
    pool = build_pool([vacancy], catalogue=load_catalogue(), sectors=setting().sectors)
    told = shortlister_of(pool).explain(profile_of(profile), vacancy.vacancy_ref, as_of=AS_OF).findings
    return {finding.about: finding for finding in told}


@given(strategies.profiles(), strategies.vacancies(), st.data())
def test_hiding_any_facts_makes_a_verdict_unknown_or_leaves_it(profile: Raw, raw: Raw, data: st.DataObject):
    vacancy = vacancy_of(raw)
    hidden = data.draw(st.lists(st.sampled_from(facts_of(vacancy) or (("pay",),)), unique=True))
    before, after = findings(profile, vacancy), findings(profile, without(vacancy, hidden))

    for about, finding in after.items():
        was = before[about].verdict if about in before else Verdict.UNKNOWN
        assert finding.verdict in (was, Verdict.UNKNOWN), about


# Reading


def test_a_folder_with_profiles_and_vacancies_is_a_truth_set(tmp_path: Path):
    truth = read_truth([written(tmp_path)])

    assert [each.participant_ref for each in truth.profiles] == ["P-1"]
    assert [each.vacancy_ref for each in truth.vacancies] == ["V-1"]


def test_two_files_are_a_truth_set_too(tmp_path: Path):
    folder = written(tmp_path)
    (folder / "people.jsonl").write_text(json.dumps(PERSON) + "\n", encoding="utf-8")

    truth = read_truth([folder / "people.jsonl", folder / "vacancies.json"])

    assert (len(truth.profiles), len(truth.vacancies)) == (1, 1)


def test_without_a_day_every_vacancy_is_open_and_the_day_is_the_last_on_which_anything_was_checked(tmp_path: Path):
    closed = FULL | {"vacancy_ref": "V-2", "status": "closed", "closes_on": "2020-01-01", "opens_on": "2019-01-01"}

    truth = read_truth([written(tmp_path, vacancies=[FULL, closed])])

    assert truth.as_of == date(2026, 11, 1)
    assert all(each.is_open(on=truth.as_of) for each in truth.vacancies)


def test_with_a_day_what_is_closed_stays_closed(tmp_path: Path):
    closed = FULL | {"vacancy_ref": "V-2", "status": "closed"}

    truth = read_truth([written(tmp_path, vacancies=[FULL, closed])], as_of=AS_OF)

    assert [each.is_open(on=truth.as_of) for each in truth.vacancies] == [True, False]


@pytest.mark.parametrize(
    ("profiles", "vacancies", "said"),
    [
        ([PERSON | {"hours": {"max": "lots"}}], [FULL], "hours.max"),
        ([PERSON, PERSON], [FULL], "P-1"),
        ([PERSON], [FULL | {"shoes": 2}], "shoes"),
        ([], [FULL], "it holds no profiles"),
        ([PERSON], [], "it holds no vacancies"),
    ],
)
def test_what_cannot_be_taken_is_named(tmp_path: Path, profiles: list[Raw], vacancies: list[Raw], said: str):
    with pytest.raises(Invalid) as refused:
        read_truth([written(tmp_path, profiles, vacancies)])

    assert said in str(refused.value)


def test_a_folder_without_one_of_the_files_is_refused(tmp_path: Path):
    (written(tmp_path) / "profiles.json").unlink()

    with pytest.raises(Invalid, match=r"no file called profiles"):
        read_truth([tmp_path])


def test_a_folder_with_two_files_of_one_name_is_refused(tmp_path: Path):
    (written(tmp_path) / "profiles.jsonl").write_text("", encoding="utf-8")

    with pytest.raises(Invalid, match=r"several called profiles"):
        read_truth([tmp_path])


@pytest.mark.parametrize("count", [0, 3])
def test_another_number_of_paths_is_refused(tmp_path: Path, count: int):
    with pytest.raises(Invalid, match="one folder, or two files"):
        read_truth([tmp_path] * count)


def test_a_path_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(Invalid, match="does not exist"):
        read_truth([tmp_path / "nothing"])


# Invented


def test_an_invented_set_is_the_same_for_the_same_numbers_and_seed():
    first, second, other = (invented_truth(people=3, vacancies=20, seed=seed) for seed in (1, 1, 2))

    assert first == second
    assert first != other
