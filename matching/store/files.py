"""Imports and exports: what was given and taken in, what was taken out."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select

from matching.store.nouns import Nouns, Page
from matching.store.shortlists import in_blocks
from matching.store.tables import Export, Import, Participant, VacancyRow


class Files(Nouns):
    """Files that came in and went out."""

    def get_import(self, import_id: str) -> Import:
        """The import with an id; raises `NotFound`."""
        return self._found(Import, import_id, "import")

    def locked_import(self, import_id: str) -> Import:
        """The same, kept from changes by others until the transaction ends."""
        return self._locked(Import, import_id, "import")

    def tried_before(self, *, kind: str, digest: str) -> Import | None:
        """The same content that was tried and is not taken in yet."""
        return self.session.scalar(
            select(Import).where(Import.kind == kind, Import.content_digest == digest, Import.state == "tried").limit(1)
        )

    def known_roles(self, external_refs: Collection[str]) -> int:
        """How many of these references of another system there are roles of, in few queries."""
        return self._count(VacancyRow.external_ref, external_refs)

    def known_participants(self, refs: Collection[str]) -> int:
        """How many of these references there are participants of."""
        return self._count(Participant.ref, refs)

    def _count(self, column: Any, values: Collection[str]) -> int:
        counts = (select(func.count()).where(column.in_(some)) for some in in_blocks(set(values)))
        return sum(self.session.scalar(each) or 0 for each in counts)

    def imports(self, *, kinds: list[str], after: str | None, limit: int) -> Page[Import]:
        """Imports of some kinds in the order in which they came."""
        return self._page(select(Import).where(Import.kind.in_(kinds)), Import, after=after, limit=limit)

    def exports(self, *, after: str | None, limit: int) -> Page[Export]:
        """Exports in the order in which they were made."""
        return self._page(select(Export), Export, after=after, limit=limit)
