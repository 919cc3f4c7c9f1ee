"""The one session of the demo, on every request that brings none of its own: for looking, on one machine."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth import COOKIE, CSRF_HEADER


class SignedInDemo:
    """Puts the demo's session on every request that brings none of its own and comes from no other page."""

    def __init__(self, app: ASGIApp, session: str) -> None:
        cookie, _, csrf_token = session.partition(":")
        self._app = app
        self._headers = [
            (b"cookie", f"{COOKIE}={cookie}".encode()),
            (CSRF_HEADER.lower().encode(), csrf_token.encode()),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, signed in."""
        if scope["type"] == "http":
            brought = dict(scope["headers"])
            own_page = brought.get(b"sec-fetch-site", b"none") in (b"none", b"same-origin")
            if own_page and b"cookie" not in brought and b"authorization" not in brought:
                scope = {**scope, "headers": [*scope["headers"], *self._headers]}
        await self._app(scope, receive, send)
