"""Shortlists as a page of text for a terminal: sentences first, and no number without its reason."""

from __future__ import annotations

import shutil
import sys
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from matching.fit.availability import shifts_in_words
from matching.fit.hours import hours_in_words
from matching.fit.part import pounds, short
from matching.model.finding import Asked, Aspect, Verdict, verdict_of
from matching.model.profile import VocationalProfile
from matching.model.shortlist import Band, Exclusion, Explanation, Flag, Shortlist, ShortlistEntry
from matching.model.vacancy import Vacancy, VacancySource, Visibility

WIDEST = 100
BAND_WORDS = {Band.FITS_WHAT_WE_KNOW: "fits what we know", Band.ASK_FIRST: "ask first"}
SOURCE_WORDS = {
    VacancySource.ADVERTISED: "advertised",
    VacancySource.UNADVERTISED: "not advertised",
    VacancySource.CARVED: "carved from other roles",
}
VISIBILITY_WORDS = {
    Visibility.OWN_CASELOAD: "told in trust, for one caseload",
    Visibility.TEAM: "told in trust, for the team",
    Visibility.ORGANISATION: "for the organisation",
}
VERDICT_WORDS = {Verdict.OK: "fits", Verdict.CONFLICT: "does not fit", Verdict.UNKNOWN: "not known"}
ASPECT_WORDS = {
    Aspect.PREFERENCES: "What they want",
    Aspect.SKILLS: "What they can do",
    Aspect.HOURS: "Hours",
    Aspect.AVAILABILITY: "Days and times",
    Aspect.SHIFT: "Shifts",
    Aspect.ADJUSTMENTS: "Adjustments",
    Aspect.SENSORY: "Senses",
    Aspect.TRAVEL: "Travel",
    Aspect.PAY: "Pay",
    Aspect.PHYSICAL: "Physical demands",
    Aspect.REQUIREMENTS: "Asked for by law",
    Aspect.EXCLUSIONS: "Settings to keep away from",
    Aspect.EMPLOYER: "Employer",
    Aspect.REFUSED_WORK: "Work they refuse",
    Aspect.EVIDENCE: "How fresh the facts are",
    Aspect.LASTING: "How long such jobs last",
}
REASON_WORDS = {
    Aspect.HOURS: "hours that do not fit",
    Aspect.AVAILABILITY: "times at which they cannot work",
    Aspect.SHIFT: "shifts too long, at night or at weekends",
    Aspect.ADJUSTMENTS: "a refused adjustment that they cannot do without",
    Aspect.SENSORY: "a place that is more than their senses bear",
    Aspect.TRAVEL: "too far, outside their area, or not enough from home",
    Aspect.PAY: "pay below their floor",
    Aspect.PHYSICAL: "physical demands above their limits",
    Aspect.REQUIREMENTS: "something asked for by law",
    Aspect.EXCLUSIONS: "a setting that is ruled out",
    Aspect.EMPLOYER: "an employer they avoid",
    Aspect.REFUSED_WORK: "work they have ruled out",
}
SOFT_ASPECTS = frozenset({Aspect.PREFERENCES, Aspect.SKILLS, Aspect.EVIDENCE, Aspect.LASTING})
NEAR_MISSES_SHOWN = 5
QUESTIONS_SHOWN = 4
LONGEST_NOTE = 60  # words


def print_lines(lines: Iterable[str]) -> None:
    """Print a page, bold headings on a terminal alone."""
    bold = sys.stdout.isatty()
    for line in lines:
        heading = line.startswith("# ")
        text = line.removeprefix("# ")
        print(f"\033[1m{text}\033[0m" if heading and bold else text)


