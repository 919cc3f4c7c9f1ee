"""Encode each text once: vectors are kept by the digest of encoder and text, in memory and in a file.

The file is a convenience and never the truth: whatever is wrong with it costs time, not answers.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder, Progress

_log = logging.getLogger(__name__)

#: Keys in one SELECT; SQLite before 3.32 allowed no more than 999 parameters.
_KEYS_AT_ONCE = 900
#: New vectors written in one transaction, and so the most that a kill can lose.
_STORED_AT_ONCE = 512
_TABLE = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL, checksum INTEGER NOT NULL)"


class CachedEncoder:
    """An encoder that makes the real one only when a text is met for the first time."""

    def __init__(
        self, encoder_name: str, dimension: int, make_encoder: Callable[[], Encoder], path: Path | None = None
    ) -> None:
        """Keep vectors in the file at `path`, or in memory alone if it is None."""
        self._name = encoder_name
        self._dimension = dimension
        self._make_encoder = make_encoder
        self._encoder: Encoder | None = None
        self._file = None if path is None else _VectorFile(path, dimension)
        self._memory: dict[bytes, NDArray[np.float32]] = {}
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimension(self) -> int:
        return self._dimension

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return one row for each text; only texts never seen before are encoded, each of them once."""
        if not texts:
            return np.zeros((0, self._dimension), dtype=np.float32)
        keys = [self._key(text) for text in texts]
        text_of_key = dict(zip(keys, texts, strict=True))
        found = self._known(list(text_of_key))
        # Texts of like length share blocks, so that batches fill; the longest come first, so that progress speeds up.
        missing = sorted((key for key in text_of_key if key not in found), key=lambda key: -len(text_of_key[key]))
        known = len(text_of_key) - len(missing)
        if progress is not None:
            progress(known, len(text_of_key))
        for start in range(0, len(missing), _STORED_AT_ONCE):
            block = missing[start : start + _STORED_AT_ONCE]
            # The lock is held a block at a time: a page with one short text need not wait for a whole import.
            with self._lock:
                made_meanwhile = self._known(block)
                rest = [key for key in block if key not in made_meanwhile]
                found |= made_meanwhile | self._encode_and_keep(rest, text_of_key)
            if progress is not None:
                progress(known + start + len(block), len(text_of_key))
        return np.stack([found[key] for key in keys])

    def _key(self, text: str) -> bytes:
        content = self._name.encode() + b"\0" + text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(content, digest_size=20).digest()

    def _known(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        found = {key: self._memory[key] for key in keys if key in self._memory}
        if self._file is not None:
            found |= self._file.read([key for key in keys if key not in found])
        return found

    def _encode_and_keep(
        self, keys: Sequence[bytes], text_of_key: dict[bytes, str]
    ) -> dict[bytes, NDArray[np.float32]]:
        if not keys:
            return {}
        if self._encoder is None:
            self._encoder = self._make_encoder()
            if self._encoder.name != self._name or self._encoder.dimension != self._dimension:
                raise ValueError(f"the cache is for encoder {self._name!r}, not for {self._encoder.name!r}")
        vectors = self._encoder.encode([text_of_key[key] for key in keys])
        new = dict(zip(keys, np.asarray(vectors, dtype=np.float32), strict=True))
        if self._file is None or not self._file.write(new):
            self._memory.update(new)
        return new


class _VectorFile:
    """A SQLite file of vectors with a checksum each. Every failure is answered by going on without it."""

    def __init__(self, path: Path, dimension: int) -> None:
        self._path = path
        self._bytes = dimension * 4
        self._warned = False

    def read(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        found: dict[bytes, NDArray[np.float32]] = {}
        if not keys or not self._path.exists():
            return found
        try:
            with closing(self._connect()) as connection:
                for block in _blocks(keys, _KEYS_AT_ONCE):
                    marks = ",".join("?" * len(block))
                    query = f"SELECT key, vector, checksum FROM vectors WHERE key IN ({marks})"  # noqa: S608
                    for key, content, checksum in connection.execute(query, block):
                        if _is_sound(key, content, checksum, size=self._bytes):
                            found[key] = np.frombuffer(content, dtype="<f4")
        except sqlite3.DatabaseError as error:
            self._begin_again_if_broken(error)
        return found

    def write(self, vectors: dict[bytes, NDArray[np.float32]]) -> bool:
        """Store the vectors and say whether that worked."""
        rows = []
        for key, vector in vectors.items():
            content = vector.astype("<f4").tobytes()
            rows.append((key, content, _checksum(key, content)))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as connection, connection:
                connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
            return True
        except sqlite3.DatabaseError as error:
            self._begin_again_if_broken(error)
        except OSError as error:
            self._warn(error)
        return False

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=5.0)
        try:
            # With a write-ahead log readers and a writer go on together. NORMAL may lose the newest rows, no others.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(_TABLE)
        except BaseException:
            connection.close()
            raise
        return connection

    def _begin_again_if_broken(self, error: sqlite3.DatabaseError) -> None:
        """Put a damaged file aside, so that the next run has a cache again; a busy or full disk is only told."""
        self._warn(error)
        if isinstance(error, sqlite3.OperationalError):
            return
        for suffix in ("", "-wal", "-shm"):
            damaged = self._path.with_name(self._path.name + suffix)
            try:
                damaged.unlink(missing_ok=True)
            except OSError as problem:
                self._warn(problem)

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            _log.warning("vectors cannot be kept in %s (%s); going on without", self._path, error)


def _checksum(key: bytes, content: bytes) -> int:
    return zlib.crc32(content, zlib.crc32(key))


def _is_sound(key: object, content: object, checksum: object, *, size: int) -> bool:
    return (
        isinstance(key, bytes)
        and isinstance(content, bytes)
        and len(content) == size
        and _checksum(key, content) == checksum
    )


def _blocks(keys: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
