"""Worked examples of the aspect requirements: what the law asks for the job and what the person holds."""

from __future__ import annotations

from typing import Any

from tests.specs.row import Raw, Row, job, person

ASPECT = "requirements"


def asks(**fields: Any) -> Raw:
    """Return a vacancy that requires something."""
    return job(requirements=fields)


def hygiene(**more: Any) -> Raw:
    """Return a vacancy that requires a food hygiene certificate."""
    return asks(qualifications=[{"slug": "food_hygiene_l2", **more}])


def legal(**fields: Any) -> Raw:
    """Return a profile with legal facts."""
    return person(legal=fields)


ALL_CHECKS = person(checks_to_avoid=["standard", "enhanced", "enhanced_barred"])
HOLDS_NONE = person(qualifications=[])

TABLE = [
    # name, profile, vacancy, part, verdict, absolute
    Row(
        "A qualification that is held is ok.",
        person(qualifications=["food_hygiene_l2"]),
        hygiene(obtainable_weeks=30),
        "food_hygiene_l2",
        "ok",
        True,
    ),
    Row(
        "A qualification that is held is ok although nobody knows how long it would take.",
        person(qualifications=["food_hygiene_l2"]),
        hygiene(),
        "food_hygiene_l2",
        "ok",
        True,
    ),
    Row(
        "A qualification that takes 12 weeks to obtain is ok.",
        HOLDS_NONE,
        hygiene(obtainable_weeks=12),
        "food_hygiene_l2",
        "ok",
        True,
    ),
    Row(
        "A qualification that takes 13 weeks is a conflict for a person without it.",
        HOLDS_NONE,
        hygiene(obtainable_weeks=13),
        "food_hygiene_l2",
        "conflict",
        True,
    ),
    Row(
        "A qualification not held is a question while nobody knows how long it would take.",
        HOLDS_NONE,
        hygiene(),
        "food_hygiene_l2",
        "unknown",
        True,
    ),
    Row(
        "A qualification that can soon be obtained is ok whatever is held.",
        person(),
        hygiene(obtainable_weeks=2),
        "food_hygiene_l2",
        "ok",
        True,
    ),
    Row(
        "A qualification that takes long is a question to a person who states none.",
        person(),
        hygiene(obtainable_weeks=40),
        "food_hygiene_l2",
        "unknown",
        True,
    ),
    Row(
        "Qualifications that nobody asked the employer about are one question if the person states some.",
        person(qualifications=["cscs"]),
        job(),
        "qualifications",
        "unknown",
        True,
    ),
    Row(
        "Qualifications that nobody asked the employer about are one question also if the person has none.",
        HOLDS_NONE,
        asks(dbs="none"),
        "qualifications",
        "unknown",
        True,
    ),
    Row(
        "A job known to ask for no qualification gives no finding about any.",
        person(qualifications=["cscs"]),
        asks(qualifications=[]),
        "qualifications",
        None,
        None,
    ),
    Row(
        "A person who states no qualifications and a job that states none give no finding.",
        person(),
        job(),
        "qualifications",
        None,
        None,
    ),
    Row(
        "A qualification that is held and not asked for gives no finding.",
        person(qualifications=["cscs"]),
        hygiene(),
        "cscs",
        None,
        None,
    ),
    Row("No driving asked is ok.", person(driving="none"), asks(driving="none"), "driving", "ok", True),
    Row(
        "No driving asked is ok although nobody knows what the person holds.",
        person(),
        asks(driving="none"),
        "driving",
        "ok",
        True,
    ),
    Row(
        "A full manual licence serves an automatic.",
        person(driving="full_manual"),
        asks(driving="full_auto"),
        "driving",
        "ok",
        True,
    ),
    Row(
        "A full automatic licence serves an automatic.",
        person(driving="full_auto"),
        asks(driving="full_auto"),
        "driving",
        "ok",
        True,
    ),
    Row(
        "A full automatic licence does not serve a manual.",
        person(driving="full_auto"),
        asks(driving="full_manual"),
        "driving",
        "conflict",
        True,
    ),
    Row(
        "A provisional licence serves neither.",
        person(driving="provisional"),
        asks(driving="full_auto"),
        "driving",
        "conflict",
        True,
    ),
    Row(
        "Driving asked of a person who states no licence is a question.",
        person(),
        asks(driving="full_auto"),
        "driving",
        "unknown",
        True,
    ),
    Row(
        "A person without a licence and a job that says nothing of driving are a question.",
        person(driving="none"),
        job(),
        "driving",
        "unknown",
        True,
    ),
    Row(
        "A full manual licence serves whatever a job may ask that says nothing of driving.",
        person(driving="full_manual"),
        job(),
        "driving",
        "ok",
        True,
    ),
    Row(
        "A full automatic licence leaves it open, since a manual may be asked.",
        person(driving="full_auto"),
        job(),
        "driving",
        "unknown",
        True,
    ),
    Row("Where neither side speaks of driving there is no finding.", person(), job(), "driving", None, None),
    Row(
        "An age met that equals the least age is ok.",
        legal(minimum_age_met=[18]),
        asks(minimum_age=18),
        "minimum_age",
        "ok",
        True,
    ),
    Row(
        "A person who is 18 is also 16.",
        legal(minimum_age_met=[18]),
        asks(minimum_age=16),
        "minimum_age",
        "ok",
        True,
    ),
    Row(
        "A person known to be 16 and no more is too young for 18.",
        legal(minimum_age_met=[16]),
        asks(minimum_age=18),
        "minimum_age",
        "conflict",
        True,
    ),
    Row(
        "The oldest of the ages met counts.",
        legal(minimum_age_met=[16, 21]),
        asks(minimum_age=18),
        "minimum_age",
        "ok",
        True,
    ),
    Row(
        "A person known to meet no age is a conflict where one is asked.",
        legal(minimum_age_met=[]),
        asks(minimum_age=16),
        "minimum_age",
        "conflict",
        True,
    ),
    Row(
        "A least age is a question for a person who states no age.",
        person(),
        asks(minimum_age=18),
        "minimum_age",
        "unknown",
        True,
    ),
    Row(
        "A least age that nobody asked the employer about is a question.",
        legal(minimum_age_met=[18]),
        job(),
        "minimum_age",
        "unknown",
        True,
    ),
    Row("Where neither side speaks of age there is no finding.", person(), job(), "minimum_age", None, None),
    Row(
        "A person barred from work with children cannot take it.",
        legal(barred_children=True),
        asks(regulated_activity=["children", "adults"]),
        "regulated_children",
        "conflict",
        True,
    ),
    Row(
        "A person barred from work with children may work with adults.",
        legal(barred_children=True),
        asks(regulated_activity=["adults"]),
        "regulated_children",
        "ok",
        True,
    ),
    Row(
        "A job known to hold no regulated activity is ok for a barred person.",
        legal(barred_adults=True),
        asks(regulated_activity=[]),
        "regulated_adults",
        "ok",
        True,
    ),
    Row(
        "Regulated activity that nobody asked about is a question for a barred person.",
        legal(barred_adults=True),
        job(),
        "regulated_adults",
        "unknown",
        True,
    ),
    Row(
        "A person who is not barred gets no finding about regulated activity.",
        legal(barred_adults=False),
        asks(regulated_activity=["adults"]),
        "regulated_adults",
        None,
        None,
    ),
    Row(
        "A check outside the list to avoid is ok.",
        person(checks_to_avoid=["enhanced", "enhanced_barred"]),
        asks(dbs="standard"),
        "dbs",
        "ok",
        True,
    ),
    Row("A basic check is never on the list to avoid.", ALL_CHECKS, asks(dbs="basic"), "dbs", "ok", True),
    Row("A check on the list to avoid is a conflict.", ALL_CHECKS, asks(dbs="enhanced"), "dbs", "conflict", True),
    Row("A check that nobody asked about is a question.", ALL_CHECKS, job(), "dbs", "unknown", True),
    Row(
        "An empty list of checks to avoid gives no finding.",
        person(checks_to_avoid=[]),
        asks(dbs="enhanced"),
        "dbs",
        None,
        None,
    ),
]
