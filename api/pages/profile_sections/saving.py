"""How a form of the profile is saved: only what was touched, and nothing lost where somebody else was quicker."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fastapi import Response

from api.pages.labels import LABELS
from api.pages.person import Person, person_of
from api.pages.profile_sections.parts import Pair, Part, with_pairs
from api.pages.profile_words import FIELDS, Lines, at, field_words, said
from api.pages.typed import FormReader, Typed
from api.pages.visit import SignedInVisit
from matching.actions import profiles as actions
from matching.actions.profile_changes import Change
from matching.actions.profiles import ProfileView, StaleProfile
from matching.errors import Conflict, Invalid, NotFound, Problem, Stale, Where
from matching.model.people import StatementSource
from matching.permissions import check_can_write_participant

#: Who may have said something; what another system said comes in by a file.
SOURCES = tuple(
    (source.value, words) for source, words in LABELS[StatementSource].items() if source is not StatementSource.IMPORT
)
DRAFT = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """A field that somebody else has changed: what it says now, and what was typed."""

    words: str
    now: Lines
    yours: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A form that comes back: as it is to be shown, with what it is a change to."""

    visit: SignedInVisit
    version: int
    document: Mapping[str, Any]
    meanwhile: Sequence[Meanwhile] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Who said what a form holds, and when."""

    source: StatementSource
    said_on: date


def writer(visit: SignedInVisit, participant_id: str) -> Person:
    """The participant, for those who may change what is held on them."""
    person = person_of(visit, participant_id)
    check_can_write_participant(visit.by, person.row)
    return person


def present(visit: SignedInVisit, participant_id: str) -> ProfileView:
    """The latest version of the profile."""
    return actions.read_profile_version(participant_id=participant_id, by=visit.by, at=visit.at, store=visit.writing)


def base_of(visit: SignedInVisit, participant_id: str, version: int) -> Mapping[str, Any]:
    """What the profile said when its form was shown; nothing where that version is not kept any more."""
    if version == 0:
        return {}
    try:
        return actions.read_profile_version(
            participant_id=participant_id, version=version, by=visit.by, at=visit.at, store=visit.writing
        ).document
    except NotFound:
        return {}


def shown(parts: Sequence[Part], document: Mapping[str, Any], today: date) -> Typed:
    """A form as it is first shown: what is known, said by the person today."""
    pairs: list[Pair] = [
        ("source", StatementSource.PARTICIPANT.value),
        ("said_on-day", str(today.day)),
        ("said_on-month", str(today.month)),
        ("said_on-year", str(today.year)),
    ]
    for part in parts:
        pairs.extend(part.show(at(document, part.field)))
    return Typed(pairs=pairs)


def statement_of(form: FormReader, today: date) -> Statement | None:
    """Who said it and when; none if that was refused."""
    source = form.choice("source", StatementSource, needed="Choose who said this.")
    said_on = form.day("said_on", needed="Enter the day when this was said.", what="The day")
    if said_on is not None and said_on > today:
        form.refuse("said_on", "The day cannot be after today.")
    return Statement(source=source, said_on=said_on) if source is not None and said_on is not None else None


def touched(form: FormReader, typed: Typed, parts: Sequence[Part], document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that read otherwise than they were shown, with their new values."""
    found = {}
    for part in parts:
        if not part.is_asked(typed):
            continue
        was = at(document, part.field)
        value = part.read(form, typed, was)
        if value != as_shown(part, was):
            found[part.field] = value
    return found


def as_shown(part: Part, was: Any) -> Any:
    """How a value reads when its inputs are sent back as they were shown."""
    typed = Typed(pairs=part.show(was))
    return part.read(FormReader(typed), typed, was)


def save(
    visit: SignedInVisit,
    participant_id: str,
    fields: Mapping[str, Any],
    *,
    version: int,
    statement: Statement,
) -> ProfileView:
    """Write some fields, and forget the draft of them that this form had left."""
    view = actions.write_profile(
        participant_id=participant_id,
        changes=[
            Change(field=field, value=value, source=statement.source, said_on=statement.said_on)
            for field, value in fields.items()
        ],
        base_version=version,
        by=visit.by,
        at=visit.at,
        store=visit.writing,
    )
    if draft := visit.typed.get(DRAFT):
        with suppress(NotFound):  # it was taken up or thrown away on its own page
            actions.throw_draft_away(
                participant_id=participant_id, draft_id=draft, by=visit.by, at=visit.at, store=visit.writing
            )
    return view


