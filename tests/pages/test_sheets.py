"""A list on paper: the easy-read sheet for the person and the print view for their specialist."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from matching.store.tables import AuditRow
from tests.api.routes.lists import closed, drawn, learnt, logged, person
from tests.pages.text import text_of
from tests.service import NORTH, Service

_BAKES: dict[str, Any] = {
    "wanted_work": [{"label": "baking bread"}],
    "goal.own_words": "I want to bake for people.",
    "hours.max": 16,
}
_HOSTILE = "<script>alert('x')</script>"


def _list(service: Service, *titles: str, **said: Any) -> str:
    """A list of roles of these titles, for somebody who bakes."""
    for title in titles:
        logged(service, title, hours={"min": 12, "max": 16})
    return str(drawn(service, person(service, **{**_BAKES, **said}))["id"])


def _sheet(service: Service, shortlist_id: str, query: str = "", *, by: str = "ana") -> str:
    answer = service.as_(by).get(f"/lists/{shortlist_id}/sheet{query}")
    assert answer.status_code == 200, answer.text
    return text_of(answer)


def _decide(service: Service, shortlist_id: str, vacancy_id: str, choice: str) -> None:
    participant = service.as_("ana").get(f"/v1/shortlists/{shortlist_id}").json()["participant_id"]
    sent = {"participant_id": participant, "vacancy_id": vacancy_id, "choice": choice, "reason": "tasks"}
    answer = service.as_("ana").post("/v1/decisions", sent)
    assert answer.status_code == 201, answer.text


class TestTheSheet:
    def test_begins_with_the_goal_in_the_words_of_the_person(self, sqlite_service: Service) -> None:
        sheet = _sheet(sqlite_service, _list(sqlite_service, "Baker"))
        assert "“I want to bake for people.”" in sheet
        assert sheet.index("I want to bake") < sheet.index("About this job")

    def test_has_the_first_three_roles(self, sqlite_service: Service) -> None:
        sheet = _sheet(sqlite_service, _list(sqlite_service, "Baker", "Bread baker", "Cake baker", "Pie baker"))
        assert "Job 3" in sheet
        assert "Job 4" not in sheet

    def test_has_the_roles_that_were_chosen(self, sqlite_service: Service) -> None:
        first, second = logged(sqlite_service, "Baker"), logged(sqlite_service, "Bread baker")
        made = drawn(sqlite_service, person(sqlite_service))["id"]
        sheet = _sheet(sqlite_service, made, f"?role={second}")
        article = sqlite_service.as_("ana").get(f"/lists/{made}/sheet?role={second}").text.partition("<article")[2]
        assert "Job 1 Bread baker" in sheet
        assert first not in article
        assert "Job 2" not in sheet

    def test_says_neither_score_nor_level(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, "Baker")
        learnt(sqlite_service, vacancy, sensory={"noise": {"typical": 3}})
        sensory = {"noise": {"tolerance": 1, "direction": "avoid"}}
        sheet = _sheet(
            sqlite_service, str(drawn(sqlite_service, person(sqlite_service, **{**_BAKES, "sensory": sensory}))["id"])
        )
        assert "It is loud there" in sheet
        assert "/4" not in sheet
        assert "score" not in sheet.lower()

    def test_says_what_is_not_known_and_that_we_find_out(self, sqlite_service: Service) -> None:
        sheet = _sheet(sqlite_service, _list(sqlite_service, "Baker"))
        assert "Maybe. We will find out." in sheet
        assert "We do not know the pay yet." in sheet or "We will find out" in sheet

    def test_says_the_facts_that_the_findings_were_made_from_and_warns_of_newer_ones(
        self, sqlite_service: Service
    ) -> None:
        vacancy = logged(sqlite_service, "Baker", hours={"min": 12, "max": 16})
        made = str(drawn(sqlite_service, person(sqlite_service, **_BAKES))["id"])
        learnt(sqlite_service, vacancy, hours={"min": 30, "max": 37})
        sheet = _sheet(sqlite_service, made)
        assert "The job is 12 to 16 hours each week." in sheet
        assert "30 to 37" not in sheet
        assert "We know more about “ Baker ”" in sheet

    def test_leaves_out_what_is_not_wanted_and_what_was_taken_off(self, sqlite_service: Service) -> None:
        unwanted, removed = logged(sqlite_service, "Bread baker"), logged(sqlite_service, "Pie baker")
        made = _list(sqlite_service, "Baker")
        _decide(sqlite_service, made, unwanted, "not_wanted")
        taking_off = sqlite_service.as_("ana").change(
            "POST", f"/v1/shortlists/{made}/entries/{removed}/removal", {"reason": "tasks"}, version=1
        )
        assert taking_off.status_code == 200, taking_off.text
        sheet = _sheet(sqlite_service, made)
        assert "Job 1 Baker" in sheet
        assert "Bread baker" not in sheet
        assert "Pie baker" not in sheet

    def test_does_not_begin_with_what_was_put_off_or_closed(self, sqlite_service: Service) -> None:
        later, gone = logged(sqlite_service, "Bread baker"), logged(sqlite_service, "Pie baker")
        made = _list(sqlite_service, "Baker")
        _decide(sqlite_service, made, later, "not_now")
        closed(sqlite_service, gone)
        assert "Job 2" not in _sheet(sqlite_service, made)
        assert "Job 1 Bread baker" in _sheet(sqlite_service, made, f"?role={later}")
        assert "“ Pie baker ” is not open now. It is closed." in _sheet(sqlite_service, made, f"?role={gone}")

    def test_says_what_to_do_where_nothing_stands_on_the_list(self, sqlite_service: Service) -> None:
        assert "No open job stands on this list." in _sheet(sqlite_service, _list(sqlite_service))

    def test_shows_hostile_text_as_text(self, sqlite_service: Service) -> None:
        made = _list(sqlite_service, f"Baker {_HOSTILE}", **{"goal.own_words": _HOSTILE})
        for page in ("sheet", "print"):
            answer = sqlite_service.as_("ana").get(f"/lists/{made}/{page}").text
            assert "&lt;script&gt;alert" in answer
            assert _HOSTILE not in answer

    def test_ignores_roles_of_other_lists(self, sqlite_service: Service) -> None:
        made = _list(sqlite_service, "Baker")
        other = logged(sqlite_service, "Kennel hand")
        assert "Kennel hand" not in _sheet(sqlite_service, made, f"?role={other}&name={other}")


class TestARoleToldInTrust:
    @pytest.fixture
    def made(self, sqlite_service: Service) -> tuple[str, str]:
        vacancy = logged(
            sqlite_service,
            "Baker",
            visibility="own_caseload",
            employer="Secret Ovens",
            location={"postcode": "ME14 2AA"},
        )
        return str(drawn(sqlite_service, person(sqlite_service, **_BAKES))["id"]), vacancy

    def test_has_a_warning_and_no_name_of_the_employer(self, sqlite_service: Service, made: tuple[str, str]) -> None:
        answer = sqlite_service.as_("ana").get(f"/lists/{made[0]}/sheet")
        article = answer.text.partition("<article")[2]
        assert "Check before you hand this over." in text_of(answer)
        assert "Secret Ovens" not in article
        assert "ME14" not in article
        assert "We can tell you the name later." in article

    def test_names_the_employer_once_the_specialist_says_so(
        self, sqlite_service: Service, made: tuple[str, str]
    ) -> None:
        answer = sqlite_service.as_("ana").get(f"/lists/{made[0]}/sheet?role={made[1]}&name={made[1]}")
        assert "Secret Ovens" in answer.text.partition("<article")[2]
        assert "You chose to name the employer." in text_of(answer)

    @pytest.mark.parametrize("page", ["sheet", "print"])
    def test_is_not_there_for_a_leader_whom_it_was_not_told(
        self, sqlite_service: Service, made: tuple[str, str], page: str
    ) -> None:
        answer = sqlite_service.as_("lee").get(f"/lists/{made[0]}/{page}?role={made[1]}&name={made[1]}")
        assert answer.status_code == 200
        assert "Secret Ovens" not in answer.text
        assert made[1] not in answer.text


class TestThePrintView:
    def test_has_why_what_speaks_against_it_and_what_to_ask(self, sqlite_service: Service) -> None:
        made = _list(sqlite_service, "Baker", **{"pay_floor.hourly": 12})
        page = text_of(sqlite_service.as_("ana").get(f"/lists/{made}/print"))
        assert "1. Baker, Hazel Bakery" in page
        assert "The job is 12 to 16 hours a week; they want at most 16 hours." in page
        assert "What is the pay by the hour?" in page
        assert "Not decided yet." in page

    def test_says_what_was_decided(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, "Baker")
        made = _list(sqlite_service)
        _decide(sqlite_service, made, vacancy, "put_forward")
        assert "Decided: put forward." in text_of(sqlite_service.as_("ana").get(f"/lists/{made}/print"))


class TestTheLatestSheet:
    def test_is_that_of_the_latest_list(self, sqlite_service: Service) -> None:
        logged(sqlite_service, "Baker")
        participant = person(sqlite_service)
        drawn(sqlite_service, participant)
        sqlite_service.clock.pass_(hours=1)
        second = drawn(sqlite_service, participant)["id"]
        answer = sqlite_service.as_("ana").get(f"/participants/{participant}/sheet", follow_redirects=False)
        assert answer.headers["Location"] == f"/lists/{second}/sheet"

    def test_says_what_to_do_where_there_is_no_list(self, sqlite_service: Service) -> None:
        answer = sqlite_service.as_("ana").get(f"/participants/{person(sqlite_service)}/sheet")
        assert "There is no list for this person yet." in text_of(answer)


def test_who_read_it_and_which_roles_were_on_it_is_noted(sqlite_service: Service) -> None:
    made = _list(sqlite_service, "Baker")
    _sheet(sqlite_service, made)
    with sqlite_service.database.reading(NORTH) as store:
        noted = store.session.scalars(select(AuditRow).where(AuditRow.action == "shortlist.read")).all()
    assert [len(each.detail["vacancies"]) for each in noted if "vacancies" in each.detail] == [1]
