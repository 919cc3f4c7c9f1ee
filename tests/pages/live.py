"""A service that a browser can reach: over a socket of this machine alone, with everybody's session in hand."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from api.app import create_app
from api.auth import COOKIE
from tests.receiver import certificate_of_our_own
from tests.service import Service, cookie_of


@dataclass(frozen=True)
class Live:
    """A running service and its address."""

    service: Service
    url: str

    def cookie(self, name: str) -> dict[str, object]:
        """The session of one of the users, as a browser holds it."""
        return {"name": COOKIE, "value": cookie_of(name), "url": self.url, "secure": True, "httpOnly": True}


@contextmanager
def serve(service: Service, folder: Path) -> Iterator[Live]:
    """Serve until the block ends, over TLS: a browser keeps our cookie only from a safe place."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(service.running),
        log_config=None,
        access_log=False,
        lifespan="off",
        ssl_certfile=certificate_of_our_own(folder),
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started:
        if time.monotonic() > until:
            raise TimeoutError("the service did not start")
        time.sleep(0.01)
    try:
        yield Live(service=service, url=f"https://localhost:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        thread.join(10)
