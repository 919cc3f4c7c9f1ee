"""Pages on roles: looked through by words or by place, read with what is known, kept up to date, and told to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from api.dependencies import Id
from api.pages.labels import label, options
from api.pages.role_known import adjustments_of, changes, groups_of, told, two_words
from api.pages.role_words import at_a_glance, called, lines, says
from api.pages.route import PageRoute
from api.pages.visit import SignedInVisit, Visit
from matching.actions import vacancies as actions
from matching.actions.answers import answers_about
from matching.actions.facts import Because, fact_history
from matching.actions.looking import Looked, look_near, look_through, usual_levels
from matching.actions.organisation_pool import NotReady
from matching.actions.questions import questions_about
from matching.actions.users import names_of
from matching.actions.vacancies import Audience, KnownVacancy
from matching.errors import Conflict, Invalid, NotPermitted
from matching.interchange.facts import field_for_question
from matching.model.people import Permission
from matching.model.sensory import SensoryDimension
from matching.model.vacancy import VacancyStatus, Visibility
from matching.store.tables import VacancyRow
from matching.store.vacancies import UNCONFIRMED, VacancyFilter

router = APIRouter(prefix="/roles", route_class=PageRoute, include_in_schema=False)

ON_A_PAGE = 25
_LAST_PAGE = 4000
#: A role is to be asked about when it will be paused within so many days.
SOON_DAYS = 14
_FIRST_QUESTIONS = 3
_MOST_FACTS = 2000


class Show(StrEnum):
    """Which roles are looked through."""

    OPEN = "open"
    BY_WORD = "not-advertised"
    CONFIRM = "check"
    MINE = "mine"
    PAUSED = "paused"
    ENDED = "ended"
    ALL = "all"


_SHOWS: Mapping[Show, str] = {
    Show.OPEN: "Open roles",
    Show.BY_WORD: "Open and not advertised",
    Show.CONFIRM: "Check soon if still there",
    Show.MINE: "Roles that I keep",
    Show.PAUSED: "Paused",
    Show.ENDED: "Filled or closed",
    Show.ALL: "All roles",
}


# -- many --------------------------------------------------------------------------------------------------------------


@router.get("")
def find(visit: Visit) -> Response:
    """Look through roles by words, by what is to be done about them, or by how near they are."""
    search = _search(visit)
    try:
        looked = _looked(search, visit)
    except Invalid as refused:
        return _list(visit.again(refused), search, Looked(roles=(), count=0))
    return _list(visit, search, looked)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    words: str
    near: str
    show: Show
    page: int


def _search(visit: SignedInVisit) -> _Search:
    show, page = visit.asked("show", most=20), visit.asked("page", most=4)
    return _Search(
        words=visit.asked("search", most=100),
        near=visit.asked("near", most=10),
        show=Show(show) if show in set(Show) else Show.OPEN,
        page=min(max(int(page), 1), _LAST_PAGE) if page.isascii() and page.isdecimal() else 1,
    )


def _looked(search: _Search, visit: SignedInVisit) -> Looked:
    only, start = _filter(search, visit), (search.page - 1) * ON_A_PAGE
    if not search.near:
        return look_through(only=only, start=start, limit=ON_A_PAGE, by=visit.by, store=visit.reading)
    return look_near(
        place=search.near,
        only=only,
        start=start,
        limit=ON_A_PAGE,
        by=visit.by,
        store=visit.reading,
        pools=visit.pools,
    )


def _filter(search: _Search, visit: SignedInVisit) -> VacancyFilter:
    words = tuple(search.words.split())
    match search.show:
        case Show.OPEN:
            return VacancyFilter(words=words, statuses=(VacancyStatus.OPEN,))
        case Show.BY_WORD:
            return VacancyFilter(words=words, statuses=(VacancyStatus.OPEN,), kept_by_word=True)
        case Show.CONFIRM:
            since = actions.unconfirmed_since(within_days=SOON_DAYS, at=visit.at, store=visit.reading)
            return VacancyFilter(words=words, unconfirmed_since=since)
        case Show.MINE:
            return VacancyFilter(words=words, owner_id=visit.by.user_id)
        case Show.PAUSED:
            return VacancyFilter(words=words, statuses=(VacancyStatus.PAUSED,))
        case Show.ENDED:
            return VacancyFilter(words=words, statuses=(VacancyStatus.FILLED, VacancyStatus.CLOSED))
        case Show.ALL:
            return VacancyFilter(words=words)


def _list(visit: SignedInVisit, search: _Search, looked: Looked) -> Response:
    soon = visit.at + timedelta(days=SOON_DAYS)
    return visit.show(
        "roles/list.html",
        search=search,
        shows=list(_SHOWS.items()),
        looked=looked,
        roles=[
            {
                "row": each.vacancy,
                "employer": each.employer_name,
                "glance": at_a_glance(each.document),
                "km": each.km,
                "check_soon": each.confirm_by is not None and each.confirm_by <= soon,
                "paused_by_nobody": each.vacancy.paused_because == UNCONFIRMED,
            }
            for each in looked.roles
        ],
        pages=ceil(looked.count / ON_A_PAGE),
    )


# -- one ---------------------------------------------------------------------------------------------------------------


@router.get("/{vacancy_id}")
def show(vacancy_id: Id, visit: Visit) -> Response:
    """What is known of a role, from whom, how old; what nobody knows; what to ask first; and what can be done."""
    known = actions.read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    return visit.show(
        "roles/show.html",
        **_begun(known, visit),
        groups=groups_of(known, _usual(vacancy_id, visit), visit.today),
        adjustments=adjustments_of(known, visit.today),
        disagreements=two_words(known, visit.today),
        questions=_questions(vacancy_id, visit)[:_FIRST_QUESTIONS],
        keeping=actions.keeping(vacancy=known.vacancy, by=visit.by, store=visit.reading),
    )


def _begun(known: KnownVacancy, visit: SignedInVisit) -> dict[str, Any]:
    """What stands on top of every page about one role."""
    return {
        "role": known.vacancy,
        "employer_name": known.employer_name,
        "known": known,
        "there": _there(known, visit.at),
    }


def _there(known: KnownVacancy, at: datetime) -> str:
    """Whether a role is known to be there: `sure`, `soon` to be asked about, `late`, or `no` more open."""
    vacancy = known.vacancy
    if vacancy.paused_because == UNCONFIRMED:
        return "late"
    if vacancy.status is not VacancyStatus.OPEN:
        return "no"
    return "soon" if known.confirm_by is not None and known.confirm_by <= at + timedelta(days=SOON_DAYS) else "sure"


def _usual(vacancy_id: str, visit: SignedInVisit) -> Mapping[SensoryDimension, int]:
    try:
        return usual_levels(vacancy_id=vacancy_id, by=visit.by, store=visit.reading, pools=visit.pools)
    except NotReady:
        # What is known of the role can be read without.
        return {}


def _questions(vacancy_id: str, visit: SignedInVisit) -> list[dict[str, Any]]:
    """Open questions of people's lists, best worth first, for those who ask them."""
    if not visit.can(Permission.QUESTIONS_READ):
        return []
    try:
        found = questions_about(vacancy_id=vacancy_id, **visit.stores(), pools=visit.pools)
    except NotReady:
        return []
    return [
        {
            "ask": each.ask,
            "people": each.people,
            "refused": each.refused,
            "href": f"/roles/{vacancy_id}/answer?about={each.about}" if field_for_question(each.about) else "",
        }
        for each in found
    ]


