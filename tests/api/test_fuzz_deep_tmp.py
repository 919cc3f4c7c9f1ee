"""Every route, as everybody, with parameters and bodies that a machine makes up from the OpenAPI description.

Whatever is sent: no 5xx, no answer that is not described, and each answer in the described shape and content type.
"""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis.core
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from pydantic import SecretStr
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.running import Running, not_ready_because, open_running
from tests.api.world import TODAY, Ids, machine, one_of_everything
from tests.databases import Databases
from tests.service import start_service
from tests.soak.server import times

import os
SEED = int(os.environ.get("XSEED","20261122"))
#: Two thousand in all; those who may do most are asked about most.
CASES_IN_FULL = {"ana": 375, "eve": 375, "lee": 375, "adam": 375, "machine": 170, "val": 110, "aud": 110, "nobody": 110}
#: Of these at least a tenth of the cases must succeed, or the test would see refusals alone.
WHO_MAY_DO_MUCH = ("ana", "eve", "lee", "adam")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_BASE = "https://testserver"
#: What takes things away comes last, so that there is something to find before.
_TAKES_AWAY = ("DELETE", "/disable", "/reset")
_SIGNS_OUT = ("DELETE /v1/sign-in/", "PUT /v1/sign-in/password")
#: What is mostly put into fields that a machine would hardly guess.
_USUAL: dict[str, tuple[Any, ...]] = {
    "field": ("wanted_work", "hours.max", "travel.no_go", "sensory.noise", "employers_avoided", "strengths", "pay"),
    "about": ("sensory.noise", "hours.min", "pay", "location", "adjustments.comm.written_instructions"),
    "email": ("someone@example.org", "new@example.org"),
    "expires_at": ("2027-01-01T00:00:00Z",),
    "tasks": (["weigh flour"],),
    **dict.fromkeys(("on", "said_on", "observed_on", "given_on", "started_on", "ended_on", "to_on"), (TODAY,)),
    **dict.fromkeys(("entered_on", "from_on", "first"), ("2026-11-16",)),
}
_LISTS_OF = {"on_behalf_of": "participant_id", "team_ids": "team_id"}


@dataclass
class Fuzzed:
    """The service, described once and opened anew for each role from the same database."""

    running: Running
    database: Path
    folder: Path
    app: Any
    schema: Any
    ids: Ids
    headers: dict[str, dict[str, str]]
    opened: list[Running] = field(default_factory=list)

    def open_anew(self, role: str) -> None:
        """Serve a fresh copy, so that no role finds what another has spoilt."""
        copy = self.folder / f"{role} {len(self.opened)}.sqlite"
        shutil.copyfile(self.database, copy)
        at_copy = self.running.settings.model_copy(update={"database_url": SecretStr(f"sqlite:///{copy}")})
        self.opened.append(open_running(at_copy, clock=self.running.clock))
        while not_ready_because(self.opened[-1]) is not None:
            time.sleep(0.01)
        self.app.state.running = self.opened[-1]


