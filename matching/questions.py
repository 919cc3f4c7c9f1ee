"""What to ask, and what each answer is worth: how many places it could move the role on this list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matching.fit.part import Judged, Values
from matching.model.finding import Asked, Finding
from matching.model.shortlist import Question
from matching.whatif import Standing


def worths(judged: Judged, effect: Values, scores: Values, standing: Standing, listed: int) -> Values:
    """Worth of asking about one part, for each vacancy in which it is present.

    The larger of two changes of place: with a good answer (value 1), weighed by the chance of it, and with a
    bad one (value 0, or out of the list where the part is absolute), weighed by the chance of that. The
    chance of a good answer is the part's value, which is its prior.
    """
    at = slice(None) if judged.at is None else judged.at
    now = standing.places(scores[at])
    good = standing.places(scores[at] + effect * (1.0 - judged.values))
    if judged.part.absolute:
        bad = np.full(len(now), listed + 1)  # off the list
    else:
        # The role itself stands among the scores, so what falls below its own place is counted once less.
        bad = standing.places(scores[at] - effect * judged.values) - 1
    chance = judged.values
    gain, loss = chance * np.abs(now - good), (1.0 - chance) * np.abs(np.maximum(bad, now) - now)
    worth: Values = np.maximum(gain, loss)
    return worth


def questions(findings: Sequence[Finding], worth: Sequence[float]) -> tuple[Question, ...]:
    """The questions behind unknown findings, best worth first; what the participant is asked is asked once."""
    asked: dict[object, Question] = {}
    for finding, value in zip(findings, worth, strict=True):
        if finding.ask is None:
            continue
        once = finding.ask if finding.asked is Asked.PARTICIPANT else finding.about
        known = asked.get(once)
        if known is None:
            asked[once] = Question(ask=finding.ask, of=finding.asked, about=finding.about, worth=value)
        elif value > known.worth:
            asked[once] = Question(ask=known.ask, of=known.of, about=known.about, worth=value)
    return tuple(sorted(asked.values(), key=lambda question: -question.worth))
