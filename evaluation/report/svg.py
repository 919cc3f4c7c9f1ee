"""Figures as SVG that may stand in a page: accessible, without styles, and the same bytes for the same numbers.

Matplotlib writes styles into each element, which a strict content policy forbids, and ids that two figures of one page
would share. Both are rewritten here.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_FONTS = "Arial, Helvetica, sans-serif"
_NAMED = re.compile(r"url\(#([^)]+)\)")
# Control characters, and what XML cannot hold: a word of the history may bring them along.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

register_namespace("", _SVG)

#: What matplotlib is told: text stays text, and nothing in a word is taken for mathematics.
STYLE = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "text.usetex": False,
    "axes.unicode_minus": True,
    "font.family": "DejaVu Sans",  # ships with matplotlib, so that figures are laid out alike on every machine
}


def written(figure: Figure, *, name: str, title: str, says: str) -> str:
    """Return a figure as an `<svg>` element named `name`, with a title and a description for who cannot see it."""
    import matplotlib as mpl

    file = io.BytesIO()
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    root = fromstring(file.getvalue())
    for each in [each for each in root if each.tag == f"{{{_SVG}}}metadata"]:
        root.remove(each)
    _without_styles(root)
    _with_own_ids(root, name)
    _described(root, name=name, title=title, says=says)
    return tostring(root, encoding="unicode") + "\n"


def plain(text: str) -> str:
    """A text as XML may hold it.

    >>> plain("Ash\\x07 House")
    'Ash House'
    """
    return _NOT_IN_XML.sub("", text)


def _without_styles(root: Element) -> None:
    """Say by attributes what the styles say; the one style sheet is inherited from the root instead."""
    for parent in root.iter():
        for child in [child for child in parent if child.tag == f"{{{_SVG}}}style"]:
            parent.remove(child)
        for stated in filter(None, (part.strip() for part in parent.attrib.pop("style", "").split(";"))):
            what, _, value = stated.partition(":")
            parent.set(what.strip(), _FONTS if what.strip() == "font-family" else value.strip())
        if "d" in parent.attrib:
            parent.set("d", " ".join(parent.attrib["d"].split()))
        if parent.get("transform", "").startswith("rotate(-0 "):
            del parent.attrib["transform"]
        parent.text, parent.tail = _without_breaks(parent.text), None
    root.attrib.update({"stroke-linejoin": "round", "stroke-linecap": "butt"})


def _without_breaks(text: str | None) -> str | None:
    return text if text and text.strip() else None


def _with_own_ids(root: Element, name: str) -> None:
    """Keep the ids that something points to, under the name of the figure."""
    pointed_to = {
        found for each in root.iter() for value in each.attrib.values() for found in _NAMED.findall(value)
    } | {each.attrib[_XLINK][1:] for each in root.iter() if _XLINK in each.attrib}
    for each in root.iter():
        if _XLINK in each.attrib:
            each.set("href", f"#{name}-{each.attrib.pop(_XLINK)[1:]}")
        for what, value in each.attrib.items():
            each.set(what, _NAMED.sub(lambda found: f"url(#{name}-{found[1]})", value))
        if (own := each.attrib.pop("id", None)) in pointed_to:
            each.set("id", f"{name}-{own}")


def _described(root: Element, *, name: str, title: str, says: str) -> None:
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.attrib.update(
        {"role": "img", "class": "figure", "aria-labelledby": f"{name}-title", "aria-describedby": f"{name}-says"}
    )
    for place, (tag, text) in enumerate((("title", title), ("desc", says))):
        told = SubElement(root, f"{{{_SVG}}}{tag}", {"id": f"{name}-{'title' if tag == 'title' else 'says'}"})
        told.text = plain(text)
        root.remove(told)
        root.insert(place, told)
