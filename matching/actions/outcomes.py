"""Keep what jobs have reached in step with what is known of them: stored when reached, taken back when corrected."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from matching.actions.days import local_day
from matching.actions.events import record
from matching.errors import NotFound
from matching.model.people import Actor
from matching.model.placement import CheckIn, Earnings, Outcome, OutcomeKind, OutcomeState, Placement
from matching.outcomes import outcomes_of
from matching.permissions import check_can_read_participant
from matching.policy import OutcomePolicy, outcome_policy
from matching.store import Store, new_id
from matching.store.tables import EarningsRow, OutcomeRow, PlacementRow

_THRESHOLDS = frozenset({OutcomeKind.LOWER_THRESHOLD, OutcomeKind.HIGHER_THRESHOLD})


def read_outcomes(*, participant_id: str, by: Actor, at: datetime, store: Store) -> tuple[Outcome, ...]:
    """What a participant's jobs have reached, what not yet and what is missing, as of today."""
    participant = store.participants.locked(participant_id)
    check_can_read_participant(by, participant)
    outcomes = renew_outcomes(participant_id=participant.id, by=by, at=at, store=store)
    record(store, "outcomes.read", by=by, at=at, of=("participant", participant.id))
    return outcomes


def renew_outcomes(*, participant_id: str, by: Actor, at: datetime, store: Store) -> tuple[Outcome, ...]:
    """Compute a participant's outcomes again and store what is reached; the same twice changes nothing.

    The participant must be locked, since outcomes look at all jobs of a person.
    """
    rows = store.placements.of_participant(participant_id)
    policy = _policy_on(rows[0].started_on) if rows else None
    outcomes = current_outcomes(rows=rows, on=local_day(at), policy=policy, store=store)
    reached = {(each.placement_id, each.kind): each for each in outcomes if each.state is OutcomeState.REACHED}
    stored = {(row.placement_id, row.kind): row for row in store.placements.outcomes(participant_id)}
    for key in stored.keys() - reached.keys():
        store.placements.remove_outcome(stored[key])
        _record(store, "outcome.taken_back", key, participant_id=participant_id, by=by, at=at)
    for key, outcome in reached.items():
        told = _told(outcome, policy)
        row = stored.get(key)
        if row is None:
            store.placements.add(
                OutcomeRow(
                    id=new_id(at), participant_id=participant_id, placement_id=key[0], kind=key[1], at=at, **told
                )
            )
            _record(store, "outcome.reached", key, participant_id=participant_id, by=by, at=at)
        elif told != {name: getattr(row, name) for name in told}:
            row.reached_on, row.verified, row.policy, row.at = told["reached_on"], told["verified"], told["policy"], at
            _record(store, "outcome.changed", key, participant_id=participant_id, by=by, at=at)
    return outcomes


def current_outcomes(
    *, rows: list[PlacementRow], on: date, policy: OutcomePolicy | None, store: Store
) -> tuple[Outcome, ...]:
    """The outcomes of one person's jobs as of a day."""
    ids = [row.id for row in rows]
    check_ins: dict[str, list[CheckIn]] = {placement_id: [] for placement_id in ids}
    for check_in in store.placements.check_ins(ids):
        check_ins[check_in.placement_id].append(CheckIn(on=check_in.on, still_in_work=check_in.still_in_work))
    return outcomes_of(
        placements=[
            Placement(
                placement_id=row.id,
                started_on=row.started_on,
                ended_on=row.ended_on,
                check_ins=tuple(check_ins[row.id]),
            )
            for row in rows
        ],
        earnings=[_earnings(row) for row in store.placements.earnings(ids)],
        on=on,
        policy=policy,
    )


def _earnings(row: EarningsRow) -> Earnings:
    return Earnings(
        placement_id=row.placement_id,
        from_on=row.from_on,
        to_on=row.to_on,
        gross_pence=row.gross_pence,
        source=row.source,
        verified=row.verified,
    )


def _policy_on(day: date) -> OutcomePolicy | None:
    """The policy at the first start: a later one does not take back what the earlier one counted."""
    try:
        return outcome_policy(on=day)
    except NotFound:
        return None


def _told(outcome: Outcome, policy: OutcomePolicy | None) -> dict[str, Any]:
    counted_by: dict[str, Any] = {}
    if outcome.kind in _THRESHOLDS and policy is not None:
        counted_by = {
            "scheme": policy.scheme,
            "version": policy.version,
            "rate_rule": policy.rate_rule,
            "needed_pence": outcome.needed_pence,
        }
    elif policy is not None:
        counted_by = {"scheme": policy.scheme, "version": policy.version}
    return {"reached_on": outcome.reached_on, "verified": outcome.verified, "policy": counted_by}


def _record(
    store: Store, action: str, key: tuple[str, OutcomeKind], *, participant_id: str, by: Actor, at: datetime
) -> None:
    record(store, action, by=by, at=at, of=("participant", participant_id), placement=key[0], kind=key[1].value)
