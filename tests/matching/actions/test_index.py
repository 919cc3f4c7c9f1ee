"""What is committed and encoded is on lists at once, in every process, and exactly as if drawn from nothing."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import text

from api.running import open_running
from embeddings.stored import StoredEncoder
from fixtures.generate import generate_profiles, generate_vacancies
from matching.actions import index, organisation_pool
from matching.actions.index import LivePools
from matching.actions.jobs import Work
from matching.actions.organisation_pool import NotReady
from matching.actions.worker import WORKS
from matching.bootstrap import assemble, assemble_stored
from matching.errors import NotFound, Where
from matching.interchange import read_vacancy
from matching.model.vacancy import Visibility
from matching.store.tables import Organisation
from tests.builders import AS_OF, profile_of
from tests.matching.actions.roles import as_json, drawn, log, rewrite, role, take_on
from tests.service import NORTH, SOUTH, START, Service

CLEANER = {"wanted_work": [{"label": "cleaning"}]}


@pytest.fixture
def service(service: Service) -> Service:
    """The service, whose worker encodes and does nothing else."""
    return encoding_alone(service)


@pytest.fixture
def sqlite_service(sqlite_service: Service) -> Service:
    """The same on SQLite alone."""
    return encoding_alone(sqlite_service)


def encoding_alone(service: Service) -> Service:
    """Keep the worker from looking at pools by itself, so that what a test counts is its own."""
    nothing = Work(handler=lambda _: None)
    works = {kind: work if kind.startswith("encode") else nothing for kind, work in WORKS.items()}
    for name, value in (("works", works), ("daily", ())):
        object.__setattr__(service.running.worker, name, value)
    return service


def another_process(service: Service) -> LivePools:
    """The pools of another process, with its own memory and its own vectors at hand."""
    settings = service.running.settings
    return LivePools(
        database=service.database,
        means=assemble_stored(settings).means,
        folder=settings.data_dir / "index",
        clock=service.clock,
    )


def refs(service: Service, pools: LivePools | None = None, organisation_id: str = NORTH) -> set[str]:
    """The references of all roles in a pool as it is now."""
    with service.database.reading(organisation_id) as store:
        pool = (pools or service.running.pools).current(store).pool
    return {pool.refs[row] for row in pool.present}


def log_roles(service: Service, *documents: dict, organisation_id: str = NORTH) -> None:
    """Log roles in one transaction."""
    with service.database.writing(organisation_id) as store:
        for document in documents:
            log(store, document)


def encode(service: Service, *wishes: str) -> None:
    """Have the words of somebody's wishes encoded."""
    with service.database.writing(NORTH) as store:
        participant = take_on(store, "P-1", wanted_work=[{"label": wish} for wish in wishes])
        index.profile_changed(store, participant, START)
    service.run_jobs()


