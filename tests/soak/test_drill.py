"""The drill: a backup of everything is restored on an empty machine, of either kind, and every table is equal."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import tarfile
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest

from matching.errors import Conflict, Invalid
from matching.store import open_database
from matching.store.backup import back_up, read_backup, restore
from matching.store.digests import TableDigest, digests
from matching.store.drilling import drill
from matching.store.verifying import faults
from tests.databases import KINDS, Databases
from tests.furnished import KEY, empty_tables, furnish_wholly
from tests.service import START, Service
from tests.soak.server import Server, times

pytestmark = pytest.mark.soak
FLIPS = times(2000)
CUTS = times(200)
SEED = 20_261_123
COMMAND = str(Path(sys.executable).with_name("wellplaced"))


@pytest.fixture
def whole(service: Service) -> Service:
    """A service in which every table that is kept has rows."""
    furnish_wholly(service)
    assert empty_tables(service) == set()
    return service


def _owner_url(databases: Databases, url: str) -> str:
    return databases.owner_url(url) if url.startswith("postgresql") else url


@pytest.mark.parametrize("target", KINDS)
def test_a_new_process_with_nothing_but_the_backup_and_the_key_brings_every_table_back(
    whole: Service, databases: Databases, tmp_path: Path, target: str
) -> None:
    before = digests(whole.database)
    back_up(whole.database, tmp_path / "backup.tar", at=START)
    machine = tmp_path / "machine"
    machine.mkdir()
    url = databases.fresh(target, machine)
    settings = {
        "PATH": os.environ["PATH"],
        "HOME": str(machine),
        "WELLPLACED_DATA_DIR": str(machine / "data"),
        "WELLPLACED_DATABASE_URL": url,
        "WELLPLACED_MIGRATION_URL": _owner_url(databases, url),
        "WELLPLACED_SECRET_KEY": KEY,
        **{name: value for name, value in os.environ.items() if name == "PYTHONPATH"},
    }

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *words], env=settings, cwd=machine, capture_output=True, text=True, check=False, timeout=120
        )

    restored = run("restore", str(tmp_path / "backup.tar"))
    assert restored.returncode == 0, restored.stderr
    looked_over = run("verify", "--digests")
    assert looked_over.returncode == 0, looked_over.stdout + looked_over.stderr
    after = [line.split("\t") for line in looked_over.stdout.splitlines()]
    assert {name: TableDigest(rows=int(rows), sha256=sha256) for name, rows, sha256 in after} == before
    drilled = run("drill", str(tmp_path / "backup.tar"), "--with-key")
    assert drilled.returncode == 0, drilled.stdout + drilled.stderr


def test_a_drill_names_the_table_that_differs_and_the_secret_that_does_not_open(
    whole: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import matching.store.drilling as drilling
    from matching.sealing import Sealer

    def lossy(path: Path, url: str) -> Any:
        held = restore(path, url)
        database = open_database(url)
        with database.writing("north") as store:
            next(iter(store.employers.page(search="", after=None, limit=1).items)).name = "Somebody else's"
        database.close()
        return held

    monkeypatch.setattr(drilling, "restore", lossy)
    back_up(whole.database, tmp_path / "backup.tar", at=START)
    found = drill(tmp_path / "backup.tar", f"sqlite:///{tmp_path / 'drill.sqlite'}", sealer=Sealer(keys=("x" * 32,)))
    assert found.differing == ("employers",)
    assert any("sealed with a key that is not here" in fault for fault in found.faults)


def test_a_flipped_bit_anywhere_is_refused_before_a_row_is_written(
    sqlite_service: Service, databases: Databases, tmp_path: Path
) -> None:
    furnish_wholly(sqlite_service)
    back_up(sqlite_service.database, tmp_path / "backup.tar", at=START)
    whole, chance = bytearray((tmp_path / "backup.tar").read_bytes()), random.Random(SEED)
    # Besides chance: the first bytes of every member's header and content, and all of the last line.
    with tarfile.open(tmp_path / "backup.tar") as archive:
        edges = [place for each in archive for place in (each.offset, each.offset + 156, each.offset_data + 9)]
    places = [*(8 * edge for edge in edges), *range(8 * (len(whole) - 83), 8 * len(whole), 8)]
    places += [chance.randrange(8 * len(whole)) for _ in range(FLIPS)]
    damaged = tmp_path / "damaged.tar"
    for place in places:
        whole[place // 8] ^= 1 << place % 8
        damaged.write_bytes(whole)
        whole[place // 8] ^= 1 << place % 8
        with pytest.raises(Invalid):
            read_backup(damaged)
    _refused_and_empty(damaged, databases.fresh("sqlite", tmp_path))
    print(f"{len(places)} flipped bits in a backup of {len(whole):,} bytes, all refused; seed {SEED}")


def test_a_backup_cut_off_anywhere_or_with_more_at_its_end_is_refused(
    sqlite_service: Service, databases: Databases, tmp_path: Path
) -> None:
    back_up(sqlite_service.database, tmp_path / "backup.tar", at=START)
    whole, chance = (tmp_path / "backup.tar").read_bytes(), random.Random(SEED)
    cuts = [0, 1, 511, 512, len(whole) - 1, len(whole) - 83, *(chance.randrange(len(whole)) for _ in range(CUTS))]
    for cut in cuts:
        (tmp_path / "cut.tar").write_bytes(whole[:cut])
        with pytest.raises(Invalid):
            read_backup(tmp_path / "cut.tar")
    (tmp_path / "cut.tar").write_bytes(whole + b"\0")
    _refused_and_empty(tmp_path / "cut.tar", databases.fresh("sqlite", tmp_path))


@pytest.mark.parametrize("told", [True, False], ids=["and told of in the manifest", "and not told of"])
def test_a_backup_without_one_of_its_tables_is_refused(
    sqlite_service: Service, databases: Databases, tmp_path: Path, told: bool
) -> None:
    back_up(sqlite_service.database, tmp_path / "backup.tar", at=START)
    _without_table(tmp_path / "backup.tar", tmp_path / "less.tar", "employers", told=told)
    _refused_and_empty(tmp_path / "less.tar", databases.fresh("sqlite", tmp_path))


def _without_table(source: Path, target: Path, name: str, *, told: bool) -> None:
    """A backup of before there was a last line, which anybody could have written, without one table."""
    with tarfile.open(source) as whole, tarfile.open(target, "w") as less:
        for entry in whole:
            opened = whole.extractfile(entry)
            assert opened is not None
            content = opened.read()
            if entry.name == "manifest.json":
                manifest = orjson.loads(content)
                manifest["format"] = "wellplaced backup 1"
                if not told:
                    del manifest["tables"][name]
                content = orjson.dumps(manifest)
                entry.size = len(content)
            if not entry.name.startswith(f"{name}."):
                less.addfile(entry, BytesIO(content))


def _refused_and_empty(path: Path, url: str) -> None:
    with pytest.raises((Invalid, Conflict)):
        restore(path, url)
    database = open_database(url)
    assert {digest.rows for digest in digests(database).values()} == {0}
    database.close()


def test_a_backup_while_many_write_is_one_moment(server: Server, databases: Databases, tmp_path: Path) -> None:
    server.start()
    stop = threading.Event()
    written: list[int] = []

    def write(name: str) -> None:
        with server.as_(name) as client:
            while not stop.is_set():
                role = {"title": "Baker", "employer": name, "hours": {"max": 16}, "visibility": "organisation"}
                assert client.post("/v1/vacancies", json=role).status_code == 201
                written.append(1)

    writers = [threading.Thread(target=write, args=(name,)) for name in ("ana", "eve", "lee", "sam")]
    for writer in writers:
        writer.start()
    try:
        for number in range(times(30)):
            before = len(written)
            said = server.run("backup", str(tmp_path / f"{number}.tar"))
            assert said.returncode == 0, said.stderr
            assert len(written) > before
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    server.stop()
    for number in range(times(30)):
        url = databases.fresh("sqlite", tmp_path)
        held = restore(tmp_path / f"{number}.tar", url)
        database = open_database(url)
        # Pool and audit are numbered without gaps beside their counts: of two moments they would not fit.
        assert list(faults(database)) == []
        assert digests(database) == held.tables
        database.close()


def test_a_backup_is_readable_by_its_owner_alone(sqlite_service: Service, tmp_path: Path) -> None:
    back_up(sqlite_service.database, tmp_path / "backup.tar", at=START)
    assert re.fullmatch("0o10?0?600", oct((tmp_path / "backup.tar").stat().st_mode))