@router.get("/{vacancy_id}/questions")
def questions(vacancy_id: Id, visit: Visit) -> Response:
    """Every open question about a role, and what the employer has answered so far."""
    visit.need(Permission.QUESTIONS_READ)
    known = actions.read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    page = answers_about(
        vacancy_id=vacancy_id, after=visit.asked("after") or None, limit=50, by=visit.by, store=visit.reading
    )
    names = names_of(user_ids={each.by for each in page.items}, store=visit.reading)
    history = fact_history(
        vacancy_id=vacancy_id, field=None, after=0, limit=_MOST_FACTS, by=visit.by, store=visit.reading
    )
    facts = {fact.id: told(fact, visit.today) for fact in history.items}
    return visit.show(
        "roles/questions.html",
        **_begun(known, visit),
        questions=_questions(vacancy_id, visit),
        answers=[
            {
                "words": called(field_for_question(each.about) or each.about),
                "told": facts.get(each.fact_id or ""),
                "refused": each.refused,
                "source": label(each.source),
                "on": each.said_on,
                "by": names.get(each.by),
            }
            for each in page.items
        ],
        next_after=page.next_after,
    )


# -- whether it is still there -----------------------------------------------------------------------------------------


class Becomes(StrEnum):
    """What somebody says of a role."""

    THERE = "there"
    PAUSED = "paused"
    FILLED = "filled"
    CLOSED = "closed"
    OPEN = "open"


