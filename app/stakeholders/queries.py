"""What can be asked about organisations and people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, false, func, or_, select
from sqlalchemy.orm import defer, joinedload, selectinload

from app.core import merging, records
from app.core.access import ANYBODY, Actor, Permission
from app.core.database import plain_rows
from app.core.files import StoredFile
from app.core.options import Option
from app.core.ranking import FoundBy
from app.core.search_key import search_key
from app.extensions import db
from app.stakeholders.consent import ConsentEntry
from app.stakeholders.merge_records import OrganisationMerge, PersonMerge
from app.stakeholders.models import Affiliation, Organisation, Person

MOST_OPTIONS = 20
MOST_MERGES = 20
FOUND_AS = FoundBy((Person.given_name, Person.family_name, Person.native_name), Person.search_key)
FOUND_BY = FoundBy((Organisation.name, Organisation.native_name), Organisation.search_key)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Organisations the actor may see: the consortium all, an invited stakeholder its own, the public the partners.

    Nobody sees one that was merged into another.
    """
    standing = Organisation.absorbed_by_id.is_(None)
    if actor.is_internal:
        return standing
    if actor.is_authenticated:
        return standing & (Organisation.is_partner | Organisation.id.in_(actor.organisations))
    return standing & Organisation.is_partner


def people_visible_to(actor: Actor) -> ColumnElement[bool]:
    """People the actor may see; nobody without the permission to read personal data, nobody who was merged."""
    return Person.absorbed_by_id.is_(None) if actor.may(Permission.PERSON_READ) else false()


def organisation(actor: Actor, organisation_id: int) -> Organisation:
    """One organisation with its names. Raises ``NoResultFound`` when it does not exist or is not open to the actor."""
    return db.session.execute(
        select(Organisation)
        .where(Organisation.id == organisation_id, visible_to(actor))
        .options(selectinload(Organisation.names))
    ).scalar_one()


def survivor_of(actor: Actor, organisation_id: int) -> int | None:
    """The key of the organisation that one which was merged stands in now, however often that was merged itself."""
    key: int | None = organisation_id
    for _step in range(MOST_MERGES):
        key = db.session.scalar(select(Organisation.absorbed_by_id).where(Organisation.id == key))
        if key is None or db.session.scalar(select(Organisation.id).where(Organisation.id == key, visible_to(actor))):
            return key
    return None


def gone_up(actor: Actor, organisation_id: int) -> tuple[str, Organisation]:
    """What an organisation that was merged was called, and the one it stands in now.

    Raises ``NoResultFound`` where there is none, or none that is open to the actor.
    """
    survivor = survivor_of(actor, organisation_id)
    called = db.session.execute(select(Organisation.name).where(Organisation.id == organisation_id)).scalar_one()
    return called, organisation(actor, survivor or 0)


def merge(actor: Actor, merge_id: int) -> OrganisationMerge:
    """One merge, of an organisation that the actor may see. Raises ``NoResultFound`` like ``organisation``."""
    return db.session.execute(
        select(OrganisationMerge)
        .join(Organisation, Organisation.id == OrganisationMerge.survivor_id)
        .where(OrganisationMerge.id == merge_id, or_(visible_to(actor), Organisation.absorbed_by_id.is_not(None)))
    ).scalar_one()


def merges_into(organisation: Organisation) -> list[OrganisationMerge]:
    """What was merged into an organisation and is not undone, the latest first."""
    return list(
        db.session.scalars(
            select(OrganisationMerge)
            .where(OrganisationMerge.survivor_id == organisation.id, OrganisationMerge.undone_at.is_(None))
            .order_by(OrganisationMerge.id.desc())
            .options(defer(OrganisationMerge.steps))
        )
    )


