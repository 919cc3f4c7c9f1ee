"""Somebody who signs in by the pages, as a browser without scripts would: it keeps cookies and sends forms as shown."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pyotp
from fastapi.testclient import TestClient
from httpx import Response

from api.app import create_app
from api.auth import COOKIE
from tests.pages.crawl import Form, forms_of
from tests.service import Service

EMAIL, PASSWORD, WRONG = "kim@example.org", "lantern otter gravel", "another one entirely"
_KIM = {"email": EMAIL, "name": "Kim Birch", "roles": ["employer_engagement"], "team_ids": ["team-a"]}


class Newcomer:
    """Kim, of employer engagement, whom the administrator has just added."""

    def __init__(self, service: Service) -> None:
        self.service = service
        added = service.as_("adam").post("/v1/users", _KIM)
        assert added.status_code == 201, added.text
        self.user_id: str = added.json()["user"]["id"]
        self.link: str = added.json()["password_link"]
        self.secret = ""
        self.client = TestClient(
            create_app(service.running), base_url="https://testserver", raise_server_exceptions=False
        )

    @property
    def cookie(self) -> str:
        """The session that the browser keeps."""
        return self.client.cookies.get(COOKIE) or ""

    def get(self, path: str, **more: Any) -> Response:
        """Ask for a page, following where it leads."""
        return self.client.get(path, headers={"Sec-Fetch-Site": "same-origin"}, **more)

    def send(self, path: str, typed: dict[str, Any], **headers: str) -> Response:
        """Send a form, without following where it leads."""
        sent = {"Sec-Fetch-Site": "same-origin", **headers}
        return self.client.post(path, data=typed, headers=sent, follow_redirects=False)

    def fill_in(self, page: Response, action: str, **typed: Any) -> Response:
        """Fill in the form of a page and send it."""
        form = form_to(page, action)
        return self.send(form.action, {**form.as_shown(), **typed})

    def set_password(self) -> None:
        """Set the first password by the link."""
        answer = self.fill_in(self.get("/set-password"), "/set-password", token=self.link, password=PASSWORD)
        assert answer.status_code == 303, answer.text

    def give_password(self, page: Response | None = None, **typed: str) -> Response:
        """Take the first step, on the page given or on that for it."""
        return self.fill_in(page or self.get("/sign-in"), "/sign-in", **{"email": EMAIL, "password": PASSWORD, **typed})

    def enrol(self, page: Response | None = None) -> Response:
        """Have the app's secret shown, and keep it."""
        shown = self.fill_in(page or self.get("/sign-in/app"), "/sign-in/app")
        self.secret = (
            "".join(found[1].split()) if (found := re.search(r'wp-key"[^>]*>([A-Z2-7 ]+)<', shown.text)) else ""
        )
        return shown

    def give_code(self, page: Response | None = None, code: str = "") -> Response:
        """Take the second step."""
        return self.fill_in(page or self.get("/sign-in/code"), "/sign-in/code", code=code or self.code())

    def code(self) -> str:
        """The code that the app shows."""
        return pyotp.TOTP(self.secret).at(self.service.clock.at)

    def sign_in(self) -> None:
        """All of it, the first time."""
        self.set_password()
        self.give_password()
        self.enrol()
        answer = self.give_code()
        assert answer.status_code == 303, answer.text

    def wait_for_code(self) -> None:
        """Let the time of one code pass: each works once."""
        self.service.clock.pass_(seconds=30)


def form_to(page: Response, action: str) -> Form:
    """The form of a page that leads to an address."""
    return next(form for form in forms_of(page.text) if form.action == action)


def kept_of(page: Response) -> list[tuple[str, str]]:
    """What a page says was typed, as it is read."""
    rows = re.findall(r'__key">(.*?)</dt><dd class="[^"]*">(.*?)</dd>', page.text, re.DOTALL)
    return [(unescape(name), unescape(value)) for name, value in rows]
