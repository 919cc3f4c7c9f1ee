"""Text and scripts out of HTML, also out of HTML that means harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.feeds.html_text import html_to_text, ld_json_scripts

TEXTS = [
    ("Tea and cake", "Tea and cake"),
    ("R&D at M&S, for <5 hours & a>b", "R&D at M&S, for <5 hours & a>b"),
    ("<p>One</p><ul><li>two<li>three</ul>", "One\ntwo\nthree"),
    ("a<br/>b<BR>c", "a\nb\nc"),
    ("caf&eacute; &#8211; bar&nbsp;food", "café – bar food"),
    ("&lt;p&gt;Tea &amp;amp; cake&lt;/p&gt;", "Tea & cake"),
    ("&amp;lt;b&amp;gt;Tea&amp;lt;/b&amp;gt;", "Tea"),
    ("<p>a</p><script>x('<p>')</script><p>b</p>", "a\nb"),
    ("<p>a<!-- hidden --> b</p>", "a b"),
    ("<p>cut off <b", "cut off <b"),
    ("  many   spaces \n\n\n and lines \r\n", "many spaces\nand lines"),
    ("bell\x07 and zero\x00", "bell and zero"),
]


@pytest.mark.parametrize(("html", "text"), TEXTS)
def test_markup_is_taken_off(html: str, text: str) -> None:
    assert html_to_text(html) == text


SCRIPTS = [
    ("none", "<p>hello</p>", []),
    ("one", '<script type="application/ld+json">{}</script>', ["{}"]),
    ("several", '<script type="application/ld+json">1</script>' * 2, ["1", "1"]),
    ("other quotes and case", "<SCRIPT Type='Application/LD+JSON'>1</SCRIPT >", ["1"]),
    ("no quotes", "<script type=application/ld+json>1</script>", ["1"]),
    ("a charset", '<script type="application/ld+json; charset=utf-8">1</script>', ["1"]),
    ("other attributes", '<script id="a>b" type="application/ld+json" data-x=\'y>z\'>1</script>', ["1"]),
    ("another type", '<script type="text/javascript">1</script>', []),
    ("in a comment", '<!-- <script type="application/ld+json">1</script> -->', []),
    ("quoted by a script", """<script>x = '<script type="application/ld+json">1';</script>""", []),
    ("after an empty comment", '<!--><script type="application/ld+json">1</script>', ["1"]),
    ("cut off", '<script type="application/ld+json">{"a"', [None]),
]  # fmt: skip


@pytest.mark.parametrize(("html", "found"), [case[1:] for case in SCRIPTS], ids=[case[0] for case in SCRIPTS])
def test_json_ld_scripts_are_found(html: str, found: list[str | None]) -> None:
    assert [*ld_json_scripts(html)] == found


HOSTILE = ["<", "<!", "<a ", "<!--", "</", "<p", "&#", "&lt;", "<p a='", "<![CDATA[", "<script>", "<style>", "</p<p"]


@pytest.mark.parametrize("piece", [*HOSTILE, "<script a='", "<script ", '<script type="application/ld+json">'])
def test_time_grows_with_the_size_and_not_with_its_square(piece: str) -> None:
    # The html.parser of Python 3.11.7 takes 91 seconds for the third of these.
    html = "<p>" + piece * (100_000 // len(piece))
    before = time.process_time()
    html_to_text(html)
    list(ld_json_scripts(html))
    assert time.process_time() - before < 2


@given(st.text(alphabet="<>/!-&;#\"'= abpscriptldjson+lt\n\0", max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert isinstance(html_to_text(text), str)
    list(ld_json_scripts(text))


@given(st.text(alphabet=st.characters(whitelist_categories=["L", "N"]), min_size=1))
def test_plain_words_stay_as_they_are(words: str) -> None:
    assert html_to_text(words) == words
    assert html_to_text(f"<p>{words}</p>") == words
