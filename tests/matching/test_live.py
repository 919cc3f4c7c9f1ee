"""The live pool: whatever came between, the same vacancies give the same bytes; who may see what; and the file."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.errors import IndexRefused, NotYetEncoded
from embeddings.hashing import HashingEncoder
from embeddings.stored import StoredEncoder
from matching.bootstrap import Service, assemble_stored
from matching.errors import NotFound
from matching.live import LivePool
from matching.means import Means
from matching.model.shortlist import Shortlist
from matching.model.vacancy import Visibility
from matching.retrieval import document_key, shipped_recipe
from matching.sealed import POOL_FILE, Sealed
from matching.settings import Settings
from matching.shelf import Shelf
from matching.snapshots import EVERYONE, Audience, PoolChange, Snapshot
from tests import strategies
from tests.builders import AS_OF, profile_of, vacancy_of
from tests.specs.row import job, person

Raw = dict[str, Any]

COMPUTING = HashingEncoder(64)
STORED = StoredEncoder(COMPUTING.name, COMPUTING.dimension)
MEANS: Means = Service(recipe=shipped_recipe(encoder=STORED), names_by=COMPUTING).means
BAKER = profile_of(person(wanted_work=[{"label": "baking bread"}], strengths=["patient"], hours={"max": 20}))


def learn(texts: Sequence[str]) -> None:
    STORED.learn(list(texts), COMPUTING.encode(list(texts)))


def put(vacancy_id: str, record: Raw, audience: Audience = EVERYONE) -> PoolChange:
    return PoolChange(vacancy_id=vacancy_id, vacancy=vacancy_of(record), audience=audience)


def out(vacancy_id: str) -> PoolChange:
    return PoolChange(vacancy_id=vacancy_id, vacancy=None)


def pool(*changes: PoolChange) -> LivePool:
    """A live pool whose texts were learnt."""
    live = LivePool(MEANS)
    take_in(live, changes, mark=1)
    return live


def take_in(live: LivePool, changes: Sequence[PoolChange], *, mark: int) -> Snapshot:
    needed = live.texts_needed(changes)
    with STORED.keeping(needed):
        learn(STORED.missing(needed))
        return live.apply(changes, mark=mark)


def lists(snapshot: Snapshot, profiles: Sequence[Raw], **who: Any) -> list[Shortlist]:
    """The lists of these people, all entries, as somebody sees them."""
    people = [profile_of(profile) for profile in profiles]
    for each in people:
        learn(snapshot.shortlister.texts_of(each))
    visible = snapshot.visible_to(**who) if who else None
    return snapshot.shortlister.shortlists(people, as_of=AS_OF, limit=None, visible=visible)


# Histories

AUDIENCES = (
    EVERYONE,
    Audience(visibility=Visibility.TEAM, owner_id="ann", team_id="north"),
    Audience(visibility=Visibility.TEAM, owner_id="ben", team_id="south"),
    Audience(visibility=Visibility.OWN_CASELOAD, owner_id="ann", team_id="north"),
)
USERS = (
    {"user_id": "ann", "team_ids": ["north"]},
    {"user_id": "ben", "team_ids": ["south", "west"]},
    {"user_id": "cy"},
)
IDS = ("one", "two", "three", "four")


@st.composite
def changes(draw: st.DrawFn) -> PoolChange:
    vacancy_id = draw(st.sampled_from(IDS))
    if draw(st.integers(0, 4)) == 0:
        return out(vacancy_id)
    return put(vacancy_id, draw(strategies.vacancies(f"V-{vacancy_id}")), draw(st.sampled_from(AUDIENCES)))


histories = st.lists(st.lists(changes(), max_size=4), min_size=1, max_size=5)


def present_after(history: Sequence[Sequence[PoolChange]]) -> list[PoolChange]:
    last = {change.vacancy_id: change for batch in history for change in batch}
    return [change for change in last.values() if change.vacancy is not None]


def fresh(present: Sequence[PoolChange]) -> Snapshot:
    """A snapshot of these vacancies laid out from nothing."""
    learn([text for each in present if each.vacancy is not None for text in LivePool(MEANS).texts_needed([each])])
    return LivePool(MEANS, present, mark=99).snapshot


@pytest.mark.parametrize("least_unused", [0, 2, 2000])
@settings(max_examples=40)
@given(history=histories, caseload=strategies.caseloads(2), chance=st.randoms())
def test_lists_after_any_history_are_those_of_the_same_vacancies_laid_out_anew_in_any_order(
    least_unused: int, history: list[list[PoolChange]], caseload: list[Raw], chance: Any
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matching.live.LEAST_UNUSED", least_unused)
        live = LivePool(MEANS)
        for mark, batch in enumerate(history, 1):
            take_in(live, batch, mark=mark)
        present = present_after(history)
        chance.shuffle(present)
        anew = fresh(present)
        for who in ({}, *USERS):
            assert lists(live.snapshot, caseload, **who) == lists(anew, caseload, **who)
        assert live.snapshot.count == len(present)
        assert {each: live.snapshot.ref_of(each) for each in IDS} == {each: anew.ref_of(each) for each in IDS}


@settings(max_examples=40)
@given(history=histories, caseload=strategies.caseloads(2), data=st.data())
def test_an_earlier_mark_gives_the_lists_that_were_drawn_then(
    history: list[list[PoolChange]], caseload: list[Raw], data: st.DataObject
) -> None:
    live = LivePool(MEANS)
    drawn = [lists(live.snapshot, caseload, **USERS[0])]
    for mark, batch in enumerate(history, 1):
        drawn.append(lists(take_in(live, batch, mark=mark), caseload, **USERS[0]))
    mark = data.draw(st.integers(0, len(history)))
    then = {change.vacancy_id: change for change in present_after(history[:mark])}
    whole = live.at(then.values(), mark=mark)
    changed = dict.fromkeys(change.vacancy_id for batch in history[mark:] for change in batch)
    back = live.at([then.get(each, out(each)) for each in changed], mark=mark, since=live.snapshot)
    for snapshot in (whole, back):
        assert snapshot.mark == mark
        assert lists(snapshot, caseload, **USERS[0]) == drawn[mark]
    # The live pool stays as it was, and goes on.
    assert lists(live.snapshot, caseload, **USERS[0]) == drawn[-1]
    after = take_in(live, [put("five", job(vacancy_ref="V-five"))], mark=len(history) + 1)
    anew = fresh([*present_after(history), put("five", job(vacancy_ref="V-five"))])
    assert lists(after, caseload, **USERS[0]) == lists(anew, caseload, **USERS[0])


@settings(max_examples=25)
@given(history=histories, caseload=strategies.caseloads(1))
def test_a_snapshot_never_changes(history: list[list[PoolChange]], caseload: list[Raw]) -> None:
    live = LivePool(MEANS)
    taken = [live.snapshot, *(take_in(live, batch, mark=mark) for mark, batch in enumerate(history, 1))]
    drawn = [lists(snapshot, caseload) for snapshot in taken]
    take_in(live, [out(each) for each in IDS], mark=9)
    assert [lists(snapshot, caseload) for snapshot in taken] == drawn


@settings(max_examples=40)
@given(history=histories, caseload=strategies.caseloads(3))
def test_for_whom_near_misses_open_is_counted_over_the_few_rows_as_over_whole_lists(
    history: list[list[PoolChange]], caseload: list[Raw]
) -> None:
    live = LivePool(MEANS)
    for mark, batch in enumerate(history, 1):
        take_in(live, batch, mark=mark)
    using = live.snapshot.shortlister
    people = [profile_of(each) for each in caseload]
    whole = lists(live.snapshot, caseload)
    for one, shortlist in zip(people, whole, strict=True):
        drawn = using.drawn(one, as_of=AS_OF)
        opened = using.opens_for(drawn.near, people, as_of=AS_OF)
        assert drawn.negotiate(opens_for=opened) == shortlist.negotiate


# Changes


def test_the_last_change_of_a_vacancy_counts() -> None:
    live = pool(
        put("one", job(title="Baker")), put("one", job(title="Cook")), out("two"), put("two", job(vacancy_ref="V-2"))
    )
    assert {each.title for each in live.snapshot.pool.vacancies} == {"Cook", "Kitchen porter"}


def test_a_vacancy_may_take_the_reference_of_one_that_goes_in_the_same_step() -> None:
    live = pool(put("one", job(vacancy_ref="A")), put("two", job(vacancy_ref="B")))
    snapshot = take_in(live, [put("one", job(vacancy_ref="B")), put("two", job(vacancy_ref="A"))], mark=2)
    assert (snapshot.id_of("A"), snapshot.id_of("B")) == ("two", "one")
    assert (snapshot.ref_of("one"), snapshot.ref_of("none")) == ("B", None)


def test_a_second_vacancy_of_one_reference_is_refused_and_changes_nothing() -> None:
    live = pool(put("one", job()))
    with pytest.raises(ValueError, match="one reference"):
        live.apply([put("two", job())], mark=2)
    assert (live.snapshot.mark, live.snapshot.count) == (1, 1)
    assert take_in(live, [put("two", job(vacancy_ref="V-2"))], mark=2).count == 2


def test_a_change_whose_texts_have_no_vector_is_refused_with_all_of_them_and_changes_nothing() -> None:
    live = pool(put("one", job(title="Baker")))
    change = put("two", job(vacancy_ref="V-2", title="Never seen title", description="Never seen text"))
    with pytest.raises(NotYetEncoded) as refused:
        live.apply([out("one"), change], mark=2)
    assert list(refused.value.texts) == live.texts_needed([change]) == ["Never seen title", "Never seen text"]
    assert (live.snapshot.mark, live.snapshot.ref_of("one"), live.snapshot.ref_of("two")) == (1, "V-1", None)


def test_a_changed_fact_needs_no_text() -> None:
    live = pool(put("one", job(description="Never seen again")))
    STORED.forget(["Kitchen porter", "Never seen again"])
    change = put("one", job(description="Never seen again", hours={"max": 8}))
    assert live.texts_needed([change]) == []
    assert live.apply([change], mark=2).pool.vacancies[-1].hours.most == 8


def test_words_that_are_forgotten_must_be_learnt_again() -> None:
    live = pool(put("one", job()))
    lists(live.snapshot, [person(interests=["rare words"])])
    STORED.forget(["rare words"])
    who = profile_of(person(interests=["rare words"]))
    live.snapshot.shortlister.order(who, as_of=AS_OF)
    live.forget_queries(["rare words"])
    with pytest.raises(NotYetEncoded):
        live.snapshot.shortlister.order(who, as_of=AS_OF)


def test_a_change_that_failed_half_way_is_taken_in_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    live = pool(put("one", job()))
    change = put("two", job(vacancy_ref="V-2", title="Baker"))
    with monkeypatch.context() as patch:
        patch.setattr("matching.documents.joined_priors", lambda one, two: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            take_in(live, [change], mark=2)
    snapshot = take_in(live, [put("three", job(vacancy_ref="V-3", title="Cook")), change], mark=2)
    expected = fresh([put("one", job()), change, put("three", job(vacancy_ref="V-3", title="Cook"))])
    assert lists(snapshot, [WANTS]) == lists(expected, [WANTS])
    assert len(snapshot.documents.index.keys) == 3


def test_to_look_back_leaves_the_live_pool_its_room() -> None:
    live = pool(put("one", job()))
    live.at([out("one")], mark=0, since=live.snapshot)
    before = live.snapshot.pool
    after = take_in(live, [put("two", job(vacancy_ref="V-2"))], mark=2).pool
    assert np.shares_memory(before.columns["pattern"], after.columns["pattern"])


def test_the_pool_does_not_go_back_to_an_earlier_mark() -> None:
    live = pool(put("one", job()))
    with pytest.raises(ValueError, match="cannot go back"):
        live.apply([], mark=0)


def test_what_is_no_longer_used_is_thrown_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.live.LEAST_UNUSED", 5)
    live = pool(put("one", job()), put("two", job(vacancy_ref="V-2")))
    for mark in range(2, 40):
        take_in(live, [put("one", job(title=f"Title {mark % 20}"))], mark=mark)
    snapshot = live.snapshot
    assert len(snapshot.pool) <= 2 + 2 * 5
    assert len(snapshot.documents.index.keys) <= 2 + 2 * 5


def test_readers_and_other_writers_go_on_while_changes_are_taken_in() -> None:
    records = [job(vacancy_ref=f"V-{number}", title=f"Title {number % 7}") for number in range(60)]
    live = pool(*(put(f"id {number}", record) for number, record in enumerate(records)))
    expected = lists(live.snapshot, [person(interests=["dogs"])])
    failures: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                snapshot = live.snapshot
                first = lists(snapshot, [person(interests=["dogs"])])
                assert first == lists(snapshot, [person(interests=["dogs"])])
                assert first[0].counts.open == snapshot.count
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for mark in range(2, 42):
        number = mark % 60
        take_in(live, [put(f"id {number}", {**records[number], "description": f"Text {mark}"})], mark=mark)
        take_in(live, [put(f"id {number}", records[number]), out("x"), put("x", job(vacancy_ref="X"))], mark=mark)
        take_in(live, [out("x")], mark=mark)
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert lists(live.snapshot, [person(interests=["dogs"])]) == expected


# Who may see it

SEEN = [
    (EVERYONE, "ann", [], True),
    (Audience(visibility=Visibility.TEAM, owner_id="ben", team_id="north"), "ann", ["north"], True),
    (Audience(visibility=Visibility.TEAM, owner_id="ben", team_id="north"), "ann", ["south"], False),
    (Audience(visibility=Visibility.TEAM, owner_id="ann", team_id="north"), "ann", [], True),
    (Audience(visibility=Visibility.TEAM, owner_id="ann"), "ann", ["north"], True),
    (Audience(visibility=Visibility.OWN_CASELOAD, owner_id="ann", team_id="north"), "ann", [], True),
    (Audience(visibility=Visibility.OWN_CASELOAD, owner_id="ben", team_id="north"), "ann", ["north"], False),
    (Audience(visibility=Visibility.OWN_CASELOAD), "ann", [], False),
]


@pytest.mark.parametrize(("audience", "user_id", "team_ids", "seen"), SEEN)
def test_a_vacancy_is_seen_by_its_audience_alone(
    audience: Audience, user_id: str, team_ids: list[str], seen: bool
) -> None:
    snapshot = pool(put("one", job(), audience)).snapshot
    assert snapshot.visible_to(user_id=user_id, team_ids=team_ids).tolist() == [seen]


def test_a_change_of_audience_alone_is_a_change() -> None:
    live = pool(put("one", job()))
    take_in(live, [put("one", job(), Audience(visibility=Visibility.OWN_CASELOAD, owner_id="ann"))], mark=2)
    [[ann], [ben]] = (lists(live.snapshot, [person()], user_id=who) for who in ("ann", "ben"))
    assert (ann.counts.open, ben.counts.open) == (1, 0)


def test_what_is_not_visible_does_not_exist_for_who_asks() -> None:
    hidden = Audience(visibility=Visibility.OWN_CASELOAD, owner_id="ann")
    near = {"hours": {"min": 30, "max": 40}}
    live = pool(
        put("one", job()),
        put("two", job(vacancy_ref="V-2"), hidden),
        put("three", job(vacancy_ref="V-3", **near), hidden),
    )
    snapshot, people = live.snapshot, [person(hours={"max": 20})]
    without = pool(put("one", job())).snapshot
    assert lists(snapshot, people, user_id="ben") == lists(without, people)
    visible = snapshot.visible_to(user_id="ben")
    learn(snapshot.shortlister.texts_of(BAKER))
    for ref in ("V-2", "V-3", "V-9"):
        messages = []
        for using, mask in ((snapshot, visible), (without, None)):
            with pytest.raises(NotFound) as refused:
                using.shortlister.explain(BAKER, ref, as_of=AS_OF, visible=mask)
            messages.append(str(refused.value))
        assert messages[0] == messages[1]
    assert snapshot.shortlister.scores_of(BAKER, ["V-2"], as_of=AS_OF, visible=visible) == [None]


# The file

RECORDS = [
    job(vacancy_ref=f"V-{number}", title=f"Title {number % 4}", description=f"Text {number}") for number in range(6)
]
CHANGES = [put(f"id {number}", record) for number, record in enumerate(RECORDS)]
VACANCIES = [change.vacancy for change in CHANGES if change.vacancy is not None]
WANTS = person(wanted_work=[{"label": "title"}])


def shelf_of(changes: Sequence[PoolChange]) -> Shelf:
    """Where the vacancies of these changes can be read again."""
    kept = {(each.vacancy_id, each.version): each.vacancy for each in changes}
    return Shelf(lambda keys: [kept.get(key) for key in keys])


def numbered(history: Sequence[Sequence[PoolChange]]) -> list[list[PoolChange]]:
    """The same changes, each a version of its own."""
    count = itertools.count(1)
    return [[replace(change, version=next(count)) for change in batch] for batch in history]


def opened(folder: Path, changes: Sequence[PoolChange] = CHANGES) -> LivePool:
    """The pool that was sealed in a folder."""
    return LivePool.of_sealed(Sealed.open(folder, MEANS), means=MEANS, shelf=shelf_of(changes))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    live = pool(*CHANGES, put("gone", job(vacancy_ref="gone", description="No longer here", employer="Erased Ltd")))
    take_in(live, [out("gone")], mark=2)
    live.seal(tmp_path, history="second")
    return tmp_path


def forget_all() -> None:
    STORED.forget([text for title, duties in (document_texts(each) for each in RECORDS) for text in (title, duties)])


def document_texts(record: Raw) -> tuple[str, str]:
    return record["title"], record.get("description", "")


def test_a_sealed_pool_is_opened_without_an_encoder_and_gives_the_same_lists(folder: Path) -> None:
    expected = lists(LivePool(MEANS, CHANGES, mark=2).snapshot, [WANTS])
    forget_all()
    live = opened(folder)
    assert (live.snapshot.mark, live.snapshot.count) == (2, len(CHANGES))
    assert lists(live.snapshot, [WANTS]) == expected
    taken_in = take_in(live, [put("new", job(vacancy_ref="new", title="New"))], mark=3)
    assert taken_in.count == len(CHANGES) + 1


@settings(max_examples=60)
@given(history=histories, sealed_after=st.integers(0, 5), caseload=strategies.caseloads(2))
def test_lists_over_a_sealed_pool_and_what_came_after_are_those_of_the_same_vacancies_laid_out_anew(
    tmp_path_factory: Any, history: list[list[PoolChange]], sealed_after: int, caseload: list[Raw]
) -> None:
    folder, history = tmp_path_factory.mktemp("pool"), numbered(history)
    changes = [change for batch in history for change in batch]
    live = LivePool(MEANS, shelf=shelf_of(changes))
    for mark, batch in enumerate(history, 1):
        take_in(live, batch, mark=mark)
        if mark == sealed_after:
            live.seal(folder, history="")
            live = opened(folder, changes)
    present = present_after(history)
    anew = fresh(present)
    for who in ({}, *USERS):
        assert lists(live.snapshot, caseload, **who) == lists(anew, caseload, **who)
    assert live.snapshot.count == len(present)
    assert {each: live.snapshot.ref_of(each) for each in IDS} == {each: anew.ref_of(each) for each in IDS}
    assert [
        live.snapshot.pool.vacancies[row] for row in live.snapshot.pool.ordered_rows if not _is_gone(live, row)
    ] == [each.vacancy for each in sorted(present, key=lambda each: each.vacancy.vacancy_ref if each.vacancy else "")]


def _is_gone(live: LivePool, row: int) -> bool:
    gone = live.snapshot.pool.gone
    return gone is not None and bool(gone[row])


def test_a_sealed_pool_stays_as_it_is_while_others_go_on_from_it(folder: Path) -> None:
    one, two = opened(folder), opened(folder)
    expected = lists(two.snapshot, [WANTS])
    take_in(one, [put("id 0", job(vacancy_ref="V-0", title="Changed")), out("id 1")], mark=3)
    assert lists(two.snapshot, [WANTS]) == expected
    assert lists(opened(folder).snapshot, [WANTS]) == expected


def test_rows_of_a_sealed_pool_are_in_order_of_place_and_those_without_a_place_last(tmp_path: Path) -> None:
    places = ["CA1 1AA", "EX1 1AA", None, "CA1 1AB", "EX1 1AB"]
    live = pool(
        *(
            put(str(number), job(vacancy_ref=f"V-{number}", **({"location": {"postcode": place}} if place else {})))
            for number, place in enumerate(places)
        )
    )
    live.seal(tmp_path, history="")
    found = opened(tmp_path, []).snapshot.pool
    areas = [found.refs[row] for row in range(len(found))]
    assert areas[-1] == "V-2"
    assert {frozenset(areas[:2]), frozenset(areas[2:4])} == {frozenset({"V-0", "V-3"}), frozenset({"V-1", "V-4"})}


def test_only_what_is_present_is_sealed_and_no_sentence(folder: Path) -> None:
    index = opened(folder).snapshot.documents.index
    assert {key.tobytes() for key in index.keys} == {document_key(document_texts(each)) for each in RECORDS}
    content = (folder / POOL_FILE).read_bytes()
    for text in (b"Title 1", b"No longer", b"erased ltd", b"Erased Ltd"):
        assert text not in content


def test_what_was_sealed_says_of_which_history_it_is(folder: Path) -> None:
    assert (Sealed.open(folder, MEANS).mark, Sealed.open(folder, MEANS).history) == (2, "second")


@settings(max_examples=60)
@given(st.data())
def test_whatever_is_wrong_with_the_file_is_said(tmp_path_factory: Any, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("pool")
    learn([text for each in RECORDS for text in document_texts(each)])
    LivePool(MEANS, CHANGES, mark=1).seal(folder, history="")
    file = folder / POOL_FILE
    whole = file.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = whole[:at] + bytes([whole[at] ^ data.draw(st.sampled_from([1, 128]))]) + whole[at + 1 :]
    file.write_bytes(data.draw(st.sampled_from([flipped, whole[:at], whole + b"x"])))
    assert Sealed.open(folder, MEANS).problem is not None
    with pytest.raises(IndexRefused):
        opened(folder)


def test_a_file_of_another_encoder_or_other_priors_is_not_used(folder: Path) -> None:
    other = Service(recipe=shipped_recipe(encoder=HashingEncoder(32))).means
    table = replace(MEANS.priors.table, family=MEANS.priors.table.family + np.int16(1))
    for means in (other, replace(MEANS, priors=replace(MEANS.priors, table=table))):
        problem = Sealed.open(folder, means).problem
        assert problem is not None
        assert "other means" in problem


def test_a_folder_without_a_file_is_a_problem_and_no_error(tmp_path: Path) -> None:
    assert Sealed.open(tmp_path, MEANS).problem is not None


def test_an_empty_pool_can_be_sealed_and_opened(tmp_path: Path) -> None:
    LivePool(MEANS).seal(tmp_path, history="")
    live = opened(tmp_path)
    assert live.snapshot.count == 0
    assert take_in(live, CHANGES, mark=1).count == len(CHANGES)


def test_the_same_vacancies_are_sealed_as_the_same_bytes(folder: Path) -> None:
    before = (folder / POOL_FILE).read_bytes()
    opened(folder).seal(folder, history="second")
    assert (folder / POOL_FILE).read_bytes() == before


def test_a_version_that_is_there_no_more_is_said_to_be_so(folder: Path) -> None:
    with pytest.raises(NotFound, match="no more"):
        opened(folder, []).snapshot.pool.vacancies[0]


def test_the_shelf_holds_no_more_than_it_should_and_reads_the_rest_again() -> None:
    asked: list[int] = []

    def read(keys: Sequence[tuple[str, int]]) -> list[Any]:
        asked.append(len(keys))
        return [VACANCIES[int(vacancy_id)] for vacancy_id, _ in keys]

    shelf = Shelf(read, most=2)
    keys = [(str(number), 0) for number in range(3)]
    assert shelf.read(keys) == VACANCIES[:3]
    assert shelf.read(keys[1:]) == VACANCIES[1:3]
    assert shelf.read(keys) == VACANCIES[:3]
    assert asked == [3, 1]


# The service that never encodes


def test_a_process_that_never_encodes_draws_the_lists_of_one_that_does(tmp_path: Path) -> None:
    settings = Settings(encoder="hashing", cache_dir=tmp_path)
    service = assemble_stored(settings)
    encoder = service.recipe.encoder
    assert isinstance(encoder, StoredEncoder)
    assert service.means.texts_needed == ()
    live = LivePool(service.means)
    real = HashingEncoder()
    for texts in (live.texts_needed(CHANGES), live.snapshot.shortlister.texts_of(BAKER)):
        encoder.learn(texts, real.encode(texts))
    snapshot = live.apply(CHANGES, mark=1)
    expected = Service(recipe=shipped_recipe(encoder=real)).shortlister(VACANCIES)
    assert snapshot.shortlister.shortlists([BAKER], as_of=AS_OF) == expected.shortlists([BAKER], as_of=AS_OF)


def test_the_shipped_encoders_names_of_occupations_need_not_be_learnt(tmp_path: Path) -> None:
    assert assemble_stored(Settings(encoder="shipped", cache_dir=tmp_path)).means.texts_needed == ()
