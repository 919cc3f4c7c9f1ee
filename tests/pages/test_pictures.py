"""The picture of ten senses: what it draws, in shapes and patterns, and that it asks for nothing a page may not get."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from api.pages.pictures import Band, Level, Sense, senses_key, senses_picture

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*senses: Sense) -> ElementTree.Element:
    return ElementTree.fromstring(str(senses_picture(senses)))  # noqa: S314 - our own


def sense(*levels: Level | None, comfortable: Band | None = None, name: str = "Noise") -> Sense:
    return Sense(name=name, comfortable=comfortable, levels=levels)


def test_it_has_a_title_and_says_where_the_same_stands_in_words() -> None:
    picture = drawn(sense(Level(typical=1, peak=1), None))
    named = {element.get("id"): element.text for element in picture}
    assert picture.get("role") == "img"
    assert [named[each] for each in picture.get("aria-labelledby", "").split()] == [
        "Two roles and the senses",
        "1 of 2 levels are known. The table after this picture says each of them in words.",
    ]


def test_the_first_role_is_a_disc_and_the_second_a_diamond() -> None:
    known = Level(typical=2, peak=2)
    assert len(drawn(sense(known, None)).findall(f"{SVG}circle")) == 1
    assert not drawn(sense(None, known)).findall(f"{SVG}circle")


def test_a_higher_level_stands_further_to_the_right() -> None:
    picture = drawn(*(sense(Level(typical=level, peak=level), None) for level in range(5)))
    places = [float(disc.get("cx", "0")) for disc in picture.findall(f"{SVG}circle")]
    assert places == sorted(places)
    assert len(set(places)) == 5


def test_what_nobody_knows_is_a_question_mark_and_stands_at_no_level() -> None:
    picture = drawn(sense(None, None))
    marks = [text for text in picture.findall(f"{SVG}text") if text.text == "?"]
    lowest = float(drawn(sense(Level(typical=0, peak=0), None)).findall(f"{SVG}circle")[0].get("cx", "0"))
    assert len(marks) == 2
    assert all(float(mark.get("x", "0")) < lowest - 20 for mark in marks)


def test_where_the_person_is_at_ease_is_a_field_of_stripes() -> None:
    picture = drawn(sense(None, None, comfortable=Band(least=0, most=2)))
    assert [each for each in picture.findall(f"{SVG}rect") if each.get("fill") == "url(#senses-ease)"]


def test_words_are_put_in_as_words() -> None:
    assert "<script>" not in str(senses_picture([sense(None, name="<script>")]))


def test_it_has_no_style_and_no_script() -> None:
    both = str(senses_picture([sense(Level(typical=1, peak=3), None, comfortable=Band(least=0, most=4))]))
    both += "".join(str(sign) for sign, _ in senses_key())
    assert not re.search(r"<style|<script|\bstyle=|\bon[a-z]+=|href=", both)
