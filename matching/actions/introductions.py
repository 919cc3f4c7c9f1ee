"""What an employer may read about somebody: consequences for work in plain sentences, item by item, and no reason.

Never told: goals, refused work, exclusions, checks, legal standing, benefits, where the person lives or does not go.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from matching.model.people import ConsentItem
from matching.model.profile import VocationalProfile, Welcome
from matching.model.sensory import Direction
from matching.model.work import DAYS, Day, Remote, Window, WindowKind
from matching.taxonomy import load_catalogue

MOST_WORDS = 25
_MOST_TOLD = 6  # of one item: an introduction is read in a minute
_DAY_WORDS = dict(
    zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)
_REMOTE_WORDS = {
    Remote.SOME: "They would like to work some of the time from home.",
    Remote.MOSTLY: "They would like to work mostly from home.",
    Remote.ONLY: "They work from home only.",
}


def introduction(
    *, profile: VocationalProfile | None, items: Collection[ConsentItem], name: str | None
) -> tuple[str, ...]:
    """Return the sentences that the items allow; the first is the introduction itself."""
    if not items:
        return ()
    opening = f"We would like to introduce {name}." if name else "We support somebody who is interested in your work."
    if profile is None:
        return (_short(opening),)
    told = (sentence for item, tell in _TELLERS.items() if item in items for sentence in tell(profile))
    return tuple(map(_short, (opening, *told)))


def _strengths(profile: VocationalProfile) -> Iterator[str]:
    for strength in profile.strengths[:_MOST_TOLD]:
        yield f"A strength: {_phrase(strength)}."
    skills = [_phrase(skill.label) for skill in profile.skills[:_MOST_TOLD]]
    if skills:
        yield f"They can do: {'; '.join(skills)}."


def _work_history(profile: VocationalProfile) -> Iterator[str]:
    for job in profile.work_history[:_MOST_TOLD]:
        yield f"They have worked as: {_phrase(job.title)}."


def _hours(profile: VocationalProfile) -> Iterator[str]:
    hours = profile.hours
    most = min((each for each in (hours.most, hours.legal_cap) if each is not None), default=None)
    if hours.least is not None and most is not None:
        yield f"They look for {hours.least:g} to {most:g} hours a week."
    elif most is not None:
        yield f"They look for up to {most:g} hours a week."
    elif hours.least is not None:
        yield f"They look for at least {hours.least:g} hours a week."
    if hours.ideal is not None:
        yield f"About {hours.ideal:g} hours a week would be best."


def _availability(profile: VocationalProfile) -> Iterator[str]:
    for window in profile.availability[:_MOST_TOLD]:
        yield _window(window)
    shift = profile.shift
    if shift.max_hours is not None:
        yield f"A shift of up to {shift.max_hours:g} hours suits them."
    for welcome, when in ((shift.nights, "nights"), (shift.weekends, "weekends")):
        match welcome:
            case Welcome.YES:
                yield f"They can work {when}."
            case Welcome.IF_NEEDED:
                yield f"They can work {when} if needed."
            case Welcome.NO:
                yield f"They do not work {when}."


def _travel(profile: VocationalProfile) -> Iterator[str]:
    if profile.travel.max_minutes is not None:
        yield f"They travel up to {profile.travel.max_minutes:g} minutes to work."
    if profile.travel.max_km is not None:
        yield f"They travel up to {profile.travel.max_km:g} km to work."
    if profile.remote in _REMOTE_WORDS:
        yield _REMOTE_WORDS[profile.remote]


def _adjustments(profile: VocationalProfile) -> Iterator[str]:
    catalogue = load_catalogue()
    for need in profile.adjustments:
        ways = [catalogue.adjustment(slug).offer for slug in (need.slug, *need.alternatives)]
        yield f"It would help to have {_either(ways)}."


def _sensory(profile: VocationalProfile) -> Iterator[str]:
    catalogue = load_catalogue()
    for dimension, tolerance in profile.sensory.items():
        entry = catalogue.dimension(dimension.value)
        match tolerance.direction:
            case Direction.AVOID:
                # The level's own words say what is meant; "low" means something else to everybody.
                yield f"They work best where {entry.label} is no more than: {entry.levels[tolerance.tolerance]}."
            case Direction.SEEK:
                yield f"They like {entry.label} of at least: {entry.levels[tolerance.tolerance]}."
            case Direction.NEUTRAL:
                continue
        ways = [catalogue.adjustment(slug).offer for slug in tolerance.mitigations]
        if ways and tolerance.direction is Direction.AVOID:
            yield f"With {entry.label}, this would help: {_either(ways)}."


def _physical(profile: VocationalProfile) -> Iterator[str]:
    limits = profile.physical
    if limits.lift_max_kg is not None:
        yield (
            f"They lift up to {limits.lift_max_kg:g} kg." if limits.lift_max_kg else "Work without lifting suits them."
        )
    if limits.stand_max_minutes is not None:
        yield f"They can stand for up to {limits.stand_max_minutes:g} minutes at a time."
    if limits.walk_max_minutes is not None:
        yield f"They can walk for up to {limits.walk_max_minutes:g} minutes at a time."
    if limits.climb is False:
        yield "Work without climbing suits them."


_TELLERS: dict[ConsentItem, Callable[[VocationalProfile], Iterator[str]]] = {
    ConsentItem.STRENGTHS: _strengths,
    ConsentItem.WORK_HISTORY: _work_history,
    ConsentItem.HOURS: _hours,
    ConsentItem.AVAILABILITY: _availability,
    ConsentItem.TRAVEL: _travel,
    ConsentItem.ADJUSTMENTS: _adjustments,
    ConsentItem.SENSORY: _sensory,
    ConsentItem.PHYSICAL: _physical,
}


def _window(window: Window) -> str:
    times = f"{_days(window.span.days)} from {_time(window.span.starts)} to {_time(window.span.ends)}"
    match window.kind:
        case WindowKind.CAN:
            return f"They can work {times}."
        case WindowKind.PREFER:
            return f"They prefer {times}."
        case WindowKind.CANNOT:
            return f"They are not free {times}."


def _days(days: Iterable[Day]) -> str:
    named = [_DAY_WORDS[day] for day in days]
    if len(named) == len(DAYS):
        return "on every day"
    if named == [_DAY_WORDS[day] for day in DAYS[:5]]:
        return "Monday to Friday"
    return "on " + (named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}")


def _time(minute: int) -> str:
    day_minute = minute % 1440
    return "midnight" if day_minute == 0 else f"{day_minute // 60:02d}:{day_minute % 60:02d}"


def _either(ways: list[str]) -> str:
    """As many ways as a sentence can bear."""
    kept = ways[:1]
    for way in ways[1:]:
        if len(" or ".join([*kept, way]).split()) > MOST_WORDS - 8:
            break
        kept.append(way)
    return " or ".join(kept)


def _phrase(text: str) -> str:
    """Somebody's own words inside a sentence of ours: on one line, without a full stop of their own."""
    return " ".join(text.split()).rstrip(".!? ")


def _short(sentence: str) -> str:
    words = sentence.split()
    return sentence if len(words) <= MOST_WORDS else " ".join(words[:MOST_WORDS]).rstrip(",;:.") + " …"
