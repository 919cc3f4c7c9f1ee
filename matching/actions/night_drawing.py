"""Some people's lists as a night run draws them: computed in any process from the database, and handed back.

Nothing is written here. A process may be ended at any moment, and a batch may be drawn twice.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from embeddings.errors import NotYetEncoded
from matching.actions.alerts import FIRST, Look
from matching.actions.drawing import Viewer, as_bytes, entries_json, profiles_of, texts_missing, viewer_of_user
from matching.actions.index import LivePools
from matching.actions.jobs import SERVICE, reason_of
from matching.errors import Conflict, MatchingError
from matching.fit.part import Mask
from matching.model.profile import VocationalProfile
from matching.store import Database, Store
from matching.store.nights import NightList, Nights
from matching.store.tables import Participant, StandingRow

_log = logging.getLogger(__name__)

#: Why a role came among the first or left them, where no vacancy was told to have changed.
BY_PROFILE, BY_DAY, BY_OTHERS, BY_CHANGE, GONE = "profile", "day", "others", "changed", "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """People of one organisation whose lists are drawn together."""

    organisation_id: str
    as_of: date
    method: str  # the digest of the method: a process with another refuses
    participant_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What came among the first entries and what left them since the last night: vacancies and why."""

    entered: tuple[tuple[str, str], ...] = ()
    left: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NightDrawn:
    """One list: its first entries as bytes, what draws the rest again, and what is new."""

    participant_id: str
    profile_version: int
    pool_mark: int
    viewer: Viewer
    document_id: str
    counts: Mapping[str, int]
    entries: bytes
    places: tuple[tuple[int, str, str], ...]  # position, vacancy and reference
    standing: Mapping[str, Any]  # the columns of the standing
    alerts: tuple[tuple[str, int, str], ...]  # vacancies that entered by a change, with place and reason
    moves: Moves | None  # none: there was no list in the last nights


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBatch:
    """What became of a batch; `unread` are people whose words nobody has encoded, `failed` come with a reason."""

    drawn: tuple[NightDrawn, ...]
    unread: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]


def draw_batch(batch: Batch, *, database: Database, pools: LivePools) -> DrawnBatch:
    """Draw the lists of a batch over the pool as it stands; raises `Conflict` where the method is another.

    What goes wrong with one person is told by kind and place alone, and the others are drawn all the same.
    """
    with database.reading(batch.organisation_id) as store:
        people = list(store.participants.with_ids(batch.participant_ids).values())
        drawing = _Drawing.begin(batch, people, store=store, pools=pools)
        profiles, failed = _profiles(store, people)
        texts_missing(store, pools, profiles.values())
        drawn: list[NightDrawn] = []
        unread: list[str] = []
        for person in sorted(people, key=lambda each: each.id):
            profile = profiles.get(person.id)
            if profile is None or person.specialist_id not in drawing.viewers:
                continue
            try:
                drawn.append(drawing.draw(person, profile))
            except NotYetEncoded:
                unread.append(person.id)
            except Exception as error:
                _log.error("a list could not be drawn", extra={"reason": reason_of(error)})
                failed[person.id] = reason_of(error)
        return DrawnBatch(drawn=tuple(drawn), unread=tuple(unread), failed=tuple(sorted(failed.items())))


