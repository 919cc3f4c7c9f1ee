"""States of a list on paper."""

from tests.pages.states import State

STATES = [
    State(name="easy-read sheet", path="/lists/{shortlist_id}/sheet"),
    State(name="easy-read sheet as its leader sees it", path="/lists/{shortlist_id}/sheet", who="lee"),
    State(name="easy-read sheet, full", path="/lists/{shortlist_id:full}/sheet"),
    State(
        name="easy-read sheet of chosen jobs",
        path="/lists/{shortlist_id}/sheet?role={vacancy_id:own}&name={vacancy_id:own}",
    ),
    State(name="easy-read sheet, no list", path="/participants/{participant_id:new}/sheet"),
    State(name="list to print", path="/lists/{shortlist_id}/print"),
    State(name="list to print, full", path="/lists/{shortlist_id:full}/print"),
]
