"""Whom to call and what to ask, as several pages show it."""

from __future__ import annotations

from api.pages.visit import SignedInVisit
from matching.actions.questions import EmployerCall, call_lists
from matching.store import Page


def calls_for(
    visit: SignedInVisit, *, employer_id: str | None = None, after: str | None = None, limit: int
) -> Page[EmployerCall]:
    """Employers with what to ask them, the question of most worth first; nothing of any participant is told."""
    return call_lists(employer_id=employer_id, after=after, limit=limit, **visit.stores(), pools=visit.pools)
