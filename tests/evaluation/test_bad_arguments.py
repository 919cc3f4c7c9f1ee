"""Whatever is wrong with the words after `wellplaced evaluate`, `simulate` and `export` is said in sentences."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from typer.main import get_command

from api.cli import app, main
from tests.evaluation.test_truth_sets import written

NOWHERE = "no/such/place"

# Imports of evaluation cost more than the words, so this looks half as long as the profile of Hypothesis says.
half = settings(max_examples=settings().max_examples // 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


def run(words: Sequence[str], folder: Path) -> Ran:
    """Run the command within this process, as its entry point does, in a folder of its own."""
    # What is printed is bytes in the end, as some commands write those.
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="surrogateescape") for _ in range(2))
    environment = {"WELLPLACED_ENCODER": "hashing", "WELLPLACED_CACHE_DIR": str(folder / "cache")}
    with (
        patch.object(sys, "argv", ["wellplaced", *words]),
        patch.dict(os.environ, environment),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as stop,
    ):
        main()
    said = []
    for stream in (out, err):
        stream.flush()
        said.append(stream.buffer.getvalue().decode("utf-8", "replace"))  # type: ignore[attr-defined]
    return Ran(status=int(stop.value.code or 0), out=said[0], err=said[1])


@contextlib.contextmanager
def a_folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        written(Path(name) / "truth")
        yield Path(name)


def refused(words: Sequence[str]) -> Ran:
    """Run a command that must be refused, and see that it is: with status 2, and in words."""
    with a_folder() as folder:
        before = sorted(path.relative_to(folder) for path in folder.rglob("*"))
        ran = run(words, folder)
        left = {path.relative_to(folder) for path in folder.rglob("*")} - set(before) - {Path("cache")}
    assert ran.status == 2, (words, ran)
    assert ran.out == "", words
    assert ran.err.strip(), words
    assert "Traceback" not in ran.err, ran.err
    assert not left, (words, left)
    return ran


# What a command needs to be complete, each with nothing wrong but that the history is not there.
COMPLETE = {
    "report": ["evaluate", NOWHERE, "--out", "new"],
    "report by name": ["evaluate", "report", NOWHERE, "--out", "new"],
    "compare": ["evaluate", "compare", "as-logged", "random", "--history", NOWHERE],
    "policy": ["evaluate", "policy", "random", "--history", NOWHERE],
    "train": ["evaluate", "train", "--history", NOWHERE, "--out", "new"],
    "meaning": ["evaluate", "meaning", NOWHERE],
    "unknowns": ["evaluate", "unknowns", NOWHERE],
}


@pytest.mark.parametrize("words", COMPLETE.values(), ids=COMPLETE)
def test_a_place_that_is_not_there_is_named(words: list[str]):
    assert "place" in refused(words).err


def test_every_command_is_among_those_looked_at():
    groups = get_command(app).commands  # type: ignore[attr-defined]

    assert set(groups["evaluate"].commands) <= {words[1] for words in COMPLETE.values()}
    assert {"simulate", "export"} <= set(groups)


# Any words: what they are made of, so that some fault is always among them.

nonsense = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
    st.sampled_from(["", " ", "-", "--", "..", "\udcff", "🐝", "-1", "nan", "1e9", "0x10", "-h", "--seed", "%s", "\n"]),
)
paths = st.sampled_from([NOWHERE, "truth/profiles.json", "truth", "/dev/null", "", "\udcff"])
days = st.sampled_from(["yesterday", "2026-13-01", "2026-11-31", "22/11/2026", "9999999-01-01", "-", " "])
seeds = st.sampled_from(["-1", "x", "1.5", "", "nan", "9" * 30 + "x", "--"])


def pairs(option: str, values: SearchStrategy[str]) -> SearchStrategy[list[str]]:
    return values.map(lambda value: [option, value])


OPTIONS = st.one_of(
    pairs("--as-of", days),
    pairs("--seed", seeds),
    pairs("--history", paths),
    pairs("--out", st.sampled_from(["truth", "truth/profiles.json"])),
    pairs("--participants", st.sampled_from(["-5", "0", "many", ""])),
    pairs("--months", st.sampled_from(["-5", "0", "a year", "1000000000"])),
    pairs("--effect", st.sampled_from(["", "=", "x", "pull=", "shape=tiny", "no_such=2", "shape=nan"])),
    pairs("--form", st.sampled_from(["", "xml", "CSV2"])),
    pairs("--encoder", st.sampled_from([NOWHERE, "truth"])),
    st.sampled_from([["--json"], ["--invented"], ["--nope"], ["--out"], ["--history"]]),
    nonsense.map(lambda word: [word]),
)


@st.composite
def wrong_words(draw: DrawFn) -> list[str]:
    """A command without what it needs or with what it cannot use, and other words around that."""
    command = draw(
        st.sampled_from(
            [["evaluate", *words[1:2]] for words in COMPLETE.values()] + [["simulate"], ["export"], ["export", "x"]]
        )
    )
    options = draw(st.lists(OPTIONS, max_size=3))
    # An option that no command has, so that the whole is wrong whatever else there is.
    words = [*(word for option in options for word in option), "--no-such-option"]
    return [*command, *words]


@half
@given(wrong_words())
def test_words_that_are_wrong_are_refused_in_sentences(words: list[str]):
    with a_folder() as folder:
        ran = run(words, folder)

    # Some of the words may ask for help before anything is looked at.
    assert ran.status == 2 or (ran.status == 0 and "Usage:" in ran.out), (words, ran)
    assert "Traceback" not in ran.err, ran.err


@half
@given(st.sampled_from(sorted(COMPLETE)), st.lists(OPTIONS, max_size=2))
def test_a_command_over_nothing_is_refused_whatever_its_options(name: str, options: list[list[str]]):
    words = [*COMPLETE[name], *(word for option in options for word in option)]
    with a_folder() as folder:
        ran = run(words, folder)

    assert ran.status == 2 or (ran.status == 0 and "Usage:" in ran.out), (words, ran)
    assert "Traceback" not in ran.err, ran.err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--participants", "0", "--months", "12", "--seed", "1"],
        ["--participants", "5", "--months", "0", "--seed", "1"],
        ["--participants", "5", "--months", "12", "--seed", "-1"],
        ["--participants", "5", "--months", "12", "--seed", "1", "--effect", "no_such=2"],
        ["--participants", "5", "--months", "12", "--seed", "1", "--effect", "=="],
        ["--participants", "5", "--months", "12", "--seed", "1", "--form", "xml"],
        ["--participants", "5", "--months", "12"],
        ["--participants", "x", "--months", "12", "--seed", "1"],
    ],
    ids=" ".join,
)
def test_a_world_that_cannot_be_made_is_refused(wrong: list[str]):
    refused(["simulate", *wrong, "--out", "new"])


def test_a_world_is_not_put_over_what_is_there():
    ran = refused(["simulate", "--participants", "5", "--months", "6", "--seed", "1", "--out", "truth"])

    assert "not empty" in ran.err
