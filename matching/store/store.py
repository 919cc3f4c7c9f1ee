"""One transaction over the rows of one organisation; its nouns are found by name."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy.orm import Session

from matching.store.alerts import Alerts
from matching.store.audit import Audit
from matching.store.consents import Consents
from matching.store.contacts import Contacts
from matching.store.decisions import Decisions
from matching.store.employers import Employers
from matching.store.files import Files
from matching.store.jobs import Jobs
from matching.store.organisations import Organisations
from matching.store.participants import Participants
from matching.store.placements import Placements
from matching.store.pool import Pool
from matching.store.profiles import Profiles
from matching.store.shortlists import Shortlists
from matching.store.sign_ins import SignIns
from matching.store.users import Users
from matching.store.vacancies import Vacancies
from matching.store.webhooks import Webhooks


class Store:
    """What an action is given: every query through it is of one organisation, and its end is one commit."""

    def __init__(self, session: Session, organisation_id: str) -> None:
        self.session = session
        self.organisation_id = organisation_id

    def finish(self) -> None:
        """Write what must come last, before the commit: what is numbered, under its lock for as short as can be."""
        self.session.flush()
        self.pool.write()
        self.audit.write()

    @cached_property
    def organisations(self) -> Organisations:
        """The organisation itself and its teams."""
        return Organisations(self)

    @cached_property
    def users(self) -> Users:
        """Users of the organisation, and their machine tokens."""
        return Users(self)

    @cached_property
    def sign_ins(self) -> SignIns:
        """Sessions, single-use codes and remembered answers to retried requests."""
        return SignIns(self)

    @cached_property
    def participants(self) -> Participants:
        """Participants: who they are, whose caseload they are on."""
        return Participants(self)

    @cached_property
    def profiles(self) -> Profiles:
        """Versioned vocational profiles; what concerns safety is kept in a table of its own."""
        return Profiles(self)

    @cached_property
    def consents(self) -> Consents:
        """What participants decided about telling employers."""
        return Consents(self)

    @cached_property
    def employers(self) -> Employers:
        """Employers and their workplaces."""
        return Employers(self)

    @cached_property
    def vacancies(self) -> Vacancies:
        """Vacancies, their versions and the facts behind them."""
        return Vacancies(self)

    @cached_property
    def pool(self) -> Pool:
        """The order in which versions of vacancies entered the pool, and the vectors of their texts."""
        return Pool(self)

    @cached_property
    def shortlists(self) -> Shortlists:
        """Shortlists as drawn, and how people arranged them."""
        return Shortlists(self)

    @cached_property
    def decisions(self) -> Decisions:
        """Decisions on roles, with their history."""
        return Decisions(self)

    @cached_property
    def alerts(self) -> Alerts:
        """Standings, alerts and proposals of allocation."""
        return Alerts(self)

    @cached_property
    def contacts(self) -> Contacts:
        """Contacts with employers, their answers, and job tasters."""
        return Contacts(self)

    @cached_property
    def placements(self) -> Placements:
        """Jobs started, check-ins, earnings and outcomes."""
        return Placements(self)

    @cached_property
    def jobs(self) -> Jobs:
        """Work to be done after the transaction that asked for it."""
        return Jobs(self)

    @cached_property
    def webhooks(self) -> Webhooks:
        """Where other systems want to be told."""
        return Webhooks(self)

    @cached_property
    def files(self) -> Files:
        """Imports and exports."""
        return Files(self)

    @cached_property
    def audit(self) -> Audit:
        """The audit record: written once, read by auditors."""
        return Audit(self)
