"""Organisations and people for tests of the register."""

from app.core.access import SYSTEM, Actor
from app.stakeholders.models import Category, LawfulBasis, NameKind, Organisation, Person, Source
from app.stakeholders.services import (
    AffiliationFacts,
    NameFacts,
    OrganisationFacts,
    PersonFacts,
    create_organisation,
    create_person,
)


def name(text: str, language: str = "en", kind: NameKind = NameKind.WORKING) -> NameFacts:
    """A name as somebody wrote it."""
    return NameFacts(text, language, kind)


def facts(
    *names: NameFacts, category: Category = Category.VET_PROVIDER, country: str = "RS", **more
) -> OrganisationFacts:
    """A school in Niš, unless told otherwise."""
    return OrganisationFacts(names=names or (name("School of Niš"),), category=category, country=country, **more)


def organisation(*names: NameFacts, actor: Actor = SYSTEM, **more) -> Organisation:
    """An organisation in the register."""
    return create_organisation(actor, facts(*names, **more))


def person(given_name: str = "Ana", actor: Actor = SYSTEM, *affiliations: AffiliationFacts, **more) -> Person:
    """A person in the register."""
    more.setdefault("lawful_basis", LawfulBasis.PUBLIC_ROLE)
    more.setdefault("source", Source.TOLD)
    return create_person(actor, PersonFacts(given_name=given_name, affiliations=affiliations, **more))
