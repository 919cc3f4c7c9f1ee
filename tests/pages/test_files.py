"""Files brought in and taken out by the pages."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from httpx import Response
from openpyxl import load_workbook

from tests.service import Service

GOOD = b"vacancy_ref,title,employer,hours.min,hours.max\nx1,Baker,Hazel Bakery,8,16\nx2,Porter,Ash Hotel,10,20\n"
WANTING = GOOD + b"x3,,Ash Hotel,ten,20\n"


def _sent(service: Service, content: bytes = GOOD, *, who: str = "eve", name: str = "roles.csv") -> Response:
    return service.as_(who).send("/files/imports/new", {"kind": "vacancies"}, files={"file": (name, content)})


def _tried(service: Service, content: bytes = GOOD, **more: Any) -> str:
    answer = _sent(service, content, **more)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_a_file_is_checked_and_nothing_changes(sqlite_service: Service) -> None:
    page = sqlite_service.as_("eve").get(_tried(sqlite_service))
    assert "2 rows can be taken in." in page.text
    assert sqlite_service.as_("eve").get("/v1/vacancies").json()["items"] == []


def test_what_is_wrong_is_named_by_row_and_column(sqlite_service: Service) -> None:
    page = sqlite_service.as_("eve").get(_tried(sqlite_service, WANTING)).text
    assert "2 rows can be taken in. 2 things must be put right." in page
    assert "row 4" in page
    assert "hours.min" in page
    assert "Take in the good rows only" in page


def test_the_rows_to_put_right_come_back_as_a_file(sqlite_service: Service) -> None:
    path = _tried(sqlite_service, WANTING)
    assert f"{path}/to-mend" in sqlite_service.as_("eve").get(path).text
    file = sqlite_service.as_("eve").get(f"{path}/to-mend")
    assert file.headers["Content-Disposition"] == 'attachment; filename="to-mend-roles.csv"'
    assert file.text.splitlines()[0].endswith("What to change")
    assert "x1" not in file.text
    assert "x3" in file.text


def test_the_good_rows_are_taken_in_and_the_page_says_what_came_of_it(sqlite_service: Service) -> None:
    path = _tried(sqlite_service, WANTING)
    answer = sqlite_service.as_("eve").send(f"{path}/take", {"skip_refused": "yes"})
    assert "The file is being taken in." in sqlite_service.as_("eve").get(answer.headers["Location"]).text
    sqlite_service.run_jobs()
    page = sqlite_service.as_("eve").get(path).text
    assert "2 rows: new, and here now." in page
    assert "/take" not in page


def test_taking_in_twice_is_told(sqlite_service: Service) -> None:
    path = _tried(sqlite_service)
    sqlite_service.as_("eve").send(f"{path}/take")
    sqlite_service.run_jobs()
    answer = sqlite_service.as_("eve").send(f"{path}/take")
    assert answer.status_code == 409
    assert "This file is taken in already." in answer.text


def test_a_file_of_nothing_says_what_is_wrong(sqlite_service: Service) -> None:
    page = sqlite_service.as_("eve").get(_tried(sqlite_service, b"")).text
    assert "Nothing in it could be taken" in page
    assert "The whole file" in page
    assert "/take" not in page


def test_a_file_is_needed_and_what_was_chosen_stays(sqlite_service: Service) -> None:
    answer = sqlite_service.as_("lee").send("/files/imports/new", {"kind": "profiles"})
    assert answer.status_code == 422
    assert answer.text.count("Choose a file.") == 2
    assert 'value="profiles" checked' in answer.text


def test_who_may_not_bring_profiles_in_is_not_asked_for_them(sqlite_service: Service) -> None:
    assert "Profiles" not in sqlite_service.as_("eve").get("/files/imports/new").text
    assert "Profiles" in sqlite_service.as_("lee").get("/files/imports/new").text


def test_only_who_checked_a_file_takes_it_in(sqlite_service: Service) -> None:
    page = sqlite_service.as_("lee").get(_tried(sqlite_service)).text
    assert "Who checked a file takes it in." in page
    assert "/take" not in page


def test_hostile_names_and_rows_are_shown_as_words(sqlite_service: Service) -> None:
    attack = b"vacancy_ref,title,employer,<script>alert(1)</script>\n<b>1</b>,,<i>x</i>,1\n"
    path = _tried(sqlite_service, attack, name="<img src=x onerror=alert(1)>.csv")
    for page in (sqlite_service.as_("eve").get(path).text, sqlite_service.as_("eve").get("/files").text):
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "<b>1" not in page


def test_an_empty_file_to_start_from_has_one_row_as_an_example(sqlite_service: Service) -> None:
    file = sqlite_service.as_("eve").get("/files/templates/vacancies.xlsx")
    sheet = load_workbook(io.BytesIO(file.content))["vacancies"]
    assert sheet.cell(1, 1).value == "vacancy_ref"
    table = sqlite_service.as_("eve").get("/files/templates/vacancies.csv")
    assert table.content.startswith(b"\xef\xbb\xbfvacancy_ref")
    assert _tried(sqlite_service, table.content)


def test_files_brought_in_and_taken_out_are_listed_with_who_and_when(sqlite_service: Service) -> None:
    _tried(sqlite_service)
    sqlite_service.as_("lee").send("/files/exports", {"what": "vacancies", "form": "csv"})
    page = sqlite_service.as_("eve").get("/files").text
    assert "roles.csv" in page
    assert "22 November 2026 at 6pm, Eve" in page
    assert "Roles (CSV)" in page
    assert "22 November 2026 at 6pm, Lee" in page


def test_roles_are_taken_out_as_a_file(sqlite_service: Service) -> None:
    sqlite_service.as_("eve").post("/v1/vacancies", {"title": "Baker", "employer": "Ash", "visibility": "organisation"})
    file = sqlite_service.as_("eve").send("/files/exports", {"what": "vacancies", "form": "csv", "status": "open"})
    assert file.headers["Content-Disposition"] == 'attachment; filename="vacancies.csv"'
    assert "Baker" in file.text
    closed = sqlite_service.as_("eve").send("/files/exports", {"what": "vacancies", "form": "csv", "status": "closed"})
    assert "Baker" not in closed.text


def test_a_file_taken_out_is_not_kept_for_a_second_press(sqlite_service: Service) -> None:
    page = sqlite_service.as_("eve").get("/files").text
    form = page.partition('action="/files/exports"')[2].partition("</form>")[0]
    assert 'name="once"' not in form


def test_what_to_take_out_is_needed(sqlite_service: Service) -> None:
    answer = sqlite_service.as_("eve").send("/files/exports", {"form": "csv"})
    assert answer.status_code == 422
    assert "Choose what to take out." in answer.text


def test_jobs_of_participants_are_offered_to_leaders_alone(sqlite_service: Service) -> None:
    assert "Jobs of participants" not in sqlite_service.as_("eve").get("/files").text
    assert "Jobs of participants" in sqlite_service.as_("lee").get("/files").text


def test_an_evaluator_takes_the_history_out_and_sees_nothing_else(sqlite_service: Service) -> None:
    page = sqlite_service.as_("val").get("/files").text
    assert "/files/history.zip" in page
    assert "/files/imports/new" not in page
    assert "/files/exports" not in page
    file = sqlite_service.as_("val").get("/files/history.zip")
    assert "participants.csv" in zipfile.ZipFile(io.BytesIO(file.content)).namelist()
