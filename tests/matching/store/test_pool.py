"""The order of entry into the pool is without gaps, and vectors come back as they were kept or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import text

from matching.model.vacancy import Visibility
from matching.store import Database, open_database
from matching.store.tables import VacancyRow
from tests.matching.actions.roles import log, rewrite, role
from tests.service import NORTH, SOUTH, START, furnish

BY = "e" * 64


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of two organisations."""
    opened = open_database(database_url)
    furnish(opened)
    yield opened
    opened.close()


def enter(database: Database, ref: str, *, organisation_id: str = NORTH, **facts: object) -> None:
    """Write a role, or another version of it, and let that enter the pool."""
    with database.writing(organisation_id) as store:
        if store.session.get(VacancyRow, f"vac-{ref}") is None:
            log(store, role(ref, **facts))
        else:
            rewrite(store, ref, role(ref, **facts))
        ((vacancy, version),) = store.pool.newest_versions([f"vac-{ref}"]).values()
        store.pool.append(vacancy, version=version, at=START)


def unit(seed: int, dimension: int = 8) -> np.ndarray:
    """A unit vector."""
    vector = np.random.default_rng(seed).normal(size=dimension)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


class TestChanges:
    def test_numbers_begin_at_one_and_leave_no_gap(self, database: Database) -> None:
        for ref in "ABC":
            enter(database, ref)
        with database.reading(NORTH) as store:
            assert [entry.seq for entry in store.pool.at(3)] == [1, 2, 3]
            assert store.pool.mark() == 3

    def test_a_transaction_that_fails_takes_no_number(self, database: Database) -> None:
        def fail() -> None:
            with database.writing(NORTH) as store:
                vacancy = log(store, role("A"))
                ((_, version),) = store.pool.newest_versions([vacancy.id]).values()
                store.pool.append(vacancy, version=version, at=START)
                store.pool.write()
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        enter(database, "B")
        with database.reading(NORTH) as store:
            assert [(entry.seq, entry.vacancy_id) for entry in store.pool.at(9)] == [(1, "vac-B")]

    def test_numbers_stay_without_gaps_while_many_write_at_once(self, database: Database) -> None:
        enter(database, "A")

        def write(number: int) -> None:
            for turn in range(5):
                with database.writing(NORTH) as store:
                    log(store, role(f"R{number}.{turn}"))
                    ((vacancy, version),) = store.pool.newest_versions([f"vac-R{number}.{turn}"]).values()
                    store.pool.append(vacancy, version=version, at=START)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with database.reading(NORTH) as store:
            seqs = store.session.execute(text("SELECT seq FROM pool_changes ORDER BY seq")).scalars().all()
            assert list(seqs) == list(range(1, 42))
            assert store.pool.mark() == 41

    def test_what_changed_since_a_mark_is_one_row_a_role_the_latest(self, database: Database) -> None:
        enter(database, "A")
        enter(database, "B")
        for hourly in (12, 13):
            enter(database, "A", pay={"hourly": hourly})
        with database.reading(NORTH) as store:
            (change,) = store.pool.changes_since(2, up_to=4)
        assert (change.seq, change.version) == (4, 3)
        assert change.document is not None
        assert change.document["pay"] == {"hourly": 13}

    def test_the_pool_at_a_mark_holds_each_role_as_it_was_then(self, database: Database) -> None:
        enter(database, "A")
        enter(database, "B")
        enter(database, "A", pay={"hourly": 13})
        with database.reading(NORTH) as store:
            assert [(entry.vacancy_id, entry.version) for entry in store.pool.at(2)] == [("vac-A", 1), ("vac-B", 1)]
            assert [(entry.vacancy_id, entry.version) for entry in store.pool.at(3)] == [("vac-B", 1), ("vac-A", 2)]

    def test_what_was_there_before_is_told_for_what_has_changed_alone(self, database: Database) -> None:
        enter(database, "A")
        enter(database, "B")
        enter(database, "A", pay={"hourly": 13})
        enter(database, "C")
        with database.reading(NORTH) as store:
            before = store.pool.before(2, changed_up_to=4)
            assert [(entry.vacancy_id, entry.version) for entry in before] == [("vac-A", 1)]
            assert sorted(store.pool.changed_ids(2, up_to=4)) == ["vac-A", "vac-C"]

    def test_who_may_see_a_role_is_kept_as_it_was_when_it_entered(self, database: Database) -> None:
        enter(database, "A")
        with database.writing(NORTH) as store:
            ((vacancy, version),) = store.pool.newest_versions(["vac-A"]).values()
            vacancy.visibility = Visibility.TEAM
            store.pool.append(vacancy, version=version, at=START)
        with database.reading(NORTH) as store:
            assert [store.pool.at(mark)[0].visibility for mark in (1, 2)] == ["organisation", "team"]

    def test_each_organisation_counts_for_itself_and_sees_no_other(self, database: Database) -> None:
        enter(database, "A")
        enter(database, "B", organisation_id=SOUTH)
        for organisation_id, expected in ((NORTH, "vac-A"), (SOUTH, "vac-B")):
            with database.reading(organisation_id) as store:
                assert [entry.vacancy_id for entry in store.pool.at(9)] == [expected]
                assert store.pool.mark() == 1
                other = "vac-B" if expected == "vac-A" else "vac-A"
                assert store.pool.version_of(other) is None
                assert store.pool.newest_versions([other]) == {}


