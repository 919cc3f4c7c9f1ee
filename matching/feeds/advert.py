"""One job posting while it is being read: what is found goes into a draft, what is odd becomes a warning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matching.errors import Problem, Where
from matching.feeds.draft import Draft
from matching.feeds.html_text import html_to_text, one_line
from matching.feeds.json_ld import Node, members, plain

_LONGEST_TEXT = 100_000
_LONGEST_NOTE = 500
_LONGEST_LINE = 300


class Advert:
    """The posting, the place where it stands, and the draft that it fills."""

    def __init__(self, node: Node, where: Where, by_id: Mapping[str, Node]) -> None:
        self.node = node
        self.content: dict[str, Any] = {}
        self.derived: list[str] = []
        self._where = where
        self._by_id = by_id
        self._notes: list[str] = []
        self._warnings: list[Problem] = []
        self._problems: list[Problem] = []

    def draft(self) -> Draft:
        """Return what was found."""
        return Draft(
            where=self._where,
            content=self.content,
            derived=tuple(self.derived),
            notes=tuple(self._notes),
            problems=tuple(self._problems),
            warnings=tuple(self._warnings),
        )

    def note(self, sentence: str) -> None:
        """Keep something for a person to read."""
        self._notes.append(sentence if len(sentence) <= _LONGEST_NOTE else sentence[: _LONGEST_NOTE - 1] + "…")

    def warn(self, field: str, message: str) -> None:
        """Say that a value could not be taken; the fact stays unknown."""
        self._warnings.append(Problem(self._where.inside(field), message))

    def refuse(self, field: str, message: str) -> None:
        """Refuse the posting."""
        self._problems.append(Problem(self._where.inside(field), message))

    def text(self, field: str) -> str:
        """Return the text of a field without markup; empty if it is missing or no text."""
        value = plain(self.node.get(field))
        if value is None:
            return ""
        if not isinstance(value, str):
            self.warn(field, f"should be text, not {said(value)}")
            return ""
        return self.clean(field, value)

    def clean(self, field: str, html: str) -> str:
        """Return text without markup; empty, with a warning, if it cannot be kept."""
        if len(html) > _LONGEST_TEXT:
            self.warn(field, f"is {len(html):,} characters long; the most is {_LONGEST_TEXT:,}")
            return ""
        if not is_whole(html):
            self.warn(field, "holds half of a character (a lone surrogate)")
            return ""
        return html_to_text(html)

    def line(self, field: str) -> str:
        """Return the text of a field as one line, such as a title."""
        line = " ".join(self.text(field).split())
        if len(line) > _LONGEST_LINE:
            self.warn(field, f"is {len(line):,} characters long; the most is {_LONGEST_LINE}")
            return ""
        return line

    def texts(self, field: str) -> list[str]:
        """Return every text of a field that may be a list, or hold nodes with a name or description."""
        found = []
        for value in members(self.node.get(field)):
            named = self.follow(value)
            if isinstance(named, dict):
                named = plain(named.get("name")) or plain(named.get("description"))
            if isinstance(named, str):
                found.append(self.clean(field, named))
            else:
                self.warn(field, f"should be text, not {said(value)}")
        return [text for text in found if text]

    def follow(self, value: object) -> object:
        """Return a value, or the node that it points at by `@id`."""
        value = plain(value)
        if isinstance(value, dict) and isinstance(value.get("@id"), str) and set(value) <= {"@id", "@type"}:
            return self._by_id.get(value["@id"], value)
        return value


def is_whole(text: str) -> bool:
    """Whether text can be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def said(value: object) -> str:
    """Write a value that could not be taken, short enough for a message."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = repr(one_line(value[:200]) if isinstance(value, str) else value)
    return text if len(text) <= 60 else text[:57] + "..."
