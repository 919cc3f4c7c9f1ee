"""Shortlists as drawn, and how people arranged them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from matching.errors import NotFound
from matching.store.ids import id_after
from matching.store.nouns import Nouns, Page
from matching.store.tables import Answer, Employer, EntryChange, EntryRow, ShortlistRow


class Shortlists(Nouns):
    """Shortlists of the organisation's participants."""

    def get(self, shortlist_id: str) -> ShortlistRow:
        """The shortlist with an id; raises `NotFound`."""
        return self._found(ShortlistRow, shortlist_id, "shortlist")

    def locked(self, shortlist_id: str) -> ShortlistRow:
        """The same, kept from changes by others until the transaction ends."""
        return self._locked(ShortlistRow, shortlist_id, "shortlist")

    def next_id(self, participant_id: str, at: datetime) -> str:
        """An id for the participant's next list, behind those there are; hold the participant meanwhile."""
        last = select(func.max(ShortlistRow.id)).where(ShortlistRow.participant_id == participant_id)
        return id_after(self.session.scalar(last), at)

    def page(self, *, participant_id: str, after: str | None, limit: int) -> Page[ShortlistRow]:
        """A participant's lists, the oldest first."""
        statement = select(ShortlistRow).where(ShortlistRow.participant_id == participant_id)
        return self._page(statement, ShortlistRow, after=after, limit=limit)

    def newest(self, *, participant_id: str, before: str | None, limit: int) -> Page[ShortlistRow]:
        """A participant's lists, the newest first, from before an id on."""
        statement = select(ShortlistRow).where(ShortlistRow.participant_id == participant_id)
        if before is not None:
            statement = statement.where(ShortlistRow.id < before)
        rows = list(self.session.scalars(statement.order_by(ShortlistRow.id.desc()).limit(limit + 1)))
        return Page(items=rows[:limit], next_after=rows[limit - 1].id if len(rows) > limit else None)

    def latest(self, participant_ids: Collection[str]) -> list[ShortlistRow]:
        """The latest list of each of these participants, as far as they have one."""
        found: list[ShortlistRow] = []
        for some in in_blocks(participant_ids):
            last = (
                select(func.max(ShortlistRow.id))
                .where(ShortlistRow.participant_id.in_(some))
                .group_by(ShortlistRow.participant_id)
            )
            found += self.session.scalars(select(ShortlistRow).where(ShortlistRow.id.in_(last)))
        return sorted(found, key=lambda row: row.participant_id)

    def latest_holding(self, vacancy_id: str) -> list[ShortlistRow]:
        """The lists that are the latest of their participants and hold a role."""
        holding = select(EntryRow.shortlist_id).where(EntryRow.vacancy_id == vacancy_id, EntryRow.removed_at.is_(None))
        lists = list(self.session.scalars(select(ShortlistRow).where(ShortlistRow.id.in_(holding))))
        latest = {row.id for row in self.latest({row.participant_id for row in lists})}
        return [row for row in lists if row.id in latest]

    def first_holding(self, vacancy_id: str, participant_ids: Collection[str]) -> dict[str, datetime]:
        """When a role first came onto a list that was drawn for each of these participants, if it did."""
        found: dict[str, datetime] = {}
        for some in in_blocks(participant_ids):
            rows = self.session.execute(
                select(ShortlistRow.participant_id, func.min(ShortlistRow.drawn_at))
                .join(EntryRow, EntryRow.shortlist_id == ShortlistRow.id)
                .where(EntryRow.vacancy_id == vacancy_id, ShortlistRow.participant_id.in_(some))
                .group_by(ShortlistRow.participant_id)
            )
            found.update({row[0]: row[1] for row in rows})
        return found

    # Entries, as people arranged them

    def entries(self, shortlist_id: str) -> list[EntryRow]:
        """Every entry in the order in which people arranged them, removed ones last."""
        rows = self.session.scalars(select(EntryRow).where(EntryRow.shortlist_id == shortlist_id))
        return sorted(rows, key=lambda row: (row.removed_at is not None, row.place, row.id))

    def add_entries(self, rows: Sequence[EntryRow]) -> None:
        """Write new entries."""
        self.session.add_all(rows)
        self.session.flush()

    def entry(self, shortlist_id: str, vacancy_id: str) -> EntryRow:
        """An entry that stands on a list; raises `NotFound`, also for one that was removed."""
        row = self.find_entry(shortlist_id, vacancy_id)
        if row is None or row.removed_at is not None:
            raise NotFound("This role does not stand on this list.")
        return row

    def find_entry(self, shortlist_id: str, vacancy_id: str) -> EntryRow | None:
        """An entry, removed or not, if the role was ever on the list."""
        return self.session.scalar(
            select(EntryRow).where(EntryRow.shortlist_id == shortlist_id, EntryRow.vacancy_id == vacancy_id)
        )

    def changes(self, shortlist_id: str) -> list[EntryChange]:
        """How the entries came to their places, the first change first."""
        statement = select(EntryChange).where(EntryChange.shortlist_id == shortlist_id)
        return list(self.session.scalars(statement.order_by(EntryChange.id)))

    def next_change_id(self, shortlist_id: str, at: datetime) -> str:
        """An id behind those of the earlier changes; hold the list meanwhile."""
        last = select(func.max(EntryChange.id)).where(EntryChange.shortlist_id == shortlist_id)
        return id_after(self.session.scalar(last), at)

    def employers(self, employer_ids: Collection[str]) -> dict[str, Employer]:
        """The employers of the roles on a list, by their ids."""
        found = self.session.scalars(select(Employer).where(Employer.id.in_(employer_ids)))
        return {employer.id: employer for employer in found}

    def standing_entries(self, shortlist_ids: Collection[str]) -> list[EntryRow]:
        """The entries that stand on lists now, in no order."""
        found: list[EntryRow] = []
        for some in in_blocks(shortlist_ids):
            standing = select(EntryRow).where(EntryRow.shortlist_id.in_(some), EntryRow.removed_at.is_(None))
            found += self.session.scalars(standing)
        return found

    def refusals(self, vacancy_ids: Collection[str]) -> set[tuple[str, str]]:
        """Questions that an employer last did not want to answer, by vacancy and what they are about."""
        latest: dict[tuple[str, str], bool] = {}
        for some in in_blocks(vacancy_ids):
            rows = self.session.execute(
                select(Answer.vacancy_id, Answer.about, Answer.refused)
                .where(Answer.vacancy_id.in_(some))
                .order_by(Answer.id)
            )
            latest.update(((vacancy_id, about), refused) for vacancy_id, about, refused in rows)
        return {question for question, refused in latest.items() if refused}

    # The end of what is kept

    def erase_of(self, participant_id: str) -> None:
        """Empty every list of a participant: what was drawn and what was written goes, that there was a list stays."""
        lists = select(ShortlistRow.id).where(ShortlistRow.participant_id == participant_id)
        statements = (
            update(EntryChange).where(EntryChange.shortlist_id.in_(lists)).values(words=""),
            update(EntryRow).where(EntryRow.shortlist_id.in_(lists)).values(finding=None),
            update(ShortlistRow).where(ShortlistRow.participant_id == participant_id).values(entries=b"[]"),
        )
        for statement in statements:
            self.session.execute(statement.execution_options(synchronize_session=False))
        self.session.expire_all()


def in_blocks(ids: Iterable[str], size: int = 500) -> list[list[str]]:
    """Ids in blocks that a database takes as parameters of one query."""
    ordered = sorted(ids)
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]
