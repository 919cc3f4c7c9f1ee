"""Opaque ids in order of time, so that a page of rows can continue after any of them."""

from __future__ import annotations

import secrets
from datetime import datetime


def new_id(at: datetime) -> str:
    """Return an id that sorts by the moment it was made: 12 hex digits of milliseconds, 20 of chance."""
    return f"{int(at.timestamp() * 1000):012x}{secrets.token_hex(10)}"
