"""Stored secrets open for their row alone, and under the keys that are held."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.errors import Invalid
from matching.sealing import KEY_FILE, Sealer, open_sealer
from matching.settings import Settings

OLD, NEW = "o" * 40, "n" * 40


@given(secret=st.text(), row_id=st.text())
def test_what_was_sealed_opens_again(secret: str, row_id: str) -> None:
    sealer = Sealer(keys=[NEW])
    assert sealer.open(sealer.seal(secret, row_id=row_id), row_id=row_id) == secret


def test_sealing_twice_does_not_look_alike() -> None:
    sealer = Sealer(keys=[NEW])
    assert sealer.seal("one", row_id="a") != sealer.seal("one", row_id="a")


def test_it_does_not_open_in_another_row() -> None:
    sealer = Sealer(keys=[NEW])
    with pytest.raises(Invalid, match="another row"):
        sealer.open(sealer.seal("one", row_id="a"), row_id="b")


@pytest.mark.parametrize("place", [0, 3, 10, 20, -1])
def test_a_flipped_bit_is_noticed(place: int) -> None:
    sealer = Sealer(keys=[NEW])
    sealed = bytearray(sealer.seal("one", row_id="a"))
    sealed[place] ^= 1
    with pytest.raises(Invalid):
        sealer.open(bytes(sealed), row_id="a")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01abcd", b"plain text that nobody sealed"])
def test_what_nobody_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(Invalid):
        Sealer(keys=[NEW]).open(sealed, row_id="a")


def test_an_older_key_still_opens_and_is_told_from_the_newest() -> None:
    before, after = Sealer(keys=[OLD]), Sealer(keys=[NEW, OLD])
    sealed = before.seal("one", row_id="a")
    assert after.open(sealed, row_id="a") == "one"
    assert not after.is_newest(sealed)
    assert after.is_newest(after.seal("one", row_id="a"))


def test_a_key_that_is_gone_opens_nothing() -> None:
    sealed = Sealer(keys=[OLD]).seal("one", row_id="a")
    with pytest.raises(Invalid, match="a key that is not here"):
        Sealer(keys=[NEW]).open(sealed, row_id="a")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(Invalid, match="at least 32"):
        Sealer(keys=["short"])


def test_without_a_key_one_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    with ThreadPoolExecutor(8) as pool:
        sealers = list(pool.map(lambda _: open_sealer(settings), range(8)))
    sealed = sealers[0].seal("one", row_id="a")
    assert {sealer.open(sealed, row_id="a") for sealer in sealers} == {"one"}
    assert [path.name for path in settings.data_dir.iterdir()] == [KEY_FILE]
    assert stat.S_IMODE((settings.data_dir / KEY_FILE).stat().st_mode) == 0o600
