"""What can be asked about organisations and people."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, false, func, select, true
from sqlalchemy.orm import joinedload, selectinload

from app.core.access import Actor, Permission
from app.core.database import plain_rows
from app.core.fields import Option
from app.core.search_key import search_key
from app.extensions import db
from app.stakeholders.models import Affiliation, Organisation, Person

MOST_OPTIONS = 20


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Organisations the actor may see: the consortium all, an invited stakeholder its own, the public the partners."""
    if actor.is_internal:
        return true()
    if actor.is_authenticated:
        return Organisation.is_partner | Organisation.id.in_(actor.organisations)
    return Organisation.is_partner.expression


def people_visible_to(actor: Actor) -> ColumnElement[bool]:
    """People the actor may see; nobody without the permission to read personal data."""
    return true() if actor.may(Permission.PERSON_READ) else false()


def organisation(actor: Actor, organisation_id: int) -> Organisation:
    """One organisation with its names. Raises ``NoResultFound`` when it does not exist or is not open to the actor."""
    return db.session.execute(
        select(Organisation)
        .where(Organisation.id == organisation_id, visible_to(actor))
        .options(selectinload(Organisation.names))
    ).scalar_one()


def affiliations(actor: Actor, organisation: Organisation) -> list[Affiliation]:
    """Who speaks or spoke for an organisation, the present first; empty for whom personal data are closed."""
    return list(
        db.session.scalars(
            select(Affiliation)
            .join(Affiliation.person)
            .where(Affiliation.organisation_id == organisation.id, people_visible_to(actor))
            .options(joinedload(Affiliation.person))
            .order_by(Affiliation.valid_to.is_not(None), Affiliation.valid_from.desc(), Affiliation.id)
        )
    )


def spokespeople(actor: Actor, organisation: Organisation, day: date) -> list[Affiliation]:
    """Who spoke for an organisation on a day."""
    return [entry for entry in affiliations(actor, organisation) if entry.holds_on(day)]


def person(actor: Actor, person_id: int) -> Person:
    """One person with affiliations. Raises ``NoResultFound`` like ``organisation``."""
    return db.session.execute(
        select(Person)
        .where(Person.id == person_id, people_visible_to(actor))
        .options(selectinload(Person.affiliations).joinedload(Affiliation.organisation))
    ).scalar_one()


def partners() -> list[Organisation]:
    """The partners of the consortium in the order of their numbers."""
    return list(
        db.session.scalars(select(Organisation).where(Organisation.is_partner).order_by(Organisation.partner_number))
    )


def by_place(found: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
    """How many organisations of a list there are by country, region, city and category."""
    rows = found.order_by(None).subquery()
    where = (rows.c.country, rows.c.region, rows.c.city, rows.c.category)
    statement = select(*where, func.count().label("count")).group_by(*where).order_by(*where)
    return plain_rows(db.session, statement)


def find_options(actor: Actor, query: str) -> list[Option]:
    """Organisations found under any of their names, in any script, for a picker."""
    key = search_key(query)
    statement = select(Organisation).where(visible_to(actor)).order_by(Organisation.name_key, Organisation.id)
    if key:
        statement = statement.where(Organisation.search_key.contains(key, autoescape=True))
    return [_option(row) for row in db.session.scalars(statement.limit(MOST_OPTIONS))]


def options_of(actor: Actor, keys: Sequence[int]) -> list[Option]:
    """The organisations with these keys that the actor may see, for a picker."""
    statement = select(Organisation).where(Organisation.id.in_(keys), visible_to(actor))
    return [_option(row) for row in db.session.scalars(statement.order_by(Organisation.name_key))]


def by_keys(actor: Actor, keys: Sequence[int]) -> list[Organisation]:
    """The organisations with these keys that the actor may see."""
    return list(db.session.scalars(select(Organisation).where(Organisation.id.in_(keys), visible_to(actor))))


def similar(actor: Actor, name: str, country: str | None) -> list[Organisation]:
    """Organisations of the country whose names read the same as ``name``, whatever the script."""
    key = search_key(name)
    if len(key) < 3:
        return []
    statement = select(Organisation).where(visible_to(actor), Organisation.search_key.contains(key, autoescape=True))
    if country:
        statement = statement.where(Organisation.country == country)
    return list(db.session.scalars(statement.order_by(Organisation.name_key).limit(3)))


def _option(organisation: Organisation) -> Option:
    return Option(
        value=organisation.id,
        label=organisation.name,
        code=organisation.country,
        native=organisation.native_name or "",
        note=str(organisation.category.label),
        is_example=organisation.is_example,
    )
