"""Seal secrets that must be stored: AES-GCM under the newest key, bound to their row; older keys still open."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from matching.errors import Invalid
from matching.settings import SHORTEST_KEY, Settings

KEY_FILE = "secret.key"
_FORMAT = b"\x01"
_KEY_ID_BYTES, _NONCE_BYTES = 4, 12


def digest_of(secret: str) -> str:
    """What is stored of a secret that is only ever compared: a copy of the table opens nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Sealer:
    """Seals under the first of its keys and opens what any of them has sealed."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key) < SHORTEST_KEY for key in keys):
            raise Invalid(f"the secret key should be at least {SHORTEST_KEY} characters long")
        self._keys = tuple(keys)
        self._ciphers = {_key_id(key): AESGCM(_derived(key, "seal")) for key in keys}
        self._newest = _key_id(keys[0])

    def seal(self, secret: str, *, row_id: str) -> bytes:
        """Seal a secret for one row: moved to another row it does not open."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, secret.encode(), row_id.encode())
        return _FORMAT + self._newest + nonce + sealed

    def open(self, sealed: bytes, *, row_id: str) -> str:
        """Open what was sealed for a row; raises `Invalid` for anything else, and for a key that is gone."""
        key_id, rest = sealed[1 : 1 + _KEY_ID_BYTES], sealed[1 + _KEY_ID_BYTES :]
        cipher = self._ciphers.get(key_id)
        if sealed[:1] != _FORMAT or cipher is None:
            raise Invalid("a stored secret was sealed with a key that is not here")
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], row_id.encode()).decode()
        except (InvalidTag, ValueError):
            raise Invalid("a stored secret has been altered, or was sealed for another row") from None

    def is_newest(self, sealed: bytes) -> bool:
        """Whether a secret is under the newest key; if not, seal it again."""
        return sealed[1 : 1 + _KEY_ID_BYTES] == self._newest

    def signing_keys(self, purpose: str) -> list[bytes]:
        """Keys for signatures of one purpose, oldest first as `itsdangerous` takes them."""
        return [_derived(key, purpose) for key in reversed(self._keys)]


def open_sealer(settings: Settings) -> Sealer:
    """Seal with the key of the settings, or with one that is made once and kept in the data folder."""
    stated = settings.secret_key.get_secret_value()
    return Sealer(keys=(stated or _kept_key(settings.data_dir / KEY_FILE)).split())


def _kept_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and linked into place, so that of two processes that start together both read one whole key.
    made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        try:
            with os.fdopen(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48) + "\n")
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(made, path)
        finally:
            made.unlink(missing_ok=True)
    return path.read_text(encoding="ascii")


def _key_id(key: str) -> bytes:
    return _derived(key, "key id")[:_KEY_ID_BYTES]


def _derived(key: str, purpose: str) -> bytes:
    # A keyed hash is enough: the key is long and random, and each purpose gets one that tells nothing of the others.
    return hashlib.blake2b(purpose.encode(), key=hashlib.sha256(key.encode()).digest(), digest_size=32).digest()
