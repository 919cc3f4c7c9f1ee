"""Which encoder the settings choose, and that each back end keeps to itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from embeddings.encoder import SentenceTransformerEncoder
from embeddings.hashing import HashingEncoder
from embeddings.onnx_encoder import Numbers, OnnxEncoder
from matching.bootstrap import assemble, assemble_stored, chosen_encoder, computing_encoder
from matching.settings import Settings

NAMES = {
    "shipped": SentenceTransformerEncoder().name,
    "shipped-onnx": Numbers.FLOAT32.encoder_name,
    "shipped-int8": Numbers.INT8.encoder_name,
    "hashing": HashingEncoder().name,
}


def settings(folder: Path, encoder: str) -> Settings:
    return Settings(encoder=encoder, data_dir=folder / "data", cache_dir=folder / "cache")


@pytest.mark.parametrize("encoder", NAMES)
def test_every_process_knows_the_chosen_encoder_by_the_same_name(encoder: str, tmp_path: Path) -> None:
    chosen = settings(tmp_path, encoder)

    names = {
        computing_encoder(chosen).name,
        chosen_encoder(chosen).name,
        assemble(chosen).means.recipe.encoder.name,
        assemble_stored(chosen).means.recipe.encoder.name,
    }

    assert names == {NAMES[encoder]}


def test_no_two_back_ends_share_a_recipe_or_a_method(tmp_path: Path) -> None:
    made = [assemble_stored(settings(tmp_path, encoder)).means for encoder in NAMES]

    assert len({each.recipe.name for each in made}) == len(NAMES)
    assert len({each.method.encoder for each in made}) == len(NAMES)


def test_the_shipped_map_serves_the_exported_back_ends(tmp_path: Path) -> None:
    maps = {encoder: assemble_stored(settings(tmp_path, encoder)).recipe.linear_map for encoder in NAMES}

    assert maps["shipped"].name == maps["shipped-onnx"].name == maps["shipped-int8"].name != "none"
    assert {encoder: each.encoder_name for encoder, each in maps.items()} == NAMES
    assert maps["hashing"].name == "none"


def test_exported_files_are_looked_for_in_the_data_folder_unless_another_is_set(tmp_path: Path) -> None:
    assert settings(tmp_path, "shipped-int8").exported_encoder == tmp_path / "data" / "encoder"
    assert Settings(encoder_dir=tmp_path / "other").exported_encoder == tmp_path / "other"


def test_choosing_an_exported_encoder_loads_neither_pytorch_nor_its_own_library(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from matching.bootstrap import assemble_stored, computing_encoder\n"
        "from matching.settings import Settings\n"
        "chosen = Settings(encoder='shipped-int8', data_dir=Path(sys.argv[1]))\n"
        "computing_encoder(chosen); assemble_stored(chosen).means.recipe.name\n"
        "assert not {'torch', 'sentence_transformers', 'transformers', 'onnx', 'onnxruntime'} & set(sys.modules)"
    )

    ran = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr


def test_an_exported_encoder_computes_in_the_worker_without_a_cache_on_disk(tmp_path: Path) -> None:
    assert isinstance(computing_encoder(settings(tmp_path, "shipped-int8")), OnnxEncoder)
    assert not (tmp_path / "cache").exists()
