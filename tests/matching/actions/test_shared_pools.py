"""With vectors in PostgreSQL a service gives the lists that it gives with vectors of its own, and holds none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from api.running import open_running
from embeddings.index import VectorIndex
from matching.actions.index import profile_changed
from matching.actions.shared_documents import fill
from matching.bootstrap import shared_vectors
from matching.store.shared_vectors_table import create_table
from tests.api.world import good
from tests.databases import Databases
from tests.matching.actions.roles import take_on
from tests.service import NORTH, START, Service, start_service

TITLES = ("Baker", "Kitchen porter", "Kennel assistant", "Shelf stacker", "Gardener", "Pastry cook")


def index_of(service: Service) -> Any:
    with service.database.reading(NORTH) as store:
        return service.running.pools.current(store).documents.index


def started(databases: Databases, folder: Path, **settings: Any) -> Service:
    url = databases.fresh("postgresql", folder)
    create_table(databases.owner_url(url), dimension=384)
    return start_service(url, folder, **settings)


def log_roles(service: Service, titles: tuple[str, ...] = TITLES) -> None:
    eve = service.as_("eve")
    employer = good(eve.post("/v1/employers", {"name": "Hazel Bakery"})).json()["id"]
    for title in titles:
        good(eve.post("/v1/vacancies", {"title": title, "employer_id": employer, "known_by": "visit"}))
    service.run_jobs()


def test_the_numbers_are_those_of_a_process_that_holds_its_vectors(databases: Databases, tmp_path: Path) -> None:
    asked = ["baking bread", "working with animals", "Kitchen porter"]
    answers = []
    for where in ("memory", "pgvector"):
        service = started(databases, tmp_path / where, vectors=where)
        log_roles(service)
        index = index_of(service)
        assert isinstance(index.vectors, VectorIndex) == (where == "memory")
        encoder = service.running.worker.encoder
        service.running.pools.means.recipe.encoder.learn(asked, encoder.encode(asked))
        answers.append(index.document_similarities(asked, np.arange(index.document_count)).tobytes())
        service.client.close()
        service.database.close()
    assert answers[0] == answers[1]


def test_a_start_from_the_file_gives_the_same_numbers(databases: Databases, tmp_path: Path) -> None:
    service = started(databases, tmp_path, vectors="pgvector")
    log_roles(service)
    pools = service.running.pools
    before, asked = index_of(service), ["Baker"]
    documents = np.arange(before.document_count)
    numbers = before.document_similarities(asked, documents)
    with service.database.reading(NORTH) as store:
        pools.current(store)
        pools._pool(NORTH)._seal()
        settings = service.running.settings
        service.running = open_running(settings, clock=service.clock)
        after = service.running.pools.current(store).documents.index
    places = [after.keys.tolist().index(key) for key in before.keys.tolist()]
    service.running.pools.means.recipe.encoder.learn(asked, service.running.worker.encoder.encode(asked))
    assert after.document_similarities(asked, np.array(places)).tobytes() == numbers.tobytes()
    assert service.running.pools.counts["sealed"] == 0


def test_a_table_that_was_emptied_is_filled_by_whoever_lays_the_pool_out_anew(
    databases: Databases, tmp_path: Path
) -> None:
    service = started(databases, tmp_path, vectors="pgvector")
    log_roles(service)
    index = index_of(service)
    index.vectors.drop([key.tobytes() for key in index.keys])
    again = start_again(service, tmp_path)
    assert index_of(again).document_count == len(TITLES)
    assert index_of(again).vectors.kept_count() == len(TITLES)


def test_a_list_that_lacks_dropped_vectors_is_refused_until_they_are_filled_in_again(
    databases: Databases, tmp_path: Path
) -> None:
    service = started(databases, tmp_path, vectors="pgvector")
    log_roles(service)
    with service.database.writing(NORTH) as store:
        for ref, wish in (("P1", "baking"), ("P2", "feeding owls")):
            profile_changed(store, take_on(store, ref, wanted_work=[{"label": wish}]), START)
    service.run_jobs()
    assert service.as_("ana").post("/v1/shortlists", {"participant_id": "par-P1"}).status_code == 201
    keys = [key.tobytes() for key in index_of(service).keys]
    other = shared_vectors(service.database, service.running.pools.means.recipe)(NORTH)
    other.take(keys)
    other.drop(keys)
    answer = service.as_("ana").post("/v1/shortlists", {"participant_id": "par-P2"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "fill them" in answer.json()["detail"]
    fill(NORTH, shared=other, pools=service.running.pools, database=service.database)
    assert service.as_("ana").post("/v1/shortlists", {"participant_id": "par-P2"}).status_code == 201


def start_again(service: Service, folder: Path) -> Service:
    running = open_running(
        service.running.settings.model_copy(update={"data_dir": folder / "other"}), clock=service.clock
    )
    service.running = running
    return service
