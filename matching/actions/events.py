"""Note what was done: one sentence's worth of ids in the transaction of the change."""

from __future__ import annotations

from datetime import datetime

from matching.audit import AuditEvent
from matching.model.people import Actor
from matching.store import Store


def record(
    store: Store,
    action: str,
    *,
    by: Actor,
    at: datetime,
    of: tuple[str, str],
    **detail: str | int | bool | list[str] | None,
) -> None:
    """Note an action `noun.verb` on a subject (kind, id); `detail` holds ids, codes and counts alone."""
    store.audit.record(
        AuditEvent(at=at, who=by.user_id, action=action, subject_kind=of[0], subject_id=of[1], detail=detail)
    )
