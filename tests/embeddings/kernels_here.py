"""The kernels that can be tested on this machine: the C library, built for the tests, and numba."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

import embeddings
from embeddings.compiled_kernel import CompiledKernel
from embeddings.kernels import Kernel

SOURCE = Path(embeddings.__file__).parent / "csrc" / "products.c"
NAMES = ("plain", "compiled", "numba")


def kernel_named(name: str) -> Kernel | None:
    """Return a kernel, or None for the plain way; skip the test where it cannot be had."""
    try:
        return _kernel(name)
    except ImportError as missing:
        pytest.skip(str(missing))


@cache
def _kernel(name: str) -> Kernel | None:
    if name == "plain":
        return None
    if name == "compiled":
        return CompiledKernel.load(_built_library())
    from embeddings.numba_kernel import NumbaKernel

    return NumbaKernel.compile()


def _built_library() -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        raise ImportError("there is no C compiler")
    folder = Path(tempfile.mkdtemp(prefix="wellplaced-kernel-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    flags = ("-O2", "-std=c11", "-fvisibility=hidden", "-shared", "-fPIC")
    subprocess.run([compiler, *flags, "-o", str(folder / "products.so"), str(SOURCE)], check=True)
    return folder / "products.so"
