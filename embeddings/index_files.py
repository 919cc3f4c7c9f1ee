"""The files of a saved vector index: a manifest with a digest for every block, written last and believed first."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.array_file import disagreement
from embeddings.errors import IndexRefused

#: Rows under one digest.
DIGEST_ROWS = 16_384
_FORMAT = "wellplaced vector index 1"
_FILES = {"vectors": "vectors.f32", "ids": "ids.i64", "dropped": "dropped.u8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedIndex:
    """What a folder holds: vectors and ids mapped into memory, and which rows were dropped."""

    vectors: NDArray[np.float32]
    ids: NDArray[np.int64]
    dropped: NDArray[np.bool_]


def write_index(
    folder: Path,
    *,
    blocks_of_vectors: Iterable[NDArray[np.float32]],
    ids: NDArray[np.int64],
    dropped: NDArray[np.bool_],
    dimension: int,
    made_by: Mapping[str, str],
) -> None:
    """Write vectors, in blocks of `DIGEST_ROWS` rows, ids and a manifest into a folder.

    The manifest is written last, so a save that was cut short is refused by `read_index` and not half believed: its
    blocks do not have the digests of the manifest before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    manifest: dict[str, Any] = {
        "format": _FORMAT,
        "made_by": dict(made_by),
        "dimension": dimension,
        "count": len(ids),
        "rows_per_digest": DIGEST_ROWS,
        "vectors": _write_blocks(folder / _FILES["vectors"], blocks_of_vectors),
        "ids": _write_blocks(folder / _FILES["ids"], [ids]),
        "dropped": _write_blocks(folder / _FILES["dropped"], [dropped.astype(np.uint8)]),
    }
    manifest["digest"] = _manifest_digest(manifest)
    _write_durably(folder / "manifest.json", json.dumps(manifest, indent=1).encode())


def read_index(folder: Path, *, made_by: Mapping[str, str]) -> SavedIndex:
    """Map what `write_index` wrote; raise IndexRefused unless it is whole, unchanged and made by the same means."""
    manifest = _read_manifest(folder)
    if manifest["made_by"] != dict(made_by):
        raise IndexRefused(disagreement(folder, manifest["made_by"], dict(made_by)))
    count, dimension = int(manifest["count"]), int(manifest["dimension"])
    raw = {
        part: _mapped(folder / name, size)
        for (part, name), size in zip(_FILES.items(), (count * dimension * 4, count * 8, count), strict=True)
    }
    _check_digests(folder, raw, manifest, vector_bytes=int(manifest["rows_per_digest"]) * dimension * 4)
    return SavedIndex(
        vectors=raw["vectors"].view(np.float32).reshape(count, dimension),
        ids=raw["ids"].view(np.int64),
        dropped=np.array(raw["dropped"], dtype=bool),
    )


def _write_blocks(path: Path, blocks: Iterable[NDArray[Any]]) -> list[str]:
    digests = []
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        for block in blocks:
            content = np.ascontiguousarray(block).view(np.uint8).reshape(-1)
            digests.append(hashlib.sha256(content.data).hexdigest())
            file.write(content.data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return digests


def _write_durably(path: Path, content: bytes) -> None:
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _manifest_digest(manifest: Mapping[str, Any]) -> str:
    content = {key: value for key, value in manifest.items() if key != "digest"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
    except FileNotFoundError:
        raise IndexRefused(f"{folder}: there is no finished index here.") from None
    except (OSError, ValueError) as error:
        raise IndexRefused(f"{folder}: the manifest of the index cannot be read ({error}).") from error
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        raise IndexRefused(f"{folder}: this is not an index that this version can read.")
    if manifest.get("digest") != _manifest_digest(manifest):
        raise IndexRefused(f"{folder}: the manifest of the index has been changed.")
    return manifest


def _mapped(path: Path, size: int) -> NDArray[np.uint8]:
    try:
        actual = path.stat().st_size
    except OSError as error:
        raise IndexRefused(f"{path}: part of the index is missing ({error}).") from error
    if actual != size:
        raise IndexRefused(f"{path}: the index is cut off or has grown ({actual} bytes, {size} expected).")
    return np.memmap(path, dtype=np.uint8, mode="r", shape=(size,)) if size else np.zeros(0, dtype=np.uint8)


def _check_digests(
    folder: Path, raw: Mapping[str, NDArray[np.uint8]], manifest: Mapping[str, Any], *, vector_bytes: int
) -> None:
    """Raise IndexRefused unless every block has the digest that the manifest states, using all cores."""
    checks = [("ids", raw["ids"], manifest["ids"][0]), ("dropped", raw["dropped"], manifest["dropped"][0])]
    starts = range(0, len(raw["vectors"]), vector_bytes)
    if len(starts) != len(manifest["vectors"]):
        raise IndexRefused(f"{folder}: the index does not have as many blocks as its manifest says.")
    checks += [
        ("vectors", raw["vectors"][start : start + vector_bytes], digest)
        for start, digest in zip(starts, manifest["vectors"], strict=True)
    ]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        actual = pool.map(lambda check: hashlib.sha256(check[1].data).hexdigest(), checks)
        wrong = [part for (part, _, digest), found in zip(checks, actual, strict=True) if found != digest]
    if wrong:
        raise IndexRefused(f"{folder}: the {wrong[0]} of the index have been changed since it was saved.")