class TestEntering:
    def test_a_role_enters_once_its_words_are_encoded(self, service: Service) -> None:
        log_roles(service, role("A"))
        assert refs(service) == set()
        service.run_jobs()
        assert refs(service) == {"A"}

    def test_a_change_of_facts_alone_enters_in_the_transaction_of_the_change(self, service: Service) -> None:
        log_roles(service, role("A"))
        service.run_jobs()
        with service.database.writing(NORTH) as store:
            rewrite(store, "A", role("A", pay={"hourly": 13}))
        with service.database.reading(NORTH) as store:
            snapshot = service.running.pools.current(store)
        row = snapshot.row_of("vac-A")
        assert row is not None
        assert snapshot.pool.vacancies[row].pay.hourly == 13

    def test_of_several_versions_that_wait_the_latest_enters_alone(self, service: Service) -> None:
        log_roles(service, role("A"))
        with service.database.writing(NORTH) as store:
            rewrite(store, "A", role("A", title="Baker"))
        service.run_jobs()
        with service.database.reading(NORTH) as store:
            assert [(entry.seq, entry.version) for entry in store.pool.at(9)] == [(1, 2)]

    def test_a_role_changed_while_its_words_are_encoded_enters_as_it_is_then(self, service: Service) -> None:
        log_roles(service, role("A"))
        worker, encoder = service.running.worker, service.running.worker.encoder

        class Meanwhile:
            name, dimension = encoder.name, encoder.dimension
            texts: ClassVar[list[list[str]]] = []

            def encode(self, texts, progress=None):
                if not self.texts:
                    with service.database.writing(NORTH) as store:
                        rewrite(store, "A", role("A", title="Baker"))
                self.texts.append(list(texts))
                return encoder.encode(texts, progress)

        object.__setattr__(worker, "encoder", Meanwhile())
        service.run_jobs()
        with service.database.reading(NORTH) as store:
            assert [entry.version for entry in store.pool.at(9)] == [2]
        assert refs(service) == {"A"}

    def test_what_is_rolled_back_is_never_seen(self, service: Service) -> None:
        log_roles(service, role("A"))
        service.run_jobs()

        def fail() -> None:
            with service.database.writing(NORTH) as store:
                rewrite(store, "A", role("A", pay={"hourly": 13}))
                assert service.running.pools.current(store).mark == 1  # not even by who writes it
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        with service.database.reading(NORTH) as store:
            snapshot = service.running.pools.current(store)
        assert snapshot.pool.vacancies[0].pay.hourly is None

    def test_roles_of_another_organisation_are_in_its_own_pool(self, service: Service) -> None:
        log_roles(service, role("A"))
        log_roles(service, role("B"), organisation_id=SOUTH)
        service.run_jobs()
        assert (refs(service), refs(service, organisation_id=SOUTH)) == ({"A"}, {"B"})

    def test_who_may_see_a_role_is_as_the_change_says(self, service: Service) -> None:
        with service.database.writing(NORTH) as store:
            log(store, role("A"), visibility=Visibility.TEAM)
            log(store, role("B"), visibility=Visibility.OWN_CASELOAD)
        service.run_jobs()
        with service.database.reading(NORTH) as store:
            snapshot = service.running.pools.current(store)
        seen = {
            who: {snapshot.pool.refs[row] for row in snapshot.visible_to(user_id=who, team_ids=teams).nonzero()[0]}
            for who, teams in (("user-ana", ["team-a"]), ("user-lee", ["team-a"]), ("user-ben", ["team-b"]))
        }
        assert seen == {"user-ana": {"A", "B"}, "user-lee": {"A"}, "user-ben": set()}


