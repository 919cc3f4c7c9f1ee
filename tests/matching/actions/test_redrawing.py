"""A list drawn again from what was stored is the stored one, whatever has happened since."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from matching.actions.drawing import as_bytes
from matching.actions.redrawing import draw_again
from matching.actions.shortlists import Pending, draw_up_shortlist
from matching.errors import Conflict
from matching.model.vacancy import Visibility
from matching.permissions import can_read_participant
from matching.store.tables import ShortlistRow
from tests.matching.actions.histories import SPECIALISTS, History, begun, histories
from tests.service import Service


def draw_all(history: History) -> list[ShortlistRow]:
    """A list for everybody who may have one, by whoever may draw it."""
    drawn = []
    for person_id in history.person_ids:
        for name in SPECIALISTS:
            by, at = history.actor(name), history.service.clock.at
            with (
                history.service.database.reading(history.organisation_id) as reading,
                history.service.database.writing(history.organisation_id) as store,
            ):
                person = reading.participants.get(person_id)
                if not can_read_participant(by, person) or person.objects_to_matching:
                    continue
                row = draw_up_shortlist(
                    participant_id=person_id,
                    by=by,
                    at=at,
                    reading=reading,
                    store=store,
                    pools=history.service.running.pools,
                )
                assert not isinstance(row, Pending)
                drawn.append(row)
    return drawn


def drawn_again(history: History, row: ShortlistRow, name: str) -> dict[str, Any]:
    """The whole document, as one of the specialists asks for it."""
    with (
        history.service.database.reading(history.organisation_id) as reading,
        history.service.database.writing(history.organisation_id) as store,
    ):
        return draw_again(
            shortlist_id=row.id,
            by=history.actor(name),
            at=history.service.clock.at,
            reading=reading,
            store=store,
            pools=history.service.running.pools,
        )


def check_history(service: Service, happened: dict[str, Any]) -> None:
    """Draw lists after each round, and draw all of them again at the end."""
    kept: list[ShortlistRow] = []
    for history in begun(service, happened):
        kept += draw_all(history)
    # Whoever drew a list may have handed the participant over: whose they are now reads it, and sees what they may.
    for row in kept:
        with service.database.reading(history.organisation_id) as store:
            holder = str(store.participants.get(row.participant_id).specialist_id)
        name = next(each for each in SPECIALISTS if history.users[each].id == holder)
        document = drawn_again(history, row, name)
        assert document["shortlist_id"] == row.document_id
        assert document["counts"] == row.counts
        stored = orjson.loads(row.entries)
        shown = [each["vacancy_ref"] for each in document["entries"]]
        assert as_bytes(document["entries"]) == as_bytes([each for each in stored if each["vacancy_ref"] in shown])


class TestDrawnAgain:
    @settings(max_examples=15)
    @given(happened=histories())
    def test_it_equals_the_stored_one_byte_for_byte(self, sqlite_service: Service, happened: dict[str, Any]) -> None:
        check_history(sqlite_service, happened)

    @settings(max_examples=3)
    @given(happened=histories(roles=8, rounds=2))
    def test_it_does_on_either_database(self, service: Service, happened: dict[str, Any]) -> None:
        check_history(service, happened)


class TestNotTheSame:
    def _stored(self, service: Service) -> tuple[History, ShortlistRow]:
        history = next(begun(service, {"people": [{"wanted_work": []}], "roles": [], "rounds": []}))
        return history, draw_all(history)[0]

    def test_another_method_is_a_conflict_and_no_other_list(self, sqlite_service: Service) -> None:
        history, row = self._stored(sqlite_service)
        with sqlite_service.database.writing(history.organisation_id) as store:
            kept = store.shortlists.locked(row.id)
            kept.method = {**kept.method, "weights": "others"}
        with pytest.raises(Conflict, match="method has changed"):
            drawn_again(history, row, "one")

    def test_what_differs_from_what_was_stored_is_not_sent(self, sqlite_service: Service) -> None:
        history, row = self._stored(sqlite_service)
        with sqlite_service.database.writing(history.organisation_id) as store:
            store.shortlists.locked(row.id).document_id = "another"
        with pytest.raises(Conflict, match="not what was stored"):
            drawn_again(history, row, "one")

    def test_a_list_that_was_emptied_is_not_drawn_again(self, sqlite_service: Service) -> None:
        role = ({"title": "Baker", "employer": "Hazel Bakery"}, Visibility.ORGANISATION, "one")
        history = next(begun(sqlite_service, {"people": [{"wanted_work": []}], "roles": [role], "rounds": []}))
        row = draw_all(history)[0]
        assert drawn_again(history, row, "one")["entries"]
        with sqlite_service.database.writing(history.organisation_id) as store:
            store.shortlists.erase_of(row.participant_id)
        with pytest.raises(Conflict, match="was emptied"):
            drawn_again(history, row, "one")
