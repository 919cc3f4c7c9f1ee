"""What evaluators are given: tables that the evaluation reads without a problem, and nobody's words or safety."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from evaluation import columns
from evaluation.history import History
from evaluation.records import history_files
from evaluation.records.reading import read_history
from fixtures.county import ORGANISATION, furnish
from matching.actions.history import FORMAT, history, operator_for_evaluators
from matching.actions.history_findings import band_by_hand, findings_that_may_leave, may_leave, method_name, score_of
from matching.actions.history_tables import COLUMNS
from matching.model.finding import Aspect
from matching.scoring import load_weights
from matching.store.tables import PlacementRow, ShortlistRow
from tests.api.routes.lists import BAKES, drawn, learnt, logged, person
from tests.api.routes.people import write
from tests.databases import Databases
from tests.service import NORTH, Service, start_service

KEY = b"k" * 32
MONDAY = "2026-11-23"


def taken_out(service: Service, organisation_id: str = NORTH) -> bytes:
    """The history as it stands."""
    with service.database.writing(organisation_id) as store:
        by = operator_for_evaluators(organisation_id)
        return history(key=KEY, by=by, at=service.clock.at, store=store)


def rows(content: bytes, table: str) -> list[dict[str, str]]:
    """The rows of one file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return list(csv.DictReader(archive.read(f"{table}.csv").decode().splitlines()))


