"""`wellplaced vectors`: shared vectors are made, filled, looked over and dropped, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from sqlalchemy import text
from typer.testing import CliRunner

from api.cli import app
from matching.actions.shared_documents import Kept, fill, keep_documents, look_over
from matching.bootstrap import chosen_vectors
from matching.errors import Conflict
from matching.store.shared_vectors import SharedVectors
from matching.store.shared_vectors_table import create_table
from tests.api.world import good
from tests.databases import Databases
from tests.service import NORTH, SOUTH, Service, start_service

TITLES = ("Baker", "Kitchen porter", "Kennel assistant", "Shelf stacker", "Gardener")


@pytest.fixture
def url(databases: Databases, tmp_path: Path) -> str:
    return databases.fresh("postgresql", tmp_path)


@pytest.fixture
def service(url: str, tmp_path: Path) -> Iterator[Service]:
    """A service on PostgreSQL with a few roles in one organisation, whose words have been read."""
    started = start_service(url, tmp_path)
    eve = started.as_("eve")
    employer = good(eve.post("/v1/employers", {"name": "Hazel Bakery"})).json()["id"]
    for title in TITLES:
        good(eve.post("/v1/vacancies", {"title": title, "employer_id": employer, "known_by": "visit"}))
    started.run_jobs()
    yield started
    started.client.close()
    started.database.close()


@pytest.fixture
def shared_of(service: Service, databases: Databases, url: str) -> Callable[[str], SharedVectors]:
    """The shared vectors of an organisation, in a table that is still empty."""
    recipe = service.running.pools.means.recipe
    create_table(databases.owner_url(url), dimension=recipe.encoder.dimension)
    settings = service.running.settings.model_copy(update={"vectors": "pgvector"})
    chosen = chosen_vectors(settings, service.database, recipe)
    assert chosen is not None
    return chosen


def vectors_in_memory(service: Service) -> np.ndarray:
    """What a process holds itself, in the order of its documents."""
    with service.database.reading(NORTH) as store:
        index = service.running.pools.current(store).documents.index
    return index.vectors.vectors_at(np.arange(index.document_count))


def keys_in_memory(service: Service) -> np.ndarray:
    with service.database.reading(NORTH) as store:
        return service.running.pools.current(store).documents.index.keys


class TestFilling:
    def test_what_is_filled_in_are_the_vectors_that_a_process_makes(
        self, service: Service, shared_of: Callable[[str], SharedVectors]
    ) -> None:
        kept = fill(NORTH, shared=shared_of(NORTH), pools=service.running.pools, database=service.database)
        assert kept == Kept(documents=len(TITLES), known=0, added=len(TITLES), waiting=0)
        taken = shared_of(NORTH)
        rows = taken.take(keys_in_memory(service))
        assert taken.vectors_at(rows).tobytes() == vectors_in_memory(service).tobytes()

    def test_filling_again_changes_nothing(self, service: Service, shared_of: Callable[[str], SharedVectors]) -> None:
        for known in (0, len(TITLES)):
            kept = fill(NORTH, shared=shared_of(NORTH), pools=service.running.pools, database=service.database)
            assert (kept.known, kept.added) == (known, len(TITLES) - known)

    def test_words_that_nobody_has_read_wait(self, service: Service, shared_of: Callable[[str], SharedVectors]) -> None:
        with service.database.reading(NORTH) as store:
            documents = [("Baker", ""), ("Words that nobody has read", "")]
            kept = keep_documents(documents, shared=shared_of(NORTH), pools=service.running.pools, store=store)
        assert (kept.added, kept.waiting) == (1, 1)


class TestLookingOver:
    def test_what_was_filled_is_sound_and_what_is_missing_or_wrong_is_counted(
        self, service: Service, shared_of: Callable[[str], SharedVectors]
    ) -> None:
        running = service.running
        fill(NORTH, shared=shared_of(NORTH), pools=running.pools, database=service.database)
        sound = look_over(NORTH, shared=shared_of(NORTH), pools=running.pools, database=service.database)
        assert (sound.is_sound, sound.documents, sound.unused) == (True, len(TITLES), 0)

        first, second = keys_in_memory(service)[:2]
        wrong = np.zeros((1, shared_of(NORTH).dimension), np.float32)
        wrong[0, 0] = 1.0
        shared_of(NORTH).drop([first.tobytes(), second.tobytes()])
        shared_of(NORTH).keep([second.tobytes(), b"of nothing there"], np.repeat(wrong, 2, axis=0))
        found = look_over(NORTH, shared=shared_of(NORTH), pools=running.pools, database=service.database)
        assert (found.lacking, found.different, found.unused, found.is_sound) == (1, 1, 1, False)


class TestChoosing:
    def test_without_the_setting_each_process_has_its_own(self, service: Service) -> None:
        recipe = service.running.pools.means.recipe
        assert chosen_vectors(service.running.settings, service.database, recipe) is None

    def test_without_a_table_it_is_said_what_to_do(self, service: Service) -> None:
        settings = service.running.settings.model_copy(update={"vectors": "pgvector"})
        with pytest.raises(Conflict, match="wellplaced vectors create"):
            chosen_vectors(settings, service.database, service.running.pools.means.recipe)


class TestTheCommand:
    @pytest.fixture
    def run(
        self, service: Service, databases: Databases, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[..., Result]:
        """Run `wellplaced vectors` on the database of the service."""
        environment = {
            "DATA_DIR": str(tmp_path / "elsewhere"),
            "ENCODER": "hashing",
            "DATABASE_URL": url,
            "MIGRATION_URL": databases.owner_url(url),
        }
        for name, value in environment.items():
            monkeypatch.setenv(f"WELLPLACED_{name}", value)
        return lambda *words: CliRunner().invoke(app, ["vectors", *words])

    def test_it_makes_fills_looks_over_and_drops(self, run: Callable[..., Result], service: Service) -> None:
        assert run("create").exit_code == 0
        assert "already" in run("create").stderr
        assert run("verify").exit_code == 1
        assert run("fill").stdout.splitlines() == [
            f"{NORTH}\t5 documents\t0 known\t5 added\t0 waiting",
            f"{SOUTH}\t0 documents\t0 known\t0 added\t0 waiting",
        ]
        assert run("verify").exit_code == 0
        assert run("drop", "--superseded").stdout.splitlines() == [f"{NORTH}\t0 deleted", f"{SOUTH}\t0 deleted"]
        assert run("drop").exit_code == 0
        with service.database.engine.connect() as connection:
            assert connection.execute(text("SELECT to_regclass('document_vectors')")).scalar_one() is None

    def test_without_a_table_it_says_what_to_do(self, run: Callable[..., Result]) -> None:
        assert "wellplaced vectors create" in str(run("fill").exception)
