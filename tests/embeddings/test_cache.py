"""The cache of vectors: each text once, and a broken file costs time and no answers."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embeddings.cache as cache_module
from embeddings.cache import CachedEncoder
from embeddings.encoder import Progress
from embeddings.hashing import HashingEncoder

DIMENSION = 16
REAL = HashingEncoder(DIMENSION)


class CountingEncoder(HashingEncoder):
    """Remember every text that was really encoded."""

    def __init__(self) -> None:
        super().__init__(DIMENSION)
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        self.texts += texts
        return super().encode(texts, progress)


def cached(path: Path | None, inner: HashingEncoder | None = None) -> CachedEncoder:
    return CachedEncoder(REAL.name, DIMENSION, lambda: inner or CountingEncoder(), path)


def never() -> HashingEncoder:
    raise AssertionError("the encoder must not be made")


@pytest.fixture(params=["file", "memory"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "cache" / "vectors.sqlite" if request.param == "file" else None


@given(texts=st.lists(st.text(max_size=5), max_size=8))
def test_vectors_are_those_of_the_encoder_in_order(texts: list[str]):
    encoder = cached(None)

    assert np.array_equal(encoder.encode(texts), REAL.encode(texts))
    assert np.array_equal(encoder.encode(texts[::-1]), REAL.encode(texts[::-1]))


def test_each_distinct_text_is_encoded_once(path: Path | None):
    inner = CountingEncoder()
    encoder = cached(path, inner)

    encoder.encode(["cook", "cook", "porter"])
    encoder.encode(["porter", "driver"])

    assert sorted(inner.texts) == ["cook", "driver", "porter"]


def test_a_second_run_makes_no_encoder(tmp_path: Path):
    cached(tmp_path / "vectors").encode(["cook", "porter"])

    again = CachedEncoder(REAL.name, DIMENSION, never, tmp_path / "vectors")

    assert np.array_equal(again.encode(["porter", "cook"]), REAL.encode(["porter", "cook"]))


def test_vectors_of_two_encoders_do_not_meet(tmp_path: Path):
    cached(tmp_path / "vectors").encode(["cook"])

    class Other(CountingEncoder):
        name = "other"

    other = Other()
    CachedEncoder("other", DIMENSION, lambda: other, tmp_path / "vectors").encode(["cook"])

    assert other.texts == ["cook"]


def test_an_encoder_of_another_name_is_refused():
    with pytest.raises(ValueError, match="not for 'hashing-16'"):
        CachedEncoder("other", DIMENSION, CountingEncoder).encode(["cook"])


def test_progress_counts_distinct_texts_up_to_all_of_them(path: Path | None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cache_module, "_STORED_AT_ONCE", 2)
    told: list[tuple[int, int]] = []
    encoder = cached(path)
    encoder.encode(["a"])

    encoder.encode(["a", "b", "c", "d", "a"], lambda done, total: told.append((done, total)))

    assert told == [(1, 4), (3, 4), (4, 4)]


def test_no_texts_give_no_rows(path: Path | None):
    assert CachedEncoder(REAL.name, DIMENSION, never, path).encode([]).shape == (0, DIMENSION)


class TestDamage:
    def test_a_flipped_bit_in_a_vector_is_noticed_and_the_text_encoded_again(self, tmp_path: Path):
        path = tmp_path / "vectors"
        cached(path).encode(["cook", "porter"])
        with sqlite3.connect(path) as connection:
            key, vector = connection.execute("SELECT key, vector FROM vectors LIMIT 1").fetchone()
            changed = bytes([vector[0] ^ 1]) + vector[1:]
            connection.execute("UPDATE vectors SET vector = ? WHERE key = ?", (changed, key))
        inner = CountingEncoder()

        vectors = cached(path, inner).encode(["cook", "porter"])

        assert np.array_equal(vectors, REAL.encode(["cook", "porter"]))
        assert len(inner.texts) == 1
        assert np.array_equal(CachedEncoder(REAL.name, DIMENSION, never, path).encode(["cook", "porter"]), vectors)

    def test_vectors_that_changed_places_are_noticed(self, tmp_path: Path):
        path = tmp_path / "vectors"
        cached(path).encode(["cook", "porter"])
        with sqlite3.connect(path) as connection:
            (one, *first), (two, *second) = connection.execute("SELECT * FROM vectors").fetchall()
            connection.execute("UPDATE vectors SET vector = ?, checksum = ? WHERE key = ?", (*second, one))
            connection.execute("UPDATE vectors SET vector = ?, checksum = ? WHERE key = ?", (*first, two))

        assert np.array_equal(cached(path).encode(["cook"]), REAL.encode(["cook"]))

    @pytest.mark.parametrize("content", [b"this is no database" * 100, b"", b"SQLite format 3\0" + b"\xff" * 5000])
    def test_a_file_that_is_no_database_is_begun_again(self, tmp_path: Path, content: bytes):
        path = tmp_path / "vectors"
        path.write_bytes(content)

        assert np.array_equal(cached(path).encode(["cook"]), REAL.encode(["cook"]))
        cached(path).encode(["cook"])

        assert len(CachedEncoder(REAL.name, DIMENSION, never, path).encode(["cook"])) == 1

    @given(position=st.integers(0, 10**9))
    def test_a_flipped_bit_anywhere_in_the_file_never_changes_an_answer(
        self, position: int, tmp_path_factory: pytest.TempPathFactory
    ):
        path = tmp_path_factory.mktemp("flip") / "vectors"
        texts = [f"text {number}" for number in range(20)]
        cached(path).encode(texts)
        content = bytearray(path.read_bytes())
        position %= 8 * len(content)
        content[position // 8] ^= 1 << position % 8
        path.write_bytes(content)

        assert np.array_equal(cached(path).encode(texts), REAL.encode(texts))

    def test_a_full_disk_is_told_once_and_answers_go_on(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        connect = sqlite3.connect

        def connect_to_a_full_disk(*args: object, **kwargs: object) -> sqlite3.Connection:
            connection = connect(*args, **kwargs)
            connection.execute("PRAGMA max_page_count = 1")
            return connection

        monkeypatch.setattr(cache_module.sqlite3, "connect", connect_to_a_full_disk)
        inner = CountingEncoder()
        encoder = cached(tmp_path / "vectors", inner)

        with caplog.at_level(logging.WARNING):
            first = encoder.encode(["cook"])
            encoder.encode(["cook", "porter"])

        assert np.array_equal(first, REAL.encode(["cook"]))
        assert inner.texts == ["cook", "porter"]
        assert len(caplog.records) == 1
        assert "full" in caplog.text

    def test_a_folder_that_cannot_be_made_is_told_and_answers_go_on(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ):
        (tmp_path / "file").write_text("in the way")

        vectors = cached(tmp_path / "file" / "vectors").encode(["cook"])

        assert np.array_equal(vectors, REAL.encode(["cook"]))
        assert "cannot be kept" in caplog.text

    def test_a_kill_in_the_middle_of_writing_leaves_a_sound_file(self, tmp_path: Path):
        path = tmp_path / "vectors"
        code = (
            "import sys; from pathlib import Path\n"
            "from embeddings.cache import CachedEncoder\nfrom embeddings.hashing import HashingEncoder\n"
            "real = HashingEncoder(16)\n"
            "encoder = CachedEncoder(real.name, 16, lambda: real, Path(sys.argv[1]))\n"
            "for number in range(10**6):\n"
            "    encoder.encode([f'{number}-{other}' for other in range(20)])\n"
            "    print(number, flush=True)\n"
        )
        with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            while int(process.stdout.readline()) < 5:
                pass
            process.kill()

        texts = [f"{number}-{other}" for number in range(5) for other in range(20)]
        inner = CountingEncoder()
        assert np.array_equal(cached(path, inner).encode(texts), REAL.encode(texts))
        assert inner.texts == []


def test_two_writers_at_once_lose_nothing(tmp_path: Path):
    path = tmp_path / "vectors"
    texts = [[f"{writer} {number}" for number in range(60)] for writer in range(2)]

    def write(mine: list[str]) -> None:
        encoder = cached(path)
        for start in range(0, len(mine), 5):
            encoder.encode(mine[start : start + 5])

    threads = [threading.Thread(target=write, args=(mine,)) for mine in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    both = texts[0] + texts[1]
    assert np.array_equal(CachedEncoder(REAL.name, DIMENSION, never, path).encode(both), REAL.encode(both))


def test_threads_that_share_a_cache_encode_a_text_once():
    inner = CountingEncoder()
    everyone_has_looked = threading.Barrier(8)
    have_looked = threading.local()

    class Meeting(CachedEncoder):
        def _known(self, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
            found = super()._known(keys)
            if not hasattr(have_looked, "yes"):
                have_looked.yes = True
                everyone_has_looked.wait(timeout=30)
            return found

    encoder = Meeting(REAL.name, DIMENSION, lambda: inner)
    threads = [threading.Thread(target=encoder.encode, args=(["cook", "porter"],)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(inner.texts) == ["cook", "porter"]


def test_looking_up_25000_vectors_takes_seconds_at_most(tmp_path: Path):
    texts = [str(number) for number in range(25_000)]
    vectors = dict(zip(texts, np.eye(1, DIMENSION, dtype=np.float32).repeat(len(texts), axis=0), strict=True))

    class Ready(HashingEncoder):
        def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
            return np.stack([vectors[text] for text in texts])

    cached(tmp_path / "vectors", Ready(DIMENSION)).encode(texts)
    start = time.perf_counter()

    CachedEncoder(REAL.name, DIMENSION, never, tmp_path / "vectors").encode(texts)

    # Some 0.2 s on a calm core; the bound is wide, since the machine that runs the tests may be busy.
    assert time.perf_counter() - start < 5
