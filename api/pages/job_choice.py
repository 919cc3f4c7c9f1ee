"""Which job is meant: a role that was decided on for somebody, or another job with an employer named in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from api.pages.labels import label
from api.pages.typed import FormReader
from api.pages.visit import SignedInVisit
from matching.actions import decisions
from matching.actions.employers import find_employers
from matching.actions.facts import visible_vacancy
from matching.errors import NotFound
from matching.model.shortlist import Choice
from matching.model.vacancy import normalised_employer
from matching.store.tables import Employer, VacancyRow

#: Chosen in place of a role.
OTHER = "other"
#: As many employers as are offered where a name fits several.
_MOST_NAMES = 10
_AT_ONCE = 100
_CHOICES = (Choice.PUT_FORWARD, Choice.TALK_ABOUT_IT)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChoice:
    """What a form offers: roles with their titles and what was decided, and employers that a typed name may mean."""

    roles: tuple[tuple[str, str, str], ...]
    employers: tuple[tuple[str, str], ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """The roles, by id."""
        return frozenset(each[0] for each in self.roles)

    @property
    def options(self) -> list[tuple[str, ...]]:
        """The choices of the form."""
        return [*self.roles, (OTHER, "Another job", "Name the employer below")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The role that was chosen, or the employer that was named."""

    vacancy_id: str | None = None
    employer_id: str | None = None


def job_choice(visit: SignedInVisit, participant_id: str, *, besides: Iterable[str | None] = ()) -> JobChoice:
    """The roles that were put forward or talked about; `besides` names more of them, as far as they are told."""
    choices = _held(visit, participant_id)
    ids = sorted(choices, key=lambda each: (_CHOICES.index(choices[each]), each))
    named = (role_if_told(visit, each) for each in besides if each != OTHER)
    ids = list(dict.fromkeys([*(each for each in named if each is not None), *ids]))
    rows = {row.id: row for row in visit.reading.vacancies.some(ids)}
    names = visit.reading.vacancies.employer_names(list(rows.values()))
    roles = tuple((each, _said(rows[each], names), label(choices[each]) if each in choices else "") for each in ids)
    return JobChoice(roles=roles, employers=_named(visit))


def chosen_job(form: FormReader, choice: JobChoice) -> Chosen:
    """Which job was chosen; a name that fits no employer, or several, is refused with what to do."""
    role = form.one_of("job", [*(each[0] for each in choice.roles), OTHER], needed="Choose the job.")
    if role != OTHER:
        return Chosen(vacancy_id=role or None)
    name = form.text("employer", needed="Enter the employer's name.")
    picked = form.one_of("employer_id", [each[0] for each in choice.employers])
    alike = [each for each, known in choice.employers if normalised_employer(known) == normalised_employer(name)]
    if picked or len(alike) == 1:
        return Chosen(employer_id=picked or alike[0])
    if name:
        form.refuse(
            "employer",
            "Choose which employer you mean, below."
            if choice.employers
            else "No employer here has this name. Check it, or add the employer first.",
        )
    return Chosen()


def employer_names(visit: SignedInVisit, employer_ids: set[str]) -> dict[str, str]:
    """The names of some employers, by id."""
    found: dict[str, Employer] = visit.reading.shortlists.employers(employer_ids)
    return {each.id: each.name for each in found.values()}


def role_if_told(visit: SignedInVisit, vacancy_id: str | None) -> str | None:
    """The id of a role if the asker may see it: a job's title may be known where its role was told in trust."""
    return vacancy_id if vacancy_id and _is_told(visit, vacancy_id) else None


def _held(visit: SignedInVisit, participant_id: str) -> dict[str, Choice]:
    latest: dict[str, Choice | None] = {}
    after: str | None = None
    while True:
        page = decisions.find_decisions(
            participant_id=participant_id, vacancy_id=None, after=after, limit=_AT_ONCE, **visit.stores()
        )
        latest.update({row.vacancy_id: row.choice for row in page.items})
        after = page.next_after
        if after is None:
            return {each: choice for each, choice in latest.items() if choice in _CHOICES and choice is not None}


def _is_told(visit: SignedInVisit, vacancy_id: str) -> bool:
    try:
        visible_vacancy(vacancy_id, by=visit.by, store=visit.reading)
    except NotFound:
        return False
    return True


def _said(row: VacancyRow, names: dict[str, str]) -> str:
    return f"{row.title}, {names[row.employer_id]}"


def _named(visit: SignedInVisit) -> tuple[tuple[str, str], ...]:
    """Employers whose name holds what was typed."""
    name = visit.typed.get("employer").strip()[:300]
    if not name or visit.typed.get("job") != OTHER:
        return ()
    page = find_employers(search=name, after=None, limit=_MOST_NAMES, by=visit.by, store=visit.reading)
    exact = visit.reading.employers.named(name)
    found = {each.id: each.name for each in ([exact] if exact else []) + list(page.items)}
    return tuple(found.items())
