"""Text: what may reach an encoder and what never does, and that whatever people read is short and whole."""

from __future__ import annotations

import random
import string
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from embeddings.encoder import Progress
from embeddings.hashing import HashingEncoder
from matching import texts
from matching.bootstrap import Service
from matching.interchange.profiles import profile_shape
from matching.interchange.vacancies import vacancy_shape
from matching.model.finding import Finding
from matching.model.shortlist import Shortlist
from matching.priors import load_occupations
from matching.retrieval import shipped_recipe
from matching.shortlisting import Shortlister
from matching.taxonomy import load_catalogue
from tests import strategies
from tests.builders import AS_OF, LettersInCommon, pool_of, profile_of, shortlister_of, vacancy_of
from tests.matching.interchange import records
from tests.specs.row import free, job, person, span, works

Raw = dict[str, Any]

# The only fields whose words may reach an encoder (section 5 of the rules). Everything else may not, whatever it is.
ENCODED_OF_A_PROFILE = {
    "wanted_work[].label",
    "interests[]",
    "liked_tasks[]",
    "strengths[]",
    "skills[].label",
    "work_history[].title",
}
ENCODED_OF_A_VACANCY = {"title", "tasks[]", "description"}


def canary(place: str) -> str:
    """A word that stands in no dictionary, always the same one for a field."""
    return "".join(random.Random(place).choices(string.ascii_lowercase, k=14))


class Canaries:
    """The fullest profile and vacancy there are, each field with a word of its own."""

    def __init__(self) -> None:
        self.of_profile: dict[str, str] = {}
        self.of_vacancy: dict[str, str] = {}
        self.profile: Raw = records.filled(profile_shape(), self._noting(self.of_profile, "profile."))
        self.vacancy: Raw = records.filled(vacancy_shape(), self._noting(self.of_vacancy, "vacancy."))

    @staticmethod
    def _noting(noted: dict[str, str], side: str) -> records.Write:
        def write(place: str) -> str:
            return noted.setdefault(place, canary(side + place))

        return write

    def allowed(self) -> set[str]:
        """Words that may reach an encoder: those of the wants and strengths, and of the work itself."""
        mine = {word for place, word in self.of_profile.items() if place in ENCODED_OF_A_PROFILE}
        return mine | {word for place, word in self.of_vacancy.items() if place in ENCODED_OF_A_VACANCY}

    def forbidden(self) -> set[str]:
        """All other words."""
        return {*self.of_profile.values(), *self.of_vacancy.values()} - self.allowed()

    def liked_task_texts(self) -> set[str]:
        """What the catalogue says of the liked tasks: the only words of an encoder's text that nobody wrote."""
        return {load_catalogue().task_tag(tag).text for tag in self.profile["liked_tasks"]}


