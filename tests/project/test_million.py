"""The benchmark of a million vacancies makes a database that the service can serve, and counts what it holds."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from api.running import open_running
from benchmarks.county import ORGANISATION
from benchmarks.million import memory, writing
from benchmarks.million.asking import wanted_role
from benchmarks.million.databases import database_in, megabytes
from benchmarks.million.measuring import Figures, Lists, Start
from benchmarks.million.memory import Held, held_by, processor_seconds
from benchmarks.million.page import page
from benchmarks.million.wording import LineVectors, Wordings
from benchmarks.million.writing import Made, make
from benchmarks.night import reckoned
from embeddings.hashing import HashingEncoder
from matching.settings import Settings
from matching.store.tables import TextVector, VacancyFact

VACANCIES, PEOPLE = 120, 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a small database, made as the large ones are."""
    made_in = tmp_path_factory.mktemp("million")
    patch = pytest.MonkeyPatch()
    patch.setattr(writing, "WITH_FACTS", 10)
    patch.setattr(writing, "_AT_ONCE", 50)
    with database_in(made_in, postgresql=False) as urls:
        make(made_in, urls=urls, vacancies=VACANCIES, people=PEOPLE)
    yield made_in
    patch.undo()


class TestDatabase:
    def test_the_service_loads_its_pool_without_an_encoder(self, folder: Path) -> None:
        url = f"sqlite:///{folder}/wellplaced.sqlite"
        settings = Settings(
            database_url=url, data_dir=folder / "data", cache_dir=folder, encoder="hashing", secret_key="k" * 32
        )
        running = open_running(settings)
        with running.database.reading(ORGANISATION) as store:
            assert running.pools.current(store).count == VACANCIES
        running.close()
        shutil.rmtree(folder / "data")

    def test_every_text_has_one_vector_and_the_first_roles_have_their_facts(self, folder: Path) -> None:
        with database_in(folder, postgresql=False) as urls:
            made = make(folder, urls=urls, vacancies=VACANCIES, people=PEOPLE)
            database = writing.open_database(urls.service)
            with database.reading(ORGANISATION) as store:
                vectors = store.session.scalar(select(func.count()).select_from(TextVector))
                with_facts = set(store.session.scalars(select(VacancyFact.vacancy_id)))
            database.close()
        assert vectors == made.texts
        assert with_facts == {f"vacancy-{number:07d}" for number in range(10)}

    def test_what_is_there_is_not_made_again(self, folder: Path) -> None:
        with database_in(folder, postgresql=False) as urls:
            before = (folder / "made.json").read_bytes()
            again = make(folder, urls=urls, vacancies=VACANCIES, people=PEOPLE)
            assert megabytes(urls, folder) > 0.1
        assert (len(again.people), again.vacancies) == (PEOPLE, VACANCIES)
        assert (folder / "made.json").read_bytes() == before


class TestWordings:
    words = Wordings("here", ("Baker", "Porter"), ("Bakes bread.", "Carries."), ("One.", "Two.", "Three."))

    def test_of_ten_texts_nine_are_told_on_by_two_sentences(self) -> None:
        lines = [text.count("\n") + 1 for _, text in self.words]
        assert len(lines) == 2 * 2 * 3 * 3 * 10
        assert (lines.count(1), lines.count(3)) == (36, 324)

    def test_a_text_of_one_line_has_the_vector_of_the_encoder_and_others_point_between_their_lines(self) -> None:
        encoder = HashingEncoder()
        alone, both = LineVectors(encoder).of(["Bakes bread.", "Bakes bread.\nOne."])
        of_lines = encoder.encode(["Bakes bread.", "One."])
        np.testing.assert_allclose(alone, of_lines[0], atol=1e-6)
        np.testing.assert_allclose(both, of_lines.sum(axis=0) / np.linalg.norm(of_lines.sum(axis=0)), atol=1e-6)


class TestMemory:
    def test_a_child_is_counted_with_the_process_that_began_it(self) -> None:
        before = held_by(os.getpid()).processes
        child = multiprocessing.get_context("spawn").Process(target=input)
        child.start()
        try:
            held = held_by(os.getpid())
        finally:
            child.kill()
            child.join()
        assert held.processes > before
        assert held.all_megabytes == pytest.approx(held.own_megabytes + held.file_megabytes, rel=0.05)

    def test_processor_time_grows_with_work_and_not_with_waiting(self) -> None:
        began = processor_seconds(os.getpid())
        while processor_seconds(os.getpid()) < began + 0.05:
            sum(range(10_000))
        assert processor_seconds(os.getpid()) - began < 5.0

    def test_who_has_ended_is_left_out(self) -> None:
        assert memory.held_by(2**22 + 1).processes == 0


def test_a_logged_role_is_what_the_person_wants_most_at_their_door() -> None:
    profile = {"wanted_work": [{"label": "baking"}], "hours": {"max": 16}, "travel": {"home": "B30 2"}}
    role = wanted_role(profile, employer="Invented")
    assert (role["title"], role["hours"], role["location"]) == (
        "baking",
        {"min": 16, "max": 16},
        {"postcode": "B30 2"},
    )


def test_ten_times_more_is_reckoned_on_a_straight_line() -> None:
    # 10 s and 0.1 s for each: 2,000 of them cost 210 s.
    assert reckoned(100, 20.0, 200, 30.0) == pytest.approx(210.0)


class TestPage:
    held = Held(processes=4, all_megabytes=5000.0, own_megabytes=4000.0, file_megabytes=1000.0)
    start = Start(ready=1.0, answered=1.5, cpu_answered=2.0, held=held)
    lists = Lists(count=5, cpu=9.0, a_second=8.0, p50=7.0, p95=8.0, most=9.0)
    made = Made(vacancies=1_000_000, people={}, seconds=9.0, wording="w", documents=9, texts=9)

    def figures(self, *, vacancies: int = 1_000_000, answered: float = 1.5, megabytes: float = 5000.0) -> Figures:
        return Figures(
            database="SQLite",
            vacancies=vacancies,
            people=3,
            database_megabytes=1.0,
            index_megabytes=1.0,
            cold=self.start,
            warm=replace(self.start, answered=answered),
            killed=self.start,
            index_made=1.0,
            worker_quiet=1.0,
            alone=self.lists,
            together=self.lists,
            after=replace(self.held, all_megabytes=megabytes),
            logged=(1.0,),
            kept=True,
        )

    @pytest.mark.parametrize(
        ("answered", "megabytes", "reached", "missed"), [(1.5, 5000.0, 2, 0), (2.5, 5000.0, 1, 1), (2.5, 7000.0, 0, 2)]
    )
    def test_each_goal_is_said_to_be_reached_or_missed(
        self, answered: float, megabytes: float, reached: int, missed: int
    ) -> None:
        written = page([(self.made, self.figures(answered=answered, megabytes=megabytes))])
        assert (written.count(": reached"), written.count(": missed")) == (reached, missed)

    def test_fewer_vacancies_than_the_goal_speaks_of_reach_nothing(self) -> None:
        written = page([(self.made, self.figures(vacancies=100_000))])
        assert ": reached" not in written
