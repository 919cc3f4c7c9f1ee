"""Templates into pages: our templates are strict about what they are given, the GOV.UK macros need not be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader, StrictUndefined

from api.pages.assets import asset_url
from api.pages.done import DONE
from api.pages.labels import label
from api.pages.saying import Refusal
from api.pages.typed import Typed
from api.pages.words import FILTERS

_MACROS = "govuk_frontend_jinja"


def _camel(folder: str) -> str:
    return "govuk" + "".join(part.title() for part in folder.split("-"))


@cache
def _govuk() -> Mapping[str, Any]:
    """Every GOV.UK macro by its name, from an environment of their own: they read parameters that were not given."""
    environment = Environment(
        loader=PrefixLoader({_MACROS: PackageLoader(_MACROS)}), autoescape=True, undefined=ChainableUndefined
    )
    found = {}
    for folder in files(_MACROS).joinpath("templates", "components").iterdir():
        if folder.is_dir():
            name = _camel(folder.name)
            module = environment.get_template(f"{_MACROS}/components/{folder.name}/macro.html").module
            found[name] = getattr(module, name)
    return found


def _error_items(refusal: Refusal, typed: Typed) -> list[dict[str, str]]:
    """What the summary on top of a page lists, each with a link to its input; a date's is that of its day."""
    return [
        {"text": each.message, **({"href": f"#{_input(each.input, typed)}"} if each.input else {})}
        for each in refusal.said
    ]


def _input(name: str, typed: Typed) -> str:
    return f"{name}-day" if f"{name}-day" in typed.names() else name


@cache
def environment() -> Environment:
    """Our templates: what is put into them is escaped, and a name that nobody gave is an error."""
    made = Environment(
        loader=PackageLoader("api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    made.globals.update(_govuk())
    made.globals.update(asset=asset_url, DONE=DONE, error_items=_error_items)
    made.filters.update(FILTERS, label=label)
    return made


def rendered(template: str, known: Mapping[str, Any]) -> str:
    """A page as HTML."""
    return environment().get_template(template).render(known)
