"""The repository itself: what it pins, what it promises to newcomers, and what must not stand in it."""

from __future__ import annotations

import ast
import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = ("api", "embeddings", "evaluation", "fixtures", "matching")


def _files() -> Iterator[Path]:
    """Every file of the repository, without what .gitignore names and what git keeps for itself."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    ignored = [".git", *(line.rstrip("/") for line in lines)]
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            inside = path.relative_to(ROOT).as_posix()
            if any(fnmatch(path.name, pattern) or inside == pattern for pattern in ignored):
                continue
            if path.is_dir():
                folders.append(path)
            else:
                yield path


def _text(path: Path) -> str | None:
    """The text of a file, `None` for one that holds none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


FILES = list(_files())
TEXTS = {path.relative_to(ROOT).as_posix(): text for path in FILES if (text := _text(path)) is not None}
MODULES = {name: ast.parse(text) for name, text in TEXTS.items() if name.endswith(".py")}


def test_the_walk_over_the_repository_sees_it() -> None:
    assert {"README.md", "pyproject.toml", "api/cli.py", "matching/pool.py", ".ci/run"} <= set(TEXTS)
    assert len(MODULES) > 100
    assert not any(name.startswith((".venv/", ".git/")) for name in TEXTS)


# Versions


def _pins() -> dict[str, Version]:
    lines = (line.partition("#")[0].strip() for line in TEXTS["constraints.txt"].splitlines())
    pairs = [line.split("==") for line in lines if line]
    pins: dict[str, Version] = {canonicalize_name(name): Version(version) for name, version in pairs}
    assert len(pins) == len(pairs), "a package is pinned twice"
    return pins


def _requirements() -> list[Requirement]:
    project = PYPROJECT["project"]
    listed = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    return [Requirement(each) for each in listed if Requirement(each).name != project["name"]]


@pytest.mark.parametrize("requirement", _requirements(), ids=str)
def test_each_dependency_is_pinned_at_a_version_that_it_allows(requirement: Requirement) -> None:
    pinned = _pins()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(pinned)


def test_the_pinned_versions_are_the_ones_that_the_tests_run_on() -> None:
    installed = {each.name: Version(version(each.name)).public for each in _requirements()}
    assert installed == {each.name: _pins()[canonicalize_name(each.name)].public for each in _requirements()}


# The first minutes of a newcomer


def _commands_of_readme() -> list[str]:
    fences = re.findall(r"^```(?:sh|shell|console|bash)\n(.*?)^```", TEXTS["README.md"], flags=re.MULTILINE | re.DOTALL)
    lines = [line.partition("#")[0].strip() for fence in fences for line in fence.splitlines()]
    return [line for line in lines if line]


def test_the_first_two_commands_of_the_readme_are_demo_and_test() -> None:
    assert _commands_of_readme()[:2] == ["make demo", "make test"]


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", TEXTS["Makefile"], flags=re.MULTILINE))


def test_each_make_command_in_the_pages_is_in_the_makefile() -> None:
    pages = {name: text for name, text in TEXTS.items() if name.endswith(".md")}
    named = {target for text in pages.values() for target in re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)}
    assert {"demo", "test"} <= named
    assert named <= _targets()


