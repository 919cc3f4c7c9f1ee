"""States of the pages on what employers may know."""

from tests.pages.states import State

_ALL = "/participants/{participant_id}/consents"

STATES = [
    State(name="consents", path=_ALL),
    State(name="consents, none", path="/participants/{participant_id:new}/consents"),
    State(name="consent, which employer", path=f"{_ALL}/new"),
    State(name="consent, no such employer", path=f"{_ALL}/new?search=nothing+of+this+name"),
    State(name="consent to record", path=f"{_ALL}/new?employer={{employer_id}}"),
    State(
        name="consent refused",
        path=f"{_ALL}/new?employer={{employer_id}}",
        typed={"choice": "yes", "given_on-day": "31", "given_on-month": "2"},
    ),
    State(
        name="consent refused, a no that names something",
        path=f"{_ALL}/new?employer={{employer_id}}",
        typed={"choice": "no", "items": ["name"], "method": "phone", "given_on-year": "2030"},
    ),
    State(name="consent to take back", path=f"{_ALL}/{{consent_id}}/withdraw"),
    State(
        name="consent to take back, refused",
        path=f"{_ALL}/{{consent_id}}/withdraw",
        typed={"withdrawn_on-day": "1", "withdrawn_on-month": "1", "withdrawn_on-year": "2020"},
    ),
    State(name="consent, what we may tell", path=f"{_ALL}/tell/{{employer_id}}"),
    State(name="consent, nothing to tell", path="/participants/{participant_id:new}/consents/tell/{employer_id}"),
]
