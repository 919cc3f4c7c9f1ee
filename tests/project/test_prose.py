"""The pages about the service are in sentences that are read once: none is longer than 25 words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
MOST_WORDS = 25
PAGES = [
    DOCS / "api.md",
    DOCS / "architecture.md",
    DOCS / "glossary.md",
    *(path for path in sorted((DOCS / "decisions").glob("*.md")) if path.name >= "0008"),
]
_CODE = re.compile(r"^```.*?^```$|^<!--.*?-->$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)|<a id=[^>]+></a>")
_END = re.compile(r"(?<=[.!?])(?:\*\*)?\s+(?=[\"“`*A-Z…])")


def sentences(page: str) -> list[str]:
    """The sentences of a page: of its paragraphs, the items of its lists and the cells of its tables."""
    plain = _LINK.sub(lambda found: found[1] or "", _CODE.sub("", page))
    blocks = re.split(r"\n\s*\n|\n(?=\s*(?:[-|#]|\d+\.) ?)", plain)
    parts = [part for block in blocks for part in (block.split(" | ") if block.lstrip().startswith("|") else [block])]
    return [sentence for part in parts for sentence in _END.split(" ".join(part.split())) if sentence]


def words(sentence: str) -> int:
    """How many words there are, marks alone not counted."""
    return len(re.findall(r"\S*\w\S*", sentence))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_sentence_is_longer_than_25_words(path: Path) -> None:
    found = sentences(path.read_text(encoding="utf-8"))
    assert len(found) >= 3
    assert [sentence for sentence in found if words(sentence) > MOST_WORDS] == []


def test_the_look_for_long_sentences_sees_them() -> None:
    page = f"# A page\n\nShort. A {'word ' * 25}end. Short.\n\n| a | {'word ' * 26}|\n"
    assert [words(sentence) for sentence in sentences(page) if words(sentence) > MOST_WORDS] == [27, 26]


def test_a_list_is_read_item_by_item_and_code_is_left_out() -> None:
    page = "- one two\n- three\n\n```json\n" + "x " * 40 + "\n```\n\n1. four\n2. five six\n"
    assert [words(sentence) for sentence in sentences(page)] == [2, 1, 2, 3]
