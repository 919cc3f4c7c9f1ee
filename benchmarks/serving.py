"""The service under load: a county's people asking, drawing lists and telling facts, at a given rate, for a while.

Run `python -m benchmarks.serving`; it prints a table of times by kind of request, with what was not answered well.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx

from api.auth import COOKIE, CSRF_HEADER
from benchmarks.county import County, cookie_of, furnish, now
from benchmarks.machine import load, machine
from embeddings.cache import CachedEncoder
from embeddings.encoder import DEFAULT_DIMENSION, SentenceTransformerEncoder
from embeddings.hashing import HashingEncoder
from matching.settings import Settings
from matching.store import open_database
from matching.store.migrating import upgrade
from tests.soak.server import Server

#: Of a hundred requests, how many of each kind.
MIX = {
    "read a list": 30,
    "draw a list": 15,
    "read a role": 20,
    "find roles": 8,
    "read a participant": 8,
    "my caseload": 7,
    "call lists": 2,
    "tell a fact": 7,
    "log a role": 3,
}

_QUIET_LOOKS = 8
PAGE = Path(__file__).with_name("SERVING.md")


@dataclass
class Measured:
    """Seconds by kind of request, and what was not answered as it should be."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    waited: int = 0


class Load:
    """Requests of a county's users, one after another at a fixed rate, however long each takes."""

    def __init__(self, base: str, county: County, *, seed: int) -> None:
        self._client = httpx.Client(base_url=base, timeout=30, limits=httpx.Limits(max_connections=64))
        self._county = county
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._lists: dict[str, str] = {}  # participant: the list drawn last
        self.measured = Measured()
        self._asks: dict[str, Callable[[random.Random], httpx.Response]] = {
            "read a list": self._read_list,
            "draw a list": self._draw,
            "read a role": lambda chance: self._get(self._anyone(chance), self._role(chance)),
            "find roles": lambda chance: self._get(self._anyone(chance), "/v1/vacancies?search=assistant"),
            "read a participant": self._read_person,
            "my caseload": lambda chance: self._get(chance.choice(county.specialists), "/v1/participants"),
            "call lists": lambda chance: self._get(chance.choice(county.specialists), "/v1/questions"),
            "tell a fact": self._tell,
            "log a role": self._log,
        }

    def draw_first(self, count: int) -> None:
        """Draw some lists before the clock starts, so that there is something to read."""
        chance = random.Random(7)
        for _ in range(count):
            self._draw(chance)

    def run(self, *, rate: float, seconds: float) -> Measured:
        """Ask at a rate for a while; a request that is late waits for nobody."""
        kinds, weights = list(MIX), list(MIX.values())
        with ThreadPoolExecutor(64) as threads:
            began = time.perf_counter()
            for number in range(int(rate * seconds)):
                due = began + number / rate
                time.sleep(max(0.0, due - time.perf_counter()))
                kind = self._chance.choices(kinds, weights)[0]
                threads.submit(self._one, kind, due, self._chance.getrandbits(32))
        return self.measured

    def _one(self, kind: str, due: float, seed: int) -> None:
        try:
            response = self._asks[kind](random.Random(seed))
            status = response.status_code
        except Exception as error:
            self.measured.wrong.append(f"{kind}: {type(error).__name__}")
            return
        # From when it should have been sent: a queue in front of the service counts as well.
        self.measured.seconds[kind].append(time.perf_counter() - due)
        if status == 202:
            self.measured.waited += 1
        elif status >= 400:
            self.measured.wrong.append(f"{kind}: {status} {response.text[:200]}")

    def _draw(self, chance: random.Random) -> httpx.Response:
        specialist = chance.choice(self._county.specialists)
        participant = chance.choice(self._county.caseload[specialist])
        drawn = self._post(specialist, "/v1/shortlists", {"participant_id": participant})
        if drawn.status_code == 201:
            with self._lock:
                self._lists[participant] = drawn.json()["id"]
        return drawn

    def _read_list(self, chance: random.Random) -> httpx.Response:
        with self._lock:
            participant = chance.choice(sorted(self._lists))
            list_id = self._lists[participant]
        specialist = next(who for who, people in self._county.caseload.items() if participant in people)
        return self._get(specialist, f"/v1/shortlists/{list_id}")

    def _read_person(self, chance: random.Random) -> httpx.Response:
        specialist = chance.choice(self._county.specialists)
        return self._get(specialist, f"/v1/participants/{chance.choice(self._county.caseload[specialist])}/profile")

    def _tell(self, chance: random.Random) -> httpx.Response:
        noise = {"sensory": {"noise": {"typical": chance.randint(0, 4)}}}
        return self._post(
            chance.choice(self._county.officers),
            f"{self._role(chance)}/facts",
            {"source": "visit", "facts": noise},
        )

    def _log(self, chance: random.Random) -> httpx.Response:
        words = ("Kitchen", "Garden", "Stock", "Laundry", "Reception", "Library", "Nursery", "Workshop")
        role = {
            "title": f"{chance.choice(words)} assistant {chance.randint(1, 40)}",
            "employer_id": chance.choice(self._county.employers),
            "hours": {"min": 8, "max": 16},
            "known_by": "visit",
        }
        return self._post(chance.choice(self._county.officers), "/v1/vacancies", role)

    def _anyone(self, chance: random.Random) -> str:
        return chance.choice([*self._county.specialists, *self._county.officers])

    def _role(self, chance: random.Random) -> str:
        return f"/v1/vacancies/{chance.choice(self._county.vacancies)}"

    def _get(self, who: str, path: str) -> httpx.Response:
        return self._client.get(path, headers=_headers(who))

    def _post(self, who: str, path: str, body: object) -> httpx.Response:
        return self._client.post(path, json=body, headers=_headers(who))


