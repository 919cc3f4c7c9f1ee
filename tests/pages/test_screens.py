"""Pictures of the main pages, on a desk and on a phone, as docs/pages.md shows them.

They are drawn at each run. `make pictures` keeps them in docs/pages/.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.databases import Databases
from tests.pages.browsing import signed_in
from tests.pages.county import LiveCounty, live_county

pytestmark = [pytest.mark.real_encoder]

DOCS = Path(__file__).parents[2] / "docs"
KEPT = DOCS / "pages"
#: The pages that the document shows, by the name of their pictures.
PAGES: Mapping[str, str] = {
    "my-day": "/",
    "list": "/lists/{list}",
    "nearly": "/lists/{list}/nearly",
    "why": "/lists/{list}/why?q=baker",
    "compare": "/lists/{list}/compare?a={first}&b={second}",
    "decide": "/lists/{list}/roles/{first}/decide",
    "sheet": "/lists/{list}/sheet",
    "person": "/participants/{person}",
    "profile": "/participants/{person}/profile",
    "days": "/participants/{person}/profile/days",
    "log-a-role": "/roles/new",
    "visit": "/roles/{first}/visit/noise",
    "role": "/roles/{first}",
    "people": "/roles/{first}/people",
    "questions": "/questions",
    "numbers": "/numbers",
}
#: A picture shows no more than this of a long page, in pixels.
_TALLEST = 1800
_WIDTHS = {"desk": 1280, "phone": 360}


@pytest.fixture(scope="module")
def shown(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveCounty, Mapping[str, str]]]:
    folder = tmp_path_factory.mktemp("screens")
    with live_county(databases.fresh("sqlite", folder), folder, encoder="shipped") as county:
        robin = county.service.as_("robin")
        people = county.county.participant_ids
        made = [
            robin.post("/v1/shortlists", {"participant_id": people[f"wp-00{number}"]}).json() for number in (2, 3, 1)
        ]
        drawn = robin.get(f"/v1/shortlists/{made[-1]['id']}").json()
        first, second = (each["vacancy_id"] for each in drawn["arranged"][:2])
        yield county, {"list": drawn["id"], "person": people["wp-001"], "first": first, "second": second}


def test_each_page_is_drawn_at_both_widths(
    browser: Browser, shown: tuple[LiveCounty, Mapping[str, str]], tmp_path: Path
) -> None:
    county, ids = shown
    folder = KEPT if os.environ.get("WELLPLACED_PICTURES") else tmp_path
    folder.mkdir(exist_ok=True)
    for name, path in PAGES.items():
        for kind, width in _WIDTHS.items():
            who = "frankie" if name == "numbers" else "robin"
            with signed_in(browser, county.live, who, width=width) as page:
                answer = page.goto(path.format(**ids))
                assert answer is not None
                assert answer.status == 200, path
                picture = Image.open(BytesIO(page.screenshot(full_page=True)))
            picture = picture.crop((0, 0, width, min(picture.height, _TALLEST)))
            picture.convert("RGB").quantize(64).save(folder / f"{name}-{kind}.png", optimize=True)
    assert len(list(folder.glob("*.png"))) == 2 * len(PAGES)


def test_the_document_shows_each_picture_and_no_other() -> None:
    named = set(re.findall(r"pages/([a-z-]+\.png)", (DOCS / "pages.md").read_text(encoding="utf-8")))
    assert named == {f"{name}-{kind}.png" for name in PAGES for kind in _WIDTHS}
    assert named == {path.name for path in KEPT.glob("*.png")}
