"""Single sign-on against an issuer on this machine, honest and otherwise."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from api.app import create_app
from api.auth import COOKIE
from tests.databases import Databases
from tests.service import NORTH, START, Service, start_service

CLIENT, CLIENT_SECRET = "well-placed", "known to both"
CALLBACK = "https://wellplaced.example.org/v1/sign-in/single-sign-on/callback"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
ANA = {"sub": "subject-of-ana", "email": "ana@example.org", "email_verified": True}


@dataclass
class Issuer:
    """An issuer that holds to the protocol, unless a test spoils what it says."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: dict(ANA))
    spoil: Callable[[dict[str, Any]], None] = lambda claims: None
    sign: Callable[[dict[str, Any]], str] = lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def authorize(self, address: str) -> str:
        """What a browser is sent back to after somebody has signed in there."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.asked.append(asked)
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Change a code for tokens, once, to who holds the verifier and the client's secret."""
        asked = self.codes.pop(form.get("code", ""), None)
        expected = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        if asked is None or authorization != f"Basic {expected}" or form.get("redirect_uri") != CALLBACK:
            return 400, {"error": "invalid_grant"}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if asked["code_challenge_method"] != "S256" or asked["code_challenge"].encode() != challenge:
            return 400, {"error": "invalid_grant"}
        now = int(START.timestamp())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        self.spoil(claims)
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": self.sign(claims)}

    def described(self) -> dict[str, str]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }


def _served(issuer: Issuer) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path:
                case "/.well-known/openid-configuration":
                    self._answer(200, issuer.described())
                case "/keys":
                    self._answer(200, {"keys": [KEY.as_dict(private=False)]})
                case _:
                    self._answer(404, {})

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(sent).items()}
            self._answer(*issuer.token(form, self.headers.get("Authorization", "")))

        def _answer(self, status: int, value: Any) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    server = _served(made)
    yield made
    server.shutdown()
    server.server_close()


def _service(url: str, folder: Path, issuer: Issuer) -> Service:
    return start_service(
        url,
        folder,
        single_sign_on_url=issuer.url,
        single_sign_on_client=CLIENT,
        single_sign_on_secret=CLIENT_SECRET,
        public_url="https://wellplaced.example.org",
    )


@pytest.fixture
def service(database_url: str, tmp_path: Path, issuer: Issuer) -> Iterator[Service]:
    """The service on each database, with single sign-on."""
    started = _service(database_url, tmp_path, issuer)
    yield started
    started.client.close()
    started.database.close()


@pytest.fixture
def sqlite_service(databases: Databases, tmp_path: Path, issuer: Issuer) -> Iterator[Service]:
    """The same on SQLite alone."""
    started = _service(databases.fresh("sqlite", tmp_path), tmp_path, issuer)
    yield started
    started.client.close()
    started.database.close()


def browser(service: Service) -> TestClient:
    return TestClient(
        create_app(service.running),
        base_url="https://testserver",
        raise_server_exceptions=False,
        follow_redirects=False,
    )


def begun(client: TestClient) -> str:
    """Where the browser is sent."""
    answer = client.get("/v1/sign-in/single-sign-on")
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def signed_in(client: TestClient, issuer: Issuer) -> Response:
    return client.get(issuer.authorize(begun(client)))


def who(client: TestClient) -> Response:
    return client.get("/v1/sign-in/session")


