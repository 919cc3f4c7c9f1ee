"""How well the lists were ordered, by what came of their entries."""

from __future__ import annotations

from evaluation.graded import Graded, ranking_table
from evaluation.report.parts import Part, Section


def ranking_section(graded: Graded) -> Section:
    """Return the section."""
    return Section(
        name="ranking",
        title="How well the lists were ordered",
        says=("A good list has near its top what later came to something.",),
        parts=(Part(table=ranking_table(graded)),),
    )
