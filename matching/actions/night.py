"""The night run: everybody's list drawn up again, what changed since the last night, alerts, and proposals.

A run goes on where the one before it stopped: a list that stands for the day, the profile, the specialist, the method
and the pool is not drawn again. Lists are drawn through any executor; whoever runs the night writes them down.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from matching.actions.alerts import method_digest
from matching.actions.allocations import propose_allocation
from matching.actions.days import local_day
from matching.actions.drawing import viewer_of_user
from matching.actions.events import record
from matching.actions.index import LivePools
from matching.actions.jobs import SERVICE, reason_of, service_actor
from matching.actions.night_drawing import Batch, DrawnBatch
from matching.actions.night_keeping import Outcome, is_same_list, keep_batch
from matching.interchange.writing import method_json
from matching.model.people import Actor, Permission
from matching.model.shortlist import Method
from matching.permissions import check
from matching.store import Database, Store
from matching.store.nights import Nights

#: People in a batch: what a kill can lose, and for how long the writers' lock is held, grow with it.
AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NightPlan:
    """What is due in one organisation, in batches of the same team and specialist where that can be."""

    as_of: date
    pool_mark: int
    people: int  # whom lists are drawn for at all
    done: int  # of them, whose list stands already
    batches: tuple[Batch, ...]
    teams: tuple[str, ...]  # for which a proposal is due

    @property
    def due(self) -> int:
        """How many lists are to be drawn."""
        return sum(len(batch.participant_ids) for batch in self.batches)


def plan_night(*, by: Actor, at: datetime, method: Method, store: Store, at_once: int = AT_ONCE) -> NightPlan:
    """Say what is due; nothing is changed. People whose specialist may not sign in have no list through their eyes."""
    check(by, Permission.ORGANISATION_MANAGE)
    as_of, mark = local_day(at), store.pool.mark()
    everyone = store.alerts.matched(everyone=True)
    specialists = store.alerts.specialists({each.specialist_id for each in everyone if each.specialist_id})
    people = [each for each in everyone if each.specialist_id in specialists]
    lists = Nights(store).lists([each.id for each in people], up_to=as_of, drawn_by=SERVICE)
    written = method_json(method)
    due = []
    for person in people:
        viewer = viewer_of_user(specialists[str(person.specialist_id)])
        stands = any(
            each.as_of == as_of
            and each.pool_mark >= mark
            and is_same_list(
                each,
                profile_version=person.profile_version,
                viewer=(viewer.user_id, viewer.team_ids),
                method=written,
            )
            for each in lists.get(person.id, ())
        )
        if not stands:
            due.append(person)
    due.sort(key=lambda each: (each.team_id or "", each.specialist_id or "", each.id))
    digest = method_digest(method)
    return NightPlan(
        as_of=as_of,
        pool_mark=mark,
        people=len(people),
        done=len(people) - len(due),
        batches=tuple(
            Batch(
                organisation_id=store.organisation_id,
                as_of=as_of,
                method=digest,
                participant_ids=tuple(each.id for each in due[start : start + at_once]),
            )
            for start in range(0, len(due), at_once)
        ),
        teams=_teams_due(as_of, store),
    )


def _teams_due(as_of: date, store: Store) -> tuple[str, ...]:
    """Teams without a proposal of the day, where the organisation wants one; one that was changed by hand stays."""
    if not store.organisations.settings().propose_nightly:
        return ()
    nights = Nights(store)
    teams = sorted(store.organisations.team_ids())
    return tuple(each for each in teams if not nights.is_proposed(team_id=each, on=as_of, made_by=SERVICE))


def run_night(
    plan: NightPlan,
    *,
    by: Actor,
    at: datetime,
    method: Method,
    database: Database,
    pools: LivePools,
    executor: Executor,
    draw: Callable[[Batch], DrawnBatch],
    ahead: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Draw what is due and keep it, batch by batch in the order of the plan; returns the summary of the run.

    `draw` is sent to the executor's processes, and at most `ahead` batches are under way. Whatever is raised leaves
    the batches before it kept.
    """
    check(by, Permission.ORGANISATION_MANAGE)
    service, outcome = service_actor(by.organisation_id), Outcome()
    written = method_json(method)
    waiting = deque(plan.batches)
    under_way: deque[Future[DrawnBatch]] = deque()
    kept = 0
    while waiting or under_way:
        while waiting and len(under_way) < max(1, ahead):
            under_way.append(executor.submit(draw, waiting.popleft()))
        drawn = under_way.popleft().result()
        keep_batch(drawn, outcome, as_of=plan.as_of, method=written, by=service, at=at, database=database)
        kept += len(drawn.drawn)
        progress(kept, plan.due)
    proposals = [each for each in plan.teams if _propose(each, outcome, at=at, database=database, pools=pools, by=by)]
    summary = _summary(plan, outcome, by.organisation_id, proposals)
    with database.writing(by.organisation_id) as store:
        record(
            store,
            "night_run.done",
            by=by,
            at=at,
            of=("organisation", by.organisation_id),
            pool_mark=plan.pool_mark,
            people=plan.people,
            done_before=plan.done,
            lists=outcome.counts["lists"],
            alerts=outcome.counts["alerts"],
            proposals=len(proposals),
            unread=outcome.counts["unread"],
            failed=sorted(outcome.failed),
        )
    return summary


def _propose(team_id: str, outcome: Outcome, *, at: datetime, database: Database, pools: LivePools, by: Actor) -> bool:
    """Propose for a team; worked out while reading, and written in a short transaction."""
    actor = Actor(
        organisation_id=by.organisation_id,
        user_id=SERVICE,
        permissions=service_actor(by.organisation_id).permissions,
        team_ids=(team_id,),
    )
    try:
        with database.reading(by.organisation_id) as reading, database.writing(by.organisation_id) as store:
            propose_allocation(team_id=team_id, by=actor, at=at, reading=reading, store=store, pools=pools)
    except Exception as error:
        # One team's trouble, such as too many people for one proposal, is told and stops nobody else's.
        outcome.failed[team_id] = reason_of(error)
        return False
    return True


def _summary(plan: NightPlan, outcome: Outcome, organisation_id: str, proposals: Sequence[str]) -> dict[str, Any]:
    """The run in ids, codes and counts: the same run gives the same bytes."""
    counts = outcome.counts
    return {
        "organisation_id": organisation_id,
        "as_of": plan.as_of.isoformat(),
        "pool_mark": plan.pool_mark,
        "people": plan.people,
        "done_before": plan.done,
        "lists": counts["lists"],
        "first_lists": counts["first lists"],
        "unchanged": counts["kept before"],
        "moved_on": counts["moved on"],
        "words_unread": counts["unread"],
        "alerts": counts["alerts"],
        "proposed_for": list(proposals),
        "failed": dict(sorted(outcome.failed.items())),
        "changed": {
            participant_id: {"entered": _told(moves.entered), "left": _told(moves.left)}
            for participant_id, moves in sorted(outcome.moves.items())
        },
    }


def _told(moves: Sequence[tuple[str, str]]) -> list[Mapping[str, str]]:
    return [{"vacancy_id": vacancy_id, "because": because} for vacancy_id, because in moves]
