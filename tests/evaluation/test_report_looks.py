"""The report as people see it: for everybody, on every width and on paper, and in plain words; and its pictures.

`make pictures` keeps the pictures in docs/evaluation/.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from evaluation.records.reading import history_of
from evaluation.report import write_report
from evaluation.simulation import simulate
from tests.pages.browsing import WIDTHS, chromium
from tests.pages.looks import scrolls_sideways, violations, words_of
from tests.pages.prose import faults

DOCS = Path(__file__).parents[2] / "docs"
KEPT = DOCS / "evaluation"
#: Pictures by their names: which part of the page, how wide, and how tall at most.
PICTURES = {
    "first-page-desk": ("#first-page", 1280, 1500),
    "first-page-phone": ("#first-page", 360, 1800),
    "lasting-desk": ("#lasting", 1280, 1250),
    "another-order-desk": ("#policies", 1280, 1250),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of a good many invented people, so that most can be said."""
    made = simulate(participants=1500, months=30, seed=11)
    folder = tmp_path_factory.mktemp("looks") / "report"
    write_report(history_of(made.tables, made.data_until, simulated=True), folder, seed=11)
    return folder / "report.html"


@contextmanager
def shown(browser: Browser, file: Path, *, width: int = 1280) -> Iterator[Page]:
    """The report in a window; a request, a script or a breach of its policy fails the test."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="en-GB")
    page, wrong = context.new_page(), []
    context.on("request", lambda asked: None if asked.url == file.as_uri() else wrong.append(asked.url))
    page.on("console", lambda told: wrong.append(told.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.as_uri())
    yield page
    context.close()
    assert wrong == []


def _open_all(page: Page) -> None:
    page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")


def test_the_report_is_fit_for_everybody_at_every_width(browser: Browser, page_file: Path) -> None:
    found: dict[str, list[str]] = {}
    with shown(browser, page_file) as page:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found[f"sideways at {width}, folded"] = scrolls_sideways(page)
        _open_all(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found[f"sideways at {width}"] = scrolls_sideways(page)
            if width != 768:  # axe takes seconds on so long a page
                found[f"axe at {width}"] = violations(page)
        assert page.locator("h1").count() == 1
        assert page.title().count("–") == 1
    assert {what: each for what, each in found.items() if each} == {}


def test_headings_leave_out_no_level(browser: Browser, page_file: Path) -> None:
    with shown(browser, page_file) as page:
        levels = page.evaluate(
            "() => [...document.querySelectorAll('h1, h2, h3, h4')].map((each) => Number(each.tagName[1]))"
        )
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_council_officer_can_read_the_first_page(browser: Browser, page_file: Path) -> None:
    """By the same measure as the pages of the service: a reading age of about ten, and 25 words a sentence."""
    with shown(browser, page_file) as page:
        page.evaluate("() => document.querySelectorAll('main > :not(#first-page)').forEach((each) => each.remove())")
        words = words_of(page)
    assert len(words) > 30
    assert faults(words) == []


def test_no_sentence_of_the_report_is_long_or_puts_people_down(browser: Browser, page_file: Path) -> None:
    with shown(browser, page_file) as page:
        _open_all(page)
        words = words_of(page)
    assert [each for each in faults(words) if not each.startswith("reading age")] == []


def test_every_figure_has_words_for_who_cannot_see_it(browser: Browser, page_file: Path) -> None:
    with shown(browser, page_file) as page:
        figures = page.evaluate(
            """() => [...document.querySelectorAll('svg.figure')].map((each) => ({
                role: each.getAttribute('role'),
                title: document.getElementById(each.getAttribute('aria-labelledby')).textContent,
                says: document.getElementById(each.getAttribute('aria-describedby')).textContent,
                table: each.closest('.part').querySelectorAll('table').length,
            }))"""
        )
    assert len(figures) >= 5
    for each in figures:
        assert each["role"] == "img"
        assert each["table"] == 1
        assert len(each["title"]) > 10
        assert len(each["says"]) > len(each["title"])


def test_on_paper_the_folded_tables_are_there_too(browser: Browser, page_file: Path) -> None:
    with shown(browser, page_file) as page:
        page.emulate_media(media="print")
        seen = page.evaluate(
            "() => [...document.querySelectorAll('details table')].map((each) => each.checkVisibility({"
            "contentVisibilityAuto: true, checkVisibilityCSS: true}) && each.getBoundingClientRect().height > 50)"
        )
    assert len(seen) >= 3
    assert all(seen)


def test_no_figure_is_cut_off(browser: Browser, page_file: Path) -> None:
    """Every word of a figure lies inside its frame, in the letters that this browser has."""
    with shown(browser, page_file) as page:
        outside = page.evaluate(
            """() => [...document.querySelectorAll('svg.figure')].flatMap((figure) => {
                const frame = figure.getBoundingClientRect();
                return [...figure.querySelectorAll('text')].filter((each) => {
                    const box = each.getBoundingClientRect();
                    return box.left < frame.left - 1 || box.right > frame.right + 1 ||
                        box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
                }).map((each) => `${figure.querySelector('title').textContent}: ${each.textContent}`);
            })"""
        )
    assert outside == []


def test_pictures_of_the_report_are_drawn(browser: Browser, page_file: Path, tmp_path: Path) -> None:
    folder = KEPT if os.environ.get("WELLPLACED_PICTURES") else tmp_path
    folder.mkdir(exist_ok=True)
    for name, (part, width, tallest) in PICTURES.items():
        with shown(browser, page_file, width=width) as page:
            picture = Image.open(BytesIO(page.locator(part).screenshot()))
        picture = picture.crop((0, 0, picture.width, min(picture.height, tallest)))
        picture.convert("RGB").quantize(64).save(folder / f"{name}.png", optimize=True)
    assert len(list(folder.glob("*.png"))) == len(PICTURES)


def test_the_document_shows_each_picture_and_no_other() -> None:
    named = set(re.findall(r"\(evaluation/([a-z-]+\.png)\)", (DOCS / "evaluation.md").read_text(encoding="utf-8")))
    assert named == {f"{name}.png" for name in PICTURES}
    assert named == {path.name for path in KEPT.glob("*.png")}