def shortlist_page(
    person: VocationalProfile,
    shortlist: Shortlist,
    jobs: Mapping[str, Vacancy],
    notes: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    """The person's own goal on top, then each entry, what is nearly right, and what was left out.

    `notes` are sentences of adverts, by reference, that a person should read and no matcher does.
    """
    yield from _top(person)
    counts = shortlist.counts
    day = f"{shortlist.as_of.day} {shortlist.as_of:%B %Y}"
    opened = "1 role is" if counts.open == 1 else f"{counts.open} roles are"
    left_out = "1 is" if counts.excluded == 1 else f"{counts.excluded} are"
    yield f"{day}: {opened} open, {counts.listed} can be talked about, {left_out} left out."
    if counts.open and not counts.listed:
        yield ""
        yield from _wrapped("No open role is left. What stands in the way most often is named at the end.")
    for entry in shortlist.entries:
        yield ""
        yield from _entry(entry, jobs[entry.vacancy_ref], notes.get(entry.vacancy_ref, ()))
    yield from _nearly_right(shortlist, jobs)
    yield from _left_out(shortlist.excluded)
    yield ""


def explanation_page(person: VocationalProfile, explanation: Explanation) -> Iterator[str]:
    """Why one role is, or is not, on the list: every finding, what speaks against it first."""
    job = explanation.vacancy
    yield from _top(person)
    yield f"# {plain(job.title)}, {plain(job.employer)} ({plain(job.vacancy_ref)})"
    blocking = [finding for finding in explanation.findings if finding.excludes]
    if not explanation.is_open:
        yield f"Not on the list: the role is not open on {explanation.as_of.day} {explanation.as_of:%B %Y}."
    elif blocking:
        yield "Not on the list, because:"
        for finding in blocking:
            yield from _wrapped(plain(finding.sentence), first="  - ")
    else:
        yield f"On the list, at place {explanation.position}."
    yield ""
    by_aspect = {aspect: [each for each in explanation.findings if each.aspect is aspect] for aspect in Aspect}
    order = {Verdict.CONFLICT: 0, Verdict.UNKNOWN: 1, Verdict.OK: 2}
    stated = [(aspect, findings) for aspect, findings in by_aspect.items() if findings]
    for aspect, findings in sorted(stated, key=lambda each: order[verdict_of(each[1])]):
        joined = "" if aspect in SOFT_ASPECTS else f": {VERDICT_WORDS[verdict_of(findings)]}"
        yield f"# {ASPECT_WORDS[aspect]}{joined}"
        for finding in sorted(findings, key=lambda each: order[each.verdict]):
            word = "noted" if aspect in SOFT_ASPECTS else VERDICT_WORDS[finding.verdict]
            yield from _wrapped(plain(finding.sentence), first=f"  {word:<13}")
    yield ""


def _top(person: VocationalProfile) -> Iterator[str]:
    yield "# " + "=" * 60
    yield f"# {plain(person.participant_ref)}"
    goal = person.goal.own_words
    yield from _wrapped(f"“{plain(goal)}”" if goal else "Their own goal is not written down yet.")
    if person.goal.longer_term:
        yield from _wrapped(f"Later: “{plain(person.goal.longer_term)}”")
    yield ""


def _entry(entry: ShortlistEntry, job: Vacancy, notes: Sequence[str]) -> Iterator[str]:
    stretch = ", a stretch" if entry.stretch else ""
    yield f"# {entry.position:>2}. {plain(job.title)}, {plain(job.employer)} ({BAND_WORDS[entry.band]}{stretch})"
    yield from _wrapped(" · ".join(_facts(job)), first="    ")
    yield from _listed(
        "Why", entry.why or ("No stated wish or strength is close; it is here because nothing rules it out.",)
    )
    yield from _listed("But", entry.concerns)
    of = {asked: [each.ask for each in entry.questions if each.of is asked] for asked in Asked}
    yield from _listed("Ask the employer", _first(_distinct(of[Asked.EMPLOYER])))
    yield from _listed("Ask them", _first(_distinct(of[Asked.PARTICIPANT])))
    yield from _listed("Good to know", _flag_sentences(entry.flags))
    yield from _listed("The advert says", (short(note, most_words=LONGEST_NOTE, most_characters=500) for note in notes))


def _facts(job: Vacancy) -> Iterator[str]:
    yield SOURCE_WORDS[job.source]
    if job.visibility is not None and job.source is not VacancySource.ADVERTISED:
        yield VISIBILITY_WORDS[job.visibility]
    if job.closes_on is not None:
        yield f"closes {job.closes_on.day} {job.closes_on:%B %Y}"
    if job.openings > 1:
        yield f"{job.openings} openings"
    if job.place.postcode:
        yield job.place.postcode
    known = job.hours.least is not None or job.hours.most is not None
    yield f"{hours_in_words(job.hours.least, job.hours.most)} a week" if known else "hours not known"
    yield shifts_in_words(job.pattern.shifts, most=2) if job.pattern.shifts else "times not known"
    if job.pay.hourly is not None:
        yield f"{pounds(job.pay.hourly)} an hour"
    elif job.pay.annual is not None:
        yield f"{pounds(job.pay.annual)} a year"
    else:
        yield "pay not known"
    if job.disability_confident:
        yield f"Disability Confident level {job.disability_confident}"
    yield plain(job.vacancy_ref)


def _flag_sentences(flags: Sequence[Flag]) -> Iterator[str]:
    """Benefit limits, of which a job often passes several, go into one line."""
    benefits = [flag for flag in flags if flag.kind == "benefit"]
    yield from (flag.sentence for flag in flags if flag.kind != "benefit")
    if len(benefits) == 1:
        yield benefits[0].sentence
    elif benefits:
        yield f"This pay may pass the limit of: {'; '.join(flag.subject for flag in benefits)}."
        yield "If you receive one of these, ask a benefits adviser before accepting."


def _nearly_right(shortlist: Shortlist, jobs: Mapping[str, Vacancy]) -> Iterator[str]:
    if not shortlist.negotiate:
        return
    yield ""
    yield "# Nearly right: one change would open these"
    for miss in shortlist.negotiate[:NEAR_MISSES_SHOWN]:
        job = jobs[miss.vacancy_ref]
        others = f" It would open for {miss.opens_for} people on this page." if miss.opens_for > 1 else ""
        place = f"It would then stand at place {miss.would_rank}.{others}"
        yield from _wrapped(f"{plain(job.title)}, {plain(job.employer)}: {miss.concession} {place}", first="  - ")
    more = len(shortlist.negotiate) - NEAR_MISSES_SHOWN
    if more > 0:
        yield f"  and {more} more."


def _left_out(excluded: Sequence[Exclusion]) -> Iterator[str]:
    if not excluded:
        return
    yield ""
    several = "1 role" if len(excluded) == 1 else f"{len(excluded)} roles, some for more than one reason"
    yield f"# Left out: {several}"
    reasons = Counter(aspect for each in excluded for aspect in {finding.aspect for finding in each.because})
    for aspect, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        yield f"  {count:>5}  {REASON_WORDS[aspect]}"


def _listed(heading: str, sentences: Iterable[str]) -> Iterator[str]:
    for number, sentence in enumerate(sentences):
        yield from _wrapped(plain(sentence), first=f"    {heading if number == 0 else '':<17}")


def _wrapped(text: str, *, first: str = "") -> Iterator[str]:
    width = min(shutil.get_terminal_size().columns, WIDEST) if sys.stdout.isatty() else WIDEST
    yield from textwrap.wrap(text, max(width, 40), initial_indent=first, subsequent_indent=" " * len(first)) or [first]


def _distinct(sentences: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sentences))


def _first(questions: Sequence[str]) -> Iterator[str]:
    """The questions worth most; the rest is counted, never dropped in silence."""
    yield from questions[:QUESTIONS_SHOWN]
    if len(questions) > QUESTIONS_SHOWN:
        yield f"and {len(questions) - QUESTIONS_SHOWN} more that would change less."


def plain(text: str) -> str:
    """Somebody's text without characters that could steer a terminal."""
    return " ".join("".join(" " if unicodedata.category(each)[0] == "C" else each for each in text).split())
