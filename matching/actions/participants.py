"""What is done with participants: taken on, read, changed, given to another specialist, paused, left, returned."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from matching.actions.days import local_day
from matching.actions.events import record
from matching.actions.index import profile_changed
from matching.errors import Conflict, Invalid, NotFound, NotPermitted, Problem, Stale, Where
from matching.model.people import (
    Actor,
    Communication,
    ParticipantRoute,
    ParticipantStatus,
    Permission,
    Role,
    SupportModel,
)
from matching.permissions import (
    can_read_participant,
    check,
    check_can_read_participant,
    check_can_write_participant,
    permissions_of,
)
from matching.store import Page, Store, new_id
from matching.store.participants import CaseloadCount, Waiting
from matching.store.tables import Participant, User

#: A caseload of so many keeps full fidelity; the programme allows no more than the second on average.
FULL_FIDELITY_CASELOAD = 20
LARGEST_CASELOAD = 25
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantDetails:
    """What is said of a participant besides the profile."""

    name: str | None = None
    route: ParticipantRoute | None = None
    model: SupportModel | None = None
    communication: tuple[Communication, ...] = ()
    entered_on: date


class Caseload(StrEnum):
    """Whose participants are asked about."""

    OWN = "own"
    TEAM = "team"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A specialist and the team in which they would support somebody."""

    specialist: User
    team_id: str | None
    team: str | None


#: From which status a participant may come to which.
MOVES = {
    ParticipantStatus.ACTIVE: (ParticipantStatus.PAUSED, ParticipantStatus.LEFT),
    ParticipantStatus.PAUSED: (ParticipantStatus.ACTIVE, ParticipantStatus.LEFT),
    ParticipantStatus.LEFT: (ParticipantStatus.ACTIVE,),
    ParticipantStatus.ERASED: (),
}


def take_on(
    *,
    ref: str,
    details: ParticipantDetails,
    specialist_id: str | None = None,
    team_id: str | None = None,
    by: Actor,
    at: datetime,
    store: Store,
) -> Participant:
    """Take a participant on; to the asker's own caseload unless a team leader names another specialist."""
    check(by, Permission.PARTICIPANTS_TAKE_ON)
    if not _REF.fullmatch(ref):
        raise Invalid([Problem(Where(field="ref"), "should be letters, digits and . _ / - alone, up to 100")])
    _check_details(details, at)
    specialist = _specialist(specialist_id or by.user_id, store)
    if specialist.id != by.user_id and not by.can(Permission.PARTICIPANTS_WRITE_TEAM):
        raise NotPermitted("Only a team leader gives a participant to somebody else.")
    team = _team_of(specialist, team_id, by)
    if store.participants.with_ref(ref) is not None:
        raise Conflict("This reference is taken.")
    participant = Participant(
        id=new_id(at),
        ref=ref,
        name=details.name,
        specialist_id=specialist.id,
        team_id=team,
        route=details.route,
        model=details.model,
        status=ParticipantStatus.ACTIVE,
        communication=[each.value for each in details.communication],
        entered_on=details.entered_on,
        objects_to_matching=False,
        profile_version=0,
        created_at=at,
        version=1,
    )
    store.participants.add(participant)
    record(
        store,
        "participant.taken_on",
        by=by,
        at=at,
        of=("participant", participant.id),
        specialist=specialist.id,
        team=team,
    )
    return participant


def read_participant(*, participant_id: str, by: Actor, at: datetime, store: Store) -> Participant:
    """A participant, for those who may read what is held on them."""
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    record(store, "participant.read", by=by, at=at, of=("participant", participant.id))
    return participant


def caseload(
    *,
    of: Caseload,
    statuses: Collection[ParticipantStatus] = (ParticipantStatus.ACTIVE, ParticipantStatus.PAUSED),
    supported_by: str | None = None,
    after: str | None,
    limit: int,
    by: Actor,
    at: datetime,
    store: Store,
) -> Page[Waiting]:
    """Participants in order of how long each has gone without an opportunity or a contact; never by merit.

    `supported_by` asks for those of one specialist alone, as a leader does before they talk.
    """
    specialist_id, team_ids = _asked(of, by)
    page = store.participants.longest_waiting(
        specialist_id=specialist_id,
        team_ids=team_ids,
        supported_by=supported_by,
        statuses=set(statuses) - {ParticipantStatus.ERASED},
        after=after,
        limit=limit,
    )
    record(
        store,
        "participants.listed",
        by=by,
        at=at,
        of=("caseload", by.user_id),
        participants=[each.participant.id for each in page.items],
    )
    return page


