"""The files that pages show: read once, packed once, and asked for under their digest, so that they keep for a year."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

from api.dependencies import Public

FOLDER = Path(__file__).parents[1] / "static"
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_NEEDED = ("govuk-frontend.min.css", "govuk-frontend.min.js")

router = APIRouter(prefix="/assets", include_in_schema=False)


class NotSetUp(RuntimeError):
    """The third-party files of the pages are missing."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    kind: str
    plain: bytes
    packed: bytes


@cache
def assets() -> dict[str, Asset]:
    """Every file by its name; raises `NotSetUp` where the set-up was not run."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.suffix in _KINDS)
    found = {path.name: path.read_bytes() for path in paths}
    missing = [name for name in _NEEDED if name not in found]
    if missing:
        raise NotSetUp(f"{missing[0]} is missing from {FOLDER / 'vendor'}: run `make front`.")
    return {
        name: Asset(kind=_KINDS[Path(name).suffix], plain=content, packed=gzip.compress(content, mtime=0))
        for name, content in found.items()
    }


@cache
def version() -> str:
    """A digest of all files together: a page and its files are always of one release."""
    together = hashlib.sha256()
    for name, asset in sorted(assets().items()):
        together.update(name.encode() + b"\0" + hashlib.sha256(asset.plain).digest())
    return together.hexdigest()[:16]


def asset_url(name: str) -> str:
    """Where a page finds a file."""
    if name not in assets():
        raise KeyError(name)
    return f"/assets/{version()}/{name}"


@router.get("/{digest}/{name}", dependencies=[Public])
def send(digest: str, name: str, request: Request) -> Response:
    """Send a file; an old address gets the present file, and does not keep it."""
    asset = assets().get(name)
    if asset is None:
        raise HTTPException(404)
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if digest == version() else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(asset.packed, media_type=asset.kind, headers={**headers, "Content-Encoding": "gzip"})
    return Response(asset.plain, media_type=asset.kind, headers=headers)
