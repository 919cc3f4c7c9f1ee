"""What is asked of every page as it is drawn: accessibility by axe, no sideways scroll, and plain words."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "front/node_modules/axe-core/axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA, targets smaller than 24 pixels among it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe())  # not by a script element: the pages' policy forbids scripts of others
    found = page.evaluate(f"() => axe.run(document, {{runOnly: {json.dumps(_TAGS)}, resultTypes: ['violations']}})")
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]}" for each in found["violations"] for node in each["nodes"]
    ]


def scrolls_sideways(page: Page) -> list[str]:
    """What stands out to the right of the window."""
    return list(
        page.evaluate(
            """() => {
                const width = document.documentElement.clientWidth;
                if (document.documentElement.scrollWidth <= width) return [];
                return [...document.body.querySelectorAll('*')]
                    .filter((each) => each.getBoundingClientRect().right > width + 1)
                    .slice(0, 5)
                    .map((each) => each.outerHTML.slice(0, 160));
            }"""
        )
    )


def words_of(page: Page) -> list[str]:
    """What is read on a page, a block at a time; not what people typed, and nothing of the navigation and footer."""
    return list(
        page.evaluate(
            """() => {
                const blocks = 'h1, h2, h3, h4, p, li, dt, dd, legend, label, caption, th, td, summary, .govuk-hint, ' +
                    '.govuk-inset-text, .govuk-error-message, .govuk-warning-text__text, .govuk-button';
                const own = (each) => !each.closest('nav, [data-words="theirs"], dialog');
                return [...document.querySelectorAll('main')].flatMap((main) => [...main.querySelectorAll(blocks)])
                    .filter((each) => own(each) && !each.querySelector(blocks) && each.checkVisibility())
                    .map((each) => each.innerText.replace(/\\s+/g, ' ').trim())
                    .filter((each) => each);
            }"""
        )
    )
