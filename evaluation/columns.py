"""The tables of a history and their columns, named once: what files hold, and what frames hold after reading.

In files an id is any text, and a day is written 2026-11-22. After reading, an id is the number of a row in the table
that it names (`NOBODY` where the file has none), so that two tables are joined by looking rows up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from matching.model.finding import Aspect, Verdict
from matching.model.people import ParticipantRoute, SupportModel
from matching.model.placement import EarningsSource, LeavingReason, WhoSays
from matching.model.shortlist import Band, Choice, DecisionReason
from matching.model.vacancy import Contract, VacancySource

#: In place of a row number: no row at all.
NOBODY = -1


class Kind(Enum):
    """What a cell holds, and in brackets the type of the column after reading."""

    ID = auto()  # of a row of the table `names`: its number (int32)
    DAY = auto()  # a date (datetime64[s])
    WHOLE = auto()  # a whole number (int32)
    NUMBER = auto()  # a decimal number (float64)
    SHARE = auto()  # a decimal number from 0 to 1 (float32)
    YES_NO = auto()  # true or false (boolean, with missing values)
    WORD = auto()  # one of `words`, or any word where there are none (category)


class Step(StrEnum):
    """What is done about a role on a list between drawing the list and starting the job."""

    OPENED = "opened"
    INTERVIEW = "interview"


class HistoryBand(StrEnum):
    """The band of an entry at the time; negotiated: it was left out until the employer gave way."""

    FITS_WHAT_WE_KNOW = Band.FITS_WHAT_WE_KNOW.value
    ASK_FIRST = Band.ASK_FIRST.value
    NEGOTIATED = "negotiated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; a cell may be empty unless `required`, and numbers lie between `least` and `most`, both included."""

    name: str
    kind: Kind
    names: str = ""
    words: tuple[str, ...] = ()
    required: bool = True
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: the columns whose values make a row unlike any other, and whether a history may lack the table."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    optional: bool = False

    def column(self, name: str) -> Column:
        """The column of this name."""
        return next(each for each in self.columns if each.name == name)


def verdict_column(aspect: Aspect) -> str:
    """The column that holds an aspect's verdict; empty where the aspect had no finding."""
    return str(aspect)


def value_column(aspect: Aspect) -> str:
    """The column of an aspect's value, 0 to 1: the mean of its parts' values as they scored, by their weights."""
    return f"{aspect}_value"


def _id(name: str, of: str, *, required: bool = True) -> Column:
    return Column(name=name, kind=Kind.ID, names=of, required=required)


def _day(name: str, *, required: bool = True) -> Column:
    return Column(name=name, kind=Kind.DAY, required=required)


def _words(name: str, words: type[StrEnum] | None = None, *, required: bool = True) -> Column:
    return Column(name=name, kind=Kind.WORD, words=tuple(words or ()), required=required)


def _whole(name: str, *, least: int = 0, required: bool = True) -> Column:
    return Column(name=name, kind=Kind.WHOLE, least=least, required=required)


def _number(name: str, *, least: float, most: float, required: bool = False) -> Column:
    return Column(name=name, kind=Kind.NUMBER, least=least, most=most, required=required)


