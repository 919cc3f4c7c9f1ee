"""What a night run drew, kept: lists, standings and alerts of a batch in one transaction, once however often it comes.

A list is kept once a day for the same profile, viewer, method and pool. Over a changed pool it is kept again only if it
reads differently.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from matching.actions.alerts import is_matched, tell_of
from matching.actions.events import record
from matching.actions.jobs import SERVICE, reason_of
from matching.actions.night_drawing import DrawnBatch, Moves, NightDrawn
from matching.model.people import Actor
from matching.store import Database, Store, new_id
from matching.store.ids import id_after
from matching.store.nights import NightList, Nights
from matching.store.tables import Participant, ShortlistRow, StandingRow

_log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Outcome:
    """What a run has done so far: ids, codes and counts alone."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    moves: dict[str, Moves] = field(default_factory=dict)


def keep_batch(
    batch: DrawnBatch,
    outcome: Outcome,
    *,
    as_of: date,
    method: Mapping[str, Any],
    by: Actor,
    at: datetime,
    database: Database,
) -> None:
    """Keep a batch in one transaction; where that goes wrong, everybody in one of their own."""
    outcome.failed.update(batch.failed)
    outcome.counts["unread"] += len(batch.unread)
    try:
        _keep(batch.drawn, outcome, as_of=as_of, method=method, by=by, at=at, database=database)
    except Exception as error:
        _log.error("a batch could not be kept at once", extra={"reason": reason_of(error)})
        for each in batch.drawn:
            try:
                _keep([each], outcome, as_of=as_of, method=method, by=by, at=at, database=database)
            except Exception as alone:
                outcome.failed[each.participant_id] = reason_of(alone)


def _keep(
    drawn: Sequence[NightDrawn],
    outcome: Outcome,
    *,
    as_of: date,
    method: Mapping[str, Any],
    by: Actor,
    at: datetime,
    database: Database,
) -> None:
    """One transaction; `outcome` is changed once it is committed."""
    done = Outcome()
    with database.writing(by.organisation_id) as store:
        # Whoever writes for an organisation writes alone, so nobody need be locked one by one.
        people = store.participants.with_ids([each.participant_id for each in drawn])
        present = [each for each in drawn if _is_as_drawn(people.get(each.participant_id), each)]
        done.counts["moved on"] += len(drawn) - len(present)
        _keep_lists(present, done, as_of=as_of, method=method, by=by, at=at, store=store)
        _keep_standings(present, people, done, by=by, at=at, store=store)
    outcome.counts.update(done.counts)
    outcome.moves.update(done.moves)


def _is_as_drawn(person: Participant | None, drawn: NightDrawn) -> bool:
    """Whether somebody is still matched, from the same profile and for the same specialist."""
    return (
        person is not None
        and is_matched(person)
        and person.profile_version == drawn.profile_version
        and person.specialist_id == drawn.viewer.user_id
    )


def is_same_list(kept: NightList, *, profile_version: int, viewer: tuple[str, tuple[str, ...]], method: Any) -> bool:
    """Whether a list was drawn for the same profile, through the same eyes, by the same method."""
    return kept.profile_version == profile_version and kept.viewer == viewer and kept.method == method


def _keep_lists(
    drawn: Sequence[NightDrawn],
    done: Outcome,
    *,
    as_of: date,
    method: Mapping[str, Any],
    by: Actor,
    at: datetime,
    store: Store,
) -> None:
    nights = Nights(store)
    ids = [each.participant_id for each in drawn]
    tonight = {
        participant_id: same[-1]
        for participant_id, lists in nights.lists(ids, up_to=as_of, drawn_by=SERVICE).items()
        if (same := [each for each in lists if each.as_of == as_of])
    }
    entries_before = nights.entries_of([each.id for each in tonight.values()])
    last = nights.last_ids(ids)
    rows: list[ShortlistRow] = []
    entries: list[dict[str, Any]] = []
    for each in drawn:
        earlier = tonight.get(each.participant_id)
        viewer = (each.viewer.user_id, each.viewer.team_ids)
        if (
            earlier is not None
            and is_same_list(earlier, profile_version=each.profile_version, viewer=viewer, method=dict(method))
            and (earlier.pool_mark >= each.pool_mark or entries_before[earlier.id] == each.entries)
        ):
            done.counts["kept before"] += 1
            continue
        row = _row(each, as_of=as_of, method=method, last=last.get(each.participant_id), at=at)
        rows.append(row)
        entries += _entries_of(each, row, at)
        done.counts["lists"] += 1
        if each.moves is None:
            done.counts["first lists"] += 1
        elif each.moves != Moves():
            done.moves[each.participant_id] = each.moves
        record(
            store,
            "shortlist.drawn",
            by=by,
            at=at,
            of=("participant", each.participant_id),
            shortlist=row.id,
            profile_version=each.profile_version,
            pool_mark=each.pool_mark,
            **each.counts,
            entries=len(each.places),
        )
    store.session.add_all(rows)
    store.session.flush()
    nights.add_entries(entries)


def _row(drawn: NightDrawn, *, as_of: date, method: Mapping[str, Any], last: str | None, at: datetime) -> ShortlistRow:
    return ShortlistRow(
        id=id_after(last, at),
        participant_id=drawn.participant_id,
        document_id=drawn.document_id,
        profile_version=drawn.profile_version,
        as_of=as_of,
        pool_mark=drawn.pool_mark,
        viewer_id=drawn.viewer.user_id,
        viewer_team_ids=list(drawn.viewer.team_ids),
        method=dict(method),
        counts=dict(drawn.counts),
        entries=drawn.entries,
        drawn_by=SERVICE,
        drawn_at=at,
        version=1,
    )


def _entries_of(drawn: NightDrawn, row: ShortlistRow, at: datetime) -> list[dict[str, Any]]:
    """The places of a list as columns: ten of each list are most of the rows of a night."""
    return [
        {
            "id": new_id(at),
            "shortlist_id": row.id,
            "vacancy_id": vacancy_id,
            "vacancy_ref": ref,
            "position": position,
            "place": position,
        }
        for position, vacancy_id, ref in drawn.places
    ]


def _keep_standings(
    drawn: Sequence[NightDrawn],
    people: Mapping[str, Participant],
    done: Outcome,
    *,
    by: Actor,
    at: datetime,
    store: Store,
) -> None:
    """Keep standings unless newer ones were kept meanwhile, and tell of what entered, each role once."""
    kept = store.alerts.standings([each.participant_id for each in drawn])
    taken = []
    for each in drawn:
        row, before = StandingRow(**each.standing), kept.get(each.participant_id)
        if before is not None and (before.pool_mark, before.as_of) > (row.pool_mark, row.as_of):
            continue
        taken.append((each, row))
    Nights(store).put_standings([row for _, row in taken])
    for each, _ in taken:
        told = store.alerts.told(each.participant_id) if each.alerts else set()
        for vacancy_id, place, because in each.alerts:
            if vacancy_id not in told:
                tell_of(people[each.participant_id], vacancy_id, place, because, by=by, at=at, store=store)
                done.counts["alerts"] += 1