class TestProcesses:
    def test_each_sees_what_another_has_logged_with_its_next_look(self, service: Service) -> None:
        one, two = another_process(service), another_process(service)
        for ref in "ABC":
            log_roles(service, role(ref))
            service.run_jobs()
            assert refs(service, one) == refs(service, two)
            assert ref in refs(service, one)
        assert (one.counts["caught_up"], one.counts["rebuilt"]) == (2, 0)

    def test_a_real_second_process_sees_it_too_and_its_own_change_is_seen_here(self, service: Service) -> None:
        log_roles(service, role("A"))
        service.run_jobs()
        settings = service.running.settings
        program = """
import sys
from pathlib import Path
from api.running import open_running
from matching.settings import Settings
from tests.matching.actions.roles import log, role
from matching.actions.jobs import run_due_jobs
running = open_running(Settings(database_url=sys.argv[1], data_dir=Path(sys.argv[2]), encoder="hashing",
                                secret_key="k" * 32))
with running.database.reading("north") as store:
    pool = running.pools.current(store).pool
    print([pool.refs[row] for row in pool.present])
with running.database.writing("north") as store:
    log(store, role("B"))
run_due_jobs(running.worker, running.clock())
running.close()
"""
        url = settings.database_url.get_secret_value()
        done = subprocess.run(
            [sys.executable, "-c", program, url, str(settings.data_dir)],
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        assert done.stdout.splitlines()[-1] == "['A']"
        assert refs(service) == {"A", "B"}

    def test_many_threads_that_ask_at_once_all_see_what_was_committed_before(self, service: Service) -> None:
        log_roles(service, *(role(f"R{number}") for number in range(5)))
        service.run_jobs()
        seen: list[int] = []
        begin = threading.Barrier(8)

        def look() -> None:
            begin.wait()
            for number in range(5):
                with service.database.writing(NORTH) as store:
                    rewrite(store, f"R{number}", role(f"R{number}", pay={"hourly": 13}))
                    mark = store.pool.mark()
                with service.database.reading(NORTH) as store:
                    seen.append(service.running.pools.current(store).mark - mark)

        threads = [threading.Thread(target=look) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(seen) == 40
        assert min(seen) >= 0


class TestExactness:
    def test_lists_after_many_changes_are_those_of_a_fresh_look_at_every_role(self, sqlite_service: Service) -> None:
        service, rng = sqlite_service, random.Random(7)
        documents = {each["vacancy_ref"]: dict(each) for each in generate_vacancies(count=60, seed=3)}
        others = {each["vacancy_ref"]: dict(each) for each in generate_vacancies(count=60, seed=4)}
        log_roles(service, *documents.values())
        service.run_jobs()
        profiles = list(generate_profiles(count=5, seed=5))
        with service.database.writing(NORTH) as store:
            for number, profile in enumerate(profiles):
                said = {key: value for key, value in profile.items() if key != "participant_ref"}
                index.profile_changed(store, take_on(store, f"P-{number}", **said), START)
        for _ in range(12):
            for ref in rng.sample(sorted(documents), 3):
                documents[ref] = {**rng.choice([documents[ref], others[ref]]), "vacancy_ref": ref}
                documents[ref]["status"] = rng.choice(["open", "open", "paused"])
                with service.database.writing(NORTH) as store:
                    rewrite(store, ref, documents[ref])
            service.run_jobs()
            with service.database.reading(NORTH) as store:
                service.running.pools.current(store)
        fresh = assemble(service.running.settings).shortlister(
            [read_vacancy(document, Where()) for document in documents.values()]
        )
        read = [profile_of(profile) for profile in profiles]
        with service.database.reading(NORTH) as store:
            snapshot = service.running.pools.current(store)
            words = [text for each in read for text in snapshot.shortlister.texts_of(each)]
            assert service.running.pools.missing(store, words) == []
        expected = [as_json(each) for each in fresh.shortlists(read, as_of=AS_OF, limit=None)]
        assert [as_json(each) for each in snapshot.shortlister.shortlists(read, as_of=AS_OF, limit=None)] == expected
        assert any(each["entries"] for each in expected)

    def test_an_old_list_is_drawn_again_byte_for_byte_after_the_roles_have_changed(self, service: Service) -> None:
        log_roles(service, role("A", title="Cleaner"), role("B", title="Baker"))
        encode(service, "cleaning")
        pools = service.running.pools
        with service.database.reading(NORTH) as store:
            then = as_json(drawn(pools, store, **CLEANER))
        with service.database.writing(NORTH) as store:
            rewrite(store, "A", role("A", title="Chemist"))
            rewrite(store, "B", role("B", title="Baker", status="closed"))
            log(store, role("C", title="Cleaning"))
        service.run_jobs()
        for process in (pools, another_process(service)):
            with service.database.reading(NORTH) as store:
                assert as_json(drawn(process, store, **CLEANER)) != then
                earlier = process.at(store, 2)
                (again,) = earlier.shortlister.shortlists(
                    [profile_of({"participant_ref": "P-1", **CLEANER})], as_of=AS_OF, limit=None
                )
                assert as_json(again) == then
                assert process.at(store, 2) is earlier

    def test_a_mark_that_never_was_is_not_found(self, sqlite_service: Service) -> None:
        log_roles(sqlite_service, role("A"))
        sqlite_service.run_jobs()
        with sqlite_service.database.reading(NORTH) as store, pytest.raises(NotFound):
            sqlite_service.running.pools.at(store, 2)


class TestVectors:
    def test_words_that_nobody_has_encoded_are_named_until_they_are(self, service: Service) -> None:
        pools = service.running.pools
        with service.database.reading(NORTH) as store:
            assert pools.missing(store, ["cleaning", "cleaning"]) == ["cleaning"]
        encode(service, "cleaning")
        with service.database.reading(NORTH) as store:
            assert pools.missing(store, ["cleaning"]) == []

    def test_equal_words_are_encoded_once_however_many_roles_have_them(self, service: Service) -> None:
        encoder = service.running.worker.encoder
        encoded: list[str] = []

        class Counting:
            name, dimension = encoder.name, encoder.dimension

            def encode(self, texts, progress=None):
                encoded.extend(texts)
                return encoder.encode(texts, progress)

        object.__setattr__(service.running.worker, "encoder", Counting())
        same = {"title": "Cleaner", "tasks": ["Mop floors"]}
        log_roles(service, role("A", **same), role("B", **same))
        service.run_jobs()
        log_roles(service, role("C", **same))
        service.run_jobs()
        assert sorted(encoded) == ["Cleaner", "Mop floors"]
        assert refs(service) == {"A", "B", "C"}

    def test_a_pool_that_lacks_vectors_is_not_ready_and_asks_for_them(self, service: Service) -> None:
        log_roles(service, role("A"))
        service.run_jobs()
        with service.database.writing(NORTH) as store:
            store.session.execute(text("DELETE FROM text_vectors"))
        pools = another_process(service)
        with service.database.reading(NORTH) as store, pytest.raises(NotReady):
            pools.current(store)
        pools.settle()
        service.run_jobs()
        assert refs(service, pools) == {"A"}

    def test_a_pool_is_not_laid_out_again_and_again_while_it_lacks_vectors(
        self, sqlite_service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log_roles(sqlite_service, role("A"), role("B"))
        sqlite_service.run_jobs()
        with sqlite_service.database.writing(NORTH) as store:
            store.session.execute(text("DELETE FROM text_vectors"))
        pools = another_process(sqlite_service)
        read: list[object] = []
        monkeypatch.setattr(
            organisation_pool, "read_vacancy", lambda *given, **more: read.append(1) or read_vacancy(*given, **more)
        )
        for _ in range(3):
            with sqlite_service.database.reading(NORTH) as store, pytest.raises(NotReady):
                pools.current(store)
        assert len(read) == 2
        pools.settle()
        sqlite_service.run_jobs()
        assert refs(sqlite_service, pools) == {"A", "B"}

    def test_a_request_that_holds_the_writers_lock_is_not_kept_waiting_by_that(self, sqlite_service: Service) -> None:
        log_roles(sqlite_service, role("A"))
        sqlite_service.run_jobs()
        with sqlite_service.database.writing(NORTH) as store:
            store.session.execute(text("DELETE FROM text_vectors"))
        pools = another_process(sqlite_service)
        with sqlite_service.database.writing(NORTH) as store:
            store.organisations.locked()
            with pytest.raises(NotReady):
                pools.current(store)
        pools.settle()
        sqlite_service.run_jobs()
        assert refs(sqlite_service, pools) == {"A"}

    def test_the_words_of_somebody_who_was_erased_meanwhile_leave_no_vector(self, service: Service) -> None:
        with service.database.writing(NORTH) as store:
            index.profile_changed(store, take_on(store, "P-1", **CLEANER), START)
            store.session.execute(text("UPDATE profile_versions SET document = '{}'"))
        service.run_jobs()
        with service.database.reading(NORTH) as store:
            assert store.session.execute(text("SELECT count(*) FROM text_vectors")).scalar_one() == 0


class TestStart:
    def saved(self, service: Service) -> Path:
        """Log two roles, save the index, and return its file."""
        log_roles(service, role("A", title="Cleaner"), role("B", title="Baker"))
        service.run_jobs()
        refs(service)
        service.running.pools.close()
        (file,) = (service.running.settings.data_dir / "index").rglob("*.arrays")
        return file

    def test_vectors_come_from_the_file_and_not_from_the_database(self, sqlite_service: Service) -> None:
        self.saved(sqlite_service)
        with sqlite_service.database.writing(NORTH) as store:
            store.session.execute(text("DELETE FROM text_vectors"))
        assert refs(sqlite_service, another_process(sqlite_service)) == {"A", "B"}

    @pytest.mark.parametrize("place", [0.0, 0.3, 0.6, 0.999])
    def test_a_flipped_bit_in_the_file_is_noticed_and_mended(self, sqlite_service: Service, place: float) -> None:
        file = self.saved(sqlite_service)
        sound = file.read_bytes()
        content = bytearray(sound)
        content[int(place * len(content))] ^= 4
        file.write_bytes(content)
        pools = another_process(sqlite_service)
        assert refs(sqlite_service, pools) == {"A", "B"}
        assert pools.counts["refused"] == 1
        pools.close()
        assert file.read_bytes() == sound
        assert another_process(sqlite_service).counts["refused"] == 0

    @pytest.mark.parametrize("content", [b"", b"wellplaced arrays 1\n", b"something else"])
    def test_a_file_cut_off_is_noticed_and_mended(self, sqlite_service: Service, content: bytes) -> None:
        file = self.saved(sqlite_service)
        sound = file.read_bytes()
        file.write_bytes(content)
        pools = another_process(sqlite_service)
        assert refs(sqlite_service, pools) == {"A", "B"}
        pools.close()
        assert file.read_bytes() == sound

    def test_only_what_is_not_in_the_file_is_asked_of_the_database(self, sqlite_service: Service) -> None:
        self.saved(sqlite_service)
        with sqlite_service.database.writing(NORTH) as store:
            store.session.execute(text("DELETE FROM text_vectors"))
        log_roles(sqlite_service, role("C", title="Porter"))
        sqlite_service.run_jobs()
        pools = another_process(sqlite_service)
        assert refs(sqlite_service, pools) == {"A", "B", "C"}
        encoder = pools.means.recipe.encoder
        assert isinstance(encoder, StoredEncoder)
        assert encoder.missing(["Cleaner", "Baker", "Porter"]) == ["Cleaner", "Baker"]

    def test_a_folder_that_cannot_be_written_costs_no_answer(
        self, sqlite_service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise PermissionError

        monkeypatch.setattr(organisation_pool.LivePool, "seal", refuse)
        log_roles(sqlite_service, role("A"))
        sqlite_service.run_jobs()
        assert refs(sqlite_service) == {"A"}
        sqlite_service.running.pools.close()
        assert sqlite_service.running.pools.counts["unsealed"] > 0

    def test_a_process_does_not_write_over_what_another_has_written_since(self, sqlite_service: Service) -> None:
        log_roles(sqlite_service, role("A"))
        sqlite_service.run_jobs()
        one, two = another_process(sqlite_service), another_process(sqlite_service)
        for pools in (one, two):
            refs(sqlite_service, pools)
        one.settle()
        two.settle()
        assert one.counts["sealed"] + two.counts["sealed"] == 1

    def test_a_pool_that_cannot_catch_up_is_made_anew(
        self, sqlite_service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log_roles(sqlite_service, role("A"))
        sqlite_service.run_jobs()
        refs(sqlite_service)
        log_roles(sqlite_service, role("B"))
        sqlite_service.run_jobs()

        def break_down(*_: object, **__: object) -> None:
            raise MemoryError

        monkeypatch.setattr(organisation_pool.LivePool, "apply", break_down)
        assert refs(sqlite_service) == {"A", "B"}
        assert sqlite_service.running.pools.counts["rebuilt"] == 1

    def test_a_stored_role_that_cannot_be_read_keeps_no_other_from_lists(self, sqlite_service: Service) -> None:
        log_roles(sqlite_service, role("A"), role("B"))
        sqlite_service.run_jobs()
        with sqlite_service.database.writing(NORTH) as store:
            store.session.execute(
                text("UPDATE vacancy_versions SET document = '{\"colour\": 1}' WHERE vacancy_id = 'vac-A'")
            )
        assert refs(sqlite_service, another_process(sqlite_service)) == {"B"}

    def test_an_organisation_id_never_leads_out_of_the_folder(self, sqlite_service: Service) -> None:
        outside = "../../outside"
        with sqlite_service.database.writing(outside) as store:
            store.session.add(Organisation(id=outside, name="Invented", settings={}, created_at=START))
        with sqlite_service.database.writing(outside) as store:
            log(store, role("A"))
        sqlite_service.run_jobs()
        assert refs(sqlite_service, organisation_id=outside) == {"A"}
        sqlite_service.running.pools.close()
        data_dir = sqlite_service.running.settings.data_dir
        assert all(data_dir in file.resolve().parents for file in data_dir.parent.rglob("*.arrays"))

    def test_opening_a_process_loads_no_pool_and_no_encoder(self, sqlite_service: Service) -> None:
        running = open_running(sqlite_service.running.settings)
        assert running.pools.counts == {}
        assert running.pools.loading_seconds is None
        running.close()
