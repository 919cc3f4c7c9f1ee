"""What is asked of the words of a page: a reading age of about nine, short sentences, no word that puts people down."""

from __future__ import annotations

import re
from collections.abc import Iterable

import textstat

#: School grade by the Automated Readability Index; a reading age is about five more.
HIGHEST_GRADE = 5.0
MOST_WORDS = 25
#: Too little to measure: a form of three labels has no reading age.
_FEWEST_WORDS = 40

#: Words that rank people, pity them, or say that somebody decides for them.
NEVER = (
    "unfit",
    "suffers",
    "suffering",
    "sufferer",
    "victim",
    "handicapped",
    "wheelchair-bound",
    "able-bodied",
    "mentally",
    "readiness",
    "employability",
    "unemployable",
    "work-ready",
    "low-functioning",
    "high-functioning",
    "client",
    "customer",
    "caseworker",
    "beneficiary",
    "hard-to-reach",
    "job-ready",
    "distance-to-work",
    "non-compliant",
    "failed",
    "failure",
    "barriered",
    "special-needs",
)
NEVER_PHRASES = (
    "readiness score",
    "employability score",
    "likelihood to succeed",
    "chance of success",
    "not suitable",
    "special treatment",
    "the disabled",
    "people like you",
)


def sentences(blocks: Iterable[str]) -> list[str]:
    """Sentences of the blocks of a page; a block ends one."""
    found = []
    for block in blocks:
        found.extend(part.strip() for part in re.split(r"(?<=[.?!:;])\s+", block) if part.strip())
    return found


def grade(blocks: list[str]) -> float | None:
    """The school grade that the running text of a page asks for; `None` where there is too little of it.

    Labels and names are no running text, so only blocks that hold a whole sentence count.
    """
    running = [block for block in blocks if block.endswith((".", "?", "!")) and len(block.split()) >= 4]
    text = " ".join(running)
    if len(text.split()) < _FEWEST_WORDS:
        return None
    return float(textstat.automated_readability_index(text))


def faults(blocks: list[str]) -> list[str]:
    """Everything about the words of a page that should be said otherwise."""
    found = [f"{len(each.split())} words: {each}" for each in sentences(blocks) if len(each.split()) > MOST_WORDS]
    text = " ".join(blocks).lower()
    words = set(re.findall(r"[a-z]+(?:-[a-z]+)*", text))
    found.extend(f"the word {word!r}" for word in NEVER if word in words)
    found.extend(f"the words {phrase!r}" for phrase in NEVER_PHRASES if phrase in text)
    measured = grade(blocks)
    if measured is not None and measured > HIGHEST_GRADE:
        found.append(f"reading age {measured + 5:.1f}: the text asks for grade {measured:.1f}")
    return found
