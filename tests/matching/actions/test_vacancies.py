"""Vacancies: logged, taken in, confirmed, paused, shared; nothing is lost, and nobody sees what was not told them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from matching import texts
from matching.actions.employers import EmployerDetails, add_workplace, change_employer
from matching.actions.vacancies import (
    Audience,
    TakenAs,
    VacancyDraft,
    change_audience,
    close_vacancy,
    confirm_vacancy,
    fill_vacancy,
    find_vacancies,
    log_vacancy,
    pause_unconfirmed,
    pause_vacancy,
    read_known_vacancy,
    record_fact,
    reopen_vacancy,
    take_vacancy,
    unconfirmed_since,
    versions,
)
from matching.errors import Conflict, Invalid, NotFound, NotPermitted, Stale, Where
from matching.interchange import read_vacancy
from matching.model.fact import FactSource, JobFact, Standing
from matching.model.people import Actor
from matching.model.vacancy import VacancySource, VacancyStatus, Visibility
from matching.permissions import can_see_vacancy, permissions_of
from matching.store import Store
from matching.store.tables import VacancyRow
from matching.store.vacancies import VacancyFilter
from tests.service import NORTH, PEOPLE, START, TEAM_A, TEAM_B, Service

TODAY = date(2026, 11, 22)


def actor(name: str) -> Actor:
    organisation, roles, teams = PEOPLE[name]
    return Actor(
        organisation_id=organisation, user_id=f"user-{name}", permissions=permissions_of(roles), team_ids=teams
    )


def draft(*, known_by: FactSource = FactSource.PHONE, **more: Any) -> VacancyDraft:
    said = {
        name: more.pop(name) for name in ("employer_id", "workplace_id", "team_id", "note", "derived") if name in more
    }
    document = {"title": "Baker", **({} if "employer_id" in said else {"employer": "Hazel Bakery"}), **more}
    return VacancyDraft(document=document, known_by=known_by, observed_on=TODAY, **said)


def logged(store: Store, by: str = "eve", **more: Any) -> VacancyRow:
    return log_vacancy(draft=draft(**more), by=actor(by), at=START, store=store)


def taken(store: Store, ref: str = "x-1", by: str = "eve", at: datetime = START, **more: Any) -> Any:
    sent = draft(known_by=FactSource.ADVERT, **more)
    return take_vacancy(external_ref=ref, draft=sent, by=actor(by), at=at, store=store)


class TestLog:
    def test_a_title_and_an_employer_are_enough(self, service: Service) -> None:
        with service.database.writing(NORTH) as store:
            vacancy = logged(store)
        with service.database.reading(NORTH) as store:
            assert store.vacancies.latest(vacancy).document == {
                "vacancy_ref": vacancy.ref,
                "title": "Baker",
                "employer": "Hazel Bakery",
                "source": "unadvertised",
                "status": "open",
                "visibility": "team",
                "facts_checked_on": "2026-11-22",
            }

    def test_an_employer_is_known_again_however_it_is_spelt(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            first, second = logged(store), logged(store, employer=" hazel  BAKERY")
            third = logged(store, employer_id=first.employer_id)
            assert first.employer_id == second.employer_id == third.employer_id
            assert store.vacancies.latest(second).document["employer"] == "Hazel Bakery"

    def test_the_reference_is_short_and_nobody_elses(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            refs = {logged(store).ref for _ in range(20)}
        assert len(refs) == 20
        assert all(len(ref) == 9 for ref in refs)

    def test_a_workplace_says_where_it_is(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            employer_id = logged(store).employer_id
            workplace = add_workplace(
                employer_id=employer_id, name="Shop", postcode="ME14 1XQ", by=actor("eve"), at=START, store=store
            )
            vacancy = logged(store, employer_id=employer_id, workplace_id=workplace.id)
            assert store.vacancies.latest(vacancy).document["location"] == {"postcode": "ME14 1XQ"}

    @pytest.mark.parametrize(
        ("source", "visibility"),
        [("unadvertised", "team"), ("carved", "team"), ("advertised", "organisation")],
    )
    def test_what_is_not_advertised_is_told_to_the_team(
        self, sqlite_service: Service, source: str, visibility: str
    ) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            assert logged(store, source=source).visibility.value == visibility

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"title": "  "}, "title"),
            ({"title": "x" * 301}, "title"),
            ({"employer": None}, "employer"),
            ({"employer": "ΐ" * 150}, "employer"),  # three times as long where names are compared
            ({"employer": "Hazel", "employer_id": "nobody"}, "employer"),
            ({"employer_id": "nobody"}, "employer_id"),
            ({"workplace_id": "nowhere"}, "workplace_id"),
            ({"team_id": TEAM_B}, "team_id"),
            ({"hours": {"min": 20, "max": 10}}, "hours.min"),
            ({"colour": "red"}, "colour"),
            ({"facts_checked_on": "2027-01-01"}, "observed_on"),
        ],
    )
    def test_what_cannot_be_is_named_and_nothing_is_changed(
        self, sqlite_service: Service, more: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Invalid) as refused, sqlite_service.database.writing(NORTH) as store:
            logged(store, **more)
        assert field in [problem.where.field for problem in refused.value.problems]
        with sqlite_service.database.reading(NORTH) as store:
            assert store.employers.page(search="", after=None, limit=9).items == []

    def test_notes_reach_no_encoder(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = logged(store, note="canary", tasks=["Knead dough"], description="A small shop.")
            told = read_vacancy(store.vacancies.latest(vacancy).document, Where())
        assert texts.title(told) == "Baker"
        assert texts.duties(told) == "Knead dough\nA small shop."
        assert "canary" not in str(told)

    def test_an_evaluator_logs_nothing(self, sqlite_service: Service) -> None:
        with pytest.raises(NotPermitted), sqlite_service.database.writing(NORTH) as store:
            logged(store, by="val")


class TestTakenIn:
    def test_the_same_again_changes_nothing(self, service: Service) -> None:
        with service.database.writing(NORTH) as store:
            first = taken(store, pay={"hourly": 12.5})
            second = taken(store, pay={"hourly": 12.5}, at=START + timedelta(days=3))
            assert (first.taken_as, second.taken_as) == (TakenAs.NEW, TakenAs.UNCHANGED)
            assert first.vacancy.id == second.vacancy.id
            assert first.vacancy.version == 1

    def test_what_is_new_is_taken_and_the_rest_keeps_its_date(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = taken(store, pay={"hourly": 12.5}, facts_checked_on="2026-11-01").vacancy
            again = taken(store, pay={"hourly": 13}, openings=2, facts_checked_on="2026-11-20")
            assert again.taken_as is TakenAs.CHANGED
            assert store.vacancies.latest(vacancy).document["pay"] == {"hourly": 13}
            dates = {each.field: each.observed_on.day for each in store.vacancies.present_facts(vacancy.id)}
        assert dates == {"title": 1, "pay": 20, "openings": 20}

    def test_what_a_visit_found_stays_and_the_import_stands_beside(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = taken(store, pay={"hourly": 12.5}).vacancy
            found = JobFact(field="pay", value={"hourly": 14}, source=FactSource.VISIT, observed_on=TODAY)
            record_fact(vacancy_id=vacancy.id, facts=[found], by=actor("eve"), at=START, store=store)
            taken(store, pay={"hourly": 13})
            known = read_known_vacancy(vacancy_id=vacancy.id, by=actor("eve"), store=store)
        assert known.document["pay"] == {"hourly": 14}
        assert [each.sentence for each in known.disagreements] == [
            "Pay: the advert says hourly 13, the visit found hourly 14."
        ]

    def test_a_status_that_people_set_stays_until_something_new_is_said(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = taken(store, status="open").vacancy
            close_vacancy(vacancy_id=vacancy.id, version=1, by=actor("eve"), at=START, store=store)
            taken(store, status="open")
            assert vacancy.status is VacancyStatus.CLOSED
            taken(store, status="open", openings=3)
            assert vacancy.status is VacancyStatus.OPEN

    def test_what_a_feed_worked_out_is_marked_until_somebody_states_it(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = taken(store, location={"postcode": "ME14"}, derived=("location.postcode",)).vacancy
            assert store.vacancies.latest(vacancy).derived_fields == ["location.postcode"]
            stated = JobFact(field="location.postcode", value="ME14 1XQ", source=FactSource.PHONE, observed_on=TODAY)
            record_fact(vacancy_id=vacancy.id, facts=[stated], by=actor("eve"), at=START, store=store)
            assert store.vacancies.latest(vacancy).derived_fields == []

    def test_a_role_that_one_may_not_see_is_not_changed_by_its_reference(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            taken(store, source="unadvertised")
            with pytest.raises(Conflict):
                taken(store, by="ben", openings=3)

    def test_two_who_take_the_same_role_in_at_once_make_one(self, service: Service) -> None:
        def take(openings: int) -> str:
            with service.database.writing(NORTH) as store:
                return str(taken(store, openings=openings).vacancy.id)

        with ThreadPoolExecutor(4) as threads:
            assert len(set(threads.map(take, range(1, 5)))) == 1
        with service.database.reading(NORTH) as store:
            assert len(store.employers.page(search="", after=None, limit=9).items) == 1


class TestWriters:
    def test_writers_of_different_fields_lose_nothing(self, service: Service) -> None:
        with service.database.writing(NORTH) as store:
            vacancy = logged(store)
        fields = ["openings", "physical.lift_kg", "physical.stand_minutes", "hours.min", "requirements.minimum_age"]

        def write(field: str) -> None:
            learnt = JobFact(field=field, value=3, source=FactSource.PHONE, observed_on=TODAY)
            with service.database.writing(NORTH) as store:
                record_fact(vacancy_id=vacancy.id, facts=[learnt], by=actor("eve"), at=START, store=store)

        with ThreadPoolExecutor(5) as threads:
            list(threads.map(write, fields))
        with service.database.reading(NORTH) as store:
            known = read_known_vacancy(vacancy_id=vacancy.id, by=actor("eve"), store=store)
        assert {fact.field for fact in known.facts} == {"title", *fields}
        assert (known.document["openings"], known.document["hours"]) == (3, {"min": 3})
        assert known.vacancy.version == 6


AUDIENCES = [
    (visibility, owner, team)
    for visibility in Visibility
    for owner in ("ana", "ben", "eve")
    for team in (TEAM_A, TEAM_B, None)
]


class TestSeen:
    def test_lists_obey_the_same_rule_as_reading_one(self, service: Service) -> None:
        with service.database.writing(NORTH) as store:
            for visibility, owner, team in AUDIENCES:
                vacancy = logged(store)
                vacancy.visibility, vacancy.owner_id, vacancy.team_id = visibility, f"user-{owner}", team
            store.session.flush()
            every = store.vacancies.page(seen_by=actor("eve"), only=VacancyFilter(), after=None, limit=99).items
            ids = {
                vacancy.id: vacancy
                for name in ("ana", "ben", "eve")
                for vacancy in store.vacancies.page(
                    seen_by=actor(name), only=VacancyFilter(), after=None, limit=99
                ).items
            }
            for name in ("ana", "ben", "eve", "lee"):
                listing = find_vacancies(only=VacancyFilter(), after=None, limit=99, by=actor(name), store=store)
                seen = {vacancy.id for vacancy in listing.page.items}
                assert seen == {each for each, vacancy in ids.items() if can_see_vacancy(actor(name), vacancy)}
                assert 0 < len(seen) < len(AUDIENCES)
        assert len(every) < len(ids) == len(AUDIENCES)

    def test_what_one_may_not_see_is_not_there(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = logged(store)
            for act in (read_known_vacancy, confirm_vacancy):
                when = {"at": START} if act is confirm_vacancy else {}
                with pytest.raises(NotFound):
                    act(vacancy_id=vacancy.id, by=actor("ben"), store=store, **when)

    @pytest.mark.parametrize(
        ("only", "titles"),
        [
            (VacancyFilter(), ["Baker", "Ware_house", "Cleaner"]),
            (VacancyFilter(search="bAK"), ["Baker"]),
            (VacancyFilter(search="_"), ["Ware_house"]),
            (VacancyFilter(search="%"), []),
            (VacancyFilter(source=VacancySource.ADVERTISED), ["Cleaner"]),
            (VacancyFilter(status=VacancyStatus.CLOSED), []),
            (VacancyFilter(employer_id="nobody"), []),
            (VacancyFilter(owner_id="user-ana"), ["Cleaner"]),
        ],
    )
    def test_a_filter_finds_what_it_says(self, sqlite_service: Service, only: VacancyFilter, titles: list[str]) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            logged(store)
            logged(store, title="Ware_house")
            logged(store, by="ana", title="Cleaner", source="advertised")
            listing = find_vacancies(only=only, after=None, limit=99, by=actor("eve"), store=store)
        assert sorted(vacancy.title for vacancy in listing.page.items) == sorted(titles)


class TestStillThere:
    def test_a_role_that_nobody_confirms_is_paused_and_opened_by_who_does(self, service: Service) -> None:
        later = START + timedelta(days=30)
        with service.database.writing(NORTH) as store:
            vacancy = logged(store)
            assert pause_unconfirmed(by=actor("eve"), at=later - timedelta(seconds=1), store=store) == []
            assert pause_unconfirmed(by=actor("eve"), at=later, store=store) == [vacancy.id]
            assert store.vacancies.latest(vacancy).document["status"] == "paused"
            assert pause_unconfirmed(by=actor("eve"), at=later, store=store) == []
            confirm_vacancy(vacancy_id=vacancy.id, by=actor("ana"), at=later, store=store)
            assert store.vacancies.latest(vacancy).document["status"] == "open"
            assert pause_unconfirmed(by=actor("eve"), at=later, store=store) == []
            page = versions(vacancy_id=vacancy.id, after=0, limit=9, by=actor("eve"), store=store)
        assert [each.because for each in page.items] == ["logged", "unconfirmed", "confirmed"]

    def test_an_advertised_role_is_not_paused(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            logged(store, source="advertised")
            assert pause_unconfirmed(by=actor("eve"), at=START + timedelta(days=300), store=store) == []

    def test_an_organisation_sets_its_own_time(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            store.organisations.locked().settings = {"confirm_vacancies_days": 7}
            store.session.flush()
            vacancy = logged(store)
            assert pause_unconfirmed(by=actor("eve"), at=START + timedelta(days=7), store=store) == [vacancy.id]

    def test_what_a_person_paused_a_confirmation_does_not_open(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = logged(store)
            pause_vacancy(vacancy_id=vacancy.id, version=1, by=actor("eve"), at=START, store=store)
            confirm_vacancy(vacancy_id=vacancy.id, by=actor("eve"), at=START, store=store)
            assert vacancy.status is VacancyStatus.PAUSED

    def test_those_about_to_be_paused_and_those_that_were_are_found(self, sqlite_service: Service) -> None:
        later = START + timedelta(days=31)
        with sqlite_service.database.writing(NORTH) as store:
            paused = logged(store, title="Paused")
            pause_unconfirmed(by=actor("eve"), at=later, store=store)
            for title, days in (("Soon", 3), ("Much later", 20)):
                at = later - timedelta(days=30 - days)
                log_vacancy(draft=draft(title=title), by=actor("eve"), at=at, store=store)
            since = unconfirmed_since(within_days=7, at=later, store=store)
            only = VacancyFilter(unconfirmed_since=since)
            listing = find_vacancies(only=only, after=None, limit=9, by=actor("eve"), store=store)
            assert [vacancy.title for vacancy in listing.page.items] == ["Paused", "Soon"]
            close_vacancy(vacancy_id=paused.id, version=2, by=actor("eve"), at=later, store=store)
            listing = find_vacancies(only=only, after=None, limit=9, by=actor("eve"), store=store)
        assert [vacancy.title for vacancy in listing.page.items] == ["Soon"]

    @pytest.mark.parametrize(
        ("first", "then", "allowed"),
        [
            (fill_vacancy, close_vacancy, True),
            (fill_vacancy, reopen_vacancy, True),
            (fill_vacancy, pause_vacancy, False),
            (close_vacancy, reopen_vacancy, True),
            (close_vacancy, fill_vacancy, False),
            (close_vacancy, close_vacancy, False),
            (pause_vacancy, reopen_vacancy, True),
            (pause_vacancy, fill_vacancy, True),
            (pause_vacancy, pause_vacancy, False),
        ],
    )
    def test_a_status_leads_to_some_others(self, sqlite_service: Service, first: Any, then: Any, allowed: bool) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = logged(store)
            first(vacancy_id=vacancy.id, version=1, by=actor("eve"), at=START, store=store)
            if not allowed:
                with pytest.raises(Conflict):
                    then(vacancy_id=vacancy.id, version=2, by=actor("eve"), at=START, store=store)
                return
            then(vacancy_id=vacancy.id, version=2, by=actor("eve"), at=START, store=store)
            assert store.vacancies.latest(vacancy).document["status"] == vacancy.status.value
            assert vacancy.version == 3

    def test_reopening_says_that_it_is_there(self, sqlite_service: Service) -> None:
        later = START + timedelta(days=40)
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = logged(store)
            close_vacancy(vacancy_id=vacancy.id, version=1, by=actor("eve"), at=START, store=store)
            reopen_vacancy(vacancy_id=vacancy.id, version=2, by=actor("eve"), at=later, store=store)
            assert pause_unconfirmed(by=actor("eve"), at=later, store=store) == []

    def test_a_change_needs_the_version_that_was_read(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = logged(store)
            with pytest.raises(Stale) as stale:
                close_vacancy(vacancy_id=vacancy.id, version=2, by=actor("eve"), at=START, store=store)
        assert stale.value.version == 1


class TestAudience:
    def test_the_owner_tells_everybody(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = logged(store)
            wide = Audience(visibility=Visibility.ORGANISATION)
            change_audience(vacancy_id=vacancy.id, audience=wide, version=1, by=actor("eve"), at=START, store=store)
            assert read_known_vacancy(vacancy_id=vacancy.id, by=actor("ben"), store=store).vacancy.version == 2

    @pytest.mark.parametrize(("name", "refused"), [("ana", NotPermitted), ("ben", NotFound), ("lee", None)])
    def test_who_was_told_in_trust_does_not_tell_others(
        self, sqlite_service: Service, name: str, refused: type[Exception] | None
    ) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = logged(store)
            change = {
                "vacancy_id": vacancy.id,
                "audience": Audience(visibility=Visibility.ORGANISATION),
                "version": 1,
                "by": actor(name),
                "at": START,
                "store": store,
            }
            if refused is None:
                assert change_audience(**change).visibility is Visibility.ORGANISATION  # type: ignore[arg-type]
                return
            with pytest.raises(refused):
                change_audience(**change)  # type: ignore[arg-type]

    def test_a_new_owner_brings_the_team(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = logged(store)
            given = Audience(owner_id="user-ben")
            change_audience(vacancy_id=vacancy.id, audience=given, version=1, by=actor("eve"), at=START, store=store)
            assert (vacancy.owner_id, vacancy.team_id, vacancy.version) == ("user-ben", TEAM_B, 2)
            with pytest.raises(NotFound):
                read_known_vacancy(vacancy_id=vacancy.id, by=actor("eve"), store=store)

    @pytest.mark.parametrize(
        ("audience", "field"),
        [
            (Audience(owner_id="user-aud"), "owner_id"),
            (Audience(owner_id="user-sam"), "owner_id"),
            (Audience(owner_id="nobody"), "owner_id"),
            (Audience(team_id=TEAM_B), "team_id"),
        ],
    )
    def test_who_cannot_keep_a_role_does_not_get_it(
        self, sqlite_service: Service, audience: Audience, field: str
    ) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = logged(store)
            with pytest.raises(Invalid) as refused:
                change_audience(
                    vacancy_id=vacancy.id, audience=audience, version=1, by=actor("eve"), at=START, store=store
                )
        assert [problem.where.field for problem in refused.value.problems] == [field]


class TestEmployer:
    def test_a_new_name_reaches_every_role(self, service: Service) -> None:
        with service.database.writing(NORTH) as store:
            one, two = logged(store), logged(store)
            change_employer(
                employer_id=one.employer_id,
                details=EmployerDetails(name="Hazel & Sons"),
                version=1,
                by=actor("eve"),
                at=START,
                store=store,
            )
            names = [store.vacancies.latest(each).document["employer"] for each in (one, two)]
        assert names == ["Hazel & Sons"] * 2

    def test_a_note_alone_touches_no_role(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            vacancy = logged(store)
            details = EmployerDetails(name="Hazel Bakery", notes="Ring in the afternoon.")
            change_employer(
                employer_id=vacancy.employer_id, details=details, version=1, by=actor("eve"), at=START, store=store
            )
            assert vacancy.version == 1


def test_a_fact_taken_in_by_an_import_holds_like_any_other(sqlite_service: Service) -> None:
    with sqlite_service.database.writing(NORTH) as store:
        vacancy = taken(store, openings=2).vacancy
        standings = {each.field: each.standing for each in store.vacancies.facts(vacancy.id)}
    assert standings == {"title": Standing.HOLDS, "openings": Standing.HOLDS}
