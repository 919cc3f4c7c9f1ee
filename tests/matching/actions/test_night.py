"""The night run: everybody's list again, each once, with what changed since the last night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from matching.actions.night import NightPlan, plan_night, run_night
from matching.actions.night_alone import alone
from matching.actions.night_drawing import Batch, DrawnBatch, draw_batch
from matching.actions.night_words import encode_first
from matching.actions.redrawing import draw_again
from matching.actions.users import actor_of_user, operator
from matching.errors import Conflict, NotPermitted
from matching.model.people import ParticipantStatus
from matching.store.tables import Alert, Allocation, AuditRow, EntryRow, Participant, ShortlistRow, User
from tests.matching.actions.roles import log, rewrite, role, take_on
from tests.service import NORTH, Service

BY = operator(NORTH)


class Here(Executor):
    """Draws in this very thread, at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **more))
        except BaseException as error:
            future.set_exception(error)
        return future


class Killed(BaseException):
    """The power has gone."""


def plan_of(service: Service, *, at_once: int = 2) -> NightPlan:
    with service.database.reading(NORTH) as store:
        return plan_night(
            by=BY, at=service.clock.at, method=service.running.pools.means.method, store=store, at_once=at_once
        )


def night(service: Service, *, at_once: int = 2, draw: Callable[[Batch], DrawnBatch] | None = None) -> dict[str, Any]:
    """One night in this process."""
    running = service.running
    encode_first(running.worker, NORTH, at=service.clock.at)
    return run_night(
        plan_of(service, at_once=at_once),
        by=BY,
        at=service.clock.at,
        method=running.pools.means.method,
        database=service.database,
        pools=running.pools,
        executor=Here(),
        draw=draw or partial(draw_batch, database=service.database, pools=running.pools),
        ahead=1,
    )


def lists(service: Service) -> list[tuple[Any, ...]]:
    """What was kept, without ids."""
    with service.database.reading(NORTH) as store:
        rows = store.session.scalars(select(ShortlistRow))
        found = []
        for row in rows:
            places = store.session.scalars(select(EntryRow).where(EntryRow.shortlist_id == row.id))
            roles = sorted((each.position or 0, each.vacancy_id) for each in places)
            found.append((row.participant_id, row.as_of, row.pool_mark, row.document_id, row.entries, tuple(roles)))
        return sorted(found)


def count(service: Service, table: type[Any]) -> int:
    with service.database.reading(NORTH) as store:
        return len(list(store.session.scalars(select(table))))


def change(service: Service, participant_id: str, **values: Any) -> None:
    with service.database.writing(NORTH) as store:
        person = store.session.get_one(Participant, participant_id)
        for name, value in values.items():
            setattr(person, name, value)


@pytest.fixture
def county(sqlite_service: Service) -> Service:
    """Five people and some roles, with every word encoded."""
    return furnished(sqlite_service)


def furnished(service: Service) -> Service:
    with service.database.writing(NORTH) as store:
        for number in range(12):
            log(store, role(f"R{number:02}", tasks=[f"thing {number}"]))
        for number in range(5):
            take_on(store, f"P{number}", strengths=[f"thing {number}"])
    service.run_jobs()
    return service


