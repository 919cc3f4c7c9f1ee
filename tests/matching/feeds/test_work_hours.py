"""Which words state weekly hours and shifts plainly, and which leave them unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.errors import Where
from matching.feeds.work_hours import StatedWork, read_work_hours
from matching.interchange import read_vacancy

HOURS = [
    ("37.5 hours per week", 37.5, 37.5),
    ("20 to 25 hours a week", 20, 25),
    ("20-25 hours per week", 20, 25),
    ("20 – 25 hrs/week", 20, 25),
    ("Between 20 and 25 hours per week", 20, 25),
    ("40h/week", 40, 40),
    ("16 hrs pw", 16, 16),
    ("16 hours weekly", 16, 16),
    ("37½ hours each week", 37.5, 37.5),
    ("37.5-hour week", 37.5, 37.5),
    ("Hours per week: 37.5", 37.5, 37.5),
    ("Full time, 37.5 hours per week", 37.5, 37.5),
    ("Flexible, 20-40 hours per week", 20, 40),
    ("8 hours a day, 40 hours a week", 40, 40),
    ("16 hours per week over 4 days", 16, 16),
    ("Up to 20 hours per week", None, 20),
    ("20 hours a week maximum", None, 20),
    ("At least 16 hours a week", 16, None),
    ("Minimum of 16 hours per week", 16, None),
    ("16 hours per week or more", 16, None),
]


@pytest.mark.parametrize(("text", "least", "most"), HOURS)
def test_plain_words_state_weekly_hours(text: str, least: float | None, most: float | None) -> None:
    stated = {name: value for name, value in (("min", least), ("max", most)) if value is not None}
    assert read_work_hours(text).hours == stated


UNKNOWN = [
    "Full time", "Part time", "40", "40 hours", "8 hours a day", "About 20 hours a week", "c. 20 hours a week",
    "16 or 20 hours per week", "20 hours per week plus overtime", "30 hours per week, term time only",
    "Average 20 hours per week", "20+ hours per week", "20 hours per week for 4 weeks, 30 hours per week from May",
    "2 shifts of 8 hours per week", "4 x 8 hours per week", "1,200 hours per week", "-5 hours per week",
    "0 hours per week", "200 hours per week", "25-20 hours a week", "From 16 hours per week",
    "Up to 16-20 hours per week", "75 hours per fortnight", "£12 hours per week", "20 hours per week, may vary",
    "Not 20 hours per week", "20 hours every other week", "37.5 hours per week" + " and so on" * 40,
]  # fmt: skip


@pytest.mark.parametrize("text", UNKNOWN)
def test_words_that_leave_a_doubt_state_nothing(text: str) -> None:
    stated = read_work_hours(text)
    assert (stated.hours, stated.pattern) == (None, None)


WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
PATTERNS = [
    ("Monday to Friday 9am to 3pm", [(WEEKDAYS, "09:00", "15:00")]),
    ("Mon-Fri, 09:00-15:00", [(WEEKDAYS, "09:00", "15:00")]),
    ("9am - 3pm, Monday - Friday", [(WEEKDAYS, "09:00", "15:00")]),
    ("Weekdays from 9:30am until 1 p.m.", [(WEEKDAYS, "09:30", "13:00")]),
    ("Saturdays and Sundays, 10:00 to 16:00", [(["sat", "sun"], "10:00", "16:00")]),
    ("Mon, Wed & Fri 9.30am-1pm; Sat 10am - noon", [(["mon", "wed", "fri"], "09:30", "13:00"),
                                                     (["sat"], "10:00", "12:00")]),
    ("Fri 22:00-06:00", [(["fri"], "22:00", "06:00")]),
    ("Friday 6pm to midnight", [(["fri"], "18:00", "24:00")]),
    ("Working hours: Tuesday 12pm to 4pm", [(["tue"], "12:00", "16:00")]),
    ("Part-time, Tuesday 9:00-13:00", [(["tue"], "09:00", "13:00")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shifts"), PATTERNS)
def test_plain_words_state_the_shifts(text: str, shifts: list[tuple[list[str], str, str]]) -> None:
    listed = [{"days": days, "from": starts, "to": ends} for days, starts, ends in shifts]
    assert read_work_hours(text) == StatedWork(pattern={"kind": "fixed", "shifts": listed}, unread=False)


@pytest.mark.parametrize("hours", ["40", "35", "37.5", "35 to 40"])
def test_shifts_that_fit_the_weekly_hours_are_taken_over_with_them(hours: str) -> None:
    assert read_work_hours(f"Monday to Friday 9am to 5pm, {hours} hours per week").pattern is not None


@pytest.mark.parametrize("hours", ["16", "34", "41", "48"])
def test_opening_times_are_no_shifts(hours: str) -> None:
    stated = read_work_hours(f"Monday to Friday 9am to 5pm, {hours} hours per week")
    assert (stated.hours is not None, stated.pattern) == (True, None)


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("", False),
        ("37.5 hours per week", False),
        ("Full time (37.5 hours per week).", False),
        ("37.5 hours per week, Monday to Friday 9am to 5pm", False),
        ("37.5 hours per week, Monday to Friday", True),
        ("37.5 hours per week, Monday to Sunday 7am to 10pm", True),
        ("about 20 hours a week", True),
    ],
)
def test_words_that_were_not_read_are_known(text: str, unread: bool) -> None:
    assert read_work_hours(text).unread == unread


NO_PATTERN = [
    "9am to 5pm", "Monday to Friday", "Mon-Fri 9-5", "Mon-Fri 9-5pm", "Mon-Fri 9:00 - 5:00", "Mon-Fri 6:00-10:00",
    "Monday to Sunday 7am-10pm", "Shifts between 7am and 7pm", "Mon-Fri 9am-5pm on a rota", "Mon 9am to 9am",
    "Week 1 Monday 9am to 5pm", "Fri-Mon 9am to 5pm", "Mon 9am to 1pm; Mon 1pm to 5pm", "Mon 25:00-26:00",
    "Mon 13am to 5pm", "Mon midnight to 6am", "Mon 9am to 5pm, some Saturdays", "Mon 09:00-5pm", "Mon 9:75am-1pm",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_PATTERN)
def test_times_that_may_mean_something_else_are_no_pattern(text: str) -> None:
    assert read_work_hours(text).pattern is None


PIECES = ["mon", "fri", "-", " to ", "9am", "17:00", "00:00", "midnight", "24:00", " hours per week", "20", "0.5", "; ",
          " and ", "sat", "12am", "weekdays", "from ", "up to ", "minimum", "½", "(", ")", ",", "x"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=40))
def test_whatever_is_read_is_valid_in_the_interchange_format(text: str) -> None:
    stated = read_work_hours(text)
    vacancy = {"vacancy_ref": "V1", "title": "Baker", "employer": "Farm"}
    read_vacancy(vacancy | {"hours": stated.hours, "pattern": stated.pattern}, Where("advert"))
