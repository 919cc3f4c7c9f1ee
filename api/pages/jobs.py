"""Pages on jobs that somebody started: recorded, followed up, paid, ended, and what they reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.job_choice import Chosen, JobChoice, chosen_job, employer_names, job_choice, role_if_told
from api.pages.labels import labelled, options
from api.pages.person import Person, person_of
from api.pages.route import PageRoute
from api.pages.typed import FormReader, Typed, given
from api.pages.visit import SignedInVisit, Visit
from api.pages.words import day
from matching.actions import outcomes, placements, tasters
from matching.actions.my_day import next_check_in
from matching.actions.placements import CheckInDetails, End, JobTerms, Pay, PlacementView, Start
from matching.actions.profiles import open_profile
from matching.errors import Conflict, Invalid, NotFound
from matching.model.placement import EarningsSource, LeavingReason, OutcomeState, WhoSays
from matching.permissions import check_can_write_participant
from matching.store.tables import CheckIn, EarningsRow, PlacementRow
from matching.taxonomy import AdjustmentGroup, load_catalogue

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_AT_ONCE = 100
_MOST_PAY, _MOST_HOURLY = 1_000_000, 1_000

#: How somebody finds their job, in their own view; kept as 1 to 5, and never shown as a number.
HAPPY = ("Very unhappy", "Unhappy", "In between", "Happy", "Very happy")
_NOT_SAID = "unknown"


# All of a person


@router.get("/participants/{participant_id}/jobs")
def of_participant(participant_id: Id, visit: Visit) -> Response:
    """Show a person's jobs and tasters, the newest first, and what was reached."""
    person = person_of(visit, participant_id)
    jobs = _all_jobs(visit, participant_id)
    tried = _all_tasters(visit, participant_id)
    told = outcomes.read_outcomes(participant_id=participant_id, by=visit.by, at=visit.at, store=visit.writing)
    titles = {each.id: each.job_title for each in jobs}
    last = {each.placement_id: each.on for each in visit.writing.placements.check_ins(list(titles))}
    return visit.show(
        "jobs/list.html",
        person=person,
        jobs=jobs,
        tasters=tried,
        employers=employer_names(visit, {each.employer_id for each in (*jobs, *tried)}),
        reached=[each for each in told if each.state is OutcomeState.REACHED],
        ahead=[each for each in told if each.state is not OutcomeState.REACHED],
        titles=titles,
        several=len(jobs) > 1,
        due={each.id: _due_words(visit, each, last.get(each.id)) for each in jobs},
    )


def _due_words(visit: SignedInVisit, job: PlacementRow, last_on: date | None) -> str:
    """When the next check-in is due; nothing once a job has ended."""
    if job.ended_on is not None:
        return ""
    due_on = next_check_in(started_on=job.started_on, last_on=last_on)
    if due_on < visit.today:
        return f"A check-in was due on {day(due_on)}. Have a talk about how it goes."
    return f"The next check-in is due {'today' if due_on == visit.today else f'by {day(due_on)}'}."


def _all_jobs(visit: SignedInVisit, participant_id: str) -> list[PlacementRow]:
    found: list[PlacementRow] = []
    after: str | None = None
    while True:
        page = placements.placements_of(
            participant_id=participant_id, after=after, limit=_AT_ONCE, by=visit.by, at=visit.at, store=visit.writing
        )
        found += page.items
        after = page.next_after
        if after is None:
            return sorted(found, key=lambda each: (each.started_on, each.id), reverse=True)


def _all_tasters(visit: SignedInVisit, participant_id: str) -> list[Any]:
    found: list[Any] = []
    after: str | None = None
    while True:
        page = tasters.tasters_of(
            participant_id=participant_id, after=after, limit=_AT_ONCE, by=visit.by, at=visit.at, store=visit.writing
        )
        found += page.items
        after = page.next_after
        if after is None:
            return sorted(found, key=lambda each: (each.on, each.id), reverse=True)


