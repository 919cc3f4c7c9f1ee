"""One part of one aspect: how it judges columns of vacancies, and what it says of one of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from matching.columns import Rows
from matching.model.finding import Asked, Aspect, Code, Finding
from matching.model.vacancy import Vacancy
from matching.places import SectorTable
from matching.pool import Jobs
from matching.taxonomy import Catalogue

Codes = npt.NDArray[np.int8]  # of `Code`
Values = npt.NDArray[np.float64]  # 0 to 1
Mask = npt.NDArray[np.bool_]

OK: Final = np.int8(Code.OK)
UNKNOWN: Final = np.int8(Code.UNKNOWN)
CONFLICT: Final = np.int8(Code.CONFLICT)

NO_PRIOR: Final = 0.5  # value of an unknown part about which nothing is suggested


class Concession(StrEnum):
    """What an employer can give way on, as one thing."""

    HOURS = "hours"
    TIMES = "times"
    ADJUSTMENT = "adjustment"
    SENSORY = "sensory"
    PAY = "pay"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What judging needs besides the person and the jobs: catalogues, places, the day and figures."""

    catalogue: Catalogue
    sectors: SectorTable
    as_of: date
    figures: Mapping[str, float]  # documented figures of data/weights.csv


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence, and where something is unknown the question that would settle it."""

    sentence: str
    ask: str | None = None
    asked: Asked = Asked.EMPLOYER
    settled_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(ABC):
    """A part that is present for a profile; `absolute` depends on the profile alone."""

    aspect: ClassVar[Aspect]
    concession: ClassVar[Concession | None] = None
    # Screening asks the parts that are cheap to judge and leave few rows first.
    screening_rank: ClassVar[int] = 5

    name: str
    absolute: bool = False

    def present(self, jobs: Jobs) -> Rows | None:
        """Positions of the jobs for which there is a finding; `None` means all of them."""
        return None

    @property
    def can_conflict(self) -> bool:
        """Whether any vacancy could be in conflict; screening passes over a part that never is."""
        return True

    @abstractmethod
    def codes(self, jobs: Jobs) -> Codes:
        """Judge every job of the view for which the part is present."""

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        """Give each verdict its value for the score: 1, 0, and the middle where nobody knows."""
        return graded(codes, ok=1.0, conflict=0.0)

    @abstractmethod
    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        """Say in plain English why the verdict is what it is; `view` holds the job alone."""

    def liftable(self, jobs: Jobs) -> Mask:
        """Whether the employer could lift a conflict of this part."""
        return np.full(len(jobs), self.concession is not None)

    def concession_asked(self, job: Vacancy, view: Jobs) -> str:
        """What to ask the employer to give way on, as it goes on after "Ask"; `view` holds the job alone."""
        raise NotImplementedError(f"no employer can lift {self.aspect}.{self.name}")

    def finding(self, job: Vacancy, view: Jobs, *, code: Code, value: float) -> Finding:
        """Put the verdict, the value and the sentence together."""
        said = self.say(job, code, view)
        return Finding(
            aspect=self.aspect,
            part=self.name,
            verdict=code.verdict,
            absolute=self.absolute,
            value=value,
            sentence=said.sentence,
            ask=said.ask if code is Code.UNKNOWN else None,
            asked=said.asked,
            settled_by=said.settled_by,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftPart(Part):
    """A part that only raises or lowers the score; always `ok`."""

    @property
    def can_conflict(self) -> bool:
        return False

    def codes(self, jobs: Jobs) -> Codes:
        return np.zeros(len(jobs), np.int8)


@dataclass(frozen=True, slots=True)
class Judged:
    """The codes and values of one part over a view; `at` are positions where it is present."""

    part: Part
    codes: Codes
    values: Values
    at: Rows | None = None


def judge(part: Part, jobs: Jobs, codes: Codes | None = None) -> Judged:
    """Judge one part over a view; codes that screening has worked out already are taken over."""
    codes = part.codes(jobs) if codes is None else codes
    return Judged(part, codes, part.values(jobs, codes), part.present(jobs))


def coded(*, conflict: Mask, ok: Mask) -> Codes:
    """Turn two masks, never both true, into codes; what is neither is unknown."""
    return UNKNOWN - ok.view(np.int8) + conflict.view(np.int8)


def graded(codes: Codes, *, ok: Values | float, conflict: Values | float, unknown: Values | float = NO_PRIOR) -> Values:
    """Choose each value by its code."""
    if isinstance(ok, float) and isinstance(conflict, float) and isinstance(unknown, float):
        return np.array([ok, unknown, conflict]).take(codes)
    return np.where(codes == OK, ok, np.where(codes == CONFLICT, conflict, unknown))


def short(words: str, *, most_words: int = 8, most_characters: int = 80) -> str:
    """Cut words so that the sentence around them stays short; what is cut shows.

    >>> short("one two three", most_words=2)
    'one two…'
    """
    whole = " ".join(words.split())
    cut = " ".join(whole.split(" ")[:most_words])[:most_characters].rstrip(" ,(")
    return cut if cut == whole else f"{cut}…"


def quoted(words: str, *, most_words: int = 9) -> str:
    """Put somebody's own words in quotation marks, cut so that the sentence stays short.

    >>> quoted("working with dogs")
    '“working with dogs”'
    """
    return f"“{short(words, most_words=most_words)}”"


def number(value: float) -> str:
    """Write a number as people do: no trailing zeros, at most two decimals.

    >>> number(16.0), number(7.5)
    ('16', '7.5')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def pounds(value: float) -> str:
    """Write money: whole pounds bare, else with pence.

    >>> pounds(12.5), pounds(24000)
    ('£12.50', '£24,000')
    """
    return f"£{value:,.0f}" if value == int(value) else f"£{value:,.2f}"
