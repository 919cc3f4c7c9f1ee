"""What is done with the audit record: read, and its chain checked from the first event to the last."""

from __future__ import annotations

from dataclasses import dataclass

from matching.audit import ChainedEvent
from matching.model.people import Actor, Permission
from matching.permissions import check
from matching.store import Page, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came of checking a chain: how many events it should hold, the digest of the last, and where it breaks.

    Who notes `head` elsewhere can tell later whether even the whole record was replaced.
    """

    events: int
    head: str
    first_break: int | None

    @property
    def holds(self) -> bool:
        """Whether every event is there, in its place and as it was written."""
        return self.first_break is None


def verify(store: Store) -> Verified:
    """Check the chain of one organisation."""
    events, head = store.audit.head()
    return Verified(events=events, head=head, first_break=store.audit.first_break())


def check_audit(*, by: Actor, store: Store) -> Verified:
    """Check the chain for an auditor."""
    check(by, Permission.AUDIT_READ)
    return verify(store)


def read_audit(
    *, subject_kind: str, subject_id: str, after: int, limit: int, by: Actor, store: Store
) -> Page[ChainedEvent]:
    """Events in their order, of one subject if it is named."""
    check(by, Permission.AUDIT_READ)
    return store.audit.page(after=after, limit=limit, subject_kind=subject_kind, subject_id=subject_id)