# A start


@router.get("/participants/{participant_id}/jobs/new")
def ask_for_start(participant_id: Id, visit: Visit) -> Response:
    """Ask what is known of a job that somebody started."""
    return _start_form(participant_id, visit)


@router.post("/participants/{participant_id}/jobs/new")
def start(participant_id: Id, visit: Visit) -> Response:
    """Record that a person started a job."""
    try:
        form, choice = visit.form(), job_choice(visit, participant_id, besides=[visit.typed.get("job")])
        chosen = chosen_job(form, choice)
        terms = _terms(visit, form, title_needed=chosen.vacancy_id is None)
        started = placements.start_placement(
            start=_start(participant_id, chosen, terms), by=visit.by, at=visit.at, store=visit.writing
        )
    except (Invalid, Conflict) as refused:
        return _start_form(participant_id, visit.again(refused, says=_SAYS))
    return visit.go(f"/jobs/{started.placement.id}", done="job-recorded")


def _start(participant_id: str, chosen: Chosen, terms: JobTerms) -> Start:
    return Start(
        participant_id=participant_id, terms=terms, vacancy_id=chosen.vacancy_id, employer_id=chosen.employer_id
    )


def _start_form(participant_id: str, visit: SignedInVisit) -> Response:
    person = person_of(visit, participant_id)
    check_can_write_participant(visit.by, person.row)
    asked = visit.asked("role", most=100) or visit.typed.get("job")
    choice = job_choice(visit, participant_id, besides=[asked])
    return _terms_form(visit, person, choice=choice, role=asked if asked in choice.ids else "")


# One job


@router.get("/jobs/{placement_id}")
def show(placement_id: Id, visit: Visit) -> Response:
    """Show a job with its check-ins and its pay."""
    view = _read(placement_id, visit)
    placement = view.placement
    told = outcomes.read_outcomes(
        participant_id=placement.participant_id, by=visit.by, at=visit.at, store=visit.writing
    )
    return visit.show(
        "jobs/show.html",
        person=_person(visit, placement.participant_id),
        job=placement,
        employer=employer_names(visit, {placement.employer_id})[placement.employer_id],
        role=role_if_told(visit, placement.vacancy_id),
        check_ins=view.check_ins[::-1],
        pay=view.earnings[::-1],
        total=sum(each.gross_pence for each in view.earnings),
        adjustments=[load_catalogue().adjustment(slug).label for slug in placement.adjustments_agreed],
        outcomes=[each for each in told if each.placement_id == placement.id],
        reason=labelled(LeavingReason, placement.end_reason) if placement.end_reason else "",
        happy=HAPPY,
        due=_due_words(visit, placement, max((each.on for each in view.check_ins), default=None)),
    )


@router.get("/jobs/{placement_id}/change")
def ask_for_correction(placement_id: Id, visit: Visit) -> Response:
    """Ask what was recorded wrongly of a start."""
    return _correct_form(placement_id, visit)