def _profiles(store: Store, people: Sequence[Participant]) -> tuple[dict[str, VocationalProfile], dict[str, str]]:
    """Everybody's profile; where one cannot be read, one by one, and why not."""
    try:
        return profiles_of(store, people), {}
    except MatchingError:
        found: dict[str, VocationalProfile] = {}
        failed: dict[str, str] = {}
        for person in people:
            try:
                found.update(profiles_of(store, [person]))
            except MatchingError as error:
                failed[person.id] = reason_of(error)
        return found, failed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """What the lists of a batch are drawn from, read once."""

    look: Look
    store: Store
    viewers: Mapping[str, Viewer]
    standings: Mapping[str, StandingRow]
    before: Mapping[str, NightList]
    roles_before: Mapping[str, tuple[str, ...]]
    _sights: dict[Viewer, Mask] = field(default_factory=dict)

    @staticmethod
    def begin(batch: Batch, people: Sequence[Participant], *, store: Store, pools: LivePools) -> _Drawing:
        look = Look.at(pools.current(store), as_of=batch.as_of, store=store)
        if look.method != batch.method:
            raise Conflict("This process draws by another method than the run. Give both the same settings.")
        specialists = store.alerts.specialists({each.specialist_id for each in people if each.specialist_id})
        ids = [each.id for each in people]
        nights = Nights(store)
        before = {
            participant_id: earlier[-1]
            for participant_id, lists in nights.lists(ids, up_to=batch.as_of, drawn_by=SERVICE).items()
            if (earlier := [each for each in lists if each.as_of < batch.as_of])
        }
        return _Drawing(
            look=look,
            store=store,
            viewers={user_id: viewer_of_user(user) for user_id, user in specialists.items()},
            standings=store.alerts.standings(ids),
            before=before,
            roles_before=nights.roles_of([each.id for each in before.values()]),
        )

    def draw(self, person: Participant, profile: VocationalProfile) -> NightDrawn:
        snapshot, viewer = self.look.snapshot, self.viewers[str(person.specialist_id)]
        drawn = snapshot.shortlister.drawn(
            profile, as_of=self.look.as_of, visible=self._sight(viewer), profile_version=person.profile_version
        )
        entries = entries_json(drawn.entries(limit=FIRST), drawn)
        places = tuple((each["position"], snapshot.id_of(each["vacancy_ref"]), each["vacancy_ref"]) for each in entries)
        standing = self.look.standing(person, person.profile_version, drawn.first_places(FIRST), viewer)
        counts = drawn.counts
        return NightDrawn(
            participant_id=person.id,
            profile_version=person.profile_version,
            pool_mark=snapshot.mark,
            viewer=viewer,
            document_id=drawn.shortlist_id,
            counts={"open": counts.open, "listed": counts.listed, "excluded": counts.excluded},
            entries=as_bytes(entries),
            places=places,
            standing=columns_of(standing),
            alerts=self._alerts(person, standing.vacancy_ids),
            moves=self._moves(person, [vacancy_id for _, vacancy_id, _ in places]),
        )

    def _sight(self, viewer: Viewer) -> Mask:
        """What a specialist sees, worked out once for the caseload."""
        if viewer not in self._sights:
            self._sights[viewer] = viewer.sees(self.look.snapshot)
        return self._sights[viewer]

    def _alerts(self, person: Participant, now: Sequence[str]) -> tuple[tuple[str, int, str], ...]:
        """Roles that a change since the standing before brought among the first; a first list is news as a whole."""
        before = self.standings.get(person.id)
        if before is None:
            return ()
        changed = {*self.look.changed_since(before.pool_mark)} - {*before.vacancy_ids}
        entered = [(vacancy_id, place) for place, vacancy_id in enumerate(now, start=1) if vacancy_id in changed]
        because = self._reasons([vacancy_id for vacancy_id, _ in entered])
        return tuple((vacancy_id, place, because.get(vacancy_id, BY_CHANGE)) for vacancy_id, place in entered)

    def _moves(self, person: Participant, now: Sequence[str]) -> Moves | None:
        before = self.before.get(person.id)
        if before is None:
            return None
        then = self.roles_before[before.id]
        changed = {*self.look.changed_since(before.pool_mark)}
        same_profile = before.profile_version == person.profile_version
        entered = [each for each in now if each not in then]
        because = self._reasons(set(entered) & changed)
        return Moves(
            entered=tuple((each, because.get(each, BY_DAY if same_profile else BY_PROFILE)) for each in entered),
            left=tuple((each, self._why_left(each, changed, same_profile)) for each in then if each not in now),
        )

    def _why_left(self, vacancy_id: str, changed: Collection[str], same_profile: bool) -> str:
        row = self.look.snapshot.row_of(vacancy_id)
        if row is None or not self.look.snapshot.pool.vacancies[row].is_open(on=self.look.as_of):
            return GONE
        if vacancy_id in changed:
            return BY_CHANGE
        return BY_OTHERS if same_profile else BY_PROFILE

    def _reasons(self, vacancy_ids: Collection[str]) -> Mapping[str, str]:
        """Why each vacancy came to be as it is."""
        if not vacancy_ids:
            return {}
        versions = {each.id: each.version for each in self.store.vacancies.some(vacancy_ids)}
        return self.store.alerts.reasons(versions)


def columns_of(standing: StandingRow) -> dict[str, Any]:
    """A standing as plain values that travel between processes."""
    names = (column.key for column in StandingRow.__mapper__.columns)
    return {name: getattr(standing, name) for name in names if name != "organisation_id"}
