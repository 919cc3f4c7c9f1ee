"""Roles to look at: many at a glance, the newest or the nearest first; and what is usual for the kind of job of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from matching.actions.facts import visible_vacancy
from matching.actions.vacancies import confirm_by
from matching.errors import Invalid, Problem, Where
from matching.model.people import Actor, Permission
from matching.model.sensory import SensoryDimension
from matching.permissions import check
from matching.places import Postcode, PostcodeLevel, parse_postcode
from matching.priors import DIMENSIONS
from matching.store import Store
from matching.store.tables import VacancyRow
from matching.store.vacancies import VacancyFilter

if TYPE_CHECKING:
    from matching.actions.index import LivePools


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """A role at a glance; `km` in a straight line from the place that was asked for, none where nobody can say."""

    vacancy: VacancyRow
    employer_name: str
    document: Mapping[str, Any]
    confirm_by: datetime | None
    km: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Some of the roles that were asked for, and how many there are."""

    roles: Sequence[LookedAt]
    count: int
    without_place: int = 0


def look_through(*, only: VacancyFilter, start: int, limit: int, by: Actor, store: Store) -> Looked:
    """Roles that the asker may see, the newest first; those that nobody confirmed, the longest first."""
    check(by, Permission.VACANCIES_READ)
    rows = store.vacancies.stretch(seen_by=by, only=only, start=start, limit=limit)
    return Looked(roles=_looked_at(rows, {}, store), count=store.vacancies.count(seen_by=by, only=only))


def look_near(
    *, place: str, only: VacancyFilter, start: int, limit: int, by: Actor, store: Store, pools: LivePools
) -> Looked:
    """The same, the nearest to a place first; roles whose place nobody knows come last.

    The place is a postcode district or sector of an employer, a station or a town: a whole postcode is not taken,
    since it could be somebody's home.
    """
    check(by, Permission.VACANCIES_READ)
    snapshot = pools.current(store)
    centre = pools.means.sectors.centroid(_area(place))
    if centre is None:
        raise Invalid([Problem(Where(field="near"), "We do not know this place. It must be in Great Britain.")])
    ids = store.vacancies.ids(seen_by=by, only=only)
    km = np.full(len(ids), np.nan)
    rows = np.array([-1 if (row := snapshot.row_of(each)) is None else row for each in ids], np.int64)
    there = rows >= 0
    east, north = (snapshot.pool.columns[name][0] for name in ("easting", "northing"))
    km[there] = np.hypot(east[rows[there]] - centre[0], north[rows[there]] - centre[1]) / 1000
    # Nobody knows: last, and as before the newest first.
    order = np.argsort(km, kind="stable")[start : start + limit]
    shown = {ids[place]: None if np.isnan(km[place]) else float(km[place]) for place in order.tolist()}
    found = {row.id: row for row in store.vacancies.some(shown)}
    return Looked(
        roles=_looked_at([found[each] for each in shown], shown, store),
        count=len(ids),
        without_place=int(np.isnan(km).sum()),
    )


def usual_levels(*, vacancy_id: str, by: Actor, store: Store, pools: LivePools) -> dict[SensoryDimension, int]:
    """Sensory levels, 0 to 4, that are usual for the occupation that a role's title suggests.

    Nobody has checked them: they are no facts, and what is known of the role itself comes before them. Empty where
    the title has not been read yet.
    """
    check(by, Permission.VACANCIES_READ)
    vacancy = visible_vacancy(vacancy_id, by=by, store=store)
    snapshot = pools.current(store)
    row = snapshot.row_of(vacancy.id)
    if row is None:
        return {}
    means = snapshot.pool.columns["prior_mean"][:, row].tolist()
    return {dimension: round(mean) for dimension, mean in zip(DIMENSIONS, means, strict=True) if not isnan(mean)}


def _area(place: str) -> Postcode:
    try:
        area = parse_postcode(place)
    except ValueError:
        raise Invalid(
            [Problem(Where(field="near"), "Enter the first part of a postcode, such as ME14 or ME14 1.")]
        ) from None
    if area.level is PostcodeLevel.SECTOR and area.sector != area.text:
        raise Invalid([Problem(Where(field="near"), f"Enter only the first part of it, such as {area.outcode}.")])
    return area


def _looked_at(rows: Sequence[VacancyRow], km: Mapping[str, float | None], store: Store) -> list[LookedAt]:
    names, documents = store.vacancies.employer_names(rows), store.vacancies.documents(rows)
    within = timedelta(days=store.organisations.settings().confirm_vacancies_days)
    return [
        LookedAt(
            vacancy=row,
            employer_name=names[row.employer_id],
            document=documents[row.id],
            confirm_by=confirm_by(row, within=within),
            km=km.get(row.id),
        )
        for row in rows
    ]
