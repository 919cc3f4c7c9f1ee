"""The report as one page of HTML: no script, nothing fetched from anywhere, its only style sheet inside."""

from __future__ import annotations

import base64
import hashlib
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evaluation.report.parts import Report
from evaluation.report.saying import in_hundred, in_words, shown
from evaluation.tables import Unit

_FILES = Path(__file__).parents[1] / "data"


def html_of(report: Report) -> str:
    """The whole page; whatever words the history holds are escaped."""
    style = style_sheet()
    page = _environment().get_template("report.html")
    return page.render(report=report, style=Markup(style), style_digest=digest_of(style))  # noqa: S704  our own file


@cache
def style_sheet() -> str:
    """The style sheet of the page."""
    return (_FILES / "report.css").read_text(encoding="utf-8").strip()


def digest_of(style: str) -> str:
    """A style sheet's digest as a content security policy names it.

    >>> digest_of("")
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    """
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FILES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(shown=shown, in_hundred=in_hundred, Unit=Unit)
    made.filters.update(day=_day, drawn=_drawn)
    return made


def _day(iso: str) -> str:
    return in_words(date.fromisoformat(iso))


def _drawn(svg: str) -> Markup:
    """A figure as it is: written by us, its words escaped where they were drawn."""
    return Markup(svg)  # noqa: S704
