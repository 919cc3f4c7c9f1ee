"""The page that starts a profile: three short questions, each of which may stay open, then the first list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.labels import label, options
from api.pages.person import person_of
from api.pages.route import PageRoute
from api.pages.typed import FormReader, given
from api.pages.visit import SignedInVisit, Visit
from api.pages.words import joined, number
from matching.actions.profile_changes import Change, value_of
from matching.actions.profiles import StaleProfile, read_profile_version, write_profile
from matching.errors import Conflict, Invalid, Stale
from matching.interchange.shapes import UNKNOWN
from matching.model.people import StatementSource
from matching.model.profile import TravelModeName
from matching.model.work import DAYS, Day
from matching.permissions import check_can_write_participant
from matching.places import parse_postcode

router = APIRouter(prefix="/participants/{participant_id}/start", route_class=PageRoute, include_in_schema=False)

_MOST_WANTED = 10
#: A day that suits, whatever the hour.
_ALL_DAY = {"from": "00:00", "to": "24:00"}
_SAYS = {
    "wanted_work": ("wanted", "The work they would like"),
    "goal": ("goal", "Their goal"),
    "hours.min": ("hours_min", "The fewest hours"),
    "hours.max": ("hours_max", "The most hours"),
    "availability": ("days", "The days"),
    "travel.home": ("home", "The postcode"),
    "travel.max_minutes": ("max_minutes", "The longest journey"),
    "travel.max_km": ("max_km", "The furthest distance"),
    "travel.modes": ("modes", "How they travel"),
}


@router.get("")
def ask(participant_id: Id, visit: Visit) -> Response:
    """Ask for three facts; what is known already stands there."""
    return _form(participant_id, visit)


@router.post("")
def start(participant_id: Id, visit: Visit) -> Response:
    """Write what was said into the profile, and go on to the list."""
    person = person_of(visit, participant_id)
    check_can_write_participant(visit.by, person.row)
    try:
        _write(participant_id, visit, is_new=person.row.profile_version == 0)
    except StaleProfile as stale:
        told = Stale("Somebody has changed the same facts since.", version=stale.version)
        return _form(participant_id, visit.again(told))
    except (Invalid, Conflict) as refused:
        return _form(participant_id, visit.again(refused, says=_SAYS))
    draws = person.is_active and not person.row.objects_to_matching
    return visit.go(f"/participants/{participant_id}{'/lists/new' if draws else ''}", done="facts-saved")


def _write(participant_id: str, visit: SignedInVisit, *, is_new: bool) -> None:
    form = visit.form()
    base_version = form.version()
    known = _document(participant_id, visit, version=base_version) if base_version else {}
    said = _said(form, known)
    source = form.choice("source", StatementSource, needed="Choose who told you.")
    facts = {field: value for field, value in said.items() if field != "goal.own_words"}
    if is_new and not any(value is not None for value in facts.values()):
        form.refuse("wanted", "Answer at least one question. One is enough to begin.")
    form.done()
    changes = [
        Change(field=field, value=value, source=given(source), said_on=visit.today)
        for field, value in said.items()
        if value != _told(known, field)
    ]
    if changes:
        write_profile(
            participant_id=participant_id,
            changes=changes,
            base_version=base_version,
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )


def _said(form: FormReader, known: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a profile as they were typed; `None` is not known yet."""
    least = form.number("hours_min", least=1, most=60, what="The fewest hours")
    most = form.number("hours_max", least=1, most=60, what="The most hours")
    if least is not None and most is not None and least > most:
        form.refuse("hours_min", "The fewest hours cannot be more than the most hours.")
    said = {
        "wanted_work": _wanted(form, known),
        "goal.own_words": form.long_text("goal", most=1000) or None,
        "hours.min": _whole(least),
        "hours.max": _whole(most),
        "travel.home": _home(form, known),
        "travel.max_minutes": _whole(form.number("max_minutes", least=1, most=240, what="The longest journey")),
        "travel.max_km": _whole(form.number("max_km", least=0.5, most=300, what="The furthest distance")),
        "travel.modes": [each.value for each in form.choices("modes", TravelModeName)] or None,
    }
    if _asks_days(known):
        days = [each.value for each in DAYS if each in form.choices("days", Day)]
        said["availability"] = [{"days": days, **_ALL_DAY}] if days else None
        if days and days != _days(known):
            said["availability_hard"] = False  # said roughly, it rules nothing out
    return said


