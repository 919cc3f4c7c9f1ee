"""What a page offers: its forms with their inputs, read from the HTML as a browser would."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Input:
    """One input of a form: what it is called, its kind, what is in it, and what may be chosen."""

    name: str
    kind: str
    value: str = ""
    checked: bool = False
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    """A form of a page."""

    action: str
    method: str
    takes_file: bool = False
    inputs: list[Input] = field(default_factory=list)

    def as_shown(self) -> dict[str, list[str]]:
        """What would be sent if nothing were touched."""
        sent: dict[str, list[str]] = {}
        for each in self.inputs:
            if each.kind in ("radio", "checkbox") and not each.checked:
                continue
            if each.kind in ("submit", "button", "file") or not each.name:
                continue
            sent.setdefault(each.name, []).append(each.value)
        return sent

    def filled_with(self, text: str) -> dict[str, list[str]]:
        """The same with a text in every input that takes any, and the last choice of every other."""
        sent = self.as_shown()
        for each in self.inputs:
            if each.kind in ("text", "search", "textarea", "email"):
                sent[each.name] = [text]
            elif each.kind in ("radio", "checkbox"):
                sent[each.name] = [each.value]
            elif each.kind == "select" and each.choices:
                sent[each.name] = [each.choices[-1]]
        return sent


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.faults: list[str] = []
        self._form: Form | None = None
        self._input: Input | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.faults.extend(f"{name} on <{tag}>" for name in said if name == "style" or name.startswith("on"))
        if tag == "script" and not said.get("src", "").startswith("/assets/"):
            self.faults.append("a script that is not a file of ours")
        if tag in ("img", "link", "iframe", "source", "script") and "//" in said.get("src", "") + said.get("href", ""):
            self.faults.append(f"<{tag}> asks elsewhere")
        if tag == "form":
            self._form = Form(
                action=said.get("action", ""),
                method=said.get("method", "get").lower(),
                takes_file=said.get("enctype") == "multipart/form-data",
            )
            self.forms.append(self._form)
        if self._form is None:
            return
        if tag == "input" or (tag == "button" and said.get("type", "submit") == "submit"):
            kind = said.get("type", "text") if tag == "input" else "submit"
            self._form.inputs.append(
                Input(name=said.get("name", ""), kind=kind, value=said.get("value", ""), checked="checked" in said)
            )
        elif tag in ("textarea", "select"):
            self._input = Input(name=said.get("name", ""), kind=tag)
            self._form.inputs.append(self._input)
        elif tag == "option" and self._input is not None:
            self._input.choices.append(said.get("value", ""))
            if "selected" in said or len(self._input.choices) == 1:
                self._input.value = said.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._input is not None and self._input.kind == "textarea":
            self._input.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag in ("textarea", "select"):
            self._input = None


def forms_of(html: str) -> list[Form]:
    """Every form of a page."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def faults_of(html: str) -> list[str]:
    """What no page may hold: styles and scripts in the page itself, and anything of others."""
    reader = _Reader()
    reader.feed(html)
    return reader.faults
