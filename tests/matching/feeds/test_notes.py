"""Facts found in notes and adverts: what is suggested, from which words, and what is left alone."""

from __future__ import annotations

import json
import sys
from collections import Counter
from time import process_time
from typing import Any

import pytest

from matching.errors import Where
from matching.feeds.notes import Noticed, quotes, read_notes
from matching.feeds.notes_sentences import Manner
from matching.feeds.notes_words import rules
from matching.interchange import read_vacancy
from matching.interchange.facts import put_together
from tests.matching.feeds.notes_table import ABOUT_IT, FRESH, KNOWN

_SEVERAL = ("tasks", "task_tags", "requirements.qualifications")


def _found(text: str) -> Counter[tuple[str, str]]:
    """What was noticed, as counted pairs."""
    return Counter(
        (each.field, json.dumps(ABOUT_IT if each.value is None else each.value, sort_keys=True))
        for each in read_notes(text)
    )


def _expected(facts: dict[str, Any]) -> Counter[tuple[str, str]]:
    pairs = [(field, value) for field, told in facts.items() for value in (told if field in _SEVERAL else [told])]
    return Counter((field, json.dumps(value, sort_keys=True)) for field, value in pairs)


def _one(text: str, field: str) -> Noticed:
    (found,) = (each for each in read_notes(text) if each.field == field)
    return found


@pytest.mark.parametrize(("text", "facts"), KNOWN, ids=[text[:40] for text, _ in KNOWN])
def test_a_note_says_what_a_careful_reader_would_suggest_and_none_else(text: str, facts: dict[str, Any]) -> None:
    assert _found(text) == _expected(facts)


def test_notes_that_nobody_looked_at_before_are_read_nearly_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    right = suggested = there = 0
    for text, facts in FRESH:
        found, expected = _found(text), _expected(facts)
        right += (found & expected).total()
        suggested += found.total()
        there += expected.total()
    with capsys.disabled():
        told = f"{right} of {suggested} suggestions are right, {right} of {there} facts are found"
        sys.stdout.write(f"\nFresh notes: {told}.\n")
    assert right / suggested >= 0.9
    assert right / there >= 0.8


def test_the_words_are_those_of_the_text_and_stand_in_their_sentence() -> None:
    text = "Sue runs it. There is a Quiet Room upstairs! Two doors."
    found = _one(text, "adjustments.place.quiet_room")
    assert quotes(found, text) == [[("There is a ", False), ("Quiet Room", True), (" upstairs!", False)]]


def test_words_of_one_sentence_are_marked_in_one_quote() -> None:
    text = "Loud machinery, you have to shout."
    marked = [[piece for piece, is_them in pieces if is_them] for pieces in quotes(_one(text, "sensory.noise"), text)]
    assert marked == [["Loud machinery", "have to shout"]]


def test_letters_that_grow_when_made_small_move_no_words() -> None:
    text = "İstanbul Grill İİİ, 16 hours a week"
    assert "16 hours a week" in [
        piece for pieces in quotes(_one(text, "hours"), text) for piece, is_them in pieces if is_them
    ]


def test_two_answers_to_one_question_are_none() -> None:
    assert (
        _one("There is a quiet room. No quiet room on the night shift.", "adjustments.place.quiet_room").value is None
    )


def test_two_figures_are_two_suggestions() -> None:
    found = [each.value for each in read_notes("16 hours a week. 20 hours a week.") if each.field == "hours"]
    assert found == [{"min": 16, "max": 16}, {"min": 20, "max": 20}]


def test_a_doubt_is_told() -> None:
    assert _one("It might be 16 hours a week.", "hours").unsure
    assert not _one("It is 16 hours a week.", "hours").unsure


@pytest.mark.parametrize("text", [text for text, _ in (*KNOWN, *FRESH)], ids=lambda text: text[:40])
def test_every_suggestion_can_be_stored(text: str) -> None:
    """Values are read as those of a file are, each by itself; a title or an employer is text anyway."""
    for each in read_notes(text):
        if each.value is not None and each.field not in ("title", "employer"):
            value = [each.value] if each.field in ("tasks", "task_tags") else each.value
            value = [{"slug": value}] if each.field == "requirements.qualifications" and value != [] else value
            document = {"vacancy_ref": "new", "title": "new", "employer": "new", **put_together({each.field: value})}
            read_vacancy(document, Where())


def test_every_row_of_words_says_what_can_be_stored() -> None:
    for rule, _ in rules():
        for manner in Manner:
            value = rule.value(manner)
            if not rule.says(manner) or value is None or rule.field == "requirements.qualifications":
                continue
            stated = {rule.field: [value] if rule.field == "task_tags" else value}
            read_vacancy({"vacancy_ref": "new", "title": "new", "employer": "new", **put_together(stated)}, Where())


_HOSTILE = (
    "not ",
    "no,",
    "1",
    "mon ",
    "9am to ",
    "£1,000,",
    "a",
    "duties\n",
    "\n- x",
    "16 to 20 ",
    "İ",
    "job title: a\n",
    " ",
    "lift 20kg ",
    "-",
    "rota ",
    "she ",
    "participant ",
    "up to ",
    "quiet ",
    "hours : ",
    "closing date ",
    "over 1",
)


@pytest.mark.parametrize("words", _HOSTILE)
def test_no_text_takes_longer_than_its_length_allows(words: str) -> None:
    """A hundred thousand characters, five times what a page takes."""
    text = words * (100_000 // len(words))
    begun = process_time()
    found = read_notes(text)
    assert process_time() - begun < 5
    assert len(found) < 50
