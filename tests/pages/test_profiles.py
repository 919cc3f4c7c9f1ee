"""Pages on a profile: what their forms show, take, keep and refuse."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from tests.api.routes.people import taken_on, write
from tests.service import Service

SAID = {"source": "participant", "said_on-day": "20", "said_on-month": "11", "said_on-year": "2026"}
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def jo(sqlite_service: Service) -> str:
    return taken_on(sqlite_service)


def path(participant_id: str, rest: str = "") -> str:
    return f"/participants/{participant_id}/profile{rest}"


def document(service: Service, participant_id: str, by: str = "ana") -> dict[str, Any]:
    found: dict[str, Any] = service.as_(by).get(f"/v1/participants/{participant_id}/profile").json()
    return found


def shown_pairs(page: str) -> list[tuple[str, str]]:
    """What a browser would send back of a form that nobody has touched."""
    form = page[page.index('<form method="post" action="/participants') :]
    form = form[: form.index("</form>")]
    pairs = []
    for tag in re.findall(r"<input[^>]*>|<textarea.*?</textarea>|<select.*?</select>", form, re.DOTALL):
        name = re.search(r'name="([^"]*)"', tag)
        if name is None or name[1] in ("csrf", "once"):
            continue
        if tag.startswith("<textarea"):
            pairs.append((name[1], unescape(re.sub(r"</?textarea[^>]*>", "", tag))))
        elif tag.startswith("<select"):
            chosen = re.search(r'<option value="([^"]*)"[^>]*selected', tag)
            first = re.search(r'<option value="([^"]*)"', tag)
            value = chosen or first
            pairs.append((name[1], value[1] if value else ""))
        elif not re.search('type="(radio|checkbox)"', tag) or "checked" in tag:
            value = re.search(r'value="([^"]*)"', tag)
            pairs.append((name[1], unescape(value[1]) if value else ""))
    return pairs


def sent_back(service: Service, address: str, by: str = "ana", **typed: Any) -> Any:
    """Send a page's form as it was shown, with some inputs typed over."""
    pairs = dict[str, Any]()
    for name, value in shown_pairs(service.as_(by).get(address).text):
        pairs.setdefault(name, []).append(value)
    return service.as_(by).send(address, {**pairs, **typed})


FULL = {
    "goal": {"own_words": "near animals", "status": "exploring"},
    "wanted_work": [{"label": "dogs", "strength": 3}, {"label": "gardens"}],
    "liked_tasks": ["dogs"],
    "refused_work": [{"label": "pubs", "tags": ["hot_drinks"], "absolute": True}],
    "strengths": ["calm"],
    "skills": [{"label": "maps", "level": 0}, {"label": "lists"}],
    "work_history": [{"title": "Porter", "tasks": ["pots", "bins"], "liked": "the team"}],
    "hours": {"min": 7.5, "max": 16},
    "availability": [
        {"days": ["mon", "wed"], "from": "09:00", "to": "17:30"},
        {"days": ["sat"], "from": "00:00", "to": "24:00", "kind": "cannot"},
        {"days": ["sun"], "from": "22:15", "to": "06:00", "kind": "prefer"},
        {"days": ["mon"], "from": "18:00", "to": "00:00"},
    ],
    "availability_hard": False,
    "shift": {"max_hours": 6, "nights": "no"},
    "travel": {"home": "ME14 1", "max_minutes": 45, "modes": ["bus"], "no_go": ["ME15"]},
    "remote": "some",
    "pay_floor": {"hourly": 12.6, "hard": True},
    "adjustments": [{"slug": "time.late_start", "importance": "essential", "alternatives": ["time.flex_start"]}],
    "sensory": {"noise": {"tolerance": 1, "hard": True, "mitigations": ["sens.headphones"]}},
    "physical": {"lift_max_kg": 10, "climb": False, "hard": False},
    "qualifications": ["food_hygiene_l2", "cscs-card"],
    "driving": "provisional",
    "legal": {"minimum_age_met": [16, 17], "barred_adults": False},
    "checks_to_avoid": [],
    "role_exclusions": ["no_gambling"],
    "employers_avoided": ["Ash Hotel"],
}
SECTIONS = (
    "goal",
    "work-wanted",
    "work-refused",
    "strengths",
    "past-jobs",
    "hours",
    "days",
    "shifts",
    "travel",
    "senses/noise",
    "lifting",
    "pay",
    "checks",
    "employers",
)


