"""The page that compares two roles of a shortlist: a picture of the ten senses, and everything in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.entries import Card, OfAspect
from api.pages.labels import LABELS, label
from api.pages.lists import reading_of
from api.pages.pictures import Band, Level, Sense, senses_key, senses_picture
from api.pages.role_words import LEVELS
from api.pages.route import PageRoute
from api.pages.visit import Visit
from matching.actions import shortlists as actions
from matching.model.finding import Aspect
from matching.model.sensory import HIGHEST_LEVEL, Direction, SensoryDimension, SensorySource, SensoryTolerance

router = APIRouter(prefix="/lists/{shortlist_id}", route_class=PageRoute, include_in_schema=False)

_NOT_KNOWN = "Not known yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class SenseRow:
    """One sense in words: what the person bears, and what each role is like."""

    name: str
    person: str
    roles: Sequence[tuple[str, str]]  # verdict, words


@dataclass(frozen=True, slots=True, kw_only=True)
class AspectRow:
    """One aspect of both roles; none where nothing is found of it."""

    name: str
    roles: Sequence[OfAspect | None]


@router.get("/compare")
def compare(shortlist_id: Id, visit: Visit) -> Response:
    """Compare two roles side by side; choose them first."""
    view = actions.read_shortlist(shortlist_id=shortlist_id, **visit.stores())
    known = reading_of(visit, view)
    by_id = {card.id: card for card in (*known["standing"], *known["removed"])}
    chosen = [by_id[each] for each in (visit.asked("a", most=64), visit.asked("b", most=64)) if each in by_id]
    options = [("", "Choose a role"), *((card.id, f"{card.title}, {card.employer}") for card in by_id.values())]
    first = visit.asked("a", most=64)
    known |= {"options": options, "first": first, "second": visit.asked("b", most=64)}
    if len(chosen) < 2 or chosen[0].id == chosen[1].id:
        return visit.show("lists/compare_choose.html", **known, same=len(chosen) == 2)
    tolerances = actions.needs_behind(view, store=visit.reading).sensory
    return visit.show(
        "lists/compare.html",
        **known,
        pair=chosen,
        picture=senses_picture([_sense(each, tolerances, chosen) for each in SensoryDimension]),
        key=senses_key(),
        senses=[_sense_row(each, tolerances, chosen) for each in SensoryDimension],
        aspects=_aspect_rows(chosen),
    )


def _sense(dimension: SensoryDimension, tolerances: Mapping[Any, SensoryTolerance], pair: Sequence[Card]) -> Sense:
    return Sense(
        name=label(dimension),
        comfortable=_comfortable(tolerances.get(dimension)),
        levels=[_level(card, dimension) for card in pair],
    )


def _comfortable(tolerance: SensoryTolerance | None) -> Band | None:
    """From which level to which the person is at ease; none where nothing is said."""
    if tolerance is None:
        return None
    match tolerance.direction:
        case Direction.AVOID:
            return Band(least=0, most=tolerance.tolerance)
        case Direction.SEEK:
            return Band(least=tolerance.tolerance, most=HIGHEST_LEVEL)
        case _:
            return Band(least=0, most=HIGHEST_LEVEL)


def _level(card: Card, dimension: SensoryDimension) -> Level | None:
    """What is known of a workplace; what is only usual for the kind of job is not known."""
    known = (card.document.get("sensory") or {}).get(dimension)
    if not known or known.get("source") == SensorySource.OCCUPATION_PRIOR:
        return None
    typical = int(known["typical"])
    peak = known.get("peak")
    return Level(typical=typical, peak=max(typical, int(peak)) if isinstance(peak, int) else typical)


def _sense_row(
    dimension: SensoryDimension, tolerances: Mapping[Any, SensoryTolerance], pair: Sequence[Card]
) -> SenseRow:
    return SenseRow(
        name=label(dimension),
        person=_bears(tolerances.get(dimension)),
        roles=[(_verdict(card, dimension), _level_words(_level(card, dimension))) for card in pair],
    )


def _bears(tolerance: SensoryTolerance | None) -> str:
    if tolerance is None:
        return "Nothing said"
    level = LEVELS[tolerance.tolerance].lower()
    match tolerance.direction:
        case Direction.AVOID:
            return f"Up to: {level}"
        case Direction.SEEK:
            return f"Likes at least: {level}"
        case _:
            return "Does not mind"


def _level_words(level: Level | None) -> str:
    if level is None:
        return _NOT_KNOWN
    usual = LEVELS[level.typical]
    return usual if level.peak == level.typical else f"{usual}. At its worst: {LEVELS[level.peak].lower()}"


def _verdict(card: Card, dimension: SensoryDimension) -> str:
    """The verdict that the list gave; empty where nobody knows the level, or the person has said nothing of it."""
    if _level(card, dimension) is None:
        return ""
    found = (each for each in card.findings if (each["aspect"], each["part"]) == (Aspect.SENSORY, dimension))
    return next((str(each["verdict"]) for each in found), "")


def _aspect_rows(pair: Sequence[Card]) -> list[AspectRow]:
    """Every other aspect, in the order in which a specialist reads them."""
    by_name = [{aspect.name: aspect for aspect in card.aspects} for card in pair]
    names = [each for each in LABELS[Aspect].values() if each != LABELS[Aspect][Aspect.SENSORY]]
    return [
        AspectRow(name=name, roles=[known.get(name) for known in by_name])
        for name in names
        if any(name in known for known in by_name)
    ]
