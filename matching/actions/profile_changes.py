"""Changes of a profile, field by field: put into a document, compared, and told without repeating what was sent.

A field is one of the interchange format (`wanted_work`), or a member of one that has members (`hours.min`,
`sensory.noise`). Two people who change different fields do not meet; two who change the same one do.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from matching.errors import Invalid, Problem, Where, suggestion
from matching.interchange import read_profile
from matching.interchange.profiles import profile_shape
from matching.interchange.shapes import UNKNOWN, Record, TableOf, shown
from matching.model.people import StatementSource
from matching.model.profile import VocationalProfile

Document = Mapping[str, Any]

NO_GO = "travel.no_go"
EMPLOYERS_AVOIDED = "employers_avoided"
#: What only the participant's own specialist sees, by field, and the column that holds it.
SAFETY = {NO_GO: "no_go", EMPLOYERS_AVOIDED: "employers_avoided"}
#: The participant's reference is no statement about them and never changes.
_REF = "participant_ref"
LONGEST_DOCUMENT = 400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A new value of one field, or `None` to make it unknown; who said so, and when."""

    field: str
    value: Any
    source: StatementSource
    said_on: date

    def to_json(self) -> dict[str, Any]:
        """The same as a draft keeps it."""
        return {"value": self.value, "source": self.source.value, "said_on": self.said_on.isoformat()}

    @classmethod
    def from_json(cls, field: str, kept: Mapping[str, Any]) -> Change:
        """Read what a draft has kept."""
        return cls(
            field=field,
            value=kept["value"],
            source=StatementSource(kept["source"]),
            said_on=date.fromisoformat(kept["said_on"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field in which two versions differ; `None` is unknown."""

    field: str
    before: Any
    after: Any


@cache
def members() -> dict[str, tuple[str, ...] | None]:
    """Every field of a profile, with its members if they can be changed one by one."""
    found: dict[str, tuple[str, ...] | None] = {}
    for field in profile_shape().fields:
        if field.name != _REF:
            found[field.name] = _members(field.shape)
    return found


def _members(shape: object) -> tuple[str, ...] | None:
    if isinstance(shape, Record):
        return tuple(field.name for field in shape.fields)
    return tuple(shape.keys) if isinstance(shape, TableOf) else None


def checked(changes: Sequence[Change], *, today: date) -> tuple[Change, ...]:
    """Return the changes with what concerns safety apart; raises `Invalid` with everything that is wrong."""
    problems = []
    for index, change in enumerate(changes):
        place = Where(field="changes").at(index)
        if not _is_field(change.field):
            near = suggestion(change.field[:100], _every_field())
            problems.append(Problem(place.inside("field"), f"is not a field of a profile{near}"))
        if any(overlap(change.field, other.field) for other in changes[:index]):
            problems.append(Problem(place.inside("field"), "is changed twice here; send it once"))
        if change.said_on > today:
            problems.append(Problem(place.inside("said_on"), "cannot be in the future"))
    if not changes:
        problems.append(Problem(Where(field="changes"), "should hold at least one change"))
    if problems:
        raise Invalid(problems)
    return tuple(part for change in changes for part in _apart(change))


def _is_field(field: str) -> bool:
    name, dot, member = field.partition(".")
    if name not in members():
        return False
    return not dot or member in (members()[name] or ())


def _every_field() -> list[str]:
    return [
        *members(),
        *(f"{name}.{member}" for name, inner in members().items() for member in inner or ()),
    ]


def _apart(change: Change) -> Iterator[Change]:
    """A change of `travel` as a whole leaves no-go areas as they are, unless it names them."""
    if change.field == "travel" and isinstance(change.value, dict) and "no_go" in change.value:
        rest = {name: value for name, value in change.value.items() if name != "no_go"}
        yield _with(change, field=NO_GO, value=change.value["no_go"])
        if not rest:
            return
        yield _with(change, field="travel", value=rest)
        return
    yield change


def _with(change: Change, *, field: str, value: Any) -> Change:
    return Change(field=field, value=value, source=change.source, said_on=change.said_on)


def overlap(field: str, other: str) -> bool:
    """Whether two fields are the same, or one is a member of the other; safety stands apart from `travel`."""
    if field == other:
        return True
    if field in SAFETY or other in SAFETY:
        return False
    return field.startswith(f"{other}.") or other.startswith(f"{field}.")


def applied(document: Document, changes: Iterable[Change]) -> dict[str, Any]:
    """Return the document with changes in it."""
    changed = dict(document)
    for change in changes:
        name, dot, member = change.field.partition(".")
        if not dot:
            _put(changed, name, change.value)
            continue
        inner = dict(changed[name]) if isinstance(changed.get(name), dict) else {}
        _put(inner, member, change.value)
        _put(changed, name, inner or None)
    return changed


def _put(values: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        values.pop(name, None)
    else:
        values[name] = value


def applied_safety(safety: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """Return what concerns safety, by field, with changes in it; unknown is an empty list."""
    changed = {field: safety.get(field) or [] for field in SAFETY}
    for change in changes:
        changed[change.field] = [] if change.value in (None, UNKNOWN) else change.value
    return changed


def joined(document: Document, safety: Mapping[str, Any], *, ref: str) -> dict[str, Any]:
    """Return the whole interchange document, with the reference and what concerns safety."""
    whole: dict[str, Any] = {_REF: ref, **document}
    if safety.get(NO_GO):
        travel = whole.get("travel")
        whole["travel"] = {**(travel if isinstance(travel, dict) else {}), "no_go": safety[NO_GO]}
    if safety.get(EMPLOYERS_AVOIDED):
        whole[EMPLOYERS_AVOIDED] = safety[EMPLOYERS_AVOIDED]
    return whole


def read_discreetly(document: Document) -> VocationalProfile:
    """Read a whole profile; raises `Invalid` with every problem by its field, and never with what was sent."""
    try:
        return read_profile(document, Where())
    except Invalid as error:
        raise Invalid([_without_value(problem, document) for problem in error.problems]) from None


def differences(before: Document, after: Document) -> list[Difference]:
    """Return the fields in which two documents differ, as narrowly as they can be changed."""
    found = []
    for name in members():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        inner = members()[name]
        if inner is None or not isinstance(old, dict | None) or not isinstance(new, dict | None):
            found.append(Difference(field=name, before=old, after=new))
            continue
        for member in inner:
            was, is_now = (old or {}).get(member), (new or {}).get(member)
            if was != is_now:
                found.append(Difference(field=f"{name}.{member}", before=was, after=is_now))
    return found


def value_of(document: Document, field: str) -> Any:
    """Return what a document says in a field; `None` if it says nothing."""
    name, dot, member = field.partition(".")
    value = document.get(name)
    if not dot:
        return value
    return value.get(member) if isinstance(value, dict) else None


def stated(
    statements: Mapping[str, Any], changes: Iterable[Change], *, written_by: str, written_on: date
) -> dict[str, Any]:
    """Return the statements behind a profile, with those of changes in the place of what they replace."""
    kept = dict(statements)
    for change in changes:
        for field in [field for field in kept if field.startswith(f"{change.field}.")]:
            del kept[field]
        kept[change.field] = {
            "source": change.source.value,
            "said_on": change.said_on.isoformat(),
            "written_by": written_by,
            "written_on": written_on.isoformat(),
        }
    return kept


def split(changes: Iterable[Change]) -> tuple[list[Change], list[Change]]:
    """Return changes that others may see, and those that concern safety."""
    every = list(changes)
    return [each for each in every if each.field not in SAFETY], [each for each in every if each.field in SAFETY]


# Problems without values: a message names the field and what would be right, not what stood there.

_BETWEEN = re.compile(r"^\S+ is above 'max', which is \S+$")
_KIND_AND_VALUE = re.compile(r", not (text|a number|true or false|a list|an object|null) .*$", re.DOTALL)
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_NAME = re.compile(r"""^(?:'.*'|".*") is not(?= (?:in the catalogue|a field))""", re.DOTALL)
_PLAIN = "is not a value that this field takes"


def _without_value(problem: Problem, document: Document) -> Problem:
    if _NAME.match(problem.message):  # a name that is not ours is somebody's word too
        message = _NAME.sub("holds a name that is not", problem.message)
        return Problem(Where(field=_around(problem.where.field, document)), message)
    message = _BETWEEN.sub("is above 'max'", problem.message)
    message = _KIND_AND_VALUE.sub("", message)
    sent = _leaves(_at(document, problem.where.field))
    for form in sorted({form for value in sent for form in _forms(value)}, key=len, reverse=True):
        message = message.removeprefix(form).lstrip()
        if form.startswith(("'", '"')):
            message = message.replace(form, "this")
    tested = message.casefold()
    if any(word in tested for value in sent for word in _words(value)):
        message = _PLAIN
    return Problem(problem.where, message)


def _around(path: str, document: Document) -> str:
    """The place that a name stands in; the whole field where the name itself looks like a place."""
    outer = path.rpartition(".")[0]
    return outer if isinstance(_at(document, outer), dict) and outer else path.partition(".")[0]


def _at(document: Document, path: str) -> Any:
    """What stands at the place of a problem; the whole document if the place cannot be followed."""
    value: Any = document
    for name, index in _STEP.findall(path):
        if name and isinstance(value, dict) and name in value:
            value = value[name]
        elif index and isinstance(value, list) and 1 <= int(index) <= len(value):
            value = value[int(index) - 1]
        elif name and isinstance(value, dict):
            return None  # a member that is missing: there is nothing to repeat
        else:
            return document
    return value


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for member in value.values() for leaf in _leaves(member)]
    if isinstance(value, list):
        return [leaf for member in value for leaf in _leaves(member)]
    return [] if value is None or isinstance(value, bool) else [value]


def _forms(value: Any) -> Collection[str]:
    """How a value may stand in a message."""
    if isinstance(value, str):
        return {shown(value), shown(" ".join(value.split())), f"'{value.strip()}'", f"'{value[:20]}'"} - {"''"}
    return {shown(value), f"{value:g}"}


def _words(value: Any) -> Collection[str]:
    return {value.strip().casefold()[:20]} if isinstance(value, str) and len(value.strip()) >= 3 else set()
