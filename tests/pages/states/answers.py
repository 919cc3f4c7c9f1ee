"""States of the answers of employers."""

from tests.pages.states import State

_NOISE = "/roles/{vacancy_id:team}/answer?about=sensory.noise"
_TOLD = {"source": "phone"}

STATES = [
    State(name="answer, which question", path="/roles/{vacancy_id:team}/answer"),
    State(name="answer, no question", path="/roles/{vacancy_id:closed}/answer"),
    State(name="answer on hours", path="/roles/{vacancy_id:team}/answer?about=hours.weekly_hours"),
    State(name="answer on noise", path=_NOISE),
    State(name="answer on noise that is known", path="/roles/{vacancy_id}/answer?about=sensory.noise"),
    State(name="answer on days and times", path="/roles/{vacancy_id:team}/answer?about=availability.can"),
    State(name="answer on pay", path="/roles/{vacancy_id:team}/answer?about=pay.floor"),
    State(name="answer on an adjustment", path="/roles/{vacancy_id:team}/answer?about=adjustments.place.quiet_room"),
    State(name="answer on parts of the job", path="/roles/{vacancy_id:team}/answer?about=exclusions.no_cash_handling"),
    State(name="answer on qualifications", path="/roles/{vacancy_id:team}/answer?about=requirements.qualifications"),
    State(name="answer on a driving licence", path="/roles/{vacancy_id:team}/answer?about=requirements.driving"),
    State(name="answer on the place", path="/roles/{vacancy_id:team}/answer?about=travel.distance"),
    State(name="answer refused, nothing chosen", path=_NOISE, typed={}),
    State(
        name="answer refused, hours",
        path="/roles/{vacancy_id:team}/answer?about=hours.weekly_hours",
        typed={**_TOLD, "hours.min": "30", "hours.max": "20"},
    ),
    State(
        name="answer refused, days and times",
        path="/roles/{vacancy_id:team}/answer?about=availability.can",
        typed={**_TOLD, "pattern.shifts.1.from": "9", "pattern.shifts.2.days": ["mon"]},
    ),
    State(name="answer saved", path="/roles/{vacancy_id}/answers/{answer_id}?done=answer-saved"),
    State(name="answer saved, of other people", path="/roles/{vacancy_id}/answers/{answer_id}", who="eve"),
]
