"""Around every request: its number, a limit to its size, and headers that browsers hold to."""

from __future__ import annotations

import secrets

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import TOO_LARGE, problem
from matching.settings import Settings

LARGEST_BODY = 1_000_000
_UPLOADS = "/v1/imports"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Strict-Transport-Security": "max-age=63072000",
}


class _TooLarge(Exception):
    """More was sent than is taken."""


class Surroundings:
    """Give each request a number, refuse what is too large before it is read, and put headers on the answer."""

    def __init__(self, app: ASGIApp, upload_bytes: int) -> None:
        self._app = app
        self._upload_bytes = upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        limit = self._upload_bytes if scope["path"].startswith(_UPLOADS) else LARGEST_BODY
        taken = 0
        started = False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > limit:
                    raise _TooLarge
            return message

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            stated = dict(scope["headers"]).get(b"content-length", b"0")
            if not stated.isdigit() or int(stated) > limit:
                raise _TooLarge
            await self._app(scope, counted, with_headers)
        except _TooLarge:
            if started:
                raise
            refusal = problem(TOO_LARGE, f"At most {limit:,} bytes are taken here.")
            await refusal(scope, receive, with_headers)


def add_middleware(app: FastAPI, settings: Settings) -> None:
    """Put the surroundings around the application; what is added last is met first."""
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*settings.allowed_hosts])
    app.add_middleware(Surroundings, upload_bytes=settings.upload_megabytes * 1_000_000)
