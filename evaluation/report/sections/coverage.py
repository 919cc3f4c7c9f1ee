"""Which roles are shown, and how evenly: so that nobody is pushed toward what is merely plentiful."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluation.estimates import FEWEST
from evaluation.metrics.coverage import Coverage, coverage
from evaluation.report.basis import Basis, heading, of_enough
from evaluation.report.figures import shares_of
from evaluation.report.parts import Part, Section
from evaluation.tables import Cell, ReportTable, Unit, Unsaid

_TENTHS = 10
_HIDDEN = {
    "listed": "Of roles on lists, not advertised",
    "put_forward": "Of roles put forward, not advertised",
    "started": "Of jobs started from a list, not advertised",
}


def coverage_section(basis: Basis) -> Section:
    """Return the section."""
    found, curve = coverage(basis.history, basis.jobs), exposure_curve(basis)
    return Section(
        name="coverage",
        title="Which roles are shown",
        says=(
            "A role near the top of a list is seen more than one further down. What being shown is worth is told as "
            "exposure.",
        ),
        parts=(
            Part(table=curve, figure=shares_of(curve, across=0, up=1, title="How evenly roles are shown"), folded=True),
            Part(table=_shares(basis, found)),
            Part(table=_evenness(found)),
        ),
    )


def exposure_curve(basis: Basis) -> ReportTable:
    """Return what share of all exposure goes to the roles that are shown least, tenth by tenth."""
    exposure = _exposure(basis)
    total = float(exposure.sum())
    enough = len(exposure) >= FEWEST and total > 0
    upto = np.concatenate([[0.0], np.cumsum(np.sort(exposure))])
    at = np.round(np.linspace(0, len(exposure), _TENTHS + 1)).astype(int)
    nothing: Cell = Unsaid(why="Too few roles were shown.")
    rows = tuple(
        (tenth / _TENTHS, float(upto[place] / total) if enough else nothing) for tenth, place in enumerate(at.tolist())
    )
    return ReportTable(
        name="exposure",
        title="How evenly roles are shown",
        says="All roles of the time, from those shown least to those shown most. Roles never shown count too.",
        headings=(
            heading("roles", "Roles, those shown least first", Unit.SHARE),
            heading("exposure", "Their share of all exposure", Unit.SHARE),
        ),
        rows=rows,
        notes=(f"{len(exposure):,} roles. Exposure is 1 / log2(1 + position), summed over lists.",),
    )


def _exposure(basis: Basis) -> NDArray[np.float64]:
    entries = basis.history.entries
    worth = 1 / np.log2(1 + entries["position"].to_numpy(np.float64))
    found = np.bincount(entries["vacancy"].to_numpy(), weights=worth, minlength=len(basis.history.vacancies))
    return found.astype(np.float64)


def _shares(basis: Basis, found: Coverage) -> ReportTable:
    entries = basis.history.entries
    people = basis.history.shortlists["participant"].to_numpy()[entries["shortlist"].to_numpy()]
    stretch = entries["stretch"].fillna(False).to_numpy(bool)
    whose = {"listed": people, "put_forward": basis.steps.forward.participant, "started": basis.listed["participant"]}
    rows: list[tuple[Cell, ...]] = [("Of all roles, ever on a list", found.listed)]
    rows += [(words, of_enough(found.unadvertised[name], whose[name])) for name, words in _HIDDEN.items()]
    rows += [
        ("Of stretch suggestions, put forward", of_enough(found.stretch_taken, people[stretch])),
        ("Of other suggestions, put forward", of_enough(found.others_taken, people[~stretch])),
    ]
    return ReportTable(
        name="coverage_shares",
        title="Shown, and taken up",
        says="What share of roles was shown, how many of them nobody had advertised, and what was put forward.",
        headings=(heading("measure", "Measure"), heading("share", "Share", Unit.SHARE)),
        rows=tuple(rows),
    )


def _evenness(found: Coverage) -> ReportTable:
    return ReportTable(
        name="coverage_evenness",
        title="How evenly, in numbers",
        says="A Gini of 0 means that all are shown alike. Near 1, a few are shown nearly always.",
        headings=(heading("measure", "Measure"), heading("value", "Value", Unit.NUMBER)),
        rows=(
            ("Gini over roles", found.gini_of_vacancies),
            ("Gini over employers", found.gini_of_employers),
            ("Different people to whom each opening was shown, mean", found.people_per_opening),
        ),
        notes=(f"Over {found.vacancies:,} roles.",),
    )
