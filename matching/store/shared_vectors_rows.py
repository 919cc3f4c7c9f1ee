"""Document vectors of one organisation by one recipe, as PostgreSQL keeps and compares them: the statements."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import Cursor
from psycopg.sql import SQL, Composed, Placeholder
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from matching.store.database import Database
from matching.store.shared_vectors_wire import (
    Digests,
    Numbers,
    Reals,
    read_digests,
    read_numbers,
    read_reals,
    speak_arrays,
)

Documents = NDArray[np.uint8]  # n x 16: a digest each
RowNumbers = NDArray[np.int64]
Vectors = NDArray[np.float32]

#: Digests looked up, and vectors fetched or kept, in one statement.
_DIGESTS_AT_ONCE = 50_000
_VECTORS_AT_ONCE = 2_000
#: Query vectors that one look at the rows serves.
_QUERIES_AT_ONCE = 16
#: From this share of the numbers between the first and the last on, all of them are looked at: it is cheaper.
_DENSE = 0.5
#: Where an organisation's numbers begin is drawn by lot, so that a table made anew does not repeat those of the old.
_FIRST_NUMBER_BITS = 52

# Each begins with what row-level security asks anyway, so that it is one comparison a statement and not one a row.
_NUMBERS_OF: Final = SQL(
    "SELECT array_agg(document), array_agg(number) FROM document_vectors "
    "WHERE organisation_id = %(organisation)s AND recipe = %(recipe)s AND document = ANY(%(documents)s) "
    "AND vector IS NOT NULL"
)
_COUNT: Final = SQL(
    "SELECT count(*) FROM document_vectors "
    "WHERE organisation_id = %(organisation)s AND recipe = %(recipe)s AND vector IS NOT NULL"
)
_PRODUCTS: Final = SQL(
    "SELECT array_agg(number), {products} FROM document_vectors "
    "WHERE organisation_id = %(organisation)s AND recipe = %(recipe)s AND {among} AND vector IS NOT NULL"
)
#: The operator gives the negative of the product, which is turned back: also of 0, which comes as -0.
_PRODUCT: Final = SQL("array_agg((-(vector <#> {query}::real[]::halfvec))::real)")
_AMONG: Final = SQL("number = ANY(%(numbers)s)")
_BETWEEN: Final = SQL("number BETWEEN %(first)s AND %(last)s")
_NEAREST: Final = SQL(
    "SELECT array_agg(number), array_agg((-distance)::real) FROM ("
    "SELECT number, vector <#> %(query)s::real[]::halfvec AS distance FROM document_vectors "
    "WHERE organisation_id = %(organisation)s AND recipe = %(recipe)s AND number = ANY(%(numbers)s) "
    "AND vector IS NOT NULL ORDER BY distance FETCH FIRST (%(k)s) ROWS WITH TIES) AS nearest"
)
_VECTORS: Final = SQL(
    "SELECT array_agg(number), array_agg(vector::real[]) FROM document_vectors "
    "WHERE organisation_id = %(organisation)s AND recipe = %(recipe)s AND number = ANY(%(numbers)s) "
    "AND vector IS NOT NULL"
)
_KEEP: Final = SQL(
    "INSERT INTO document_vectors AS kept (organisation_id, recipe, number, document, vector) "
    "SELECT %(organisation)s, %(recipe)s, last.number + place, document, "
    "(flat.numbers[(place - 1) * %(dimension)s + 1 : place * %(dimension)s])::halfvec "
    "FROM unnest(%(documents)s) WITH ORDINALITY AS given (document, place), "
    "(SELECT %(vectors)s AS numbers) AS flat, "
    "(SELECT coalesce((SELECT max(number) FROM document_vectors "
    "WHERE organisation_id = %(organisation)s AND recipe = %(recipe)s), %(begin)s) AS number) AS last "
    "ON CONFLICT (organisation_id, recipe, document) DO UPDATE SET vector = excluded.vector WHERE kept.vector IS NULL"
)
_FORGET: Final = SQL(
    "UPDATE document_vectors SET vector = NULL "
    "WHERE organisation_id = %(organisation)s AND recipe = %(recipe)s AND document = ANY(%(documents)s)"
)
_DELETE_OTHER_RECIPES: Final = SQL(
    "DELETE FROM document_vectors WHERE organisation_id = %(organisation)s AND recipe <> %(recipe)s"
)
#: Just-in-time compilation costs more than it saves here; a larger bitmap stays exact.
_PLAN: Final = "SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)"


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorRows:
    """The rows of one organisation and recipe; each call is a transaction of that organisation."""

    database: Database
    organisation_id: str
    recipe: uuid.UUID
    dimension: int

    # -- which are there -----------------------------------------------------------------------------------------------

    def numbers_of(self, documents: Documents) -> RowNumbers:
        """The number of each document, -1 for those without a vector."""
        found: dict[bytes, int] = {}
        with self._reading() as cursor:
            for start in range(0, len(documents), _DIGESTS_AT_ONCE):
                block = Digests(documents[start : start + _DIGESTS_AT_ONCE])
                there, numbers = self._one(cursor, _NUMBERS_OF, {"documents": block})
                found.update(zip(_as_bytes(read_digests(there)), read_numbers(numbers).tolist(), strict=True))
        return np.array([found.get(each, -1) for each in _as_bytes(documents)], np.int64)

    def count(self) -> int:
        """How many documents have a vector."""
        with self._reading() as cursor:
            return int(self._one(cursor, _COUNT, {})[0])

    # -- what is asked -------------------------------------------------------------------------------------------------

    def products(self, queries: Vectors, numbers: RowNumbers) -> tuple[Vectors, NDArray[np.bool_]]:
        """The inner product of each query with each row, and which rows are there; numbers are ascending, each once."""
        products = np.zeros((len(queries), len(numbers)), np.float32)
        there = np.zeros(len(numbers), bool)
        if not len(numbers):
            return products, there
        with self._reading() as cursor:
            for start in range(0, len(queries), _QUERIES_AT_ONCE):
                block = queries[start : start + _QUERIES_AT_ONCE]
                products_of = SQL(", ").join(
                    _PRODUCT.format(query=Placeholder(_query(each))) for each in range(len(block))
                )
                found, *answers = self._one(
                    cursor,
                    _PRODUCTS.format(products=products_of, among=_BETWEEN if _is_dense(numbers) else _AMONG),
                    _asked(numbers) | {_query(each): Reals(query) for each, query in enumerate(block)},
                )
                places, wanted = _places(read_numbers(found), numbers)
                there[places] = True
                for each, answer in enumerate(answers):
                    products[start + each, places] = read_reals(answer)[wanted]
        return products, there

    def nearest(self, query: Vectors, k: int, numbers: RowNumbers) -> tuple[RowNumbers, Vectors]:
        """At least the k nearest of these rows, with every row as near as the last of them, in any order."""
        # Of numbers that are not asked about none may take a place, so they are named one by one.
        with self._reading() as cursor:
            given = {"numbers": Numbers(numbers), "query": Reals(query), "k": k}
            found, products = self._one(cursor, _NEAREST, given)
        return read_numbers(found), read_reals(products)

    def vectors(self, numbers: RowNumbers) -> tuple[Vectors, NDArray[np.bool_]]:
        """The vector of each row, and which rows are there; numbers are ascending, each once."""
        vectors = np.zeros((len(numbers), self.dimension), np.float32)
        there = np.zeros(len(numbers), bool)
        with self._reading() as cursor:
            for start in range(0, len(numbers), _VECTORS_AT_ONCE):
                block = numbers[start : start + _VECTORS_AT_ONCE]
                found, content = self._one(cursor, _VECTORS, {"numbers": Numbers(block)})
                places = start + np.searchsorted(block, read_numbers(found))
                vectors[places] = read_reals(content).reshape(-1, self.dimension)
                there[places] = True
        return vectors, there

    # -- what is kept --------------------------------------------------------------------------------------------------

    def keep(self, documents: Documents, vectors: Vectors) -> None:
        """Keep the vector of each document, all or none. One that is there stays: it was made of the same text."""
        with self._writing() as cursor:
            for start in range(0, len(documents), _VECTORS_AT_ONCE):
                block = slice(start, start + _VECTORS_AT_ONCE)
                given = {
                    "documents": Digests(documents[block]),
                    "vectors": Reals(vectors[block]),
                    "dimension": self.dimension,
                    "begin": secrets.randbits(_FIRST_NUMBER_BITS),
                }
                self._run(cursor, _KEEP, given)

    def forget(self, documents: Documents) -> None:
        """Empty the vectors of these documents, for every process; their numbers stay theirs."""
        with self._writing() as cursor:
            self._run(cursor, _FORGET, {"documents": Digests(documents)})

    def delete_other_recipes(self) -> int:
        """Delete what other recipes left of this organisation; returns how many rows."""
        with self._writing() as cursor:
            self._run(cursor, _DELETE_OTHER_RECIPES, {})
            return cursor.rowcount

    # -- transactions --------------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[Cursor[Any]]:
        with self.database.reading(self.organisation_id) as store:
            connection = store.session.connection()
            connection.execute(text(_PLAN))
            with _cursor(connection) as cursor:
                yield cursor

    @contextmanager
    def _writing(self) -> Iterator[Cursor[Any]]:
        """A transaction of its own, which takes its turn among those that keep vectors and waits for no other row.

        So whoever holds the organisation's row may keep vectors meanwhile.
        """
        with self.database.engine.begin() as connection:
            connection.execute(
                text("SELECT set_config('wellplaced.organisation', :organisation, true), pg_advisory_xact_lock(:turn)"),
                {"organisation": self.organisation_id, "turn": _turn(self.organisation_id)},
            )
            with _cursor(connection) as cursor:
                yield cursor

    def _one(self, cursor: Cursor[Any], statement: SQL | Composed, given: Mapping[str, Any]) -> Any:
        self._run(cursor, statement, given)
        return cursor.fetchone()

    def _run(self, cursor: Cursor[Any], statement: SQL | Composed, given: Mapping[str, Any]) -> None:
        own = {"organisation": self.organisation_id, "recipe": self.recipe}
        # Never prepared: a plan for any numbers is far from the best for these, and would read the query row by row.
        cursor.execute(statement, own | dict(given), prepare=False, binary=True)


def recipe_id(name: str) -> uuid.UUID:
    """What vectors of a recipe are kept by."""
    return uuid.UUID(bytes=hashlib.blake2b(name.encode(), digest_size=16).digest())


def _turn(organisation_id: str) -> int:
    content = b"wellplaced document vectors " + organisation_id.encode()
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big", signed=True)


def _query(place: int) -> str:
    return f"query_{place}"


def _asked(numbers: RowNumbers) -> dict[str, Any]:
    if _is_dense(numbers):
        return {"first": int(numbers[0]), "last": int(numbers[-1])}
    return {"numbers": Numbers(numbers)}


def _is_dense(numbers: RowNumbers) -> bool:
    return len(numbers) >= _DENSE * (int(numbers[-1]) - int(numbers[0]) + 1)


def _places(found: RowNumbers, numbers: RowNumbers) -> tuple[RowNumbers, NDArray[np.bool_]]:
    """The place in `numbers` of each found number that was asked about, and which those are."""
    places = np.minimum(np.searchsorted(numbers, found), len(numbers) - 1)
    wanted: NDArray[np.bool_] = numbers[places] == found
    return places[wanted], wanted


def _as_bytes(documents: Documents) -> list[bytes]:
    content = np.ascontiguousarray(documents).tobytes()
    return [content[at : at + 16] for at in range(0, len(content), 16)]


@contextmanager
def _cursor(connection: Connection) -> Iterator[Cursor[Any]]:
    """The driver's own cursor, which takes arrays as they lie in memory; errors are those of any other statement."""
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor(binary=True) as cursor:
            speak_arrays(cursor)
            yield cursor
    except psycopg.Error as error:
        if driver.closed:
            connection.invalidate()
        raise OperationalError("a statement on shared vectors", None, error, hide_parameters=True) from error
