"""The tables: columns are what is queried, JSON columns hold whole values; every row belongs to one organisation."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    Enum,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from matching.model.fact import FactSource, Standing
from matching.model.people import ConsentChoice, ConsentMethod, ParticipantRoute, ParticipantStatus, SupportModel
from matching.model.placement import ContactMode, EarningsSource, LeavingReason, OutcomeKind, TasterKind, WhoSays
from matching.model.shortlist import Choice, DecisionReason
from matching.model.vacancy import VacancySource, VacancyStatus, Visibility

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
ID = String(64)
Kind = TypeVar("Kind", bound=StrEnum)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def one_of(kind: type[Kind]) -> Enum:
    """A column of one of a kind's values, which the database checks too."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=kind.__name__.lower(),
        values_callable=lambda kinds: [each.value for each in kinds],
    )


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """All tables, with constraints named alike on both databases."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Instant,
        date: Date,
        dict[str, Any]: Json,
        list[Any]: Json,
        list[str]: Json,
    }


class Organisation(Base):
    """A council or a delivery partner: nothing crosses from one to another."""

    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    # Taken under a lock on this row, so that both sequences are without gaps and in order of commit.
    pool_seq: Mapped[int] = mapped_column(default=0)
    audit_seq: Mapped[int] = mapped_column(default=0)
    audit_head: Mapped[str] = mapped_column(String(64), default="0" * 64)
    version: Mapped[int] = mapped_column(default=1)  # of its name and settings


class Owned(Base):
    """A row of one organisation; the store adds this condition to every query."""

    __abstract__ = True

    @declared_attr
    def organisation_id(cls) -> Mapped[str]:
        """The organisation that the row belongs to."""
        return mapped_column(ID, ForeignKey("organisations.id"), index=True)


class Identified(Owned):
    """A row with an opaque id; ids are in order of time, so that they page."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(ID, primary_key=True)


# Users and how they come in


class Team(Identified):
    """Specialists who work together and whom unadvertised roles may be told."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class User(Identified):
    """Somebody who signs in; `email_key` is the lower-case address, unique across organisations."""

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(String(320))
    email_key: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]]
    team_ids: Mapped[list[str]]
    password_hash: Mapped[str | None] = mapped_column(String(300))
    password_link: Mapped[str | None] = mapped_column(String(64))  # digest of the one link that may still set it
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed
    totp_last_step: Mapped[int | None]  # none until a first code has shown that the app holds the secret
    single_sign_on_subject: Mapped[str | None] = mapped_column(String(300), unique=True)
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class SignInSession(Owned):
    """A session; `id` is the digest of what the cookie holds, so a copy of the table opens nothing."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    user_id: Mapped[str] = mapped_column(ID, ForeignKey("users.id"), index=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    second_step_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """An attempt to sign in; of no organisation, since the address may be nobody's."""

    __tablename__ = "sign_in_attempts"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    email_digest: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime]
    succeeded: Mapped[bool]


class SignOnState(Base):
    """A single sign-on that was begun; of no organisation, since nobody knows yet who comes back."""

    __tablename__ = "sign_on_states"

    id: Mapped[str] = mapped_column(ID, primary_key=True)  # digest of the state
    browser_digest: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[bytes] = mapped_column(LargeBinary)  # sealed
    expires_at: Mapped[datetime] = mapped_column(index=True)


class MachineToken(Owned):
    """A token for another system, limited to permissions; `id` is the digest of the token."""

    __tablename__ = "machine_tokens"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    public_id: Mapped[str] = mapped_column(ID, unique=True)
    name: Mapped[str] = mapped_column(String(200))
    permissions: Mapped[list[str]]
    created_by: Mapped[str] = mapped_column(ID, ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class IdempotencyKey(Owned):
    """A POST that was answered: the same key brings the same answer, whoever retries."""

    __tablename__ = "idempotency_keys"

    id: Mapped[str] = mapped_column(ID, primary_key=True)  # digest of organisation, user and key
    request_digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)


# Participants


