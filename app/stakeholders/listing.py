"""The lists of organisations and of people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Response
from flask_babel import lazy_gettext as _l
from sqlalchemy import SQLColumnExpression, select
from sqlalchemy.orm import Session, selectinload

from app.core import portal
from app.core.access import Actor, Permission
from app.core.exonyms import keys_of_place
from app.core.list_page import ListPage
from app.core.listing import Column, Filter, Listing, Rows, has_code
from app.core.record_export import export_records, written
from app.core.templating import country_name, plain_tr
from app.extensions import db
from app.stakeholders.consent import ConsentPurpose, agreed_to
from app.stakeholders.imports import columns, people_columns
from app.stakeholders.models import Affiliation, Category, LawfulBasis, Organisation, Person, RecognitionRole
from app.stakeholders.queries import FOUND_AS, FOUND_BY, people_visible_to, visible_to
from app.stakeholders.review import latest_affiliation
from app.stakeholders.services import PersonFacts

O = Organisation  # noqa: E741 - the table of this module, named in every line


def countries() -> list[tuple[str, str]]:
    """The consortium's countries for a filter, in the reader's language."""
    return sorted(
        ((country.code, country_name(country.code)) for country in portal.consortium().countries),
        key=lambda choice: choice[1],
    )


def region_name(code: str | None) -> str:
    """A region's name in the reader's language."""
    region = portal.consortium().by_region.get(code or "")
    return plain_tr(region.name) if region else (code or "")


def regions() -> list[tuple[str, str]]:
    """Regions one can choose, by country."""
    return [
        (region.code, f"{region.country} · {plain_tr(region.name)}")
        for region in portal.consortium().regions
        if not region.hidden
    ]


class OrganisationListing(Listing):
    """Organisations, by name."""

    title = _l("Stakeholders")
    filename = "stakeholders"
    default_sort = "name"
    found_by = FOUND_BY
    columns = (
        Column("id", _l("Number"), lambda row: row.id, in_page=False),
        Column("name", _l("Name"), lambda row: row.name, sort=O.name_key),
        Column("native_name", _l("National name"), lambda row: row.native_name, in_page=False),
        Column("country", _l("Country"), lambda row: row.country, sort=(O.country, O.name_key)),
        Column("region", _l("Region"), lambda row: row.region, css="fold"),
        Column("city", _l("Place"), lambda row: row.city, in_page=False),
        Column("category", _l("Category"), lambda row: row.category.value, sort=(O.category, O.name_key)),
        Column(
            "recognition_roles",
            _l("Role in recognition"),
            lambda row: " ".join(row.recognition_roles or ()),
            in_page=False,
        ),
        Column("website", _l("Website"), lambda row: row.website, in_page=False),
        Column("partner_number", _l("Partner"), lambda row: row.partner_number, sort=O.partner_number, css="num"),
        Column("is_example", _l("Example"), lambda row: "yes" if row.is_example else "", in_page=False),
    )
    filters = (
        Filter("country", _l("Country"), lambda s, v: s.where(O.country == v), countries),
        Filter("region", _l("Region"), lambda s, v: s.where(O.region == v), regions),
        Filter("category", _l("Category"), lambda s, v: s.where(O.category == v), Category.choices),
        Filter("place", _l("Place"), lambda s, v: s.where(O.city_key.in_(keys_of_place(v))), kind="text"),
        Filter(
            "role",
            _l("Role in recognition"),
            lambda s, v: s.where(has_code(O.recognition_roles, v)),
            RecognitionRole.choices,
        ),
        Filter(
            "partner",
            _l("Part in the project"),
            lambda s, v: s.where(O.is_partner == (v == "yes")),
            lambda: [("yes", _l("Partners")), ("no", _l("Others"))],
        ),
    )

    def statement(self, actor: Actor) -> Rows:
        """Rows of organisations the actor may see."""
        return select(
            O.id,
            O.name,
            O.name_language,
            O.native_name,
            O.native_language,
            O.country,
            O.region,
            O.city,
            O.category,
            O.recognition_roles,
            O.website,
            O.is_partner,
            O.is_coordinator,
            O.partner_number,
            O.is_example,
        ).where(visible_to(actor))

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The organisation's number."""
        return O.id

    def page(self, session: Session, actor: Actor, path: str, args: Mapping[str, str]) -> "OrganisationPage":
        """The page of the list that the query arguments ask for."""
        return OrganisationPage(self, session, actor, path, args)


