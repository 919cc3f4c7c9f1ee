"""Somebody who uses the keyboard alone: Tab, arrows, Space, Enter and letters, and never the mouse."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

_MOST_STEPS = 400

# What the focus is on: its kind, the words of its label, and those of the group that it stands in.
_FOCUSED = """() => {
    const on = document.activeElement;
    if (!on || on === document.body) return {kind: '', label: '', group: ''};
    const words = (each) => each ? each.innerText.replace(/\\s+/g, ' ').trim() : '';
    const label = on.labels && on.labels.length ? words(on.labels[0]) : on.getAttribute('aria-label') || words(on);
    const set = on.closest('fieldset');
    return {
        kind: on.tagName === 'INPUT' ? on.type : on.tagName.toLowerCase(),
        label: label || on.value || '',
        group: set ? words(set.querySelector('legend')) : '',
    };
}"""


@dataclass
class Keyboard:
    """A page and the keys that were pressed on it."""

    page: Page
    presses: int = 0

    def open(self, link: str) -> None:
        """Follow a link by its words."""
        self._tab_to(link, ("a",))
        self._go("Enter")

    def press(self, button: str) -> None:
        """Press a button by its words."""
        self._tab_to(button, ("button", "submit"))
        self._go("Enter")

    def toggle(self, button: str) -> None:
        """Press a button that changes the page and leads nowhere."""
        self._tab_to(button, ("button",))
        self._key("Enter")

    def unfold(self, summary: str) -> None:
        """Open what is folded away."""
        self._tab_to(summary, ("summary",))
        self._key("Enter")

    def type(self, label: str, text: str, *, group: str = "") -> None:
        """Type into an input, over what is there."""
        self._tab_to(label, ("text", "textarea", "email", "password", "search", "number"), group=group)
        self._key("Control+a")
        self.page.keyboard.insert_text(text)
        self.presses += len(text)

    def type_day(self, group: str, day: int, month: int, year: int) -> None:
        """Type a date into its three inputs."""
        for label, number in (("Day", day), ("Month", month), ("Year", year)):
            self.type(label, str(number), group=group)

    def choose(self, group: str, option: str) -> None:
        """Choose one of a group: Tab goes to the group, arrows to the option."""
        self._tab_to("", ("radio",), group=group)
        if not self.page.evaluate("() => document.activeElement.checked"):
            self._key("Space")
        for _ in range(_MOST_STEPS):
            if option.lower() in self._focused()["label"].lower():
                return
            self._key("ArrowDown")
        raise AssertionError(f"{group!r} has no {option!r}")

    def tick(self, label: str, *, group: str = "") -> None:
        """Tick a box."""
        self._tab_to(label, ("checkbox",), group=group)
        self._key("Space")

    def pick(self, label: str, option: str) -> None:
        """Pick from a list by typing what it begins with."""
        self._tab_to(label, ("select",))
        self.page.keyboard.type(option)
        self.presses += len(option)

    def _tab_to(self, label: str, kinds: tuple[str, ...], *, group: str = "") -> None:
        """Go on by Tab; after the last thing on a page the browser begins anew."""
        seen: list[str] = []
        for _ in range(_MOST_STEPS):
            now = self._focused()
            if now["kind"] in kinds and label.lower() in now["label"].lower() and group.lower() in now["group"].lower():
                return
            seen.append(f"{now['kind']}: {now['group']} {now['label'][:60]}")
            self._key("Tab")
        raise AssertionError(f"Tab never came to {label!r} {group!r} {kinds}; it came to {list(dict.fromkeys(seen))}")

    def _focused(self) -> dict[str, str]:
        found: dict[str, str] = self.page.evaluate(_FOCUSED)
        return found

    def _key(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.presses += 1

    def _go(self, key: str) -> None:
        with self.page.expect_navigation():
            self._key(key)
