"""Pages for managers: what the records say about fidelity and what the last evaluation says; small counts withheld."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.pages.route import PageRoute
from api.pages.visit import SignedInVisit, Visit
from matching.actions.numbers import read_numbers
from matching.actions.reports import ReportOutcome, read_report_page, read_report_summary
from matching.errors import Invalid
from matching.fidelity import FEWEST, Measure, Unit

router = APIRouter(prefix="/numbers", route_class=PageRoute, include_in_schema=False)


@router.get("")
def show(visit: Visit) -> Response:
    """Show the numbers of the last half year, and what the last evaluation report says."""
    numbers = read_numbers(**visit.stores())
    return visit.show("numbers/show.html", numbers=numbers, said=said, found=found, fewest=FEWEST, **_report(visit))


@router.get("/report")
def show_report(visit: Visit) -> Response:
    """Send the report as it was written: it may use its own style sheet, and nothing else at all."""
    page = read_report_page(folder=visit.running.settings.reports, by=visit.by, at=visit.at, store=visit.writing)
    policy = (
        f"default-src 'none'; style-src '{page.style_digest}'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return HTMLResponse(page.html, headers={"Cache-Control": "no-store", "Content-Security-Policy": policy})


def _report(visit: SignedInVisit) -> dict[str, Any]:
    try:
        report = read_report_summary(folder=visit.running.settings.reports, by=visit.by, store=visit.reading)
    except Invalid as broken:
        return {"report": None, "broken": str(broken)}
    return {"report": report, "broken": ""}


def said(measure: Measure) -> str:
    """A figure in words; nothing of a count that is too small.

    >>> from matching.fidelity import items
    >>> said(Measure(item=items()[21], numerator=9, denominator=12))
    '9 of 12, that is 75 in 100'
    """
    if measure.value is None:
        return f"Not shown: fewer than {FEWEST}"
    if measure.unit is Unit.RATE:
        return f"{measure.value:.1f}"
    return f"{measure.numerator:,} of {measure.denominator:,}, that is {100 * measure.value:.0f} in 100"


def found(outcome: ReportOutcome) -> str:
    """An outcome of a report in words.

    >>> found(ReportOutcome(words="", whom="job starts", in_hundred=68.2, low=64, high=72, count=412))
    'About 68 in 100 (64 to 72), of 412 job starts'
    >>> found(ReportOutcome(words="", whom="job starts", why_not="Nobody has set this threshold."))
    'We cannot say. Nobody has set this threshold.'
    """
    if outcome.in_hundred is None:
        return f"We cannot say. {outcome.why_not}"
    between = f"{outcome.low:.0f} to {outcome.high:.0f}"
    return f"About {outcome.in_hundred:.0f} in 100 ({between}), of {outcome.count:,} {outcome.whom}"
