"""Participants: taken on, read, changed, exported, erased; their caseload."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field, StringConstraints
from starlette.background import BackgroundTask

from api.dependencies import Cursor, Id, IfMatch, Now, Reading, SignedIn, TheRunning, Writing, answer, page_json, today
from api.routes.shapes import Answer, IdText, Shape, Short
from api.transaction import RecordedRoute
from matching.actions import participants as actions
from matching.actions.erasure import erase_participant, wipe_log
from matching.actions.participants import (
    FULL_FIDELITY_CASELOAD,
    LARGEST_CASELOAD,
    Caseload,
    ParticipantDetails,
    caseload_sentence,
)
from matching.actions.subject_access import export_participant
from matching.model.people import Communication, ParticipantRoute, ParticipantStatus, SupportModel
from matching.permissions import can_read_safety, can_write_participant
from matching.store.participants import days_between
from matching.store.tables import Participant

router = APIRouter(prefix="/v1/participants", tags=["participants"], route_class=RecordedRoute)

Ref = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")]


class DetailsSent(Shape):
    """What is said of a participant besides the profile."""

    name: Short | None = None
    route: ParticipantRoute | None = None
    model: SupportModel | None = None
    communication: list[Communication] = Field(default_factory=list, max_length=len(Communication))
    entered_on: date

    def details(self) -> ParticipantDetails:
        """The same for the domain."""
        return ParticipantDetails(
            name=self.name,
            route=self.route,
            model=self.model,
            communication=tuple(self.communication),
            entered_on=self.entered_on,
        )


class ParticipantSent(DetailsSent):
    """A participant to take on; on the asker's own caseload unless a leader names another specialist."""

    ref: Ref
    specialist_id: IdText | None = None
    team_id: IdText | None = None


class ReassignmentSent(Shape):
    """The specialist who takes over, and the team if they are in several."""

    specialist_id: IdText
    team_id: IdText | None = None


class StatusSent(Shape):
    """Where support stands now."""

    status: Annotated[ParticipantStatus, Field(description="`active`, `paused` or `left`.")]


class ObjectionSent(Shape):
    """Whether the participant objects to drawn lists."""

    objects: bool


class ParticipantAnswer(Answer):
    """A participant."""

    id: str
    ref: str
    name: str | None
    specialist_id: str | None
    team_id: str | None
    route: ParticipantRoute | None
    model: SupportModel | None
    status: ParticipantStatus
    communication: list[Communication]
    entered_on: date
    left_on: date | None
    objects_to_matching: bool
    profile_version: int
    last_opportunity_on: date | None
    version: int
    may_change: bool
    shows_safety: bool


class WaitingAnswer(Answer):
    """A participant on a caseload, with how long nothing was done for them."""

    participant: ParticipantAnswer
    last_contact_on: date | None
    waiting_since: date
    days_waiting: int


class CaseloadPage(Answer):
    """Some participants, the one who has waited longest first."""

    items: list[WaitingAnswer]
    next_cursor: str | None


class CaseloadCountAnswer(Answer):
    """How many one specialist supports now."""

    specialist_id: str
    active: int
    paused: int
    seqf: int
    full_fidelity: int
    most: int
    sentence: str


class CaseloadCountsAnswer(Answer):
    """How many each specialist supports now."""

    items: list[CaseloadCountAnswer]


class ErasedAnswer(Answer):
    """That a participant is erased, and since when."""

    id: str
    erased_at: datetime


class ExportAnswer(Answer):
    """All that is held on a participant, by kind."""

    exported_at: datetime
    participant: dict[str, Any]
    profile_versions: list[dict[str, Any]]
    profile_drafts: list[dict[str, Any]]
    consents: list[dict[str, Any]]
    shortlists: list[dict[str, Any]]
    entries: list[dict[str, Any]]
    entry_changes: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    alerts: list[dict[str, Any]]
    standings: list[dict[str, Any]]
    contacts: list[dict[str, Any]]
    tasters: list[dict[str, Any]]
    placements: list[dict[str, Any]]
    check_ins: list[dict[str, Any]]
    earnings: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    audit: list[dict[str, Any]]


