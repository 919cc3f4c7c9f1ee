"""An entry of a shortlist as it is read: which role, why, what is in the way, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from api.pages.labels import LABELS, label, labelled
from api.pages.role_words import Glance, at_a_glance
from api.pages.words import day
from matching.actions.shortlists import Arranged, ContactLimits, Needs, ShortlistView
from matching.interchange.withholding import WITHHELD
from matching.model.finding import Aspect, Verdict
from matching.model.sensory import SensoryDimension
from matching.model.shortlist import Band, Choice
from matching.model.vacancy import Contract
from matching.places import distance_km, load_sectors, parse_postcode
from matching.store.tables import DecisionRow, VacancyVersion
from matching.taxonomy import load_catalogue

#: Findings of these weigh and never forbid, so they have no verdict to show.
_WEIGHED = frozenset({Aspect.PREFERENCES, Aspect.SKILLS, Aspect.EVIDENCE, Aspect.LASTING})
_LEVEL_NUMBER = re.compile(r" \([0-4]/4\)")
_BENEFIT, _STRETCH = "benefit", "stretch"
#: On terms of these somebody cannot count on the job to last, or on its pay.
_NOT_LASTING = {
    Contract.FIXED_TERM: "For a fixed term",
    Contract.TEMPORARY: "Temporary",
    Contract.SEASONAL: "Seasonal",
    Contract.ZERO_HOURS: "Zero hours: no pay is certain",
}
#: What the employer said of an adjustment that would help.
_SAID = {"yes": "The employer agrees", "maybe": "The employer may agree", "no": "The employer said no"}
_NOT_ASKED = "Nobody has asked yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One finding: a verdict in words where it has one, its sentence, and whether it is a firm limit."""

    verdict: str  # empty where it only weighs
    sentence: str
    is_firm: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAspect:
    """What is found of one aspect."""

    name: str
    verdict: str
    said: Sequence[Said]


