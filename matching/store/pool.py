"""The order in which versions of vacancies entered the pool, and the vectors of their texts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from matching.model.vacancy import Visibility
from matching.store.nouns import Nouns
from matching.store.tables import (
    Organisation,
    Participant,
    PoolChange,
    ProfileVersion,
    TextVector,
    VacancyRow,
    VacancyVersion,
)

if TYPE_CHECKING:
    from matching.store.store import Store

# Below the number of parameters that either database takes in one statement.
_AT_ONCE = 1_000
_NUMBER = np.dtype("<f4")
_UNIT_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolEntry:
    """A vacancy as one change brought it into the pool; `document` is `None` if its words were since deleted."""

    seq: int
    vacancy_id: str
    version: int
    visibility: Visibility
    owner_id: str
    team_id: str | None
    document: Mapping[str, Any] | None
    derived_fields: tuple[str, ...]


class Pool(Nouns):
    """What is in the pool of one organisation, by its order of entry, and the vectors by which it is searched."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._gathered: dict[str, tuple[VacancyRow, VacancyVersion, datetime]] = {}

    # -- changes -------------------------------------------------------------------------------------------------------

    @property
    def has_changed(self) -> bool:
        """Whether this transaction changes the pool: until its commit nobody may count on that."""
        return bool(self._gathered)

    def append(self, vacancy: VacancyRow, *, version: VacancyVersion, at: datetime) -> None:
        """Let a version of a vacancy enter the pool with the commit, or not at all."""
        self._gathered[vacancy.id] = (vacancy, version, at)

    def write(self) -> None:
        """Number what was gathered and write it, under the lock of the organisation's row until the commit.

        So numbers are without gaps and in order of commit. It comes last, since whoever waits for this lock may hold
        any others; and it is not a lock of the row's key, which every new row of the organisation shares.
        """
        if not self._gathered:
            return
        organisation = self.session.scalars(
            select(Organisation).with_for_update(key_share=True).execution_options(populate_existing=True)
        ).one()
        for vacancy, version, at in self._gathered.values():
            organisation.pool_seq += 1
            self.session.add(
                PoolChange(
                    seq=organisation.pool_seq,
                    vacancy_id=vacancy.id,
                    version=version.version,
                    visibility=vacancy.visibility,
                    owner_id=vacancy.owner_id,
                    team_id=vacancy.team_id,
                    at=at,
                )
            )
        self.session.flush()

    def mark(self) -> int:
        """The number of the last change."""
        return int(self.session.execute(select(Organisation.pool_seq)).scalar_one())

    def changes_since(self, mark: int, *, up_to: int) -> list[PoolEntry]:
        """The latest change of each vacancy that changed after one mark, up to another, in their order."""
        return self._entries(since=mark, up_to=up_to)

    def changes_in_blocks(self, mark: int, *, up_to: int, size: int) -> Iterator[list[PoolEntry]]:
        """The same, so many at a time: however many there are, no more are in memory."""
        if mark:
            # Few, as a rule. The database would look through all changes to find the last of each vacancy.
            between = (PoolChange.seq > mark, PoolChange.seq <= up_to)
            of_each = select(PoolChange.vacancy_id, PoolChange.seq).where(*between).order_by(PoolChange.seq)
            latest = {row.vacancy_id: row.seq for row in self.session.execute(of_each)}
            for seqs in _in_blocks(sorted(latest.values()), min(size, _AT_ONCE)):
                rows = self.session.execute(self._entered().where(PoolChange.seq.in_(seqs)).order_by(PoolChange.seq))
                yield [_entry_of(row) for row in rows]
            return
        rows = self.session.execute(self._latest(since=mark, up_to=up_to), execution_options={"yield_per": size})
        for block in rows.partitions():
            yield [_entry_of(row) for row in block]

    def history(self, mark: int) -> str | None:
        """What tells change number `mark` from another of that number, as after a restore; none if there is none."""
        if mark == 0:
            return ""
        statement = select(PoolChange.vacancy_id, PoolChange.version, PoolChange.at).where(PoolChange.seq == mark)
        row = self.session.execute(statement).one_or_none()
        return None if row is None else f"{row.vacancy_id} {row.version} {row.at.isoformat()}"

    def versions(self, keys: Iterable[tuple[str, int]]) -> list[PoolEntry]:
        """Versions of vacancies by id and number, as they entered the pool; those that never did are left out."""
        found: dict[tuple[str, int], PoolEntry] = {}
        wanted = set(keys)
        for block in _blocks(vacancy_id for vacancy_id, _ in sorted(wanted)):
            rows = self.session.execute(self._entered().where(PoolChange.vacancy_id.in_(block)))
            found |= {(row.vacancy_id, row.version): _entry_of(row) for row in rows}
        return [entry for key, entry in found.items() if key in wanted]

    def at(self, mark: int) -> list[PoolEntry]:
        """The pool at a mark: of each vacancy its latest change up to there, in the order of the changes."""
        return self._entries(since=0, up_to=mark)

    def before(self, mark: int, *, changed_up_to: int) -> list[PoolEntry]:
        """Of each vacancy that changed after a mark, what was in the pool at the mark, if anything was."""
        changed = (
            select(PoolChange.vacancy_id)
            .where(PoolChange.seq > mark, PoolChange.seq <= changed_up_to, self._own(PoolChange))
            .distinct()
        )
        return self._entries(since=0, up_to=mark, among=changed)

    def changed_ids(self, mark: int, *, up_to: int) -> list[str]:
        """The vacancies that changed after one mark, up to another."""
        changed = select(PoolChange.vacancy_id).where(PoolChange.seq > mark, PoolChange.seq <= up_to).distinct()
        return list(self.session.scalars(changed))

    def version_of(self, vacancy_id: str) -> VacancyVersion | None:
        """The version of a vacancy that is in the pool, with what this transaction lets enter; none if none is."""
        if vacancy_id in self._gathered:
            return self._gathered[vacancy_id][1]
        latest = select(func.max(PoolChange.seq)).where(PoolChange.vacancy_id == vacancy_id, self._own(PoolChange))
        return self.session.scalar(
            select(VacancyVersion)
            .join(
                PoolChange,
                (VacancyVersion.vacancy_id == PoolChange.vacancy_id) & (VacancyVersion.version == PoolChange.version),
            )
            .where(PoolChange.seq == latest.scalar_subquery())
        )

    def version_at(self, vacancy_id: str, *, mark: int) -> VacancyVersion | None:
        """The version of a vacancy that was in the pool at a mark; none if none was."""
        latest = select(func.max(PoolChange.seq)).where(
            PoolChange.vacancy_id == vacancy_id, PoolChange.seq <= mark, self._own(PoolChange)
        )
        return self.session.scalar(
            select(VacancyVersion)
            .join(
                PoolChange,
                (VacancyVersion.vacancy_id == PoolChange.vacancy_id) & (VacancyVersion.version == PoolChange.version),
            )
            .where(PoolChange.seq == latest.scalar_subquery())
        )

    def newest_versions(self, vacancy_ids: Collection[str]) -> dict[str, tuple[VacancyRow, VacancyVersion]]:
        """Vacancies by id, each with its newest version."""
        return self._newest(_newest_version().where(VacancyRow.id.in_(vacancy_ids)))

    def newest_versions_locked(self, vacancy_ids: Collection[str]) -> dict[str, tuple[VacancyRow, VacancyVersion]]:
        """The same, kept from changes by others until the transaction ends; those that others hold are left out."""
        held = _newest_version().with_for_update(of=VacancyRow, key_share=True, skip_locked=True)
        return self._newest(held.where(VacancyRow.id.in_(vacancy_ids)).execution_options(populate_existing=True))

    def _newest(self, statement: Select[VacancyRow, VacancyVersion]) -> dict[str, tuple[VacancyRow, VacancyVersion]]:
        return {vacancy.id: (vacancy, version) for vacancy, version in self.session.execute(statement)}

    def latest_profile(self, participant_id: str) -> Mapping[str, Any] | None:
        """The latest profile of a participant without what concerns safety, which is never encoded."""
        newest = select(ProfileVersion.document).where(ProfileVersion.participant_id == participant_id)
        document: Mapping[str, Any] | None = self.session.scalar(
            newest.order_by(ProfileVersion.version.desc()).limit(1)
        )
        return document

    def lock_participant(self, participant_id: str) -> None:
        """Keep a participant from being changed or erased until the transaction ends."""
        self.session.execute(
            select(Participant.id).where(Participant.id == participant_id).with_for_update(key_share=True)
        )

    def _entries(self, *, since: int, up_to: int, among: Any = None) -> list[PoolEntry]:
        return [_entry_of(row) for row in self.session.execute(self._latest(since=since, up_to=up_to, among=among))]

    def _latest(self, *, since: int, up_to: int, among: Any = None) -> Select[Any]:
        latest = (
            select(func.max(PoolChange.seq).label("seq"))
            .where(PoolChange.seq > since, PoolChange.seq <= up_to, self._own(PoolChange))
            .group_by(PoolChange.vacancy_id)
        )
        if among is not None:
            latest = latest.where(PoolChange.vacancy_id.in_(among))
        return self._entered().where(PoolChange.seq.in_(latest.scalar_subquery())).order_by(PoolChange.seq)

    def _entered(self) -> Select[Any]:
        """Every change, with the words of the version that it brought in."""
        return (
            select(
                PoolChange.seq,
                PoolChange.vacancy_id,
                PoolChange.version,
                PoolChange.visibility,
                PoolChange.owner_id,
                PoolChange.team_id,
                VacancyVersion.document,
                VacancyVersion.derived_fields,
            )
            .outerjoin(
                VacancyVersion,
                (VacancyVersion.vacancy_id == PoolChange.vacancy_id)
                & (VacancyVersion.version == PoolChange.version)
                & self._own(VacancyVersion),
            )
            .where(self._own(PoolChange))
        )

    def _own(self, table: Any) -> Any:
        # Said outright where a sub-query is nested: the condition that the session adds is not to be the only one.
        return table.organisation_id == self.store.organisation_id

    # -- vectors -------------------------------------------------------------------------------------------------------

    def vectors(self, digests: Iterable[str], *, encoder: str, dimension: int) -> dict[str, NDArray[np.float32]]:
        """The vector of each text that has a sound one, by the text's digest."""
        found = {}
        for block in _blocks(digests):
            rows = self.session.execute(
                select(TextVector.digest, TextVector.vector).where(
                    TextVector.encoder == encoder, TextVector.digest.in_(block)
                )
            )
            for digest, content in rows:
                vector = _vector(content, dimension)
                if vector is not None:
                    found[digest] = vector
        return found

    def put_vectors(self, vectors: Mapping[str, NDArray[np.float32]], *, encoder: str) -> None:
        """Keep vectors of texts by their digests, in the place of any that were there."""
        into: Any = postgresql.insert if self.session.get_bind().dialect.name == "postgresql" else sqlite.insert
        for block in _blocks(sorted(vectors)):
            # In the order of their keys, so that two workers that keep the same texts wait for each other in turn.
            statement = into(TextVector).values(
                [
                    {
                        "organisation_id": self.store.organisation_id,
                        "encoder": encoder,
                        "digest": digest,
                        "vector": np.ascontiguousarray(vectors[digest], dtype=_NUMBER).tobytes(),
                    }
                    for digest in block
                ]
            )
            self.session.execute(
                statement.on_conflict_do_update(
                    index_elements=[TextVector.organisation_id, TextVector.encoder, TextVector.digest],
                    set_={"vector": statement.excluded.vector},
                )
            )

    def delete_vectors(self, digests: Iterable[str]) -> None:
        """Forget the vectors of texts, by whichever encoder."""
        for block in _blocks(digests):
            statement = delete(TextVector).where(TextVector.digest.in_(block))
            self.session.execute(statement.execution_options(synchronize_session=False))


