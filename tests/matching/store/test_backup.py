"""Backups: whole or not at all, from either database into either."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from sqlalchemy import select

from matching.errors import Conflict, Invalid
from matching.store import open_database
from matching.store.backup import back_up, restore
from matching.store.tables import AuditRow, Employer, User
from matching.store.verifying import faults
from tests.databases import KINDS, Databases
from tests.service import NORTH, START, Service


@pytest.fixture
def filled(service: Service) -> Service:
    for name in ("Hazel Bakery", "Ash Nursery"):
        assert service.as_("eve").post("/v1/employers", {"name": name}).status_code == 201
    return service


@pytest.mark.parametrize("target", KINDS)
def test_a_backup_restores_into_either_kind(filled: Service, databases: Databases, tmp_path: Path, target: str) -> None:
    back_up(filled.database, tmp_path / "backup.tar", at=START)
    url = databases.fresh(target, tmp_path)
    restore(tmp_path / "backup.tar", databases.owner_url(url) if target == "postgresql" else url)
    restored = open_database(url)
    with filled.database.reading(NORTH) as before, restored.reading(NORTH) as after:
        for table in (Employer, User, AuditRow):
            key = table.__table__.primary_key.columns
            rows = [
                [
                    {column.name: getattr(row, column.name) for column in table.__table__.columns}
                    for row in store.session.scalars(select(table).order_by(*key))
                ]
                for store in (before, after)
            ]
            assert rows[0] == rows[1]
            assert rows[0]
    assert list(faults(restored)) == []
    restored.close()


def test_a_backup_never_writes_over_another(filled: Service, tmp_path: Path) -> None:
    (tmp_path / "backup.tar").write_bytes(b"yesterday's")
    with pytest.raises(Conflict):
        back_up(filled.database, tmp_path / "backup.tar", at=START)
    assert (tmp_path / "backup.tar").read_bytes() == b"yesterday's"


def test_a_restore_into_a_filled_database_is_refused(filled: Service, databases: Databases, tmp_path: Path) -> None:
    back_up(filled.database, tmp_path / "backup.tar", at=START)
    url = databases.fresh("sqlite", tmp_path)
    restore(tmp_path / "backup.tar", url)
    with pytest.raises(Conflict):
        restore(tmp_path / "backup.tar", url)


def test_a_cut_backup_is_refused_and_nothing_is_written(filled: Service, databases: Databases, tmp_path: Path) -> None:
    back_up(filled.database, tmp_path / "backup.tar", at=START)
    whole = (tmp_path / "backup.tar").read_bytes()
    url = databases.fresh("sqlite", tmp_path)
    for part in (100, len(whole) // 3, len(whole) // 2):
        (tmp_path / "cut.tar").write_bytes(whole[:part])
        with pytest.raises(Invalid):
            restore(tmp_path / "cut.tar", url)
    database = open_database(url)
    with database.directory() as directory:
        assert directory.organisation_ids() == []
    database.close()


def test_a_backup_whose_rows_were_changed_is_refused(filled: Service, databases: Databases, tmp_path: Path) -> None:
    import gzip
    import io

    back_up(filled.database, tmp_path / "backup.tar", at=START)
    with tarfile.open(tmp_path / "backup.tar") as source, tarfile.open(tmp_path / "changed.tar", "w") as target:
        for entry in source:
            opened = source.extractfile(entry)
            assert opened is not None
            content = opened.read()
            if entry.name == "employers.jsonl.gz":
                content = gzip.compress(gzip.decompress(content).replace(b"Hazel", b"Witch"))
                entry.size = len(content)
            target.addfile(entry, io.BytesIO(content))
    with pytest.raises(Invalid, match="damaged"):
        restore(tmp_path / "changed.tar", databases.fresh("sqlite", tmp_path))
