"""A word of its own in every field that could tell of somebody: found where it belongs, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.databases import KINDS, Databases
from tests.journeys.canaries import AVOIDED, NO_GO, About, Canary, Exchange, Walk
from tests.service import NORTH, PEOPLE, start_service

#: Who may be told, by whom a canary tells of. Another organisation never; neither those who read no participants.
MAY_READ = {
    About.PERSON: {"ana", "lee"},
    About.SAFETY: {"ana"},
    About.OFFICE: {name for name, (home, _, _) in PEOPLE.items() if home == NORTH},
    About.NOBODY: set[str](),
}


@pytest.fixture(scope="module", params=KINDS)
def walk(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walk]:
    """One walk over each kind of database."""
    folder = tmp_path_factory.mktemp("walk")
    service = start_service(databases.fresh(request.param, folder), folder, requests_per_minute=1_000_000)
    with service.client:
        walked = Walk(service=service)
        walked.tell()
        yield walked
    service.database.close()


def found_in(text: str, walk: Walk) -> list[Canary]:
    """The canaries in a text, however it is written."""
    lower = text.casefold()
    return [each for each in walk.canaries if each.text.casefold() in lower]


class TestTheWalk:
    def test_each_canary_was_sent(self, walk: Walk) -> None:
        sent = "\n".join(each.request for each in walk.exchanges)
        assert [each for each in walk.canaries if each.text not in sent and each.field != "in an exception"] == []
        assert len({each.text for each in walk.canaries}) == len(walk.canaries)
        assert sum(each.about is not About.NOBODY for each in walk.canaries) >= 40
        assert sum(each.about is About.NOBODY for each in walk.canaries) >= 40

    def test_each_that_was_taken_is_kept_and_no_other(self, walk: Walk) -> None:
        kept = "\n".join(row for _, row in walk.kept())
        taken = [each for each in walk.canaries if each.about is not About.NOBODY and "refused row" not in each.field]
        assert [each for each in taken if each.text not in kept] == []
        assert [each for each in walk.canaries if each.about is About.NOBODY and each.text in kept] == []

    def test_each_that_was_taken_is_told_to_somebody_who_may_read_it(self, walk: Walk) -> None:
        unread = {"name", "strength in a file", "reference in a refused row"}  # corrected since; nobody looked
        told = "\n".join(each.answer for each in walk.exchanges if each.response.status_code < 300)
        taken = [each for each in walk.canaries if each.about is not About.NOBODY and each.field not in unread]
        assert [each for each in taken if each.text not in told] == []

    def test_everything_that_can_go_wrong_went_wrong(self, walk: Walk) -> None:
        statuses = {each.response.status_code for each in walk.exchanges}
        assert statuses >= {200, 201, 202, 401, 403, 404, 409, 412, 413, 415, 422, 500}


class TestNowhere:
    def test_not_in_logs(self, walk: Walk) -> None:
        assert walk.control in walk.logs
        for line in ('"event": "request"', "RuntimeError", "IntegrityError", "job failed", "package sqlalchemy.engine"):
            assert line in walk.logs
        assert walk.logs.count('"event": "request"') >= len(walk.exchanges) - 1
        assert found_in(walk.logs, walk) == []

    def test_not_in_metrics(self, walk: Walk) -> None:
        assert 'route="/v1/participants/{participant_id}"' in walk.metrics
        assert found_in(walk.metrics, walk) == []

    def test_not_in_headers_nor_in_any_address_that_is_told(self, walk: Walk) -> None:
        for each in walk.exchanges:
            addresses = re.findall(r'"(?:/|https?://)[^"]*"', each.answer)
            assert found_in("\n".join([each.headers, *addresses]), walk) == []
        assert any("Location: /v1/" in each.headers.replace("location", "Location") for each in walk.exchanges)

    def test_not_in_the_audit_record_nor_in_jobs_nor_beside_vectors(self, walk: Walk) -> None:
        for table in ("audit_events", "jobs", "text_vectors", "pool_changes", "webhook_deliveries", "standings"):
            rows = [row for name, row in walk.kept() if name == table]
            assert rows, table
            assert found_in("\n".join(rows), walk) == []

    def test_not_in_what_other_systems_are_sent(self, walk: Walk) -> None:
        assert any("alert.made" in each for each in walk.webhooks)
        assert found_in("\n".join(walk.webhooks), walk) == []

    def test_not_in_the_answer_to_what_is_refused(self, walk: Walk) -> None:
        refused = [each for each in walk.exchanges if each.response.status_code >= 400]
        assert len(refused) > 200
        # The second saver of a profile is shown both, and is somebody who may read it.
        told = [each for each in refused if found_in(each.answer, walk) and "kept as a draft" not in each.answer]
        assert [(each.who, each.response.status_code, each.answer[:500]) for each in told] == []

    def test_not_in_the_history_for_evaluators(self, walk: Walk) -> None:
        (history,) = [each for each in walk.exchanges if each.who == "val" and "/exports/history" in each.request[:100]]
        assert history.response.status_code == 200
        assert len(history.answer.splitlines()) > 20
        assert found_in(history.answer, walk) == []

    def test_not_in_any_file_beside_the_database(self, walk: Walk) -> None:
        for _, content in walk.files():
            assert found_in(content.decode("latin-1"), walk) == []


class TestEmployers:
    @pytest.mark.parametrize("when", ["without consent", "with consent to hours", "after withdrawal"])
    def test_they_are_told_nothing_that_was_not_agreed(self, walk: Walk, when: str) -> None:
        assert found_in(walk.introductions[when], walk) == []

    def test_they_are_told_what_was_agreed_and_no_more(self, walk: Walk) -> None:
        told = found_in(walk.introductions["with consent to name and strengths"], walk)
        assert {each.field for each in told} == {"name, corrected", "strength by a second saver", "skill"}


class TestReaders:
    @pytest.mark.parametrize("about", About)
    def test_each_is_told_to_those_alone_who_may_read_it(self, walk: Walk, about: About) -> None:
        canaries = [each for each in walk.canaries if each.about is about]
        told = {
            (each.field, heard.who, heard.request[:120])
            for each in canaries
            for heard in walk.exchanges
            if heard.who not in MAY_READ[about] and each.text.casefold() in heard.answer.casefold()
        }
        assert told == set()

    def test_only_their_specialist_reads_where_somebody_must_not_go_and_whom_they_avoid(self, walk: Walk) -> None:
        readers = {each.who for each in walk.exchanges if NO_GO in each.answer or AVOIDED in each.answer}
        sentences = {each.who for each in walk.exchanges if "asked to avoid" in each.answer or "no_go" in each.answer}
        assert (readers, sentences) == ({"ana"}, {"ana"})
        assert any("Left out for a reason that their specialist can see." in each.answer for each in by(walk, "lee"))

    def test_they_leave_in_no_export(self, walk: Walk) -> None:
        exports = [each for each in walk.exchanges if re.search(r"/export[s/ ]|/export$", each.request.split(" ")[0])]
        taken = [each for each in exports if each.response.status_code == 200]
        assert {each.who for each in taken} >= {"ana", "lee", "eve", "val"}
        assert [each.request[:120] for each in taken if NO_GO in each.answer or AVOIDED in each.answer] == []

    def test_the_other_organisation_is_told_of_nobody(self, walk: Walk) -> None:
        assert len(by(walk, "sam")) > 50
        assert found_in("\n".join(each.answer for who in ("sam", "sue") for each in by(walk, who)), walk) == []


def by(walk: Walk, who: str) -> list[Exchange]:
    """What somebody was answered."""
    return [each for each in walk.exchanges if each.who == who]
