"""Serve: one parent, some web processes on one socket, one worker; a process that dies is started again.

The parent imports the program once and forks, so that a process is there in a moment and shares what it can. Another
process looks the index files through meanwhile, once for all.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from embeddings.array_file import FileState

#: Of one process within `_WITHIN_SECONDS`: more means that it cannot run at all, or that something ends it each time.
_RESTARTS = 5
_WITHIN_SECONDS = 60.0
#: A process that has run for so long was able to: it is started again for ever, each time after a longer pause.
_ABLE_SECONDS = 10.0
_LONGEST_PAUSE_SECONDS = 30.0
#: A page says after so long that the pool is still being made, rather than wait for minutes.
_LONGEST_WAIT_SECONDS = 5.0
_GRACE_SECONDS = 20.0
#: How long the look through the index files may go on once the program is imported, and for how long it counts.
_LONGEST_VERIFYING_SECONDS = 0.5
_VERIFIED_SECONDS = 10.0
#: The worker begins so much later: whoever waits for a page comes first.
_WORKER_AFTER_SECONDS = 1.0
#: How far the worker steps back behind processes that somebody waits for.
_WORKER_NICENESS = 5
_THREADS_OF_LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass
class _Child:
    """A process that should always be there."""

    name: str
    run: Callable[[], None]
    process: BaseProcess | None = None
    starts: list[float] = field(default_factory=list)
    #: Without it the service still serves: a job that ends its worker must not end everything.
    is_needed: bool = True
    was_able: bool = False
    not_before: float = 0.0

    def ended(self, now: float) -> None:
        """Note that it is not running, and say when it may be started."""
        self.was_able = self.was_able or bool(self.starts and now - self.starts[-1] > _ABLE_SECONDS)
        self.starts = [start for start in self.starts if now - start < _WITHIN_SECONDS]
        often = len(self.starts) - _RESTARTS
        self.not_before = now + min(2.0**often, _LONGEST_PAUSE_SECONDS) if often >= 0 else now
        self.process = None

    @property
    def cannot_run(self) -> bool:
        """Whether it never ran, and never will."""
        return self.is_needed and not self.was_able and len(self.starts) >= _RESTARTS


def serve(*, host: str, port: int, web_processes: int, environment: Mapping[str, str], demo_session: str = "") -> int:
    """Serve until a signal comes; returns the exit status. The children read their settings from `environment`."""
    numbers = tempfile.mkdtemp(prefix="wellplaced-metrics-")
    # Before anything heavy is imported: these are read at import.
    os.environ.update(environment)
    os.environ.update({name: environment.get(name, "1") for name in _THREADS_OF_LIBRARIES})
    os.environ.update({"PROMETHEUS_MULTIPROC_DIR": numbers, "HF_HUB_OFFLINE": "1"})
    verifying = _Verifying()  # before there is a port that it could hold
    listener = socket.create_server((host, port), backlog=512)
    _import_once()
    verified = verifying.result(_LONGEST_VERIFYING_SECONDS)
    began = time.monotonic()
    alive, held = os.pipe()  # children read `alive`: its end tells them that the parent is gone, however it went

    def verified_now() -> Collection[FileState]:
        """None for a process that is started again later: what lies on a disk does not stay sound for ever."""
        return verified if time.monotonic() - began < _VERIFIED_SECONDS else ()

    def in_child(run: Callable[[], None]) -> Callable[[], None]:
        def begin() -> None:
            os.close(held)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            run()

        return begin

    children = [
        *(
            _Child(f"web {number}", in_child(lambda: _run_web(alive, listener, demo_session, verified_now())))
            for number in range(1, web_processes + 1)
        ),
        _Child(
            "worker",
            in_child(lambda: _run_worker(alive, verified_now())),
            is_needed=False,
            not_before=time.monotonic() + _WORKER_AFTER_SECONDS,
        ),
    ]
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        status = _keep_running(children, stop)
    finally:
        _end(children)
        os.close(held)
        shutil.rmtree(numbers, ignore_errors=True)
    return status


def _import_once() -> None:
    """Import all that the children run: once, and not in each of them; what is shared takes its memory once too."""
    gc.disable()
    import uvicorn  # noqa: F401

    import api.app
    import api.logs
    import api.running  # noqa: F401
    import matching.actions.worker  # noqa: F401

    # What is there now stays. To look it through for garbage would write to it, and so copy it into every child.
    gc.freeze()
    gc.enable()


class _Verifying:
    """A process that looks the index files through, each byte of them, while this one has other things to do."""

    def __init__(self) -> None:
        self._result, told = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.get_context("fork").Process(
            target=_verify, args=(told,), name="verifying", daemon=True
        )
        process.start()
        told.close()
        self._process = process

    def result(self, longest_seconds: float) -> frozenset[FileState]:
        """The files that are as they were written, so far as they were looked at within some seconds from now."""
        found: list[FileState] = []
        until = time.monotonic() + longest_seconds
        with contextlib.suppress(EOFError):
            while self._result.poll(max(0.0, until - time.monotonic())):
                found.append(self._result.recv())
        self._result.close()
        self._process.kill()
        self._process.join()
        return frozenset(found)


def _verify(told: Connection) -> None:
    from embeddings.array_file import verify_arrays
    from embeddings.errors import IndexRefused
    from matching.settings import load_settings

    for path in sorted(load_settings().index_folder.glob("*/*.arrays")):
        with contextlib.suppress(IndexRefused):  # whoever reads a file that is not sound says so
            state = verify_arrays(path)
            try:
                told.send(state)
            except BrokenPipeError:
                return  # nobody waits any more


def _keep_running(children: list[_Child], stop: threading.Event) -> int:
    fork = multiprocessing.get_context("fork")
    while not stop.is_set():
        for child in children:
            if child.process is not None and child.process.is_alive():
                continue
            now = time.monotonic()
            if child.process is not None:
                child.ended(now)
                if child.cannot_run:
                    print(f"The {child.name} process cannot run; see what it said above.", file=sys.stderr)
                    return 1
            if now < child.not_before:
                continue
            child.starts.append(now)
            child.process = fork.Process(target=child.run, name=child.name)
            child.process.start()
        stop.wait(0.1)
    return 0


def _end(children: list[_Child]) -> None:
    running = [child.process for child in children if child.process is not None]
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    until = time.monotonic() + _GRACE_SECONDS
    for process in running:
        process.join(max(0.1, until - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()


# In the children


def _run_web(alive: int, listener: socket.socket, demo_session: str, verified: Collection[FileState]) -> None:
    import uvicorn

    from api.app import create_app
    from api.logs import set_up_logs
    from api.running import open_running
    from matching.settings import load_settings

    settings = load_settings()
    set_up_logs(settings.log_level)
    running = open_running(settings, verified=verified)
    running.pools.longest_wait_seconds = _LONGEST_WAIT_SECONDS
    running.pools.begin_loading()  # while the application is put together; `/readyz` says when it is done
    app: ASGIApp = create_app(running)
    if demo_session:
        from api.demo_session import SignedInDemo

        app = SignedInDemo(app, demo_session)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            timeout_graceful_shutdown=int(_GRACE_SECONDS) - 5,
            h11_max_incomplete_event_size=64_000,
        )
    )

    def end() -> None:
        server.should_exit = True

    _watch(alive, end)
    server.run(sockets=[listener])
    running.close()


def _run_worker(alive: int, verified: Collection[FileState]) -> None:
    from api.logs import set_up_logs
    from api.running import open_running
    from matching.actions.worker import run_worker
    from matching.settings import load_settings

    os.nice(_WORKER_NICENESS)
    settings = load_settings()
    set_up_logs(settings.log_level)
    running = open_running(settings, verified=verified)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _watch(alive, stop.set)
    run_worker(running.worker, stop=stop, clock=running.clock)
    running.close()


def _watch(alive: int, end: Callable[[], None]) -> None:
    """End when the parent is gone: nobody would restart this process, and it would hold the port."""

    def wait() -> None:
        os.read(alive, 1)  # returns when the last holder of the other end is gone
        end()
        time.sleep(_GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=wait, daemon=True, name="parent watch").start()


def settings_environment(**settings: str | Path) -> dict[str, str]:
    """The environment of this process with some settings put in it."""
    return {**os.environ, **{f"WELLPLACED_{name.upper()}": str(value) for name, value in settings.items()}}