@pytest.fixture(scope="module")
def fuzzed(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    """A service in which there is one of everything."""
    folder = tmp_path_factory.mktemp("fuzzed")
    url = databases.fresh("sqlite", folder)
    service = start_service(url, folder, requests_per_minute=1_000_000)
    with service.client:
        ids = one_of_everything(service)
        headers = {name: service.as_(name).headers for name in service.users}
        headers |= {"machine": machine(service).headers, "nobody": {}}
    service.database.close()  # everything is in the one file now, which is copied
    app: Any = service.client.app
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    made = Fuzzed(
        running=service.running,
        database=Path(url.removeprefix("sqlite:///")),
        folder=folder,
        app=app,
        schema=schema,
        ids=ids,
        headers=headers,
    )
    printer = hypothesis.core.RepresentationPrinter  # type: ignore[attr-defined]
    yield made
    # schemathesis makes Hypothesis print nothing of its examples; the other tests of this process want that back.
    hypothesis.core.RepresentationPrinter = printer  # type: ignore[attr-defined]
    for running in made.opened:
        running.database.close()


@pytest.mark.parametrize("role", CASES_IN_FULL)
def test_no_answer_is_an_error_of_ours_or_undescribed(fuzzed: Fuzzed, role: str) -> None:
    cases = times(CASES_IN_FULL[role])*int(os.environ.get("XTIMES","1"))
    statuses: Counter[int] = Counter()
    failures: list[str] = []
    with asgi.get_client(fuzzed.app) as client:
        for case in made_up(fuzzed, role, statuses, cases=cases):
            try:
                answered = send(case, fuzzed, role, client)
                statuses[answered.status_code] += 1
                case.validate_response(answered, checks=CHECKS)
            except FailureGroup as group:
                failures.append(f"{case.method} {case.formatted_path}: {group}")
    print(role, dict(statuses))
    assert not failures, "\n\n".join(failures)
    assert sum(statuses.values()) == cases
    if role in WHO_MAY_DO_MUCH:
        assert sum(count for status, count in statuses.items() if status < 300) >= cases // 10, statuses


def made_up(fuzzed: Fuzzed, role: str, statuses: Counter[int], *, cases: int) -> Iterator[Case]:
    """So many cases over all operations in turn, two of three valid; who is refused once is not asked again."""
    chance = random.Random(f"{SEED} {role}")
    operations = [found.ok() for found in fuzzed.schema.get_all_operations()]
    refused: list[str] = []
    made = 0
    while made < cases:
        fuzzed.open_anew(role)
        chance.shuffle(operations)
        operations.sort(key=lambda each: _lateness(each.label))
        for operation in operations[: cases - made]:
            mode = GenerationMode.NEGATIVE if chance.random() < 1 / 3 else GenerationMode.POSITIVE
            case = one_case(operation, mode, chance.randrange(2**32))
            put_in(case, fuzzed.ids, chance)
            refusals = statuses[401] + statuses[403]
            yield case
            made += 1
            if statuses[401] + statuses[403] > refusals and role != "nobody":
                refused.append(operation.label)
        operations = [each for each in operations if each.label not in refused]


def _lateness(label: str) -> int:
    if label.startswith(_SIGNS_OUT):
        return 2
    return int(any(part in label for part in _TAKES_AWAY))


def one_case(operation: Any, mode: GenerationMode, number: int) -> Case:
    """A case by chance: the second that is made, since the first is always the simplest there is."""
    made: list[Case] = []

    @seed(number)
    @settings(
        max_examples=2,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def make(case: Case) -> None:
        made.append(case)

    try:
        make()
    except Unsatisfiable:  # nothing can be wrong where nothing is sent
        return one_case(operation, GenerationMode.POSITIVE, number)
    return made[-1]


def send(case: Case, fuzzed: Fuzzed, role: str, client: asgi.ASGIClient) -> Response:
    """Send a case as somebody; where the version was the one thing wrong, again with the one that was named."""
    headers = dict(fuzzed.headers[role])
    if case.operation.get_parameter("If-Match", "header") is not None:
        headers["If-Match"] = '"1"'
    answered = case.call(base_url=_BASE, session=client, headers=headers)
    if answered.status_code == 412 and "version" in answered.json():
        headers["If-Match"] = f'"{answered.json()["version"]}"'
        answered = case.call(base_url=_BASE, session=client, headers=headers)
    return answered


def put_in(case: Case, ids: Ids, chance: random.Random) -> None:
    """Put real ids, and what is usual in a field, in the places of most of what was made up."""
    usual = {**_USUAL, **ids}
    for name in list(case.path_parameters or ()):
        if name in usual and chance.random() < 0.9:
            case.path_parameters[name] = chance.choice(usual[name])
    if isinstance(case.query, dict):
        for name in list(case.query):
            if name in usual and chance.random() < 0.9:
                case.query[name] = chance.choice(usual[name])
    if isinstance(case.body, dict):
        case.body = _replaced(case.body, usual, chance)


def _replaced(value: Any, usual: dict[str, Any], chance: random.Random, name: str = "") -> Any:
    if isinstance(value, str | list) and name in usual and chance.random() < 0.8:
        return chance.choice(usual[name])
    if isinstance(value, dict):
        return {key: _replaced(each, usual, chance, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, usual, chance, _LISTS_OF.get(name, "")) for each in value]
    return value
