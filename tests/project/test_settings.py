"""The settings: documented, each of them, and read in one place."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from matching.errors import Invalid
from matching.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
PREFIX = Settings.model_config.get("env_prefix", "")
# Set by whoever runs tests or the scripts in derive/; the service never reads it.
NOT_OF_THE_SERVICE = {
    "WELLPLACED_SHARED_DATA",
    "WELLPLACED_CHROMIUM",
    "WELLPLACED_PICTURES",
    "WELLPLACED_SOAK",
    "WELLPLACED_TEST_POSTGRESQL",
}


def environment_name(field: str) -> str:
    return f"{PREFIX}{field}".upper()


NAMES = [environment_name(field) for field in Settings.model_fields]


@pytest.mark.parametrize("name", NAMES)
def test_each_setting_has_a_row_in_the_operations_page(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", OPERATIONS, flags=re.MULTILINE)


def test_the_operations_page_names_no_setting_that_does_not_exist() -> None:
    assert set(re.findall(r"WELLPLACED_\w+", OPERATIONS)) - NOT_OF_THE_SERVICE == set(NAMES)


@pytest.mark.parametrize("field", Settings.model_fields)
def test_each_setting_says_what_it_is_for_and_has_a_default(field: str) -> None:
    declared = Settings.model_fields[field]
    assert declared.description
    assert not declared.is_required()


# What is no plain text has a value of its own here: as it is written, and as it is read.
WRITTEN = {
    "allowed_hosts": ('["council.example"]', ("council.example",)),
    "trusted_proxies": ('["192.0.2.1"]', ("192.0.2.1",)),
    "webhook_hosts": ('["hooks.example"]', ("hooks.example",)),
    "session_minutes": ("31", 31),
    "session_hours": ("3", 3),
    "requests_per_minute": ("11", 11),
    "upload_megabytes": ("7", 7),
    "log_level": ("debug", "debug"),
    "cache_dir": ("somewhere", Path("somewhere")),
    "data_dir": ("somewhere", Path("somewhere")),
    "report_dir": ("somewhere", Path("somewhere")),
    "encoder_dir": ("somewhere", Path("somewhere")),
    "sustain_model": ("somewhere", Path("somewhere")),
    "shuffle_width": ("0.05", 0.05),
    "shuffle_seed": ("7", 7),
    "vectors": ("pgvector", "pgvector"),
}


@pytest.mark.parametrize("field", Settings.model_fields)
def test_each_setting_is_read_from_the_environment(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written, read = WRITTEN.get(field, ("some text of more than thirty-two characters",) * 2)
    monkeypatch.setenv(environment_name(field), written)
    value = getattr(Settings(), field)
    assert (value.get_secret_value() if isinstance(value, SecretStr) else value) == read


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SESSION_MINUTES", "0"),
        ("LOG_LEVEL", "loud"),
        ("ALLOWED_HOSTS", "no list"),
        ("SHUFFLE_WIDTH", "0.5"),
    ],
)
def test_a_weak_or_wrong_value_is_refused_by_name_and_not_repeated(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}{name}".upper(), value)
    with pytest.raises(Invalid, match=name.lower() if name == "ALLOWED_HOSTS" else f"WELLPLACED_{name}") as refused:
        load_settings()
    assert value not in str(refused.value)


def test_the_defaults_are_those_of_the_operations_page(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    settings = Settings()
    assert settings.encoder == "shipped"
    assert settings.cache_dir == Path.home() / ".cache" / "wellplaced"
    assert "`shipped`" in OPERATIONS
    assert "`~/.cache/wellplaced`" in OPERATIONS


def test_settings_do_not_change() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        setattr(settings, "encoder", "hashing")  # noqa: B010  (written plainly, the type checker refuses it first)


def _reads_environment(node: ast.AST) -> bool:
    """Whether a piece of code reads the environment; setting something for a library or a child is another thing."""
    match node:
        case ast.Attribute(value=ast.Name(id="os"), attr="getenv" | "getenvb" | "environb"):
            return True
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="os"), attr="environ"), attr=what):
            return what not in ("setdefault", "update")
        case ast.Subscript(value=ast.Attribute(value=ast.Name(id="os"), attr="environ"), ctx=ast.Load()):
            return True
        case ast.ImportFrom(module="os", names=names):
            return any(name.name in {"environ", "getenv"} for name in names)
    return False


@pytest.mark.parametrize("package", ["api", "embeddings", "evaluation", "fixtures", "matching"])
def test_nothing_else_reads_the_environment(package: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _reads_environment(node)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ("os.environ['A']", True),
        ("os.environ.get('A')", True),
        ("os.getenv('A')", True),
        ("from os import environ", True),
        ("os.environ.setdefault('A', '1')", False),
        ("os.environ['A'] = '1'", False),
        ("os.path.join('a')", False),
    ],
)
def test_the_check_for_reading_the_environment_sees_it(code: str, reads: bool) -> None:
    assert any(map(_reads_environment, ast.walk(ast.parse(code)))) == reads
