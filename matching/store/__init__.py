"""Everything that is remembered: a `Database` opens transactions, a `Store` is one of them."""

from matching.store.database import Database, open_database
from matching.store.ids import new_id
from matching.store.nouns import Page
from matching.store.store import Store

__all__ = ["Database", "Page", "Store", "new_id", "open_database"]
