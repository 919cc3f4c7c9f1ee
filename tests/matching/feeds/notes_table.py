"""Invented notes and adverts with the facts that a careful reader would suggest from each, and none else.

`?` stands for words that are about a field but do not say its value. A field of several values has a list.
"""

from __future__ import annotations

from typing import Any

ABOUT_IT = "?"


def hours(least: float | None = None, most: float | None = None) -> dict[str, Any]:
    ends = {"min": least, "max": most}
    return {"hours": {name: end for name, end in ends.items() if end is not None}}


def shifts(days: str, starts: str, ends: str) -> dict[str, Any]:
    return {"pattern": {"kind": "fixed", "shifts": [{"days": days.split(), "from": starts, "to": ends}]}}


WEEKDAYS = "mon tue wed thu fri"

#: The notes by which the rules were written.
KNOWN: list[tuple[str, dict[str, Any]]] = [
    ("16 hours a week, £12.50 an hour.", {**hours(16, 16), "pay": {"hourly": 12.5}}),
    ("20-25 hrs/wk. Paid weekly.", {**hours(20, 25), "pay.period": "weekly"}),
    ("Up to 30 hours per week, hours are negotiable", {**hours(most=30), "hours.negotiable": "yes"}),
    ("Salary £24,000 per annum, permanent contract.", {"pay": {"annual": 24000}, "contract": "permanent"}),
    ("Pay is £11.44 - £13.20 per hour depending on experience.", {}),
    ("Mon to Fri 9am to 1pm. ME14 1XX.", {**shifts(WEEKDAYS, "09:00", "13:00"), "location.postcode": "ME14 1XX"}),
    (
        "No weekends, nights or lifting.",
        {"adjustments.time.no_weekends": "yes", "adjustments.time.no_nights": "yes", "physical.lift_kg": 0},
    ),
    ("Weekends are essential.", {"adjustments.time.no_weekends": "no"}),
    ("There is a quiet room upstairs.", {"adjustments.place.quiet_room": "yes"}),
    ("No quiet room.", {"adjustments.place.quiet_room": "no"}),
    ("They may be able to find a quiet room.", {"adjustments.place.quiet_room": "maybe"}),
    ("Ask whether there is a quiet room.", {}),
    ("Quiet room?", {}),
    ("Headphones are fine in the stock room, not on the shop floor.", {"adjustments.sens.headphones": "yes"}),
    ("Headphones no problem.", {"adjustments.sens.headphones": "yes"}),
    ("Headphones not allowed.", {"adjustments.sens.headphones": "no"}),
    ("It is not noisy.", {"sensory.noise": ABOUT_IT}),
    ("Loud machinery, you have to shout by the press.", {"sensory.noise": {"typical": 4}}),
    (
        "Open plan office, bright fluorescent lights, quite busy at times.",
        {"sensory.crowding": ABOUT_IT, "sensory.lighting": ABOUT_IT},
    ),
    ("Lifting up to 20 kg. On your feet all day.", {"physical.lift_kg": 20, "sensory.movement": ABOUT_IT}),
    ("Boxes of 10 to 15kg to carry.", {"physical.lift_kg": 15}),
    ("No lifting over 10 kg.", {"physical.lift_kg": 10}),
    ("We sell 5 kg bags of flour.", {"physical.lift_kg": 5}),  # a reader sees that it is sold and leaves it
    ("Enhanced DBS required.", {"requirements.dbs": "enhanced"}),
    ("No DBS needed. Driving licence not required.", {"requirements.dbs": "none", "requirements.driving": "none"}),
    ("DBS check required for this post.", {"requirements.dbs": ABOUT_IT}),
    ("Full UK driving licence essential.", {"requirements.driving": ABOUT_IT}),
    ("Manual licence needed for the van.", {"requirements.driving": "full_manual"}),
    (
        "Must be over 18. Level 2 food hygiene preferred.",
        {"requirements.minimum_age": 18, "requirements.qualifications": ["food_hygiene_l2"]},
    ),
    ("No qualifications needed, training on the job.", {"requirements.qualifications": [[]]}),
    ("Zero hours contract.", {"contract": "zero_hours"}),
    ("It might become a permanent role.", {"contract": ABOUT_IT}),
    ("Fully remote.", {"location.remote": "only"}),
    ("No working from home.", {"location.remote": "no"}),
    ("Shelf stacking and cleaning, some till work. No cooking.", {"task_tags": ["stacking", "cleaning", "till_work"]}),
    (
        "Job title: Kitchen helper\nEmployer: Ash Hotel\nDuties:\n- wash the dishes\n- clear tables\n\nCall Jo.",
        {
            "title": "Kitchen helper",
            "employer": "Ash Hotel",
            "tasks": ["wash the dishes", "clear tables"],
            "task_tags": ["washing_up", "table_clearing"],
        },
    ),
    ("Closing date: 14 December 2026. Two vacancies.", {"closes_on": "2026-12-14", "openings": 2}),
    ("Rota is out two weeks in advance.", {"pattern.notice_days": 14}),
    (
        "Buddy system, weekly check-ins, job coach welcome.",
        {
            "adjustments.sup.buddy": ABOUT_IT,
            "adjustments.sup.weekly_1to1": ABOUT_IT,
            "adjustments.sup.job_coach": "yes",
        },
    ),
    ("The participant needs a quiet room and cannot lift 20 kg.", {}),
    (
        "Freezer work, gloves and hairnet. Ear defenders supplied.",
        {"sensory.temperature": ABOUT_IT, "sensory.touch": ABOUT_IT, "adjustments.sens.hearing_defenders": "yes"},
    ),
    (
        "Customer facing role in a fast-paced team.",
        {"sensory.social_demand": ABOUT_IT, "sensory.unpredictability": ABOUT_IT},
    ),
    (
        "Visited the garden centre with Sue the manager. Sat & Sun 10am-4pm, 12 hours a week. They pay £12.21 per hour."
        " Mostly watering plants and helping customers carry things. Outdoors, gets cold in winter. Happy for somebody "
        "to wear headphones in the polytunnel. No DBS.",
        {
            **hours(12, 12),
            **shifts("sat sun", "10:00", "16:00"),
            "pay": {"hourly": 12.21},
            "task_tags": ["plants", "customer_service"],
            "sensory.temperature": ABOUT_IT,
            "adjustments.sens.headphones": "yes",
            "requirements.dbs": "none",
        },
    ),
    (
        "Tel call: warehouse op, 37.5 hours per week, 6am - 2pm Monday to Friday. £26,500 a year. Picking orders, "
        "packing boxes up to 25kg. Noisy, forklifts about. No flexibility on start times. Must be 18+.",
        {
            **hours(37.5, 37.5),
            **shifts(WEEKDAYS, "06:00", "14:00"),
            "pay": {"annual": 26500},
            "task_tags": ["picking", "packing"],
            "physical.lift_kg": 25,
            "sensory.noise": ABOUT_IT,
            "requirements.minimum_age": 18,
            "adjustments.time.flex_start": "no",
        },
    ),
    (
        "Office junior. Part time, 3 days a week. Filing, scanning and answering phones. Quiet office, own desk by the "
        "window. Step free, accessible toilet on the same floor. Could start later, need to check with HR.",
        {
            "task_tags": ["filing", "copying", "phone_calls"],
            "sensory.noise": ABOUT_IT,
            "adjustments.place.fixed_desk": "yes",
            "adjustments.bldg.step_free": "yes",
            "adjustments.bldg.accessible_toilet": "yes",
        },
    ),
    (
        "Care assistant\nHours: 30 per week\nEnhanced DBS with barred lists check. Nights and weekends on a rota. Full "
        "training given. Driving licence and own car essential.",
        {
            **hours(30, 30),
            "requirements.dbs": "enhanced_barred",
            "requirements.driving": ABOUT_IT,
        },
    ),
    (
        "Café in M1 4BT. Barista + washing up. Loud music on, coffee machine, busy at lunch. Staff wear an apron. "
        "8 to 12 hrs a week, flexible hours. They don't do trial shifts.",
        {
            "location.postcode": "M1 4BT",
            "task_tags": ["hot_drinks", "washing_up"],
            "sensory.noise": ABOUT_IT,
            "sensory.crowding": ABOUT_IT,
            "sensory.touch": ABOUT_IT,
            **hours(8, 12),
            "hours.negotiable": "yes",
        },
    ),
    (
        "Seasonal work, Christmas only. Heavy lifting not involved. Uniform provided. Written instructions can be"
        " given. Interview questions in advance: yes.",
        {
            "contract": "seasonal",
            "adjustments.task.no_lifting": "yes",
            "sensory.touch": ABOUT_IT,
            "adjustments.comm.written_instructions": "yes",
            "adjustments.recr.questions_ahead": "yes",
        },
    ),
    (
        "Cleaner wanted for school, term time only. 15 hours a week, 3pm to 6pm Mon-Fri. £12.60ph. Own pace, works "
        "alone. Chemicals smell quite strong. Enhanced disclosure needed. Apply by 04/12/2026.",
        {
            **hours(15, 15),
            **shifts(WEEKDAYS, "15:00", "18:00"),
            "pay": {"hourly": 12.6},
            "adjustments.time.term_time": "yes",
            "adjustments.task.self_pace": ABOUT_IT,
            "sensory.smell": ABOUT_IT,
            "requirements.dbs": "enhanced",
            "closes_on": "2026-12-04",
            "task_tags": ["cleaning"],
        },
    ),
    (
        "He said no cash handling, no phones. Repetitive assembly work, same tasks every day, seated. Radio playing. "
        "Not sure about breaks.",
        {
            "adjustments.task.no_cash": "yes",
            "task_tags": ["assembly"],
            "sensory.unpredictability": ABOUT_IT,
            "sensory.movement": ABOUT_IT,
            "sensory.noise": ABOUT_IT,
        },
    ),
    (
        "Disability Confident Leader. Guaranteed interview. Hybrid working. £28k pa. Fixed-term contract, 12 months.",
        {
            "disability_confident": 3,
            "adjustments.recr.guaranteed_interview": "yes",
            "location.remote": "some",
            "pay": {"annual": 28000},
            "contract": "fixed_term",
        },
    ),
    (
        "Standing for 4 hours at the line, no sitting. Hairnet, gloves. It was cold, like a fridge. They never let "
        "anyone wear earphones. Rota comes out 7 days ahead.",
        {
            "physical.stand_minutes": 240,
            "sensory.touch": ABOUT_IT,
            "sensory.temperature": ABOUT_IT,
            "adjustments.sens.headphones": "no",
            "pattern.notice_days": 7,
        },
    ),
    (
        "Laundry assistant at a hotel. Hot, steamy. Ironing and making beds. 5 shifts of 4 hours. Pay above minimum "
        "wage. Short shifts would be possible.",
        {
            "task_tags": ["laundry", "bed_making"],
            "sensory.temperature": ABOUT_IT,
            "adjustments.time.short_shifts": "maybe",
        },
    ),
    (
        "Spoke to Dev about the stockroom job: about 20 hours a week, no weekend work, lifting of 12 kilos at most, "
        "ladders used. Training by shadowing a colleague. A checklist is on the wall.",
        {
            **hours(20, 20),
            "adjustments.time.no_weekends": "yes",
            "physical.lift_kg": 12,
            "physical.climb": True,
            "adjustments.train.shown_on_job": "yes",
            "adjustments.task.checklist": "yes",
        },
    ),
]

