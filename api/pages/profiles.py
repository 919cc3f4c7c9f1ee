"""Pages on a profile: a list of its sections, each a form that saves only what was touched."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from api.dependencies import Id
from api.pages.person import person_of
from api.pages.profile_sections import adjustments, history, refusals
from api.pages.profile_sections.parts import Part
from api.pages.profile_sections.saving import form_page, present, take_form
from api.pages.profile_sections.table import PARTS, SENSES, parts_of
from api.pages.profile_words import FIELDS, SECTION, SECTIONS, Section, is_written, said, told
from api.pages.route import PageRoute
from api.pages.visit import SignedInVisit, Visit
from matching.actions import profiles as actions
from matching.errors import NotFound
from matching.model.sensory import SensoryDimension
from matching.permissions import can_read_safety
from matching.taxonomy import load_catalogue

router = APIRouter(include_in_schema=False)
_own = APIRouter(prefix="/participants/{participant_id}/profile", route_class=PageRoute, include_in_schema=False)

Slug = Annotated[str, Path(pattern="^[a-z-]{1,40}$")]


@_own.get("")
def tasks(participant_id: Id, visit: Visit) -> Response:
    """Show the sections, and whether anything is written down in each."""
    person = person_of(visit, participant_id)
    view = present(visit, participant_id)
    drafts = (
        actions.list_drafts(participant_id=participant_id, by=visit.by, at=visit.at, store=visit.writing)
        if person.may_write and view.version
        else []
    )
    sections = [
        (section, is_written(view.document, section.slug, safety=view.shows_safety))
        for section in SECTIONS
        if view.shows_safety or not section.safety
    ]
    return visit.show(
        "profiles/tasks.html",
        person=person,
        view=view,
        sections=sections,
        drafts=drafts,
        next_section=_next(visit.asked("after", most=40), shows_safety=view.shows_safety),
    )


def _next(slug: str, *, shows_safety: bool) -> Section | None:
    slugs = [section.slug for section in SECTIONS if shows_safety or not section.safety]
    if slug not in slugs or slug == slugs[-1]:
        return None
    return SECTION[slugs[slugs.index(slug) + 1]]


@_own.get("/senses")
def senses(participant_id: Id, visit: Visit) -> Response:
    """Show the ten senses with what the person bears or seeks."""
    person = person_of(visit, participant_id)
    view = present(visit, participant_id)
    return visit.show(
        "profiles/senses.html",
        person=person,
        section=SECTION["senses"],
        told=told(view.document, "senses", safety=False),
        next_section=_next_sense(visit.asked("after", most=40)),
    )


def _next_sense(slug: str) -> SensoryDimension | None:
    slugs = list(SensoryDimension)
    if slug not in slugs or slug == slugs[-1]:
        return None
    return slugs[slugs.index(SensoryDimension(slug)) + 1]


@_own.get("/senses/{dimension}")
def ask_sense(participant_id: Id, dimension: SensoryDimension, visit: Visit) -> Response:
    """Ask what one sense is to the person."""
    return _sense_page(visit, participant_id, dimension)


@_own.post("/senses/{dimension}")
def save_sense(participant_id: Id, dimension: SensoryDimension, visit: Visit) -> Response:
    """Save what one sense is to the person."""
    return take_form(
        visit,
        participant_id,
        [SENSES[dimension]],
        page=partial(_sense_page, visit, participant_id, dimension),
        to=lambda done: visit.go(f"/participants/{participant_id}/profile/senses?after={dimension}", done=done),
    )


def _sense_page(visit: SignedInVisit, participant_id: str, dimension: SensoryDimension, **more: Any) -> Response:
    return form_page(
        visit,
        participant_id,
        "profiles/sense.html",
        [SENSES[dimension]],
        dimension=dimension,
        entry=load_catalogue().dimension(dimension),
        **more,
    )


@_own.get("/{section}")
def ask(participant_id: Id, section: Slug, visit: Visit) -> Response:
    """Ask what stands in one section."""
    return _page(visit, participant_id, _section(section))


@_own.post("/{section}")
def save(participant_id: Id, section: Slug, visit: Visit) -> Response:
    """Save what was touched in one section."""
    asked = _section(section)
    return take_form(
        visit,
        participant_id,
        _parts(visit, participant_id, asked),
        page=partial(_page, visit, participant_id, asked),
        to=lambda done: visit.go(f"/participants/{participant_id}/profile?after={section}", done=done),
    )


def _section(slug: str) -> Section:
    if slug not in PARTS:
        raise NotFound("There is no such page of a profile.")
    return SECTION[slug]


def _parts(visit: SignedInVisit, participant_id: str, section: Section) -> tuple[Part, ...]:
    """The parts that the asker may see; a section of nothing else does not exist for others."""
    person = person_of(visit, participant_id)
    parts = parts_of(section.slug, safety=can_read_safety(visit.by, person.row))
    if not parts:
        raise NotFound("There is no such page of a profile.")
    return parts


def _page(visit: SignedInVisit, participant_id: str, section: Section, **more: Any) -> Response:
    again = more.get("again")
    parts = _parts(again.visit if again is not None else visit, participant_id, section)
    return form_page(
        visit, participant_id, "profiles/section.html", parts, section=section, said=said, FIELDS=FIELDS, **more
    )


# What has a name of its own comes before `{section}`, which takes any.
for each in (history.router, adjustments.router, refusals.router, _own):
    router.include_router(each)