class Overheard:
    """A meaning of words that remembers what it was asked about."""

    def __init__(self, shortlister: Shortlister) -> None:
        self.texts: list[str] = []
        self._meaning = LettersInCommon(shortlister.pool)

    def similarities(self, texts: Sequence[str], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Remember the texts and answer by letters."""
        self.texts += texts
        return self._meaning.similarities(texts, rows)


def overheard(profile: Raw, pool: Sequence[Raw]) -> list[str]:
    """Every text that reaches the meaning while a list is drawn up, negotiated and explained."""
    shortlister = shortlister_of(pool_of(pool))
    meaning = Overheard(shortlister)
    shortlister.meaning = meaning
    shortlister.shortlists([profile_of(profile)], as_of=AS_OF, limit=None)
    for vacancy in pool:
        shortlister.explain(profile_of(profile), vacancy["vacancy_ref"], as_of=AS_OF)
    return meaning.texts


class RecordingEncoder(HashingEncoder):
    """An encoder that remembers its texts."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> npt.NDArray[np.float32]:
        """Remember and encode."""
        self.texts += texts
        return super().encode(texts, progress)


# What reaches an encoder


def test_the_canaries_are_told_apart_and_stand_in_every_field_of_words() -> None:
    canaries = Canaries()
    words = [*canaries.of_profile.values(), *canaries.of_vacancy.values()]
    assert len(set(words)) == len(words)
    assert canaries.of_profile.keys() >= ENCODED_OF_A_PROFILE - {"liked_tasks[]"}
    assert canaries.of_vacancy.keys() >= ENCODED_OF_A_VACANCY
    assert len(canaries.forbidden()) >= 12
    tags = [
        canaries.profile["liked_tasks"],
        canaries.profile["disliked_tasks"],
        canaries.profile["refused_work"][0]["tags"],
        canaries.vacancy["task_tags"],
    ]
    assert len({tag for some in tags for tag in some}) == len(tags), "tags must differ, or a leak would not show"


def test_nothing_but_wants_and_strengths_is_asked_about() -> None:
    canaries = Canaries()
    words = {word for place, word in canaries.of_profile.items() if place in ENCODED_OF_A_PROFILE}
    assert set(overheard(canaries.profile, [canaries.vacancy])) == words | canaries.liked_task_texts()


def test_nothing_else_is_asked_about_for_a_role_on_the_list_or_on_the_negotiation_list() -> None:
    canaries = Canaries()
    profile = {**canaries.profile, "pay_floor": {"hourly": 12.5, "hard": True}, "role_exclusions": None}
    wants = {name: value for name, value in profile.items() if name in ("participant_ref", "pay_floor", "interests")}
    near_miss = job(vacancy_ref="V-2", pay={"hourly": 12})
    words = {word for place, word in canaries.of_profile.items() if place == "interests[]"}
    assert set(overheard(wants, [job(), near_miss])) == words


def test_no_word_of_another_field_reaches_the_encoder_of_the_whole_service_and_every_word_of_these_does() -> None:
    canaries = Canaries()
    encoder = RecordingEncoder()
    service = Service(recipe=shipped_recipe(encoder=encoder))
    shortlister = service.shortlister([vacancy_of(canaries.vacancy)])
    shortlister.shortlists([profile_of(canaries.profile)], as_of=AS_OF, limit=None)

    own = {*canaries.allowed(), *canaries.liked_task_texts()}
    heard = set(encoder.texts) - set(load_occupations().names)
    assert not {word for word in canaries.forbidden() for text in heard if word in text}
    lines = {line for text in heard for line in text.splitlines() if line}
    assert lines == own


def test_the_texts_of_a_vacancy_are_its_title_and_then_its_tasks_and_description() -> None:
    vacancy = vacancy_of(job(title="Baker", tasks=["bake bread", " ", "serve"], description="In a small bakery."))
    assert texts.title(vacancy) == "Baker"
    assert texts.duties(vacancy) == "bake bread\nserve\nIn a small bakery."


@pytest.mark.parametrize("fields", [{}, {"tasks": []}, {"tasks": ["", "  "], "description": " "}])
def test_a_vacancy_that_says_nothing_of_its_work_has_no_second_text(fields: Raw) -> None:
    assert texts.duties(vacancy_of(job(**fields))) == ""


def test_each_want_and_each_strength_is_a_text_of_its_own_with_its_factor() -> None:
    profile = profile_of(
        person(
            wanted_work=[{"label": "animals", "strength": 3}, {"label": "baking", "strength": 1}, {"label": "trees"}],
            interests=["trains"],
            liked_tasks=["cooking"],
            strengths=["patient"],
            skills=[{"label": "typing", "level": 4}],
            work_history=[{"title": "Cook", "tasks": ["peeling"], "liked": "quiet", "disliked": "heat"}],
            goal={"own_words": "my own cafe"},
        )
    )
    assert [(each.text, each.factor) for each in texts.wishes(profile, load_catalogue())] == [
        ("animals", "want.strength_3"),
        ("baking", "want.strength_1"),
        ("trees", "want.strength_2"),
        ("trains", "want.interest"),
        (load_catalogue().task_tag("cooking").text, "want.liked_task"),
    ]
    assert [(each.text, each.factor) for each in texts.abilities(profile)] == [
        ("patient", "skill.strength"),
        ("typing", "skill.skill"),
        ("Cook", "skill.past_title"),
    ]


def test_the_same_words_are_asked_about_once_at_their_first_factor_and_blank_ones_never() -> None:
    profile = profile_of(person(wanted_work=[{"label": "Dogs"}], interests=["dogs ", " ", "DOGS", "cats"]))
    wishes = texts.wishes(profile, load_catalogue())
    assert [(each.text, each.factor) for each in wishes] == [("Dogs", "want.strength_2"), ("cats", "want.interest")]


# What people read

MOST_WORDS = 25
LONGEST_CHARACTERS = 320


# A sentence that is too long speaks for itself: no time is spent on a simpler record that makes it too.
shown_as_found = settings(
    max_examples=settings().max_examples // 2, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)


def read_by_people(drawn: Shortlist, explained: Iterable[Finding] = ()) -> set[str]:
    """Every text of an answer that is made for people."""
    findings = [finding for entry in drawn.entries for finding in entry.findings]
    findings += [finding for left_out in drawn.excluded for finding in left_out.because]
    findings += explained
    found = {finding.sentence for finding in findings}
    found |= {finding.ask for finding in findings if finding.ask is not None}
    for entry in drawn.entries:
        found |= {*entry.why, *entry.concerns}
        found |= {question.ask for question in entry.questions}
        found |= {flag.sentence for flag in entry.flags}
    return found | {miss.concession for miss in drawn.negotiate}


def answers(profile: Raw, pool: Sequence[Raw]) -> set[str]:
    """Every text for people that a profile and a pool bring about, of excluded roles too."""
    shortlister = shortlister_of(pool_of(pool))
    who = profile_of(profile)
    [drawn] = shortlister.shortlists([who], as_of=AS_OF, limit=None)
    refs = [vacancy["vacancy_ref"] for vacancy in pool]
    explained = [finding for ref in refs for finding in shortlister.explain(who, ref, as_of=AS_OF).findings]
    return read_by_people(drawn, explained)


def too_long(found: Iterable[str]) -> dict[str, int]:
    """Texts of more words than a sentence may have, with their number."""
    return {text: len(text.split()) for text in found if len(text.split()) > MOST_WORDS}


def not_a_sentence(text: str) -> bool:
    """Whether a text is empty, or goes on where it should end, or would break the line it stands in."""
    breaks_the_line = any(unicodedata.category(sign) in ("Zl", "Zp") or sign in "\n\r\t\v\f\x85" for sign in text)
    whole = text == text.strip() and text[:1].isupper() and text[-1:] in (".", "?")
    return breaks_the_line or not whole or len(text) > LONGEST_CHARACTERS


@st.composite
def meetings(draw: DrawFn) -> tuple[Raw, list[Raw]]:
    """Any profile, with any words, and vacancies that speak of what the profile speaks of."""
    words = draw(st.shared(st.just(records.plain_words()), key="words"))
    profile = draw(records.profiles(words))
    refusals = profile.get("refused_work")
    tags = [*(_list(profile, "liked_tasks")), *(_list(profile, "disliked_tasks"))]
    tags += [tag for each in (refusals if isinstance(refusals, list) else []) for tag in _list(each, "tags")]
    slugs = strategies.slugs_of_interest(profile)
    pool = []
    for number in range(2):
        vacancy = draw(records.vacancies(words)) | {"vacancy_ref": f"V-{number}"}
        vacancy |= {"status": "open", "opens_on": None, "closes_on": None}
        if draw(st.booleans()):
            vacancy["task_tags"] = list(dict.fromkeys(tags))
        if slugs:
            answer = st.sampled_from(["yes", "no", "maybe", "unknown"])
            vacancy["adjustments"] = draw(st.fixed_dictionaries(dict.fromkeys(slugs, answer)))
        pool.append(vacancy)
    return profile, pool


def _list(record: Raw, name: str) -> list[Any]:
    value = record.get(name)
    return value if isinstance(value, list) else []


@shown_as_found
@given(meetings())
def test_whatever_the_words_every_text_for_people_is_whole_and_keeps_to_its_line(
    meeting: tuple[Raw, list[Raw]],
) -> None:
    assert not [text for text in answers(*meeting) if not_a_sentence(text)]


@shown_as_found
@given(meetings())
def test_whatever_the_words_every_text_for_people_is_at_most_25_words(meeting: tuple[Raw, list[Raw]]) -> None:
    assert not too_long(answers(*meeting))


@shown_as_found
@given(strategies.profiles(), strategies.pools())
def test_every_text_about_ordinary_records_is_whole_and_at_most_25_words(profile: Raw, pool: list[Raw]) -> None:
    found = answers(profile, pool)
    assert not too_long(found)
    assert not [text for text in found if not_a_sentence(text)]


@pytest.mark.parametrize("words", records.HOSTILE, ids=[ascii(words[:12]) for words in records.HOSTILE])
def test_no_words_of_a_person_or_a_job_break_an_answer(words: str) -> None:
    profile = person(
        participant_ref=words,
        goal={"own_words": words, "longer_term": words},
        wanted_work=[{"label": words}],
        refused_work=[{"label": words, "tags": ["cooking"]}],
        strengths=[words],
        interests=[words],
        skills=[{"label": words}],
        work_history=[{"title": words, "tasks": [words], "liked": words, "disliked": words}],
        employers_avoided=[words],
    )
    vacancy = job(title=words, description=words, tasks=[words], task_tags=["cooking"])
    found = answers(profile, [vacancy, {**vacancy, "vacancy_ref": words, "employer": words}])
    assert not too_long(found)
    assert not [text for text in found if not_a_sentence(text)]


# The longest words of the catalogues

CATALOGUE = load_catalogue()
BY_LENGTH = sorted(CATALOGUE.adjustments, key=lambda entry: -len(entry.label.split()))
TAGS_BY_LENGTH = [tag.slug for tag in sorted(CATALOGUE.task_tags, key=lambda tag: -len(tag.label.split()))]
NINE_WORDS = "washing very many dirty dishes late in the evening"


def everything(answer: str) -> Raw:
    return {entry.slug: answer for entry in CATALOGUE.adjustments}


def needs(*slugs: str, **more: Any) -> Raw:
    return person(adjustments=[{"slug": slug, **more} for slug in slugs])


def seven_days_of(*shifts: tuple[str, str]) -> list[Raw]:
    """Shifts on days that make no range, so that each day is named."""
    return [span("mon tue thu fri sun", start, end) for start, end in shifts]


OFTEN_UNKNOWN = person(
    travel={"max_km": 5, "max_minutes": 10, "no_go": ["ME14"]},
    hours={"min": 7.25, "max": 20.25, "ideal": 12, "legal_cap": 15.75},
    availability=[span("mon", "09:00", "17:00"), span("tue", "09:00", "17:00", kind="cannot")],
    shift={"max_hours": 7.25, "nights": "no", "weekends": "no"},
    pay_floor={"hourly": 12.75, "hard": True},
    physical={"lift_max_kg": 5.25, "stand_max_minutes": 30.25, "walk_max_minutes": 30.25, "climb": False},
    role_exclusions=[entry.slug for entry in CATALOGUE.role_exclusions],
    checks_to_avoid=["standard", "enhanced", "enhanced_barred"],
    qualifications=[],
    driving="none",
    legal={"minimum_age_met": [], "barred_children": True, "barred_adults": True},
)
HOURS_AND_TIMES = free(
    span("mon", "09:00", "10:00"),
    span("tue", "09:00", "17:00", kind="cannot"),
    shift={"max_hours": 2.25, "nights": "no", "weekends": "no"},
)

# Every dimension at once, at each kind of level and each answer about what would ease it.
LEVELS: tuple[Raw | None, ...] = (
    None,
    {"typical": 0},
    {"typical": 2, "peak": 4},
    {"typical": 2, "peak": 4, "can_leave": True},
    {"typical": 2, "peak": 4, "can_leave": True, "peak_share": "10_to_50"},
    {"typical": 4},
    {"typical": 3, "source": "occupation_prior"},
)
WORKPLACES = [
    job(
        vacancy_ref=f"V-{number}-{answer}",
        sensory=None if level is None else dict.fromkeys(strategies.DIMENSIONS, level),
        adjustments=everything(answer),
    )
    for number, level in enumerate(LEVELS)
    for answer in ("yes", "no", "unknown")
]


def bears(tolerance: int, direction: str, *, hard: bool) -> Raw:
    """A person who avoids or seeks every dimension, each with all the mitigations that have to do with it."""
    wished = {"tolerance": tolerance, "direction": direction, "hard": hard}
    return person(
        sensory={name: {**wished, "mitigations": list(slugs)} for name, slugs in strategies.MITIGATIONS.items()}
    )


LONG = [
    pytest.param(needs(*everything("yes")), [job(adjustments=everything("yes"))], id="every need met"),
    pytest.param(needs(*everything("no")), [job(adjustments=everything("no"))], id="every need refused"),
    pytest.param(needs(*everything("maybe")), [job(adjustments=everything("maybe"))], id="every need perhaps met"),
    pytest.param(needs(*everything("yes")), [job()], id="every need not asked about"),
    pytest.param(
        needs(BY_LENGTH[0].slug, alternatives=[BY_LENGTH[1].slug]),
        [job(adjustments={BY_LENGTH[0].slug: "no", BY_LENGTH[1].slug: "yes"})],
        id="the longest need met by the longest alternative",
    ),
    pytest.param(
        person(liked_tasks=TAGS_BY_LENGTH[:4], disliked_tasks=TAGS_BY_LENGTH[4:8]),
        [job(task_tags=TAGS_BY_LENGTH[:8])],
        id="many tasks liked and disliked",
    ),
    pytest.param(
        person(refused_work=[{"label": NINE_WORDS, "tags": TAGS_BY_LENGTH[:3]}]),
        [job(task_tags=TAGS_BY_LENGTH[:3])],
        id="much work refused",
    ),
    pytest.param(OFTEN_UNKNOWN, [job()], id="nothing known of the job"),
    pytest.param(
        OFTEN_UNKNOWN,
        [
            job(
                location={"postcode": "ZZ99 9ZZ"},
                hours={"min": 30.25, "max": 37.75, "negotiable": negotiable},
                pattern={
                    "kind": kind,
                    "shifts": seven_days_of(("09:07", "17:53"), ("22:07", "06:53"), ("08:00", "09:00")),
                },
                pay=pay,
                physical={"lift_kg": 25.25, "stand_minutes": 90.25, "walk_minutes": 90.25, "climb": True},
                requirements={
                    "dbs": "enhanced_barred",
                    "driving": "full_manual",
                    "minimum_age": 18,
                    "regulated_activity": ["children", "adults"],
                    "settings": [entry.slug for entry in CATALOGUE.role_exclusions],
                    "qualifications": [{"slug": "food_hygiene_l2", "obtainable_weeks": 40.25}, {"slug": "cscs"}],
                },
                vacancy_ref=f"V-{kind}-{negotiable}",
            )
            for kind, negotiable, pay in (
                ("fixed", "no", {"hourly": 10.25}),
                ("rota", "yes", {"annual": 26000.5}),
                ("flexible", "no", {"hourly": 14.25}),
            )
        ],
        id="everything known and against it",
    ),
    pytest.param(
        person(hours={"min": 7.25, "max": 20.25, "legal_cap": 15.75}),
        [job(hours={"min": 30.25, "max": 37.75})],
        id="both limits of hours to be conceded",
    ),
    pytest.param(
        HOURS_AND_TIMES,
        [works("fixed", *seven_days_of(("09:00", "06:00")))],
        id="times, shift length, nights and weekends to be conceded at once",
    ),
    *(
        pytest.param(
            bears(tolerance, direction, hard=hard), WORKPLACES, id=f"senses: {direction} {tolerance}, hard: {hard}"
        )
        for direction in ("avoid", "seek")
        for tolerance in (0, 1, 2, 4)
        for hard in (False, True)
    ),
]


@pytest.mark.parametrize(("profile", "pool"), LONG)
def test_the_longest_words_of_the_catalogues_make_at_most_25_words(profile: Raw, pool: list[Raw]) -> None:
    assert not too_long(answers(profile, pool))


@pytest.mark.parametrize(("profile", "pool"), LONG)
def test_the_longest_words_of_the_catalogues_make_whole_sentences(profile: Raw, pool: list[Raw]) -> None:
    assert not [text for text in answers(profile, pool) if not_a_sentence(text)]


def test_every_concession_of_an_adjustment_is_at_most_25_words() -> None:
    found: set[str] = set()
    for entry in CATALOGUE.adjustments:
        profile = needs(entry.slug, importance="essential")
        [drawn] = shortlister_of(pool_of([job(adjustments={entry.slug: "no"})])).shortlists(
            [profile_of(profile)], as_of=AS_OF
        )
        assert [miss.blocked_by for miss in drawn.negotiate] == [(("adjustments", entry.slug),)]
        found |= read_by_people(drawn)
    assert not too_long(found)
    assert not [text for text in found if not_a_sentence(text)]


def test_a_qualification_with_a_long_name_makes_at_most_25_words() -> None:
    slug = "_".join(["level"] * 30)
    pool = [
        job(vacancy_ref=f"V-{number}", requirements={"qualifications": [{"slug": slug, **weeks}]})
        for number, weeks in enumerate([{}, {"obtainable_weeks": 4}, {"obtainable_weeks": 40}])
    ]
    found = answers(person(), pool) | answers(person(qualifications=[]), pool)
    found |= answers(person(qualifications=[slug]), pool)
    assert not too_long(found)


@pytest.mark.parametrize("limit", [1e9, 0.001])
def test_limits_however_large_or_small_make_whole_sentences(limit: float) -> None:
    profile = person(
        travel={"home": "ME14 1XQ", "max_km": limit, "max_minutes": limit},
        hours={"max": min(limit, 168)},
        shift={"max_hours": limit},
        pay_floor={"hourly": limit},
        physical={"lift_max_kg": limit, "stand_max_minutes": limit, "walk_max_minutes": limit},
    )
    vacancy = job(
        location={"postcode": "CT1 1"},
        hours={"min": 20, "max": 30},
        pattern={"shifts": [span("mon", "09:00", "17:00")]},
        pay={"hourly": 12},
        physical={"lift_kg": 5, "stand_minutes": 5, "walk_minutes": 5},
    )
    found = answers(profile, [vacancy])
    assert not too_long(found)
    assert not [text for text in found if not_a_sentence(text)]