class Participant(Identified):
    """A person who is supported; the name lives here and nowhere else."""

    __tablename__ = "participants"
    __table_args__ = (UniqueConstraint("organisation_id", "ref"),)

    ref: Mapped[str] = mapped_column(String(100))
    name: Mapped[str | None] = mapped_column(String(200))
    specialist_id: Mapped[str | None] = mapped_column(ID, ForeignKey("users.id"), index=True)
    team_id: Mapped[str | None] = mapped_column(ID, ForeignKey("teams.id"), index=True)
    route: Mapped[ParticipantRoute | None] = mapped_column(one_of(ParticipantRoute))
    model: Mapped[SupportModel | None] = mapped_column(one_of(SupportModel))
    status: Mapped[ParticipantStatus] = mapped_column(one_of(ParticipantStatus), default=ParticipantStatus.ACTIVE)
    communication: Mapped[list[str]] = mapped_column(default=list)
    entered_on: Mapped[date]
    objects_to_matching: Mapped[bool] = mapped_column(default=False)
    profile_version: Mapped[int] = mapped_column(default=0)  # of the latest profile; 0: none yet
    last_opportunity_on: Mapped[date | None]
    left_on: Mapped[date | None]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class ProfileVersion(Identified):
    """A vocational profile as it stood: the interchange document without what concerns safety."""

    __tablename__ = "profile_versions"
    __table_args__ = (UniqueConstraint("participant_id", "version"),)

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"))
    version: Mapped[int]
    document: Mapped[dict[str, Any]]
    statements: Mapped[dict[str, Any]]  # by field: source, date, who wrote it down
    written_by: Mapped[str] = mapped_column(ID)
    written_at: Mapped[datetime]


class SafetyVersion(Identified):
    """No-go areas and avoided employers of one profile version, apart from everything else."""

    __tablename__ = "safety_versions"
    __table_args__ = (UniqueConstraint("participant_id", "version"),)

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"))
    version: Mapped[int]
    no_go: Mapped[list[str]]
    employers_avoided: Mapped[list[str]]
    statements: Mapped[dict[str, Any]]  # of these two fields, which nobody else may see to have been spoken of


class ProfileDraft(Identified):
    """What a second saver had written when somebody else was first: kept until it is taken in or thrown away."""

    __tablename__ = "profile_drafts"

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    base_version: Mapped[int]
    changes: Mapped[dict[str, Any]]  # by field: value, source, date
    safety: Mapped[dict[str, Any]]  # the same for what concerns safety, apart from everything else
    written_by: Mapped[str] = mapped_column(ID)
    written_at: Mapped[datetime]


class Consent(Identified):
    """What a participant decided about telling one employer; a withdrawal is a date, not a deletion."""

    __tablename__ = "consents"

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    employer_id: Mapped[str] = mapped_column(ID, ForeignKey("employers.id"), index=True)
    choice: Mapped[ConsentChoice] = mapped_column(one_of(ConsentChoice))
    items: Mapped[list[str]]
    method: Mapped[ConsentMethod] = mapped_column(one_of(ConsentMethod))
    given_on: Mapped[date]
    expires_on: Mapped[date | None]
    recorded_by: Mapped[str] = mapped_column(ID)
    recorded_at: Mapped[datetime]
    withdrawn_on: Mapped[date | None]
    withdrawn_by: Mapped[str | None] = mapped_column(ID)
    withdrawn_at: Mapped[datetime | None]  # the moment in order, among choices of the same day


# Employers and vacancies


