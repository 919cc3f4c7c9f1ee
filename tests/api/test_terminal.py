"""The page on a terminal: sentences first, no number without its reason, and nothing that steers the terminal."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import terminal
from matching.fit import constraint_parts
from matching.model.finding import Asked, Aspect, Finding, Verdict
from matching.model.shortlist import Band, Exclusion, Flag, NearMiss, Question, Shortlist
from matching.model.vacancy import VacancySource
from tests.builders import AS_OF, pool_of, profile_of, setting, shortlister_of

PERSON: dict[str, Any] = {"participant_ref": "P1", "wanted_work": [{"label": "Baker"}], "hours": {"max": 16}}
BAKER: dict[str, Any] = {
    "vacancy_ref": "V1",
    "title": "Baker",
    "employer": "Hazel Farm",
    "hours": {"min": 8, "max": 12},
}
DRIVER: dict[str, Any] = {"vacancy_ref": "V2", "title": "Driver", "employer": "Elm", "hours": {"min": 35, "max": 40}}


def drawn(person: dict[str, Any], jobs: Sequence[dict[str, Any]], *, limit: int | None = None) -> Shortlist:
    """The real shortlist of a person over a few jobs."""
    (shortlist,) = shortlister_of(pool_of(jobs)).shortlists([profile_of(person)], as_of=AS_OF, limit=limit)
    return shortlist


def page_of(
    shortlist: Shortlist, person: dict[str, Any], jobs: Sequence[dict[str, Any]], notes: Sequence[str] = ()
) -> str:
    """The page of a shortlist, as printed; `notes` are those of the first job."""
    by_ref = {job.vacancy_ref: job for job in pool_of(jobs).vacancies}
    noted = dict.fromkeys(list(by_ref)[:1], notes)
    return "\n".join(terminal.shortlist_page(profile_of(person), shortlist, by_ref, noted))


def page(person: dict[str, Any] = PERSON, jobs: Sequence[dict[str, Any]] = (BAKER, DRIVER)) -> str:
    """The page for a person over a few jobs."""
    return page_of(drawn(person, jobs), person, jobs)


def explained(ref: str, person: dict[str, Any] = PERSON, jobs: Sequence[dict[str, Any]] = (BAKER, DRIVER)) -> str:
    """The page that says why a role is, or is not, on the list."""
    profile = profile_of(person)
    explanation = shortlister_of(pool_of(jobs)).explain(profile, ref, as_of=AS_OF)
    return "\n".join(terminal.explanation_page(profile, explanation))


# The page of a shortlist


def test_the_goal_stands_on_top_in_the_persons_own_words() -> None:
    goal = {"own_words": "To bake.", "longer_term": "My own shop."}
    lines = page(PERSON | {"goal": goal}).splitlines()
    assert lines[1:4] == ["# P1", "“To bake.”", "Later: “My own shop.”"]


def test_a_goal_that_nobody_has_written_down_is_said_to_be_missing() -> None:
    assert page().splitlines()[2] == "Their own goal is not written down yet."


def test_the_page_says_how_many_roles_are_open_listed_and_left_out() -> None:
    jobs = [BAKER, DRIVER, BAKER | {"vacancy_ref": "V3"}, DRIVER | {"vacancy_ref": "V4"}]
    assert "22 November 2026: 4 roles are open, 2 can be talked about, 2 are left out." in page(jobs=jobs)


def test_one_role_is_not_written_as_several() -> None:
    assert "1 roles" not in page(jobs=[BAKER])
    assert "1 roles" not in page(jobs=[DRIVER])


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"closes_on": "2026-11-30"}, "closes 30 November 2026"),
        ({"openings": 3}, "3 openings"),
        ({"source": "unadvertised", "visibility": "own_caseload"}, "told in trust, for one caseload"),
        ({"source": "carved", "visibility": "team"}, "told in trust, for the team"),
        ({"disability_confident": 2}, "Disability Confident level 2"),
    ],
)
def test_an_entry_shows_what_is_known_of_the_role(known: dict[str, Any], said: str) -> None:
    assert said not in page(jobs=[BAKER])
    assert said in " ".join(page(jobs=[BAKER | known]).split())


def test_a_list_without_entries_says_that_the_reasons_stand_at_the_end() -> None:
    lines = page(jobs=[DRIVER]).splitlines()
    assert "No open role is left. What stands in the way most often is named at the end." in lines
    assert "      1  hours that do not fit" in lines[-3:]


def test_a_pool_without_roles_promises_no_reasons() -> None:
    assert "named at the end" not in page(jobs=[])


FACTS: list[tuple[dict[str, Any], str]] = [
    ({"source": "advertised"}, "advertised"),
    ({"source": "unadvertised"}, "not advertised"),
    ({"source": "carved"}, "carved from other roles"),
    ({"hours": {}}, "hours not known"),
    ({"hours": {"min": 8, "max": 12}}, "8 to 12 hours a week"),
    ({}, "times not known"),
    ({"pattern": {"shifts": [{"days": ["mon", "tue"], "from": "09:00", "to": "13:00"}]}}, "09:00 to 13:00"),
    ({}, "pay not known"),
    ({"pay": {"hourly": 12.75}}, "£12.75 an hour"),
    ({"pay": {"annual": 12000}}, "£12,000 a year"),
    ({"pay": {"hourly": 12.75, "annual": 12000}}, "£12.75 an hour"),
    ({"location": {"postcode": "ME14 1"}}, "ME14 1"),
    ({"disability_confident": 2}, "Disability Confident level 2"),
]


@pytest.mark.parametrize(("fields", "fact"), FACTS, ids=[fact for _, fact in FACTS])
def test_what_is_known_of_a_role_stands_below_its_name_and_so_does_what_is_not(
    fields: dict[str, Any], fact: str
) -> None:
    text = page({"participant_ref": "P1"}, [BAKER | fields])
    heading = text.index("# " + " 1. Baker, Hazel Farm")
    assert fact in " ".join(text[heading : text.index("Why")].partition("\n")[2].split())


def test_a_badge_that_an_employer_does_not_have_is_not_mentioned() -> None:
    assert "Disability Confident" not in page(jobs=[BAKER | {"disability_confident": 0}])


@pytest.mark.parametrize(("hours", "words"), [({"max": 12}, "fits what we know"), ({}, "ask first")])
def test_the_band_stands_beside_the_name(hours: dict[str, Any], words: str) -> None:
    assert f"Baker, Hazel Farm ({words})" in page(jobs=[BAKER | {"hours": hours}])


def test_the_persons_wish_is_named_as_the_reason() -> None:
    (why,) = [line for line in page(jobs=[BAKER]).splitlines() if line.startswith("    Why")]
    assert "“Baker”" in why


def test_an_entry_without_a_reason_says_so() -> None:
    assert "No stated wish or strength is close" in page({"participant_ref": "P1"}, [BAKER])


def question(number: int, of: Asked = Asked.EMPLOYER) -> Question:
    return Question(ask=f"Question {number}?", of=of, about=f"pay.{number}", worth=1.0)


@pytest.mark.parametrize(
    ("asked", "shown", "rest"),
    [(1, 1, ""), (4, 4, ""), (5, 4, "and 1 more that would change less."), (9, 4, "and 5 more")],
)
def test_the_questions_worth_most_are_shown_and_the_rest_is_counted(asked: int, shown: int, rest: str) -> None:
    shortlist = drawn(PERSON, [BAKER])
    entry = replace(shortlist.entries[0], questions=tuple(question(number) for number in range(asked)))
    text = page_of(replace(shortlist, entries=(entry,)), PERSON, [BAKER])
    assert text.count("Question ") == shown
    assert rest in text
    assert ("that would change less" in text) == bool(rest)


def test_a_question_is_put_to_whoever_can_answer_it() -> None:
    shortlist = drawn(PERSON, [BAKER])
    entry = replace(shortlist.entries[0], questions=(question(1), question(2, Asked.PARTICIPANT)))
    lines = page_of(replace(shortlist, entries=(entry,)), PERSON, [BAKER]).splitlines()
    assert "    Ask the employer Question 1?" in lines
    assert "    Ask them         Question 2?" in lines


def test_the_same_question_is_put_once() -> None:
    shortlist = drawn(PERSON, [BAKER])
    entry = replace(shortlist.entries[0], questions=(question(1), replace(question(1), about="pay.other")))
    assert page_of(replace(shortlist, entries=(entry,)), PERSON, [BAKER]).count("Question 1?") == 1


def benefit(name: str) -> Flag:
    return Flag(kind="benefit", sentence=f"If you receive {name}, ask first.", subject=name)


def flagged(*flags: Flag) -> str:
    shortlist = drawn(PERSON, [BAKER])
    return page_of(replace(shortlist, entries=(replace(shortlist.entries[0], flags=flags),)), PERSON, [BAKER])


def test_one_benefit_keeps_its_sentence() -> None:
    assert "If you receive A, ask first." in flagged(benefit("A"))


def test_several_benefits_share_one_sentence_and_each_is_named() -> None:
    text = flagged(benefit("A"), Flag(kind="wage", sentence="The pay is low."), benefit("B"))
    assert "This pay may pass the limit of: A; B." in text
    assert "The pay is low." in text
    assert "ask first" not in text


def noted(*notes: str) -> str:
    return page_of(drawn(PERSON, [BAKER]), PERSON, [BAKER], notes)


def test_what_only_the_advert_says_stands_below_the_role() -> None:
    lines = noted("skills: a steady hand", "workHours: as agreed").splitlines()
    at = lines.index("    The advert says  skills: a steady hand")
    assert lines[at + 1].split() == ["workHours:", "as", "agreed"]
    assert "The advert says" not in noted()


def test_a_long_text_of_an_advert_is_cut_where_one_can_see_it() -> None:
    shown = noted("skills: " + "patience " * 200).split("The advert says")[1]
    assert len(shown) < 1000
    assert "…" in shown


def near_miss(number: int, *, opens_for: int = 1) -> NearMiss:
    return NearMiss(
        vacancy_ref="V2",
        blocked_by=((Aspect.HOURS, "weekly_hours"),),
        concession=f"Concession {number}.",
        would_rank=3,
        opens_for=opens_for,
    )


@pytest.mark.parametrize(("found", "shown", "rest"), [(5, 5, ""), (6, 5, "and 1 more."), (30, 5, "and 25 more.")])
def test_the_first_near_misses_are_shown_and_the_rest_is_counted(found: int, shown: int, rest: str) -> None:
    misses = tuple(near_miss(number) for number in range(found))
    text = page_of(replace(drawn(PERSON, [BAKER, DRIVER]), negotiate=misses), PERSON, [BAKER, DRIVER])
    assert text.count("Concession ") == shown
    assert rest in text


def test_a_near_miss_says_what_to_ask_and_where_the_role_would_stand() -> None:
    text = " ".join(page().split())
    assert "Nearly right: one change would open these - Driver, Elm: Ask for at most 16 hours a week." in text
    assert "It would then stand at place 2." in text


@pytest.mark.parametrize(("people", "said"), [(1, False), (2, True)])
def test_how_many_a_concession_would_open_a_role_for_is_said_from_two_people_on(people: int, said: bool) -> None:
    misses = (near_miss(1, opens_for=people),)
    text = page_of(replace(drawn(PERSON, [BAKER, DRIVER]), negotiate=misses), PERSON, [BAKER, DRIVER])
    assert (f"It would open for {people} people on this page." in " ".join(text.split())) == said


def conflict(aspect: Aspect, part: str) -> Finding:
    return Finding(aspect=aspect, part=part, verdict=Verdict.CONFLICT, absolute=True, value=0.0, sentence="No.")


def test_roles_left_out_are_counted_by_reason_with_the_commonest_first() -> None:
    excluded = (
        Exclusion(vacancy_ref="V1", because=(conflict(Aspect.PAY, "floor"),)),
        Exclusion(vacancy_ref="V2", because=(conflict(Aspect.TRAVEL, "distance"), conflict(Aspect.TRAVEL, "minutes"))),
        Exclusion(vacancy_ref="V3", because=(conflict(Aspect.TRAVEL, "no_go"), conflict(Aspect.PAY, "floor"))),
        Exclusion(vacancy_ref="V4", because=(conflict(Aspect.TRAVEL, "remote"),)),
    )
    text = page_of(replace(drawn(PERSON, [BAKER]), excluded=excluded), PERSON, [BAKER])
    assert text.splitlines()[-3:] == [
        "# Left out: 4 roles, some for more than one reason",
        "      3  too far, outside their area, or not enough from home",
        "      2  pay below their floor",
    ]


def test_no_line_but_a_heading_is_wider_than_the_page() -> None:
    long = " ".join(["patience"] * 60)
    text = page(PERSON | {"goal": {"own_words": long, "longer_term": long}, "wanted_work": [{"label": long}]})
    assert [line for line in text.splitlines() if len(line) > terminal.WIDEST and not line.startswith("# ")] == []


# The page of an explanation


def test_a_listed_role_is_explained_with_its_place() -> None:
    assert "On the list, at place 1." in explained("V1").splitlines()


def test_an_excluded_role_is_explained_with_every_reason() -> None:
    avoiding = PERSON | {"employers_avoided": ["Elm"]}
    lines = explained("V2", avoiding).splitlines()
    at = lines.index("Not on the list, because:")
    assert [line[:4] for line in lines[at + 1 : lines.index("", at)]] == ["  - ", "  - "]


def test_a_role_that_is_not_open_is_explained_so_before_anything_else() -> None:
    closed = DRIVER | {"status": "filled"}
    text = explained("V2", jobs=[BAKER, closed])
    assert "Not on the list: the role is not open on 22 November 2026." in text
    assert "because" not in text


def test_what_speaks_against_a_role_is_explained_first_and_what_is_unknown_next() -> None:
    person = PERSON | {"shift": {"nights": "no"}, "pay_floor": {"hourly": 12}}
    job = DRIVER | {"pay": {"hourly": 13}}
    said = [line.strip() for line in explained("V2", person, [job]).splitlines()]
    verdicts = [word for line in said for word in ("does not fit", "not known", "fits") if line.startswith(f"{word} ")]
    assert set(verdicts) == {"does not fit", "not known", "fits"}
    assert verdicts == sorted(verdicts, key=["does not fit", "not known", "fits"].index)


def test_an_explanation_gives_the_sentence_of_every_finding() -> None:
    profile, shortlister = profile_of(PERSON), shortlister_of(pool_of([BAKER, DRIVER]))
    explanation = shortlister.explain(profile, "V2", as_of=AS_OF)
    text = " ".join(" ".join(terminal.explanation_page(profile, explanation)).split())
    assert len(explanation.findings) >= 2
    assert [finding.sentence for finding in explanation.findings if finding.sentence not in text] == []


# Words for everything that can occur


def test_there_are_words_for_every_band_source_and_verdict() -> None:
    assert set(terminal.BAND_WORDS) == set(Band)
    assert set(terminal.SOURCE_WORDS) == set(VacancySource)
    assert set(terminal.VERDICT_WORDS) == set(Verdict)


def test_there_are_words_for_every_aspect_that_can_keep_a_role_off_the_list() -> None:
    person = profile_of(
        {
            "participant_ref": "P1",
            "refused_work": [{"label": "Cleaning", "tags": ["cleaning"], "absolute": True}],
            "hours": {"max": 16, "legal_cap": 20},
            "availability": [{"days": ["mon"], "from": "09:00", "to": "12:00"}],
            "shift": {"max_hours": 4},
            "travel": {"home": "ME14 1", "max_km": 5},
            "pay_floor": {"hourly": 13, "hard": True},
            "adjustments": [{"slug": "sens.headphones", "importance": "essential"}],
            "sensory": {"noise": {"tolerance": 1, "hard": True}},
            "physical": {"lift_max_kg": 5},
            "role_exclusions": ["no_gambling"],
            "driving": "none",
            "employers_avoided": ["Elm"],
        }
    )
    aspects = {part.aspect for part in constraint_parts(person, setting(), pool_of([BAKER]))}
    assert len(aspects) == 12
    assert aspects <= set(terminal.REASON_WORDS)


# Printing


@pytest.mark.parametrize(
    ("is_terminal", "printed"), [(True, "\x1b[1mHeading\x1b[0m\ntext\n"), (False, "Heading\ntext\n")]
)
def test_headings_are_bold_on_a_terminal_alone(
    is_terminal: bool, printed: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    terminal.print_lines(["# Heading", "text"])
    assert capsys.readouterr().out == printed


PLAIN = [
    ("Baker", "Baker"),
    ("  Baker\n\tand  cook ", "Baker and cook"),
    ("Baker\x1b[31m", "Baker [31m"),
    ("\x1b]0;owned\x07Baker", "]0;owned Baker"),
    ("Bak\x9b31mer", "Bak 31mer"),
    ("Baker\u202eevil", "Baker evil"),
    ("Baker\u2028cook", "Baker cook"),
    ("[bold]Baker[/bold]", "[bold]Baker[/bold]"),
    ("Café · £12 “own”", "Café · £12 “own”"),
    ("\x1b\x07\x00", ""),
]


@pytest.mark.parametrize(("text", "shown"), PLAIN)
def test_a_text_is_shown_without_characters_that_steer(text: str, shown: str) -> None:
    assert terminal.plain(text) == shown


@given(st.text())
def test_no_text_steers_and_what_is_plain_stays_as_it_is(text: str) -> None:
    shown = terminal.plain(text)
    assert [each for each in shown if unicodedata.category(each)[0] == "C" or each in "\u2028\u2029"] == []
    assert terminal.plain(shown) == shown


STEERING = "\x1b]0;owned\x07\u202e\x9b"


@pytest.mark.parametrize(
    "fields",
    [
        {"participant_ref": f"P1{STEERING}"},
        {"goal": {"own_words": f"bake{STEERING}", "longer_term": f"shop{STEERING}"}},
        {"wanted_work": [{"label": f"Baker{STEERING}"}]},
        {"skills": [{"label": f"Baker{STEERING}"}]},
        {"refused_work": [{"label": f"Driver{STEERING}", "tags": ["driving"], "absolute": True}]},
        {"refused_work": [{"label": f"Driver{STEERING}"}]},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_profile_does_not_steer_a_page_or_an_explanation(fields: dict[str, Any]) -> None:
    jobs = [BAKER, DRIVER | {"task_tags": ["driving"]}]
    for text in (page(PERSON | fields, jobs), *(explained(ref, PERSON | fields, jobs) for ref in ("V1", "V2"))):
        assert {each for each in text if unicodedata.category(each)[0] == "C"} <= {"\n"}


@pytest.mark.parametrize("field", ["vacancy_ref", "title", "employer"])
def test_a_vacancy_does_not_steer_a_page_or_an_explanation(field: str) -> None:
    jobs = [job | {field: f"{job[field]}{STEERING}"} for job in (BAKER, DRIVER)]
    for text in (page(jobs=jobs), *(explained(job["vacancy_ref"], jobs=jobs) for job in jobs)):
        assert {each for each in text if unicodedata.category(each)[0] == "C"} <= {"\n"}