def affiliations(actor: Actor, organisation: Organisation) -> list[Affiliation]:
    """Who speaks or spoke for an organisation, the present first, without who was erased.

    Empty for whom personal data are closed.
    """
    return list(
        db.session.scalars(
            select(Affiliation)
            .join(Affiliation.person)
            .where(Affiliation.organisation_id == organisation.id, people_visible_to(actor), Person.erased_on.is_(None))
            .options(joinedload(Affiliation.person))
            .order_by(Affiliation.valid_to.is_not(None), Affiliation.valid_from.desc().nulls_last(), Affiliation.id)
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
        .options(
            selectinload(Person.affiliations).joinedload(Affiliation.organisation),
            selectinload(Person.consents).joinedload(ConsentEntry.evidence),
        )
    ).scalar_one()


def person_now(actor: Actor, person_id: int) -> int | None:
    """The key of the person into whom one was merged, where that one is open to the actor."""
    key = db.session.scalar(select(Person.absorbed_by_id).where(Person.id == person_id))
    return db.session.scalar(select(Person.id).where(Person.id == key, people_visible_to(actor)))


def person_gone_up(actor: Actor, person_id: int) -> tuple[str, Person]:
    """The same of a person."""
    now = person(actor, person_now(actor, person_id) or 0)
    return db.session.execute(select(Person).where(Person.id == person_id)).scalar_one().name, now


def person_merge(actor: Actor, merge_id: int) -> PersonMerge:
    """One merge, of a person whom the actor may see. Raises ``NoResultFound`` like ``organisation``."""
    return db.session.execute(
        select(PersonMerge)
        .join(Person, Person.id == PersonMerge.survivor_id)
        .where(PersonMerge.id == merge_id, people_visible_to(actor))
    ).scalar_one()


def merges_into_person(person: Person) -> list[PersonMerge]:
    """Who was merged into a person and is not undone, the latest first."""
    return list(
        db.session.scalars(
            select(PersonMerge)
            .where(PersonMerge.survivor_id == person.id, PersonMerge.undone_at.is_(None))
            .order_by(PersonMerge.id.desc())
            .options(defer(PersonMerge.steps), joinedload(PersonMerge.absorbed))
        )
    )


@dataclass(frozen=True)
class InTheWay:
    """Something both have and that cannot be joined: what it is called, the record it belongs to and its page."""

    label: str
    name: str
    url: str | None


@dataclass(frozen=True)
class Moving:
    """What a merge would move: how many rows of which kinds, what of both becomes one, and what forbids the merge."""

    kinds: Sequence[tuple[str, int]]
    joined: Sequence[str]
    in_the_way: Sequence[InTheWay]


def moving_along(target: Table, absorbed_id: int, survivor_id: int) -> Moving:
    """What refers to the record that goes, as people call it; what follows from other rows is told with them."""
    kinds = Counter[str]()
    for table, count in merging.counted(db.session, target, absorbed_id).items():
        kinds[records.label_of(table)] += count
    held = merging.obstacles(db.session, target, absorbed_id, survivor_id)
    names, urls = records.names_of(db.session, held), records.urls_of(db.session, held)
    in_the_way = [InTheWay(records.label_of(row[0]), names.get(row, ""), urls.get(row)) for row in held]
    return Moving(sorted(kinds.items()), merging.foretold(db.session, target, absorbed_id, survivor_id), in_the_way)


def consent_evidence(person: Person, file_id: int) -> StoredFile:
    """A file that shows what a person agreed to or withdrew. Raises ``NoResultFound`` for any other."""
    return db.session.execute(
        select(StoredFile)
        .join(ConsentEntry, ConsentEntry.evidence_id == StoredFile.id)
        .where(ConsentEntry.id.in_([entry.id for entry in person.consents]), StoredFile.id == file_id)
        .limit(1)
    ).scalar_one()


def partners() -> list[Organisation]:
    """The partners of the consortium in the order of their numbers."""
    return list(
        db.session.scalars(select(Organisation).where(visible_to(ANYBODY)).order_by(Organisation.partner_number))
    )


def by_place(found: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
    """How many organisations of a list there are by country, region, city and category."""
    rows = found.order_by(None).subquery()
    where = (rows.c.country, rows.c.region, rows.c.city, rows.c.category)
    statement = select(*where, func.count().label("count")).group_by(*where).order_by(*where)
    return plain_rows(db.session, statement)


def find_options(actor: Actor, query: str) -> list[Option]:
    """Organisations found under any of their names, in any script, for a picker."""
    statement = select(Organisation).where(visible_to(actor))
    if search_key(query):
        statement = statement.where(FOUND_BY.holds(query)).order_by(FOUND_BY.nearness(query))
    statement = statement.order_by(Organisation.name_key, Organisation.id)
    return [_option(row) for row in db.session.scalars(statement.limit(MOST_OPTIONS))]


def options_of(actor: Actor, keys: Sequence[int]) -> list[Option]:
    """The organisations with these keys that the actor may see, for a picker."""
    statement = select(Organisation).where(Organisation.id.in_(keys), visible_to(actor))
    return [_option(row) for row in db.session.scalars(statement.order_by(Organisation.name_key))]


def by_keys(actor: Actor, keys: Sequence[int]) -> list[Organisation]:
    """The organisations with these keys that the actor may see."""
    return list(db.session.scalars(select(Organisation).where(Organisation.id.in_(keys), visible_to(actor))))


def _option(organisation: Organisation) -> Option:
    return Option(
        value=organisation.id,
        label=organisation.name,
        code=organisation.country,
        native=organisation.native_name or "",
        note=str(organisation.category.label),
        is_example=organisation.is_example,
    )


def find_people(actor: Actor, query: str) -> list[Option]:
    """People found by a name in any script, for a picker; none for whom personal data are closed."""
    statement = select(Person).where(people_visible_to(actor), Person.erased_on.is_(None))
    if search_key(query):
        statement = statement.where(FOUND_AS.holds(query)).order_by(FOUND_AS.nearness(query))
    statement = statement.order_by(Person.name_key, Person.id).limit(MOST_OPTIONS)
    return [_person_option(row) for row in db.session.scalars(_with_bodies(statement))]


def people_options(actor: Actor, keys: Sequence[int]) -> list[Option]:
    """The people with these keys that the actor may see, for a picker."""
    return [_person_option(row) for row in people_by_keys(actor, keys)]


def people_by_keys(actor: Actor, keys: Sequence[int]) -> list[Person]:
    """The people with these keys that the actor may see, by name, with whom they speak for."""
    statement = select(Person).where(Person.id.in_(keys), people_visible_to(actor), Person.erased_on.is_(None))
    return list(db.session.scalars(_with_bodies(statement.order_by(Person.name_key))))


def _with_bodies(statement: Select[Person]) -> Select[Person]:
    return statement.options(selectinload(Person.affiliations).joinedload(Affiliation.organisation))


def _person_option(person: Person) -> Option:
    body = person.affiliations[0].organisation if person.affiliations else None
    return Option(
        value=person.id,
        label=person.name,
        code=body.country if body else "",
        native=person.native_name or "",
        note=body.name if body else "",
        is_example=person.is_example,
    )
