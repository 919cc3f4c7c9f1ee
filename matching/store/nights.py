"""What night runs look up and write in bulk: the lists that they drew, and everybody's standings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select

from matching.store.nouns import Nouns
from matching.store.shortlists import in_blocks
from matching.store.tables import Allocation, EntryRow, ShortlistRow, StandingRow

#: A list of an earlier night is compared with tonight's if it is not older than this.
LOOKED_BACK_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class NightList:
    """A list that a night run drew, by what makes it the same list again."""

    id: str
    participant_id: str
    as_of: date
    profile_version: int
    pool_mark: int
    viewer: tuple[str, tuple[str, ...]]  # the specialist, and their teams
    method: dict[str, Any]


class Nights(Nouns):
    """Lists, standings and proposals of night runs, for many people in few queries."""

    def lists(self, participant_ids: Collection[str], *, up_to: date, drawn_by: str) -> dict[str, list[NightList]]:
        """The lists of the last nights for each of these people, the oldest first; `drawn_by` is who draws at night."""
        # Ids begin with their moment, so that an index leads to the last nights alone.
        begin = datetime.combine(up_to - timedelta(days=LOOKED_BACK_DAYS + 1), time(), UTC)
        least = f"{int(begin.timestamp() * 1000):012x}"
        found: dict[str, list[NightList]] = {}
        row = ShortlistRow
        for some in in_blocks(participant_ids):
            statement = (
                select(
                    row.id,
                    row.participant_id,
                    row.as_of,
                    row.profile_version,
                    row.pool_mark,
                    row.viewer_id,
                    row.viewer_team_ids,
                    row.method,
                )
                .where(row.participant_id.in_(some), row.id >= least, row.as_of <= up_to, row.drawn_by == drawn_by)
                .order_by(row.id)
            )
            for each in self.session.execute(statement):
                found.setdefault(each.participant_id, []).append(
                    NightList(
                        id=each.id,
                        participant_id=each.participant_id,
                        as_of=each.as_of,
                        profile_version=each.profile_version,
                        pool_mark=each.pool_mark,
                        viewer=(each.viewer_id, tuple(each.viewer_team_ids)),
                        method=each.method,
                    )
                )
        return found

    def roles_of(self, shortlist_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The vacancies of each list as it was drawn, in order."""
        found: dict[str, list[tuple[int, str]]] = {each: [] for each in shortlist_ids}
        for some in in_blocks(shortlist_ids):
            rows = self.session.execute(
                select(EntryRow.shortlist_id, EntryRow.position, EntryRow.vacancy_id).where(
                    EntryRow.shortlist_id.in_(some), EntryRow.position.is_not(None)
                )
            )
            for shortlist_id, position, vacancy_id in rows:
                found[shortlist_id].append((position or 0, vacancy_id))
        return {each: tuple(role for _, role in sorted(places)) for each, places in found.items()}

    def entries_of(self, shortlist_ids: Collection[str]) -> dict[str, bytes]:
        """The entries of each list, as they were written."""
        found: dict[str, bytes] = {}
        for some in in_blocks(shortlist_ids):
            statement = select(ShortlistRow.id, ShortlistRow.entries).where(ShortlistRow.id.in_(some))
            found.update((row.id, row.entries) for row in self.session.execute(statement))
        return found

    def last_ids(self, participant_ids: Collection[str]) -> dict[str, str]:
        """The id of the last list of each of these people, whoever drew it."""
        found: dict[str, str] = {}
        for some in in_blocks(participant_ids):
            rows = self.session.execute(
                select(ShortlistRow.participant_id, func.max(ShortlistRow.id))
                .where(ShortlistRow.participant_id.in_(some))
                .group_by(ShortlistRow.participant_id)
            )
            found.update((participant_id, last) for participant_id, last in rows)
        return found

    def add_entries(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Write the places of new lists, columns by name, without an object for each."""
        if entries:
            owned = [{"organisation_id": self.store.organisation_id, **each} for each in entries]
            self.session.execute(insert(EntryRow), owned)

    def put_standings(self, rows: Sequence[StandingRow]) -> None:
        """Keep standings in the place of those before; hold the organisation's writers meanwhile."""
        for some in in_blocks([row.participant_id for row in rows]):
            self.session.execute(delete(StandingRow).where(StandingRow.participant_id.in_(some)))
        self.session.add_all(rows)
        self.session.flush()

    def is_proposed(self, *, team_id: str, on: date, made_by: str) -> bool:
        """Whether there is a proposal for a team of a day by somebody, changed by hand since or not."""
        statement = select(Allocation.id).where(
            Allocation.team_id == team_id, Allocation.as_of == on, Allocation.made_by == made_by
        )
        return self.session.scalar(statement.limit(1)) is not None