class TestHonest:
    def test_somebody_with_a_verified_address_is_let_in(self, service: Service, issuer: Issuer) -> None:
        client = browser(service)
        back = signed_in(client, issuer)
        assert (back.status_code, back.headers["Location"]) == (303, "/")
        assert who(client).json()["id"] == "user-ana"

    def test_what_is_asked_for_is_a_code_with_proof_state_and_nonce(
        self, sqlite_service: Service, issuer: Issuer
    ) -> None:
        signed_in(browser(sqlite_service), issuer)
        (asked,) = issuer.asked
        assert (asked["response_type"], asked["scope"], asked["redirect_uri"]) == ("code", "openid email", CALLBACK)
        assert asked["code_challenge_method"] == "S256"
        assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43

    def test_the_subject_is_known_from_then_on_whatever_the_address(self, service: Service, issuer: Issuer) -> None:
        signed_in(browser(service), issuer)
        issuer.claims = {"sub": ANA["sub"], "email": "ana@new.example.org", "email_verified": False}
        client = browser(service)
        signed_in(client, issuer)
        assert who(client).json()["id"] == "user-ana"

    def test_the_next_user_of_the_address_is_not_the_first(self, service: Service, issuer: Issuer) -> None:
        signed_in(browser(service), issuer)
        issuer.claims["sub"] = "somebody else with the address of Ana"
        assert signed_in(browser(service), issuer).status_code == 401

    def test_it_is_in_the_audit_record(self, sqlite_service: Service, issuer: Issuer) -> None:
        signed_in(browser(sqlite_service), issuer)
        with sqlite_service.database.reading(NORTH) as store:
            events = [(link.event.action, link.event.detail) for link in store.audit.chain()]
        assert events == [("user.signed_in", {"means": "single_sign_on"})]


def _signed_by_another(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, OTHER_KEY)


def _signed_with_the_shared_secret(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(CLIENT_SECRET.ljust(32)))


def _unsigned(claims: dict[str, Any]) -> str:
    header, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, claims)
    )
    return f"{header}.{body}."


NOW = int(START.timestamp())
SPOILT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a wrong nonce": lambda claims: claims.update(nonce="of another sign-in"),
    "no nonce": lambda claims: claims.pop("nonce"),
    "a wrong audience": lambda claims: claims.update(aud="another-client"),
    "another audience besides": lambda claims: claims.update(aud=[CLIENT, "other"], azp="other"),
    "no audience": lambda claims: claims.pop("aud"),
    "a wrong issuer": lambda claims: claims.update(iss="https://issuer.example"),
    "an expired token": lambda claims: claims.update(exp=NOW - 120),
    "no end": lambda claims: claims.pop("exp"),
    "a token of tomorrow": lambda claims: claims.update(nbf=NOW + 86400),
    "no subject": lambda claims: claims.pop("sub"),
    "an empty subject": lambda claims: claims.update(sub=""),
    "an unverified address": lambda claims: claims.update(email_verified=False),
    "an address verified in words": lambda claims: claims.update(email_verified="true"),
    "an address of which nothing is said": lambda claims: claims.pop("email_verified"),
    "no address": lambda claims: claims.pop("email"),
    "an address that is a list": lambda claims: claims.update(email=["ana@example.org"]),
    "somebody who is no user": lambda claims: claims.update(email="nobody@example.org"),
}
SIGNED = {
    "another key": _signed_by_another,
    "the secret of the client": _signed_with_the_shared_secret,
    "nobody": _unsigned,
    "nothing at all": lambda _: "x.y.z",
}


