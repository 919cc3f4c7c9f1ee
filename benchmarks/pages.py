"""How long each page takes the server, in a county of ten thousand roles: every route, asked by who uses it.

Run `python -m benchmarks.pages`; it prints a line for each page, the slowest first, and says which had nothing to show.
"""

from __future__ import annotations

import argparse
import gc
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api.app import create_app
from api.auth import COOKIE, CSRF_HEADER
from api.pages.routers import ROUTERS
from api.running import Running, open_running
from benchmarks.county import ORGANISATION, TEAMS, County, _session, _user, cookie_of, furnish, now
from benchmarks.machine import load, machine
from embeddings.hashing import HashingEncoder
from matching.actions.jobs import run_due_jobs
from matching.model.people import Role
from matching.settings import Settings
from matching.store import Database, open_database
from matching.store.migrating import upgrade

PAGE = Path(__file__).with_name("PAGES.md")
GOAL_MS = 500
#: What stands in the place of a query that a page is asked with.
QUERIES: Mapping[str, tuple[str, ...]] = {
    "/roles": ("", "?search=assistant", "?near=ME14"),
    "/employers": ("", "?search=hotel"),
    "/lists/{shortlist_id}/why": ("", "?q=assistant", "?role={vacancy_id}"),
    "/lists/{shortlist_id}/compare": ("?a={vacancy_id}&b={vacancy_id:other}",),
    "/lists/{shortlist_id}/add": ("", "?q=assistant"),
}
_LEADER, _ADMINISTRATOR = "leader-0", "administrator-0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A page and how long it took, in milliseconds; who asked."""

    path: str
    who: str
    milliseconds: list[float]
    kilobytes: float

    @property
    def p95(self) -> float:
        """The time under which 95 of 100 answers stay."""
        return statistics.quantiles(self.milliseconds, n=20)[18]


class Asking:
    """The pages of one process, asked without a network between."""

    def __init__(self, running: Running, county: County) -> None:
        self._client = TestClient(create_app(running), base_url="https://localhost")
        self._county = county
        self._chance = random.Random(3)
        self.specialist = county.specialists[0]

    def post(self, path: str, body: object, who: str = "") -> dict[str, Any]:
        """Ask as a program does."""
        answer = self._client.post(path, json=body, headers=self._headers(who or self.specialist))
        if answer.status_code not in (200, 201):
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")
        made: dict[str, Any] = answer.json()
        return made

    def time_page(self, path: str, who: str, ids: Callable[[], Mapping[str, str]], rounds: int) -> Timed | None:
        """Ask for a page some times, about others each time; none if this asker may not see it."""
        taken, size = [], 0
        for _ in range(rounds + 1):
            asked = _filled(path, ids())
            began = time.perf_counter()
            answer = self._client.get(asked, headers=self._headers(who), follow_redirects=False)
            taken.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:
                return None
            size = max(size, len(answer.content))
        # The first answer pays for what is read once, a template or the pool.
        return Timed(path=path, who=who, milliseconds=taken[1:], kilobytes=size / 1000)

    def _headers(self, who: str) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={cookie_of(who)}", CSRF_HEADER: who}


def _filled(path: str, ids: Mapping[str, str]) -> str:
    return re.sub(r"{([^}]+)}", lambda found: ids[found[1]], path)


def _world(asking: Asking, county: County, at: datetime) -> Callable[[], Mapping[str, str]]:
    """Ids for every parameter: of the people of one caseload in turn, each with a list, a job and all that belongs."""
    made = []
    chance = random.Random(5)
    for person in county.caseload[asking.specialist]:
        employer, role = chance.choice(county.employers), chance.choice(county.vacancies)
        drawn = asking.post("/v1/shortlists", {"participant_id": person})
        first = drawn["entries"][0]["vacancy_id"] if drawn.get("entries") else role
        today = at.date().isoformat()
        start = {"participant_id": person, "employer_id": employer, "job_title": "Porter", "started_on": today}
        placement = asking.post("/v1/placements", start)["id"]
        contact = {"employer_id": employer, "mode": "visit", "on": today, "on_behalf_of": [person]}
        consent = {"employer_id": employer, "choice": "no", "method": "phone", "given_on": today}
        taster = {"participant_id": person, "employer_id": employer, "kind": "job_taster", "on": today}
        check_in = {"on": today, "still_in_work": True}
        made.append(
            {
                "participant_id": person,
                "shortlist_id": drawn["id"],
                "vacancy_id": first,
                "vacancy_id:other": role,
                "employer_id": employer,
                "placement_id": placement,
                "contact_id": asking.post("/v1/contacts", contact)["id"],
                "consent_id": asking.post(f"/v1/participants/{person}/consents", consent)["id"],
                "taster_id": asking.post("/v1/tasters", taster)["id"],
                "check_in_id": asking.post(f"/v1/placements/{placement}/check-ins", check_in)["id"],
                "version": "1",
                "kind": "vacancies",
                "user_id": asking.specialist,
                "team_id": "team-0",
            }
        )
    turns = cycle(made)
    return lambda: next(turns)


