"""Worked examples of the aspect pay: the lowest hourly pay and what the job pays."""

from __future__ import annotations

from tests.specs.row import Row, job, person

ASPECT = "pay"

FLOOR = person(pay_floor={"hourly": 12.50})
HARD_FLOOR = person(pay_floor={"hourly": 12.50, "hard": True})

TABLE = [
    # name, profile, vacancy, part, verdict, absolute
    Row("Pay equal to the floor is ok.", FLOOR, job(pay={"hourly": 12.50}), "floor", "ok", False),
    Row("Pay a penny below the floor is a conflict.", FLOOR, job(pay={"hourly": 12.49}), "floor", "conflict", False),
    Row(
        "A conflict with a hard floor is absolute.",
        HARD_FLOOR,
        job(pay={"hourly": 12.49}),
        "floor",
        "conflict",
        True,
    ),
    Row("Pay that nobody knows is a question.", FLOOR, job(hours={"min": 20, "max": 20}), "floor", "unknown", False),
    Row(
        "£13,000 a year for 20 hours a week is £12.50 an hour.",
        FLOOR,
        job(pay={"annual": 13000}, hours={"min": 20, "max": 20}),
        "floor",
        "ok",
        False,
    ),
    Row(
        "£12,994.80 a year for 20 hours is £12.495 an hour, and half a penny is rounded up.",
        FLOOR,
        job(pay={"annual": 12994.80}, hours={"min": 20, "max": 20}),
        "floor",
        "ok",
        False,
    ),
    Row(
        "A penny a year less falls below the floor.",
        FLOOR,
        job(pay={"annual": 12994.79}, hours={"min": 20, "max": 20}),
        "floor",
        "conflict",
        False,
    ),
    Row(
        "A stated hourly rate wins over the year's pay.",
        FLOOR,
        job(pay={"hourly": 12.40, "annual": 13000}, hours={"min": 20, "max": 20}),
        "floor",
        "conflict",
        False,
    ),
    Row(
        "A stated hourly rate needs no hours.",
        FLOOR,
        job(pay={"hourly": 13}),
        "floor",
        "ok",
        False,
    ),
    Row(
        "The year's pay without any hours is a question.", FLOOR, job(pay={"annual": 99000}), "floor", "unknown", False
    ),
    Row(
        "Hours of 0 count as no hours.",
        FLOOR,
        job(pay={"annual": 99000}, hours={"min": 0, "max": 0}),
        "floor",
        "unknown",
        False,
    ),
    Row(
        "A least of 0 hours alone counts as no hours.",
        FLOOR,
        job(pay={"annual": 200000}, hours={"min": 0}),
        "floor",
        "unknown",
        False,
    ),
    Row(
        "With a range of hours the year's pay is enough if it is enough at the most hours.",
        FLOOR,
        job(pay={"annual": 26000}, hours={"min": 20, "max": 40}),
        "floor",
        "ok",
        False,
    ),
    Row(
        "With a range of hours the year's pay is too little if it is too little at the least hours.",
        FLOOR,
        job(pay={"annual": 12000}, hours={"min": 20, "max": 40}),
        "floor",
        "conflict",
        False,
    ),
    Row(
        "With a range of hours pay that is enough at the least and too little at the most is a question.",
        FLOOR,
        job(pay={"annual": 13000}, hours={"min": 20, "max": 40}),
        "floor",
        "unknown",
        False,
    ),
    Row(
        "The most hours alone are enough to know that pay is enough.",
        FLOOR,
        job(pay={"annual": 26000}, hours={"max": 40}),
        "floor",
        "ok",
        False,
    ),
    Row(
        "The most hours alone cannot show that pay is too little.",
        FLOOR,
        job(pay={"annual": 12000}, hours={"max": 40}),
        "floor",
        "unknown",
        False,
    ),
    Row(
        "The least hours alone are enough to know that pay is too little.",
        FLOOR,
        job(pay={"annual": 12000}, hours={"min": 20}),
        "floor",
        "conflict",
        False,
    ),
    Row(
        "The least hours alone leave it open whether pay is enough.",
        FLOOR,
        job(pay={"annual": 26000}, hours={"min": 20}),
        "floor",
        "unknown",
        False,
    ),
    Row(
        "How often wages are paid takes no part.",
        FLOOR,
        job(pay={"hourly": 12.50, "period": "monthly"}),
        "floor",
        "ok",
        False,
    ),
    Row("Without a floor there is no finding about pay.", person(), job(pay={"hourly": 5}), "floor", None, None),
]