class TestDishonest:
    @pytest.mark.parametrize("name", SPOILT)
    def test_refused_is(self, sqlite_service: Service, issuer: Issuer, name: str) -> None:
        issuer.spoil = SPOILT[name]
        client = browser(sqlite_service)
        assert signed_in(client, issuer).status_code == 401
        assert COOKIE not in client.cookies

    @pytest.mark.parametrize("name", SIGNED)
    def test_refused_is_what_is_signed_by(self, sqlite_service: Service, issuer: Issuer, name: str) -> None:
        issuer.sign = SIGNED[name]
        assert signed_in(browser(sqlite_service), issuer).status_code == 401

    def test_a_closed_account_is_refused(self, sqlite_service: Service, issuer: Issuer) -> None:
        sqlite_service.as_("adam").change("POST", "/v1/users/user-ana/disable", version=1)
        assert signed_in(browser(sqlite_service), issuer).status_code == 401

    def test_an_issuer_that_says_it_is_another_is_not_believed(
        self, sqlite_service: Service, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = {**issuer.described(), "issuer": "https://other.example"}
        monkeypatch.setattr(issuer, "described", lambda: told)
        assert browser(sqlite_service).get("/v1/sign-in/single-sign-on").status_code == 503

    def test_an_address_without_tls_elsewhere_is_not_used(
        self, sqlite_service: Service, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = {**issuer.described(), "token_endpoint": "http://issuer.example/token"}
        monkeypatch.setattr(issuer, "described", lambda: told)
        assert browser(sqlite_service).get("/v1/sign-in/single-sign-on").status_code == 503


class TestTheWayBack:
    def test_a_state_works_once(self, service: Service, issuer: Issuer) -> None:
        client = browser(service)
        first = issuer.authorize(begun(client))
        assert client.get(first).status_code == 303
        query = parse_qs(urlsplit(first).query)
        issuer.codes["a new code"] = issuer.asked[0]
        again = f"{urlsplit(first).path}?{urlencode({'code': 'a new code', 'state': query['state'][0]})}"
        assert client.get(again).status_code == 401

    def test_a_state_that_nobody_began_is_refused(self, sqlite_service: Service, issuer: Issuer) -> None:
        client = browser(sqlite_service)
        begun(client)
        assert client.get("/v1/sign-in/single-sign-on/callback?state=made-up&code=x").status_code == 401

    def test_a_state_ends_after_ten_minutes(self, sqlite_service: Service, issuer: Issuer) -> None:
        client = browser(sqlite_service)
        back = issuer.authorize(begun(client))
        sqlite_service.clock.pass_(minutes=10)
        assert client.get(back).status_code == 401

    def test_another_browser_cannot_bring_it_back(self, sqlite_service: Service, issuer: Issuer) -> None:
        back = issuer.authorize(begun(browser(sqlite_service)))
        victim = browser(sqlite_service)
        assert victim.get(back).status_code == 401
        begun(victim)
        assert victim.get(back).status_code == 401

    def test_the_answer_of_another_issuer_is_refused(self, sqlite_service: Service, issuer: Issuer) -> None:
        client = browser(sqlite_service)
        back = issuer.authorize(begun(client)) + "&iss=https%3A%2F%2Fother.example"
        assert client.get(back).status_code == 401

    def test_an_error_of_the_issuer_lets_nobody_in(self, sqlite_service: Service, issuer: Issuer) -> None:
        client = browser(sqlite_service)
        issuer.authorize(begun(client))
        state = issuer.asked[0]["state"]
        back = f"/v1/sign-in/single-sign-on/callback?error=access_denied&state={state}"
        assert client.get(back).status_code == 401

    def test_a_code_without_the_proof_is_worth_nothing(self, sqlite_service: Service, issuer: Issuer) -> None:
        client = browser(sqlite_service)
        back = issuer.authorize(begun(client))
        stolen = dict(issuer.codes["code-0"])
        issuer.codes["code-0"] = {**stolen, "code_challenge": "of another verifier"}
        assert client.get(back).status_code == 401


class TestNotThere:
    def test_an_issuer_that_does_not_answer_is_said_so(self, databases: Databases, tmp_path: Path) -> None:
        silent = Issuer(url="http://127.0.0.1:9")
        service = _service(databases.fresh("sqlite", tmp_path), tmp_path, silent)
        answer = browser(service).get("/v1/sign-in/single-sign-on")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        service.client.close()
        service.database.close()

    def test_without_an_issuer_the_way_does_not_exist(self, databases: Databases, tmp_path: Path) -> None:
        service = start_service(databases.fresh("sqlite", tmp_path), tmp_path)
        assert browser(service).get("/v1/sign-in/single-sign-on").status_code == 404
        assert browser(service).get("/v1/sign-in/single-sign-on/callback?state=x").status_code == 404
        service.client.close()
        service.database.close()
