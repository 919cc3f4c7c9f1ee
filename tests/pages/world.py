"""The world that pages are looked at in: the one of the table of access, served to a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.pages.live import Live
from tests.project.access_world import make_world


@dataclass(frozen=True)
class World:
    """A live service with one of everything, and the ids by the name of the parameter that takes them."""

    live: Live
    ids: dict[str, str]

    def path(self, path: str) -> str:
        """A path with its ids."""
        return re.sub(r"{([^}]+)}", lambda found: self.ids[found[1]], path)


def full_world(live: Live) -> World:
    """Fill a live service."""
    return World(live=live, ids=dict(make_world(live.service).ids))
