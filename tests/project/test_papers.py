"""The papers for a council say what the code does: blocks, classes, tests and files that they name, links."""

from __future__ import annotations

import ast
import doctest
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from derive.papers import bill, blocks, data_map
from derive.papers.facts import BLOCKS
from matching.actions import retention
from matching.store.tables import Base
from tests.project.test_prose import sentences, words

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "papers"
PAPERS = sorted(FOLDER.glob("*.md"))
PAGES = {path.name: path.read_text(encoding="utf-8") for path in PAPERS}
MOST_WORDS = 25
RUN = "run: python -m derive.papers"

_MARK = re.compile(r"<!-- from the code: ([a-z-]+) -->")
_NAMED = re.compile(r"`((?:api|derive|embeddings|evaluation|matching|tests)/[\w/.-]+)(?:::(\w+))?`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.name)
class TestEachPaper:
    def test_its_blocks_are_what_the_code_says(self, path: Path) -> None:
        assert blocks.filled(PAGES[path.name], BLOCKS) == PAGES[path.name], RUN

    def test_each_of_its_marks_is_a_block_that_ends(self, path: Path) -> None:
        assert blocks.names(PAGES[path.name]) == _MARK.findall(PAGES[path.name])

    def test_each_file_and_test_that_it_names_is_there(self, path: Path) -> None:
        assert missing(PAGES[path.name]) == []

    def test_each_of_its_links_leads_somewhere(self, path: Path) -> None:
        assert dead_links(PAGES[path.name]) == []

    def test_no_sentence_by_hand_is_longer_than_25_words(self, path: Path) -> None:
        by_hand = re.sub(r"<!-- from the code.*?<!-- end -->", "", PAGES[path.name], flags=re.DOTALL)
        plain = re.sub(r"`[^`]+`", "code", by_hand)
        assert [each for each in sentences(plain) if words(each) > MOST_WORDS] == []


def missing(page: str) -> list[str]:
    """What a page names as a file, or as a test of a file, and what is not there."""
    found = []
    for name, test in _NAMED.findall(page):
        path = ROOT / name
        if not path.exists():
            found.append(name)
        elif test and test not in _functions(path):
            found.append(f"{name}::{test}")
    return found


def _functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def dead_links(page: str) -> list[str]:
    """Links of a page to files, or to headings of papers, that are not there; nothing is asked of the network."""
    found = []
    for link in _LINK.findall(page):
        target, _, anchor = link.partition("#")
        path = FOLDER / target if target else FOLDER
        if "://" not in link and (not path.exists() or (anchor and anchor not in _anchors(path))):
            found.append(link)
    return found


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


class TestTheSet:
    def test_every_paper_is_in_the_list_of_them_and_in_the_readme(self) -> None:
        listed = _LINK.findall(PAGES["README.md"])
        assert {path.name for path in FOLDER.iterdir()} - {"README.md"} <= set(listed)
        assert "(docs/papers/README.md)" in (ROOT / "README.md").read_text(encoding="utf-8")

    def test_every_block_that_is_made_stands_in_a_paper(self) -> None:
        assert {name for page in PAGES.values() for name in blocks.names(page)} == set(BLOCKS)

    def test_what_has_not_been_done_is_said(self) -> None:
        told = PAGES["README.md"].partition("## What has not been done")[2].partition("\n## ")[0]
        for what in ("outside audit", "penetration test", "PDF/UA", "research", "lawyer"):
            assert what in told

    def test_each_chapter_of_the_security_standard_says_what_is_done_and_what_is_not(self) -> None:
        chapters = re.findall(r"^## V(\d+) .*?(?=^## )", PAGES["security.md"], flags=re.MULTILINE | re.DOTALL)
        assert chapters == [str(number) for number in range(1, 18)]
        for number in range(1, 17):
            text = PAGES["security.md"].partition(f"## V{number} ")[2].partition("\n## ")[0]
            assert "\nDone. " in text
            assert "\nNot done. " in text

    def test_each_risk_names_what_shows_its_mitigation_and_what_is_left_over(self) -> None:
        table = PAGES["data-protection.md"].partition("## Risks")[2].partition("\n## ")[0]
        rows = [line.strip("| ").split(" | ") for line in table.splitlines() if re.match(r"\| \d+ \|", line)]
        assert [row[0] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
        assert len(rows) > 12
        assert [row[0] for row in rows if len(row) != 5 or "`" not in row[3] or not row[4]] == []

    def test_the_paper_on_accessibility_claims_no_more_than_the_statement(self) -> None:
        statement = (ROOT / "api/templates/about/accessibility.html").read_text(encoding="utf-8")
        for words_of_both in ("2.2", "level AA", "partially compliant"):
            assert words_of_both in statement
            assert words_of_both in PAGES["accessibility.md"]
        assert "have not been audited" in statement


class TestTheDataMap:
    def test_every_column_of_the_database_has_its_class(self) -> None:
        assert data_map.problems() == []

    def test_a_column_without_a_class_is_named(self) -> None:
        listed = data_map.columns()
        assert data_map.problems(listed[1:]) == [f"{listed[0].table}.{listed[0].name} has no class"]

    def test_a_class_that_is_none_is_named_as_is_a_column_that_is_gone(self) -> None:
        first, *others = data_map.columns()
        found = data_map.problems([replace(first, kind="harmless"), *others, replace(first, name="gone")])
        assert found == [
            f"{first.table}.gone is not in the database",
            f"{first.table}.{first.name}: nobody knows the class 'harmless'",
        ]

    def test_a_table_that_nobody_described_is_named_as_is_a_period_that_is_none(self) -> None:
        first, second, *others = data_map.tables()
        found = data_map.problems(kept=[replace(second, kept="for ever"), *others])
        assert found == [
            f"{first.table} is not in the list of tables",
            f"{second.table}: nobody knows the period 'for ever'",
        ]

    def test_every_period_of_retention_is_that_of_a_table(self) -> None:
        assert {*retention._KINDS, retention.PARTICIPANTS} <= {each.kept for each in data_map.tables()}

    def test_sealed_columns_are_those_that_the_code_seals(self) -> None:
        code = "".join(
            path.read_text(encoding="utf-8") for name in ("api", "matching") for path in (ROOT / name).rglob("*.py")
        )
        sealed = {column.name for column in data_map.columns() if column.kind == "sealed"}
        assert sealed == set(re.findall(r"(\w+)\s*=\s*[\w.]*sealer\.seal\(", code))

    def test_an_id_of_a_participant_or_user_is_no_ordinary_column(self) -> None:
        leads = {
            (table.name, column.name)
            for table in Base.metadata.tables.values()
            for column in table.columns
            if {key.column.table.name for key in column.foreign_keys} & {"participants", "users"}
        }
        ordinary = {(each.table, each.name) for each in data_map.columns() if each.kind in ("ordinary", "fact")}
        assert len(leads) > 10
        assert leads & ordinary == set()

    def test_long_words_of_people_are_no_ordinary_column(self) -> None:
        from sqlalchemy import Text

        texts = {
            (table.name, column.name)
            for table in Base.metadata.tables.values()
            for column in table.columns
            if type(column.type) is Text
        }
        words_of_people = {(each.table, each.name) for each in data_map.columns() if each.kind == "words"}
        assert len(texts) > 8
        assert texts <= words_of_people


class TestTheBill:
    TOLD = json.loads(bill.TARGET.read_text(encoding="utf-8"))

    def test_it_is_what_is_pinned_and_in_one_order(self) -> None:
        assert bill.as_text(bill.bill()) == bill.TARGET.read_text(encoding="utf-8"), RUN

    def test_it_holds_each_pin_once_with_a_licence(self) -> None:
        parts = [part for part in self.TOLD["components"] if not part["bom-ref"].startswith("npm:")]
        assert {part["name"]: part["version"] for part in parts} == bill.pins()
        assert [part["name"] for part in parts if not part.get("licenses")] == []

    def test_its_licences_are_those_that_the_installed_packages_tell(self) -> None:
        compared = 0
        for part in self.TOLD["components"]:
            found = None if part["bom-ref"].startswith("npm:") else bill.installed(part["name"], part["version"])
            # Builds of PyTorch for other processors bring other libraries, and name other licences.
            if found is not None and part["name"] != "torch":
                assert part["licenses"] == [bill.licence_of(found)], part["name"]
                compared += 1
        assert compared > 100

    def test_a_package_that_is_not_installed_keeps_what_was_written(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = bill.installed
        monkeypatch.setattr(bill, "installed", lambda name, version: real(name, version) if name != "scipy" else None)
        bill._required.cache_clear()
        try:
            assert bill.as_text(bill.bill()) == bill.TARGET.read_text(encoding="utf-8")
        finally:
            bill._required.cache_clear()

    def test_every_reference_is_to_a_part_of_it(self) -> None:
        parts = {self.TOLD["metadata"]["component"]["bom-ref"], *(each["bom-ref"] for each in self.TOLD["components"])}
        assert len(parts) == len(self.TOLD["components"]) + 1
        for each in self.TOLD["dependencies"]:
            assert {each["ref"], *each["dependsOn"]} <= parts

    def test_no_part_that_serves_the_service_is_under_the_gpl_alone(self) -> None:
        serving = [part for part in self.TOLD["components"] if part["scope"] != "excluded"]
        for part in serving:
            stated = json.dumps(part["licenses"])
            assert not re.search(r"\bA?GPL", stated) or " OR " in stated, part["name"]

    def test_for_scanners_each_part_has_its_url(self) -> None:
        urls = {part["name"]: part["purl"] for part in bill.bill(with_urls=True)["components"]}
        assert urls["govuk-frontend"] == f"pkg:npm/govuk-frontend@{_version(self.TOLD, 'govuk-frontend')}"
        assert urls["numpy"] == f"pkg:{'py' + 'pi'}/numpy@{bill.pins()['numpy']}"
        assert len({*urls.values()}) == len(self.TOLD["components"])

    def test_it_holds_neither_a_day_nor_a_number_drawn_by_chance(self) -> None:
        assert "timestamp" not in self.TOLD["metadata"]
        assert "serialNumber" not in self.TOLD


def _version(told: dict[str, list[dict[str, str]]], name: str) -> str:
    return next(part["version"] for part in told["components"] if part["name"] == name)


class TestTheLook:
    def test_for_what_is_not_there_sees_it(self) -> None:
        page = "`matching/nowhere.py` and `matching/texts.py`, `tests/project/test_papers.py::test_that_is_none`"
        assert missing(page) == ["matching/nowhere.py", "tests/project/test_papers.py::test_that_is_none"]

    def test_for_dead_links_sees_them(self) -> None:
        page = "[a](../nowhere.md) [b](security.md#limits) [c](security.md#no-such) [d](https://example.org)"
        assert dead_links(page) == ["../nowhere.md", "security.md#no-such"]

    def test_for_a_block_behind_the_code_sees_it(self) -> None:
        page = "<!-- from the code: day -->\n\nold\n\n<!-- end -->"
        assert blocks.filled(page, {"day": lambda: ["new"]}) != page

    def test_examples_in_the_script_are_right(self) -> None:
        assert doctest.testmod(blocks).failed == 0
