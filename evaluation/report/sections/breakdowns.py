"""Which roles become jobs that last, and for whom: the same rates by what was known at the time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from evaluation.breakdowns import breakdowns
from evaluation.report.basis import Basis
from evaluation.report.figures import rates
from evaluation.report.parts import Part, Section
from evaluation.tables import ReportTable

#: The dimensions that tell of the role and its place on the list; the others tell of people, methods and months.
_OF_THE_ROLE = ("by_source", "by_band", "by_position", "by_preference_match")
_OF_A_VERDICT = "by_verdict_"
_DRAWN = frozenset({"by_source", "by_band", "by_preference_match", "by_hours_wanted"})
_DRAWN_COLUMN = "week_13"


def breakdown_sections(basis: Basis) -> tuple[Section, Section, Section]:
    """Return the sections: by role, by finding, and by person and time."""
    tables = breakdowns(basis.steps)
    of_role = [each for each in tables if each.name in _OF_THE_ROLE]
    of_finding = [each for each in tables if each.name.startswith(_OF_A_VERDICT)]
    others = [each for each in tables if each not in of_role and each not in of_finding]
    return (
        Section(
            name="roles",
            title="Which roles become jobs that last",
            says=("By where the role came from, and by how it stood on the list at the time.",),
            parts=tuple(_parts(of_role, open_ones=("by_source", "by_band"))),
        ),
        Section(
            name="findings",
            title="What was known of the match",
            says=(
                "By what each aspect had found when the list was drawn: it fits, it does not, or nobody knew.",
                "A role that does not fit in one thing was talked over first. So few such roles become jobs, and those "
                "few are not like the others.",
            ),
            parts=tuple(_parts(of_finding)),
        ),
        Section(
            name="people-and-times",
            title="By hours wanted, provider, route and month",
            says=(
                "Providers stand by name and not by rank. They work with different people, which is not adjusted for.",
                "The latest months have hardly been followed yet.",
            ),
            parts=tuple(_parts(others)),
        ),
    )


def _parts(tables: Iterable[ReportTable], *, open_ones: Collection[str] = ()) -> Iterator[Part]:
    for table in tables:
        columns = [each.name for each in table.headings]
        drawn = rates(table, value=columns.index(_DRAWN_COLUMN)) if table.name in _DRAWN else None
        yield Part(table=table, figure=drawn, folded=table.name not in open_ones)
