"""Arrays in one file, with a manifest and a digest for every block: read back whole and unchanged, or refused.

A file is written aside, made durable and put in place in one step, so that a kill leaves either the old or the new.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import xxhash
from numpy.typing import NDArray

from embeddings.errors import IndexRefused

Bytes = NDArray[np.uint8]

_MAGIC = b"wellplaced arrays 1\n"
_LENGTH_BYTES = 8
_DIGEST_BYTES = 32
#: Arrays begin at multiples of this, so that they can be used where they lie.
_ALIGNMENT = 64
#: Bytes under one digest.
_BLOCK_BYTES = 8 * 1024 * 1024
_LONGEST_WRITE_SECONDS = 3600.0


def _by_sha256(block: Bytes) -> str:
    return hashlib.sha256(block.data).hexdigest()


def _by_xxh3(block: Bytes) -> str:
    return xxhash.xxh3_128_hexdigest(block.data)


#: How blocks are digested. A file at hand is read at the speed of memory by the second; both see any flipped bit. The
#: manifest, with all the digests, is always under SHA-256.
_DIGESTS: Final[Mapping[str, Callable[[Bytes], str]]] = {"sha256": _by_sha256, "xxh3_128": _by_xxh3}
_DIGEST_NOW: Final = "xxh3_128"


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """An array that is written piece by piece, along its first axis, and never whole in memory."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    pieces: Callable[[], Iterable[NDArray[Any]]]


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any] | Streamed], *, made_by: Mapping[str, str]) -> None:
    """Write the arrays and what made them, whatever was there before. `made_by` must agree when they are read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    # The head comes first in the file and is known last: so much room is left for it.
    room = len(_head(arrays, {name: ["0" * 32] * _block_count(array) for name, array in arrays.items()}, made_by))
    try:
        with partial.open("wb") as file:
            file.write(bytes(room))
            digests: dict[str, list[str]] = {}
            for name, array in arrays.items():
                file.write(bytes(-file.tell() % _ALIGNMENT))
                digests[name] = []
                for block in _blocks_of(array):
                    digests[name].append(_DIGESTS[_DIGEST_NOW](block))
                    file.write(block.data)
            head = _head(arrays, digests, made_by)
            if len(head) != room:
                raise ValueError("a streamed array has not the size that was said")
            file.seek(0)
            file.write(head)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _make_durable(path.parent)
    _clear_up(path)


@dataclass(frozen=True, slots=True)
class FileState:
    """Which file it is, and that it was not written to since."""

    device: int
    inode: int
    size_bytes: int
    modified_ns: int
    changed_ns: int


def read_arrays(
    path: Path, *, made_by: Mapping[str, str], mapped: bool = False, verified: Collection[FileState] = ()
) -> dict[str, NDArray[Any]]:
    """Read the arrays back; raise IndexRefused unless the file is whole, unchanged and made by the same means.

    Where `mapped`, the file stays on disk, and several processes share the memory of what they read. Arrays may be
    written into: what is changed is the process's own, and the file stays as it is. The digests of a file that
    `verify_arrays` has just looked through are not looked at again.
    """
    content, state = _content(path, mapped=mapped)
    manifest, at = _manifest(path, content)
    if manifest["made_by"] != dict(made_by):
        raise IndexRefused(disagreement(path, manifest["made_by"], dict(made_by)))
    parts = _parts(path, content, manifest, at)
    if state not in verified:
        _check_digests(path, manifest, parts)
    return {part.name: part.content.view(part.kind).reshape(part.shape) for part in parts}


def verify_arrays(path: Path) -> FileState:
    """Look at every byte of a file, whatever it was made by; raise IndexRefused unless it is whole and unchanged."""
    content, state = _content(path, mapped=True)
    manifest, at = _manifest(path, content)
    _check_digests(path, manifest, _parts(path, content, manifest, at))
    return state


@dataclass(frozen=True, slots=True)
class _Part:
    """One array as it lies in the file."""

    name: str
    kind: np.dtype[Any]
    shape: tuple[int, ...]
    content: Bytes
    digests: Sequence[str]


def _parts(path: Path, content: Bytes, manifest: Mapping[str, Any], at: int) -> list[_Part]:
    parts = []
    for name, described in manifest["arrays"].items():
        kind, shape = np.dtype(described["type"]), tuple(described["shape"])
        size = kind.itemsize * int(np.prod(shape, dtype=np.int64))
        padding = -at % _ALIGNMENT
        if bool(content[at : at + padding].any()):
            raise IndexRefused(f"{path}: the file has been changed since it was written.")
        at += padding
        part = content[at : at + size]
        if len(part) != size:
            raise IndexRefused(f"{path}: the file is cut off.")
        at += size
        parts.append(_Part(name, kind, shape, part, described["digests"]))
    if at != len(content):
        raise IndexRefused(f"{path}: the file is longer than its manifest says.")
    return parts


def _check_digests(path: Path, manifest: Mapping[str, Any], parts: Iterable[_Part]) -> None:
    digest_of = _DIGESTS.get(manifest.get("digest", "sha256"))
    if digest_of is None:
        raise IndexRefused(f"{path}: this is not a file that this version can read.")
    checks = [
        (part.name, block, digest)
        for part in parts
        for block, digest in zip(_blocks(part.content), part.digests, strict=True)
    ]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = pool.map(lambda check: digest_of(check[1]), checks)
        wrong = [name for (name, _, digest), actual in zip(checks, found, strict=True) if actual != digest]
    if wrong:
        raise IndexRefused(f"{path}: the {wrong[0]} have been changed since they were written.")


def disagreement(path: Path, stored: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    """Say in which points what made a stored index differs from what is needed."""
    differing = sorted(key for key in stored.keys() | wanted.keys() if stored.get(key) != wanted.get(key))
    details = "; ".join(f"{key} is {stored.get(key)!r}, needed {wanted.get(key)!r}" for key in differing)
    return f"{path}: the index was made by other means ({details})."


def _content(path: Path, *, mapped: bool) -> tuple[Bytes, FileState]:
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            state = FileState(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            if not mapped or found.st_size == 0:
                return np.fromfile(file, np.uint8), state
            # Kept alive by the arrays over it, and still there when the file has been replaced.
            return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY), np.uint8), state
    except FileNotFoundError:
        raise IndexRefused(f"{path}: there is no such file.") from None
    except OSError as error:
        raise IndexRefused(f"{path}: the file cannot be read ({error}).") from error


def _head(
    arrays: Mapping[str, NDArray[Any] | Streamed], digests: Mapping[str, list[str]], made_by: Mapping[str, str]
) -> bytes:
    manifest = {
        "made_by": dict(made_by),
        "digest": _DIGEST_NOW,
        "arrays": {
            name: {
                "type": array.dtype.newbyteorder("<").str,
                "shape": list(array.shape),
                "digests": digests[name],
            }
            for name, array in arrays.items()
        },
    }
    head = json.dumps(manifest).encode()
    return _MAGIC + len(head).to_bytes(_LENGTH_BYTES, "little") + hashlib.sha256(head).digest() + head


def _manifest(path: Path, content: Bytes) -> tuple[dict[str, Any], int]:
    """Return the manifest, and where it ends."""
    start = len(_MAGIC) + _LENGTH_BYTES + _DIGEST_BYTES
    if content[: len(_MAGIC)].tobytes() != _MAGIC or len(content) < start:
        raise IndexRefused(f"{path}: this is not a file that this version can read.")
    length = int.from_bytes(content[len(_MAGIC) : len(_MAGIC) + _LENGTH_BYTES].tobytes(), "little")
    head = content[start : start + length].tobytes()
    if len(head) != length or hashlib.sha256(head).digest() != content[start - _DIGEST_BYTES : start].tobytes():
        raise IndexRefused(f"{path}: the manifest has been changed or cut off.")
    manifest: dict[str, Any] = json.loads(head)
    return manifest, start + length


def _block_count(array: NDArray[Any] | Streamed) -> int:
    size = array.dtype.itemsize * int(np.prod(array.shape, dtype=np.int64))
    return -(-size // _BLOCK_BYTES)


def _blocks_of(array: NDArray[Any] | Streamed) -> Iterator[Bytes]:
    """The bytes of an array in blocks of one size, of which the last may be shorter."""
    if not isinstance(array, Streamed):
        yield from _blocks(np.ascontiguousarray(array).reshape(-1).view(np.uint8))
        return
    waiting: list[Bytes] = []
    held = 0
    for piece in array.pieces():
        content = np.ascontiguousarray(piece, dtype=array.dtype).reshape(-1).view(np.uint8)
        waiting.append(content)
        held += len(content)
        if held >= _BLOCK_BYTES:
            whole = np.concatenate(waiting)
            full = held - held % _BLOCK_BYTES
            yield from _blocks(whole[:full])
            waiting, held = [whole[full:]], held - full
    if held:
        yield np.concatenate(waiting)


def _blocks(content: Bytes) -> list[Bytes]:
    return [content[start : start + _BLOCK_BYTES] for start in range(0, len(content), _BLOCK_BYTES)]


def _clear_up(path: Path) -> None:
    """Remove what writers that were killed have left; others may be writing just now, but not for so long."""
    written = path.stat().st_mtime
    for left in path.parent.glob(f"{path.name}.*.part"):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < written - _LONGEST_WRITE_SECONDS:
                left.unlink()


def _make_durable(folder: Path) -> None:
    """Write the folder's own list of files down: until then a power cut could bring the old file back."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
