"""What concerns safety is withheld from everybody but the participant's own specialist."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest

from matching.interchange.withholding import WITHHELD_SENTENCE, without_safety
from matching.interchange.writing import explanation_json, shortlist_json
from tests.builders import pool_of, profile_of, shortlister_of

AS_OF = date(2026, 11, 22)
VACANCIES = [
    {"vacancy_ref": "at-hazel", "title": "Baker", "employer": "Hazel Bakery", "location": {"postcode": "ME14 1XQ"}},
    {"vacancy_ref": "far", "title": "Cook", "employer": "Beech Cafe", "location": {"postcode": "ME15 6YE"}},
    {"vacancy_ref": "listed", "title": "Potter", "employer": "Clay Works", "location": {"postcode": "ME14 2AA"}},
    {"vacancy_ref": "unplaced", "title": "Baker", "employer": "Oak Mill"},
]
PROFILE: dict[str, Any] = {
    "participant_ref": "p-1",
    "wanted_work": [{"label": "baking"}],
    "employers_avoided": ["Hazel Bakery"],
    "travel": {"home": "ME14 1AA", "no_go": ["ME15"]},
}


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    shortlist = shortlister_of(pool_of(VACANCIES)).shortlists([profile_of(PROFILE)], as_of=AS_OF)[0]
    return shortlist_json(shortlist, reads_profile=True)


def _entry(written: dict[str, Any], ref: str) -> dict[str, Any]:
    return next(each for each in written["entries"] if each["vacancy_ref"] == ref)


class TestWithoutSafety:
    def test_a_role_of_an_avoided_employer_shows_only_that_the_specialist_knows_why(
        self, written: dict[str, Any]
    ) -> None:
        because = without_safety(written)["excluded"][0]["because"]
        assert because == [{"aspect": "withheld", "part": "withheld", "sentence": WITHHELD_SENTENCE}]

    def test_that_an_employer_is_not_avoided_is_not_told_either(self, written: dict[str, Any]) -> None:
        assert any(each["aspect"] == "employer" for each in _entry(written, "listed")["findings"])
        shown = _entry(without_safety(written), "listed")["findings"]
        assert not any(each["aspect"] in ("employer", "withheld") for each in shown)

    def test_a_no_go_area_is_written_as_a_distance(self, written: dict[str, Any]) -> None:
        because = without_safety(written)["excluded"][1]["because"]
        assert because == [
            {"aspect": "travel", "part": "distance", "sentence": "The place is outside the area asked for."}
        ]

    def test_a_question_about_a_no_go_area_is_about_the_distance(self, written: dict[str, Any]) -> None:
        assert {each["about"] for each in _entry(written, "unplaced")["questions"]} >= {"travel.no_go"}
        shown = _entry(without_safety(written), "unplaced")["questions"]
        assert {each["about"] for each in shown} == {"travel.distance"}

    def test_no_word_of_it_is_left_anywhere(self, written: dict[str, Any]) -> None:
        shown = orjson.dumps(without_safety(written)).decode()
        assert all(word not in shown for word in ("no_go", "avoid"))

    def test_all_else_stays_as_it_was(self, written: dict[str, Any]) -> None:
        kept, shown = _entry(written, "listed"), _entry(without_safety(written), "listed")
        private = [each for each in kept["findings"] if each["aspect"] == "employer" or each["part"] == "no_go"]
        assert len(shown["findings"]) == len(kept["findings"]) - 1
        assert [each for each in kept["findings"] if each not in private] == [
            each for each in shown["findings"] if each["part"] != "distance"
        ]
        assert {**shown, "findings": 0} == {**kept, "findings": 0}

    def test_what_was_given_is_not_changed(self, written: dict[str, Any]) -> None:
        before = orjson.dumps(written)
        without_safety(written)
        assert orjson.dumps(written) == before

    def test_an_explanation_is_shown_by_the_same_rule(self) -> None:
        explanation = shortlister_of(pool_of(VACANCIES)).explain(profile_of(PROFILE), "at-hazel", as_of=AS_OF)
        shown = without_safety(explanation_json(explanation, reads_profile=True))
        assert [each["sentence"] for each in shown["findings"] if each["aspect"] == "withheld"] == [WITHHELD_SENTENCE]
        assert "Hazel" not in orjson.dumps(shown).decode()
