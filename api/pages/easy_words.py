"""Findings in easy read: short words, one idea a line, said to the person.

Each rule takes its facts from the finding's own sentence, so that a line never says other than the finding does. A
finding that no rule knows keeps its sentence, turned to the person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from api.pages.words import count
from matching.fit.part import short
from matching.fit.sensory import LEVEL_WORDS
from matching.model.finding import Aspect, Verdict
from matching.model.sensory import SensoryDimension
from matching.taxonomy import load_catalogue

#: Lines of one block that somebody can take in; what is left over is counted.
MOST_YES: Final = 4
MOST_MAYBE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One idea: its picture, the word of the picture, and one or two short sentences."""

    picture: str
    word: str
    says: tuple[str, ...]
    theirs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of a role: what is right, what must be asked, and what is not right yet."""

    yes: tuple[Line, ...]
    maybe: tuple[Line, ...]
    not_yet: tuple[Line, ...]
    more_to_ask: int

    @property
    def settled(self) -> frozenset[str]:
        """The words of what is known and said already."""
        return frozenset(line.word for line in (*self.yes, *self.not_yet))


def said_of(findings: Iterable[Mapping[str, Any]], *, not_known: Iterable[Line] = ()) -> Said:
    """Sort the findings of one role into yes, maybe and not yet, what matters most first.

    What nobody knows of the job is asked as well, unless a finding asks for it already.
    """
    yes: list[Line] = []
    maybe: list[Line] = []
    not_yet: list[Line] = []
    for finding in sorted(findings, key=_order):
        for verdict, line in _lines(finding):
            into = {Verdict.OK: yes, Verdict.UNKNOWN: maybe, Verdict.CONFLICT: not_yet}[verdict]
            if all(line.says != other.says for other in into):
                into.append(line)
    asked = {line.word for line in maybe}
    maybe.extend(line for line in not_known if line.word not in asked)
    return Said(
        yes=tuple(yes[:MOST_YES]),
        maybe=tuple(maybe[:MOST_MAYBE]),
        not_yet=tuple(not_yet),
        more_to_ask=len(maybe[MOST_MAYBE:]),
    )


# -- the order ---------------------------------------------------------------------------------------------------------

_READ: Final = (
    Aspect.PREFERENCES,
    Aspect.SKILLS,
    Aspect.HOURS,
    Aspect.AVAILABILITY,
    Aspect.SHIFT,
    Aspect.TRAVEL,
    Aspect.ADJUSTMENTS,
    Aspect.SENSORY,
    Aspect.PAY,
    Aspect.PHYSICAL,
    Aspect.REQUIREMENTS,
    Aspect.REFUSED_WORK,
    Aspect.EXCLUSIONS,
    Aspect.EMPLOYER,
)


def _order(finding: Mapping[str, Any]) -> tuple[bool, int]:
    aspect = finding["aspect"]
    place = _READ.index(aspect) if aspect in _READ else len(_READ)
    # What must hold is asked first; among what is right, what somebody wants comes first anyway.
    return not (finding["absolute"] and finding["verdict"] != Verdict.OK), place


# -- rules -------------------------------------------------------------------------------------------------------------

_Facts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """What is said where a sentence has a form; `verdict` where it belongs elsewhere than its finding does."""

    form: re.Pattern[str]
    says: Callable[[_Facts], Sequence[str]]
    verdict: Verdict | None = None


def _rule(form: str, *says: str, to: Verdict | None = None) -> _Rule:
    """A rule whose sentences have the facts of the form in braces; without a sentence nothing is said."""
    return _Rule(
        form=re.compile(form),
        says=lambda facts: [each.format_map(_Eased(facts)) for each in says],
        verdict=to,
    )


def _needs(form: str, says: str) -> _Rule:
    """A rule on an adjustment: what is needed, and what the employer says of it."""

    def said(facts: _Facts) -> Sequence[str]:
        easy = {name: _need(label) for name, label in facts.items()}
        return ("You need: {need}.".format_map(easy), says.format_map(easy))

    return _Rule(form=re.compile(form), says=said)


class _Eased(dict[str, str]):
    """Facts in easy words, as they are put into a sentence."""

    def __init__(self, facts: _Facts) -> None:
        super().__init__({name: _eased(value) for name, value in facts.items() if value is not None})


def _eased(value: str) -> str:
    """Amounts as people say them.

    >>> _eased("at most 16 hours"), _eased("at least £12.50 an hour"), _eased("120 minutes"), _eased("1 weeks")
    ('up to 16 hours', '£12.50 or more for each hour', '2 hours', '1 week')
    """
    value = _NEAR.get(value, value)
    value = re.sub(r"^at most (.+)$", r"up to \1", value)
    value = re.sub(r"^at least (.+?)( an hour)?$", r"\1 or more\2", value)
    value = re.sub(r"^(\d+) minutes$", lambda found: _minutes(int(found[1])), value)
    return re.sub(r"^1 (\w+)s$", r"1 \1", value).replace(" an hour", " for each hour")


_NEAR: Mapping[str, str] = {"very close to": "very much like", "close to": "like", "not far from": "a bit like"}


def _minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours} hours" if hours and not rest else f"{minutes} minutes"


@cache
def _adjustments() -> Mapping[str, str]:
    """Adjustments in easy words, by the words that findings have for them."""
    return {short(each.label): " ".join(turned(each.offer)).rstrip(".") for each in load_catalogue().adjustments}


def _need(label: str) -> str:
    """What is needed, as it goes on after "You need"; one that is in no catalogue keeps its words."""
    words = _adjustments().get(label, label)
    return f"{words[:1].lower()}{words[1:]}"


#: What is never put on a paper that may lie about: whom and what somebody keeps away from, and why the law does.
_DISCREET = frozenset(
    {"travel.no_go", "requirements.dbs", "requirements.regulated_children", "requirements.regulated_adults"}
)
#: How fresh our facts are and how long other jobs lasted say nothing of this job: the paper is silent on both.
_ABOUT_WHAT_WE_KNOW = (Aspect.EVIDENCE, Aspect.LASTING)
_DISCREET_ASPECTS = frozenset({Aspect.EXCLUSIONS, Aspect.EMPLOYER, "withheld"})
_TO_TALK_ABOUT = Line(picture="talk", word="Talk", says=("There is something we should talk about first.",))

_FAR = r"(?P<far>less than 1 km|about [\d,]+ km) away"

_RULES: Mapping[str, tuple[_Rule, ...]] = {
    "preferences.wanted_work": (
        _rule(r"^They (?P<how>want|like|are interested in) (?P<what>“.*”); this role is (?P<near>.+) that\.$",
              "You {how} {what}.", "This job is {near} that."),
        _rule(r"^Nothing they have said", "This is not like the jobs you told us about.", "Do you want to hear more?",
              to=Verdict.UNKNOWN),
    ),
    "preferences.tasks": (
        _rule(r"^The role has tasks they like \((?P<like>[^)]+)\) and tasks they dislike \((?P<not>[^)]+)\)\.$",
              "It has tasks you like: {like}.", "It has tasks you do not like: {not}.", to=Verdict.UNKNOWN),
        _rule(r"^The role has tasks they like \((?P<like>[^)]+)\)\.$", "It has tasks you like: {like}."),
        _rule(r"^The role has tasks they dislike \((?P<not>[^)]+)\)\.$", "It has tasks you do not like: {not}.",
              "Is that OK?", to=Verdict.UNKNOWN),
        _rule(r"^The role lists no task"),
    ),
    "skills.strengths": (
        _rule(r"^Their (?P<kind>strength|skill|past work as) (?P<what>“.*”) is (?P<near>.+) what this role needs\.$",
              "You told us: {what}.", "That is {near} what this job needs."),
        _rule(r"^None of their stated strengths"),
    ),
    "hours.weekly_hours": (
        _rule(r"^The job is (?P<job>.+) a week; they want (?P<want>.+)\. The employer may change the hours\.$",
              "The job is {job} each week.", "You want {want}.", "The hours may change."),
        _rule(r"^The job is (?P<job>.+) a week, and the hours are fixed; they want (?P<want>.+)\.$",
              "The job is {job} each week.", "You want {want}.", "The hours are fixed."),
        _rule(r"^The job is (?P<job>.+) a week; they want (?P<want>.+)\.$",
              "The job is {job} each week.", "You want {want}."),
        _rule(r"^The hours are not fully known; they want (?P<want>.+) a week\.$",
              "You want {want} each week.", "We do not know all the hours yet."),
    ),
    "hours.legal_cap": (
        _rule(r"^The hours can stay within", "The hours can stay inside your limit."),
        _rule(r"^The job is at least (?P<job>.+) hours a week; their legal limit is (?P<cap>.+) a week\.$",
              "The job is {job} hours or more each week.", "Your limit is {cap}."),
        _rule(r"^Nobody knows yet", "We do not know yet if the hours stay inside your limit."),
    ),
    "availability.can": (
        _rule(r"^The times suit", "The days and times are right for you."),
        _rule(r"^The times fall outside", "The days and times are not when you can work."),
        _rule(r"^Nobody knows", "We do not know yet if the days and times are right for you."),
    ),
    "availability.cannot": (
        _rule(r"^The work keeps clear", "There is no work at times you cannot do."),
        _rule(r"^The work falls when", "Some work is at times you cannot do."),
        _rule(r"^Nobody knows", "We do not know yet if the days and times are right for you."),
    ),
    "shift.length": (
        _rule(r"^No shift need be longer than the (?P<limit>.+) they can", "You can work {limit} at a time.",
              "No shift needs to be longer."),
        _rule(r"^Shifts last up to (?P<long>.+); they can work (?P<limit>.+) at a time\.$",
              "Some shifts are {long} long.", "You can work {limit} at a time."),
        _rule(r"^Nobody knows yet whether shifts are longer than the (?P<limit>.+) they can",
              "You can work {limit} at a time.", "We do not know how long the shifts are."),
    ),
    "shift.nights": (
        _rule(r"^The job can be done without", "You do not need to work at night."),
        _rule(r"^The job includes", "There is work at night.", "You do not work at night."),
        _rule(r"^Nobody knows", "We do not know yet if there is work at night."),
    ),
    "shift.weekends": (
        _rule(r"^The job can be done without", "You do not need to work at weekends."),
        _rule(r"^The job includes", "There is work at weekends.", "You do not work at weekends."),
        _rule(r"^Nobody knows", "We do not know yet if there is work at weekends."),
    ),
    "travel.distance": (
        _rule(r"at home, so there is no journey", "You work at home.", "You do not need to travel."),
        _Rule(form=re.compile(_FAR + r"; they travel up to"),
              says=lambda facts: (f"It is {_far(facts['far'])} from your home.", "You can travel that far.")),
        _Rule(form=re.compile(_FAR + r", further than"),
              says=lambda facts: (f"It is {_far(facts['far'])} from your home.",
                                  "That is further than you want to travel.")),
        _rule(r"^Where they live is not known", "We need to know where you live.", "Then we can tell how far it is."),
        _rule(r"^Where the work is done is not known", "We do not know yet where the job is."),
        # A place to keep away from, as others than their specialist read it.
        _rule(r"area asked for"),
    ),
    "travel.minutes": (
        _rule(r"at home, so the journey", "You work at home.", "You do not need to travel."),
        _Rule(form=re.compile(r"^The journey (?P<way>.+) is about (?P<long>\d+) minutes by our estimate; they travel"),
              says=lambda facts: (f"{_way(facts['way'])} it takes about {facts['long']} minutes. This is our guess.",
                                  "That is OK for you.")),
        _Rule(form=re.compile(r"^The journey (?P<way>.+) is about (?P<long>\d+) minutes by our estimate, longer than "
                              r"the (?P<most>.+) they travel"),
              says=lambda facts: (f"{_way(facts['way'])} it takes about {facts['long']} minutes. This is our guess.",
                                  f"You want to travel for up to {facts['most']}.")),
        _rule(r"^Where they live is not known", "We need to know where you live.", "Then we can tell how far it is."),
        _rule(r"^Where the work is done is not known", "We do not know yet where the job is."),
    ),
    "travel.remote": (
        _rule(r"^The work is done (?P<job>.+); they want", "You work {job}.", "That is near to what you want."),
        _rule(r"^The work is done (?P<job>.+), but they want to work (?P<want>.+)\.$",
              "You work {job}.", "You want to work {want}."),
    ),
    "pay.floor": (
        _rule(r"^The job pays (?P<job>.+); they want (?P<want>.+)\.$", "The pay is {job}.", "You want {want}."),
        _rule(r"^Any pay reaches", "The pay is OK for you."),
        _rule(r"^The pay by the hour depends on the hours; they want (?P<want>.+)\.$",
              "We do not know the pay for each hour yet.", "You want {want}."),
        _rule(r"^The pay is not known; they want (?P<want>.+)\.$", "We do not know the pay yet.", "You want {want}."),
    ),
    "physical.lift": (
        _rule(r"^There is up to 0 ", "You do not need to lift."),
        _rule(r"^There is up to (?P<job>.+) to lift(?:, within their|; their limit is) (?P<can>.+)\.$",
              "You lift up to {job}.", "You can lift up to {can}."),
        _rule(r"^Nobody knows .*their limit is (?P<can>.+)\.$",
              "We do not know yet how much there is to lift.", "You can lift up to {can}."),
    ),
    "physical.stand": (
        _rule(r"^There is up to 0 ", "You do not need to stand."),
        _rule(r"^There is up to (?P<job>.+) to stand(?:, within their|; their limit is) (?P<can>.+)\.$",
              "You stand for up to {job} at a time.", "You can stand for up to {can}."),
        _rule(r"^Nobody knows .*their limit is (?P<can>.+)\.$",
              "We do not know yet how long you stand.", "You can stand for up to {can}."),
    ),
    "physical.walk": (
        _rule(r"^There is up to 0 ", "You do not need to walk."),
        _rule(r"^There is up to (?P<job>.+) to walk(?:, within their|; their limit is) (?P<can>.+)\.$",
              "You walk for up to {job} at a time.", "You can walk for up to {can}."),
        _rule(r"^Nobody knows .*their limit is (?P<can>.+)\.$",
              "We do not know yet how long you walk.", "You can walk for up to {can}."),
    ),
    "physical.climb": (
        _rule(r"^The job needs no climbing", "You do not need to climb."),
        _rule(r"^The job needs climbing", "You need to climb.", "You told us you do not climb."),
        _rule(r"^Nobody knows", "We do not know yet if you need to climb."),
    ),
    "requirements.driving": (
        _rule(r"^The job needs no driving licence", "You do not need to drive."),
        _rule(r"^Their driving licence serves", "Your driving licence is fine."),
        _rule(r"and theirs serves\.$", "You need to drive.", "Your driving licence is fine."),
        _rule(r"^The job needs (?P<what>.+), which they do not hold\.$", "You need {what}.", "You do not have it yet."),
        _rule(r"^The job needs (?P<what>.+); nobody knows", "You need {what}.", "Do you have one?"),
        _rule(r"^Nobody knows", "We do not know yet if you need to drive."),
    ),
    "requirements.minimum_age": (
        _rule(r"^They have reached", "You are old enough."),
        _rule(r"^The job is for people aged (?P<age>\d+) or over, which", "You must be {age} or older."),
        _rule(r"^The job is for people aged (?P<age>\d+) or over; nobody", "You must be {age} or older.", "Are you?"),
        _rule(r"^Nobody knows", "We do not know yet how old you must be."),
    ),
    "requirements.qualifications": (
        _rule(r"^Nobody knows", "We do not know yet if you need a certificate."),
    ),
}  # fmt: skip

# A certificate has its own name, so its rules stand for every name.
_CERTIFICATE = (
    _rule(r"^They hold what the job asks for: (?P<what>.+)\.$", "The job asks for: {what}.", "You have it."),
    _rule(r"^The job asks for (?P<what>.+), which can be had in (?P<weeks>.+)\.$",
          "The job asks for: {what}.", "You can get it in {weeks}."),
    _rule(r"^The job asks for (?P<what>.+), which takes (?P<weeks>.+) to get\.$",
          "The job asks for: {what}.", "It takes {weeks} to get."),
    _rule(r"^The job asks for (?P<what>.+); nobody knows", "The job asks for: {what}.", "Do you have it?"),
    _rule(r"^The job asks for (?P<what>.+), which they do not hold;", "The job asks for: {what}.",
          "We will ask how you can get it."),
)  # fmt: skip

_ADJUSTMENT = (
    _needs(r"^The employer agrees to what they need: (?P<need>.+)\.$", "The employer says yes."),
    _needs(
        r"^The employer agrees to (?P<other>.+), which serves in place of (?P<need>.+)\.$",
        "The employer says yes to this: {other}.",
    ),
    _needs(r"^The employer has said no to what they need: (?P<need>.+)\.$", "The employer says no."),
    _needs(r"^The employer may agree to what they need: (?P<need>.+)\.$", "The employer may say yes."),
    _needs(r"^Nobody has asked yet about what they need: (?P<need>.+)\.$", "We have not asked yet."),
)

_REFUSED = (
    _rule(r"^No task of the job is part of what they refuse: (?P<what>“.*”)\.$", "You do not want {what}.",
          "We see none of it in this job."),
    _rule(r"^They do not want (?P<what>“.*”), and the job includes (?P<has>.+)\.$", "You do not want {what}.",
          "This job has: {has}."),
)  # fmt: skip


# -- the senses --------------------------------------------------------------------------------------------------------

_D = SensoryDimension

#: What it is like at each level from 0 to 4, in easy words.
LEVELS_IN_EASY_WORDS: Mapping[SensoryDimension, tuple[str, str, str, str, str]] = {
    _D.NOISE: (
        "It is very quiet there.",
        "It is quiet there.",
        "There is some noise, like talk or music.",
        "It is loud there, like a vacuum cleaner.",
        "It is very loud there.",
    ),
    _D.LIGHTING: (
        "The light is soft.",
        "The light is even.",
        "The light is normal.",
        "The light is bright.",
        "The light is very bright, or it flickers, or it is very dark.",
    ),
    _D.CROWDING: (
        "You are alone or with one person.",
        "There are a few people. You have your own space.",
        "You share a room. People walk past.",
        "Many people come close at times.",
        "There are always many people very close.",
    ),
    _D.SMELL: (
        "There is no smell.",
        "There is a small smell.",
        "It smells of things like food or coffee.",
        "There are strong smells at times.",
        "There are strong smells all the time.",
    ),
    _D.TEMPERATURE: (
        "It is not too hot and not too cold. You can change it.",
        "It is not too hot and not too cold.",
        "It can be a bit hot or a bit cold.",
        "It is hot or cold for hours.",
        "It is very hot, very cold, or outside in all weather.",
    ),
    _D.TOUCH: (
        "You wear your own clothes. Your hands stay dry.",
        "You wear a simple uniform.",
        "You wear gloves or an apron at times.",
        "You wear gloves, a mask or boots a lot.",
        "You wear a lot of safety clothes, or it is wet or dirty.",
    ),
    _D.MOVEMENT: (
        "You sit still.",
        "You walk a little.",
        "You walk and turn.",
        "You climb or bend a lot, or ride in a van.",
        "Things shake a lot, or you move fast all the time.",
    ),
    _D.VISUAL_CLUTTER: (
        "It is plain and tidy.",
        "It is mostly tidy.",
        "There are shelves, screens and signs.",
        "There is a lot to look at.",
        "Things move or flash all the time.",
    ),
    _D.UNPREDICTABILITY: (
        "The work is the same each day.",
        "There are small changes. You are told before.",
        "There are some changes and busy times.",
        "Things change each day.",
        "Things change all the time.",
    ),
    _D.SOCIAL_DEMAND: (
        "You do not need to talk.",
        "You talk with a few people you know.",
        "You talk with your team, and a little with others.",
        "You talk with many people.",
        "You talk with people all day. Some may complain.",
    ),
}
_NOT_KNOWN: Mapping[SensoryDimension, str] = {
    _D.NOISE: "how loud it is",
    _D.LIGHTING: "what the light is like",
    _D.CROWDING: "how many people are close to you",
    _D.SMELL: "what it smells of",
    _D.TEMPERATURE: "how hot or cold it is",
    _D.TOUCH: "what you wear and touch",
    _D.MOVEMENT: "how much you move",
    _D.VISUAL_CLUTTER: "how much there is to look at",
    _D.UNPREDICTABILITY: "how often things change",
    _D.SOCIAL_DEMAND: "how much you talk with people",
}

_MORE: Mapping[SensoryDimension, str] = {
    _D.NOISE: "more noise",
    _D.LIGHTING: "more light",
    _D.CROWDING: "more people around you",
    _D.SMELL: "more smells",
    _D.TEMPERATURE: "more heat or cold",
    _D.TOUCH: "more to touch",
    _D.MOVEMENT: "to move more",
    _D.VISUAL_CLUTTER: "more to look at",
    _D.UNPREDICTABILITY: "more change",
    _D.SOCIAL_DEMAND: "to talk more",
}

_MUCH: Final = 2
_LEVEL = "|".join(sorted(LEVEL_WORDS, key=len, reverse=True))
_HERE = re.compile(
    rf": (?:{_LEVEL}) \((?P<here>\d)/4\) here(?:, at times (?:{_LEVEL}) \((?P<peak>\d)/4\))?(?P<eased>, eased by)?"
)


def _on_sense(dimension: SensoryDimension, verdict: Verdict, sentence: str) -> list[str]:
    """What it is like there, and whether that is right for the person."""
    here = _HERE.search(sentence)
    if here is None:
        if verdict is Verdict.UNKNOWN:
            return [f"We do not know yet {_NOT_KNOWN[dimension]}."]
        return ["This is OK for you."]
    levels = LEVELS_IN_EASY_WORDS[dimension]
    says = [levels[int(here["here"])]]
    if here["peak"]:
        says.append(f"At times: {levels[int(here['peak'])]}")
    wants_more = "they do well with at least" in sentence
    match verdict:
        case Verdict.OK if here["eased"]:
            says.append("The employer helps with this. Then it is OK for you.")
        case Verdict.OK:
            says.append("You like that." if wants_more else "That is OK for you.")
        case Verdict.CONFLICT:
            says.append(f"You want {_MORE[dimension]}." if wants_more else _too_much(here))
        case _:
            says.append("It may be too much for you.")
    return says


def _too_much(here: re.Match[str]) -> str:
    """Little can be more than somebody bears, but nobody would call it much."""
    is_much = int(here["peak"] or here["here"]) >= _MUCH
    return "That is too much for you." if is_much else "That is not right for you."


# -- one finding -------------------------------------------------------------------------------------------------------

_PICTURES: Mapping[str, tuple[str, str]] = {
    Aspect.PREFERENCES: ("star", "What you want"),
    Aspect.SKILLS: ("star", "What you can do"),
    Aspect.HOURS: ("clock", "Hours"),
    Aspect.AVAILABILITY: ("calendar", "Days and times"),
    Aspect.SHIFT: ("calendar", "Days and times"),
    Aspect.TRAVEL: ("bus", "Getting there"),
    Aspect.ADJUSTMENTS: ("help", "What you need"),
    Aspect.PAY: ("pound", "Pay"),
    Aspect.PHYSICAL: ("lift", "Moving"),
    Aspect.REQUIREMENTS: ("card", "What they ask for"),
    Aspect.REFUSED_WORK: ("tasks", "Tasks"),
    _D.NOISE: ("noise", "Noise"),
    _D.LIGHTING: ("light", "Light"),
    _D.CROWDING: ("people", "People"),
    _D.SMELL: ("smell", "Smells"),
    _D.TEMPERATURE: ("weather", "Hot and cold"),
    _D.TOUCH: ("hand", "Clothes and touch"),
    _D.MOVEMENT: ("walking", "Moving"),
    _D.VISUAL_CLUTTER: ("eye", "What you see"),
    _D.UNPREDICTABILITY: ("change", "Changes"),
    _D.SOCIAL_DEMAND: ("talk", "Talking"),
}


def _lines(finding: Mapping[str, Any]) -> list[tuple[Verdict, Line]]:
    """What a finding says in easy words, and in which block; nothing for what the paper is silent on."""
    aspect, part, sentence = finding["aspect"], finding["part"], finding["sentence"]
    verdict = Verdict(finding.get("verdict", Verdict.CONFLICT))
    if aspect in _ABOUT_WHAT_WE_KNOW:
        return []
    if _is_discreet(aspect, part, sentence):
        # That all is well needs no word; what is not is talked about, and stands on no paper.
        return [(Verdict.UNKNOWN, _TO_TALK_ABOUT)] if verdict is Verdict.CONFLICT else []
    picture, word = _PICTURES.get(part if aspect == Aspect.SENSORY else aspect, ("question", "More"))
    if aspect == Aspect.TRAVEL:
        picture = _picture_of_journey(sentence, picture)
    if aspect == Aspect.SENSORY:
        says: Sequence[str] = _on_sense(SensoryDimension(part), verdict, sentence)
    else:
        rule = next((each for each in _rules(aspect, part) if each.form.search(sentence)), None)
        if rule is None:
            says = turned(sentence)
        else:
            found = rule.form.search(sentence)
            says = rule.says(found.groupdict() if found is not None else {})
            verdict = rule.verdict or verdict
    theirs = "“" in sentence or aspect in (Aspect.ADJUSTMENTS, Aspect.PREFERENCES)
    return [(verdict, Line(picture=picture, word=word, says=tuple(says), theirs=theirs))] if says else []


def is_known(finding: Mapping[str, Any]) -> bool:
    """Whether there are easy words for a finding; otherwise its own are turned to the person."""
    aspect, part, sentence = finding["aspect"], finding["part"], finding["sentence"]
    if aspect in (*_ABOUT_WHAT_WE_KNOW, Aspect.SENSORY) or _is_discreet(aspect, part, sentence):
        return True
    return any(each.form.search(sentence) for each in _rules(aspect, part))


def _is_discreet(aspect: str, part: str, sentence: str) -> bool:
    return aspect in _DISCREET_ASPECTS or f"{aspect}.{part}" in _DISCREET or "area asked for" in sentence


def _rules(aspect: str, part: str) -> tuple[_Rule, ...]:
    match aspect:
        case Aspect.ADJUSTMENTS:
            return _ADJUSTMENT
        case Aspect.REFUSED_WORK:
            return _REFUSED
        case Aspect.REQUIREMENTS:
            return _RULES.get(f"{aspect}.{part}", _CERTIFICATE)
        case _:
            return _RULES.get(f"{aspect}.{part}", ())


def _picture_of_journey(sentence: str, usual: str) -> str:
    if "at home" in sentence:
        return "home"
    return "walking" if "on foot" in sentence else usual


def _way(label: str) -> str:
    """The beginning of a sentence on a journey.

    >>> _way("by bus"), _way("driving")
    ('By bus', 'By car')
    """
    return {"driving": "By car", "as a passenger in a car": "By car"}.get(label, label[:1].upper() + label[1:])


def _far(words: str) -> str:
    """A distance in miles, as people in the United Kingdom know it.

    >>> _far("about 3 km"), _far("less than 1 km"), _far("about 12 km")
    ('about 2 miles', 'less than 1 mile', 'about 7 miles')
    """
    if words.startswith("less"):
        return "less than 1 mile"
    miles = round(int(re.sub(r"[^\d]", "", words)) / 1.609)
    return f"about {count(max(miles, 1), 'mile')}"


_PERSONS: Mapping[str, str] = {
    "they": "you",
    "them": "you",
    "their": "your",
    "theirs": "yours",
    "themselves": "yourself",
}


def turned(sentence: str) -> list[str]:
    """A sentence about somebody, said to them in short sentences; what stands in quotation marks is theirs.

    >>> turned("The job is light; they carry “their tools”.")
    ['The job is light.', 'You carry “their tools”.']
    """
    pieces = re.split(r"(“[^”]*”)", sentence)
    spoken = "".join(piece if piece.startswith("“") else _to_you(piece) for piece in pieces)
    found = [each.strip(" .") for each in re.split(r"; |\. (?=[A-Z])", spoken)]
    return [f"{each[:1].upper()}{each[1:]}." for each in found if each]


def _to_you(words: str) -> str:
    def said(found: re.Match[str]) -> str:
        word = _PERSONS[found[0].lower()]
        return word.capitalize() if found[0][0].isupper() else word

    return re.sub(rf"\b({'|'.join(_PERSONS)})\b", said, words, flags=re.IGNORECASE)
