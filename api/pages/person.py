"""Whose page it is: what stands on top of everything that is done for one participant, their own words first."""

from __future__ import annotations

from dataclasses import dataclass

from api.pages.visit import SignedInVisit
from matching.actions.participants import read_participant
from matching.actions.profiles import open_profile
from matching.model.people import ParticipantStatus
from matching.permissions import can_write_participant
from matching.store.tables import Participant

_PLACES = (
    ("", "Overview"),
    ("/profile", "Profile"),
    ("/lists", "Shortlists"),
    ("/contacts", "Employer contacts"),
    ("/consents", "What employers may know"),
    ("/jobs", "Jobs and tasters"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A participant as their pages begin."""

    row: Participant
    goal: str | None
    may_write: bool
    path: str

    @property
    def id(self) -> str:
        """The id, as addresses hold it."""
        return self.row.id

    @property
    def name(self) -> str:
        """The name, or the reference where no name is held."""
        return self.row.name or self.row.ref

    @property
    def is_active(self) -> bool:
        """Whether the person is being supported now."""
        return self.row.status == ParticipantStatus.ACTIVE

    @property
    def places(self) -> list[dict[str, object]]:
        """The pages of this person; the one that is shown is marked."""
        base = f"/participants/{self.id}"
        return [
            {
                "href": base + end,
                "text": text,
                "current": self.path == base + end or bool(end and self.path.startswith(f"{base}{end}/")),
            }
            for end, text in _PLACES
        ]


def person_of(visit: SignedInVisit, participant_id: str) -> Person:
    """The participant, for those who may read what is held on them; that they looked is noted."""
    row = read_participant(participant_id=participant_id, by=visit.by, at=visit.at, store=visit.writing)
    return person_from(visit, row)


def person_from(visit: SignedInVisit, row: Participant) -> Person:
    """The same for a participant who has been read already."""
    profile = open_profile(visit.work.reading, row)
    return Person(
        row=row,
        goal=profile.goal.own_words if profile is not None else None,
        may_write=can_write_participant(visit.by, row),
        path=visit.path,
    )
