"""schema.org JobPosting to vacancies: what an advert states is taken over, what it does not say stays unknown.

Such feeds are made by strangers. A value that cannot be read is left unknown with a warning; only a posting without a
title or an employer is refused. Text about senses, the body and qualifications is kept as notes for a person: it is
never turned into a level or a slug, and never put into the description, which is encoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

from matching.errors import Invalid, Problem, Where
from matching.feeds.advert import Advert, is_whole, said
from matching.feeds.advert_pay import read_pay
from matching.feeds.advert_place import read_place
from matching.feeds.draft import Draft, Kind, Reading, Warned
from matching.feeds.encoding import decode_utf8
from matching.feeds.html_text import ld_json_scripts, one_line
from matching.feeds.json_ld import members, nodes_by_id, plain, postings
from matching.feeds.limits import LARGEST_PAGE_BYTES, megabytes
from matching.feeds.meter import Meter
from matching.feeds.strict_json import parse_with_line_breaks
from matching.feeds.work_hours import read_work_hours

_MOST_OPENINGS = 10_000
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.*)?", re.ASCII)
_SCHEMA_ADDRESS = re.compile(r"https?://schema\.org/", re.IGNORECASE)
# Only words that can mean nothing else. PER_DIEM, CONTRACTOR, INTERN and VOLUNTEER have no sure counterpart.
_CONTRACTS = {
    "permanent": "permanent",
    "fixed_term": "fixed_term",
    "fixed_term_contract": "fixed_term",
    "temporary": "temporary",
    "seasonal": "seasonal",
    "zero_hours": "zero_hours",
    "zero_hours_contract": "zero_hours",
    "apprenticeship": "apprenticeship",
}
# These say how much work there is, loosely, and nothing about the contract.
_AMOUNTS = ("full_time", "part_time")
_FOR_A_PERSON_TO_READ = ("sensoryRequirement", "physicalRequirement", "qualifications")


def read_page(path: Path, *, kind: Kind, where: Where, meter: Meter) -> Iterator[Reading]:
    """Read the job postings that a web page carries as JSON-LD; a page without any yields nothing."""
    del meter  # A page is small; its whole size is counted when it is done.
    if kind is not Kind.VACANCIES:
        yield Problem(where, f"is a web page; {kind} are read from JSON, JSON Lines or CSV")
        return
    try:
        documents = []
        for reading in _documents(path, where):
            if isinstance(reading, Warned):
                yield reading
            else:
                documents.append((where, reading))
        yield from drafts(documents, name=path.name)
    except Invalid as invalid:
        yield from invalid.problems


def _documents(path: Path, where: Where) -> Iterator[object]:
    with path.open("rb") as file:
        raw = file.read(LARGEST_PAGE_BYTES + 1)
    if len(raw) > LARGEST_PAGE_BYTES:
        raise Invalid([Problem(where, f"is larger than {megabytes(LARGEST_PAGE_BYTES)}, which no vacancy page is")])
    if not raw.strip():
        raise Invalid([Problem(where, "is empty; it should be a page with a JobPosting as JSON-LD")])
    for number, script in enumerate(ld_json_scripts(decode_utf8(raw, where)), start=1):
        place = replace(where, row=f"script {number}")
        if script is None:
            raise Invalid([Problem(place, "the page ends inside a script, as if the rest were cut off; save it again")])
        try:
            yield _parse_script(script, place)
        except Invalid as invalid:
            if "JobPosting" in script:
                raise
            yield Warned(invalid.problems[0])


def _parse_script(script: str, where: Where) -> object:
    text = script.strip()
    text = re.sub(r"^(?://)?\s*(?:<!--|<!\[CDATA\[|/\*<!\[CDATA\[\*/)", "", text)
    text = re.sub(r"(?://\s*)?(?:-->|\]\]>|/\*\]\]>\*/)$", "", text).strip().removesuffix(";")
    if text.lstrip("[{ \n\r\t").startswith("&quot;"):
        text = unescape(text)
    return parse_with_line_breaks(text, where)


def drafts(documents: Sequence[tuple[Where, object]], *, name: str) -> Iterator[Draft]:
    """Read every posting of a file's documents; `name` is the reference of one that has none of its own."""
    by_id = nodes_by_id(content for _, content in documents)
    found = [(where, [*postings(content)]) for where, content in documents]
    total = sum(len(nodes) for _, nodes in found)
    number = 0
    for where, nodes in found:
        for node in nodes:
            number += 1
            place = where if len(nodes) == total == 1 else _posting_place(where, number)
            yield _draft(Advert(node, place, by_id), fallback_ref=name if total == 1 else f"{name}#{number}")


def _posting_place(where: Where, number: int) -> Where:
    return replace(where, row=", ".join(filter(None, (where.row, f"posting {number}"))))


