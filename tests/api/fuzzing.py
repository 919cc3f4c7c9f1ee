"""Cases that a machine makes up from the OpenAPI description: for a few in every test run, and thousands in a night."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis.core
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

SEED = 20_261_122
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
#: After so many rounds whoever was refused asks again.
_ROUNDS_UNTIL_ASKED_AGAIN = 10
#: Of many cases so many of one operation are made at once, which costs half as much.
_MANY, _AT_ONCE = 1000, 12
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A case whose answer was not what is described: which operation, of what kind, and the whole story."""

    operation: str
    kinds: tuple[str, ...]
    story: str


@dataclass(kw_only=True)
class Outcome:
    """What came of the cases of one role."""

    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[Failed] = field(default_factory=list)
    operations: set[str] = field(default_factory=set)

    @property
    def cases(self) -> int:
        """How many cases were answered or failed."""
        return sum(self.statuses.values())

    @property
    def succeeded(self) -> int:
        """How many of them changed or showed something."""
        return sum(count for status, count in self.statuses.items() if status < 300)


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
    copies: int = 0
    opened: Running | None = None

    def open_anew(self, role: str) -> None:
        """Serve a fresh copy, so that no role finds what another has spoilt; the copy before goes."""
        self.close()
        self.copies += 1
        copy = self.folder / f"{role} {self.copies}.sqlite"
        shutil.copyfile(self.database, copy)
        at_copy = self.running.settings.model_copy(update={"database_url": SecretStr(f"sqlite:///{copy}")})
        self.opened = open_running(at_copy, clock=self.running.clock)
        while not_ready_because(self.opened) is not None:
            time.sleep(0.01)
        self.app.state.running = self.opened

    def close(self) -> None:
        """Give the present copy back."""
        if self.opened is None:
            return
        self.opened.database.close()
        for left in self.folder.glob(f"* {self.copies}.sqlite*"):
            left.unlink()
        self.opened = None


@contextmanager
def fuzzed_service(databases: Databases, folder: Path) -> Iterator[Fuzzed]:
    """A service in which there is one of everything."""
    url = databases.fresh("sqlite", folder)
    service = start_service(url, folder, requests_per_minute=100_000_000)
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
    try:
        yield made
    finally:
        # schemathesis makes Hypothesis print nothing of its examples; the other tests of this process want that back.
        hypothesis.core.RepresentationPrinter = printer  # type: ignore[attr-defined]
        made.close()


def fuzz(fuzzed: Fuzzed, role: str, *, cases: int, seed: int = SEED) -> Outcome:
    """Send so many made-up cases as somebody, and hold every answer to its description."""
    outcome = Outcome()
    with asgi.get_client(fuzzed.app) as client:
        for case in _made_up(fuzzed, role, outcome, cases=cases, seed=seed):
            outcome.operations.add(case.operation.label)
            answered = None
            try:
                answered = _send(case, fuzzed, role, client)
                outcome.statuses[answered.status_code] += 1
                case.validate_response(answered, checks=CHECKS)
            except FailureGroup as group:
                kinds = tuple(sorted({type(each).__name__ for each in group.exceptions}))
                story = f"{case.method} {case.formatted_path}: {group}"
                outcome.failures.append(Failed(operation=case.operation.label, kinds=kinds, story=story))
            except Exception as error:
                if answered is None:
                    outcome.statuses[0] += 1
                story = f"{case.as_curl_command()}\n{type(error).__name__}: {error}"
                outcome.failures.append(
                    Failed(operation=case.operation.label, kinds=(type(error).__name__,), story=story)
                )
    return outcome


def _made_up(fuzzed: Fuzzed, role: str, outcome: Outcome, *, cases: int, seed: int) -> Iterator[Case]:
    """So many cases over all operations in turn, two of three valid; who is refused is not asked again for a while."""
    chance = random.Random(f"{seed} {role}")
    everything = [found.ok() for found in fuzzed.schema.get_all_operations()]
    made, rounds, refused = 0, 0, set[str]()
    in_store: dict[tuple[str, GenerationMode], list[Case]] = {}
    while made < cases:
        if rounds % _ROUNDS_UNTIL_ASKED_AGAIN == 0:
            refused.clear()
        rounds += 1
        operations = [each for each in everything if each.label not in refused]
        fuzzed.open_anew(role)
        chance.shuffle(operations)
        operations.sort(key=lambda each: _lateness(each.label))
        for operation in operations[: cases - made]:
            mode = GenerationMode.NEGATIVE if chance.random() < 1 / 3 else GenerationMode.POSITIVE
            number, waiting = chance.randrange(2**32), in_store.setdefault((operation.label, mode), [])
            if not waiting:
                waiting += _some_cases(operation, mode, number, _AT_ONCE if cases >= _MANY else 1)
            case = waiting.pop()
            _put_in(case, fuzzed.ids, chance)
            refusals = outcome.statuses[401] + outcome.statuses[403]
            yield case
            made += 1
            if outcome.statuses[401] + outcome.statuses[403] > refusals and role != "nobody":
                refused.add(operation.label)


def _lateness(label: str) -> int:
    if label.startswith(_SIGNS_OUT):
        return 2
    return int(any(part in label for part in _TAKES_AWAY))


def _some_cases(operation: Any, mode: GenerationMode, number: int, count: int) -> list[Case]:
    """Cases by chance: all that are made but the first, since that is always the simplest there is."""
    made: list[Case] = []

    @seed(number)
    @settings(
        max_examples=count + 1,
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
        return _some_cases(operation, GenerationMode.POSITIVE, number, count)
    return made[1:] or made


def _send(case: Case, fuzzed: Fuzzed, role: str, client: asgi.ASGIClient) -> Response:
    """Send a case as somebody; where the version was the one thing wrong, again with the one that was named."""
    headers = dict(fuzzed.headers[role])
    if case.operation.get_parameter("If-Match", "header") is not None:
        headers["If-Match"] = '"1"'
    answered = case.call(base_url=_BASE, session=client, headers=headers)
    if answered.status_code == 412 and "version" in answered.json():
        headers["If-Match"] = f'"{answered.json()["version"]}"'
        answered = case.call(base_url=_BASE, session=client, headers=headers)
    return answered


def _put_in(case: Case, ids: Ids, chance: random.Random) -> None:
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
