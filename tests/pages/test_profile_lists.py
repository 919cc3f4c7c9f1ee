"""Adjustments, work that is not wanted, versions and drafts of a profile."""

from __future__ import annotations

import pytest

from tests.api.routes.people import taken_on, write
from tests.pages.test_profiles import SAID, document, path, sent_back, shown_pairs
from tests.service import Service

LATE = {"slug": "time.late_start", "importance": "essential"}
PUBS = {"label": "pubs at night", "tags": ["hot_drinks"], "absolute": True}


@pytest.fixture
def jo(sqlite_service: Service) -> str:
    return taken_on(sqlite_service)


class TestAdjustments:
    def test_they_are_found_by_words(self, sqlite_service: Service, jo: str) -> None:
        answer = sqlite_service.as_("ana").send(path(jo, "/adjustments"), {**SAID, "words": "headphone", "do": "find"})
        assert answer.status_code == 200
        found = answer.text[answer.text.index("Found by your words") : answer.text.index("Choose by what is hard")]
        assert 'value="sens.headphones"' in found

    def test_they_are_found_by_what_is_hard_at_work(self, sqlite_service: Service, jo: str) -> None:
        page = sqlite_service.as_("ana").get(path(jo, "/adjustments")).text
        tired = page[page.index("Tiring quickly") :]
        assert tired.index('value="break.extra_short"') < 3000

    def test_choosing_adds_and_leaves_the_others(self, sqlite_service: Service, jo: str) -> None:
        write(sqlite_service, jo, {"adjustments": [LATE]}, version=0)
        sent = {**SAID, "add": ["sens.headphones", "time.late_start"], "importance": "helpful"}
        answer = sqlite_service.as_("ana").send(path(jo, "/adjustments"), sent)
        assert "done=adjustments-added" in answer.headers["Location"]
        new = {"slug": "sens.headphones", "importance": "helpful"}
        assert document(sqlite_service, jo)["document"]["adjustments"] == [LATE, new]

    def test_none_needed_is_an_answer_of_its_own(self, sqlite_service: Service, jo: str) -> None:
        sqlite_service.as_("ana").send(path(jo, "/adjustments"), {**SAID, "do": "none"})
        assert document(sqlite_service, jo)["document"]["adjustments"] == []
        assert "They need none for now." in sqlite_service.as_("ana").get(path(jo, "/adjustments")).text

    def test_one_is_changed_with_what_would_do_instead(self, sqlite_service: Service, jo: str) -> None:
        write(sqlite_service, jo, {"adjustments": [LATE]}, version=0)
        answer = sent_back(sqlite_service, path(jo, "/adjustments/1"), importance="important", add=["time.flex_start"])
        assert answer.status_code == 303, answer.text
        assert document(sqlite_service, jo)["document"]["adjustments"] == [
            {"slug": "time.late_start", "importance": "important", "alternatives": ["time.flex_start"]}
        ]

    def test_one_is_taken_away(self, sqlite_service: Service, jo: str) -> None:
        write(sqlite_service, jo, {"adjustments": [LATE, {"slug": "sens.headphones"}]}, version=0)
        sent_back(sqlite_service, path(jo, "/adjustments/1"), do="remove")
        assert document(sqlite_service, jo)["document"]["adjustments"] == [{"slug": "sens.headphones"}]

    def test_none_stands_in_an_address(self, sqlite_service: Service, jo: str) -> None:
        write(sqlite_service, jo, {"adjustments": [LATE]}, version=0)
        page = sqlite_service.as_("ana").get(path(jo, "/adjustments")).text
        assert 'href="/participants/' in page
        assert not [part for part in page.split('href="')[1:] if "time.late_start" in part.partition('"')[0]]

    def test_what_was_ticked_comes_back_with_a_refused_form(self, sqlite_service: Service, jo: str) -> None:
        answer = sqlite_service.as_("ana").send(path(jo, "/adjustments"), {**SAID, "add": "sens.headphones"})
        assert answer.status_code == 422
        assert "Choose how much they need it." in answer.text
        assert ("add", "sens.headphones") in shown_pairs(answer.text)

    def test_one_that_was_changed_meanwhile_comes_back_with_both(self, sqlite_service: Service, jo: str) -> None:
        write(sqlite_service, jo, {"adjustments": [LATE]}, version=0)
        before = dict(shown_pairs(sqlite_service.as_("ana").get(path(jo, "/adjustments/1")).text))
        write(sqlite_service, jo, {"adjustments": [{**LATE, "importance": "helpful"}]}, version=1, by="lee")
        answer = sqlite_service.as_("ana").send(path(jo, "/adjustments/1"), {**before, "importance": "important"})
        assert answer.status_code == 412
        assert "No starts before an agreed hour. It helps." in answer.text
        again = sqlite_service.as_("ana").send(path(jo, "/adjustments/1"), dict(shown_pairs(answer.text)))
        assert again.status_code == 303
        assert document(sqlite_service, jo)["document"]["adjustments"][0]["importance"] == "important"


