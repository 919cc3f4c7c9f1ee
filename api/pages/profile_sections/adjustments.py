"""Pages on adjustments: chosen from the catalogue by words, by what is hard at work, or by kind."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from api.dependencies import Id
from api.pages.labels import options
from api.pages.profile_sections.saving import (
    SOURCES,
    Again,
    present,
    refused,
    save,
    saves_nothing,
    shown,
    statement_of,
    writer,
)
from api.pages.profile_words import SECTION, at, known, needs_said, offer
from api.pages.route import PageRoute
from api.pages.typed import FormReader, Typed
from api.pages.visit import SignedInVisit, Visit
from api.pages.words import sentence
from matching.errors import Conflict, Invalid, NotFound
from matching.model.adjustment import Importance
from matching.taxonomy import Adjustment, AdjustmentGroup, load_catalogue

router = APIRouter(
    prefix="/participants/{participant_id}/profile/adjustments", route_class=PageRoute, include_in_schema=False
)

Place = Annotated[int, Path(ge=1, le=999)]
_MOST_FOUND = 15

GROUPS: Mapping[AdjustmentGroup, str] = {
    AdjustmentGroup.TIME: "Hours and shifts",
    AdjustmentGroup.BREAKS: "Breaks",
    AdjustmentGroup.PLACE: "Where they work",
    AdjustmentGroup.SENSORY: "Noise, light and the senses",
    AdjustmentGroup.COMMUNICATION: "How people talk and write",
    AdjustmentGroup.TASK_DESIGN: "Which tasks, and how",
    AdjustmentGroup.SUPERVISION: "People who help at work",
    AdjustmentGroup.TRAINING: "Learning the job",
    AdjustmentGroup.EQUIPMENT: "Tools and equipment",
    AdjustmentGroup.BUILDING: "The building",
    AdjustmentGroup.TRAVEL_AND_RECRUITMENT: "Travel and getting the job",
    AdjustmentGroup.POLICY: "Rules at work",
}


@router.get("")
def choose(participant_id: Id, visit: Visit) -> Response:
    """Show what was chosen, and the catalogue to choose more from."""
    return _list(visit, participant_id)


@router.post("")
def add(participant_id: Id, visit: Visit) -> Response:
    """Look in the catalogue, or add what was ticked."""
    writer(visit, participant_id)
    if _is_search(visit.typed):
        saves_nothing(visit)
        return _list(visit, participant_id, typed=visit.typed)
    view = present(visit, participant_id)
    needs = list(at(view.document, "adjustments") or ())
    form = visit.form()
    statement = statement_of(form, visit.today)
    none = visit.typed.get("do") == "none" and not needs
    new = [] if none else _added(visit, form, {need["slug"] for need in needs})
    try:
        form.done()
        if statement is None or not (new or none):
            return visit.go(_path(participant_id), done="profile-same")
        save(visit, participant_id, {"adjustments": [*needs, *new]}, version=view.version, statement=statement)
    except (Invalid, Conflict) as error:
        return _list(visit, participant_id, again=refused(visit, participant_id, error))
    return visit.go(_path(participant_id), done="adjustments-added")


def _added(visit: SignedInVisit, form: FormReader, have: Collection[str]) -> list[dict[str, str]]:
    chosen = _chosen(visit.typed)
    if not chosen:
        form.refuse("add", "Tick at least one adjustment.")
    importance = form.choice("importance", Importance, needed="Choose how much they need it.")
    return [{"slug": slug, "importance": str(importance)} for slug in chosen if slug not in have]


@router.get("/{place}")
def ask(participant_id: Id, place: Place, visit: Visit) -> Response:
    """Ask how much one adjustment matters, and what would do instead."""
    return _form(visit, participant_id, place)


@router.post("/{place}")
def change(participant_id: Id, place: Place, visit: Visit) -> Response:
    """Change one adjustment or take it away; those beside it stay as they are."""
    writer(visit, participant_id)
    if visit.typed.get("do") == "find":
        saves_nothing(visit)
        return _form(visit, participant_id, place, typed=visit.typed)
    view = present(visit, participant_id)
    needs = at(view.document, "adjustments") or ()
    form = visit.form()
    slug = visit.typed.get("slug")
    if slug not in {need["slug"] for need in needs}:
        raise Conflict("Somebody has taken this adjustment away since.")
    importance = form.choice("importance", Importance, needed="Choose how much they need it.")
    chosen = [each for each in _chosen(visit.typed) if each != slug]
    statement = statement_of(form, visit.today)
    need = {"slug": slug, "importance": str(importance), **({"alternatives": chosen} if chosen else {})}
    changed: list[Any] | None = [need if each["slug"] == slug else each for each in needs]
    if visit.typed.get("do") == "remove":
        # Without the last one nobody knows: that none is needed is said in words of its own.
        changed = [each for each in needs if each["slug"] != slug] or None
    try:
        form.done()
        if statement is None or changed == list(needs):
            return visit.go(_path(participant_id), done="profile-same")
        save(visit, participant_id, {"adjustments": changed}, version=form.version(), statement=statement)
    except (Invalid, Conflict) as error:
        return _form(visit, participant_id, place, again=refused(visit, participant_id, error))
    return visit.go(_path(participant_id), done="profile-saved")


def _is_search(typed: Typed) -> bool:
    """Whether to look in the catalogue: asked for, or words were typed and nothing is ticked that could be added."""
    asked = typed.get("do")
    return asked == "find" or (not asked and bool(typed.get("words").strip()) and not _chosen(typed))


def _path(participant_id: str) -> str:
    return f"/participants/{participant_id}/profile/adjustments"


def _chosen(typed: Typed) -> list[str]:
    """What was ticked, of the catalogue."""
    there = {each.slug for each in load_catalogue().adjustments}
    return [slug for slug in dict.fromkeys(typed.all("add")) if slug in there]


# -- pages -------------------------------------------------------------------------------------------------------------


def _list(
    visit: SignedInVisit, participant_id: str, *, again: Again | None = None, typed: Typed | None = None
) -> Response:
    if again is not None:
        visit, typed = again.visit, again.visit.typed
    person = writer(visit, participant_id)
    view = present(visit, participant_id)
    needs = at(view.document, "adjustments")
    have = [need["slug"] for need in needs or ()]
    typed = typed or shown((), {}, visit.today)
    return visit.show(
        "profiles/adjustments.html",
        person=person,
        section=SECTION["adjustments"],
        needs=[(need["slug"], line) for need in needs or () for line in needs_said([need])],
        is_known=needs is not None,
        version=view.version,
        typed=typed,
        sources=SOURCES,
        importance=options(Importance),
        meanwhile=again.meanwhile if again is not None else (),
        draft="",
        **_catalogue(typed, without=have),
    )


def _form(
    visit: SignedInVisit,
    participant_id: str,
    place: int,
    *,
    again: Again | None = None,
    typed: Typed | None = None,
) -> Response:
    if again is not None:
        visit, typed = again.visit, again.visit.typed
    person = writer(visit, participant_id)
    view = present(visit, participant_id)
    needs = at(view.document, "adjustments") or ()
    slug = typed.get("slug") if typed else needs[place - 1]["slug"] if place <= len(needs) else ""
    need = next((each for each in needs if each["slug"] == slug), None)
    if need is None:
        raise NotFound("There is no such adjustment in this profile.")
    alternatives = known(need.get("alternatives")) or ()
    if typed is None:
        usual = known(need.get("importance")) or Importance.IMPORTANT
        first = [("importance", usual), *(("add", each) for each in alternatives)]
        typed = Typed(pairs=[*shown((), {}, visit.today).pairs, *first])
    return visit.show(
        "profiles/adjustment.html",
        person=person,
        slug=slug,
        title=sentence(offer(slug)),
        version=again.version if again is not None else view.version,
        typed=typed,
        sources=SOURCES,
        importance=options(Importance),
        meanwhile=again.meanwhile if again is not None else (),
        draft=typed.get("draft"),
        **_catalogue(typed, without=[slug]),
    )


def _catalogue(typed: Typed, *, without: Sequence[str]) -> dict[str, Any]:
    """The catalogue to choose from: what was ticked first, what was found by words, and the rest in groups."""
    catalogue = load_catalogue()
    open_to_choice = [each for each in catalogue.adjustments if each.slug not in without]
    ticked = [slug for slug in _chosen(typed) if slug not in without]
    words = typed.get("words").strip()[:100]
    found = [each.slug for each in find(words, open_to_choice) if each.slug not in ticked] if words else []
    apart = {*ticked, *found}
    by_need = [
        (label, [slug for slug in catalogue.limitation_suggestions[limitation] if slug not in {*apart, *without}])
        for limitation, label in catalogue.limitation_labels.items()
    ]
    by_kind = [
        (words_of, [each.slug for each in open_to_choice if each.group is group and each.slug not in apart])
        for group, words_of in GROUPS.items()
    ]
    return {
        "words": words,
        "ticked": ticked,
        "found": found,
        "by_need": [(sentence(label), slugs) for label, slugs in by_need if slugs],
        "by_kind": [(label, slugs) for label, slugs in by_kind if slugs],
        "offer": lambda slug: sentence(offer(slug)),
    }


def find(words: str, among: Sequence[Adjustment]) -> list[Adjustment]:
    """Adjustments by the beginnings of their words, those with most of them first.

    >>> [each.slug for each in find("head phones quiet", load_catalogue().adjustments)][:1]
    ['place.quiet_room']
    """
    asked = [_stem(word) for word in _words(words) if len(word) > 2]
    catalogue = load_catalogue()
    needs: dict[str, str] = {}
    for limitation, slugs in catalogue.limitation_suggestions.items():
        for slug in slugs:
            needs[slug] = f"{needs.get(slug, '')} {catalogue.limitation_labels[limitation]}"

    def hits(entry: Adjustment) -> tuple[int, int]:
        near = _words(f"{entry.label} {entry.offer} {entry.slug.partition('.')[2].replace('_', ' ')}")
        far = _words(f"{GROUPS[entry.group]} {needs.get(entry.slug, '')}")
        by_name = sum(any(word.startswith(stem) for word in near) for stem in asked)
        return by_name, sum(any(word.startswith(stem) for word in far) for stem in asked)

    scored = [(hits(each), each) for each in among]
    matching = [(score, each) for score, each in scored if any(score)]
    return [each for _, each in sorted(matching, key=lambda pair: pair[0], reverse=True)[:_MOST_FOUND]]


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def _stem(word: str) -> str:
    """A word without the endings that people add and leave off."""
    for ending in ("ing", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