def people_with_ids(*, participant_ids: Collection[str], by: Actor, store: Store) -> dict[str, Participant]:
    """Those of some participants whom the asker may read; that they are shown is noted by what shows them."""
    found = store.participants.with_ids(participant_ids)
    return {each.id: each for each in found.values() if can_read_participant(by, each)}


def caseload_counts(*, of: Caseload, by: Actor, store: Store) -> list[CaseloadCount]:
    """How many each specialist supports now, to hold against `FULL_FIDELITY_CASELOAD` and `LARGEST_CASELOAD`."""
    specialist_id, team_ids = _asked(of, by)
    return store.participants.caseload_counts(specialist_id=specialist_id, team_ids=team_ids)


def caseload_sentence(count: CaseloadCount) -> str:
    """How a caseload stands against the limits, in words."""
    if count.active > LARGEST_CASELOAD:
        return f"{count.active} people, above the programme's most of {LARGEST_CASELOAD}."
    if count.active > FULL_FIDELITY_CASELOAD:
        return (
            f"{count.active} people, above the {FULL_FIDELITY_CASELOAD} of full fidelity, "
            f"within the programme's {LARGEST_CASELOAD}."
        )
    people = "1 person" if count.active == 1 else f"{count.active} people"
    return f"{people}, within the {FULL_FIDELITY_CASELOAD} of full fidelity."


def who_may_support(*, by: Actor, store: Store) -> list[Seat]:
    """Everybody to whose caseload the asker may bring a participant: themselves, and for a leader their teams."""
    check(by, Permission.PARTICIPANTS_TAKE_ON)
    names = store.organisations.team_names()
    seats = []
    for user in sorted(store.users.all(), key=lambda user: (user.id != by.user_id, user.name, user.id)):
        if not _supports(user) or (user.id != by.user_id and not by.can(Permission.PARTICIPANTS_WRITE_TEAM)):
            continue
        teams = _possible_teams(user, by)
        seats += [Seat(specialist=user, team_id=team, team=names.get(team)) for team in teams]
        if not teams and user.id == by.user_id:
            seats.append(Seat(specialist=user, team_id=None, team=None))
    return seats


def change_participant(
    *, participant_id: str, details: ParticipantDetails, version: int, by: Actor, at: datetime, store: Store
) -> Participant:
    """Change what is said of a participant, as it was read. The reference stays: lists are drawn under it."""
    participant = _to_change(participant_id, version, by, store)
    _check_details(details, at)
    participant.name = details.name
    participant.route, participant.model = details.route, details.model
    participant.communication = [each.value for each in details.communication]
    participant.entered_on = details.entered_on
    return _changed(participant, "participant.changed", by, at, store)


def reassign(
    *,
    participant_id: str,
    specialist_id: str,
    team_id: str | None = None,
    version: int,
    by: Actor,
    at: datetime,
    store: Store,
) -> Participant:
    """Give a participant to another specialist: what a leader of both does."""
    check(by, Permission.PARTICIPANTS_WRITE_TEAM)
    participant = _to_change(participant_id, version, by, store)
    specialist = _specialist(specialist_id, store)
    team = _team_of(specialist, team_id, by)
    before = participant.specialist_id
    participant.specialist_id, participant.team_id = specialist.id, team
    store.participants.hand_over_alerts(participant.id, specialist_id=specialist.id)
    _changed(participant, "participant.reassigned", by, at, store, before=before, specialist=specialist.id, team=team)
    return participant


