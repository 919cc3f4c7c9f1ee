"""The drill: a backup is restored into an empty database, looked over, and compared with itself, table by table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matching.sealing import Sealer
from matching.store.backup import restore
from matching.store.database import open_database
from matching.store.digests import TableDigest, digests
from matching.store.revisions import NEWEST
from matching.store.verifying import faults, sealed_faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """What a drill found: the tables as they were and as they are, and what is wrong with the restored database."""

    revision: str
    before: Mapping[str, TableDigest]
    after: Mapping[str, TableDigest]
    faults: tuple[str, ...]

    @property
    def differing(self) -> tuple[str, ...]:
        """Tables that are not what they were. After a backup of an older revision only their rows are counted."""
        return tuple(
            name
            for name in sorted({*self.before, *self.after})
            if self._compared(self.before.get(name)) != self._compared(self.after.get(name))
        )

    def _compared(self, digest: TableDigest | None) -> tuple[int, str]:
        """A table that only one of the two has may be new, and is then empty."""
        if digest is None:
            return 0, ""
        return digest.rows, digest.sha256 if self.revision == NEWEST else ""


def drill(path: Path, url: str, *, sealer: Sealer | None = None) -> Drilled:
    """Restore a backup into an empty database and compare; with a key also try every stored secret.

    Raises as `restore` does.
    """
    held = restore(path, url)
    database = open_database(url)
    try:
        wrong = [*faults(database), *(sealed_faults(database, sealer) if sealer is not None else ())]
        after = digests(database)
    finally:
        database.close()
    return Drilled(revision=held.revision, before=held.tables, after=after, faults=tuple(str(fault) for fault in wrong))
