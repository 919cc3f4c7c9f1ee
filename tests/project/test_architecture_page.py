"""What docs/architecture.md names is there: files, packages, and names in the code."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGES = ("api", "embeddings", "evaluation", "fixtures", "matching", "derive", "tests")
FILES = [path.relative_to(ROOT).as_posix() for package in PACKAGES for path in (ROOT / package).rglob("*.*")]
CODE = "\n".join(
    path.read_text(encoding="utf-8") for package in PACKAGES[:5] for path in (ROOT / package).rglob("*.py")
)


def _quoted() -> set[str]:
    """What stands in backticks outside of blocks of code."""
    prose = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(r"`([^`\n]+)`", prose))


def _named_files() -> set[str]:
    """Files in backticks, and those that the picture of the house names."""
    house = PAGE.partition("## The house")[2].partition("```\n")[2].partition("```")[0]
    return {name for name in _quoted() if name.endswith(".py")} | set(re.findall(r"\b\w+\.py\b", house))


def test_each_file_that_the_page_names_is_there() -> None:
    named = _named_files()
    assert len(named) > 40
    assert [name for name in sorted(named) if not any(f"/{path}".endswith(f"/{name}") for path in FILES)] == []


def test_each_name_that_the_page_quotes_is_in_the_code() -> None:
    names = {
        step for name in _quoted() if re.fullmatch(r"[A-Za-z_]\w*(\.[a-z_]\w*)*", name) for step in name.split(".")
    }
    names -= {"py", "csv", "toml", "md", "make", "weights", "pyproject"}
    assert len(names) > 50
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", CODE)] == []


def test_each_module_of_the_engine_stands_in_the_house() -> None:
    house = PAGE.partition("## The house")[2].partition("## ")[0]
    modules = {path.stem for path in (ROOT / "matching").glob("*.py")} - {"__init__", "errors"}
    assert [name for name in sorted(modules) if not re.search(rf"\b{name}\b", house)] == []
