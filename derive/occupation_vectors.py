"""Derive the vectors of the occupations' names by the shipped encoder: `matching/data/occupation_vectors.i16`.

    python -m derive.occupation_vectors

With them a process that only looks vectors up can tell what a title suggests, without loading the encoder. Run this
again when the table of occupations or the encoder changes; a test compares the file with what the encoder gives.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from embeddings.array_file import write_arrays
from embeddings.encoder import Encoder, SentenceTransformerEncoder
from embeddings.rounding import STEP, rounded
from matching.priors import OCCUPATION_VECTORS, OccupationTable, load_occupations


def main() -> None:
    """Write the file and say what it holds."""
    write_vectors(encoder=SentenceTransformerEncoder(), table=load_occupations(), path=OCCUPATION_VECTORS)
    print(
        f"{OCCUPATION_VECTORS.name}: {len(load_occupations().names)} names, {OCCUPATION_VECTORS.stat().st_size} bytes"
    )


def write_vectors(*, encoder: Encoder, table: OccupationTable, path: Path) -> None:
    """Write the rounded vectors as whole numbers of steps, with the names of what they belong to."""
    steps = np.rint(rounded(encoder.encode(table.names)) / np.float32(STEP)).astype(np.int16)
    write_arrays(path, {"steps": steps}, made_by={"encoder": encoder.name, "names": table.names_digest})


if __name__ == "__main__":
    main()
