"""The live pools of one process, kept up with the database: what is committed and encoded is on lists at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matching.store import Store

if TYPE_CHECKING:
    from matching.live import Snapshot


class LivePools:
    """The pool of each organisation in this process; every request catches up before it looks."""

    def current(self, store: Store) -> Snapshot:
        """The organisation's pool with every change that is committed."""
        raise NotImplementedError