class OrganisationPage(ListPage):
    """One page of the register; its file holds whole organisations, in columns that can be imported again."""

    def export(self, kind: str) -> Response:
        """Everything the filters leave, in the order shown: ``csv`` or ``xlsx``, a column for every field."""
        # Notes are the consortium's own business, as on the organisation's page.
        every = [column for column in columns.columns() if column.key != "notes" or self.actor.is_internal]

        def cells_of(keys: Sequence[int]) -> Iterator[list[Any]]:
            wanted = select(O).where(O.id.in_(keys), visible_to(self.actor)).options(selectinload(O.names))
            found = {record.id: record for record in db.session.scalars(wanted)}
            added = self.added_to(db.session.connection(), keys)
            for record in filter(None, map(found.get, keys)):
                identity = (record.id, str(record.uid), record.version)
                told = (record.partner_number, "yes" if record.is_example else "", *added[record.id])
                yield [*identity, *written(every, columns.facts_of(record)), *told]

        more = [addition.column.key for addition in self.additions]
        head = [*columns.IDENTITY, *(column.key for column in every), *columns.TOLD_ONLY, *more]
        return export_records(self, kind, head, O.id.expression, cells_of)


class PersonListing(Listing):
    """People, by family name, with the organisation each spoke for last.

    Its files hold mailboxes and telephone numbers only for whoever may hand out and import these people's data.
    """

    title = _l("People")
    filename = "people"
    default_sort = "name"
    found_by = FOUND_AS
    columns = (
        Column(
            "name", _l("Name"), lambda row: f"{row.given_name} {row.family_name or ''}".strip(), sort=Person.name_key
        ),
        Column("native_name", _l("National name"), lambda row: row.native_name, in_page=False),
        Column("organisation", _l("Speaks for"), lambda row: row.organisation),
        Column("country", _l("Country"), lambda row: row.country, sort=(O.country, Person.name_key)),
        Column("lawful_basis", _l("Lawful basis"), lambda row: row.lawful_basis.value, css="fold"),
        Column("source", _l("Source"), lambda row: row.source.value, in_page=False),
    )
    filters = (
        Filter("country", _l("Country"), lambda s, v: s.where(O.country == v), countries),
        Filter("basis", _l("Lawful basis"), lambda s, v: s.where(Person.lawful_basis == v), LawfulBasis.choices),
        Filter(
            "agreed",
            _l("Agreed to"),
            lambda s, v: s.where(agreed_to(ConsentPurpose(v))),
            ConsentPurpose.choices,
        ),
    )

    def statement(self, actor: Actor) -> Rows:
        """Rows of people the actor may see; those who were erased are counted elsewhere, not listed."""
        return (
            select(
                Person.id,
                Person.given_name,
                Person.family_name,
                Person.native_name,
                Person.native_language,
                Person.lawful_basis,
                Person.source,
                Person.is_example,
                O.id.label("organisation_id"),
                O.name.label("organisation"),
                O.country,
            )
            .outerjoin(Affiliation, Affiliation.id == latest_affiliation())
            .outerjoin(O, O.id == Affiliation.organisation_id)
            .where(people_visible_to(actor), Person.erased_on.is_(None))
        )

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The person's number."""
        return Person.id

    def page(self, session: Session, actor: Actor, path: str, args: Mapping[str, str]) -> "PersonPage":
        """The page of the list that the query arguments ask for."""
        return PersonPage(self, session, actor, path, args)


def _unreached(facts: PersonFacts) -> PersonFacts:
    return replace(facts, email=None, phone=None)


class PersonPage(ListPage):
    """One page of the people; its file holds whole records, in columns that can be imported again."""

    def _reaches(self, person: Person | None = None) -> bool:
        """Whether the actor may take along how a person is reached; without one, how anybody is."""
        wanted = (Permission.PERSON_EXPORT, Permission.STAKEHOLDER_IMPORT)
        return all(self.actor.may(permission, person) for permission in wanted)

    def export(self, kind: str) -> Response:
        """Everything the filters leave, in the order shown: ``csv`` or ``xlsx``, a column for every field."""
        known = people_columns.columns(tuple(portal.consortium().by_language))
        hidden = {*people_columns.TAKEN_ONLY, *(() if self._reaches() else people_columns.CONTACT)}
        every = [column for column in known if column.key not in hidden]
        loading = selectinload(Person.affiliations).joinedload(Affiliation.organisation)

        def cells_of(keys: Sequence[int]) -> Iterator[list[Any]]:
            wanted = select(Person).where(Person.id.in_(keys), people_visible_to(self.actor)).options(loading)
            found = {record.id: record for record in db.session.scalars(wanted)}
            for record in filter(None, map(found.get, keys)):
                identity = (record.id, str(record.uid), record.version)
                told = (record.access_country, "yes" if record.is_example else "")
                facts = people_columns.facts_of(record)
                yield [*identity, *written(every, facts if self._reaches(record) else _unreached(facts)), *told]

        head = [*columns.IDENTITY, *(column.key for column in every), *people_columns.TOLD_ONLY]
        return export_records(self, kind, head, Person.id.expression, cells_of)
