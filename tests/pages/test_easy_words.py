"""Findings in easy read: every one has words, and none says other than the finding does."""

from __future__ import annotations

import doctest
import re
from typing import Any

import pytest
from hypothesis import given, settings

from api.pages import easy_words
from api.pages.easy_words import LEVELS_IN_EASY_WORDS, MOST_MAYBE, MOST_YES, Line, said_of, turned
from api.pages.labels import LABELS
from matching.interchange.writing import explanation_json
from matching.model.finding import Aspect, Verdict
from matching.model.sensory import SensoryDimension
from tests import strategies
from tests.builders import AS_OF, pool_of, profile_of, shortlister_of
from tests.pages.prose import NEVER, NEVER_PHRASES

Raw = dict[str, Any]

#: Words that are said about a person, and not to them.
_THIRD_PERSON = re.compile(r"\b(they|them|their|theirs)\b", re.IGNORECASE)


def _finding(about: str, verdict: Verdict, sentence: str, *, absolute: bool = True) -> Raw:
    aspect, _, part = about.partition(".")
    return {"aspect": aspect, "part": part, "verdict": verdict.value, "absolute": absolute, "sentence": sentence}


def _findings(profile: Raw, vacancy: Raw) -> list[Raw]:
    explanation = shortlister_of(pool_of([vacancy])).explain(profile_of(profile), vacancy["vacancy_ref"], as_of=AS_OF)
    found: list[Raw] = explanation_json(explanation, reads_profile=True)["findings"]
    return found


def _own_words_left_out(line: Line) -> str:
    return re.sub(r"“.*?”", "", " ".join(line.says))


@settings(max_examples=150)
@given(strategies.profiles(), strategies.vacancies())
def test_every_finding_is_said_and_keeps_its_verdict(profile: Raw, vacancy: Raw) -> None:
    """What does not fit never stands under yes, and what nobody knows never under yes or not yet."""
    for finding in _findings(profile, vacancy):
        said = said_of([finding])
        if finding["verdict"] == Verdict.OK:
            assert not said.not_yet
        elif finding["verdict"] == Verdict.UNKNOWN:
            assert not said.yes
            assert not said.not_yet
        else:
            assert not said.yes
            assert said.not_yet or said.maybe, finding
        for line in (*said.yes, *said.maybe, *said.not_yet):
            assert not _THIRD_PERSON.search(_own_words_left_out(line)), line


@settings(max_examples=150)
@given(strategies.profiles(), strategies.vacancies())
def test_no_finding_needs_to_fall_back_on_the_words_for_specialists(profile: Raw, vacancy: Raw) -> None:
    for finding in _findings(profile, vacancy):
        assert easy_words.is_known(finding), finding


@pytest.mark.parametrize(
    ("about", "verdict", "sentence", "says"),
    [
        (
            "hours.weekly_hours",
            Verdict.CONFLICT,
            "The job is 24 hours a week, and the hours are fixed; they want at most 16 hours.",
            ("The job is 24 hours each week.", "You want up to 16 hours.", "The hours are fixed."),
        ),
        (
            "travel.distance",
            Verdict.OK,
            "The place is about 3 km away; they travel up to 8 km.",
            ("It is about 2 miles from your home.", "You can travel that far."),
        ),
        (
            "travel.minutes",
            Verdict.CONFLICT,
            "The journey by bus is about 55 minutes by our estimate, longer than the 30 minutes they travel.",
            ("By bus it takes about 55 minutes. This is our guess.", "You want to travel for up to 30 minutes."),
        ),
        (
            "sensory.noise",
            Verdict.CONFLICT,
            "Noise: strong (3/4) here; they bear up to mild (1/4) only.",
            ("It is loud there, like a vacuum cleaner.", "That is too much for you."),
        ),
        (
            "sensory.movement",
            Verdict.CONFLICT,
            "Movement and vibration: hardly any (0/4) here, but they do well with at least ordinary (2/4).",
            ("You sit still.", "You want to move more."),
        ),
        (
            "adjustments.place.quiet_room",
            Verdict.OK,
            "The employer agrees to what they need: room to retreat to.",
            ("You need: a quiet room to go to.", "The employer says yes."),
        ),
        (
            "physical.stand",
            Verdict.OK,
            "There is up to 120 minutes to stand, within their 180 minutes.",
            ("You stand for up to 2 hours at a time.", "You can stand for up to 3 hours."),
        ),
        (
            "pay.floor",
            Verdict.UNKNOWN,
            "The pay is not known; they want at least £12.71 an hour.",
            ("We do not know the pay yet.", "You want £12.71 or more for each hour."),
        ),
    ],
)
def test_facts_of_the_finding_are_put_in(about: str, verdict: Verdict, sentence: str, says: tuple[str, ...]) -> None:
    said = said_of([_finding(about, verdict, sentence)])
    assert [line.says for line in (*said.yes, *said.maybe, *said.not_yet)] == [says]


