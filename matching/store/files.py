"""Imports and exports: what was given and taken in, what was taken out."""

from __future__ import annotations

from sqlalchemy import select

from matching.store.nouns import Nouns, Page
from matching.store.tables import Export, Import


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

    def imports(self, *, kinds: list[str], after: str | None, limit: int) -> Page[Import]:
        """Imports of some kinds in the order in which they came."""
        return self._page(select(Import).where(Import.kind.in_(kinds)), Import, after=after, limit=limit)

    def exports(self, *, after: str | None, limit: int) -> Page[Export]:
        """Exports in the order in which they were made."""
        return self._page(select(Export), Export, after=after, limit=limit)
