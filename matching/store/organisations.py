"""The organisation itself and its teams."""

from __future__ import annotations

from sqlalchemy import select

from matching.model.organisation import OrganisationSettings, settings_from_json
from matching.store.nouns import Nouns, Page
from matching.store.tables import Organisation, Team


class Organisations(Nouns):
    """The organisation itself and its teams."""

    def get(self) -> Organisation:
        """The organisation of this transaction."""
        return self.session.scalars(select(Organisation)).one()

    def locked(self) -> Organisation:
        """The same, kept from changes by others until the transaction ends; always as it is now."""
        statement = select(Organisation).with_for_update().execution_options(populate_existing=True)
        return self.session.scalars(statement).one()

    def settings(self) -> OrganisationSettings:
        """What the organisation has set, with defaults for the rest."""
        return settings_from_json(self.get().settings)

    def found(self, organisation: Organisation) -> None:
        """Write the organisation itself: the first row of all."""
        self.session.add(organisation)
        self.session.flush()

    def team(self, team_id: str) -> Team:
        """The team with an id; raises `NotFound`."""
        return self._found(Team, team_id, "team")

    def team_named(self, name: str) -> Team | None:
        """The team with a name."""
        return self.session.scalar(select(Team).where(Team.name == name))

    def team_ids(self) -> set[str]:
        """The ids of all teams."""
        return set(self.session.scalars(select(Team.id)))

    def team_names(self) -> dict[str, str]:
        """What each team is called."""
        return {team.id: team.name for team in self.session.scalars(select(Team))}

    def teams(self, *, after: str | None, limit: int) -> Page[Team]:
        """Teams by id."""
        return self._page(select(Team), Team, after=after, limit=limit)
