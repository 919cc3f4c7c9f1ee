"""Pages on jobs that somebody started: what they show, take, refuse and keep."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.routes.lists import logged, person
from tests.api.routes.people import employer, taken_on
from tests.pages.text import text_of
from tests.service import Service

_HOSTILE = "<script>alert('x')</script>"


def _day(name: str, day: str) -> dict[str, str]:
    year, month, number = day.split("-")
    return {f"{name}-day": number, f"{name}-month": month, f"{name}-year": year}


def _start(service: Service, participant_id: str, **typed: Any) -> Any:
    sent = {"job": "other", "employer": "Hazel Bakery", "job_title": "Baker", **_day("started_on", "2026-11-02")}
    return service.as_("ana").send(f"/participants/{participant_id}/jobs/new", {**sent, **typed})


def _job(service: Service, **typed: Any) -> str:
    """A job of somebody, as an address."""
    employer(service)
    answer = _start(service, taken_on(service, name="Robin Ash"), **typed)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).partition("?")[0]


def _page(service: Service, path: str) -> str:
    answer = service.as_("ana").get(path)
    assert answer.status_code == 200, answer.text
    return text_of(answer)


def _checked_in(service: Service, job: str, **typed: Any) -> Any:
    sent = {**_day("on", "2026-11-20"), "still_in_work": "yes", **typed}
    return service.as_("ana").send(f"{job}/check-ins/new", sent)


def _paid(service: Service, job: str, **typed: Any) -> Any:
    sent = {**_day("from_on", "2026-11-02"), **_day("to_on", "2026-11-08"), "gross": "202.50", "source": "payslip"}
    return service.as_("ana").send(f"{job}/pay/new", {**sent, **typed})


def _decided(service: Service, participant_id: str, vacancy_id: str, choice: str = "put_forward") -> None:
    sent = {"participant_id": participant_id, "vacancy_id": vacancy_id, "choice": choice, "reason": "fits_wish"}
    assert service.as_("ana").post("/v1/decisions", sent).status_code == 201


class TestAStart:
    def test_is_recorded_with_an_employer_by_name_however_it_is_spelt(self, sqlite_service: Service) -> None:
        job = _job(sqlite_service, employer="  hazel   BAKERY", hours_week="16", hourly="12.60", permanent="yes")
        page = _page(sqlite_service, job)
        assert "Hazel Bakery. Started on 2 November 2026." in page
        assert "Pay by the hour £12.60" in page
        assert "Permanent Yes" in page

    def test_is_recorded_from_a_role_that_was_put_forward(self, sqlite_service: Service) -> None:
        participant, vacancy = person(sqlite_service), logged(sqlite_service, "Kennel hand")
        _decided(sqlite_service, participant, vacancy)
        form = _page(sqlite_service, f"/participants/{participant}/jobs/new")
        assert "Kennel hand, Hazel Bakery Put forward" in form
        answer = _start(sqlite_service, participant, job=vacancy, job_title="", employer="")
        assert answer.status_code == 303, answer.text
        page = _page(sqlite_service, answer.headers["Location"])
        assert "The job start was recorded." in page
        assert "Kennel hand" in page
        assert "The role that it came from" in page

    def test_takes_a_role_that_a_link_names(self, sqlite_service: Service) -> None:
        participant, vacancy = person(sqlite_service), logged(sqlite_service, "Kennel hand")
        answer = sqlite_service.as_("ana").get(f"/participants/{participant}/jobs/new?role={vacancy}")
        assert f'value="{vacancy}" checked' in " ".join(answer.text.split())

    def test_offers_no_role_that_was_told_to_somebody_else(self, sqlite_service: Service) -> None:
        participant = person(sqlite_service)
        secret = logged(sqlite_service, "Kennel hand", by="ben", visibility="own_caseload")
        answer = sqlite_service.as_("ana").get(f"/participants/{participant}/jobs/new?role={secret}")
        assert "Kennel hand" not in answer.text
        assert _start(sqlite_service, participant, job=secret).status_code == 422

    def test_asks_which_employer_is_meant_where_several_fit(self, sqlite_service: Service) -> None:
        participant, first = taken_on(sqlite_service), employer(sqlite_service, "Hazel Bakery North")
        employer(sqlite_service, "Hazel Bakery South")
        answer = _start(sqlite_service, participant, employer="Hazel")
        assert answer.status_code == 422
        assert "Hazel Bakery South" in answer.text
        assert 'value="Hazel"' in answer.text
        assert _start(sqlite_service, participant, employer="Hazel", employer_id=first).status_code == 303

    def test_says_what_to_do_where_nobody_has_the_name(self, sqlite_service: Service) -> None:
        answer = _start(
            sqlite_service, taken_on(sqlite_service), employer="Nobody Ltd", adjustments="break.when_needed"
        )
        assert answer.status_code == 422
        assert "No employer here has this name." in answer.text
        assert 'href="/employers/new"' in answer.text
        assert 'value="break.when_needed" checked' in " ".join(answer.text.split()), "nothing typed is lost"

    def test_says_everything_that_is_wrong_at_once(self, sqlite_service: Service) -> None:
        wrong = {"hours_week": "many", "hourly": "a lot", "started_on-month": "13"}
        answer = _start(sqlite_service, taken_on(sqlite_service), employer="", job_title="", **wrong)
        for message in (
            "Enter the employer&#39;s name.",
            "Enter the job title.",
            "The hours must be a number",
            "The pay by the hour must be a number",
            "The start day must be a real date.",
        ):
            assert answer.text.count(message) == 2, message

    def test_is_not_taken_before_its_day(self, sqlite_service: Service) -> None:
        employer(sqlite_service)
        answer = _start(sqlite_service, taken_on(sqlite_service), **_day("started_on", "2026-12-01"))
        assert "The start day is in the future; record the start on its day." in text_of(answer)

    def test_offers_the_adjustments_that_the_person_needs_first(self, sqlite_service: Service) -> None:
        needs = [{"slug": "break.when_needed", "importance": "essential"}]
        participant = person(sqlite_service, adjustments=needs)
        page = _page(sqlite_service, f"/participants/{participant}/jobs/new")
        assert page.index("Break when needed") < page.index("Other adjustments")

    def test_of_somebody_on_another_caseload_is_refused(self, sqlite_service: Service) -> None:
        path = f"/participants/{taken_on(sqlite_service)}/jobs/new"
        assert sqlite_service.as_("ben").get(path).status_code == 403
        assert sqlite_service.as_("ben").send(path, {"job": "other"}).status_code == 403


class TestTheJobs:
    def test_are_listed_with_what_was_reached_in_words(self, sqlite_service: Service) -> None:
        job = _job(sqlite_service)
        participant = sqlite_service.as_("ana").get(f"/v1/placements/{job.rpartition('/')[2]}").json()["participant_id"]
        page = _page(sqlite_service, f"/participants/{participant}/jobs")
        assert "Started on 2 November 2026, 20 days ago." in page
        assert "Job started: 2 November 2026" in page
        assert "26 weeks in the same job: not yet." in page

    def test_that_are_none_lead_to_the_lists(self, sqlite_service: Service) -> None:
        participant = taken_on(sqlite_service)
        page = sqlite_service.as_("ana").get(f"/participants/{participant}/jobs")
        assert "No job is recorded yet." in page.text
        assert f'href="/participants/{participant}/lists"' in page.text

    def test_say_when_the_next_check_in_is_due(self, sqlite_service: Service) -> None:
        job = _job(sqlite_service)
        assert "A check-in was due on 5 November 2026." in _page(sqlite_service, job)
        _checked_in(sqlite_service, job)
        assert "The next check-in is due by 27 November 2026." in _page(sqlite_service, job)

    def test_are_corrected_and_who_is_second_sees_what_is_there(self, sqlite_service: Service) -> None:
        job = _job(sqlite_service)
        sent = {"job_title": "Head baker", **_day("started_on", "2026-11-03"), "version": "1"}
        assert sqlite_service.as_("ana").send(f"{job}/change", sent).status_code == 303
        answer = sqlite_service.as_("lee").send(f"{job}/change", {**sent, "job_title": "Pastry cook"})
        assert answer.status_code == 412
        assert "Pastry cook" in answer.text
        assert "Now it says: Head baker, started on 3 November 2026." in text_of(answer)


class TestCheckIns:
    def test_are_in_words_and_never_a_number(self, sqlite_service: Service) -> None:
        job = _job(sqlite_service)
        assert _checked_in(sqlite_service, job, satisfaction="4", notes=f"Likes it {_HOSTILE}").status_code == 303
        answer = sqlite_service.as_("ana").get(job)
        assert "Still in the job. In their own view: happy." in text_of(answer)
        assert "&lt;script&gt;alert" in answer.text
        assert _HOSTILE not in answer.text

    def test_are_corrected_from_what_was_recorded(self, sqlite_service: Service) -> None:
        job = _job(sqlite_service)
        _checked_in(sqlite_service, job, notes="Likes it")
        check_in = (
            sqlite_service.as_("ana").get(f"/v1/placements/{job.rpartition('/')[2]}").json()["check_ins"][0]["id"]
        )
        assert "Likes it" in sqlite_service.as_("ana").get(f"{job}/check-ins/{check_in}").text
        sent = {**_day("on", "2026-11-21"), "still_in_work": "no", "version": "1"}
        assert sqlite_service.as_("ana").send(f"{job}/check-ins/{check_in}", sent).status_code == 303
        assert sqlite_service.as_("ana").send(f"{job}/check-ins/{check_in}", sent).status_code == 412
        assert "Not in the job any more." in _page(sqlite_service, job)

    def test_of_another_job_are_not_there(self, sqlite_service: Service) -> None:
        job = _job(sqlite_service)
        _checked_in(sqlite_service, job)
        check_in = (
            sqlite_service.as_("ana").get(f"/v1/placements/{job.rpartition('/')[2]}").json()["check_ins"][0]["id"]
        )
        other = _start(sqlite_service, taken_on(sqlite_service, ref="p-2")).headers["Location"].partition("?")[0]
        assert sqlite_service.as_("ana").get(f"{other}/check-ins/{check_in}").status_code == 404

    def test_need_a_day_and_an_answer(self, sqlite_service: Service) -> None:
        job = _job(sqlite_service)
        answer = _checked_in(sqlite_service, job, **{"on-day": "", "on-month": "", "on-year": "", "still_in_work": ""})
        assert answer.status_code == 422
        assert answer.text.count("Choose whether they are still in this job.") == 2


class TestPay:
    def test_is_typed_in_pounds_and_kept_in_pence(self, sqlite_service: Service) -> None:
        job = _job(sqlite_service)
        assert _paid(sqlite_service, job, gross="£1,202.29", verified="yes").status_code == 303
        kept = sqlite_service.as_("ana").get(f"/v1/placements/{job.rpartition('/')[2]}").json()["earnings"][0]
        assert kept["gross_pence"] == 120_229
        assert "£1,202.29 A payslip, checked" in _page(sqlite_service, job)

    def test_for_days_that_are_paid_already_is_refused_and_comes_back(self, sqlite_service: Service) -> None:
        job = _job(sqlite_service)
        _paid(sqlite_service, job)
        answer = _paid(sqlite_service, job, gross="99.99")
        assert answer.status_code == 409
        assert "Pay from this source is recorded for some of these days already." in answer.text
        assert 'value="99.99"' in answer.text

    def test_is_corrected_and_taken_away(self, sqlite_service: Service) -> None:
        job = _job(sqlite_service)
        _paid(sqlite_service, job)
        pay = sqlite_service.as_("ana").get(f"/v1/placements/{job.rpartition('/')[2]}").json()["earnings"][0]["id"]
        assert 'value="202.50"' in sqlite_service.as_("ana").get(f"{job}/pay/{pay}").text
        assert sqlite_service.as_("ana").send(f"{job}/pay/{pay}/remove", {"version": "7"}).status_code == 412
        assert sqlite_service.as_("ana").send(f"{job}/pay/{pay}/remove", {"version": "1"}).status_code == 303
        assert "No pay is recorded yet." in _page(sqlite_service, job)

    def test_begins_where_the_last_one_ended(self, sqlite_service: Service) -> None:
        job = _job(sqlite_service)
        _paid(sqlite_service, job)
        form = " ".join(sqlite_service.as_("ana").get(f"{job}/pay/new").text.split())
        assert 'name="from_on-day" type="text" value="9"' in form


class TestAnEnd:
    @pytest.fixture
    def job(self, sqlite_service: Service) -> str:
        return _job(sqlite_service)

    def _end(self, service: Service, job: str, **typed: Any) -> Any:
        sent = {**_day("ended_on", "2026-11-20"), "reason": "quit_travel", "said_by": "participant", "version": "1"}
        return service.as_("ana").send(f"{job}/end", {**sent, **typed})

    def test_says_why_and_who_says_so_and_asks_what_was_learnt(self, sqlite_service: Service, job: str) -> None:
        assert self._end(sqlite_service, job, words="The bus was cut").status_code == 303
        answer = sqlite_service.as_("ana").get(job)
        page = text_of(answer)
        assert "Why Left over the journey Who says so The person In words The bus was cut" in page
        assert "What did we learn?" in page
        assert "/profile" in answer.text
        assert "passed" not in page
        assert "failed" not in page

    def test_is_taken_back(self, sqlite_service: Service, job: str) -> None:
        self._end(sqlite_service, job)
        answer = sqlite_service.as_("ana").send(f"{job}/end/take-back", {"version": "2"})
        assert "The end was taken back." in _page(sqlite_service, answer.headers["Location"])
        assert "In this job now" in _page(
            sqlite_service,
            "/participants/{}/jobs".format(
                sqlite_service.as_("ana").get(f"/v1/placements/{job.rpartition('/')[2]}").json()["participant_id"]
            ),
        )

    def test_before_the_start_is_refused_beside_the_day(self, sqlite_service: Service, job: str) -> None:
        answer = self._end(sqlite_service, job, **_day("ended_on", "2026-10-20"), words="Kept")
        assert answer.status_code == 422
        assert answer.text.count("The last day is before the job started.") == 2
        assert "Kept" in answer.text
