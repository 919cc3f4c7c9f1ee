"""Hold jobs while they are done: signs of life to the other workers, and an end to what goes on for ever."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

_log = logging.getLogger(__name__)

#: A handler that has got nowhere for so long hangs; the longest step, a batch of texts, takes minutes at most.
LONGEST_STILL = timedelta(minutes=20)
_ENDED = 70  # EX_SOFTWARE of sysexits.h


class Pulse:
    """When a handler last got somewhere: by a clock that nobody can put back."""

    def __init__(self) -> None:
        self._moved = time.monotonic()

    def beat(self) -> None:
        """Say that something is done and kept."""
        self._moved = time.monotonic()

    @property
    def still_seconds(self) -> float:
        """For how long nothing was said."""
        return time.monotonic() - self._moved


def end_process() -> None:
    """End this process: a thread that hangs cannot be ended by itself. Its parent starts another one."""
    os._exit(_ENDED)


@contextmanager
def held(
    hold: Callable[[], object], pulse: Pulse, *, every_seconds: float, longest_still: timedelta, end: Callable[[], None]
) -> Iterator[None]:
    """Call `hold` again and again from another thread for as long as the block lasts, and `end` if the block hangs.

    The jobs are then left lying. They are taken up again and given up after their last attempt, like those of a worker
    that was killed.
    """
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(min(every_seconds, longest_still.total_seconds())):
            if pulse.still_seconds > longest_still.total_seconds():
                _log.error("a job got nowhere for too long and its worker ends")
                end()
                return
            try:
                hold()
            except Exception as error:
                _log.warning("no sign of life could be given", extra={"reason": type(error).__name__})

    thread = threading.Thread(target=watch, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
