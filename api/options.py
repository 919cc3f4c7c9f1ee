"""Options that several commands share, said once."""

from __future__ import annotations

from typing import Annotated

import typer

EncoderOption = Annotated[
    str,
    typer.Option(
        "--encoder",
        help="`shipped`, `shipped-onnx`, `shipped-int8`, `hashing`, or a folder with a model.",
    ),
]
