"""One part of one aspect: how it judges columns of vacancies, and what it says of one of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from matching.columns import Rows
from matching.kinds import Reading
from matching.model.finding import Asked, Aspect, Code, Finding
from matching.model.vacancy import Vacancy
from matching.places import SectorTable
from matching.pool import Alike, Jobs
from matching.taxonomy import Catalogue
from matching.zones import Metres

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
    def readings(self) -> tuple[Reading, ...]:
        """The columns that codes and values depend on, in groups that kinds are made of; none: each job is judged."""
        return ()

    @property
    def keeps_near(self) -> tuple[Metres, float] | None:
        """Home, and so many metres: whatever lies farther to any side is in conflict, unless it is done at home."""
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

    def judged_alike(self, jobs: Jobs, alike: Alike) -> Judged:
        """Judge one job of each kind, and those that are of no kind."""
        codes = codes_of_examples(self, alike.examples)
        values = self.values(alike.examples, codes)
        if alike.behind is not None:
            behind = self.codes(alike.behind)
            codes = np.concatenate([codes, behind])
            values = np.concatenate([values, self.values(alike.behind, behind)])
        return Judged.of_kinds(self, ByKind(alike, codes, values))

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


@dataclass(frozen=True, slots=True, eq=False)
class ByKind:
    """The codes and values of one part over kinds of jobs."""

    alike: Alike
    codes: Codes  # by kind
    values: Values

    def spread(self, of_kinds: Values) -> Values:
        """Give each job what belongs to its kind."""
        return of_kinds.take(self.alike.kind_of_job)


@dataclass(frozen=True)
class Judged:
    """The codes and values of one part over a view; `at` are positions where it is present.

    What was found by kind is spread over the jobs when somebody looks at it.
    """

    part: Part
    codes: Codes
    values: Values
    at: Rows | None = None

    @staticmethod
    def of_kinds(part: Part, by_kind: ByKind) -> Judged:
        """The judgement of all jobs of a view from that of their kinds."""
        judged = object.__new__(Judged)
        judged.__dict__.update(part=part, at=None, _by_kind=by_kind)
        return judged

    @property
    def by_kind(self) -> ByKind | None:
        """The same by kind, where it was found so."""
        return self.__dict__.get("_by_kind")

    def __getattr__(self, name: str) -> Any:
        by_kind = self.by_kind
        if by_kind is None or name not in ("codes", "values"):
            raise AttributeError(name)
        spread = getattr(by_kind, name).take(by_kind.alike.kind_of_job)
        self.__dict__[name] = spread
        return spread


def judge(part: Part, jobs: Jobs, codes: Codes | None = None) -> Judged:
    """Judge one part over a view; codes that screening has worked out already are taken over."""
    alike = jobs.alike(part.readings)
    if alike is not None:
        return part.judged_alike(jobs, alike)
    codes = part.codes(jobs) if codes is None else codes
    return Judged(part, codes, part.values(jobs, codes), part.present(jobs))


def codes_of_examples(part: Part, examples: Jobs) -> Codes:
    """The code of each kind of jobs, worked out once for screening and judging."""
    return examples.once(("codes", part.aspect, part.name), lambda: part.codes(examples))


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
