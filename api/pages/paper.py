"""Pages as PDF: written by WeasyPrint where it and Pango are installed, from the same HTML, asking nobody outside."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from ctypes import CDLL
from functools import cache
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any

from fastapi.responses import Response

from api.pages.assets import assets

if TYPE_CHECKING:
    from email.message import EmailMessage

#: What addresses of files are put together with; nothing answers there, and nothing is asked.
_NOWHERE = "https://paper.invalid"
#: Marked so that screen readers can read it: tags, a title and a language.
_VARIANT = "pdf/ua-1"

# What WeasyPrint loads, by the names that systems give it.
_PANGO = (
    ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0", "pango-1.0-0"),
    ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0", "pangoft2-1.0-0"),
)

# One at a time: writing takes all of a core, and the libraries beneath are not made for several at once.
_turn = Lock()


class NoPaper(RuntimeError):
    """PDF cannot be written on this machine."""


@cache
def is_ready() -> bool:
    """Whether PDF can be written here: WeasyPrint is there, and Pango loads.

    WeasyPrint itself is not imported yet: that takes most of a second, which a page with a link must not wait for.
    """
    return find_spec("weasyprint") is not None and all(map(_loads, _PANGO))


def _loads(names: Sequence[str]) -> bool:
    for name in names:
        with suppress(OSError):
            CDLL(name)
            return True
    return False


def pdf_of(html: str) -> bytes:
    """A page as PDF; raises `NoPaper` where none can be written."""
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as missing:
        raise NoPaper("WeasyPrint or Pango is not installed.") from missing
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    with _turn:
        written: bytes = HTML(string=html, base_url=_NOWHERE, url_fetcher=_own_files()).write_pdf(pdf_variant=_VARIANT)
    return written


def pdf_answer(content: bytes, *, name: str) -> Response:
    """Send a PDF to be looked at; its name says what it is, and never of whom."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


@cache
def _own_files() -> Any:
    """Gives WeasyPrint our own files from memory, and nothing else: no address of the machine or of the net."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: EmailMessage | None = None) -> Any:
            asset = assets().get(url.rpartition("/")[2]) if url.startswith(f"{_NOWHERE}/assets/") else None
            if asset is None:
                raise ValueError("Only files of our own are put on paper.")
            return URLFetcherResponse(url, asset.plain, {"Content-Type": asset.kind})

    return OwnFiles(allowed_protocols=(), allow_redirects=False)
