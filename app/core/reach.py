"""What an actor may do to records, for statements and forms: as a criterion, and as countries that can be chosen."""

from collections.abc import Callable, Collection, Iterable, Sequence
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


def choosable(
    actor: Actor, permission: Permission, countries: Iterable[tuple[str, str]], stands: str | None = None
) -> list[tuple[str, str]]:
    """Those of the countries, as choices of a form, in which the actor has ``permission`` for some record.

    Whoever has it for records of their own organisation is offered its country, though such a record may belong to
    another one. ``stands`` is where the record is now.
    """
    reached = actor.countries_for(permission)
    if reached is None:
        return list(countries)
    reached |= actor.countries_with_organisations_for(permission)
    return [choice for choice in countries if choice[0] in reached or choice[0] == stands]


def likely(actor: Actor, choices: Sequence[tuple[str, str]]) -> str | None:
    """The country to begin with: the only one that can be chosen, else the only one that is the actor's own."""
    codes = [code for code, _label in choices]
    own = [code for code in codes if code in actor.countries]
    return next((found[0] for found in (codes, own) if len(found) == 1), None)
