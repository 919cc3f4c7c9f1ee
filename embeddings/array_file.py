"""Arrays in one file, with a manifest and a digest for every block: read back whole and unchanged, or refused.

A file is written aside, made durable and put in place in one step, so that a kill leaves either the old or the new.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import IndexRefused

_MAGIC = b"wellplaced arrays 1\n"
_LENGTH_BYTES = 8
_DIGEST_BYTES = 32
#: Arrays begin at multiples of this, so that they can be used where they lie.
_ALIGNMENT = 64
#: Bytes under one digest.
_BLOCK_BYTES = 8 * 1024 * 1024
_LONGEST_WRITE_SECONDS = 3600.0


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], *, made_by: Mapping[str, str]) -> None:
    """Write the arrays and what made them, whatever was there before. `made_by` must agree when they are read."""
    flat = {name: np.ascontiguousarray(array).reshape(-1).view(np.uint8) for name, array in arrays.items()}
    manifest = {
        "made_by": dict(made_by),
        "arrays": {
            name: {
                "type": array.dtype.newbyteorder("<").str,
                "shape": list(array.shape),
                "digests": [hashlib.sha256(block.data).hexdigest() for block in _blocks(flat[name])],
            }
            for name, array in arrays.items()
        },
    }
    head = json.dumps(manifest).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            file.write(_MAGIC + len(head).to_bytes(_LENGTH_BYTES, "little"))
            file.write(hashlib.sha256(head).digest() + head)
            for content in flat.values():
                file.write(bytes(-file.tell() % _ALIGNMENT))
                file.write(content.data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _make_durable(path.parent)
    _clear_up(path)


def read_arrays(path: Path, *, made_by: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    """Read the arrays back; raise IndexRefused unless the file is whole, unchanged and made by the same means."""
    try:
        content = np.fromfile(path, np.uint8)
    except FileNotFoundError:
        raise IndexRefused(f"{path}: there is no such file.") from None
    except OSError as error:
        raise IndexRefused(f"{path}: the file cannot be read ({error}).") from error
    manifest, at = _manifest(path, content)
    if manifest["made_by"] != dict(made_by):
        raise IndexRefused(disagreement(path, manifest["made_by"], dict(made_by)))
    arrays: dict[str, NDArray[Any]] = {}
    checks: list[tuple[str, NDArray[np.uint8], str]] = []
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
        checks += zip([name] * len(described["digests"]), _blocks(part), described["digests"], strict=True)
        arrays[name] = part.view(kind).reshape(shape)
    if at != len(content):
        raise IndexRefused(f"{path}: the file is longer than its manifest says.")
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = pool.map(lambda check: hashlib.sha256(check[1].data).hexdigest(), checks)
        wrong = [name for (name, _, digest), actual in zip(checks, found, strict=True) if actual != digest]
    if wrong:
        raise IndexRefused(f"{path}: the {wrong[0]} have been changed since they were written.")
    return arrays


def disagreement(path: Path, stored: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    """Say in which points what made a stored index differs from what is needed."""
    differing = sorted(key for key in stored.keys() | wanted.keys() if stored.get(key) != wanted.get(key))
    details = "; ".join(f"{key} is {stored.get(key)!r}, needed {wanted.get(key)!r}" for key in differing)
    return f"{path}: the index was made by other means ({details})."


def _manifest(path: Path, content: NDArray[np.uint8]) -> tuple[dict[str, Any], int]:
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


def _blocks(content: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
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
