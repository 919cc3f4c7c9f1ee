"""How many requests one user, token or address may make in a minute."""

from __future__ import annotations

import time
from math import ceil

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from matching.errors import TooMany

#: Clocks are moved by less than this as long as nobody sets them.
_LEAP_SECONDS = 5.0


def _ahead_seconds() -> float:
    """How far the clock of the machine is ahead of one that nobody can set."""
    return time.time() - time.monotonic()


class Rates:
    """Counts in the memory of one process, over the last minute; several processes each count their own."""

    def __init__(self, *, requests_per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(requests_per_minute)
        self._begin()

    def _begin(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._ahead_seconds = _ahead_seconds()

    def check(self, key: str) -> None:
        """Count a request; raises `TooMany` with the seconds to wait once there were too many."""
        # The counts are kept by the clock of the machine. Put back by an hour, they would be held against everybody
        # for that hour: they are forgotten instead.
        if abs(_ahead_seconds() - self._ahead_seconds) > _LEAP_SECONDS:
            self._begin()
        if self._limiter.hit(self._item, key):
            return
        opens_at = self._limiter.get_window_stats(self._item, key).reset_time
        raise TooMany("You ask too often. Wait a little.", seconds=max(1, ceil(opens_at - time.time())))