def refused(
    visit: SignedInVisit,
    participant_id: str,
    error: Invalid | Conflict,
    parts: Sequence[Part] = (),
    *,
    shows: Mapping[str, tuple[str, str]] | None = None,
) -> Again:
    """Bring a form back. Where somebody was quicker, what they wrote stands beside it, and a draft keeps this."""
    version = visit.form().version()
    if not isinstance(error, Stale):
        named = _named(error, parts, visit.typed.names()) if isinstance(error, Invalid) else error
        again = visit.again(named, says=_inputs(named) | _says(parts) | dict(shows or {}))
        return Again(visit=again, version=version, document=base_of(again, participant_id, version))
    before = base_of(visit, participant_id, version)
    again = visit.again(error)
    typed = again.typed
    if isinstance(error, StaleProfile):
        kept = actions.keep_draft(
            participant_id=participant_id, stale=error, by=visit.by, at=visit.at, store=again.writing
        )
        typed = with_pairs(typed, lambda name: name == DRAFT, [(DRAFT, kept.id)])
    view = present(again, participant_id)
    for part in parts:
        if part.is_asked(typed) and not touched(FormReader(typed), typed, [part], before):
            # What was not touched follows what is there now, or it would be written over the next time.
            typed = with_pairs(typed, part.owns, part.show(at(view.document, part.field)))
    return Again(
        visit=replace(again, typed=typed),
        version=view.version,
        document=view.document,
        meanwhile=_meanwhile(error, view) if isinstance(error, StaleProfile) else (),
    )


def _meanwhile(stale: StaleProfile, view: ProfileView) -> list[Meanwhile]:
    clashing = {clash["field"] for clash in stale.clashes}
    return [
        Meanwhile(
            words=field_words(change.field).words,
            now=said(change.field, at(view.document, change.field)),
            yours=said(change.field, change.value),
        )
        for change in stale.changes
        if change.field in clashing
    ]


def _says(parts: Sequence[Part]) -> dict[str, tuple[str, str]]:
    return {part.name: (part.name, FIELDS[part.field].words) for part in parts}


def _inputs(error: Invalid | Conflict) -> dict[str, tuple[str, str]]:
    """Each input of a row by its own name, so that a problem of it stands beside it and not on top of all rows."""
    return {problem.where.field: (problem.where.field, "") for problem in getattr(error, "problems", ())}


def _named(error: Invalid, parts: Sequence[Part], inputs: Collection[str]) -> Invalid:
    """The same problems at the inputs that they are about."""
    return Invalid(
        [problem if problem.where.field in inputs else _at_input(problem, parts) for problem in error.problems]
    )


def _at_input(problem: Problem, parts: Sequence[Part]) -> Problem:
    for part in parts:
        if problem.where.field.startswith(part.field):
            return Problem(Where(field=part.name), problem.message.replace("'max'", "the most hours"))
    return problem


def saves_nothing(visit: SignedInVisit) -> None:
    """Let the same form be sent again with other words, as after the back button: this sending did nothing."""
    visit.work.key = None


def form_page(
    visit: SignedInVisit,
    participant_id: str,
    template: str,
    parts: Sequence[Part],
    *,
    again: Again | None = None,
    typed: Typed | None = None,
    **known: Any,
) -> Response:
    """Show a form of some parts: for the first time, once more with a row more, or refused."""
    if again is not None:
        visit = again.visit
    person = writer(visit, participant_id)
    if again is None:
        view = present(visit, participant_id)
        version, document = view.version, view.document
        if typed is not None:
            version = visit.form().version()
            document = base_of(visit, participant_id, version)
        again = Again(visit=visit, version=version, document=document)
    if typed is None:
        typed = visit.typed or shown(parts, again.document, visit.today)
    return visit.show(
        template,
        person=person,
        parts=parts,
        typed=typed,
        values={part.field: at(again.document, part.field) for part in parts},
        document=again.document,
        version=again.version,
        meanwhile=again.meanwhile,
        draft=typed.get(DRAFT),
        sources=SOURCES,
        **known,
    )


def take_form(
    visit: SignedInVisit,
    participant_id: str,
    parts: Sequence[Part],
    *,
    page: Callable[..., Response],
    to: Callable[[str], Response],
) -> Response:
    """Take what was typed into some parts: a row more, what is wrong with it, or saved and on."""
    writer(visit, participant_id)
    if asked := visit.typed.get("do"):
        what, _, rest = asked.partition(" ")
        name, _, where = rest.partition(" ")
        for part in parts:
            if part.name == name:
                saves_nothing(visit)
                return page(typed=part.done(visit.typed, what, where))
    form = visit.form()
    version = form.version()
    fields = touched(form, visit.typed, parts, base_of(visit, participant_id, version))
    statement = statement_of(form, visit.today)
    try:
        form.done()
        if not fields or statement is None:
            return to("profile-same")
        view = save(visit, participant_id, fields, version=version, statement=statement)
    except (Invalid, Conflict) as error:
        return page(again=refused(visit, participant_id, error, parts))
    return to("profile-merged" if view.merged else "profile-saved")
