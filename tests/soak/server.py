"""The service as it is really run: its own processes, a real port, and signals."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from api.auth import COOKIE, CSRF_HEADER
from matching.store import open_database
from tests.service import cookie_of, csrf_of, furnish

_COMMAND = str(Path(sys.executable).with_name("wellplaced"))
#: `make soak` runs the long tests in full; `make test` runs a tenth of them.
IN_FULL = os.environ.get("WELLPLACED_SOAK") == "1"


def times(in_full: int) -> int:
    """How often to do something here and now."""
    return in_full if IN_FULL else max(1, in_full // 10)


@dataclass
class Server:
    """`wellplaced serve` over a database of its own, in a process group that can be killed at once."""

    url: str
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    web_processes: int = 2
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def environment(self) -> dict[str, str]:
        """What the service reads its settings from."""
        return {
            **os.environ,
            "WELLPLACED_DATABASE_URL": self.url,
            "WELLPLACED_DATA_DIR": str(self.folder / "data"),
            "WELLPLACED_CACHE_DIR": str(self.folder / "cache"),
            "WELLPLACED_ENCODER": "hashing",
            "WELLPLACED_SECRET_KEY": "k" * 32,
            "WELLPLACED_LOG_LEVEL": "warning",
            "WELLPLACED_REQUESTS_PER_MINUTE": "1000000",
            **self.settings,
        }

    @property
    def base(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def furnish(self) -> None:
        """Two organisations and their users, before the first start."""
        database = open_database(self.url)
        furnish(database)
        database.close()

    def start(self) -> float:
        """Start it and wait until it is ready; returns the seconds that took."""
        began = time.monotonic()
        log = (self.folder / "service.log").open("ab")
        self.process = subprocess.Popen(
            [_COMMAND, "serve", "--port", str(self.port), "--web-processes", str(self.web_processes)],
            env=self.environment,
            start_new_session=True,
            stdout=log,
            stderr=log,
        )
        log.close()
        while True:
            try:
                if httpx.get(f"{self.base}/readyz", timeout=2).status_code == 200:
                    return time.monotonic() - began
            except httpx.TransportError:
                pass
            if self.process.poll() is not None or time.monotonic() - began > 60:
                raise AssertionError(f"the service did not start:\n{self.log()[-3000:]}")
            time.sleep(0.02)

    def log(self) -> str:
        """What its processes have said."""
        return (self.folder / "service.log").read_text(errors="replace")

    def kill(self) -> None:
        """`kill -9` to every process at once, as if the power had gone."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it as an operator would."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another `wellplaced` command with the same settings."""
        return subprocess.run(
            [_COMMAND, *words], env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )

    def as_(self, name: str, **more: Any) -> httpx.Client:
        """A client signed in as one of the users."""
        headers = {"Cookie": f"{COOKIE}={cookie_of(name)}", CSRF_HEADER: csrf_of(name)}
        return httpx.Client(base_url=self.base, headers=headers, timeout=10, **more)
