"""What was typed into a form when the session had ended: the browser carries it from page to page, we keep nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

import orjson

from api.pages.typed import Typed

#: Where programs ask; everything else is a page.
FOR_PROGRAMS = ("/v1/", "/livez", "/readyz", "/metrics")
#: Pages that lead to others: nobody is led back to them.
_ON_THE_WAY = ("/sign-in", "/sign-out", "/set-password", "/stay", "/assets")
#: What is never shown again and never carried.
_SECRETS = frozenset({"password", "present_password", "new_password", "code", "token", "secret"})
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f-\x9f]*")
_LONGEST_PATH = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A form that was sent in vain: where it was to go, what was typed, and who had typed it, if that is known."""

    path: str
    pairs: tuple[tuple[str, str], ...]
    user_id: str = ""
    lost_file: bool = False

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """What there is to see of it."""
        return shown_of(self.pairs)

    def written(self) -> str:
        """The same as one hidden input holds it; line breaks and all."""
        return orjson.dumps([self.path, self.pairs, self.user_id, self.lost_file]).decode()


def carried_of(typed: Typed, path: str, *, user_id: str) -> Carried | None:
    """What is to be carried of a form; nothing where nothing was typed but secrets, which are typed again."""
    pairs = tuple((name, value) for name, value in typed.kept() if name not in _SECRETS)
    if not local_page(path) or not (shown_of(pairs) or typed.files):
        return None
    return Carried(path=path, pairs=pairs, user_id=user_id, lost_file=bool(typed.files))


def read_carried(text: str) -> Carried | None:
    """Read what a hidden input holds; nothing where it holds something else."""
    if not text:
        return None
    try:
        match orjson.loads(text):
            case [str(path), list(pairs), str(user_id), bool(lost_file)] if local_page(path):
                return Carried(path=path, pairs=tuple(map(_pair, pairs)), user_id=user_id, lost_file=lost_file)
    except (orjson.JSONDecodeError, ValueError):
        return None
    return None


def _pair(read: object) -> tuple[str, str]:
    match read:
        case [str(name), str(value)]:
            return name, value
    raise ValueError("no name and value")


def shown_of(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """What people had typed, each beside what its input is called; no secrets, and nothing that is the form's own."""
    return tuple(
        (re.sub(r"[_.\-]+", " ", name).strip(), value)
        for name, value in pairs
        if value.strip() and name != "version" and name not in _SECRETS
    )


def local_page(path: str | None) -> str:
    """The path, if it leads to one of our pages and nowhere else; empty otherwise.

    >>> [local_page(path) for path in ("/roles?search=baker", "//elsewhere.example", "elsewhere", None)]
    ['/roles?search=baker', '', '', '']
    """
    if not path or len(path) > _LONGEST_PATH or not _LOCAL.fullmatch(path):
        return ""
    return "" if path.startswith((*FOR_PROGRAMS, *_ON_THE_WAY)) else path
