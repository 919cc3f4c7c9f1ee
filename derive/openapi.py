"""Write the description of the API that the service serves, for whoever reads or generates from it.

    python -m derive.openapi        # writes docs/openapi.json

A test compares the file with what the service serves, so that no change of the API goes unseen.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from api.app import create_app
from api.running import open_running
from matching.settings import Settings
from matching.store.migrating import upgrade

TARGET = Path(__file__).parents[1] / "docs" / "openapi.json"


def main() -> None:
    """Write the description and say how many operations it holds."""
    described = served()
    TARGET.write_text(as_text(described), encoding="utf-8")
    print(f"{TARGET.name}: {sum(map(len, described['paths'].values()))} operations")


def served() -> dict[str, Any]:
    """What the service serves, over an empty database that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.sqlite"
        upgrade(url)
        settings = Settings(
            database_url=SecretStr(url),
            data_dir=Path(folder),
            cache_dir=Path(folder),
            encoder="hashing",
            secret_key=SecretStr("k" * 32),
        )
        running = open_running(settings)
        try:
            return create_app(running).openapi()
        finally:
            running.close()


def as_text(described: Mapping[str, Any]) -> str:
    """The description in one order of names, so that only what changed differs."""
    return json.dumps(described, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
