"""What was done to what, by whom and when: events in a chain of digests, so that a change of the past shows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One event; `action` is `noun.verb`, and `detail` holds ids, codes and counts, never what a profile says."""

    at: datetime
    who: str
    action: str
    subject_kind: str
    subject_id: str
    detail: Mapping[str, str | int | bool | list[str] | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedEvent:
    """An event in its place: its number, the digest of the one before, and its own."""

    seq: int
    event: AuditEvent
    previous: str
    digest: str


def chained(event: AuditEvent, *, seq: int, previous: str) -> ChainedEvent:
    """Put an event at the end of the chain."""
    return ChainedEvent(seq=seq, event=event, previous=previous, digest=_digest(event, seq=seq, previous=previous))


def first_break(chain: Iterable[ChainedEvent]) -> int | None:
    """Return the number of the first event that is missing, moved or altered; `None` if the chain holds."""
    previous, expected = GENESIS, 1
    for link in chain:
        digest = _digest(link.event, seq=link.seq, previous=link.previous)
        if link.seq != expected or link.previous != previous or link.digest != digest:
            return expected
        previous, expected = link.digest, expected + 1
    return None


def _digest(event: AuditEvent, *, seq: int, previous: str) -> str:
    told = [
        seq,
        previous,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.who,
        event.action,
        event.subject_kind,
        event.subject_id,
        dict(event.detail),
    ]
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
