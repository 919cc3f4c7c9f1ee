"""Pages on answers: what an employer said to a question about a role, and for whom it changes something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.fact_fields import FactField, fact_field, label_of, read_fact, said, typed_of
from api.pages.route import PageRoute
from api.pages.typed import given
from api.pages.visit import SignedInVisit, Visit
from matching.actions import answers as actions
from matching.actions.answers import Answered, AnswerSource, Said
from matching.actions.facts import field_for_question
from matching.actions.questions import CallQuestion, ChangedVerdict, questions_about
from matching.actions.vacancies import KnownVacancy, read_known_vacancy
from matching.errors import Conflict, Invalid
from matching.model.fact import FactSource, Standing
from matching.model.finding import Verdict
from matching.model.people import Permission
from matching.model.sensory import SensorySource

router = APIRouter(prefix="/roles/{vacancy_id}", route_class=PageRoute, include_in_schema=False)

_SOURCES = [
    (AnswerSource.PHONE.value, "By phone"),
    (AnswerSource.VISIT.value, "On a visit"),
    (AnswerSource.EMAIL.value, "By email"),
]
#: What is one statement with what is known of it already: shown filled in, since only all of it together is an answer.
_ONE_STATEMENT = ("sensory.", "pattern", "requirements.")


@router.get("/answer")
def ask(vacancy_id: Id, visit: Visit) -> Response:
    """Ask what the employer said to a question, or first to which."""
    visit.need(Permission.VACANCIES_WRITE)
    return _page(vacancy_id, visit.asked("about", most=100), visit.asked("contact", most=64), visit)


@router.post("/answer")
def answer(vacancy_id: Id, visit: Visit) -> Response:
    """Take what the employer said into what is known of the role."""
    about, contact_id = visit.typed.get("about"), visit.typed.get("contact")
    try:
        taken = actions.answer_question(
            vacancy_id=vacancy_id,
            said=_said(vacancy_id, about, contact_id or None, visit),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
            pools=visit.pools,
        )
    except (Invalid, Conflict) as refused:
        return _page(vacancy_id, about, contact_id, visit.again(refused, says=_SAYS))
    return visit.go(f"/roles/{vacancy_id}/answers/{taken.answer.id}", done="answer-saved")


@router.get("/answers/{answer_id}")
def show(vacancy_id: Id, answer_id: Id, visit: Visit) -> Response:
    """Show an answer with whom it changes something for."""
    known = read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    answered = actions.read_answer(
        vacancy_id=vacancy_id, answer_id=answer_id, by=visit.by, at=visit.at, store=visit.writing, pools=visit.pools
    )
    field = field_for_question(answered.answer.about) or ""
    return visit.show(
        "answers/show.html",
        known=known,
        answered=answered,
        called=label_of(field),
        facts=_facts_of(answered, known, field),
        beside=answered.standing is Standing.BESIDE,
        changes=[(each, _changes(each.changes)) for each in answered.affected.people],
        others=_others(answered),
    )


_SAYS = {
    "about": ("", "This question"),
    "said_on": ("said_on", "The day"),
    "value": ("", "The answer"),
}


def _said(vacancy_id: str, about: str, contact_id: str | None, visit: SignedInVisit) -> Said:
    form, field = visit.form(), fact_field(field_for_question(about) or "")
    value = read_fact(form, field) if field is not None else None
    refused = form.one_of("refused", ("yes",)) == "yes"
    if field is not None and refused and value is not None:
        known = read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
        # What stood there already was not said now.
        if value != _known_value(field, known):
            form.refuse("refused", "Take this tick away, or take the answer away.")
        value = None
    elif field is not None and value is None and not refused:
        form.refuse(field.first_input, "Give the answer, or tick that they would rather not say.")
    source = form.choice("source", AnswerSource, needed="Choose how they told you.")
    said_on = form.day("said_on", needed="Enter the day on which they told you.", what="The day")
    note = form.long_text("note")
    form.done()
    return Said(
        about=about,
        value=value,
        refused=refused,
        source=given(source),
        said_on=given(said_on),
        contact_id=contact_id,
        note=note,
    )


def _page(vacancy_id: str, about: str, contact_id: str, visit: SignedInVisit) -> Response:
    known = read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    questions = questions_about(vacancy_id=vacancy_id, **visit.stores(), pools=visit.pools)
    shown: dict[str, Any] = {"known": known, "contact_id": contact_id}
    field = fact_field(field_for_question(about) or "")
    if field is None:
        return visit.show("answers/choose.html", **shown, questions=questions)
    question = next((each for each in questions if each.about == about), None)
    value = _known_value(field, known)
    return visit.show(
        "answers/form.html",
        **shown,
        about=about,
        field=field,
        question=question,
        heading=_heading(question, field),
        filled=typed_of(field, value) if field.field.startswith(_ONE_STATEMENT) else {},
        known_now=said(field.field, value) if value is not None else "",
        sources=_SOURCES,
    )


def _heading(question: CallQuestion | None, field: FactField) -> str:
    return question.ask if question is not None else field.ask or field.label


def _known_value(field: FactField, known: KnownVacancy) -> Any:
    """What is known of a field, as its form reads it; a level that only the kind of job suggests is not known."""
    value: Any = known.document
    # Slugs of adjustments hold dots of their own.
    for step in field.field.split(".", 1 if field.field.startswith("adjustments.") else -1):
        value = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(value, Mapping) and field.all_members:
        if value.get("source") == SensorySource.OCCUPATION_PRIOR:
            return None
        names = [member.field.rpartition(".")[2] for member in field.all_members]
        value = {name: value[name] for name in names if value.get(name) is not None} or None
    return value


# What it changed


def _facts_of(answered: Answered, known: KnownVacancy, field: str) -> list[tuple[str, str]]:
    """What was said, in words; nothing where the employer would rather not say."""
    answer = answered.answer
    if answer.refused:
        return []
    whole = fact_field(field)
    order = [each.field for each in whole.all_members] if whole is not None else []
    facts = [
        fact
        for fact in known.facts
        if (fact.field == field or fact.field.startswith(f"{field}."))
        and (fact.source, fact.observed_on) == (FactSource(answer.source), answer.said_on)
    ]
    facts.sort(key=lambda fact: order.index(fact.field) if fact.field in order else -1)
    return [(label_of(fact.field), said(fact.field, fact.value["value"])) for fact in facts]


def _changes(changes: Sequence[ChangedVerdict]) -> list[tuple[str, Verdict | None, Verdict | None]]:
    """Each verdict that turned, by what it is called; two parts that are called alike and turn alike are one."""
    told = [
        (_PARTS.get(each.about) or label_of(field_for_question(each.about) or each.about), each.before, each.after)
        for each in changes
    ]
    return list(dict.fromkeys(told))


#: Parts of a list's reasons that are called otherwise than the fact that answers them.
_PARTS = {
    "travel.minutes": "The journey",
    "travel.distance": "The distance",
    "shift.length": "The length of shifts",
    "shift.nights": "Night work",
    "shift.weekends": "Weekend work",
    "hours.legal_cap": "The cap on hours",
}


def _others(answered: Answered) -> list[tuple[str, int]]:
    """Specialists with how many of those whom the asker may not read an answer matters for."""
    readable = Counter(each.participant.specialist_id for each in answered.affected.people)
    found = [(user.name, count - readable[user.id]) for user, count in answered.affected.specialists]
    return [(name, count) for name, count in found if count > 0]
