"""Worked examples of the aspect adjustments: what a person needs and what an employer said."""

from __future__ import annotations

from typing import Any

from tests.specs.row import Raw, Row, job, person

ASPECT = "adjustments"


def needs(**more: Any) -> Raw:
    """Return a profile with one need, a quiet room."""
    return person(adjustments=[{"slug": "place.quiet_room", **more}])


def offers(**slugs: Any) -> Raw:
    """Return a vacancy with what the employer said of a quiet room, headphones and home working."""
    names = {"room": "place.quiet_room", "headphones": "sens.headphones", "home": "place.home_some"}
    return job(adjustments={names[short]: answer for short, answer in slugs.items()})


TABLE = [
    # name, profile, vacancy, part, verdict, absolute
    Row("A need that the employer meets is ok.", needs(), offers(room="yes"), "place.quiet_room", "ok", False),
    Row(
        "A need that the employer refuses is a conflict.",
        needs(),
        offers(room="no"),
        "place.quiet_room",
        "conflict",
        False,
    ),
    Row(
        "A need that the employer may meet is a question.",
        needs(),
        offers(room="maybe"),
        "place.quiet_room",
        "unknown",
        False,
    ),
    Row("A need that nobody asked about is a question.", needs(), job(), "place.quiet_room", "unknown", False),
    Row(
        "An offer written as unknown is one that nobody asked about.",
        needs(),
        offers(room="unknown"),
        "place.quiet_room",
        "unknown",
        False,
    ),
    Row(
        "An empty list of offers says nothing of any adjustment.",
        needs(),
        job(adjustments={}),
        "place.quiet_room",
        "unknown",
        False,
    ),
    Row(
        "An essential need that is refused is an absolute conflict.",
        needs(importance="essential"),
        offers(room="no"),
        "place.quiet_room",
        "conflict",
        True,
    ),
    Row(
        "An essential need that nobody asked about is unknown and absolute.",
        needs(importance="essential"),
        job(),
        "place.quiet_room",
        "unknown",
        True,
    ),
    Row(
        "A need that is merely helpful is never absolute.",
        needs(importance="helpful"),
        offers(room="no"),
        "place.quiet_room",
        "conflict",
        False,
    ),
    Row(
        "An alternative that is given meets the need.",
        needs(alternatives=["sens.headphones"]),
        offers(room="no", headphones="yes"),
        "place.quiet_room",
        "ok",
        False,
    ),
    Row(
        "A need is refused only when all its alternatives are refused.",
        needs(alternatives=["sens.headphones", "place.home_some"]),
        offers(room="no", headphones="no", home="no"),
        "place.quiet_room",
        "conflict",
        False,
    ),
    Row(
        "A refused need with an alternative that nobody asked about is a question.",
        needs(alternatives=["sens.headphones", "place.home_some"]),
        offers(room="no", headphones="no"),
        "place.quiet_room",
        "unknown",
        False,
    ),
    Row(
        "A refused need with an alternative that may be given is a question.",
        needs(alternatives=["sens.headphones"]),
        offers(room="no", headphones="maybe"),
        "place.quiet_room",
        "unknown",
        False,
    ),
    Row(
        "One yes settles a need whatever else is open.",
        needs(alternatives=["sens.headphones", "place.home_some"]),
        offers(headphones="maybe", home="yes"),
        "place.quiet_room",
        "ok",
        False,
    ),
    Row(
        "An offer of something the person does not need gives no finding.",
        person(),
        offers(room="no"),
        "place.quiet_room",
        None,
        None,
    ),
    Row(
        "An alternative is not a part of its own.",
        needs(alternatives=["sens.headphones"]),
        offers(headphones="yes"),
        "sens.headphones",
        None,
        None,
    ),
    Row(
        "Other facts are no offer: a job at home does not offer home working.",
        person(adjustments=[{"slug": "place.home_some"}]),
        job(location={"remote": "only"}),
        "place.home_some",
        "unknown",
        False,
    ),
]