def move_to_status(
    *, participant_id: str, status: ParticipantStatus, version: int, by: Actor, at: datetime, store: Store
) -> Participant:
    """Pause support, note that somebody left, or take them back."""
    participant = _to_change(participant_id, version, by, store)
    if status not in MOVES[participant.status]:
        raise Conflict(f"Somebody who is {participant.status.value} cannot become {status.value}.")
    participant.status = status
    participant.left_on = local_day(at) if status is ParticipantStatus.LEFT else None
    _changed(participant, "participant.moved", by, at, store, status=status.value)
    _draw_or_forget(participant, at, store)
    return participant


def set_objection(
    *, participant_id: str, objects: bool, version: int, by: Actor, at: datetime, store: Store
) -> Participant:
    """Note whether a participant objects to drawn lists; searching by hand stays as it is."""
    participant = _to_change(participant_id, version, by, store)
    participant.objects_to_matching = objects
    _changed(participant, "participant.objection_set", by, at, store, objects=objects)
    _draw_or_forget(participant, at, store)
    return participant


def _asked(of: Caseload, by: Actor) -> tuple[str | None, Sequence[str]]:
    match of:
        case Caseload.OWN:
            check(by, Permission.PARTICIPANTS_READ_OWN)
            return by.user_id, ()
        case Caseload.TEAM:
            check(by, Permission.PARTICIPANTS_READ_TEAM)
            return None, by.team_ids


def _to_change(participant_id: str, version: int, by: Actor, store: Store) -> Participant:
    participant = store.participants.locked(participant_id)
    check_can_write_participant(by, participant)
    if participant.version != version:
        raise Stale("Somebody has changed this participant since.", version=participant.version)
    return participant


def _changed(
    participant: Participant,
    action: str,
    by: Actor,
    at: datetime,
    store: Store,
    **detail: str | int | bool | list[str] | None,
) -> Participant:
    participant.version += 1
    record(store, action, by=by, at=at, of=("participant", participant.id), version=participant.version, **detail)
    return participant


def _draw_or_forget(participant: Participant, at: datetime, store: Store) -> None:
    """Whoever is to have lists gets a fresh standing; of whoever is not, nothing is kept up."""
    supported = participant.status in (ParticipantStatus.ACTIVE, ParticipantStatus.PAUSED)
    if supported and not participant.objects_to_matching:
        if participant.profile_version:
            profile_changed(store, participant, at)
    else:
        store.participants.forget_standing(participant.id)


def _check_details(details: ParticipantDetails, at: datetime) -> None:
    problems = []
    if details.entered_on > local_day(at):
        problems.append(Problem(Where(field="entered_on"), "cannot be in the future"))
    if len(set(details.communication)) != len(details.communication):
        problems.append(Problem(Where(field="communication"), "holds something twice"))
    if problems:
        raise Invalid(problems)


def _specialist(user_id: str, store: Store) -> User:
    problem = Invalid([Problem(Where(field="specialist_id"), "should name a specialist who works here")])
    try:
        user = store.users.get(user_id)
    except NotFound:
        raise problem from None
    if not _supports(user):
        raise problem
    return user


def _supports(user: User) -> bool:
    """Whether a user works here and may have a caseload."""
    may = permissions_of([Role(role) for role in user.roles])
    return user.disabled_at is None and Permission.PARTICIPANTS_WRITE_OWN in may


def _possible_teams(specialist: User, by: Actor) -> list[str]:
    """The teams in which the asker may have somebody supported by a specialist."""
    return [each for each in specialist.team_ids if specialist.id == by.user_id or each in by.team_ids]


def _team_of(specialist: User, team_id: str | None, by: Actor) -> str | None:
    """The team in which a participant is supported: one of the specialist's, and for a leader one of their own."""
    possible = _possible_teams(specialist, by)
    if team_id is not None:
        if team_id not in possible:
            raise Invalid([Problem(Where(field="team_id"), "should be a team of the specialist and of yours")])
        return team_id
    if len(possible) > 1:
        raise Invalid([Problem(Where(field="team_id"), "should say which of the specialist's teams")])
    if not possible and specialist.id != by.user_id:
        raise Invalid([Problem(Where(field="specialist_id"), "should name a specialist of your teams")])
    return possible[0] if possible else None
