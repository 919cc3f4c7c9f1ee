"""A list on paper: the easy-read sheet to talk over with the person, and the print view for their specialist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.easy_words import Line, Said, said_of
from api.pages.entries import in_words
from api.pages.paper import NoPaper, is_ready, pdf_answer, pdf_of
from api.pages.person import Person, person_from, person_of
from api.pages.rendering import rendered
from api.pages.role_words import days_words, tag_words
from api.pages.route import PageRoute
from api.pages.visit import SignedInVisit, Visit
from api.pages.words import clock, money, number
from matching.actions.profiles import open_profile
from matching.actions.sheets import KnownThen, ListedRole, ListOnPaper, known_then, note_paper, read_list_for_paper
from matching.actions.shortlists import find_shortlists
from matching.model.finding import Asked, Verdict
from matching.model.shortlist import Band, Choice
from matching.model.work import Day

router = APIRouter(route_class=PageRoute, include_in_schema=False)

#: As many roles as one talk bears, and as many as a sheet takes.
FIRST_ROLES: Final = 3
MOST_ROLES: Final = 10
_MOST_TASKS: Final = 4
_MOST_SHIFTS: Final = 3
_MOST_QUESTIONS: Final = 5
_BENEFIT: Final = "benefit"
_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleOnSheet:
    """A role in easy read: what the job is, what speaks for it and against it, and what nobody knows."""

    role: ListedRole
    about: tuple[Line, ...]
    said: Said
    may_change_benefits: bool
    has_changed: bool

    @property
    def title(self) -> str:
        """The title of the job."""
        return self.role.arranged.vacancy.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The roles on a sheet, those that could be, and whose employers are named although they were told in trust."""

    roles: tuple[RoleOnSheet, ...]
    choosable: Sequence[ListedRole]
    named: frozenset[str]

    @property
    def may_change_benefits(self) -> bool:
        """Whether the pay of any role must be talked over with a benefits adviser."""
        return any(each.may_change_benefits for each in self.roles)

    @property
    def ids(self) -> list[str]:
        """The roles on the sheet, by id."""
        return [each.role.id for each in self.roles]

    @property
    def query(self) -> str:
        """What an address says to show the same sheet."""
        said = [*(f"role={each}" for each in self.ids), *(f"name={each}" for each in sorted(self.named))]
        return f"?{'&'.join(said)}" if said else ""


# The easy-read sheet


@router.get("/participants/{participant_id}/sheet")
def latest(participant_id: Id, visit: Visit) -> Response:
    """Go to the sheet of the latest list; say what to do where there is none."""
    person = person_of(visit, participant_id)
    found, after = None, None
    while True:
        page = find_shortlists(participant_id=participant_id, after=after, limit=_AT_ONCE, **visit.stores())
        found = page.items[-1] if page.items else found
        after = page.next_after
        if after is None:
            break
    if found is None:
        return visit.show("sheets/none.html", person=person)
    return visit.go(f"/lists/{found.id}/sheet")


@router.get("/lists/{shortlist_id}/sheet")
def show_sheet(shortlist_id: Id, visit: Visit) -> Response:
    """Show the sheet, with which roles are on it."""
    paper = _read(shortlist_id, visit)
    known = _sheet_known(visit, paper)
    _note(visit, paper, known["sheet"].ids)
    return visit.show("sheets/sheet.html", **known, has_pdf=is_ready())


@router.get("/lists/{shortlist_id}/sheet.pdf")
def sheet_as_pdf(shortlist_id: Id, visit: Visit) -> Response:
    """The same sheet as PDF."""
    paper = _read(shortlist_id, visit)
    known = _sheet_known(visit, paper)
    return _as_pdf(
        visit, paper, _Paper(template="sheets/sheet_paper.html", known=known, vacancy_ids=known["sheet"].ids)
    )


def _sheet_known(visit: SignedInVisit, paper: ListOnPaper) -> dict[str, Any]:
    return {
        "person": _person(visit, paper),
        "wants": _wants(visit, paper),
        "shortlist": paper.view.row,
        "sheet": _sheet(visit, paper),
    }


def _sheet(visit: SignedInVisit, paper: ListOnPaper) -> Sheet:
    asked = visit.request.query_params
    wanted, named = set(asked.getlist("role")), frozenset(asked.getlist("name"))
    chosen = [each for each in paper.roles if each.id in wanted][:MOST_ROLES]
    roles = chosen or [each for each in paper.roles if each.is_open and each.choice is not Choice.NOT_NOW][:FIRST_ROLES]
    named &= {each.id for each in roles if each.is_confided}
    return Sheet(
        roles=tuple(_role(each, visit, paper, is_named=not each.is_confided or each.id in named) for each in roles),
        choosable=paper.roles,
        named=named,
    )