def test_each_link_between_pages_leads_to_a_file() -> None:
    broken = [
        f"{name}: {target}"
        for name, text in TEXTS.items()
        if name.endswith(".md")
        for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", text)
        if "://" not in target and not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert broken == []


# What must not stand in any file. The words are put together here, so that this file may be looked at too.

FORBIDDEN: dict[str, tuple[str, str]] = {
    "a path of one machine": (
        r"(?<![\w.~-])/(wor" + r"k|ro" + r"ot|ho" + r"me|Use" + r"rs|tm" + r"p)(?![\w-])",
        "see /ro" + "ot/x",
    ),
    "a host of packages": (r"(?i)py" + r"pi|python" + r"hosted|npm" + r"js|deb" + r"ian", "from Py" + "PI"),
    "a tool of a workplace": (
        r"(?i)\b(cla"
        + r"ude|anthro"
        + r"pic|chat-?"
        + r"gpt|open"
        + r"ai|co-?pi"
        + r"lot|(sub-?|ai |coding )ag"
        + r"ents?)\b",
        "asked Cla" + "ude",
    ),
    "an unfinished note": (r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b", "# TO" + "DO: later"),
    "a conflict of versions": (r"^(<{7}|>{7}) ", "<" * 7 + " HEAD"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what][0], flags=re.MULTILINE)
    found = [
        f"{name}:{number}"
        for name, text in TEXTS.items()
        if pattern.search(text)
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_look_for_it_would_find(what: str) -> None:
    pattern, example = FORBIDDEN[what]
    assert re.search(pattern, example, flags=re.MULTILINE)


# Code


def test_each_module_opens_with_a_docstring() -> None:
    assert [name for name, tree in MODULES.items() if tree.body and not ast.get_docstring(tree)] == []


def _places(found: Callable[[ast.AST], bool], *folders: str) -> list[str]:
    """Where in the modules of some folders something is found."""
    return [
        f"{name}:{getattr(node, 'lineno', 0)}"
        for name, tree in MODULES.items()
        if name.startswith(tuple(f"{folder}/" for folder in folders))
        for node in ast.walk(tree)
        if found(node)
    ]


def _prints(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def test_only_the_doors_and_the_scripts_print() -> None:
    assert _places(_prints, "embeddings", "evaluation", "fixtures", "matching", "tests") == _places(
        _prints,
        "tests/soak",  # the figures of the long tests are what they are run for
        "tests/pages",  # how heavy a page is, how many keys a journey takes
    )
    assert _places(_prints, "api") != [], "the look for it must find what is there"


CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "gmtime"},
    "os": {"urandom", "getrandom"},
    "uuid": {"uuid1", "uuid4"},
}
CHANCE = {"random", "secrets", "uuid"}


def _reads_clock_or_chance(node: ast.AST) -> bool:
    """Whether a piece of code reads the clock, or draws a number from anything but a stated seed."""
    match node:
        case ast.Attribute(value=ast.Name(id=name) | ast.Attribute(attr=name), attr=what) if what in CLOCKS.get(
            name, ()
        ):
            return True
        case ast.Import(names=names):
            return any(name.name.partition(".")[0] in CHANCE for name in names)
        case ast.ImportFrom(module=str(module), names=names):
            return module.partition(".")[0] in CHANCE or any(name.name in CLOCKS.get(module, ()) for name in names)
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="random"), attr="default_rng"), args=[_, *_]):
            return False
        case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="random"))):
            return True
    return False


# Where chance or a stop-watch is the point: what nobody must guess, and how long the worker rests or has waited.
KEEPERS = {
    "matching/store/ids.py": "ids",
    "matching/sealing.py": "keys and nonces",
    "matching/actions/sign_in.py": "sessions",
    "matching/actions/tokens.py": "tokens",
    "matching/actions/users.py": "links that set a password",
    "matching/actions/vacancies.py": "references that are read out",
    "matching/actions/worker.py": "rests between looks for work",
    "matching/actions/index.py": "how long a pool has been loading",
    "matching/actions/holding.py": "how long a job has got nowhere",
    "matching/actions/organisation_pool.py": "rests while another process makes the file",
    "matching/store/shared_vectors_rows.py": "numbers that no table made before has given",
    "matching/actions/erasure.py": "rests between tries to cut the log",
    "matching/actions/delivering.py": "how long a receiver may take",
}


@pytest.mark.parametrize("package", ["embeddings", "matching"])
def test_neither_clock_nor_chance_is_read_by(package: str) -> None:
    found = _places(_reads_clock_or_chance, package)
    assert [place for place in found if place.partition(":")[0] not in KEEPERS] == []


