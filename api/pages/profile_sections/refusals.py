"""Pages on work that a person does not want: their words, and the tasks by which such roles are known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from api.dependencies import Id
from api.pages.profile_sections.parts import task_groups
from api.pages.profile_sections.saving import (
    SOURCES,
    Again,
    base_of,
    present,
    refused,
    save,
    saves_nothing,
    shown,
    statement_of,
    writer,
)
from api.pages.profile_words import REFUSED, at, known
from api.pages.route import PageRoute
from api.pages.typed import Typed
from api.pages.visit import SignedInVisit, Visit
from matching.errors import Conflict, Invalid, NotFound
from matching.taxonomy import load_catalogue

router = APIRouter(
    prefix="/participants/{participant_id}/profile/work-refused", route_class=PageRoute, include_in_schema=False
)

Place = Annotated[int, Path(ge=1, le=999)]
_SHOWS = {"refused_work": ("label", "What they do not want")}
ENDS = (("yes", REFUSED[True]), ("no", REFUSED[False]))


@router.get("/new")
def ask_new(participant_id: Id, visit: Visit) -> Response:
    """Ask what work they do not want."""
    return _form(visit, participant_id, None)


@router.post("/new")
def add(participant_id: Id, visit: Visit) -> Response:
    """Add work that they do not want."""
    return _take(visit, participant_id, None)


@router.get("/{place}")
def ask(participant_id: Id, place: Place, visit: Visit) -> Response:
    """Ask what is to be changed about one entry."""
    return _form(visit, participant_id, place)


@router.post("/{place}")
def change(participant_id: Id, place: Place, visit: Visit) -> Response:
    """Change one entry or take it away; those beside it stay as they are."""
    return _take(visit, participant_id, place)


def _take(visit: SignedInVisit, participant_id: str, place: int | None) -> Response:
    writer(visit, participant_id)
    if visit.typed.get("do") == "find":
        saves_nothing(visit)
        return _form(visit, participant_id, place, typed=visit.typed)
    form = visit.form()
    version = form.version()
    entries = list(at(base_of(visit, participant_id, version), "refused_work") or ())
    was = visit.typed.get("entry")
    label = form.text("label", needed="Say what they do not want, in their words.")
    absolute = form.one_of("absolute", ("yes", "no"), needed="Choose what becomes of such roles.")
    tags = [slug for slug in dict.fromkeys(visit.typed.all("tags")) if slug in _labels()]
    if any(_same(each["label"], label) and each["label"] != was for each in entries):
        form.refuse("label", "This is written down already.")
    statement = statement_of(form, visit.today)
    entry = {"label": label, **({"tags": tags} if tags else {}), **({"absolute": True} if absolute == "yes" else {})}
    changed: list[Any] | None = [entry if each["label"] == was else each for each in entries]
    if visit.typed.get("do") == "remove":
        # Without the last one nobody knows: that nothing is ruled out is said in words of its own.
        changed = [each for each in entries if each["label"] != was] or None
    elif not was or not any(each["label"] == was for each in entries):
        changed = [*entries, entry]
    try:
        form.done()
        if statement is None or changed == entries:
            return visit.go(_path(participant_id), done="profile-same")
        save(visit, participant_id, {"refused_work": changed}, version=version, statement=statement)
    except (Invalid, Conflict) as error:
        return _form(visit, participant_id, place, again=refused(visit, participant_id, error, shows=_SHOWS))
    return visit.go(_path(participant_id), done="profile-saved")


def _path(participant_id: str) -> str:
    return f"/participants/{participant_id}/profile/work-refused"


def _same(label: str, other: str) -> bool:
    return label.split() == other.split()


def _labels() -> Mapping[str, str]:
    return {each.slug: each.label for each in load_catalogue().task_tags}


def _form(
    visit: SignedInVisit,
    participant_id: str,
    place: int | None,
    *,
    again: Again | None = None,
    typed: Typed | None = None,
) -> Response:
    if again is not None:
        visit, typed = again.visit, again.visit.typed
    person = writer(visit, participant_id)
    view = present(visit, participant_id)
    version = again.version if again is not None else visit.form().version() if typed else view.version
    if typed is None:
        typed = Typed(pairs=[*shown((), {}, visit.today).pairs, *_pairs(view.document, place)])
    suggested = suggest(typed.get("label")) if typed.get("do") == "find" else []
    return visit.show(
        "profiles/refusal.html",
        person=person,
        is_new=place is None,
        version=version,
        typed=typed,
        sources=SOURCES,
        ends=ENDS,
        groups=task_groups(),
        looked=typed.get("do") == "find",
        suggested=[slug for slug in suggested if slug not in typed.all("tags")],
        meanwhile=again.meanwhile if again is not None else (),
        draft=typed.get("draft"),
    )


def _pairs(document: Mapping[str, Any], place: int | None) -> list[tuple[str, str]]:
    if place is None:
        return [("entry", ""), ("label", ""), ("absolute", "")]
    entries = at(document, "refused_work") or ()
    if place > len(entries):
        raise NotFound("There is no such entry in this profile.")
    entry = entries[place - 1]
    return [
        ("entry", entry["label"]),
        ("label", entry["label"]),
        ("absolute", "yes" if known(entry.get("absolute")) else "no"),
        *(("tags", slug) for slug in known(entry.get("tags")) or ()),
    ]


def suggest(words: str) -> list[str]:
    """Kinds of tasks whose words begin as some of these do.

    >>> suggest("cleaning toilets in pubs")[:1]
    ['cleaning']
    """
    stems = {word[: max(4, len(word) - 3)] for word in re.findall(r"[a-z]{4,}", words.lower())}
    found = []
    for each in load_catalogue().task_tags:
        near = re.findall(r"[a-z]+", f"{each.label} {each.text}".lower())
        hits = sum(any(word.startswith(stem) for word in near) for stem in stems)
        if hits:
            found.append((hits, each.slug))
    return [slug for _, slug in sorted(found, key=lambda pair: -pair[0])][:12]