def left_out(content: bytes) -> dict[str, int]:
    """What had to be left out."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found: dict[str, int] = json.loads(archive.read("history.json"))["left_out"]
    return found


def read(content: bytes, folder: Path) -> History:
    """The history as the evaluation reads it."""
    path = folder / "history.zip"
    path.write_bytes(content)
    return read_history(path)


def good(answered: Any) -> dict[str, Any]:
    """What was answered, if it was done."""
    assert answered.status_code in (200, 201), answered.text
    found: dict[str, Any] = answered.json()
    return found


class TestFormat:
    @pytest.mark.parametrize("table", COLUMNS)
    def test_its_columns_are_those_that_the_evaluation_reads(self, table: str) -> None:
        known = columns.TABLES[table].columns
        assert set(COLUMNS[table]) <= {column.name for column in known}
        assert set(COLUMNS[table]) >= {column.name for column in known if column.required}

    def test_it_has_every_table_that_there_must_be_and_no_groups(self) -> None:
        assert set(COLUMNS) >= {table.name for table in columns.TABLES.values() if not table.optional}
        assert set(columns.TABLES) - set(COLUMNS) == {"groups"}
        assert FORMAT == history_files.FORMAT


class TestSafety:
    @pytest.mark.parametrize(("aspect", "part"), [("employer", "avoided"), ("travel", "no_go")])
    def test_not_even_that_somebody_avoids_something_leaves(self, aspect: str, part: str) -> None:
        assert not may_leave(aspect, part)

    @pytest.mark.parametrize(("aspect", "part"), [("travel", "distance"), ("sensory", "noise"), ("hours", "weekly")])
    def test_what_is_general_leaves(self, aspect: str, part: str) -> None:
        assert may_leave(aspect, part)

    def test_the_sentences_stay(self) -> None:
        told = list(findings_that_may_leave([_finding("sensory", "noise", "unknown", sentence="They cannot bear it.")]))
        assert [(each.aspect, each.sentence) for each in told] == [(Aspect.SENSORY, "")]

    def test_a_role_that_safety_alone_ruled_out_looks_like_any_other(self) -> None:
        avoided = _finding("travel", "no_go", "conflict", absolute=True)
        entry = {"findings": [avoided, _finding("travel", "distance", "ok")]}
        assert band_by_hand(entry, ruled_out=True) == "fits_what_we_know"
        asked = {"findings": [avoided, _finding("sensory", "noise", "unknown")]}
        assert band_by_hand(asked, ruled_out=True) == "ask_first"

    def test_a_role_that_anything_else_ruled_out_was_negotiated(self) -> None:
        entry = {"findings": [_finding("hours", "weekly", "conflict", absolute=True)]}
        assert band_by_hand(entry, ruled_out=True) == "negotiated"

    def test_who_avoids_an_employer_and_a_place_is_told_like_who_does_not(self, sqlite_service: Service) -> None:
        service = sqlite_service
        learnt(service, logged(service, "Baker"), **{"location": {"postcode": "ME14 1XQ"}})
        alike = {**BAKES, "travel": {"home": "ME14 1AA", "max_km": 20}}
        avoids = {**alike, "employers_avoided": ["Oak Nursery"]}
        drawn(service, person(service, "p-1", **alike))
        drawn(service, person(service, "p-2", **avoids, **{"travel.no_go": ["CT1"]}))
        one, other = rows(taken_out(service), "entries")
        kept = set(COLUMNS["entries"]) - {"shortlist"}
        assert {name: one[name] for name in kept} == {name: other[name] for name in kept}
        assert one["travel"] == "ok"


def _finding(aspect: str, part: str, verdict: str, **more: Any) -> dict[str, Any]:
    known = {"absolute": False, "value": 0.5, "sentence": "Said."}
    return {"aspect": aspect, "part": part, "verdict": verdict, **known, **more}


@dataclass(frozen=True)
class Journey:
    """Somebody from a list to a job, over HTTP."""

    service: Service
    person: str
    list: dict[str, Any]
    job: dict[str, Any]


def told_in(service: Service) -> Journey:
    """Let it happen: two roles on a list, a third added though it is ruled out, and a job from the first."""
    ana = service.as_("ana")
    role = logged(service, "Baker", openings=2, contract="permanent", hours={"min": 8, "max": 12})
    logged(service, "Kitchen assistant", employer="Elm Cafe", sensory={"noise": {"typical": 4, "source": "visit"}})
    too_long = logged(service, "Cook", employer="Oak Inn", hours={"min": 30, "max": 40})
    who = person(service, **BAKES, **{"hours.max": 16, "hours.ideal": 12})
    listed = drawn(service, who)
    by_hand = {"reason": "fits_wish", "vacancy_id": too_long}
    good(ana.change("POST", f"/v1/shortlists/{listed['id']}/entries", by_hand, version=listed["version"]))
    service.clock.pass_(days=1)
    chosen = {"participant_id": who, "vacancy_id": role, "shortlist_id": listed["id"]}
    decision = good(ana.post("/v1/decisions", {**chosen, "choice": "put_forward", "words": "their wish"}))
    employer = good(ana.get(f"/v1/vacancies/{role}"))["employer_id"]
    good(ana.post("/v1/contacts", {"employer_id": employer, "mode": "visit", "on": MONDAY, "on_behalf_of": [who]}))
    good(
        ana.post("/v1/tasters", {"participant_id": who, "vacancy_id": role, "kind": "working_interview", "on": MONDAY})
    )
    service.clock.pass_(days=7)
    start = {"participant_id": who, "decision_id": decision["id"], "started_on": "2026-11-30"}
    job = good(ana.post("/v1/placements", {**start, "hours_week": 12, "permanent": True}))
    service.clock.pass_(days=14)
    good(ana.post(f"/v1/placements/{job['id']}/check-ins", {"on": "2026-12-07", "still_in_work": True}))
    for from_on, to_on in (("2026-11-30", "2026-12-06"), ("2026-12-07", "2026-12-20")):
        pay = {"from_on": from_on, "to_on": to_on, "gross_pence": 15_000, "source": "payslip"}
        good(ana.post(f"/v1/placements/{job['id']}/earnings", pay))
    return Journey(service=service, person=who, list=listed, job=good(ana.get(f"/v1/placements/{job['id']}")))


@pytest.fixture(scope="module")
def journey(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """The journey, for tests that only look at it."""
    folder = tmp_path_factory.mktemp("journey")
    service = start_service(databases.fresh("sqlite", folder), folder)
    yield told_in(service)
    service.client.close()
    service.database.close()


@pytest.fixture
def own_journey(sqlite_service: Service) -> Journey:
    """The journey, for a test that lets it go on."""
    return told_in(sqlite_service)


class TestJourney:
    """From lists to a job, and then out."""

    def test_the_evaluation_reads_it_without_a_problem(self, journey: Journey, tmp_path: Path) -> None:
        found = read(taken_out(journey.service), tmp_path)
        assert str(found.data_until) == "2026-12-14"
        assert not found.simulated
        assert {name: count for name, count in found.rows_read.items() if count} == {
            **{"participants": 1, "vacancies": 3, "shortlists": 1, "entries": 3, "decisions": 1, "steps": 1},
            **{"contacts": 1, "placements": 1, "earnings": 1},
        }

    def test_a_job_leads_back_to_its_role_and_its_list(self, journey: Journey, tmp_path: Path) -> None:
        found = read(taken_out(journey.service), tmp_path)
        job = found.placements.iloc[0]
        assert (job["participant"], job["shortlist"]) == (0, 0)
        assert found.vacancies["contract"][job["vacancy"]] == "permanent"
        assert found.vacancies["openings"][job["vacancy"]] == 2
        assert found.vacancies["employer"][job["vacancy"]] == job["employer"]
        assert (job["hours_week"], job["permanent"]) == (12.0, True)

    def test_paid_days_show_that_a_job_goes_on_as_far_as_they_have_come(self, journey: Journey) -> None:
        """A check-in on the 7th, pay until the 20th, and today is the 14th."""
        (job,) = rows(taken_out(journey.service), "placements")
        assert (job["last_seen_on"], job["ended_on"]) == ("2026-12-14", "")
        assert left_out(taken_out(journey.service)) == {"pay for a period that is not over": 1}

    def test_an_end_is_told_with_its_reason_and_ends_what_was_seen(self, own_journey: Journey) -> None:
        ana, job = own_journey.service.as_("ana"), own_journey.job
        end = {"ended_on": "2026-12-11", "reason": "better_job", "said_by": "participant"}
        good(ana.change("PUT", f"/v1/placements/{job['id']}/end", end, version=job["version"]))
        (told,) = rows(taken_out(own_journey.service), "placements")
        assert [told[name] for name in ("ended_on", "end_reason", "who_says", "last_seen_on")] == [
            *("2026-12-11", "better_job", "participant", "2026-12-11")
        ]

    def test_who_it_is_about_is_told_by_wanted_hours_and_first_meeting(self, journey: Journey) -> None:
        (told,) = rows(taken_out(journey.service), "participants")
        assert (told["hours_wanted"], told["first_met_on"], told["support_ends_on"]) == ("12", "2026-11-23", "")

    def test_a_working_interview_is_a_step_of_the_list(self, journey: Journey) -> None:
        content = taken_out(journey.service)
        (step,), (decision,) = rows(content, "steps"), rows(content, "decisions")
        assert step == {
            **{name: decision[name] for name in ("shortlist", "vacancy")},
            "step": "interview",
            "on": "2026-11-23",
        }

    def test_a_role_that_was_added_though_ruled_out_stands_last_as_negotiated(self, journey: Journey) -> None:
        told = rows(taken_out(journey.service), "entries")
        assert [each["position"] for each in told] == ["1", "2", "3"]
        assert (told[2]["band"], told[2]["hours"]) == ("negotiated", "conflict")
        assert 0 <= float(told[2]["score"]) <= 1
        assert {each["propensity"] for each in told} == {"1"}

    def test_findings_alone_score_as_they_did_on_the_list(self, journey: Journey) -> None:
        with journey.service.database.reading(NORTH) as store:
            stored = orjson.loads(store.session.scalars(select(ShortlistRow)).one().entries)
        for entry in stored:
            findings = tuple(findings_that_may_leave(entry["findings"]))
            assert len(findings) == len(entry["findings"])
            assert score_of(findings, load_weights()) == pytest.approx(entry["score"], abs=1e-9)

    def test_an_aspect_is_worth_the_mean_of_its_parts_by_their_weights(self, journey: Journey) -> None:
        """Preferences have two parts, with weights 8 and 2, where tasks are known; here one, worth what it is."""
        with journey.service.database.reading(NORTH) as store:
            stored = orjson.loads(store.session.scalars(select(ShortlistRow)).one().entries)
        for entry, told in zip(stored, rows(taken_out(journey.service), "entries"), strict=False):
            (wanted,) = [each for each in entry["findings"] if each["aspect"] == "preferences"]
            assert float(told["preferences_value"]) == pytest.approx(wanted["value"])
            assert told["preferences"] == wanted["verdict"]

    def test_a_decision_that_was_taken_back_is_none(self, own_journey: Journey) -> None:
        both = {"participant_id": own_journey.person, "vacancy_id": own_journey.job["vacancy_id"]}
        good(own_journey.service.as_("ana").post("/v1/decisions/take-back", both))
        assert rows(taken_out(own_journey.service), "decisions") == []

    def test_the_same_day_brings_the_same_bytes(self, journey: Journey) -> None:
        first = taken_out(journey.service)
        journey.service.clock.pass_(minutes=30)
        assert taken_out(journey.service) == first

    def test_whoever_was_erased_does_not_appear(self, own_journey: Journey, tmp_path: Path) -> None:
        lee, path = own_journey.service.as_("lee"), f"/v1/participants/{own_journey.person}"
        good(lee.change("DELETE", path, version=good(lee.get(path))["version"]))
        found = read(taken_out(own_journey.service), tmp_path)
        assert {name for name, count in found.rows_read.items() if count} == {"vacancies"}

    def test_a_job_from_before_the_programme_is_left_out_and_counted(
        self, own_journey: Journey, tmp_path: Path
    ) -> None:
        start = {"participant_id": own_journey.person, "job_title": "Packer", "started_on": "2026-10-01"}
        employer = good(own_journey.service.as_("eve").post("/v1/employers", {"name": "Old Mill"}))["id"]
        good(own_journey.service.as_("ana").post("/v1/placements", {**start, "employer_id": employer}))
        content = taken_out(own_journey.service)
        assert left_out(content)["jobs that started before the participant entered"] == 1
        assert read(content, tmp_path).rows_read["placements"] == 1

    def test_a_list_that_was_drawn_after_the_start_was_not_where_the_job_came_from(
        self, own_journey: Journey, tmp_path: Path
    ) -> None:
        with own_journey.service.database.writing(NORTH) as store:
            row = store.session.scalars(select(PlacementRow)).one()
            row.started_on = store.session.scalars(select(ShortlistRow)).one().as_of.replace(day=20)
        content = taken_out(own_journey.service)
        assert left_out(content)["lists of jobs that had started before"] == 1
        assert read(content, tmp_path).placements["shortlist"].tolist() == [-1]

    def test_no_word_of_anybody_and_no_id_leaves(self, journey: Journey) -> None:
        with zipfile.ZipFile(io.BytesIO(taken_out(journey.service))) as archive:
            told = "".join(archive.read(name).decode() for name in archive.namelist())
        ids = [journey.person, journey.list["id"], *(each["vacancy_id"] for each in journey.list["arranged"])]
        words = ["p-1", "user-ana", "team-a", "Hazel", "Baker", "baking", "their wish", "ME14", "hashing"]
        assert [word for word in [*ids, *words] if word in told] == []

    def test_an_answer_is_a_question_of_its_aspect(self, own_journey: Journey) -> None:
        vacancy = good(own_journey.service.as_("eve").get("/v1/vacancies?search=Baker"))["items"][0]["id"]
        said = {"about": "sensory.noise", "source": "phone", "said_on": "2026-12-13", "value": {"typical": 1}}
        good(own_journey.service.as_("eve").post(f"/v1/vacancies/{vacancy}/answers", said))
        (told,) = rows(taken_out(own_journey.service), "questions")
        assert (told["about"], told["asked_on"], told["answered_on"]) == ("sensory", "2026-12-13", "2026-12-13")


def test_the_invented_county_is_read_without_a_problem(sqlite_service: Service, tmp_path: Path) -> None:
    furnish(sqlite_service.database, at=sqlite_service.clock.at)
    found = read(taken_out(sqlite_service, ORGANISATION), tmp_path)
    assert found.rows_read["participants"] == 12
    assert found.rows_read["vacancies"] == 300


def test_the_same_parts_make_the_same_method_and_others_another() -> None:
    one = {"encoder": "a", "weights": "b", "shuffle": "near-ties within 0.01, seed 3"}
    assert method_name(one) == method_name(dict(reversed(one.items())))
    assert method_name(one) != method_name({**one, "weights": "c"})
    assert method_name({**one, "model": None}) == method_name(one)


def test_taking_it_out_is_noted(sqlite_service: Service) -> None:
    taken_out(sqlite_service)
    last = sqlite_service.as_("aud").get("/v1/audit").json()["items"]
    assert ("history.read", "operator") in [(each["action"], each["who"]) for each in last]


def test_a_profile_without_hours_wants_none(sqlite_service: Service) -> None:
    participant = person(sqlite_service)
    assert rows(taken_out(sqlite_service), "participants")[0]["hours_wanted"] == ""
    assert write(sqlite_service, participant, {"hours.max": 20}, version=1).status_code == 200
    assert rows(taken_out(sqlite_service), "participants")[0]["hours_wanted"] == "20"
