"""`wellplaced serve` over a large database: how soon it answers, how long lists take, what it holds, and a kill."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import select

from benchmarks.county import ORGANISATION
from benchmarks.million.asking import PATIENCE_SECONDS, Asking, wanted_role
from benchmarks.million.databases import Urls, megabytes
from benchmarks.million.memory import Held, held_by, processor_seconds
from matching.store import open_database
from matching.store.tables import ProfileVersion
from tests.soak.server import Server

_COMMAND = str(Path(sys.executable).with_name("wellplaced"))
CLIENTS = 4
LOGGED = 10
_QUIET_SECONDS = 3.0
#: The worker looks at everybody once a day; a load begins when it has, or when it has been waited for so long.
_WORKER_SECONDS = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A start of the service, in seconds since its process began; and what all its processes had used by then."""

    ready: float
    answered: float  # the first shortlist, drawn and read
    cpu_answered: float
    held: Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Shortlists drawn and read over HTTP, in milliseconds."""

    count: int
    cpu: float  # of all processes of the service, for each list
    a_second: float
    p50: float
    p95: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One size, measured."""

    database: str
    vacancies: int
    people: int
    database_megabytes: float
    index_megabytes: float
    cold: Start
    warm: Start
    killed: Start
    index_made: float  # seconds from the cold start until its files stood still
    worker_quiet: float  # seconds that the load waited for the worker's look at everybody
    alone: Lists  # one client
    together: Lists  # several clients at once
    after: Held
    logged: tuple[float, ...]  # seconds from sending a new role until a list has it
    kept: bool  # what was acknowledged before the kill is there after it
    wrong: list[str] = field(default_factory=list)


class PatientServer(Server):
    """The service as it is run, and waited for as long as a large pool may take."""

    def begin(self) -> float:
        """Start it; returns the moment."""
        with (self.folder / "service.log").open("ab") as log:
            began = time.perf_counter()
            command = [_COMMAND, "serve", "--port", str(self.port), "--web-processes", str(self.web_processes)]
            self.process = subprocess.Popen(
                command, env=self.environment, start_new_session=True, stdout=log, stderr=log
            )
        return began

    def wait_until(self, is_so: Callable[[], bool], *, began: float) -> float:
        """The seconds since it began at which something is so for the first time."""
        while True:
            try:
                if is_so():
                    return time.perf_counter() - began
            except httpx.TransportError:
                pass
            assert self.process is not None
            if self.process.poll() is not None or time.perf_counter() - began > PATIENCE_SECONDS:
                raise AssertionError(f"the service does not answer:\n{self.log()[-3000:]}")
            time.sleep(0.01)