@router.post("/jobs/{placement_id}/change")
def correct(placement_id: Id, visit: Visit) -> Response:
    """Correct what was recorded of a start."""
    try:
        form = visit.form()
        placements.correct_placement(
            placement_id=placement_id,
            terms=_terms(visit, form, title_needed=True),
            version=form.version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _correct_form(placement_id, visit.again(refused, says=_SAYS))
    return visit.go(f"/jobs/{placement_id}", done="job-corrected")


def _correct_form(placement_id: str, visit: SignedInVisit) -> Response:
    job, person = _writable(placement_id, visit)
    return _terms_form(visit, person, job=job)


# The end


@router.get("/jobs/{placement_id}/end")
def ask_for_end(placement_id: Id, visit: Visit) -> Response:
    """Ask how a job ended."""
    return _end_form(placement_id, visit)


@router.post("/jobs/{placement_id}/end")
def end(placement_id: Id, visit: Visit) -> Response:
    """Record how a job ended, or correct that."""
    try:
        placements.end_placement(
            placement_id=placement_id,
            end=_end(visit),
            version=visit.form().version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _end_form(placement_id, visit.again(refused, says=_SAYS))
    return visit.go(f"/jobs/{placement_id}", done="job-ended")


@router.post("/jobs/{placement_id}/end/take-back")
def take_back_end(placement_id: Id, visit: Visit) -> Response:
    """Take back an end that was a mistake."""
    placements.take_back_end(
        placement_id=placement_id, version=visit.form().version(), by=visit.by, at=visit.at, store=visit.writing
    )
    return visit.go(f"/jobs/{placement_id}", done="job-end-taken-back")


def _end(visit: SignedInVisit) -> End:
    form = visit.form()
    ended_on = form.day("ended_on", needed="Enter the last day in the job.", what="The last day")
    reason = form.choice("reason", LeavingReason, needed="Choose why the job ended. Not known is an answer too.")
    said_by = form.choice("said_by", WhoSays, needed="Choose who says so.")
    words = form.long_text("words")
    form.done()
    return End(
        ended_on=given(ended_on),
        reason=given(reason),
        said_by=given(said_by),
        words=words,
    )


def _end_form(placement_id: str, visit: SignedInVisit) -> Response:
    job, person = _writable(placement_id, visit)
    return visit.show("jobs/end.html", person=person, job=job, reasons=options(LeavingReason), who=options(WhoSays))


# Check-ins


@router.get("/jobs/{placement_id}/check-ins/new")
def ask_for_check_in(placement_id: Id, visit: Visit) -> Response:
    """Ask how the job goes."""
    return _check_in_form(placement_id, visit)


@router.post("/jobs/{placement_id}/check-ins/new")
def add_check_in(placement_id: Id, visit: Visit) -> Response:
    """Record a talk about how the job goes."""
    try:
        placements.add_check_in(
            placement_id=placement_id, details=_check_in(visit), by=visit.by, at=visit.at, store=visit.writing
        )
    except (Invalid, Conflict) as refused:
        return _check_in_form(placement_id, visit.again(refused, says=_SAYS))
    return visit.go(f"/jobs/{placement_id}", done="check-in-added")


@router.get("/jobs/{placement_id}/check-ins/{check_in_id}")
def ask_for_check_in_again(placement_id: Id, check_in_id: Id, visit: Visit) -> Response:
    """Show a check-in, to correct it."""
    return _check_in_form(placement_id, visit, check_in_id)


@router.post("/jobs/{placement_id}/check-ins/{check_in_id}")
def correct_check_in(placement_id: Id, check_in_id: Id, visit: Visit) -> Response:
    """Correct a check-in."""
    try:
        placements.correct_check_in(
            placement_id=placement_id,
            check_in_id=check_in_id,
            details=_check_in(visit),
            version=visit.form().version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _check_in_form(placement_id, visit.again(refused, says=_SAYS), check_in_id)
    return visit.go(f"/jobs/{placement_id}", done="check-in-corrected")


def _check_in(visit: SignedInVisit) -> CheckInDetails:
    form = visit.form()
    on = form.day("on", needed="Enter the day you talked.", what="The day")
    still = form.yes_no("still_in_work", needed="Choose whether they are still in this job.")
    happy = form.one_of("satisfaction", [*map(str, range(1, len(HAPPY) + 1)), _NOT_SAID])
    notes = form.long_text("notes")
    form.done()
    return CheckInDetails(
        on=given(on),
        still_in_work=bool(still),
        satisfaction=int(happy) if happy.isdecimal() else None,
        notes=notes,
    )


def _check_in_form(placement_id: str, visit: SignedInVisit, check_in_id: str | None = None) -> Response:
    view = _read(placement_id, visit)
    person = _person(visit, view.placement.participant_id)
    check_can_write_participant(visit.by, person.row)
    known = None if check_in_id is None else _one(view.check_ins, check_in_id, "check-in")
    choices = [(str(place), words) for place, words in reversed(list(enumerate(HAPPY, start=1)))]
    return visit.show(
        "jobs/check_in.html",
        person=person,
        job=view.placement,
        check_in=known,
        happy=[*choices, (_NOT_SAID, "They did not say")],
    )


# Pay


@router.get("/jobs/{placement_id}/pay/new")
def ask_for_pay(placement_id: Id, visit: Visit) -> Response:
    """Ask what was earned."""
    return _pay_form(placement_id, visit)


@router.post("/jobs/{placement_id}/pay/new")
def add_pay(placement_id: Id, visit: Visit) -> Response:
    """Record pay for some days."""
    try:
        placements.add_earnings(
            placement_id=placement_id, pay=_pay(visit), by=visit.by, at=visit.at, store=visit.writing
        )
    except (Invalid, Conflict) as refused:
        return _pay_form(placement_id, visit.again(refused, says=_SAYS))
    return visit.go(f"/jobs/{placement_id}", done="pay-added")


@router.get("/jobs/{placement_id}/pay/{earnings_id}")
def ask_for_pay_again(placement_id: Id, earnings_id: Id, visit: Visit) -> Response:
    """Show pay that was recorded, to correct it."""
    return _pay_form(placement_id, visit, earnings_id)


@router.post("/jobs/{placement_id}/pay/{earnings_id}")
def correct_pay(placement_id: Id, earnings_id: Id, visit: Visit) -> Response:
    """Correct pay that was recorded."""
    try:
        placements.correct_earnings(
            placement_id=placement_id,
            earnings_id=earnings_id,
            pay=_pay(visit),
            version=visit.form().version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _pay_form(placement_id, visit.again(refused, says=_SAYS), earnings_id)
    return visit.go(f"/jobs/{placement_id}", done="pay-corrected")


@router.post("/jobs/{placement_id}/pay/{earnings_id}/remove")
def remove_pay(placement_id: Id, earnings_id: Id, visit: Visit) -> Response:
    """Take away a record of pay that should not have been made."""
    try:
        placements.remove_earnings(
            placement_id=placement_id,
            earnings_id=earnings_id,
            version=visit.form().version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except Conflict as refused:
        return _pay_form(placement_id, replace(visit.again(refused), typed=Typed()), earnings_id)
    return visit.go(f"/jobs/{placement_id}", done="pay-removed")


def _pay(visit: SignedInVisit) -> Pay:
    form = visit.form()
    from_on = form.day("from_on", needed="Enter the first day.", what="The first day")
    to_on = form.day("to_on", needed="Enter the last day.", what="The last day")
    pounds = form.number("gross", most=_MOST_PAY, needed="Enter the pay in pounds.", what="The pay")
    source = form.choice("source", EarningsSource, needed="Choose what shows the pay.")
    verified = form.yes_no("verified")
    form.done()
    return Pay(
        from_on=given(from_on),
        to_on=given(to_on),
        gross_pence=round((pounds or 0) * 100),
        source=given(source),
        verified=bool(verified),
    )


def _pay_form(placement_id: str, visit: SignedInVisit, earnings_id: str | None = None) -> Response:
    view = _read(placement_id, visit)
    person = _person(visit, view.placement.participant_id)
    check_can_write_participant(visit.by, person.row)
    known = None if earnings_id is None else _one(view.earnings, earnings_id, "record of pay")
    # The days after those that are recorded already are the likeliest to come next.
    last = max((each.to_on for each in view.earnings), default=None)
    begins = last + timedelta(days=1) if last is not None else view.placement.started_on
    return visit.show(
        "jobs/pay.html",
        person=person,
        job=view.placement,
        known=known,
        begins=begins,
        sources=options(EarningsSource),
    )


# What the forms share

_SAYS = {
    "started_on": ("started_on", "The start day"),
    "job_title": ("job_title", "The job title"),
    "adjustments_agreed": ("adjustments", "One of the adjustments"),
    "employer_id": ("employer", "The employer"),
    "vacancy_id": ("job", "The role"),
    "ended_on": ("ended_on", "The last day"),
    "on": ("on", "The day"),
    "from_on": ("from_on", "The first day"),
    "to_on": ("to_on", "The last day"),
}


def _terms(visit: SignedInVisit, form: FormReader, *, title_needed: bool) -> JobTerms:
    title = form.text("job_title", needed="Enter the job title." if title_needed else "")
    started_on = form.day("started_on", needed="Enter the day the job started.", what="The start day")
    hours = form.number("hours_week", least=0.5, most=168, what="The hours")
    hourly = form.number("hourly", most=_MOST_HOURLY, what="The pay by the hour")
    permanent = form.yes_no("permanent")
    agreed = form.any_of("adjustments", [each.slug for each in load_catalogue().adjustments])
    support = form.day("support_plan_on", what="The day of the plan")
    advice = form.day("benefits_advice_on", what="The day of the advice")
    form.done()
    return JobTerms(
        job_title=title or None,
        started_on=given(started_on),
        hours_week=hours,
        hourly_pence=None if hourly is None else round(hourly * 100),
        permanent=permanent,
        adjustments_agreed=agreed,
        support_plan_on=support,
        benefits_advice_on=advice,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustments:
    """The adjustments of the form: what the person needs first, then all others by their kind."""

    needed: list[tuple[str, str]]
    groups: list[tuple[AdjustmentGroup, list[tuple[str, str]]]]


def _adjustments(visit: SignedInVisit, person: Person, agreed: tuple[str, ...]) -> Adjustments:
    profile = open_profile(visit.reading, person.row)
    wanted = [slug for need in profile.adjustments for slug in need.slugs] if profile is not None else []
    catalogue = load_catalogue()
    shown = [each for each in catalogue.adjustments if not each.replaced_by or each.slug in agreed]
    first = list(dict.fromkeys([*wanted, *agreed]))
    others = [each for each in shown if each.slug not in first]
    return Adjustments(
        needed=[(slug, _capital(catalogue.adjustment(slug).label)) for slug in first],
        groups=[
            (group, [(each.slug, _capital(each.label)) for each in some])
            for group, some in groupby(others, key=lambda each: each.group)
        ],
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _terms_form(
    visit: SignedInVisit,
    person: Person,
    *,
    job: PlacementRow | None = None,
    choice: JobChoice | None = None,
    role: str = "",
) -> Response:
    agreed = tuple(job.adjustments_agreed) if job is not None else ()
    return visit.show(
        "jobs/form.html",
        person=person,
        job=job,
        choice=choice,
        role=role,
        adjustments=_adjustments(visit, person, (*agreed, *visit.typed.all("adjustments"))),
        agreed=agreed,
    )


def _read(placement_id: str, visit: SignedInVisit) -> PlacementView:
    return placements.read_placement(placement_id=placement_id, by=visit.by, at=visit.at, store=visit.writing)


def _writable(placement_id: str, visit: SignedInVisit) -> tuple[PlacementRow, Person]:
    job = _read(placement_id, visit).placement
    person = _person(visit, job.participant_id)
    check_can_write_participant(visit.by, person.row)
    return job, person


def _person(visit: SignedInVisit, participant_id: str) -> Person:
    """Whose job it is, with the place of their jobs marked among their pages."""
    return replace(person_of(visit, participant_id), path=f"/participants/{participant_id}/jobs/")


def _one(rows: tuple[CheckIn, ...] | tuple[EarningsRow, ...], row_id: str, noun: str) -> CheckIn | EarningsRow:
    for row in rows:
        if row.id == row_id:
            return row
    raise NotFound(f"There is no such {noun}.")
