"""Job postings: what each property becomes, and what stays unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from matching.feeds import Draft, Kind
from matching.feeds.advert_place import sector_near
from tests.matching.feeds.files import POSTING, drafts, page, problems, readings, warnings, write

UNKNOWN = object()
GBP = {"@type": "MonetaryAmount", "currency": "GBP"}


def draft_of(tmp_path: Path, **properties: object) -> Draft:
    (draft,) = drafts(write(tmp_path, "advert.json", POSTING | properties))
    return draft


def at(content: object, path: str) -> object:
    for name in path.split("."):
        if not isinstance(content, dict) or name not in content:
            return UNKNOWN
        content = content[name]
    return content


def quantity(**parts: object) -> dict[str, object]:
    return GBP | {"value": {"@type": "QuantitativeValue"} | parts}


def place(**address: object) -> dict[str, Any]:
    return {"@type": "Place", "address": {"@type": "PostalAddress"} | address}


MAIDSTONE = {"@type": "GeoCoordinates", "latitude": 51.2704, "longitude": 0.5217}

STATED = [
    ("title", "Baker", "title", "Baker"),
    ("title", " Caf&eacute; <b>assistant</b>\n", "title", "Café assistant"),
    ("title", [{"@value": "Baker", "@language": "en"}], "title", "Baker"),
    ("hiringOrganization", "Hazel Farm", "employer", "Hazel Farm"),
    ("hiringOrganization", {"name": "M&amp;N"}, "employer", "M&N"),
    ("hiringOrganization", [{"name": "Hazel Farm"}], "employer", "Hazel Farm"),
    ("hiringOrganization", {"legalName": "Hazel Farm Ltd"}, "employer", "Hazel Farm Ltd"),
    ("description", "<p>Bread</p><p>and tea</p>", "description", "Bread\nand tea"),
    ("description", "&lt;p&gt;Bread &amp;amp; tea&lt;/p&gt;", "description", "Bread & tea"),
    ("responsibilities", "<ul><li>Bake</li><li>Clean</li></ul>", "tasks", ["Bake", "Clean"]),
    ("responsibilities", ["Bake", "Clean"], "tasks", ["Bake", "Clean"]),
    ("datePosted", "2026-11-02", "opens_on", "2026-11-02"),
    ("datePosted", "2026-11-02T09:00:00+00:00", "opens_on", "2026-11-02"),
    ("validThrough", "2026-12-18", "closes_on", "2026-12-18"),
    ("validThrough", "2026-12-18T23:59:59Z", "closes_on", "2026-12-18"),
    ("validThrough", "2026-12-18 23:59", "closes_on", "2026-12-18"),
    ("workHours", "20 to 25 hours a week", "hours", {"min": 20, "max": 25}),
    ("workHours", "<p>37.5 hours per week</p>", "hours", {"min": 37.5, "max": 37.5}),
    ("employmentType", "TEMPORARY", "contract", "temporary"),
    ("employmentType", ["PART_TIME", "TEMPORARY"], "contract", "temporary"),
    ("employmentType", "FULL_TIME, TEMPORARY", "contract", "temporary"),
    ("employmentType", "Permanent", "contract", "permanent"),
    ("employmentType", "Full-time / Fixed term contract", "contract", "fixed_term"),
    ("employmentType", "https://schema.org/TEMPORARY", "contract", "temporary"),
    ("employmentType", "Zero-hours", "contract", "zero_hours"),
    ("jobLocation", place(postalCode="me14 1xq"), "location.postcode", "ME14 1XQ"),
    ("jobLocation", place(postalCode="ME14", addressCountry="GB"), "location.postcode", "ME14"),
    ("jobLocation", place(postalCode="ME14 1", addressCountry={"name": "United Kingdom"}), "location.postcode",
     "ME14 1"),
    ("jobLocation", [place(postalCode="ME14 1XQ")], "location.postcode", "ME14 1XQ"),
    ("jobLocation", [place(postalCode="ME14 1XQ"), place(postalCode="ME141XQ")], "location.postcode", "ME14 1XQ"),
    ("jobLocation", {"address": "1 High Street, Maidstone ME14 1XQ"}, "location.postcode", "ME14 1XQ"),
    ("jobLocation", "Maidstone, ME14 1XQ", "location.postcode", "ME14 1XQ"),
    ("jobLocation", place(postalCode="ME14 1XQ") | {"geo": {"latitude": 55.9, "longitude": -3.2}},
     "location.postcode", "ME14 1XQ"),
    ("jobLocationType", "TELECOMMUTE", "location", {"remote": "only"}),
    ("jobLocationType", ["telecommute"], "location", {"remote": "only"}),
    ("baseSalary", quantity(value=12.5, unitText="HOUR"), "pay", {"hourly": 12.5}),
    ("baseSalary", quantity(value="12.50", unitText="hour"), "pay", {"hourly": 12.5}),
    ("baseSalary", quantity(value=450.1, unitText="WEEK"), "pay", {"annual": 23405.2}),
    ("baseSalary", quantity(value=2000, unitText="MONTH"), "pay", {"annual": 24000}),
    ("baseSalary", quantity(value="25,000", unitText="YEAR"), "pay", {"annual": 25000}),
    ("baseSalary", quantity(value=25000, unitCode="ANN"), "pay", {"annual": 25000}),
    ("baseSalary", quantity(minValue=12.5, maxValue=12.5, unitText="HOUR"), "pay", {"hourly": 12.5}),
    ("baseSalary", GBP | {"value": 12.5, "unitText": "HOUR"}, "pay", {"hourly": 12.5}),
    ("baseSalary", {"value": {"value": "£12.50", "unitText": "per hour"}}, "pay", {"hourly": 12.5}),
    ("baseSalary", {"price": 12.5, "priceCurrency": "GBP", "unitText": "HOUR"}, "pay", {"hourly": 12.5}),
    ("totalJobOpenings", 3, "openings", 3),
    ("totalJobOpenings", "3", "openings", 3),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "field", "expected"), STATED)
def test_what_is_stated_is_taken_over(name: str, value: object, field: str, expected: object, tmp_path: Path) -> None:
    draft = draft_of(tmp_path, **{name: value})
    assert at(draft.content, field) == expected
    assert (draft.problems, draft.warnings) == ((), ())


LEFT_UNKNOWN = [
    ("employmentType", "FULL_TIME", "hours", ""),
    ("employmentType", "FULL_TIME", "contract", "employmentType: FULL_TIME"),
    ("employmentType", "PER_DIEM", "contract", "employmentType: PER_DIEM"),
    ("employmentType", ["TEMPORARY", "CONTRACTOR"], "contract", "employmentType: TEMPORARY, CONTRACTOR"),
    ("employmentType", ["Temporary", "Permanent"], "contract", "employmentType: Temporary, Permanent"),
    ("workHours", "about 20 hours a week", "hours", "workHours: about 20 hours a week"),
    ("workHours", "1st shift", "pattern", "workHours: 1st shift"),
    ("baseSalary", quantity(minValue=11.5, maxValue=12.6, unitText="HOUR"), "pay",
     "Pay is given as a range: 11.5 to 12.6 GBP per hour. Ask where in it this role starts."),
    ("baseSalary", quantity(minValue=11.5, unitText="HOUR"), "pay", "Pay is given as at least 11.5."),
    ("baseSalary", quantity(maxValue=11.5, unitText="HOUR"), "pay", "Pay is given as at most 11.5."),
    ("baseSalary", quantity(value=100, unitText="DAY"), "pay", "Pay is given as 100 GBP per day; what an hour"),
    ("baseSalary", quantity(value=25000), "pay", "Pay is given as 25,000 GBP; what an hour or a year brings"),
    ("baseSalary", quantity(value=9, unitText="PIECE"), "pay", "Pay is given as 9 GBP PIECE; what an hour"),
    ("baseSalary", {"currency": "EUR", "value": {"value": 12, "unitText": "HOUR"}}, "pay",
     "Pay is given as 12 EUR per"),
    ("baseSalary", {"value": {"value": 12, "unitText": "HOUR"}}, "pay", "Pay is given as 12 (no currency) per hour"),
    ("baseSalary", 25000, "pay", "Pay is given as 25,000 (no currency); only pounds"),
    ("baseSalary", [quantity(value=12, unitText="HOUR"), quantity(value=13, unitText="HOUR")], "pay",
     "The advert gives"),
    ("jobLocation", place(addressLocality="Maidstone"), "location", ""),
    ("jobLocation", [place(postalCode="ME14 1XQ"), place(postalCode="ME1 1AA")], "location",
     "The advert names several places (ME14 1XQ, ME1 1AA). Ask where this role is."),
    ("jobLocation", place(postalCode="75001", addressCountry="FR"), "location",
     "The place is outside the United Kingdom"),
    ("jobLocation", "Maidstone", "location", "Place as advertised: Maidstone"),
    ("jobLocationType", "Hybrid", "location", ""),
    ("qualifications", "Food hygiene level 2", "requirements", "qualifications: Food hygiene level 2"),
    ("physicalRequirement", "Lifting 10 kg", "physical", "physicalRequirement: Lifting 10 kg"),
    ("sensoryRequirement", ["Noisy", {"name": "Bright"}], "sensory", "sensoryRequirement: Noisy"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "field", "note"), LEFT_UNKNOWN)
def test_what_is_not_plain_stays_unknown_and_is_kept_as_a_note(
    name: str, value: object, field: str, note: str, tmp_path: Path
) -> None:
    draft = draft_of(tmp_path, **{name: value})
    assert at(draft.content, field) is UNKNOWN
    assert any(kept.startswith(note) for kept in draft.notes) or not note
    assert (draft.problems, draft.warnings) == ((), ())


MALFORMED = [
    ("datePosted", "soon", "opens_on", "datePosted: 'soon' is not a date such as 2026-11-22, so it stays unknown"),
    ("datePosted", "02/11/2026", "opens_on", "datePosted: '02/11/2026' is not a date"),
    ("datePosted", "2026-11-31", "opens_on", "datePosted: '2026-11-31' is not a date"),
    ("datePosted", 1793577600, "opens_on", "datePosted: 1793577600 is not a date"),
    ("validThrough", {"@type": "Date"}, "closes_on", "validThrough: an object is not a date"),
    ("description", 12, "description", "description: should be text, not 12"),
    ("description", ["a", "b"], "description", "description: should be text, not a list"),
    ("description", "x" * 100_001, "description", "description: is 100,001 characters long; the most is 100,000"),
    ("description", "half \ud83d", "description", "description: holds half of a character (a lone surrogate)"),
    ("employmentType", 7, "contract", "employmentType: should be text, not 7"),
    ("workHours", 37.5, "hours", "workHours: should be text, not 37.5"),
    ("jobLocation", 7, "location", "jobLocation: should be a place, not 7"),
    ("jobLocation", place(postalCode="ME14 XQ"), "location",
     "jobLocation.address.postalCode: 'ME14 XQ' is not a postcode"),
    ("jobLocation", place(postalCode=12345), "location", "jobLocation.address.postalCode: 12345 is not a postcode"),
    ("jobLocation", {"geo": {"latitude": "north", "longitude": 0.5}}, "location",
     "jobLocation.geo: 'north', 0.5 are not"),
    ("jobLocation", {"geo": {"latitude": 51.27}}, "location", "jobLocation.geo: 51.27, None are not a latitude"),
    ("jobLocation", {"geo": {"latitude": 0, "longitude": 0}}, "location", "jobLocation.geo: no postcode sector"),
    ("jobLocation", {"geo": {"latitude": 53.0, "longitude": 2.5}}, "location", "jobLocation.geo: no postcode sector"),
    ("baseSalary", quantity(value=0, unitText="HOUR"), "pay", "baseSalary: 0 is not an amount above 0"),
    ("baseSalary", quantity(value=-12, unitText="HOUR"), "pay", "baseSalary: -12 is not an amount above 0"),
    ("baseSalary", quantity(value="competitive", unitText="YEAR"), "pay", "baseSalary: 'competitive' is not an amount"),
    ("baseSalary", quantity(unitText="YEAR"), "pay", "baseSalary: None is not an amount"),
    ("baseSalary", quantity(value=True, unitText="HOUR"), "pay", "baseSalary: True is not an amount"),
    ("baseSalary", quantity(minValue=13, maxValue=12, unitText="HOUR"), "pay", "baseSalary: minValue 13 is above"),
    ("baseSalary", quantity(value=25000, unitText="HOUR"), "pay",
     "baseSalary: 25,000 pounds per hour is not believable"),
    ("baseSalary", quantity(value=12.5, unitText="YEAR"), "pay", "baseSalary: 12.5 pounds per year is not believable"),
    ("totalJobOpenings", 0, "openings", "totalJobOpenings: 0 is not a number of openings from 1 up"),
    ("totalJobOpenings", "many", "openings", "totalJobOpenings: 'many' is not a number of openings"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "field", "warning"), MALFORMED)
def test_a_malformed_value_stays_unknown_with_a_warning(
    name: str, value: object, field: str, warning: str, tmp_path: Path
) -> None:
    draft = draft_of(tmp_path, **{name: value})
    assert at(draft.content, field) is UNKNOWN
    assert [str(one).removeprefix(f"{draft.where}, ")[: len(warning)] for one in draft.warnings] == [warning]
    assert draft.problems == ()


def test_a_posting_that_says_nothing_more_leaves_everything_else_unknown(tmp_path: Path) -> None:
    assert draft_of(tmp_path).content == {
        "vacancy_ref": "A1", "title": "Baker", "employer": "Hazel Farm", "source": "advertised", "status": "open",
    }  # fmt: skip


def test_what_was_read_in_full_leaves_no_note(tmp_path: Path) -> None:
    assert draft_of(tmp_path, workHours="20 hours a week", employmentType="PART_TIME").notes == ()


REQUIRED = [
    ("title", None), ("title", ""), ("title", "<p></p>"), ("title", 7), ("title", "x" * 301),
    ("hiringOrganization", None), ("hiringOrganization", {}), ("hiringOrganization", {"name": " "}),
    ("hiringOrganization", {"@id": "#nowhere"}), ("hiringOrganization", [{"name": "A"}, {"name": "B"}]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), REQUIRED)
def test_a_posting_without_title_or_employer_is_refused(name: str, value: object, tmp_path: Path) -> None:
    draft = draft_of(tmp_path, **{name: value})
    assert [problem.where.field for problem in draft.problems] == [{"title": "title"}.get(name, "employer")]


def test_coordinates_become_the_nearest_sector_and_are_marked_as_derived(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, jobLocation={"@type": "Place", "geo": MAIDSTONE})
    assert str(at(draft.content, "location.postcode")).startswith("ME1")
    assert draft.derived == ("location.postcode",)


def test_coordinates_may_be_text_and_stand_in_the_place_itself(tmp_path: Path) -> None:
    geo = draft_of(tmp_path, jobLocation={"geo": MAIDSTONE}).content
    assert draft_of(tmp_path, jobLocation={"latitude": "51.2704", "longitude": "0.5217"}).content == geo


def test_a_stated_postcode_is_not_marked_as_derived(tmp_path: Path) -> None:
    assert draft_of(tmp_path, jobLocation=place(postalCode="ME14 1XQ") | {"geo": MAIDSTONE}).derived == ()


def test_coordinates_serve_where_the_postcode_cannot_be_read(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, jobLocation=place(postalCode="Maidstone") | {"geo": MAIDSTONE})
    assert draft.derived == ("location.postcode",)
    assert [warning.where.field for warning in draft.warnings] == ["jobLocation.address.postalCode"]


@pytest.mark.parametrize(
    ("latitude", "longitude", "area"),
    [(51.5014, -0.1419, "SW1"), (55.9521, -3.1965, "EH"), (51.4816, -3.1791, "CF"), (57.1497, -2.0943, "AB")],
)
def test_places_that_everyone_knows_fall_into_their_postcode_area(latitude: float, longitude: float, area: str) -> None:
    assert sector_near(latitude=latitude, longitude=longitude).startswith(area)


@pytest.mark.parametrize("unit", ["WEEK", "MONTH"])
def test_pay_worked_out_for_the_year_is_marked_as_derived(unit: str, tmp_path: Path) -> None:
    assert draft_of(tmp_path, baseSalary=quantity(value=500, unitText=unit)).derived == ("pay.annual",)


@pytest.mark.parametrize("unit", ["HOUR", "YEAR"])
def test_pay_as_stated_is_not_marked_as_derived(unit: str, tmp_path: Path) -> None:
    assert draft_of(tmp_path, baseSalary=quantity(value=500, unitText=unit)).derived == ()


def test_the_currency_may_stand_beside_the_salary(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, salaryCurrency="GBP", baseSalary={"value": {"value": 12, "unitText": "HOUR"}})
    assert at(draft.content, "pay") == {"hourly": 12}


def test_two_currencies_leave_pay_unknown(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, salaryCurrency="EUR", baseSalary=quantity(value=12, unitText="HOUR"))
    assert at(draft.content, "pay") is UNKNOWN


def test_text_about_senses_and_body_does_not_reach_what_is_encoded(tmp_path: Path) -> None:
    draft = draft_of(
        tmp_path,
        description="Bread",
        sensoryRequirement="canary",
        physicalRequirement="canary",
        qualifications="canary",
    )
    assert "canary" not in json.dumps(draft.content)
    assert len(draft.notes) == 3


REFS = [
    ({"identifier": "A1", "url": "https://a.example/1"}, "A1"),
    ({"identifier": 17}, "17"),
    ({"identifier": {"@type": "PropertyValue", "name": "Farm", "value": "A1"}}, "A1"),
    ({"identifier": {"@type": "PropertyValue", "value": 17}}, "17"),
    ({"identifier": [{"@type": "PropertyValue", "value": "A1"}, "B2"]}, "A1"),
    ({"identifier": {"@type": "PropertyValue", "name": "Farm"}, "url": "https://a.example/1"}, "https://a.example/1"),
    ({"identifier": "", "url": "https://a.example/1"}, "https://a.example/1"),
    ({"identifier": True, "url": "https://a.example/1"}, "https://a.example/1"),
    ({"identifier": None, "url": "https://a.example/1"}, "https://a.example/1"),
    ({"identifier": None, "url": None}, "advert.json"),
    ({"identifier": "unknown", "url": 7}, "advert.json"),
    ({"identifier": "\ud83d", "url": " "}, "advert.json"),
]  # fmt: skip


@pytest.mark.parametrize(("properties", "ref"), REFS)
def test_the_reference_is_the_identifier_else_the_address_else_the_name_of_the_file(
    properties: dict[str, object], ref: str, tmp_path: Path
) -> None:
    assert at(draft_of(tmp_path, **properties).content, "vacancy_ref") == ref


def test_several_nameless_postings_of_a_file_are_numbered(tmp_path: Path) -> None:
    nameless = POSTING | {"identifier": None}
    found = drafts(write(tmp_path, "adverts.json", [nameless, nameless]))
    assert [at(draft.content, "vacancy_ref") for draft in found] == ["adverts.json#1", "adverts.json#2"]


ORGANISATION = {"@type": "Organization", "@id": "#us", "name": "Hazel Farm"}
SHAPES = [
    ("alone", POSTING),
    ("in a list", [POSTING]),
    ("in a graph", {"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, POSTING]}),
    ("a graph of one", {"@graph": POSTING}),
    ("in lists of graphs", [{"@graph": [[POSTING]]}]),
    ("in an item list", {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": POSTING}]}),
    ("as the main entity", {"@type": "WebPage", "mainEntity": POSTING}),
    ("with several types", POSTING | {"@type": ["Thing", "JobPosting"]}),
    ("with an address as type", POSTING | {"@type": "https://schema.org/JobPosting"}),
    ("with a prefix", POSTING | {"@type": "schema:JobPosting"}),
    ("without a context", {key: value for key, value in POSTING.items() if key != "@context"}),
    ("with the employer elsewhere", {"@graph": [POSTING | {"hiringOrganization": {"@id": "#us"}}, ORGANISATION]}),
]


@pytest.mark.parametrize("document", [case[1] for case in SHAPES], ids=[case[0] for case in SHAPES])
@pytest.mark.parametrize("name", ["advert.json", "advert.jsonld", "advert.html"])
def test_a_posting_is_found_wherever_it_may_stand(name: str, document: object, tmp_path: Path) -> None:
    (draft,) = drafts(write(tmp_path, name, page(json.dumps(document)) if name.endswith("html") else document))
    assert (at(draft.content, "vacancy_ref"), at(draft.content, "employer")) == ("A1", "Hazel Farm")


NOT_OFFERED = [{"@type": "Person", "seeks": POSTING}, {"@type": "WebSite"}, {"@graph": []}, {"@type": "JobPostings"}]


@pytest.mark.parametrize("document", NOT_OFFERED)
@pytest.mark.parametrize("name", ["advert.json", "advert.html"])
def test_a_file_named_directly_must_hold_a_posting(name: str, document: object, tmp_path: Path) -> None:
    path = write(tmp_path, name, page(json.dumps(document)) if name.endswith("html") else document)
    assert problems(path) == [f"{name}: holds no JobPosting as JSON-LD"]


def test_postings_of_several_scripts_are_told_apart_by_their_place(tmp_path: Path) -> None:
    other = json.dumps(POSTING | {"identifier": "A2"})
    found = drafts(write(tmp_path, "a.html", page(json.dumps(POSTING), '{"@type": "WebSite"}', other)))
    assert [(draft.where.row, at(draft.content, "vacancy_ref")) for draft in found] == [
        ("posting 1", "A1"), ("posting 2", "A2"),
    ]  # fmt: skip


def test_the_employer_may_stand_in_another_script_of_the_page(tmp_path: Path) -> None:
    pointing = json.dumps(POSTING | {"hiringOrganization": {"@id": "#us"}})
    (draft,) = drafts(write(tmp_path, "a.html", page(pointing, json.dumps(ORGANISATION))))
    assert at(draft.content, "employer") == "Hazel Farm"


WRAPPED = [
    ("raw line breaks", json.dumps(POSTING | {"description": "a@b"}).replace("a@b", "one\n\ttwo")),
    ("a comment", f"<!-- {json.dumps(POSTING)} -->"),
    ("character data", f"//<![CDATA[\n{json.dumps(POSTING)}\n//]]>"),
    ("a semicolon", json.dumps(POSTING) + ";"),
    ("escaped quotes", json.dumps(POSTING).replace('"', "&quot;")),
]


@pytest.mark.parametrize("script", [case[1] for case in WRAPPED], ids=[case[0] for case in WRAPPED])
def test_a_script_is_read_as_pages_write_it(script: str, tmp_path: Path) -> None:
    (draft,) = drafts(write(tmp_path, "a.html", page(script)))
    assert (at(draft.content, "title"), draft.warnings) == ("Baker", ())


BROKEN_PAGES = [
    ("empty", b"", "a.html: is empty; it should be a page with a JobPosting as JSON-LD"),
    ("no script", b"<p>hello</p>", "a.html: holds no JobPosting as JSON-LD"),
    ("cut off", page('{"@type": "JobPosting"').encode()[:-80], "a.html, script 1: the page ends inside a script"),
    (
        "broken",
        page('{"@type": "JobPosting", }').encode(),
        "a.html, script 1: is not JSON at line 1, column 25: a field",
    ),
    ("a key twice", page('{"@type": "JobPosting", "a": 1, "a": 2}').encode(), "a.html, script 1, a: is here twice"),
    ("Latin-1", page("{}").encode() + b"caf\xe9", "a.html: is not UTF-8: byte 0xE9 at offset"),
    ("too large", b" " * (11 * 1024 * 1024), "a.html: is larger than 10 MB, which no vacancy page is"),
]


@pytest.mark.parametrize(
    ("raw", "message"), [case[1:] for case in BROKEN_PAGES], ids=[case[0] for case in BROKEN_PAGES]
)
def test_what_is_wrong_with_a_page_is_said_with_its_place(raw: bytes, message: str, tmp_path: Path) -> None:
    (found,) = problems(write(tmp_path, "a.html", raw))
    assert found.startswith(message)


def test_a_broken_script_that_is_no_posting_costs_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, "a.html", page("{oops", json.dumps(POSTING)))
    assert problems(path) == []
    assert warnings(path)[0].startswith("a.html, script 1: is not JSON")
    assert len(drafts(path)) == 1


def test_a_page_holds_no_profiles(tmp_path: Path) -> None:
    path = write(tmp_path, "a.html", page(json.dumps(POSTING)))
    assert problems(path, kind=Kind.PROFILES) == [
        "a.html: is a web page; profiles are read from JSON, JSON Lines or CSV"
    ]
    assert not any(isinstance(one, Draft) for one in readings(path, kind=Kind.PROFILES))