class Employer(Identified):
    """An employer, compared by `key` (see `normalised_employer`); how often it wants to be contacted is kept."""

    __tablename__ = "employers"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    name: Mapped[str] = mapped_column(String(300))
    key: Mapped[str] = mapped_column(String(300))
    notes: Mapped[str | None] = mapped_column(Text)
    contact_every_days: Mapped[int | None] = mapped_column(CheckConstraint("contact_every_days > 0", name="positive"))
    no_contact_until: Mapped[date | None]
    created_by: Mapped[str] = mapped_column(ID)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Workplace(Identified):
    """A place where an employer's people work."""

    __tablename__ = "workplaces"

    employer_id: Mapped[str] = mapped_column(ID, ForeignKey("employers.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    postcode: Mapped[str | None] = mapped_column(String(10))
    created_at: Mapped[datetime]


class VacancyRow(Identified):
    """A vacancy as it stands: who may see it, whether it is open, and which version is the latest."""

    __tablename__ = "vacancies"
    __table_args__ = (
        UniqueConstraint("organisation_id", "ref"),
        UniqueConstraint("organisation_id", "external_ref"),
        Index("ix_vacancies_status_confirmed", "organisation_id", "status", "confirmed_at"),
    )

    ref: Mapped[str] = mapped_column(String(100))
    external_ref: Mapped[str | None] = mapped_column(String(200))
    employer_id: Mapped[str] = mapped_column(ID, ForeignKey("employers.id"), index=True)
    workplace_id: Mapped[str | None] = mapped_column(ID, ForeignKey("workplaces.id"))
    title: Mapped[str] = mapped_column(String(300))
    source: Mapped[VacancySource] = mapped_column(one_of(VacancySource))
    status: Mapped[VacancyStatus] = mapped_column(one_of(VacancyStatus))
    visibility: Mapped[Visibility] = mapped_column(one_of(Visibility))
    owner_id: Mapped[str] = mapped_column(ID)
    team_id: Mapped[str | None] = mapped_column(ID)
    confirmed_at: Mapped[datetime]
    paused_because: Mapped[str | None] = mapped_column(String(40))
    imported_digest: Mapped[str | None] = mapped_column(String(64))  # of what was last taken in under external_ref
    carved_from: Mapped[list[str]] = mapped_column(default=list)
    created_by: Mapped[str] = mapped_column(ID)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class VacancyVersion(Identified):
    """A vacancy in the interchange format as it stood; never changed afterwards."""

    __tablename__ = "vacancy_versions"
    __table_args__ = (UniqueConstraint("vacancy_id", "version"),)

    vacancy_id: Mapped[str] = mapped_column(ID, ForeignKey("vacancies.id"))
    version: Mapped[int]
    document: Mapped[dict[str, Any]]
    derived_fields: Mapped[list[str]] = mapped_column(default=list)
    because: Mapped[str] = mapped_column(String(40))
    written_by: Mapped[str] = mapped_column(ID)
    written_at: Mapped[datetime]


class VacancyFact(Identified):
    """One fact about a vacancy, with its source and date, and whether it holds."""

    __tablename__ = "vacancy_facts"
    __table_args__ = (UniqueConstraint("vacancy_id", "number"),)

    vacancy_id: Mapped[str] = mapped_column(ID, ForeignKey("vacancies.id"))
    number: Mapped[int]  # in order of arrival, from 1
    field: Mapped[str] = mapped_column(String(100))
    value: Mapped[dict[str, Any]]  # {"value": …}, so that any JSON value has a place
    source: Mapped[FactSource] = mapped_column(one_of(FactSource))
    observed_on: Mapped[date]
    expires_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    derived: Mapped[bool] = mapped_column(default=False)  # a feed worked it out and nobody stated it
    standing: Mapped[Standing] = mapped_column(one_of(Standing))
    replaced_by: Mapped[str | None] = mapped_column(ID)
    recorded_by: Mapped[str] = mapped_column(ID)
    recorded_at: Mapped[datetime]


class PoolChange(Owned):
    """A version of a vacancy entering the pool: the pool at a mark is the latest change of each vacancy up to it."""

    __tablename__ = "pool_changes"
    __table_args__ = (Index("ix_pool_changes_vacancy", "organisation_id", "vacancy_id", "seq"),)

    organisation_id: Mapped[str] = mapped_column(ID, ForeignKey("organisations.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    vacancy_id: Mapped[str] = mapped_column(ID)
    version: Mapped[int]
    visibility: Mapped[Visibility] = mapped_column(one_of(Visibility))
    owner_id: Mapped[str] = mapped_column(ID)
    team_id: Mapped[str | None] = mapped_column(ID)
    at: Mapped[datetime]


class TextVector(Owned):
    """The vector of a text, by the text's digest: a cache that a worker fills."""

    __tablename__ = "text_vectors"

    organisation_id: Mapped[str] = mapped_column(ID, ForeignKey("organisations.id"), primary_key=True)
    encoder: Mapped[str] = mapped_column(String(64), primary_key=True)  # digest of the encoder's name
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)  # float32, little-endian


# Shortlists and what people make of them


class ShortlistRow(Identified):
    """A list as it was drawn: the first entries with all findings, and what is needed to draw the rest again."""

    __tablename__ = "shortlists"
    __table_args__ = (Index("ix_shortlists_participant", "organisation_id", "participant_id", "id"),)

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"))
    document_id: Mapped[str] = mapped_column(String(64))  # the `shortlist_id` of the interchange format
    profile_version: Mapped[int]
    as_of: Mapped[date]
    pool_mark: Mapped[int]
    viewer_id: Mapped[str] = mapped_column(ID)
    viewer_team_ids: Mapped[list[str]]
    method: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any]]
    entries: Mapped[bytes] = mapped_column(LargeBinary)  # JSON as it was written, for byte equality
    drawn_by: Mapped[str] = mapped_column(ID)
    drawn_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)  # grows with every change of an entry


