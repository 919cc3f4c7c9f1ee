"""What a page says when a form cannot be taken: once on top, and once beside each input."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from matching.errors import Conflict, Invalid, Problem, Stale


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message, and the input that it is about; none where it is about the whole."""

    input: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a form came back."""

    status: int
    said: tuple[Said, ...]

    @property
    def by_input(self) -> Mapping[str, str]:
        """The first message of each input."""
        found: dict[str, str] = {}
        for each in self.said:
            if each.input:
                found.setdefault(each.input, each.message)
        return found

    @property
    def is_stale(self) -> bool:
        """Whether somebody else was first."""
        return self.status == STALE


STALE = 412


def refusal_of(error: Invalid | Conflict, says: Mapping[str, tuple[str, str]]) -> Refusal:
    """Put what the domain says into the words of a page."""
    match error:
        case Invalid():
            return Refusal(status=422, said=tuple(_said(problem, says) for problem in error.problems))
        case Stale():
            told = f"{error} What you typed is still here. Look at what is there now, then save again."
            return Refusal(status=STALE, said=(Said(input="", message=told),))
        case _:
            return Refusal(status=409, said=(Said(input="", message=str(error)),))


def _said(problem: Problem, says: Mapping[str, tuple[str, str]]) -> Said:
    """A problem of the domain is a field and what follows on its name; one of a form is a sentence already."""
    field = problem.where.field
    name, subject = says.get(field) or says.get(re.split(r"[.\[]", field)[0]) or (field, "")
    begins = f"{subject or _spoken(field)} " if problem.message[:1].islower() else ""
    message = f"{begins}{problem.message}"
    return Said(input=_id(name), message=message if message.endswith((".", "?")) else f"{message}.")


def _spoken(field: str) -> str:
    spoken = re.sub(r"[._\[\]]+", " ", field).strip()
    return spoken[:1].upper() + spoken[1:] if spoken else "This"


def _id(name: str) -> str:
    """A name that a link can lead to."""
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", name) else ""