def _headers(who: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={cookie_of(who)}", CSRF_HEADER: who}


def main() -> None:
    """Write the county, start the service over it, and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--vacancies", type=int, default=10_000)
    parser.add_argument("--participants", type=int, default=3_000)
    parser.add_argument("--rate", type=float, default=20.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} beside this file")
    parser.add_argument("--encoder", choices=("shipped", "hashing"), default="shipped")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "wellplaced")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/wellplaced.sqlite"
        upgrade(url)
        settings = Settings(database_url=url, data_dir=Path(folder), cache_dir=options.cache, encoder=options.encoder)
        database = open_database(url)
        began = time.perf_counter()
        county = furnish(
            database,
            settings=settings,
            vacancy_count=options.vacancies,
            participant_count=options.participants,
            at=now(),
            encoder=_encoder(options.encoder, options.cache),
        )
        database.close()
        written = time.perf_counter() - began
        server = Server(url=url, folder=Path(folder), settings={"WELLPLACED_ENCODER": options.encoder})
        ready = server.start()
        try:
            looked = _wait_for_worker(server.base)
            users = Load(server.base, county, seed=1)
            users.draw_first(60)
            measured = users.run(rate=options.rate, seconds=options.seconds)
        finally:
            server.stop()
        page = _page(options, measured, written=written, ready=ready, looked=looked)
        print(page)
        if options.write:
            PAGE.write_text(page + "\n", encoding="utf-8")


def _wait_for_worker(base: str) -> float:
    """Wait until the worker has looked at everybody once, as it does on a new day; returns the seconds it took."""
    began, quiet = time.perf_counter(), 0
    # A batch that is being worked on does not wait: only some quiet looks in a row mean that nothing is left.
    while quiet < _QUIET_LOOKS:
        numbers = httpx.get(f"{base}/metrics", timeout=30).text
        told = (line for line in numbers.splitlines() if line.startswith("wellplaced_jobs_waiting"))
        waiting = [line.rpartition(" ")[2] for line in told]
        quiet = quiet + 1 if waiting and float(waiting[-1]) == 0.0 else 0
        time.sleep(0.5)
    return time.perf_counter() - began - _QUIET_LOOKS * 0.5


def _encoder(name: str, cache: Path) -> HashingEncoder | CachedEncoder:
    if name == "hashing":
        return HashingEncoder()
    shipped = SentenceTransformerEncoder()
    return CachedEncoder(shipped.name, DEFAULT_DIMENSION, lambda: shipped, cache / "vectors.sqlite")


def _page(options: argparse.Namespace, measured: Measured, *, written: float, ready: float, looked: float) -> str:
    every = [seconds for times in measured.seconds.values() for seconds in times]
    lines = [
        "# The service under load",
        "",
        f"Measured on {date.today().isoformat()} by `python -m benchmarks.serving --write`, on {machine()}. "
        f"Processes that wanted a core when it ended: {load():.1f}. An invented county on SQLite, two web processes "
        f"and the worker, encoder `{options.encoder}`. Requests are sent at a fixed rate, whatever becomes of those "
        "before; a time counts from the moment a request was due.",
        "",
        f"- {options.vacancies:,} vacancies, {options.participants:,} participants; {options.rate:g} requests a second "
        f"for {options.seconds:g} s.",
        f"- Written in {written:.0f} s; first start, without index files, ready after {ready:.1f} s.",
        f"- The worker took everybody's first standing in {looked:.0f} s; in the load each change is held against all.",
        "",
        "Goals: 95 % of all requests under 300 ms, 95 % of lists under 250 ms, no error.",
        "",
        "| request | count | median ms | p95 ms | p99 ms | most ms |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(_line(kind, measured.seconds[kind]) for kind in MIX if measured.seconds[kind]),
        _line("all", every),
        "",
        f"Answered 202, because words had not been read yet: {measured.waited}.",
        f"Answered wrongly: {len(measured.wrong)}.",
        *measured.wrong[:10],
    ]
    return "\n".join(lines)


def _line(kind: str, seconds: list[float]) -> str:
    cuts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else seconds * 99
    figures = (cuts[49], cuts[94], cuts[98], max(seconds))
    return f"| {kind} | {len(seconds)} | " + " | ".join(f"{1000 * each:.0f}" for each in figures) + " |"


if __name__ == "__main__":
    main()
