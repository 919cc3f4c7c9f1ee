"""People who work here and people who are served: states, routes, and who is asking."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a user does in an organisation; what each role may do is data (`data/roles.csv`)."""

    EMPLOYMENT_SPECIALIST = "employment_specialist"
    EMPLOYER_ENGAGEMENT = "employer_engagement"
    TEAM_LEADER = "team_leader"
    EVALUATOR = "evaluator"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """One thing that may be allowed; `_own` is about the asker's caseload, `_team` about that of their teams."""

    PARTICIPANTS_TAKE_ON = "participants_take_on"
    PARTICIPANTS_READ_OWN = "participants_read_own"
    PARTICIPANTS_READ_TEAM = "participants_read_team"
    PARTICIPANTS_WRITE_OWN = "participants_write_own"
    PARTICIPANTS_WRITE_TEAM = "participants_write_team"
    PARTICIPANTS_ERASE = "participants_erase"
    VACANCIES_READ = "vacancies_read"
    VACANCIES_WRITE = "vacancies_write"
    EMPLOYERS_READ = "employers_read"
    EMPLOYERS_WRITE = "employers_write"
    QUESTIONS_READ = "questions_read"
    IMPORTS_RUN = "imports_run"
    EXPORTS_RUN = "exports_run"
    HISTORY_READ = "history_read"
    USERS_MANAGE = "users_manage"
    ORGANISATION_MANAGE = "organisation_manage"
    AUDIT_READ = "audit_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks: a signed-in user, a machine with a token, or the service itself; always of one organisation."""

    organisation_id: str
    user_id: str
    permissions: frozenset[Permission]
    team_ids: tuple[str, ...] = ()

    def can(self, permission: Permission) -> bool:
        """Whether the asker holds a permission, whatever it is about."""
        return permission in self.permissions

    def can_any(self, permissions: Collection[Permission]) -> bool:
        """Whether the asker holds at least one of the permissions."""
        return not self.permissions.isdisjoint(permissions)


class ParticipantRoute(StrEnum):
    """By which route a participant came to the programme."""

    OUT_OF_WORK = "out_of_work"
    IN_WORK_RETENTION = "in_work_retention"


class Communication(StrEnum):
    """In which form a participant is told things."""

    PLAIN_TEXT = "plain_text"
    EASY_READ = "easy_read"
    BSL = "bsl"
    AUDIO = "audio"
    LARGE_PRINT = "large_print"
    INTERPRETER = "interpreter"
    AAC = "aac"


class SupportModel(StrEnum):
    """The model of supported employment by which a participant is supported."""

    IPS = "ips"
    SEQF = "seqf"


class ParticipantStatus(StrEnum):
    """Whether the participant is being supported; an erased one is an empty row that counts still point at."""

    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"
    ERASED = "erased"


class StatementSource(StrEnum):
    """Who said something about a participant."""

    PARTICIPANT = "participant"
    SPECIALIST = "specialist"
    SUPPORTER = "supporter"
    JOB_END = "job_end"
    IMPORT = "import"


class ConsentChoice(StrEnum):
    """What a participant decided about telling an employer; a recorded no is a choice too."""

    YES = "yes"
    NO = "no"


class ConsentMethod(StrEnum):
    """How the choice was told."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    WRITTEN = "written"
    SUPPORTED = "supported"


class ConsentItem(StrEnum):
    """What may be told: needs by kind, and what identifies the person."""

    NAME = "name"
    ADJUSTMENTS = "adjustments"
    SENSORY = "sensory"
    HOURS = "hours"
    AVAILABILITY = "availability"
    TRAVEL = "travel"
    PHYSICAL = "physical"
    STRENGTHS = "strengths"
    WORK_HISTORY = "work_history"
