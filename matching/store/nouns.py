"""What the tables of every noun share: find by id, find and lock, add, and page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from matching.errors import NotFound
from matching.store.tables import Identified

if TYPE_CHECKING:
    from matching.store.store import Store

Row = TypeVar("Row", bound=Identified)
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """Some rows in order, and the id after which the next page begins; none after the last."""

    items: Sequence[Item]
    next_after: str | None = None


class Nouns:
    """One noun's rows in a transaction."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @property
    def session(self) -> Session:
        """The session of the transaction."""
        return self.store.session

    def add(self, row: Identified) -> None:
        """Write a new row at once, so that what it breaks shows here."""
        self.session.add(row)
        self.session.flush()

    def _found(self, table: type[Row], row_id: str, what: str) -> Row:
        row = self.session.scalar(select(table).where(table.id == row_id))
        if row is None:
            raise NotFound(f"There is no such {what}.")
        return row

    def _locked(self, table: type[Row], row_id: str, what: str) -> Row:
        """Find a row and keep others from changing it until the transaction ends; always as it is now."""
        statement = select(table).where(table.id == row_id).with_for_update().execution_options(populate_existing=True)
        row = self.session.scalar(statement)
        if row is None:
            raise NotFound(f"There is no such {what}.")
        return row

    def _page(self, statement: Select[Any], table: type[Row], *, after: str | None, limit: int) -> Page[Row]:
        """Rows by id, `limit` at most, from after an id on."""
        if after is not None:
            statement = statement.where(table.id > after)
        rows = list(self.session.scalars(statement.order_by(table.id).limit(limit + 1)))
        more = len(rows) > limit
        return Page(items=rows[:limit], next_after=rows[limit - 1].id if more else None)