def measure(folder: Path, *, urls: Urls, people: Mapping[str, str], vacancies: int, lists: int) -> Figures:
    """Start cold, start warm, load, log roles, kill and start again."""
    server = PatientServer(url=urls.service, folder=folder)
    index = folder / "data" / "index"
    shutil.rmtree(index, ignore_errors=True)
    wrong: list[str] = []
    try:
        began = server.begin()
        cold, asking = _started(server, people, began)
        index_made = _until_still(index, began)
        _end(server, asking, wrong)

        warm, asking = _started(server, people, server.begin())
        quiet = _worker_quiet(asking)
        alone = _lists(asking, server, count=max(20, lists // 5), clients=1)
        together = _lists(asking, server, count=lists, clients=CLIENTS)
        assert server.process is not None
        after = held_by(server.process.pid)
        logged, last_role = _log_roles(asking, urls.service, people)
        last_list = asking.last
        server.kill()
        wrong += asking.wrong
        asking.close()

        killed, asking = _started(server, people, server.begin())
        specialist = _first(people)[1]
        kept = asking.shows(f"/v1/shortlists/{last_list}", by=specialist)
        kept = kept and asking.shows(f"/v1/vacancies/{last_role}", by=specialist)
        _end(server, asking, wrong)
    finally:
        server.stop()
    return Figures(
        database="SQLite" if urls.service.startswith("sqlite") else "PostgreSQL",
        vacancies=vacancies,
        people=len(people),
        database_megabytes=megabytes(urls, folder),
        index_megabytes=_size(index) / 1e6,
        cold=cold,
        warm=warm,
        killed=killed,
        index_made=index_made,
        worker_quiet=quiet,
        alone=alone,
        together=together,
        after=after,
        logged=tuple(logged),
        kept=kept,
        wrong=wrong,
    )


def _started(server: PatientServer, people: Mapping[str, str], began: float) -> tuple[Start, Asking]:
    asking = Asking(server.base, people)
    ready = server.wait_until(asking.ready, began=began)
    answered = server.wait_until(lambda: asking.one() or bool(asking.wrong), began=began)
    assert not asking.wrong, asking.wrong
    assert server.process is not None
    pid = server.process.pid
    start = Start(ready=ready, answered=answered, cpu_answered=processor_seconds(pid), held=held_by(pid))
    return start, asking


def _end(server: PatientServer, asking: Asking, wrong: list[str]) -> None:
    wrong += asking.wrong
    asking.close()
    server.stop()


def _size(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def _until_still(folder: Path, began: float) -> float:
    """Seconds from the start until the files of the index were there and grew no more."""
    last, since = -1, time.perf_counter()
    while time.perf_counter() - began < PATIENCE_SECONDS:
        size = _size(folder)
        if size != last:
            last, since = size, time.perf_counter()
        elif size and time.perf_counter() - since > _QUIET_SECONDS:
            break
        time.sleep(0.1)
    return since - began


def _worker_quiet(asking: Asking) -> float:
    """Wait until no job waits, as after the worker's look at everybody on a new day; returns the seconds it took."""
    began, quiet = time.perf_counter(), 0
    while quiet < 8 and time.perf_counter() - began < _WORKER_SECONDS:
        quiet = quiet + 1 if asking.waiting_jobs() == 0.0 else 0
        time.sleep(0.5)
    return time.perf_counter() - began


def _lists(asking: Asking, server: PatientServer, *, count: int, clients: int) -> Lists:
    def timed(_: int) -> float:
        began = time.perf_counter()
        asking.one()
        return time.perf_counter() - began

    assert server.process is not None
    began, used = time.perf_counter(), processor_seconds(server.process.pid)
    with ThreadPoolExecutor(clients) as threads:
        seconds = list(threads.map(timed, range(count)))
    took = time.perf_counter() - began
    used = processor_seconds(server.process.pid) - used
    cuts = statistics.quantiles(seconds, n=100)
    return Lists(
        count=count,
        cpu=1000 * used / count,
        a_second=count / took,
        p50=1000 * cuts[49],
        p95=1000 * cuts[94],
        most=1000 * max(seconds),
    )


def _log_roles(asking: Asking, url: str, people: Mapping[str, str]) -> tuple[list[float], str]:
    """Log for each of some people a role that they want, and wait until it is on their list; seconds, the last's id.

    Each role is closed then: a list shows so many, and of equal ones those with the first references.
    """
    database = open_database(url)
    took, vacancy_id = [], None
    for number, (participant_id, specialist) in enumerate(sorted(people.items())[1 : LOGGED + 1]):
        with database.reading(ORGANISATION) as store:
            profile = store.session.scalar(
                select(ProfileVersion.document).where(ProfileVersion.participant_id == participant_id)
            )
        assert profile is not None
        began = time.perf_counter()
        vacancy_id = asking.log(wanted_role(profile, employer=f"Invented {began} {number}"), by=specialist)
        while time.perf_counter() - began < 60.0:
            shown = asking.drawn(participant_id, specialist)
            if shown is not None and vacancy_id is not None and vacancy_id in json.dumps(shown):
                break
        took.append(time.perf_counter() - began)
        asking.close_role(vacancy_id or "", by=specialist)
    database.close()
    return took, vacancy_id or ""


def _first(people: Mapping[str, str]) -> tuple[str, str]:
    return min(people.items())
