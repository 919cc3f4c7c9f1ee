"""Look the whole database over: what the schema, the audit chain and the documents must hold to, and do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson
from sqlalchemy import func, select

from matching.errors import Invalid, Where
from matching.interchange import read_profile, read_vacancy
from matching.sealing import Sealer
from matching.store.database import Database
from matching.store.store import Store
from matching.store.tables import (
    Organisation,
    Participant,
    PoolChange,
    ProfileVersion,
    ShortlistRow,
    User,
    VacancyRow,
    VacancyVersion,
    Webhook,
)

_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that should not be: where, and what."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def faults(database: Database) -> Iterator[Fault]:
    """Find what is wrong, organisation by organisation; nothing is changed."""
    if not database.is_postgresql:
        yield from _sqlite_faults(database)
    with database.directory() as directory:
        organisation_ids = directory.organisation_ids()
    for organisation_id in organisation_ids:
        with database.reading(organisation_id) as store:
            yield from _audit_faults(store)
            yield from _pool_faults(store)
            yield from _vacancy_faults(store)
            yield from _profile_faults(store)
            yield from _shortlist_faults(store)


def sealed_faults(database: Database, sealer: Sealer) -> Iterator[Fault]:
    """Find the stored secrets that the key does not open: second steps of sign-in, and webhooks."""
    with database.directory() as directory:
        organisation_ids = directory.organisation_ids()
    for organisation_id in organisation_ids:
        with database.reading(organisation_id) as store:
            sealed = [
                *store.session.execute(select(User.id, User.totp_secret).where(User.totp_secret.is_not(None))),
                *store.session.execute(select(Webhook.id, Webhook.secret)),
            ]
        for row_id, secret in sealed:
            try:
                sealer.open(secret, row_id=row_id)
            except Invalid as invalid:
                yield Fault(where=f"secret of {row_id}", message=str(invalid))


def _sqlite_faults(database: Database) -> Iterator[Fault]:
    with database.engine.connect() as connection:
        for (told,) in connection.exec_driver_sql("PRAGMA integrity_check(20)"):
            if told != "ok":
                yield Fault(where="file", message=str(told))
        for table, row_id, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield Fault(where=f"{table} {row_id}", message=f"points at a row of {parent} that is not there")


def _audit_faults(store: Store) -> Iterator[Fault]:
    broken = store.audit.first_break()
    if broken is not None:
        yield Fault(where=f"audit of {store.organisation_id}", message=f"the chain breaks at event {broken}")


def _pool_faults(store: Store) -> Iterator[Fault]:
    count, last = store.session.execute(select(func.count(), func.max(PoolChange.seq)).select_from(PoolChange)).one()
    expected = store.session.scalars(select(Organisation)).one().pool_seq
    if (count, last or 0) != (expected, expected):
        told = f"{count} changes up to {last or 0}, where the organisation counts {expected}"
        yield Fault(where=f"pool of {store.organisation_id}", message=told)


def _vacancy_faults(store: Store) -> Iterator[Fault]:
    latest = (
        select(VacancyVersion.vacancy_id, func.max(VacancyVersion.version).label("newest"))
        .group_by(VacancyVersion.vacancy_id)
        .subquery()
    )
    statement = select(VacancyRow.id, VacancyRow.version, latest.c.newest).outerjoin(
        latest, latest.c.vacancy_id == VacancyRow.id
    )
    for vacancy_id, version, newest in store.session.execute(statement):
        if version != newest:
            yield Fault(where=f"vacancy {vacancy_id}", message=f"is at version {version}, and the newest is {newest}")
    for row in store.session.scalars(select(VacancyVersion).execution_options(yield_per=_ROWS_AT_ONCE)):
        try:
            read_vacancy(row.document, Where(), derived=row.derived_fields)
        except Invalid as invalid:
            fields = ", ".join(sorted({problem.where.field for problem in invalid.problems}))
            yield Fault(where=f"vacancy {row.vacancy_id} version {row.version}", message=f"cannot be read: {fields}")


def _profile_faults(store: Store) -> Iterator[Fault]:
    newest = dict(
        store.session.execute(
            select(ProfileVersion.participant_id, func.max(ProfileVersion.version)).group_by(
                ProfileVersion.participant_id
            )
        ).all()
    )
    for participant_id, version in store.session.execute(select(Participant.id, Participant.profile_version)):
        if newest.get(participant_id, 0) != version:
            told = f"counts {version} profile versions, and the newest is {newest.get(participant_id, 0)}"
            yield Fault(where=f"participant {participant_id}", message=told)
    for row in store.session.scalars(select(ProfileVersion).execution_options(yield_per=_ROWS_AT_ONCE)):
        if not row.document:  # erased
            continue
        try:
            read_profile(row.document, Where())
        except Invalid as invalid:
            fields = ", ".join(sorted({problem.where.field for problem in invalid.problems}))
            where = f"profile of {row.participant_id} version {row.version}"
            yield Fault(where=where, message=f"cannot be read: {fields}")


def _shortlist_faults(store: Store) -> Iterator[Fault]:
    statement = select(ShortlistRow.id, ShortlistRow.entries).execution_options(yield_per=_ROWS_AT_ONCE)
    for shortlist_id, entries in store.session.execute(statement):
        if not entries:  # erased
            continue
        try:
            orjson.loads(entries)
        except orjson.JSONDecodeError:
            yield Fault(where=f"shortlist {shortlist_id}", message="its stored entries cannot be read")
