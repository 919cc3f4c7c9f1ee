"""An entry in words: verdicts where there are any, what helps, how far it is, and when the employer may be asked."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.pages.entries import by_aspect, contact_wait, distance_words, rank_words, what_helps
from matching.actions.shortlists import ContactLimits, Needs
from matching.model.adjustment import Need
from matching.model.sensory import SensoryDimension, SensoryTolerance

TODAY = date(2026, 11, 22)
QUIET = Need(slug="place.quiet_room")


def finding(aspect: str, part: str, verdict: str, sentence: str = "Said.") -> dict[str, Any]:
    return {"aspect": aspect, "part": part, "verdict": verdict, "absolute": True, "value": 1.0, "sentence": sentence}


def needs(*adjustments: Need, **sensory: SensoryTolerance) -> Needs:
    by_dimension = {SensoryDimension(name): tolerance for name, tolerance in sensory.items()}
    return Needs(home="ME14 1", adjustments=adjustments, sensory=by_dimension)


def limits(every: int | None = None, until: date | None = None, last: date | None = None) -> ContactLimits:
    return ContactLimits(contact_every_days=every, no_contact_until=until, last_contact_on=last)


def test_the_worst_verdict_of_an_aspect_is_that_of_the_aspect() -> None:
    (hours,) = by_aspect([finding("hours", "weekly_hours", "ok"), finding("hours", "legal_cap", "conflict")])
    assert (hours.name, hours.verdict, [each.verdict for each in hours.said]) == (
        "Hours",
        "conflict",
        ["ok", "conflict"],
    )


def test_what_only_weighs_has_no_verdict_and_is_no_limit() -> None:
    (wish,) = by_aspect([finding("preferences", "wanted_work", "ok", "Nothing they want is close to this.")])
    assert (wish.verdict, wish.said[0].verdict, wish.said[0].is_firm) == ("", "", False)


def test_a_need_that_is_met_needs_no_more_help() -> None:
    assert not what_helps([finding("adjustments", "place.quiet_room", "ok")], needs(QUIET), {})


def test_what_serves_in_place_of_a_need_helps_as_well() -> None:
    need = Need(slug="place.quiet_room", alternatives=("sens.headphones",))
    document = {"adjustments": {"place.quiet_room": "no", "sens.headphones": "maybe"}}
    helps = what_helps([finding("adjustments", "place.quiet_room", "unknown")], needs(need), document)
    assert [(each.about, each.said) for each in helps] == [
        ("adjustments.place.quiet_room", "The employer said no"),
        ("adjustments.sens.headphones", "The employer may agree"),
    ]


def test_what_eases_a_sense_says_which() -> None:
    tolerance = SensoryTolerance(tolerance=1, mitigations=("sens.headphones",))
    (helps,) = what_helps([finding("sensory", "noise", "conflict")], needs(noise=tolerance), {})
    assert (helps.eases, helps.said) == ("noise", "Nobody has asked yet")


def test_how_far_a_place_is_is_said_only_where_both_ends_are_known() -> None:
    near = {"location": {"postcode": "ME14 1"}}
    assert distance_words("ME14 1", near) == "less than 1 km away"
    assert distance_words(None, near) == distance_words("ME14 1", {}) == distance_words("ZZ99", near) == ""


def test_an_employer_is_left_alone_for_as_long_as_it_asked() -> None:
    assert contact_wait("Ash Hotel", limits(until=date(2026, 12, 5)), TODAY).endswith("until 5 December 2026.")
    assert contact_wait("Ash Hotel", limits(every=14, last=date(2026, 11, 20)), TODAY).endswith("4 December 2026.")
    assert not contact_wait("Ash Hotel", limits(until=TODAY, every=14, last=date(2026, 11, 1)), TODAY)


def test_where_a_role_would_stand_is_said_in_words() -> None:
    assert [rank_words(place) for place in (1, 2, 5, 10, 11, 51)] == [
        "first",
        "among the first three",
        "among the first five",
        "among the first ten",
        "among the first twenty-five",
        "further down the list",
    ]
