"""Pages on the organisation, for who administers: the way in, its name, how long things hold and are kept."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Response

from api.pages.route import PageRoute
from api.pages.typed import given
from api.pages.visit import SignedInVisit, Visit
from matching.actions import organisations as actions
from matching.actions.retention import past_their_time
from matching.errors import Conflict, Invalid
from matching.model.organisation import LIMITS, OrganisationSettings
from matching.model.people import Permission

router = APIRouter(prefix="/administration", route_class=PageRoute, include_in_schema=False)

#: What each setting is called, and what it does.
SETTINGS: Mapping[str, tuple[str, str]] = {
    "confirm_vacancies_days": (
        "Pause a role that nobody confirms after",
        "This is for roles that were not advertised. Anybody who sees the role can say that it is still there.",
    ),
    "consent_days": ("Ask again for consent after", "This holds for a yes without an end of its own."),
    "keep_participants_days": ("Erase people who left after", "What counts need stays, without the person."),
    "keep_profile_versions_days": (
        "Forget old versions of profiles after",
        "The newest stays, and each from which a list was drawn.",
    ),
    "keep_drafts_days": ("Forget what a second saver wrote after", "They see it until then, and can take it up."),
    "keep_shortlists_days": ("Forget shortlists after", "What was decided stays."),
    "keep_imported_files_days": ("Forget imported files after", "What they said is in the records by then."),
    "keep_traces_days": ("Forget traces after", "These are ended sessions, jobs that are done and sent messages."),
}
#: What is counted before it is forgotten, in words.
KINDS: Mapping[str, str] = {
    "profile_versions": "Old versions of profiles",
    "profile_drafts": "Drafts of second savers",
    "shortlists": "Shortlists",
    "allocations": "Proposals of who is put forward",
    "imported_files": "Imported files",
    "sessions": "Ended sessions",
    "answers": "Answers kept for a second try",
    "jobs": "Jobs that are done",
    "webhook_deliveries": "Messages to other systems",
    "participants": "People who left long ago",
}


@router.get("")
def show(visit: Visit) -> Response:
    """Show what can be administered."""
    organisation, settings = actions.read_organisation(by=visit.by, store=visit.reading)
    return visit.show("administration/show.html", organisation=organisation, settings=settings)


@router.get("/settings")
def ask(visit: Visit) -> Response:
    """Ask what is to be changed, with what is past its time today."""
    return _form(visit)


@router.post("/settings")
def change(visit: Visit) -> Response:
    """Change the name and the settings."""
    try:
        name, settings = _read(visit)
        actions.change_organisation(
            name=name,
            settings=settings,
            version=visit.form().version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _form(visit.again(refused))
    return visit.go("/administration", done="organisation-changed")


def _read(visit: SignedInVisit) -> tuple[str, OrganisationSettings]:
    visit.need(Permission.ORGANISATION_MANAGE)
    form = visit.form()
    name = form.text("name", needed="Enter the name of the organisation.", most=200)
    days = {
        field: form.whole(field, least=least, most=most, needed="Enter a number of days.", what="The number of days")
        for field, (least, most) in LIMITS.items()
    }
    forget_daily = form.yes_no("forget_daily", needed="Choose yes or no.")
    propose_nightly = form.yes_no("propose_nightly", needed="Choose yes or no.")
    form.done()
    return name, OrganisationSettings(
        forget_daily=given(forget_daily),
        propose_nightly=given(propose_nightly),
        **{field: given(each) for field, each in days.items()},
    )


def _form(visit: SignedInVisit) -> Response:
    organisation, settings = actions.read_organisation(by=visit.by, store=visit.reading)
    return visit.show(
        "administration/settings.html",
        organisation=organisation,
        known=settings.to_json(),
        settings=SETTINGS,
        past=past_their_time(store=visit.reading, at=visit.at),
        kinds=KINDS,
    )