PARTICIPANTS = Table(
    name="participants",
    key=("participant",),
    columns=(
        _id("participant", "participants"),
        _day("entered_on"),
        _day("support_ends_on", required=False),
        _day("first_met_on", required=False),  # the first face-to-face contact with an employer on their behalf
        _words("route", ParticipantRoute, required=False),
        _words("model", SupportModel, required=False),
        _words("provider", required=False),
        _number("hours_wanted", least=0, most=168),
    ),
)
VACANCIES = Table(
    name="vacancies",
    key=("vacancy",),
    columns=(
        _id("vacancy", "vacancies"),
        _words("employer"),
        _words("source", VacancySource),
        _words("contract", Contract, required=False),
        _words("family", required=False),  # of jobs, such as the first two figures of an occupation code
        _whole("openings", least=1, required=False),
        _day("logged_on"),
    ),
)
SHORTLISTS = Table(
    name="shortlists",
    key=("shortlist",),
    columns=(
        _id("shortlist", "shortlists"),
        _id("participant", "participants"),
        _day("drawn_on"),
        _whole("open"),
        _whole("listed"),
        _whole("excluded"),
        _words("method"),  # name of the version that drew the list
    ),
)
ENTRIES = Table(
    name="entries",
    key=("shortlist", "vacancy"),
    columns=(
        _id("shortlist", "shortlists"),
        _id("vacancy", "vacancies"),
        _whole("position", least=1),  # as it was shown
        _words("band", HistoryBand),
        _number("score", least=0, most=1, required=True),
        Column(name="stretch", kind=Kind.YES_NO),
        # How likely it was to stand at this position; 1 where nothing was shuffled.
        _number("propensity", least=0, most=1, required=True),
        _words("method"),
        *(
            column
            for aspect in Aspect
            for column in (
                _words(verdict_column(aspect), Verdict, required=False),
                Column(name=value_column(aspect), kind=Kind.SHARE, least=0, most=1, required=False),
            )
        ),
    ),
)
DECISIONS = Table(
    name="decisions",
    key=("shortlist", "vacancy"),
    columns=(
        _id("shortlist", "shortlists"),
        _id("vacancy", "vacancies"),
        _words("choice", Choice),
        _words("reason", DecisionReason, required=False),
        _day("decided_on"),
    ),
)
STEPS = Table(
    name="steps",
    key=("shortlist", "vacancy", "step"),
    columns=(
        _id("shortlist", "shortlists"),
        _id("vacancy", "vacancies"),
        _words("step", Step),
        _day("on"),
    ),
    optional=True,
)
QUESTIONS = Table(
    name="questions",
    key=("question",),
    columns=(
        _id("question", "questions"),
        _id("vacancy", "vacancies"),
        _words("about", Aspect),
        _day("asked_on"),
        _day("answered_on", required=False),
        Column(name="moved_lists", kind=Kind.YES_NO, required=False),  # whether a verdict changed by the answer
    ),
    optional=True,
)
CONTACTS = Table(
    name="contacts",
    key=("contact", "participant"),
    columns=(
        _words("contact"),
        _id("participant", "participants"),
        _words("employer"),
        _words("mode"),
        _day("on"),
    ),
    optional=True,
)
PLACEMENTS = Table(
    name="placements",
    key=("placement",),
    columns=(
        _id("placement", "placements"),
        _id("participant", "participants"),
        _words("employer"),
        _id("vacancy", "vacancies", required=False),
        _id("shortlist", "shortlists", required=False),  # none: the job did not come from a list
        _day("started_on"),
        _number("hours_week", least=0, most=168),
        Column(name="permanent", kind=Kind.YES_NO, required=False),
        _day("ended_on", required=False),
        _words("end_reason", LeavingReason, required=False),
        _words("who_says", WhoSays, required=False),
        _day("last_seen_on", required=False),  # the last day on which the job was known to go on
    ),
)
EARNINGS = Table(
    name="earnings",
    key=("placement", "from_on", "source"),
    columns=(
        _id("placement", "placements"),
        _day("from_on"),
        _day("to_on"),
        _number("hours", least=0, most=10_000),
        _whole("gross_pence", least=0),
        _words("source", EarningsSource),
        Column(name="verified", kind=Kind.YES_NO),
    ),
    optional=True,
)
#: What people said of themselves for equality monitoring; used by the fairness report alone.
GROUPS = Table(
    name="groups",
    key=("participant", "kind"),
    columns=(_id("participant", "participants"), _words("kind"), _words("group")),
    optional=True,
)

#: In the order in which they are read: what is named stands before what names it.
TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        PARTICIPANTS,
        VACANCIES,
        SHORTLISTS,
        ENTRIES,
        DECISIONS,
        STEPS,
        QUESTIONS,
        CONTACTS,
        PLACEMENTS,
        EARNINGS,
        GROUPS,
    )
}
