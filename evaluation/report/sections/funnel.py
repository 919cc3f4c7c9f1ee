"""From the list to lasting work: how far roles came, and the match-to-sustain rates over their three denominators."""

from __future__ import annotations

from evaluation.funnel import funnel_table, match_to_sustain_table
from evaluation.report.basis import Basis
from evaluation.report.figures import funnel, rates
from evaluation.report.parts import Part, Section


def funnel_section(basis: Basis) -> Section:
    """Return the section."""
    steps, matched = funnel_table(basis.steps), match_to_sustain_table(basis.steps)
    people = [each.name for each in steps.headings].index("people")
    of_starts = [each.name for each in matched.headings].index("of_starts")
    return Section(
        name="funnel",
        title="From the list to lasting work",
        says=(
            "Each outcome stands by itself. Time in a job and money earned are two things, and are never put together.",
            "The same outcome may be counted of jobs, of roles put forward, or of everybody. Each number says of whom.",
        ),
        parts=(
            Part(table=steps, figure=funnel(steps, count=people, title="How many people came to each step")),
            Part(table=matched, figure=rates(matched, value=of_starts, title="Of jobs from a list, how many last")),
        ),
    )
