"""What evaluation needs is imported by evaluation alone: neither `--help` nor the service waits for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "fairlearn",
    "mapie",
    "matplotlib",
    "pandas",
    "pandera",
    "pyarrow",
    "scipy",
    "sentence_transformers",
    "skops",
    "sklearn",
    "statsmodels",
    "torch",
    "transformers",
}
COMMANDS = [
    ["evaluate"],
    ["evaluate", "report"],
    ["evaluate", "compare"],
    ["evaluate", "policy"],
    ["evaluate", "train"],
    ["evaluate", "meaning"],
    ["evaluate", "unknowns"],
    ["simulate"],
    ["export"],
]

HELP = f"""
from api.cli import main
for words in {COMMANDS!r}:
    sys.argv = ["wellplaced", *words, "--help"]
    try:
        main()
    except SystemExit as ended:
        assert ended.code in (0, None), words
"""
SERVICE = """
from pathlib import Path
from api.app import create_app
from api.running import open_running
from api.serving import _import_once
from matching.settings import Settings
from matching.store.migrating import upgrade

folder = Path({folder!r})
upgrade(f"sqlite:///{{folder}}/service.sqlite")
settings = Settings(
    database_url=f"sqlite:///{{folder}}/service.sqlite",
    data_dir=folder / "data",
    cache_dir=folder / "cache",
    encoder="shipped",
    secret_key="k" * 32,
)
create_app(open_running(settings))
_import_once()
"""


def heavy_after(code: str) -> set[str]:
    """What is heavy and has been imported when the code has run in a fresh interpreter."""
    tell = "import json, sys\n{}\nprint(json.dumps([*sys.modules]), file=sys.stderr)"
    env = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", tell.format(code)], capture_output=True, check=False, timeout=300, env=env
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return {name.partition(".")[0] for name in json.loads(ran.stderr.splitlines()[-1])} & HEAVY


def test_the_look_at_what_was_imported_sees_it() -> None:
    assert heavy_after("import pyarrow") == {"pyarrow"}


@pytest.mark.parametrize("module", ["api.cli", "api.evaluating", "matching.bootstrap"])
def test_importing_a_module_of_the_way_in_imports_nothing_heavy(module: str) -> None:
    assert heavy_after(f"import {module}") == set()


def test_help_on_a_command_imports_nothing_heavy() -> None:
    assert heavy_after(HELP) == set()


def test_a_service_that_has_started_has_imported_nothing_heavy(tmp_path: Path) -> None:
    assert heavy_after(SERVICE.format(folder=str(tmp_path))) == set()