class EntryRow(Identified):
    """A place on a list as people have arranged it: drawn by the method, or added by hand with a reason."""

    __tablename__ = "shortlist_entries"
    __table_args__ = (UniqueConstraint("shortlist_id", "vacancy_id"),)

    shortlist_id: Mapped[str] = mapped_column(ID, ForeignKey("shortlists.id"))
    vacancy_id: Mapped[str] = mapped_column(ID, ForeignKey("vacancies.id"), index=True)
    vacancy_ref: Mapped[str] = mapped_column(String(100))
    position: Mapped[int | None]  # as drawn; none for one that was added
    place: Mapped[int]  # as arranged, from 1
    finding: Mapped[dict[str, Any] | None]  # the entry as drawn for a role that was added by hand
    removed_at: Mapped[datetime | None]


class EntryChange(Identified):
    """How an entry came to its place: added, moved or removed, by whom and why."""

    __tablename__ = "shortlist_entry_changes"

    shortlist_id: Mapped[str] = mapped_column(ID, ForeignKey("shortlists.id"), index=True)
    vacancy_id: Mapped[str] = mapped_column(ID)
    kind: Mapped[str] = mapped_column(String(20))
    from_place: Mapped[int | None]
    to_place: Mapped[int | None]
    reason: Mapped[DecisionReason] = mapped_column(one_of(DecisionReason))
    words: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(ID)
    at: Mapped[datetime]


class DecisionRow(Identified):
    """A decision on one role for one participant; the latest holds, the others are its history."""

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_participant_vacancy", "participant_id", "vacancy_id", "id"),)

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"))
    shortlist_id: Mapped[str | None] = mapped_column(ID, ForeignKey("shortlists.id"), index=True)
    vacancy_id: Mapped[str] = mapped_column(ID, ForeignKey("vacancies.id"), index=True)
    choice: Mapped[Choice | None] = mapped_column(one_of(Choice))  # none: taken back
    reason: Mapped[DecisionReason | None] = mapped_column(one_of(DecisionReason))
    words: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(ID)
    at: Mapped[datetime]


class StandingRow(Owned):
    """What a participant's first entries were when last looked at: the score that a role must beat to enter."""

    __tablename__ = "standings"

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), primary_key=True)
    profile_version: Mapped[int]
    as_of: Mapped[date]
    pool_mark: Mapped[int]
    viewer_id: Mapped[str] = mapped_column(ID)  # the specialist, through whose eyes the list is drawn
    viewer_team_ids: Mapped[list[str]]
    method: Mapped[str] = mapped_column(String(64))  # digest of the method
    vacancy_ids: Mapped[list[str]]  # of the first entries, in order
    depends_on: Mapped[list[str]]  # vacancies without which the first entries change
    least_score: Mapped[float | None] = mapped_column(Float)  # none: any role comes in
    least_nearness: Mapped[float | None] = mapped_column(Float)  # of a stretch; none: there is none
    families: Mapped[list[Any]]


class Alert(Identified):
    """A role that entered somebody's first entries: told to the specialist once."""

    __tablename__ = "alerts"
    __table_args__ = (UniqueConstraint("participant_id", "vacancy_id"),)

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"))
    vacancy_id: Mapped[str] = mapped_column(ID, ForeignKey("vacancies.id"))
    specialist_id: Mapped[str] = mapped_column(ID, index=True)
    position: Mapped[int]
    because: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None] = mapped_column(ID)


