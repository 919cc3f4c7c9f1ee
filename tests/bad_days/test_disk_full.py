"""The disk is full at every write in turn: nothing is half done, words say so, and room is all that is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from matching.errors import MatchingError
from matching.sealing import KEY_FILE, open_sealer
from matching.settings import Settings
from matching.store.backup import back_up
from matching.store.verifying import faults
from tests.bad_days.trouble import empty_the_log, everything, is_plain, largest_file, person_of, role, well, wishes
from tests.service import NORTH, START, Service

#: One page of the database as SQLite's log holds it.
FRAME_BYTES = 4096 + 24
_FILE = ("roles.csv", b"vacancy_ref,title,employer\n" + b"".join(b"x%d,Baker,Ash Bakery\n" % n for n in range(30)))

Ask = Callable[[Service, str], Response]
ASKS: dict[str, Ask] = {
    "log a role": lambda service, _: service.as_("eve").post("/v1/vacancies", role()),
    "take somebody on": lambda service, _: service.as_("ana").post(
        "/v1/participants", {"ref": "P-2", "entered_on": "2026-11-01"}
    ),
    "change a profile": lambda service, person: service.as_("ana").change(
        "PATCH", f"/v1/participants/{person}/profile", wishes("2026-11-02"), version=1
    ),
    "draw a list": lambda service, person: service.as_("ana").post("/v1/shortlists", {"participant_id": person}),
    "give a file": lambda service, _: service.as_("eve").post(
        "/v1/imports", data={"kind": "vacancies"}, files={"file": _FILE}
    ),
    "take out a file": lambda service, _: service.as_("eve").post("/v1/exports", {"kind": "vacancies"}),
}


@pytest.fixture
def furnished(sqlite_service: Service) -> tuple[Service, str]:
    well(sqlite_service.as_("eve").post("/v1/vacancies", role("Baker")))
    return sqlite_service, person_of(sqlite_service)


def refusals(service: Service, ask: Callable[[], Response], frames: Iterable[int]) -> int:
    """Ask with room for so many pages of the log, in turn, until there is enough; returns how often there was not."""
    for refused, count in enumerate(frames):
        empty_the_log(service.database)
        before = everything(service.database)
        with largest_file(count * FRAME_BYTES):
            answered = ask()
        if answered.status_code < 300:
            return refused
        assert is_plain(answered, status=507), answered.text
        assert everything(service.database) == before
    raise AssertionError(f"there was never enough room: {answered.text}")


class TestDatabase:
    @pytest.mark.parametrize("name", ["log a role", "change a profile"])
    def test_whichever_write_finds_no_room_nothing_is_changed_and_room_is_enough_to_go_on(
        self, furnished: tuple[Service, str], name: str
    ) -> None:
        service, person = furnished
        # At every single page in `tests/soak/test_bad_days.py`.
        assert refusals(service, lambda: ASKS[name](service, person), (0, 1, 2, 4, 7, 12, 20, 33, 54, 400)) > 3
        assert list(faults(service.database)) == []

    def test_what_was_acknowledged_before_is_there_and_can_be_read_meanwhile(
        self, furnished: tuple[Service, str]
    ) -> None:
        service, _ = furnished
        kept = [well(service.as_("eve").post("/v1/vacancies", role(f"Packer {n}"))).json()["id"] for n in range(5)]
        with largest_file(0):
            assert is_plain(service.as_("eve").post("/v1/vacancies", role("Late")), status=507)
            read = [service.as_("eve").get(f"/v1/vacancies/{each}") for each in kept]
        assert [each.status_code for each in read] == [200] * 5

    def test_who_reads_after_a_minute_goes_on_reading(self, furnished: tuple[Service, str]) -> None:
        service, _ = furnished
        with service.database.writing(NORTH) as store:
            store.session.execute(text("UPDATE sessions SET last_seen_at = :at"), {"at": START.replace(tzinfo=None)})
        service.clock.pass_(minutes=5)
        with largest_file(0):
            assert service.as_("eve").get("/v1/vacancies").status_code == 200

    def test_a_database_that_may_not_grow_is_a_full_disk_too(self, furnished: tuple[Service, str]) -> None:
        service, _ = furnished
        with service.database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        answers = []
        for number in range(40):
            answers.append(service.as_("eve").post("/v1/vacancies", role(f"Packer {number}", description="x" * 9000)))
            if answers[-1].status_code != 201:
                break
        assert is_plain(answers[-1], status=507)
        service.database.engine.dispose()  # the bound was that of the connection
        assert service.as_("eve").post("/v1/vacancies", role("Porter")).status_code == 201
        assert list(faults(service.database)) == []

    def test_a_retry_with_the_same_key_once_there_is_room_is_done_once(self, furnished: tuple[Service, str]) -> None:
        service, _ = furnished
        key = {"Idempotency-Key": "k-1"}
        empty_the_log(service.database)
        with largest_file(5 * FRAME_BYTES):
            assert service.as_("eve").post("/v1/vacancies", role("Once"), headers=key).status_code == 507
        first, second = (service.as_("eve").post("/v1/vacancies", role("Once"), headers=key) for _ in range(2))
        assert (first.status_code, second.json()["id"]) == (201, first.json()["id"])

    def test_a_page_says_it_in_words_and_keeps_what_was_typed(self, furnished: tuple[Service, str]) -> None:
        service, _ = furnished
        typed = {"name": "Elder Laundry", "notes": "ring after ten"}
        empty_the_log(service.database)
        with largest_file(0):
            answered = service.as_("eve").send("/employers/new", typed)
        assert answered.status_code == 507
        assert "There is no room left" in answered.text
        assert "ring after ten" in answered.text


class TestJobs:
    def test_a_job_that_finds_no_room_for_days_is_done_when_there_is(self, furnished: tuple[Service, str]) -> None:
        service, person = furnished
        well(service.as_("eve").post("/v1/vacancies", role("Gardener", tasks=["rake leaves"])))
        for _ in range(8):
            empty_the_log(service.database)
            with largest_file(12 * FRAME_BYTES):
                service.run_jobs()
            service.clock.pass_(hours=2)
        service.run_jobs()
        drawn = well(service.as_("ana").post("/v1/shortlists", {"participant_id": person}))
        assert drawn.json()["counts"]["open"] == 2
        assert list(faults(service.database)) == []


class TestFiles:
    def test_an_index_file_that_finds_no_room_costs_nothing_but_time(
        self, furnished: tuple[Service, str], tmp_path: Path
    ) -> None:
        service, person = furnished
        first = well(service.as_("ana").post("/v1/shortlists", {"participant_id": person})).json()
        well(service.as_("eve").post("/v1/vacancies", role("Packer")))
        service.run_jobs()
        with largest_file(0):
            service.running.pools.close()
        assert service.running.pools.counts["unsealed"] == 1
        assert not list((tmp_path / "data" / "index").rglob("*.part"))
        second = well(service.as_("ana").post("/v1/shortlists", {"participant_id": person})).json()
        assert second["counts"]["open"] == first["counts"]["open"] + 1

    def test_a_backup_is_whole_or_not_there(self, furnished: tuple[Service, str], tmp_path: Path) -> None:
        service, _ = furnished
        with largest_file(20_000), pytest.raises((OSError, MatchingError)):
            back_up(service.database, tmp_path / "full.tar", at=START)
        assert not list(tmp_path.glob("*.tar*"))
        back_up(service.database, tmp_path / "full.tar", at=START)
        assert (tmp_path / "full.tar").stat().st_size > 20_000

    def test_a_key_is_whole_or_not_there(self, tmp_path: Path) -> None:
        settings = Settings(data_dir=tmp_path / "data", secret_key="")
        with largest_file(10), pytest.raises(OSError, match="large"):
            open_sealer(settings)
        assert not (tmp_path / "data" / KEY_FILE).exists()
        sealed = open_sealer(settings).seal("a secret", row_id="A")
        assert open_sealer(settings).open(sealed, row_id="A") == "a secret"
        assert [each.name for each in (tmp_path / "data").iterdir()] == [KEY_FILE]

    @pytest.mark.parametrize("path", ["/v1/imports", "/files/imports/new"])
    def test_an_upload_that_finds_no_room_is_told_so(self, sqlite_service: Service, path: str) -> None:
        # What is larger than a megabyte is put into a file while it comes in.
        large: dict[str, Any] = {"file": ("roles.csv", b"vacancy_ref,title,employer\n" + b"x" * 3_000_000)}
        who = sqlite_service.as_("eve")
        with largest_file(100_000):
            if path.startswith("/v1"):
                answered = who.post(path, data={"kind": "vacancies"}, files=large)
            else:
                answered = who.send(path, {"kind": "vacancies"}, files=large)
        assert answered.status_code == 507
        assert sqlite_service.as_("eve").get("/v1/imports").json()["items"] == []