def test_a_profile_of_which_nothing_is_known_says_so_and_asks_for_no_more_than_three_facts(
    sqlite_service: Service, jo: str
) -> None:
    page = sqlite_service.as_("ana").get(path(jo)).text
    assert page.count("Not known yet") == 15
    assert "Three facts are enough" in page
    assert "%" not in page[page.index("<main") :]


def test_a_section_is_written_down_and_the_next_one_is_offered(sqlite_service: Service, jo: str) -> None:
    answer = sent_back(sqlite_service, path(jo, "/hours"), **{"hours-max": "16"})
    page = sqlite_service.as_("ana").get(answer.headers["Location"]).text
    assert "What you wrote was saved." in page
    assert "Next: Days and times" in page
    assert document(sqlite_service, jo)["document"]["hours"] == {"max": 16}


@pytest.mark.parametrize("section", SECTIONS)
def test_a_form_sent_back_as_it_was_shown_changes_nothing(section: str, sqlite_service: Service, jo: str) -> None:
    assert write(sqlite_service, jo, FULL, version=0).status_code == 200
    answer = sent_back(sqlite_service, path(jo, f"/{section}"))
    assert answer.status_code == 303, answer.text
    assert "done=profile-same" in answer.headers["Location"]
    assert document(sqlite_service, jo)["version"] == 1


def test_only_what_was_touched_is_written_and_who_said_it_is_kept(sqlite_service: Service, jo: str) -> None:
    write(sqlite_service, jo, FULL, version=0)
    sent_back(sqlite_service, path(jo, "/hours"), **SAID | {"hours-min": "8", "source": "supporter"})
    now = document(sqlite_service, jo)
    assert now["document"]["hours"] == {"min": 8, "max": 16}
    assert now["statements"]["hours.min"]["source"] == "supporter"
    assert "hours.max" not in now["statements"]


def test_what_is_emptied_is_not_known_any_more(sqlite_service: Service, jo: str) -> None:
    write(sqlite_service, jo, FULL, version=0)
    sent_back(sqlite_service, path(jo, "/hours"), **{"hours-min": "", "hours-max": ""})
    assert "hours" not in document(sqlite_service, jo)["document"]


def test_not_known_yet_is_an_answer_that_takes_a_value_back(sqlite_service: Service, jo: str) -> None:
    write(sqlite_service, jo, FULL, version=0)
    sent_back(
        sqlite_service,
        path(jo, "/checks"),
        **{"driving": "unknown", "qualifications.have": "none", "qualifications": ""},
    )
    now = document(sqlite_service, jo)["document"]
    assert "driving" not in now
    assert now["qualifications"] == []


def test_a_refused_form_keeps_what_was_typed(sqlite_service: Service, jo: str) -> None:
    answer = sent_back(sqlite_service, path(jo, "/hours"), **{"hours-min": "many", "hours-max": "12"})
    assert answer.status_code == 422
    assert 'value="many"' in answer.text
    assert 'value="12"' in answer.text
    assert document(sqlite_service, jo)["version"] == 0


def test_what_the_domain_refuses_is_said_at_its_input(sqlite_service: Service, jo: str) -> None:
    answer = sent_back(sqlite_service, path(jo, "/hours"), **{"hours-min": "20", "hours-max": "12"})
    assert answer.status_code == 422
    assert '<a href="#hours-min">Fewest hours a week is above the most hours.</a>' in answer.text


def test_a_day_after_today_is_refused(sqlite_service: Service, jo: str) -> None:
    answer = sent_back(sqlite_service, path(jo, "/hours"), **{"hours-min": "8", "said_on-year": "2027"})
    assert "The day cannot be after today." in answer.text


def test_two_who_change_different_things_both_land(sqlite_service: Service, jo: str) -> None:
    write(sqlite_service, jo, FULL, version=0)
    before = dict(shown_pairs(sqlite_service.as_("ana").get(path(jo, "/hours")).text))
    write(sqlite_service, jo, {"hours.max": 20}, version=1, by="lee")
    answer = sqlite_service.as_("ana").send(path(jo, "/hours"), {**before, "hours-min": "9"})
    assert "done=profile-merged" in answer.headers["Location"]
    assert document(sqlite_service, jo)["document"]["hours"] == {"min": 9, "max": 20}