class Allocation(Identified):
    """A proposal of who is put forward for what, and what the specialists made of it."""

    __tablename__ = "allocations"

    as_of: Mapped[date]
    team_id: Mapped[str | None] = mapped_column(ID)  # of a team; none: of the maker's own caseload
    proposal: Mapped[dict[str, Any]]
    edits: Mapped[list[Any]] = mapped_column(default=list)
    made_by: Mapped[str] = mapped_column(ID)
    made_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


# Employers are met


class Contact(Identified):
    """A contact with an employer, on behalf of participants or to learn what the employer needs."""

    __tablename__ = "contacts"

    employer_id: Mapped[str] = mapped_column(ID, ForeignKey("employers.id"), index=True)
    mode: Mapped[ContactMode] = mapped_column(one_of(ContactMode))
    on: Mapped[date]
    planned: Mapped[bool] = mapped_column(default=False)  # still to be made
    person_met: Mapped[str] = mapped_column(String(200), default="")
    hiring_authority: Mapped[bool | None]
    serves: Mapped[str] = mapped_column(Text, default="")  # which stated wish or strength it serves
    notes: Mapped[str] = mapped_column(Text, default="")
    over_limit_because: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(ID, index=True)
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class ContactBehalf(Owned):
    """A participant on whose behalf a contact was made."""

    __tablename__ = "contact_behalves"

    contact_id: Mapped[str] = mapped_column(ID, ForeignKey("contacts.id"), primary_key=True)
    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), primary_key=True, index=True)


class Answer(Identified):
    """An employer's answer to a question, and the fact that it became."""

    __tablename__ = "answers"

    vacancy_id: Mapped[str] = mapped_column(ID, ForeignKey("vacancies.id"), index=True)
    about: Mapped[str] = mapped_column(String(100))
    fact_id: Mapped[str | None] = mapped_column(ID)
    contact_id: Mapped[str | None] = mapped_column(ID, ForeignKey("contacts.id"))
    refused: Mapped[bool] = mapped_column(default=False)  # the employer did not want to say
    source: Mapped[FactSource] = mapped_column(one_of(FactSource))
    said_on: Mapped[date]
    digest: Mapped[str] = mapped_column(String(64))  # of what was said: the same said again is the same answer
    vacancy_version: Mapped[int | None]  # that the answer made; none where nothing else holds now
    by: Mapped[str] = mapped_column(ID)
    at: Mapped[datetime]


class Taster(Identified):
    """A job taster or working interview, and what both sides found; nobody passes or fails."""

    __tablename__ = "tasters"

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    vacancy_id: Mapped[str | None] = mapped_column(ID, ForeignKey("vacancies.id"))
    employer_id: Mapped[str] = mapped_column(ID, ForeignKey("employers.id"))
    kind: Mapped[TasterKind] = mapped_column(one_of(TasterKind))
    on: Mapped[date]
    participant_found: Mapped[str] = mapped_column(Text, default="")
    employer_found: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(ID)
    at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


# Work


class PlacementRow(Identified):
    """A job that a participant started."""

    __tablename__ = "placements"

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    employer_id: Mapped[str] = mapped_column(ID, ForeignKey("employers.id"), index=True)
    vacancy_id: Mapped[str | None] = mapped_column(ID, ForeignKey("vacancies.id"))
    shortlist_id: Mapped[str | None] = mapped_column(ID, ForeignKey("shortlists.id"))
    decision_id: Mapped[str | None] = mapped_column(ID, ForeignKey("decisions.id"))
    job_title: Mapped[str] = mapped_column(String(300))
    started_on: Mapped[date]
    hours_week: Mapped[float | None] = mapped_column(Float)
    hourly_pence: Mapped[int | None]
    permanent: Mapped[bool | None]
    adjustments_agreed: Mapped[list[str]] = mapped_column(default=list)
    support_plan_on: Mapped[date | None]
    benefits_advice_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    end_reason: Mapped[LeavingReason | None] = mapped_column(one_of(LeavingReason))
    end_said_by: Mapped[WhoSays | None] = mapped_column(one_of(WhoSays))
    end_words: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(ID)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class CheckIn(Identified):
    """A conversation about how the job goes."""

    __tablename__ = "check_ins"

    placement_id: Mapped[str] = mapped_column(ID, ForeignKey("placements.id"), index=True)
    on: Mapped[date]
    still_in_work: Mapped[bool]
    satisfaction: Mapped[int | None] = mapped_column(CheckConstraint("satisfaction between 1 and 5", name="1_to_5"))
    notes: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(ID)
    at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class EarningsRow(Identified):
    """Gross pay for a period, and what shows it."""

    __tablename__ = "earnings"
    __table_args__ = (UniqueConstraint("placement_id", "from_on", "source"),)

    placement_id: Mapped[str] = mapped_column(ID, ForeignKey("placements.id"))
    from_on: Mapped[date]
    to_on: Mapped[date]
    gross_pence: Mapped[int] = mapped_column(CheckConstraint("gross_pence >= 0", name="not_negative"))
    source: Mapped[EarningsSource] = mapped_column(one_of(EarningsSource))
    verified: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(ID)
    at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class OutcomeRow(Identified):
    """An outcome that was reached, on which day and by which policy."""

    __tablename__ = "outcomes"
    __table_args__ = (UniqueConstraint("participant_id", "placement_id", "kind"),)

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    placement_id: Mapped[str] = mapped_column(ID, ForeignKey("placements.id"))
    kind: Mapped[OutcomeKind] = mapped_column(one_of(OutcomeKind))
    reached_on: Mapped[date]
    verified: Mapped[bool]  # whether verified earnings alone reach it
    policy: Mapped[dict[str, Any]]
    at: Mapped[datetime]


