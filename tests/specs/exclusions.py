"""Worked examples of the aspect exclusions: settings in which the person cannot work."""

from __future__ import annotations

from typing import Any

from tests.specs.row import Raw, Row, job, person

ASPECT = "exclusions"

NO_ALCOHOL = person(role_exclusions=["no_alcohol_premises"])
NO_CHILDREN = person(role_exclusions=["no_regulated_children"])


def asks(**fields: Any) -> Raw:
    """Return a vacancy that requires something."""
    return job(requirements=fields)


TABLE = [
    # name, profile, vacancy, part, verdict, absolute
    Row(
        "An exclusion among the stated settings is a conflict.",
        NO_ALCOHOL,
        asks(settings=["no_cash_handling", "no_alcohol_premises"]),
        "no_alcohol_premises",
        "conflict",
        True,
    ),
    Row(
        "An exclusion outside the stated settings is ok.",
        NO_ALCOHOL,
        asks(settings=["no_cash_handling"]),
        "no_alcohol_premises",
        "ok",
        True,
    ),
    Row("Settings known to be none are ok.", NO_ALCOHOL, asks(settings=[]), "no_alcohol_premises", "ok", True),
    Row("Settings that nobody asked about are a question.", NO_ALCOHOL, job(), "no_alcohol_premises", "unknown", True),
    Row(
        "Other exclusions do not wait for regulated activity.",
        NO_ALCOHOL,
        asks(settings=[], regulated_activity=None),
        "no_alcohol_premises",
        "ok",
        True,
    ),
    Row(
        "Regulated activity with children puts its exclusion among the settings.",
        NO_CHILDREN,
        asks(settings=[], regulated_activity=["children"]),
        "no_regulated_children",
        "conflict",
        True,
    ),
    Row(
        "Regulated activity with children is a conflict although settings are unknown.",
        NO_CHILDREN,
        asks(regulated_activity=["children"]),
        "no_regulated_children",
        "conflict",
        True,
    ),
    Row(
        "The setting alone is a conflict although regulated activity is unknown.",
        NO_CHILDREN,
        asks(settings=["no_regulated_children"]),
        "no_regulated_children",
        "conflict",
        True,
    ),
    Row(
        "The setting is a conflict even beside regulated activity that does not name children.",
        NO_CHILDREN,
        asks(settings=["no_regulated_children"], regulated_activity=["adults"]),
        "no_regulated_children",
        "conflict",
        True,
    ),
    Row(
        "Work away from children is ok only when both settings and regulated activity are known.",
        NO_CHILDREN,
        asks(settings=[], regulated_activity=["adults"]),
        "no_regulated_children",
        "ok",
        True,
    ),
    Row(
        "Known settings without regulated activity leave work with children a question.",
        NO_CHILDREN,
        asks(settings=[]),
        "no_regulated_children",
        "unknown",
        True,
    ),
    Row(
        "Known regulated activity without settings leaves work with children a question.",
        NO_CHILDREN,
        asks(regulated_activity=[]),
        "no_regulated_children",
        "unknown",
        True,
    ),
    Row(
        "An exclusion that the person does not name gives no finding.",
        NO_ALCOHOL,
        asks(settings=["no_gambling"]),
        "no_gambling",
        None,
        None,
    ),
]
