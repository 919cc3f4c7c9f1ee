"""Pictures that pages draw themselves: SVG by attributes alone, told apart by shape and pattern and never by colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from matching.model.sensory import HIGHEST_LEVEL

_WIDTH: Final = 320
_LEFT, _RIGHT = 50, 308  # where level 0 and the highest level stand
_ASIDE: Final = 12  # where what nobody knows stands: beside the levels, at none of them
_ROW, _TOP, _FOOT = 58, 30, 8
_INK, _DEEP, _LINE, _WASH = "#0b0c0c", "#12436d", "#b1b4b6", "#e3ecf5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """From which level to which somebody is at ease."""

    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What a place is usually like, and at its worst."""

    typical: int
    peak: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """One sense: where the person is at ease, and what two roles are like; none is what nobody knows."""

    name: str
    comfortable: Band | None
    levels: Sequence[Level | None]


def senses_picture(senses: Sequence[Sense], *, name: str = "senses") -> Markup:
    """Draw two roles against what a person bears, a row a sense; `name` keeps its ids apart from other pictures'.

    The first role is a disc, the second a diamond, each at what is usual, with a bar to what is worst. A striped field
    is where the person is at ease. A question mark is what nobody knows. The table beside it says the same in words.
    """
    height = _TOP + _ROW * len(senses) + _FOOT
    parts = [
        Markup(
            '<svg class="wp-picture" role="img" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}"'
            ' aria-labelledby="{name}-title {name}-about">'
        ).format(_WIDTH, height, name=name),
        Markup('<title id="{}-title">Two roles and the senses</title>').format(name),
        Markup('<desc id="{}-about">{}</desc>').format(name, _described(senses)),
        _stripes(name),
        _ends(),
        *(_row(sense, _TOP + _ROW * place, name) for place, sense in enumerate(senses)),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def senses_key() -> Sequence[tuple[Markup, str]]:
    """What each sign of the picture means, as a small picture and words, for the list beside it."""
    signs = (
        (_disc(9, 10), "The first role, in the upper line, as it usually is"),
        (_diamond(9, 10), "The second role, in the lower line, as it usually is"),
        (_bar(6, 16, 10, "disc") + _disc(6, 10), "A bar goes to what it is at its worst"),
        (_unknown(9, 10), "Nobody knows yet"),
        (_stripes("key") + _field(1, 17, 2, 16, "key"), "Where the person is at ease"),
    )
    return [(_sign(drawn), words) for drawn, words in signs]


def _sign(drawn: Markup) -> Markup:
    return Markup(
        '<svg width="24" height="24" viewBox="0 0 18 20" aria-hidden="true" focusable="false">{}</svg>'
    ).format(drawn)


def _described(senses: Sequence[Sense]) -> str:
    known = sum(level is not None for sense in senses for level in sense.levels)
    asked = sum(len(sense.levels) for sense in senses)
    return f"{known} of {asked} levels are known. The table after this picture says each of them in words."


def _x(level: float) -> float:
    return round(_LEFT + (_RIGHT - _LEFT) * level / HIGHEST_LEVEL, 1)


def _stripes(name: str) -> Markup:
    return Markup(
        '<defs><pattern id="{}-ease" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="7" height="7" fill="{}"/><path d="M0 0V7" stroke="{}" stroke-width="2"/></pattern></defs>'
    ).format(name, _WASH, "#8fb3d6")


def _ends() -> Markup:
    """Which end is little and which is much."""
    return Markup(
        '<text x="{}" y="14" font-family="Arial, sans-serif" font-size="12" fill="{ink}">Hardly any</text>'
        '<text x="{}" y="14" font-family="Arial, sans-serif" font-size="12" fill="{ink}" text-anchor="end">'
        "Strong most of the time</text>"
    ).format(_LEFT - 8, _WIDTH, ink=_INK)


def _row(sense: Sense, top: int, name: str) -> Markup:
    track = top + 20
    parts = [
        Markup(
            '<text x="0" y="{}" font-family="Arial, sans-serif" font-size="14" font-weight="bold" fill="{}">{}</text>'
        ).format(top + 12, _INK, escape(sense.name)),
    ]
    if sense.comfortable is not None:
        ends = _x(sense.comfortable.least) - 8, _x(sense.comfortable.most) + 8
        parts.append(_field(ends[0], ends[1], track, 32, name))
    parts += [
        Markup('<path d="M{} {}V{}" stroke="{}" stroke-width="1"/>').format(_x(level), track, track + 32, _LINE)
        for level in range(HIGHEST_LEVEL + 1)
    ]
    signs = (_disc, _diamond)
    for place, level in enumerate(sense.levels):
        y = track + 9 + 15 * place
        if level is None:
            parts.append(_unknown(_ASIDE, y))
            continue
        if level.peak > level.typical:
            parts.append(_bar(_x(level.typical), _x(level.peak), y, "disc" if place == 0 else "diamond"))
        parts.append(signs[place](_x(level.typical), y))
    return Markup("").join(parts)


def _field(start: float, end: float, top: float, height: float, name: str) -> Markup:
    return Markup(
        '<rect x="{}" y="{}" width="{}" height="{}" fill="url(#{}-ease)" stroke="{}" stroke-width="1"/>'
    ).format(start, top, round(end - start, 1), height, name, _DEEP)


def _bar(start: float, end: float, y: float, kind: str) -> Markup:
    """From what is usual to what is worst: plain for the first role, broken for the second; both end in a stop."""
    dashes = Markup("") if kind == "disc" else Markup(' stroke-dasharray="4 3"')
    return Markup('<path d="M{} {y}H{end}" stroke="{ink}" stroke-width="3"{dashes}/>').format(
        start, y=y, end=end, ink=_INK, dashes=dashes
    ) + Markup('<path d="M{} {}v10" stroke="{}" stroke-width="3"/>').format(end, y - 5, _INK)


def _disc(x: float, y: float) -> Markup:
    return Markup('<circle cx="{}" cy="{}" r="6" fill="{}"/>').format(x, y, _DEEP)


def _diamond(x: float, y: float) -> Markup:
    return Markup('<path d="M{} {}l7 7l-7 7l-7 -7z" fill="#fff" stroke="{}" stroke-width="2.5"/>').format(
        x, y - 7, _INK
    )


def _unknown(x: float, y: float) -> Markup:
    return Markup(
        '<rect x="{}" y="{}" width="14" height="14" rx="2" fill="#fff" stroke="{ink}" stroke-width="1.5"'
        ' stroke-dasharray="3 2"/><text x="{}" y="{}" text-anchor="middle" font-family="Arial, sans-serif"'
        ' font-size="11" font-weight="bold" fill="{ink}">?</text>'
    ).format(x - 7, y - 7, x, y + 4, ink=_INK)
