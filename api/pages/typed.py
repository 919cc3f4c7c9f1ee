"""What somebody typed into a form: kept as it was typed, and read into values with every problem of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from starlette.datastructures import UploadFile

from matching.errors import Invalid, Problem, Where

#: As much as one input takes where its reader does not say otherwise; the same as the JSON routes take.
LONGEST_LINE = 300
LONGEST_TEXT = 4000

#: Fields that belong to the form and not to what is said in it.
CSRF, ONCE, VERSION = "csrf", "once", "version"
_OWN = frozenset({CSRF, ONCE})

_Choice = TypeVar("_Choice", bound=StrEnum)
_Value = TypeVar("_Value")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class Typed:
    """The names and values of a form as they were sent; nothing on a page that is seen for the first time."""

    pairs: Sequence[tuple[str, str]] = ()
    files: Mapping[str, UploadFile] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.pairs) or bool(self.files)

    def get(self, name: str, default: str = "") -> str:
        """The first value of a name."""
        return next((value for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a name, as several boxes were ticked."""
        return tuple(value for key, value in self.pairs if key == name)

    def names(self) -> tuple[str, ...]:
        """Every name once, in order."""
        return tuple(dict.fromkeys(key for key, _ in self.pairs))

    def kept(self) -> tuple[tuple[str, str], ...]:
        """What a form must carry on so that nothing typed is lost: all but the form's own token."""
        return tuple((key, value) for key, value in self.pairs if key not in _OWN)


class FormReader:
    """Reads a form field by field; `done` raises `Invalid` with every problem, in the order of the page.

    A problem's field is the name of its input, and its message a whole sentence.
    """

    def __init__(self, typed: Typed) -> None:
        self._typed = typed
        self._problems: list[Problem] = []

    def refuse(self, name: str, message: str) -> None:
        """Note that an input cannot be taken."""
        self._problems.append(Problem(Where(field=name), message))

    def done(self) -> None:
        """Raise `Invalid` if anything was refused."""
        if self._problems:
            raise Invalid(self._problems)

    def text(self, name: str, *, needed: str = "", most: int = LONGEST_LINE) -> str:
        """One line, without the spaces around it; `needed` is what is said if it is empty."""
        value = self._typed.get(name).strip()
        if _UNSTORABLE.search(value):
            self.refuse(name, "Use letters, figures and usual signs only.")
            return ""
        if len(value) > most:
            self.refuse(name, f"Use at most {most:,} characters. You have {len(value):,}.")
            return value[:most]
        if needed and not value:
            self.refuse(name, needed)
        return value

    def long_text(self, name: str, *, needed: str = "", most: int = LONGEST_TEXT) -> str:
        """Several lines, as they were typed."""
        return self.text(name, needed=needed, most=most).replace("\r\n", "\n")

    def lines(self, name: str, *, most_lines: int = 50) -> tuple[str, ...]:
        """One thing a line; empty lines say nothing."""
        found = tuple(line.strip() for line in self.long_text(name).splitlines() if line.strip())
        if len(found) > most_lines:
            self.refuse(name, f"Give at most {most_lines} lines. You have {len(found)}.")
        for line in found:
            if len(line) > LONGEST_LINE:
                self.refuse(name, f"Make each line at most {LONGEST_LINE} characters.")
                break
        return found

    def number(
        self, name: str, *, least: float = 0, most: float = 1_000_000, needed: str = "", what: str = ""
    ) -> float | None:
        """A number, pounds with or without their sign; `None` if nothing was typed. `what` begins its message."""
        value = self.text(name, needed=needed).replace("£", "").replace(",", "").strip()
        if not value:
            return None
        what = what or "This"
        if not _NUMBER.fullmatch(value):
            self.refuse(name, f"{what} must be a number, such as {_plain(max(least, 16.0))}.")
            return None
        number = float(value)
        if not least <= number <= most:
            self.refuse(name, f"{what} must be between {_plain(least)} and {_plain(most)}.")
            return None
        return number

    def whole(
        self, name: str, *, least: int = 0, most: int = 1_000_000, needed: str = "", what: str = ""
    ) -> int | None:
        """A whole number."""
        number = self.number(name, least=least, most=most, needed=needed, what=what)
        if number is not None and number != int(number):
            self.refuse(name, f"{what or 'This'} must be a whole number.")
            return None
        return None if number is None else int(number)

    def day(self, name: str, *, needed: str = "", what: str = "The date") -> date | None:
        """A date typed as day, month and year in three inputs."""
        parts = [self._typed.get(f"{name}-{part}").strip() for part in ("day", "month", "year")]
        if not any(parts):
            if needed:
                self.refuse(name, needed)
            return None
        if not all(part.isascii() and part.isdecimal() and len(part) <= 4 for part in parts) or len(parts[2]) != 4:
            self.refuse(name, f"{what} must have a day, a month and a year, such as 27 3 2026.")
            return None
        day, month, year = map(int, parts)
        try:
            return date(year, month, day)
        except ValueError:
            self.refuse(name, f"{what} must be a real date.")
            return None

    def choice(self, name: str, kind: type[_Choice], *, needed: str = "") -> _Choice | None:
        """One of the values of an enum; `None` if nothing was chosen."""
        value = self._typed.get(name)
        if not value:
            if needed:
                self.refuse(name, needed)
            return None
        try:
            return kind(value)
        except ValueError:
            self.refuse(name, needed or "Choose one of the answers.")
            return None

    def choices(self, name: str, kind: type[_Choice], *, needed: str = "") -> tuple[_Choice, ...]:
        """Those values of an enum whose boxes were ticked."""
        chosen = [value for value in self._typed.all(name) if value]
        if not chosen and needed:
            self.refuse(name, needed)
        try:
            return tuple(dict.fromkeys(kind(value) for value in chosen))
        except ValueError:
            self.refuse(name, needed or "Choose from the answers given.")
            return ()

    def one_of(self, name: str, values: Iterable[str], *, needed: str = "") -> str:
        """One of some words; empty if nothing was chosen."""
        value = self._typed.get(name)
        if (value and value not in set(values)) or (needed and not value):
            self.refuse(name, needed or "Choose one of the answers.")
            return ""
        return value

    def any_of(self, name: str, values: Iterable[str], *, needed: str = "") -> tuple[str, ...]:
        """Those of some words whose boxes were ticked."""
        chosen = tuple(dict.fromkeys(value for value in self._typed.all(name) if value))
        if not set(chosen) <= set(values) or (needed and not chosen):
            self.refuse(name, needed or "Choose from the answers given.")
            return ()
        return chosen

    def yes_no(self, name: str, *, needed: str = "") -> bool | None:
        """Yes, no, or nothing said."""
        return {"yes": True, "no": False}.get(self.one_of(name, ("yes", "no", "unknown"), needed=needed))

    def version(self) -> int:
        """The version of what the form changes, as its page was read."""
        value = self._typed.get(VERSION)
        return int(value) if value.isascii() and value.isdecimal() and len(value) <= 9 else 0


def given(value: _Value | None) -> _Value:
    """A value that the form is refused without, so that it is there once `done` has let the form pass.

    Nothing stands in for one that is missing: a date or a source that nobody told would be kept as if somebody had.
    """
    if value is None:
        raise RuntimeError("a form was let pass without a value that it needs")
    return value


def _plain(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:,}"
