"""What every list is drawn from: whose it is, through whose eyes it is seen, and the pool as it stood."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import orjson

from matching.actions.index import LivePools, texts_of_profile
from matching.actions.profile_changes import SAFETY, joined
from matching.errors import Conflict, Where
from matching.explaining import Drawn, findings_of
from matching.fit import constraint_parts
from matching.fit.part import Mask, Setting, judge
from matching.interchange import read_profile
from matching.interchange.writing import shortlist_json
from matching.means import Means
from matching.model.finding import Finding
from matching.model.people import Actor, ParticipantStatus, Permission
from matching.model.profile import VocationalProfile
from matching.model.shortlist import Shortlist, ShortlistEntry
from matching.pool import VacancyPool
from matching.snapshots import Snapshot
from matching.store import Store
from matching.store.tables import Participant, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Through whose eyes a list is drawn: unadvertised roles show to those to whom they were told."""

    user_id: str
    team_ids: tuple[str, ...]

    def sees(self, snapshot: Snapshot) -> Mask:
        """Which rows of a pool the viewer may see."""
        return snapshot.visible_to(user_id=self.user_id, team_ids=self.team_ids)


def viewer_of(by: Actor) -> Viewer:
    """Whoever asks, as a viewer."""
    return Viewer(user_id=by.user_id, team_ids=tuple(by.team_ids))


def viewer_of_user(user: User) -> Viewer:
    """A specialist, as a viewer."""
    return Viewer(user_id=user.id, team_ids=tuple(user.team_ids))


def sight_of(by: Actor, snapshot: Snapshot) -> Mask:
    """Which rows of the present pool somebody may see; nothing for who reads no vacancies."""
    mask = viewer_of(by).sees(snapshot)
    return mask if by.can(Permission.VACANCIES_READ) else mask & False


def check_may_be_matched(participant: Participant) -> None:
    """Refuse to match whoever objects, is no longer supported, or of whom nothing is written."""
    if participant.objects_to_matching:
        raise Conflict("This participant objects to matching. Look through the vacancies together instead.")
    if participant.status not in (ParticipantStatus.ACTIVE, ParticipantStatus.PAUSED):
        raise Conflict("This participant is no longer supported.")
    if participant.profile_version == 0:
        raise Conflict("Nothing is written in this profile yet. Three facts are enough for a first list.")


def scope_of(by: Actor) -> tuple[str | None, tuple[str, ...]]:
    """Whose participants the asker may read: their own caseload, and the teams that they lead."""
    own = by.user_id if by.can(Permission.PARTICIPANTS_READ_OWN) else None
    return own, tuple(by.team_ids) if by.can(Permission.PARTICIPANTS_READ_TEAM) else ()


def matched_participants(by: Actor, store: Store) -> list[Participant]:
    """The participants whom the asker may read and whom lists are drawn for."""
    specialist_id, team_ids = scope_of(by)
    return store.alerts.matched(specialist_id=specialist_id, team_ids=team_ids)


def profiles_of(store: Store, participants: Collection[Participant]) -> dict[str, VocationalProfile]:
    """The present profiles of many participants as the matcher reads them, by their ids."""
    found = {}
    documents = store.alerts.documents(participants)
    for participant in participants:
        if participant.id not in documents:
            continue  # it was written anew, or emptied, since the participant was read
        row, kept = documents[participant.id]
        safety = {field: getattr(kept, column) if kept is not None else [] for field, column in SAFETY.items()}
        found[participant.id] = read_profile(joined(row.document, safety, ref=participant.ref), Where())
    return found


def texts_missing(store: Store, pools: LivePools, profiles: Iterable[VocationalProfile]) -> list[str]:
    """The texts of some profiles that nobody has encoded yet; what others have encoded is taken in."""
    return pools.missing(store, [text for each in profiles for text in texts_of_profile(each, pools.means)])


def entries_json(entries: Iterable[ShortlistEntry], drawn: Drawn) -> list[dict[str, Any]]:
    """Entries as the interchange format has them, with everything that their own specialist reads."""
    alone = Shortlist(
        shortlist_id="",
        participant_ref="",
        profile_version=drawn.profile_version,
        as_of=drawn.as_of,
        method=drawn.method,
        counts=drawn.counts,
        entries=tuple(entries),
        negotiate=(),
        excluded=(),
    )
    written: list[dict[str, Any]] = shortlist_json(alone, reads_profile=True)["entries"]
    return written


def as_bytes(written: Any) -> bytes:
    """JSON as lists are stored and sent: always the same bytes for the same list."""
    return orjson.dumps(written)


def constraint_findings(
    profile: VocationalProfile, pool: VacancyPool, row: int, *, means: Means, as_of: date
) -> tuple[Finding, ...]:
    """What the constraints say of one role for one person; no meaning of words takes part."""
    setting = Setting(
        catalogue=means.catalogue, sectors=means.sectors, as_of=as_of, figures=means.scorer.weights.figures
    )
    jobs = pool.jobs(np.array([row], np.int64))
    judged = [judge(part, jobs) for part in constraint_parts(profile, setting, pool)]
    return findings_of(judged, 0, pool.vacancies[row], jobs)