class TestSomebodyWasQuicker:
    @pytest.fixture
    def answer(self, sqlite_service: Service, jo: str) -> Any:
        write(sqlite_service, jo, FULL, version=0)
        before = dict(shown_pairs(sqlite_service.as_("ana").get(path(jo, "/hours")).text))
        write(sqlite_service, jo, {"hours.max": 20, "hours.min": 4}, version=1, by="lee")
        return sqlite_service.as_("ana").send(path(jo, "/hours"), {**before, "hours-max": "24"})

    def test_what_is_there_now_stands_beside_what_was_typed(self, answer: Any) -> None:
        assert answer.status_code == 412
        assert "At most 20 hours a week." in answer.text
        assert "At most 24 hours a week." in answer.text
        assert 'name="version" value="2"' in answer.text

    def test_what_was_not_touched_follows_what_is_there_now(self, answer: Any) -> None:
        assert dict(shown_pairs(answer.text))["hours-min"] == "4"

    def test_what_was_typed_is_kept_as_a_draft_too(self, answer: Any, sqlite_service: Service, jo: str) -> None:
        page = sqlite_service.as_("ana").get(path(jo, "/drafts")).text
        assert "At most 24 hours a week." in page

    def test_saved_again_it_lands_and_the_draft_is_gone(self, answer: Any, sqlite_service: Service, jo: str) -> None:
        again = sqlite_service.as_("ana").send(path(jo, "/hours"), dict(shown_pairs(answer.text)))
        assert again.status_code == 303, again.text
        assert document(sqlite_service, jo)["document"]["hours"] == {"min": 4, "max": 24}
        assert "There is no draft." in sqlite_service.as_("ana").get(path(jo, "/drafts")).text


def test_words_of_people_are_shown_as_text(sqlite_service: Service, jo: str) -> None:
    said = {"goal": {"own_words": HOSTILE}, "wanted_work": [{"label": HOSTILE}], "strengths": [HOSTILE]}
    assert write(sqlite_service, jo, said, version=0).status_code == 200
    for rest in ("", "/goal", "/work-wanted", "/strengths", "/whole", "/versions", "/versions/1"):
        assert HOSTILE not in sqlite_service.as_("ana").get(path(jo, rest)).text, rest


def test_the_whole_says_who_said_what_and_when(sqlite_service: Service, jo: str) -> None:
    write(sqlite_service, jo, {"hours": {"max": 16}}, version=0)
    assert "The person said so, on 20 November 2026." in sqlite_service.as_("ana").get(path(jo, "/whole")).text


def test_what_concerns_safety_is_for_the_own_specialist_alone(sqlite_service: Service, jo: str) -> None:
    write(sqlite_service, jo, FULL, version=0)
    for rest in ("", "/travel", "/whole", "/versions", "/versions/1"):
        page = sqlite_service.as_("lee").get(path(jo, rest)).text
        assert not re.search("ME15|Ash Hotel|keep away from|Employers to avoid", page), rest
    assert sqlite_service.as_("lee").get(path(jo, "/employers")).status_code == 404
    assert "Ash Hotel" in sqlite_service.as_("ana").get(path(jo, "/whole")).text


def test_a_leader_cannot_write_what_concerns_safety_by_a_form_of_their_own(sqlite_service: Service, jo: str) -> None:
    sent = {**SAID, "version": "0", "travel-home": "ME14 1", "travel-no_go": "ME15"}
    assert sqlite_service.as_("lee").send(path(jo, "/travel"), sent).status_code == 303
    assert document(sqlite_service, jo)["document"]["travel"] == {"home": "ME14 1"}


def test_an_area_to_keep_away_from_is_no_whole_postcode(sqlite_service: Service, jo: str) -> None:
    answer = sent_back(sqlite_service, path(jo, "/travel"), **{"travel-no_go": "ME14 1XQ"})
    assert answer.status_code == 422
    assert "Give the first part of a postcode on each line" in answer.text


def test_a_profile_of_another_specialist_is_not_shown(sqlite_service: Service, jo: str) -> None:
    assert sqlite_service.as_("ben").get(path(jo)).status_code == 403
    assert sqlite_service.as_("eve").get(path(jo, "/whole")).status_code == 403


def test_a_section_that_is_none_is_not_found(sqlite_service: Service, jo: str) -> None:
    assert sqlite_service.as_("ana").get(path(jo, "/readiness")).status_code == 404
