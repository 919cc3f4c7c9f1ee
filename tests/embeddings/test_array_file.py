"""Arrays in one file: given back as they were, or refused; and a kill leaves the old file or the new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embeddings.array_file as array_file
from embeddings.array_file import Streamed, read_arrays, verify_arrays, write_arrays
from embeddings.errors import IndexRefused

ARRAYS = {
    "ids": np.arange(7, dtype=np.int64),
    "vectors": np.linspace(-1, 1, 21, dtype=np.float32).reshape(7, 3),
    "nothing": np.zeros((0, 3), np.float32),
    "flags": np.array([True, False, True]),
}
MADE_BY = {"encoder": "one", "map": "two"}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(array_file, "_BLOCK_BYTES", 16)
    write_arrays(tmp_path / "file", ARRAYS, made_by=MADE_BY)
    return tmp_path / "file"


def test_arrays_come_back_as_they_were(path: Path):
    found = read_arrays(path, made_by=MADE_BY)
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)


def test_every_bit_that_is_flipped_is_noticed(path: Path):
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        with pytest.raises(IndexRefused):
            read_arrays(path, made_by=MADE_BY)


@given(st.data())
def test_a_file_that_is_cut_off_or_goes_on_is_refused(tmp_path_factory: Any, data: st.DataObject):
    path = tmp_path_factory.mktemp("cut") / "file"
    write_arrays(path, ARRAYS, made_by=MADE_BY)
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    path.write_bytes(data.draw(st.sampled_from([whole[:cut], whole + whole[cut:]])))
    with pytest.raises(IndexRefused):
        read_arrays(path, made_by=MADE_BY)


@pytest.mark.parametrize("pieces", [1, 2, 7])
def test_an_array_that_is_streamed_is_written_as_if_it_were_whole(path: Path, pieces: int):
    whole = path.read_bytes()
    vectors = ARRAYS["vectors"]
    streamed = Streamed(dtype=vectors.dtype, shape=vectors.shape, pieces=lambda: np.array_split(vectors, pieces))
    write_arrays(path, {**ARRAYS, "vectors": streamed}, made_by=MADE_BY)
    assert path.read_bytes() == whole


def test_a_stream_of_another_size_than_was_said_leaves_the_old_file(path: Path):
    short = Streamed(dtype=np.dtype(np.int64), shape=(100,), pieces=lambda: [np.zeros(3, np.int64)])
    with pytest.raises(ValueError, match="not the size"):
        write_arrays(path, {"short": short}, made_by=MADE_BY)
    assert read_arrays(path, made_by=MADE_BY).keys() == ARRAYS.keys()


def test_a_mapped_file_can_be_written_into_without_changing_it(path: Path):
    mapped = read_arrays(path, made_by=MADE_BY, mapped=True)
    mapped["ids"][0] = 99
    assert read_arrays(path, made_by=MADE_BY)["ids"][0] == 0
    write_arrays(path, {"ids": np.zeros(3)}, made_by=MADE_BY)
    assert mapped["ids"][:2].tolist() == [99, 1]


def test_every_bit_that_is_flipped_in_a_mapped_file_is_noticed(path: Path):
    whole = path.read_bytes()
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        with pytest.raises(IndexRefused):
            read_arrays(path, made_by=MADE_BY, mapped=True)


def test_every_bit_that_is_flipped_is_noticed_whatever_the_file_was_made_by(path: Path):
    whole = path.read_bytes()
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        with pytest.raises(IndexRefused):
            verify_arrays(path)


def test_a_file_that_was_verified_is_not_digested_again(path: Path, monkeypatch: pytest.MonkeyPatch):
    state = verify_arrays(path)
    monkeypatch.setattr(array_file, "_DIGESTS", {"xxh3_128": lambda _: pytest.fail("digested again")})
    assert read_arrays(path, made_by=MADE_BY, mapped=True, verified=[state]).keys() == ARRAYS.keys()


def test_a_file_that_was_written_to_since_it_was_verified_is_digested_again(path: Path):
    state, whole = verify_arrays(path), path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(IndexRefused):
        read_arrays(path, made_by=MADE_BY, mapped=True, verified=[state])


def test_another_file_in_the_place_of_one_that_was_verified_is_digested(path: Path):
    state, whole = verify_arrays(path), path.read_bytes()
    path.rename(path.with_name("before"))
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    os.utime(path, ns=(state.modified_ns, state.modified_ns))
    with pytest.raises(IndexRefused):
        read_arrays(path, made_by=MADE_BY, mapped=True, verified=[state])


def test_a_file_made_by_other_means_is_refused_with_the_difference(path: Path):
    with pytest.raises(IndexRefused, match="map is 'two', needed 'three'"):
        read_arrays(path, made_by=MADE_BY | {"map": "three"})


def test_no_file_is_refused(tmp_path: Path):
    with pytest.raises(IndexRefused, match="no such file"):
        read_arrays(tmp_path / "file", made_by=MADE_BY)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(array_file.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_arrays(path, {"ids": np.zeros(3)}, made_by=MADE_BY)
    assert read_arrays(path, made_by=MADE_BY).keys() == ARRAYS.keys()
    assert os.listdir(path.parent) == ["file"]


def test_what_killed_writers_left_is_cleared_up_when_it_is_old(path: Path):
    old, new = (path.with_name(f"file.{number}.part") for number in (1, 2))
    old.write_bytes(b"")
    new.write_bytes(b"")
    os.utime(old, (0, 0))
    write_arrays(path, ARRAYS, made_by=MADE_BY)
    assert (old.exists(), new.exists()) == (False, True)


WRITER = """
import sys
from pathlib import Path
import numpy as np
from embeddings.array_file import write_arrays
for number in range(1_000_000):
    write_arrays(Path(sys.argv[1]), {"n": np.full(200_000, number)}, made_by={})
    print(number, flush=True)
"""


@pytest.mark.parametrize("milliseconds", [3, 11, 26])
def test_a_writer_that_is_killed_leaves_a_whole_file(tmp_path: Path, milliseconds: int):
    path = tmp_path / "file"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    writer.stdout.readline()
    time.sleep(milliseconds / 1000)
    writer.send_signal(signal.SIGKILL)
    written = [int(line) for line in writer.stdout.read().split()]
    writer.wait()
    numbers = read_arrays(path, made_by={})["n"]
    assert len(set(numbers.tolist())) == 1
    assert numbers[0] >= max(written, default=0)
