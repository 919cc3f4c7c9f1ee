"""Single sign-on by OpenID Connect: the code flow with PKCE, a state and a nonce that work once, an exact way back."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from matching.errors import MatchingError, NotSignedIn
from matching.sealing import Sealer, digest_of
from matching.settings import Settings
from matching.store import Database
from matching.store.tables import SignOnState

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

CALLBACK_PATH = "/v1/sign-in/single-sign-on/callback"
#: Ties the way back to the browser that began.
COOKIE = "__Host-wellplaced-sign-on"
LASTS = timedelta(minutes=10)
_LEEWAY_SECONDS = 60
_TIMEOUT_SECONDS = 5.0
# Signatures by a key that only the issuer holds: neither none at all, nor one by the secret that we hold too.
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
_REFUSED = "Signing in there did not work out. Begin again."


class IssuerUnavailable(MatchingError):
    """The issuer does not answer, or not as it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Where the browser goes, and what it keeps until it comes back."""

    url: str
    cookie: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """What the browser brings back from the issuer."""

    state: str
    code: str
    cookie: str
    issuer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom the issuer vouches for; the address only if the issuer has verified it."""

    subject_digest: str
    verified_email: str | None


def is_set_up(settings: Settings) -> bool:
    """Whether there is an issuer at all."""
    return bool(settings.single_sign_on_url and settings.single_sign_on_client)


def begin(*, settings: Settings, at: datetime, database: Database, sealer: Sealer) -> Begun:
    """Send a browser to the issuer."""
    described = _described(settings)
    state, nonce, verifier, cookie = (secrets.token_urlsafe(32) for _ in range(4))
    state_id = digest_of(state)
    with database.directory_to_write() as directory:
        directory.begin_sign_on(
            SignOnState(
                id=state_id,
                browser_digest=digest_of(cookie),
                nonce=nonce,
                verifier=sealer.seal(verifier, row_id=state_id),
                expires_at=at + LASTS,
            )
        )
    with _client(settings) as client:
        url, _ = client.create_authorization_url(
            described["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
    return Begun(url=str(url), cookie=cookie)


def finish(*, back: CameBack, settings: Settings, at: datetime, database: Database, sealer: Sealer) -> Identity:
    """Find out from the issuer who came back; raises `NotSignedIn` for whatever does not fit."""
    with database.directory_to_write() as directory:
        begun = directory.take_sign_on(digest_of(back.state))
    if begun is None or begun.expires_at <= at:
        raise NotSignedIn(_REFUSED)
    if not hmac.compare_digest(begun.browser_digest, digest_of(back.cookie)):
        raise NotSignedIn(_REFUSED)
    described = _described(settings)
    if back.issuer is not None and back.issuer != described["issuer"]:
        raise NotSignedIn(_REFUSED)
    token = _token(described, code=back.code, verifier=sealer.open(begun.verifier, row_id=begun.id), settings=settings)
    claims = _claims(token, described, nonce=begun.nonce, settings=settings, at=at)
    email = claims.get("email")
    return Identity(
        subject_digest=digest_of(f"{claims['iss']}\n{claims['sub']}"),
        # Nothing but true will do: some issuers send the word "false", which is true in many a language.
        verified_email=email if isinstance(email, str) and claims.get("email_verified") is True else None,
    )


def _client(settings: Settings) -> OAuth2Client:
    from authlib.integrations.httpx_client import OAuth2Client  # late: few requests sign anybody in

    return OAuth2Client(
        client_id=settings.single_sign_on_client,
        client_secret=settings.single_sign_on_secret.get_secret_value() or None,
        scope="openid email",
        redirect_uri=settings.public_url.rstrip("/") + CALLBACK_PATH,
        code_challenge_method="S256",
        timeout=_TIMEOUT_SECONDS,
        follow_redirects=False,
    )


def _described(settings: Settings) -> Mapping[str, str]:
    """What the issuer says of itself; every address of it needs TLS, unless it is this machine."""
    issuer = settings.single_sign_on_url.rstrip("/")
    described = _get_json(issuer + "/.well-known/openid-configuration")
    if str(described.get("issuer", "")).rstrip("/") != issuer:
        raise IssuerUnavailable("The sign-in service says that it is another one.")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        parts = urlsplit(str(described.get(name, "")))
        if parts.scheme != "https" and parts.hostname not in _LOCAL_HOSTS:
            raise IssuerUnavailable("The sign-in service names an address without TLS.")
    return described


def _get_json(url: str) -> Mapping[str, Any]:
    import httpx2

    try:
        answer = httpx2.get(url, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
        document = answer.json()
    except (httpx2.HTTPError, ValueError):
        raise IssuerUnavailable("The sign-in service does not answer. Try again later.") from None
    if not isinstance(document, dict):
        raise IssuerUnavailable("The sign-in service does not answer as it should.")
    return document


def _token(described: Mapping[str, str], *, code: str, verifier: str, settings: Settings) -> Mapping[str, Any]:
    import httpx2
    from authlib.common.errors import AuthlibBaseError

    try:
        with _client(settings) as client:
            token = client.fetch_token(
                described["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier
            )
    except AuthlibBaseError:
        raise NotSignedIn(_REFUSED) from None
    except (httpx2.HTTPError, ValueError):
        raise IssuerUnavailable("The sign-in service does not answer. Try again later.") from None
    if not isinstance(token, dict) or not isinstance(token.get("id_token"), str):
        raise NotSignedIn(_REFUSED)
    return token


def _claims(
    token: Mapping[str, Any], described: Mapping[str, str], *, nonce: str, settings: Settings, at: datetime
) -> Mapping[str, Any]:
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    client_id = settings.single_sign_on_client
    try:
        keys = KeySet.import_key_set(_get_json(described["jwks_uri"]))  # type: ignore[arg-type]
        decoded = jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": described["issuer"]},
                "aud": {"essential": True, "value": client_id},
            },
            params={"nonce": nonce, "client_id": client_id, "access_token": token.get("access_token")},
        )
        claims.validate(now=int(at.timestamp()), leeway=_LEEWAY_SECONDS)
    except (JoseError, ValueError, KeyError, TypeError):
        raise NotSignedIn(_REFUSED) from None
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise NotSignedIn(_REFUSED)
    read: Mapping[str, Any] = claims
    return read
