"""Vectors shared in PostgreSQL: the answers of FAISS to the bit, of one's own organisation alone."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from embeddings.index import VectorIndex
from embeddings.rounding import STEP, rounded
from embeddings.vectors import ExactIndex, SharedIndex, VectorsGone
from matching.errors import Conflict
from matching.store import Database, open_database
from matching.store.outages import Outage, outage_of
from matching.store.shared_vectors import SharedVectors
from matching.store.shared_vectors_table import check_table, create_table, drop_table
from tests.databases import Databases, opened

NORTH, SOUTH, DIMENSION = "north", "south", 24
Vectors = NDArray[np.float32]


def digest(number: int) -> bytes:
    return hashlib.blake2b(str(number).encode(), digest_size=16).digest()


def digests(numbers: NDArray[np.int64] | range | list[int]) -> list[bytes]:
    return [digest(int(number)) for number in numbers]


def vectors_of(count: int, *, seed: int = 1, dimension: int = DIMENSION) -> Vectors:
    """Unit vectors of which many are equal, so that there are ties, and some hold zeros."""
    rng = np.random.default_rng(seed)
    made = rng.standard_normal((count, dimension)) * (rng.random((count, dimension)) < 0.6)
    made[:, 0] += 1e-3
    made[rng.random(count) < 0.3] = made[0]
    return rounded(made / np.linalg.norm(made, axis=1, keepdims=True))


@pytest.fixture(scope="module")
def url(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> str:
    made = databases.fresh("postgresql", tmp_path_factory.mktemp("unused"))
    create_table(databases.owner_url(made), dimension=DIMENSION)
    return made


@pytest.fixture(scope="module")
def database(url: str) -> Iterator[Database]:
    yield from opened(url)


@pytest.fixture
def shared(database: Database) -> SharedVectors:
    """An index that begins with nothing: each has a recipe of its own."""
    return fresh(database)


_recipes = iter(range(10_000))


def fresh(database: Database, *, organisation_id: str = NORTH, recipe: str = "") -> SharedVectors:
    recipe = recipe or f"recipe {next(_recipes)}"
    return SharedVectors(database=database, organisation_id=organisation_id, recipe=recipe, dimension=DIMENSION)


class TestAsFaissHasIt:
    def test_thousands_of_random_questions_have_the_same_bits(self, shared: SharedVectors) -> None:
        count, rng = 3_000, np.random.default_rng(7)
        stored, queries = vectors_of(count), vectors_of(2_000, seed=2)
        memory = VectorIndex(DIMENSION)
        memory.put(range(count), stored)
        shared.put(digests(range(count)), stored)
        for start in range(0, len(queries), 40):
            among = rng.integers(0, count, rng.integers(1, 400))
            asked = queries[start : start + 40]
            assert shared.similarities(asked, among).tobytes() == memory.similarities(asked, among).tobytes()

    def test_all_rows_have_the_same_bits_when_none_are_named(self, shared: SharedVectors) -> None:
        stored, queries = vectors_of(2_500), vectors_of(17, seed=3)
        shared.put(digests(range(2_500)), stored)
        assert shared.similarities(queries).tobytes() == VectorIndex.adopt(stored).similarities(queries).tobytes()

    def test_the_nearest_are_the_same_in_the_same_order_with_ties(self, shared: SharedVectors) -> None:
        count, rng = 1_500, np.random.default_rng(8)
        stored = vectors_of(count)
        # Put in an order that is not that of the rows, so that numbers and rows disagree.
        order = rng.permutation(count)
        shared.keep(digests(order), stored[order])
        shared.take(digests(range(count)))
        memory = VectorIndex.adopt(stored)
        for query in vectors_of(100, seed=4):
            k = int(rng.integers(1, 600))
            among = rng.permutation(count)[: rng.integers(1, count)]
            for given in (among, None):
                ours, theirs = shared.nearest(query, k, given), memory.nearest(query, k, given)
                assert [each.tobytes() for each in ours] == [each.tobytes() for each in theirs]

    def test_putting_and_dropping_in_any_order_leaves_the_same_answers(self, shared: SharedVectors) -> None:
        rng, stored, memory = np.random.default_rng(9), vectors_of(60), VectorIndex(DIMENSION)
        for _ in range(60):
            some = rng.permutation(60)[: rng.integers(1, 8)]
            if rng.random() < 0.6:
                rows = memory.put(some.tolist(), stored[some])
                assert shared.put(digests(some), stored[some]).tolist() == rows.tolist()
            else:
                memory.drop(some.tolist())
                shared.drop(digests(some))
            query = stored[rng.integers(60)]
            assert shared.similarities(query[None]).tobytes() == memory.similarities(query[None]).tobytes()
            assert shared.nearest(query, 5)[0].tolist() == memory.nearest(query, 5)[0].tolist()

    def test_every_component_that_a_vector_can_have_is_kept_exactly(self, shared: SharedVectors) -> None:
        components = np.arange(-2048, 2049) * np.float32(STEP)
        stored = np.zeros((len(components), DIMENSION), np.float32)
        stored[:, 5] = components
        stored[:, 6] = -0.0
        rows = shared.put(digests(range(len(components))), stored)
        assert shared.vectors_at(rows).tobytes() == stored.tobytes()

    def test_sums_that_come_to_nothing_are_plain_zero(self, shared: SharedVectors) -> None:
        stored = np.zeros((1, DIMENSION), np.float32)
        stored[0, 0] = 1.0
        shared.put([digest(0)], stored)
        query = np.zeros((1, DIMENSION), np.float32)
        query[0, 1] = -1.0
        assert not np.signbit(shared.similarities(query)).any()
        assert not np.signbit(shared.nearest(query[0], 1)[1]).any()

    def test_both_have_one_interface(self, shared: SharedVectors) -> None:
        by_number: ExactIndex[int] = VectorIndex(DIMENSION)
        by_digest: SharedIndex = shared
        assert by_number.dimension == by_digest.dimension

    def test_a_document_is_named_by_sixteen_bytes_and_once(self, shared: SharedVectors) -> None:
        for named, why in (([b"short"], "16 bytes"), ([digest(0)] * 2, "only once")):
            with pytest.raises(ValueError, match=why):
                shared.put(named, vectors_of(len(named)))

    @pytest.mark.parametrize("rows", [[0, 3], [-1]])
    def test_rows_that_are_not_there_are_refused(self, shared: SharedVectors, rows: list[int]) -> None:
        shared.put(digests(range(3)), vectors_of(3))
        with pytest.raises(IndexError):
            shared.similarities(vectors_of(1), rows)

    def test_what_could_not_be_kept_exactly_is_refused(self, shared: SharedVectors) -> None:
        long = np.zeros((1, DIMENSION), np.float32)
        long[0, 0] = 1.5
        for refused in (lambda: shared.put([digest(0)], long), lambda: shared.similarities(long)):
            with pytest.raises(ValueError, match="-1 to 1"):
                refused()

    def test_nothing_is_near_where_nothing_is(self, shared: SharedVectors) -> None:
        assert shared.similarities(vectors_of(2)).shape == (2, 0)
        assert shared.nearest(vectors_of(1)[0], 5)[0].tolist() == []


class TestShared:
    def test_another_process_takes_what_one_has_kept(self, database: Database) -> None:
        stored = vectors_of(50)
        fresh(database, recipe="of two").keep(digests(range(50)), stored)
        other = fresh(database, recipe="of two")
        assert other.lacking(digests(range(45, 55))) == [5, 6, 7, 8, 9]
        rows = other.take(np.frombuffer(b"".join(digests(range(49, -1, -1))), np.uint8).reshape(-1, 16))
        assert other.vectors_at(rows).tobytes() == stored[::-1].tobytes()

    def test_keeping_twice_changes_nothing(self, database: Database, shared: SharedVectors) -> None:
        stored = vectors_of(40)
        for _ in range(2):
            shared.keep(digests(range(40)), stored)
        assert shared.kept_count() == 40

    def test_documents_without_a_vector_are_not_taken(self, shared: SharedVectors) -> None:
        shared.put(digests(range(3)), vectors_of(3))
        with pytest.raises(VectorsGone) as gone:
            shared.take(digests([2, 3, 4]))
        assert (gone.value.lacking, shared.count) == (2, 3)

    def test_workers_that_keep_the_same_at_once_do_no_harm(self, database: Database) -> None:
        stored, failures = vectors_of(600), []

        def work(seed: int) -> None:
            own = fresh(database, recipe="at once")
            rng = np.random.default_rng(seed)
            try:
                for _ in range(12):
                    some = rng.permutation(600)[:100]
                    own.keep(digests(some), stored[some])
            except Exception as error:
                failures.append(error)

        workers = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        reader = fresh(database, recipe="at once")
        rows = reader.take(digests(range(600)))
        assert failures == []
        assert reader.kept_count() == 600
        assert reader.vectors_at(rows).tobytes() == stored.tobytes()

    def test_whoever_holds_the_organisation_may_keep_vectors_meanwhile(
        self, database: Database, shared: SharedVectors
    ) -> None:
        with database.writing(NORTH):
            shared.keep([digest(1)], vectors_of(1))
        assert shared.kept_count() == 1

    def test_what_another_process_forgot_is_never_answered_for(self, database: Database) -> None:
        one, other = fresh(database, recipe="forgotten"), fresh(database, recipe="forgotten")
        stored = vectors_of(6)
        one.put(digests(range(6)), stored)
        rows = other.take(digests(range(6)))
        one.drop([digest(4)])
        for ask in (lambda: other.similarities(stored[:1], rows), lambda: other.vectors_at(rows)):
            with pytest.raises(VectorsGone):
                ask()
        assert np.isfinite(other.similarities(stored[:1], rows[:4])).all()

    def test_a_number_is_never_given_to_another_document(self, database: Database) -> None:
        one, other = fresh(database, recipe="numbers"), fresh(database, recipe="numbers")
        stored = vectors_of(3)
        one.put(digests([0, 1]), stored[:2])
        rows = other.take(digests([0, 1]))
        one.drop([digest(1)])  # had the highest number
        one.put([digest(2)], stored[2:])
        with pytest.raises(VectorsGone):
            other.vectors_at(rows)
        one.put([digest(1)], stored[1:2])
        assert other.vectors_at(rows).tobytes() == stored[:2].tobytes()

    def test_vectors_of_another_recipe_are_others(self, database: Database) -> None:
        one, other = fresh(database), fresh(database)
        one.put([digest(0)], vectors_of(1))
        assert other.lacking([digest(0)]) == [0]

    def test_recipes_do_not_meet_where_their_numbers_do(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("secrets.randbits", lambda bits: 0)
        one, other = (fresh(database, organisation_id="east") for _ in range(2))
        stored = vectors_of(8)
        one.put(digests(range(4)), stored[:4])
        other.put(digests(range(4)), stored[4:])
        products = (stored @ stored.T).astype(np.float32)
        assert one.similarities(stored, [0, 2]).tolist() == products[:, [0, 2]].tolist()
        assert other.similarities(stored).tolist() == products[:, 4:].tolist()
        assert other.nearest(stored[5], 1)[1].tolist() == [products[5, 4:].max()]
        assert other.vectors_at([3]).tobytes() == stored[7:].tobytes()

    def test_what_other_recipes_left_can_be_deleted(self, database: Database) -> None:
        old, new = (fresh(database, organisation_id="west") for _ in range(2))
        old.keep(digests(range(5)), vectors_of(5))
        new.keep(digests(range(4)), vectors_of(4))
        assert new.delete_superseded() == 5
        assert (old.kept_count(), new.kept_count()) == (0, 4)


@pytest.fixture(scope="module")
def of_both(database: Database) -> dict[str, SharedVectors]:
    """Vectors of two organisations, of which each has some that the other lacks."""
    both = {each: fresh(database, organisation_id=each, recipe="protected") for each in (NORTH, SOUTH)}
    both[NORTH].put(digests(range(5)), vectors_of(5))
    both[SOUTH].put(digests(range(3, 10)), vectors_of(7, seed=5))
    return both


class TestProtected:
    def test_each_organisation_has_its_own_vectors_alone(self, of_both: dict[str, SharedVectors]) -> None:
        assert of_both[NORTH].lacking(digests(range(10))) == [5, 6, 7, 8, 9]
        assert of_both[SOUTH].lacking(digests(range(10))) == [0, 1, 2]
        assert of_both[NORTH].kept_count() == 5

    @pytest.mark.usefixtures("of_both")
    @pytest.mark.parametrize(
        "statement",
        [
            "SELECT count(*) FROM document_vectors WHERE organisation_id <> 'north'",
            "SELECT count(*) FROM document_vectors WHERE organisation_id = 'south' "
            "AND vector <#> array_fill(0.1::real, ARRAY[24])::halfvec < 9",
        ],
    )
    def test_others_are_neither_read_nor_counted_without_the_filter(self, database: Database, statement: str) -> None:
        with database.reading(NORTH) as store:
            assert store.session.execute(text(statement)).scalar_one() == 0
            assert store.session.execute(text("SELECT count(*) FROM document_vectors")).scalar_one() >= 5

    @pytest.mark.usefixtures("of_both")
    def test_nobody_sees_any(self, database: Database) -> None:
        with database.engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM document_vectors")).scalar_one() == 0

    @pytest.mark.parametrize(
        ("statement", "why"),
        [
            (
                "INSERT INTO document_vectors SELECT number, recipe, document, 'south', vector FROM document_vectors",
                "row-level security",
            ),
            ("UPDATE document_vectors SET organisation_id = 'south'", "row-level security"),
            ("ALTER TABLE document_vectors DISABLE ROW LEVEL SECURITY", "must be owner"),
            ("ALTER TABLE document_vectors NO FORCE ROW LEVEL SECURITY", "must be owner"),
            ("DROP POLICY own_rows ON document_vectors", "must be owner"),
            ("DROP TABLE document_vectors", "must be owner"),
            ("TRUNCATE document_vectors", "permission denied"),
            ("SET LOCAL row_security = off; SELECT * FROM document_vectors", "row-level security"),
        ],
    )
    @pytest.mark.usefixtures("of_both")
    def test_the_application_cannot_pass_the_protection_by(self, database: Database, statement: str, why: str) -> None:
        with database.reading(NORTH) as store, pytest.raises(SQLAlchemyError, match=why):
            store.session.connection().exec_driver_sql(statement)

    @pytest.mark.usefixtures("of_both")
    def test_nothing_of_another_is_deleted(self, database: Database, of_both: dict[str, SharedVectors]) -> None:
        of_both[SOUTH].drop([digest(0)])  # North's
        assert of_both[NORTH].lacking([digest(0)]) == []


class TestTheDatabaseGone:
    def test_it_is_said_and_answers_come_again_when_it_is_back(self, databases: Databases, tmp_path: Path) -> None:
        made = databases.fresh("postgresql", tmp_path)
        create_table(databases.owner_url(made), dimension=DIMENSION)
        database = open_database(made, pool_size=1)
        shared, stored = fresh(database), vectors_of(20)
        shared.put(digests(range(20)), stored)
        before = shared.similarities(stored[:3])
        with _server(databases, made) as (server, name):
            server.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
            server.execute(_END_OTHERS, {"name": name})
            for _ in range(2):
                with pytest.raises(SQLAlchemyError):
                    shared.similarities(stored[:3])
            server.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
        assert shared.similarities(stored[:3]).tobytes() == before.tobytes()
        database.close()

    def test_a_connection_cut_in_a_statement_is_an_error_of_the_database(
        self, databases: Databases, tmp_path: Path
    ) -> None:
        made = databases.fresh("postgresql", tmp_path)
        create_table(databases.owner_url(made), dimension=DIMENSION)
        database = open_database(made, pool_size=1)
        shared = fresh(database)
        shared.put([digest(0)], vectors_of(1))
        owner = open_database(databases.owner_url(made))
        with owner.engine.begin() as holding, _server(databases, made) as (server, name):
            holding.execute(text("LOCK TABLE document_vectors IN ACCESS EXCLUSIVE MODE"))
            errors: list[BaseException] = []

            def ask() -> None:
                try:
                    shared.similarities(vectors_of(1))
                except BaseException as error:
                    errors.append(error)

            asking = threading.Thread(target=ask)
            asking.start()
            asking.join(0.3)
            server.execute(_END_OTHERS, {"name": name})
            asking.join(10)
        assert [(isinstance(error, SQLAlchemyError), outage_of(error)) for error in errors] == [(True, Outage.AWAY)]
        assert shared.similarities(vectors_of(1)).shape == (1, 1)
        owner.close()
        database.close()

    def test_a_table_made_and_filled_anew_is_found_by_who_held_the_old(
        self, databases: Databases, tmp_path: Path
    ) -> None:
        made = databases.fresh("postgresql", tmp_path)
        owner_url = databases.owner_url(made)
        create_table(owner_url, dimension=DIMENSION)
        database = open_database(made)
        old, stored = fresh(database, recipe="anew"), vectors_of(9)
        old.put(digests(range(9)), stored)
        drop_table(owner_url)
        create_table(owner_url, dimension=DIMENSION)
        with pytest.raises(VectorsGone):
            old.similarities(stored)
        fresh(database, recipe="anew").keep(digests(range(8, -1, -1)), stored[::-1])
        assert old.vectors_at(range(9)).tobytes() == stored.tobytes()
        database.close()


_END_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND usename = 'wellplaced_test'"
)


@contextmanager
def _server(databases: Databases, url: str) -> Iterator[tuple[Connection, str]]:
    """The server as its superuser has it, from another database, and the name of this one."""
    elsewhere = make_url(databases.owner_url(url)).set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(elsewhere, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection, make_url(url).database or ""


class TestTheTable:
    def test_making_it_twice_changes_nothing(self, databases: Databases, url: str) -> None:
        assert not create_table(databases.owner_url(url), dimension=DIMENSION)

    def test_another_dimension_is_refused(self, databases: Databases, url: str, database: Database) -> None:
        with pytest.raises(Conflict, match="24 components"):
            create_table(databases.owner_url(url), dimension=25)
        with pytest.raises(Conflict, match="24 components"):
            check_table(database, dimension=25)

    def test_it_can_be_dropped_and_is_missed(self, databases: Databases, tmp_path: Path) -> None:
        made = databases.fresh("postgresql", tmp_path)
        owner_url = databases.owner_url(made)
        create_table(owner_url, dimension=DIMENSION)
        assert drop_table(owner_url)
        assert not drop_table(owner_url)
        database = open_database(made)
        with pytest.raises(Conflict, match="vectors create"):
            check_table(database, dimension=DIMENSION)
        database.close()

    def test_sqlite_shares_none(self, databases: Databases, tmp_path: Path) -> None:
        made = databases.fresh("sqlite", tmp_path)
        with pytest.raises(Conflict, match="PostgreSQL alone"):
            create_table(made, dimension=DIMENSION)
        database = open_database(made)
        with pytest.raises(Conflict, match="SQLite"):
            check_table(database, dimension=DIMENSION)
        database.close()

    def test_a_role_that_may_not_have_the_extension_is_told_who_may(self, databases: Databases, tmp_path: Path) -> None:
        made = databases.fresh("postgresql", tmp_path)
        with pytest.raises(Conflict, match="superuser"):
            create_table(made, dimension=DIMENSION)  # by the application's role

    def test_every_part_that_protects_it_is_there(self, database: Database) -> None:
        with database.engine.connect() as connection:
            found = connection.execute(
                text(
                    "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = 'document_vectors'::regclass"
                )
            ).one()
        assert tuple(found) == (True, True)
