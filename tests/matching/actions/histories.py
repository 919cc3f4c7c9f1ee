"""Random histories of an organisation for laws about lists: roles come, change and go, people and days move on."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from matching.actions.days import local_day
from matching.actions.drawing import viewer_of_user
from matching.actions.index import profile_changed
from matching.actions.jobs import run_due_jobs
from matching.actions.profiles import matching_profile
from matching.model.people import Actor, ParticipantStatus, Role
from matching.model.vacancy import VacancySource, VacancyStatus, Visibility, normalised_employer
from matching.permissions import permissions_of
from matching.store import Store, new_id
from matching.store.tables import (
    Employer,
    Organisation,
    Participant,
    ProfileVersion,
    SafetyVersion,
    Team,
    User,
    VacancyRow,
    VacancyVersion,
)
from tests.service import START, Service

TITLES = ("Baker", "Pastry chef", "Kennel assistant", "Dog groomer", "Gardener", "Cleaner", "Kitchen assistant")
EMPLOYERS = ("Hazel Bakery", "Beech Kennels", "Oak Nursery", "Elm Cafe")
WISHES = ("baking bread", "working with dogs", "gardens", "kitchen work", "cleaning offices")
POSTCODES = ("ME14 1XQ", "ME15 6YE", "CT1 2EH", None)
SPECIALISTS = ("one", "two")

facts = st.fixed_dictionaries(
    {"title": st.sampled_from(TITLES), "employer": st.sampled_from(EMPLOYERS)},
    optional={
        "hours": st.sampled_from([{"min": 8, "max": 16}, {"min": 30, "max": 40}, {"min": 4, "max": 8}]),
        "location": st.sampled_from([{"postcode": each} for each in POSTCODES if each]),
        "pay": st.sampled_from([{"hourly": 11}, {"hourly": 15}]),
        "adjustments": st.sampled_from([{"place.quiet_room": "yes"}, {"place.quiet_room": "no"}]),
        "facts_checked_on": st.sampled_from(["2026-11-01", "2026-11-22", "2026-06-01"]),
        "opens_on": st.sampled_from(["2026-11-23", "2026-11-24"]),
        "closes_on": st.sampled_from(["2026-11-22", "2026-11-23"]),
    },
)
profiles = st.fixed_dictionaries(
    {"wanted_work": st.lists(st.sampled_from(WISHES), max_size=2, unique=True)},
    optional={
        "hours": st.sampled_from([{"max": 16}, {"max": 16, "hard": False}]),
        "travel": st.sampled_from([{"home": "ME14 1AA", "max_km": 20}]),
        "no_go": st.sampled_from([["CT1"], ["ME15"]]),
        "employers_avoided": st.sampled_from([["Hazel Bakery"]]),
        "adjustments": st.sampled_from([[{"slug": "place.quiet_room", "importance": "essential"}]]),
    },
)
visibilities = st.sampled_from([Visibility.ORGANISATION, Visibility.TEAM, Visibility.OWN_CASELOAD])
owners = st.sampled_from(SPECIALISTS)
numbers = st.integers(0, 1_000)
steps = st.one_of(
    st.tuples(st.just("log"), facts, visibilities, owners),
    st.tuples(st.just("log"), facts, visibilities, owners),
    st.tuples(st.just("change"), numbers, facts),
    st.tuples(st.just("change"), numbers, facts),
    st.tuples(st.just("status"), numbers, st.sampled_from([VacancyStatus.CLOSED, VacancyStatus.OPEN])),
    st.tuples(st.just("audience"), numbers, visibilities, owners),
    st.tuples(st.just("profile"), numbers, profiles),
    st.tuples(st.just("hand_over"), numbers, owners),
    st.tuples(st.just("objection"), numbers),
    st.tuples(st.just("day")),
)


@dataclass
class History:
    """One organisation of its own in a running service."""

    service: Service
    organisation_id: str = field(default_factory=lambda: f"org-{secrets.token_hex(6)}")
    users: dict[str, User] = field(default_factory=dict)
    role_ids: list[str] = field(default_factory=list)
    person_ids: list[str] = field(default_factory=list)
    forgotten: set[str] = field(default_factory=set)  # whoever objected since this was last emptied
    looked_at: dict[str, int] = field(default_factory=dict)  # the mark at which each person's list was last looked at

    def begin(self, people: list[dict[str, Any]], roles: list[tuple[dict[str, Any], Visibility, str]]) -> None:
        """Found the organisation, with two specialists of different teams, people and roles."""
        self.service.clock.at = START
        with self._writing() as store:
            store.session.add(Organisation(id=self.organisation_id, name="Invented", settings={}, created_at=START))
            store.session.flush()
            for name in SPECIALISTS:
                store.session.add(Team(id=self._id(f"team-{name}"), name=name, created_at=START))
                user = User(
                    id=self._id(name),
                    email=f"{self._id(name)}@example.org",
                    email_key=f"{self._id(name)}@example.org",
                    name=name,
                    roles=[Role.EMPLOYMENT_SPECIALIST.value],
                    team_ids=[self._id(f"team-{name}")],
                    created_at=START,
                    version=1,
                )
                store.session.add(user)
                self.users[name] = user
            store.session.flush()
            for number, said in enumerate(people):
                self._take_on(store, said, SPECIALISTS[number % 2])
            for told, visibility, owner in roles:
                self._log(store, told, visibility, owner)

    def take(self, step: tuple[Any, ...]) -> None:
        """Let one thing happen."""
        kind, *more = step
        with self._writing() as store:
            match kind:
                case "log":
                    self._log(store, *more)
                case "change":
                    self._write(store, self._role(store, more[0]), more[1], "changed")
                case "status":
                    row = self._role(store, more[0])
                    row.status = more[1]
                    self._write(store, row, {**self._document(store, row), "status": more[1].value}, "status")
                case "audience":
                    row = self._role(store, more[0])
                    row.visibility, row.owner_id = more[1], self._id(more[2])
                    row.team_id = self._id(f"team-{more[2]}")
                    self._write(store, row, self._document(store, row), "audience")
                case "profile":
                    person = self._person(store, more[0])
                    self._write_profile(store, person, more[1])
                case "hand_over":
                    person = self._person(store, more[0])
                    person.specialist_id = self._id(more[1])
                case "objection":
                    person = self._person(store, more[0])
                    person.objects_to_matching = not person.objects_to_matching
                    if person.objects_to_matching:
                        store.participants.forget_standing(person.id)
                        self.forgotten.add(person.id)
                    else:
                        profile_changed(store, person, self.service.clock.at)
                case "day":
                    self.service.clock.pass_(days=1)

    def run_jobs(self) -> None:
        """Do all work that waits."""
        run_due_jobs(self.service.running.worker, at=self.service.clock.at)

    def actor(self, name: str) -> Actor:
        """A specialist, as who asks."""
        user = self.users[name]
        return Actor(
            organisation_id=self.organisation_id,
            user_id=user.id,
            permissions=permissions_of([Role.EMPLOYMENT_SPECIALIST]),
            team_ids=tuple(user.team_ids),
        )

    def first_entries(self) -> dict[str, tuple[str, ...]]:
        """The first entries of everybody who is matched, drawn in full, as their specialists see them."""
        found = {}
        with self.service.database.reading(self.organisation_id) as store:
            snapshot = self.service.running.pools.current(store)
            by_id = {user.id: user for user in self.users.values()}
            for person in store.alerts.matched(everyone=True):
                profile = matching_profile(store, person)
                self.service.running.pools.missing(store, snapshot.shortlister.texts_of(profile))
                viewer = viewer_of_user(by_id[str(person.specialist_id)])
                drawn = snapshot.shortlister.drawn(
                    profile, as_of=local_day(self.service.clock.at), visible=viewer.sees(snapshot)
                )
                found[person.id] = tuple(snapshot.id_of(each.vacancy_ref) for each in drawn.entries(limit=10))
        return found

    def mark(self) -> int:
        """How far the pool has come."""
        with self.service.database.reading(self.organisation_id) as store:
            return store.pool.mark()

    def changed_since(self, mark: int) -> set[str]:
        """The roles that changed in the pool after a mark."""
        with self.service.database.reading(self.organisation_id) as store:
            return set(store.pool.changed_ids(mark, up_to=store.pool.mark()))

    def changed_for(self, person_id: str) -> set[str]:
        """The roles that changed since a person's list was last looked at, which it is now."""
        changed = self.changed_since(self.looked_at.get(person_id, 0))
        self.looked_at[person_id] = self.mark()
        return changed

    def _writing(self) -> Any:
        return self.service.database.writing(self.organisation_id)

    def _id(self, name: str) -> str:
        return f"{self.organisation_id}-{name}"

    def _role(self, store: Store, number: int) -> VacancyRow:
        return store.vacancies.locked(self.role_ids[number % len(self.role_ids)])

    def _person(self, store: Store, number: int) -> Participant:
        return store.participants.locked(self.person_ids[number % len(self.person_ids)])

    def _document(self, store: Store, row: VacancyRow) -> dict[str, Any]:
        return dict(store.vacancies.latest(row).document)

    def _log(self, store: Store, told: dict[str, Any], visibility: Visibility, owner: str) -> None:
        employer = store.employers.named(told["employer"])
        at = self.service.clock.at
        if employer is None:
            employer = Employer(
                id=new_id(at),
                name=told["employer"],
                key=normalised_employer(told["employer"]),
                created_by=self._id(owner),
                created_at=at,
                version=1,
            )
            store.employers.add(employer)
        ref = f"v-{len(self.role_ids):03d}"
        row = VacancyRow(
            id=self._id(ref),
            ref=ref,
            employer_id=employer.id,
            title=told["title"],
            source=VacancySource.UNADVERTISED,
            status=VacancyStatus.OPEN,
            visibility=visibility,
            owner_id=self._id(owner),
            team_id=self._id(f"team-{owner}"),
            confirmed_at=at,
            carved_from=[],
            created_by=self._id(owner),
            created_at=at,
            version=0,
        )
        store.vacancies.add(row)
        self._write(store, row, told, "logged")
        self.role_ids.append(row.id)

    def _write(self, store: Store, row: VacancyRow, told: dict[str, Any], because: str) -> None:
        from matching.actions.index import publish

        row.version += 1
        version = VacancyVersion(
            id=new_id(self.service.clock.at),
            vacancy_id=row.id,
            version=row.version,
            document={**told, "vacancy_ref": row.ref, "status": told.get("status", row.status.value)},
            derived_fields=[],
            because=because,
            written_by=row.owner_id,
            written_at=self.service.clock.at,
        )
        store.vacancies.add(version)
        publish(store, row, version, self.service.clock.at)

    def _take_on(self, store: Store, said: dict[str, Any], specialist: str) -> None:
        at = self.service.clock.at
        ref = f"p-{len(self.person_ids):03d}"
        person = Participant(
            id=self._id(ref),
            ref=ref,
            specialist_id=self._id(specialist),
            team_id=self._id(f"team-{specialist}"),
            status=ParticipantStatus.ACTIVE,
            communication=[],
            entered_on=local_day(at),
            created_at=at,
            profile_version=0,
            version=1,
        )
        store.participants.add(person)
        self.person_ids.append(person.id)
        self._write_profile(store, person, said)

    def _write_profile(self, store: Store, person: Participant, said: dict[str, Any]) -> None:
        at = self.service.clock.at
        document = {name: value for name, value in said.items() if name not in ("no_go", "employers_avoided")}
        document["wanted_work"] = [{"label": each} for each in said["wanted_work"]]
        person.profile_version += 1
        store.participants.add(
            ProfileVersion(
                id=new_id(at),
                participant_id=person.id,
                version=person.profile_version,
                document=document,
                statements={},
                written_by=str(person.specialist_id),
                written_at=at,
            )
        )
        store.participants.add(
            SafetyVersion(
                id=new_id(at),
                participant_id=person.id,
                version=person.profile_version,
                no_go=said.get("no_go", []),
                employers_avoided=said.get("employers_avoided", []),
                statements={},
            )
        )
        profile_changed(store, person, at)


@st.composite
def histories(draw: st.DrawFn, *, roles: int = 24, rounds: int = 4) -> dict[str, Any]:
    """People, roles to begin with, and what happens between one look and the next."""
    return {
        "people": draw(st.lists(profiles, min_size=2, max_size=4)),
        "roles": draw(st.lists(st.tuples(facts, visibilities, owners), min_size=3, max_size=roles)),
        "rounds": draw(st.lists(st.lists(steps, min_size=1, max_size=4), min_size=1, max_size=rounds)),
    }


def begun(service: Service, told: dict[str, Any]) -> Iterator[History]:
    """Let a history happen: yields it after the beginning and after each round, with all work done."""
    history = History(service)
    history.begin(told["people"], told["roles"])
    history.run_jobs()
    yield history
    for steps_of_round in told["rounds"]:
        for step in steps_of_round:
            history.take(step)
        history.run_jobs()
        yield history
