"""Alerts: whose first entries a new or changed role enters, told once to their specialist.

For each participant the first places of the list are kept, as their specialist sees it, with what another role must
reach to stand there (see `FirstPlaces`). A change is held against that; only where it may matter is a list drawn again.
The day, the profile, the specialist and the method take part in a list too: where one of them is another, the list is
drawn again in any case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

import orjson

from embeddings.errors import NotYetEncoded
from matching.actions.days import local_day
from matching.actions.drawing import Viewer, profiles_of, texts_missing, viewer_of_user
from matching.actions.events import record
from matching.actions.index import profile_changed
from matching.actions.jobs import Task, queue, queue_once
from matching.actions.webhooks import announce_alert
from matching.errors import NotFound
from matching.explaining import FirstPlaces
from matching.interchange.writing import method_json
from matching.model.people import Actor, ParticipantStatus, Permission
from matching.model.profile import VocationalProfile
from matching.model.shortlist import Method
from matching.permissions import can_read_participant, can_see_vacancy, check
from matching.ranking import PAGE
from matching.store import Page, Store
from matching.store.tables import Alert, Participant, StandingRow, VacancyRow

if TYPE_CHECKING:
    from matching.actions.index import LivePools
    from matching.shortlisting import Shortlister
    from matching.snapshots import Snapshot

#: How many of a list's entries count as its first.
FIRST: Final = PAGE
#: Participants looked at between two commits.
AT_ONCE: Final = 100
#: Of a large pool fewer people are looked at in one turn, so that a role that was just logged waits for some seconds.
ROWS_AT_ONCE: Final = 5_000_000
LEAST_AT_ONCE: Final = 4
ALERTS: Final = "alerts"
#: How long to wait where everybody who is behind waits for their words.
PAUSE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """An alert with the role that it tells of."""

    alert: Alert
    vacancy: VacancyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAlert:
    """An alert as a page tells it: which role of which employer may suit whom."""

    alert: Alert
    vacancy: VacancyRow
    employer_name: str
    participant: Participant


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The pool and the day on which first places are worked out, and what is worked out once for many people."""

    snapshot: Snapshot
    as_of: date
    changed_since: Callable[[int], tuple[str, ...]]  # vacancies that changed after a mark, up to the snapshot's
    _shortlisters: dict[tuple[int, Viewer], Shortlister] = field(default_factory=dict)

    @staticmethod
    def at(snapshot: Snapshot, *, as_of: date, store: Store) -> Look:
        """Look at a pool on a day."""

        @cache
        def changed_since(mark: int) -> tuple[str, ...]:
            return tuple(store.pool.changed_ids(mark, up_to=snapshot.mark))

        return Look(snapshot=snapshot, as_of=as_of, changed_since=changed_since)

    @property
    def method(self) -> str:
        """The digest of the method."""
        return method_digest(self.snapshot.shortlister.method)

    def is_of_this_method_and_day(self, standing: StandingRow, participant: Participant, viewer: Viewer) -> bool:
        """Whether a standing is of the same list but for what changed in the pool since."""
        return (
            standing.profile_version == participant.profile_version
            and standing.as_of == self.as_of
            and standing.viewer_id == viewer.user_id
            and tuple(standing.viewer_team_ids) == viewer.team_ids
            and standing.method == self.method
            and standing.pool_mark <= self.snapshot.mark
        )

    def is_unchanged(self, standing: StandingRow, participant: Participant, viewer: Viewer) -> bool:
        """Whether a standing is of the same list, and nothing at all changed in the pool since; no profile is read."""
        return self.is_of_this_method_and_day(standing, participant, viewer) and not self.changed_since(
            standing.pool_mark
        )

    def may_change(self, standing: StandingRow, profile: VocationalProfile, viewer: Viewer) -> bool:
        """Whether what changed since a standing was taken may change the first entries."""
        changed = self.changed_since(standing.pool_mark)
        if not changed:
            return False
        places = first_places_of(standing)
        if not places.depends_on.isdisjoint(changed):
            return True
        refs = [ref for ref in map(self.snapshot.ref_of, changed) if ref is not None]
        reaches = self._among(standing.pool_mark, viewer, refs).scores_of(profile, refs, as_of=self.as_of)
        return any(places.may_enter(reach) for reach in reaches)

    def first_places(self, profile: VocationalProfile, viewer: Viewer) -> FirstPlaces:
        """The first places of a list, drawn now."""
        return self.snapshot.shortlister.first_places(
            profile, FIRST, as_of=self.as_of, visible=viewer.sees(self.snapshot)
        )

    def standing(self, participant: Participant, version: int, places: FirstPlaces, viewer: Viewer) -> StandingRow:
        """First places as they are kept."""
        return StandingRow(
            participant_id=participant.id,
            profile_version=version,
            as_of=self.as_of,
            pool_mark=self.snapshot.mark,
            viewer_id=viewer.user_id,
            viewer_team_ids=list(viewer.team_ids),
            method=self.method,
            vacancy_ids=[self.snapshot.id_of(ref) for ref in places.refs],
            depends_on=sorted(self.snapshot.id_of(ref) for ref in places.depends_on),
            least_score=places.least_score,
            least_nearness=places.least_nearness,
            families=sorted(places.families),
        )

    def _among(self, mark: int, viewer: Viewer, refs: Sequence[str]) -> Shortlister:
        known = self._shortlisters.get((mark, viewer))
        if known is None:
            known = self.snapshot.shortlister.among(refs, visible=viewer.sees(self.snapshot))
            self._shortlisters[mark, viewer] = known
        return known


