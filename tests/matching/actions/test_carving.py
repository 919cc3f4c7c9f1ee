"""Carving a role: what is known of the tasks comes along, and nothing is told further than it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from matching.actions.carving import CarvedDraft, TasksTaken, carve_role
from matching.actions.vacancies import VacancyDraft, log_vacancy
from matching.errors import Invalid, NotFound
from matching.model.fact import FactSource
from matching.model.people import Actor
from matching.model.vacancy import Visibility
from matching.permissions import permissions_of
from matching.store import Store
from matching.store.tables import VacancyRow
from tests.service import NORTH, PEOPLE, START, TEAM_A, TEAM_B, Service


def actor(name: str, *teams: str) -> Actor:
    organisation, roles, home = PEOPLE[name]
    return Actor(
        organisation_id=organisation,
        user_id=f"user-{name}",
        permissions=permissions_of(roles),
        team_ids=teams or home,
    )


def origin(
    store: Store, tasks: list[str], *, source: FactSource = FactSource.VISIT, day: int = 1, by: str = "eve", **more: Any
) -> VacancyRow:
    document = {"title": "Baker", "employer": "Hazel Bakery", "tasks": tasks, "pay": {"hourly": 13}, **more}
    draft = VacancyDraft(document=document, known_by=source, observed_on=date(2026, 11, day))
    return log_vacancy(draft=draft, by=actor(by), at=START, store=store)


def carved(store: Store, *origins: tuple[VacancyRow, list[str]], by: Actor | None = None, **more: Any) -> VacancyRow:
    draft = CarvedDraft(
        title="Bread packer",
        origins=tuple(TasksTaken(vacancy_id=row.id, tasks=tuple(tasks)) for row, tasks in origins),
        known_by=FactSource.PHONE,
        observed_on=date(2026, 11, 20),
        **more,
    )
    return carve_role(draft=draft, by=by or actor("eve"), at=START, store=store)


def test_tasks_of_several_roles_make_one_and_the_rest_is_unknown(service: Service) -> None:
    with service.database.writing(NORTH) as store:
        bake = origin(store, ["Knead dough", "Pack bread"])
        sell = origin(store, ["Serve", "Label"], title="Seller")
        role = carved(store, (bake, ["Pack bread"]), (sell, ["Label"]))
        document = store.vacancies.latest(role).document
    assert document == {
        "vacancy_ref": role.ref,
        "title": "Bread packer",
        "employer": "Hazel Bakery",
        "source": "carved",
        "status": "open",
        "visibility": "team",
        "tasks": ["Pack bread", "Label"],
        "facts_checked_on": "2026-11-20",
    }
    assert role.carved_from == [bake.ref, sell.ref]


def test_tasks_are_as_sure_as_the_least_sure_origin_and_as_old_as_the_oldest(sqlite_service: Service) -> None:
    with sqlite_service.database.writing(NORTH) as store:
        seen = origin(store, ["Pack"], source=FactSource.VISIT, day=2)
        read = origin(store, ["Label"], source=FactSource.ADVERT, day=9)
        role = carved(store, (seen, ["Pack"]), (read, ["Label"]))
        tasks = next(fact for fact in store.vacancies.facts(role.id) if fact.field == "tasks")
    assert (tasks.source, tasks.observed_on.day) == (FactSource.ADVERT, 2)


@pytest.mark.parametrize(
    ("employers", "tasks", "field"),
    [
        (("Hazel Bakery", "Alder Farm"), (["Pack"], ["Pack"]), "origins"),
        (("Hazel Bakery", "Hazel Bakery"), (["Pack"], ["Sweep"]), "origins[2].tasks[1]"),
        (("Hazel Bakery",), ([],), "origins"),
    ],
)
def test_what_cannot_be_carved_is_named(
    sqlite_service: Service, employers: tuple[str, ...], tasks: tuple[list[str], ...], field: str
) -> None:
    with sqlite_service.database.writing(NORTH) as store:
        origins = [origin(store, ["Pack"], employer=employer) for employer in employers]
        with pytest.raises(Invalid) as refused:
            carved(store, *zip(origins, tasks, strict=True))
    assert [problem.where.field for problem in refused.value.problems] == [field]


def test_an_origin_that_one_may_not_see_is_not_there(sqlite_service: Service) -> None:
    with sqlite_service.database.writing(NORTH) as store:
        hidden = origin(store, ["Pack"])
        with pytest.raises(NotFound):
            carved(store, (hidden, ["Pack"]), by=actor("ben"))


@pytest.mark.parametrize(
    ("widths", "asked", "given"),
    [
        (("organisation",), None, "team"),
        (("organisation",), "organisation", "organisation"),
        (("organisation", "team"), None, "team"),
        (("organisation", "team"), "organisation", None),
        (("own_caseload", "organisation"), None, "own_caseload"),
        (("own_caseload", "organisation"), "team", None),
    ],
)
def test_it_is_told_no_further_than_its_origins(
    sqlite_service: Service, widths: tuple[str, ...], asked: str | None, given: str | None
) -> None:
    with sqlite_service.database.writing(NORTH) as store:
        origins = [(origin(store, ["Pack"], visibility=width), ["Pack"]) for width in widths]
        wish = None if asked is None else Visibility(asked)
        if given is None:
            with pytest.raises(Invalid, match="known to fewer"):
                carved(store, *origins, visibility=wish)
            return
        assert carved(store, *origins, visibility=wish).visibility is Visibility(given)


def test_what_two_teams_were_told_apart_neither_is_told_whole(sqlite_service: Service) -> None:
    with sqlite_service.database.writing(NORTH) as store:
        ours, theirs = origin(store, ["Pack"]), origin(store, ["Label"], by="ben")
        role = carved(store, (ours, ["Pack"]), (theirs, ["Label"]), by=actor("ana", TEAM_A, TEAM_B))
    assert role.visibility is Visibility.OWN_CASELOAD


def test_it_stays_with_the_team_that_was_told(sqlite_service: Service) -> None:
    with sqlite_service.database.writing(NORTH) as store:
        theirs = origin(store, ["Label"], by="ben")
        role = carved(store, (theirs, ["Label"]), by=actor("ana", TEAM_A, TEAM_B))
    assert (role.visibility, role.team_id) == (Visibility.TEAM, TEAM_B)
