"""Users of the organisation, and their machine tokens."""

from __future__ import annotations

from sqlalchemy import select

from matching.store.nouns import Nouns
from matching.store.tables import User


class Users(Nouns):
    """Users of the organisation."""

    def get(self, user_id: str) -> User:
        """The user with an id; raises `NotFound`."""
        return self._found(User, user_id, "user")

    def all(self) -> list[User]:
        """Everybody, by id."""
        return list(self.session.scalars(select(User).order_by(User.id)))
