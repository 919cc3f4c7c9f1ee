"""A shortlist: ranked entries with their findings, what could be negotiated, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from matching.model.finding import Asked, Aspect, Finding
from matching.model.vacancy import Vacancy


class Band(StrEnum):
    """Whether something must be asked before anything else; a label, never an order."""

    FITS_WHAT_WE_KNOW = "fits_what_we_know"
    ASK_FIRST = "ask_first"


class Choice(StrEnum):
    """What specialist and participant chose for one entry; each entry is chosen on its own, never in bulk."""

    PUT_FORWARD = "put_forward"
    TALK_ABOUT_IT = "talk_about_it"
    NOT_NOW = "not_now"
    NOT_WANTED = "not_wanted"


class DecisionReason(StrEnum):
    """Why an entry was set aside, moved or left; `other` comes with words."""

    NOT_WANTED = "not_wanted"
    TRIED_BEFORE = "tried_before"
    TOO_FAR = "too_far"
    HOURS = "hours"
    PAY = "pay"
    TASKS = "tasks"
    ENVIRONMENT = "environment"
    PEOPLE = "people"
    ADJUSTMENT_REFUSED = "adjustment_refused"
    EMPLOYER_HISTORY = "employer_history"
    SAFETY = "safety"
    BENEFITS = "benefits"
    STALE = "stale"
    DUPLICATE = "duplicate"
    CONFIDENTIAL = "confidential"
    FITS_WISH = "fits_wish"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """Everything that made the list besides its inputs: enough to draw it up again."""

    encoder: str
    weights: str
    rules: str
    catalogue: str
    policy: str
    model: str | None = None  # of how long jobs last, by name and digest; none took part unless said
    shuffle: str | None = None  # of near-ties, with its seed; nothing was shuffled unless said


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, who can answer it, what it is about, and how many places the answer could move the role."""

    ask: str
    of: Asked
    about: str
    worth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something to know that takes no part in the order; `subject` names it shortly, for pages that join flags."""

    kind: str
    sentence: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortlistEntry:
    """One role on the list, with the findings that scored it."""

    position: int
    vacancy_ref: str
    band: Band
    score: float
    stretch: bool
    findings: tuple[Finding, ...]
    why: tuple[str, ...]
    concerns: tuple[str, ...]
    questions: tuple[Question, ...]
    flags: tuple[Flag, ...]
    propensity: float | None = None  # how likely it was to stand here, on a list that was shuffled


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """An excluded role that one concession of the employer would open."""

    vacancy_ref: str
    blocked_by: tuple[tuple[Aspect, str], ...]
    concession: str
    would_rank: int
    opens_for: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A role left out, and every absolute conflict that keeps it out."""

    vacancy_ref: str
    because: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many roles were open, and what became of them."""

    open: int
    listed: int
    excluded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlist:
    """The answer for one person on one day."""

    shortlist_id: str
    participant_ref: str
    profile_version: int
    as_of: date
    method: Method
    counts: Counts
    entries: tuple[ShortlistEntry, ...]
    negotiate: tuple[NearMiss, ...]
    excluded: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why one role is, or is not, on one person's list: every finding, and its place if it has one."""

    vacancy: Vacancy
    as_of: date
    is_open: bool
    position: int | None
    findings: tuple[Finding, ...]