class TestWorkThatIsNotWanted:
    def test_it_is_added_with_its_tasks(self, sqlite_service: Service, jo: str) -> None:
        answer = sent_back(
            sqlite_service,
            path(jo, "/work-refused/new"),
            label="pubs at night",
            tags=["hot_drinks"],
            absolute="yes",
        )
        assert answer.status_code == 303, answer.text
        assert document(sqlite_service, jo)["document"]["refused_work"] == [PUBS]

    def test_tasks_are_found_by_its_words(self, sqlite_service: Service, jo: str) -> None:
        answer = sent_back(sqlite_service, path(jo, "/work-refused/new"), label="cleaning toilets", do="find")
        assert answer.status_code == 200
        near = answer.text[answer.text.index("Near these words") :]
        assert near.index('value="cleaning"') < 1500
        assert 'value="cleaning toilets"' in answer.text

    def test_the_same_words_twice_are_refused(self, sqlite_service: Service, jo: str) -> None:
        write(sqlite_service, jo, {"refused_work": [PUBS]}, version=0)
        answer = sent_back(sqlite_service, path(jo, "/work-refused/new"), label="pubs  at night", absolute="no")
        assert "This is written down already." in answer.text

    def test_one_is_changed_and_taken_away(self, sqlite_service: Service, jo: str) -> None:
        write(sqlite_service, jo, {"refused_work": [PUBS, {"label": "phones"}]}, version=0)
        sent_back(sqlite_service, path(jo, "/work-refused/1"), label="pubs")
        assert document(sqlite_service, jo)["document"]["refused_work"][0] == {**PUBS, "label": "pubs"}
        sent_back(sqlite_service, path(jo, "/work-refused/2"), do="remove")
        assert len(document(sqlite_service, jo)["document"]["refused_work"]) == 1

    def test_that_nothing_is_ruled_out_is_an_answer(self, sqlite_service: Service, jo: str) -> None:
        sent_back(sqlite_service, path(jo, "/work-refused"), refused_work="none")
        assert document(sqlite_service, jo)["document"]["refused_work"] == []


