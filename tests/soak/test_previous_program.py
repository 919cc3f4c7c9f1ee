"""A rolling upgrade: the program of before works on while the database is newer, and beside the newer program."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest

from api.auth import COOKIE, CSRF_HEADER
from matching.store.migrating import downgrade, upgrade
from matching.store.revisions import NEWEST
from tests.databases import Databases
from tests.soak.server import Server
from tests.soak.test_index_file import PROFILE, _drawn

pytestmark = pytest.mark.soak
ROOT = Path(__file__).parents[2]
REVISIONS = "matching/store/revisions.py"
PASSWORD = "lantern otter gravel"  # noqa: S105


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S607


def _newest_at(commit: str) -> str:
    """The revision that the program of a commit needs; empty where there was none."""
    try:
        text = _git("show", f"{commit}:{REVISIONS}").decode()
    except subprocess.CalledProcessError:
        return ""
    return next(line.split('"')[1] for line in text.splitlines() if line.startswith("NEWEST ="))


def _previous_commit() -> str:
    """The last commit whose program needs another revision than this one."""
    commits = ["HEAD", *(f"{one}^" for one in _git("log", "--format=%H", "--", REVISIONS).decode().split())]
    return next(commit for commit in commits if _newest_at(commit) not in ("", NEWEST))


@pytest.fixture(scope="module")
def previous_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the previous program, brought out of the history."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("there is no history to bring the previous program out of")
    try:
        commit = _previous_commit()
    except (StopIteration, subprocess.CalledProcessError):
        pytest.skip("the history does not reach back to a program of another revision")
    folder = tmp_path_factory.mktemp("previous")
    with tarfile.open(fileobj=BytesIO(_git("archive", commit))) as archive:
        archive.extractall(folder, filter="data")
    vendor = ROOT / "api" / "static" / "vendor"  # fetched, and so in no commit
    if vendor.is_dir():
        shutil.copytree(vendor, folder / "api" / "static" / "vendor")
    return folder


@pytest.fixture
def previous(server: Server, previous_tree: Path) -> Server:
    """The previous program over the same database and data folder; its own code alone is imported."""
    return _beside(server, previous_tree)


def _beside(server: Server, tree: Path | None = None) -> Server:
    settings = {} if tree is None else {"PYTHONPATH": str(tree)}
    return Server(url=server.url, folder=server.folder, settings=settings, web_processes=1)


def test_it_is_really_the_previous_program(previous: Server, previous_tree: Path) -> None:
    asked = "import matching.store.revisions as it; print(it.__file__, it.NEWEST)"
    told = subprocess.run(
        [sys.executable, "-c", asked], env=previous.environment, cwd="/", capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == [str(previous_tree / REVISIONS), _newest_at(_previous_commit())]


def test_the_previous_program_works_on_the_newer_schema_and_beside_the_newer_program(
    server: Server, previous: Server
) -> None:
    previous.start()
    try:
        session = _signed_in(previous)
        with httpx.Client(base_url=previous.base, headers=session, timeout=10) as client:
            assert client.get("/v1/sign-in/session").json()["id"] == "user-ana"
            for number in range(12):
                _log(client, f"Bakery assistant {number}")
            person = client.post("/v1/participants", json={"ref": "wp-1", "entered_on": "2026-11-01"}).json()["id"]
            changed = client.patch(f"/v1/participants/{person}/profile", json=PROFILE, headers={"If-Match": '"0"'})
            assert changed.status_code == 200, changed.text
            by_previous = _drawn(client, person)
            assert len(by_previous) == 10
            server.start()
            with httpx.Client(base_url=server.base, headers=session, timeout=10) as newer:
                # The session, what was written, and the list are the same to both.
                assert _drawn(newer, person) == by_previous
                logged = _log(newer, "Baker on Sundays")
                assert client.get(f"/v1/vacancies/{logged}").json()["document"]["title"] == "Baker on Sundays"
                logged = _log(client, "Baker on Mondays")
                assert newer.get(f"/v1/vacancies/{logged}").json()["document"]["title"] == "Baker on Mondays"
    finally:
        previous.stop()
    looked_over = server.run("verify")
    assert looked_over.returncode == 0, looked_over.stdout + looked_over.stderr


def test_the_previous_program_works_on_what_was_brought_down_again(
    server: Server, previous: Server, databases: Databases
) -> None:
    owner_url = databases.owner_url(server.url) if server.url.startswith("postgresql") else server.url
    server.start()
    with server.as_("ana") as client:
        logged = _log(client, "Baker on Sundays")
    server.stop()
    downgrade(owner_url, _newest_at(_previous_commit()))
    previous.start()
    with previous.as_("ana") as client:
        assert client.get(f"/v1/vacancies/{logged}").json()["document"]["title"] == "Baker on Sundays"
    previous.stop()
    upgrade(owner_url)
    assert server.run("verify").returncode == 0


def _log(client: httpx.Client, title: str) -> str:
    role: dict[str, Any] = {"title": title, "employer": title, "hours": {"max": 16}, "visibility": "organisation"}
    logged = client.post("/v1/vacancies", json=role)
    assert logged.status_code == 201, logged.text
    return str(logged.json()["id"])


def _signed_in(server: Server) -> dict[str, str]:
    """Headers of a session that was opened by password and code, as somebody does after being let in again."""
    token = server.run("user", "reset", "--organisation", "north", "--user", "user-ana").stdout.split()[-1]
    headers = {"Sec-Fetch-Site": "same-origin"}

    def ask(path: str, body: dict[str, str] | None = None) -> httpx.Response:
        answer = httpx.post(f"{server.base}/v1/sign-in{path}", json=body, headers=headers, timeout=20)
        assert answer.is_success, answer.text
        for name, value in answer.headers.multi_items():
            if name == "set-cookie" and value.startswith(f"{COOKIE}="):
                headers["Cookie"] = value.split(";")[0]
        if answer.content and "csrf_token" in answer.json():
            headers[CSRF_HEADER] = answer.json()["csrf_token"]
        return answer

    ask("/first-password", {"token": token, "password": PASSWORD})
    ask("/password", {"email": "ana@example.org", "password": PASSWORD})
    uri = ask("/enrolment").json()["otpauth_uri"]
    ask("/code", {"code": pyotp.TOTP(parse_qs(urlsplit(uri).query)["secret"][0]).now()})
    return headers
