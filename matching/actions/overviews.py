"""What stands on a participant's first page: how long nothing was done for them, and what would help next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from matching.actions.alerts import AlertView
from matching.actions.days import local_day
from matching.actions.participants import read_participant
from matching.model.finding import Asked
from matching.model.people import Actor
from matching.permissions import can_see_vacancy
from matching.store import Store
from matching.store.participants import Waiting
from matching.store.tables import Contact, Employer, Participant, PlacementRow, ShortlistRow

#: As many questions as one conversation bears.
MOST_QUESTIONS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Where somebody stands; nothing of it is a judgement of them."""

    participant: Participant
    waiting: Waiting
    specialist: str | None
    team: str | None
    latest: ShortlistRow | None
    questions: tuple[str, ...]  # to ask the person, the one that would change most on their list first
    alerts: tuple[AlertView, ...]
    planned: tuple[tuple[Contact, Employer], ...]
    jobs: tuple[tuple[PlacementRow, Employer], ...]

    @property
    def is_out_of_date(self) -> bool:
        """Whether the profile has changed since the latest list was drawn."""
        return self.latest is not None and self.latest.profile_version < self.participant.profile_version


def read_overview(*, participant_id: str, by: Actor, at: datetime, store: Store) -> Overview:
    """Put together what stands on a participant's first page, for those who may read what is held on them."""
    participant = read_participant(participant_id=participant_id, by=by, at=at, store=store)
    specialist = store.users.find(participant.specialist_id) if participant.specialist_id else None
    latest = next(iter(store.shortlists.latest([participant.id])), None)
    current = latest is not None and latest.profile_version == participant.profile_version
    planned = store.contacts.planned_for(participant.id, on=local_day(at))
    jobs = store.placements.running(participant.id)
    employers = store.shortlists.employers({each.employer_id for each in planned} | {each.employer_id for each in jobs})
    return Overview(
        participant=participant,
        waiting=store.participants.waiting(participant),
        specialist=specialist.name if specialist is not None else None,
        team=store.organisations.team_names().get(participant.team_id or ""),
        latest=latest,
        questions=_questions(latest, by, store) if latest is not None and current else (),
        alerts=_alerts(participant, by, store),
        planned=tuple((each, employers[each.employer_id]) for each in planned),
        jobs=tuple((each, employers[each.employer_id]) for each in jobs),
    )


def _questions(latest: ShortlistRow, by: Actor, store: Store) -> tuple[str, ...]:
    """What to ask the person, from the roles that stand on their latest list and that the asker may see."""
    standing = {entry.vacancy_ref: entry.vacancy_id for entry in store.shortlists.standing_entries([latest.id])}
    told = {each.id for each in store.vacancies.some(standing.values()) if can_see_vacancy(by, each)}
    drawn: Sequence[Mapping[str, Any]] = orjson.loads(latest.entries)
    worth: dict[str, float] = {}
    for entry in drawn:
        if standing.get(entry["vacancy_ref"]) in told:
            for question in entry["questions"]:
                if question["of"] == Asked.PARTICIPANT:
                    worth[question["ask"]] = max(worth.get(question["ask"], 0.0), question["worth"])
    return tuple(sorted(worth, key=lambda ask: (-worth[ask], ask))[:MOST_QUESTIONS])


def _alerts(participant: Participant, by: Actor, store: Store) -> tuple[AlertView, ...]:
    alerts = store.alerts.unseen_of(participant.id)
    vacancies = {each.id: each for each in store.vacancies.some({alert.vacancy_id for alert in alerts})}
    return tuple(
        AlertView(alert=alert, vacancy=vacancies[alert.vacancy_id])
        for alert in alerts
        if can_see_vacancy(by, vacancies[alert.vacancy_id])
    )