def _entry_of(row: Any) -> PoolEntry:
    return PoolEntry(
        seq=row.seq,
        vacancy_id=row.vacancy_id,
        version=row.version,
        visibility=row.visibility,
        owner_id=row.owner_id,
        team_id=row.team_id,
        document=row.document,
        derived_fields=tuple(row.derived_fields or ()),
    )


def _newest_version() -> Select[VacancyRow, VacancyVersion]:
    return select(VacancyRow, VacancyVersion).join(
        VacancyVersion, (VacancyVersion.vacancy_id == VacancyRow.id) & (VacancyVersion.version == VacancyRow.version)
    )


def _vector(content: bytes, dimension: int) -> NDArray[np.float32] | None:
    """The stored numbers, `None` if they are not a unit vector of as many components as it should have."""
    if len(content) != dimension * _NUMBER.itemsize:
        return None
    vector: NDArray[np.float32] = np.frombuffer(content, _NUMBER).astype(np.float32)
    length = float(np.dot(vector.astype(np.float64), vector))
    return vector if abs(length - 1.0) < _UNIT_TOLERANCE else None  # not so if any number is not finite


def _in_blocks(seqs: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return (seqs[start : start + size] for start in range(0, len(seqs), size))


def _blocks(items: Iterable[str]) -> Iterable[Sequence[str]]:
    rest = iter(dict.fromkeys(items))
    while block := list(islice(rest, _AT_ONCE)):
        yield block
