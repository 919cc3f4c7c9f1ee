"""`wellplaced encoder export`: files where the service looks for them, tried before they are praised."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import api.encoding as encoding
from api.encoding import export
from embeddings.hashing import HashingEncoder
from embeddings.onnx_encoder import MANIFEST, Numbers

pytest.importorskip("onnx", reason="the extra wellplaced[onnx] is not installed")
pytest.importorskip("onnxruntime", reason="the extra wellplaced[onnx] is not installed")

WITHOUT_PYTORCH = """
import sys
sys.modules.update(dict.fromkeys(("torch", "sentence_transformers", "transformers")))  # importing one fails
from api.cli import main
sys.argv = ["wellplaced", *sys.argv[1:]]
main()
"""


def run(*words: object, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command where PyTorch cannot be imported."""
    env = os.environ | {"WELLPLACED_DATA_DIR": str(folder), "WELLPLACED_CACHE_DIR": str(folder / "cache")} | environment
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_PYTORCH, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=env,
    )


def test_the_export_can_be_used_at_once_where_there_is_no_pytorch(tmp_path: Path) -> None:
    said = run("encoder", "export", folder=tmp_path)

    assert said.returncode == 0, said.stderr
    assert "float32 as the shipped encoder" in said.stderr
    assert said.stdout == ""
    assert (tmp_path / "encoder" / MANIFEST).exists()

    set_of_one = tmp_path / "labelled"
    set_of_one.mkdir()
    (set_of_one / "queries.tsv").write_text("q1\tworking with dogs\n", encoding="utf-8")
    (set_of_one / "corpus.tsv").write_text("d1\tKennel assistant\t\nd2\tAccounts clerk\t\n", encoding="utf-8")
    (set_of_one / "qrels.tsv").write_text("q1\td1\t1\n", encoding="utf-8")
    measured = run("evaluate", "meaning", set_of_one, "--json", folder=tmp_path, WELLPLACED_ENCODER="shipped-int8")

    assert measured.returncode == 0, measured.stderr
    [table] = json.loads(measured.stdout)["sets"]
    assert table["recipe"].startswith(Numbers.INT8.encoder_name)
    assert table["results"][0]["ndcg_at_10"] == 1.0


def test_an_encoder_that_was_not_exported_is_refused_with_the_command(tmp_path: Path) -> None:
    said = run("demo", folder=tmp_path, WELLPLACED_ENCODER="shipped-onnx")

    assert said.returncode == 2
    assert "wellplaced encoder export" in said.stderr


@pytest.mark.parametrize(("farthest", "cosine"), [(0.0, 0.5), (1.0, 1.1)])
def test_an_export_that_is_off_on_this_machine_is_not_to_be_used(
    farthest: float, cosine: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("embeddings.onnx_export.export", lambda folder: {})
    monkeypatch.setattr("embeddings.onnx_encoder.OnnxEncoder", lambda folder, *, numbers: HashingEncoder())
    monkeypatch.setattr(encoding, "_FARTHEST_COMPONENT", farthest)
    monkeypatch.setattr(encoding, "_LOWEST_MEAN_COSINE", cosine)

    with pytest.raises(SystemExit):
        export(tmp_path)

    assert "not to be used on this machine" in capsys.readouterr().err
