"""Sixteen at once: no update is lost, and nobody is told that the database is locked."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.soak.server import Server, times

pytestmark = pytest.mark.soak
WRITERS = 16
EACH = times(50)


def test_sixteen_writers_of_one_row_lose_no_update(server: Server) -> None:
    server.start()
    with server.as_("eve") as client:
        path = f"/v1/employers/{client.post('/v1/employers', json={'name': 'Hazel Bakery'}).json()['id']}"
    answers: dict[int, int] = {}
    lock = threading.Lock()

    def write(writer: int) -> None:
        with server.as_("eve") as client:
            for number in range(EACH):
                while True:
                    shown = client.get(path)
                    notes = f"{shown.json()['notes'] or ''} {writer}.{number}".strip()
                    changed = client.put(
                        path,
                        json={"name": "Hazel Bakery", "notes": notes},
                        headers={"If-Match": shown.headers["ETag"]},
                    )
                    with lock:
                        answers[changed.status_code] = answers.get(changed.status_code, 0) + 1
                    if changed.status_code != 412:
                        break

    began = time.monotonic()
    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(write, range(WRITERS)))
    with server.as_("eve") as client:
        held = client.get(path).json()
    assert set(answers) == {200, 412}
    assert sorted(held["notes"].split()) == sorted(f"{writer}.{n}" for writer in range(WRITERS) for n in range(EACH))
    assert held["version"] == 1 + WRITERS * EACH
    print(f"{WRITERS} writers, {WRITERS * EACH} updates in {time.monotonic() - began:.0f} s, answers {answers}")


def test_sixteen_who_log_roles_at_once_are_all_answered(server: Server) -> None:
    server.start()

    def write(writer: int) -> list[int]:
        name = ("ana", "ben", "eve", "lee")[writer % 4]
        with server.as_(name) as client:
            return [
                client.post(
                    "/v1/vacancies",
                    json={"title": f"Helper {writer} {number}", "employer": "Hazel Bakery", "hours": {"max": 16}},
                ).status_code
                for number in range(EACH)
            ]

    with ThreadPoolExecutor(WRITERS) as threads:
        answers = [status for each in threads.map(write, range(WRITERS)) for status in each]
    assert set(answers) == {201}
    assert "locked" not in server.log()
    server.stop()
    looked_over = server.run("verify")
    assert looked_over.returncode == 0, looked_over.stdout
