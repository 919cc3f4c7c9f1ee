"""A flipped bit in an index file is noticed at the start, and mended from the database."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.soak.server import IN_FULL, Server

pytestmark = pytest.mark.soak
FLIPS = 200 if IN_FULL else 2
SEED = 20_261_122
ROLES = 12
WISHES = {"wanted_work": [{"label": "baking bread"}], "hours.max": 16, "travel.home": "ME14 1"}
PROFILE = {
    "changes": [
        {"field": field, "value": value, "source": "participant", "said_on": "2026-11-01"}
        for field, value in WISHES.items()
    ]
}


def test_a_flipped_bit_is_noticed_and_mended(server: Server) -> None:
    server.start()
    with server.as_("ana") as client:
        for number in range(ROLES):
            role: dict[str, Any] = {
                "title": f"Bakery assistant {number}",
                "employer": f"Bakery {number}",
                "hours": {"max": 16},
                "visibility": "organisation",
            }
            assert client.post("/v1/vacancies", json=role).status_code == 201
        person = client.post("/v1/participants", json={"ref": "wp-1", "entered_on": "2026-11-01"}).json()["id"]
        written = client.patch(f"/v1/participants/{person}/profile", json=PROFILE, headers={"If-Match": '"0"'})
        assert written.status_code == 200, written.text
        before = _drawn(client, person)
    assert len(before) == 10
    server.stop()
    chance = random.Random(SEED)
    for flip in range(FLIPS):
        files = [
            path for path in (server.folder / "data" / "index").rglob("*") if path.is_file() and path.stat().st_size
        ]
        assert files
        _flip(chance.choice(files), chance)
        told = len(server.log())
        server.start()
        with server.as_("ana") as client:
            assert _drawn(client, person) == before, f"flip {flip}"
        server.stop()
        assert "made anew" in server.log()[told:], f"flip {flip} was not noticed"
    print(f"seed {SEED}: {FLIPS} flipped bits, all noticed and mended")


def _drawn(client: httpx.Client, participant_id: str) -> list[dict[str, Any]]:
    """The entries of a new list, once the words of everything have been read."""
    until = time.monotonic() + 30
    while True:
        drawn = client.post("/v1/shortlists", json={"participant_id": participant_id})
        if drawn.status_code == 201 and drawn.json()["counts"]["open"] == ROLES:
            entries: list[dict[str, Any]] = client.get(drawn.headers["Location"]).json()["drawn"]
            return entries
        assert time.monotonic() < until, drawn.text
        time.sleep(0.1)


def _flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    place = chance.randrange(len(content) * 8)
    content[place // 8] ^= 1 << (place % 8)
    path.write_bytes(content)
