"""Signing in and out over HTTP: two steps, sessions that end, attempts that are counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from httpx import Response

from api.app import create_app
from api.auth import COOKIE, CSRF_HEADER
from matching import passwords
from tests.service import NORTH, Service

EMAIL = "kim@example.org"
PASSWORD, OTHER_PASSWORD = "lantern otter gravel", "copper kestrel anvil"
KIM = {"email": EMAIL, "name": "Kim Birch", "roles": ["employment_specialist"], "team_ids": ["team-a"]}


@pytest.fixture(autouse=True)
def _light_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords of tests need not cost an attacker anything."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=512, parallelism=1))


class Browser:
    """A browser of somebody who signs in: keeps cookies and the token of its session."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.client = TestClient(
            create_app(service.running), base_url="https://testserver", raise_server_exceptions=False
        )
        self.csrf_token = ""
        self.secret = ""

    def ask(self, method: str, path: str, json: Any = None, **headers: str) -> Response:
        sent = {CSRF_HEADER: self.csrf_token, "Sec-Fetch-Site": "same-origin", **headers}
        return self.client.request(method, f"/v1/sign-in{path}", json=json, headers=sent)

    def give_password(self, password: str = PASSWORD, email: str = EMAIL) -> Response:
        answer = self.ask("POST", "/password", {"email": email, "password": password})
        self.csrf_token = answer.json().get("csrf_token", "")
        return answer

    def enrol(self) -> Response:
        answer = self.ask("POST", "/enrolment")
        if answer.status_code == 200:
            self.secret = parse_qs(urlsplit(answer.json()["otpauth_uri"]).query)["secret"][0]
        return answer

    def give_code(self, code: str = "") -> Response:
        answer = self.ask("POST", "/code", {"code": code or self.code()})
        if answer.status_code == 200:
            self.csrf_token = answer.json()["csrf_token"]
        return answer

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.service.clock.at)

    def cookie(self) -> str:
        return self.client.cookies.get(COOKIE) or ""


def add_kim(service: Service) -> tuple[dict[str, Any], str]:
    """Let the administrator add Kim; returns the user and the token of the link."""
    added = service.as_("adam").post("/v1/users", KIM)
    assert added.status_code == 201, added.text
    return added.json()["user"], added.json()["password_link"].partition("#")[2]


def browser_of_kim(service: Service) -> Browser:
    """Kim, with a first password."""
    _, token = add_kim(service)
    browser = Browser(service)
    assert browser.ask("POST", "/first-password", {"token": token, "password": PASSWORD}).status_code == 204
    return browser


def signed_in(service: Service) -> Browser:
    """Kim, all the way in."""
    browser = browser_of_kim(service)
    browser.give_password()
    browser.enrol()
    assert browser.give_code().status_code == 200
    service.clock.pass_(minutes=1)  # so that the next code is another one
    return browser


def failed(service: Service, times: int, email: str = EMAIL) -> list[Response]:
    return [Browser(service).give_password("not the password", email) for _ in range(times)]


