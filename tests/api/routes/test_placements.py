"""Jobs started over HTTP: from a start through check-ins and pay to outcomes and an end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select

from matching.store.tables import OutcomeRow
from tests.api.routes.test_contacts import TODAY, employer, fields, participant
from tests.service import NORTH, Service

START = date(2026, 11, 22)
#: 18 hours at 12.71, the pay that reaches the higher threshold on the last day of week 26.
WEEKLY_PENCE = 22_878


def start(service: Service, person: str, *, of: str = "ana", **more: Any) -> Response:
    said = {"participant_id": person, "started_on": TODAY, "job_title": "Baker", **more}
    return service.as_(of).post("/v1/placements", said)


def started(service: Service, **more: Any) -> tuple[str, str]:
    """Somebody in a job: the participant and the placement."""
    person = participant(service)
    answered = start(service, person, employer_id=employer(service), **more)
    assert answered.status_code == 201, answered.text
    return person, str(answered.json()["id"])


def pay(service: Service, placement: str, from_on: date, to_on: date, pence: int, **more: Any) -> Response:
    said = {"from_on": str(from_on), "to_on": str(to_on), "gross_pence": pence, "source": "paye", **more}
    return service.as_("ana").post(f"/v1/placements/{placement}/earnings", said)


def outcomes(service: Service, person: str) -> dict[str, dict[str, Any]]:
    found = service.as_("ana").get(f"/v1/participants/{person}/outcomes")
    assert found.status_code == 200, found.text
    return {each["kind"]: each for each in found.json()["items"]}


def stored(service: Service, person: str) -> dict[str, date]:
    with service.database.reading(NORTH) as store:
        return {row.kind.value: row.reached_on for row in store.placements.outcomes(person)}


def role(service: Service, **facts: Any) -> dict[str, Any]:
    logged = service.as_("eve").post("/v1/vacancies", {"title": "Baker", "employer": "Hazel Bakery", **facts})
    assert logged.status_code == 201, logged.text
    return dict(logged.json())


class TestStart:
    def test_a_start_is_read_as_it_was_recorded_and_asks_for_the_profile(self, service: Service) -> None:
        person = participant(service)
        answered = start(
            service,
            person,
            employer_id=employer(service),
            hours_week=18,
            hourly_pence=1271,
            permanent=True,
            adjustments_agreed=["place.quiet_room"],
            support_plan_on=TODAY,
        )
        assert answered.status_code == 201, answered.text
        assert answered.json()["update_profile"] is True
        read = service.as_("ana").get(answered.headers["Location"]).json()
        assert {**read, "update_profile": True} == {**answered.json(), "check_ins": [], "earnings": []}
        assert stored(service, person) == {"job_start": START}

    def test_a_start_from_a_decision_keeps_where_it_came_from(self, sqlite_service: Service) -> None:
        person, vacancy = participant(sqlite_service), role(sqlite_service)["id"]
        sent = {"participant_id": person, "vacancy_id": vacancy, "choice": "put_forward", "words": "wants to bake"}
        decision = sqlite_service.as_("ana").post("/v1/decisions", sent).json()["id"]
        answered = start(sqlite_service, person, decision_id=decision, job_title=None)
        assert (answered.json()["vacancy_id"], answered.json()["job_title"]) == (vacancy, "Baker")
        assert answered.json()["decision_id"] == decision

    def test_a_decision_that_was_taken_back_starts_nothing(self, sqlite_service: Service) -> None:
        person, vacancy = participant(sqlite_service), role(sqlite_service)["id"]
        sent = {"participant_id": person, "vacancy_id": vacancy, "choice": "put_forward", "words": "wants to bake"}
        decision = sqlite_service.as_("ana").post("/v1/decisions", sent).json()["id"]
        both = {"participant_id": person, "vacancy_id": vacancy}
        assert sqlite_service.as_("ana").post("/v1/decisions/take-back", both).status_code == 201
        assert start(sqlite_service, person, decision_id=decision).status_code == 409

    def test_a_decision_of_somebody_else_does_not_exist_for_this_start(self, sqlite_service: Service) -> None:
        answered = start(sqlite_service, participant(sqlite_service), decision_id="0" * 32)
        assert answered.status_code == 404

    @pytest.mark.parametrize(("openings", "status"), [(1, "filled"), (2, "open")])
    def test_a_role_is_filled_when_its_openings_are_taken(self, service: Service, openings: int, status: str) -> None:
        vacancy = role(service, openings=openings)["id"]
        assert start(service, participant(service), vacancy_id=vacancy).status_code == 201
        assert service.as_("eve").get(f"/v1/vacancies/{vacancy}").json()["status"] == status

    def test_the_same_job_is_not_started_twice(self, sqlite_service: Service) -> None:
        person, vacancy = participant(sqlite_service), role(sqlite_service)["id"]
        assert start(sqlite_service, person, vacancy_id=vacancy).status_code == 201
        assert start(sqlite_service, person, vacancy_id=vacancy).status_code == 409

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"started_on": "2026-11-23"}, "started_on"),
            ({"started_on": "9999-12-31"}, "started_on"),
            ({"job_title": None}, "job_title"),
            ({"hours_week": 0}, "hours_week"),
            ({"hours_week": 169}, "hours_week"),
            ({"adjustments_agreed": ["place.quiet_room", "no.such"]}, "adjustments_agreed[2]"),
            ({"passed": True}, "passed"),
        ],
    )
    def test_what_is_wrong_is_named(self, sqlite_service: Service, said: dict[str, Any], field: str) -> None:
        bakery = employer(sqlite_service)
        assert fields(start(sqlite_service, participant(sqlite_service), employer_id=bakery, **said)) == [field]

    def test_nobody_else_records_or_reads_it(self, service: Service) -> None:
        person, placement = started(service)
        bakery = service.as_("ana").get(f"/v1/placements/{placement}").json()["employer_id"]
        for path in (
            f"/v1/placements/{placement}",
            f"/v1/participants/{person}/placements",
            f"/v1/participants/{person}/outcomes",
        ):
            assert service.as_("lee").get(path).status_code == 200
            assert service.as_("ben").get(path).status_code == 403
            assert service.as_("eve").get(path).status_code == 403
            assert service.as_("sam").get(path).status_code == 404
        assert start(service, person, of="ben", employer_id=bakery).status_code == 403
        assert start(service, person, of="sam", employer_id=bakery).status_code == 404


class TestCorrect:
    def test_a_correction_needs_the_present_version(self, service: Service) -> None:
        _, placement = started(service)
        said = {"started_on": TODAY, "job_title": "Baker", "hours_week": 20}
        path = f"/v1/placements/{placement}"
        assert service.as_("ana").put(path, said).status_code == 428
        assert service.as_("ana").change("PUT", path, said, version=1).json()["hours_week"] == 20
        assert service.as_("ana").change("PUT", path, said, version=1).status_code == 412

    def test_a_start_cannot_be_moved_past_its_first_pay(self, sqlite_service: Service) -> None:
        _, placement = started(sqlite_service, started_on="2026-11-01")
        pay(sqlite_service, placement, date(2026, 11, 2), date(2026, 11, 8), WEEKLY_PENCE)
        later = {"started_on": "2026-11-03", "job_title": "Baker"}
        refused = sqlite_service.as_("ana").change("PUT", f"/v1/placements/{placement}", later, version=1)
        assert fields(refused) == ["started_on"]


class TestEarnings:
    @pytest.mark.parametrize(
        ("from_on", "to_on", "field"),
        [
            ("2026-11-21", "2026-11-28", "from_on"),
            ("2026-11-28", "2026-11-27", "to_on"),
            ("2026-12-20", "2026-12-31", "to_on"),
        ],
    )
    def test_periods_that_cannot_be_are_refused(
        self, sqlite_service: Service, from_on: str, to_on: str, field: str
    ) -> None:
        _, placement = started(sqlite_service)
        refused = pay(sqlite_service, placement, date.fromisoformat(from_on), date.fromisoformat(to_on), 100)
        assert fields(refused) == [field]

    def test_periods_of_one_source_do_not_overlap_and_those_of_two_may(self, service: Service) -> None:
        _, placement = started(service)
        week = (START, START + timedelta(days=6))
        assert pay(service, placement, *week, 100).status_code == 201
        assert pay(service, placement, week[1], week[1], 100).status_code == 409
        assert pay(service, placement, *week, 100, source="payslip").status_code == 201

    def test_pay_of_two_jobs_at_the_same_moment_reaches_the_threshold_together(self, service: Service) -> None:
        person, first = started(service)
        with service.database.reading(NORTH) as store:
            bakery = store.placements.get(first).employer_id
        second = start(service, person, employer_id=bakery, job_title="Cleaner").json()["id"]
        service.clock.pass_(weeks=26)
        last = START + timedelta(weeks=26, days=-1)
        with ThreadPoolExecutor(2) as both:
            answered = list(
                both.map(lambda job: pay(service, job, START, last, 13 * WEEKLY_PENCE).status_code, (first, second))
            )
        assert answered == [201, 201]
        assert stored(service, person)["higher_threshold"] == last

    def test_pay_below_nought_is_refused(self, sqlite_service: Service) -> None:
        _, placement = started(sqlite_service)
        assert fields(pay(sqlite_service, placement, START, START, -1)) == ["gross_pence"]


class TestOutcomes:
    def test_twenty_six_weeks_of_pay_reach_the_threshold_and_a_correction_takes_it_back(self, service: Service) -> None:
        person, placement = started(service)
        service.clock.pass_(weeks=26)
        for week in range(0, 26, 13):
            paid = pay(
                service,
                placement,
                START + timedelta(weeks=week),
                START + timedelta(weeks=week + 13, days=-1),
                13 * WEEKLY_PENCE,
            )
            assert paid.status_code == 201, paid.text
        reached = outcomes(service, person)["higher_threshold"]
        assert (reached["state"], reached["reached_on"]) == ("reached", "2027-05-22")
        assert (reached["needed_pence"], reached["earned_pence"]) == (594_828, 594_828)
        with service.database.reading(NORTH) as store:
            row = store.session.scalar(select(OutcomeRow).where(OutcomeRow.kind == "higher_threshold"))
        assert row is not None
        assert row.policy == {
            "scheme": "connect_to_work_england",
            "version": "1",
            "rate_rule": "job_start",
            "needed_pence": 594_828,
        }

        earnings = service.as_("ana").get(f"/v1/placements/{placement}").json()["earnings"][-1]
        less = {
            "from_on": earnings["from_on"],
            "to_on": earnings["to_on"],
            "gross_pence": earnings["gross_pence"] - 1,
            "source": "paye",
        }
        path = f"/v1/placements/{placement}/earnings/{earnings['id']}"
        assert service.as_("ana").change("PUT", path, less, version=1).status_code == 200
        assert "higher_threshold" not in stored(service, person)
        assert outcomes(service, person)["higher_threshold"]["missing"] == "£0.01 more in earnings."
        with service.database.reading(NORTH) as store:
            actions = [link.event.action for link in store.audit.chain() if link.event.subject_id == person]
        assert actions.count("outcome.taken_back") == 1

    def test_computing_them_again_changes_nothing(self, sqlite_service: Service) -> None:
        person, _ = started(sqlite_service)
        with sqlite_service.database.reading(NORTH) as store:
            before = [(row.id, row.at) for row in store.placements.outcomes(person)]
        sqlite_service.clock.pass_(days=1)
        outcomes(sqlite_service, person)
        with sqlite_service.database.reading(NORTH) as store:
            assert [(row.id, row.at) for row in store.placements.outcomes(person)] == before

    def test_thirteen_weeks_are_reached_by_a_check_in_and_not_by_silence(self, service: Service) -> None:
        person, placement = started(service)
        service.clock.pass_(weeks=14)
        assert outcomes(service, person)["same_job_13_weeks"]["state"] == "not_yet"
        said = {"on": "2027-02-21", "still_in_work": True, "satisfaction": 4}
        added = service.as_("ana").post(f"/v1/placements/{placement}/check-ins", said)
        assert added.status_code == 201
        assert stored(service, person)["same_job_13_weeks"] == START + timedelta(weeks=13)
        path = f"/v1/placements/{placement}/check-ins/{added.json()['id']}"
        mistaken = {**said, "still_in_work": False}
        assert service.as_("ana").change("PUT", path, mistaken, version=1).status_code == 200
        assert "same_job_13_weeks" not in stored(service, person)

    def test_the_lower_threshold_is_not_guessed(self, sqlite_service: Service) -> None:
        person, _ = started(sqlite_service)
        assert outcomes(sqlite_service, person)["lower_threshold"]["state"] == "cannot_say"


class TestEnd:
    END = {"ended_on": "2026-12-06", "reason": "quit_travel", "said_by": "participant", "words": "two buses"}  # noqa: RUF012

    def test_an_end_says_why_and_who_says_so_and_asks_for_the_profile(self, service: Service) -> None:
        person, placement = started(service)
        service.clock.pass_(days=20)
        path = f"/v1/placements/{placement}/end"
        ended = service.as_("ana").change("PUT", path, self.END, version=1)
        assert ended.status_code == 200
        assert {name: ended.json()[name] for name in ("ended_on", "end_reason", "end_said_by", "update_profile")} == {
            "ended_on": "2026-12-06",
            "end_reason": "quit_travel",
            "end_said_by": "participant",
            "update_profile": True,
        }
        assert outcomes(service, person)["same_job_13_weeks"]["state"] == "not_reached"

    def test_an_end_that_was_a_mistake_is_taken_back(self, sqlite_service: Service) -> None:
        person, placement = started(sqlite_service)
        sqlite_service.clock.pass_(days=20)
        path = f"/v1/placements/{placement}/end"
        sqlite_service.as_("ana").change("PUT", path, self.END, version=1)
        back = sqlite_service.as_("ana").change("DELETE", path, version=2)
        assert (back.status_code, back.json()["ended_on"], back.json()["end_reason"]) == (200, None, None)
        assert outcomes(sqlite_service, person)["same_job_13_weeks"]["state"] == "not_yet"

    @pytest.mark.parametrize("ended_on", ["2026-11-21", "2026-12-13", "2026-12-04"])
    def test_an_end_before_the_start_after_today_or_before_a_check_in_is_refused(
        self, sqlite_service: Service, ended_on: str
    ) -> None:
        _, placement = started(sqlite_service)
        sqlite_service.clock.pass_(days=20)
        found = {"on": "2026-12-05", "still_in_work": True}
        assert sqlite_service.as_("ana").post(f"/v1/placements/{placement}/check-ins", found).status_code == 201
        refused = sqlite_service.as_("ana").change(
            "PUT", f"/v1/placements/{placement}/end", {**self.END, "ended_on": ended_on}, version=1
        )
        assert fields(refused) == ["ended_on"]

    def test_a_reason_that_is_no_code_is_refused(self, sqlite_service: Service) -> None:
        _, placement = started(sqlite_service)
        refused = sqlite_service.as_("ana").change(
            "PUT", f"/v1/placements/{placement}/end", {**self.END, "reason": "lazy"}, version=1
        )
        assert fields(refused) == ["reason"]