class TestNightRun:
    def test_everybody_has_a_list_that_can_be_drawn_again(self, service: Service) -> None:
        furnished(service)
        summary = night(service)
        assert (summary["people"], summary["lists"], summary["failed"]) == (5, 5, {})
        with service.database.reading(NORTH) as store:
            rows = list(store.session.scalars(select(ShortlistRow)))
            by = actor_of_user(store.session.get_one(User, "user-ana"))
        with service.database.reading(NORTH) as reading, service.database.writing(NORTH) as store:
            for row in rows:
                again = draw_again(
                    shortlist_id=row.id,
                    by=by,
                    at=service.clock.at,
                    reading=reading,
                    store=store,
                    pools=service.running.pools,
                )
                assert again["shortlist_id"] == row.document_id

    def test_a_second_run_of_the_day_changes_nothing(self, county: Service) -> None:
        night(county)
        before = lists(county)
        again = night(county)
        assert (again["lists"], again["done_before"], lists(county)) == (0, 5, before)

    @pytest.mark.parametrize("batches", [0, 1, 2])
    def test_a_run_that_was_killed_goes_on_where_it_stopped(
        self, sqlite_service: Service, batches: int, databases: Any, tmp_path: Path
    ) -> None:
        county, drawn = furnished(sqlite_service), []

        def until_killed(batch: Batch) -> DrawnBatch:
            if len(drawn) == batches:
                raise Killed
            drawn.append(batch)
            return draw_batch(batch, database=county.database, pools=county.running.pools)

        with pytest.raises(Killed):
            night(county, draw=until_killed)
        kept = len(lists(county))
        assert kept == 2 * batches
        rest = night(county)
        assert (rest["done_before"], rest["lists"]) == (kept, 5 - kept)
        from tests.service import start_service

        whole = furnished(start_service(databases.fresh("sqlite", tmp_path), tmp_path / "whole"))
        night(whole)
        assert lists(county) == lists(whole)
        whole.client.close()
        whole.database.close()

    def test_the_next_day_draws_everybody_again_and_tells_what_came_and_went(self, county: Service) -> None:
        first = night(county)
        assert (first["first_lists"], first["changed"]) == (5, {})
        with county.database.writing(NORTH) as store:
            log(store, role("R99", tasks=["thing 3"], title="thing 3"))
        county.run_jobs()
        county.clock.pass_(days=1)
        second = night(county)
        assert second["lists"] == 5
        moved = second["changed"]["par-P3"]
        assert moved["entered"] == [{"vacancy_id": "vac-R99", "because": "logged"}]
        assert [each["because"] for each in moved["left"]] == ["others"]

    def test_a_role_that_closed_is_told_as_gone(self, county: Service) -> None:
        night(county)
        with county.database.reading(NORTH) as store:
            first = store.alerts.standings(["par-P0"])["par-P0"].vacancy_ids[0]
        with county.database.writing(NORTH) as store:
            rewrite(store, first.removeprefix("vac-"), role(first.removeprefix("vac-"), status="filled"))
        county.run_jobs()
        county.clock.pass_(days=1)
        assert {"vacancy_id": first, "because": "gone"} in night(county)["changed"]["par-P0"]["left"]

    def test_a_role_that_nobody_was_told_of_is_told_once(self, county: Service) -> None:
        night(county)
        with county.database.writing(NORTH) as store:
            log(store, role("R99", tasks=["thing 3"], title="thing 3"))
        # Only its words are read: the night run comes before the worker has looked at anybody.
        from matching.actions.jobs import Task
        from matching.actions.worker import encode_vacancies

        worker = county.running.worker
        payloads = [{"vacancy_id": "vac-R99"}]
        encode_vacancies(Task(organisation_id=NORTH, payloads=payloads, at=county.clock.at, worker=worker))
        county.clock.pass_(days=1)
        assert night(county)["alerts"] >= 1
        told = count(county, Alert)
        county.run_jobs()
        night(county)
        assert count(county, Alert) == told

    def test_over_a_changed_pool_a_list_is_kept_again_only_if_it_reads_differently(self, county: Service) -> None:
        night(county)
        standing = Counter(vacancy_id for each in lists(county) for _, vacancy_id in each[5])
        vacancy_id, people = min(standing.items(), key=lambda item: (item[1], item[0]))
        assert 0 < people < 5
        ref = vacancy_id.removeprefix("vac-")
        with county.database.writing(NORTH) as store:
            rewrite(store, ref, role(ref, tasks=[f"thing {int(ref[1:])}"], status="filled"))
        county.run_jobs()
        again = night(county)
        assert (again["lists"], again["unchanged"]) == (people, 5 - people)
        assert len(lists(county)) == 5 + people

    def test_whoever_objects_or_left_has_no_list(self, county: Service) -> None:
        change(county, "par-P0", objects_to_matching=True)
        change(county, "par-P1", status=ParticipantStatus.LEFT)
        night(county)
        assert {each[0] for each in lists(county)} == {"par-P2", "par-P3", "par-P4"}

    def test_who_objects_while_the_list_is_drawn_has_none(self, county: Service) -> None:
        def meanwhile(batch: Batch) -> DrawnBatch:
            drawn = draw_batch(batch, database=county.database, pools=county.running.pools)
            change(county, "par-P0", objects_to_matching=True)
            return drawn

        assert night(county, at_once=9, draw=meanwhile)["moved_on"] == 1
        assert "par-P0" not in {each[0] for each in lists(county)}

    def test_one_who_fails_is_named_by_id_and_stops_nobody(self, county: Service) -> None:
        with county.database.writing(NORTH) as store:
            version = store.profiles.version("par-P2", 1)
            version.document = {"strengths": 7}
        summary = night(county, at_once=9)
        assert list(summary["failed"]) == ["par-P2"]
        assert len(lists(county)) == 4

    def test_words_that_nobody_has_read_are_read_first(self, county: Service) -> None:
        with county.database.writing(NORTH) as store:
            take_on(store, "P9", strengths=["never heard of before"])
        summary = night(county)
        assert (summary["lists"], summary["words_unread"]) == (6, 0)

    def test_the_run_is_one_event_of_the_operator(self, county: Service) -> None:
        night(county)
        with county.database.reading(NORTH) as store:
            events = [each for each in store.session.scalars(select(AuditRow)) if each.action == "night_run.done"]
        assert [(each.who, each.detail["lists"]) for each in events] == [(BY.user_id, 5)]

    def test_who_does_not_manage_the_organisation_may_not(self, county: Service) -> None:
        with county.database.reading(NORTH) as store:
            ana = actor_of_user(store.session.get_one(User, "user-ana"))
            with pytest.raises(NotPermitted):
                plan_night(by=ana, at=county.clock.at, method=county.running.pools.means.method, store=store)

    def test_a_process_with_another_method_refuses(self, county: Service) -> None:
        (batch, *_) = plan_of(county).batches
        other = Batch(organisation_id=NORTH, as_of=batch.as_of, method="0" * 64, participant_ids=batch.participant_ids)
        with pytest.raises(Conflict, match="another method"):
            draw_batch(other, database=county.database, pools=county.running.pools)


