"""The worker's process does work as it comes, until it is told to stop."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from embeddings.encoder import Encoder
from matching.actions import index, worker
from matching.actions.worker import WORKS, run_worker
from tests.matching.actions.roles import log, role, take_on
from tests.service import NORTH, START, Service


class Noting:
    """An encoder that notes what it was given."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.dimension = encoder.name, encoder.dimension
        self.batches: list[list[str]] = []

    def encode(self, texts: Any, progress: Any = None) -> Any:
        self.batches.append(list(texts))
        return self._encoder.encode(texts, progress)


def noting(service: Service) -> Noting:
    """Let the service's worker encode with an encoder that notes what it was given."""
    encoder = Noting(service.running.worker.encoder)
    object.__setattr__(service.running.worker, "encoder", encoder)
    return encoder


def pool_size(service: Service) -> int:
    with service.database.reading(NORTH) as store:
        return service.running.pools.current(store).count


class TestRunWorker:
    def test_what_is_logged_is_on_lists_a_moment_later_until_the_worker_is_stopped(self, service: Service) -> None:
        stop = threading.Event()
        thread = threading.Thread(
            target=run_worker, args=(service.running.worker,), kwargs={"stop": stop, "clock": service.clock}
        )
        thread.start()
        try:
            for number in range(3):
                with service.database.writing(NORTH) as store:
                    log(store, role(f"R{number}"))
                until = time.monotonic() + 10
                while pool_size(service) <= number:
                    assert time.monotonic() < until
                    time.sleep(0.01)
        finally:
            stop.set()
            thread.join(10)
        assert not thread.is_alive()

    def test_it_has_the_database_count_its_rows_when_it_begins(self, sqlite_service: Service) -> None:
        stop = threading.Event()
        with sqlite_service.database.writing(NORTH) as store:
            worker.queue(store, "stop", "A", {}, START)
        works = {"stop": worker.Work(handler=lambda _: stop.set())}
        run_worker(replace(sqlite_service.running.worker, works=works), stop=stop, clock=sqlite_service.clock)
        with sqlite_service.database.engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'organisations'"))

    def test_an_encoder_that_cannot_be_loaded_ends_nothing(self, sqlite_service: Service) -> None:
        class Broken:
            name, dimension = "broken", 384

            def encode(self, texts: Any, progress: Any = None) -> Any:
                raise OSError

        stop, done = threading.Event(), threading.Event()
        works = {"count": worker.Work(handler=lambda _: done.set())}
        broken = replace(sqlite_service.running.worker, encoder=Broken(), works=works, daily=())
        with sqlite_service.database.writing(NORTH) as store:
            worker.queue(store, "count", "A", {}, START)
        thread = threading.Thread(target=run_worker, args=(broken,), kwargs={"stop": stop, "clock": lambda: START})
        thread.start()
        assert done.wait(10)
        stop.set()
        thread.join(10)


class TestEncoding:
    def test_a_waiting_list_comes_before_a_file_of_roles_and_the_latest_role_before_the_first(
        self, sqlite_service: Service
    ) -> None:
        encoder = noting(sqlite_service)
        with sqlite_service.database.writing(NORTH) as store:
            for number in range(40):
                log(store, role(f"R{number:02}"), at=START)
        sqlite_service.clock.pass_(seconds=1)
        with sqlite_service.database.writing(NORTH) as store:
            log(store, role("visit"), at=sqlite_service.clock.at)
            index.profile_changed(
                store, take_on(store, "P-1", wanted_work=[{"label": "cleaning"}]), sqlite_service.clock.at
            )
        sqlite_service.run_jobs()
        assert encoder.batches[0] == ["cleaning"]
        assert "Assistant visit" in encoder.batches[1]
        assert WORKS["encode"].at_once < 41
        assert pool_size(sqlite_service) == 41

    def test_a_pool_without_vectors_is_encoded_in_turns(self, sqlite_service: Service, monkeypatch: Any) -> None:
        monkeypatch.setattr(worker, "TEXTS_A_TURN", 4)
        with sqlite_service.database.writing(NORTH) as store:
            for number in range(10):
                log(store, role(f"R{number}"))
        sqlite_service.run_jobs()
        with sqlite_service.database.writing(NORTH) as store:
            store.session.execute(text("DELETE FROM text_vectors"))
            index.queue(store, index.ENCODE, index.WHOLE_POOL, {}, START)
        encoder = noting(sqlite_service)
        sqlite_service.run_jobs()
        assert [len(batch) for batch in encoder.batches] == [4, 4, 3]

    def test_batches_are_committed_one_by_one_so_that_a_kill_loses_little(
        self, sqlite_service: Service, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(worker, "_TEXTS_AT_ONCE", 2)
        encoder = noting(sqlite_service)
        with sqlite_service.database.writing(NORTH) as store:
            for number in range(5):
                log(store, role(f"R{number}"))
        whole = encoder.encode

        def fail_the_third(texts: Any, progress: Any = None) -> Any:
            if len(encoder.batches) == 2:
                raise OSError
            return whole(texts, progress)

        monkeypatch.setattr(encoder, "encode", fail_the_third)
        sqlite_service.run_jobs()
        with sqlite_service.database.reading(NORTH) as store:
            assert store.session.execute(text("SELECT count(*) FROM text_vectors")).scalar_one() == 4
        assert pool_size(sqlite_service) == 0

    def test_doing_the_same_job_again_changes_nothing(self, service: Service) -> None:
        with service.database.writing(NORTH) as store:
            log(store, role("A"))
        service.run_jobs()
        with service.database.writing(NORTH) as store:
            index.queue(store, index.ENCODE, "vacancy:vac-A", {"vacancy_id": "vac-A"}, START)
        service.run_jobs()
        with service.database.reading(NORTH) as store:
            assert store.pool.mark() == 1
