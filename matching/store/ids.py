"""Opaque ids in order of time, so that a page of rows can continue after any of them."""

from __future__ import annotations

import secrets
from datetime import datetime


def new_id(at: datetime) -> str:
    """Return an id that sorts by the moment it was made: 12 hex digits of milliseconds, 20 of chance."""
    return f"{int(at.timestamp() * 1000):012x}{secrets.token_hex(10)}"


def id_after(last: str | None, at: datetime) -> str:
    """Return a new id that sorts behind another one, also if it is of the same moment."""
    made = new_id(at)
    if last is None or made > last:
        return made
    return f"{int(last[:12], 16) + 1:012x}{secrets.token_hex(10)}"