class TestProposals:
    def test_none_is_made_unless_the_organisation_asks(self, county: Service) -> None:
        night(county)
        assert count(county, Allocation) == 0

    def test_each_team_has_one_a_day_and_an_edited_one_stays(self, county: Service) -> None:
        with county.database.writing(NORTH) as store:
            store.organisations.locked().settings = {"propose_nightly": True}
        assert night(county)["proposed_for"] == ["team-a", "team-b"]
        with county.database.writing(NORTH) as store:
            row = next(each for each in store.session.scalars(select(Allocation)) if each.team_id == "team-a")
            assert len(row.proposal["pairs"]) == 5
            row.edits, row.version = [{"kind": "removed", "participant_id": "x", "vacancy_id": "y"}], 2
        assert night(county)["proposed_for"] == []
        assert count(county, Allocation) == 2


class TestAlone:
    def test_no_two_runs_of_one_organisation_at_once(self, service: Service, tmp_path: Path) -> None:
        import subprocess
        import sys

        program = (
            "import sys; from pathlib import Path\n"
            "from matching.actions.night_alone import alone; from matching.errors import Conflict\n"
            "from matching.store import open_database\n"
            "try:\n"
            "    with alone(open_database(sys.argv[1]), sys.argv[3], folder=Path(sys.argv[2])): print('held')\n"
            "except Conflict: print('refused')\n"
        )
        url = service.running.settings.database

        def tried(organisation_id: str) -> str:
            words = [sys.executable, "-c", program, url, str(tmp_path), organisation_id]
            return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()

        with alone(service.database, NORTH, folder=tmp_path):
            assert (tried(NORTH), tried("south")) == ("refused", "held")
        assert tried(NORTH) == "held"
