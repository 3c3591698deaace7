"""Which records of the register a row may be about, by name in any script and country; for whole chunks of rows.

Names of organisations are the same when script, diacritics, case and legal form alone tell them apart: the rule of
``app.stakeholders.duplicates``, whose keys an index compares for five hundred names at once. What is only like a name
of the register is found by ``app.stakeholders.lookalikes``.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from app.core.access import Actor
from app.core.search_key import search_key
from app.extensions import db
from app.stakeholders.duplicates import duplicate_key
from app.stakeholders.models import Affiliation, Organisation, OrganisationName, Person
from app.stakeholders.queries import people_visible_to, visible_to

MOST_CANDIDATES = 5
# What registers give to one organisation each; a register number within its country.
NUMBERS = ("pic", "register_number")


@dataclass(frozen=True)
class Named:
    """A record found under a name: its number, its countries and what it is called."""

    id: int
    countries: frozenset[str]
    name: str


def organisations_called(actor: Actor, names: Iterable[str]) -> dict[str, list[Named]]:
    """Organisations the actor may see by the key of each name they are called by."""
    keys = {duplicate_key(name) for name in names} - {""}
    statement = (
        select(OrganisationName.duplicate_key, Organisation.id, Organisation.country, Organisation.name)
        .join(Organisation, Organisation.id == OrganisationName.organisation_id)
        .where(OrganisationName.duplicate_key.in_(keys), visible_to(actor))
        .distinct()
        .order_by(Organisation.id)
    )
    return _found(statement, keys)


def organisations_numbered(actor: Actor, numbers: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[Named]]:
    """Organisations the actor may see by column and number, as far as any has one of these."""
    found: dict[tuple[str, str], list[Named]] = {}
    for key in NUMBERS:
        wanted = {number for column, number in numbers if column == key}
        column = getattr(Organisation, key)
        statement = select(column, Organisation.id, Organisation.country, Organisation.name)
        rows = db.session.execute(statement.where(column.in_(wanted), visible_to(actor)).order_by(Organisation.id))
        for number, record_id, country, name in rows if wanted else ():
            found.setdefault((key, number), []).append(Named(record_id, frozenset({country}), name))
    return found


def people_called(actor: Actor, names: Iterable[tuple[str, str]]) -> dict[str, list[Named]]:
    """People the actor may see by the key of given and family name."""
    keys = {person_key(*name) for name in names} - {""}
    statement = (
        select(Person.name_key, Person.id, Organisation.country, Person.given_name)
        .outerjoin(Affiliation, Affiliation.person_id == Person.id)
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(Person.name_key.in_(keys), people_visible_to(actor))
        .distinct()
        .order_by(Person.id)
    )
    return _found(statement, keys)


def people_reached_at(actor: Actor, mailboxes: Iterable[str]) -> dict[str, list[int]]:
    """Keys of people by their e-mail address in small letters."""
    wanted = {address.lower() for address in mailboxes if address}
    address = func.lower(Person.email)
    found: dict[str, list[int]] = {}
    if wanted:
        statement = select(address, Person.id).where(address.in_(wanted), people_visible_to(actor)).order_by(Person.id)
        for key, record_id in db.session.execute(statement):
            found.setdefault(key, []).append(record_id)
    return found


def person_key(given_name: str, family_name: str) -> str:
    """What names of people are compared by, as ``Person.name_key`` has it."""
    return search_key(f"{family_name or given_name} {given_name}") if given_name or family_name else ""


def within(found: Sequence[Named], countries: Collection[str]) -> list[int]:
    """Keys of those records that belong to one of the countries, or of all where none is known."""
    kept = [entry for entry in found if not countries or not entry.countries or entry.countries & set(countries)]
    return [entry.id for entry in kept][:MOST_CANDIDATES]


def _found(statement: Select[Any, int, str, str], keys: Collection[str]) -> dict[str, list[Named]]:
    rows = db.session.execute(statement).all() if keys else []
    countries: dict[int, set[str]] = {}
    for _key, record_id, country, _name in rows:
        countries.setdefault(record_id, set()).update({country} if country else ())
    found: dict[str, dict[int, Named]] = {}
    for key, record_id, _country, name in rows:
        found.setdefault(key, {})[record_id] = Named(record_id, frozenset(countries[record_id]), name)
    return {key: list(entries.values()) for key, entries in found.items()}
