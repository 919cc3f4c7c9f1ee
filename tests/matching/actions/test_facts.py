"""Facts about a vacancy: which holds, what stands beside it, and that nothing is ever lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.world import load_world
from matching.actions.facts import field_for_question, record_fact, take_back_fact
from matching.actions.vacancies import VacancyDraft, log_vacancy
from matching.errors import Invalid, NotFound, NotPermitted, Stale, Where
from matching.interchange import read_vacancy
from matching.interchange.facts import put_together, stated_facts
from matching.model.fact import FactSource, JobFact, NumberedFact, Settled, Standing, disagreement, settled
from matching.model.people import Actor
from matching.permissions import permissions_of
from matching.store.tables import VacancyFact, VacancyRow
from tests.service import NORTH, PEOPLE, START, Service

TODAY = date(2026, 11, 22)
VISIT, PHONE, EMAIL, ADVERT = FactSource.VISIT, FactSource.PHONE, FactSource.EMAIL, FactSource.ADVERT


def actor(name: str) -> Actor:
    organisation, roles, teams = PEOPLE[name]
    return Actor(
        organisation_id=organisation, user_id=f"user-{name}", permissions=permissions_of(roles), team_ids=teams
    )


def fact(value: Any, source: FactSource, days_ago: int = 0, field: str = "physical.lift_kg") -> JobFact:
    return JobFact(field=field, value=value, source=source, observed_on=TODAY - timedelta(days=days_ago))


def in_order(*facts: JobFact) -> list[NumberedFact]:
    return [NumberedFact(number=number, fact=each) for number, each in enumerate(facts, start=1)]


HOLDS, BESIDE, REPLACED, BACK = Standing.HOLDS, Standing.BESIDE, Standing.REPLACED, Standing.TAKEN_BACK

RULES: list[tuple[str, list[JobFact], list[Standing]]] = [
    ("one fact holds", [fact(10, ADVERT)], [HOLDS]),
    ("a stronger one replaces a weaker", [fact(10, ADVERT, 5), fact(15, VISIT)], [REPLACED, HOLDS]),
    ("an equal newer one replaces", [fact(10, PHONE, 5), fact(15, EMAIL)], [REPLACED, HOLDS]),
    ("an equal older one changes nothing", [fact(15, EMAIL), fact(10, PHONE, 5)], [HOLDS, REPLACED]),
    ("a same-day correction of the same source replaces", [fact(10, VISIT), fact(15, VISIT)], [REPLACED, HOLDS]),
    ("a weaker newer one that disagrees stands beside", [fact(10, VISIT, 5), fact(15, ADVERT)], [HOLDS, BESIDE]),
    ("a weaker one told later that day stands beside", [fact(10, VISIT), fact(15, ADVERT)], [HOLDS, BESIDE]),
    ("a weaker newer one that agrees raises no question", [fact(10, VISIT, 5), fact(10, ADVERT)], [HOLDS, REPLACED]),
    ("a weaker older one is replaced", [fact(10, VISIT), fact(15, ADVERT, 5)], [HOLDS, REPLACED]),
    (
        "what stood beside gives way to a newer strong one",
        [fact(10, VISIT, 9), fact(15, ADVERT, 5), fact(15, VISIT)],
        [REPLACED, REPLACED, HOLDS],
    ),
    (
        "what stood beside gives way to its own newer word",
        [fact(10, VISIT, 9), fact(15, ADVERT, 5), fact(10, ADVERT)],
        [HOLDS, REPLACED, REPLACED],
    ),
    (
        "a middling newer one takes the place beside",
        [fact(10, VISIT, 9), fact(15, ADVERT, 5), fact(12, PHONE)],
        [HOLDS, REPLACED, BESIDE],
    ),
    (
        "fields do not touch each other",
        [fact(10, VISIT), fact(True, ADVERT, field="physical.climb")],
        [HOLDS, HOLDS],
    ),
    (
        "the older end of a range gives way where both contradict each other",
        [fact(16, PHONE, 5, field="hours.max"), fact(20, PHONE, field="hours.min")],
        [REPLACED, HOLDS],
    ),
    (
        "the weaker newer end of a range stands beside",
        [fact(20, VISIT, 5, field="hours.min"), fact(16, ADVERT, field="hours.max")],
        [HOLDS, BESIDE],
    ),
    (
        "the ends of a range that fit both hold",
        [fact(16, VISIT, 5, field="hours.min"), fact(16, ADVERT, field="hours.max")],
        [HOLDS, HOLDS],
    ),
]


class TestWhichHolds:
    @pytest.mark.parametrize(("facts", "standings"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
    def test_rule(self, facts: list[JobFact], standings: list[Standing]) -> None:
        found = settled(in_order(*facts))
        assert [found[number].standing for number in sorted(found)] == standings

    def test_what_was_taken_back_counts_for_nothing(self) -> None:
        first, mistake = in_order(fact(10, ADVERT, 5), fact(15, VISIT))
        found = settled([first, NumberedFact(number=2, fact=mistake.fact, taken_back=True)])
        assert found == {1: Settled(standing=HOLDS), 2: Settled(standing=BACK)}


sequences = st.lists(
    st.builds(
        NumberedFact,
        number=st.just(0),
        fact=st.builds(
            fact,
            st.integers(0, 3),
            st.sampled_from(FactSource),
            st.integers(0, 4),
            st.sampled_from(["physical.lift_kg", "tasks"]),
        ),
        taken_back=st.booleans() | st.just(False),
    ),
    max_size=12,
).map(
    lambda facts: [
        NumberedFact(number=number, fact=each.fact, taken_back=each.taken_back)
        for number, each in enumerate(facts, start=1)
    ]
)


class TestLaws:
    @given(sequences)
    def test_nothing_is_lost(self, facts: list[NumberedFact]) -> None:
        assert sorted(settled(facts)) == [each.number for each in facts]

    @given(sequences)
    def test_one_fact_a_field_holds_and_it_is_the_newest_of_the_strongest(self, facts: list[NumberedFact]) -> None:
        found = settled(facts)
        for field in {each.fact.field for each in facts}:
            counted = [each for each in facts if each.fact.field == field and not each.taken_back]
            holding = [each for each in counted if found[each.number].standing is HOLDS]
            if not counted:
                assert holding == []
                continue
            strength = max(each.fact.source.strength for each in counted)
            strongest = [each for each in counted if each.fact.source.strength == strength]
            newest = max(each.fact.observed_on for each in strongest)
            of_that_day = [each for each in strongest if each.fact.observed_on == newest]
            assert [each.number for each in holding] == [max(each.number for each in of_that_day)]

    @given(sequences)
    def test_what_stands_beside_is_weaker_and_newer_than_what_holds_and_disagrees(
        self, facts: list[NumberedFact]
    ) -> None:
        found = settled(facts)
        holds = {each.fact.field: each for each in facts if found[each.number].standing is HOLDS}
        for each in facts:
            if found[each.number].standing is BESIDE:
                holder = holds[each.fact.field]
                assert each.fact.source.strength < holder.fact.source.strength
                assert each.newness > holder.newness
                assert each.fact.value != holder.fact.value

    @given(sequences)
    def test_nothing_is_replaced_by_what_is_weaker(self, facts: list[NumberedFact]) -> None:
        by_number = {each.number: each for each in facts}
        for number, settlement in settled(facts).items():
            if settlement.replaced_by is not None:
                better = by_number[settlement.replaced_by].fact
                assert better.source.strength >= by_number[number].fact.source.strength

    @given(sequences, st.randoms(use_true_random=False))
    def test_the_order_in_which_facts_are_looked_at_does_not_matter(self, facts: list[NumberedFact], rng: Any) -> None:
        shuffled = list(facts)
        rng.shuffle(shuffled)
        assert settled(shuffled) == settled(facts)

    @given(st.lists(st.tuples(st.sampled_from(FactSource), st.integers(0, 9)), unique_by=lambda each: each[1]))
    def test_facts_of_different_days_may_arrive_in_any_order(self, told: list[tuple[FactSource, int]]) -> None:
        facts = [fact(days, source, days) for source, days in told]

        def values(found: dict[int, Settled], arrived: list[JobFact]) -> dict[Any, Standing]:
            return {arrived[number - 1].value: each.standing for number, each in found.items()}

        backwards = facts[::-1]
        assert values(settled(in_order(*facts)), facts) == values(settled(in_order(*backwards)), backwards)


class TestTakenApart:
    def test_a_document_is_put_together_again_as_it_was(self) -> None:
        apart = ("vacancy_ref", "employer", "source", "status", "visibility", "facts_checked_on")
        for document in load_world().vacancies:
            kept = {name: document[name] for name in apart if name in document}
            again = read_vacancy({**kept, **put_together(dict(stated_facts(document)))}, Where())
            assert replace(again, digest="") == replace(read_vacancy(document, Where()), digest="")

    @pytest.mark.parametrize(
        ("about", "field"),
        [
            ("hours.weekly_hours", "hours"),
            ("hours.legal_cap", "hours.min"),
            ("availability.can", "pattern"),
            ("shift.nights", "pattern"),
            ("adjustments.place.quiet_room", "adjustments.place.quiet_room"),
            ("sensory.noise", "sensory.noise"),
            ("travel.minutes", "location.postcode"),
            ("travel.remote", "location.remote"),
            ("pay.floor", "pay"),
            ("physical.lift", "physical.lift_kg"),
            ("requirements.driving", "requirements.driving"),
            ("requirements.food_hygiene_l2", "requirements.qualifications"),
            ("requirements.regulated_adults", "requirements.regulated_activity"),
            ("exclusions.no_gambling", "requirements.settings"),
            ("employer.avoided", None),
            ("evidence", None),
        ],
    )
    def test_a_question_is_answered_by_a_fact(self, about: str, field: str | None) -> None:
        assert field_for_question(about) == field


class TestSentence:
    def test_long_values_are_not_repeated(self) -> None:
        told = [fact(" ".join(["word"] * 40), source, field="description") for source in (ADVERT, VISIT)]
        sentence = disagreement(newer=told[0], holds=told[1])
        assert sentence == "Description: the advert says something else than the visit found."

    @given(
        st.lists(
            st.sampled_from(["hours.min", "sensory.visual_clutter", "requirements.regulated_activity"]), min_size=1
        ),
        st.recursive(st.text(max_size=60) | st.booleans() | st.integers(), lambda inner: st.lists(inner, max_size=9)),
        st.sampled_from(FactSource),
    )
    def test_no_sentence_has_more_than_25_words(self, fields: list[str], value: Any, source: FactSource) -> None:
        sentence = disagreement(newer=fact(value, source, field=fields[0]), holds=fact(value, VISIT, field=fields[-1]))
        assert len(sentence.split()) <= 25


# With the store


def logged(service: Service, *, by: str = "eve", known_by: FactSource = ADVERT, **fields: Any) -> VacancyRow:
    document = {"title": "Baker", "employer": "Hazel Bakery", **fields}
    with service.database.writing(NORTH) as store:
        draft = VacancyDraft(document=document, known_by=known_by, observed_on=TODAY - timedelta(days=9))
        return log_vacancy(draft=draft, by=actor(by), at=START, store=store)


def learn(service: Service, vacancy: VacancyRow, *facts: JobFact, by: str = "eve") -> Any:
    with service.database.writing(NORTH) as store:
        return record_fact(vacancy_id=vacancy.id, facts=facts, by=actor(by), at=START, store=store)


def document_of(service: Service, vacancy: VacancyRow) -> dict[str, Any]:
    with service.database.reading(NORTH) as store:
        return dict(store.vacancies.latest(store.vacancies.get(vacancy.id)).document)


def history_of(service: Service, vacancy: VacancyRow) -> list[VacancyFact]:
    with service.database.reading(NORTH) as store:
        return store.vacancies.facts(vacancy.id)


class TestRecord:
    def test_a_fact_makes_a_version_that_reads_it(self, service: Service) -> None:
        vacancy = logged(service)
        recorded = learn(service, vacancy, fact({"min": 16, "max": 20.0}, VISIT, field="hours"))
        assert (recorded.version.version, recorded.version.because) == (2, "facts")
        assert document_of(service, vacancy)["hours"] == {"min": 16, "max": 20}

    def test_a_fact_that_does_not_hold_makes_no_version(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, known_by=VISIT, pay={"hourly": 12.5})
        recorded = learn(sqlite_service, vacancy, fact({"hourly": 13}, ADVERT, field="pay"))
        assert (recorded.version, recorded.vacancy.version, recorded.facts[0].standing) == (None, 1, BESIDE)

    def test_a_sensory_level_carries_its_source_and_date(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service)
        learn(sqlite_service, vacancy, fact({"typical": 3}, VISIT, 2, field="sensory.noise"))
        assert document_of(sqlite_service, vacancy)["sensory"] == {
            "noise": {"typical": 3, "source": "visit", "observed_on": "2026-11-20"}
        }

    def test_a_level_may_bring_its_own_source_and_date(self, sqlite_service: Service) -> None:
        level = {"typical": 3, "can_leave": False, "source": "photo", "observed_on": "2026-10-01"}
        vacancy = logged(sqlite_service, sensory={"noise": level})
        told = {each.field: (each.source, each.observed_on) for each in history_of(sqlite_service, vacancy)}
        assert told["sensory.noise"] == told["sensory.noise.can_leave"] == (FactSource.PHOTO, date(2026, 10, 1))
        assert document_of(sqlite_service, vacancy)["sensory"] == {"noise": level}

    def test_a_call_may_add_to_a_level_what_the_visit_left_open(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, known_by=VISIT, sensory={"noise": {"typical": 3}})
        learn(sqlite_service, vacancy, fact({"can_leave": True}, PHONE, field="sensory.noise"))
        level = document_of(sqlite_service, vacancy)["sensory"]["noise"]
        assert (level["typical"], level["can_leave"], level["source"]) == (3, True, "visit")

    def test_the_day_of_checking_follows_what_holds_or_says_the_same(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, known_by=VISIT, openings=2)
        assert document_of(sqlite_service, vacancy)["facts_checked_on"] == "2026-11-13"
        learn(sqlite_service, vacancy, fact(3, ADVERT, 5, field="openings"))
        assert document_of(sqlite_service, vacancy)["facts_checked_on"] == "2026-11-13"
        learn(sqlite_service, vacancy, fact(2, ADVERT, 2, field="openings"))
        assert document_of(sqlite_service, vacancy)["facts_checked_on"] == "2026-11-20"

    def test_the_same_fact_twice_is_one_fact(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service)
        first, second = (learn(sqlite_service, vacancy, fact(10, VISIT)) for _ in range(2))
        assert first.facts[0].id == second.facts[0].id
        assert second.version is None

    def test_a_correction_on_the_same_day_replaces_and_both_stay_in_the_history(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service)
        learn(sqlite_service, vacancy, fact(10, VISIT))
        learn(sqlite_service, vacancy, fact(15, VISIT))
        assert document_of(sqlite_service, vacancy)["physical"] == {"lift_kg": 15}
        lifts = [each.standing for each in history_of(sqlite_service, vacancy) if each.field == "physical.lift_kg"]
        assert lifts == [REPLACED, HOLDS]

    @settings(max_examples=40)
    @given(data=st.data())
    def test_the_document_tells_what_holds_and_the_history_all(
        self, sqlite_service: Service, data: st.DataObject
    ) -> None:
        vacancy = logged(sqlite_service)
        told = data.draw(
            st.lists(
                st.builds(
                    fact,
                    st.integers(0, 3),
                    st.sampled_from([VISIT, PHONE, EMAIL, ADVERT]),
                    st.integers(0, 3),
                    st.sampled_from(["physical.lift_kg", "hours.min", "hours.max"]),
                ),
                max_size=6,
            )
        )
        for each in told:
            learn(sqlite_service, vacancy, each)
        history = history_of(sqlite_service, vacancy)
        recorded = [(each.field, each.value["value"], each.source, each.observed_on) for each in history]
        assert {(each.field, each.value, each.source, each.observed_on) for each in told} <= set(recorded)
        held = {each.field: each.value["value"] for each in history if each.standing is HOLDS}
        document = document_of(sqlite_service, vacancy)
        assert {"title": "Baker", **put_together(held)} == put_together(dict(stated_facts(document)))


class TestRefused:
    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            (fact(-1, VISIT), "physical.lift_kg"),
            (fact({"min": 20, "max": 10}, VISIT, field="hours"), "hours.min"),
            (fact({"minn": 20}, VISIT, field="hours"), "hours.minn"),
            (fact(5, VISIT, field="hours"), "hours"),
            (fact(5, VISIT, field="sensory"), "sensory"),
            (fact(5, VISIT, field="adjustments"), "adjustments"),
            (fact("yes", VISIT, field="adjustments.place.quiet_rom"), "adjustments.place.quiet_rom"),
            (fact({"can_leave": True}, VISIT, field="sensory.smell"), "sensory.smell.typical"),
            (fact({"typical": 1, "observed_on": "soon"}, VISIT, field="sensory.noise"), "sensory.noise.observed_on"),
            (fact(10, VISIT, -1), "observed_on"),
            (fact(10, FactSource.OCCUPATION_PRIOR), "physical.lift_kg"),
            (fact("Other", VISIT, field="employer"), "employer"),
            (fact("closed", VISIT, field="status"), "status"),
            (fact(3, VISIT, field="colour"), "colour"),
        ],
        ids=lambda each: each if isinstance(each, str) else "",
    )
    def test_a_fact_that_cannot_be_is_named_by_its_field_and_changes_nothing(
        self, sqlite_service: Service, wrong: JobFact, field: str
    ) -> None:
        vacancy = logged(sqlite_service, sensory={"noise": {"typical": 1}}, adjustments={"place.quiet_room": "yes"})
        before = len(history_of(sqlite_service, vacancy))
        with pytest.raises(Invalid) as refused:
            learn(sqlite_service, vacancy, fact(4, VISIT, field="openings"), wrong)
        assert field in [problem.where.field for problem in refused.value.problems]
        assert len(history_of(sqlite_service, vacancy)) == before
        assert "openings" not in document_of(sqlite_service, vacancy)

    def test_what_nobody_knows_yet_is_no_fact(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service)
        with pytest.raises(Invalid, match="at least one fact"):
            learn(sqlite_service, vacancy, fact(None, VISIT), fact({"min": "unknown"}, VISIT, field="hours"))

    def test_every_problem_is_named(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service)
        with pytest.raises(Invalid) as refused:
            learn(sqlite_service, vacancy, fact(-1, VISIT), fact("loud", PHONE, field="contract"))
        fields = {problem.where.field for problem in refused.value.problems}
        assert fields == {"physical.lift_kg", "contract"}

    def test_a_fact_that_would_stand_beside_is_read_too(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, known_by=VISIT, pay={"hourly": 12.5})
        with pytest.raises(Invalid):
            learn(sqlite_service, vacancy, fact({"hourly": -4}, ADVERT, field="pay"))

    def test_a_role_that_one_may_not_see_is_not_there(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service)
        with pytest.raises(NotFound):
            learn(sqlite_service, vacancy, fact(10, VISIT), by="ben")

    def test_who_may_not_change_vacancies_may_not_record(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service)
        with pytest.raises(NotPermitted):
            learn(sqlite_service, vacancy, fact(10, VISIT), by="val")


class TestTakenBack:
    def test_what_a_mistake_had_replaced_holds_again(self, service: Service) -> None:
        vacancy = logged(service, physical={"lift_kg": 10})
        mistake = learn(service, vacancy, fact(50, VISIT)).facts[0]
        with service.database.writing(NORTH) as store:
            take_back_fact(vacancy_id=vacancy.id, fact_id=mistake.id, version=2, by=actor("eve"), at=START, store=store)
        assert document_of(service, vacancy)["physical"] == {"lift_kg": 10}
        standings = [each.standing for each in history_of(service, vacancy) if each.field == "physical.lift_kg"]
        assert standings == [HOLDS, BACK]

    def test_a_level_taken_back_takes_what_is_said_of_its_peak_out_of_sight(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service, sensory={"noise": {"typical": 3, "can_leave": True}})
        level = next(each for each in history_of(sqlite_service, vacancy) if each.field == "sensory.noise")
        with sqlite_service.database.writing(NORTH) as store:
            take_back_fact(vacancy_id=vacancy.id, fact_id=level.id, version=1, by=actor("eve"), at=START, store=store)
        assert "sensory" not in document_of(sqlite_service, vacancy)

    def test_the_only_title_cannot_be_taken_back(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service)
        title = history_of(sqlite_service, vacancy)[0]
        with pytest.raises(Invalid), sqlite_service.database.writing(NORTH) as store:
            take_back_fact(vacancy_id=vacancy.id, fact_id=title.id, version=1, by=actor("eve"), at=START, store=store)

    def test_it_needs_the_version_that_was_read(self, sqlite_service: Service) -> None:
        vacancy = logged(sqlite_service)
        title = history_of(sqlite_service, vacancy)[0]
        with pytest.raises(Stale), sqlite_service.database.writing(NORTH) as store:
            take_back_fact(vacancy_id=vacancy.id, fact_id=title.id, version=7, by=actor("eve"), at=START, store=store)