class TestTheWayIn:
    def test_password_app_and_code_open_a_session(self, service: Service) -> None:
        browser = browser_of_kim(service)
        assert browser.give_password().json()["next"] == "enrolment"
        assert urlsplit(browser.enrol().json()["otpauth_uri"]).scheme == "otpauth"
        assert browser.give_code().status_code == 200
        who = browser.ask("GET", "/session").json()
        assert (who["name"], who["roles"], who["team_ids"]) == ("Kim Birch", ["employment_specialist"], ["team-a"])
        assert who["csrf_token"] == browser.csrf_token
        assert "participants_read_own" in who["permissions"]

    def test_the_second_time_the_app_is_known(self, sqlite_service: Service) -> None:
        browser = signed_in(sqlite_service)
        assert browser.give_password().json()["next"] == "code"
        assert browser.enrol().status_code == 409
        assert browser.give_code().status_code == 200

    def test_the_first_step_opens_nothing(self, sqlite_service: Service) -> None:
        browser = browser_of_kim(sqlite_service)
        browser.give_password()
        assert browser.ask("GET", "/session").status_code == 401

    def test_the_first_step_is_good_for_ten_minutes(self, sqlite_service: Service) -> None:
        browser = browser_of_kim(sqlite_service)
        browser.give_password()
        browser.enrol()
        sqlite_service.clock.pass_(minutes=11)
        assert browser.give_code().status_code == 401

    def test_a_code_before_an_app_is_a_conflict(self, sqlite_service: Service) -> None:
        browser = browser_of_kim(sqlite_service)
        browser.give_password()
        assert browser.give_code("123456").status_code == 409

    def test_the_session_gets_a_new_id_when_it_opens(self, sqlite_service: Service) -> None:
        browser = browser_of_kim(sqlite_service)
        browser.give_password()
        half = browser.cookie()
        browser.enrol()
        browser.give_code()
        assert browser.cookie() not in ("", half)
        late = Browser(sqlite_service)
        late.client.cookies.set(COOKIE, half)
        assert late.ask("GET", "/session").status_code == 401

    def test_the_cookie_is_held_to_this_host_and_kept_from_scripts(self, sqlite_service: Service) -> None:
        answer = browser_of_kim(sqlite_service).give_password()
        attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
        assert answer.headers["set-cookie"].startswith("__Host-")
        assert attributes == {"httponly", "path=/", "samesite=lax", "secure"}

    def test_what_the_browser_holds_is_stored_nowhere(self, sqlite_service: Service) -> None:
        browser = signed_in(sqlite_service)
        with sqlite_service.database.engine.connect() as connection:
            dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
        assert "Kim Birch" in dump
        for secret in (browser.cookie(), browser.secret, PASSWORD):
            assert secret not in dump


class TestCodes:
    def test_a_code_works_once(self, sqlite_service: Service) -> None:
        browser = signed_in(sqlite_service)
        browser.give_password()
        assert browser.give_code().status_code == 200
        again = Browser(sqlite_service)
        again.secret = browser.secret
        again.give_password()
        assert again.give_code().status_code == 401
        sqlite_service.clock.pass_(seconds=30)
        assert again.give_code().status_code == 200

    @pytest.mark.parametrize(("seconds", "status"), [(-60, 401), (-30, 200), (30, 200), (60, 401)])
    def test_a_clock_may_differ_by_half_a_minute(self, sqlite_service: Service, seconds: int, status: int) -> None:
        browser = signed_in(sqlite_service)
        sqlite_service.clock.pass_(minutes=5)
        browser.give_password()
        code = pyotp.TOTP(browser.secret).at(sqlite_service.clock.at + timedelta(seconds=seconds))
        assert browser.give_code(code).status_code == status

    def test_after_five_wrong_codes_the_right_one_waits_too(self, sqlite_service: Service) -> None:
        browser = signed_in(sqlite_service)
        browser.give_password()
        wrong = f"{(int(browser.code()) + 1) % 1_000_000:06}"
        assert [browser.give_code(wrong).status_code for _ in range(5)] == [401] * 5
        assert browser.give_code().status_code == 429
        # A new first step does not begin the count again.
        browser.give_password()
        assert browser.give_code().status_code == 429

    @pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "１２３４５６", ""])
    def test_what_is_no_code_is_refused_by_its_shape(self, sqlite_service: Service, code: str) -> None:
        browser = browser_of_kim(sqlite_service)
        browser.give_password()
        assert browser.ask("POST", "/code", {"code": code}).status_code == 422


