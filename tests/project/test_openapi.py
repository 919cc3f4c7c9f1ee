"""The committed description of the API is the one that the service serves, and says what callers rely on."""

from __future__ import annotations

import json

from derive import openapi
from tests.service import Service

COMMITTED = openapi.TARGET.read_text(encoding="utf-8") if openapi.TARGET.exists() else ""


def test_the_committed_description_is_the_one_that_is_served(sqlite_service: Service) -> None:
    served = sqlite_service.client.get("/v1/openapi.json").json()
    assert openapi.as_text(served) == COMMITTED, "run: python -m derive.openapi"


def test_it_is_of_openapi_3_1_and_describes_every_route_below_v1() -> None:
    described = json.loads(COMMITTED)
    assert described["openapi"].startswith("3.1.")
    assert len(described["paths"]) > 80


def test_the_order_of_names_makes_no_difference() -> None:
    assert openapi.as_text({"b": 1, "a": {"d": 2, "c": 3}}) == openapi.as_text({"a": {"c": 3, "d": 2}, "b": 1})
