"""States of the contacts with employers."""

from tests.pages.states import State

STATES = [
    State(name="new contact, which employer", path="/contacts/new"),
    State(name="new contact, no employer", path="/contacts/new", world="empty"),
    State(name="new contact, none found", path="/contacts/new?search=nothing+of+this+name"),
    State(name="new contact", path="/contacts/new?employer={employer_id}"),
    State(name="new contact for somebody", path="/contacts/new?employer={employer_id}&participant={participant_id}"),
    State(name="new contact of employer engagement", path="/contacts/new?employer={employer_id}", who="eve"),
    State(name="new contact refused", path="/contacts/new?employer={employer_id}", typed={"on-day": "40"}),
    State(name="contact", path="/contacts/{contact_id}"),
    State(name="contact of a colleague", path="/contacts/{contact_id}", who="ben"),
    State(name="contact to change", path="/contacts/{contact_id}/change"),
    State(
        name="contact changed meanwhile",
        path="/contacts/{contact_id}/change",
        typed={"version": "0", "notes": "They like to be called before nine."},
        status=412,
    ),
    State(name="contacts for somebody", path="/participants/{participant_id}/contacts"),
    State(name="contacts with an employer", path="/employers/{employer_id}/contacts"),
    State(
        name="contacts with an employer, of employer engagement", path="/employers/{employer_id}/contacts", who="eve"
    ),
]
