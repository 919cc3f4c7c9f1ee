"""What the report rests on: rows read and used, how each figure is made, what words mean, and the digests."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evaluation.columns import NOBODY, TABLES
from evaluation.estimates import FEWEST
from evaluation.report.basis import Basis, count_of, heading
from evaluation.report.parts import Part, Section
from evaluation.tables import ReportTable, Unit

_TABLE_WORDS: Mapping[str, str] = {
    "participants": "People",
    "vacancies": "Roles",
    "shortlists": "Lists",
    "entries": "Roles on lists",
    "decisions": "Decisions",
    "steps": "Steps (opened, interview)",
    "questions": "Questions to employers",
    "contacts": "Contacts with employers",
    "placements": "Jobs",
    "earnings": "Periods of pay",
    "groups": "Answers on groups",
}
#: How each figure is made; the first column is what the report calls it.
METHODS: tuple[tuple[str, str], ...] = (
    ("Share that lasts", "Kaplan and Meier's estimate; log-log intervals; variance summed by person"),
    ("Share of those long enough ago", "A plain share; Wilson's interval, for as many as the rows are worth"),
    ("Endings", "Aalen and Johansen's cumulative incidence"),
    ("Mean weeks of a year", "Area under the curve up to 52 weeks"),
    ("Two kinds of jobs compared", "Log-rank test, variance summed by person"),
    ("Order of lists", "nDCG, MAP, MRR and others; intervals by drawing people again"),
    ("Calibration", "Weights by the inverse chance of being seen; slope and intercept"),
    ("Another order", "Direct, weighted, self-normalised and doubly robust estimates, behind gates"),
    ("Groups", "One test a kind and measure, adjusted by Holm; gaps with intervals"),
)
DEFINITIONS: tuple[tuple[str, str], ...] = (
    ("Job start", "A first day at work."),
    ("Lasted 13 weeks", "The person was in the same job 91 days after the first day."),
    ("Lasted 26 weeks", "The person was in the same job 182 days after the first day."),
    ("Any job after 26 weeks", "182 days after that start, the person was in this or another job."),
    ("From a list", "The job names a list, and the role stood on it."),
    ("Match-to-sustain rate", "Of the job starts from a list, the share that lasted so long."),
    (
        "Higher threshold",
        "Earnings as the outcome policy sets them, such as 18 hours over 26 weeks at the set wage.",
    ),
    ("Lower threshold", "A smaller amount, once a body sets it."),
    ("Censored", "Not seen to the end, so counted only as long as it was seen."),
    ("Interval", "A range. Of 100 such ranges, about 95 hold the true figure."),
    ("Withheld", "Of fewer than 10 people, or a number from which such a one could be worked out."),
    ("Gate", "A limit beyond which no number is given."),
)


def appendix_section(basis: Basis) -> Section:
    """Return the section."""
    return Section(
        name="appendix",
        title="What this report rests on",
        says=(
            "Broken rows are refused before a report is made, each with its reason. Nothing is dropped in silence.",
            f"The last day that is looked at is {basis.history.data_until.isoformat()}. Chance starts at {basis.seed}.",
        ),
        parts=(
            Part(table=rows_used(basis)),
            Part(table=_words("methods", "How figures are made", "Each figure and its method.", METHODS)),
            Part(table=_words("definitions", "What words mean", "Each word as this report uses it.", DEFINITIONS)),
        ),
    )


def rows_used(basis: Basis) -> ReportTable:
    """Return how many rows of each table were read and used, and why the others were not."""
    rows = []
    for name in TABLES:
        frame = basis.history.table(name)
        used = 0 if frame is None else len(frame)
        read = basis.history.rows_read.get(name, used)
        rows.append((_TABLE_WORDS[name], count_of(read), count_of(used), count_of(read - used)))
    return ReportTable(
        name="rows_used",
        title="Rows read and used",
        says="How many rows the history holds, how many the report uses, and how many tell of later days.",
        headings=(
            heading("table", "What"),
            heading("read", "Read", Unit.COUNT),
            heading("used", "Used", Unit.COUNT),
            heading("later", "Left out: later than the last day", Unit.COUNT),
        ),
        rows=tuple(rows),
        notes=_notes(basis),
    )


def _notes(basis: Basis) -> tuple[str, ...]:
    left_out = basis.history.left_out
    notes = [f"Not in the history that was read: {_told(count)} {what}." for what, count in left_out.items() if count]
    named = basis.history.placements["shortlist"].to_numpy() != NOBODY
    astray = int(np.sum(named & ~basis.jobs["from_list"].to_numpy()))
    if astray:
        notes.append(f"Of jobs that name a list on which their role did not stand: {_told(astray)}.")
        notes.append("They count as found another way.")
    return tuple(notes)


def _told(count: int) -> str:
    return f"{count:,}" if count >= FEWEST else f"fewer than {FEWEST}"


def _words(name: str, title: str, says: str, pairs: tuple[tuple[str, str], ...]) -> ReportTable:
    return ReportTable(
        name=name, title=title, says=says, headings=(heading("word", "Word"), heading("meaning", "Meaning")), rows=pairs
    )
