"""Every page in every state that it has: one file a noun, each with its table `STATES`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class State:
    """A page as somebody sees it: full, empty, or with the errors of what they typed.

    `path` may hold ids of the world in braces, as in `tests/project/access.txt`. With `typed` the form on the page is
    filled in (names to values; a list ticks several boxes) and sent, and what comes back is the state.
    """

    name: str
    path: str
    who: str = "ana"
    world: Literal["full", "empty"] = "full"
    typed: Mapping[str, str | Sequence[str]] | None = None
    #: Which form is sent, as a selector, where a page has several.
    form: str = "main form.wp-form"
    status: int = 0

    @property
    def expected(self) -> int:
        """The status of the answer."""
        return self.status or (422 if self.typed is not None else 200)


def all_states() -> list[State]:
    """Every state of every noun, in order."""
    found: list[State] = []
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        found.extend(import_module(f"{__name__}.{path.stem}").STATES)
    return found
