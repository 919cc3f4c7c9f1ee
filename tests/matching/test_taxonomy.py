"""The catalogues say what the design says, and a broken one is refused by name."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from matching.errors import Invalid, NotFound
from matching.taxonomy import CATALOGUE_FILES, DATA, AdjustmentGroup, load_catalogue, read_catalogue
from tests.matching.table_files import edited

CATALOGUE = load_catalogue()

DIMENSIONS = (
    "noise",
    "lighting",
    "crowding",
    "smell",
    "temperature",
    "touch",
    "movement",
    "visual_clutter",
    "unpredictability",
    "social_demand",
)

# dimension: {adjustment: (levels, bands of share)}
EFFECTS = {
    "noise": {
        "sens.headphones": (1, 0),
        "sens.hearing_defenders": (2, 0),
        "place.seat_low_traffic": (1, 0),
        "sens.quiet_hours_task": (1, 0),
        "place.quiet_room": (0, 1),
    },
    "lighting": {
        "sens.natural_light": (1, 0),
        "sens.lights_dim": (1, 0),
        "sens.lights_replace": (2, 0),
        "sens.tinted_screen": (1, 0),
    },
    "crowding": {
        "place.seat_low_traffic": (1, 0),
        "sens.quiet_hours_task": (1, 0),
        "place.avoid_public_area": (1, 0),
        "place.quiet_room": (0, 1),
    },
    "smell": {"sens.scent_free": (1, 0)},
    "temperature": {"sens.temp_control": (1, 0)},
    "touch": {"sens.clothing_alt": (1, 0), "sens.glove_alt": (1, 0)},
    "movement": {},
    "visual_clutter": {"place.seat_low_traffic": (1, 0), "sens.low_clutter": (1, 0)},
    "unpredictability": {
        "sens.quiet_hours_task": (1, 0),
        "task.fixed_sequence": (1, 0),
        "sup.change_notice": (1, 0),
        "time.fixed_shifts": (1, 0),
        "task.self_pace": (1, 0),
    },
    "social_demand": {
        "place.avoid_public_area": (2, 0),
        "comm.no_phone": (1, 0),
        "sup.named_person": (1, 0),
        "place.quiet_room": (0, 1),
    },
}

GROUP_SIZES = {
    "time": 14,
    "breaks": 5,
    "place": 10,
    "sensory": 14,
    "communication": 13,
    "task_design": 15,
    "supervision": 10,
    "training": 7,
    "equipment": 11,
    "building": 7,
    "travel_and_recruitment": 8,
    "policy": 6,
}

SUGGESTIONS = {
    "fatigue": "time.part_time time.short_shifts break.extra_short task.sit_option",
    "concentration": "place.seat_low_traffic sens.headphones task.variety_limit task.checklist",
    "memory": "comm.written_instructions train.video_photo equip.tablet_prompts",
    "anxiety": "sup.named_person place.quiet_room sup.change_notice recr.questions_ahead",
    "social_contact": "place.avoid_public_area comm.preferred_channel sup.buddy",
    "reading_writing": "comm.easy_read equip.text_to_speech equip.dictation",
    "hearing": "comm.lipspeak_face comm.bsl equip.hearing_loop equip.vibrating_pager",
    "sight": "equip.screen_reader comm.large_print_contrast bldg.signage_clear trav.taxi",
    "mobility": "bldg.step_free place.ground_floor trav.taxi bldg.evac_plan",
    "hand_grip": "equip.tool_grip equip.dictation task.swap",
    "seizures": "task.no_height_ladder task.no_lone_work task.no_driving sup.crisis_plan",
    "continence": "break.toilet_free bldg.accessible_toilet",
    "pain_posture": "task.sit_option equip.ergonomic_chair break.when_needed",
    "fluctuating_condition": "time.shift_swap_easy pol.disability_leave time.flex_start",
    "learning_pace": "train.systematic_instruction train.small_steps sup.job_coach",
}

TRAVEL = {
    "walk": (0, 4),
    "wheelchair": (0, 4),
    "cycle": (5, 12),
    "bus": (15, 14),
    "train": (25, 45),
    "car_driver": (5, 32),
    "car_passenger": (5, 32),
    "taxi_atw": (10, 32),
    "works_transport": (15, 25),
}

EXCLUSIONS = {
    "no_regulated_children": "children",
    "no_regulated_adults": "adults",
    "no_alcohol_premises": "",
    "no_gambling": "",
    "no_cash_handling": "",
    "no_pharmacy_stock": "",
    "no_night_lone_work": "",
}

NAMED_TAGS = [
    *("cleaning", "cooking", "stacking", "filing", "data_entry", "driving", "animals", "plants", "repair"),
    *("caring", "talking", "selling", "lifting", "making", "checking", "sorting"),
]

CONDITIONS = re.compile(
    r"\b(health|illness|ill|sick|disab\w*|diagnos\w*|condition|autis\w*|adhd|dyslexi\w*|epilep\w*|seizure\w*|diabet\w*"
    r"|blood|medic(ine|ation)|anxi\w*|depress\w*|mental\w*|deaf\w*|blind\w*|stoma|pain|impair\w*|wheelchair|addict\w*"
    r"|therap\w*|probation officer|patient)\b",
    re.IGNORECASE,
)

QUESTIONS = [
    *((each.slug, each.ask) for each in CATALOGUE.adjustments),
    *((each.slug, each.ask) for each in CATALOGUE.dimensions),
    *((each.slug, each.ask) for each in CATALOGUE.role_exclusions),
]


class TestAdjustments:
    def test_there_are_a_hundred_and_twenty(self) -> None:
        assert len(CATALOGUE.adjustments) == 120

    def test_the_twelve_groups_have_their_sizes(self) -> None:
        assert Counter(each.group for each in CATALOGUE.adjustments) == GROUP_SIZES
        assert set(GROUP_SIZES) == set(AdjustmentGroup)

    @pytest.mark.parametrize(
        ("slug", "pay", "jobs"),
        [
            ("time.late_start", "employer_free", "some"),
            ("time.phased_start", "employer_free", "any"),
            ("place.home_mostly", "shared", "some"),
            ("place.parking_reserved", "employer_cost", "some"),
            ("sens.headphones", "employer_free", "some"),
            ("sens.hearing_defenders", "employer_cost", "most"),
            ("comm.bsl", "access_to_work", "any"),
            ("sup.job_coach", "access_to_work", "most"),
            ("equip.vibrating_pager", "shared", "any"),
            ("bldg.step_free", "shared", "some"),
            ("pol.passport", "employer_free", "any"),
        ],
    )
    def test_who_pays_and_where_it_is_possible(self, slug: str, pay: str, jobs: str) -> None:
        adjustment = CATALOGUE.adjustment(slug)

        assert (adjustment.pay, adjustment.jobs) == (pay, jobs)

    def test_who_pays_adds_up(self) -> None:
        assert Counter(each.pay for each in CATALOGUE.adjustments) == {
            "employer_free": 91,
            "employer_cost": 7,
            "access_to_work": 14,
            "shared": 8,
        }

    def test_where_they_are_possible_adds_up(self) -> None:
        assert Counter(each.jobs for each in CATALOGUE.adjustments) == {"any": 42, "most": 45, "some": 33}

    def test_none_has_been_replaced_yet(self) -> None:
        assert {each.replaced_by for each in CATALOGUE.adjustments} == {""}

    def test_offers_are_all_different_phrases(self) -> None:
        offers = [each.offer for each in CATALOGUE.adjustments]

        assert len(set(offers)) == 120
        assert not [offer for offer in offers if offer.endswith((".", "?"))]

    def test_offers_name_no_condition(self) -> None:
        assert not [each.offer for each in CATALOGUE.adjustments if CONDITIONS.search(each.offer)]

    def test_an_index_is_the_place_in_the_file(self) -> None:
        indexes = [CATALOGUE.index_of_adjustment(each.slug) for each in CATALOGUE.adjustments]

        assert indexes == list(range(120))

    def test_an_unknown_slug_is_not_found(self) -> None:
        with pytest.raises(NotFound, match=r"sens\.headphone"):
            CATALOGUE.index_of_adjustment("sens.headphone")


@pytest.mark.parametrize(("slug", "ask"), QUESTIONS, ids=[slug for slug, _ in QUESTIONS])
class TestQuestionsToAnEmployer:
    def test_is_a_question_of_at_most_25_words(self, slug: str, ask: str) -> None:
        assert ask.endswith("?")
        assert ask.count("?") == 1
        assert len(ask.split()) <= 25

    def test_names_no_condition(self, slug: str, ask: str) -> None:
        assert not CONDITIONS.search(ask)

    def test_speaks_of_the_person_as_they(self, slug: str, ask: str) -> None:
        assert not re.search(r"\b(he|she|him|her|his|hers|client|participant)\b", ask, re.IGNORECASE)


class TestSensoryCatalogue:
    def test_the_ten_dimensions_are_in_order(self) -> None:
        assert tuple(each.slug for each in CATALOGUE.dimensions) == DIMENSIONS

    @pytest.mark.parametrize("dimension", DIMENSIONS)
    def test_a_dimension_has_words_for_five_different_levels(self, dimension: str) -> None:
        levels = CATALOGUE.dimension(dimension).levels

        assert len(levels) == 5
        assert len(set(levels)) == 5

    def test_levels_run_from_least_to_most(self) -> None:
        noise = CATALOGUE.dimension("noise").levels

        assert "clock" in noise[0]
        assert "shout" in noise[4]

    @pytest.mark.parametrize("dimension", DIMENSIONS)
    def test_mitigations_have_their_version_1_effects(self, dimension: str) -> None:
        effects = {each.slug: (each.effect_levels, each.share_bands) for each in CATALOGUE.mitigations_for(dimension)}

        assert effects == EFFECTS[dimension]

    def test_extra_breaks_mitigate_nothing(self) -> None:
        assert "break.extra_short" not in {each.slug for each in CATALOGUE.mitigations}


class TestSmallerCatalogues:
    def test_there_are_about_eighty_task_tags(self) -> None:
        assert 75 <= len(CATALOGUE.task_tags) <= 95

    @pytest.mark.parametrize("slug", NAMED_TAGS)
    def test_a_tag_named_in_the_design_is_there(self, slug: str) -> None:
        assert CATALOGUE.task_tag(slug).slug == slug

    def test_texts_of_tags_are_different_plain_phrases(self) -> None:
        texts = [each.text for each in CATALOGUE.task_tags]

        assert len(set(texts)) == len(texts)
        assert not [text for text in texts if not re.fullmatch(r"[a-z][a-z ,]*[a-z]", text)]

    def test_an_index_of_a_tag_is_the_place_in_the_file(self) -> None:
        indexes = [CATALOGUE.index_of_task_tag(each.slug) for each in CATALOGUE.task_tags]

        assert indexes == list(range(len(CATALOGUE.task_tags)))

    def test_limitations_suggest_adjustments_in_order(self) -> None:
        found = {code: " ".join(slugs) for code, slugs in CATALOGUE.limitation_suggestions.items()}

        assert found == SUGGESTIONS
        assert list(CATALOGUE.limitation_labels) == list(SUGGESTIONS)

    def test_ways_to_travel_have_their_figures(self) -> None:
        found = {each.mode: (each.before_and_after_minutes, each.km_per_hour) for each in CATALOGUE.travel_modes}

        assert found == TRAVEL

    def test_role_exclusions_know_their_regulated_activity(self) -> None:
        assert {each.slug: each.regulated_activity for each in CATALOGUE.role_exclusions} == EXCLUSIONS

    @pytest.mark.parametrize("look_up", ["task_tag", "dimension", "role_exclusion", "travel_mode", "adjustment"])
    def test_what_is_not_in_the_catalogue_is_not_found(self, look_up: str) -> None:
        with pytest.raises(NotFound, match="no_such_thing"):
            getattr(CATALOGUE, look_up)("no_such_thing")


class TestRefusals:
    @pytest.mark.parametrize(
        ("file", "old", "new", "complaint"),
        [
            ("task_tags.csv", "\nfiling,", "\ncleaning,", "'cleaning' is here twice"),
            ("task_tags.csv", "\nfiling,", "\nFiling,", "'Filing' is not a slug"),
            ("task_tags.csv", ",judgement\n", ",guessed\n", "row 2, status: 'guessed' is not one of verified"),
            ("task_tags.csv", "slug,label,", "slug,name,", "row 2, label: is missing"),
            ("task_tags.csv", ",judgement\n", ",judgement,more\n", "more cells"),
            ("task_tags.csv", ',"own list, core",', ",,", "row 2, source: must not be empty"),
            ("adjustments.csv", ",employer_free,", ",the_employer,", "'the_employer' is not one of employer_free"),
            ("adjustments.csv", ",most,", ",many,", "'many' is not one of any, most, some"),
            ("adjustments.csv", ",time,", ",clock,", "row 2, group: 'clock' is not one of time"),
            ("adjustments.csv", ",time,", ",policy,", "'time' is a prefix of group policy"),
            ("adjustments.csv", '?,,"own', '?,no.such_slug,"own', "replaced_by: 'no.such_slug' is not known"),
            ("adjustments.csv", 'work?",,', 'work?",time.flex_start,', "replaced_by: 'time.flex_start' is not known"),
            ("limitation_suggestions.csv", "time.part_time", "time.whole_time", "'time.whole_time' is not known"),
            ("limitation_suggestions.csv", ",1,", ",2,", "position: is 2, should be 1"),
            ("sensory_dimensions.csv", ",1,", ",7,", "noise, order: is 7 but the row is number 1"),
            ("sensory_levels.csv", "noise,0,", "din,0,", "dimension: 'din' is not known"),
            ("sensory_levels.csv", "noise,0,", "noise,5,", "level: '5' is not a whole number from 0 to 4"),
            ("sensory_levels.csv", "noise,0,", "noise,1,", "noise, level: level 0 is missing"),
            ("mitigations.csv", "sens.headphones,", "sens.headphone,", "slug: 'sens.headphone' is not known"),
            ("mitigations.csv", ",noise,", ",sound,", "dimension: 'sound' is not known"),
            ("mitigations.csv", ",noise,1,", ",noise,3,", "effect_levels: '3' is not a whole number from 0 to 2"),
            ("mitigations.csv", ",noise,1,", ",noise,-1,", "effect_levels: '-1' is not a whole number"),
            ("role_exclusions.csv", ",children,", ",infants,", "regulated_activity: 'infants' is not known"),
            ("travel_modes.csv", ",14,", ",0,", "km_per_hour: '0' is not a whole number from 1"),
        ],
    )
    def test_a_broken_row_is_named(self, tmp_path: Path, file: str, old: str, new: str, complaint: str) -> None:
        folder = edited(CATALOGUE_FILES, to=tmp_path, file=file, old=old, new=new)

        with pytest.raises(Invalid) as refused:
            read_catalogue(folder=folder)

        assert complaint in str(refused.value)
        assert file in str(refused.value)

    def test_every_problem_is_named_at_once(self, tmp_path: Path) -> None:
        edited(CATALOGUE_FILES, to=tmp_path, file="adjustments.csv", old=",most,", new=",many,")
        edited(["travel_modes.csv"], to=tmp_path, file="travel_modes.csv", old=",14,", new=",fast,")

        with pytest.raises(Invalid) as refused:
            read_catalogue(folder=tmp_path)

        assert [each.where.file for each in refused.value.problems] == ["adjustments.csv", "travel_modes.csv"]


@pytest.mark.parametrize("file", CATALOGUE_FILES)
def test_the_digest_changes_with_one_letter_of_any_file(tmp_path: Path, file: str) -> None:
    folder = edited(CATALOGUE_FILES, to=tmp_path, file=file, old="own ", new="Own ")

    assert read_catalogue(folder=folder).digest != CATALOGUE.digest


def test_loading_the_catalogue_imports_nothing_heavy() -> None:
    code = (
        "import sys; from matching.taxonomy import load_catalogue; load_catalogue();"
        " print(*{'numpy', 'pandas', 'torch', 'faiss'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=DATA.parents[1])

    assert done.stdout.strip() == ""