def _role(role: ListedRole, visit: SignedInVisit, paper: ListOnPaper, *, is_named: bool) -> RoleOnSheet:
    known = known_then(role, view=paper.view, store=visit.reading)
    about = _about(role, known, is_named=is_named)
    said = said_of(role.entry.get("findings", ()), not_known=[_asked(each) for each in about if not each.says])
    return RoleOnSheet(
        role=role,
        about=tuple(each for each in about if each.says and each.word not in said.settled),  # nothing is said twice
        said=said,
        may_change_benefits=any(each["kind"] == _BENEFIT for each in role.entry.get("flags", ())),
        has_changed=known.has_changed,
    )


def _wants(visit: SignedInVisit, paper: ListOnPaper) -> list[str]:
    """What the person wants, in their own words, as the list was drawn from it or as it is said now."""
    profile = open_profile(visit.reading, paper.view.participant)
    return [each.label for each in profile.wanted_work][:FIRST_ROLES] if profile is not None else []


# What the job is


def _about(role: ListedRole, known: KnownThen, *, is_named: bool) -> list[Line]:
    """What is known of a job, a line each; what nobody knows has a line without words."""
    document = known.document
    who = role.arranged.employer.name if is_named else "We can tell you the name later."
    lines = [
        _tasks(document),
        Line(picture="building", word="Who it is", says=(who,), theirs=is_named),
        _where(document, known, is_named=is_named),
        _when(document),
        _hours(document),
        _pay(document),
        _how_long(document),
    ]
    return [each for each in lines if each is not None]


#: What is said of what nobody knows, by the word that a finding on it would have.
_NOT_KNOWN: Mapping[str, tuple[str, str]] = {
    "What you do": ("Tasks", "We do not know the tasks yet."),
    "Where": ("Getting there", "We do not know yet where the job is."),
    "When": ("Days and times", "We do not know the days and times yet."),
    "Hours": ("Hours", "We do not know the hours yet."),
    "Pay": ("Pay", "We do not know the pay yet."),
}


def _asked(line: Line) -> Line:
    word, says = _NOT_KNOWN[line.word]
    return replace(line, word=word, says=(says,))


def _tasks(document: Mapping[str, Any]) -> Line:
    tasks = document.get("tasks") or [tag_words(each) for each in document.get("task_tags") or ()]
    if not tasks:
        return Line(picture="tasks", word="What you do", says=())
    return Line(picture="tasks", word="What you do", says=tuple(map(str, tasks[:_MOST_TASKS])), theirs=True)


_AT_HOME: Mapping[str, tuple[str, ...]] = {
    "some": ("You work at home some of the time.",),
    "mostly": ("You work at home most of the time.",),
    "only": ("You work at home.",),
}


def _where(document: Mapping[str, Any], known: KnownThen, *, is_named: bool) -> Line | None:
    location = document.get("location") or {}
    at_home = _AT_HOME.get(location.get("remote", ""), ())
    if location.get("remote") == "only":
        return Line(picture="home", word="Where", says=at_home)
    if not is_named:  # a place can give the name away
        return Line(picture="home", word="Where", says=at_home) if at_home else None
    place = ", ".join(
        each for each in (known.workplace.name if known.workplace else "", location.get("postcode")) if each
    )
    if not place:
        return Line(picture="place", word="Where", says=())
    return Line(picture="place", word="Where", says=(place, *at_home), theirs=True)


def _when(document: Mapping[str, Any]) -> Line:
    pattern = document.get("pattern") or {}
    shifts = pattern.get("shifts") or ()
    if not shifts:
        return Line(picture="calendar", word="When", says=())
    says = [_shift(each) for each in shifts[:_MOST_SHIFTS]]
    if len(shifts) > _MOST_SHIFTS:
        says.append("And other times.")
    match pattern.get("kind"):
        case "rota":
            says.append("You work some of these times. It can change.")
        case "flexible":
            says.append("You can choose when, between these times.")
    return Line(picture="calendar", word="When", says=tuple(says))


def _shift(shift: Mapping[str, Any]) -> str:
    starts, ends = str(shift["from"]), str(shift["to"])
    days = days_words([Day(each) for each in shift["days"]])
    return f"{days}: {clock(starts)} to {clock(ends)}{' the next day' if ends <= starts else ''}."


def _hours(document: Mapping[str, Any]) -> Line:
    hours = document.get("hours") or {}
    least, most = hours.get("min"), hours.get("max")
    if least is None and most is None:
        return Line(picture="clock", word="Hours", says=())
    if least is None or most is None:
        said = f"Up to {number(most)} hours" if least is None else f"{number(least)} hours or more"
    else:
        said = f"{number(least)} hours" if least == most else f"{number(least)} to {number(most)} hours"
    return Line(picture="clock", word="Hours", says=(f"{said} each week.",))


def _pay(document: Mapping[str, Any]) -> Line:
    pay = document.get("pay") or {}
    if pay.get("hourly") is not None:
        return Line(picture="pound", word="Pay", says=(f"{money(pay['hourly'])} for each hour.",))
    if pay.get("annual") is not None:
        return Line(picture="pound", word="Pay", says=(f"{money(pay['annual'])} each year.",))
    return Line(picture="pound", word="Pay", says=())


