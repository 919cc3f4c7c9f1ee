"""Every page, in every state, at three widths: accessible, within its window, and in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from playwright.sync_api import Browser, Page

from tests.pages.browsing import WIDTHS, signed_in
from tests.pages.live import Live
from tests.pages.looks import scrolls_sideways, violations, words_of
from tests.pages.prose import faults
from tests.pages.states import State, all_states
from tests.pages.world import World

STATES = all_states()


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_the_page_is_fit_for_everybody(state: State, browser: Browser, full: World, empty: Live) -> None:
    live, path = (full.live, full.path(state.path)) if state.world == "full" else (empty, state.path)
    found: dict[str, list[str]] = {}
    with signed_in(browser, live, state.who) as page:
        answer = page.goto(path)
        if state.typed is not None:
            with page.expect_navigation() as sent:
                _send(page, state.form, state.typed)
            answer = sent.value
        assert answer is not None
        assert answer.status == state.expected, page.inner_text("main")[:500]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found[f"axe at {width}"] = violations(page)
            found[f"sideways at {width}"] = scrolls_sideways(page)
        found["words"] = faults(words_of(page))
        assert page.locator("h1").count() == 1, "a page has one first heading"
        assert page.title().count("–") == 1
    assert {what: each for what, each in found.items() if each} == {}


def test_each_state_has_a_name_of_its_own() -> None:
    assert len({state.name for state in STATES}) == len(STATES)


def _send(page: Page, form: str, typed: Mapping[str, str | Sequence[str]]) -> None:
    """Fill in a form by the names of its inputs, hidden ones too, and send it."""
    page.evaluate(
        """([selector, typed]) => {
            const form = document.querySelector(selector);
            for (const [name, value] of Object.entries(typed)) {
                const values = [value].flat();
                const inputs = form.querySelectorAll(`[name="${name}"]`);
                if (!inputs.length) throw new Error(`no input is called ${name}`);
                for (const input of inputs) {
                    const ticked = input.type === 'radio' || input.type === 'checkbox';
                    if (ticked) input.checked = values.includes(input.value);
                    else input.value = values[0];
                }
            }
            form.submit();
        }""",
        [form, dict(typed)],
    )
