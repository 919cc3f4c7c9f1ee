"""On what the measurements were taken."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("numpy", "faiss-cpu", "torch", "sentence-transformers")
FLAGS = ("avx2", "avx512f", "amx_int8")


def machine() -> str:
    """Processor, cores, memory and the versions that matter, in one sentence."""
    return (
        f"{os.cpu_count()} cores of a shared server ({_processor()}), {_memory_gigabytes():.0f} GB of memory; "
        f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    )


def load() -> float:
    """How many processes wanted a core during the last minute."""
    return os.getloadavg()[0]


def _facts(path: str) -> dict[str, str]:
    lines = Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []
    facts: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        facts.setdefault(name.strip(), value.strip())
    return facts


def _processor() -> str:
    facts = _facts("/proc/cpuinfo")
    flags = facts.get("flags", "").split()
    has = [flag for flag in FLAGS if flag in flags]
    name = facts.get("model name") or platform.processor() or "unknown"
    model = f", model {facts['model']}" if "model" in facts else ""
    clock = f", {float(facts['cpu MHz']) / 1000:.1f} GHz" if "cpu MHz" in facts else ""
    return f"{name}{model}{clock}" + (f", with {', '.join(has)}" if has else "")


def _memory_gigabytes() -> float:
    kilobytes = _facts("/proc/meminfo").get("MemTotal", "0 kB").split()[0]
    return int(kilobytes) * 1024 / 1e9
