"""The journeys that the service is for, by keyboard alone: with scripts and without, on a phone and at a desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.browsing import signed_in
from tests.pages.county import LiveCounty
from tests.pages.keyboard import Keyboard

PHONE, DESK = 360, 1280
_numbers = count(1)


@dataclass
class Journey:
    """Somebody of the county before a page."""

    county: LiveCounty
    page: Page
    keys: Keyboard
    width: int
    scripts: bool
    person: str
    number: int

    def menu(self, place: str) -> None:
        """Go to a place of the menu, which scripts fold away on a phone."""
        if self.scripts and self.width == PHONE:
            self.keys.toggle("Menu")
        self.keys.open(place)

    def says(self, heading: str) -> None:
        """The page has a first heading with these words."""
        expect(self.page.locator("h1")).to_contain_text(heading)

    def shows(self, words: str) -> None:
        """The page shows these words."""
        expect(self.page.locator("main")).to_contain_text(words)

    def draw(self) -> None:
        """Draw a list up; while the words of the profile are read, wait as the page asks."""
        self.keys.press("Draw up a list")
        if "/waiting" in self.page.url:
            self.county.run_jobs()
            if self.scripts:
                self.page.wait_for_url(re.compile("/lists/[0-9a-f]+"))
            else:
                self.keys.open("Look again")
                self.keys.press("Show the list")
        self.says("Shortlist of")

    def drawn_for(self, person: str) -> dict[str, Any]:
        """A list that a program has drawn, to begin with something that is there."""
        robin = self.county.service.as_("robin")
        sent = {"participant_id": self.county.county.participant_ids[person]}
        made = robin.post("/v1/shortlists", sent)
        assert made.status_code == 201, made.text
        found: dict[str, Any] = robin.get(f"/v1/shortlists/{made.json()['id']}").json()
        return found


@pytest.fixture(
    # Each works with a person of its own: what was decided for somebody stays decided.
    params=[(PHONE, True, "wp-001"), (PHONE, False, "wp-002"), (DESK, True, "wp-003"), (DESK, False, "wp-006")],
    ids=["phone", "phone without scripts", "desk", "desk without scripts"],
)
def journey(request: pytest.FixtureRequest, browser: Browser, county: LiveCounty) -> Iterator[Journey]:
    width, scripts, person = request.param
    with signed_in(browser, county.live, "robin", width=width, scripts=scripts) as page:
        page.goto("/")
        number = next(_numbers)
        yield Journey(
            county=county,
            page=page,
            keys=Keyboard(page),
            width=width,
            scripts=scripts,
            person=person,
            number=number,
        )


def test_log_a_role_after_a_visit(journey: Journey) -> None:
    journey.keys.open("Log a role")
    before = journey.keys.presses
    journey.keys.type("Job title", f"Shelf filler {journey.number}")
    journey.keys.type("Employer", "Pebble & Pine Gifts")
    journey.keys.choose("How you know of it", "Seen on a visit")
    journey.keys.choose("Who may see it", "My team")
    journey.keys.press("Log the role")
    journey.says("Logged")
    print(f"{journey.keys.presses - before} keys for a role with a title and an employer")
    journey.county.run_jobs()
    journey.keys.open("See whom it might suit")
    journey.says("Whom might it suit?")
    expect(journey.page.locator("main")).not_to_contain_text("being read")


def test_first_profile_from_three_facts_to_a_shortlist(journey: Journey) -> None:
    journey.menu("Participants")
    journey.keys.open("Take somebody on")
    journey.keys.type("Reference", f"new-{journey.number}")
    journey.keys.type("Name", f"Max Fern {journey.number}")
    journey.keys.press("Take them on")
    journey.says("Start with three facts")
    journey.keys.type("Work they would like", "baking bread and cakes")
    journey.keys.type("Fewest hours a week", "8")
    journey.keys.type("Most hours a week", "30")
    journey.keys.tick("Tuesday")
    journey.keys.type("Home area", "ME14")
    journey.keys.press("Save and draw the first list")
    journey.draw()
    assert journey.page.locator(".wp-entry").count() >= 1
    journey.shows("baking bread and cakes")


def test_review_a_shortlist_and_decide(journey: Journey) -> None:
    drawn = journey.drawn_for(journey.person)
    journey.page.goto(f"/lists/{drawn['id']}")
    titles = journey.page.locator(".wp-entry h2").all_inner_texts()
    journey.keys.open("Move down")
    journey.keys.pick("Main reason", "It is what they wish for")
    journey.keys.press("Move the role")
    moved = journey.page.locator(".wp-entry h2").all_inner_texts()
    assert [each.partition(". ")[2] for each in moved[:2]] == [each.partition(". ")[2] for each in titles[1::-1]]
    journey.keys.open("about " + titles[2].partition(". ")[2])
    journey.says("What did you decide together?")
    journey.keys.press("Save the choice")
    journey.shows("There is a problem")
    journey.keys.choose("Your choice", "Put forward")
    journey.keys.pick("Main reason", "It is what they wish for")
    journey.keys.type("In their words or yours", "This is the one I want.")
    journey.keys.press("Save the choice")
    journey.shows("This is the one I want.")
    expect(journey.page.locator(".wp-glance li").nth(2)).to_contain_text("Put forward")


def test_ask_an_employer_and_see_the_list_change(journey: Journey) -> None:
    # What another journey has asked is no question any more, so look for somebody with one.
    for person in (journey.person, *journey.county.county.participant_ids):
        drawn = journey.drawn_for(person)
        asked = {
            entry["vacancy_ref"]: question
            for entry in drawn["drawn"]
            for question in entry["questions"][:3]
            if question["of"] == "employer" and question["about"].startswith("adjustments.")
        }
        if asked:
            break
    entry = next(each for each in drawn["arranged"] if each["vacancy_ref"] in asked)
    question = asked[entry["vacancy_ref"]]
    journey.page.goto(f"/lists/{drawn['id']}")
    card = journey.page.locator(f"#role-{entry['vacancy_id']}")
    expect(card).to_contain_text(question["ask"])
    if not card.locator(".wp-asks").filter(has_text=question["ask"]).is_visible():
        journey.keys.unfold(f"on {card.locator('h2 a').inner_text()}")
    journey.keys.open(question["ask"])
    journey.keys.choose("Their answer", "Yes")
    journey.keys.choose("How did they tell you?", "phone")
    journey.keys.press("Save the answer")
    journey.says("What the answer changes")
    journey.shows("Fits")
    journey.county.run_jobs()
    journey.keys.open("Draw up a new list")
    journey.draw()
    again = journey.page.locator(f"#role-{entry['vacancy_id']}")
    if again.count():
        expect(again).not_to_contain_text(question["ask"])


def test_record_a_start_and_check_ins(journey: Journey) -> None:
    journey.menu("Participants")
    journey.keys.open("Indie Lea")
    journey.keys.open("Jobs and tasters")
    journey.keys.open("Record a job start")
    journey.keys.choose("Which job is it?", "Another job")
    journey.keys.type("Employer, if it is another job", "Hollyhock Lane Garden Centre")
    journey.keys.type("Job title", f"Plant waterer {journey.number}")
    journey.keys.type_day("First day in the job", 16, 11, 2026)
    journey.keys.type("Hours a week", "12")
    journey.keys.press("Record the start")
    journey.says(f"Plant waterer {journey.number}")
    journey.keys.open("Add a check-in")
    journey.keys.press("Save")
    journey.shows("There is a problem")
    journey.keys.choose("Are they still in this job?", "Yes")
    journey.keys.type("Notes", "The mornings are quiet and that helps.")
    journey.keys.press("Save")
    journey.shows("The mornings are quiet and that helps.")