@dataclass(frozen=True, slots=True, kw_only=True)
class Helps:
    """An adjustment that would make the role work, what it is for, and what the employer has said of it."""

    about: str
    words: str
    eases: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One role of a list, in the order in which it is read."""

    arranged: Arranged
    as_drawn: Mapping[str, Any] | None  # none for one that was added although it is ruled out
    findings: Sequence[Mapping[str, Any]]
    document: Mapping[str, Any]
    glance: Glance
    distance: str
    helps: Sequence[Helps]
    wait: str  # why the employer is not to be contacted now
    has_changed: bool  # since the list was drawn

    @property
    def id(self) -> str:
        """The id of the role, as addresses hold it."""
        return self.arranged.vacancy.id

    @property
    def title(self) -> str:
        """What the role is called."""
        return self.arranged.vacancy.title

    @property
    def employer(self) -> str:
        """Whose role it is."""
        return self.arranged.employer.name

    @property
    def place(self) -> int:
        """Where people put it."""
        return self.arranged.entry.place

    @property
    def is_removed(self) -> bool:
        """Whether it was taken off the list."""
        return self.arranged.entry.removed_at is not None

    @property
    def is_by_hand(self) -> bool:
        """Whether people put it on the list."""
        return self.arranged.entry.position is None

    @property
    def is_ruled_out(self) -> bool:
        """Whether it was added although something rules it out."""
        return self.as_drawn is None

    @property
    def is_open(self) -> bool:
        """Whether it can still be filled, as far as its status says."""
        return self.arranged.vacancy.status == "open"

    @property
    def band(self) -> tuple[str, str]:
        """The band as a verdict, with its words."""
        if self.as_drawn is None:
            return Verdict.CONFLICT.value, "Ruled out, added by hand"
        band = Band(self.as_drawn["band"])
        return (Verdict.OK if band is Band.FITS_WHAT_WE_KNOW else Verdict.UNKNOWN).value, label(band)

    @property
    def is_stretch(self) -> bool:
        """Whether it is near to a wish and of another kind than the rest."""
        return bool(self.as_drawn and self.as_drawn["stretch"])

    @property
    def contract(self) -> str:
        """On what terms, where somebody said so."""
        terms = self.document.get("contract")
        if not terms:
            return "Contract not known yet"
        return _NOT_LASTING.get(terms) or labelled(Contract, terms)

    @property
    def why(self) -> Sequence[str]:
        """Which stated wish, strength or need it serves."""
        return [in_words(each) for each in self._listed("why")]

    @property
    def in_the_way(self) -> Sequence[str]:
        """What speaks against it; for a role that is ruled out, by what."""
        if self.as_drawn is None:
            return ruled_out_by(self.findings)
        return [in_words(each) for each in self._listed("concerns")]

    @property
    def asks_employer(self) -> Sequence[Mapping[str, Any]]:
        """Questions to the employer, what would change most first."""
        return [each for each in self._listed("questions") if each["of"] == "employer"]

    @property
    def asks_person(self) -> Sequence[Mapping[str, Any]]:
        """Questions to the person, each with the section of the profile that takes its answer."""
        asked = [each for each in self._listed("questions") if each["of"] != "employer"]
        return [{**each, "section": "travel" if each["about"].startswith("travel.") else "checks"} for each in asked]

    @property
    def benefits(self) -> Sequence[str]:
        """What to talk over with a benefits adviser; nothing here decides it."""
        return [each["sentence"] for each in self._listed("flags") if each["kind"] == _BENEFIT]

    @property
    def to_know(self) -> Sequence[str]:
        """Everything else that takes no part in the order."""
        return [each["sentence"] for each in self._listed("flags") if each["kind"] not in (_BENEFIT, _STRETCH)]

    @property
    def stretch_words(self) -> str:
        """Why a stretch is shown."""
        return next((each["sentence"] for each in self._listed("flags") if each["kind"] == _STRETCH), "")

    @property
    def aspects(self) -> Sequence[OfAspect]:
        """Every finding, by aspect."""
        return by_aspect(self.findings, against=self.in_the_way)

    @property
    def holds(self) -> DecisionRow | None:
        """The decision that holds; none if there is none or it was taken back."""
        last = self.arranged.decisions[-1] if self.arranged.decisions else None
        return last if last is not None and last.choice is not None else None

    @property
    def is_put_forward(self) -> bool:
        """Whether the role is put forward."""
        return self.holds is not None and self.holds.choice is Choice.PUT_FORWARD

    def _listed(self, name: str) -> Sequence[Any]:
        return self.as_drawn[name] if self.as_drawn is not None else ()


def cards(
    view: ShortlistView, *, needs: Needs, documents: Mapping[str, VacancyVersion], today: date
) -> tuple[list[Card], list[Card]]:
    """The roles that stand on a list, as people arranged them, and those that were taken off."""
    drawn = {each["vacancy_ref"]: each for each in view.drawn}
    found = [_card(each, drawn.get(each.entry.vacancy_ref), view, needs, documents, today) for each in view.arranged]
    return [each for each in found if not each.is_removed], [each for each in found if each.is_removed]


def _card(
    arranged: Arranged,
    drawn: Mapping[str, Any] | None,
    view: ShortlistView,
    needs: Needs,
    documents: Mapping[str, VacancyVersion],
    today: date,
) -> Card:
    entry = arranged.added["entry"] if arranged.added is not None else drawn or {"findings": ()}
    version = documents.get(arranged.vacancy.id)
    document = version.document if version is not None else {}
    added_at = [change.at for change in arranged.changes if change.kind == "added"]
    known_at = added_at[-1] if arranged.added is not None and added_at else view.row.drawn_at
    return Card(
        arranged=arranged,
        as_drawn=entry if "band" in entry else None,
        findings=entry["findings"],
        document=document,
        glance=at_a_glance(document),
        distance=distance_words(needs.home, document),
        helps=what_helps(entry["findings"], needs, document),
        wait=contact_wait(arranged.employer.name, arranged.limits, today),
        has_changed=version is not None and version.written_at > known_at,
    )


# -- words -------------------------------------------------------------------------------------------------------------


def by_aspect(findings: Iterable[Mapping[str, Any]], *, against: Sequence[str] = ()) -> list[OfAspect]:
    """Findings by aspect, in the order in which they were found; what only weighs has no verdict but what it says."""
    found = []
    for aspect, of_aspect in groupby(findings, key=lambda finding: str(finding["aspect"])):
        said = [_said(finding, against) for finding in of_aspect]
        verdicts = {each.verdict for each in said}
        worst = next((each.value for each in _WORST_FIRST if each.value in verdicts), "")
        found.append(OfAspect(name=aspect_words(aspect), verdict=worst, said=said))
    return found


_WORST_FIRST = (Verdict.CONFLICT, Verdict.UNKNOWN, Verdict.OK)


def _said(finding: Mapping[str, Any], against: Sequence[str]) -> Said:
    weighed = finding["aspect"] in _WEIGHED
    verdict = str(finding.get("verdict", Verdict.CONFLICT.value))
    return Said(
        verdict="" if weighed else verdict,
        sentence=in_words(finding["sentence"]),
        is_firm=bool(finding.get("absolute", True)) and not weighed,
    )


def in_words(sentence: str) -> str:
    """A sentence without the numbers of sensory levels, whose words stand before them.

    >>> in_words("Noise: mild (1/4) here; they bear up to ordinary (2/4).")
    'Noise: mild here; they bear up to ordinary.'
    """
    return _LEVEL_NUMBER.sub("", sentence)


def aspect_words(aspect: str) -> str:
    """What an aspect is called."""
    return "Seen by their specialist alone" if aspect == WITHHELD else labelled(Aspect, aspect)


def ruled_out_by(findings: Iterable[Mapping[str, Any]]) -> list[str]:
    """The sentences of what keeps a role off a list."""
    return [in_words(each["sentence"]) for each in findings if is_in_the_way(each)]


def is_in_the_way(finding: Mapping[str, Any]) -> bool:
    """Whether a finding alone keeps a role off a list; reasons for leaving one out are written without a verdict."""
    return finding.get("verdict", Verdict.CONFLICT) == Verdict.CONFLICT and bool(finding.get("absolute", True))


def what_helps(findings: Iterable[Mapping[str, Any]], needs: Needs, document: Mapping[str, Any]) -> list[Helps]:
    """Adjustments to ask for: a need that is not met yet, and what eases a sense that is not known to fit."""
    offers = document.get("adjustments") or {}
    open_parts = {(each["aspect"], each["part"]) for each in findings if each["verdict"] != Verdict.OK}
    wanted: dict[str, str] = {}
    for need in needs.adjustments:
        if (Aspect.ADJUSTMENTS, need.slug) in open_parts:
            wanted |= dict.fromkeys(need.slugs, "")
    for dimension, tolerance in needs.sensory.items():
        if (Aspect.SENSORY, dimension) in open_parts:
            eased = LABELS[SensoryDimension][dimension].lower()
            wanted |= {slug: eased for slug in tolerance.mitigations if slug not in wanted}
    return [_help(slug, eases, offers.get(slug)) for slug, eases in wanted.items()]


def _help(slug: str, eases: str, offer: str | None) -> Helps:
    words = load_catalogue().adjustment(slug).label
    said = _SAID.get(offer or "", _NOT_ASKED)
    return Helps(about=f"adjustments.{slug}", words=words[:1].upper() + words[1:], eases=eases, said=said)


def distance_words(home: str | None, document: Mapping[str, Any]) -> str:
    """How far the place of work is from home, in a straight line; empty where either is not known."""
    postcode = (document.get("location") or {}).get("postcode")
    if not home or not postcode:
        return ""
    sectors = load_sectors()
    ends = [sectors.centroid(parse_postcode(each)) for each in (home, postcode)]
    if ends[0] is None or ends[1] is None:
        return ""
    km = distance_km(ends[0], ends[1])
    return "less than 1 km away" if km < 1 else f"about {km:.0f} km away"


def contact_wait(employer: str, limits: ContactLimits, today: date) -> str:
    """Until when an employer wants no contact, and why; empty if it may be contacted now."""
    if limits.no_contact_until is not None and limits.no_contact_until > today:
        return f"{employer} wants no contact until {day(limits.no_contact_until)}."
    if limits.contact_every_days is not None and limits.last_contact_on is not None:
        allowed = limits.last_contact_on + timedelta(days=limits.contact_every_days)
        if allowed > today:
            return f"{employer} was contacted on {day(limits.last_contact_on)}. Wait until {day(allowed)}."
    return ""


def rank_words(place: int) -> str:
    """Where a role would stand, said in words and never as a score.

    >>> rank_words(1), rank_words(4), rank_words(40), rank_words(400)
    ('first', 'among the first five', 'among the first fifty', 'further down the list')
    """
    if place == 1:
        return "first"
    for most, words in ((3, "three"), (5, "five"), (10, "ten"), (25, "twenty-five"), (50, "fifty")):
        if place <= most:
            return f"among the first {words}"
    return "further down the list"
