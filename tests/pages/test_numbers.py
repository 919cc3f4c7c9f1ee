"""What managers are shown of the evaluation: the last report of their own organisation, and nothing of others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.report.files import write_folder
from tests.reports import report
from tests.service import NORTH, SOUTH, Service


@pytest.fixture
def with_report(sqlite_service: Service) -> Service:
    write_folder(report(), _folder(sqlite_service))
    return sqlite_service


def _folder(service: Service, organisation_id: str = NORTH) -> Path:
    return service.running.settings.reports / organisation_id


def test_without_a_report_the_page_says_what_one_would_tell(sqlite_service: Service) -> None:
    page = sqlite_service.as_("lee").get("/numbers").text
    assert "No evaluation report has been made here yet" in page
    assert "/numbers/report" not in page
    assert sqlite_service.as_("lee").get("/numbers/report").status_code == 404


def test_each_outcome_stands_with_its_doubt_and_its_denominator(with_report: Service) -> None:
    page = with_report.as_("lee").get("/numbers").text
    assert "About 68 in 100 (64 to 72), of 412 job starts from a list" in page
    assert "We cannot say. Nobody has set this threshold." in page
    assert "We cannot say who reached the lower threshold." in page


def test_an_evaluator_reads_the_report_and_a_specialist_does_not(with_report: Service) -> None:
    assert "Do our lists lead to work that lasts?" in with_report.as_("val").get("/numbers/report").text
    assert with_report.as_("ana").get("/numbers/report").status_code == 403


def test_the_report_of_one_organisation_is_never_shown_to_another(with_report: Service) -> None:
    assert with_report.as_("sue").get("/numbers/report").status_code == 404
    assert "68 in 100" not in with_report.as_("sue").get("/numbers").text
    write_folder(report(data_until="2026-01-31"), _folder(with_report, SOUTH))
    assert "31 January 2026" in with_report.as_("sue").get("/numbers/report").text
    assert "31 January 2026" not in with_report.as_("lee").get("/numbers/report").text


def test_that_the_report_was_read_is_noted(with_report: Service) -> None:
    with_report.as_("lee").get("/numbers/report")
    assert "report.read" in with_report.as_("aud").get("/audit").text


def test_the_report_may_use_its_own_style_sheet_and_nothing_else(with_report: Service) -> None:
    answer = with_report.as_("lee").get("/numbers/report")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"[]",
        b"{",
        b'{"format": 2}',
        b'{"format": 1}',
        b'{"format": 1, "about": {}, "first_page": {}, "style": "x"}',
        b"\xff",
    ],
)
def test_a_broken_report_is_said_to_be_one(with_report: Service, broken: bytes) -> None:
    (_folder(with_report) / "report.json").write_bytes(broken)
    page = with_report.as_("lee").get("/numbers")
    assert page.status_code == 200
    assert "The last report cannot be read." in page.text
    assert with_report.as_("lee").get("/numbers/report").status_code == 404


@pytest.mark.parametrize("digest", ["sha256-x", "unsafe-inline", "sha256-" + "A" * 43 + "='; script-src *; x '"])
def test_a_report_cannot_loosen_the_policy_that_it_is_sent_with(with_report: Service, digest: str) -> None:
    path = _folder(with_report) / "report.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"style": digest}))
    assert with_report.as_("lee").get("/numbers/report").status_code == 404


def test_a_report_of_invented_people_says_so(sqlite_service: Service) -> None:
    write_folder(report(simulated=True), _folder(sqlite_service))
    assert "about invented people and jobs" in sqlite_service.as_("lee").get("/numbers").text
