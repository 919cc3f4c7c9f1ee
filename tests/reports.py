"""Small reports made by hand, for tests of what is written and of who may read it."""

from __future__ import annotations

from typing import Any

from evaluation.estimates import Estimate
from evaluation.report.parts import FirstPage, Headline, Part, Report, Section
from evaluation.tables import Heading, ReportTable, Unit, Unsaid, Withheld

ABOUT = {
    "first_day": "2025-01-06",
    "data_until": "2026-09-30",
    "simulated": False,
    "seed": 7,
    "history_digest": "0" * 64,
}
LASTED = Estimate(value=0.68, low=0.64, high=0.72, count=412)


def table(*, name: str = "sources", word: str = "Advertised", **more: Any) -> ReportTable:
    """A table with a cell of every kind; `word` comes from the history."""
    return ReportTable(
        name=name,
        title="Jobs that last, by source",
        says="Of the jobs that began, how many went on for 13 weeks.",
        headings=(
            Heading(name="source", words="Source", unit=Unit.WORDS),
            Heading(name="jobs", words="Jobs", unit=Unit.COUNT),
            Heading(name="lasted", words="Went on for 13 weeks", unit=Unit.SHARE),
        ),
        rows=(
            (word, 412, LASTED),
            ("Carved", Withheld(), Withheld()),
            ("Told in trust", Withheld(complement=True), Unsaid(why="Too few have been followed for so long.")),
            ("Other", 0, None),
        ),
        **more,
    )


def report(*tables: ReportTable, **about: Any) -> Report:
    """A report of a first page and one section."""
    return Report(
        about={**ABOUT, **about},
        first_page=FirstPage(
            headlines=(
                Headline(
                    name="same_job_13_weeks",
                    words="Same job after 13 weeks",
                    whom="job starts from a list",
                    found=LASTED,
                    sentence="Of 412 jobs that started from a list, about 68 in 100 went on for 13 weeks (64 to 72).",
                ),
                Headline(
                    name="lower_threshold",
                    words="Lower threshold",
                    whom="jobs",
                    found=Unsaid(why="Nobody has set this threshold."),
                    sentence="Nobody has set this threshold.",
                ),
            ),
            can_say=("Of 412 jobs from a list, about 68 in 100 went on for 13 weeks.",),
            cannot_say=("We cannot say who reached the lower threshold. Nobody has set it.",),
            for_whom=("We found no group for whom the jobs were shorter.",),
            changed=("There is no earlier report to set beside this one.",),
            rests_on=("We read 5,000 rows and used them all.",),
            meanings=(("Job start", "A first day at work."),),
        ),
        sections=(
            Section(
                name="by-source",
                title="By source",
                says=("Where the role came from.",),
                parts=tuple(Part(table=each) for each in tables or (table(),)),
            ),
        ),
    )
