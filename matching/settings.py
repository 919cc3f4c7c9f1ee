"""Settings: the one place that reads the environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _default_cache() -> Path:
    return Path.home() / ".cache" / "wellplaced"


class Settings(BaseSettings):
    """Everything that can be set from outside; the defaults run the demo."""

    model_config = SettingsConfigDict(env_prefix="WELLPLACED_", frozen=True, extra="forbid")

    cache_dir: Path = Field(default_factory=_default_cache, description="Where vectors of texts are kept.")
    encoder: str = Field(
        default="shipped", description="`shipped`, `hashing` (no meaning, for tests), or a folder with a model."
    )
