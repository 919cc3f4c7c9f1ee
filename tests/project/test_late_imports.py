"""Nothing heavy is imported before it is needed: help answers at once, and known texts need no model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from fixtures.world import AS_OF, load_world

MODEL = ("torch", "sentence_transformers", "transformers")
NEVER = ("pandas", "sklearn", "matplotlib")
HEAVY = (*MODEL, *NEVER, "faiss", "numpy", "scipy")

# Runs the command, then tells on standard error which modules it has brought in, as one JSON list on the last line.
TELL_MODULES = """
import json, sys
from api.cli import main
sys.argv = ["wellplaced", *sys.argv[1:]]
try:
    main()
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def imported_by(words: Sequence[object], *, cache_dir: Path | None = None) -> set[str]:
    """The top-level modules that are loaded when the command has ended well."""
    env = dict(os.environ) | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    if cache_dir:
        env["WELLPLACED_CACHE_DIR"] = str(cache_dir)
    ran = subprocess.run(
        [sys.executable, "-c", TELL_MODULES, *map(str, words)], capture_output=True, check=False, timeout=300, env=env
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return set(json.loads(ran.stderr.splitlines()[-1]))


def match(encoder: str, cache_dir: Path) -> set[str]:
    """The modules that a match for one person over the whole invented county brings in."""
    world = load_world()
    person = cache_dir / "person.json"
    person.write_text(json.dumps(world.profiles[0]), encoding="utf-8")
    files = ("--profile", person, "--vacancies", world.vacancies_path)
    return imported_by(["match", *files, "--as-of", AS_OF, "--encoder", encoder], cache_dir=cache_dir)


@pytest.mark.parametrize("words", [["--help"], ["match", "--help"]], ids=" ".join)
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    assert imported_by(words) & set(HEAVY) == set()


def test_the_command_line_module_alone_imports_nothing_heavy() -> None:
    code = "import json, sys, api.cli; print(json.dumps([each.partition('.')[0] for each in sys.modules]))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    loaded = set(json.loads(ran.stdout))
    assert "typer" in loaded
    assert loaded & set(HEAVY) == set()


@pytest.mark.parametrize("words", [["schema", "profile"], ["template", "vacancies"]], ids=" ".join)
def test_schemas_and_templates_need_no_model_and_no_index(words: list[str]) -> None:
    assert imported_by(words) & {*MODEL, *NEVER, "faiss"} == set()


def test_a_match_without_a_model_imports_none(tmp_path: Path) -> None:
    assert match("hashing", tmp_path) & {*MODEL, *NEVER} == set()


@pytest.mark.real_encoder
def test_a_second_match_on_the_same_texts_loads_no_model(tmp_path: Path) -> None:
    first, second = match("shipped", tmp_path), match("shipped", tmp_path)
    assert {"torch", "sentence_transformers"} <= first, "the first run must really have encoded"
    assert second & set(MODEL) == set()
