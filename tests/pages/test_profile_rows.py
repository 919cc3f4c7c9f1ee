"""Rows, the week, senses: forms of a profile that hold more than one thing each."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.profile_sections.saving import as_shown
from api.pages.profile_sections.table import PARTS, SENSES
from api.pages.profile_sections.week import MOST_TIMES, WeekPart
from api.pages.typed import FormReader, Typed
from matching.errors import Where
from matching.fit.week import minutes_of
from matching.interchange.profiles import profile_shape
from matching.interchange.shapes import Reader
from matching.model.work import DAYS, WindowKind
from tests.api.routes.people import taken_on, write
from tests.pages.test_profiles import document, path, sent_back, shown_pairs
from tests.service import Service

WEEK = WeekPart(field="availability")
_CLOCKS = st.builds(lambda minute: f"{minute // 60:02}:{minute % 60:02}", st.integers(0, 1439))
_WINDOWS = st.lists(
    st.tuples(
        st.lists(st.sampled_from([day.value for day in DAYS]), min_size=1, max_size=7, unique=True),
        _CLOCKS,
        _CLOCKS | st.just("24:00"),
        st.sampled_from([kind.value for kind in WindowKind]),
    ).filter(lambda window: window[1] != window[2]),
    max_size=10,
).map(lambda windows: [dict(zip(("days", "from", "to", "kind"), window, strict=True)) for window in windows])


@pytest.fixture
def jo(sqlite_service: Service) -> str:
    return taken_on(sqlite_service)


def _minutes(windows: list[dict[str, Any]]) -> dict[WindowKind, bytes]:
    """What each kind of window covers, as the matcher reads it."""
    shape = next(field.shape for field in profile_shape().fields if field.name == "availability")
    read = shape.read(windows, Reader(Where()))
    return {
        kind: minutes_of(span for each in read if each.kind is kind for span in each.span.intervals()).tobytes()
        for kind in WindowKind
    }


@given(_WINDOWS)
def test_whatever_windows_there_are_come_out_of_the_form_with_the_same_meaning(windows: list[dict[str, Any]]) -> None:
    found = as_shown(WEEK, windows) or []
    assert _minutes(found) == _minutes(windows)


def test_more_times_than_the_form_has_room_for_are_shown_as_text_and_kept(sqlite_service: Service, jo: str) -> None:
    times = [{"days": ["mon"], "from": f"{hour:02}:00", "to": f"{hour:02}:30", "kind": "can"} for hour in range(1, 9)]
    write(sqlite_service, jo, {"availability": times}, version=0)
    page = sqlite_service.as_("ana").get(path(jo, "/days")).text
    assert "They can work Monday, 8am to 8:30am." in page
    answer = sent_back(sqlite_service, path(jo, "/days"), **{"availability.tue.1.kind": "cannot"})
    assert answer.status_code == 303
    now = document(sqlite_service, jo)["document"]["availability"]
    assert sum(window["days"] == ["mon"] for window in now) == len(times) > MOST_TIMES


def test_a_day_is_told_with_times_as_people_write_them(sqlite_service: Service, jo: str) -> None:
    typed = {"availability.mon.1.kind": "can", "availability.mon.1.from": "9am", "availability.mon.1.to": "5.30 pm"}
    sent_back(sqlite_service, path(jo, "/days"), **typed)
    now = document(sqlite_service, jo)["document"]
    assert now["availability"] == [{"days": ["mon"], "from": "09:00", "to": "17:30", "kind": "can"}]


def test_another_time_is_a_row_more_and_saves_nothing(sqlite_service: Service, jo: str) -> None:
    typed = {"availability.mon.1.kind": "can", "availability.mon.1.from": "9am", "do": "more availability mon"}
    answer = sent_back(sqlite_service, path(jo, "/days"), **typed)
    assert answer.status_code == 200
    pairs = dict(shown_pairs(answer.text))
    assert pairs["availability.mon.2.kind"] == ""
    assert pairs["availability.mon.1.from"] == "9am", "what was typed is still there"
    assert document(sqlite_service, jo)["version"] == 0


def test_after_a_row_more_the_back_button_leads_to_a_form_that_can_still_be_saved(
    sqlite_service: Service, jo: str
) -> None:
    typed = {"once": "a1b2", "availability.mon.1.kind": "can"}
    assert sent_back(sqlite_service, path(jo, "/days"), **typed, do="more availability mon").status_code == 200
    assert sent_back(sqlite_service, path(jo, "/days"), **typed).status_code == 303


def test_mondays_times_are_used_for_the_other_working_days(sqlite_service: Service, jo: str) -> None:
    typed = {"availability.mon.1.kind": "can", "availability.sat.1.kind": "cannot", "do": "copy availability"}
    answer = sent_back(sqlite_service, path(jo, "/days"), **typed)
    sqlite_service.as_("ana").send(path(jo, "/days"), dict(shown_pairs(answer.text)))
    now = document(sqlite_service, jo)["document"]["availability"]
    assert [(window["days"], window["kind"]) for window in now] == [
        (["mon", "tue", "wed", "thu", "fri"], "can"),
        (["sat"], "cannot"),
    ]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"mon.1.from": "9am"}, "Say what the time on Monday means"),
        ({"mon.1.kind": "can", "mon.1.from": "9am"}, "Give both times on Monday"),
        ({"mon.1.kind": "can", "mon.1.from": "9am", "mon.1.to": "9:00"}, "The two times on Monday are the same"),
        ({"mon.1.kind": "can", "mon.1.from": "soon", "mon.1.to": "5pm"}, "Give the time on Monday like"),
        ({"mon.1.kind": "can", "mon.1.from": "9am", "mon.1.to": "25:00"}, "Give the time on Monday like"),
    ],
)
def test_a_time_that_cannot_be_read_is_said(typed: dict[str, str], says: str) -> None:
    sent = Typed(pairs=[(f"availability.{name}", value) for name, value in typed.items()])
    form = FormReader(sent)
    WEEK.read(form, sent, None)
    assert says in str(form._problems)


def test_a_time_that_cannot_be_read_is_said_once_on_top_and_once_beside_it(sqlite_service: Service, jo: str) -> None:
    typed = {"availability.tue.1.kind": "can", "availability.tue.1.from": "nine", "availability.tue.1.to": "5pm"}
    answer = sent_back(sqlite_service, path(jo, "/days"), **typed)
    assert answer.status_code == 422
    assert answer.text.count("Give the time on Tuesday") == 2
    assert 'href="#availability.tue.1.from"' in answer.text
    assert 'value="nine"' in answer.text


@pytest.mark.parametrize("part", [each for parts in PARTS.values() for each in parts], ids=lambda part: part.field)
def test_what_nobody_knows_reads_back_as_what_holds_then(part: Any) -> None:
    assert as_shown(part, None) in (None, getattr(part, "usual", None))


@pytest.mark.parametrize("part", SENSES.values(), ids=lambda part: part.field)
def test_a_sense_that_nobody_knows_reads_back_so(part: Any) -> None:
    assert as_shown(part, None) is None


@pytest.mark.parametrize("direction", ["avoid", "neutral", "seek"])
@pytest.mark.parametrize("level", range(5))
def test_every_answer_on_a_sense_reads_back(direction: str, level: int) -> None:
    value = {"tolerance": level, "direction": direction, "hard": True, "mitigations": ["task.carve"]}
    assert as_shown(SENSES["noise"], value) == value


def test_a_row_is_removed_and_the_others_stay(sqlite_service: Service, jo: str) -> None:
    said = {"work_history": [{"title": "Porter", "liked": "the team"}, {"title": "Cook", "tasks": ["soup"]}]}
    write(sqlite_service, jo, said, version=0)
    answer = sent_back(sqlite_service, path(jo, "/past-jobs"), do="drop work_history 1")
    sqlite_service.as_("ana").send(path(jo, "/past-jobs"), dict(shown_pairs(answer.text)))
    assert document(sqlite_service, jo)["document"]["work_history"] == [{"title": "Cook", "tasks": ["soup"]}]


def test_a_row_without_its_name_is_refused_and_one_that_is_empty_is_nothing(sqlite_service: Service, jo: str) -> None:
    answer = sent_back(sqlite_service, path(jo, "/past-jobs"), **{"work_history.1.liked": "the team"})
    assert answer.text.count("Say what this job is, or empty the row.") == 2, "on top and beside the input"
    assert 'href="#work_history.1.title"' in answer.text
    again = sent_back(sqlite_service, path(jo, "/work-wanted"))
    assert "done=profile-same" in again.headers["Location"]


def test_a_level_without_a_direction_is_asked_for(sqlite_service: Service, jo: str) -> None:
    answer = sent_back(sqlite_service, path(jo, "/senses/noise"), **{"sensory-noise.direction": "avoid"})
    assert answer.status_code == 422
    assert answer.text.count("Choose how much of it they are fine with.") == 2, "on top and beside the input"


def test_a_sense_is_shown_in_the_words_of_its_levels(sqlite_service: Service, jo: str) -> None:
    typed = {"sensory-noise.direction": "avoid", "sensory-noise.level": "1", "sensory-noise.hard": "yes"}
    answer = sent_back(sqlite_service, path(jo, "/senses/noise"), **typed)
    page = sqlite_service.as_("ana").get(answer.headers["Location"]).text
    assert "Fine up to: quiet office hum, normal voice" in page
    assert "Next: Light" in page
    assert document(sqlite_service, jo)["document"]["sensory"] == {
        "noise": {"tolerance": 1, "direction": "avoid", "hard": True}
    }
