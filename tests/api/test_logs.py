"""Logs and numbers hold ids, codes and times, and nothing that anybody said."""

from __future__ import annotations

import io
import json
import logging
import sys

import pytest
import structlog

from api.logs import ALLOWED, set_up_logs
from tests.service import Service

SECRET = "Marigold Quince of 7 Elm Row"  # noqa: S105


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    held = io.StringIO()
    monkeypatch.setattr(sys, "stderr", held)
    handlers, level = logging.root.handlers, logging.root.level
    set_up_logs("info")
    yield held
    structlog.reset_defaults()
    logging.root.handlers, logging.root.level = handlers, level


def test_a_key_that_is_not_on_the_list_is_dropped(lines: io.StringIO) -> None:
    structlog.get_logger().info("request", status=200, name=SECRET)
    told = json.loads(lines.getvalue())
    assert told["status"] == 200
    assert set(told) <= ALLOWED
    assert SECRET not in lines.getvalue()


def test_an_exception_is_told_by_type_and_place_and_not_by_its_message(lines: io.StringIO) -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        structlog.get_logger().error("failed", exc_info=error)
    told = json.loads(lines.getvalue())
    assert told["error"] == "ValueError"
    assert "test_logs.py" in told["where"]
    assert SECRET not in lines.getvalue()


def test_a_library_is_told_by_its_name_alone(lines: io.StringIO) -> None:
    logging.getLogger("another.package").warning("could not read %s", SECRET)
    assert json.loads(lines.getvalue())["event"] == "package another.package"
    assert SECRET not in lines.getvalue()


def test_a_request_is_one_line_with_the_pattern_of_its_route(lines: io.StringIO, sqlite_service: Service) -> None:
    sqlite_service.as_("eve").get(f"/v1/employers?search={SECRET}")
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    request = next(line for line in told if line["event"] == "request")
    assert (request["route"], request["status"], request["user_id"]) == ("/v1/employers", 200, "user-eve")
    assert "Marigold" not in lines.getvalue()


def test_the_numbers_know_routes_and_no_ids(sqlite_service: Service) -> None:
    sqlite_service.as_("eve").get("/v1/employers/some-id-of-somebody")
    numbers = sqlite_service.client.get("/metrics").text
    assert 'route="/v1/employers/{employer_id}"' in numbers
    assert "some-id-of-somebody" not in numbers


def test_an_unknown_path_is_not_a_label(sqlite_service: Service) -> None:
    sqlite_service.client.get("/v1/marigold-quince")
    assert "marigold" not in sqlite_service.client.get("/metrics").text
