"""Facts about a role found in free text, such as notes of a visit or an advert: each beside the words it came from.

They are suggestions and no facts: somebody reads the words and takes a fact or leaves it. Nothing is guessed. Where
words are about a fact but do not say what it is ("it was noisy"), they are shown without a value. Nothing is encoded,
and the time is in proportion to the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from matching.feeds.notes_numbers import Found, figures
from matching.feeds.notes_sentences import Sentences
from matching.feeds.notes_words import spoken_of

#: As much text as is read at a time.
LONGEST_NOTES: Final = 20_000
_MOST_PASSAGES = 3
_MOST_TASKS = 30
_AROUND = 90
_MANY: Final = frozenset({"tasks", "task_tags", "requirements.qualifications"})
#: Fields of figures: two values are two suggestions, and the reader takes one.
_FIGURES: Final = frozenset(
    {
        "hours",
        "pattern",
        "pattern.notice_days",
        "pay",
        "location.postcode",
        "openings",
        "closes_on",
        "physical.lift_kg",
        "physical.stand_minutes",
        "physical.walk_minutes",
        "requirements.minimum_age",
        "title",
        "employer",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Where words stand in the text, and the stretch around them that is shown with them."""

    starts: int
    ends: int
    shown_from: int
    shown_to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """A field of a role that a text speaks of, and the words that do.

    `value` is in the interchange format, one of several for fields that hold several; `None` where the words do not say
    it. `unsure` where they leave a doubt, such as "may be".
    """

    field: str
    value: Any
    passages: tuple[Passage, ...]
    unsure: bool = False


def read_notes(text: str) -> tuple[Noticed, ...]:
    """Everything that a text says of a role, in the order in which it says it.

    >>> [(each.field, each.value) for each in read_notes("16 hours a week. No weekends. It gets noisy.")]
    [('hours', {'min': 16, 'max': 16}), ('adjustments.time.no_weekends', 'yes'), ('sensory.noise', None)]
    """
    sentences = Sentences(text)
    found = [*_labelled(text), *figures(sentences), *spoken_of(sentences)]
    noticed = [_noticed(each, sentences, text) for each in found]
    return tuple(sorted(_settled(_merged(noticed)), key=lambda each: (each.passages[0].starts, each.field)))


def quotes(noticed: Noticed, text: str) -> list[list[tuple[str, bool]]]:
    """The passages of a text, each cut into pieces, and whether a piece is the very words; neighbours are one passage.

    >>> (noticed,) = read_notes("Loud, they have to shout.")
    >>> quotes(noticed, "Loud, they have to shout.")
    [[('Loud', True), (', they ', False), ('have to shout', True), ('.', False)]]
    """
    found: list[list[tuple[str, bool]]] = []
    shown_to = at = -1
    for each in noticed.passages:
        if each.shown_from > shown_to:
            if found:
                found[-1].append((text[at:shown_to], False))
            found.append([])
            at = each.shown_from
        starts = max(at, each.starts)
        found[-1] += [(text[at:starts], False), (text[starts : each.ends], True)]
        at, shown_to = max(at, each.ends), max(shown_to, each.shown_to, each.ends)
    found[-1].append((text[at:shown_to], False))
    return [[(piece, is_them) for piece, is_them in pieces if piece] for pieces in found]


def _noticed(found: Found, sentences: Sentences, text: str) -> Noticed:
    first, last = sentences.around(found.starts)
    passage = Passage(
        starts=found.starts,
        ends=found.ends,
        shown_from=_at_a_word(text, max(first, found.starts - _AROUND), first),
        shown_to=max(found.ends, min(last, found.ends + _AROUND)),
    )
    return Noticed(field=found.field, value=found.value, passages=(passage,), unsure=found.unsure)


def _at_a_word(text: str, place: int, first: int) -> int:
    """The start of a word at or after a place that is not the start of its sentence."""
    if place == first:
        return place
    gap = text.find(" ", place, place + 20)
    return place if gap < 0 else gap + 1


def _merged(noticed: Iterable[Noticed]) -> list[Noticed]:
    """The same value of the same field once, with the first few passages that say it; sure if any of them is."""
    kept: dict[tuple[str, bytes], Noticed] = {}
    for each in noticed:
        key = each.field, orjson.dumps(each.value, option=orjson.OPT_SORT_KEYS)
        known = kept.get(key)
        kept[key] = each if known is None else _with_passages(known, each)
    return list(kept.values())


def _with_passages(known: Noticed, more: Noticed) -> Noticed:
    passages = sorted({*known.passages, *more.passages}, key=lambda each: each.starts)[:_MOST_PASSAGES]
    return replace(known, passages=tuple(passages), unsure=known.unsure and more.unsure)


def _settled(noticed: list[Noticed]) -> Iterator[Noticed]:
    """Words that say two things of one field say neither, and words that say nothing stand beside those that do."""
    of_field: dict[str, list[Noticed]] = {}
    for each in noticed:
        of_field.setdefault(each.field, []).append(each)
    for field, some in of_field.items():
        valued = [each for each in some if each.value is not None]
        if field in _MANY or (field in _FIGURES and valued):
            yield from valued
            continue
        value = valued[0].value if len(valued) == 1 else None
        joined = some[0]
        for each in some[1:]:
            joined = _with_passages(joined, each)
        unsure = valued[0].unsure if len(valued) == 1 else any(each.unsure for each in some)
        yield replace(joined, value=value, unsure=unsure)


# Lines with a label, and lists of tasks under a heading, as adverts have them

_LABELLED = re.compile(
    r"^[ \t]{0,9}(?P<label>job title|title|role|position|employer|company|business)[ \t]{0,3}:[ \t]{0,3}"
    r"(?P<words>\S[^\n]{0,199})$",
    re.IGNORECASE | re.MULTILINE,
)
_HEADING = re.compile(
    r"^[ \t]{0,9}(?:main |key |your |the |daily )?(?:duties|tasks|responsibilities|what you[’']?ll do|what you will do"
    r"|what they would do|what they do|the role involves|the job involves|duties include|tasks include)\b[^\n]{0,40}$",
    re.IGNORECASE | re.MULTILINE,
)
_BULLET = re.compile(r"[ \t]{0,9}(?:[-*•·–]|\d{1,2}[.)])[ \t]{1,9}(?P<words>\S[^\n]{0,199})")


def _labelled(text: str) -> Iterator[Found]:
    for found in _LABELLED.finditer(text):
        field = "employer" if found["label"].lower() in ("employer", "company", "business") else "title"
        words = found["words"].rstrip()
        yield Found(field=field, value=words, starts=found.start("words"), ends=found.start("words") + len(words))
    taken = 0
    for heading in _HEADING.finditer(text):
        at = heading.end() + 1
        while taken < _MOST_TASKS and (line := _BULLET.match(text, at)):
            words = line["words"].rstrip(" .;\t")
            taken += 1
            yield Found(field="tasks", value=words, starts=line.start("words"), ends=line.start("words") + len(words))
            at = line.end() + 1
