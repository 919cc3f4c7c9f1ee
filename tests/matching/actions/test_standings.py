"""What is told by standings is what drawing everybody's list again would tell."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from matching.actions import alerts
from tests.matching.actions.histories import History, begun, histories
from tests.service import Service


def told(history: History) -> set[tuple[str, str]]:
    """Whom the service has told of what: participant and role."""
    with history.service.database.reading(history.organisation_id) as store:
        return {(each, role) for each in history.person_ids for role in store.alerts.told(each)}


def check_history(service: Service, happened: dict[str, Any]) -> None:
    """Hold each round against a full redraw of everybody before and after it."""
    before: dict[str, tuple[str, ...]] = {}
    expected: set[tuple[str, str]] = set()
    versions: dict[str, int] = {}
    mark = 0
    for history in begun(service, happened):
        now, pool_changed, mark = history.first_entries(), history.mark() > mark, history.mark()
        with service.database.reading(history.organisation_id) as store:
            people = {each.id: each.profile_version for each in store.alerts.matched(everyone=True)}
            standings = store.alerts.standings(people)
        for person in history.forgotten:
            before.pop(person, None)
            versions.pop(person, None)
            expected = {pair for pair in expected if pair[0] != person}
        history.forgotten.clear()
        # Lists are looked at when something in the pool has changed, and one person's when their profile has.
        for person in [each for each in people if pool_changed or versions.get(each, 0) != people[each]]:
            changed = history.changed_for(person)
            if person in before:
                expected |= {(person, role) for role in now[person] if role in changed and role not in before[person]}
            before[person] = now[person]
            versions[person] = people[person]
            assert tuple(standings[person].vacancy_ids) == now[person]
        assert told(history) == expected


class TestStandings:
    @settings(max_examples=25)
    @given(happened=histories())
    def test_alerts_are_those_of_a_full_redraw_of_everybody(
        self, sqlite_service: Service, happened: dict[str, Any]
    ) -> None:
        check_history(sqlite_service, happened)

    @settings(max_examples=3)
    @given(happened=histories(roles=12, rounds=3))
    def test_so_they_are_on_either_database_when_few_people_are_looked_at_at_once(
        self, service: Service, happened: dict[str, Any]
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(alerts, "AT_ONCE", 1)
            check_history(service, happened)