def _wanted(form: FormReader, known: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """One kind of work a line; how strongly it is wanted stays as it was said before."""
    lines = dict.fromkeys(form.lines("wanted", most_lines=_MOST_WANTED))
    before = {each["label"]: each for each in _told(known, "wanted_work") or ()}
    return [before.get(line, {"label": line}) for line in lines] or None


def _home(form: FormReader, known: Mapping[str, Any]) -> str | None:
    """The area of a postcode: no more of it is needed, so no more is kept."""
    typed = form.text("home", most=10)
    before = _told(known, "travel.home")
    if not typed or typed == before:
        return before if typed else None
    try:
        postcode = parse_postcode(typed)
    except ValueError:
        form.refuse("home", "Enter the first half of a postcode, such as ME14.")
        return None
    return postcode.sector or postcode.outcode


def _told(known: Mapping[str, Any], field: str) -> Any:
    """What a profile says in a field; `None` where it says that nobody knows."""
    value = value_of(known, field)
    return None if value == UNKNOWN else value


def _whole(value: float | None) -> float | None:
    return int(value) if value is not None and value == int(value) else value


def _asks_days(known: Mapping[str, Any]) -> bool:
    """Whether the days were told no more finely than this page asks for them."""
    return not _told(known, "availability") or _days(known) != []


def _days(known: Mapping[str, Any]) -> list[str]:
    match _told(known, "availability"):
        case [{"days": [*days], "from": "00:00", "to": "24:00", **rest}] if rest.get("kind", "can") == "can":
            return days
    return []


def _document(participant_id: str, visit: SignedInVisit, *, version: int | None = None) -> Mapping[str, Any]:
    view = read_profile_version(
        participant_id=participant_id, version=version, by=visit.by, at=visit.at, store=visit.writing
    )
    return view.document


def _form(participant_id: str, visit: SignedInVisit) -> Response:
    person = person_of(visit, participant_id)
    check_can_write_participant(visit.by, person.row)
    known = _document(participant_id, visit)
    wanted = [each["label"] for each in _told(known, "wanted_work") or ()]
    values = {
        "wanted": "\n".join(wanted),
        "goal": _told(known, "goal.own_words") or "",
        "hours_min": _number(_told(known, "hours.min")),
        "hours_max": _number(_told(known, "hours.max")),
        "days": _days(known),
        "home": _told(known, "travel.home") or "",
        "max_minutes": _number(_told(known, "travel.max_minutes")),
        "max_km": _number(_told(known, "travel.max_km")),
        "modes": _told(known, "travel.modes") or [],
    }
    return visit.show(
        "participants/start.html",
        person=person,
        values=values,
        now=_now(values, wanted) if visit.refusal is not None and visit.refusal.is_stale else [],
        asks_days=_asks_days(known),
        day_options=options(Day),
        mode_options=options(TravelModeName),
        source_options=options(StatementSource, without=(StatementSource.JOB_END, StatementSource.IMPORT)),
    )


def _now(values: Mapping[str, Any], wanted: list[str]) -> list[tuple[str, str]]:
    """What the profile says now, beside what was typed meanwhile."""
    known = [
        ("Work they would like", joined(wanted)),
        ("Their goal", values["goal"]),
        ("Fewest hours a week", values["hours_min"]),
        ("Most hours a week", values["hours_max"]),
        ("Days", joined(label(Day(each)) for each in values["days"])),
        ("Home area", values["home"]),
        ("Longest journey in minutes", values["max_minutes"]),
        ("Furthest distance in kilometres", values["max_km"]),
        ("How they travel", joined(label(TravelModeName(each)) for each in values["modes"])),
    ]
    return [(what, value) for what, value in known if value]


def _number(value: float | None) -> str:
    return "" if value is None else number(value)
