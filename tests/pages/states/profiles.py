"""States of the pages on a profile."""

from tests.pages.states import State

_PERSON = "/participants/{participant_id}/profile"
_FULL = "/participants/{participant_id:full}/profile"
_SAID = {"source": "participant", "said_on-day": "20", "said_on-month": "11", "said_on-year": "2026"}
_WRONG_DAY = {"said_on-day": "30", "said_on-month": "2", "said_on-year": "2026"}

STATES = [
    State(name="profile, little known", path=_PERSON),
    State(name="profile, much known", path=f"{_FULL}?after=hours&done=profile-saved"),
    State(name="profile as its leader sees it", path=_FULL, who="lee"),
    *(
        State(name=f"profile section {section}, {known}", path=f"{path}/{section}")
        for section in (
            "goal",
            "work-wanted",
            "work-refused",
            "strengths",
            "past-jobs",
            "hours",
            "days",
            "shifts",
            "travel",
            "lifting",
            "pay",
            "checks",
            "employers",
        )
        for known, path in (("empty", _PERSON), ("full", _FULL))
    ),
    State(
        name="profile hours refused",
        path=f"{_FULL}/hours",
        typed={"hours-min": "twenty", "hours-max": "200", **_WRONG_DAY},
    ),
    State(
        name="profile hours changed meanwhile",
        path=f"{_PERSON}/hours",
        typed={"hours-max": "30", "version": "1"},
        status=412,
    ),
    State(
        name="profile days refused",
        path=f"{_FULL}/days",
        typed={"availability.mon.1.from": "nine", "availability.tue.1.to": "", "availability.sat.1.from": "9am"},
    ),
    State(
        name="profile days changed meanwhile",
        path=f"{_FULL}/days",
        typed={"availability.mon.1.to": "4pm", "version": "0"},
        status=412,
    ),
    State(name="profile jobs refused", path=f"{_FULL}/past-jobs", typed={"work_history.1.title": ""}),
    State(
        name="profile travel refused",
        path=f"{_FULL}/travel",
        typed={"travel-home": "the sea", "travel-no_go": "ME14 1AA", "travel-max_minutes": "long"},
    ),
    State(
        name="profile checks refused",
        path=f"{_FULL}/checks",
        typed={"qualifications.have": "none", "checks_to_avoid": ["standard", "none"]},
    ),
    State(name="profile adjustments, none known", path=f"{_PERSON}/adjustments"),
    State(name="profile adjustments, some", path=f"{_FULL}/adjustments?done=adjustments-added"),
    State(name="profile adjustments found", path=f"{_PERSON}/adjustments", typed={"words": "quiet breaks"}, status=200),
    State(name="profile adjustments refused", path=f"{_PERSON}/adjustments", typed=_WRONG_DAY),
    State(name="profile adjustment", path=f"{_FULL}/adjustments/1"),
    State(
        name="profile adjustment changed meanwhile",
        path=f"{_FULL}/adjustments/1",
        typed={"importance": "helpful", "version": "0"},
        status=412,
    ),
    State(name="profile refused work, new", path=f"{_FULL}/work-refused/new"),
    State(name="profile refused work, one", path=f"{_FULL}/work-refused/1"),
    State(name="profile refused work, refused", path=f"{_FULL}/work-refused/new", typed={"label": ""}),
    State(name="profile senses, none known", path=f"{_PERSON}/senses"),
    State(name="profile senses, some", path=f"{_FULL}/senses?after=noise&done=profile-saved"),
    State(name="profile sense, not known", path=f"{_PERSON}/senses/touch"),
    State(name="profile sense, known", path=f"{_FULL}/senses/noise"),
    State(
        name="profile sense refused",
        path=f"{_PERSON}/senses/noise",
        typed={"sensory-noise.direction": "avoid"},
    ),
    State(name="profile whole, little", path=f"{_PERSON}/whole"),
    State(name="profile whole, much", path=f"{_FULL}/whole"),
    State(name="profile versions", path=f"{_FULL}/versions"),
    State(name="profile version", path=f"{_FULL}/versions/1"),
    State(name="profile compared", path=f"{_FULL}/compare?from=1&to=2"),
    State(name="profile compared, the same", path=f"{_FULL}/compare?from=2&to=2"),
    State(name="profile drafts, one", path=f"{_PERSON}/drafts"),
    State(name="profile drafts of one's own", path=f"{_PERSON}/drafts", who="lee"),
    State(name="profile drafts, none", path=f"{_FULL}/drafts"),
    State(
        name="profile draft refused",
        path=f"{_PERSON}/drafts",
        form="main form[action$='take-up']",
        typed={"fields": []},
    ),
]
