"""Settings: the one place that reads the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from matching.errors import Invalid, Problem, Where

SHORTEST_KEY = 32


def _default_cache() -> Path:
    return Path.home() / ".cache" / "wellplaced"


def _default_data() -> Path:
    return Path.home() / ".local" / "share" / "wellplaced"


class Settings(BaseSettings):
    """Everything that can be set from outside; the defaults run the demo."""

    model_config = SettingsConfigDict(env_prefix="WELLPLACED_", frozen=True, extra="forbid")

    cache_dir: Path = Field(default_factory=_default_cache, description="Where vectors of texts are kept.")
    encoder: str = Field(
        default="shipped",
        description="`shipped`, `shipped-onnx` or `shipped-int8` (the same model, exported), `hashing` (no meaning, "
        "for tests), or a folder with a model.",
    )
    encoder_dir: Path | None = Field(
        default=None, description="Where `encoder export` puts its files; `data_dir`/encoder unless set."
    )
    sustain_model: Path | None = Field(
        default=None, description="A folder with a model of how long jobs last, as `evaluate train` writes it."
    )
    shuffle_width: float = Field(
        default=0.0, ge=0, le=0.1, description="How near in score entries of the first page are shuffled; none at 0."
    )
    shuffle_seed: int = Field(default=0, ge=0, description="The seed of the shuffle.")
    data_dir: Path = Field(
        default_factory=_default_data, description="Where the embedded database, the index files and the key are kept."
    )
    report_dir: Path | None = Field(
        default=None,
        description="Where the last evaluation report of each organisation is; `data_dir`/reports unless set.",
    )
    database_url: SecretStr = Field(
        default=SecretStr(""), description="`postgresql://…` or `sqlite:///…`; a SQLite file in `data_dir` unless set."
    )
    migration_url: SecretStr = Field(
        default=SecretStr(""), description="The same database as its owner, for `migrate`; `database_url` unless set."
    )
    vectors: str = Field(
        default="memory",
        pattern="^(memory|pgvector)$",
        description="Where vectors of roles are compared: in each process (`memory`), or in PostgreSQL (`pgvector`).",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="At least 32 characters that seal stored secrets; older keys may follow, each after a space. "
        "Made once and kept in `data_dir` unless set.",
    )
    public_url: str = Field(default="http://127.0.0.1:8000", description="Where users reach the service.")
    allowed_hosts: tuple[str, ...] = Field(
        default=("127.0.0.1", "localhost"), description="Host names that the service answers to, as a JSON list."
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="Addresses whose forwarding headers are believed, as a JSON list."
    )
    webhook_hosts: tuple[str, ...] = Field(
        default=(), description="Hosts that may be told of alerts, as a JSON list; nobody unless set."
    )
    session_minutes: int = Field(default=60, ge=5, le=720, description="How long a session lasts without a request.")
    session_hours: int = Field(default=12, ge=1, le=24, description="How long a session lasts at most.")
    requests_per_minute: int = Field(default=600, ge=10, description="How many requests one user may make a minute.")
    upload_megabytes: int = Field(default=25, ge=1, le=200, description="The largest file that may be uploaded.")
    log_level: str = Field(
        default="info", pattern="^(debug|info|warning|error)$", description="`debug`, `info`, `warning` or `error`."
    )
    single_sign_on_url: str = Field(default="", description="The OpenID Connect issuer; none unless set.")
    single_sign_on_client: str = Field(default="", description="The client id at the issuer.")
    single_sign_on_secret: SecretStr = Field(default=SecretStr(""), description="The client secret at the issuer.")

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, key: SecretStr) -> SecretStr:
        if 0 < len(key.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(f"should have at least {SHORTEST_KEY} characters")
        return key

    @property
    def database(self) -> str:
        """The URL of the database that the service uses."""
        return self.database_url.get_secret_value() or f"sqlite:///{self.data_dir / 'wellplaced.sqlite'}"

    @property
    def exported_encoder(self) -> Path:
        """The folder with the exported encoder."""
        return self.encoder_dir or self.data_dir / "encoder"

    @property
    def reports(self) -> Path:
        """The folder that holds a folder with a report for each organisation, by its id."""
        return self.report_dir or self.data_dir / "reports"

    @property
    def index_folder(self) -> Path:
        """Where the index files of all organisations lie."""
        return self.data_dir / "index"

    @property
    def database_of_owner(self) -> str:
        """The URL by which the schema is changed."""
        return self.migration_url.get_secret_value() or self.database


def load_settings(**given: Any) -> Settings:
    """Read the settings, with these in the place of the environment's; raises `Invalid` naming each that is wrong."""
    try:
        return Settings(**given)
    except ValidationError as wrong:
        raise Invalid(
            [
                Problem(
                    Where(field=f"WELLPLACED_{str(error['loc'][0]).upper()}"),
                    error["msg"].removeprefix("Value error, "),
                )
                for error in wrong.errors(include_input=False)
            ]
        ) from None
    except SettingsError as wrong:
        raise Invalid(str(wrong)) from None