_BECOMES: Mapping[Becomes, tuple[str, str]] = {
    Becomes.THERE: ("It is still there", "It stays on people's lists."),
    Becomes.OPEN: ("It is open again", "It goes back onto people's lists."),
    Becomes.PAUSED: ("Pause it", "It leaves all lists until somebody opens it again."),
    Becomes.FILLED: ("It is filled", "It leaves all lists. What we know of it is kept."),
    Becomes.CLOSED: ("It is gone", "It leaves all lists. What we know of it is kept."),
}
_MAY_BECOME: Mapping[VacancyStatus, tuple[Becomes, ...]] = {
    VacancyStatus.OPEN: (Becomes.THERE, Becomes.PAUSED, Becomes.FILLED, Becomes.CLOSED),
    VacancyStatus.PAUSED: (Becomes.OPEN, Becomes.FILLED, Becomes.CLOSED),
    VacancyStatus.FILLED: (Becomes.OPEN, Becomes.CLOSED),
    VacancyStatus.CLOSED: (Becomes.OPEN,),
}
_MOVES = {
    Becomes.OPEN: actions.reopen_vacancy,
    Becomes.PAUSED: actions.pause_vacancy,
    Becomes.FILLED: actions.fill_vacancy,
    Becomes.CLOSED: actions.close_vacancy,
}


@router.post("/{vacancy_id}/confirm")
def confirm(vacancy_id: Id, visit: Visit) -> Response:
    """Say that a role is still there."""
    try:
        actions.confirm_vacancy(vacancy_id=vacancy_id, by=visit.by, at=visit.at, store=visit.writing)
    except Conflict as refused:
        return _ask_status(vacancy_id, visit.again(refused))
    return visit.go(f"/roles/{vacancy_id}", done="role-confirmed")


@router.get("/{vacancy_id}/status")
def ask_status(vacancy_id: Id, visit: Visit) -> Response:
    """Ask what has become of a role."""
    return _ask_status(vacancy_id, visit)


@router.post("/{vacancy_id}/status")
def change_status(vacancy_id: Id, visit: Visit) -> Response:
    """Note what has become of a role."""
    form = visit.form()
    becomes = form.choice("becomes", Becomes, needed="Choose what has become of it.")
    try:
        form.done()
        _become(vacancy_id, becomes or Becomes.THERE, form.version(), visit)
    except (Invalid, Conflict) as refused:
        return _ask_status(vacancy_id, visit.again(refused))
    return visit.go(f"/roles/{vacancy_id}", done=f"role-{becomes}")


def _become(vacancy_id: str, becomes: Becomes, version: int, visit: SignedInVisit) -> None:
    if becomes is Becomes.THERE:
        actions.confirm_vacancy(vacancy_id=vacancy_id, by=visit.by, at=visit.at, store=visit.writing)
        return
    move = _MOVES[becomes]
    move(vacancy_id=vacancy_id, version=version, by=visit.by, at=visit.at, store=visit.writing)


def _ask_status(vacancy_id: str, visit: SignedInVisit) -> Response:
    visit.need(Permission.VACANCIES_WRITE)
    known = actions.read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    choices = [(each.value, *_BECOMES[each]) for each in _MAY_BECOME[known.vacancy.status]]
    return visit.show("roles/status.html", **_begun(known, visit), choices=choices)


# -- who may see it ----------------------------------------------------------------------------------------------------


@router.get("/{vacancy_id}/audience")
def ask_audience(vacancy_id: Id, visit: Visit) -> Response:
    """Ask who may see a role, and whose it is."""
    return _ask_audience(vacancy_id, visit)


