"""Pages as PDF: what they say, that they can be read aloud, and that nobody outside is asked for anything."""

from __future__ import annotations

import os
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from api.pages import paper, sheets
from api.pages.assets import asset_url
from api.pages.paper import NoPaper, is_ready, pdf_of
from matching.store.tables import AuditRow
from tests.api.routes.lists import drawn, logged, person
from tests.pages.text import text_of
from tests.service import NORTH, Service

_HOSTILE = "<script>alert(1)</script><img src=file:///etc/passwd>"
_SAID: dict[str, Any] = {"wanted_work": [{"label": "baking bread"}], "goal.own_words": "I want to bake."}


@pytest.fixture
def _pango() -> None:
    """What writes PDF; where it is not, these tests are left out with a word, and under CI they fail."""
    if not is_ready():
        message = "there is no WeasyPrint or Pango: the tests of PDF are left out (install `libpangoft2-1.0-0`)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


def _list(service: Service, title: str = "Baker", **said: Any) -> str:
    logged(service, title, hours={"min": 12, "max": 16})
    return str(drawn(service, person(service, "P-PAPER", **{**_SAID, **said}))["id"])


def _read(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def _words(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in _read(content).pages).split())


@pytest.mark.usefixtures("_pango")
class TestThePdf:
    def test_of_the_sheet_says_what_the_page_says(self, sqlite_service: Service) -> None:
        answer = sqlite_service.as_("ana").get(f"/lists/{_list(sqlite_service)}/sheet.pdf")
        assert answer.headers["Content-Type"] == "application/pdf"
        words = _words(answer.content)
        for said in ("Jobs to talk about", "I want to bake.", "Job 1 Baker", "What do you think?", "Page 1 of"):
            assert said in words

    def test_of_the_list_says_what_the_page_says(self, sqlite_service: Service) -> None:
        answer = sqlite_service.as_("ana").get(f"/lists/{_list(sqlite_service)}/print.pdf")
        assert "1. Baker, Hazel Bakery" in _words(answer.content)

    @pytest.mark.parametrize(("page", "title"), [("sheet", "Jobs to talk about"), ("print", "Shortlist")])
    def test_can_be_read_aloud(self, sqlite_service: Service, page: str, title: str) -> None:
        """It is tagged, and tells its title and its language."""
        read = _read(sqlite_service.as_("ana").get(f"/lists/{_list(sqlite_service)}/{page}.pdf").content)
        root = read.trailer["/Root"]
        assert read.metadata is not None
        assert read.metadata.title == title
        assert root["/Lang"] == "en-GB"
        assert root["/MarkInfo"]["/Marked"]
        assert "pdfuaid" in root["/Metadata"].get_data().decode()

    def test_has_a_name_that_tells_nothing_of_anybody(self, sqlite_service: Service) -> None:
        answer = sqlite_service.as_("ana").get(f"/lists/{_list(sqlite_service)}/sheet.pdf")
        assert answer.headers["Content-Disposition"] == 'inline; filename="jobs-to-talk-about.pdf"'
        assert "P-PAPER" not in str(_read(answer.content).metadata)
        assert answer.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("page", ["sheet", "print"])
    def test_shows_hostile_text_as_text(self, sqlite_service: Service, page: str) -> None:
        made = _list(sqlite_service, f"Baker {_HOSTILE}", **{"goal.own_words": _HOSTILE})
        content = sqlite_service.as_("ana").get(f"/lists/{made}/{page}.pdf").content
        assert "<script>alert(1)</script><img" in _words(content)
        assert b"/JavaScript" not in content
        assert b"root:" not in content

    def test_carries_its_pictures_and_fonts_with_it(self, sqlite_service: Service) -> None:
        page = _read(sqlite_service.as_("ana").get(f"/lists/{_list(sqlite_service)}/sheet.pdf").content).pages[0]
        assert page.get_contents().get_data().count(b" c\n") > 20, "curves of the pictures"
        for font in page["/Resources"]["/Font"].values():
            described = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(described)

    def test_is_noted_apart_since_a_file_may_go_anywhere(self, sqlite_service: Service) -> None:
        sqlite_service.as_("ana").get(f"/lists/{_list(sqlite_service)}/sheet.pdf")
        with sqlite_service.database.reading(NORTH) as store:
            noted = store.session.scalars(select(AuditRow).where(AuditRow.action == "shortlist.printed")).all()
        assert [len(each.detail["vacancies"]) for each in noted] == [1]


@pytest.mark.usefixtures("_pango")
class TestWhatIsFetched:
    @pytest.mark.parametrize(
        "address",
        [
            "file:///etc/hostname",
            "http://localhost:1/x.svg",
            "https://example.org/x.svg",
            "ftp://example.org/x.svg",
            "data:image/svg+xml,<svg/>",
            "https://paper.invalid/assets/x/../../etc/passwd",
            "https://paper.invalid/employers",
            "https://paper.invalid.example.org/assets/x/clock.svg",
        ],
    )
    def test_nothing_but_files_of_our_own(self, address: str) -> None:
        with pytest.raises(ValueError, match="files of our own"):
            paper._own_files().fetch(address)

    def test_files_of_our_own_come_from_memory(self) -> None:
        answer = paper._own_files().fetch(f"https://paper.invalid{asset_url('clock.svg')}")
        assert answer.read().startswith(b"<svg")

    def test_a_page_that_asks_elsewhere_is_written_without_it(self) -> None:
        page = '<html lang="en"><title>x</title><img src="http://localhost:1/x.png" alt=""><p>Still here</p>'
        assert "Still here" in _words(pdf_of(page))


class TestWithoutPango:
    def test_the_page_has_no_link_to_a_pdf(self, sqlite_service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sheets, "is_ready", lambda: False)
        made = _list(sqlite_service)
        for page in ("sheet", "print"):
            assert f"{page}.pdf" not in sqlite_service.as_("ana").get(f"/lists/{made}/{page}").text

    def test_the_address_says_to_print_the_page(self, sqlite_service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(_html: str) -> bytes:
            raise NoPaper("Pango is not installed.")

        monkeypatch.setattr(sheets, "pdf_of", refuse)
        made = _list(sqlite_service)
        answer = sqlite_service.as_("ana").get(f"/lists/{made}/sheet.pdf")
        assert answer.status_code == 404
        assert "PDF is not available here" in text_of(answer)
        assert f'href="/lists/{made}/sheet"' in answer.text

    def test_a_machine_without_the_libraries_is_not_ready(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(paper, "_PANGO", (("libof-nobody.so.9",),))
        is_ready.cache_clear()
        try:
            assert not is_ready()
        finally:
            is_ready.cache_clear()
