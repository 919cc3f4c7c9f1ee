"""What is read out of HTML: the JSON-LD of a page, and the text of a description, even if it was escaped twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

_MOST_ROUNDS = 3
_MARKUP = re.compile(
    r"</?(?:p|br|div|span|ul|ol|li|b|i|u|em|strong|h[1-6]|a|table|tr|td|th|font|hr|section|script|style)\b[^<>]{0,500}>"
    r"|&(?:[a-z]{2,8}|#\d{1,7}|#x[0-9a-f]{1,6});",
    re.IGNORECASE,
)
_BREAKING = re.compile(
    r"address|article|blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|pre|section|table|td|th|tr|ul", re.IGNORECASE
)
_UNSEEN = frozenset({"script", "style"})
_UNSEEN_END = re.compile(r"</(?:script|style)\b", re.IGNORECASE)
_TAG = re.compile(r"<(?:/?(?P<name>[a-z][a-z0-9]*)\b|[!?])[^<>]*>", re.IGNORECASE)
_SCRIPT_OR_COMMENT = re.compile(r"<!--|<(?P<name>script)(?=[\s>/])", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script(?=[\s>/])[^>]{0,100}>?", re.IGNORECASE)
_LONGEST_TAG = 2000
_ATTRIBUTES = re.compile(r"""(?:[^"'>]|"[^"]*"|'[^']*')*+""")
_LD_JSON = re.compile(r"""\btype\s*=\s*["']?\s*application/ld(?:\+|&\#43;|&\#x2b;)json\b""", re.IGNORECASE)
# Control characters mean nothing in a text, and some databases refuse them.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\ufeff]")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


def html_to_text(html: str) -> str:
    """Return the text of HTML, a line for each block; text that is no HTML only loses odd spaces.

    >>> html_to_text("&lt;p&gt;Tea &amp;amp; cake&lt;/p&gt;")
    'Tea & cake'
    """
    text = html
    for _ in range(_MOST_ROUNDS):
        if not _MARKUP.search(text):
            break
        text = _without_markup(text)
    return _LINES.sub("\n", _SPACES.sub(" ", _CONTROLS.sub(" ", text.replace("\r", "\n")))).strip()


def one_line(html: str) -> str:
    """Return the text of HTML as one line."""
    return " ".join(html_to_text(html).split())


def ld_json_scripts(html: str) -> Iterator[str | None]:
    """Yield the content of each script of type `application/ld+json`; `None` if the page ends inside one.

    Comments and other scripts are passed over whole, so that what they quote is not taken for the page's own.
    """
    at = 0
    while found := _SCRIPT_OR_COMMENT.search(html, at):
        if not found["name"]:
            at = _after(html, "-->", found.start() + 2)
            continue
        starts = _after(html, ">", _end_of_attributes(html, found.end()))
        close = _SCRIPT_END.search(html, starts)
        if _LD_JSON.search(html, found.end(), starts):
            yield html[starts : close.start()] if close else None
        at = close.end() if close else len(html)


def _after(html: str, mark: str, at: int) -> int:
    found = html.find(mark, at)
    return len(html) if found < 0 else found + len(mark)


def _end_of_attributes(html: str, at: int) -> int:
    """Skip over quoted attribute values, which may hold a `>`."""
    found = _ATTRIBUTES.match(html, at, at + _LONGEST_TAG)
    return found.end() if found else at


# The standard html.parser takes more than a minute over 100 kB of "<a <a <a" (before Python 3.11.14 or so), and these
# pages come from strangers; so tags are found by searches that never look at a character twice.
def _without_markup(html: str) -> str:
    pieces = []
    at = 0
    while (opens := html.find("<", at)) >= 0:
        pieces.append(unescape(html[at:opens]))
        if html.startswith("<!--", opens):
            at = _after(html, "-->", opens + 2)
        elif not (tag := _TAG.match(html, opens)):
            pieces.append("<")
            at = opens + 1
        else:
            name = (tag["name"] or "").lower()
            if _BREAKING.fullmatch(name):
                pieces.append("\n")
            at = tag.end()
            if name in _UNSEEN and html[opens + 1] != "/":
                close = _UNSEEN_END.search(html, at)
                at = close.start() if close else len(html)
    return "".join([*pieces, unescape(html[at:])])
