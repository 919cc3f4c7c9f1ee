"""Who may do what: `check_…` raises, `can_…` answers; what a role may do is data, whose participant it is decides."""

from __future__ import annotations

import csv
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Protocol

from matching.errors import NotPermitted
from matching.model.people import Actor, Permission, Role
from matching.model.vacancy import Visibility

_ROLES = Path(__file__).with_name("data") / "roles.csv"


#: What a token of another system may be given: a machine has no caseload, and reads nothing of participants.
MACHINE_PERMISSIONS = frozenset(
    {
        Permission.VACANCIES_READ,
        Permission.VACANCIES_WRITE,
        Permission.EMPLOYERS_READ,
        Permission.EMPLOYERS_WRITE,
        Permission.QUESTIONS_READ,
        Permission.IMPORTS_RUN,
        Permission.EXPORTS_RUN,
        Permission.HISTORY_READ,
        Permission.AUDIT_READ,
    }
)


class HasCaseload(Protocol):
    """Whatever belongs to one specialist's caseload and one team: a participant."""

    @property
    def specialist_id(self) -> str | None: ...

    @property
    def team_id(self) -> str | None: ...


class HasAudience(Protocol):
    """A vacancy as far as who may see it: unadvertised roles are told in trust."""

    @property
    def visibility(self) -> Visibility: ...

    @property
    def owner_id(self) -> str: ...

    @property
    def team_id(self) -> str | None: ...


@cache
def permissions_by_role() -> dict[Role, frozenset[Permission]]:
    """Read the roles: each is a set of permissions."""
    found: dict[Role, set[Permission]] = {role: set() for role in Role}
    with _ROLES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[Role(row["role"])].add(Permission(row["permission"]))
    return {role: frozenset(permissions) for role, permissions in found.items()}


def permissions_of(roles: Collection[Role]) -> frozenset[Permission]:
    """Return everything that somebody with these roles may do."""
    return frozenset().union(*(permissions_by_role()[role] for role in roles))


def check(by: Actor, permission: Permission) -> None:
    """Refuse whoever does not hold a permission."""
    if not by.can(permission):
        raise NotPermitted(_REFUSALS.get(permission, "Your role does not allow this."))


def check_any(by: Actor, *permissions: Permission) -> None:
    """Refuse whoever holds none of the permissions."""
    if not by.can_any(permissions):
        raise NotPermitted(_REFUSALS.get(permissions[0], "Your role does not allow this."))


def can_read_participant(by: Actor, participant: HasCaseload) -> bool:
    """Whether the asker may read what is held on a participant: their own specialist, or a leader of the team."""
    return _own(by, participant, Permission.PARTICIPANTS_READ_OWN) or _team(
        by, participant, Permission.PARTICIPANTS_READ_TEAM
    )


def check_can_read_participant(by: Actor, participant: HasCaseload) -> None:
    """Refuse whoever may not read what is held on a participant."""
    if not can_read_participant(by, participant):
        raise NotPermitted("This participant is on another specialist's caseload.")


def can_write_participant(by: Actor, participant: HasCaseload) -> bool:
    """Whether the asker may change what is held on a participant."""
    return _own(by, participant, Permission.PARTICIPANTS_WRITE_OWN) or _team(
        by, participant, Permission.PARTICIPANTS_WRITE_TEAM
    )


def check_can_write_participant(by: Actor, participant: HasCaseload) -> None:
    """Refuse whoever may not change what is held on a participant."""
    if not can_write_participant(by, participant):
        raise NotPermitted("This participant is on another specialist's caseload.")


def can_read_safety(by: Actor, participant: HasCaseload) -> bool:
    """Whether the asker may see no-go areas and avoided employers: the participant's own specialist alone."""
    return _own(by, participant, Permission.PARTICIPANTS_READ_OWN)


def can_see_vacancy(by: Actor, vacancy: HasAudience) -> bool:
    """Whether the asker may see a role at all; who may not is told that it does not exist."""
    if not by.can(Permission.VACANCIES_READ):
        return False
    match vacancy.visibility:
        case Visibility.OWN_CASELOAD:
            return vacancy.owner_id == by.user_id
        case Visibility.TEAM:
            return vacancy.owner_id == by.user_id or vacancy.team_id in by.team_ids
        case Visibility.ORGANISATION:
            return True


def _own(by: Actor, participant: HasCaseload, permission: Permission) -> bool:
    return participant.specialist_id == by.user_id and by.can(permission)


def _team(by: Actor, participant: HasCaseload, permission: Permission) -> bool:
    return participant.team_id is not None and participant.team_id in by.team_ids and by.can(permission)


_REFUSALS = {
    Permission.PARTICIPANTS_TAKE_ON: "Only a specialist or a team leader takes participants on.",
    Permission.PARTICIPANTS_READ_OWN: "Your role does not read what is held on participants.",
    Permission.PARTICIPANTS_ERASE: "Only a team leader may erase a participant.",
    Permission.VACANCIES_READ: "Your role does not read vacancies.",
    Permission.VACANCIES_WRITE: "Your role does not log or change vacancies.",
    Permission.EMPLOYERS_READ: "Your role does not read what is known of employers.",
    Permission.EMPLOYERS_WRITE: "Your role does not change what is known of employers.",
    Permission.IMPORTS_RUN: "Your role does not import files.",
    Permission.EXPORTS_RUN: "Your role does not export files.",
    Permission.HISTORY_READ: "Only an evaluator reads the pseudonymised history.",
    Permission.USERS_MANAGE: "Only an administrator manages users and teams.",
    Permission.ORGANISATION_MANAGE: "Only an administrator changes the organisation.",
    Permission.AUDIT_READ: "Only an auditor reads the audit record.",
}
