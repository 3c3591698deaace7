"""The lists of organisations and of people."""

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import SQLColumnExpression, func, select

from app.core.access import Actor
from app.core.listing import Column, Filter, Listing, Rows
from app.core.templating import country_name, plain_tr
from app.stakeholders.models import Affiliation, Category, Organisation, Person
from app.stakeholders.queries import people_visible_to, visible_to

O = Organisation  # noqa: E741 - the table of this module, named in every line


def countries() -> list[tuple[str, str]]:
    """The consortium's countries for a filter, in the reader's language."""
    return sorted(
        ((country.code, country_name(country.code)) for country in current_app.config["CONSORTIUM"].countries),
        key=lambda choice: choice[1],
    )


def region_name(code: str | None) -> str:
    """A region's name in the reader's language."""
    region = current_app.config["CONSORTIUM"].by_region.get(code)
    return plain_tr(region.name) if region else (code or "")


class OrganisationListing(Listing):
    """Organisations, by name."""

    title = _l("Stakeholders")
    filename = "stakeholders"
    default_sort = "name"
    columns = (
        Column("id", _l("Number"), lambda row: row.id, in_page=False),
        Column("name", _l("Name"), lambda row: row.name, sort=O.name_key),
        Column("native_name", _l("National name"), lambda row: row.native_name, in_page=False),
        Column("country", _l("Country"), lambda row: row.country, sort=(O.country, O.name_key)),
        Column("region", _l("Region"), lambda row: row.region, css="fold"),
        Column("city", _l("Place"), lambda row: row.city, in_page=False),
        Column("category", _l("Category"), lambda row: row.category.value, sort=(O.category, O.name_key)),
        Column("website", _l("Website"), lambda row: row.website, in_page=False),
        Column("partner_number", _l("Partner"), lambda row: row.partner_number, sort=O.partner_number, css="num"),
        Column("is_example", _l("Example"), lambda row: "yes" if row.is_example else "", in_page=False),
    )
    filters = (
        Filter("country", _l("Country"), lambda s, v: s.where(O.country == v), countries),
        Filter("category", _l("Category"), lambda s, v: s.where(O.category == v), Category.choices),
        Filter("place", _l("Place"), lambda s, v: s.where(func.lower(O.city) == v.lower()), kind="text"),
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
            O.website,
            O.is_partner,
            O.is_coordinator,
            O.partner_number,
            O.is_example,
        ).where(visible_to(actor))

    def matching(self, statement: Rows, key: str) -> Rows:
        """Organisations with the key in any of their names."""
        return statement.where(O.search_key.contains(key, autoescape=True))

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The organisation's number."""
        return O.id


class PersonListing(Listing):
    """People, by family name, with the organisation each spoke for last."""

    title = _l("People")
    filename = "people"
    default_sort = "name"
    columns = (
        Column(
            "name", _l("Name"), lambda row: f"{row.given_name} {row.family_name or ''}".strip(), sort=Person.name_key
        ),
        Column("native_name", _l("National name"), lambda row: row.native_name, in_page=False),
        Column("organisation", _l("Speaks for"), lambda row: row.organisation),
        Column("country", _l("Country"), lambda row: row.country, sort=(O.country, Person.name_key)),
        Column("lawful_basis", _l("Lawful basis"), lambda row: row.lawful_basis.value, css="fold"),
    )
    filters = (Filter("country", _l("Country"), lambda s, v: s.where(O.country == v), countries),)

    def statement(self, actor: Actor) -> Rows:
        """Rows of people the actor may see."""
        latest = (
            select(Affiliation.id)
            .where(Affiliation.person_id == Person.id)
            .order_by(Affiliation.valid_to.is_not(None), Affiliation.valid_from.desc(), Affiliation.id)
            .limit(1)
            .correlate(Person)
            .scalar_subquery()
        )
        return (
            select(
                Person.id,
                Person.given_name,
                Person.family_name,
                Person.native_name,
                Person.native_language,
                Person.lawful_basis,
                Person.is_example,
                O.id.label("organisation_id"),
                O.name.label("organisation"),
                O.country,
            )
            .outerjoin(Affiliation, Affiliation.id == latest)
            .outerjoin(O, O.id == Affiliation.organisation_id)
            .where(people_visible_to(actor))
        )

    def matching(self, statement: Rows, key: str) -> Rows:
        """People with the key in one of their names."""
        return statement.where(Person.search_key.contains(key, autoescape=True))

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The person's number."""
        return Person.id