#: Notes that nobody looked at while the rules were written: what the figures of quality are taken from.
FRESH: list[tuple[str, dict[str, Any]]] = [
    (
        "Housekeeping team at the Larch Inn. 4 hours a day, 5 days out of 7. £12.30 an hour paid every week. Lots of "
        "bending, up and down stairs. Quiet corridors. You work in pairs. Beds to change and bathrooms to clean.",
        {
            "pay": {"hourly": 12.3},
            "pay.period": "weekly",
            "sensory.movement": ABOUT_IT,
            "sensory.noise": ABOUT_IT,
            "task_tags": ["bed_making", "cleaning"],
        },
    ),
    (
        "Library assistant, 18.5 hours per week (Tuesday, Thursday and Saturday). £22,737 per annum pro rata. Shelving "
        "books, greeting visitors, some work on the computer. Basic DBS check. Job share considered.",
        {**hours(18.5, 18.5), "pay": {"annual": 22737}, "task_tags": ["reception"], "requirements.dbs": "basic"},
    ),
    (
        "We do not ask for experience or qualifications. You will be shown how to do it. Between 10 and 16 hours a"
        " week. Evening shifts 5pm to 9pm Wednesday, Thursday and Friday. CT1 2EH.",
        {
            "requirements.qualifications": [[]],
            "adjustments.train.shown_on_job": "yes",
            **hours(10, 16),
            **shifts("wed thu fri", "17:00", "21:00"),
            "location.postcode": "CT1 2EH",
        },
    ),
    (
        "Recycling centre. Outdoors in all weathers. Hi-vis and boots. Lifting - yes, 20kg at times. Loud reversing "
        "beepers. Would think about a later start. Not keen on headphones near vehicles.",
        {
            "task_tags": ["recycling"],
            "sensory.temperature": {"typical": 4},
            "physical.lift_kg": 20,
            "sensory.noise": ABOUT_IT,
            "adjustments.time.late_start": "maybe",
            "adjustments.sens.headphones": "no",
        },
    ),
    (
        "Data entry clerk\nTemporary role, 6 months\n£13.15 p/h\nMonday to Thursday 09:30 - 14:30\nOpen plan office, "
        "headsets provided. Home working two days once trained.",
        {
            "task_tags": ["data_entry"],
            "contract": "temporary",
            "pay": {"hourly": 13.15},
            **shifts("mon tue wed thu", "09:30", "14:30"),
            "sensory.crowding": ABOUT_IT,
            "location.remote": ABOUT_IT,
        },
    ),
    (
        "Spoke with Mr Okoro. Three posts going. No zero hours contracts here, all permanent jobs. Flexi-time is "
        "offered. There's a buddy for every starter. Breaks whenever you like. Dogs on site.",
        {
            "openings": 3,
            "contract": "permanent",
            "adjustments.time.flex_start": "yes",
            "adjustments.sup.buddy": "yes",
            "adjustments.break.when_needed": "yes",
        },
    ),
    (
        "Gardener's mate. Mowing, weeding, hedge cutting. Own transport needed as sites vary. 7.30am start. Rain or "
        "shine. Works on his own sometimes. Tools are heavy, maybe 8 kg. Pay weekly, £95 a day.",
        {
            "task_tags": ["gardening"],
            "requirements.driving": ABOUT_IT,
            "sensory.temperature": ABOUT_IT,
            "physical.lift_kg": 8,
        },
    ),
    (
        "Kitchen porter needed. Pot wash, mopping, taking out bins. Hot and noisy, you have to raise your voice. Fri, "
        "Sat and Sun 6pm to 11pm, 15 hours weekly. No experience. Meals free. Must be 16+.",
        {
            "task_tags": ["washing_up", "cleaning"],
            "sensory.temperature": ABOUT_IT,
            "sensory.noise": {"typical": 3},
            **shifts("fri sat sun", "18:00", "23:00"),
            **hours(15, 15),
            "requirements.minimum_age": 16,
        },
    ),
    (
        "They would rather not have a job coach in the shop. Fitting rooms get messy and it is crowded on Saturdays. "
        "Working the till, folding clothes. Sit or stand at the till as you like. Enhanced DBS isn't needed.",
        {
            "adjustments.sup.job_coach": "no",
            "sensory.visual_clutter": ABOUT_IT,
            "sensory.crowding": ABOUT_IT,
            "task_tags": ["till_work"],
            "adjustments.task.sit_option": "yes",
            "requirements.dbs": "none",
        },
    ),
    (
        "Farm shop packing room. 24 hours per week over 3 days. One line manager, very calm. Chilled room at 5 degrees,"
        " gloves and coat given. Packing boxes at your own pace. Is there a ramp? Forgot to ask about toilets.",
        {
            **hours(24, 24),
            "adjustments.sup.named_person": ABOUT_IT,
            "sensory.temperature": ABOUT_IT,
            "sensory.touch": ABOUT_IT,
            "task_tags": ["packing"],
            "adjustments.task.self_pace": ABOUT_IT,
        },
    ),
]
