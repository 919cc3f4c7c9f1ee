"""How far the reading has come, told to whoever asked, but not at every row."""

from __future__ import annotations

from matching.feeds.draft import Progress

_STEPS = 200


class Meter:
    """Counts bytes over all files and calls `progress` about two hundred times in all."""

    def __init__(self, progress: Progress | None, *, total_bytes: int) -> None:
        self._progress = progress
        self._total = total_bytes
        self._before = 0
        self._told = 0

    def at(self, bytes_of_file: int) -> None:
        """Note how far the present file has been read."""
        self._tell(self._before + bytes_of_file)

    def file_done(self, size_bytes: int) -> None:
        """Note that the present file has been read."""
        self._before += size_bytes
        self._tell(self._before)

    def finish(self) -> None:
        """Say that all is read, even if a file has shrunk in the meantime."""
        if self._progress is not None:
            self._progress(done_bytes=self._total, total_bytes=self._total)

    def _tell(self, done: int) -> None:
        if self._progress is None or done - self._told < self._total / _STEPS:
            return
        self._told = done
        self._progress(done_bytes=min(done, self._total), total_bytes=self._total)
