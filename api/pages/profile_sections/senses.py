"""One sense: whether the person keeps away from it or seeks it, and how much, in the words of its levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.pages.profile_sections.parts import UNKNOWN_CHOICE, Option, Pair, Part
from api.pages.profile_words import FIXED, FLEXIBLE, NOT_KNOWN, known, offer
from api.pages.typed import FormReader, Typed
from api.pages.words import sentence
from matching.model.sensory import HIGHEST_LEVEL, Direction
from matching.taxonomy import load_catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class SensePart(Part):
    """A dimension of the catalogue."""

    kind = "sense"

    @property
    def dimension(self) -> str:
        """Its slug."""
        return self.field.partition(".")[2]

    @property
    def directions(self) -> tuple[Option, ...]:
        """What it may be to the person."""
        return (
            (Direction.AVOID, "They avoid too much of it"),
            (Direction.NEUTRAL, "They do not mind"),
            (Direction.SEEK, "They do better with more of it"),
            (UNKNOWN_CHOICE, NOT_KNOWN),
        )

    @property
    def levels(self) -> tuple[Option, ...]:
        """Its levels in words, from little to much."""
        words = load_catalogue().dimension(self.dimension).levels
        return tuple((str(level), sentence(text)) for level, text in enumerate(words))

    @property
    def ends(self) -> tuple[Option, ...]:
        """What becomes of a role where it is otherwise."""
        return (("yes", FIXED), ("no", FLEXIBLE))

    def helps(self, value: Any) -> tuple[Option, ...]:
        """What may take some of it away: what the catalogue says, and what is written down already."""
        slugs = [each.slug for each in load_catalogue().mitigations_for(self.dimension)]
        slugs += [slug for slug in known((value or {}).get("mitigations")) or () if slug not in slugs]
        return tuple((slug, sentence(offer(slug))) for slug in slugs)

    def show(self, value: Any) -> list[Pair]:
        asked = [(f"{self.name}.asked", "yes")]
        if value is None:
            return [*asked, (f"{self.name}.direction", UNKNOWN_CHOICE), (f"{self.name}.hard", "no")]
        pairs = [
            *asked,
            (f"{self.name}.direction", known(value.get("direction")) or Direction.AVOID),
            (f"{self.name}.level", str(int(value["tolerance"]))),
            (f"{self.name}.hard", "yes" if known(value.get("hard")) else "no"),
        ]
        return [*pairs, *((f"{self.name}.helps", slug) for slug in known(value.get("mitigations")) or ())]

    def read(self, form: FormReader, typed: Typed, was: Any) -> Any:
        direction = form.one_of(f"{self.name}.direction", [option[0] for option in self.directions])
        level = form.one_of(f"{self.name}.level", [option[0] for option in self.levels])
        hard = form.one_of(f"{self.name}.hard", ("yes", "no"))
        helps = self._helps(form, typed, was)
        if direction in ("", UNKNOWN_CHOICE):
            if helps or (level and not direction):
                form.refuse(f"{self.name}.direction", "Say first what it is to them: avoid, do not mind, or do better.")
            return None
        if not level and direction != Direction.NEUTRAL:
            form.refuse(f"{self.name}.level", "Choose how much of it they are fine with.")
            return None
        said: dict[str, Any] = {"tolerance": int(level) if level else HIGHEST_LEVEL, "direction": direction}
        if hard == "yes":
            said["hard"] = True
        return said | ({"mitigations": helps} if helps else {})

    def _helps(self, form: FormReader, typed: Typed, was: Any) -> Sequence[str]:
        chosen = list(dict.fromkeys(value for value in typed.all(f"{self.name}.helps") if value))
        if not set(chosen) <= {option[0] for option in self.helps(was)}:
            form.refuse(f"{self.name}.helps", "Choose from the answers given.")
            return ()
        return chosen
