"""Sentences of free text, and whether what stands in them is said, denied, doubted or only asked."""

from __future__ import annotations

import re
from bisect import bisect_right
from enum import StrEnum

# How far around some words others can speak of them. It also keeps the time in proportion to the text, whatever it is.
_NEAR = 80
_LONGEST_SENTENCE = 400


class Manner(StrEnum):
    """How words stand in their sentence."""

    SAID = "said"
    ALLOWED = "allowed"
    DENIED = "denied"
    DOUBTED = "doubted"


_ENDS = re.compile(r"[.!?;](?=\s|$)|\n")
_STOPS = re.compile(r"[.!?;:\n](?=\s|$)|,|\b(?:but|though|although|however|except|apart from|and|only|so)\b")
_HARD_STOPS = re.compile(r"[.!?;\n](?=\s|$)|\b(?:but|though|although|however|except|apart from|so)\b")
_DENIES = re.compile(
    r"\b(?:no(?! (?:problem|worries|issues?|later than|more than|less than|earlier than|doubt|objections?)\b)"
    r"|not(?! (?:only|just|more than|less than|a problem|an issue)\b)|never|without|none|nor|neither|cannot|nothing"
    r"|rather than|instead of|refuses?|refused|free (?:of|from))\b|n[’']t\b"
)
_DENIES_AFTER = re.compile(
    r"(?:\b(?:not(?! (?:only|just|a problem|an issue)\b)|never|refused|unavailable)\b|n[’']t\b)"
    r"|^\s{0,3}[:=–—-]\s{0,3}(?:no|none|nil|n/a)\b(?! (?:problem|worries|issue))"
)
_DOUBTS = re.compile(
    r"\b(?:may|might|maybe|perhaps|possibly|possible|probably|could|would consider|think|thinks|thought|seems?|seemed"
    r"|apparently|sometimes|occasional|occasionally|usually|mostly|likely"
    r"|depends?|depending|open to|try|tries|hopes?|hoping|tbc|up for discussion|some days|at times)\b|\?"
)
_ROUGHLY = re.compile(
    r"\b(?:about|around|approx|approx\.|approximately|roughly|nearly|almost|some|circa)\s$|[~c]\.?\s?$"
)
_ALLOWS = re.compile(
    r"\b(?:can|allow|allows|allowed|ok|okay|fine|happy|welcome|yes|no problem|no worries|available|offers?|offered"
    r"|there is|there are|there[’']s|has|have|had|provides?|provided|gives?|given|gets?|sure|agreed|willing|we will"
    r"|you will|will be|is possible|supplied|included|is (?:on|in|at|near|by|next))\b"
)
# What is still to be asked is not known, and what somebody needs is not what the job offers.
_ASKS = re.compile(
    r"\?|\b(?:ask|check|find out|wonder|see|sure|know|clear|say|unclear|unknown) (?:if|whether|about|which|what|how)\b"
    r"|\b(?:did not|didn[’']t|forgot to|need to|must|still to|to) (?:ask|check|find out)\b|\bnot (?:known|asked)\b"
)
_OF_A_PERSON = re.compile(
    r"\b(?:participants?|jobseekers?)\b.{0,40}?\b(?:needs?|wants?|avoids?|prefers?|likes?|struggles?|cannot|can[’']t)\b"
    r"|\b(?:he|she)\b.{0,12}?\b(?:avoids|prefers|struggles|cannot|can[’']t|finds|gets upset)\b"
)


class Sentences:
    """A text in lower case of the same length, and its sentences."""

    def __init__(self, text: str) -> None:
        # A few capitals grow when they are made small; places in the text must stay.
        lower = text.lower()
        self.words = (
            lower
            if len(lower) == len(text)
            else "".join(each if len(low := each.lower()) != 1 else low for each in text)
        )
        self._starts = [0, *(found.end() for found in _ENDS.finditer(self.words))]
        self._told = [self._is_told(*self._span(number)) for number in range(len(self._starts))]

    def around(self, place: int) -> tuple[int, int]:
        """Where the sentence of a place starts and ends, without the spaces around it."""
        return self._span(bisect_right(self._starts, place) - 1)

    def tells(self, place: int) -> bool:
        """Whether the sentence tells of the job: no question, and nothing of what a person needs."""
        return self._told[bisect_right(self._starts, place) - 1]

    def manner(self, starts: int, ends: int) -> Manner:
        """How some words are meant, by the words before and after them in their sentence."""
        first, last = self.around(starts)
        before = self.words[max(first, starts - _NEAR) : starts]
        after = self.words[ends : min(last, ends + _NEAR)]
        if _denied_before(before, after) or _DENIES_AFTER.search(_up_to_stop(after)):
            return Manner.DENIED
        near = _since_stop(before) + " … " + _up_to_stop(after)
        if _DOUBTS.search(near) or _ROUGHLY.search(before[-16:]):
            return Manner.DOUBTED
        return Manner.ALLOWED if _ALLOWS.search(near) else Manner.SAID

    def _span(self, number: int) -> tuple[int, int]:
        first = self._starts[number]
        last = self._starts[number + 1] if number + 1 < len(self._starts) else len(self.words)
        found = self.words[first:last]
        return first + len(found) - len(found.lstrip()), last - len(found) + len(found.rstrip())

    def _is_told(self, first: int, last: int) -> bool:
        sentence = self.words[first : min(last, first + _LONGEST_SENTENCE)]
        return not (_ASKS.search(sentence) or _OF_A_PERSON.search(sentence) or self.words[last - 1 : last] == "?")


def _denied_before(before: str, after: str) -> bool:
    denials = list(_DENIES.finditer(before))
    if not denials:
        return False
    between = before[denials[-1].end() :]
    if _HARD_STOPS.search(between) or len(between.split()) > 6 or re.search(r":|\b(?:and|only)\b", between):
        return False
    # "No nights, weekends or lifting" denies all of them; "no nights, quiet" denies one.
    return "," not in between or bool(re.search(r"\b(?:or|nor)\b", between + _to_hard_stop(after)[:40]))


def _since_stop(before: str) -> str:
    stops = list(_HARD_STOPS.finditer(before))
    return before[stops[-1].end() :] if stops else before


def _up_to_stop(after: str) -> str:
    stop = _STOPS.search(after, 1) if after[:1] != "," else _STOPS.search(after)
    # What follows a colon is said of what stands before it.
    if stop and stop[0] == ":":
        stop = _STOPS.search(after, stop.end())
    return after[: stop.start()] if stop else after


def _to_hard_stop(after: str) -> str:
    stop = _HARD_STOPS.search(after)
    return after[: stop.start()] if stop else after