class TestAttempts:
    def test_five_failures_close_the_address_for_a_quarter_of_an_hour(self, service: Service) -> None:
        browser = browser_of_kim(service)
        assert [answer.status_code for answer in failed(service, 5)] == [401] * 5
        service.clock.pass_(minutes=5)
        refused = browser.give_password()
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
        service.clock.pass_(minutes=10, seconds=1)
        assert browser.give_password().status_code == 200

    def test_an_unknown_address_is_answered_alike(self, service: Service) -> None:
        browser_of_kim(service)
        known = failed(service, 6)
        unknown = failed(service, 6, "nobody@example.org")
        assert [(each.status_code, each.json()) for each in known] == [
            (each.status_code, each.json()) for each in unknown
        ]
        assert [each.headers.get("Retry-After") for each in known] == [
            each.headers.get("Retry-After") for each in unknown
        ]

    def test_an_address_is_one_however_it_is_spelt(self, sqlite_service: Service) -> None:
        browser = browser_of_kim(sqlite_service)
        failed(sqlite_service, 5, " KIM@Example.ORG ")
        assert browser.give_password().status_code == 429

    def test_a_success_begins_the_count_again(self, sqlite_service: Service) -> None:
        browser = browser_of_kim(sqlite_service)
        failed(sqlite_service, 4)
        sqlite_service.clock.pass_(seconds=1)
        assert browser.give_password().status_code == 200
        sqlite_service.clock.pass_(seconds=1)
        assert [each.status_code for each in failed(sqlite_service, 4)] == [401] * 4
        assert browser.give_password().status_code == 200

    def test_attempts_at_once_do_not_escape_the_count(self, service: Service) -> None:
        from concurrent.futures import ThreadPoolExecutor

        browser_of_kim(service)
        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(lambda _: failed(service, 1)[0].status_code, range(10)))
        assert sorted(statuses) == [401] * 5 + [429] * 5

    def test_old_attempts_are_forgotten_when_told(self, service: Service) -> None:
        from matching.actions.sign_in import clear_sign_ins

        failed(service, 2)
        service.clock.pass_(days=31)
        failed(service, 1)
        cleared = clear_sign_ins(before=service.clock.at - timedelta(days=30), database=service.database)
        assert cleared == 2

    def test_whoever_has_no_password_is_refused_like_anybody(self, sqlite_service: Service) -> None:
        assert Browser(sqlite_service).give_password(email="ana@example.org").status_code == 401

    def test_an_unknown_address_costs_a_hash_too(self, sqlite_service: Service, monkeypatch: Any) -> None:
        verified = []
        plain = PasswordHasher.verify
        monkeypatch.setattr(
            PasswordHasher,
            "verify",
            lambda *given: verified.append(given[1][:10]) or plain(*given),  # type: ignore[func-returns-value]
        )
        failed(sqlite_service, 1, "nobody@example.org")
        assert verified == ["$argon2id$"]

    def test_a_hash_of_old_parameters_is_made_again(self, sqlite_service: Service) -> None:
        browser = browser_of_kim(sqlite_service)
        with sqlite_service.database.writing(NORTH) as store:
            kim = next(user for user in store.users.all() if user.email == EMAIL)
            kim.password_hash = weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
        assert browser.give_password().status_code == 200
        with sqlite_service.database.reading(NORTH) as store:
            assert store.users.get(kim.id).password_hash != weak
        assert browser.give_password().status_code == 200


class TestSessions:
    def test_an_idle_session_ends(self, sqlite_service: Service) -> None:
        browser = signed_in(sqlite_service)
        sqlite_service.clock.pass_(minutes=58)
        assert browser.ask("GET", "/session").status_code == 200
        sqlite_service.clock.pass_(minutes=59)
        assert browser.ask("GET", "/session").status_code == 200
        sqlite_service.clock.pass_(minutes=60)
        assert browser.ask("GET", "/session").status_code == 401

    def test_a_session_in_use_ends_too(self, service: Service) -> None:
        browser = signed_in(service)
        statuses = []
        for _ in range(24):
            statuses.append(browser.ask("GET", "/session").status_code)
            service.clock.pass_(minutes=31)
        assert statuses == [200] * 24
        assert browser.ask("GET", "/session").status_code == 401

    def test_signing_out_ends_this_session_alone(self, service: Service) -> None:
        browser = signed_in(service)
        second = second_browser(browser)
        cookie = browser.cookie()
        assert browser.ask("DELETE", "/session").status_code == 204
        browser.client.cookies.set(COOKIE, cookie, domain="testserver.local", path="/")
        assert browser.ask("GET", "/session").status_code == 401
        assert second.ask("GET", "/session").status_code == 200

    def test_signing_out_everywhere_ends_all(self, service: Service) -> None:
        browser = signed_in(service)
        second = second_browser(browser)
        assert second.ask("DELETE", "/sessions").status_code == 204
        assert [each.ask("GET", "/session").status_code for each in (browser, second)] == [401, 401]
        assert service.as_("ana").get("/v1/sign-in/session").status_code == 200

    def test_a_new_password_ends_every_session_but_opens_one_here(self, service: Service) -> None:
        browser = signed_in(service)
        second = second_browser(browser)
        changed = browser.ask("PUT", "/password", {"present": PASSWORD, "new": OTHER_PASSWORD})
        assert changed.status_code == 200
        browser.csrf_token = changed.json()["csrf_token"]
        assert browser.ask("GET", "/session").status_code == 200
        assert second.ask("GET", "/session").status_code == 401
        assert Browser(service).give_password().status_code == 401
        assert Browser(service).give_password(OTHER_PASSWORD).status_code == 200

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"present": "not the password", "new": OTHER_PASSWORD}, "present"),
            ({"present": PASSWORD, "new": "password1234"}, "new"),
            ({"present": PASSWORD, "new": PASSWORD}, "new"),
            ({"present": PASSWORD, "new": "kim birch otter"}, "new"),
        ],
    )
    def test_a_password_is_changed_by_its_owner_to_a_good_one(
        self, sqlite_service: Service, sent: dict[str, str], field: str
    ) -> None:
        refused = signed_in(sqlite_service).ask("PUT", "/password", sent)
        assert refused.status_code == 422
        assert [each["field"] for each in refused.json()["errors"]] == [field]
        assert "not the password" not in refused.text

    def test_guesses_at_the_present_password_are_counted(self, sqlite_service: Service) -> None:
        browser = signed_in(sqlite_service)
        sent = {"present": "not the password", "new": OTHER_PASSWORD}
        assert [browser.ask("PUT", "/password", sent).status_code for _ in range(6)] == [422] * 5 + [429]

    def test_what_was_done_is_in_the_audit_record(self, sqlite_service: Service) -> None:
        browser = signed_in(sqlite_service)
        browser.ask("DELETE", "/session")
        with sqlite_service.database.reading(NORTH) as store:
            actions = [link.event.action for link in store.audit.chain()]
        assert actions == [
            "user.added",
            "user.password_set",
            "user.app_offered",
            "user.app_enrolled",
            "user.signed_in",
            "user.signed_out",
        ]


