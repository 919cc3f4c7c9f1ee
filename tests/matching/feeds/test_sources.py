"""Which files a path names, how each is read, and what is said of the rest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from matching.feeds import read_drafts
from tests.matching.feeds.files import POSTING, VACANCY, drafts, problems, warnings, write

KNOWN = "known kinds are .json, .jsonld, .jsonl, .ndjson, .csv, .xlsx, .html and .htm"
CSV = "vacancy_ref,title,employer\nV1,Baker,Hazel Farm\n"


def test_a_folder_is_read_in_the_order_of_names_with_its_folders(tmp_path: Path) -> None:
    for name in ("b.json", "a.csv", "sub/c.jsonl", "sub/deeper/d.json", "c.json"):
        write(tmp_path, name, CSV if name.endswith("csv") else VACANCY)
    found = [Path(draft.where.file).relative_to(tmp_path) for draft in drafts(tmp_path)]
    assert [str(path) for path in found] == ["a.csv", "b.json", "c.json", "sub/c.jsonl", "sub/deeper/d.json"]


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    for name in (".b.json", ".git/a.json", "c.json"):
        write(tmp_path, name, VACANCY)
    assert len(drafts(tmp_path)) == 1
    assert warnings(tmp_path) == []


def test_other_files_of_a_folder_are_passed_over_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path, "a.json", VACANCY)
    other = write(tmp_path, "notes.txt", "hello")
    assert problems(tmp_path) == []
    assert warnings(tmp_path)[0].endswith(f"{other.name}: was passed over: {KNOWN}")


def test_a_page_without_a_posting_is_passed_over_with_a_warning_in_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "a.json", POSTING)
    write(tmp_path, "index.html", "<p>Work with us</p>")
    assert problems(tmp_path) == []
    assert warnings(tmp_path)[0].endswith("index.html: holds no JobPosting as JSON-LD")


def test_a_pipe_in_a_folder_is_passed_over_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.json")
    assert warnings(tmp_path)[0].endswith("a.json: was passed over: it is no regular file")


@pytest.mark.parametrize("name", ["none.json", "none", "x\0y.json", "n" * 300])
def test_a_path_that_names_nothing_is_a_problem(name: str, tmp_path: Path) -> None:
    (found,) = problems(tmp_path / name)
    assert found.startswith(f"{name}: ")
    assert "does not exist" in found or "cannot be read" in found


def test_a_folder_with_nothing_to_read_is_a_problem(tmp_path: Path) -> None:
    folder = tmp_path / "feeds"
    folder.mkdir()
    assert problems(folder) == [f"feeds: is a folder without any file to read: {KNOWN}"]


def test_a_file_that_may_not_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "a.json", VACANCY)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert problems(path) == ["a.json: cannot be read (permission denied)"]


BY_CONTENT = [
    ("json", '{"vacancy_ref": "V1"}'),
    ("list", ' [{"vacancy_ref": "V1"}]'),
    ("page", '<script type="application/ld+json">{"@type": "JobPosting", "identifier": "V1"}</script>'),
]


@pytest.mark.parametrize("content", [case[1] for case in BY_CONTENT], ids=[case[0] for case in BY_CONTENT])
def test_a_file_named_directly_is_known_by_how_it_begins(content: str, tmp_path: Path) -> None:
    (draft,) = drafts(write(tmp_path, "feed.txt", content))
    assert isinstance(draft.content, dict)
    assert draft.content["vacancy_ref"] == "V1"


def test_a_file_of_an_unknown_kind_is_a_problem_if_named_directly(tmp_path: Path) -> None:
    assert problems(write(tmp_path, "feed.txt", "hello")) == [f"feed.txt: is of an unknown kind: {KNOWN}"]


@pytest.mark.parametrize("name", ["A.JSON", "a.NdJson", "a.Csv", "a.HTM"])
def test_the_case_of_a_name_is_no_matter(name: str, tmp_path: Path) -> None:
    write(tmp_path, name, "x")
    assert warnings(tmp_path) == [] or "passed over" not in warnings(tmp_path)[0]


def test_progress_goes_up_to_the_whole_and_is_told_sparingly(tmp_path: Path) -> None:
    for number in range(2000):
        write(tmp_path, f"{number}.json", VACANCY)
    told: list[tuple[int, int]] = []
    list(read_drafts(tmp_path, progress=lambda *, done_bytes, total_bytes: told.append((done_bytes, total_bytes))))
    total = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert told == sorted(told)
    assert told[-1] == (total, total)
    assert 100 < len(told) < 250


@pytest.mark.parametrize(("name", "line"), [("a.jsonl", '{"vacancy_ref": "V1"}'), ("a.csv", "V1,Baker,Farm")])
def test_progress_moves_within_one_file(name: str, line: str, tmp_path: Path) -> None:
    header = ["vacancy_ref,title,employer"] if name.endswith("csv") else []
    path = write(tmp_path, name, "\n".join([*header, *[line] * 1000]))
    told: list[int] = []
    list(read_drafts(path, progress=lambda *, done_bytes, total_bytes: told.append(done_bytes)))
    assert len(told) > 100


def test_rows_come_before_the_whole_file_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", '{"vacancy_ref": "V1"}\n{broken')
    assert next(read_drafts(path)).where.row == "line 1"  # type: ignore[union-attr]
