"""The audit record: events are gathered, chained under one short lock at the end, and never changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from matching.audit import AuditEvent, ChainedEvent, chained, first_break
from matching.store.nouns import Nouns, Page
from matching.store.tables import AuditRow, Organisation

if TYPE_CHECKING:
    from matching.store.store import Store

_ROWS_AT_ONCE = 5000


class Audit(Nouns):
    """The audit record of one organisation."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._gathered: list[AuditEvent] = []

    def record(self, event: AuditEvent) -> None:
        """Note an event; it is written with the commit, or not at all."""
        self._gathered.append(event)

    def write(self) -> None:
        """Chain the gathered events to the record."""
        if not self._gathered:
            return
        organisation = self.session.scalars(
            select(Organisation).with_for_update().execution_options(populate_existing=True)
        ).one()
        for event in self._gathered:
            link = chained(event, seq=organisation.audit_seq + 1, previous=organisation.audit_head)
            organisation.audit_seq, organisation.audit_head = link.seq, link.digest
            self.session.add(
                AuditRow(
                    seq=link.seq,
                    at=event.at,
                    who=event.who,
                    action=event.action,
                    subject_kind=event.subject_kind,
                    subject_id=event.subject_id,
                    detail=dict(event.detail),
                    previous=link.previous,
                    digest=link.digest,
                )
            )
        self._gathered = []
        self.session.flush()

    def chain(self) -> Iterator[ChainedEvent]:
        """Every event in order, read some thousands at a time."""
        after = 0
        while rows := self._after(after, _ROWS_AT_ONCE):
            yield from map(_link, rows)
            after = rows[-1].seq

    def head(self) -> tuple[int, str]:
        """How many events there should be, and the digest of the last, as the organisation's row has it."""
        row = self.session.execute(select(Organisation.audit_seq, Organisation.audit_head)).one()
        return row.audit_seq, row.audit_head

    def first_break(self) -> int | None:
        """The number of the first event that does not fit the chain, or the first that is missing at its end."""
        # Others write meanwhile: what the head says before is compared with the chain, and the chain's end with what
        # the head says after.
        count, digest = self.head()
        broken = first_break(self.chain())
        if broken is not None:
            return broken
        last = self.session.scalar(select(func.max(AuditRow.seq))) or 0
        if last < count:
            return last + 1
        if count and self.session.scalar(select(AuditRow.digest).where(AuditRow.seq == count)) != digest:
            return count
        count, _ = self.head()
        return count + 1 if last > count else None

    def page(self, *, after: int, limit: int, subject_kind: str = "", subject_id: str = "") -> Page[ChainedEvent]:
        """Events from after a number on, of one subject if it is named."""
        statement = select(AuditRow).where(AuditRow.seq > after)
        if subject_kind:
            statement = statement.where(AuditRow.subject_kind == subject_kind)
        if subject_id:
            statement = statement.where(AuditRow.subject_id == subject_id)
        rows = list(self.session.scalars(statement.order_by(AuditRow.seq).limit(limit + 1)))
        more = len(rows) > limit
        return Page(items=[_link(row) for row in rows[:limit]], next_after=str(rows[limit - 1].seq) if more else None)

    def _after(self, seq: int, limit: int) -> list[AuditRow]:
        return list(
            self.session.scalars(select(AuditRow).where(AuditRow.seq > seq).order_by(AuditRow.seq).limit(limit))
        )


def _link(row: AuditRow) -> ChainedEvent:
    event = AuditEvent(
        at=row.at,
        who=row.who,
        action=row.action,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        detail=row.detail,
    )
    return ChainedEvent(seq=row.seq, event=event, previous=row.previous, digest=row.digest)