def _paths() -> list[str]:
    """The address of every page, also of the routers that were included: the framework keeps them nested."""

    def walked(routes: Iterable[Any]) -> Iterator[str]:
        for route in routes:
            included = getattr(route, "original_router", None)
            if included is not None:
                yield from walked(included.routes)
            elif "GET" in (route.methods or ()):
                yield route.path

    return sorted({path for router in ROUTERS for path in walked(router.routes)})


def measure(running: Running, county: County, *, rounds: int) -> tuple[list[Timed], list[str]]:
    """Time every page that somebody of the county may see; and name those that nobody was shown."""
    asking = Asking(running, county)
    ids = _world(asking, county, running.clock())
    run_due_jobs(running.worker, at=running.clock())
    # As a process that serves does once its pools are loaded; what the benchmark itself holds is none of its garbage.
    gc.collect()
    gc.freeze()
    timed, unseen = [], []
    for path in _paths():
        if path.startswith("/assets"):
            continue
        for query in QUERIES.get(path, ("",)):
            found = None
            for who in (asking.specialist, _LEADER, "officer-0", _ADMINISTRATOR):
                try:
                    found = asking.time_page(path + query, who, ids, rounds)
                except KeyError:
                    break
                if found is not None:
                    break
            if found is None:
                unseen.append(path + query)
            else:
                timed.append(found)
    return timed, unseen


def _add_others(database: Database, at: datetime) -> None:
    """Somebody who leads all teams and somebody who administers, signed in."""
    with database.writing(ORGANISATION) as store:
        for user_id, role in ((_LEADER, Role.TEAM_LEADER), (_ADMINISTRATOR, Role.ADMINISTRATOR)):
            user = _user(user_id, role, "team-0", at)
            user.roles = [role.value, Role.EVALUATOR.value] if role is Role.TEAM_LEADER else [role.value, "auditor"]
            user.team_ids = [f"team-{number}" for number in range(TEAMS)]
            store.session.add(user)
            store.session.flush()
            store.session.add(_session(user_id, at))


def main() -> None:
    """Write the county, ask for every page, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--vacancies", type=int, default=10_000)
    parser.add_argument("--participants", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} beside this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/wellplaced.sqlite"
        upgrade(url)
        settings = Settings(
            database_url=url,
            data_dir=Path(folder),
            cache_dir=Path(folder) / "cache",
            encoder="hashing",
            requests_per_minute=1_000_000,
            log_level="error",
        )
        database = open_database(url)
        county = furnish(
            database,
            settings=settings,
            vacancy_count=options.vacancies,
            participant_count=options.participants,
            at=now(),
            encoder=HashingEncoder(),
        )
        _add_others(database, now())
        database.close()
        running = open_running(settings)
        timed, unseen = measure(running, county, rounds=options.rounds)
        running.close()
    page = _page(options, timed, unseen)
    print(page)
    if options.write:
        PAGE.write_text(page + "\n", encoding="utf-8")


def _page(options: argparse.Namespace, timed: list[Timed], unseen: list[str]) -> str:
    timed = sorted(timed, key=lambda each: -each.p95)
    over = [each for each in timed if each.p95 > GOAL_MS]
    every = [ms for each in timed for ms in each.milliseconds]
    cuts = statistics.quantiles(every, n=20)
    return "\n".join(
        [
            "# How long the pages take",
            "",
            f"Measured on {date.today().isoformat()} by `python -m benchmarks.pages --write`, on {machine()}. "
            f"Processes that wanted a core when it ended: {load():.1f}. "
            "Time of the server, without a network and without the first answer of each page.",
            "",
            f"- {options.vacancies:,} roles, {options.participants:,} participants, {options.rounds} answers a page.",
            f"- {len(timed)} pages; all together: median {cuts[9]:.0f} ms, p95 {cuts[18]:.0f} ms.",
            f"- Goal: p95 under {GOAL_MS} ms for each page. Over it: {len(over)}.",
            "",
            "| page | median ms | p95 ms | most ms | kB |",
            "| --- | ---: | ---: | ---: | ---: |",
            *(
                f"| `{each.path}` | {statistics.median(each.milliseconds):.0f} | {each.p95:.0f} "
                f"| {max(each.milliseconds):.0f} | {each.kilobytes:.0f} |"
                for each in timed
            ),
            "",
            f"Not timed, since nobody here is shown anything: {', '.join(f'`{path}`' for path in unseen) or 'none'}.",
        ]
    )


if __name__ == "__main__":
    main()
