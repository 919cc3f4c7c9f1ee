"""The manual of the rules is what the worked examples say, and all of it."""

from __future__ import annotations

import doctest

from derive import rules_page
from tests.specs import TABLES

PAGE = rules_page.TARGET.read_text(encoding="utf-8") if rules_page.TARGET.exists() else ""


def test_the_page_is_up_to_date() -> None:
    assert rules_page.page() == PAGE, "run: python -m derive.rules_page"


def test_the_page_has_one_line_for_each_example_in_the_order_of_the_tables() -> None:
    names = [row.name for rows in TABLES.values() for row in rows]
    lines = [line.split(" | ")[0].removeprefix("| ") for line in PAGE.splitlines() if line.count(" | ") == 4]
    headings = ["rule", "---"]
    assert [line for line in lines if line not in headings] == names


def test_the_page_has_one_section_for_each_aspect() -> None:
    sections = [line.removeprefix("## ") for line in PAGE.splitlines() if line.startswith("## ")]
    assert sections == [rules_page.HEADINGS[aspect][0] for aspect in TABLES]


def test_an_absolute_conflict_reads_as_off_the_list_and_another_does_not() -> None:
    for rows in TABLES.values():
        for row in rows:
            off_the_list = row.verdict == "conflict" and row.absolute is True
            assert ("off the list" in rules_page.verdict(row)) == off_the_list


def test_examples_in_the_script_are_right() -> None:
    assert doctest.testmod(rules_page).failed == 0
