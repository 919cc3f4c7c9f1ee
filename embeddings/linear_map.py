"""Bend the encoder's space a little toward work: a square matrix, trained aside, with a manifest that is checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.errors import LinearMapRefused

_FORMAT = "wellplaced linear map 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearMap:
    """A matrix for vectors of one encoder. Mapped vectors have unit length."""

    name: str
    encoder_name: str
    matrix: NDArray[np.float32] = field(repr=False)
    _exact: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.matrix.ndim != 2 or self.matrix.shape[0] != self.matrix.shape[1]:
            raise ValueError("a linear map is a square matrix")
        object.__setattr__(self, "_exact", _to_step(self.matrix, _MATRIX_STEP))

    @classmethod
    def identity(cls, encoder_name: str, dimension: int) -> LinearMap:
        """Return the map that changes nothing, for encoders for which none was trained. It must be asked for."""
        return cls(name="none", encoder_name=encoder_name, matrix=np.eye(dimension, dtype=np.float32))

    @classmethod
    def load(cls, path: Path, *, encoder_name: str) -> LinearMap:
        """Read a map and the manifest beside it; raise LinearMapRefused unless it is whole and for this encoder."""
        manifest = read_manifest(path)
        if manifest.get("encoder") != encoder_name:
            raise LinearMapRefused(
                f"{path}: the map was trained for {manifest.get('encoder')!r} and cannot serve {encoder_name!r}."
            )
        try:
            content = path.read_bytes()
        except OSError as error:
            raise LinearMapRefused(f"{path}: the map cannot be read ({error}).") from error
        dimension = int(manifest["dimension"])
        if len(content) != dimension * dimension * 4 or hashlib.sha256(content).hexdigest() != manifest["sha256"]:
            raise LinearMapRefused(f"{path}: the map is not the one that its manifest describes.")
        matrix = np.frombuffer(content, dtype="<f4").reshape(dimension, dimension).astype(np.float32)
        return cls(name=f"{path.stem}-{manifest['sha256'][:8]}", encoder_name=encoder_name, matrix=matrix)

    def serving(self, encoder_name: str) -> LinearMap:
        """Return the same map for another back end of the same model: only where its quality there was measured."""
        return LinearMap(name=self.name, encoder_name=encoder_name, matrix=self.matrix)

    def save(self, path: Path, *, manifest: Mapping[str, Any]) -> None:
        """Write the matrix, and beside it a manifest of its digest and of whatever tells how it was made."""
        content = np.ascontiguousarray(self.matrix, dtype="<f4").tobytes()
        facts = {
            "format": _FORMAT,
            "encoder": self.encoder_name,
            "dimension": self.matrix.shape[0],
            "sha256": hashlib.sha256(content).hexdigest(),
            **manifest,
        }
        path.write_bytes(content)
        manifest_path(path).write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def apply(self, vectors: ArrayLike) -> NDArray[np.float32]:
        """Return the mapped vectors, of unit length again.

        Every sum is exact in double precision, so a row depends neither on the rows beside it nor on the machine.
        """
        rows = np.atleast_2d(np.asarray(vectors, dtype=np.float32))
        mapped = np.empty(rows.shape, dtype=np.float32)
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            block = _to_step(rows[start : start + _ROWS_AT_ONCE], _VECTOR_STEP)
            product = _to_step(block @ self._exact, _VECTOR_STEP)
            lengths = np.sqrt(np.einsum("ij,ij->i", product, product))
            mapped[start : start + len(product)] = product / np.where(lengths > 0, lengths, 1.0)[:, None]
        return mapped


#: Vectors at multiples of 2**-24 and a matrix at multiples of 2**-20 have products at multiples of 2**-44, and squares
#: of vectors are at multiples of 2**-48: 53 bits hold any sum of those below 32 without rounding.
_VECTOR_STEP = 2.0**-24
_MATRIX_STEP = 2.0**-20
_ROWS_AT_ONCE = 4096


def _to_step(values: ArrayLike, step: float) -> NDArray[np.float64]:
    return np.rint(np.asarray(values, dtype=np.float64) / step) * step


def manifest_path(path: Path) -> Path:
    """Return where the manifest of the map at `path` lies."""
    return path.with_suffix(".json")


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest of the map at `path`; raise LinearMapRefused if there is none that can be read."""
    try:
        manifest = json.loads(manifest_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LinearMapRefused(f"{manifest_path(path)}: the map's manifest cannot be read ({error}).") from error
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        raise LinearMapRefused(f"{manifest_path(path)}: this is not the manifest of a linear map.")
    return manifest
