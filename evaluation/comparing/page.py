"""A comparison as a page of text, and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from evaluation.comparing import Comparison
from evaluation.comparing.verdict import Line, Part, Role
from evaluation.estimates import Estimate
from evaluation.tables import Unsaid

_HEADS = {
    Part.VALUE: "Outcomes, for each list",
    Part.ORDER: "Order",
    Part.COVERAGE: "Coverage",
    Part.FAIRNESS: "Fairness",
}
_ROLES = {Role.MAIN: "main measure", Role.GUARD: "guard", Role.TOLD: "shown only"}


def text_of(comparison: Comparison, *, simulated: bool = False) -> str:
    """Return the verdict, then both rankings side by side."""
    lines = [
        f"'{comparison.new}' in place of '{comparison.old}': {str(comparison.verdict).upper()}",
        "",
        comparison.why,
        f"{comparison.lists:,} lists of {comparison.participants:,} people.",
    ]
    if simulated:
        lines.append("The history is simulated: nothing here is about real people.")
    for part, head in _HEADS.items():
        rows = [line for line in comparison.lines if line.part is part]
        if rows:
            lines += ["", head]
            for line in rows:
                lines += _said_line(line)
    return "\n".join([*lines, "", *comparison.notes]) + "\n"


def json_of(comparison: Comparison, *, simulated: bool = False) -> str:
    """Return the same as JSON."""
    return json.dumps({"simulated": simulated, **asdict(comparison)}, indent=1) + "\n"


def _said_line(line: Line) -> list[str]:
    margin = f"; at most {line.margin:.3g} worse" if line.margin else ""
    head = f"  {line.words} ({_ROLES[line.role]}{margin})"
    whys = dict.fromkeys(each.why for each in (line.old, line.new, line.difference) if isinstance(each, Unsaid))
    figures = [
        f"    {words:<11}{_said(each)}"
        for words, each in (("old", line.old), ("new", line.new), ("difference", line.difference))
        if isinstance(each, Estimate)
    ]
    return [head, *figures, *(f"    No number: {why}" for why in whys)]


def _said(estimate: Estimate) -> str:
    return f"{estimate.value:8.4f} ({estimate.low:.4f} to {estimate.high:.4f})"
