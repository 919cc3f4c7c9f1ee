"""The invented county, served to a browser: everybody who works there is signed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi.testclient import TestClient

from api.app import create_app
from api.demo import open_demo_session
from api.running import open_running
from fixtures.county import PEOPLE, County, furnish
from matching.actions.jobs import run_due_jobs
from matching.settings import Settings
from tests.pages.live import Live, serve
from tests.service import START, Clock, Service, cookie_of, csrf_of


@dataclass(frozen=True)
class LiveCounty:
    """The county and its service."""

    live: Live
    county: County

    @property
    def service(self) -> Service:
        """The service behind it."""
        return self.live.service

    def run_jobs(self) -> None:
        """Do all work that waits, as the worker would."""
        run_due_jobs(self.service.running.worker, at=self.service.clock.at)


@contextmanager
def live_county(url: str, folder: Path, *, encoder: str) -> Iterator[LiveCounty]:
    """Put the county up in an empty database and serve it."""
    clock = Clock(START)
    running = open_running(
        Settings(
            database_url=url,
            data_dir=folder / "data",
            cache_dir=folder / "cache",
            encoder=encoder,
            secret_key="k" * 32,
            allowed_hosts=("testserver", "localhost"),
            requests_per_minute=1_000_000,
            session_minutes=720,
            session_hours=24,
        ),
        clock=clock,
    )
    county = furnish(running.database, at=clock.at)
    for name in PEOPLE:
        open_demo_session(
            running.database, county.users[name], at=clock.at, cookie=cookie_of(name), csrf_token=csrf_of(name)
        )
    client = TestClient(create_app(running), base_url="https://testserver", raise_server_exceptions=False)
    service = Service(running=running, clock=clock, client=client, users=dict(county.users))
    run_due_jobs(running.worker, at=clock.at)
    with serve(service, folder) as live:
        yield LiveCounty(live=live, county=county)
    client.close()
    running.close()
