"""Words that speak of a fact of a role: adjustments, the senses, the body, checks, contracts and kinds of task.

The rules are rows of `data/note_words.csv`. Each says what its words mean by the manner in which they stand: said
plainly, allowed, denied or doubted. The order matters: what a rule has taken is not read again by a later one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from matching.feeds.notes_numbers import Found
from matching.feeds.notes_sentences import Manner, Sentences
from matching.tables import RowStatus, Table, raise_problems, written_as
from matching.taxonomy import DATA

#: In a column of a manner: the words are about the fact, but do not say what it is.
_ABOUT_IT = "?"
_SPELT = {"true": True, "false": False, "nothing": [], _ABOUT_IT: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Words, the field that they speak of, and what they say of it by their manner; empty where they say nothing."""

    field: str
    words: str
    said: str
    allowed: str
    denied: str
    doubted: str
    source: str
    status: RowStatus

    def says(self, manner: Manner) -> str:
        """What the words say in a manner."""
        told: str = getattr(self, manner.value)
        return told

    def value(self, manner: Manner) -> Any:
        """The same as a value of the interchange format; none where they do not say what it is."""
        told = self.says(manner)
        value: Any = _SPELT[told] if told in _SPELT else int(told) if told.isdecimal() else told
        return {"typical": value} if self.field.startswith("sensory.") and value is not None else value


def spoken_of(text: Sentences) -> Iterator[Found]:
    """Everything that words of the rules speak of, the more exact rule first."""
    taken = bytearray(len(text.words))
    for rule, words in rules():
        for found in words.finditer(text.words):
            starts, ends = found.span()
            if any(taken[starts:ends]) or not text.tells(starts):
                continue
            manner = text.manner(starts, ends)
            if rule.says(manner):
                taken[starts:ends] = b"\1" * (ends - starts)
                unsure = manner is Manner.DOUBTED
                yield Found(field=rule.field, value=rule.value(manner), starts=starts, ends=ends, unsure=unsure)


@cache
def rules() -> tuple[tuple[Rule, re.Pattern[str]], ...]:
    """The rules in order, each with its words to search for; read and checked once."""
    table = Table(DATA / "note_words.csv")
    field, words = written_as(r"[a-z_.0-9]+", otherwise="is not a field"), _pattern
    told = dict.fromkeys(("said", "allowed", "denied", "doubted"), str)
    found = table.read_rows(Rule, {"field": field, "words": words, **told}, key=["field", "words"])
    raise_problems([table])
    return tuple((rule, re.compile(rf"\b(?:{rule.words})\b")) for rule in found)


def _pattern(cell: str) -> str:
    """Words with their endings; none that can go on for ever, so that every text is read in time."""
    if not cell or re.search(r"[*+]|\{\d*,\}", cell):
        raise ValueError("should be words without * or +")
    try:
        re.compile(cell)
    except re.error as error:
        raise ValueError(f"cannot be read: {error}") from None
    return cell