_HOW_LONG: Mapping[str, tuple[str, ...]] = {
    "permanent": ("The job does not have an end date.",),
    "fixed_term": ("The job has an end date.",),
    "temporary": ("The job is for a short time.",),
    "seasonal": ("The job is for part of the year.",),
    "zero_hours": ("The hours change.", "Some weeks there may be no work and no pay."),
    "apprenticeship": ("You work and learn.", "It is called an apprenticeship."),
}


def _how_long(document: Mapping[str, Any]) -> Line | None:
    contract = str(document.get("contract"))
    return Line(picture="end", word="How long", says=_HOW_LONG[contract]) if contract in _HOW_LONG else None


# The print view


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """The questions that would change most, and how many more there are."""

    first: Sequence[str]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleInPrint:
    """A role of the list as its specialist takes it along."""

    role: ListedRole
    band: Band | None
    why: Sequence[str]
    concerns: Sequence[str]
    of_employer: Asks
    of_person: Asks
    flags: Sequence[str]
    is_ruled_out: bool


@router.get("/lists/{shortlist_id}/print")
def show_print(shortlist_id: Id, visit: Visit) -> Response:
    """Show a list to be printed: each role with why, what speaks against it and what to ask."""
    paper = _read(shortlist_id, visit)
    _note(visit, paper, [each.id for each in paper.roles])
    return visit.show("sheets/print.html", **_print_known(visit, paper), has_pdf=is_ready())


@router.get("/lists/{shortlist_id}/print.pdf")
def print_as_pdf(shortlist_id: Id, visit: Visit) -> Response:
    """The same list as PDF."""
    paper = _read(shortlist_id, visit)
    known, ids = _print_known(visit, paper), [each.id for each in paper.roles]
    return _as_pdf(visit, paper, _Paper(template="sheets/print_paper.html", known=known, vacancy_ids=ids))


def _print_known(visit: SignedInVisit, paper: ListOnPaper) -> dict[str, Any]:
    return {
        "person": _person(visit, paper),
        "shortlist": paper.view.row,
        "withheld": paper.view.withheld,
        "roles": [_in_print(each) for each in paper.roles],
    }


def _in_print(role: ListedRole) -> RoleInPrint:
    entry = role.entry
    findings = entry.get("findings", ())
    against = [each["sentence"] for each in findings if each.get("verdict", Verdict.CONFLICT) == Verdict.CONFLICT]
    return RoleInPrint(
        role=role,
        band=Band(entry["band"]) if entry.get("band") else None,
        why=[in_words(each) for each in entry.get("why", ())],
        concerns=[in_words(each) for each in entry.get("concerns", against)],
        of_employer=_asks(entry.get("questions", ()), Asked.EMPLOYER),
        of_person=_asks(entry.get("questions", ()), Asked.PARTICIPANT),
        flags=_flags(entry.get("flags", ())),
        is_ruled_out=bool(entry) and entry.get("position") is None,
    )


def _flags(flags: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is good to know; of the benefits only that they must be talked over, since the list says which."""
    found = [each["sentence"] for each in flags if each["kind"] != _BENEFIT]
    if len(found) < len(flags):
        found.append("The pay may pass a limit of benefits. Ask a benefits adviser first.")
    return found


def _asks(questions: Iterable[Mapping[str, Any]], asked: Asked) -> Asks:
    said = [each["ask"] for each in questions if each["of"] == asked]
    return Asks(first=said[:_MOST_QUESTIONS], more=len(said[_MOST_QUESTIONS:]))


# What both share


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    """What is put on paper, and which roles stand there."""

    template: str
    known: Mapping[str, Any]
    vacancy_ids: Sequence[str]

    @property
    def page(self) -> str:
        """The last part of the address of the same as a page."""
        return "sheet" if "sheet" in self.known else "print"

    @property
    def name(self) -> str:
        """What the file is called: what it is, and never of whom."""
        return {"sheet": "jobs-to-talk-about", "print": "shortlist"}[self.page]


def _read(shortlist_id: str, visit: SignedInVisit) -> ListOnPaper:
    return read_list_for_paper(shortlist_id=shortlist_id, by=visit.by, reading=visit.reading)


def _note(visit: SignedInVisit, paper: ListOnPaper, vacancy_ids: Sequence[str], *, is_file: bool = False) -> None:
    note_paper(paper, vacancy_ids=vacancy_ids, is_file=is_file, by=visit.by, at=visit.at, store=visit.writing)


def _person(visit: SignedInVisit, paper: ListOnPaper) -> Person:
    return person_from(visit, paper.view.participant)


def _as_pdf(visit: SignedInVisit, paper: ListOnPaper, made: _Paper) -> Response:
    try:
        written = pdf_of(rendered(made.template, {"visit": visit, **made.known}))
    except NoPaper:
        return visit.show("sheets/no_pdf.html", status=404, instead=f"/lists/{paper.view.row.id}/{made.page}")
    _note(visit, paper, made.vacancy_ids, is_file=True)
    return pdf_answer(written, name=made.name)
