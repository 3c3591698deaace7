"""A statement finds exactly the records that a right reaches."""

from dataclasses import dataclass
from itertools import product

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.access import ANYBODY, SYSTEM, Actor, Grant, Permission, Role
from app.core.reach import choosable, likely, reach


class Base(DeclarativeBase):
    """Tables of this test alone."""


class Place(Base):
    """A record of a country, or of none, that one organisation answers for."""

    __tablename__ = "place"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str | None]
    organisation_id: Mapped[int | None]


@dataclass(frozen=True)
class Record:
    """The same as rights are judged against it."""

    access_country: str | None
    access_organisations: frozenset[int]


def as_record(country: str | None, organisation_id: int | None) -> Record:
    """A place as rights judge it."""
    return Record(country, frozenset() if organisation_id is None else frozenset({organisation_id}))


PLACES = list(product((None, "AM", "RS"), (None, 4, 5)))
RIGHTS = [
    (),
    *[(Grant(role, "AM", 4),) for role in Role],
    (Grant(Role.COUNTRY_LEAD, "RS"), Grant(Role.PARTNER_EDITOR, "AM", 5)),
    (Grant(Role.STAKEHOLDER, None, 5), Grant(Role.AUDITOR)),
]


@pytest.fixture(scope="module")
def places():
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        Base.metadata.create_all(connection)
        connection.execute(sa.insert(Place), [{"country": country, "organisation_id": key} for country, key in PLACES])
        yield connection
    engine.dispose()


@pytest.mark.parametrize("grants", RIGHTS, ids=lambda grants: "+".join(grant.role for grant in grants) or "nobody")
def test_a_statement_finds_what_the_actor_may(places: sa.Connection, grants: tuple[Grant, ...]):
    actor = Actor(1, "", grants)
    for permission in Permission:
        criterion = reach(actor, permission, country=Place.country, owned_by=Place.organisation_id.in_)
        found = places.execute(sa.select(Place.country, Place.organisation_id).where(criterion))
        wanted = {place for place in PLACES if actor.may(permission, as_record(*place))}
        assert {tuple(row) for row in found} == wanted


def test_records_that_no_organisation_answers_for_are_reached_by_their_country_alone(places: sa.Connection):
    lead = Actor(1, "", (Grant(Role.COUNTRY_LEAD, "AM"), Grant(Role.PARTNER_EDITOR, "RS", 5)))
    criterion = reach(lead, Permission.EVENT_EDIT, country=Place.country)

    assert set(places.scalars(sa.select(Place.country).where(criterion))) == {"AM"}


CHOICES = [("AM", "Armenia"), ("GE", "Georgia"), ("RS", "Serbia")]
LEAD = Actor(1, "Lead", (Grant(Role.COUNTRY_LEAD, "AM"),))
LEAD_OF_TWO = Actor(1, "Lead", (Grant(Role.COUNTRY_LEAD, "AM"), Grant(Role.COUNTRY_LEAD, "GE")))
EDITOR = Actor(1, "Editor", (Grant(Role.PARTNER_EDITOR, "AM", 7),))


@pytest.mark.parametrize(
    ("actor", "permission", "codes", "begins"),
    [
        (SYSTEM, Permission.STAKEHOLDER_CREATE, "AM GE RS", None),
        (LEAD, Permission.STAKEHOLDER_CREATE, "AM", "AM"),
        (LEAD_OF_TWO, Permission.STAKEHOLDER_CREATE, "AM GE", None),
        (EDITOR, Permission.STAKEHOLDER_CREATE, "AM", "AM"),
        (EDITOR, Permission.MICROCREDENTIAL_CREATE, "AM", "AM"),
        (ANYBODY, Permission.STAKEHOLDER_CREATE, "", None),
    ],
)
def test_a_form_offers_the_countries_in_which_the_actor_may(
    actor: Actor, permission: Permission, codes: str, begins: str | None
):
    found = choosable(actor, permission, CHOICES)
    assert [code for code, _label in found] == codes.split()
    assert likely(actor, found) == begins


def test_a_record_keeps_the_country_it_is_in():
    assert choosable(LEAD, Permission.STAKEHOLDER_EDIT, CHOICES, "RS") == [CHOICES[0], CHOICES[2]]
