"""Worked examples of the aspect employer: employers that the person avoids."""

from __future__ import annotations

from tests.specs.row import Row, job, person

ASPECT = "employer"

AVOIDS_BIRCH = person(employers_avoided=["Birch & Co"])

TABLE = [
    # name, profile, vacancy, part, verdict, absolute
    Row("Another employer is ok.", AVOIDS_BIRCH, job(employer="Acorn Foods"), "avoided", "ok", True),
    Row(
        "The employer that is avoided is a conflict.",
        AVOIDS_BIRCH,
        job(employer="Birch & Co"),
        "avoided",
        "conflict",
        True,
    ),
    Row(
        "Capitals and extra spaces in an employer's name do not matter.",
        AVOIDS_BIRCH,
        job(employer="  BIRCH   & co "),
        "avoided",
        "conflict",
        True,
    ),
    Row(
        "Letters are folded, so that STRASSE is Straße.",
        person(employers_avoided=["STRASSE BAKERY"]),
        job(employer="Straße Bakery"),
        "avoided",
        "conflict",
        True,
    ),
    Row(
        "Nothing fuzzier counts as the same name: a missing sign makes another employer.",
        AVOIDS_BIRCH,
        job(employer="Birch Co"),
        "avoided",
        "ok",
        True,
    ),
    Row(
        "A longer name is another employer.",
        AVOIDS_BIRCH,
        job(employer="Birch & Co Ltd"),
        "avoided",
        "ok",
        True,
    ),
    Row(
        "An empty list of employers to avoid gives no finding.",
        person(employers_avoided=[]),
        job(employer="Birch & Co"),
        "avoided",
        None,
        None,
    ),
]
