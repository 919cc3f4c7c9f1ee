"""Bad days as the service meets them when it really runs: its processes, a real port, a real disk, a real server."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.middleware import WORKED_ON_AT_ONCE
from tests.bad_days.test_disk_full import ASKS, refusals
from tests.bad_days.test_poisoned_imports import POISON, assert_read_within_bounds
from tests.bad_days.trouble import person_of, role, well, wishes
from tests.databases import Databases
from tests.service import Service
from tests.soak.server import Server, times
from tests.soak.test_kill import Writers

pytestmark = pytest.mark.soak
KILLS = times(50)


@pytest.mark.parametrize("name", ASKS)
def test_no_room_at_each_single_page_of_the_log(sqlite_service: Service, name: str) -> None:
    well(sqlite_service.as_("eve").post("/v1/vacancies", role("Baker")))
    person = person_of(sqlite_service)
    # Every page in full; else some of them, the first ones among them.
    frames = range(0, 400, 10 // times(10)) if times(10) > 1 else (0, 1, 2, 3, 5, 8, 13, 21, 34, 400)
    assert refusals(sqlite_service, lambda: ASKS[name](sqlite_service, person), frames) > 3


@pytest.mark.parametrize("name", POISON)
def test_every_poisoned_file_is_read_within_bounds(name: str, tmp_path: Path) -> None:
    assert_read_within_bounds(name, tmp_path)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A disk of its own that is soon full; skipped where none may be mounted."""
    folder.mkdir(parents=True)
    if not Path("/bin/mount").exists():
        pytest.skip("no disk can be mounted here")
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["/bin/umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_really_full_and_then_is_not(databases: Databases, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, 16):
        server = Server(url=databases.fresh("sqlite", disk), folder=tmp_path, web_processes=1)
        server.settings["WELLPLACED_DATA_DIR"] = str(disk / "data")
        server.furnish()
        server.start()
        ballast = disk / "ballast"
        with server.as_("eve") as eve:
            kept = [well(eve.post("/v1/vacancies", json=role(f"Packer {n}"))).json()["id"] for n in range(5)]
            ballast.write_bytes(b"")
            with ballast.open("wb", buffering=0) as file:
                while _has_room(file.write):
                    pass
            told: list[httpx.Response] = []
            until = time.monotonic() + 30
            while not told or told[-1].status_code == 201:  # what SQLite has of its log is used up first
                assert time.monotonic() < until
                told.append(eve.post("/v1/vacancies", json=role("Late", description="x" * 20_000)))
                if told[-1].status_code == 201:
                    kept.append(told[-1].json()["id"])
            assert (told[-1].status_code, "Retry-After" in told[-1].headers) == (507, True), told[-1].text
            assert {eve.get(f"/v1/vacancies/{each}").status_code for each in kept} == {200}
            assert httpx.get(f"{server.base}/livez").status_code == 200
            ballast.unlink()
            assert eve.post("/v1/vacancies", json=role("After")).status_code == 201
        server.stop()
        looked_over = server.run("verify")
        assert looked_over.returncode == 0, looked_over.stdout


def _has_room(write: Callable[[bytes], int]) -> bool:
    try:
        return write(b"x" * 4096) > 0
    except OSError:
        return False


def test_postgresql_crashes_and_comes_back_under_load(tmp_path: Path) -> None:
    own = Databases(folder=tmp_path, shared=tmp_path)
    server = Server(url=own.fresh("postgresql", tmp_path), folder=tmp_path)
    server.furnish()
    server.start()
    writers = Writers(server)
    chance = random.Random(20261123)
    back: list[float] = []
    try:
        for _ in range(times(20)):
            time.sleep(chance.uniform(1, 3))
            _crash(own)
            with server.as_("eve") as eve:
                told = eve.post("/v1/vacancies", json=role("Late"))
                assert (told.status_code, "Retry-After" in told.headers) == (503, True), told.text
                ready = httpx.get(f"{server.base}/readyz", timeout=5)
                assert (ready.status_code, ready.json()["detail"]) == (503, "The database does not answer.")
                assert httpx.get(f"{server.base}/livez", timeout=5).status_code == 200
            own._kept.ensure_postgres_running()
            began = time.monotonic()
            _wait_until(lambda: httpx.get(f"{server.base}/readyz", timeout=5).status_code == 200)
            back.append(time.monotonic() - began)
    finally:
        writers.end()
    with server.as_("lee") as lee:
        for vacancy_id, title in writers.logged.items():
            assert lee.get(f"/v1/vacancies/{vacancy_id}").json()["document"]["title"] == title
    # The worker came through it too: no job waits, none has failed.
    _wait_until(lambda: _jobs_waiting(server) == 0, seconds=60)
    server.stop()
    looked_over = server.run("verify")
    assert looked_over.returncode == 0, looked_over.stdout
    assert "cannot run" not in server.log()
    own._kept.stop()
    print(f"{len(back)} crashes, ready {max(back):.1f} s after the server at most, {len(writers.logged)} roles kept")


def _crash(own: Databases) -> None:
    """End the server of these tests at once, by its own id, without a word to anybody."""
    pid = own._kept.get_pid()
    os.kill(pid, signal.SIGQUIT)
    _wait_until(lambda: not own._kept.get_postmaster_info().is_running())


def test_ten_times_the_load_is_refused_quickly_and_forgotten_at_once(databases: Databases, tmp_path: Path) -> None:
    server = Server(url=databases.fresh("sqlite", tmp_path), folder=tmp_path, web_processes=1)
    server.furnish()
    server.start()
    seconds: dict[int, list[float]] = {}
    health: list[float] = []
    stop = threading.Event()

    def look() -> None:
        with httpx.Client(base_url=server.base, timeout=30) as client:
            while not stop.is_set():
                began = time.monotonic()
                assert client.get("/livez").status_code == 200
                health.append(time.monotonic() - began)
                time.sleep(0.1)

    def ask(number: int) -> None:
        with server.as_(("ana", "ben", "eve", "lee")[number % 4]) as client:
            client.timeout = httpx.Timeout(60)
            for each in range(times(50)):
                began = time.monotonic()
                told = client.post("/v1/vacancies", json=role(f"Packer {number} {each}"))
                assert told.status_code == 201 or "Retry-After" in told.headers
                seconds.setdefault(told.status_code, []).append(time.monotonic() - began)

    looking = threading.Thread(target=look)
    looking.start()
    with ThreadPoolExecutor(10 * WORKED_ON_AT_ONCE) as many:
        list(many.map(ask, range(10 * WORKED_ON_AT_ONCE)))
    stop.set()
    looking.join()
    with server.as_("eve") as eve:
        after = [eve.post("/v1/vacancies", json=role(f"After {n}")).status_code for n in range(20)]
    server.stop()
    counts = Counter({status: len(each) for status, each in seconds.items()})
    print(f"{dict(counts)}; refused after {max(seconds.get(503, [0])):.1f} s at most; alive within {max(health):.1f} s")
    assert set(counts) == {201, 503}
    assert max(seconds[503]) < 15
    assert max(health) < 15
    assert after == [201] * 20


def test_a_worker_killed_while_it_writes_index_files_loses_nothing(databases: Databases, tmp_path: Path) -> None:
    server = Server(url=databases.fresh("sqlite", tmp_path), folder=tmp_path, web_processes=1)
    server.furnish()
    chance = random.Random(20261123)
    server.start()
    with server.as_("ana") as ana:
        person = well(ana.post("/v1/participants", json={"ref": "P-1", "entered_on": "2026-11-01"})).json()["id"]
        well(ana.patch(f"/v1/participants/{person}/profile", json=wishes(), headers={"If-Match": '"0"'}))
        logged = 0
        for _ in range(KILLS):
            for _ in range(3):
                well(ana.post("/v1/vacancies", json=role(f"Packer {logged}", tasks=[f"pack box {logged}"])))
                logged += 1
            time.sleep(chance.uniform(0, 0.4))
            # Index files are written when a process ends, and by whoever has taken in enough.
            assert server.process is not None
            if chance.random() < 0.5:
                os.killpg(server.process.pid, signal.SIGKILL)
            else:
                server.process.terminate()
                time.sleep(chance.uniform(0, 0.3))
                os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait()
            server.start()
        until = time.monotonic() + 60
        while True:
            drawn = ana.post("/v1/shortlists", json={"participant_id": person})
            if drawn.status_code == 201 and drawn.json()["counts"]["open"] == logged:
                break
            assert time.monotonic() < until, drawn.text
            time.sleep(0.2)
    server.stop()
    looked_over = server.run("verify")
    assert looked_over.returncode == 0, looked_over.stdout


def _jobs_waiting(server: Server) -> float:
    numbers = httpx.get(f"{server.base}/metrics", timeout=10).text
    told = [line for line in numbers.splitlines() if line.startswith("wellplaced_jobs_waiting")]
    return float(told[-1].rpartition(" ")[2]) if told else 1.0


def _wait_until(holds: Callable[[], bool], *, seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)
