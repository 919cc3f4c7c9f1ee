"""The command that exports the encoder, so that it runs without PyTorch and answers sooner."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.talk import refuse, say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embeddings.encoder import Encoder

# Everything heavy is imported inside the command that needs it, so that `--help` answers at once.

encoder_app = typer.Typer(no_args_is_help=True)

#: Names of occupations that each exported encoder must know as the shipped one does.
_NAMES_COMPARED = 64
#: The shipped vectors are rounded to multiples of 2**-11: half a step, and what two libraries may differ by.
_FARTHEST_COMPONENT = 2.0**-12 + 1e-5
_LOWEST_MEAN_COSINE = 0.985


@encoder_app.callback()
def _keep_the_command_s_name() -> None:
    """The encoder, exported so that it runs without PyTorch."""


@encoder_app.command()
def export(
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to; where the service looks for it unless stated.")
    ] = None,
) -> None:
    """Write the shipped encoder down as ONNX files, in float32 and with 8-bit products, and try both."""
    from embeddings.onnx_encoder import Numbers, OnnxEncoder
    from embeddings.onnx_export import export as write
    from matching.settings import load_settings

    folder = out or load_settings().exported_encoder
    for name, size in write(folder).items():
        say(f"{folder / name}: {size / 1e6:.1f} MB")
    names, shipped = _names_with_vectors()
    exact = OnnxEncoder(folder, numbers=Numbers.FLOAT32)
    farthest = float(abs(exact.encode(names) - shipped).max())
    cosine = _mean_cosine(OnnxEncoder(folder, numbers=Numbers.INT8), names, shipped)
    if farthest > _FARTHEST_COMPONENT or cosine < _LOWEST_MEAN_COSINE:
        refuse(
            [
                f"The exported encoders are not to be used on this machine: over {len(names)} names, float32 is "
                f"{farthest:.5f} off at most, and 8-bit products have a mean cosine of {cosine:.3f}."
            ]
        )
    say(f"Over {len(names)} names: float32 as the shipped encoder; 8-bit products at a mean cosine of {cosine:.3f}.")
    say("Choose one by WELLPLACED_ENCODER=shipped-onnx or shipped-int8.")


def _names_with_vectors() -> tuple[list[str], NDArray[np.float32]]:
    """Names of occupations, and what the shipped encoder made of them."""
    from embeddings.encoder import SentenceTransformerEncoder
    from matching.priors import load_occupations, shipped_vectors

    table = load_occupations()
    vectors = shipped_vectors(encoder_name=SentenceTransformerEncoder().name, names_digest=table.names_digest)
    return list(table.names[:_NAMES_COMPARED]), vectors[:_NAMES_COMPARED]


def _mean_cosine(encoder: Encoder, names: list[str], shipped: NDArray[np.float32]) -> float:
    # Both sides have unit length, but for the rounding of the shipped ones.
    return float((encoder.encode(names) * shipped).sum(axis=1).mean())