@router.post("", status_code=201, response_model=ParticipantAnswer)
def take_on(sent: ParticipantSent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Take a participant on."""
    participant = actions.take_on(
        ref=sent.ref,
        details=sent.details(),
        specialist_id=sent.specialist_id,
        team_id=sent.team_id,
        by=by,
        at=at,
        store=store,
    )
    return _answer(participant, by, status=201, location=f"/v1/participants/{participant.id}")


@router.get("", response_model=CaseloadPage)
def caseload(
    by: SignedIn,
    at: Now,
    store: Writing,
    page: Cursor,
    of: Annotated[Caseload, Query(description="Whose participants.")] = Caseload.OWN,
    status: Annotated[
        list[ParticipantStatus] | None, Query(max_length=4, description="Active and paused ones.")
    ] = None,
) -> Response:
    """List participants by how long each has gone without an opportunity or a contact."""
    statuses = tuple(status) if status else (ParticipantStatus.ACTIVE, ParticipantStatus.PAUSED)
    found = actions.caseload(of=of, statuses=statuses, after=page.after, limit=page.limit, by=by, at=at, store=store)
    items = [
        {
            "participant": _json(each.participant, by),
            "last_contact_on": each.last_contact_on,
            "waiting_since": each.waiting_since,
            "days_waiting": days_between(each.waiting_since, today(at)),
        }
        for each in found.items
    ]
    return answer(page_json(found, items))


@router.get("/caseloads", response_model=CaseloadCountsAnswer)
def caseloads(
    by: SignedIn, store: Reading, of: Annotated[Caseload, Query(description="Whose caseloads.")] = Caseload.OWN
) -> Response:
    """Count each specialist's participants against 20 and 25."""
    items = [
        {
            "specialist_id": count.specialist_id,
            "active": count.active,
            "paused": count.paused,
            "seqf": count.seqf,
            "full_fidelity": FULL_FIDELITY_CASELOAD,
            "most": LARGEST_CASELOAD,
            "sentence": caseload_sentence(count),
        }
        for count in actions.caseload_counts(of=of, by=by, store=store)
    ]
    return answer({"items": items})


@router.get("/{participant_id}", response_model=ParticipantAnswer)
def show(participant_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """Read a participant."""
    return _answer(actions.read_participant(participant_id=participant_id, by=by, at=at, store=store), by)


@router.put("/{participant_id}", response_model=ParticipantAnswer)
def change(participant_id: Id, sent: DetailsSent, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Change what is said of a participant besides the profile."""
    participant = actions.change_participant(
        participant_id=participant_id, details=sent.details(), version=version, by=by, at=at, store=store
    )
    return _answer(participant, by)


@router.delete("/{participant_id}", response_model=ErasedAnswer)
def erase(participant_id: Id, by: SignedIn, at: Now, store: Writing, running: TheRunning) -> Response:
    """Erase a participant for good; only codes, days and counts stay."""
    participant = erase_participant(participant_id=participant_id, by=by, at=at, store=store)
    answered = answer({"id": participant.id, "erased_at": participant.erased_at})
    # After the commit: what was replaced must not stay in the log of the database.
    answered.background = BackgroundTask(wipe_log, running.database)
    return answered


@router.put("/{participant_id}/specialist", response_model=ParticipantAnswer)
def reassign(
    participant_id: Id, sent: ReassignmentSent, version: IfMatch, by: SignedIn, at: Now, store: Writing
) -> Response:
    """Give a participant to another specialist."""
    participant = actions.reassign(
        participant_id=participant_id,
        specialist_id=sent.specialist_id,
        team_id=sent.team_id,
        version=version,
        by=by,
        at=at,
        store=store,
    )
    return _answer(participant, by)


@router.put("/{participant_id}/status", response_model=ParticipantAnswer)
def move_to_status(
    participant_id: Id, sent: StatusSent, version: IfMatch, by: SignedIn, at: Now, store: Writing
) -> Response:
    """Pause support, note that a participant left, or take them back."""
    participant = actions.move_to_status(
        participant_id=participant_id, status=sent.status, version=version, by=by, at=at, store=store
    )
    return _answer(participant, by)


@router.put("/{participant_id}/objection", response_model=ParticipantAnswer)
def set_objection(
    participant_id: Id, sent: ObjectionSent, version: IfMatch, by: SignedIn, at: Now, store: Writing
) -> Response:
    """Note whether a participant objects to drawn lists; searching by hand stays."""
    participant = actions.set_objection(
        participant_id=participant_id, objects=sent.objects, version=version, by=by, at=at, store=store
    )
    return _answer(participant, by)


@router.get("/{participant_id}/export", response_model=ExportAnswer)
def export(participant_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """Export all that is held on a participant."""
    held = export_participant(participant_id=participant_id, by=by, at=at, store=store)
    answered = answer(held)
    answered.headers["Content-Disposition"] = f'attachment; filename="participant-{participant_id}.json"'
    return answered


def _answer(participant: Participant, by: SignedIn, *, status: int = 200, location: str | None = None) -> Response:
    return answer(_json(participant, by), status=status, version=participant.version, location=location)


def _json(participant: Participant, by: SignedIn) -> dict[str, object]:
    return {
        "id": participant.id,
        "ref": participant.ref,
        "name": participant.name,
        "specialist_id": participant.specialist_id,
        "team_id": participant.team_id,
        "route": participant.route,
        "model": participant.model,
        "status": participant.status,
        "communication": participant.communication,
        "entered_on": participant.entered_on,
        "left_on": participant.left_on,
        "objects_to_matching": participant.objects_to_matching,
        "profile_version": participant.profile_version,
        "last_opportunity_on": participant.last_opportunity_on,
        "version": participant.version,
        "may_change": can_write_participant(by, participant),
        "shows_safety": can_read_safety(by, participant),
    }
