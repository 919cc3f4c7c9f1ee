"""Roles written straight into a test database, as logging and changing them would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from matching.actions.index import LivePools, publish
from matching.interchange.writing import shortlist_json
from matching.model.people import ParticipantStatus
from matching.model.shortlist import Shortlist
from matching.model.vacancy import VacancySource, VacancyStatus, Visibility, normalised_employer
from matching.store import Store, new_id
from matching.store.tables import Employer, Participant, ProfileVersion, VacancyRow, VacancyVersion
from tests.builders import AS_OF, profile_of
from tests.service import START


def role(ref: str, **facts: Any) -> dict[str, Any]:
    """A role as it stands in files."""
    return {"vacancy_ref": ref, "title": f"Assistant {ref}", "employer": "Hazel Bakery", **facts}


def log(
    store: Store,
    document: Mapping[str, Any],
    *,
    at: datetime = START,
    visibility: Visibility = Visibility.ORGANISATION,
    owner_id: str = "user-ana",
    team_id: str | None = "team-a",
) -> VacancyRow:
    """Write a role's first version and publish it."""
    name = document["employer"]
    employer = store.employers.named(name)
    if employer is None:
        employer = Employer(
            id=new_id(at), name=name, key=normalised_employer(name), created_by=owner_id, created_at=at, version=1
        )
        store.employers.add(employer)
    vacancy = VacancyRow(
        id=f"vac-{document['vacancy_ref']}",
        ref=document["vacancy_ref"],
        employer_id=employer.id,
        title=document["title"],
        source=VacancySource.UNADVERTISED,
        status=VacancyStatus.OPEN,
        visibility=visibility,
        owner_id=owner_id,
        team_id=team_id,
        confirmed_at=at,
        carved_from=[],
        created_by=owner_id,
        created_at=at,
        version=0,
    )
    store.vacancies.add(vacancy)
    write(store, vacancy, document, at=at)
    return vacancy


def write(store: Store, vacancy: VacancyRow, document: Mapping[str, Any], *, at: datetime = START) -> VacancyVersion:
    """Write another version of a role and publish it."""
    vacancy.version += 1
    version = VacancyVersion(
        id=new_id(at),
        vacancy_id=vacancy.id,
        version=vacancy.version,
        document=dict(document),
        derived_fields=[],
        because="logged" if vacancy.version == 1 else "changed",
        written_by="user-ana",
        written_at=at,
    )
    store.vacancies.add(version)
    publish(store, vacancy, version, at)
    return version


def rewrite(store: Store, ref: str, document: Mapping[str, Any], *, at: datetime = START) -> VacancyVersion:
    """The same for a role that is found by its reference."""
    vacancy = store.session.get_one(VacancyRow, f"vac-{ref}", with_for_update=True, populate_existing=True)
    return write(store, vacancy, document, at=at)


def take_on(store: Store, ref: str, *, at: datetime = START, **said: Any) -> Participant:
    """Write a participant with a profile, and no job for it."""
    participant = Participant(
        id=f"par-{ref}",
        ref=ref,
        name="Invented",
        specialist_id="user-ana",
        team_id="team-a",
        status=ParticipantStatus.ACTIVE,
        entered_on=AS_OF,
        created_at=at,
        profile_version=1,
    )
    store.participants.add(participant)
    store.participants.add(
        ProfileVersion(
            id=new_id(at),
            participant_id=participant.id,
            version=1,
            document=said,
            statements={},
            written_by="user-ana",
            written_at=at,
        )
    )
    return participant


def drawn(pools: LivePools, store: Store, **said: Any) -> Shortlist:
    """A whole list from the live pool, whose words must have been encoded."""
    profile = profile_of({"participant_ref": "P-1", **said})
    snapshot = pools.current(store)
    assert pools.missing(store, snapshot.shortlister.texts_of(profile)) == []
    (shortlist,) = snapshot.shortlister.shortlists([profile], as_of=AS_OF, limit=None)
    return shortlist


def as_json(shortlist: Shortlist) -> dict[str, Any]:
    """A list as it is stored."""
    return shortlist_json(shortlist, reads_profile=True)
