"""What an actor may do to records, as a criterion: the form in which a statement asks what ``Actor.may`` answers."""

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from app.core.access import Actor, Permission


def reach(
    actor: Actor,
    permission: Permission,
    *,
    country: InstrumentedAttribute[Any],
    owned_by: Callable[[Collection[int]], ColumnElement[bool]] | None = None,
) -> ColumnElement[bool]:
    """The records that the actor has ``permission`` for.

    ``country`` is the column of a record's country, as its ``access_country`` says; ``owned_by`` says that one of these
    organisations is among its ``access_organisations``, and is left out where a record has none.
    """
    countries = actor.countries_for(permission)
    if countries is None:
        return true()
    ways: list[ColumnElement[bool]] = [country.in_(countries)] if countries else []
    organisations = actor.organisations_for(permission)
    if organisations and owned_by is not None:
        ways.append(owned_by(organisations))
    return or_(false(), *ways)
