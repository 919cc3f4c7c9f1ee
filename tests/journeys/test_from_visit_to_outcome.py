"""From a visit to an outcome, over HTTP: what each of the people concerned is told on the way."""

from __future__ import annotations

from tests.journeys.story import Story
def test_x(story):
    for k,v in story.answers.items(): print(k, v.status_code, v.text[:300])
    print(story.leaks[:10], len(story.asked_by_others))
    print(story.reads)