def second_browser(first: Browser) -> Browser:
    second = Browser(first.service)
    second.secret = first.secret
    second.give_password()
    assert second.give_code().status_code == 200
    return second


class TestOtherSites:
    FOREIGN = (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "https://testserver.elsewhere.example"},
        {"Origin": "https://testserver:8443"},
    )

    @pytest.mark.parametrize("headers", FOREIGN, ids=str)
    def test_a_change_asked_by_another_site_is_refused(self, sqlite_service: Service, headers: dict[str, str]) -> None:
        asked = sqlite_service.as_("eve").post("/v1/employers", {"name": "Hazel Bakery"}, headers=headers)
        assert asked.status_code == 403

    @pytest.mark.parametrize("headers", FOREIGN, ids=str)
    def test_nobody_is_signed_in_by_another_site(self, sqlite_service: Service, headers: dict[str, str]) -> None:
        browser = browser_of_kim(sqlite_service)
        sent = {"email": EMAIL, "password": PASSWORD}
        assert browser.ask("POST", "/password", sent, **headers).status_code == 403

    @pytest.mark.parametrize("origin", ["https://testserver", "http://127.0.0.1:8000"])
    def test_our_own_pages_may_ask(self, sqlite_service: Service, origin: str) -> None:
        asked = sqlite_service.as_("eve").post("/v1/employers", {"name": "Hazel Bakery"}, headers={"Origin": origin})
        assert asked.status_code == 201

    @pytest.mark.parametrize("token", ["", "csrf-of-ana", "\xe9"])
    def test_a_change_needs_the_token_of_its_own_session(self, sqlite_service: Service, token: str) -> None:
        asked = sqlite_service.as_("eve").post(
            "/v1/employers",
            {"name": "Hazel"},
            headers={CSRF_HEADER: token.encode("latin-1")},  # type: ignore[dict-item]
        )
        assert asked.status_code == 403

    def test_the_second_step_needs_the_token_of_the_first(self, sqlite_service: Service) -> None:
        browser = browser_of_kim(sqlite_service)
        browser.give_password()
        browser.csrf_token = ""
        assert browser.enrol().status_code == 403


class TestRates:
    def test_who_asks_too_often_waits_and_others_do_not(self, databases: Any, tmp_path: Any) -> None:
        from tests.service import start_service

        service = start_service(databases.fresh("sqlite", tmp_path), tmp_path, requests_per_minute=10)
        answers = [service.as_("ana").get("/v1/employers") for _ in range(11)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert service.as_("ben").get("/v1/employers").status_code == 200
        service.client.close()
        service.database.close()
