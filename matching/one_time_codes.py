"""One-time codes from an app (TOTP, RFC 6238): a code is good for its half minute and works once."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

ISSUER = "Well Placed"
_STEP_SECONDS = 30
# Clocks of telephones differ: the step before and the one after are taken too.
_OFFSETS = (0, -1, 1)


def new_secret() -> str:
    """A secret to be kept in somebody's app."""
    return pyotp.random_base32()


def enrolment_uri(secret: str, *, email: str) -> str:
    """What an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def step_of(code: str, secret: str, *, at: datetime, last_step: int | None) -> int | None:
    """The step that a code belongs to; `None` if it is wrong, or is not later than the last that was used."""
    now = int(at.timestamp()) // _STEP_SECONDS
    totp = pyotp.TOTP(secret)
    # Every step is compared, so that the time does not tell which one it was.
    matching = [step for step in (now + each for each in _OFFSETS) if _equal(code, totp.generate_otp(step))]
    return next((step for step in matching if last_step is None or step > last_step), None)


def _equal(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