def first_places_of(standing: StandingRow) -> FirstPlaces:
    """First places as they were kept, named by the vacancies' ids."""
    return FirstPlaces(
        refs=tuple(standing.vacancy_ids),
        depends_on=frozenset(standing.depends_on),
        least_score=standing.least_score,
        least_nearness=standing.least_nearness,
        families=frozenset(standing.families),
    )


def method_digest(method: Method) -> str:
    """What tells one method from another."""
    return hashlib.sha256(orjson.dumps(method_json(method), option=orjson.OPT_SORT_KEYS)).hexdigest()


# The work of a worker


def tell_whom_it_enters(task: Task) -> None:
    """Hold every change of the pool against the standings that are furthest behind, and tell whom it enters.

    All changes since a standing was taken are looked at together, whichever of them the job is about. The rest waits
    for a job of its own, so that words that somebody waits for are encoded in between, and nobody is passed over.
    """
    with task.database.reading(task.organisation_id) as store:
        snapshot = task.pools.current(store)
        most = min(AT_ONCE, max(LEAST_AT_ONCE, ROWS_AT_ONCE // max(1, snapshot.count)))
        behind = store.alerts.behind(mark=snapshot.mark, day=local_day(task.at), limit=most + 1)
    some_moved = _look_at(behind[:most], task)
    if len(behind) > most:
        run_after = task.at if some_moved else task.at + PAUSE
        with task.database.writing(task.organisation_id) as store:
            queue(store, ALERTS, "the rest", {}, task.at, run_after=run_after)


def renew_standing(task: Task) -> None:
    """Take the standing of one participant anew, as after a change of their profile."""
    _look_at([str(task.payload["participant_id"])], task)


def queue_daily_look(store: Store, at: datetime) -> None:
    """Have every standing taken on the new day: roles open and close by date, and facts grow older."""
    queue_once(store, ALERTS, f"day:{local_day(at).isoformat()}", {}, at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    """A standing that was taken anew, and the changed roles that were not among the first entries before."""

    standing: StandingRow
    entered: tuple[tuple[str, int], ...]  # vacancy and its place


def _look_at(participant_ids: Sequence[str], task: Task) -> bool:
    """Read and work out without a lock, then write in one short transaction; returns whether any standing moved."""
    with task.database.reading(task.organisation_id) as store:
        look = Look.at(task.pools.current(store), as_of=local_day(task.at), store=store)
        by_id = store.participants.with_ids(participant_ids)
        people = [each for each in by_id.values() if is_matched(each)]
        specialists = store.alerts.specialists({each.specialist_id for each in people if each.specialist_id})
        people = [each for each in people if each.specialist_id in specialists]
        standings = store.alerts.standings([each.id for each in people])
        profiles = profiles_of(store, people)
        texts_missing(store, task.pools, profiles.values())
        untouched: list[StandingRow] = []
        news: list[_News] = []
        unread: list[Participant] = []
        for person in people:
            profile, standing = profiles.get(person.id), standings.get(person.id)
            if profile is None:
                continue
            viewer = viewer_of_user(specialists[str(person.specialist_id)])
            try:
                found = _news_of(person, profile, viewer, standing, look)
            except NotYetEncoded:
                unread.append(person)
                continue
            if found is not None:
                news.append(found)
            elif standing is not None and standing.pool_mark < look.snapshot.mark:
                untouched.append(standing)
        entered = {vacancy_id for each in news for vacancy_id, _ in each.entered}
        because = store.alerts.reasons(
            {vacancy.id: vacancy.version for vacancy in store.vacancies.some(entered)} if entered else {}
        )
    if not untouched and not news and not unread:
        return False
    with task.database.writing(task.organisation_id) as store:
        store.alerts.advance(untouched, pool_mark=look.snapshot.mark)
        for person in unread:
            # The standing stays behind, and is taken anew once the words are encoded.
            profile_changed(store, person, task.at)
        for each in news:
            _keep(each, because, by=task.by, at=task.at, store=store)
    return bool(untouched or news)


def _news_of(
    person: Participant,
    profile: VocationalProfile,
    viewer: Viewer,
    standing: StandingRow | None,
    look: Look,
) -> _News | None:
    """What there is to keep and to tell for one person; nothing if the first entries stay as they are."""
    same = standing is not None and look.is_of_this_method_and_day(standing, person, viewer)
    if standing is not None and same and not look.may_change(standing, profile, viewer):
        return None
    taken = look.standing(person, person.profile_version, look.first_places(profile, viewer), viewer)
    if standing is None:
        # A first list is news as a whole: it is drawn and read, and none of its entries has entered it.
        return _News(standing=taken, entered=())
    changed = {*look.changed_since(standing.pool_mark)} - {*standing.vacancy_ids}
    return _News(
        standing=taken,
        entered=tuple(
            (vacancy_id, place) for place, vacancy_id in enumerate(taken.vacancy_ids, start=1) if vacancy_id in changed
        ),
    )


def _keep(news: _News, because: Mapping[str, str], *, by: Actor, at: datetime, store: Store) -> None:
    """Keep a standing and tell of what entered, unless something newer was kept meanwhile."""
    taken = news.standing
    try:
        person = store.participants.locked(taken.participant_id)
    except NotFound:
        return
    if not is_matched(person) or person.profile_version != taken.profile_version:
        return
    kept = store.alerts.standings([person.id]).get(person.id)
    if kept is not None and (kept.pool_mark, kept.as_of) > (taken.pool_mark, taken.as_of):
        return
    store.alerts.put_standing(taken)
    if person.specialist_id != taken.viewer_id:
        return  # taken through other eyes; whose they are now is looked at with the next change
    told = store.alerts.told(person.id) if news.entered else set()
    for vacancy_id, place in news.entered:
        if vacancy_id not in told:
            tell_of(person, vacancy_id, place, because.get(vacancy_id, "changed"), by=by, at=at, store=store)


def tell_of(
    person: Participant, vacancy_id: str, place: int, because: str, *, by: Actor, at: datetime, store: Store
) -> None:
    alert = Alert(
        id=store.alerts.next_id(person.id, at),
        participant_id=person.id,
        vacancy_id=vacancy_id,
        specialist_id=str(person.specialist_id),
        position=place,
        because=because,
        at=at,
    )
    store.alerts.add(alert)
    announce_alert(alert_id=alert.id, vacancy_id=vacancy_id, at=at, store=store)
    record(
        store,
        "alert.made",
        by=by,
        at=at,
        of=("participant", person.id),
        alert=alert.id,
        vacancy=vacancy_id,
        position=place,
    )


def is_matched(person: Participant) -> bool:
    return person.status is ParticipantStatus.ACTIVE and not person.objects_to_matching and person.profile_version > 0


# First places for those who ask now


def present_first_places(
    people: Sequence[Participant], *, as_of: date, store: Store, pools: LivePools, snapshot: Snapshot
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The vacancies that stand first on the list of each of these people, as their specialists see it.

    What was kept is used where nothing has changed it, and everything else is drawn now; so the answer never lags.
    Also returns the people whose words are still to be encoded, for whom nobody can say yet.
    """
    look = Look.at(snapshot, as_of=as_of, store=store)
    specialists = store.alerts.specialists({each.specialist_id for each in people if each.specialist_id})
    standings = store.alerts.standings([each.id for each in people])
    found: dict[str, tuple[str, ...]] = {}
    waiting: list[str] = []
    touched: list[tuple[Participant, Viewer]] = []
    for person in people:
        specialist, standing = specialists.get(person.specialist_id or ""), standings.get(person.id)
        if specialist is None:
            continue
        viewer = viewer_of_user(specialist)
        if standing is not None and look.is_unchanged(standing, person, viewer):
            found[person.id] = tuple(standing.vacancy_ids)
        else:
            touched.append((person, viewer))
    profiles = profiles_of(store, [person for person, _ in touched])
    texts_missing(store, pools, profiles.values())
    for person, viewer in touched:
        profile, standing = profiles.get(person.id), standings.get(person.id)
        if profile is None:
            continue
        try:
            if (
                standing is not None
                and look.is_of_this_method_and_day(standing, person, viewer)
                and not look.may_change(standing, profile, viewer)
            ):
                found[person.id] = tuple(standing.vacancy_ids)
            else:
                refs = look.first_places(profile, viewer).refs
                found[person.id] = tuple(snapshot.id_of(ref) for ref in refs)
        except NotYetEncoded:
            waiting.append(person.id)
    return found, waiting


# What specialists read


def find_alerts(
    *, only_new: bool, after: str | None, limit: int, by: Actor, at: datetime, reading: Store, store: Store
) -> Page[AlertView]:
    """Alerts for the participants on the asker's caseload, the oldest first."""
    check(by, Permission.PARTICIPANTS_READ_OWN)
    page = reading.alerts.page_for(by.user_id, only_new=only_new, after=after, limit=limit)
    vacancies = {each.id: each for each in reading.vacancies.some({alert.vacancy_id for alert in page.items})}
    views = [
        AlertView(alert=alert, vacancy=vacancies[alert.vacancy_id])
        for alert in page.items
        if can_see_vacancy(by, vacancies[alert.vacancy_id])
    ]
    for participant_id in sorted({view.alert.participant_id for view in views}):
        record(store, "alerts.read", by=by, at=at, of=("participant", participant_id))
    return Page(items=views, next_after=page.next_after)


def alerts_told(
    *, only_new: bool, after: str | None, limit: int, by: Actor, at: datetime, reading: Store, store: Store
) -> Page[ToldAlert]:
    """The same alerts with the person whom each role may suit, and the employer, by name."""
    page = find_alerts(only_new=only_new, after=after, limit=limit, by=by, at=at, reading=reading, store=store)
    people = reading.participants.with_ids({view.alert.participant_id for view in page.items})
    employers = reading.vacancies.employer_names([view.vacancy for view in page.items])
    return Page(
        items=[
            ToldAlert(
                alert=view.alert,
                vacancy=view.vacancy,
                employer_name=employers[view.vacancy.employer_id],
                participant=people[view.alert.participant_id],
            )
            for view in page.items
            # Whom the asker no longer supports is theirs no more to read.
            if view.alert.participant_id in people and can_read_participant(by, people[view.alert.participant_id])
        ],
        next_after=page.next_after,
    )


def mark_alert_seen(*, alert_id: str, by: Actor, at: datetime, store: Store) -> AlertView:
    """Note that the specialist has seen an alert; a second time changes nothing."""
    check(by, Permission.PARTICIPANTS_READ_OWN)
    alert = store.alerts.get(alert_id)
    participant = store.participants.locked(alert.participant_id)
    vacancy = store.vacancies.get(alert.vacancy_id)
    if participant.specialist_id != by.user_id or not can_see_vacancy(by, vacancy):
        raise NotFound("There is no such alert.")
    if alert.seen_at is None:
        alert.seen_at, alert.seen_by = at, by.user_id
        record(store, "alert.seen", by=by, at=at, of=("participant", participant.id), alert=alert.id)
    return AlertView(alert=alert, vacancy=vacancy)
