"""Pages for managers: what the records say about fidelity, with too small counts withheld."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.pages.route import PageRoute
from api.pages.visit import Visit
from matching.actions.numbers import read_numbers
from matching.fidelity import FEWEST, Measure, Unit

router = APIRouter(prefix="/numbers", route_class=PageRoute, include_in_schema=False)


@router.get("")
def show(visit: Visit) -> Response:
    """Show the numbers of the last half year."""
    numbers = read_numbers(**visit.stores())
    return visit.show("numbers/show.html", numbers=numbers, said=said, fewest=FEWEST)


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