@router.post("/{vacancy_id}/audience")
def change_audience(vacancy_id: Id, visit: Visit) -> Response:
    """Change who may see a role, or whose it is."""
    form = visit.form()
    visibility = form.choice("visibility", Visibility, needed="Choose who may see it.")
    owner_id, team_id = form.text("owner_id", most=64) or None, form.text("team_id", most=64) or None
    try:
        form.done()
        actions.change_audience(
            vacancy_id=vacancy_id,
            audience=Audience(visibility=visibility, owner_id=owner_id, team_id=team_id),
            version=form.version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        says = {"owner_id": ("owner_id", "The person who keeps it"), "team_id": ("team_id", "The team")}
        return _ask_audience(vacancy_id, visit.again(refused, says=says))
    return visit.go(f"/roles/{vacancy_id}", done="role-shared")


def _ask_audience(vacancy_id: str, visit: SignedInVisit) -> Response:
    visit.need(Permission.VACANCIES_WRITE)
    known = actions.read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    if not actions.decides_who_sees(visit.by, known.vacancy):
        raise NotPermitted("Only the owner of this role or a leader of its team decides who sees it.")
    teams = visit.reading.organisations.team_names()
    return visit.show(
        "roles/audience.html",
        **_begun(known, visit),
        choices=_audiences(known.vacancy, teams),
        keepers=[
            (user.id, f"{user.name}, {teams.get(next(iter(user.team_ids), ''), 'no team')}")
            for user in actions.keepers(by=visit.by, store=visit.reading)
        ],
        teams=[("", "The team of who keeps it"), *sorted(teams.items(), key=lambda each: each[1].casefold())],
    )


def _audiences(vacancy: VacancyRow, teams: Mapping[str, str]) -> list[tuple[str, str, str]]:
    hints = {
        Visibility.OWN_CASELOAD: "Only who keeps it sees it.",
        Visibility.TEAM: f"Now: {team}." if (team := teams.get(vacancy.team_id or "")) else "The team of who keeps it.",
        Visibility.ORGANISATION: "All who read roles here see it.",
    }
    words = {Visibility.OWN_CASELOAD.value: "Only who keeps it", Visibility.TEAM.value: "One team"}
    return [(value, words.get(value, text), hints[Visibility(value)]) for value, text in options(Visibility)]


# -- how it came to be what it is --------------------------------------------------------------------------------------

_BECAUSE: Mapping[Because, str] = {
    Because.LOGGED: "The role was logged",
    Because.CARVED: "It was made of tasks of other roles",
    Because.IMPORTED: "It came from another system",
    Because.FACTS: "Something was learnt",
    Because.TAKEN_BACK: "A mistake was taken back",
    Because.CONFIRMED: "Somebody said it is still there",
    Because.UNCONFIRMED: "Nobody had said for too long that it is there",
    Because.PAUSED: "It was paused",
    Because.FILLED: "It was filled",
    Because.CLOSED: "It was closed",
    Because.REOPENED: "It was opened again",
    Because.SHARED: "Who may see it was changed",
    Because.RENAMED: "The employer has a new name",
}


@router.get("/{vacancy_id}/versions")
def versions(vacancy_id: Id, visit: Visit) -> Response:
    """How a role came to be what it is, the latest change first."""
    known = actions.read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    before = visit.asked("before", most=9)
    last = int(before) - 1 if before.isascii() and before.isdecimal() else known.vacancy.version
    # One more than is shown, to say what the first of them changed.
    first = max(last - ON_A_PAGE, 0)
    page = actions.versions(
        vacancy_id=vacancy_id, after=max(first - 1, 0), limit=ON_A_PAGE + 1, by=visit.by, store=visit.reading
    )
    found = [each for each in page.items if each.version <= last]
    names = names_of(user_ids={each.written_by for each in found}, store=visit.reading)
    documents = {each.version: each.document for each in found}
    return visit.show(
        "roles/versions.html",
        **_begun(known, visit),
        versions=[
            {
                "number": each.version,
                "why": _BECAUSE[Because(each.because)],
                "at": each.written_at,
                "by": names.get(each.written_by),
                "changed": [called(name) for name, _, _ in changes(documents.get(each.version - 1, {}), each.document)]
                if each.version > 1
                else [],
            }
            for each in reversed(found)
            if each.version > first
        ],
        earlier=first + 1 if first > 0 else 0,
    )


@router.get("/{vacancy_id}/versions/{version}")
def version(
    vacancy_id: Id, version: Annotated[str, Path(pattern=r"^[0-9]{1,9}$", max_length=9)], visit: Visit
) -> Response:
    """A role as it stood, and what was changed then."""
    known = actions.read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    number = int(version)
    then = actions.read_version(vacancy_id=vacancy_id, version=number, by=visit.by, store=visit.reading)
    before: Mapping[str, Any] = {}
    if number > 1:
        earlier = actions.read_version(vacancy_id=vacancy_id, version=number - 1, by=visit.by, store=visit.reading)
        before = earlier.document
    return visit.show(
        "roles/version.html",
        **_begun(known, visit),
        then=then,
        why=_BECAUSE[Because(then.because)],
        by=names_of(user_ids=[then.written_by], store=visit.reading).get(then.written_by),
        changes=[(called(name), *said) for name, *said in changes(before, then.document)] if before else [],
        stood=[
            *((called(name), says(name, then.document[name])) for name in ("status", "source", "visibility")),
            *((words, said) for _, words, said in lines(then.document)),
        ],
    )