class TestVectors:
    def test_a_vector_comes_back_bit_for_bit(self, database: Database) -> None:
        vectors = {digest: unit(number) for number, digest in enumerate(("a", "b"))}
        with database.writing(NORTH) as store:
            store.pool.put_vectors(vectors, encoder=BY)
        with database.reading(NORTH) as store:
            found = store.pool.vectors(["b", "a", "c"], encoder=BY, dimension=8)
        assert {digest: each.tobytes() for digest, each in found.items()} == {
            digest: each.tobytes() for digest, each in vectors.items()
        }

    def test_vectors_of_another_encoder_or_organisation_are_not_found(self, database: Database) -> None:
        with database.writing(NORTH) as store:
            store.pool.put_vectors({"a": unit(1)}, encoder=BY)
        with database.reading(NORTH) as store:
            assert store.pool.vectors(["a"], encoder="f" * 64, dimension=8) == {}
        with database.reading(SOUTH) as store:
            assert store.pool.vectors(["a"], encoder=BY, dimension=8) == {}

    @pytest.mark.parametrize("damaged", [b"\0" * 31, b"\0" * 32, b"\xff" * 32, unit(1).tobytes() + b"\0"])
    def test_a_damaged_vector_is_as_good_as_none_and_is_replaced(self, database: Database, damaged: bytes) -> None:
        with database.writing(NORTH) as store:
            store.pool.put_vectors({"a": unit(1)}, encoder=BY)
            store.session.execute(text("UPDATE text_vectors SET vector = :damaged"), {"damaged": damaged})
        with database.writing(NORTH) as store:
            assert store.pool.vectors(["a"], encoder=BY, dimension=8) == {}
            store.pool.put_vectors({"a": unit(2)}, encoder=BY)
        with database.reading(NORTH) as store:
            assert store.pool.vectors(["a"], encoder=BY, dimension=8)["a"].tobytes() == unit(2).tobytes()

    def test_deleted_vectors_are_gone_for_every_encoder_of_this_organisation(self, database: Database) -> None:
        for organisation_id in (NORTH, SOUTH):
            with database.writing(organisation_id) as store:
                store.pool.put_vectors({"a": unit(1), "b": unit(2)}, encoder=BY)
                store.pool.put_vectors({"a": unit(1)}, encoder="f" * 64)
        with database.writing(NORTH) as store:
            store.pool.delete_vectors(["a"])
        with database.reading(NORTH) as store:
            assert list(store.pool.vectors("ab", encoder=BY, dimension=8)) == ["b"]
            assert store.pool.vectors("a", encoder="f" * 64, dimension=8) == {}
        with database.reading(SOUTH) as store:
            assert sorted(store.pool.vectors("ab", encoder=BY, dimension=8)) == ["a", "b"]

    def test_more_texts_than_one_statement_takes_are_kept_and_found(self, database: Database) -> None:
        vectors = {f"{number:05}": unit(number % 7) for number in range(2_500)}
        with database.writing(NORTH) as store:
            store.pool.put_vectors(vectors, encoder=BY)
        with database.reading(NORTH) as store:
            assert len(store.pool.vectors(vectors, encoder=BY, dimension=8)) == 2_500
