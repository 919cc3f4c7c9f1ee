"""Worked examples of the aspect physical: what the job asks of the body and what the person can do."""

from __future__ import annotations

from tests.specs.row import Row, job, person

ASPECT = "physical"

LIMITS = person(physical={"lift_max_kg": 10, "stand_max_minutes": 60, "walk_max_minutes": 30, "climb": False})
SOFT_LIMITS = person(physical={"lift_max_kg": 10, "climb": False, "hard": False})

TABLE = [
    # name, profile, vacancy, part, verdict, absolute
    Row("Lifting as much as the limit is ok.", LIMITS, job(physical={"lift_kg": 10}), "lift", "ok", True),
    Row(
        "Lifting half a kilogram more is a conflict.", LIMITS, job(physical={"lift_kg": 10.5}), "lift", "conflict", True
    ),
    Row("Lifting that nobody knows is a question.", LIMITS, job(), "lift", "unknown", True),
    Row(
        "A limit that is not hard gives a conflict that is not absolute.",
        SOFT_LIMITS,
        job(physical={"lift_kg": 25}),
        "lift",
        "conflict",
        False,
    ),
    Row("Standing as long as the limit is ok.", LIMITS, job(physical={"stand_minutes": 60}), "stand", "ok", True),
    Row("Standing longer is a conflict.", LIMITS, job(physical={"stand_minutes": 61}), "stand", "conflict", True),
    Row("Walking as long as the limit is ok.", LIMITS, job(physical={"walk_minutes": 30}), "walk", "ok", True),
    Row("Walking longer is a conflict.", LIMITS, job(physical={"walk_minutes": 45}), "walk", "conflict", True),
    Row(
        "A job that says nothing of walking is a question.",
        LIMITS,
        job(physical={"stand_minutes": 10}),
        "walk",
        "unknown",
        True,
    ),
    Row("A job without climbing is ok.", LIMITS, job(physical={"climb": False}), "climb", "ok", True),
    Row("A job with climbing is a conflict.", LIMITS, job(physical={"climb": True}), "climb", "conflict", True),
    Row("Climbing that nobody knows is a question.", LIMITS, job(physical={}), "climb", "unknown", True),
    Row(
        "Climbing is absolute only where limits are hard.",
        SOFT_LIMITS,
        job(physical={"climb": True}),
        "climb",
        "conflict",
        False,
    ),
    Row(
        "A person who can climb states no limit.",
        person(physical={"climb": True}),
        job(physical={"climb": True}),
        "climb",
        None,
        None,
    ),
    Row(
        "A limit that the person does not state gives no finding.",
        SOFT_LIMITS,
        job(physical={"stand_minutes": 480}),
        "stand",
        None,
        None,
    ),
    Row(
        "An offer of no lifting changes nothing: only adjustments and senses look at offers.",
        LIMITS,
        job(physical={"lift_kg": 25}, adjustments={"task.no_lifting": "yes"}),
        "lift",
        "conflict",
        True,
    ),
]