# Behind the scenes


class Job(Identified):
    """Work to be done after the transaction that asked for it; `key` makes one job of many equal requests."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_due", "state", "run_after"),
        # What is done is kept for weeks: to find what is not, neither those rows nor the table are read.
        Index("ix_jobs_kind_state", "organisation_id", "kind", "state", "run_after", "locked_until"),
        Index(
            "uq_jobs_waiting_key",
            "organisation_id",
            "kind",
            "key",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(
        String(10), CheckConstraint("state in ('waiting', 'running', 'done', 'failed')", name="state")
    )
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime]
    locked_until: Mapped[datetime | None]
    locked_by: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str | None] = mapped_column(String(300))
    made_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Webhook(Identified):
    """Where another system wants to be told of alerts; only ids travel."""

    __tablename__ = "webhooks"

    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[str]]
    secret: Mapped[bytes] = mapped_column(LargeBinary)  # encrypted
    created_by: Mapped[str] = mapped_column(ID)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class WebhookDelivery(Identified):
    """One message to one webhook and how often it was tried; `state` ends as delivered or dead."""

    __tablename__ = "webhook_deliveries"

    webhook_id: Mapped[str] = mapped_column(ID, ForeignKey("webhooks.id"), index=True)
    event: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]  # kind of event, ids and time, nothing else
    state: Mapped[str] = mapped_column(
        String(10), CheckConstraint("state in ('waiting', 'delivered', 'dead')", name="state")
    )
    attempts: Mapped[int] = mapped_column(default=0)
    last_status: Mapped[int | None]
    last_failure: Mapped[str | None] = mapped_column(String(40))
    last_tried_at: Mapped[datetime | None]
    made_at: Mapped[datetime]


class Import(Identified):
    """A file that was given: tried first, then taken in; the same file twice changes nothing."""

    __tablename__ = "imports"

    kind: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    content_digest: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(
        String(10), CheckConstraint("state in ('tried', 'taking', 'taken', 'refused')", name="state")
    )
    summary: Mapped[dict[str, Any]]
    error_file: Mapped[bytes | None] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(ID)
    at: Mapped[datetime]
    taken_at: Mapped[datetime | None]


class Export(Identified):
    """A file that was taken out: what, filtered how, how many rows, by whom."""

    __tablename__ = "exports"

    kind: Mapped[str] = mapped_column(String(40))
    form: Mapped[str] = mapped_column(String(10))
    filters: Mapped[dict[str, Any]]
    row_count: Mapped[int]
    by: Mapped[str] = mapped_column(ID)
    at: Mapped[datetime]


class AuditRow(Owned):
    """An audit event in its chain; the database refuses to change or delete one."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_subject", "organisation_id", "subject_kind", "subject_id"),)

    organisation_id: Mapped[str] = mapped_column(ID, primary_key=True)  # no foreign key: it outlives what it tells of
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(ID)
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(ID)
    detail: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
