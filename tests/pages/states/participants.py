"""States of the pages on participants."""

from tests.pages.states import State

_ONE = "/participants/{participant_id}"
_DAY = {"entered_on-day": "2", "entered_on-month": "11", "entered_on-year": "2026"}

STATES = [
    State(name="participants, none", path="/participants", world="empty"),
    State(name="participants", path="/participants"),
    State(name="participants of a team", path="/participants", who="lee"),
    State(name="participants of a team, none", path="/participants", who="lee", world="empty"),
    State(name="participants who left, none", path="/participants?show=left"),
    State(name="participant to take on", path="/participants/new"),
    State(name="participant to take on by a leader", path="/participants/new", who="lee"),
    State(
        name="participant to take on, refused",
        path="/participants/new",
        who="lee",
        typed={"ref": "not a ref", "entered_on-day": "31", "entered_on-month": "2", "route": "out_of_work"},
    ),
    State(name="participant to take on, twice", path="/participants/new", typed={"ref": "P-CANARY"}, status=409),
    State(name="participant, overview", path=_ONE),
    State(name="participant, overview for a leader", path=_ONE, who="lee"),
    State(name="participant, overview at the start", path="/participants/{participant_id:new}"),
    State(name="participant, details", path=f"{_ONE}/change"),
    State(
        name="participant, details refused",
        path=f"{_ONE}/change",
        typed={"entered_on-day": "x", "communication": ["bsl", "easy_read"]},
    ),
    State(
        name="participant, details changed meanwhile",
        path=f"{_ONE}/change",
        typed={"name": "Robin C", "version": "0", "communication": ["bsl"]},
        status=412,
    ),
    State(name="participant, three facts", path="/participants/{participant_id:new}/start"),
    State(name="participant, three facts known before", path=f"{_ONE}/start"),
    State(
        name="participant, three facts refused",
        path="/participants/{participant_id:new}/start",
        typed={"hours_min": "20", "hours_max": "16", "home": "the moon", "max_km": "far"},
    ),
    State(
        name="participant, three facts changed meanwhile",
        path=f"{_ONE}/start",
        typed={"hours_max": "12", "version": "1"},
        status=412,
    ),
    State(name="participant, support", path=f"{_ONE}/status"),
    State(name="participant, support refused", path=f"{_ONE}/status", typed={}),
    State(
        name="participant, support changed meanwhile",
        path=f"{_ONE}/status",
        typed={"status": "paused", "version": "0"},
        status=412,
    ),
    State(name="participant, hand over", path=f"{_ONE}/specialist", who="lee"),
    State(name="participant, hand over refused", path=f"{_ONE}/specialist", who="lee", typed={"seat": ""}),
    State(name="participant, drawn lists", path=f"{_ONE}/objection"),
    State(
        name="participant, drawn lists changed meanwhile",
        path=f"{_ONE}/objection",
        typed={"wants_lists": "no", "version": "0"},
        status=412,
    ),
    State(name="participant, held", path=f"{_ONE}/held"),
    State(name="participant, erase", path=f"{_ONE}/erase", who="lee"),
    State(name="participant, erase refused", path=f"{_ONE}/erase", who="lee", typed={}),
    State(name="participant, last check before erasing", path=f"{_ONE}/erase/check", who="lee"),
    State(name="participant, not for this specialist", path=_ONE, who="ben", status=403),
]
