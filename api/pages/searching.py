"""Looking for roles by words, from pages on a shortlist: words of roles and employers, never of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.visit import SignedInVisit
from matching.actions.redrawing import NamedRole, roles_with_refs
from matching.actions.vacancies import find_vacancies
from matching.model.vacancy import VacancyStatus
from matching.store.vacancies import VacancyFilter

_ON_A_PAGE = 15
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesFound:
    """What was looked for, and the roles with these words that the asker may see."""

    words: str
    roles: Sequence[NamedRole]
    next_after: str | None


def roles_found(visit: SignedInVisit, *, only_status: VacancyStatus | None = None) -> RolesFound:
    """Roles whose title, employer or reference has the words of the query; nothing where it has none."""
    words = visit.asked("q", most=100)
    wanted = tuple(words.split()[:_MOST_WORDS])
    if not wanted:
        return RolesFound(words=words, roles=(), next_after=None)
    only, after = VacancyFilter(status=only_status, words=wanted), visit.asked("after") or None
    listing = find_vacancies(only=only, after=after, limit=_ON_A_PAGE, by=visit.by, store=visit.reading)
    roles = [NamedRole.of(vacancy, listing.employer_names) for vacancy in listing.page.items]
    named = roles_with_refs(refs=[words.upper()], by=visit.by, store=visit.reading) if after is None else {}
    meant = [role for role in named.values() if only_status in (None, role.status)]
    return RolesFound(words=words, roles=[*meant, *roles], next_after=listing.page.next_after)