def test_a_sentence_that_no_rule_knows_is_turned_to_the_person() -> None:
    said = said_of([_finding("shift.breaks", Verdict.CONFLICT, "There is no break; they need one in their shift.")])
    assert said.not_yet[0].says == ("There is no break.", "You need one in your shift.")
    assert turned("They want “a job of their own”.") == ["You want “a job of their own”."]


def test_a_role_that_is_near_to_no_wish_is_not_said_to_be_right() -> None:
    nothing = "Nothing they have said they want is close to this role."
    said = said_of([_finding("preferences.wanted_work", Verdict.OK, nothing, absolute=False)])
    assert not said.yes
    assert said.maybe[0].says[0] == "This is not like the jobs you told us about."


@pytest.mark.parametrize(
    "about",
    [
        "employer.avoided",
        "travel.no_go",
        "exclusions.no_alcohol_premises",
        "requirements.dbs",
        "requirements.regulated_children",
        "withheld.withheld",
    ],
)
def test_what_somebody_keeps_away_from_stands_on_no_paper(about: str) -> None:
    sentence = "The job involves a secret, which is to be avoided."
    for verdict in Verdict:
        said = said_of([_finding(about, verdict, sentence)])
        assert not said.yes
        assert not said.not_yet
        assert "secret" not in str(said)
    assert said_of([_finding(about, Verdict.CONFLICT, sentence)]).maybe[0].word == "Talk"


def test_an_area_to_keep_away_from_is_kept_even_where_it_is_told_as_a_distance() -> None:
    said = said_of([_finding("travel.distance", Verdict.CONFLICT, "The place is outside the area asked for.")])
    assert "area" not in str(said)


def test_a_block_has_as_many_lines_as_somebody_can_take_in_and_the_rest_is_counted() -> None:
    unknown = [
        _finding(f"sensory.{each}", Verdict.UNKNOWN, "X: nobody has checked; they bear up to mild (1/4).")
        for each in SensoryDimension
    ]
    known = [
        _finding(f"sensory.{each}", Verdict.OK, "X: mild (1/4) here; they bear up to mild (1/4).")
        for each in SensoryDimension
    ]
    said = said_of([*unknown, *known])
    assert len(said.yes) == MOST_YES
    assert len(said.maybe) == MOST_MAYBE
    assert said.more_to_ask == len(SensoryDimension) - MOST_MAYBE


def test_no_conflict_is_left_out() -> None:
    against = [
        _finding(f"sensory.{each}", Verdict.CONFLICT, "X: strong (3/4) here; they bear up to mild (1/4) only.")
        for each in SensoryDimension
    ]
    assert len(said_of(against).not_yet) == len(SensoryDimension)


def test_the_levels_are_in_short_words_and_put_nobody_down() -> None:
    assert set(LEVELS_IN_EASY_WORDS) == set(SensoryDimension)
    for levels in LEVELS_IN_EASY_WORDS.values():
        assert len(set(levels)) == len(levels)
        for words in levels:
            assert all(len(part.split()) <= 14 for part in words.split(". "))
            assert not any(word in words.lower() for word in (*NEVER, *NEVER_PHRASES, "(", "dB"))


def test_its_examples_hold() -> None:
    assert doctest.testmod(easy_words).failed == 0
    assert set(LABELS[Aspect]) >= set(easy_words._READ)