class TestVersions:
    def test_each_says_who_wrote_it_when_and_what_changed(self, sqlite_service: Service, jo: str) -> None:
        write(sqlite_service, jo, {"hours.max": 16}, version=0)
        write(sqlite_service, jo, {"hours.max": 20}, version=1, by="lee")
        page = sqlite_service.as_("ana").get(path(jo, "/versions")).text
        assert "Written on 22 November 2026 at 6pm by Lee." in page
        assert "At most 16 hours a week." in page
        assert "At most 20 hours a week." in page

    def test_two_are_compared(self, sqlite_service: Service, jo: str) -> None:
        for version, hours in enumerate((10, 12, 14)):
            write(sqlite_service, jo, {"hours.max": hours}, version=version)
        page = sqlite_service.as_("ana").get(path(jo, "/compare?from=1&to=3")).text
        assert "At most 10 hours a week." in page
        assert "At most 14 hours a week." in page
        assert "At most 12 hours a week." not in page

    @pytest.mark.parametrize("query", ["", "?from=9&to=x", "?from=-1&to=99999999999", "?from=&to="])
    def test_a_comparison_of_nothing_that_exists_is_of_the_latest_two(
        self, query: str, sqlite_service: Service, jo: str
    ) -> None:
        for version, hours in enumerate((10, 12)):
            write(sqlite_service, jo, {"hours.max": hours}, version=version)
        page = sqlite_service.as_("ana").get(path(jo, f"/compare{query}"))
        assert page.status_code == 200
        assert "Version 1 and version 2" in page.text

    def test_what_concerns_safety_changes_unseen_by_others(self, sqlite_service: Service, jo: str) -> None:
        write(sqlite_service, jo, {"hours.max": 16}, version=0)
        write(sqlite_service, jo, {"employers_avoided": ["Ash Hotel"]}, version=1)
        for rest in ("/versions", "/compare"):
            assert "Ash Hotel" in sqlite_service.as_("ana").get(path(jo, rest)).text
            assert "Ash Hotel" not in sqlite_service.as_("lee").get(path(jo, rest)).text


class TestDrafts:
    @pytest.fixture
    def draft(self, sqlite_service: Service, jo: str) -> str:
        write(sqlite_service, jo, {"hours.max": 16, "hours.min": 4}, version=0)
        write(sqlite_service, jo, {"hours.max": 20, "hours.min": 8}, version=1)
        write(sqlite_service, jo, {"hours.max": 30, "hours.min": 10}, version=1, by="lee")
        drafts = sqlite_service.as_("lee").get(f"/v1/participants/{jo}/profile/drafts").json()["items"]
        return str(drafts[0]["id"])

    def test_some_of_it_is_taken_up_and_the_rest_stays(self, draft: str, sqlite_service: Service, jo: str) -> None:
        sent = {"fields": "hours.max", "version": "2"}
        answer = sqlite_service.as_("ana").send(path(jo, f"/drafts/{draft}/take-up"), sent)
        page = sqlite_service.as_("ana").get(answer.headers["Location"]).text
        assert "The draft was taken up." in page
        assert "At least 10 hours a week." in page
        assert document(sqlite_service, jo)["document"]["hours"] == {"max": 30, "min": 8}

    def test_nothing_ticked_is_refused(self, draft: str, sqlite_service: Service, jo: str) -> None:
        answer = sqlite_service.as_("ana").send(path(jo, f"/drafts/{draft}/take-up"), {"version": "2"})
        assert answer.status_code == 422
        assert answer.text.count("Tick at least one of these.") == 2

    def test_who_read_an_older_version_looks_again_with_the_same_ticks(
        self, draft: str, sqlite_service: Service, jo: str
    ) -> None:
        sent = {"fields": "hours.max", "version": "1"}
        answer = sqlite_service.as_("ana").send(path(jo, f"/drafts/{draft}/take-up"), sent)
        assert answer.status_code == 412
        assert [value for name, value in shown_pairs(answer.text) if name == "fields"] == ["hours.max"]

    def test_only_who_wrote_it_throws_it_away(self, draft: str, sqlite_service: Service, jo: str) -> None:
        address = path(jo, f"/drafts/{draft}/throw-away")
        assert sqlite_service.as_("ana").send(address).status_code == 403
        answer = sqlite_service.as_("lee").send(address)
        assert "There is no draft." in sqlite_service.as_("lee").get(answer.headers["Location"]).text

    def test_the_profile_says_that_one_waits(self, draft: str, sqlite_service: Service, jo: str) -> None:
        page = sqlite_service.as_("ana").get(path(jo)).text
        assert "1 draft of this profile waits to be looked at." in page
