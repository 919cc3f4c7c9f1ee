"""How a page's request begins: with its form, which holds the token of the session and a mark against sending twice."""

from __future__ import annotations

import hashlib
import secrets

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile

from api.pages.typed import CSRF, ONCE, Typed
from api.transaction import RecordedRoute, Work, request_digest

_MOST_FIELDS = 1000
_MOST_FILES = 1
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


class PageRoute(RecordedRoute):
    """A route that answers with a page and takes forms."""

    async def prepare(self, request: Request, work: Work) -> None:
        """Read the form; a form that is sent twice, by a second press of its button, is done once."""
        request.state.typed = typed = await _typed(request) if request.method == "POST" else Typed()
        request.state.csrf_typed = typed.get(CSRF)
        work.keeps_redirects_alone = True
        once = typed.get(ONCE)
        if once and once.isascii() and once.isalnum() and len(once) <= 64:
            work.key = f"form {once}"
            work.request_digest = request_digest(request, await _said(typed))


def new_mark() -> str:
    """A mark that tells one showing of a form from another."""
    return secrets.token_hex(16)


async def _typed(request: Request) -> Typed:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in _FORMS:
        if request.headers.get("Content-Length", "0") != "0":
            raise HTTPException(415)
        return Typed()
    form = await request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=1_000_000)
    pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    sent = {name: value for name, value in form.multi_items() if isinstance(value, UploadFile) and value.filename}
    return Typed(pairs=tuple(pairs), files=sent)


async def _said(typed: Typed) -> bytes:
    """What was sent, as bytes to tell it from other forms by."""
    said = hashlib.sha256(repr(typed.kept()).encode())
    for name, file in sorted(typed.files.items()):
        said.update(name.encode() + b"\0" + hashlib.sha256(await file.read()).digest())
        await file.seek(0)
    return said.digest()
