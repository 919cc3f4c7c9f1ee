"""Adjustments: each need of the person against what the employer has said."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from typing import ClassVar

import numpy as np

from matching.columns import bits
from matching.fit.part import Codes, Concession, Part, Said, Setting, Values, coded, graded, short
from matching.kinds import Read, Reading
from matching.model.adjustment import Importance, Need, Offer
from matching.model.finding import Aspect, Code
from matching.model.profile import VocationalProfile
from matching.model.vacancy import Vacancy
from matching.pool import Jobs
from matching.taxonomy import Adjustment


def parts(profile: VocationalProfile, setting: Setting) -> tuple[Part, ...]:
    """One part a need."""
    catalogue = setting.catalogue
    return tuple(
        NeedMet(
            name=need.slug,
            absolute=need.importance is Importance.ESSENTIAL,
            need=need,
            entries=tuple(catalogue.adjustment(slug) for slug in need.slugs),
            positions=tuple(catalogue.index_of_adjustment(slug) for slug in need.slugs),
            chances=tuple(
                setting.figures[f"adjustment_chance.{catalogue.adjustment(slug).jobs}"] for slug in need.slugs
            ),
        )
        for need in profile.adjustments
    )


def offer_read(position: int) -> Reading:
    """What an employer has said of one adjustment of the catalogue, by its place there."""
    word, bit = divmod(position, 64)
    return (Read("offered", word, 1 << bit), Read("refused", word, 1 << bit))


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedMet(Part):
    """Whether the adjustment, or one that would serve instead, is offered."""

    aspect: ClassVar[Aspect] = Aspect.ADJUSTMENTS
    concession: ClassVar[Concession | None] = Concession.ADJUSTMENT
    screening_rank: ClassVar[int] = 3

    need: Need
    entries: tuple[Adjustment, ...] = field(repr=False)
    positions: tuple[int, ...]
    chances: tuple[float, ...]  # how likely employers agree, a judgement: it orders, and never excludes

    @property
    def readings(self) -> tuple[Reading, ...]:
        return tuple(offer_read(position) for position in self.positions)

    def codes(self, jobs: Jobs) -> Codes:
        offered = jobs.flags("offered", bits(self.positions))
        refused = reduce(and_, (jobs.flags("refused", bits([position])) for position in self.positions))
        return coded(conflict=refused, ok=offered)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        # A refused alternative leaves fewer ways to yes; the best of the rest sets the chance.
        best = np.zeros(len(jobs))
        for chance, position in zip(self.chances, self.positions, strict=True):
            possible = ~jobs.flags("refused", bits([position]))
            best = np.maximum(best, np.where(possible, chance, 0.0))
        return graded(codes, ok=1.0, conflict=0.0, unknown=best)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        label = short(self.entries[0].label)
        if code is Code.OK:
            agreed = next(entry for entry in self.entries if job.adjustments.get(entry.slug) is Offer.YES)
            if agreed is self.entries[0]:
                return Said(sentence=f"The employer agrees to what they need: {label}.")
            return Said(sentence=f"The employer agrees to {short(agreed.label)}, which serves in place of {label}.")
        if code is Code.CONFLICT:
            return Said(sentence=f"The employer has said no to what they need: {label}.", settled_by=self.need.slugs)
        open_entries = [entry for entry in self.entries if job.adjustments.get(entry.slug) is not Offer.NO]
        if any(job.adjustments.get(entry.slug) is Offer.MAYBE for entry in open_entries):
            sentence = f"The employer may agree to what they need: {label}."
        else:
            sentence = f"Nobody has asked yet about what they need: {label}."
        return Said(
            sentence=sentence,
            ask=open_entries[0].ask,
            settled_by=tuple(entry.slug for entry in open_entries),
        )

    def concession_asked(self, job: Vacancy, view: Jobs) -> str:
        return f"again for what they need: {short(self.entries[0].label)}"