def test_even_those_that_keep_secrets_read_no_date() -> None:
    dates = {"datetime": CLOCKS["datetime"], "date": CLOCKS["date"], "time": {"time", "time_ns", "localtime", "gmtime"}}
    reads = [
        f"{name}:{node.lineno}"
        for name in KEEPERS
        for node in ast.walk(MODULES[name])
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.attr in dates.get(node.value.id, ())
    ]
    assert reads == []


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ("datetime.now()", True),
        ("datetime.datetime.now(tz)", True),
        ("date.today()", True),
        ("time.time()", True),
        ("from time import perf_counter", True),
        ("import random", True),
        ("from random import Random", True),
        ("from uuid import uuid4", True),
        ("os.urandom(8)", True),
        ("np.random.default_rng()", True),
        ("np.random.rand(3)", True),
        ("np.random.default_rng(seed)", False),
        ("date.fromisoformat(text)", False),
        ("timeout = 5", False),
    ],
)
def test_the_look_for_clock_and_chance_sees_it(code: str, reads: bool) -> None:
    assert any(map(_reads_clock_or_chance, ast.walk(ast.parse(code)))) == reads


def test_each_package_is_installed_and_each_test_folder_is_one() -> None:
    include = PYPROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    assert sorted(include) == [f"{package}*" for package in PACKAGES]
    folders = {Path(name).parent for name in MODULES if name.startswith("tests/")}
    assert [folder for folder in sorted(folders) if f"{folder.as_posix()}/__init__.py" not in TEXTS] == []


# Shipped tables and licences

TABLES = sorted((ROOT / "matching" / "data").glob("*.csv"))
STATUSES = {"verified", "derived", "unconfirmed", "judgement"}


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_each_row_of_a_shipped_table_has_a_source_and_a_status(path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert rows
    assert [number for number, row in enumerate(rows, start=2) if not row["source"].strip()] == []
    assert {row["status"] for row in rows} <= STATUSES


def test_each_shipped_table_is_described_beside_it() -> None:
    page = TEXTS["matching/data/README.md"]
    tables = {path.name for path in (ROOT / "matching" / "data").iterdir()} - {"README.md"}
    assert len(tables) > len(TABLES) > 10
    assert [name for name in sorted(tables) if f"`{name}`" not in page] == []


def test_the_licence_is_the_one_that_the_project_names() -> None:
    assert PYPROJECT["project"]["license"] == "MIT"
    assert PYPROJECT["project"]["license-files"] == ["LICENSE"]
    assert TEXTS["LICENSE"].startswith("MIT License\n")


@pytest.mark.parametrize(
    "owner",
    [
        "Contains OS data",
        "Contains Royal Mail data",
        "Contains National Statistics data",
        "ESCO",
        "O\\*NET",
        "CC BY 4.0",
    ],
)
def test_the_readme_names_the_owners_of_public_data(owner: str) -> None:
    assert owner in " ".join(TEXTS["README.md"].split())


# The words


def _words_of_glossary() -> list[str]:
    return re.findall(r"^\| `(\w+)`", TEXTS["docs/glossary.md"], flags=re.MULTILINE)


def _names_in_code() -> set[str]:
    code = [tree for name, tree in MODULES.items() if name.startswith(PACKAGES)]
    return {node.name for tree in code for node in tree.body if isinstance(node, ast.ClassDef)}


def test_each_word_of_the_glossary_is_a_name_in_the_code() -> None:
    words = _words_of_glossary()
    assert len(words) > 15
    assert [word for word in words if word not in _names_in_code()] == []


def test_the_glossary_says_each_word_once_and_in_one_sentence() -> None:
    words = _words_of_glossary()
    assert len(words) == len(set(words))
    rows = [
        line.split(" | ")[1].rstrip(" |") for line in TEXTS["docs/glossary.md"].splitlines() if line.startswith("| `")
    ]
    assert [row for row in rows if not re.fullmatch(r"[^.]+(\.\d[^.]*)*\.", row)] == []
