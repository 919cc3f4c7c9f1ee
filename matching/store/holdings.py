"""Everything that is held on one participant: found for who asks for it, and emptied for good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, delete, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import LargeBinary

from matching.model.people import ParticipantStatus
from matching.store.nouns import Nouns
from matching.store.tables import (
    Alert,
    AuditRow,
    CheckIn,
    Consent,
    Contact,
    ContactBehalf,
    DecisionRow,
    EarningsRow,
    EntryChange,
    EntryRow,
    IdempotencyKey,
    Import,
    OutcomeRow,
    Owned,
    Participant,
    PlacementRow,
    ProfileDraft,
    ProfileVersion,
    SafetyVersion,
    ShortlistRow,
    StandingRow,
    Taster,
    VacancyRow,
)

PROFILES_KIND = "profiles"


class Holdings(Nouns):
    """Rows about one participant, wherever they are."""

    def of(self, participant_id: str) -> dict[str, Sequence[Any]]:
        """Every row that is held on a participant, by kind; what concerns safety is left where it is."""
        found: dict[str, Sequence[Any]] = {
            kind: self._of(table, participant_id)
            for kind, table in {
                "profile_versions": ProfileVersion,
                "profile_drafts": ProfileDraft,
                "consents": Consent,
                "shortlists": ShortlistRow,
                "decisions": DecisionRow,
                "alerts": Alert,
                "tasters": Taster,
                "placements": PlacementRow,
                "outcomes": OutcomeRow,
            }.items()
        }
        lists = [row.id for row in found["shortlists"]]
        jobs = [row.id for row in found["placements"]]
        found["entries"] = self._within(EntryRow, EntryRow.shortlist_id, lists)
        found["entry_changes"] = self._within(EntryChange, EntryChange.shortlist_id, lists)
        found["check_ins"] = self._within(CheckIn, CheckIn.placement_id, jobs)
        found["earnings"] = self._within(EarningsRow, EarningsRow.placement_id, jobs)
        found["standings"] = list(
            self.session.scalars(select(StandingRow).where(StandingRow.participant_id == participant_id))
        )
        found["contacts"] = list(
            self.session.scalars(
                select(Contact).where(Contact.id.in_(_contacts_for(participant_id))).order_by(Contact.id)
            )
        )
        return found

    def contacts_for_others_too(self, participant_id: str) -> set[str]:
        """Contacts on behalf of a participant that were made for others as well: their notes may tell of those."""
        return set(
            self.session.scalars(
                select(ContactBehalf.contact_id).where(
                    ContactBehalf.contact_id.in_(_contacts_for(participant_id)),
                    ContactBehalf.participant_id != participant_id,
                )
            )
        )

    def audit_events(self, participant_id: str) -> list[AuditRow]:
        """Who did what with what is held on a participant, lists on which they stood among them."""
        # Ids are hex digits, so that a text that holds one holds it as an id.
        named = cast(AuditRow.detail, Text).contains(participant_id, autoescape=True)
        about = (AuditRow.subject_kind == "participant") & (AuditRow.subject_id == participant_id)
        return list(self.session.scalars(select(AuditRow).where(or_(about, named)).order_by(AuditRow.seq)))

    def vacancy_titles(self, texts: Sequence[str]) -> set[str]:
        """Those of the texts that are the title of a vacancy."""
        return set(self.session.scalars(select(VacancyRow.title).where(VacancyRow.title.in_(texts))))

    def documents_of_others(self, participant_id: str) -> Iterator[dict[str, Any]]:
        """Every version of everybody else's profile: a list may be drawn again from an old one."""
        yield from self.session.scalars(
            select(ProfileVersion.document)
            .join(Participant, Participant.id == ProfileVersion.participant_id)
            .where(Participant.id != participant_id, Participant.status != ParticipantStatus.ERASED)
            .execution_options(yield_per=500)
        )

    def empty(self, participant_id: str) -> dict[str, int]:
        """Empty all that is held on a participant but the participant's own row; returns how many rows by kind.

        Rows that counts point at stay: with ids, days and codes, without a word.
        """
        lists = select(ShortlistRow.id).where(ShortlistRow.participant_id == participant_id)
        jobs = select(PlacementRow.id).where(PlacementRow.participant_id == participant_id)
        contacts = _contacts_for(participant_id)
        # What was answered to retried requests is found by ids, so before anything else.
        answers = self._forget_answers([participant_id, *self.session.scalars(lists.union(jobs, contacts))])
        self.store.shortlists.erase_of(participant_id)
        self.store.decisions.erase_of(participant_id)
        self.store.alerts.delete_of(participant_id)
        counts = {
            "profile_versions": self._changed(
                update(ProfileVersion)
                .where(ProfileVersion.participant_id == participant_id)
                .values(document={}, statements={})
            ),
            "safety_versions": self._changed(
                delete(SafetyVersion).where(SafetyVersion.participant_id == participant_id)
            ),
            "profile_drafts": self._changed(delete(ProfileDraft).where(ProfileDraft.participant_id == participant_id)),
            "consents": self._changed(update(Consent).where(Consent.participant_id == participant_id).values(items=[])),
            "contacts": self._changed(
                update(Contact).where(Contact.id.in_(contacts)).values(notes="", serves="", over_limit_because="")
            ),
            "tasters": self._changed(
                update(Taster)
                .where(Taster.participant_id == participant_id)
                .values(participant_found="", employer_found="")
            ),
            "check_ins": self._changed(update(CheckIn).where(CheckIn.placement_id.in_(jobs)).values(notes="")),
            "placements": self._changed(
                update(PlacementRow)
                .where(PlacementRow.participant_id == participant_id)
                .values(end_words="", adjustments_agreed=[])
            ),
            "shortlists": int(self.session.scalar(select(func.count()).select_from(lists.subquery())) or 0),
            "answers": answers,
            # Whose rows a file holds cannot be told from outside; what it said is in the records by now.
            "imported_files": self._changed(
                update(Import)
                .where(Import.kind == PROFILES_KIND, or_(Import.content.is_not(None), Import.error_file.is_not(None)))
                .values(content=None, error_file=None)
            ),
        }
        self.session.expire_all()
        return counts

    def _forget_answers(self, ids: Sequence[str]) -> int:
        return sum(
            self._changed(delete(IdempotencyKey).where(or_(*(self._holds(IdempotencyKey.body, each) for each in some))))
            for some in (ids[start : start + 50] for start in range(0, len(ids), 50))
        )

    def _holds(self, column: Any, text: str) -> ColumnElement[bool]:
        """Whether bytes hold a text."""
        if self.session.get_bind().dialect.name == "postgresql":
            sought = cast(literal(text.encode(), LargeBinary), postgresql.BYTEA)
            return func.position(sought.op("IN")(column)) > 0
        return func.instr(column, literal(text.encode(), LargeBinary)) > 0

    def _of(self, table: type[Any], participant_id: str) -> list[Any]:
        return list(
            self.session.scalars(select(table).where(table.participant_id == participant_id).order_by(table.id))
        )

    def _within(self, table: type[Any], column: Any, ids: Sequence[str]) -> list[Any]:
        found: list[Any] = []
        for start in range(0, len(ids), 500):
            statement = select(table).where(column.in_(ids[start : start + 500])).order_by(table.id)
            found += self.session.scalars(statement)
        return found

    def _changed(self, statement: Any) -> int:
        result: Any = self.session.execute(statement.execution_options(synchronize_session=False))
        return int(result.rowcount)


def _contacts_for(participant_id: str) -> Any:
    return select(ContactBehalf.contact_id).where(ContactBehalf.participant_id == participant_id)


def columns_of(row: Owned) -> dict[str, Any]:
    """A row by the names of its columns."""
    return {column.key: getattr(row, column.key) for column in type(row).__mapper__.column_attrs}