def _draft(advert: Advert, *, fallback_ref: str) -> Draft:
    content = advert.content
    content["vacancy_ref"] = _ref(advert) or fallback_ref
    content["title"] = advert.line("title")
    if not content["title"]:
        advert.refuse("title", "is required; a JobPosting gives the title of the job in title")
    content["employer"] = _employer(advert)
    if not content["employer"]:
        advert.refuse("employer", "is required; a JobPosting names one in hiringOrganization.name")
    content["source"] = "advertised"
    content["status"] = "open"
    if description := advert.text("description"):
        content["description"] = description
    if tasks := _tasks(advert):
        content["tasks"] = tasks
    _read_dates(advert)
    _read_work_hours(advert)
    _read_employment_type(advert)
    _read_openings(advert)
    read_place(advert)
    read_pay(advert)
    for field in _FOR_A_PERSON_TO_READ:
        for text in advert.texts(field):
            advert.note(f"{field}: {' '.join(text.split())}")
    return advert.draft()


def _ref(advert: Advert) -> str:
    """Return the identifier, else the address of the advert; empty if it has neither."""
    for value in members(advert.node.get("identifier")):
        found = advert.follow(value)
        stated = plain(found.get("value")) if isinstance(found, dict) else found
        if isinstance(stated, int) and not isinstance(stated, bool):
            return str(stated)
        if isinstance(stated, str) and (ref := _short_line(stated)):
            return ref
    address = plain(advert.node.get("url"))
    return _short_line(address) if isinstance(address, str) else ""


def _short_line(text: str) -> str:
    line = one_line(text) if len(text) <= 500 and is_whole(text) else ""
    return line if line.lower() != "unknown" else ""


def _employer(advert: Advert) -> str:
    """Return the one name of the hiring organisation; empty if there is none, or if there are several."""
    names = []
    for value in members(advert.node.get("hiringOrganization")):
        found = advert.follow(value)
        name = plain(found.get("name") or found.get("legalName")) if isinstance(found, dict) else found
        names.append(_short_line(name) if isinstance(name, str) else "")
    distinct = {name for name in names if name}
    return distinct.pop() if len(distinct) == 1 else ""


def _tasks(advert: Advert) -> list[str]:
    """Return the responsibilities, one to each entry or line."""
    lines = [line for text in advert.texts("responsibilities") for line in text.split("\n")]
    return list(dict.fromkeys(line.strip(" •*-–\t") for line in lines if line.strip(" •*-–\t")))


def _read_dates(advert: Advert) -> None:
    opens, closes = _day(advert, "datePosted"), _day(advert, "validThrough")
    if opens:
        advert.content["opens_on"] = opens
    if closes:
        advert.content["closes_on"] = closes


def _day(advert: Advert, field: str) -> str:
    """Return the day of a date or an instant as it is written; the time of day is left out."""
    value = plain(advert.node.get(field))
    if value is None or value == "":
        return ""
    found = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        return date.fromisoformat(found[1]).isoformat() if found else _no_day(advert, field, value)
    except ValueError:
        return _no_day(advert, field, value)


def _no_day(advert: Advert, field: str, value: object) -> str:
    advert.warn(field, f"{said(value)} is not a date such as 2026-11-22, so it stays unknown")
    return ""


def _read_work_hours(advert: Advert) -> None:
    texts = advert.texts("workHours")
    if not texts:
        return
    stated = read_work_hours("; ".join(texts))
    if stated.hours:
        advert.content["hours"] = stated.hours
    if stated.pattern:
        advert.content["pattern"] = stated.pattern
    if stated.unread:
        advert.note(f"workHours: {' '.join('; '.join(texts).split())}")


def _read_employment_type(advert: Advert) -> None:
    """Take over the contract if the words name one; full time and part time state no hours, and less than hours do."""
    texts = [_SCHEMA_ADDRESS.sub("", text) for text in advert.texts("employmentType")]
    words = [word.strip() for text in texts for word in re.split(r"[,;/|]", text)]
    slugs = {re.sub(r"[^a-z]+", "_", word.lower()).strip("_"): word for word in words}
    contracts = {_CONTRACTS[slug] for slug in slugs if slug in _CONTRACTS}
    others = [word for slug, word in slugs.items() if slug not in _CONTRACTS and slug not in _AMOUNTS]
    says_only_how_much = not contracts and not others
    if len(contracts) == 1 and not others:
        advert.content["contract"] = contracts.pop()
    elif any(words) and not (says_only_how_much and "hours" in advert.content):
        advert.note(f"employmentType: {', '.join(filter(None, words))}")


def _read_openings(advert: Advert) -> None:
    value = plain(advert.node.get("totalJobOpenings"))
    if value is None or value == "":
        return
    number = int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,6}", value, re.ASCII) else value
    if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= _MOST_OPENINGS:
        advert.content["openings"] = number
    else:
        advert.warn("totalJobOpenings", f"{said(value)} is not a number of openings from 1 up")
