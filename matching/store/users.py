"""Users of the organisation, and their machine tokens."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from matching.errors import Conflict, NotFound
from matching.model.people import Role
from matching.store.nouns import Nouns, Page
from matching.store.tables import MachineToken, User


class Users(Nouns):
    """Users of the organisation."""

    def get(self, user_id: str) -> User:
        """The user with an id; raises `NotFound`."""
        return self._found(User, user_id, "user")

    def locked(self, user_id: str) -> User:
        """The same, kept from changes by others until the transaction ends; always as it is now."""
        return self._locked(User, user_id, "user")

    def find(self, user_id: str) -> User | None:
        """The user with an id, if it is one: a machine asks under an id that is no user's."""
        return self.session.scalar(select(User).where(User.id == user_id))

    def write(self, user: User) -> None:
        """Write a new or changed user; an address that signs somebody else in already is a conflict."""
        self.session.add(user)
        try:
            self.session.flush()
        except IntegrityError:
            # The address may be of another organisation, which this transaction cannot see: the database tells.
            raise Conflict("This address signs in somebody else already.") from None

    def all(self) -> list[User]:
        """Everybody, by id."""
        return list(self.session.scalars(select(User).order_by(User.id)))

    def names(self, user_ids: Collection[str]) -> dict[str, str]:
        """What some users are called."""
        rows = self.session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
        return {row[0]: row[1] for row in rows}

    def page(self, *, after: str | None, limit: int) -> Page[User]:
        """Users by id."""
        return self._page(select(User), User, after=after, limit=limit)

    def administrators_besides(self, user_id: str) -> int:
        """How many others may sign in and manage users."""
        rows = self.session.execute(select(User.id, User.roles).where(User.disabled_at.is_(None), User.id != user_id))
        return sum(Role.ADMINISTRATOR.value in roles for _, roles in rows)

    def add_token(self, token: MachineToken) -> None:
        """Write a new machine token."""
        self.session.add(token)
        self.session.flush()

    def token(self, public_id: str) -> MachineToken:
        """The machine token that is called by an id; raises `NotFound`."""
        token = self.find_token(public_id)
        if token is None:
            raise NotFound("There is no such token.")
        return token

    def find_token(self, public_id: str) -> MachineToken | None:
        """The machine token that is called by an id, if there is one."""
        return self.session.scalar(select(MachineToken).where(MachineToken.public_id == public_id))

    def tokens(self, *, after: str | None, limit: int) -> Page[MachineToken]:
        """Machine tokens in the order in which they were made, those that ended too."""
        statement = select(MachineToken)
        if after is not None:
            statement = statement.where(MachineToken.public_id > after)
        rows = list(self.session.scalars(statement.order_by(MachineToken.public_id).limit(limit + 1)))
        return Page(items=rows[:limit], next_after=rows[limit - 1].public_id if len(rows) > limit else None)
