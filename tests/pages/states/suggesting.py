"""States of the pages that read pasted text."""

from tests.pages.states import State

_NOTES = """Job title: Kitchen helper
Hazel Bakery, ME14 1XX. 16 to 20 hours a week, £12.50 an hour. No weekends.
There is a quiet room upstairs. Headphones may be fine. Loud machinery, you have to shout.
It is very busy at noon. Enhanced DBS needed. Lifting up to 15 kg.
Duties:
- wash the dishes
- clear the tables
"""

STATES = [
    State(name="paste", path="/roles/new/paste"),
    State(name="paste refused", path="/roles/new/paste", typed={"text": ""}),
    State(name="paste, facts found", path="/roles/new/paste", typed={"text": _NOTES}, status=200),
    State(name="paste, nothing found", path="/roles/new/paste", typed={"text": "Spoke to Jo."}, status=200),
]
