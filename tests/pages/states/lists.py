"""States of the pages on shortlists."""

from tests.pages.states import State

_FULL, _KENNEL = "/lists/{shortlist_id:full}", "/lists/{shortlist_id:full}/roles/{vacancy_id:kennel}"

STATES = [
    State(name="lists of a person", path="/participants/{participant_id}/lists"),
    State(name="list to draw up", path="/participants/{participant_id}/lists/new"),
    State(name="list to draw up, against their wish", path="/participants/{participant_id:objecting}/lists/new"),
    State(name="lists, against their wish", path="/participants/{participant_id:objecting}/lists"),
    State(name="list to draw up, nothing known", path="/participants/{participant_id:new}/lists"),
    State(name="lists, none yet", path="/participants/{participant_id:waiting}/lists"),
    State(
        name="list, words being read", path="/participants/{participant_id:waiting}/lists/waiting?job={job_id:waiting}"
    ),
    State(name="list, words read", path="/participants/{participant_id}/lists/waiting?job={job_id}"),
    State(name="list, nearly empty", path="/lists/{shortlist_id}"),
    State(name="list, full", path=_FULL),
    State(name="list, full, to its leader", path=_FULL, who="lee"),
    State(name="list, history", path=f"{_FULL}/history"),
    State(name="list, decision", path=f"{_KENNEL}/decide"),
    State(
        name="list, decision refused",
        path=f"{_KENNEL}/decide",
        typed={"choice": "not_wanted", "reason": ""},
    ),
    State(name="list, role to move", path=f"{_KENNEL}/move?to=down"),
    State(
        name="list, move refused",
        path=f"{_KENNEL}/move",
        typed={"to": "place", "place": "soon"},
    ),
    State(
        name="list, moved meanwhile",
        path=f"{_KENNEL}/move",
        typed={"to": "up", "reason": "fits_wish", "words": "It comes first for them.", "version": "0"},
        status=412,
    ),
    State(name="list, role to take off", path=f"{_KENNEL}/remove"),
    State(
        name="list, taking off refused",
        path=f"{_KENNEL}/remove",
        typed={"reason": "other"},
    ),
    State(name="list, role to look for", path="/lists/{shortlist_id}/add"),
    State(name="list, roles found to add", path="/lists/{shortlist_id}/add?q=baker"),
    State(name="list, no role found to add", path="/lists/{shortlist_id}/add?q=nothing+of+this+name"),
    State(name="list, role to add", path="/lists/{shortlist_id}/roles/{vacancy_id:late}/add"),
    State(
        name="list, addition refused",
        path="/lists/{shortlist_id}/roles/{vacancy_id:late}/add",
        typed={"reason": "", "place": "soon"},
    ),
    State(name="list, why not", path=f"{_FULL}/why"),
    State(name="list, why not, roles found", path=f"{_FULL}/why?q=kennel"),
    State(name="list, why is it here", path=f"{_FULL}/why?role={{vacancy_id:kennel}}"),
    State(name="list, why not, one change would open it", path=f"{_FULL}/why?role={{vacancy_id:groomer}}&q=finch"),
    State(name="list, why not, nothing would open it", path=f"{_FULL}/why?role={{vacancy_id:farm}}"),
    State(name="list, why not, taken off", path=f"{_FULL}/why?role={{vacancy_id:cattery}}"),
    State(name="list, why not, came later", path="/lists/{shortlist_id}/why?role={vacancy_id:late}"),
    State(name="list, why not, closed", path=f"{_FULL}/why?role={{vacancy_id:closed}}"),
    State(name="list, left out", path=f"{_FULL}/excluded"),
    State(name="list, left out for hours", path=f"{_FULL}/excluded?reason=hours"),
    State(name="list, nothing left out", path="/lists/{shortlist_id}/excluded?reason=pay"),
    State(name="list, nearly right", path=f"{_FULL}/nearly"),
    State(name="list, nothing nearly right", path="/lists/{shortlist_id}/nearly"),
    State(name="list, roles to compare", path=f"{_FULL}/compare"),
    State(name="list, two roles compared", path=f"{_FULL}/compare?a={{vacancy_id:kennel}}&b={{vacancy_id:shop}}"),
    State(
        name="list, one role compared with itself",
        path=f"{_FULL}/compare?a={{vacancy_id:kennel}}&b={{vacancy_id:kennel}}",
    ),
]
